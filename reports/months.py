"""Calendar months as first-of-month dates: counting on from one, and those from one to another.

Belongs here: arithmetic that figures and pages share. Does not belong here: deadlines
(deadlines.py) and names of months (words.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date


def number_of(month: date) -> int:
    """Months since the year 0, so that months can be added."""
    return month.year * 12 + month.month - 1


def later(month: date, by: int) -> date:
    """The month `by` months later; earlier where it is negative."""
    number = number_of(month) + by
    return date(number // 12, number % 12 + 1, 1)


def months(first: date, last: date) -> Iterator[date]:
    """First-of-month dates from one month to another, both included."""
    for by in range(number_of(last) - number_of(first) + 1):
        yield later(first, by)


def spans(every: Iterable[date]) -> list[tuple[date, date]]:
    """Stretches of months without a gap, each with its first and last month, in order."""
    found: list[tuple[date, date]] = []
    for month in sorted(every):
        if found and number_of(month) - number_of(found[-1][1]) <= 1:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found
