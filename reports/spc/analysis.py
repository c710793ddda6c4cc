"""The engine's one call: a frame of points in, a frame of judged points and one of series out.

Columns are put together and named here; nothing is computed except the multiplication of lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from .choice import CHARTS, REASONS
from .intake import Points, as_arrays, read
from .judgement import ABSENT, NAMES, NOTES, STATUSES, Columns, judge
from .plan import Plan
from .verdicts import ASSURANCES, VERDICTS
from .vocabulary import BoolArray, FlagArray, FloatArray

# Segments worked on at once: few enough that their arrays stay in the processor's cache, and
# enough that calls of numpy cost little beside their work.
BLOCK = 1000

_LINES = ("centre", "lower", "upper", "lower_2sigma", "upper_2sigma")
_POINT_WORDS: Mapping[str, Sequence[StrEnum]] = {"verdict": VERDICTS, "rule": NAMES}
_SERIES_WORDS: Mapping[str, Sequence[StrEnum]] = {
    "chart": CHARTS,
    "chart_reason": REASONS,
    "variation": VERDICTS,
    "assurance": ASSURANCES,
    "limits_status": STATUSES,
}
_COUNTS = ("n", "n_useful", "longest_run", "longest_run_limit", "crossings", "crossings_limit")

POINT_COLUMNS = (
    "series",
    "period",
    "phase",
    "value",
    *_LINES,
    "excluded",
    *(name for name in NAMES),
    "signal",
    "improvement",
    "concern",
    "verdict",
    "rule",
    "rule_side",
)
SERIES_COLUMNS = (
    "series",
    "phase",
    "chart",
    "chart_reason",
    *_COUNTS,
    "sigma_z",
    "centre",
    "variation",
    "assurance",
    "limits_status",
    "notes",
)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What the engine found. Columns, types and units are in this folder's README.

    points: one row for each row given (on xbar and s: for each subgroup), by series and period.
    series: one row for each series and phase.
    """

    points: pl.DataFrame
    series: pl.DataFrame


def analyse(points: pl.DataFrame, plans: Plan | Mapping[str, Plan]) -> Analysis:
    """Limits, signals and verdicts of any number of series in one call.

    points: series, period, numerator (or value); as wanted denominator, phase_start, exclude,
    target (multiplied, like the result), plan (key into `plans`). Raises ValueError for missing
    columns, unknown plans, duplicate periods and impossible numbers.
    """
    parts = [_analyse_plan(rows, plan) for plan, rows in read(points, plans)]
    return Analysis(
        points=_joined([part.points for part in parts], ["series", "period"]),
        series=_joined([part.series for part in parts], ["series", "phase"]),
    )


def _joined(frames: list[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    return frames[0] if len(frames) == 1 else pl.concat(frames).sort(keys)


def _analyse_plan(rows: pl.DataFrame, plan: Plan) -> Analysis:
    points = as_arrays(rows, plan)
    judged = [judge(block, plan) for block in _blocks(points)]
    of_points = _stacked([columns for columns, _ in judged], "verdict")
    of_series = _stacked([columns for _, columns in judged], "chart")
    for name in _LINES:
        of_points[name] *= plan.multiplier
    of_points["value"] = points.value * plan.multiplier
    of_series["centre"] = of_points["centre"][points.segments.starts]
    heads = rows[points.segments.starts]
    return Analysis(
        _point_frame(rows, of_points),
        _series_frame(heads, of_series),
    )


def _blocks(points: Points) -> Iterator[Points]:
    """Some hundred segments at a time; one empty block for no points."""
    for first in range(0, max(points.segments.count, 1), BLOCK):
        yield points.between(first, min(first + BLOCK, points.segments.count))


def _stacked(blocks: list[Columns], size: str) -> Columns:
    """The columns of all blocks end to end; a rule that a block does not have is ABSENT there.

    `size` names a column that all blocks have.
    """
    names = dict.fromkeys(name for block in blocks for name in block)
    return {
        name: np.concatenate(
            [block[name] if name in block else _absent(len(block[size])) for block in blocks]
        )
        for name in names
    }


def _absent(size: int) -> FlagArray:
    return np.full(size, ABSENT)


def _point_frame(rows: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    found = {
        name: _words(column, _POINT_WORDS[name]) if name in _POINT_WORDS else _numbers(column)
        for name, column in columns.items()
    }
    for name in NAMES:
        found.setdefault(name, pl.repeat(None, len(rows), dtype=pl.Int8, eager=True))
    frame = rows.select("series", "period", "phase", pl.col("exclude").alias("excluded"))
    return frame.with_columns(**found).select(POINT_COLUMNS)


def _series_frame(heads: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    found = {name: _numbers(columns[name]).cast(pl.Int64) for name in _COUNTS}
    found |= {name: _words(columns[name], words) for name, words in _SERIES_WORDS.items()}
    found |= {name: _numbers(columns[name]) for name in ("centre", "sigma_z")}
    found["notes"] = _note_lists(columns["notes"])
    return heads.select("series", "phase").with_columns(**found).select(SERIES_COLUMNS)


def _numbers(column: FloatArray | FlagArray) -> pl.Series:
    """A column of numbers; NaN and ABSENT become null."""
    numbers = pl.Series(column, nan_to_null=True)
    if column.dtype != np.int8 or column.min(initial=0) > ABSENT:
        return numbers
    return numbers.set(numbers == int(ABSENT), None)


def _words(places: FlagArray, words: Sequence[StrEnum]) -> pl.Series:
    """The values at these places of an enumeration; ABSENT becomes null."""
    table = pl.Series([*(word.value for word in words), None], dtype=pl.String)
    return table.gather(np.where(places == ABSENT, len(words), places).astype(np.uint32))


def _note_lists(said: BoolArray) -> pl.Series:
    """(S, notes) to lists of values; made once for each combination that occurs."""
    combinations, places = np.unique(said @ (1 << np.arange(len(NOTES))), return_inverse=True)
    lists = [
        [note.value for k, note in enumerate(NOTES) if int(combination) >> k & 1]
        for combination in combinations
    ]
    return pl.Series(lists, dtype=pl.List(pl.String)).gather(places.astype(np.uint32))
