"""One series of a file with all that `safecare spc` says about it, and how it is said.

Belongs here: the series, its plan and records, and words, amounts and periods as the file means
them. Does not belong here: the lines under a chart (spc_facts.py), the page (spc_page.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from reports.figures.series import Point, Series
from reports.sentences import Amounts, Speaker
from reports.spc import Plan
from reports.words import Words

Row = Mapping[str, Any]


class Periods(StrEnum):
    """The one kind of period of a file."""

    DAYS = "days"
    MONTHS = "months"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class PeriodWords(Words):
    """Words that tell a period as the file means it: each stands for a date of its own."""

    said: Mapping[date, str] = field(default_factory=dict)

    def month(self, month: date) -> str:
        return self.said[month]

    def date(self, day: date) -> str:
        return self.said[day]


@dataclass(frozen=True, slots=True)
class PlainAmounts(Amounts):
    """Amounts with the digits that a series needs: no contract says how many."""

    digits: int = 1

    @property
    def decimals(self) -> int:
        return self.digits


@dataclass(frozen=True, slots=True)
class PlainSpeaker(Speaker):
    """Says what is true of a series of a file."""

    digits: int = 1

    @property
    def amounts(self) -> Amounts:
        return PlainAmounts(self.words, self.measure, self.digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One series with all that is said about it."""

    name: str
    plan: Plan
    whole: Series
    speaker: PlainSpeaker
    phases: Sequence[Row]
    records: Mapping[date, Row]
    periods: Periods
    short: Mapping[date, str]
    earlier: int = 0

    @property
    def last_phase(self) -> Row:
        return self.phases[-1]

    def say(self, key: str, **facts: object) -> str:
        return self.speaker.words.text(key, **facts)

    def when(self, point: Point) -> str:
        return self.speaker.words.month(point.period)
