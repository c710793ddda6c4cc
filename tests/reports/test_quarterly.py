"""The quarterly pack: the months up to a quarter's end, as the monthly pages have them."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from synthetic import CHANGES, OCTOBER

from reports.corrections import CORRECTION_SCHEMA
from reports.edition import Edition
from reports.pages.chart import ChartModel
from reports.pages.quarterly import QuarterlyPack, Sheets, as_at_the_end, quarterly_pack
from reports.pages.render import render_page
from reports.pages.site import page_tasks
from reports.pages.workstream import workstream_page
from reports.quarters import Quarter
from reports.words import LANGUAGES, Words

SEPTEMBER = date(2026, 9, 1)
SECOND = Quarter(date(2026, 7, 1))


@pytest.fixture(scope="module")
def pack(edition: Edition, english: Words) -> QuarterlyPack:
    return quarterly_pack(edition, english)


def sheets(pack: QuarterlyPack, workstream: str) -> Sheets:
    return next(one for one in pack.sheets if one.anchor == workstream)


def at_september(edition: Edition) -> Edition:
    """The edition as of the month with which the quarter ends."""
    return as_at_the_end(edition, SECOND)


def test_the_pack_is_of_the_latest_quarter_that_is_complete(pack: QuarterlyPack) -> None:
    assert pack.name == "q-2026-27-q2.html"
    assert pack.title == "Quarterly pack: quarter 2, 2026-27"
    assert pack.quarter == "Quarter 2, 2026-27 (July 2026 to September 2026)"
    assert [one.anchor for one in pack.sheets] == [
        "falls", "pressure-ulcers", "sepsis", "deterioration"
    ]  # fmt: skip


def test_october_is_not_in_it(edition: Edition, pack: QuarterlyPack) -> None:
    told = at_september(edition)
    assert told.points["period"].max() == SEPTEMBER
    assert told.returns["period"].max() == SEPTEMBER
    chart = sheets(pack, "falls").chart
    assert chart.alternative.startswith("September 2026: 5.60; mean 6.00; limits 4.80 to 7.20")
    assert chart.table.rows[0][:2] == ("September 2026", "5.60")


def test_title_and_chart_are_those_of_the_monthly_page(
    edition: Edition, english: Words, pack: QuarterlyPack
) -> None:
    for one in pack.sheets:
        workstream = one.anchor.replace("-", "_")
        monthly = workstream_page(at_september(edition), workstream, english)
        assert one.title == monthly.title
        assert shown(one.chart) == shown(monthly.main)
        assert one.chart.csv == monthly.main.csv


def shown(chart: ChartModel) -> tuple[str, str, str, object]:
    return chart.figure, chart.alternative, chart.headline, chart.table


def test_what_to_look_at_first_is_told_with_value_and_mean(pack: QuarterlyPack) -> None:
    concerns, improvements = sheets(pack, "falls").looks
    assert (concerns.heading, concerns.more) == ("Concerns", "")
    told = {item.unit: (item.text, item.href, item.side) for item in concerns.items}
    assert told["Cardiff and Vale"] == (
        "Falls per 1,000 bed days: 6.40, mean 6.00; above the upper limit of 7.20, "
        "a signal since September 2026.",
        "ws-falls.html#7A4-falls-rate",
        1,
    )
    assert [item.unit for item in improvements.items] == ["All Wales"]


def test_more_than_three_signals_are_counted(edition: Edition, english: Words) -> None:
    """Observations on time go wrong for Wales and all eight boards."""
    chosen = (pl.col("measure") == "observations_on_time") & (pl.col("period") == SEPTEMBER)
    wrong = {"verdict": pl.lit("concern"), "rule": pl.lit("outside"),
             "rule_side": pl.lit(-1, pl.Int8)}  # fmt: skip
    columns = {name: pl.when(chosen).then(new).otherwise(name) for name, new in wrong.items()}
    made = replace(edition, points=edition.points.with_columns(**columns))
    concerns = sheets(quarterly_pack(made, english), "deterioration").looks[0]
    assert len(concerns.items) == 3
    assert concerns.more == "and 6 more in the table overleaf"


def test_the_table_has_wales_and_whoever_must_send(pack: QuarterlyPack) -> None:
    rows = sheets(pack, "deterioration").matrix.rows
    names = [row.name for row in rows]
    assert names[0] == "All Wales"
    assert "Velindre" in names
    assert "Welsh Ambulance Service" not in names
    velindre = next(row for row in rows if row.name == "Velindre")
    assert [cell.text for cell in velindre.cells] == [
        "Common cause", "Common cause", "Not expected"
    ]  # fmt: skip


def test_nothing_in_it_is_called_new(pack: QuarterlyPack) -> None:
    """Last month's report is not last quarter's."""
    cells = [c for one in pack.sheets for row in one.matrix.rows for c in row.cells]
    assert len(cells) > 50
    assert not any(cell.is_new for cell in cells)


def change(**told: object) -> dict[str, object]:
    known = dict.fromkeys(CHANGES, None) | {
        "organisation": "7A2", "level": "organisation", "workstream": "falls",
        "measure": "falls_rate", "date": date(2026, 8, 12), "kind": "test_of_change",
        "text_en": "Night rounds", "author_role": "Ward manager",
    }  # fmt: skip
    return known | told


def with_changes(edition: Edition, *changes: dict[str, object]) -> Edition:
    return replace(edition, changes=pl.DataFrame(list(changes), schema=CHANGES, orient="row"))


def test_a_test_of_change_is_told_with_what_the_chart_shows_since(
    edition: Edition, english: Words
) -> None:
    """Hywel Dda has been high since March; of August's change there are two points."""
    made = with_changes(edition, change(), change(date=date(2026, 6, 30), text_en="Before"))
    falls = sheets(quarterly_pack(made, english), "falls")
    (tried,) = falls.changes
    assert (tried.row.text, tried.row.flag, tried.row.date) == (
        "Night rounds", "2", "12 August 2026"
    )  # fmt: skip
    assert tried.so_far == (
        "2 points. Concern: 8 months in a row above the mean of 6.00, a signal since March 2026."
    )
    assert [row.text for row in falls.flags] == ["Before", "Night rounds"]


