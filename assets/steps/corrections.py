"""Figures that a later version of a file changed: each before and after, from the records.

Belongs here: which version took over from which, when, and the two counts of it. Does not belong
here: choosing the version in force (in_force.py), the SQL (count.py), rows within files
(compare.py), words (reports/pages/corrections.py).

What was in force at any time is found by letting the files of a month come, and be withdrawn, one
after the other, each held against the parts that the months before it have now. Only months with
more than one accepted version are looked at, so most nights have nothing to count twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import polars as pl

from assets.steps.decisions import Decisions, Withdrawn, decisions_in, read_decisions
from assets.steps.in_force import Candidate, InForce, Versions, arrival, judged, winner
from assets.steps.months import data_month, deadline_of
from assets.steps.night import Night
from assets.steps.submissions import NO_MONTH, Receipt
from data_contracts.contract import Contract, Table
from reports.corrections import CORRECTION_SCHEMA, Cause
from reports.deadlines import in_wales
from reports.pages.levels import ORGANISATION

# A table and organisation, period, submission of months to be counted -> what count.py sums:
# level, unit, period, and n_<measure> and d_<measure> for each measure.
Sums: TypeAlias = Callable[[Table, pl.DataFrame], pl.DataFrame]
# Submission, organisation, period -> measure -> numerator and denominator.
Figures: TypeAlias = Mapping[tuple[str, str, date], Mapping[str, tuple[float, float | None]]]
# The day on which a night took a file, or its withdrawal was decided; which of the two; the file.
Event: TypeAlias = tuple[date, bool, Receipt]
MONTH_SCHEMA = pl.Schema({"organisation": pl.String, "period": pl.Date, "submission": pl.String})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One version that took over from another. `file` is what came, or was withdrawn, on `day`."""

    before: Candidate
    now: Candidate
    cause: Cause
    file: Receipt
    day: date


def corrections(
    night: Night, contract: Contract, used: Mapping[str, InForce], sums_of: Sums
) -> pl.DataFrame:
    """What changed in the figures of a contract, as CORRECTION_SCHEMA; `used` is by table."""
    until = data_month(night.contracts, night.today)
    frames = [pl.DataFrame(schema=CORRECTION_SCHEMA)]
    for table in contract.tables:
        months = used[table.id].several if table.measures else ()
        turns = [turn for several in months for turn in turns_of(night, table, several)]
        shown = [turn for turn in turns if NO_MONTH < turn.now.sent.period <= until]
        if shown:
            figures = _figures(table, shown, sums_of)
            rows = [row for turn in shown for row in _rows(table, turn, figures)]
            frames.append(pl.DataFrame(rows, schema=CORRECTION_SCHEMA, orient="row"))
    order = ("organisation", "period", "table", "measure")
    return pl.concat(frames).sort(*order, maintain_order=True)


def turns_of(night: Night, table: Table, several: Versions) -> Iterator[Turn]:
    """Each time that another version of a month came into force, in order."""
    decisions = read_decisions(night)
    there: list[Candidate] = []
    copies: list[Receipt] = []
    last: Candidate | None = None
    for day, is_withdrawn, file in _events(night, several):
        there, copies = _after(is_withdrawn, file, several, there, copies)
        if not there:
            last = None
            continue
        now = _in_force(there, copies, several, table, night, decisions)
        if last is not None and last.receipt.submission != now.receipt.submission:
            cause = Cause.WITHDRAWN if is_withdrawn else Cause.VERSION
            known = day if is_withdrawn else in_wales(file.arrived).date()
            yield Turn(before=last, now=now, cause=cause, file=file, day=known)
        last = now


def _events(night: Night, several: Versions) -> list[Event]:
    """Files as they came and as they were withdrawn, in order.

    The night reads files and then what was decided before it: of one day, what came is first.
    """
    own = {version.receipt.submission: version.receipt for version in several.versions}
    events = [(_taken(file), False, file) for file in (*own.values(), *several.copies)]
    for name, day in _withdrawn(night, own).items():
        events.append((max(day, _taken(own[name])), True, own[name]))
    return sorted(events, key=lambda event: (*event[:2], arrival(event[2])))


def _taken(file: Receipt) -> date:
    return in_wales(file.received).date()


def _withdrawn(night: Night, known: Iterable[str]) -> dict[str, date]:
    decided = (one for _, one in decisions_in(night.lake) if isinstance(one, Withdrawn))
    return {one.submission: one.date for one in decided if one.submission in known}


def _after(
    is_withdrawn: bool,
    file: Receipt,
    several: Versions,
    there: list[Candidate],
    copies: list[Receipt],
) -> tuple[list[Candidate], list[Receipt]]:
    """The versions, and files that came again, after one more came or one was withdrawn."""
    name = file.submission
    if is_withdrawn:
        return [one for one in there if one.receipt.submission != name], copies
    if file in several.copies:
        return there, [*copies, file]
    return [*there, *(one for one in several.versions if one.receipt.submission == name)], copies


def _in_force(
    there: list[Candidate],
    copies: list[Receipt],
    several: Versions,
    table: Table,
    night: Night,
    decisions: Decisions,
) -> Candidate:
    """The version in force among those that are there."""
    known = {one.receipt.submission for one in there}
    held = judged(there, several.expected, table, night.registers, decisions)
    return winner(held, [one for one in copies if one.duplicate_of in known])


def _figures(table: Table, turns: Iterable[Turn], sums_of: Sums) -> Figures:
    """What the versions of these turns say for the organisation, a month once in each counting."""
    found: dict[tuple[str, str, date], dict[str, tuple[float, float | None]]] = {}
    for months in _countings(turns):
        names = {(row[0], row[1]): row[2] for row in months.iter_rows()}
        sums = sums_of(table, months).filter(pl.col("level") == ORGANISATION)
        for row in sums.iter_rows(named=True):
            key = (row["unit"], row["period"])
            found[names[key], *key] = {
                measure.id: (
                    row[f"n_{measure.id}"],
                    row[f"d_{measure.id}"] if measure.denominator else None,
                )
                for measure in table.measures
            }
    return found


def _countings(turns: Iterable[Turn]) -> Iterator[pl.DataFrame]:
    """Organisation, period and submission; versions of one month are in different frames."""
    versions: dict[tuple[str, date], list[str]] = defaultdict(list)
    for turn in turns:
        for one in (turn.before, turn.now):
            known = versions[one.sent.organisation, one.sent.period]
            if one.receipt.submission not in known:
                known.append(one.receipt.submission)
    for place in range(max(map(len, versions.values()), default=0)):
        rows = [(*key, names[place]) for key, names in versions.items() if len(names) > place]
        yield pl.DataFrame(rows, schema=MONTH_SCHEMA, orient="row")


def _rows(table: Table, turn: Turn, figures: Figures) -> Iterator[tuple[object, ...]]:
    """A row for each measure that is another one now."""
    sent = turn.now.sent
    before, now = (
        figures[one.receipt.submission, sent.organisation, sent.period]
        for one in (turn.before, turn.now)
    )
    is_late = turn.day > deadline_of(table, sent.period)
    for measure in table.measures:
        if before[measure.id] != now[measure.id]:
            yield (
                table.workstream, table.id, measure.id, ORGANISATION, sent.organisation,
                sent.period, turn.cause.value, turn.file.submission, turn.file.version, turn.day,
                is_late if turn.cause is Cause.VERSION else None,
                *before[measure.id], *now[measure.id],
            )  # fmt: skip
