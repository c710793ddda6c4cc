"""The Errors sheet: one row for each finding, with a link to its cell and a place to answer.

Belongs here: rows, links, the filter and the answer column. Does not belong here: which columns
there are (error_columns.py) and the words of a finding (findings.py). No finding is left out: what
one sheet cannot hold goes on to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl
from xlsxwriter.utility import xl_col_to_name

from reports.words import Words
from reports.workbook.error_columns import (
    ERROR_COLUMNS,
    FIRST_ROW,
    HEADER_ROW,
    ID_ROW,
    ErrorColumn,
)
from reports.workbook.findings import Finding
from reports.workbook.looks import Looks
from reports.workbook.text_sheet import MOST_ROWS, ROW, Block, Levels, TextSheet

# Excel keeps no more links in a sheet than this; further cells are named, but not linked.
MOST_LINKS = 65_530
MOST_ON_A_SHEET = MOST_ROWS - HEADER_ROW
WIDTHS: Mapping[ErrorColumn, int] = {
    ErrorColumn.NUMBER: 7,
    ErrorColumn.SEVERITY: 20,
    ErrorColumn.CODE: 8,
    ErrorColumn.PROBLEM: 32,
    ErrorColumn.CELL: 10,
    ErrorColumn.ROW: 8,
    ErrorColumn.COLUMN: 22,
    ErrorColumn.VALUE: 22,
    ErrorColumn.EXPECTED: 36,
    ErrorColumn.MEND: 44,
    ErrorColumn.ANSWER: 36,
    ErrorColumn.MORE: 26,
    ErrorColumn.SHEET: 16,
    ErrorColumn.SUBMISSION: 30,
    ErrorColumn.KEY: 18,
}
NUMBERS = frozenset({ErrorColumn.NUMBER, ErrorColumn.ROW})
PLAIN, LINK, MEND, ASK, CLOSED, ANSWER, NUMBER = range(7)


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """Fills Errors sheets. `target` is the sheet that links lead to; None: nowhere to lead.

    `closed` is the key of what is said where no answer is read, with `_title` that of its title.
    """

    words: Words
    looks: Looks
    submission: str
    target: str | None
    closed: str

    def fill(self, page: TextSheet, found: Sequence[Finding]) -> None:
        """Fill one sheet with findings, at most `MOST_ON_A_SHEET` of them."""
        looks = self.looks
        head = [self.words.text(f"workbook.columns.{column}") for column in ERROR_COLUMNS]
        page.put(Block.of_lines(ID_ROW, [_ids()], looks.plain, hidden=True))
        page.put(Block.of_lines(HEADER_ROW, [head], looks.head))
        formats = (
            looks.text, looks.link, looks.mend_words, looks.ask_words, looks.closed, looks.answer,
            looks.number,
        )  # fmt: skip
        page.put(Block(self._rows(found), _levels(found, self.target), formats))
        self._arrange(page, len(found))
        self._link(page, found)
        self._ask(page, found)

    def _rows(self, found: Sequence[Finding]) -> pl.DataFrame:
        columns = zip(*map(self._cells, found), strict=True) if found else [()] * len(ERROR_COLUMNS)
        rows = pl.DataFrame(
            [
                pl.Series(
                    xl_col_to_name(place),
                    cells,
                    dtype=pl.Int64 if column in NUMBERS else pl.String,
                )
                for place, (column, cells) in enumerate(zip(ERROR_COLUMNS, columns, strict=True))
            ]
        )
        return rows.with_row_index(ROW, FIRST_ROW)

    def _cells(self, finding: Finding) -> tuple[str | int | None, ...]:
        """In the order of ERROR_COLUMNS; an empty text is no cell."""
        return (
            finding.number,
            finding.severity,
            finding.code,
            finding.told.title or None,
            self._place(finding) or None,
            finding.row,
            finding.column or None,
            finding.value or None,
            finding.told.expected or None,
            finding.told.mend or None,
            None,
            finding.more or None,
            finding.sheet or None,
            self.submission,
            finding.key,
        )

    def _place(self, finding: Finding) -> str:
        """The address, or `Row 14` where a whole row is meant; nothing for a whole file."""
        if finding.cell or not finding.places:
            return finding.cell
        return self.words.text("stewards.problems.row", row=finding.places[0].row)

    def _arrange(self, page: TextSheet, n: int) -> None:
        for place, column in enumerate(ERROR_COLUMNS):
            options = {"hidden": column is ErrorColumn.KEY}
            page.set_column(place, place, WIDTHS[column], self.looks.text, options)
        page.freeze_panes(HEADER_ROW, 0)
        last = max(HEADER_ROW + n, FIRST_ROW) - 1
        page.autofilter(HEADER_ROW - 1, 0, last, len(ERROR_COLUMNS) - 1)
        page.ignore_errors({"number_stored_as_text": f"A1:{_letter(ErrorColumn.KEY)}{last + 1}"})

    def _link(self, page: TextSheet, found: Sequence[Finding]) -> None:
        """Where a finding has a place on the sheet, its cell leads there."""
        for row, finding in _linked(found, self.target):
            sheet = str(self.target).replace("'", "''")
            place = ERROR_COLUMNS.index(ErrorColumn.CELL)
            link = f"internal:'{sheet}'!{finding.places[0].address}"
            page.write_url(row - 1, place, link, self.looks.link, self._place(finding))

    def _ask(self, page: TextSheet, found: Sequence[Finding]) -> None:
        """What Excel says when an answer's cell is chosen, for each run of alike findings."""
        place = ERROR_COLUMNS.index(ErrorColumn.ANSWER)
        for first, last, can_be_answered in _runs(found):
            key = "workbook.answer.asked" if can_be_answered else self.closed
            said = {
                "validate": "any",
                "input_title": self.words.text(f"{key}_title"),
                "input_message": self.words.text(key),
            }
            page.data_validation(first - 1, place, last - 1, place, said)


