"""A test of change has one number, on every chart that shows it and in the table."""

import json
from datetime import date

import pytest
from synthetic import make_edition
from test_quarterly import change, with_changes

from reports.edition import Edition
from reports.pages import audience
from reports.pages.organisation import organisation_page
from reports.pages.quarterly import quarterly_pack
from reports.pages.render import render_page
from reports.pages.workstream import WorkstreamPage, workstream_page
from reports.words import Words

# Oldest first: of another measure, of all of them, of the main one, of no chart, of a ward.
TOLD = (
    change(date=date(2026, 3, 9), measure="post_fall_check", text_en="Checklist"),
    change(date=date(2026, 5, 4), measure=None, text_en="Huddle", organisation="7A4"),
    change(date=date(2026, 6, 1), text_en="Night rounds", kind="process_change"),
    change(date=date(2026, 7, 6), text_en="Please recalculate", kind="request_to_recalculate"),
    change(
        date=date(2026, 8, 3), text_en="Low beds", level="ward", site_code="7A2AG", ward_code="A1"
    ),
    # Told before the figures of its month are: the data month is October.
    change(date=date(2026, 11, 10), text_en="Alarm mats"),
)


@pytest.fixture(scope="module")
def told() -> Edition:
    return with_changes(make_edition(), *TOLD)


@pytest.fixture(scope="module")
def page(told: Edition, english: Words) -> WorkstreamPage:
    return workstream_page(told, "falls", english)


def numbers(figure: str) -> list[str]:
    """The numbers of flags in a chart, from left to right."""
    shown = json.loads(figure)["layout"].get("annotations", [])
    return [one["text"].strip("<b>/") for one in shown if one.get("bgcolor") == "#212b32"]


def test_a_number_in_the_table_is_that_on_the_charts(page: WorkstreamPage) -> None:
    assert [(row.flag, row.text) for row in page.changes] == [
        ("1", "Checklist"),
        ("2", "Huddle"),
        ("3", "Night rounds"),
        ("", "Please recalculate"),
        ("", "Low beds"),
        ("", "Alarm mats"),
    ]
    charts = {c.id: numbers(c.figure) for group in page.groups for c in group.charts}
    assert numbers(page.main.figure) == ["2", "3"]
    assert charts["wales-post-fall-check"] == ["1"]
    assert {tuple(found) for found in charts.values()} == {("1",), ()}


def test_an_organisation_leads_to_its_own_figures_of_the_measure(page: WorkstreamPage) -> None:
    assert [row.href for row in page.changes[:3]] == [
        "#7A2-post-fall-check", "#7A4-falls-rate", "#7A2-falls-rate"
    ]  # fmt: skip


def test_every_chart_of_an_organisation_has_the_numbers_of_its_table(
    told: Edition, english: Words
) -> None:
    """Two key measures; the first chart's numbers were once counted apart from the second's."""
    more = with_changes(
        told,
        change(date=date(2026, 2, 2), text_en="Alarms"),
        change(date=date(2026, 4, 6), measure="risk_assessed", text_en="Prompts"),
        *TOLD,
    )
    own = organisation_page(more.shown_to(audience.organisation("7A2")), english, "7A2")
    falls = next(one for one in own.workstreams if one.id == "falls")
    assert [(row.flag, row.text) for row in falls.changes] == [
        ("1", "Alarms"),
        # On no chart of this page.
        ("", "Checklist"),
        ("2", "Prompts"),
        ("3", "Night rounds"),
        ("", "Please recalculate"),
        ("", "Low beds"),
        ("", "Alarm mats"),
    ]
    assert [numbers(chart.figure) for chart in falls.charts] == [["1", "3"], ["2"]]


def test_the_pack_has_the_numbers_of_the_page(told: Edition, english: Words) -> None:
    sheets = next(one for one in quarterly_pack(told, english).sheets if one.anchor == "falls")
    assert [(row.flag, row.text) for row in sheets.flags] == [
        ("2", "Huddle"),
        ("3", "Night rounds"),
    ]
    assert numbers(sheets.chart.figure) == ["2", "3"]


def test_who_tells_of_it_is_named_in_the_language_of_what_was_told(
    told: Edition, welsh: Words
) -> None:
    page = workstream_page(told, "falls", welsh)
    html = render_page("workstream.html.jinja", told, welsh, page).decode()
    assert '<span lang="en">Ward manager</span>' in html


def test_others_learn_of_work_on_a_ward_that_there_is_some(
    told: Edition, english: Words, welsh: Words
) -> None:
    """Not which ward, what was done or by whom: that stays in the organisation's own folder."""
    shown = told.shown_to(audience.COLLABORATIVE)
    for words, expected in (
        (english, ("Hywel Dda (one ward)", "Told in the organisation's own report", "")),
        (welsh, ("Hywel Dda (un ward)", "Gweler adroddiad y sefydliad ei hun", "")),
    ):
        row = workstream_page(shown, "falls", words).changes[-2]
        assert (row.organisation, row.text, row.role) == expected
        assert row.language == words.language
    page = workstream_page(shown, "falls", english)
    told_there = render_page("workstream.html.jinja", shown, english, page).decode()
    assert "Low beds" not in told_there
    assert "Checklist" in told_there


def test_nobody_says_that_nothing_was_tried_where_a_site_told_of_it(english: Words) -> None:
    only = with_changes(
        make_edition(), change(text_en="Huddle", level="site", site_code="7A2AG")
    ).shown_to(audience.COLLABORATIVE)
    (row,) = workstream_page(only, "falls", english).changes
    assert (row.organisation, row.date) == ("Hywel Dda (one site)", "12 August 2026")
    falls = next(one for one in quarterly_pack(only, english).sheets if one.anchor == "falls")
    assert [tried.row.organisation for tried in falls.changes] == ["Hywel Dda (one site)"]
