"""Charts of a workstream's page: figure, table and file say the same, and plotly takes them."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest

from data_contracts.states import PointState
from reports.edition import Edition
from reports.figures.packing import unpacked
from reports.figures.sizes import Size
from reports.pages.chart import ChartModel, chart_model, series_of
from reports.pages.chart_labels import Options
from reports.pages.landing import landing_page
from reports.pages.quarterly import quarterly_pack
from reports.pages.series_key import SeriesKey
from reports.pages.tests_of_change import Flags
from reports.pages.workstream import WorkstreamPage, workstream_page
from reports.spc.vocabulary import Verdict
from reports.words import Words


@pytest.fixture(scope="module")
def page(edition: Edition, english: Words) -> WorkstreamPage:
    return workstream_page(edition, "falls", english)


def charts(page: WorkstreamPage) -> list[ChartModel]:
    groups = [group.charts for group in (*page.groups, *page.organisations)]
    return [page.main, *(chart for group in groups for chart in group)]


def rows_of(chart: ChartModel) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(chart.csv.decode("utf-8-sig"))))


def drawn_in(chart: ChartModel) -> dict[str, Any]:
    """The figure as charts.js unpacks it."""
    return unpacked(json.loads(chart.figure), chart.size)


def test_every_key_measure_has_a_grid_of_organisations(page: WorkstreamPage) -> None:
    assert [(grid.id, len(grid.charts)) for grid in page.organisations] == [
        ("organisations-falls-rate", 8),
        ("organisations-risk-assessed", 8),
    ]


def test_a_scale_is_chosen_only_where_charts_share_one(page: WorkstreamPage) -> None:
    """All organisations assess the same share of risks; their rates of falls are not the same."""
    assert [grid.has_shared_scale for grid in page.organisations] == [True, False]
    for grid in page.organisations:
        have_another = [bool(c.figure) and "own" in drawn_in(c) for c in grid.charts]
        assert any(have_another) is grid.has_shared_scale
        assert grid.scale_notes == {}


def test_concerns_come_first(page: WorkstreamPage) -> None:
    first = [chart.unit_name for chart in page.organisations[0].charts[:2]]
    assert first == ["Hywel Dda", "Cardiff and Vale"]


def test_the_file_has_the_figures_of_the_chart(page: WorkstreamPage) -> None:
    for chart in charts(page):
        drawn = drawn_in(chart)["data"][-1]
        told = [row["Value"] for row in rows_of(chart) if row["Value"]]
        digits = len(told[0].partition(".")[2])
        assert [f"{y:.{digits}f}" for y in drawn["y"]] == told


def test_the_table_has_a_row_for_each_position_newest_first(page: WorkstreamPage) -> None:
    """charts.js reads what a point says from the row at its position."""
    powys = next(c for c in page.organisations[0].charts if c.unit_name == "Powys")
    drawn = drawn_in(powys)["data"][-1]
    assert drawn["x"] == list(range(23))
    assert len(powys.table.rows) == 24
    assert powys.table.rows[0][:2] == ("October 2026", "")
    assert powys.table.columns[1].name == "value"


def test_simulated_figures_say_so_point_by_point(page: WorkstreamPage) -> None:
    note = [column.name for column in page.main.table.columns].index("note")
    assert {row[note] for row in page.main.table.rows} == {"simulated"}
    assert {row["Source"] for row in rows_of(page.main)} == {"simulated"}
    assert page.main.source == "The figures are simulated; none describes a real organisation."
    assert page.organisations[0].charts[0].source == "Simulated figures."


def test_every_measure_of_every_unit_has_a_place(page: WorkstreamPage) -> None:
    rows = [row for group in page.figures for row in group.rows]
    anchors = [row.id or row.href.removeprefix("#") for row in rows]
    assert len(anchors) == len(set(anchors)) == 63
    assert {chart.id for chart in charts(page)} <= set(anchors)


def test_every_place_is_where_it_was_a_month_ago(edition: Edition, english: Words) -> None:
    """A link to a chart that somebody kept leads to the same measure of the same unit."""
    september = edition.points["period"].unique().sort()[-2]
    before = replace(
        edition,
        data_month=september,
        points=edition.points.filter(pl.col("period") <= september),
        before=None,
    )
    places = []
    for made in (before, edition):
        page = workstream_page(made, "falls", english)
        rows = {
            (group.name, row.name): row.id or row.href.removeprefix("#")
            for group in page.figures
            for row in group.rows
        }
        places.append((rows, {chart.id for chart in charts(page)}))
    assert places[0] == places[1]
    assert len(places[0][0]) == 63


def test_a_signal_before_a_gap_is_not_counted_now(edition: Edition, page: WorkstreamPage) -> None:
    assert page.title == (
        "Falls per 1,000 bed days: improvement across Wales. "
        "Key measures: concern in 2 organisations"
    )


def test_a_signal_says_since_when_wherever_it_is_told(page: WorkstreamPage) -> None:
    """Hywel Dda's and Wales' last eight months are signals, Cardiff and Vale's last two."""
    hywel_dda, cardiff = page.organisations[0].charts[:2]
    assert page.main.headline.endswith(", a signal since March 2026")
    assert hywel_dda.finding.endswith(", a signal since March 2026")
    assert cardiff.finding.endswith(", a signal since September 2026")
    told = [(line.name, line.text.split(", ")[-1], line.href) for line in page.bullets[1].lines]
    assert told[:2] == [
        ("Hywel Dda (Falls per 1,000 bed days)", "a signal since March 2026", "#7A2-falls-rate"),
        (
            "Cardiff and Vale (Falls per 1,000 bed days)",
            "a signal since September 2026",
            "#7A4-falls-rate",
        ),
    ]
    rows = {row.name: row.since for row in page.figures[0].rows}
    assert rows["Hywel Dda"] == "since March 2026"
    assert rows["Swansea Bay"] == ""


