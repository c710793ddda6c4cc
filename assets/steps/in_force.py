"""Which submission counts for which month, and whether the month is complete.

Belongs here: choosing among accepted versions, the parts (wards, sites) that a month should have,
and the questions that follow from parts that are missing. Does not belong here: what becomes of a
single file (check.py), sums (count.py), how returns are shown (returns.py).

Order of versions: see `ranks`. A month is complete when no row of it was set aside (but for the
share that its table tolerates) and no part is missing that an earlier accepted version of it (also
an incomplete one) or the last complete month had. A newer complete version replaces an older one;
an incomplete one counts only where there is no complete one. The last *complete* month is what a
month is held against, not simply the month before: otherwise a ward left out twice would be
forgotten, and its absence would look like fewer falls. For the same reason a part that was closed
for a time is expected again after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

import polars as pl

from assets.steps.decisions import Decisions, read_decisions
from assets.steps.lake import Lake
from assets.steps.night import Night
from assets.steps.submissions import RECORDS, MonthSent, Receipt
from data_contracts.contract import Contract, Table
from data_contracts.problems import TAKEN, WARDS_MISSING, Outcome, Problem
from data_contracts.registers import Registers
from data_contracts.suite import has_roll

# A site and, where rows are about wards, the ward.
Part: TypeAlias = tuple[str, str | None]
NO_PARTS: frozenset[Part] = frozenset()

MONTHS_SCHEMA = pl.Schema(
    {
        "organisation": pl.String,
        "table": pl.String,
        "period": pl.Date,
        "submission": pl.String,
        "is_complete": pl.Boolean,
        "parts_in": pl.Int64,
        "parts_due": pl.Int64,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One accepted version of one organisation's month of one table."""

    receipt: Receipt
    sent: MonthSent
    parts: frozenset[Part]
    missing: frozenset[Part] = NO_PARTS
    lost_rows: bool = False

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.lost_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """All versions of a month whose figures may have changed, in the order of arrival.

    Also those that a decision has withdrawn since. `expected` are the parts that the last complete
    month has; `copies` are files that came again, which makes them newer.
    """

    versions: tuple[Candidate, ...]
    expected: frozenset[Part]
    copies: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The version that counts for each month, and what was missing in any version.

    `questions` are about wards missing: one problem for each version and month. `several` are the
    months of which more than one version was accepted, or of which all are withdrawn
    (corrections.py).
    """

    months: pl.DataFrame
    questions: tuple[Problem, ...] = field(default=())
    several: tuple[Versions, ...] = field(default=())


def in_force(
    night: Night, contract: Contract, table: Table, receipts: Iterable[Receipt]
) -> InForce:
    """The months of a table in force, as MONTHS_SCHEMA, sorted by organisation and period."""
    of = (contract.workstream, table.id)
    decisions = read_decisions(night)
    sent = [r for r in receipts if (r.workstream, r.table) == of and not r.trial]
    taken = [r for r in sent if r.outcome in TAKEN]
    own = [r for r in taken if r.submission not in decisions.withdrawn]
    copies = [r for r in sent if r.outcome is Outcome.DUPLICATE]
    repeats = [r for r in copies if r.submission not in decisions.withdrawn]
    parts = _parts(night.lake, taken, table)
    versions = _by_organisation(own, parts)
    ever = versions if len(own) == len(taken) else _by_organisation(taken, parts)
    chosen: list[Candidate] = []
    questions: list[Problem] = []
    several: list[Versions] = []
    for code, ever_sent in ever.items():
        # A month without a version any more says nothing, but what it said is known.
        own_versions = {period: versions[code].get(period, []) for period in ever_sent}
        for period, found, all_versions, expected in _chosen(
            own_versions, repeats, table, night.registers, decisions
        ):
            chosen += [found] if found else []
            questions += [_question(v) for v in all_versions if v.missing and not v.lost_rows]
            if found is None or len(ever_sent[period]) > 1:
                several.append(_several(ever_sent[period], expected, copies))
    return InForce(months=_frame(chosen, table), questions=tuple(questions), several=tuple(several))


def _several(
    versions: list[Candidate], expected: frozenset[Part], copies: list[Receipt]
) -> Versions:
    known = {version.receipt.submission for version in versions}
    own = tuple(one for one in copies if one.duplicate_of in known)
    return Versions(versions=tuple(versions), expected=expected, copies=own)


def ranks(receipts: Iterable[Receipt]) -> dict[str, tuple[int, int]]:
    """Submission -> its rank among files that speak of the same months; the highest is newest.

    By the version in the file name, then by arrival. A file without a version counts as one of the
    highest version that had arrived before it: it was sent by someone who knew that version. But
    where it has the bytes of a lower version it is that one once more, out of somebody's folder,
    and does not undo the correction. A copy of a file, which is kept without its rows, gives the
    file its own rank.
    """
    found: dict[str, tuple[int, int]] = {}
    sent: dict[str, tuple[int, int]] = {}
    highest = 0
    for place, receipt in enumerate(sorted(receipts, key=arrival)):
        rank = (highest if receipt.version is None else receipt.version, place)
        known = sent.setdefault(receipt.sha256, rank)
        if receipt.version is None and known[0] < highest:
            rank = known
        sent[receipt.sha256] = max(known, rank)
        highest = max(highest, rank[0])
        found[receipt.submission] = rank
        copied = receipt.duplicate_of
        if copied in found:
            found[copied] = max(found[copied], rank)
    return found


def arrival(receipt: Receipt) -> tuple[int, str]:
    """The order in which files came."""
    return receipt.sequence, receipt.submission


def _parts(lake: Lake, receipts: list[Receipt], table: Table) -> dict[str, pl.DataFrame]:
    """The parts of each submission's months: organisation_code, period, site_code, ward_code."""
    if not has_roll(table):
        return {}
    wanted = ["organisation_code", "period", "site_code"]
    wanted += ["ward_code"] if table.has("ward_code") else []
    return {
        receipt.submission: _columns(lake.submissions / receipt.submission / RECORDS, wanted)
        for receipt in receipts
        if receipt.has_records
    }


