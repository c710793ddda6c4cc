"""What a table's own earlier months say of a month: how a contract states it.

Here: the noun `History`, the ways in which a month may be held against those before it, how it is
read from a contract, and the names of what a finding tells. Not here: earlier records and the
comparison itself (assets/steps/history.py). A workstream declares such a rule in its contract; none
is code for one workstream.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from pydantic import ConfigDict, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from data_contracts import expressions


class Level(StrEnum):
    """Whose months are compared: those of the row's own ward (or place), a site, a board."""

    WARD = "ward"
    SITE = "site"
    ORGANISATION = "organisation"


class Limits(StrEnum):
    """How far from its own earlier months a figure may be.

    rate: `numerator` per `denominator`, as counts scatter; share: `numerator` is a part of
    `denominator`; factor: between `lowest` and `highest` times the median; not_zero: not 0 where
    it usually is not; not_always_zero: not 0 in `run` months together; not_repeated: not the very
    figure of the month before in `units` places of an organisation at once, and in no less than
    `share` of all its places.
    """

    RATE = "rate"
    SHARE = "share"
    FACTOR = "factor"
    NOT_ZERO = "not_zero"
    NOT_ALWAYS_ZERO = "not_always_zero"
    NOT_REPEATED = "not_repeated"


WITH_DENOMINATOR = frozenset({Limits.RATE, Limits.SHARE, Limits.NOT_ALWAYS_ZERO})
# What a finding tells besides the cells, under names that no column of a table may have.
FACTS = (
    "compared",
    "expected_lowest",
    "expected_highest",
    "usual_figure",
    "earlier_months",
    "alike",
)


@checked_dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class History:
    """How a month is held against the earlier months of the same ward, site or board.

    `numerator`, `denominator` and `filter` are SQL over the columns of a row; rows that do not meet
    the filter are left out. The last `months` before the month are looked at; where fewer than
    `minimum_months` of them have figures nothing is said. `usual_at_least` is what the figure (for
    not_always_zero: the denominator of all `run` months) must usually be to be held against
    anything. `sigmas` is how wide the limits of rates and shares are.
    """

    limits: Limits
    numerator: str
    denominator: str | None = None
    filter: str | None = None
    level: Level = Level.WARD
    months: int = 24
    minimum_months: int = 12
    usual_at_least: float = 0
    sigmas: float = 5
    lowest: float | None = None
    highest: float | None = None
    units: int = 3
    share: float = 0.5
    run: int = 6

    @model_validator(mode="after")
    def _refuse_half_told(self) -> History:
        may_have_one = self.limits in (*WITH_DENOMINATOR, Limits.NOT_ZERO)
        if (self.denominator is None and self.limits in WITH_DENOMINATOR) or (
            self.denominator is not None and not may_have_one
        ):
            needs = "needs a" if self.denominator is None else "has no"
            raise ValueError(f"limits {self.limits} {needs} denominator")
        has_factor = self.lowest is not None or self.highest is not None
        if has_factor != (self.limits is Limits.FACTOR):
            raise ValueError("the limits factor, and no others, have lowest, highest or both")
        if not 1 <= self.minimum_months <= self.months:
            raise ValueError("minimum_months is at least 1 and not more than months")
        return self

    @property
    def figure(self) -> str:
        """What is compared, as one SQL expression."""
        if self.denominator is None:
            return self.numerator
        parts = (self.numerator, self.denominator)
        return " / ".join(part if part.isidentifier() else f"({part})" for part in parts)

    @property
    def window(self) -> int:
        """How many months before a month are looked at."""
        lengths = {Limits.NOT_REPEATED: 1, Limits.NOT_ALWAYS_ZERO: self.run - 1}
        return lengths.get(self.limits, self.months)

    @property
    def needed_months(self) -> int:
        """How many of these must have figures."""
        return min(self.minimum_months, self.window)


KEYS_OF_LEVEL: Mapping[Level, tuple[str, ...]] = MappingProxyType(
    {
        Level.WARD: ("organisation_code",),
        Level.SITE: ("organisation_code", "site_code"),
        Level.ORGANISATION: ("organisation_code",),
    }
)


def read_history(
    block: Mapping[str, Any], columns: Collection[str], keys: Collection[str]
) -> History:
    """The history of a rule, its SQL checked and in canonical form.

    Raises ValueError for what is not allowed, or where the table's key has no months or no such
    places.
    """
    checked = {part: expressions.checked(block[part], columns) for part in _SQL if part in block}
    history = TypeAdapter(History).validate_python({**block, **checked})
    lacking = sorted({"period", *KEYS_OF_LEVEL[history.level]} - set(keys))
    if lacking:
        raise ValueError(f"earlier months need {', '.join(lacking)} in the table's key")
    return history


_SQL = ("numerator", "denominator", "filter")
