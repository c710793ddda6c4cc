"""Months and a table's deadlines: until when one may come, which is due, what the report is about.

Belongs here: what a contract says of months. Does not belong here: arithmetic on months
(reports/months.py) and working days (data_contracts/working_days.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from data_contracts.contract import Contract, Table
from data_contracts.working_days import closing, deadline
from reports.months import later


def deadline_of(table: Table, month: date) -> date:
    """The last day on which a month's return is on time."""
    return deadline(month, table.deadline_working_days)


def closing_of(table: Table, month: date) -> date:
    """The last day on which a month's correction still counts as provisional figures."""
    return closing(deadline_of(table, month), table.closing_working_days)


def last_due(table: Table, today: date) -> date:
    """The latest month whose deadline has passed."""
    return _last_over(partial(deadline_of, table), today)


def last_closed(table: Table, today: date) -> date:
    """The latest month whose corrections no longer count as provisional figures."""
    return _last_over(partial(closing_of, table), today)


def _last_over(last_day: Callable[[date], date], today: date) -> date:
    """The latest month whose last day, of whatever it is, has passed."""
    month = today.replace(day=1)
    while last_day(month) >= today:
        month = later(month, -1)
    return month


def data_month(contracts: Iterable[Contract], today: date) -> date:
    """The latest month that every table that is due has had to be sent for.

    Raises ValueError when nothing is due at all.
    """
    tables = [t for contract in contracts for t in contract.tables if t.due]
    return min(last_due(table, today) for table in tables)
