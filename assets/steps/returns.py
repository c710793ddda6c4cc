"""Who owes what: for every organisation, table and month that is due, how its return stands.

Belongs here: statuses of returns, and what needs a steward now. Does not belong here: choosing
versions (in_force.py), showing them (reports/pages/quality.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime

import polars as pl

from assets.steps.decisions import Decisions, read_decisions
from assets.steps.in_force import arrival, ranks
from assets.steps.months import data_month, deadline_of
from assets.steps.night import LONDON, Night
from assets.steps.read import parsed_name
from assets.steps.submissions import Receipt, all_receipts
from data_contracts.contract import Contract, Table
from data_contracts.problems import IN_FULL, NOT_TAKEN, TO_MEND, WARDS_MISSING, Outcome
from data_contracts.states import ReturnStatus
from reports.months import later
from reports.months import months as months_between

# Readers are shown a year; before it, only what is still open (and not for ever).
MONTHS_SHOWN, MONTHS_OPEN = 12, 36
# A steward has something to do about these.
OPEN = (ReturnStatus.REFUSED, ReturnStatus.INCOMPLETE, ReturnStatus.MISSING)

RETURNS_SCHEMA = pl.Schema(
    {
        "organisation": pl.String(),
        "workstream": pl.String(),
        "table": pl.String(),
        "period": pl.Date(),
        "status": pl.String(),
        "submission": pl.String(),
        "deadline": pl.Date(),
        "arrived": pl.Datetime("us"),
        "parts_in": pl.Int64(),
        "parts_due": pl.Int64(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthInForce:
    """The version that counts for one return."""

    submission: str
    is_complete: bool
    parts_in: int
    parts_due: int


@dataclass(frozen=True, slots=True)
class Return:
    """How the return of one organisation for one month of one table stands; see RETURNS_SCHEMA."""

    organisation: str
    workstream: str
    table: str
    period: date
    status: ReturnStatus
    submission: str | None
    deadline: date
    arrived: datetime | None = None
    parts_in: int = 0
    parts_due: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All that was sent for the returns of one table, by organisation and month.

    `refused` are months of which something came and nothing was accepted.
    """

    receipts: Mapping[str, Receipt]
    in_force: Mapping[tuple[str, date], MonthInForce]
    first_accepted: Mapping[tuple[str, date], datetime]
    refused: frozenset[tuple[str, date]]


def returns(
    night: Night, contract: Contract, months: pl.DataFrame, to_check: frozenset[str]
) -> pl.DataFrame:
    """Every return of a contract of the last year, and open ones before, as RETURNS_SCHEMA.

    `months` is what is in force; `to_check` names submissions about which something was asked.
    """
    decisions = read_decisions(night)
    rows = [
        row
        for table in contract.tables
        if table.due
        for row in _of_table(night, table, _history(night, table, months, decisions), to_check)
    ]
    return pl.DataFrame(rows, schema=RETURNS_SCHEMA, orient="row")


def lacking_wards(questions: pl.DataFrame, months: pl.DataFrame) -> frozenset[str]:
    """Files that nobody uses, because wards are missing in them that were sent before.

    `questions` are what the night asks, `months` what is in force.
    """
    asked = questions.filter(pl.col("code") == WARDS_MISSING.code)["submission"]
    return frozenset(asked) - frozenset(months["submission"])


def to_mend(
    receipts: Iterable[Receipt],
    dismissed: Collection[str] = (),
    lacking: Collection[str] = (),
) -> list[Receipt]:
    """Submissions that a steward has still to mend, in the order of arrival.

    Refused, locked away, accepted in part or `lacking` wards, not `dismissed` by a decision, and
    nothing newer from the same sender for the same table and months was accepted in full or waits
    in its place (`superseded`). A file of which no table or month can be told is only settled by a
    decision. Of trials and answers nobody waits for another, and a file that was withdrawn
    (decisions count it as dismissed) or that lacks wards mends none.
    """
    sent = _sent(receipts, dismissed)
    unmended = _unmended(sent, lacking)
    replaced = _replaced(unmended, sent)
    return [one for one in unmended if one.submission not in replaced]


def superseded(
    receipts: Iterable[Receipt],
    dismissed: Collection[str] = (),
    lacking: Collection[str] = (),
) -> dict[str, str]:
    """Submissions whose place a newer one took that is to be mended as well -> the newest such one.

    What is wrong is mended in the newest attempt; but one that was locked away keeps its place, as
    somebody has still to decide whether it names a person.
    """
    sent = _sent(receipts, dismissed)
    return _replaced(_unmended(sent, lacking), sent)


def _sent(receipts: Iterable[Receipt], dismissed: Collection[str]) -> list[Receipt]:
    return sorted(
        (r for r in receipts if is_return(r) and r.submission not in dismissed), key=arrival
    )


def _unmended(sent: Iterable[Receipt], lacking: Collection[str]) -> list[Receipt]:
    """What nothing newer has put right, among it attempts that newer ones have replaced."""
    whole = [one for one in sent if one.submission not in lacking]
    return [
        one
        for one in sent
        if (one.outcome in TO_MEND or one.submission in lacking) and not _is_mended(one, whole)
    ]


def _replaced(unmended: Iterable[Receipt], sent: Iterable[Receipt]) -> dict[str, str]:
    can_be = (one for one in unmended if one.outcome is not Outcome.QUARANTINED)
    newest = ((one, _newest_attempt(one, unmended, sent)) for one in can_be)
    newer = {one.submission: other.submission for one, other in newest if other is not one}
    return {submission: _last_of(newer, submission) for submission in newer}


