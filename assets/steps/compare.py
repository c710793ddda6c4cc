"""What a file changes, held against what its sender had accepted before.

Here: with which earlier file each organisation's month is compared, and the rows and figures in
which the two differ. Not here: whether a file is right (check.py), which one counts (in_force.py),
words (reports/pages/submission_changes.py). Rows that were set aside are compared as well, as far
as they can be read: whoever mends a file wants to know what it would change.

A month is held against the file of the same sender that was in force for it when this one came;
what was withdrawn since never counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import TypeAlias

import polars as pl

from assets.steps.decisions import Decisions, read_decisions
from assets.steps.in_force import arrival, in_force
from assets.steps.night import Night
from assets.steps.prepare import SUBMITTER, prepared, total_of
from assets.steps.read import is_blank
from assets.steps.read_header import Names
from assets.steps.submissions import NO_MONTH, RECORDS, SHEET, Receipt, all_receipts
from data_contracts.contract import ColumnType, Contract, Table
from data_contracts.problems import SURPLUS_CELLS, TAKEN, Outcome
from data_contracts.registers import normalised
from data_contracts.suite import ROW, SUBMISSION, holds, sent
from reports.pages.submission_changes import CHANGE_SCHEMA, SUM_SCHEMA, Change, Compared

ORGANISATION, PERIOD, NOW, BEFORE = "organisation_code", "period", "now", "before"
# The columns that say where a row belongs, as CHANGE_SCHEMA has them.
PLACE = (ORGANISATION, PERIOD, "site_code", "ward_code", "ward_name")
# Where a row's figures were sent from, or when they were taken, is no figure.
UNCOMPARED = frozenset({"provenance", "extracted_on"})
# How records keep a column (prepare.py); all others are text.
KEPT_AS = {ColumnType.COUNT: pl.Int64, ColumnType.MONTH: pl.Date, ColumnType.DATE: pl.Date}

Return: TypeAlias = tuple[str, str | None, str | None]
# An organisation's month, which is what one version or another counts for.
Place: TypeAlias = tuple[str, date]


@dataclass(frozen=True)
class Comparisons:
    """Compares files of a night's lake; what was received is looked up once."""

    night: Night

    def of(self, submission: str) -> Compared | None:
        """What a file changes in months accepted before; None where no row of it can be read.

        Found out once for its pages in all languages.
        """
        return self._found(submission)

    @cached_property
    def _found(self) -> Callable[[str], Compared | None]:
        return cache(self._found_out)

    def _found_out(self, submission: str) -> Compared | None:
        this = self._receipts[submission]
        agreed = _agreed(self.night, this)
        if agreed is None or this.outcome in (Outcome.QUARANTINED, Outcome.DUPLICATE):
            return None
        if not self._versions_before(this):
            # Most files are the first of their months: their rows need not be read.
            return Compared()
        contract, table = agreed
        now = _rows_now(self.night, this, table)
        if now is None or any(n not in now for n in (ORGANISATION, PERIOD) if table.has(n)):
            return None
        base = self._base(this, _places_of(now), contract, table)
        if not base:
            return Compared()
        before = _rows_before(self.night, base, table)
        # Without what tells rows apart every row would be another.
        if any(before[name].count() for name in table.key if name not in now):
            return None
        return _compared(before, now, this, base, table)

    def read_by(self, submission: str) -> str:
        """What `of` reads besides the file itself, which never changes, as text for a page's key.

        No rows are opened: where only these say which version was in force, the text has all from
        which that is found out.
        """
        this = self._receipts[submission]
        versions = self._versions_before(this)
        if not versions:
            return ""
        if all(len(files) == 1 for files in versions.values()):
            return repr(sorted((*place, one.submission) for place, (one,) in versions.items()))
        organisations = {organisation for organisation, _ in versions}
        closures = [one for one in self._decisions.closures if one.organisation in organisations]
        return repr(([one.submission for one in self._before(this)], closures))

    @cached_property
    def _receipts(self) -> dict[str, Receipt]:
        return {receipt.submission: receipt for receipt in all_receipts(self.night.lake)}

    @cached_property
    def _decisions(self) -> Decisions:
        return read_decisions(self.night)

    @cached_property
    def _counting(self) -> dict[Return, list[Receipt]]:
        """The files that count or counted, and copies of them, by return, in order of arrival."""
        counting = {*TAKEN, Outcome.DUPLICATE}
        found: dict[Return, list[Receipt]] = defaultdict(list)
        for one in sorted(self._receipts.values(), key=arrival):
            is_withdrawn = one.submission in self._decisions.withdrawn
            if one.outcome in counting and not one.trial and not is_withdrawn:
                found[_return(one)].append(one)
        return found

    def _before(self, this: Receipt) -> list[Receipt]:
        """Files of the same return that count, or repeat one, and were there before this one."""
        own = self._counting.get(_return(this), ())
        return [one for one in own if arrival(one) < arrival(this)]

    def _versions_before(self, this: Receipt) -> dict[Place, list[Receipt]]:
        """The accepted versions, before a file, of all months of which its rows may speak.

        Where the month of a row, or of all of them, was not told, those are any months.
        """
        own = {(month.organisation, month.period) for month in this.months}
        is_known = bool(own) and not this.unplaced
        found: dict[Place, list[Receipt]] = defaultdict(list)
        for one in self._before(this):
            for month in one.months:
                place = (month.organisation, month.period)
                if month.rows and (place in own or not is_known):
                    found[place].append(one)
        return found

    def _base(
        self, this: Receipt, places: frozenset[Place], contract: Contract, table: Table
    ) -> dict[Place, Receipt]:
        """Each of some organisations' months with the file in force for it before this one came."""
        versions = self._versions_before(this)
        found = {place: files for place, files in versions.items() if place in places}
        if all(len(files) == 1 for files in found.values()):
            # Needs no look into records, which tell which of several is complete.
            return {place: files[0] for place, files in found.items()}
        months = in_force(self.night, contract, table, self._before(this)).months
        used = months.select("organisation", "period", "submission").iter_rows()
        return {
            (organisation, period): self._receipts[submission]
            for organisation, period, submission in used
            if (organisation, period) in found
        }


