"""The landing page tells the story of the synthetic publication, cell by cell."""

from dataclasses import replace

import polars as pl
import pytest

from reports.edition import Edition
from reports.pages.landing import LandingPage, landing_page
from reports.pages.matrix import Cell
from reports.words import Words


@pytest.fixture(scope="module")
def page(edition: Edition, english: Words) -> LandingPage:
    return landing_page(edition, english)


def cell(page: LandingPage, name: str, column: str) -> Cell:
    row = next(row for row in page.matrix.rows if row.name == name)
    return next(cell for cell in row.cells if cell.column == column)


def test_columns_are_the_key_measures_by_workstream(page: LandingPage) -> None:
    assert [(group.name, len(group.columns)) for group in page.matrix.groups] == [
        ("Falls", 2),
        ("Pressure ulcers", 2),
        ("Sepsis", 2),
        ("Deterioration", 3),
    ]


def test_rows_are_wales_and_all_organisations_by_name(page: LandingPage) -> None:
    names = [row.name for row in page.matrix.rows]
    assert names[0] == "All Wales"
    assert names[1:] == sorted(names[1:])
    assert len(names) == 11


def test_a_new_signal_is_tinted_named_and_marked_as_new(page: LandingPage) -> None:
    found = cell(page, "Hywel Dda", "falls-rate")
    assert (found.tone, found.text, found.value, found.is_new) == ("con", "Concern", "6.21", True)
    assert found.full_text == "Concern, high"
    assert (found.side, found.filters, found.rank) == (1, "con new", 0)
    assert found.href == "ws-falls.html#7A2-falls-rate"
    wales = cell(page, "All Wales", "falls-rate")
    assert (wales.text, wales.side, wales.is_new) == ("Improvement", -1, True)


def test_a_signal_that_last_month_had_is_not_new(page: LandingPage) -> None:
    found = cell(page, "Cardiff and Vale", "falls-rate")
    assert (found.text, found.is_new, found.filters) == ("Concern", False, "con")


@pytest.mark.parametrize(
    ("name", "column", "told"),
    [
        ("Powys", "falls-rate", ("Missing", "", "Sep 2026: 6.27")),
        ("Swansea Bay", "sepsis-six", ("Failed checks", "", "Sep 2026: 81.3%")),
        ("Aneurin Bevan", "pressure-ulcers-rate", ("Incomplete", "5.60", "7 of 8 wards")),
        ("All Wales", "sepsis-six", ("Incomplete", "78.0%", "7 of 8 organisations")),
        ("Velindre", "falls-rate", ("Fewer than 12 points", "5.60", "9 months so far")),
    ],
)
def test_a_state_stands_in_the_place_of_an_icon(
    page: LandingPage, name: str, column: str, told: tuple[str, str, str]
) -> None:
    found = cell(page, name, column)
    assert (found.text, found.value, found.note) == told
    assert (found.kind, found.verdict, found.filters) == ("state", "none", "data")


@pytest.mark.parametrize(
    ("status", "text", "cymraeg"),
    [
        ("missing", "Missing", "Ar goll"),
        ("late", "Late", "Hwyr"),
        ("refused", "Failed checks", "Wedi methu gwiriadau"),
        ("incomplete", "Incomplete", "Anghyflawn"),
        ("waiting", "Not yet due", "Heb ddod i ben eto"),
        ("on_time", "No data", "Dim data"),
    ],
)
def test_a_month_without_a_figure_says_why(
    edition: Edition, english: Words, welsh: Words, status: str, text: str, cymraeg: str
) -> None:
    """Powys has no falls for October, whatever became of its return."""
    powys = (
        (pl.col("organisation") == "7A7")
        & (pl.col("workstream") == "falls")
        & (pl.col("period") == edition.data_month)
    )
    told = pl.when(powys).then(pl.lit(status)).otherwise(pl.col("status"))
    made = replace(edition, returns=edition.returns.with_columns(status=told))
    for words, expected, last in ((english, text, "Sep 2026"), (welsh, cymraeg, "Medi 2026")):
        found = cell(landing_page(made, words), "Powys", "falls-rate")
        assert (found.kind, found.text, found.note) == ("state", expected, f"{last}: 6.27")


