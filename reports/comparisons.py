"""Where each organisation lies among the others over the last whole quarter: the columns.

Belongs here: the shape of this frame of an edition, which is made before the edition is cut, so
that an organisation's own page can tell its place without the others' figures. Does not belong
here: making it (reports/pages/quarter_funnel.py) and showing it (reports/pages/comparison.py).
"""

from __future__ import annotations

import polars as pl

# One row for each key measure that has a funnel and each organisation with a place in it. `first`
# and `last` are the quarter's months; value, target (all of them together) and the lines are in the
# measure's unit; place, side, too_small and verdict_95 are those of the engine's funnel.
# beyond_chance: whether organisations differ by more than chance and the lines do not allow for it.
COMPARISON_SCHEMA = pl.Schema(
    {
        "workstream": pl.String(),
        "measure": pl.String(),
        "organisation": pl.String(),
        "first": pl.Date(),
        "last": pl.Date(),
        "numerator": pl.Float64(),
        "denominator": pl.Float64(),
        "value": pl.Float64(),
        "target": pl.Float64(),
        "lower_95": pl.Float64(),
        "upper_95": pl.Float64(),
        "lower_998": pl.Float64(),
        "upper_998": pl.Float64(),
        "place": pl.String(),
        "side": pl.Int8(),
        "too_small": pl.Boolean(),
        "verdict_95": pl.String(),
        "beyond_chance": pl.Boolean(),
    }
)
