"""From a frame of units to flat arrays: checked, and with the units of each funnel together.

What is refused is refused here, with ValueError; no statistics belong here.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from .funnel_plan import FunnelKind
from .segments import Segments
from .vocabulary import BoolArray, FloatArray

# A count that is whole but for the rounding of its spreadsheet is whole.
WHOLE = 1e-9

_NUMBERS = ("numerator", "denominator")


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """N units of S funnels, flat.

    given: group, unit, numerator and denominator, null where they are missing. y, n (N,): the
    numbers again, NaN for a unit without a place.
    """

    given: pl.DataFrame
    y: FloatArray
    n: FloatArray
    segments: Segments

    @property
    def placed(self) -> BoolArray:
        """(N,) whether a unit has a place: both numbers, and a denominator over 0."""
        return ~np.isnan(self.y)


def read(units: pl.DataFrame, kind: FunnelKind) -> Units:
    """Units in the order given, those of one group together.

    Columns: unit, numerator, denominator; as wanted group (units of one funnel). Raises ValueError
    for missing columns, a unit twice, and numbers that the kind cannot have.
    """
    rows = _normal(units)
    _check_names(rows)
    _check_numbers(rows, kind)
    missing = pl.any_horizontal(pl.col("y", "n").is_null()) | (pl.col("n") == 0)
    y, n = (
        rows.select(pl.when(~missing).then(name).fill_null(np.nan)).to_series().to_numpy()
        for name in ("y", "n")
    )
    group = pl.col("group")
    first = rows.select(group.ne_missing(group.shift())).to_series().to_numpy()
    given = rows.select("group", "unit", numerator="y", denominator="n")
    return Units(given, y, n, Segments.beginning(first))


def _normal(units: pl.DataFrame) -> pl.DataFrame:
    """group, unit, y, n and the numbers as they came; counts are whole where they nearly are."""
    for name in ("unit", *_NUMBERS):
        if name not in units.columns:
            raise ValueError(f"the units have no column {name!r}")
    group = pl.col("group") if "group" in units.columns else pl.lit(None)
    rows = units.select(
        group.cast(pl.String).alias("group"),
        pl.col("unit").cast(pl.String),
        *_NUMBERS,
        _nearly_whole(pl.col("numerator").cast(pl.Float64, strict=False)).alias("y"),
        pl.col("denominator").cast(pl.Float64, strict=False).alias("n"),
    )
    if rows.is_empty() or rows["group"].rle_id().max() == rows["group"].n_unique() - 1:
        return rows
    first_place = pl.col("place").min().over("group")
    return rows.with_row_index("place").sort(first_place, "place").drop("place")


def _nearly_whole(count: pl.Expr) -> pl.Expr:
    near = (count - count.round()).abs() <= WHOLE * count.abs()
    return pl.when(near).then(count.round()).otherwise(count)


def _check_names(rows: pl.DataFrame) -> None:
    if rows["unit"].null_count():
        raise ValueError("every unit needs a name")
    twice = pl.struct("group", "unit").is_duplicated()
    _refuse(rows, "is there more than once; each unit may have one row", twice)


def _check_numbers(rows: pl.DataFrame, kind: FunnelKind) -> None:
    y, n = pl.col("y"), pl.col("n")
    for given, read_as in zip(_NUMBERS, (y, n), strict=True):
        unread = pl.col(given).is_not_null() & read_as.is_null()
        _refuse(rows, f"has a {given} that is not a number", unread)
        _refuse(rows, f"has a {given} that is not a finite number", ~read_as.is_finite())
    _refuse(rows, "has a negative numerator", y < 0)
    _refuse(rows, "has a negative denominator", n < 0)
    _refuse(rows, "has a numerator over a denominator of 0", (n == 0) & (y > 0))
    # Tails of the Poisson and binomial distributions are those of whole counts.
    _refuse(rows, "has a numerator that is not a whole number", y != y.round())
    if kind is FunnelKind.PROPORTION:
        _refuse(rows, "has a denominator that is not a whole number", n != n.round())
        _refuse(rows, "has a numerator above its denominator", y > n)


def _refuse(rows: pl.DataFrame, what: str, holds: pl.Expr) -> None:
    found = rows.filter(holds).head(1)
    if len(found):
        unit, group = found["unit"][0], found["group"][0]
        of_group = "" if group is None else f" of {group!r}"
        raise ValueError(f"unit {unit!r}{of_group} {what}")
