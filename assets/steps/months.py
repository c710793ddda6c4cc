"""Calendar months: which there are between two, which is due, which figures are not final yet.

Belongs here: arithmetic on first-of-month dates and a table's deadlines. Does not belong here:
working days themselves (data_contracts/working_days.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from data_contracts.contract import Contract, Table
from data_contracts.working_days import closing, deadline


def number_of(month: date) -> int:
    """Months since the year 0, so that months can be added."""
    return month.year * 12 + month.month - 1


def month_of(number: int) -> date:
    """The inverse of `number_of`."""
    return date(number // 12, number % 12 + 1, 1)


def later(month: date, by: int) -> date:
    """The month `by` months later (earlier where it is negative)."""
    return month_of(number_of(month) + by)


def months_between(first: date, last: date) -> Iterator[date]:
    """From one month to another, both included; none where the first is later."""
    yield from map(month_of, range(number_of(first), number_of(last) + 1))


def deadline_of(table: Table, month: date) -> date:
    """The last day on which a month's return is on time."""
    return deadline(month, table.deadline_working_days)


def closing_of(table: Table, month: date) -> date:
    """The last day on which a month's correction still counts as provisional figures."""
    return closing(deadline_of(table, month), table.closing_working_days)


def last_due(table: Table, today: date) -> date:
    """The latest month whose deadline has passed."""
    month = today.replace(day=1)
    while deadline_of(table, month) >= today:
        month = later(month, -1)
    return month


def data_month(contracts: Iterable[Contract], today: date) -> date:
    """The latest month that every table that is due has had to be sent for.

    Raises ValueError when nothing is due at all.
    """
    tables = [t for contract in contracts for t in contract.tables if t.due]
    return min(last_due(table, today) for table in tables)
