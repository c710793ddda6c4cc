"""Quarters of the NHS year, which begins in April: which is complete, its months, its name.

Belongs here: arithmetic and the part of a file's name. Does not belong here: words
(quarterly.yaml).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from reports.months import later, months

MONTHS_IN_A_QUARTER = 3
FIRST_MONTH = 4
STEM = re.compile(r"q-(?P<year>[12][0-9]{3})-[0-9]{2}-q(?P<number>[1-4])")


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months, told by the first: April to June are the first quarter of an NHS year."""

    first: date

    @property
    def last(self) -> date:
        return later(self.first, MONTHS_IN_A_QUARTER - 1)

    @property
    def months(self) -> tuple[date, ...]:
        return tuple(months(self.first, self.last))

    @property
    def number(self) -> int:
        """1 for April to June, 4 for January to March."""
        return (self.first.month - FIRST_MONTH) % 12 // MONTHS_IN_A_QUARTER + 1

    @property
    def starting_year(self) -> int:
        """The calendar year in which the NHS year began."""
        return self.first.year - (self.first.month < FIRST_MONTH)

    @property
    def year(self) -> str:
        """`2023-24`."""
        return f"{self.starting_year}-{(self.starting_year + 1) % 100:02}"

    @property
    def stem(self) -> str:
        """`q-2023-24-q4`."""
        return f"q-{self.year}-q{self.number}"


def quarter_named(stem: str) -> Quarter | None:
    """The quarter of a name such as `q-2023-24-q4`; None where no quarter is named so."""
    found = STEM.fullmatch(stem)
    if found is None:
        return None
    april = date(int(found["year"]), FIRST_MONTH, 1)
    quarter = Quarter(later(april, MONTHS_IN_A_QUARTER * (int(found["number"]) - 1)))
    return quarter if quarter.stem == stem else None


def latest_complete(month: date) -> Quarter:
    """The latest quarter whose last month is a month or earlier than it."""
    last = later(month, -(month.month % MONTHS_IN_A_QUARTER))
    return Quarter(later(last, 1 - MONTHS_IN_A_QUARTER))
