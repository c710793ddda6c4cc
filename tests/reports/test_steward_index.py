"""The list of a submitter's files, and what is missing or late."""

import csv
import io
from datetime import date

import pytest
from steward_files import ALL, LOCKED, OCTOBER, due, edition_of, file

from reports.edition import Edition
from reports.pages.steward_index import StewardIndex, steward_index
from reports.pages.submission_case import Records
from reports.words import Words


def index_of(edition: Edition, words: Words) -> StewardIndex:
    return steward_index(Records.of(edition, "7A4"), words)


def test_the_index_says_what_is_missing_before_what_was_sent(edition, words):
    september, august = date(2026, 9, 1), date(2026, 8, 1)
    returns = (
        due(september, "missing"),
        due(august, "missing"),
        due(OCTOBER, "on_time", "first"),
        due(date(2026, 11, 1), "waiting"),
        due(date(2026, 7, 1), "late", "x"),
    )
    page = index_of(edition_of(edition, *ALL, returns=returns), words)
    assert page.lead == "4 files are to be mended. 2 monthly returns need your attention."
    assert [row.href for row in page.to_mend] == [
        "submission-unknown.html",
        "submission-locked.html",
        "submission-partly.html",
        "submission-refused.html",
    ]
    assert [(row.months, row.state, row.needs_action) for row in page.due] == [
        ("August 2026 to September 2026", "missing", True),
        ("July 2026", "late", False),
    ]
    assert [row.months for row in page.waiting] == ["November 2026"]
    assert [row.href for row in page.sent][:2] == [
        "submission-unknown.html",
        "submission-copy.html",
    ]
    # As the file's own page says: 3 problems to mend, in 1,207 places.
    refused = next(row for row in page.sent if row.href == "submission-refused.html")
    assert (refused.rows, refused.problems, refused.checks) == ("0 of 61", "3", "1")


def test_a_trial_and_an_attempt_that_was_replaced_are_marked_in_the_list(edition, words):
    trial = file("trial", "refused", 22, trial=True, to_mend=False)
    older = file("older", "refused", 20, to_mend=False, superseded_by="newer")
    page = index_of(edition_of(edition, older, file("newer", "refused", 21), trial), words)
    told = ["Not accepted; a trial", "Not accepted", "Not accepted; a newer file took its place"]
    assert [row.result for row in page.sent] == told
    assert [row.href for row in page.to_mend] == ["submission-newer.html"]
    listed = csv.DictReader(io.StringIO(page.files["files.csv"].decode("utf-8-sig")))
    assert [row["Result"] for row in listed] == told


def test_the_index_is_right_where_nothing_was_sent(edition, words):
    page = index_of(edition_of(edition), words)
    assert (page.sent, page.due, page.waiting) == ((), (), ())
    assert page.lead == "Nothing is missing and nothing needs mending."


def test_a_file_name_that_names_a_person_is_masked_in_the_index(edition, words):
    page = index_of(edition_of(edition, LOCKED), words)
    assert list(page.files) == ["files.csv"]
    assert "5914" not in repr(page)  # the files to download are part of it


@pytest.fixture
def words(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "en")
