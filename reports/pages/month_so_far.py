"""How much of an edition's month is in, and how much of it could be judged.

Belongs here: the counts that a heading must tell before it tells of signals. Does not belong here:
words (pages.yaml) and whether a series is judged (reports/standing.py). Without these counts a
month that nobody has sent would read as one without a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.edition import Edition
from reports.pages.findings import Finding
from reports.pages.levels import WALES
from reports.pages.matrix import table_of
from reports.pages.return_statuses import gaps_of, returns_of_month


@dataclass(frozen=True, slots=True)
class Returns:
    """Returns of one month: how many were due, and how many of those are in the report in full."""

    month: date
    arrived: int
    due: int

    @property
    def is_whole(self) -> bool:
        return self.arrived == self.due

    @property
    def is_mostly_in(self) -> bool:
        return self.due > 0 and 2 * self.arrived >= self.due


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """The returns of a month, and how many of the series that are expected could be judged.

    A series counts where it has a verdict now; one whose month is missing or incomplete does not.
    """

    returns: Returns
    judged: int
    expected: int

    @property
    def is_all_judged(self) -> bool:
        return self.judged == self.expected

    @property
    def has_too_little(self) -> bool:
        """Whether less than half could be judged: too little for a heading about signals."""
        return 2 * self.judged < self.expected


def month_so_far(edition: Edition, findings: Sequence[Finding]) -> MonthSoFar:
    """The counts of an edition's month over some series, each of Wales or of an organisation."""
    expected = [found for found in findings if _is_expected(edition, found)]
    return MonthSoFar(
        returns_at(edition, edition.data_month),
        sum(found.is_judged for found in expected),
        len(expected),
    )


def returns_at(edition: Edition, month: date) -> Returns:
    """The returns of a month that the edition knows."""
    due = returns_of_month(edition, month)
    return Returns(month, due.height - gaps_of(due).height, due.height)


def last_mostly_in(edition: Edition) -> Returns | None:
    """The latest month before the edition's for which most returns are in; None without any."""
    periods = sorted(set(edition.returns["period"].to_list()), reverse=True)
    earlier = (returns_at(edition, month) for month in periods if month < edition.data_month)
    return next((found for found in earlier if found.is_mostly_in), None)


def _is_expected(edition: Edition, found: Finding) -> bool:
    unit = found.key.unit
    return unit == WALES or table_of(edition, found.measure).is_due(unit, edition.data_month)
