"""Figures of a month that were published and then changed: each before and after, from the records.

Belongs here: which version took over from which, when and why, and the two counts of it. Does not
belong here: choosing the version in force (in_force.py), the SQL (count.py), rows within files
(compare.py), words (reports/pages/corrections.py).

What was in force at any time is found by going through the nights again: files come, come back from
quarantine or are withdrawn, wards close. Only what a night published is held against what the one
before it did, so two files of one night make one turn, and a figure that was withdrawn and replaced
before the next night goes straight to the new one. Where a night had no version left, the figure
turns to none, and from none to that of the file sent instead: that is what readers saw.

A night stands for its day. A decision holds from the night after its day; a closure without a day
(shipped, or of the older form) as if it had always been known. Before the lake's first night
nothing was published: its files are held against each other by the days on which they arrived, so
that a history that is loaded at once tells its corrections too. What the months before it have (the
parts that are expected) is as it is now. Only months with more than one accepted version, or of
which none is left, are looked at, so most nights have nothing to count twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TypeAlias

import polars as pl

from assets.steps.decisions import Closed, Decisions, Withdrawn, decisions_in, read_decisions
from assets.steps.in_force import Candidate, InForce, Versions, arrival, judged, winner
from assets.steps.months import data_month, deadline_of
from assets.steps.night import Night
from assets.steps.submissions import NO_MONTH, MonthSent, Receipt, all_receipts
from data_contracts.contract import Contract, Table
from data_contracts.registers import Closure, Registers
from reports.corrections import CORRECTION_SCHEMA, Cause
from reports.deadlines import in_wales
from reports.pages.levels import ORGANISATION

# A table and organisation, period, submission of months to be counted -> what count.py sums:
# level, unit, period, and n_<measure> and d_<measure> for each measure.
Sums: TypeAlias = Callable[[Table, pl.DataFrame], pl.DataFrame]
# Numerator and denominator.
Figure: TypeAlias = tuple[float | None, float | None]
# Submission, organisation, period -> measure -> what it says.
Figures: TypeAlias = Mapping[tuple[str, str, date], Mapping[str, Figure]]
NO_FIGURE: Figure = (None, None)
MONTH_SCHEMA = pl.Schema({"organisation": pl.String, "period": pl.Date, "submission": pl.String})
# From one day's decisions to the night that goes by them.
NEXT_NIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What could bring another version into force, from a night on.

    `day` is when a file arrived, or when it was decided. `file` is what came or was withdrawn, none
    where a ward or site closed.
    """

    night: date
    cause: Cause
    day: date
    file: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What going through the nights again needs to know: the first of them, and what was decided.

    `closed` are closures of the lake, `withdrawn` submissions, each with the day of the decision.
    """

    first: date
    registers: Registers
    decisions: Decisions
    closed: Mapping[Closure, date]
    withdrawn: Mapping[str, date]

    @classmethod
    def of(cls, night: Night) -> Past:
        """Where something was decided twice, it holds since the first day."""
        days = (in_wales(one.received).date() for one in all_receipts(night.lake))
        closed: dict[Closure, date] = {}
        withdrawn: dict[str, date] = {}
        for _, one in decisions_in(night.lake):
            if isinstance(one, Closed):
                closed[one.closure] = min(one.date, closed.get(one.closure, one.date))
            elif isinstance(one, Withdrawn):
                withdrawn[one.submission] = min(one.date, withdrawn.get(one.submission, one.date))
        return cls(
            first=min(days, default=night.today),
            registers=night.registers,
            decisions=read_decisions(night),
            closed=closed,
            withdrawn=withdrawn,
        )

    def before(self, night: date) -> Decisions:
        """The decisions, with those closures alone that were decided before a night."""
        known = (c for c in self.decisions.closures if self.closed.get(c, date.min) < night)
        return replace(self.decisions, closures=tuple(known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From one night to another: the version that was in force, none in a gap, and the next.

    `file` is what came, or was withdrawn; where a ward or site closed, the version that counts.
    """

    month: MonthSent
    before: Candidate | None
    now: Candidate | None
    event: Event
    file: Receipt


def corrections(
    night: Night, contract: Contract, used: Mapping[str, InForce], sums_of: Sums
) -> pl.DataFrame:
    """What changed in the figures of a contract, as CORRECTION_SCHEMA; `used` is by table."""
    until = data_month(night.contracts, night.today)
    past = Past.of(night)
    frames = [pl.DataFrame(schema=CORRECTION_SCHEMA)]
    for table in contract.tables:
        months = used[table.id].several if table.measures else ()
        turns = [turn for several in months for turn in turns_of(past, table, several)]
        shown = [turn for turn in turns if NO_MONTH < turn.month.period <= until]
        if shown:
            figures = _figures(table, shown, sums_of)
            rows = [row for turn in shown for row in _rows(table, turn, figures)]
            frames.append(pl.DataFrame(rows, schema=CORRECTION_SCHEMA, orient="row"))
    return pl.concat(frames).sort("organisation", "period", "table", "measure", "night")