def test_a_small_chart_without_a_figure_for_the_month_says_so(page: WorkstreamPage) -> None:
    charts = {chart.unit_name: chart for chart in page.organisations[0].charts}
    assert (charts["Powys"].latest, charts["Powys"].latest_month) == ("6.27", "Sep 2026")
    assert (
        charts["Powys"].missing == "No figure for October 2026 (missing): shown is September 2026."
    )
    assert (charts["Swansea Bay"].latest_month, charts["Swansea Bay"].missing) == ("", "")


def test_another_key_measure_of_wales_with_a_signal_is_told(
    edition: Edition, english: Words
) -> None:
    chosen = pl.col("series") == "falls/risk_assessed/wales/wales"
    said = pl.when(chosen & (pl.col("period") == edition.data_month))
    points = edition.points.with_columns(
        verdict=said.then(pl.lit("improvement")).otherwise("verdict"),
        rule=said.then(pl.lit("outside")).otherwise("rule"),
        rule_side=said.then(pl.lit(1, pl.Int8)).otherwise("rule_side"),
    )
    page = workstream_page(replace(edition, points=points), "falls", english)
    assert page.bullets[0].rest.endswith(
        "Falls risk assessed in 24 hours: improvement, above the upper limit of 86.0%, "
        "a signal since October 2026."
    )


def test_a_page_opens_with_the_key_measure_that_is_a_concern_for_wales(
    edition: Edition, english: Words
) -> None:
    """The main one improves; the other has turned bad, which last month's report did not say."""
    chosen = pl.col("series") == "falls/risk_assessed/wales/wales"
    said = pl.when(chosen & (pl.col("period") >= date(2026, 9, 1)))
    points = edition.points.with_columns(
        verdict=said.then(pl.lit("concern")).otherwise("verdict"),
        rule=said.then(pl.lit("outside")).otherwise("rule"),
        rule_side=said.then(pl.lit(-1, pl.Int8)).otherwise("rule_side"),
    )
    made = replace(edition, points=points)
    page = workstream_page(made, "falls", english)
    assert page.title == (
        "Falls risk assessed in 24 hours: concern across Wales. "
        "Key measures: concern in 2 organisations"
    )
    opening = page.bullets[0]
    assert (opening.icon, opening.side, opening.is_new) == ("concern", -1, True)
    assert opening.strong.startswith("All Wales, Falls risk assessed in 24 hours: ")
    assert "Falls per 1,000 bed days: improvement, " in opening.rest
    falls = next(one for one in quarterly_pack(made, english).sheets if one.anchor == "falls")
    assert falls.title == page.title
    assert falls.bullets[0].strong == (
        "All Wales, Falls risk assessed in 24 hours: 81.3% in September 2026."
    )
    assert falls.bullets[0].rest.startswith("Falls risk assessed in 24 hours: concern, ")


