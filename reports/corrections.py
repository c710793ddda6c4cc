"""Figures that a later file changed: the columns, so that steps and pages mean the same by them.

Belongs here: the shape of that frame of an edition. Does not belong here: finding the figures
(assets/steps/corrections.py) and showing them (reports/pages/corrections.py).
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl


class Cause(StrEnum):
    """Why another version came into force."""

    VERSION = "version"
    WITHDRAWN = "withdrawn"


# One row for each time that a figure of an organisation's month changed, in the order in which it
# did: what it was before, what it became. `submission` and `version` are of the file that came, or
# that was withdrawn; `day` is when it arrived in Wales, or was withdrawn; `is_late` says whether it
# came after the deadline, null for what was withdrawn. A count has no denominator.
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
        "numerator_before": pl.Float64(),
        "denominator_before": pl.Float64(),
        "numerator": pl.Float64(),
        "denominator": pl.Float64(),
    }
)
