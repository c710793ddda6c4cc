"""The real figures the sample is built on: bed days, ambulance red calls, emergency departments.

Here they are read as the Welsh Government published them (figures/ATTRIBUTION.md), regrouped and
shared out, never changed. Whatever is invented belongs in units.py and model.py.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

Counts = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]

FIGURES = Path(__file__).parent / "figures"


def bed_days() -> pl.DataFrame:
    """Bed days by organisation_code, site_code, specialty_group and month (first of month)."""
    return _read("occupied_bed_days")


def red_calls() -> pl.DataFrame:
    """Red calls, and those answered within 8 minutes, by organisation_code and month."""
    return _read("ambulance_red_calls")


def emergency_department_waits() -> pl.DataFrame:
    """Attendances, within 4 and within 12 hours, by the organisation of the time and site."""
    return _read("emergency_department_waits")


def grouped_bed_days(stands_alone: Mapping[str, float]) -> pl.DataFrame:
    """Bed days by organisation, site, specialty group and month, small groups joined to large.

    A group stands alone with figures in every month of its site and at least `mean_bed_days` a
    month, never under `least_bed_days`; else its days go to the site's largest group.
    """
    days, group = pl.col("occupied_bed_days"), ["site_code", "specialty_group"]
    alone = (
        (pl.len().over(group) == pl.col("month").n_unique().over("site_code"))
        & (days.mean().over(group) >= stands_alone["mean_bed_days"])
        & (days.min().over(group) >= stands_alone["least_bed_days"])
    )
    largest = pl.col("specialty_group").sort_by(pl.col("in_group")).last().over("site_code")
    by = ["organisation_code", "site_code", "specialty_group", "month"]
    return (
        bed_days()
        .with_columns(in_group=days.sum().over(group))
        .with_columns(specialty_group=pl.when(alone).then("specialty_group").otherwise(largest))
        .group_by(by)
        .agg(days.sum())
        .sort(by)
    )


def split(totals: Counts, weights: Weights) -> Counts:
    """Share out `totals` (months) among wards as `weights` (wards x months) say.

    Whole numbers, wards x months; every month's sum is exactly its total.
    """
    shares = np.cumsum(weights, axis=0) / weights.sum(axis=0)
    upto = np.floor(totals * shares + 0.5).astype(np.int64)
    upto[-1] = totals
    shared: Counts = np.diff(upto, axis=0, prepend=0)
    return shared


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(FIGURES / f"{name}.csv", try_parse_dates=True)
