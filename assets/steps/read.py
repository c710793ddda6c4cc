"""Step 2. A received file becomes rows of text under the contract's column names, or a refusal.

Here: which sheet and which table a file is, and what is wrong with it as a whole. Not here: opening
it (read_sheets.py), its header (read_header.py), its cells (read_body.py, read_values.py), and
whether a value is right (check.py). Nothing is guessed from values, and row numbers are those that
Excel shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from assets.steps.personal import excel_letter, personal_cells
from assets.steps.read_body import footers, is_filled, refuse_unclear, surplus
from assets.steps.read_header import TRANSLATIONS, Header, Names, header_problems, other_names
from assets.steps.read_refusal import RefusalError
from assets.steps.read_sheets import Opened, hidden, opened
from assets.steps.read_type import BOOK_TYPES, TEXT_TYPES
from assets.steps.read_values import canonical
from assets.steps.workbook import Rows, Sheet, WorkbookReader
from data_contracts import problems
from data_contracts.contract import ColumnType, Table
from data_contracts.problems import Problem, masked

__all__ = ["BOOK_TYPES", "TEXT_TYPES", "FileName", "Reading", "is_blank", "parsed_name", "read",
           "rows_of"]  # fmt: skip

TABLE_SHARE = 0.6
FIRST_YEAR = 1900

FILE_NAME = re.compile(
    r"(?P<submitter>[A-Z0-9]+)_(?P<topic>[a-z0-9-]+)"
    r"(?:_(?P<first>\d{6})(?:-(?P<last>\d{6}))?)?(?:_v(?P<version>\d{1,3}))?"
    # What a browser adds to the name of a file that is there already.
    r"(?:\s*\(\d+\))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """What a file name of the agreed form says; None where it says nothing."""

    submitter: str | None = None
    topic: str | None = None
    first: date | None = None
    last: date | None = None
    version: int | None = None


NO_ROWS = pl.DataFrame(schema={"row": pl.Int64})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as text, with what is wrong with it as a whole.

    `sheet_rows`: row (as Excel counts), then the sheet's own columns A, B, ...; header first.
    `letters` gives the sheet's column for each of the contract's that was found. `surplus` are the
    rows of a text file that have more cells than there are columns: their cells have moved.
    """

    table: Table | None = None
    sheet: str = ""
    sheet_rows: pl.DataFrame = field(default_factory=NO_ROWS.clone)
    letters: Mapping[str, str] = field(default_factory=dict)
    surplus: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        effects = (problems.Effect.REFUSED, problems.Effect.QUARANTINED)
        return any(p.kind.effect in effects for p in self.problems)

    @property
    def rows(self) -> pl.DataFrame:
        """What is to be checked: row, then one text column per contract column that was found."""
        return rows_of(self.sheet_rows, self.letters)


def parsed_name(file_name: str) -> FileName:
    """The parts of a name such as 7A4_falls_202401-202403_v02.csv; a span that ends before it
    starts says nothing about months.
    """
    match = FILE_NAME.fullmatch(Path(file_name.strip()).stem.strip())
    if match is None:
        return FileName()
    first, last = _month(match["first"]), _month(match["last"] or match["first"])
    if first is None or last is None or first > last:
        first = last = None
    version = int(match["version"]) if match["version"] else None
    submitter, topic = match["submitter"].upper(), match["topic"].lower()
    return FileName(submitter=submitter, topic=topic, first=first, last=last, version=version)


def read(
    path: Path,
    submission: str,
    file_name: str,
    topics: Mapping[str, Table],
    books: WorkbookReader,
    translations: Path = TRANSLATIONS,
    *,
    cleared: bool = False,
) -> Reading:
    """Read one file. Never raises for what the file contains: problems are in the result.

    Of a file that could name a person only the places where it does come back, no text. One that is
    `cleared` names nobody: that was decided of these very bytes, and all else is checked. What may
    stand in place of an agreed column name is looked up in `translations`.
    """
    named = topics.get(parsed_name(file_name).topic or "")
    # The labels of the table that the name announces go before those of others.
    first = [named] if named is not None else []
    names = Names.of_tables([*first, *topics.values()], translations)
    try:
        found = opened(path, file_name, lambda: names, books)
        personal = [] if cleared else _personal(found.sheets, submission, named, topics, names)
        if personal:
            return Reading(table=named, problems=tuple(personal))
        return _reading(found, submission, file_name, topics, names)
    except RefusalError as refusal:
        return Reading(table=named, problems=(refusal.problem(submission),))


def rows_of(sheet_rows: pl.DataFrame, letters: Mapping[str, str]) -> pl.DataFrame:
    """A sheet's rows below its header under the contract's names; blank ones too."""
    body = sheet_rows.slice(1)
    columns = [body[letter].alias(name) for name, letter in letters.items()]
    return pl.DataFrame([body["row"], *columns])


def is_blank(names: Iterable[str]) -> pl.Expr:
    """Whether a row has no text in any of these columns."""
    return pl.all_horizontal(pl.col(name).str.strip_chars().fill_null("") == "" for name in names)


def _month(text: str | None) -> date | None:
    if not text or not 1 <= int(text[4:]) <= 12 or int(text[:4]) < FIRST_YEAR:
        return None
    return date(int(text[:4]), int(text[4:]), 1)


def _personal(
    sheets: Sequence[Sheet],
    submission: str,
    named: Table | None,
    topics: Mapping[str, Table],
    names: Names,
) -> list[Problem]:
    """What in any sheet could point at a person."""
    tables = topics.values() if named is None else [named]
    known = {column.name: column.type for table in tables for column in table.columns}
    found: list[Problem] = []
    for sheet in sheets:
        header = names.best_header(sheet.rows)
        found += personal_cells(
            _under_agreed_names(sheet, header),
            header.at if header.is_one else None,
            known,
            submission,
        )
    return found