WALES_FALLS = "falls/falls_rate/wales/wales"
HYWEL_DDA = "falls/falls_rate/organisation/7A2"


def hollow(edition: Edition, series: str, state: str = "incomplete") -> Edition:
    """The edition in which the last month of one series does not count, as the steps leave it."""
    chosen = (pl.col("series") == series) & (pl.col("period") == edition.data_month)
    changed = {
        "state": pl.lit(state),
        "verdict": pl.lit("none"),
        "rule": pl.lit(None, pl.String),
        "rule_side": pl.lit(None, pl.Int8),
        "excluded": pl.lit(True),
        "parts_in": pl.lit(7, pl.Int64),
    }
    columns = {name: pl.when(chosen).then(new).otherwise(name) for name, new in changed.items()}
    return replace(edition, points=edition.points.with_columns(**columns))


def test_the_title_tells_no_verdict_of_an_older_month(edition: Edition, english: Words) -> None:
    """Wales improved until September; October's figure lacks a health board."""
    made = hollow(edition, WALES_FALLS)
    page = workstream_page(made, "falls", english)
    assert page.title == (
        "Falls per 1,000 bed days: all Wales not judged for October 2026. "
        "Key measures: concern in 2 organisations"
    )
    assert (page.bullets[0].icon, page.bullets[0].side) == ("none", 0)
    assert page.bullets[0].strong == (
        "All Wales, Falls per 1,000 bed days: 5.60 in September 2026, "
        "the last month that was judged."
    )
    said = "5.64 (October 2026) is not judged (incomplete: 7 of 8 sent)"
    assert page.main.headline == (
        f"Falls per 1,000 bed days: {said}; September 2026: Improvement, low"
    )
    assert page.bullets[0].rest == f"{page.main.headline}."
    assert (page.main.verdict, page.main.side) == ("none", 0)
    wales = page.figures[0].rows[0]
    assert (wales.verdict, wales.side, wales.since) == ("none", 0, "")
    assert wales.signal == "Not judged (incomplete: 7 of 8 sent); September 2026: Improvement, low"
    cells = {row.name: row.cells for row in landing_page(made, english).matrix.rows}
    assert cells["All Wales"][0].text == "Incomplete"  # the landing page says the same


def test_a_grid_and_its_table_are_ordered_by_what_stands_now(
    edition: Edition, english: Words
) -> None:
    """Hywel Dda's concern is of September: Cardiff and Vale's of October comes before it."""
    page = workstream_page(hollow(edition, HYWEL_DDA), "falls", english)
    assert page.title.endswith("concern in 1 organisation")
    charts = page.organisations[0].charts
    assert charts[0].unit_name == "Cardiff and Vale"
    assert next(c.unit_name for c in charts if c.verdict == "none") == "Hywel Dda"
    assert page.figures[0].rows[1].name == "Cardiff and Vale"
    dda = next(chart for chart in charts if chart.unit_name == "Hywel Dda")
    assert dda.finding == "Not judged (incomplete: 7 of 8 sent); September 2026: Concern, high"


def test_a_gap_for_wales_is_told_in_the_title(edition: Edition, english: Words) -> None:
    lost = (pl.col("series") == WALES_FALLS) & (pl.col("period") == edition.data_month)
    made = replace(edition, points=edition.points.filter(~lost))
    page = workstream_page(made, "falls", english)
    assert page.title.startswith(
        "Falls per 1,000 bed days: no all-Wales figure for October 2026. Key"
    )
    assert page.main.headline.startswith("Falls per 1,000 bed days: no figure for October 2026; ")
    assert page.main.headline.endswith(" (September 2026); September 2026: Improvement, low")
    assert page.main.verdict == "none"


