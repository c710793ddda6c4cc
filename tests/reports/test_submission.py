"""A steward's page: outcome first, problems by cause, nothing that names a person."""

import csv
import io
from datetime import date

import polars as pl
import pytest
from steward_files import (
    ALL,
    COPY,
    FIRST,
    LOCKED,
    OCTOBER,
    PARTLY,
    REFUSED,
    SHEET,
    UNKNOWN,
    due,
    edition_of,
    file,
    text,
)

from reports.edition import Edition
from reports.pages.problem_list import problem_list
from reports.pages.submission import SubmissionPage, submission_page
from reports.pages.submission_case import Case, Records, case_of
from reports.pages.submission_history import history
from reports.pages.submission_outcome import Moment, moment, next_name
from reports.words import Words


def found(edition: Edition, words: Words, submission: str) -> Case:
    return case_of(Records.of(edition, "7A4"), words, submission)


def page_of(
    edition: Edition, words: Words, submission: str, sheet: pl.DataFrame | None = None
) -> SubmissionPage:
    return submission_page(found(edition, words, submission), sheet)


@pytest.mark.parametrize(
    ("submission", "heading"),
    [
        ("first", "Accepted; please check 1 thing"),
        ("refused", "Not accepted: 3 problems to mend"),
        ("partly", "Accepted in part: 39 rows set aside"),
        ("locked", "Locked away: the file was not used"),
        ("copy", "Sent before: the same contents as an earlier file"),
        ("unknown", "Not accepted: 1 problem to mend"),
    ],
)
def test_the_page_opens_with_the_outcome(edition, words, submission, heading):
    page = page_of(edition_of(edition, *ALL), words, submission)
    assert page.heading == heading
    assert page.title.startswith(heading)


def test_a_clean_file_is_told_so_aloud(edition, words):
    page = page_of(edition_of(edition, file("clean", "accepted", 10)), words, "clean")
    assert page.heading == "Accepted: no problems found"
    assert page.nothing_found == "No problems found. We looked at every row and every column."
    assert [text(step) for step in page.steps] == ["Nothing. Thank you for the file."]
    assert page.mend == page.check == ()


def test_problems_are_grouped_by_cause_quickest_first(edition, words):
    page = page_of(edition_of(edition, REFUSED), words, "refused")
    assert [(group.mark, group.plain_title, group.count) for group in page.mend] == [
        ("1", "Columns are missing", "1 column"),
        ("2", "The falls by harm do not add up to all falls", "2 cells"),
        ("3", "falls_moderate_harm: a small number is hidden", "1,204 cells"),
    ]
    assert [group.mark for group in page.check] == ["A"]


def test_a_long_group_shows_twenty_and_says_so(edition, words):
    hidden = page_of(edition_of(edition, REFUSED), words, "refused").mend[2]
    assert hidden.shown == "Showing 20 of 1,204; all are in the list to download"
    assert [cell.place for cell in hidden.cells] == [f"J{row}" for row in range(2, 22)]
    assert [text(example) for example in hidden.examples] == ["J2: <5", "J3: <5", "J4: <5"]


def test_a_group_says_expected_cause_and_mend(edition, words):
    hidden = page_of(edition_of(edition, REFUSED), words, "refused").mend[2]
    assert text(hidden.expected) == "The number itself, such as 3; 0 for none."
    assert text(hidden.cause).startswith("A hidden number cannot be added up.")
    assert text(hidden.mend).startswith("Type the number from your own system")


def test_a_rule_of_a_contract_speaks_with_the_contracts_words(edition, words):
    harm = page_of(edition_of(edition, REFUSED), words, "refused").mend[1]
    assert harm.plain_title == text((*harm.title,)) == words.text("falls.rules.FA01.title")
    assert harm.expected == ()
    assert text(harm.examples[0]) == "G4: 9; falls_no_harm: 5"


