"""The story of the sample: what changes where and when, and how the files travel.

story.yaml is its only source; STORY.md tells it in words. How counts come about without a story
is model.py's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import yaml

STORY = Path(__file__).with_name("story.yaml")

Factors = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A lasting change of one column's rate (of a share: of its odds)."""

    column: str
    first: date
    factor: float
    last: date = date.max
    over: int = 0
    where: Mapping[str, str] = field(default_factory=dict)

    def factors(self, units: pl.DataFrame, months: Sequence[date]) -> Factors:
        """What to multiply with: units x months, 1 where the effect does not reach."""
        reached = np.array([self._reached(month) for month in months])
        concerned = np.ones(units.height, dtype=bool)
        for column, value in self.where.items():
            concerned &= (units[column] == value).to_numpy()
        return self.factor ** np.outer(concerned, reached)

    def _reached(self, month: date) -> float:
        """The share of the effect that shows in a month."""
        if not self.first <= month <= self.last:
            return 0.0
        since = months_between(self.first, month)
        return min(1.0, (since + 1) / (self.over + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a submitter saves its files. `period` is how XLSX cells hold the month: text or date."""

    extension: str = "csv"
    separator: str = ","
    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "\n"
    period: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A month first sent with wrong cells, then again with the right ones."""

    submitter: str
    topic: str
    month: date
    working_days: int
    wrong: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All of story.yaml, months as first-of-month dates."""

    seed: int
    months: tuple[date, ...]
    emergency_departments_from: date
    monthly_files_from: date
    effects: tuple[Effect, ...]
    changes: Mapping[str, Mapping[str, Any]]
    forms: Mapping[str, Form]
    says_when_extracted: frozenset[str]
    late: Mapping[tuple[str, date], int]
    not_sent: frozenset[tuple[str, date, str]]
    corrections: tuple[Correction, ...]


def load_story() -> Story:
    """Read story.yaml. Raises KeyError or TypeError where it does not have the agreed shape."""
    told = yaml.safe_load(STORY.read_text(encoding="utf-8"))
    return Story(
        seed=told["seed"],
        months=month_range(month_of(told["months"]["from"]), month_of(told["months"]["to"])),
        emergency_departments_from=month_of(told["emergency_departments_from"]),
        monthly_files_from=month_of(told["monthly_files_from"]),
        effects=tuple(_effect(effect) for effect in told["effects"]),
        changes=told["changes"],
        forms={submitter: Form(**form) for submitter, form in told["forms"].items()},
        says_when_extracted=frozenset(told["says_when_extracted"]),
        late={_of(one): one["working_days"] for one in told["late"]},
        not_sent=frozenset(
            (*_of(one), topic) for one in told["not_sent"] for topic in one["topics"]
        ),
        corrections=tuple(_correction(one) for one in told["corrected"]),
    )


def month_of(text: str) -> date:
    """The first day of a month written 2024-03."""
    return date.fromisoformat(f"{text}-01")


def month_range(first: date, last: date) -> tuple[date, ...]:
    """Every first of month from `first` to `last`, both included."""
    return tuple(pl.date_range(first, last, "1mo", eager=True).to_list())


def months_between(first: date, last: date) -> int:
    """How many months `last` lies after `first`."""
    return (last.year - first.year) * 12 + last.month - first.month


def _of(told: Mapping[str, Any]) -> tuple[str, date]:
    return told["submitter"], month_of(told["month"])


def _effect(told: Mapping[str, Any]) -> Effect:
    return Effect(
        column=told["column"],
        first=month_of(told["from"]),
        last=month_of(told["to"]) if "to" in told else date.max,
        factor=told["factor"],
        over=told.get("over", 0),
        where=told.get("where", {}),
    )


def _correction(told: Mapping[str, Any]) -> Correction:
    return Correction(
        submitter=told["submitter"],
        topic=told["topic"],
        month=month_of(told["month"]),
        working_days=told["working_days"],
        wrong=tuple(told["wrong"]),
    )
