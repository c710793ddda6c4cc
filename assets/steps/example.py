"""One row that a table's own checks find nothing wrong with, to show how a file is filled in.

Belongs here: making up such a row from the contract and the registers, and holding it against the
same checks as any file's. Does not belong here: the workbook around it (reports/template.py). Its
counts are the least that may stand there: one that is left in a file by mistake adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice, product
from types import MappingProxyType

import polars as pl

from assets.steps.past import without_past
from assets.steps.prepare import SUBMITTER, prepared
from data_contracts import problems
from data_contracts.contract import Column, ColumnType, Table
from data_contracts.registers import Registers
from data_contracts.suite import ROW, SUBMISSION, holds, suite_of

Cells = Mapping[str, str | None]
# What may stand for a code that is in no list: the first that fits its pattern.
CODES = ("A1", "example", "1")
MOST_TRIED = 2_000


class NoExampleError(Exception):
    """No row could be made up that a table accepts; the message says which table and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """A row by column, without the columns that stay empty, and the file name it would have."""

    cells: Mapping[str, str]
    file_name: str


def example(table: Table, registers: Registers, latest: date, text: str) -> Example:
    """The example of a table, for the last month up to `latest` in which an organisation is due.

    `text` stands in columns of free text. Raises NoExampleError.
    """
    organisation, month = _due(table, registers, latest)
    submitter = table.submitter_of(organisation)
    known = _Known(table, registers, submitter, latest)
    places = {"organisation_code": organisation, "site_code": _site(registers, organisation, month)}
    choices = [tuple(_choices(column, places, month, text)) for column in table.columns]
    rows = [
        dict(zip(table.column_names, cells, strict=True))
        for cells in islice(product(*choices), MOST_TRIED)
    ]
    found = known.first_good(rows)
    if found is None:
        raise NoExampleError(f"No row could be made up that {table.name} accepts.")
    cells = {name: cell for name, cell in found.items() if cell is not None}
    span = f"_{month:%Y%m}" if table.has("period") else ""
    return Example(MappingProxyType(cells), f"{submitter}_{table.topic}{span}_v01.xlsx")


@dataclass(frozen=True, slots=True)
class _Known:
    table: Table
    registers: Registers
    submitter: str
    latest: date

    def first_good(self, rows: list[dict[str, str | None]]) -> dict[str, str | None] | None:
        """The first of some rows in which no check finds anything; each is a file of its own."""
        names = self.table.column_names
        sent = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)).with_columns(
            pl.int_range(pl.len()).cast(pl.String).alias(SUBMISSION),
            pl.lit(2, pl.Int64).alias(ROW),
            pl.lit(self.submitter).alias(SUBMITTER),
            pl.lit(True).alias(holds(problems.SURPLUS_CELLS.code)),
        )
        frame = prepared(sent, self.table, self.registers).with_columns(self._unnamed())
        frame = without_past(frame, self.table, self.registers)
        codes = (one.code for one in self.registers.organisations)
        suite = suite_of(self.table, codes, self.latest)
        is_bad = pl.any_horizontal(check.broken().fill_null(False) for check in suite)
        good = frame.filter(~is_bad)[SUBMISSION].cast(pl.Int64).sort()
        return rows[good[0]] if len(good) else None

    def _unnamed(self) -> list[pl.Expr]:
        """No file's name has stated a month."""
        if not self.table.has("period"):
            return []
        return [pl.lit(None, pl.Boolean).alias(holds(problems.MONTH_NOT_NAMED.code, "period"))]


def _due(table: Table, registers: Registers, latest: date) -> tuple[str, date]:
    """An organisation and the last month for which it is due; any of them of a table that nobody
    must send.
    """
    if not table.due:
        return registers.organisations[0].code, latest
    begun = [due for due in table.due if due.starts <= latest]
    if not begun:
        first = min(due.starts for due in table.due)
        raise NoExampleError(
            f"{table.name} begins with {first:%Y-%m}, which is not over yet: leave out --example, "
            "or give a later day with --today."
        )
    last = max(begun, key=lambda due: due.ends or date.max)
    return last.organisations[0], min(latest, last.ends or latest)


def _site(registers: Registers, organisation: str, month: date) -> str | None:
    owned = (site.code for site in registers.sites if site.owner(month) == organisation)
    return next(owned, None)


def _choices(
    column: Column,
    places: Mapping[str, str | None],
    month: date,
    text: str,
) -> Iterator[str | None]:
    """What may stand in a column, the likeliest first; None for an empty cell."""
    if column.name in places:
        yield places[column.name]
    elif column.type is ColumnType.COUNT:
        yield from _counts(column)
    elif column.values:
        yield from column.values if column.required else (None,)
    elif column.type is ColumnType.TEXT:
        yield text
    elif column.type is ColumnType.MONTH:
        yield f"{month:%Y-%m}"
    elif column.type is ColumnType.DATE:
        yield f"{month:%Y-%m-%d}" if column.required else None
    else:
        yield next(_fitting(column.pattern, CODES), None)


def _counts(column: Column) -> Iterator[str | None]:
    if not column.required:
        yield None
    yield str(column.minimum or 0)


def _fitting(pattern: str | None, codes: Iterable[str]) -> Iterator[str]:
    return (code for code in codes if pattern is None or re.search(pattern, code))
