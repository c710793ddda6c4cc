"""Why limits were recalculated at a month: the dated boundaries that concern a unit.

Belongs here: choosing and wording them for a chart's phase lines. Does not belong here: making
phases (assets/steps/detect.py).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from reports.edition import Edition
from reports.words import Words


def phase_reasons(edition: Edition, organisation: str | None, words: Words) -> dict[date, str]:
    """Months in which a phase may begin -> the reason; `organisation` None takes all: Wales."""
    boundaries = edition.boundaries
    if organisation is not None:
        boundaries = boundaries.filter(pl.col("organisations").list.contains(organisation))
    column = "reason_cy" if words.language == "cy" else "reason_en"
    return {
        row["date"].replace(day=1): row[column]
        for row in boundaries.sort("date").iter_rows(named=True)
        if row[column]
    }
