"""A steward's page: outcome first, problems by cause, nothing that names a person."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from steward_files import (
    ALL,
    COPY,
    FIRST,
    HARM,
    LOCKED,
    NO_FALLS,
    OCTOBER,
    PARTLY,
    REFUSED,
    SHEET,
    UNKNOWN,
    cell,
    due,
    edition_of,
    file,
    text,
)

from data_contracts import problems
from data_contracts.problems import Problem, problems_frame
from reports.edition import Edition
from reports.pages.problem_list import problem_list
from reports.pages.sheet_excerpt import Excerpt
from reports.pages.submission import SubmissionPage, submission_page
from reports.pages.submission_case import Case, Records, case_of
from reports.pages.submission_changes import NOTHING_COMPARED, Compared
from reports.pages.submission_history import history
from reports.pages.submission_inputs import SubmissionInputs
from reports.pages.submission_outcome import Moment, moment, next_name
from reports.waiting import DECISION_SCHEMA
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
        ("refused", "Not accepted: 3 problems to mend, in 1,207 places"),
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
    case = found(edition_of(edition, LOCKED), words, "locked")
    listed = problem_list(case, case.problems).decode()
    for digits in ("999 476", "476", "5914"):
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
    assert text(kept.text) == (
        "Your file 7A4_falls_202610_v09.xlsx of 9 November 2026 is in use for October 2026."
    )
    assert kept.href == "submission-first.html"


def test_a_board_with_no_other_file_is_told_what_is_missing(edition, words):
    page = page_of(edition_of(edition, REFUSED), words, "refused")
    assert "missing from the report" in text(page.lines[1].text)


def test_nothing_is_asked_about_a_file_that_the_night_no_longer_asks_about(edition, words):
    newer = file("newer", "accepted", 22, months_in_force=[OCTOBER])
    mended = REFUSED | {"to_mend": False}
    page = page_of(edition_of(edition, mended, newer), words, "refused")
    assert [text(step) for step in page.steps] == [
        "Nothing more with this file: we no longer ask about it."
    ]
    assert page.deadline == ()


def test_an_attempt_whose_place_a_newer_one_took_leads_to_that_one(edition, words):
    newer = file("newer", "refused", 22)
    older = REFUSED | {"to_mend": False, "superseded_by": "newer"}
    page = page_of(edition_of(edition, older, newer), words, "refused")
    told = page.lines[1]
    assert text(told.text) == (
        "Your newer file 7A4_falls_202610_v22.xlsx of 22 November 2026 took its place, "
        "and that one is to be mended."
    )
    assert told.href == "submission-newer.html"
    assert [text(step) for step in page.steps] == [
        "Nothing more with this file: mend the newer one as its own page says."
    ]
    assert page.deadline == ()
    assert [row.result for row in page.history] == [
        "Not accepted",
        "Not accepted; a newer file took its place",
    ]


def test_rows_of_an_old_attempt_that_stay_in_the_report_can_be_asked_about(edition, words):
    newer = file("newer", "refused", 22)
    older = file(
        "asked", "partly_accepted", 9, months_in_force=[OCTOBER], to_mend=False,
        superseded_by="newer",
    )  # fmt: skip
    page = page_of(edition_of(edition, older, newer), words, "asked")
    assert [text(step) for step in page.steps] == [
        "Mend the newer file as its own page says. Until then the rows that were accepted of "
        "this one stay in the report, and what is asked about them can be answered."
    ]


def test_a_file_that_lacked_wards_is_told_so_after_a_newer_one_took_its_place(edition, words):
    newer = file("newer", "refused", 22)
    older = file("asked", "accepted_with_warnings", 9, to_mend=False, superseded_by="newer")
    page = page_of(edition_of(edition, older, newer), words, "asked")
    assert page.heading == "Not used: wards that you sent before are missing"
    assert [text(step) for step in page.steps] == [
        "Nothing more with this file: mend the newer one as its own page says."
    ]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (
            file("asked", "accepted_with_warnings", 9, months_in_force=[OCTOBER]),
            "What is asked about was counted as it was sent.",
        ),
        (
            file("asked", "partly_accepted", 9, months_in_force=[OCTOBER]),
            "What is asked about was counted as it was sent, but for rows that were set aside "
            "and months that another file stands for.",
        ),
        # Another file stands for one of its organisations.
        (
            file(
                "asked",
                "accepted_with_warnings",
                9,
                months_in_force=[OCTOBER],
                counts_in_full=False,
            ),
            "What is asked about was counted as it was sent, but for rows that were set aside "
            "and months that another file stands for.",
        ),
        (file("asked", "accepted_with_warnings", 9), "Nothing of this file is counted."),
        (file("asked", "refused", 9), "Nothing of this file is counted."),
        (
            file("asked", "accepted_with_warnings", 9, months_in_force=[OCTOBER], trial=True),
            "Nothing of this file is counted.",
        ),
        (
            file(
                "asked",
                "accepted_with_warnings",
                9,
                months_in_force=[OCTOBER],
                tried=True,
                trial=True,
            ),
            "Once it is sent, what is asked about is counted as it is.",
        ),
        (
            file("asked", "refused", 9, tried=True, trial=True),
            "Nothing of this file would be counted.",
        ),
    ],
)
def test_a_question_says_what_became_of_the_figure(edition, words, sent, told):
    question = cell(NO_FALLS, "asked", "G4", "falls_total", "0")
    missing = Problem(problems.WARDS_MISSING, "asked", facts={"wards": ("W9",), "month": "2026-10"})
    made = replace(edition_of(edition, sent), problems=problems_frame([question, missing]))
    page = page_of(made, words, "asked")
    said = {problem.code: text(problem.cause) for problem in page.check}
    assert said["FA32"].endswith(f"must not look like safe care. {told}")
    # What is no figure was not counted as it was sent.
    assert told not in said["S03"]
    case = found(made, words, "asked")
    made_list = problem_list(case, case.problems).decode("utf-8-sig")
    causes = [row["Why it matters"] for row in csv.DictReader(io.StringIO(made_list, newline=""))]
    assert [cause.endswith(told) for cause in causes] == [True, False]


RELEASED = {
    "organisation": "7A4", "decision": "release-quarantine", "submission": "locked",
    "role": "IG lead", "team": "IG", "reason": "An asset number", "decided": date(2026, 11, 23),
}  # fmt: skip


def with_decisions(edition: Edition, *rows: dict[str, Any]) -> Edition:
    return replace(edition, decisions=pl.DataFrame(list(rows), schema=DECISION_SCHEMA))


@pytest.mark.parametrize(
    ("language", "heading", "told", "step"),
    [
        (
            "en",
            "Locked away, then released",
            [
                "The file was locked away when it came, because it could name a person.",
                "It was released on 23 November 2026, by decision of this role: IG lead. "
                "The next night reads it, and it then counts as if it had been read on the day it "
                "came; this page will lead to the page of what was read.",
            ],
            "Nothing: the next night reads the file. Look at its new page then.",
        ),
        (
            "cy",
            "Dan glo, yna wedi'i rhyddhau",
            [
                "Cafodd y ffeil ei rhoi dan glo pan ddaeth, am y gallai enwi person.",
                "Fe'i rhyddhawyd ar 23 Tachwedd 2026, trwy benderfyniad y rôl hon: IG lead. "
                "Bydd y noson nesaf yn ei darllen, ac yna bydd yn cyfrif fel pe bai wedi'i darllen "
                "ar y diwrnod y daeth; bydd y dudalen hon yn arwain at dudalen yr hyn a "
                "ddarllenwyd.",
            ],
            "Dim byd: bydd y noson nesaf yn darllen y ffeil. Edrychwch ar ei thudalen newydd "
            "wedyn.",
        ),
    ],
)
def test_a_released_file_says_when_by_whom_and_what_comes_next(
    edition: Edition, language: str, heading: str, told: list[str], step: str
) -> None:
    locked = LOCKED | {"to_mend": False}
    made = with_decisions(edition_of(edition, locked), RELEASED)
    page = page_of(made, Words.load(edition.translations_folder, language), "locked")
    assert page.heading == heading
    assert [text(line.text) for line in page.lines][:2] == told
    assert [text(one) for one in page.steps] == [step]
    assert page.deadline == ()


def test_what_was_deleted_is_not_told_as_released(edition, words):
    gone = RELEASED | {"decision": "delete"}
    page = page_of(with_decisions(edition_of(edition, LOCKED), gone, RELEASED), words, "locked")
    assert page.heading == "Locked away: the file was not used"
    assert not any("released" in text(line.text) for line in page.lines)


def test_a_decision_on_a_file_makes_its_page_anew(edition):
    made = edition_of(edition, LOCKED, REFUSED)
    keys = [
        SubmissionInputs.of(Records.of(one, "7A4"), NOTHING_COMPARED)
        for one in (made, with_decisions(made, RELEASED))
    ]
    assert keys[0].page("locked") != keys[1].page("locked")
    assert keys[0].page("refused") == keys[1].page("refused")


AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


def test_one_month_sent_again_does_not_settle_a_file_of_three(edition, words):
    """August to October was refused, and only September came again: the night still asks."""
    quarter = REFUSED | {"period_from": AUGUST}
    again = file(
        "again", "accepted", 22, period_from=SEPTEMBER, period_to=SEPTEMBER,
        file_name="7A4_falls_202609_v22.csv", months_in_force=[SEPTEMBER],
    )  # fmt: skip
    page = page_of(edition_of(edition, quarter, again), words, "refused")
    assert len(page.steps) == 4
    assert text(page.steps[0]).startswith("Mend what is listed below")
    assert page.deadline != ()
    assert [text(line.text) for line in page.lines[1:]] == [
        "Your file 7A4_falls_202609_v22.csv of 22 November 2026 is in use for September 2026."
    ]


def test_a_file_of_other_months_is_not_said_to_stand_in(edition, words):
    """It is about three months, of which only August is in the report: October is missing."""
    quarter = file(
        "quarter", "accepted", 10, period_from=AUGUST, months_in_force=[AUGUST, SEPTEMBER]
    )
    page = page_of(edition_of(edition, quarter, REFUSED), words, "refused")
    assert "missing from the report" in text(page.lines[1].text)


def test_a_lower_version_that_came_later_is_not_called_used_or_newer(edition, words):
    """v03 came on the 11th and counts; v02 came on the 12th and does not."""
    third = file("third", "accepted", 11, version=3, months_in_force=[OCTOBER])
    second = file("second", "accepted", 12, version=2)
    made = edition_of(edition, third, second)
    unused = page_of(made, words, "second")
    assert [text(line.text) for line in unused.lines] == [
        "All 61 rows of the file were read. None of them is in the report.",
        "Your file 7A4_falls_202610_v11.xlsx of 11 November 2026 is in use for October 2026.",
    ]
    assert unused.deadline == ()
    used = page_of(made, words, "third")
    assert [text(line.text) for line in used.lines] == [
        "All 61 rows of the file were read and used. There is nothing to mend and nothing to check."
    ]


def test_a_file_of_which_some_months_are_used_says_which(edition, words):
    some = file("some", "accepted", 10, period_from=AUGUST, months_in_force=[AUGUST, OCTOBER])
    page = page_of(edition_of(edition, some), words, "some")
    assert text(page.lines[0].text) == (
        "All 61 rows of the file were read. "
        "Of its months, the report uses it for August 2026, October 2026."
    )


def test_questions_about_a_file_that_is_not_in_the_report_are_not_asked_again(edition, words):
    asked = FIRST | {"months_in_force": []}
    newer = file("newer", "accepted", 22, months_in_force=[OCTOBER])
    page = page_of(edition_of(edition, asked, newer), words, "first")
    assert [text(step) for step in page.steps] == [
        "Nothing more with this file: we no longer ask about it."
    ]


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
    case = found(edition_of(edition, REFUSED), words, "refused")
    made = problem_list(case, case.problems)
    assert made.startswith(b"\xef\xbb\xbfSheet,Cell,Row,")
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert len(rows) == 1208
    assert rows[0]["Cell"] == "J2"
    assert rows[0]["Problem"] == "falls_moderate_harm: a small number is hidden"
    assert rows[1206]["More"] == "The file has instead: nmae"


def test_the_list_runs_nothing(edition, words):
    case = found(edition_of(edition, PARTLY), words, "partly")
    made = problem_list(case, case.problems)
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


def test_the_order_of_arrival_is_that_of_the_table(edition, words):
    """Two files of one second: the one further down came later, whatever their names."""
    files = (
        file("b", "refused", 20, to_mend=False),
        file("a", "accepted", 20, months_in_force=[OCTOBER]),
    )
    page = page_of(edition_of(edition, *files), words, "b")
    assert [row.href for row in page.history] == ["submission-a.html", "submission-b.html"]
    assert len(page.steps) == 1  # nothing more is asked


def test_our_own_name_for_a_file_is_never_masked(edition, words):
    ours = "20240412-090000-930312345678"
    page = page_of(edition_of(edition, file(ours, "refused", 20)), words, ours)
    assert text(page.quote).startswith(f"Quote submission {ours}.")


def of_header(sent: list[str], *found: Problem) -> tuple[Any, pl.DataFrame]:
    """Problems of the refused file, and a sheet with the given names in its first row."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(sent)]
    rows = [sent, [f"{letter}2" for letter in letters]]
    sheet = pl.DataFrame(rows, schema=list(letters), orient="row").with_row_index("row", offset=1)
    return problems_frame(found), sheet


