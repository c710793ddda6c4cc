"""What a file changes, held against what its sender had accepted before.

Here: which earlier file speaks of each month, and the rows and figures in which the two differ. Not
here: whether a file is right (check.py), which one counts (in_force.py), words (reports/pages/
submission_changes.py). Rows that were set aside are compared as well, as far as they can be read:
whoever mends a file wants to know what it would change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeAlias

import polars as pl

from assets.steps.decisions import read_decisions
from assets.steps.in_force import arrival
from assets.steps.night import Night
from assets.steps.prepare import SUBMITTER, prepared, total_of
from assets.steps.read import is_blank
from assets.steps.read_header import Names
from assets.steps.submissions import NO_MONTH, RECORDS, SHEET, Receipt, all_receipts
from data_contracts.contract import ColumnType, Table
from data_contracts.expectations import ROW, SUBMISSION, holds, sent
from data_contracts.problems import SURPLUS_CELLS, TAKEN, Outcome
from data_contracts.registers import normalised
from reports.pages.submission_changes import CHANGE_SCHEMA, SUM_SCHEMA, Change, Compared

PERIOD, NOW, BEFORE = "period", "now", "before"
# Where a row's figures were sent from, or when they were taken, is no figure.
UNCOMPARED = frozenset({"provenance", "extracted_on"})
# How records keep a column (prepare.py); all others are text.
KEPT_AS = {ColumnType.COUNT: pl.Int64, ColumnType.MONTH: pl.Date, ColumnType.DATE: pl.Date}


Return: TypeAlias = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Comparisons:
    """Compares files of a night's lake; what was received is looked up once."""

    night: Night

    def of(self, submission: str) -> Compared | None:
        """What a file changes in months accepted before; None where no row of it can be read."""
        this = self._receipts[submission]
        table = _table(self.night, this)
        if table is None or this.outcome in (Outcome.QUARANTINED, Outcome.DUPLICATE):
            return None
        if this.months and not dict(self._base(this, frozenset(m.period for m in this.months))):
            # Most files are the first of their months: their rows need not be read.
            return Compared()
        now = _rows_now(self.night, this, table)
        if now is None:
            return None
        base = dict(self._base(this, _months_of(now)))
        if not base:
            return Compared()
        before = _rows_before(self.night, base, table)
        # Without what tells rows apart every row would be another.
        if any(before[name].count() for name in table.key if name not in now):
            return None
        return _compared(before, now, base, table)

    @cached_property
    def _receipts(self) -> dict[str, Receipt]:
        return {receipt.submission: receipt for receipt in all_receipts(self.night.lake)}

    @cached_property
    def _accepted(self) -> dict[Return, list[Receipt]]:
        """The files of which rows count or counted, by return, newest first."""
        withdrawn = read_decisions(self.night).withdrawn
        found: dict[Return, list[Receipt]] = defaultdict(list)
        for one in sorted(self._receipts.values(), key=arrival, reverse=True):
            if one.outcome in TAKEN and not one.trial and one.submission not in withdrawn:
                found[_return(one)].append(one)
        return found

    def _base(self, this: Receipt, months: frozenset[date]) -> Iterator[tuple[date, Receipt]]:
        """Each of some months with the last file in which rows of it were accepted before."""
        found: set[date] = set()
        for one in self._accepted.get(_return(this), ()):
            if arrival(one) < arrival(this):
                for month in {m.period for m in one.months if m.rows} & months - found:
                    found.add(month)
                    yield month, one


def _return(receipt: Receipt) -> Return:
    return receipt.submitter, receipt.workstream, receipt.table


def _months_of(rows: pl.DataFrame) -> frozenset[date]:
    """The months of some rows; NO_MONTH for a table without months."""
    if PERIOD not in rows:
        return frozenset({NO_MONTH})
    return frozenset(rows[PERIOD].drop_nulls())


def _table(night: Night, receipt: Receipt) -> Table | None:
    for contract in night.contracts:
        for table in contract.tables:
            if (table.workstream, table.id) == (receipt.workstream, receipt.table):
                return table
    return None


def _rows_before(night: Night, base: dict[date, Receipt], table: Table) -> pl.DataFrame:
    parts = []
    for one in set(base.values()):
        rows = pl.read_parquet(night.lake.submissions / one.submission / RECORDS)
        months = [month for month, receipt in base.items() if receipt == one]
        parts.append(_of_months(_as_agreed(rows, table), months))
    return pl.concat(parts)