def test_a_measure_that_matures_late_names_the_month_that_was_judged(
    edition: Edition, english: Words
) -> None:
    page = workstream_page(hollow(edition, WALES_FALLS, "immature"), "falls", english)
    assert page.title.startswith(
        "Falls per 1,000 bed days: improvement across Wales in September 2026. Key"
    )
    assert page.main.verdict == "improvement"


def test_a_figure_that_is_not_final_yet_is_no_headline(edition: Edition, english: Words) -> None:
    """October's 5.64 is young: September's 5.60 is told first, and October's with its mark."""
    page = workstream_page(hollow(edition, WALES_FALLS, "immature"), "falls", english)
    assert page.bullets[0].strong == (
        "All Wales, Falls per 1,000 bed days: 5.60 in September 2026, "
        "the last month that was judged."
    )
    assert page.bullets[0].rest.endswith(" October 2026: 5.64 (not final yet).")
    assert "<b>5.64</b>" not in page.main.figure
    assert "5.64 Oct 2026" in page.main.figure


def test_a_small_chart_opens_with_the_figure_that_was_judged(
    edition: Edition, english: Words
) -> None:
    """Hywel Dda's October is 6.21 and its September 6.40."""
    young = workstream_page(hollow(edition, HYWEL_DDA, "immature"), "falls", english)
    dda = next(c for c in young.organisations[0].charts if c.unit_name == "Hywel Dda")
    assert (dda.latest, dda.latest_month, dda.latest_state) == ("6.40", "Sep 2026", "")
    short = workstream_page(hollow(edition, HYWEL_DDA), "falls", english)
    dda = next(c for c in short.organisations[0].charts if c.unit_name == "Hywel Dda")
    assert (dda.latest, dda.latest_month) == ("6.21", "")
    assert dda.latest_state == "incomplete: 7 of 8 sent"


def test_a_figure_for_wales_that_nothing_judged_bears_its_state(
    edition: Edition, english: Words
) -> None:
    chosen = pl.col("series") == WALES_FALLS
    young = {"state": pl.lit("immature"), "verdict": pl.lit("none"), "excluded": pl.lit(True)}
    columns = {name: pl.when(chosen).then(new).otherwise(name) for name, new in young.items()}
    made = replace(edition, points=edition.points.with_columns(**columns))
    page = workstream_page(made, "falls", english)
    assert (
        page.bullets[0].strong
        == "All Wales, Falls per 1,000 bed days: 5.64 in October 2026 (not final yet)."
    )


def test_a_young_figure_before_a_gap_bears_its_state(edition: Edition, english: Words) -> None:
    """September is not final and October has no figure; August is the last that was judged."""
    september = edition.points["period"].unique().sort()[-2]
    made = hollow(replace(edition, data_month=september), WALES_FALLS, "immature")
    lost = (pl.col("series") == WALES_FALLS) & (pl.col("period") > september)
    made = replace(made, data_month=edition.data_month, points=made.points.filter(~lost))
    page = workstream_page(made, "falls", english)
    assert page.main.headline.startswith(
        "Falls per 1,000 bed days: no figure for October 2026; 5.60 (September 2026, not final yet)"
    )


def test_the_rules_are_said_once(page: WorkstreamPage) -> None:
    assert page.main.subtitle == (
        "Falls per 1,000 occupied bed days, November 2024 to October 2026. u chart."
    )
    assert sum("IHI" in note for note in page.main.notes) == 1


@pytest.mark.parametrize(
    ("day", "flags"),
    [
        (date(2023, 10, 31), {}),
        (date(2023, 11, 30), {date(2023, 11, 1): "1"}),
        (date(2026, 10, 2), {date(2026, 10, 1): "1"}),
    ],
)
def test_a_change_has_a_number_in_the_36_months_that_charts_show(
    edition: Edition, day: date, flags: dict[date, str]
) -> None:
    """October 2026 is the last of them, November 2023 the first."""
    falls = next(c for c in edition.contracts if c.workstream == "falls").measure("falls_rate")
    made = replace(edition, changes=edition.changes.with_columns(date=pl.lit(day)))
    for organisation in ("7A4", None):
        shown = Flags(made, "falls", frozenset({"falls_rate"}), organisation)
        assert shown.on(falls) == shown.numbers() == flags