def _ids() -> list[str]:
    return [column.id for column in ERROR_COLUMNS]


def _letter(column: ErrorColumn) -> str:
    return str(xl_col_to_name(ERROR_COLUMNS.index(column)))


def _linked(found: Sequence[Finding], target: str | None) -> Iterator[tuple[int, Finding]]:
    """Row and finding: the first `MOST_LINKS` that have a place on the sheet."""
    placed = ((row, one) for row, one in enumerate(found, start=FIRST_ROW) if one.places)
    return islice(placed, 0 if target is None else MOST_LINKS)


def _levels(found: Sequence[Finding], target: str | None) -> Levels:
    levels = np.zeros((len(found), len(ERROR_COLUMNS)), np.uint8)
    at = {column: place for place, column in enumerate(ERROR_COLUMNS)}
    levels[:, [at[column] for column in NUMBERS]] = NUMBER
    must_mend = np.array([finding.must_mend for finding in found], dtype=bool)
    is_open = np.array([finding.can_be_answered for finding in found], dtype=bool)
    levels[:, at[ErrorColumn.SEVERITY]] = np.where(must_mend, MEND, ASK)
    levels[:, at[ErrorColumn.ANSWER]] = np.where(is_open, ANSWER, CLOSED)
    for row, _ in _linked(found, target):
        levels[row - FIRST_ROW, at[ErrorColumn.CELL]] = LINK
    return levels


def _runs(found: Sequence[Finding]) -> Iterator[tuple[int, int, bool]]:
    """First and last row of findings one after the other that can, or cannot, be answered."""
    start = 0
    for end in range(1, len(found) + 1):
        is_end = end == len(found)
        if is_end or found[end].can_be_answered != found[start].can_be_answered:
            yield FIRST_ROW + start, FIRST_ROW + end - 1, found[start].can_be_answered
            start = end