def header_page(edition, words, sent, *found):
    frame, sheet = of_header(sent, *found)
    made = replace(edition_of(edition, REFUSED), problems=frame)
    return page_of(made, words, "refused", sheet)


def outlined(piece: Excerpt) -> list[str]:
    return [
        f"{letter}{row.number}"
        for row in piece.rows
        for letter, cell in zip(piece.letters, row.cells, strict=True)
        if cell.is_bad
    ]


def test_a_misspelt_column_is_told_by_what_to_change(edition, words):
    sent = ["organisation_code", "site_code", "ward_code", "Ward nmae", *"EFGHIJKL", "catagory_2"]
    found = [
        Problem(problems.MISSING_COLUMN, "refused", column=column, row=1, cell=cell,
                facts={"suggestion": plain})
        for column, cell, plain in (
            ("ward_name", "D1", "ward_nmae"), ("category_2", "M1", "catagory_2"),
        )
    ]  # fmt: skip
    page = header_page(edition, words, sent, *found)
    assert page.heading == "Not accepted: 1 problem to mend, in 2 columns"
    assert page.download == "The list (CSV, 2 lines)"
    (group,) = page.mend
    assert [text(example) for example in group.examples] == [
        "D1 says Ward nmae: change it to ward_name",
        "M1 says catagory_2: change it to category_2",
    ]
    assert outlined(group.excerpt) == ["D1", "M1"]