def test_values_are_read_as_enumerations(edition: Edition) -> None:
    key = SeriesKey(workstream="falls", measure="falls_rate", level="wales", unit="wales")
    series = series_of(edition, key)
    assert {type(point.verdict) for point in series.points} == {Verdict}
    assert {type(point.state) for point in series.points} == {PointState}
    unknown = edition.points.with_columns(verdict=pl.lit("better"))
    with pytest.raises(ValueError, match="better"):
        series_of(replace(edition, points=unknown), key)


@pytest.mark.parametrize("size", list(Size))
def test_plotly_takes_the_figure(edition: Edition, english: Words, size: Size) -> None:
    key = SeriesKey(workstream="falls", measure="falls_rate", level="organisation", unit="7A2")
    wales = SeriesKey(workstream="falls", measure="falls_rate", level="wales", unit="wales")
    options = Options(unit_name="Hywel Dda", reference=series_of(edition, wales))
    drawn = drawn_in(chart_model(edition, key, english, size, options))
    taken = go.Figure(data=drawn["data"], layout=drawn["layout"])
    assert taken.data[-1].name == "points"
    assert not taken.layout.showlegend


def test_an_anchor_tells_wards_with_awkward_codes_apart() -> None:
    anchors = {
        SeriesKey(workstream="w", measure="m_n", level="ward", unit=unit).anchor
        for unit in ("7A4BV:1", "7A4BV:A/1", "7A4BV:A 1", "7A4BV:A-1")
    }
    assert len(anchors) == 4
    assert "7A4BV-1-m-n" in anchors


def test_a_key_is_read_from_its_text_though_a_ward_has_a_slash() -> None:
    key = SeriesKey.named("falls/falls_all/ward/7A4BV:A/B 2")
    assert (key.workstream, key.measure, key.level) == ("falls", "falls_all", "ward")
    assert key.unit == "7A4BV:A/B 2"
    assert str(key) == "falls/falls_all/ward/7A4BV:A/B 2"


def test_a_return_that_is_in_is_no_reason_for_a_gap(edition: Edition, english: Words) -> None:
    """Powys sent in time, and nothing of this measure: not `(on time)`."""
    sent = pl.col("organisation").eq("7A7") & pl.col("workstream").eq("falls")
    returns = edition.returns.with_columns(
        status=pl.when(sent).then(pl.lit("on_time")).otherwise("status")
    )
    page = workstream_page(replace(edition, returns=returns), "falls", english)
    charts = {chart.unit_name: chart for chart in page.organisations[0].charts}
    assert charts["Powys"].missing == "No figure for October 2026: shown is September 2026."


def test_files_that_wait_to_be_mended_are_named(
    edition: Edition, english: Words, welsh: Words
) -> None:
    """Those of the last year, by month; questions and missing returns are no such files."""
    september, october = date(2026, 9, 1), date(2026, 10, 1)
    waits = [
        ("partly_accepted", "7A5", "falls", date(2026, 8, 1), october),
        ("refused", "7A2", "falls", september, september),
        ("warnings", "7A4", "falls", september, september),
        ("missing", "7A7", "falls", september, september),
        ("refused", "7A1", "falls", date(2025, 10, 1), date(2025, 10, 1)),
        ("refused", "7A6", "sepsis", september, september),
    ]
    columns = ("kind", "organisation", "workstream", "period", "period_to")
    rows = pl.DataFrame(waits, schema=columns, orient="row").with_columns(table=pl.lit("monthly"))
    made = replace(edition, queue=pl.concat([edition.queue.clear(), rows], how="diagonal"))
    table = "Falls by ward and month"
    assert workstream_page(made, "falls", english).quality.unmended == (
        f"Hywel Dda: {table}, September 2026 (Not accepted)",
        f"Cwm Taf Morgannwg: {table}, Aug 2026 to Oct 2026 (Accepted in part)",
    )
    assert (
        workstream_page(made, "falls", welsh)
        .quality.unmended[0]
        .endswith("Medi 2026 (Nis derbyniwyd)")
    )
