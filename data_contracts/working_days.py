"""When a month's return is due: counting working days in Wales.

Belongs here: deadlines from a number of working days. Does not belong here: those numbers (a
contract's setting) and what being late means (assets/steps). Bank holidays come from the
`holidays` library, which is kept up when a holiday is proclaimed.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import cache

import holidays


def deadline(month: date, working_days: int) -> date:
    """The n-th working day after the end of the month that `month` lies in.

    Raises ValueError for fewer than one working day.
    """
    last_day = month.replace(day=monthrange(month.year, month.month)[1])
    return closing(last_day, working_days)


def closing(deadline: date, working_days: int) -> date:
    """The n-th working day after a deadline, the last day a correction still counts.

    Raises ValueError for fewer than one working day.
    """
    if working_days < 1:
        raise ValueError(f"a deadline needs one working day or more, not {working_days}")
    return _holidays().get_nth_working_day(deadline, working_days)


@cache
def _holidays() -> holidays.HolidayBase:
    """Bank holidays of Wales; the library adds a year the first time it is asked about it."""
    return holidays.country_holidays("GB", subdiv="WLS")