def turns_of(past: Past, table: Table, several: Versions) -> Iterator[Turn]:
    """Each night that published another version of a month than the one before, in order."""
    month = several.versions[0].sent
    there: set[str] = set()
    last: Candidate | None = None
    was_published = False
    for night, of_night in groupby(_events(past, several), attrgetter("night")):
        events = list(of_night)
        _apply(events, there)
        now = _in_force(several, there, table, past, night)
        if was_published and _name(last) != _name(now):
            event = _reason(events, last, now)
            file = event.file or (now or several.versions[-1]).receipt
            yield Turn(month=month, before=last, now=now, event=event, file=file)
        was_published = was_published or now is not None
        last = now


def _events(past: Past, several: Versions) -> list[Event]:
    """Files as they came, by night and in their order; then what was decided before that night."""
    files = [*(version.receipt for version in several.versions), *several.copies]
    came = (_arrival(past, file) for file in sorted(files, key=arrival))
    decided = (*_withdrawals(past, files), *_closings(past, several.versions[0].sent))
    return sorted((*came, *decided), key=attrgetter("night"))


def _arrival(past: Past, file: Receipt) -> Event:
    """A file that came, or that was released from quarantine by a decision."""
    arrived, taken = in_wales(file.arrived).date(), in_wales(file.received).date()
    if file.released is not None:
        decided = past.decisions.released.get(file.released)
        day = decided.date if decided else taken
        return Event(night=taken, cause=Cause.RELEASED, day=day, file=file)
    night = arrived if taken == past.first else taken
    return Event(night=night, cause=Cause.VERSION, day=arrived, file=file)


def _withdrawals(past: Past, files: Iterable[Receipt]) -> Iterator[Event]:
    """A file can be withdrawn only after it was taken, whatever day the decision names."""
    for file in files:
        if (decided := past.withdrawn.get(file.submission)) is not None:
            day = max(decided, in_wales(file.received).date())
            yield Event(night=day + NEXT_NIGHT, cause=Cause.WITHDRAWN, day=day, file=file)


def _closings(past: Past, month: MonthSent) -> Iterator[Event]:
    for closure, day in past.closed.items():
        if closure.organisation == month.organisation and closure.covers(month.period):
            yield Event(night=day + NEXT_NIGHT, cause=Cause.CLOSED, day=day)


def _apply(events: Iterable[Event], there: set[str]) -> None:
    """Let the files of a night come and go."""
    for event in events:
        if event.file is not None and event.cause is Cause.WITHDRAWN:
            there.discard(event.file.submission)
        elif event.file is not None:
            there.add(event.file.submission)


def _in_force(
    several: Versions, there: set[str], table: Table, past: Past, night: date
) -> Candidate | None:
    """The version in force among the files that are there."""
    versions = [one for one in several.versions if one.receipt.submission in there]
    copies = [one for one in several.copies if one.submission in there]
    if not versions:
        return None
    held = judged(versions, several.expected, table, past.registers, past.before(night))
    return winner(held, copies)


def _name(version: Candidate | None) -> str | None:
    return version.receipt.submission if version else None


def _reason(events: list[Event], before: Candidate | None, now: Candidate | None) -> Event:
    """Of all that a night brought, what made the difference.

    That is the version which counts now, if it or a copy of it came; else the withdrawal of the one
    that counted; else the last of them.
    """
    for event in reversed(events):
        if event.file is None or now is None or event.cause is Cause.WITHDRAWN:
            continue
        if _name(now) in (event.file.submission, event.file.duplicate_of):
            return event
    for event in events:
        gone = event.file if event.cause is Cause.WITHDRAWN else None
        if gone is not None and gone.submission == _name(before):
            return event
    return events[-1]


def _figures(table: Table, turns: Iterable[Turn], sums_of: Sums) -> Figures:
    """What the versions of these turns say for the organisation, a month once in each counting."""
    found: dict[tuple[str, str, date], dict[str, Figure]] = {}
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
        for one in filter(None, (turn.before, turn.now)):
            known = versions[one.sent.organisation, one.sent.period]
            if one.receipt.submission not in known:
                known.append(one.receipt.submission)
    for place in range(max(map(len, versions.values()), default=0)):
        rows = [(*key, names[place]) for key, names in versions.items() if len(names) > place]
        yield pl.DataFrame(rows, schema=MONTH_SCHEMA, orient="row")


def _rows(table: Table, turn: Turn, figures: Figures) -> Iterator[tuple[object, ...]]:
    """A row for each measure that is another one now; a gap has no figure."""
    month, event = turn.month, turn.event
    before, now = (
        figures[one.receipt.submission, month.organisation, month.period] if one else {}
        for one in (turn.before, turn.now)
    )
    is_late = event.day > deadline_of(table, month.period)
    for measure in table.measures:
        was, became = (said.get(measure.id, NO_FIGURE) for said in (before, now))
        if was != became:
            yield (
                table.workstream, table.id, measure.id, ORGANISATION, month.organisation,
                month.period, event.cause.value, turn.file.submission, turn.file.version,
                event.day, is_late if event.cause is Cause.VERSION else None, event.night,
                *was, *became,
            )  # fmt: skip
