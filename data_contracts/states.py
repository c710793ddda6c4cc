"""In which states a return and a point can be: the words that steps write and pages read.

Belongs here: the values alone, so that steps and pages mean the same by them. Does not belong here:
which state something is in (assets.steps.returns, assets.steps.count), how it is said
(translations).
"""

from __future__ import annotations

from enum import StrEnum


class ReturnStatus(StrEnum):
    """How a return stands: one organisation's month of one table."""

    ON_TIME = "on_time"
    ON_TIME_TO_CHECK = "on_time_to_check"
    LATE = "late"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"
    MISSING = "missing"
    WAITING = "waiting"


class PointState(StrEnum):
    """How far the figure of a month can be trusted; a month without records has no state.

    `incomplete`: rows, wards or organisations are missing. `immature`: the figure is still growing
    (`final_after_months`). Both are shown hollow and stay out of limits and rules.
    """

    FINAL = "final"
    INCOMPLETE = "incomplete"
    IMMATURE = "immature"