def _under_agreed_names(sheet: Sheet, header: Header) -> Sheet:
    """A sheet whose header has the agreed names in place of what stands for them."""
    if not header.is_one:
        return sheet
    rows = [*sheet.rows]
    rows[header.at] = [*header.names]
    return replace(sheet, rows=rows)


def _reading(
    found: Opened,
    submission: str,
    file_name: str,
    topics: Mapping[str, Table],
    names: Names,
) -> Reading:
    named = topics.get(parsed_name(file_name).topic or "")
    sheet, header = _chosen(found.sheets, names, named)
    table = _table(file_name, header, topics)
    places = {n: header.names.index(n) for n in table.column_names if n in header.names}
    refuse_unclear(sheet, header.at, frozenset(places.values()))
    notes = footers(sheet.rows, header.at)
    body = replace(sheet, rows=sheet.rows[: notes[0]] if notes else sheet.rows)
    reading = Reading(
        table=table,
        sheet=masked(sheet.name),
        sheet_rows=_sheet_rows(body, header, table, places),
        letters={name: excel_letter(place) for name, place in places.items()},
        surplus=tuple(surplus(body, header.at)),
    )
    told = [
        *(Problem(kind, submission) for kind in found.notes),
        *hidden(found.sheets, submission),
        *header_problems(header, table, sheet.name, submission),
        *_notes(sheet, notes, submission),
    ]
    if not is_filled(body.rows[header.at + 1 :], places.values()):
        told.append(Problem(problems.NO_ROWS, submission, sheet=sheet.name or None))
    return replace(reading, problems=tuple(told))


def _notes(sheet: Sheet, places: Iterable[int], submission: str) -> Iterator[Problem]:
    for place in places:
        column = next(p for p, cell in enumerate(sheet.rows[place]) if (cell or "").strip())
        cell = f"{excel_letter(column)}{place + 1}"
        value = sheet.rows[place][column]
        where = sheet.name or None
        yield Problem(
            problems.NOTE_ROW, submission, sheet=where, row=place + 1, cell=cell, value=value
        )


def _chosen(sheets: Sequence[Sheet], names: Names, named: Table | None) -> tuple[Sheet, Header]:
    """The sheet that has a header and rows, and its header.

    A hidden sheet, often last month's, is looked at only if no other has a header.
    """
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise RefusalError(problems.EMPTY_FILE)
    found = [(sheet, names.best_header(sheet.rows)) for sheet in filled]
    agreed = [one for one in found if one[1].is_one]
    if not agreed:
        raise _no_header(filled[0].rows, named)
    seen = [one for one in agreed if one[0].visible] or agreed
    with_rows = [one for one in seen if any(map(any, one[0].rows[one[1].at + 1 :]))]
    if len(with_rows) > 1:
        raise RefusalError(problems.SEVERAL_SHEETS)
    return (with_rows or seen)[0]


def _no_header(rows: Rows, named: Table | None) -> RefusalError:
    """Where it is known which names were agreed they are told, and other names beside them."""
    if named is None:
        return RefusalError(problems.NO_HEADER)
    found = other_names(rows)
    if not found:
        return RefusalError(problems.NO_HEADER, case="no_names", agreed=named.column_names)
    return RefusalError(
        problems.NO_HEADER, case="other_names", found=found, agreed=named.column_names
    )


def _table(file_name: str, header: Header, topics: Mapping[str, Table]) -> Table:
    """The table that the file name announces, else the only one that the header fits."""
    named = topics.get(parsed_name(file_name).topic or "")
    if named is not None:
        return named
    fits = {table.topic: _fit(table, header) for table in topics.values()}
    best = max(fits.values())
    winners = [topic for topic, fit in fits.items() if fit == best]
    if best < TABLE_SHARE or len(winners) > 1:
        raise RefusalError(problems.UNKNOWN_RETURN, topics=tuple(sorted(topics)))
    return topics[winners[0]]


def _fit(table: Table, header: Header) -> float:
    return len(set(table.column_names) & set(header.names)) / len(table.column_names)


def _sheet_rows(
    sheet: Sheet, header: Header, table: Table, places: Mapping[str, int]
) -> pl.DataFrame:
    """The sheet as sent, from its header on: row, A, B, ...

    Figures, months and dates of the contract that are written in another way, but can be read in
    one way only, are written as agreed.
    """
    width = max(len(row) for row in sheet.rows)
    rows: Rows = [row + [None] * (width - len(row)) for row in sheet.rows[header.at :]]
    kinds = {place: table.column(name).type for name, place in places.items()}
    calendar = sheet.date_1904 if sheet.name else None
    columns = {
        excel_letter(place): pl.Series(
            _as_agreed([row[place] for row in rows], kinds.get(place), calendar), dtype=pl.String
        )
        for place in range(width)
    }
    numbers = pl.Series(range(header.at + 1, header.at + 1 + len(rows)), dtype=pl.Int64)
    return pl.DataFrame({"row": numbers, **columns})


def _as_agreed(
    cells: list[str | None], kind: ColumnType | None, date_1904: bool | None
) -> list[str | None]:
    """A column, header first; each value that stands in many cells is looked at once."""
    if kind is None:
        return cells
    head, *below = cells
    agreed = {cell: canonical(cell, kind, date_1904=date_1904) for cell in set(below) if cell}
    return [head, *(agreed.get(cell or "", cell) for cell in below)]
