"""A steward's page for one file: what became of it, what to mend, and how.

Belongs here: the view model of the page, in the order of the page. Does not belong here: its parts
(submission_outcome, problem_groups, column_differences, submission_history), sentences
(translations) and looks (submission.html.jinja). A file that was locked away is shown without any
piece of its sheet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from data_contracts.problems import UNKNOWN_COLUMN, Outcome
from reports.pages import submission_history as past
from reports.pages.as_sent import as_sent
from reports.pages.column_differences import (
    LONGEST_TABLE,
    ColumnRow,
    column_differences,
    column_rows,
    column_sentences,
)
from reports.pages.counting_words import counting_sentence
from reports.pages.problem_catalogue import catalogue_name
from reports.pages.problem_groups import Grouping, ProblemGroup
from reports.pages.problem_list import problem_list
from reports.pages.problem_words import ProblemWords, organisation_name
from reports.pages.sheet_excerpt import Sheet
from reports.pages.submission_answers import answers_opening
from reports.pages.submission_case import Case
from reports.pages.submission_changes import Compared, Difference, change_list, difference
from reports.pages.submission_history import HistoryRow, InForceRow
from reports.pages.submission_outcome import (
    Line,
    Stat,
    deadline_sentence,
    heading,
    lines,
    stats,
    steps,
)
from reports.pages.tried_sentences import tried_steps
from reports.pages.visible_text import Parts, quoted, sentence_parts, value_parts
from reports.workbook.annotated import annotated_workbook, workbook_name

# Class names of the banner: colour is added to words and a shape, never instead of them.
TONES = {
    Outcome.ACCEPTED: "used",
    Outcome.ACCEPTED_WITH_WARNINGS: "used",
    Outcome.PARTLY_ACCEPTED: "mend",
    Outcome.REFUSED: "mend",
    Outcome.QUARANTINED: "locked",
    Outcome.DUPLICATE: "same",
}
NAMING_COLUMNS = ("ward_code", "site_code", "organisation_code")
_LETTERS = re.compile(r"[A-Z]+")


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """All that the page prints, in the order of the page; `files` has the list of problems."""

    name: str
    title: str
    organisation: str
    subject: str
    received: str
    file: Parts
    outcome: str
    tone: str
    heading: str
    lines: tuple[Line, ...]
    deadline: Parts
    stats: tuple[Stat, ...]
    nothing_found: str
    mend: tuple[ProblemGroup, ...]
    mend_sub: Parts
    check: tuple[ProblemGroup, ...]
    check_sub: str
    download: str
    download_href: str
    workbook: str
    workbook_href: str
    catalogue_href: str
    steps: tuple[Parts, ...]
    column_sentences: tuple[Parts, ...]
    columns: tuple[ColumnRow, ...]
    columns_shown: str
    difference: Difference | None
    has_months: bool
    in_force: tuple[InForceRow, ...]
    history_title: str
    history: tuple[HistoryRow, ...]
    history_shown: str
    quote: Parts
    files: Mapping[str, bytes] = field(default_factory=dict)


def submission_page(
    case: Case, sheet_rows: pl.DataFrame | None = None, compared: Compared | None = None
) -> SubmissionPage:
    """The page of one submission in one language.

    `sheet_rows` are the text cells that were read: `row` (as Excel counts, the header first) and
    one column for each letter A, B ...; without them the page shows no piece of the sheet, and
    without `compared` nothing of what the file changes.
    Raises KeyError for a problem without words.
    """
    words = case.words
    sheet = _sheet(case, sheet_rows)
    book_name = workbook_name(case.id, words.language)
    books = {book_name: annotated_workbook(case, sheet_rows)} if case.problems else {}
    kept, case = case.problems, as_sent(case, sheet)
    grouping = _grouping(case, sheet)
    mend, check = grouping.groups(case.to_mend), grouping.groups(case.to_check)
    files = past.history(case)
    outcome = heading(case, mend, check)
    differences = column_differences(case.problems)
    list_name = past.list_name(case.id, words.language)
    page = SubmissionPage(
        name=past.page_name(case.id, words.language),
        title=_title(case, outcome),
        organisation=organisation_name(words, case.edition.registers, case.this["submitter"]),
        subject=_subject(case),
        received=_received(case),
        file=value_parts(words, case.this["file_name"]),
        outcome=case.outcome.value,
        tone=TONES[case.outcome],
        heading=outcome,
        lines=lines(case, files),
        deadline=deadline_sentence(case),
        stats=stats(case, len(check)),
        nothing_found=_nothing_found(case, len(mend) + len(check) + len(case.answered)),
        mend=mend,
        mend_sub=_mend_sub(case),
        check=check,
        check_sub=words.text("stewards.check.sub"),
        download=words.text("stewards.summary.download", n=len(case.problems)),
        download_href=list_name,
        workbook=words.text("workbook.link" if sheet is not None else "workbook.link_list"),
        workbook_href=book_name,
        catalogue_href=catalogue_name(words.language),
        steps=tuple(tried_steps(case)) if case.this.get("trial") else steps(case, files),
        column_sentences=column_sentences(case, differences),
        columns=column_rows(differences, words),
        columns_shown=past.shown_of(words, LONGEST_TABLE, len(differences)),
        difference=difference(case, compared),
        has_months=True,
        in_force=past.in_force_rows(case),
        history_title=_history_title(case),
        history=past.history_rows(case, files),
        history_shown=past.shown_of(words, past.LONGEST_HISTORY, len(files)),
        quote=_quote(case),
        files={list_name: problem_list(case, kept)} | books | change_list(case, compared),
    )
    return _of_answers(page, case) if case.is_answers else page


def _of_answers(page: SubmissionPage, case: Case) -> SubmissionPage:
    """The page of a file without figures: it has another opening, and no months."""
    opening = answers_opening(case)
    return replace(
        page,
        title=_title(case, opening.heading),
        subject=opening.subject,
        heading=opening.heading,
        lines=opening.lines,
        deadline=(),
        stats=opening.stats,
        nothing_found=opening.nothing_found,
        steps=opening.steps,
        check_sub=opening.check_sub,
        column_sentences=(),
        has_months=False,
        history_title=case.words.text("stewards.answers.history"),
    )


def _sheet(case: Case, sheet_rows: pl.DataFrame | None) -> Sheet | None:
    """The sheet of the file where pieces of it may be shown."""
    if sheet_rows is None or not sheet_rows.height or not case.shows_sheet:
        return None
    return Sheet.of(sheet_rows, _unknown_letters(case), NAMING_COLUMNS)


def _grouping(case: Case, sheet: Sheet | None) -> Grouping:
    lookup = ProblemWords(case.words, case.edition.registers)
    return Grouping(case.words, lookup, case.this["workstream"], sheet, counting_sentence(case))


def _unknown_letters(case: Case) -> frozenset[str]:
    """The letters of columns that the contract does not know: their cells are never shown."""
    unknown = (row for row in case.problems if row["code"] == UNKNOWN_COLUMN.code)
    found = (_LETTERS.match(row["cell"] or "") for row in unknown)
    return frozenset(letters[0] for letters in found if letters)


def _title(case: Case, outcome: str) -> str:
    file = "".join(part.text for part in value_parts(case.words, case.this["file_name"]))
    return case.words.text("stewards.page.title", outcome=outcome, file=file)


def _subject(case: Case) -> str:
    """`Falls, October 2026`, as far as it is known."""
    if case.table is None:
        name = case.words.text("stewards.page.unknown_return")
    else:
        name = case.words.text(f"{case.table.workstream}.tables.{case.table.id}.name")
    months = past.spoken_months(case.words, case.first_month, case.last_month)
    return case.words.text("stewards.page.subject", name=name, months=months)


def _received(case: Case) -> str:
    when = past.spoken_moment(case.words, case.this["arrived"])
    return case.words.text("stewards.page.kick_received", when=when)


def _nothing_found(case: Case, groups: int) -> str:
    """Said aloud where there is nothing to mend and nothing to check."""
    if groups:
        return ""
    was_read = case.outcome is not Outcome.DUPLICATE
    return case.words.text(f"stewards.summary.{'none' if was_read else 'none_read'}")


def _mend_sub(case: Case) -> Parts:
    sheet = case.this["sheet"]
    if sheet:
        said = case.words.text("stewards.problems.sub_sheet", sheet=quoted(sheet))
    else:
        said = case.words.text("stewards.problems.sub")
    return sentence_parts(case.words, said)


def _history_title(case: Case) -> str:
    key = "title_return" if case.first_month is None else "title"
    return case.words.text(f"stewards.history.{key}")


def _quote(case: Case) -> Parts:
    key = "quote_quarantined" if case.outcome is Outcome.QUARANTINED else "quote"
    said = case.words.text(f"stewards.help.{key}", submission=case.id)
    return sentence_parts(case.words, said)
