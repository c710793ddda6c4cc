"""Days that matter to senders: by when a month is due, until when it can change, when a file came.

Belongs here: working these out for a table of a contract, and the one clock of all pages. Does not
belong here: working days (data_contracts/working_days.py), what being late means (assets/steps).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from data_contracts.contract import Table
from data_contracts.working_days import deadline

# Deadlines are days in Wales, so that is where a moment has its day.
WALES_TIME = ZoneInfo("Europe/London")


def deadlines(table: Table, month: date) -> tuple[date, date]:
    """The last day to be on time for a month, and the last day to be in its final report."""
    days = table.deadline_working_days
    return _deadline(month, days), _deadline(month, days + table.closing_working_days)


def in_wales(moment: datetime) -> datetime:
    """A moment by the clocks of Wales; one that does not name its time zone is in UTC.

    `2024-04-15 23:30` is 00:30 on 16 April: a day too late for a deadline on 15 April.
    """
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known.astimezone(WALES_TIME)


@cache
def _deadline(month: date, working_days: int) -> date:
    """As deadline: files by the hundred ask for the same few months."""
    return deadline(month, working_days)