def test_an_unknown_column_with_the_same_words_stands_in_for_a_missing_one(edition, words):
    page = header_page(
        edition, words, ["ward_code", "Total falls", "bed_days"],
        Problem(problems.MISSING_COLUMN, "refused", column="falls_total", row=1,
                facts={"suggestion": ""}),
        Problem(problems.UNKNOWN_COLUMN, "refused", column="total_falls", row=1, cell="B1"),
    )  # fmt: skip
    assert [text(example) for example in page.mend[0].examples] == [
        "B1 says Total falls: change it to falls_total"
    ]
    assert outlined(page.mend[0].excerpt) == ["B1"]
    assert text(page.check[0].examples[0]) == "B1: Total falls"


def test_a_column_that_is_nowhere_has_no_piece_of_the_sheet(edition, words):
    page = header_page(
        edition, words, ["ward_code", "bed_days"],
        Problem(problems.MISSING_COLUMN, "refused", column="falls_total", row=1,
                facts={"suggestion": ""}),
    )  # fmt: skip
    assert text(page.mend[0].examples[0]) == "falls_total is not in the file"
    assert page.mend[0].excerpt is None


def test_a_rule_over_several_columns_names_their_cells(edition, words):
    page = header_page(
        edition, words, ["ward_code", "site_code", "setting", "falls_total", "falls_no_harm"],
        Problem(HARM, "refused", row=2, facts={"falls_no_harm": "5", "falls_total": "9"}),
    )  # fmt: skip
    (group,) = page.mend
    assert group.count == "1 row"
    assert group.cells[0].place == "D2, E2"
    assert outlined(group.excerpt) == ["D2", "E2"]


