"""Wales by setting and by population: the main measure of a workstream, cut in two ways.

Belongs here: which series these are and in which order they are told. Does not belong here: their
charts (workstream.py), cuts of one organisation (own_units.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_contracts.contract import Measure
from reports.edition import Edition
from reports.figures.series import Series, read_every_series
from reports.pages.levels import WALES_CUTS
from reports.pages.series_key import SeriesKey
from reports.standing import rank


@dataclass(frozen=True, slots=True)
class Cut:
    """One way of parting Wales; `parts` by signal, concerns first, then by code."""

    level: str
    parts: tuple[tuple[SeriesKey, Series], ...]


def wales_cuts(edition: Edition, measure: Measure) -> tuple[Cut, ...]:
    """The cuts of a measure that part it in at least two."""
    found = (Cut(level, _parts(edition, measure, level)) for level in WALES_CUTS)
    return tuple(cut for cut in found if len(cut.parts) > 1)


def _parts(edition: Edition, measure: Measure, level: str) -> tuple[tuple[SeriesKey, Series], ...]:
    ours = (
        (pl.col("workstream") == measure.workstream)
        & (pl.col("measure") == measure.id)
        & (pl.col("level") == level)
    )
    points, phases = edition.points.filter(ours), edition.series.filter(ours)
    read = read_every_series(points, phases, edition.data_month, lambda _: measure.target_at)
    units = points["unit"].unique().sort().to_list()
    keys = [
        SeriesKey(workstream=measure.workstream, measure=measure.id, level=level, unit=unit)
        for unit in units
    ]
    parts = [(key, read[str(key)]) for key in keys if read[str(key)].has_values]
    return tuple(sorted(parts, key=lambda part: (rank(part[1]), part[0].unit)))
