"""Corrections on a workstream's page: old and new figures in words, in a file, and how many."""

import csv
import io
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from synthetic import OCTOBER
from test_quarterly import correction, with_corrections
from test_site import changed_by, full_edition
from test_site import english as english_names

from reports.corrections import Cause
from reports.edition import Edition
from reports.pages import audience
from reports.pages.chart import contract_of
from reports.pages.corrections import Corrections, Figure, corrections_of, file_told
from reports.pages.render import render_page
from reports.pages.workstream import workstream_page
from reports.words import Words


def told(edition: Edition, words: Words, *rows: dict[str, object]) -> Corrections:
    made = with_corrections(edition, *rows)
    return corrections_of(made, contract_of(made, "falls"), words)


def test_a_correction_reads_old_and_new(edition: Edition, english: Words) -> None:
    (row,) = told(edition, english, correction(is_late=True)).rows
    assert (row.organisation, row.month, row.measure) == (
        "Cardiff and Vale", "September 2026", "Falls per 1,000 bed days"
    )  # fmt: skip
    assert (row.before, row.now) == (Figure("4.00", "12 of 3,000"), Figure("3.00", "9 of 3,000"))
    assert (row.file, row.day, row.timing) == ("Version 2", "4 October 2026", "after the deadline")


@pytest.mark.parametrize(
    ("facts", "file", "timing"),
    [
        ({}, "Version 2", "by the deadline"),
        ({"version": None}, "A file without a version number", "by the deadline"),
        ({"cause": "withdrawn", "is_late": None}, "Version 2 was withdrawn", ""),
        ({"cause": "released", "is_late": None}, "Version 2 was released from quarantine", ""),
        (
            {"cause": "closed", "is_late": None},
            "Version 2 counts since a ward or site was recorded as closed",
            "",
        ),
    ],
)
def test_what_came_is_told(
    edition: Edition, english: Words, facts: dict[str, object], file: str, timing: str
) -> None:
    (row,) = told(edition, english, correction(**facts)).rows
    assert (row.file, row.timing) == (file, timing)


@pytest.mark.parametrize(
    ("facts", "now"),
    [
        ({"numerator": None, "denominator": None}, Figure("", "no figure")),
        ({"denominator": 0.0, "numerator": 0.0}, Figure("", "0 of 0")),
    ],
)
def test_a_figure_that_cannot_be_divided_is_told_as_it_is(
    edition: Edition, english: Words, facts: dict[str, object], now: Figure
) -> None:
    (row,) = told(edition, english, correction(**facts)).rows
    assert row.now == now


def test_only_key_measures_of_the_months_shown_are_listed(edition: Edition, english: Words) -> None:
    """November 2025 is the first of the twelve months up to October 2026."""
    found = told(
        edition,
        english,
        correction(measure="falls_moderate_or_worse_rate"),
        correction(workstream="sepsis", measure="sepsis_six"),
        correction(period=date(2025, 10, 1)),
        correction(period=date(2025, 11, 1)),
    )
    assert [row.month for row in found.rows] == ["November 2025"]


def test_nothing_corrected_is_said(edition: Edition, english: Words) -> None:
    found = told(edition, english)
    assert (found.rows, dict(found.files)) == ((), {})
    assert found.sub == (
        "No later file or decision changed a key measure of any organisation, "
        "November 2025 to October 2026."
    )


@pytest.mark.parametrize("case", ["numbered", "unnumbered"])
@pytest.mark.parametrize("cause", Cause)
def test_each_cause_has_its_words_in_both_languages(
    english: Words, welsh: Words, cause: Cause, case: str
) -> None:
    row = {"cause": cause.value, "version": 2 if case == "numbered" else None}
    told = [file_told(row, words) for words in (english, welsh)]
    assert len(set(told)) == 2
    assert all(("2" in text) is (case == "numbered") for text in told)


