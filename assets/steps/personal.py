"""Is there anything in a file that could point at a person? Asked before anything else is kept.

Here: looking through every sheet, also the cells above the header, columns nobody asked for and
sheets that hold no return. Not here: what an NHS number or a postcode looks like
(data_contracts/identifiers.py). Only places leave this module, never values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

import polars as pl

from assets.steps.workbook import Rows, Sheet
from data_contracts.contract import ColumnType
from data_contracts.identifiers import ROW, identifier_cells, visible
from data_contracts.problems import IDENTIFIER, IdentifierKind, Problem

# Wider than what identifiers.py calls a number, a postcode or a word of birth, whatever blanks it
# has between: most files have nothing like it and need no closer look.
CANDIDATE = (
    r"(?i)\d{3}[\s.\-]{0,2}\d{3}[\s.\-]{0,2}\d{4}|\d[eE]\+?\d"
    r"|[a-z]\d[a-z\d]?\s?\d[a-z]{2}|gir\s?0aa|d(\.\s?)?o(\.\s?)?b|birth|born|geni|gan[we]"
)
BREAK = "|"


def personal_cells(
    sheet: Sheet, header_at: int | None, known: Mapping[str, ColumnType], submission: str
) -> list[Problem]:
    """One problem for each cell and kind of identifier in a sheet.

    `header_at` is the place of the agreed header, None where there is none: then the first row
    that has cells is looked at as a header. `known` gives the types of the agreed columns.
    """
    if not sheet.rows:
        return []
    header = _header(sheet.rows[_first_row(sheet.rows) if header_at is None else header_at])
    is_plain = header_at is not None and set(header) <= known.keys() | {""}
    if is_plain and not _may_name_somebody(sheet.rows):
        return []
    return [
        Problem(
            IDENTIFIER,
            submission,
            sheet=sheet.name or None,
            row=row,
            column=column,
            cell=cell,
            facts={"kind": kind},
        )
        for row, column, cell, kind in _cells(sheet.rows, header, header_at, known)
    ]


def excel_letter(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=10_000)
def column_name(cell: str | None) -> str:
    """A header cell as a column name: `Ward code ` -> ward_code."""
    plain = unicodedata.normalize("NFKC", cell or "").strip("\ufeff \t\r\n")
    return re.sub(r"[\s-]+", "_", plain.strip().casefold())


Found = tuple[int | None, str, str | None, str]


def _cells(
    rows: Rows, header: Sequence[str], header_at: int | None, known: Mapping[str, ColumnType]
) -> Iterator[Found]:
    """Row, column, cell and kind of everything found: in the body, then above the header."""
    at = _first_row(rows) if header_at is None else header_at
    names = _distinct(header, max(map(len, rows)))
    letters = {name: excel_letter(place) for place, name in enumerate(names)}
    below = identifier_cells(_frame(rows, names, at + 1, len(rows)), known)
    if header_at is None:
        below = _without_lone_postcodes(below)
    yield from _placed(below, letters)
    # Titles, such as a hospital's name and address: looked at for numbers only.
    plain = {excel_letter(place): ColumnType.CODE for place in range(len(names))}
    above = identifier_cells(_frame(rows, list(plain), 0, at), plain)
    yield from _placed(above, {name: name for name in plain})


def _placed(found: pl.DataFrame, letters: Mapping[str, str]) -> Iterator[Found]:
    for row, column, kind in found.select("row", "column", "kind").iter_rows():
        yield row, column, f"{letters[column]}{row}" if row is not None else None, kind


def _without_lone_postcodes(found: pl.DataFrame) -> pl.DataFrame:
    """The address of a hospital in a sheet of notes is nobody's home."""
    is_postcode = pl.col("kind") == IdentifierKind.POSTCODE.value
    return found.filter(~is_postcode | (pl.len().over("column", "kind") > 1))


def _frame(rows: Rows, names: Sequence[str], first: int, end: int) -> pl.DataFrame:
    body = [list(row) + [None] * (len(names) - len(row)) for row in rows[first:end]]
    columns = {
        name: pl.Series([row[place] for row in body], dtype=pl.String)
        for place, name in enumerate(names)
    }
    return pl.DataFrame({ROW: pl.Series(range(first + 1, end + 1), dtype=pl.Int64), **columns})


def _header(row: Sequence[str | None]) -> list[str]:
    return [column_name(cell) for cell in row]


def _distinct(header: Sequence[str], width: int) -> list[str]:
    """A name of its own for each column: the header's, or where it has none the column's letter."""
    names: list[str] = []
    for place, name in enumerate([*header, *[""] * (width - len(header))]):
        is_free = name and name not in names and name != ROW
        names.append(name if is_free else f"{name} {excel_letter(place)}".strip())
    return names


def _first_row(rows: Rows) -> int:
    """The first row that has cells."""
    return next((place for place, row in enumerate(rows) if any(row)), 0)


def _may_name_somebody(rows: Rows) -> bool:
    """Whether any cell has what a search could find; true for all that identifier_cells finds."""
    text = pl.Series("text", [BREAK.join(filter(None, chain.from_iterable(rows)))])
    # ASCII has nothing to fold or to hide. polars' search is linear, twenty times as fast as re's,
    # and leaves other threads be.
    if not text.item().isascii():
        text = text.to_frame().select(visible(pl.col("text"))).to_series()
    return bool(text.str.contains(CANDIDATE).item())