def _columns(path: Path, wanted: list[str]) -> pl.DataFrame:
    """Distinct rows of some columns; one that records of an older contract lack is null."""
    known = pl.read_parquet_schema(path)
    there = pl.read_parquet(path, columns=[name for name in wanted if name in known])
    lacking = [pl.lit(None, pl.String).alias(name) for name in wanted if name not in known]
    return there.with_columns(lacking).select(wanted).unique()


def _by_organisation(
    receipts: list[Receipt], parts: Mapping[str, pl.DataFrame]
) -> dict[str, dict[date, list[Candidate]]]:
    """Versions of each month in the order of arrival, by organisation."""
    found: dict[str, dict[date, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    for receipt in sorted(receipts, key=arrival):
        rolls = _rolls(parts[receipt.submission]) if receipt.submission in parts else {}
        for sent in receipt.months:
            if sent.rows:
                key = (sent.organisation, sent.period)
                found[sent.organisation][sent.period].append(
                    Candidate(receipt=receipt, sent=sent, parts=rolls.get(key, NO_PARTS))
                )
    return found


def _rolls(frame: pl.DataFrame) -> dict[tuple[str, date], frozenset[Part]]:
    rolls: dict[tuple[str, date], set[Part]] = defaultdict(set)
    for organisation, period, site, *ward in frame.iter_rows():
        rolls[organisation, period].add((site, ward[0] if ward else None))
    return {key: frozenset(parts) for key, parts in rolls.items()}


def _chosen(
    versions: Mapping[date, list[Candidate]],
    repeats: list[Receipt],
    table: Table,
    registers: Registers,
    decisions: Decisions,
) -> Iterator[tuple[date, Candidate | None, list[Candidate], frozenset[Part]]]:
    """For each month, oldest first, the version in force, all of its versions and the parts that
    the last complete month before it had; no version is in force where there is none."""
    last_complete: frozenset[Part] = NO_PARTS
    for period in sorted(versions):
        expected = last_complete
        if not versions[period]:
            yield period, None, [], expected
            continue
        all_judged = judged(versions[period], expected, table, registers, decisions)
        chosen = winner(all_judged, repeats)
        if chosen.is_complete:
            known = expected.union(*(version.parts for version in all_judged))
            gone = known - chosen.parts
            organisation = chosen.sent.organisation
            last_complete = chosen.parts | decisions.paused(organisation, table, period, gone)
        yield period, chosen, all_judged, expected


def judged(
    versions: Iterable[Candidate],
    expected: frozenset[Part],
    table: Table,
    registers: Registers,
    decisions: Decisions,
) -> list[Candidate]:
    """Versions of a month in the order of arrival, each with what is missing in it."""
    found: list[Candidate] = []
    for version in versions:
        absent = expected - version.parts
        own = version.sent
        gone = decisions.gone(own.organisation, table, own.period, registers, absent)
        found.append(
            replace(version, missing=absent - gone, lost_rows=_has_lost_rows(version, table))
        )
        expected |= version.parts
    return found


def winner(versions: list[Candidate], repeats: Iterable[Receipt]) -> Candidate:
    """The newest complete version, else the newest; ranked among all, complete or not."""
    known = {version.receipt.submission: version.receipt for version in versions}
    copies = (one for one in repeats if one.duplicate_of in known)
    order = ranks([*known.values(), *copies])
    complete = [version for version in versions if version.is_complete]
    return max(complete or versions, key=lambda version: order[version.receipt.submission])


def _has_lost_rows(version: Candidate, table: Table) -> bool:
    """More rows set aside than the table tolerates, or some whose month cannot be told."""
    sent = version.sent
    share = sent.set_aside / (sent.rows + sent.set_aside)
    return version.receipt.unplaced > 0 or share > table.tolerated_share


def _question(version: Candidate) -> Problem:
    names = sorted(f"{site} {ward}" if ward else site for site, ward in version.missing)
    return Problem(
        WARDS_MISSING,
        version.receipt.submission,
        facts={"wards": tuple(names), "month": f"{version.sent.period:%Y-%m}"},
    )


def _frame(chosen: list[Candidate], table: Table) -> pl.DataFrame:
    rows = [
        (
            c.sent.organisation,
            table.id,
            c.sent.period,
            c.receipt.submission,
            c.is_complete,
            max(1, len(c.parts)),
            max(1, len(c.parts | c.missing)) + _unknown_parts(c),
        )
        for c in chosen
    ]
    frame = pl.DataFrame(rows, schema=MONTHS_SCHEMA, orient="row")
    return frame.sort("organisation", "period")


def _unknown_parts(candidate: Candidate) -> int:
    """Rows that were set aside stand for parts nobody can count exactly; at least one lacks."""
    return int(candidate.lost_rows and not candidate.missing)