@pytest.mark.parametrize(
    ("name", "column", "text"),
    [
        ("Felindre", "falls-rate", "Llai na 12 pwynt"),
        ("Felindre", "ed-within-4-hours", "Dim disgwyl"),
        ("Bae Abertawe", "sepsis-six", "Wedi methu gwiriadau"),
        ("Cymru gyfan", "sepsis-six", "Anghyflawn"),
    ],
)
def test_states_are_told_in_welsh(
    edition: Edition, welsh: Words, name: str, column: str, text: str
) -> None:
    assert cell(landing_page(edition, welsh), name, column).text == text


def test_what_is_not_due_is_not_expected(page: LandingPage) -> None:
    found = cell(page, "Velindre", "ed-within-4-hours")
    assert (found.kind, found.text, found.href) == ("absent", "Not expected", "")
    ambulance = next(row for row in page.matrix.rows if row.name == "Welsh Ambulance Service")
    assert ambulance.cells == ()
    assert ambulance.nothing == "No key measure is expected from this organisation."


def test_a_target_has_an_icon_and_words(page: LandingPage) -> None:
    found = cell(page, "Powys", "ed-within-4-hours")
    assert (found.assurance, found.assurance_text) == ("missed", "Target missed")
    assert cell(page, "Powys", "sskin-complete").assurance_text == ""


def test_a_late_return_counts_and_says_so(page: LandingPage) -> None:
    found = cell(page, "Cwm Taf Morgannwg", "observations-on-time")
    assert (found.text, found.note, found.filters) == ("Common cause", "came late", "data")


def test_the_headline_tells_what_is_new_then_targets_then_gaps(page: LandingPage) -> None:
    """Of 80 cells five have no verdict: the five states of the test above."""
    among = "among the 75 of 80 key measures that could be judged"
    assert page.title == (
        f"October 2026, 67 of 70 returns in: 1 new concern, 1 new improvement {among}"
    )
    strong = [bullet.strong for bullet in page.bullets]
    assert strong == [
        f"1 new concern {among}.",
        f"1 new improvement {among}.",
        "Targets of key measures for all Wales: met 0, hit or miss 0, missed 1.",
        "Data gaps: 3 returns for October 2026.",
    ]
    assert page.bullets[0].rest == "1 other continues."


def test_every_concern_has_a_line_with_since_when_and_new_ones_come_first(
    page: LandingPage,
) -> None:
    """Cardiff and Vale's 9.50 is further out, but it was told a month ago."""
    told = [(f"{line.name}: {line.text}", line.href, line.is_new) for line in page.bullets[0].lines]
    assert told == [
        (
            "Hywel Dda (Falls per 1,000 bed days): 9 months in a row above the mean of 6.00, "
            "a signal since March 2026",
            "ws-falls.html#7A2-falls-rate",
            True,
        ),
        (
            "Cardiff and Vale (Falls per 1,000 bed days): above the upper limit of 7.20, "
            "a signal since September 2026",
            "ws-falls.html#7A4-falls-rate",
            False,
        ),
    ]


def test_a_line_about_a_simulated_figure_is_marked(page: LandingPage) -> None:
    assert [line.is_simulated for bullet in page.bullets[:2] for line in bullet.lines] == [True] * 3


def test_concerns_beyond_ten_are_counted_and_lead_to_the_table(
    edition: Edition, english: Words
) -> None:
    """Observations on time go wrong for Wales and all eight boards: eleven concerns in all."""
    chosen = (pl.col("measure") == "observations_on_time") & (
        pl.col("period") == edition.data_month
    )
    wrong = {"verdict": pl.lit("concern"), "rule": pl.lit("outside"),
             "rule_side": pl.lit(-1, pl.Int8)}  # fmt: skip
    columns = {name: pl.when(chosen).then(new).otherwise(name) for name, new in wrong.items()}
    made = replace(edition, points=edition.points.with_columns(**columns), before=None)
    bullet = landing_page(made, english).bullets[0]
    concerns = int(bullet.strong.split()[0])
    assert concerns > 10
    assert len(bullet.lines) == 11
    assert bullet.lines[-1].name == f"and {concerns - 10} more in the table below"
    assert bullet.lines[-1].href == "#matrix"


def test_what_changed_lists_new_signals_once(page: LandingPage) -> None:
    told = {one.heading: [item.unit for item in one.items] for one in page.changed}
    assert told == {
        "New concerns": ["Hywel Dda"],
        "New improvements": ["All Wales"],
        "Signals that ended": [],
    }


def test_what_is_new_is_told_since_when(page: LandingPage) -> None:
    """The story has eight months up to October, so the run begins in March."""
    concern = page.changed[0].items[0]
    assert concern.text.endswith("above the mean of 6.00, a signal since March 2026.")
    assert page.bullets[0].lines[0].text.endswith("a signal since March 2026")


