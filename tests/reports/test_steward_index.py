"""The list of a submitter's files, and what is missing or late."""

from datetime import date

import pytest
from steward_files import ALL, LOCKED, OCTOBER, due, edition_of

from reports.edition import Edition
from reports.pages.steward_index import file_list, steward_index
from reports.words import Words


def test_the_index_says_what_is_missing_before_what_was_sent(edition, words):
    september, august = date(2026, 9, 1), date(2026, 8, 1)
    returns = (
        due(september, "missing"),
        due(august, "missing"),
        due(OCTOBER, "on_time", "first"),
        due(date(2026, 11, 1), "waiting"),
        due(date(2026, 7, 1), "late", "x"),
    )
    page = steward_index(edition_of(edition, *ALL, returns=returns), words, "7A4")
    assert page.lead == "2 monthly returns need your attention."
    assert [(row.months, row.state, row.needs_action) for row in page.due] == [
        ("August 2026 to September 2026", "missing", True),
        ("July 2026", "late", False),
    ]
    assert [row.months for row in page.waiting] == ["November 2026"]
    assert [row.href for row in page.sent][:2] == [
        "submission-unknown.html",
        "submission-copy.html",
    ]
    refused = next(row for row in page.sent if row.href == "submission-refused.html")
    assert (refused.rows, refused.problems, refused.checks) == ("0 of 61", "1,207", "1")


def test_the_index_is_right_where_nothing_was_sent(edition, words):
    page = steward_index(edition_of(edition), words, "7A4")
    assert (page.sent, page.due, page.waiting) == ((), (), ())
    assert page.lead == "Nothing is missing and nothing needs mending."


def test_a_file_name_that_names_a_person_is_masked_in_the_index(edition, words):
    made = edition_of(edition, LOCKED)
    assert "5919" not in repr(steward_index(made, words, "7A4"))
    assert b"5919" not in file_list(made, words, "7A4")


@pytest.fixture
def words(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "en")
