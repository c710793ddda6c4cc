"""The points of all measures before they are judged: their columns, and where figures come from.

Here: the shape that counting (count.py, rare.py) and judging (detect.py) share. Not here: either.
"""

from __future__ import annotations

import polars as pl

# From the most to the least trustworthy.
PROVENANCES = ("reported", "published", "simulated_on_published", "simulated")
MEASURE_SCHEMA = pl.Schema(
    {
        "workstream": pl.String,
        "measure": pl.String,
        "level": pl.String,
        "unit": pl.String,
        "organisation": pl.String,
        "series": pl.String,
        "period": pl.Date,
        "numerator": pl.Float64,
        "denominator": pl.Float64,
        "state": pl.String,
        "parts_in": pl.Int64,
        "parts_due": pl.Int64,
        "provenance": pl.String,
    }
)