def test_what_a_sheet_cannot_hold_is_counted(edition: Edition, english: Words) -> None:
    many = [change(text_en=f"Trial {n}", date=date(2026, 7, n)) for n in range(1, 8)]
    falls = sheets(quarterly_pack(with_changes(edition, *many), english), "falls")
    assert [tried.row.text for tried in falls.changes] == [f"Trial {n}" for n in range(3, 8)]
    assert falls.changes_more == "And 2 more, on the page of the workstream."


def test_a_note_on_the_data_is_told_as_sent(edition: Edition, english: Words) -> None:
    note = change(kind="data_note", text_en=None, text_cy="System newydd")
    items = sheets(quarterly_pack(with_changes(edition, note), english), "falls").log.items
    assert (items[0].text, items[0].sent, items[0].language) == (
        "Hywel Dda, 12 August 2026. Data note:", "System newydd", "cy"
    )  # fmt: skip
    assert items[-1].text == "Definitions: Falls, version 1.0.0 of the contract."


def correction(**told: object) -> dict[str, object]:
    """12 falls became 9: 4.00 and 3.00 per 1,000 bed days."""
    known = {
        "workstream": "falls", "table": "monthly", "measure": "falls_rate",
        "level": "organisation", "organisation": "7A4", "period": SEPTEMBER, "cause": "version",
        "submission": "second", "version": 2, "day": date(2026, 10, 4), "is_late": False,
        "numerator_before": 12.0, "denominator_before": 3000.0, "numerator": 9.0,
        "denominator": 3000.0,
    }  # fmt: skip
    return known | told


def with_corrections(edition: Edition, *rows: dict[str, object]) -> Edition:
    frame = pl.DataFrame(list(rows), schema=CORRECTION_SCHEMA, orient="row")
    return replace(edition, corrections=frame)


def test_a_file_that_changed_figures_is_told(edition: Edition, english: Words) -> None:
    """June and October are in other quarters; key measures come first, and two are enough."""
    made = with_corrections(
        edition,
        correction(period=date(2026, 6, 1)),
        correction(period=OCTOBER),
        correction(measure="falls_moderate_or_worse_rate", numerator_before=2.0, numerator=1.0),
        correction(),
        correction(period=date(2026, 8, 1), numerator_before=9.0, numerator=12.0),
    )
    pack = quarterly_pack(made, english)
    assert sheets(pack, "falls").log.items[0].text == (
        "Cardiff and Vale, Falls by ward and month. Version 2, 4 October 2026: "
        "Falls per 1,000 bed days, Sep 2026, from 4.00 to 3.00; "
        "Falls per 1,000 bed days, Aug 2026, from 3.00 to 4.00; and 1 more figure."
    )
    assert len(sheets(pack, "falls").log.items) == 2
    assert len(sheets(pack, "sepsis").log.items) == 1


