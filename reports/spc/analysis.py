"""The engine's one call: a frame of points in, a frame of judged points and one of series out.

Columns are put together and named here; nothing is computed except the multiplication of lines.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import repeat

import numpy as np
import polars as pl

from .choice import CHARTS, REASONS
from .intake import Points, as_arrays, blocks, read
from .judgement import ABSENT, NAMES, NOTES, STATUSES, Columns, judge
from .plan import Plan
from .verdicts import ASSURANCES, VERDICTS
from .vocabulary import BoolArray, FlagArray, FloatArray, IntArray

# Segments worked on at once: few enough that their arrays stay in the processor's cache, and
# enough that calls of numpy cost little beside their work.
BLOCK = 1000
WORKERS = min(4, os.cpu_count() or 1)

_LINES = ("centre", "lower", "upper", "lower_2sigma", "upper_2sigma")
_POINT_WORDS: Mapping[str, tuple[StrEnum, ...]] = {"verdict": VERDICTS, "rule": NAMES}
_SERIES_WORDS: Mapping[str, tuple[StrEnum, ...]] = {
    "chart": CHARTS,
    "chart_reason": REASONS,
    "variation": VERDICTS,
    "assurance": ASSURANCES,
    "limits_status": STATUSES,
}
_SUGGESTED: Mapping[str, type[pl.DataType]] = {
    "side": pl.Int8,
    "run_length": pl.Int64,
    "points_since": pl.Int64,
    "baseline_points": pl.Int64,
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
SUGGESTION_COLUMNS = (
    "series",
    "phase",
    "period",
    "side",
    "run_length",
    "points_since",
    "baseline_points",
    "old_mean",
    "new_mean",
    "distance",
    "recent_distance",
    "autocorrelation",
)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What the engine found. Columns, types and units are in this folder's README.

    points: one row for each row given (on xbar and s: for each subgroup), by series and period.
    series: one row for each series and phase. suggestions: one row for each phase in which new
    limits are suggested; none where no plan asks for them.
    """

    points: pl.DataFrame
    series: pl.DataFrame
    suggestions: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """What was found of some whole series; `starts` are the places of phases in its points."""

    points: pl.DataFrame
    starts: IntArray
    series: Columns
    suggestions: pl.DataFrame


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
        suggestions=_joined([part.suggestions for part in parts], ["series", "phase"]),
    )


def _joined(frames: list[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    return frames[0] if len(frames) == 1 else pl.concat(frames).sort(keys)


def _analyse_plan(rows: pl.DataFrame, plan: Plan) -> Analysis:
    # Numpy and polars let other threads work while they compute; blocks share nothing.
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(_analyse_block, blocks(rows, BLOCK), repeat(plan)))
    # Pieces are not copied into one: that would take as long as judging them.
    return Analysis(
        points=pl.concat([each.points for each in found], rechunk=False),
        series=_series_frame(rows, found),
        suggestions=pl.concat([each.suggestions for each in found]),
    )


def _analyse_block(block: pl.DataFrame, plan: Plan) -> _Block:
    points = as_arrays(block, plan)
    point_columns, series_columns, suggestions = judge(points, plan)
    point_columns |= {"phase": points.phase, "value": points.value}
    for name in ("value", *_LINES):
        point_columns[name] = point_columns[name] * plan.multiplier
    starts = points.segments.starts
    series_columns |= {name: point_columns[name][starts] for name in ("phase", "centre")}
    return _Block(
        points=_point_frame(block, point_columns),
        starts=starts,
        series=series_columns,
        suggestions=_suggestion_frame(block, points, suggestions, plan),
    )


def _point_frame(rows: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """The points of one block. A rule that no chart of the block has is null."""
    found = {name: rows[name] for name in ("series", "period")} | {"excluded": rows["exclude"]}
    for name, column in columns.items():
        words = _POINT_WORDS.get(name)
        found[name] = _words(column, words) if words else _numbers(column)
    absent = pl.Series(dtype=pl.Int8).clear(len(rows))
    return pl.DataFrame({name: found.get(name, absent) for name in POINT_COLUMNS})


def _series_frame(rows: pl.DataFrame, blocks: list[_Block]) -> pl.DataFrame:
    """The phases of all blocks of these rows."""
    names = blocks[0].series
    columns = {name: np.concatenate([block.series[name] for block in blocks]) for name in names}
    before = np.cumsum([0, *(len(block.points) for block in blocks[:-1])])
    starts = [block.starts + first for block, first in zip(blocks, before, strict=True)]
    found = {name: _numbers(columns[name]) for name in ("phase", "centre", "sigma_z")}
    found |= {name: _numbers(columns[name]).cast(pl.Int64) for name in _COUNTS}
    found |= {name: _words(columns[name], words) for name, words in _SERIES_WORDS.items()}
    found["series"] = rows["series"].gather(np.concatenate(starts))
    found["notes"] = _note_lists(columns["notes"])
    return pl.DataFrame({name: found[name] for name in SERIES_COLUMNS})


def _suggestion_frame(
    block: pl.DataFrame, points: Points, columns: Columns, plan: Plan
) -> pl.DataFrame:
    """The suggestions of one block; the means multiplied."""
    if not columns:
        return _no_suggestions(block.schema["series"], block.schema["period"])
    places = columns["row"]
    found = {name: block[name].gather(places) for name in ("series", "period")}
    found["phase"] = pl.Series(points.phase[places])
    for name in SUGGESTION_COLUMNS:
        if name not in found:
            found[name] = pl.Series(columns[name], nan_to_null=True, dtype=_SUGGESTED.get(name))
    means = pl.col("old_mean", "new_mean") * plan.multiplier
    return pl.DataFrame(found).select(SUGGESTION_COLUMNS).with_columns(means)


@cache
def _no_suggestions(series: pl.DataType, period: pl.DataType) -> pl.DataFrame:
    """Of the types that the frame of any suggestions has."""
    types: dict[str, pl.DataType | type[pl.DataType]]
    types = {"series": series, "period": period, "phase": pl.Int64, **_SUGGESTED}
    return pl.DataFrame(schema={name: types.get(name, pl.Float64) for name in SUGGESTION_COLUMNS})


def _numbers(column: FloatArray | FlagArray) -> pl.Series:
    """A column of numbers; NaN and ABSENT become null."""
    numbers = pl.Series(column, nan_to_null=True)
    if column.dtype != np.int8 or column.min(initial=0) > ABSENT:
        return numbers
    return numbers.set(numbers == int(ABSENT), None)


def _words(places: FlagArray, words: tuple[StrEnum, ...]) -> pl.Series:
    """The values at these places of an enumeration; ABSENT becomes null."""
    places = np.where(places == ABSENT, np.int8(len(words)), places)
    return _word_table(words).gather(places.astype(np.uint32))


@cache
def _word_table(words: tuple[StrEnum, ...]) -> pl.Series:
    return pl.Series([*(word.value for word in words), None], dtype=pl.String)


def _note_lists(said: BoolArray) -> pl.Series:
    """(S, notes) to lists of values; made once for each combination that occurs."""
    combinations, places = np.unique(said @ (1 << np.arange(len(NOTES))), return_inverse=True)
    lists = [
        [note.value for k, note in enumerate(NOTES) if int(combination) >> k & 1]
        for combination in combinations
    ]
    return pl.Series(lists, dtype=pl.List(pl.String)).gather(places)