def test_a_misspelt_column_is_recognised(edition, words):
    page = page_of(edition_of(edition, REFUSED), words, "refused")
    missing, unknown = page.columns
    assert (text(missing.expected), text(missing.found)) == ("ward_name", "perhaps nmae")
    assert text(missing.action) == "Rename the column to ward_name"
    assert (text(unknown.found), unknown.where) == ("Comments (JB)", "L1")


def test_a_piece_of_the_sheet_is_shown_without_unknown_columns(edition, words):
    page = page_of(edition_of(edition, REFUSED), words, "refused", SHEET)
    piece = page.mend[2].excerpt
    assert piece is not None
    assert piece.letters == ("H", "I", "J", "K", "L")
    assert [row.number for row in piece.rows] == [1, 2, 3, 4]
    assert [text(row.cells[-1].text) for row in piece.rows] == ["L"] + ["not shown"] * 3


def test_a_locked_file_shows_nothing_of_what_is_in_it(edition, words):
    page = page_of(edition_of(edition, LOCKED), words, "locked", SHEET)
    (group,) = page.mend
    assert group.excerpt is None
    assert [(cell.place, text(cell.value)) for cell in group.cells] == [("S5", "not shown")]
    listed = problem_list(found(edition_of(edition, LOCKED), words, "locked")).decode()
    for digits in ("943", "476", "5919"):
        assert digits not in repr(page)
        assert digits not in listed


def test_after_a_name_was_sent_the_first_step_is_governance(edition, words):
    page = page_of(edition_of(edition, LOCKED), words, "locked")
    assert text(page.steps[0]) == (
        "Tell your information governance lead that a file with personal details was sent. "
        "Quote locked."
    )


# October 2026 has its deadline on 13 November (10 working days) and closes on 20 November.
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (13, Moment.BEFORE_DEADLINE),
        (14, Moment.BEFORE_CLOSING),
        (20, Moment.BEFORE_CLOSING),
        (21, Moment.AFTER_CLOSING),
    ],
)
def test_both_deadlines_are_still_in_time_on_their_day(day, expected):
    assert moment(date(2026, 11, day), date(2026, 11, 13), date(2026, 11, 20)) is expected


def test_a_refused_file_is_told_by_when_to_send_another(edition, words):
    page = page_of(edition_of(edition, REFUSED), words, "refused")
    assert text(page.deadline) == (
        "The deadline for October 2026 was 13 November 2026. "
        "A mended file that arrives by 20 November 2026 is still in the final report."
    )


def test_without_a_month_there_is_no_deadline_but_an_answer(edition, words):
    page = page_of(edition_of(edition, UNKNOWN), words, "unknown")
    assert text(page.deadline).startswith("We do not know which month the file is for")
    assert page.stats == ()
    assert page.subject == "Return not known, Month not known"


def test_the_file_that_stays_in_use_is_named_and_linked(edition, words):
    page = page_of(edition_of(edition, FIRST, REFUSED), words, "refused")
    kept = page.lines[1]
    assert text(kept.text) == "Your file 7A4_falls_202610_v09.xlsx of 9 November 2026 stays in use."
    assert kept.href == "submission-first.html"


def test_a_board_with_no_other_file_is_told_what_is_missing(edition, words):
    page = page_of(edition_of(edition, REFUSED), words, "refused")
    assert "missing from the report" in text(page.lines[1].text)


def test_nothing_is_asked_about_a_file_that_a_newer_one_replaced(edition, words):
    newer = file("newer", "accepted", 22, months_in_force=[OCTOBER])
    page = page_of(edition_of(edition, newer, REFUSED), words, "refused")
    assert len(page.steps) == 1
    assert page.deadline == ()