def test_an_unknown_submission_is_a_mistake_of_ours(edition, words):
    with pytest.raises(KeyError, match="no submission nowhere"):
        page_of(edition_of(edition), words, "nowhere")


@pytest.fixture
def words(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "en")


@pytest.fixture
def welsh(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "cy")


NOVEMBER = date(2026, 11, 1)


def early(submission: str = "early", **changed: Any) -> dict[str, Any]:
    """A file for November that came while the report's month is October."""
    return file(
        submission, "accepted", 30, period_from=NOVEMBER, period_to=NOVEMBER,
        file_name="7A4_falls_202611_v01.xlsx", version=1, months_in_force=[NOVEMBER],
    ) | changed  # fmt: skip


def test_a_file_that_came_early_is_not_said_to_be_in_the_report(edition, words):
    """November's returns are due by 14 December 2026 in every workstream."""
    returns = (due(NOVEMBER, "on_time", "early"),)
    page = page_of(edition_of(edition, early(), returns=returns), words, "early")
    assert [text(line.text) for line in page.lines] == [
        "All 61 rows of the file were read and count.",
        "November 2026: will appear in the report when the deadline has passed (14 December 2026).",
    ]
    assert [row.in_force for row in page.history] == [
        "Not yet: will appear when the deadline has passed (14 December 2026)"
    ]
    assert [text(row.file) for row in page.in_force] == [
        "This file (will appear when the deadline has passed, 14 December 2026)"
    ]


