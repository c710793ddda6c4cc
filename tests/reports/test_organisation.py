"""An organisation's own page: down to wards, its own only, never a total of the organisation."""

from dataclasses import replace

import polars as pl
import pytest

from reports.edition import Edition
from reports.pages import audience
from reports.pages.organisation import OrganisationPage, has_page, organisation_page
from reports.pages.render import render_page
from reports.words import Words

OTHER_WARD = "7A6AR:ELSEWHERE"


def with_wards(edition: Edition) -> Edition:
    """Another board's ward, and an own one with a code that is awkward in links, in concern."""
    ward = "7A4BV:A&E 1/2"
    return replace(
        edition,
        points=pl.concat(
            [
                edition.points,
                moved(edition.points, OTHER_WARD, "7A6"),
                in_concern(moved(edition.points, ward, "7A4")),
            ]
        ),
        series=pl.concat(
            [
                edition.series,
                moved(edition.series, OTHER_WARD, "7A6"),
                moved(edition.series, ward, "7A4"),
            ]
        ),
    )


def moved(frame: pl.DataFrame, unit: str, organisation: str) -> pl.DataFrame:
    own = frame.filter(pl.col("unit") == "7A4BV:W1", pl.col("workstream") == "falls")
    return own.with_columns(
        unit=pl.lit(unit),
        organisation=pl.lit(organisation),
        series=pl.concat_str("workstream", "measure", "level", pl.lit(unit), separator="/"),
    ).select(frame.columns)


def in_concern(points: pl.DataFrame) -> pl.DataFrame:
    return points.with_columns(
        verdict=pl.lit("concern"), rule=pl.lit("outside"), rule_side=pl.lit(1, dtype=pl.Int8)
    )


@pytest.fixture(scope="module")
def shown(edition: Edition) -> Edition:
    return with_wards(edition).shown_to(audience.organisation("7A4"))


@pytest.fixture(scope="module")
def page(shown: Edition, english: Words) -> OrganisationPage:
    return organisation_page(shown, english, "7A4")


def test_the_title_names_the_organisation_in_the_readers_language(
    shown: Edition, english: Words, welsh: Words
) -> None:
    assert organisation_page(shown, english, "7A4").title == (
        "Cardiff and Vale University Health Board: 1 signal of concern in October 2026"
    )
    made = organisation_page(shown, welsh, "7A4")
    assert made.name == "index.cy.html"
    assert made.title.startswith("Bwrdd Iechyd Prifysgol Caerdydd a'r Fro: ")


def test_another_organisations_ward_never_appears(
    edition: Edition, english: Words, shown: Edition, page: OrganisationPage
) -> None:
    html = render_page("organisation.html.jinja", shown, english, page)
    assert b"ELSEWHERE" not in html + b"".join(page.files.values())
    uncut = organisation_page(with_wards(edition), english, "7A4")
    assert "ELSEWHERE" not in repr(uncut)


def test_wards_are_named_with_their_site(page: OrganisationPage) -> None:
    table = page.workstreams[0].tables[0]
    assert [(row.name, row.level) for row in table.rows] == [
        ("All Wales", "All Wales"),
        ("Cardiff and Vale", "Organisation"),
        ("University Hospital of Wales", "Site"),
        ("University Hospital of Wales, ward A&E 1/2", "Ward"),
        ("University Hospital of Wales, ward W1", "Ward"),
    ]
    assert (table.count, table.signals) == ("4 units", "2 signals")


def test_parts_with_a_signal_on_a_key_measure_have_a_chart(page: OrganisationPage) -> None:
    falls = page.workstreams[0]
    assert [chart.unit_name for chart in falls.signals] == [
        "University Hospital of Wales, ward A&E 1/2"
    ] * 2
    row = falls.tables[0].rows[3]
    assert row.href == f"#{falls.signals[0].id}"
    assert falls.signals[0].csv_href in page.files


def test_a_wards_code_makes_a_plain_file_name(page: OrganisationPage) -> None:
    assert all(set(path) <= set(PLAIN) for path in page.files), list(page.files)


PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./"


def test_own_charts_have_the_mean_for_wales(page: OrganisationPage) -> None:
    first = page.workstreams[0].charts[0]
    assert "The thin dotted line is the mean for all Wales: 6.00." in first.notes
    assert "all Wales" in first.figure


def test_the_strip_leads_to_charts_on_the_page(page: OrganisationPage) -> None:
    cells = [cell for group in page.strip for cell in group.cells]
    charts = {chart.id for one in page.workstreams for chart in one.charts}
    assert {cell.href.removeprefix("#") for cell in cells} == charts
    assert cells[0].text == "Concern"


def test_only_own_returns_and_changes_are_told(
    edition: Edition, english: Words, page: OrganisationPage
) -> None:
    assert [row.name for row in page.workstreams[0].returns.rows] == [
        "Falls by ward and month",
        "Falls with severe harm, dates",
    ]
    assert [row.text for row in page.workstreams[0].changes] == [
        "Bedside falls huddle on three wards"
    ]
    powys = organisation_page(edition.shown_to(audience.organisation("7A7")), english, "7A7")
    assert powys.workstreams[0].changes == ()
    assert powys.bullets[-1].strong == "Data gaps: 1 return for October 2026."
    assert powys.bullets[-1].rest == "Powys (Falls by ward and month): missing."


def test_an_organisation_has_a_page_if_something_is_due(edition: Edition) -> None:
    assert has_page(edition, "RQF")
    assert not has_page(edition, "RT4")


def test_an_unknown_organisation_is_an_error(shown: Edition, english: Words) -> None:
    with pytest.raises(KeyError, match="ZZZ"):
        organisation_page(shown, english, "ZZZ")
