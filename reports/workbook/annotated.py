"""The annotated workbook of a submission: a summary, every finding, and the sheet with its marks.

Belongs here: which sheets there are and under which names. Does not belong here: what stands in
them. The workbook is made anew from text that was read: nothing of the file that was sent (macros,
links, formulas, hidden sheets) can travel. Of a submission that was locked away, or that may name a
person, there is no sheet, and no value in the list of findings. The same case makes the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
from xlsxwriter.workbook import Workbook

from data_contracts.problems import UNKNOWN_COLUMN
from reports.pages.as_sent import as_sent
from reports.pages.file_names import file_name
from reports.pages.sheet_excerpt import Sheet
from reports.pages.submission_case import Case
from reports.workbook import sent_sheet, summary_sheet
from reports.workbook.cell_text import sheet_name
from reports.workbook.error_sheet import MOST_ON_A_SHEET, ErrorSheet
from reports.workbook.findings import Finding, findings, hides_values, places_of
from reports.workbook.looks import Looks
from reports.workbook.summary_sheet import Facts, Occasion
from reports.workbook.text_sheet import TextSheet

# Text is never looked at for what it could mean; no cell is written in a way that does look, so
# these are a second lock on the door.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

# What is said of a cell of the column of answers that nobody reads.
CLOSED_KEYS: Mapping[Occasion, str] = {
    Occasion.SENT: "workbook.answer.closed",
    Occasion.TRIED: "desk.answer",
}


def workbook_name(submission: str, language: str) -> str:
    """The file name of a submission's annotated workbook."""
    return file_name(f"submission-{submission}", language, "xlsx")


def annotated_workbook(
    case: Case, sheet_rows: pl.DataFrame | None = None, occasion: Occasion = Occasion.SENT
) -> bytes:
    """The workbook of one submission in the language of its case.

    `case` has its problems as they were kept (not yet put through `as_sent`). `sheet_rows` are the
    text cells that were read: `row` (as Excel counts, the header first), A, B ...; without them
    there is no sheet to mark. Raises KeyError for a problem without words.
    """
    sheet = _sheet(case, sheet_rows)
    told = as_sent(case, sheet)
    found = findings(case, told)
    if occasion is Occasion.TRIED:
        # Nobody has asked anything yet, so nothing can be answered.
        found = tuple(replace(one, can_be_answered=False) for one in found)
    made = io.BytesIO()
    with Workbook(made, OPTIONS) as book:
        # Without a date of its own a workbook carries the moment it was made.
        book.set_properties({"created": case.this["arrived"], "title": _title(case)})
        _Making(book, told, found, Looks.of(book)).fill(sheet, occasion)
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class _Making:
    """One workbook being made; `names` are those of its sheets so far."""

    book: Workbook
    case: Case
    found: Sequence[Finding]
    looks: Looks
    names: list[str] = field(default_factory=list)

    def fill(self, sheet: Sheet | None, occasion: Occasion) -> None:
        """Sheets are added in the order of their tabs, and the summary, which tells of the others,
        is filled last.
        """
        words = self.case.words
        summary = self._added(words.text("workbook.sheets.summary"))
        starts = range(0, max(len(self.found), 1), MOST_ON_A_SHEET)
        parts = [self.found[start : start + MOST_ON_A_SHEET] for start in starts]
        errors = [self._added(self._errors_name(n)) for n in range(1, len(parts) + 1)]
        facts = Facts(occasion=occasion, has_sheet=False, error_sheets=len(parts))
        target = None
        if sheet is not None:
            facts = self._sent(sheet, facts)
            target = self.names[-1]
        closed = CLOSED_KEYS[occasion]
        listing = ErrorSheet(words, self.looks, self.case.id, target, closed)
        for page, part in zip(errors, parts, strict=True):
            listing.fill(page, part)
        summary_sheet.fill(summary, self.case, facts, self.looks)

    def _sent(self, sheet: Sheet, facts: Facts) -> Facts:
        words = self.case.words
        marked = [place for problem in self.case.problems for place in places_of(problem)]
        sent = sent_sheet.sent_rows(sheet, words, marked)
        name = sheet_name(
            words,
            self.case.this["sheet"] or "",
            words.text("workbook.sheets.rows"),
            frozenset(self.names),
        )
        without = sent_sheet.fill(self._added(name), sent, self.found, self.looks, words)
        return replace(
            facts,
            has_sheet=True,
            header_row=sent.header_row,
            rows_left_out=sent.rows_left_out,
            places_without_note=without,
        )

    def _added(self, name: str) -> TextSheet:
        self.names.append(name)
        page: Any = self.book.add_worksheet(name, TextSheet)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        return page  # type: ignore[no-any-return]

    def _errors_name(self, number: int) -> str:
        name = self.case.words.text("workbook.sheets.errors")
        return name if number == 1 else f"{name} {number}"


def _sheet(case: Case, sheet_rows: pl.DataFrame | None) -> Sheet | None:
    """The sheet that was sent, where it may be shown."""
    if sheet_rows is None or hides_values(case):
        return None
    if not sheet_rows.height or sheet_rows.width < 2:
        return None
    return Sheet.of(sheet_rows, hidden_letters(case))


def hidden_letters(case: Case) -> frozenset[str]:
    """The letters of columns that the contract does not know: their cells are never shown."""
    cells = (row["cell"] or "" for row in case.problems if row["code"] == UNKNOWN_COLUMN.code)
    return frozenset(cell.rstrip("0123456789") for cell in cells if cell)


def _title(case: Case) -> str:
    outcome = case.words.text(f"terms.outcomes.{case.outcome.value}")
    return case.words.text("workbook.title", outcome=outcome, submission=case.id)
