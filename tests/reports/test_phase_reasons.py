"""The recorded reasons for recalculated limits reach the reader of every chart that they cut."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from reports.edition import Edition
from reports.figures.series import Point, Series
from reports.figures.sizes import Size
from reports.months import months
from reports.pages import audience
from reports.pages.chart import model_of
from reports.pages.chart_labels import Options, figure_texts
from reports.pages.organisation import organisation_page
from reports.pages.phase_reasons import boundaries_of, phase_notes, reason_text, reasons_at
from reports.pages.series_key import SeriesKey
from reports.pages.workstream import workstream_page
from reports.sentences import Speaker
from reports.words import Words

GRANGE, UNITS = "grange_opened_2020", "gwent_minor_injuries_2021"
OPENED = "The Grange University Hospital opened and took over major emergency and specialist care"


def key(level: str, unit: str, measure: str = "ed_within_4_hours") -> SeriesKey:
    return SeriesKey(workstream="deterioration", measure=measure, level=level, unit=unit)


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        (key("site", "7A6AR"), [GRANGE, UNITS]),
        (key("ward", "7A6AR:C1"), [GRANGE, UNITS]),
        # The minor injury units concern one table only.
        (key("site", "7A6AR", "observations_on_time"), [GRANGE]),
        (key("organisation", "7A6"), []),
        (key("setting", "7A3:ed_assessment"), ["bridgend_2019"]),
        (key("wales", "wales"), []),
    ],
)
def test_reasons_are_found_by_level_unit_and_table(
    edition: Edition, sought: SeriesKey, expected: list[str]
) -> None:
    assert [boundary.id for boundary in boundaries_of(edition, sought)] == expected


def phased(*starts: date, without: tuple[date, ...] = ()) -> Series:
    """January 2020 to December 2021; a new phase at each of `starts`, some months missing."""
    points = tuple(
        Point(
            period=month,
            value=None if month in without else 80.0,
            centre=None if month in without else 80.0,
            phase=None if month in without else 1 + sum(month >= start for start in starts),
        )
        for month in months(date(2020, 1, 1), date(2021, 12, 1))
    )
    return Series(key=str(key("site", "7A6AR")), points=points, chart="p")


NOVEMBER, JANUARY = date(2020, 11, 1), date(2021, 1, 1)


def test_a_note_has_date_reason_source_and_role(edition: Edition, english: Words) -> None:
    known = boundaries_of(edition, key("site", "7A6AR"))
    first, second = phase_notes(phased(NOVEMBER, JANUARY), 24, known, english, Size.MEDIUM)
    assert first == (
        f"Limits recalculated from November 2020: {OPENED} (1 November 2020). "
        "Source: No legal instrument: a change of services. Emergency department figures of Welsh "
        "Government (StatsWales), site 7A6G9 from November 2020. Recorded by: Programme analyst."
    )
    assert second.startswith("Limits recalculated from January 2021: The emergency departments of")


UNITS_NOTE = (
    "New limits January 2021: The emergency departments of Royal Gwent and Nevill Hall became "
    "minor injury units (1 January 2021)."
)
OPENED_NOTE = f"New limits November 2020: {OPENED} (1 November 2020)."


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        # From November 2020, the line of that month included; then from December.
        (14, [OPENED_NOTE, UNITS_NOTE]),
        (13, [OPENED_NOTE, UNITS_NOTE]),
        # From January and from February 2021: the limits of November are not shown any more.
        (12, [UNITS_NOTE]),
        (11, [UNITS_NOTE]),
        (1, [UNITS_NOTE]),
    ],
)
def test_a_small_chart_has_the_short_form_of_what_stands_behind_it(
    edition: Edition, english: Words, shown: int, expected: list[str]
) -> None:
    known = boundaries_of(edition, key("site", "7A6AR"))
    found = phase_notes(phased(NOVEMBER, JANUARY), shown, known, english, Size.SMALL)
    assert list(found) == expected


def test_a_phase_before_the_picture_is_named_without_a_reason_too(english: Words) -> None:
    found = phase_notes(phased(NOVEMBER), 6, (), english, Size.LARGE)
    assert found == ("Limits recalculated from November 2020.",)
    assert phase_notes(phased(NOVEMBER), 24, (), english, Size.LARGE) == ()


def test_two_reasons_within_a_gap_both_explain_the_phase_after_it(
    edition: Edition, english: Words
) -> None:
    known = boundaries_of(edition, key("site", "7A6AR"))
    without = (NOVEMBER, date(2020, 12, 1))
    series = phased(JANUARY, without=without)
    found = reasons_at(series, 12, known)
    assert [boundary.id for boundary in found] == [GRANGE, UNITS]
    assert reason_text(found, english).startswith(f"{OPENED}; The emergency departments")


def test_a_boundary_of_another_month_explains_nothing(edition: Edition, english: Words) -> None:
    known = boundaries_of(edition, key("site", "7A6AR"))
    assert phase_notes(phased(date(2021, 6, 1)), 24, known, english, Size.LARGE) == ()


def test_the_note_stands_under_the_chart_in_both_languages(
    edition: Edition, english: Words, welsh: Words
) -> None:
    sought = key("site", "7A6AR")
    contract = next(c for c in edition.contracts if c.workstream == "deterioration")
    measure = contract.measure(sought.measure)
    options = Options(unit_name="Royal Gwent", boundaries=boundaries_of(edition, sought))
    series = phased(NOVEMBER)
    model = model_of(series, sought, Speaker(english, measure), Size.MEDIUM, options)
    assert any(OPENED in note and "Source: " in note for note in model.notes)
    (line,) = figure_texts(series, Speaker(english, measure), Size.MEDIUM, options).phases
    assert line.text == f"Limits recalculated from November 2020: {OPENED}"
    cymraeg = model_of(series, sought, Speaker(welsh, measure), Size.MEDIUM, options)
    assert any("Agorodd Ysbyty Athrofaol y Faenor" in note for note in cymraeg.notes)


def in_phases(edition: Edition, series: str, start: date) -> Edition:
    """The edition with another phase in one series, from a month on."""
    later = (pl.col("series") == series) & (pl.col("period") >= start)
    phase = pl.when(later).then(pl.lit(2, pl.Int64)).otherwise("phase")
    return replace(edition, points=edition.points.with_columns(phase=phase))


def test_pages_of_workstreams_and_organisations_print_it(edition: Edition, english: Words) -> None:
    """A boundary of Cardiff and Vale in April 2026, when its falls get new limits."""
    start = date(2026, 4, 1)
    known = replace(edition.registers.boundaries[0], date=start, organisations=("7A4",))
    made = replace(
        in_phases(edition, "falls/falls_rate/organisation/7A4", start),
        registers=replace(edition.registers, boundaries=(known,)),
    )
    grid = workstream_page(made, "falls", english).organisations[0]
    cardiff = next(chart for chart in grid.charts if chart.unit_name == "Cardiff and Vale")
    powys = next(chart for chart in grid.charts if chart.unit_name == "Powys")
    assert [note for note in cardiff.notes if note.startswith("New limits April 2026: Health")]
    assert not [note for note in powys.notes if note.startswith("New limits")]
    own = organisation_page(made.shown_to(audience.organisation("7A4")), english, "7A4")
    notes = own.workstreams[0].charts[0].notes
    assert [note for note in notes if note.endswith("Recorded by: Programme analyst.")]