def test_of_a_file_of_two_months_only_those_of_the_report_are_in_it(edition, words):
    both = early(period_from=OCTOBER, months_in_force=[OCTOBER, NOVEMBER])
    returns = (due(OCTOBER, "on_time", "early"), due(NOVEMBER, "on_time", "early"))
    page = page_of(edition_of(edition, both, returns=returns), words, "early")
    assert text(page.lines[0].text).endswith("Of its months, the report uses it for October 2026.")
    assert text(page.lines[1].text).startswith("November 2026: will appear")
    assert [row.in_force for row in page.history] == ["Yes, for 1 month"]
    assert [(row.months, text(row.file)[:11]) for row in page.in_force] == [
        ("November 2026", "This file ("),
        ("October 2026", "This file"),
    ]


def test_an_early_file_beside_a_refused_one_is_not_called_in_use(edition, words):
    wrong = early("wrong", outcome="refused", months_in_force=[], to_mend=True)
    page = page_of(edition_of(edition, early(), wrong), words, "wrong")
    assert text(page.lines[1].text) == (
        "Your file 7A4_falls_202611_v01.xlsx of 30 November 2026 counts for November 2026."
    )


def test_a_file_accepted_in_part_of_which_nothing_counts_says_so(edition, words):
    newer = file("newer", "accepted", 22, months_in_force=[OCTOBER])
    page = page_of(edition_of(edition, PARTLY | {"to_mend": False}, newer), words, "partly")
    assert text(page.lines[0].text) == (
        "None of the 22 rows that were accepted is in the report: for their months another file "
        "counts."
    )


def test_a_file_after_the_deadline_is_called_late_only_where_its_return_is(edition, words):
    """It came on 23 November, after the 13th; the status of the return is the night's."""
    said = {}
    for status in ("on_time", "late", "incomplete"):
        mended = file("mended", "accepted", 23, months_in_force=[OCTOBER])
        made = edition_of(edition, mended, returns=(due(OCTOBER, status, "mended"),))
        page = page_of(made, words, "mended")
        said[status] = text(page.deadline).removeprefix(
            "The deadline for October 2026: 13 November 2026. "
        )
    assert said == {
        "on_time": "The file arrived after it, but an earlier one was on time.",
        "late": "The file arrived after it and is shown as late.",
        "incomplete": "The file arrived after it.",
    }


def test_that_no_row_was_left_is_not_one_more_problem_to_mend(edition, words):
    found = problems_frame(
        [
            Problem(problems.NOT_A_COUNT, "refused", row=2, cell="G2", column="falls_total",
                    value="x"),
            Problem(problems.NOTHING_ACCEPTED, "refused"),
        ]
    )  # fmt: skip
    page = page_of(replace(edition_of(edition, REFUSED), problems=found), words, "refused")
    assert page.heading == "Not accepted: 1 problem to mend"
    assert [group.code for group in page.mend] == ["C02"]
    alone = replace(edition_of(edition, REFUSED), problems=found.tail(1))
    (group,) = page_of(alone, words, "refused").mend
    assert text(group.mend).startswith("Mend the other problems, the largest first")


def test_what_a_list_without_months_changes_is_said_of_the_months_of_its_name(edition, words):
    """Such as a list of changes: no row of it has a month, but its file is named after October."""
    sent = file("again", "accepted", 12, months_in_force=[OCTOBER])
    case = found(edition_of(edition, sent), words, "again")
    told = submission_page(case, compared=Compared(with_files=("first",))).difference
    assert [text(sentence) for sentence in told.sentences] == [
        "What this file changed in the report, for October 2026.",
        "No row and no figure differs.",
    ]