def _return(receipt: Receipt) -> Return:
    return receipt.submitter, receipt.workstream, receipt.table


def _places_of(rows: pl.DataFrame) -> frozenset[Place]:
    """The organisations and months of some rows; NO_MONTH for a table without months."""
    named = rows.select(ORGANISATION, _period_in(rows)).drop_nulls().unique()
    return frozenset(named.iter_rows())


def _period_in(rows: pl.DataFrame) -> pl.Expr:
    return pl.col(PERIOD) if PERIOD in rows else pl.lit(NO_MONTH).alias(PERIOD)


def _at(rows: pl.DataFrame, places: Collection[Place]) -> pl.DataFrame:
    """The rows of some organisations' months, in their order."""
    schema = {ORGANISATION: pl.String, PERIOD: pl.Date}
    wanted = pl.DataFrame(list(places), schema=schema, orient="row")
    by = (ORGANISATION, PERIOD) if PERIOD in rows else (ORGANISATION,)
    return rows.join(wanted, on=by, how="semi").sort(ROW)


def _agreed(night: Night, receipt: Receipt) -> tuple[Contract, Table] | None:
    for contract in night.contracts:
        for table in contract.tables:
            if (table.workstream, table.id) == (receipt.workstream, receipt.table):
                return contract, table
    return None


def _rows_before(night: Night, base: Mapping[Place, Receipt], table: Table) -> pl.DataFrame:
    places: dict[str, list[Place]] = defaultdict(list)
    for place, one in base.items():
        places[one.submission].append(place)
    parts = []
    for submission in sorted(places):
        rows = pl.read_parquet(night.lake.submissions / submission / RECORDS)
        parts.append(_at(_as_agreed(rows, table), places[submission]))
    return pl.concat(parts)


def _as_agreed(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Records under the columns of today's contract: one that it has gained since is null."""
    gained = [
        pl.lit(None, KEPT_AS.get(column.type, pl.String)).alias(column.name)
        for column in table.columns
        if column.name not in rows
    ]
    return rows.with_columns(gained).select(ROW, *table.column_names)


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
    before: pl.DataFrame,
    now: pl.DataFrame,
    this: Receipt,
    base: Mapping[Place, Receipt],
    table: Table,
) -> Compared:
    own = _at(now, base)
    told = now.filter(
        _is_told(now, {*table.organisations_of(this.submitter), *(o for o, _ in base)})
    )
    # Of a column that the file lacks nothing is known: it is no figure that was deleted.
    columns = [
        column.name
        for column in table.columns
        if column.name not in {*table.key, *UNCOMPARED} and column.name in now
    ]
    keys = _keys(table)
    # In the order of the key, which is each row's own: a join says nothing of order.
    joined = (
        _keyed(before, table, BEFORE)
        .join(_keyed(own, table, NOW), on=keys, how="full", coalesce=True, nulls_equal=True)
        .sort(keys, nulls_last=True)
    )
    changes = [one for row in joined.iter_rows(named=True) for one in _changes(row, columns, table)]
    figures = [name for name in columns if table.column(name).type is ColumnType.COUNT]
    sums = [(name, _sum(joined, name, BEFORE), _sum(joined, name, NOW)) for name in figures]
    return Compared(
        with_files=tuple(sorted({one.submission for one in base.values()})),
        months=tuple(sorted({month for _, month in base} - {NO_MONTH})),
        others=told.height - own.height,
        untold=now.height - told.height,
        changes=pl.DataFrame(changes, schema=CHANGE_SCHEMA, orient="row"),
        sums=pl.DataFrame([s for s in sums if s[1] != s[2]], schema=SUM_SCHEMA, orient="row"),
    )


def _is_told(rows: pl.DataFrame, organisations: Collection[str]) -> pl.Expr:
    """Whether a row says of which month it is, and of which of some organisations."""
    return pl.col(ORGANISATION).is_in(list(organisations)) & _period_in(rows).is_not_null()


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
    place = [row.get(f"{name}:{side}") for name in PLACE]
    more = ", ".join(
        str(row[f"{name}:{side}"])
        for name in table.key
        if name not in PLACE and row[f"{name}:{side}"] is not None
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