def test_a_simulated_figure_is_marked_and_a_published_one_is_not(page: LandingPage) -> None:
    assert cell(page, "Hywel Dda", "falls-rate").is_simulated
    assert cell(page, "Powys", "falls-rate").is_simulated  # the last known one
    assert not cell(page, "Powys", "ed-within-4-hours").is_simulated
    assert not cell(page, "Velindre", "ed-within-4-hours").is_simulated
    assert page.matrix.has_simulated
    assert [item.is_simulated for one in page.changed for item in one.items] == [True, True]


def test_new_signals_come_strongest_first(edition: Edition, english: Words) -> None:
    """Hywel Dda is at 6.21 around 6.00, Cardiff and Vale at 9.50: further out."""
    quiet = edition.before.with_columns(verdict=pl.lit("common_cause"))
    page = landing_page(replace(edition, before=quiet), english)
    assert [item.unit for item in page.changed[0].items] == ["Cardiff and Vale", "Hywel Dda"]
    assert page.bullets[0].lines[0].name.startswith("Cardiff and Vale (Falls")


def test_nothing_is_new_without_a_report_to_compare_with(edition: Edition, english: Words) -> None:
    page = landing_page(replace(edition, before=None), english)
    among = "among the 75 of 80 key measures that could be judged"
    assert page.title == f"October 2026, 67 of 70 returns in: 2 signals of concern {among}"
    assert page.bullets[0].strong == f"2 signals of concern {among}."
    assert page.changed == ()
    assert not any(cell.is_new for row in page.matrix.rows for cell in row.cells)


def test_an_edition_without_any_figure_is_told_as_such(edition: Edition, english: Words) -> None:
    empty = replace(
        edition,
        points=edition.points.clear(),
        series=edition.series.clear(),
        returns=edition.returns.clear(),
    )
    page = landing_page(empty, english)
    assert page.title == "October 2026: no figures yet"
    assert cell(page, "Powys", "falls-rate").text == "No data"


def test_quality_counts_returns_and_shows_the_worst_of_a_workstream(page: LandingPage) -> None:
    assert page.quality.deadline == "The deadline for October 2026 was 13 November 2026."
    assert [mark.text for mark in page.quality.counts] == [
        "On time: 65",
        "On time, things to check: 1",
        "Late: 1",
        "Failed checks: 1",
        "Incomplete: 1",
        "Missing: 1",
    ]
    powys = next(row for row in page.quality.rows if row.organisation == "Powys")
    assert [mark.status for mark in powys.marks] == ["missing", "on_time", "on_time", "on_time"]
    assert powys.months[-1].status == "missing"
    assert powys.on_time == "107 of 108"


def test_the_month_is_final_after_its_closing_day(edition: Edition, english: Words) -> None:
    assert landing_page(edition, english).state == "Final"
    early = replace(edition, today=edition.returns["deadline"].max())
    assert landing_page(early, english).state == "Provisional"


def test_a_series_that_no_rule_can_judge_says_why(edition: Edition, english: Words) -> None:
    chosen = pl.col("series") == "deterioration/cardiac_arrests_rate/organisation/7A7"
    made = replace(
        edition,
        points=edition.points.with_columns(
            verdict=pl.when(chosen).then(pl.lit("none")).otherwise(pl.col("verdict"))
        ),
        series=edition.series.with_columns(
            notes=pl.when(chosen).then(pl.lit(["mostly_zero"])).otherwise(pl.col("notes"))
        ),
    )
    found = cell(landing_page(made, english), "Powys", "cardiac-arrests-rate")
    assert (found.text, found.value, found.note) == ("Not judged", "5.60", "mostly zero")


def test_a_measure_of_which_nothing_is_final_yet_says_so(edition: Edition, english: Words) -> None:
    chosen = pl.col("series") == "falls/falls_rate/organisation/7A3"
    young = {"state": pl.lit("immature"), "verdict": pl.lit("none"), "excluded": pl.lit(True)}
    columns = {name: pl.when(chosen).then(new).otherwise(name) for name, new in young.items()}
    made = replace(edition, points=edition.points.with_columns(**columns))
    found = cell(landing_page(made, english), "Swansea Bay", "falls-rate")
    assert (found.kind, found.text, found.verdict) == ("state", "Not final yet", "none")