def test_a_copy_names_the_file_it_repeats(edition, words):
    page = page_of(edition_of(edition, FIRST, COPY), words, "copy")
    assert text(page.lines[1].text) == "The earlier file is 7A4_falls_202610_v09.xlsx."
    assert page.check == ()


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, "7A4_falls_202610_v21.xlsx"),
        ({"file_name": "Falls FINAL.CSV", "version": None}, "7A4_falls_202610_v01.csv"),
        ({"file_name": "falls.docx", "version": 99}, "7A4_falls_202610_v100.xlsx"),
        (
            {"period_from": date(2021, 1, 1), "period_to": date(2023, 3, 1)},
            "7A4_falls_202101-202303_v21.xlsx",
        ),
    ],
)
def test_the_next_file_has_the_next_name(edition, words, changed, name):
    made = edition_of(edition, REFUSED | changed)
    case = found(made, words, "refused")
    assert next_name(case, history(case)) == name


def test_history_is_newest_first_and_marks_this_page(edition, words):
    page = page_of(edition_of(edition, *ALL), words, "refused")
    assert [(row.result, row.is_this, row.in_force) for row in page.history] == [
        ("Sent before", False, "No"),
        ("Locked away", False, "No"),
        ("Accepted in part", False, "No"),
        ("Not accepted", True, "No"),
        ("Accepted, please check", False, "Yes, for 1 month"),
    ]


def test_files_of_other_months_are_another_history(edition, words):
    september = file("september", "accepted", 1) | {
        "period_from": date(2026, 9, 1),
        "period_to": date(2026, 9, 1),
    }
    page = page_of(edition_of(edition, REFUSED, september), words, "refused")
    assert [row.is_this for row in page.history] == [True]


def test_a_file_whose_original_is_not_known_names_none(edition, words):
    lonely = file("lonely", "duplicate", 23, duplicate_of="elsewhere")
    nameless = file("nameless", "duplicate", 23)
    made = edition_of(edition, lonely, nameless)
    for submission in ("lonely", "nameless"):
        assert len(page_of(made, words, submission).lines) == 1


def test_months_of_one_file_are_told_as_a_run(edition, words):
    many = file("many", "accepted", 10, period_from=date(2026, 6, 1), organisations=["7A4"])
    months = [date(2026, month, 1) for month in (6, 7, 8, 10)]
    returns = tuple(due(month, "on_time", "many") for month in months)
    page = page_of(edition_of(edition, many, returns=returns), words, "many")
    assert [row.months for row in page.in_force] == ["October 2026", "June 2026 to August 2026"]
    assert {text(row.file) for row in page.in_force} == {"This file"}


def test_the_list_holds_every_problem_with_its_words(edition, words):
    made = problem_list(found(edition_of(edition, REFUSED), words, "refused"))
    assert made.startswith(b"\xef\xbb\xbfSheet,Cell,Row,")
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert len(rows) == 1208
    assert rows[0]["Cell"] == "J2"
    assert rows[0]["Problem"] == "falls_moderate_harm: a small number is hidden"
    assert rows[1206]["More"] == "Did you mean: nmae"


def test_the_list_runs_nothing(edition, words):
    made = problem_list(found(edition_of(edition, PARTLY), words, "partly"))
    (row,) = csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline=""))
    assert row["Found"] == "'=cmd"


@pytest.mark.parametrize("submission", [row["submission"] for row in ALL])
def test_the_welsh_page_has_the_same_parts_and_other_words(edition, words, welsh, submission):
    made = edition_of(edition, *ALL)
    english = page_of(made, words, submission)
    cymraeg = page_of(made, welsh, submission)
    assert cymraeg.name == f"submission-{submission}.cy.html"
    assert cymraeg.heading != english.heading
    for one, other in zip(english.mend + english.check, cymraeg.mend + cymraeg.check, strict=True):
        assert one.anchor == other.anchor
        assert [c.place for c in one.cells] == [c.place for c in other.cells]
        assert text(one.mend) != text(other.mend)


def test_an_unknown_submission_is_a_mistake_of_ours(edition, words):
    with pytest.raises(KeyError, match="no submission nowhere"):
        page_of(edition_of(edition), words, "nowhere")


@pytest.fixture
def words(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "en")


@pytest.fixture
def welsh(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "cy")
