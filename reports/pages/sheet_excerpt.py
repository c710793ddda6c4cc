"""A small piece of a steward's own sheet, with the cells to mend outlined.

Belongs here: which rows and columns to show. Does not belong here: reading the file (the sheet is
passed in as text) and whether a sheet may be shown at all (submission.py shows none of a file that
was locked away). Columns that the contract does not know are never shown: nobody agreed to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import polars as pl

from reports.pages.submission_case import Row
from reports.pages.visible_text import Part, Parts, Style, value_parts
from reports.words import Words

ROW = "row"
LONGEST_CELL = 40
COLUMNS_BESIDE = 2
MOST_COLUMNS = 6
ROWS_SHOWN = 3
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]+)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as text cells: `rows` has `row` (as Excel counts) and one column for each letter.

    `places` says where in `rows` each row of the sheet is. `hidden` holds the letters of columns
    that must not be shown, `naming` the letter of the column that tells a reader which row it is,
    where there is one: it is always shown.
    """

    rows: pl.DataFrame
    places: Mapping[int, int]
    header_row: int
    hidden: frozenset[str]
    naming: tuple[str, ...]

    @classmethod
    def of(cls, rows: pl.DataFrame, hidden: frozenset[str], naming: Sequence[str] = ()) -> Sheet:
        """From rows that were read, of which the first on the sheet has the column names.

        The first of the columns `naming` that is found there names the rows.
        """
        places = {int(row): place for place, row in enumerate(rows[ROW])}
        header_row = min(places)
        header = rows.row(places[header_row], named=True)
        letters = {(name or "").strip().lower(): at for at, name in header.items() if at != ROW}
        found = [letters[name] for name in naming if name in letters][:1]
        return cls(rows, places, header_row, hidden, tuple(found))

    @property
    def letters(self) -> list[str]:
        return [name for name in self.rows.columns if name != ROW]

    def row(self, number: int) -> Row:
        """The cells of one row by letter."""
        return self.rows.row(self.places[number], named=True)


@dataclass(frozen=True, slots=True)
class ExcerptCell:
    """One cell of the piece; `is_bad` cells are outlined."""

    text: Parts
    is_bad: bool


@dataclass(frozen=True, slots=True)
class ExcerptRow:
    """One row of the piece, with its number in Excel."""

    number: int
    is_header: bool
    cells: tuple[ExcerptCell, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of the sheet: letters above, row numbers beside."""

    letters: tuple[str, ...]
    rows: tuple[ExcerptRow, ...]


def excerpt(sheet: Sheet, findings: Sequence[Row], words: Words) -> Excerpt | None:
    """The rows of the first findings, or None where no finding has a place on the sheet."""
    bad = _bad_cells(findings)
    present = sheet.places.keys()
    rows = [row for row in dict.fromkeys(row for row, _ in bad) if row in present][:ROWS_SHOWN]
    if not rows:
        return None
    letters = _letters(sheet, [letter for row, letter in bad if row in rows and letter])
    numbers = sorted({sheet.header_row, *_with_neighbours(rows, present)})
    drawing = _Drawing(sheet, words, frozenset(bad), tuple(letters))
    return Excerpt(tuple(letters), tuple(map(drawing.row, numbers)))


def _bad_cells(findings: Sequence[Row]) -> list[tuple[int, str]]:
    """(row, letter) of each finding; letter is empty where the whole row is meant."""
    found = []
    for finding in findings:
        address = _ADDRESS.fullmatch(finding["cell"] or "")
        if address:
            found.append((int(address[2]), address[1]))
        elif finding["row"] is not None:
            found.append((int(finding["row"]), ""))
    return found


def _with_neighbours(rows: Sequence[int], present: Set[int]) -> set[int]:
    """A single row is shown with the ones around it, so that it is found by eye."""
    around = {rows[0] - 1, rows[0], rows[0] + 1} if len(rows) == 1 else set(rows)
    return around & present


def _letters(sheet: Sheet, bad: Sequence[str]) -> list[str]:
    """The naming column and the bad ones with their neighbours, in the order of the sheet."""
    letters = sheet.letters
    places = sorted({letters.index(letter) for letter in bad if letter in letters}) or [0]
    wanted = {place + beside for place in places[:2] for beside in _beside()}
    beside = [letters[place] for place in sorted(wanted) if 0 <= place < len(letters)]
    return sorted({*sheet.naming, *beside[:MOST_COLUMNS]}, key=letters.index)


def _beside() -> range:
    return range(-COLUMNS_BESIDE, COLUMNS_BESIDE + 1)


@dataclass(frozen=True, slots=True)
class _Drawing:
    sheet: Sheet
    words: Words
    bad: frozenset[tuple[int, str]]
    letters: tuple[str, ...]

    def row(self, number: int) -> ExcerptRow:
        row = self.sheet.row(number)
        cells = tuple(self._cell(number, letter, row[letter]) for letter in self.letters)
        return ExcerptRow(number, number == self.sheet.header_row, cells)

    def _cell(self, number: int, letter: str, value: str | None) -> ExcerptCell:
        is_bad = bool({(number, letter), (number, "")} & self.bad)
        if letter in self.sheet.hidden and number != self.sheet.header_row:
            hidden = self.words.text("stewards.excerpt.not_shown")
            return ExcerptCell((Part(hidden, Style.TEXT),), is_bad)
        return ExcerptCell(value_parts(self.words, value or "", LONGEST_CELL), is_bad)