def test_a_gap_and_what_came_after_it_are_told(edition: Edition, english: Words) -> None:
    gone = {"numerator": None, "denominator": None}
    found = told(
        edition,
        english,
        correction(cause="withdrawn", version=1, is_late=None, night=date(2026, 10, 5), **gone),
        correction(numerator_before=None, denominator_before=None, night=date(2026, 10, 6)),
    )
    assert [(row.before.told, row.now.told) for row in found.rows] == [
        ("no figure", "3.00"), ("4.00", "no figure")
    ]  # fmt: skip
    lines = list(csv.reader(io.StringIO(found.files[found.csv_href].decode("utf-8-sig"))))
    assert lines[0][3:9] == [
        "Numerator before", "Denominator before", "Value before", "Numerator after",
        "Denominator after", "Value after",
    ]  # fmt: skip
    assert [line[3:9] for line in lines[1:]] == [
        ["", "", "", "9", "3000", "3.00"], ["12", "3000", "4.00", "", "", ""]
    ]  # fmt: skip


def test_of_one_day_the_newest_stands_first(edition: Edition, english: Words) -> None:
    """Version 2 came in the early morning, was published, and was withdrawn on that day."""
    rows = [
        correction(night=date(2026, 10, 4)),
        correction(
            night=date(2026, 10, 5), cause="withdrawn", is_late=None, numerator_before=9.0,
            numerator=12.0,
        ),
    ]  # fmt: skip
    for given in (rows, rows[::-1]):
        found = told(edition, english, *given).rows
        assert [row.file for row in found] == ["Version 2 was withdrawn", "Version 2"]


def test_the_newest_stand_on_the_page_and_all_in_the_file(edition: Edition, english: Words) -> None:
    many = [
        correction(day=date(2026, 10, day), organisation=code, version=day)
        for day in range(1, 13)
        for code in ("7A4", "7A3")
    ]
    found = told(edition, english, *many)
    assert [row.file for row in found.rows[:3]] == ["Version 12", "Version 12", "Version 11"]
    assert [row.organisation for row in found.rows[:2]] == ["Swansea Bay", "Cardiff and Vale"]
    assert (len(found.rows), found.shown) == (20, "Showing 20 of 24.")
    lines = list(csv.reader(io.StringIO(found.files[found.csv_href].decode("utf-8-sig"))))
    assert found.csv_href == "data/falls-corrections.csv"
    assert len(lines) == 25
    assert lines[1] == [
        "Swansea Bay", "2026-09", "Falls per 1,000 bed days", "12", "3000", "4.00", "9", "3000",
        "3.00", "Version 12", "2026-10-12", "by the deadline",
    ]  # fmt: skip


def test_the_page_has_table_and_file_in_both_languages(
    edition: Edition, english: Words, welsh: Words
) -> None:
    made = with_corrections(edition, correction())
    for words, title in (
        (english, "Corrections that changed figures"),
        (welsh, "Cywiriadau a newidiodd ffigurau"),
    ):
        page = workstream_page(made, "falls", words)
        html = render_page("workstream.html.jinja", made, words, page).decode()
        assert f'<h3 class="grid-title" id="corrections">{title}</h3>' in html
        assert f'<a href="{page.corrections.csv_href}" download>' in html
        assert page.corrections.csv_href in page.files
        assert '<b>4.00</b><span class="when">12 ' in html


def test_a_correction_changes_the_page_of_its_workstream_and_the_pack() -> None:
    changed = changed_by(with_corrections(full_edition(), correction()))
    assert english_names(changed) == {
        "collaborative/ws-falls.html", "collaborative/q-2026-27-q2.html"
    }  # fmt: skip
    changed = changed_by(with_corrections(full_edition(), correction(period=OCTOBER)))
    assert english_names(changed) == {"collaborative/ws-falls.html"}


def test_an_organisation_s_corrections_are_for_it_and_the_collaborative(edition: Edition) -> None:
    made = with_corrections(edition, correction(), correction(organisation="7A3"))
    own = made.shown_to(audience.organisation("7A4")).corrections
    assert own["organisation"].to_list() == ["7A4"]
    assert made.shown_to(audience.COLLABORATIVE).corrections.height == 2
    ward = replace(made, corrections=made.corrections.with_columns(level=pl.lit("ward")))
    assert ward.shown_to(audience.COLLABORATIVE).corrections.is_empty()
