"""Days between rare events on an organisation's page, and that their dates are nowhere else."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from data_contracts.contract import load_contracts
from reports.edition import Edition
from reports.figures.scales import event_ticks
from reports.pages import audience
from reports.pages.organisation import OrganisationPage, organisation_page
from reports.pages.render import render_page
from reports.spc import Plan, analyse
from reports.spc.vocabulary import Chart, Direction
from reports.words import Words

FIRST = date(2026, 1, 5)
# 20 events, 10 days apart, of which the last is on 14 July 2026.
DAYS = [FIRST + timedelta(days=10 * n) for n in range(20)]


def judged(
    organisation: str, level: str, unit: str, days: list[date] = DAYS
) -> tuple[pl.DataFrame, pl.DataFrame]:
    series = f"falls/hip_fracture_days/{level}/{unit}"
    given = pl.DataFrame({"series": series, "period": days, "numerator": 10.0, "plan": "t"})
    found = analyse(given, {"t": Plan(chart=Chart.T, direction=Direction.UP)})
    whose = [
        pl.lit(value).alias(name)
        for name, value in {
            "workstream": "falls", "measure": "hip_fracture_days", "level": level, "unit": unit,
            "organisation": organisation,
        }.items()
    ]  # fmt: skip
    known = [pl.lit("final").alias("state"), pl.lit("reported").alias("provenance")]
    points = given.join(found.points, on=["series", "period"]).with_columns(*whose, *known)
    return points, found.series.with_columns(whose)


@pytest.fixture(scope="module")
def with_days(edition: Edition) -> Edition:
    made = [
        judged("7A4", "organisation", "7A4"),
        judged("7A4", "site", "7A4BV"),
        judged("7A6", "site", "7A6AR"),
    ]
    points, series = (pl.concat(frames) for frames in zip(*made, strict=True))
    return replace(edition, contracts=load_contracts(), days_points=points, days_series=series)


def page_of(edition: Edition, words: Words, code: str) -> OrganisationPage:
    return organisation_page(edition.shown_to(audience.organisation(code)), words, code)


def test_the_organisation_has_a_chart_and_the_days_since(
    with_days: Edition, english: Words
) -> None:
    """14 July to 31 October are 109 days."""
    (rare,) = page_of(with_days, english, "7A4").workstreams[0].rare
    assert rare.chart.unit_name == "Cardiff and Vale"
    assert rare.chart.alternative.startswith("14 July 2026: 10; median 10")
    assert rare.since == (
        "The last event was on 14 July 2026; 109 days without one have passed to the end of "
        "October 2026."
    )


def test_a_site_stands_in_for_an_organisation_whose_events_are_frequent(
    with_days: Edition, english: Words
) -> None:
    (rare,) = page_of(with_days, english, "7A6").workstreams[0].rare
    assert rare.chart.unit_name == "Royal Gwent Hospital"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "Too few events for a chart: Days between hip fractures, Nevill Hall Hospital (last "
            "event: 6 March 2026); Days between hip fractures, Royal Gwent Hospital (last event: "
            "14 February 2026).",
        ),
        ("cy", "Rhy ychydig o ddigwyddiadau ar gyfer siart: "),
    ],
)
def test_too_few_events_are_one_sentence_and_no_empty_box(
    edition: Edition, language: str, told: str
) -> None:
    """Seven events to 6 March and five to 14 February, of 10 days each from 5 January."""
    made = [
        judged("7A6", "site", "7A6AM", DAYS[:7]),
        judged("7A6", "site", "7A6AR", DAYS[:5]),
    ]
    points, series = (pl.concat(frames) for frames in zip(*made, strict=True))
    whole = replace(edition, contracts=load_contracts(), days_points=points, days_series=series)
    words = Words.load(edition.translations_folder, language)
    page = page_of(whole, words, "7A6")
    falls = page.workstreams[0]
    assert falls.rare == ()
    assert falls.rare_few.startswith(told)
    shown = whole.shown_to(audience.organisation("7A6"))
    html = render_page("organisation.html.jinja", shown, words, page).decode()
    assert falls.rare_few in html
    assert words.text("charts.blank.too_few_events.text") not in html


def test_dates_of_events_are_for_the_organisations_own_readers(
    with_days: Edition, english: Words
) -> None:
    for reader in (audience.COLLABORATIVE, audience.steward("7A4")):
        assert with_days.shown_to(reader).days_points.is_empty()
    own = with_days.shown_to(audience.organisation("7A1"))
    assert own.days_points.is_empty()
    shown = with_days.shown_to(audience.organisation("7A4"))
    page = organisation_page(shown, english, "7A4")
    html = render_page("organisation.html.jinja", shown, english, page)
    assert b"14 July 2026" in html
    assert b"Royal Gwent" not in html


@pytest.mark.parametrize(
    ("events", "ticks"),
    [
        ({2021: 2, 2022: 20, 2023: 14}, ([2, 22], ["2022", "2023"])),
        ({2021: 12, 2022: 12, 2023: 12}, ([0, 12, 24], ["2021", "2022", "2023"])),
        ({2022: 30, 2023: 5, 2024: 1}, ([0, 30, 35], ["2022", "2023", "2024"])),
    ],
)
def test_years_of_a_chart_by_event_do_not_lie_over_each_other(
    events: dict[int, int], ticks: tuple[list[int], list[str]]
) -> None:
    """Of 36 events, a year needs the room of four; the last may stand out on the right."""
    days = [date(year, 1 + n % 12, 1) for year, n_of in events.items() for n in range(n_of)]
    assert event_ticks(days) == ticks
