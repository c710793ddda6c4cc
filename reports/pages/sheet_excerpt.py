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

from data_contracts.problems import HEADER_KINDS
from reports.pages.submission_case import Row
from reports.pages.visible_text import Part, Parts, Style, value_parts
from reports.words import Words

ROW = "row"
LONGEST_CELL = 40
COLUMNS_BESIDE = 2
MOST_COLUMNS = 6
ROWS_SHOWN = 3
HEADER_CODES = frozenset(kind.code for kind in HEADER_KINDS)
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
        letters = {plain_name(name or ""): at for at, name in header.items() if at != ROW}
        found = [letters[name] for name in naming if name in letters][:1]
        return cls(rows, places, header_row, hidden, tuple(found))

    @property
    def letters(self) -> list[str]:
        return [name for name in self.rows.columns if name != ROW]

    def letters_of(self, name: str) -> list[str]:
        """The letters of the columns that have a name, however it is written."""
        header = self.row(self.header_row)
        return [at for at in self.letters if plain_name(header[at] or "") == plain_name(name)]

    def header_text(self, cell: str) -> str:
        """What a cell of the header says, as it was typed; empty for any other cell."""
        address = _ADDRESS.fullmatch(cell)
        if address is None or int(address[2]) != self.header_row:
            return ""
        return str(self.row(self.header_row).get(address[1]) or "")

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


def plain_name(name: str) -> str:
    """A column's name without its way of writing: `Total falls ` is total_falls."""
    return "_".join(re.split(r"[\s_\-]+", name.strip().lower()))


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
    """(row, letter) of each finding; letter is empty where the whole row is meant.

    A column that is nowhere on the sheet has no place.
    """
    found = []
    for finding in findings:
        addresses = _ADDRESS.findall(finding["cell"] or "")
        if addresses:
            found += [(int(number), letter) for letter, number in addresses]
        elif finding["row"] is not None and finding["code"] not in HEADER_CODES:
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
    shown = places[:MOST_COLUMNS]
    for step in range(1, COLUMNS_BESIDE + 1):
        beside = [place + side * step for place in places for side in (-1, 1)]
        shown += [p for p in dict.fromkeys(beside) if 0 <= p < len(letters) and p not in shown]
    return sorted({*sheet.naming, *(letters[p] for p in shown[:MOST_COLUMNS])}, key=letters.index)


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