def _as_agreed(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Records under the columns of today's contract: one that it has gained since is null."""
    gained = [
        pl.lit(None, KEPT_AS.get(column.type, pl.String)).alias(column.name)
        for column in table.columns
        if column.name not in rows
    ]
    return rows.with_columns(gained).select(ROW, *table.column_names)


def _of_months(rows: pl.DataFrame, months: list[date]) -> pl.DataFrame:
    if PERIOD not in rows or NO_MONTH in months:
        return rows
    return rows.filter(pl.col(PERIOD).is_in(months))


def _rows_now(night: Night, this: Receipt, table: Table) -> pl.DataFrame | None:
    """A file's rows with their values and its columns' letters; None where none was read."""
    folder = night.lake.submissions / this.submission
    if (folder / SHEET).exists():
        return _from_sheet(pl.read_parquet(folder / SHEET), night, this, table)
    if not (folder / RECORDS).exists():
        return None
    records = pl.read_parquet(folder / RECORDS)
    return records.select(ROW, *(name for name in table.column_names if name in records))


def _from_sheet(
    sheet: pl.DataFrame, night: Night, this: Receipt, table: Table
) -> pl.DataFrame | None:
    """What the rows of a sheet would say if all of them could be used."""
    letters = _letters(sheet, night, table)
    if not letters:
        return None
    body = sheet.slice(1)
    rows = pl.DataFrame([body[ROW], *(body[at].alias(name) for name, at in letters.items())])
    rows = rows.filter(~is_blank(letters)).with_columns(
        pl.lit(this.submission).alias(SUBMISSION),
        pl.lit(this.submitter).alias(SUBMITTER),
        pl.lit(True).alias(holds(SURPLUS_CELLS.code)),
    )
    rows = rows.filter(total_of(rows).is_null())
    if rows.is_empty():
        return None
    read = prepared(rows, table, night.registers)
    # What cannot be read is shown as it was sent.
    return read.select(ROW, *letters, *map(sent, letters))


def _letters(sheet: pl.DataFrame, night: Night, table: Table) -> dict[str, str]:
    """Column -> its letter in the sheet, as the file was read."""
    letters = [name for name in sheet.columns if name != ROW]
    if not sheet.height or not letters:
        return {}
    head = [list(sheet.select(letters).row(0))]
    names = Names.of_tables([table], night.translations).best_header(head).names
    found = dict(zip(names, letters, strict=False))
    return {name: found[name] for name in table.column_names if name in found}


def _compared(
    before: pl.DataFrame, now: pl.DataFrame, base: dict[date, Receipt], table: Table
) -> Compared:
    own = _of_months(now, sorted(base))
    # Of a column that the file lacks nothing is known: it is no figure that was deleted.
    columns = [
        column.name
        for column in table.columns
        if column.name not in {*table.key, *UNCOMPARED} and column.name in now
    ]
    joined = _keyed(before, table, BEFORE).join(
        _keyed(own, table, NOW), on=_keys(table), how="full", coalesce=True, nulls_equal=True
    )
    changes = [one for row in joined.iter_rows(named=True) for one in _changes(row, columns, table)]
    figures = [name for name in columns if table.column(name).type is ColumnType.COUNT]
    sums = [(name, _sum(joined, name, BEFORE), _sum(joined, name, NOW)) for name in figures]
    return Compared(
        with_files=tuple(sorted({one.submission for one in base.values()})),
        months=tuple(sorted(month for month in base if month != NO_MONTH)),
        others=now.height - own.height,
        changes=pl.DataFrame(changes, schema=CHANGE_SCHEMA, orient="row"),
        sums=pl.DataFrame([s for s in sums if s[1] != s[2]], schema=SUM_SCHEMA, orient="row"),
    )


def _sum(joined: pl.DataFrame, name: str, side: str) -> int:
    """Over all that can be read."""
    return int(joined[f"{name}:{side}"].cast(pl.Int64, strict=False).sum())


def _keys(table: Table) -> list[str]:
    return [f"{name}:key" for name in table.key]


def _keyed(rows: pl.DataFrame, table: Table, side: str) -> pl.DataFrame:
    """Rows under a side's names, with keys that spelling does not tell apart.

    Of rows with the same key, which are a mistake, only the first is compared.
    """
    keys = {f"{name}:key": normalised(_text(rows, name)) for name in table.key}
    sides = {f"{name}:{side}": _text(rows, name) for name in table.column_names}
    places = {f"{ROW}:{side}": pl.col(ROW), f"is:{side}": pl.lit(True)}
    return rows.select(**keys, **sides, **places).unique(
        list(keys), keep="first", maintain_order=True
    )


def _text(rows: pl.DataFrame, name: str) -> pl.Expr:
    """A column as text, as sent where it cannot be read; nothing where the file lacks it."""
    named = [pl.col(one).cast(pl.String) for one in (name, sent(name)) if one in rows]
    return pl.coalesce(*named, pl.lit(None, pl.String))


def _changes(
    row: dict[str, object], columns: list[str], table: Table
) -> Iterator[tuple[object, ...]]:
    is_now, was_before = row[f"is:{NOW}"], row[f"is:{BEFORE}"]
    side = NOW if is_now else BEFORE
    place = [
        row.get(f"{name}:{side}") for name in ("period", "site_code", "ward_code", "ward_name")
    ]
    more = ", ".join(
        str(row[f"{name}:{side}"])
        for name in table.key
        if name not in ("organisation_code", "period", "site_code", "ward_code")
        and row[f"{name}:{side}"] is not None
    )
    where = (row[f"{ROW}:{NOW}"], *place, more)
    if not (is_now and was_before):
        kind = Change.NEW if is_now else Change.GONE
        yield kind.value, *where, None, None, None
        return
    for name in columns:
        old, new = row[f"{name}:{BEFORE}"], row[f"{name}:{NOW}"]
        if old != new:
            yield Change.CHANGED.value, *where, name, old, new