def test_a_withdrawn_file_is_told_as_one(edition: Edition, welsh: Words) -> None:
    made = with_corrections(edition, correction(cause="withdrawn", is_late=None))
    text = sheets(quarterly_pack(made, welsh), "falls").log.items[0].text
    assert "Tynnwyd fersiwn 2 yn ôl, 4 Hydref 2026: " in text
    assert text.endswith("Medi 2026, o 4.00 i 3.00.")


def test_a_ward_that_closed_is_told_with_the_day_of_the_decision(
    edition: Edition, english: Words
) -> None:
    closed = correction(cause="closed", is_late=None, day=date(2026, 10, 20))
    text = sheets(quarterly_pack(with_corrections(edition, closed), english), "falls").log.items[0]
    assert (
        "Version 2 counts since a ward or site was recorded as closed, 20 October 2026: "
        in text.text
    )


def test_a_gap_is_told_and_asked_for(edition: Edition, english: Words) -> None:
    gone = (
        (pl.col("organisation") == "7A7")
        & (pl.col("workstream") == "falls")
        & (pl.col("table") == "monthly")
        & (pl.col("period") >= date(2026, 8, 1))
    )
    status = pl.when(gone).then(pl.lit("missing")).otherwise(pl.col("status"))
    made = replace(edition, returns=edition.returns.with_columns(status=status))
    falls = sheets(quarterly_pack(made, english), "falls")
    assert falls.quality.due == "48 returns were due in the quarter."
    assert [text for _, text in falls.quality.counts] == ["On time: 46", "Missing: 2"]
    assert falls.quality.gaps == (
        "Powys, Falls by ward and month, Aug 2026: missing",
        "Powys, Falls by ward and month, Sep 2026: missing",
    )
    ask = falls.asks[-1]
    assert (ask.what, ask.whom) == (
        "Send or mend what is missing:",
        "Powys (Falls by ward and month: Aug 2026, Sep 2026)",
    )


def test_who_is_asked_what(pack: QuarterlyPack) -> None:
    assert [(ask.what, ask.whom) for ask in sheets(pack, "falls").asks] == [
        (
            "Say what changed, and what is being done about it:",
            "Hywel Dda (Falls per 1,000 bed days); Cardiff and Vale (Falls per 1,000 bed days)",
        )
    ]
    (target,) = sheets(pack, "deterioration").asks
    assert target.whom == "Emergency department within 4 hours (Deterioration lead)"
    assert sheets(pack, "pressure-ulcers").asks == ()


def test_an_edition_without_figures_still_has_a_pack(edition: Edition, english: Words) -> None:
    empty = replace(
        edition,
        points=edition.points.clear(),
        series=edition.series.clear(),
        returns=edition.returns.clear(),
    )
    pack = quarterly_pack(empty, english)
    assert sheets(pack, "falls").title == "Falls per 1,000 bed days: no all-Wales figure yet"
    html = render_page("quarterly.html.jinja", empty, english, pack).decode()
    assert html.count('class="a4"') == 8
    assert "No return was due in the quarter." in html


def digests(edition: Edition) -> dict[str, str]:
    words = {language: Words.load(edition.translations_folder, language) for language in LANGUAGES}
    tasks = page_tasks(edition, words, lambda _: None)
    return {task.name: task.digest() for task in tasks if task.name.startswith("q-")}


@pytest.fixture(scope="module")
def known(edition: Edition) -> dict[str, str]:
    return digests(edition)


def value_in(edition: Edition, month: date) -> Edition:
    chosen = (pl.col("series") == "falls/falls_rate/organisation/7A4") & (pl.col("period") == month)
    value = pl.when(chosen).then(pl.lit(7.7)).otherwise(pl.col("value"))
    return replace(edition, points=edition.points.with_columns(value=value))


def test_the_pack_follows_its_quarter_and_not_the_day(
    edition: Edition, known: dict[str, str]
) -> None:
    assert set(known) == {"q-2026-27-q2.html", "q-2026-27-q2.cy.html"}
    later = replace(edition, today=date(2026, 12, 24), publication="2026-10_r9")
    assert digests(later) == known
    assert digests(value_in(edition, OCTOBER)) == known
    assert digests(value_in(edition, SEPTEMBER)) != known


def test_the_next_month_of_the_same_quarter_keeps_the_pack(
    edition: Edition, known: dict[str, str]
) -> None:
    assert digests(replace(edition, data_month=date(2026, 11, 1))) == known
