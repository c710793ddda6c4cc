"""What each chart plots, from numerator and denominator; never multiplied.

A point without a value is NaN: its numerator or denominator is missing, or it is 0/0.
"""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import polars as pl

from .segments import Segments
from .vocabulary import BoolArray, Chart, FloatArray


def _ratio(rows: pl.DataFrame, segments: Segments) -> FloatArray:
    """y/n; 0/0 is a missing point."""
    ratio: FloatArray = rows["y"].to_numpy() / rows["n"].to_numpy()
    return ratio


def _plain(rows: pl.DataFrame, segments: Segments) -> FloatArray:
    return rows["y"].to_numpy()


def _either(rows: pl.DataFrame, segments: Segments) -> FloatArray:
    """y/n in a series with denominators, y in a series without."""
    return np.where(_has_denominators(rows), _ratio(rows, segments), _plain(rows, segments))


def _counted(rows: pl.DataFrame, segments: Segments) -> FloatArray:
    """y, missing where the number examined is missing or 0."""
    return np.where(rows["n"].to_numpy() > 0, rows["y"].to_numpy(), np.nan)


def _range(rows: pl.DataFrame, segments: Segments) -> FloatArray:
    """Distance from the point before, where that is a real point of the same phase."""
    value = np.where(rows["exclude"].to_numpy(), np.nan, _either(rows, segments))
    distance = np.abs(np.diff(value, prepend=np.nan))
    return np.where(segments.follows(), distance, np.nan)


def _spread(rows: pl.DataFrame, segments: Segments) -> FloatArray:
    return rows["spread"].to_numpy()


def _has_denominators(rows: pl.DataFrame) -> BoolArray:
    """(N,) bool: the series of the point has a denominator somewhere."""
    series = Segments.beginning(rows["first"].to_numpy())
    return series.spread(series.number(~np.isnan(rows["n"].to_numpy())) > 0)


VALUES = MappingProxyType[Chart, Callable[[pl.DataFrame, Segments], FloatArray]](
    {
        Chart.RUN: _either,
        Chart.I: _either,
        Chart.MR: _range,
        Chart.I_PRIME: _either,
        Chart.XBAR: _plain,
        Chart.S: _spread,
        Chart.P: _ratio,
        Chart.NP: _counted,
        Chart.C: _plain,
        Chart.U: _ratio,
        Chart.P_PRIME: _ratio,
        Chart.U_PRIME: _ratio,
        Chart.C_PRIME: _plain,
        Chart.G: _plain,
        Chart.T: _plain,
        Chart.AUTO: _either,
    }
)


def of_points(chart: Chart, rows: pl.DataFrame, segments: Segments) -> FloatArray:
    """(N,) the values `chart` plots, of rows with y, n, spread, exclude and first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return VALUES[chart](rows, segments)
