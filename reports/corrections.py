"""Figures that a later file changed: the columns, so that steps and pages mean the same by them.

Belongs here: the shape of that frame of an edition. Does not belong here: finding the figures
(assets/steps/corrections.py) and showing them (reports/pages/corrections.py).
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl


class Cause(StrEnum):
    """Why another version came into force, or none."""

    VERSION = "version"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    CLOSED = "closed"


# One row for each night that published another figure of an organisation's month than the one
# before it: what it was, what it became; both counts are null where there is no figure, and a count
# has no denominator. `submission` and `version` are of the file that came or was withdrawn, or that
# counts since a ward or site closed. `day` is when it arrived in Wales, or when that was decided;
# `is_late` says whether it came after the deadline, null for what was decided. `night` is the day
# of the night that was the first to publish what it became.
CORRECTION_SCHEMA = pl.Schema(
    {
        "workstream": pl.String(),
        "table": pl.String(),
        "measure": pl.String(),
        "level": pl.String(),
        "organisation": pl.String(),
        "period": pl.Date(),
        "cause": pl.String(),
        "submission": pl.String(),
        "version": pl.Int64(),
        "day": pl.Date(),
        "is_late": pl.Boolean(),
        "night": pl.Date(),
        "numerator_before": pl.Float64(),
        "denominator_before": pl.Float64(),
        "numerator": pl.Float64(),
        "denominator": pl.Float64(),
    }
)