def _last_of(newer: Mapping[str, str], submission: str) -> str:
    """The end of a chain of attempts, each of which took the place of the one before."""
    while submission in newer:
        submission = newer[submission]
    return submission


def _newest_attempt(
    broken: Receipt, unmended: Iterable[Receipt], sent: Iterable[Receipt]
) -> Receipt:
    """The newest file to be mended for the same return and all of its months; often itself."""
    months = months_of(broken)
    order = ranks(r for r in sent if _is_same_return(r, broken) and months_of(r) & months)
    whole = [r for r in unmended if r.submission in order and months <= months_of(r)]
    return max(whole, key=lambda r: order[r.submission], default=broken)


def is_return(receipt: Receipt) -> bool:
    """Whether a file was sent to be counted: no trial, and no answers to warnings."""
    return not receipt.trial and receipt.answers is None


def _is_mended(broken: Receipt, receipts: Iterable[Receipt]) -> bool:
    months = months_of(broken)
    same = [r for r in receipts if _is_same_return(r, broken) and months_of(r) & months]
    order = ranks([*same, *([] if broken in same else [broken])])
    return any(
        other.outcome in IN_FULL
        and months <= months_of(other)
        and order[other.submission] > order[broken.submission]
        for other in same
    )


def _is_same_return(one: Receipt, other: Receipt) -> bool:
    mine = (one.submitter, one.workstream, one.table)
    return one.table is not None and mine == (other.submitter, other.workstream, other.table)


def months_of(receipt: Receipt) -> frozenset[date]:
    """The months a file is about: those of its name, else those of its rows."""
    name = parsed_name(receipt.file_name)
    if name.first is not None and name.last is not None:
        return frozenset(months_between(name.first, name.last))
    return frozenset(sent.period for sent in receipt.months)


def _history(night: Night, table: Table, months: pl.DataFrame, decisions: Decisions) -> History:
    receipts = [
        r
        for r in all_receipts(night.lake)
        if (r.workstream, r.table) == (table.workstream, table.id)
        and is_return(r)
        # As if it had never come: a later file is late, or the return is missing again.
        and r.submission not in decisions.withdrawn
    ]
    own = months.filter(pl.col("table") == table.id)
    first: dict[tuple[str, date], datetime] = {}
    for receipt in receipts:
        for sent in receipt.months:
            if sent.rows:
                key = (sent.organisation, sent.period)
                first[key] = min(first.get(key, receipt.arrived), receipt.arrived)
    return History(
        receipts={receipt.submission: receipt for receipt in receipts},
        in_force={
            (row["organisation"], row["period"]): MonthInForce(
                **{name: row[name] for name in MonthInForce.__slots__}
            )
            for row in own.iter_rows(named=True)
        },
        first_accepted=first,
        refused=frozenset(
            month
            for receipt in receipts
            # Nobody is asked to mend a dismissed file: what it was sent for is still to come.
            if receipt.submission not in decisions.dismissed
            for month in _not_taken(receipt, table)
        ),
    )


def _not_taken(receipt: Receipt, table: Table) -> Iterator[tuple[str, date]]:
    """Organisations' months that a file was sent for and of which it brought no accepted row."""
    if receipt.outcome in NOT_TAKEN:
        for organisation in table.organisations_of(receipt.submitter):
            yield from ((organisation, month) for month in months_of(receipt))
    yield from ((sent.organisation, sent.period) for sent in receipt.months if not sent.rows)


def _of_table(
    night: Night, table: Table, history: History, to_check: frozenset[str]
) -> Iterator[tuple[object, ...]]:
    # The month that is not over yet is due next.
    last = night.today.replace(day=1)
    shown_from = first_shown(night.contracts, night.today)
    for organisation in table.due_organisations:
        for month in months_between(later(last, -MONTHS_OPEN), last):
            if table.is_due(organisation, month):
                found = _return(night, table, history, to_check, organisation, month)
                if month >= shown_from or found.status in OPEN:
                    yield astuple(found)


def first_shown(contracts: Iterable[Contract], today: date) -> date:
    """The first month of which all returns are known; of those before it, only what is open.

    It is the first of the twelve that pages show, which end two months ago until a deadline passes.
    """
    known = tuple(contracts)
    if not any(table.due for contract in known for table in contract.tables):
        return later(today.replace(day=1), -MONTHS_SHOWN)
    return later(data_month(known, today), 1 - MONTHS_SHOWN)


def _return(
    night: Night,
    table: Table,
    history: History,
    to_check: frozenset[str],
    organisation: str,
    month: date,
) -> Return:
    due = deadline_of(table, month)
    found = history.in_force.get((organisation, month))
    arrived = history.first_accepted.get((organisation, month))
    if found is None or arrived is None:
        is_refused = (organisation, month) in history.refused
        status = _without_figures(is_refused, night.today > due)
        return Return(organisation, table.workstream, table.id, month, status, None, due)
    asked = found.submission in to_check
    status = _with_figures(found.is_complete, arrived.astimezone(LONDON).date() <= due, asked)
    return Return(
        organisation, table.workstream, table.id, month, status, found.submission, due,
        arrived.replace(tzinfo=None), found.parts_in, found.parts_due,
    )  # fmt: skip


def _without_figures(is_refused: bool, is_over: bool) -> ReturnStatus:
    if is_refused:
        return ReturnStatus.REFUSED
    return ReturnStatus.MISSING if is_over else ReturnStatus.WAITING


def _with_figures(is_complete: bool, is_on_time: bool, is_asked: bool) -> ReturnStatus:
    if not is_complete:
        return ReturnStatus.INCOMPLETE
    if not is_on_time:
        return ReturnStatus.LATE
    return ReturnStatus.ON_TIME_TO_CHECK if is_asked else ReturnStatus.ON_TIME
