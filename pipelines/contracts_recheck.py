"""Last month's accepted files of a lake, held against other contracts than those they came under.

Here: which files, the night's own reading and check on copies of them, and which accepted rows it
would reject by which rule. Not here: printing it (contracts_command.py). The lake is only read; the
copies are in a folder of their owner's alone, which is thrown away.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from assets.steps.check import check
from assets.steps.lake import Lake
from assets.steps.night import Night
from assets.steps.receive import receive_files
from assets.steps.submissions import (
    PROBLEMS,
    RECORDS,
    Receipt,
    all_receipts,
    original_in,
)
from data_contracts.contract import Contract
from data_contracts.problems import CATALOGUE, NOTHING_ACCEPTED, Effect, Kind

WHOLE_FILE = (Effect.REFUSED, Effect.QUARANTINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many accepted rows, in how many files, a rule would reject."""

    code: str
    rows: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """The last month of one table: what was accepted, and what of it would be rejected.

    A row that breaks several rules is counted under each of them, and once in `rows_rejected`.
    """

    table: str
    month: date
    rows: int
    files: int
    rows_rejected: int
    files_rejected: int
    by_rule: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class _Sent:
    """An accepted file of the last month and the numbers of its accepted rows of that month."""

    receipt: Receipt
    rows: frozenset[int]


def recheck(lake: Path, tables: Iterable[str], new: Path) -> tuple[Rechecked, ...]:
    """The last month of each table (`falls.monthly`) with accepted rows, under the contracts `new`.

    `new` is a file or a folder. Raises ContractError for contracts that cannot be used.
    """
    place = Lake(lake)
    sent = {name: found for name in tables if (found := _last_month(place, name)) is not None}
    with tempfile.TemporaryDirectory(prefix="safecare-recheck-") as folder:
        night = Night.open(Path(folder, "lake"), _alone(new, Path(folder, "contracts")))
        files = [one for _, found in sent.values() for one in found]
        _put(place, files, night.lake.inbox)
        # That they name nobody was decided in their own lake.
        released = frozenset(one.receipt.sha256 for one in files if one.receipt.released)
        receive_files(night, settled=True, released=released)
        for contract in night.contracts:
            check(night, contract)
        # Of two equal files the first has the outcome, the second is its copy.
        newest_first = reversed(all_receipts(night.lake))
        settled = {(receipt.submitter, receipt.sha256): receipt for receipt in newest_first}
        kinds = _kinds(night.contracts)
        return tuple(
            _told(name, month, found, settled, kinds, night.lake)
            for name, (month, found) in sent.items()
        )


def _last_month(lake: Lake, table: str) -> tuple[date, list[_Sent]] | None:
    """The last month of which rows were accepted, and every file that they are in."""
    every = (r for r in all_receipts(lake) if r.has_records and not r.trial)
    own = [r for r in every if f"{r.workstream}.{r.table}" == table]
    months = [month.period for r in own for month in r.months if month.rows]
    if not months:
        return None
    last = max(months)
    speak = [r for r in own if any(m.period == last and m.rows for m in r.months)]
    return last, [_Sent(r, _rows(lake, r, last)) for r in speak]


def _rows(lake: Lake, receipt: Receipt, month: date | None = None) -> frozenset[int]:
    """The accepted rows of a file, of a month where its table has months."""
    path = lake.submissions / receipt.submission / RECORDS
    if not path.exists():
        return frozenset()
    records = pl.read_parquet(path)
    if month is not None and "period" in records:
        records = records.filter(pl.col("period") == month)
    return frozenset(records["row"])


def _alone(new: Path, folder: Path) -> Path:
    """A folder of contracts: a single file gets one of its own."""
    if new.is_dir():
        return new
    folder.mkdir()
    name = new.name if new.name.endswith(".odcs.yaml") else f"{new.stem}.odcs.yaml"
    shutil.copyfile(new, folder / name)
    return folder


def _put(lake: Lake, files: Iterable[_Sent], inbox: Path) -> None:
    """Copies of the files in an inbox, with the times at which they came.

    A name that its sender used twice gets a number, as a browser would give it.
    """
    for one in files:
        receipt = one.receipt
        folder = inbox / receipt.submitter
        folder.mkdir(parents=True, exist_ok=True)
        named = Path(receipt.file_name)
        name, number = named.name, 1
        while (folder / name).exists():
            number += 1
            name = f"{named.stem} ({number}){named.suffix}"
        shutil.copyfile(original_in(lake.submissions / receipt.submission), folder / name)
        os.utime(folder / name, (receipt.arrived.timestamp(), receipt.arrived.timestamp()))


def _kinds(contracts: Iterable[Contract]) -> Mapping[str, Kind]:
    rules = (rule for contract in contracts for table in contract.tables for rule in table.rules)
    return dict(CATALOGUE) | {rule.code: Kind.of_rule(rule) for rule in rules}


def _told(
    table: str,
    month: date,
    sent: list[_Sent],
    settled: Mapping[tuple[str, str], Receipt],
    kinds: Mapping[str, Kind],
    lake: Lake,
) -> Rechecked:
    rows: dict[str, int] = defaultdict(int)
    files: dict[str, int] = defaultdict(int)
    lost: list[frozenset[int]] = []
    for one in sent:
        receipt = settled[one.receipt.submitter, one.receipt.sha256]
        gone = one.rows - _rows(lake, receipt)
        lost.append(gone)
        for code, count in (_by_rule(gone, receipt, kinds, lake) if gone else {}).items():
            rows[code] += count
            files[code] += 1
    return Rechecked(
        table=table,
        month=month,
        rows=sum(len(one.rows) for one in sent),
        files=len(sent),
        rows_rejected=sum(map(len, lost)),
        files_rejected=sum(map(bool, lost)),
        by_rule=tuple(Count(code=c, rows=rows[c], files=files[c]) for c in sorted(rows)),
    )


def _by_rule(
    gone: frozenset[int], receipt: Receipt, kinds: Mapping[str, Kind], lake: Lake
) -> dict[str, int]:
    """Code -> rows that it rejects; what is wrong with a file as a whole rejects all of them."""
    found = pl.read_parquet(lake.submissions / receipt.submission / PROBLEMS)
    counts: dict[str, int] = {}
    for code in sorted(set(found["code"])):
        own = gone.intersection(found.filter(pl.col("code") == code)["row"].drop_nulls())
        if kinds[code].effect in WHOLE_FILE:
            counts[code] = len(gone)
        elif kinds[code].effect is Effect.SET_ASIDE and own:
            counts[code] = len(own)
    # That no row is left follows from what is wrong with the rows.
    if len(counts) > 1:
        counts.pop(NOTHING_ACCEPTED.code, None)
    return counts
