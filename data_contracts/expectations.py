"""A suite of checks -> Great Expectations, and its result -> which rows broke which check.

Here: running them, and holding the outcome against a second count. Not here: which checks there are
(suite.py), reading files, deciding what a broken rule does (problems.py, assets/steps/check.py).
This is the only module that imports Great Expectations and pandas, and only inside functions: the
import takes seconds and a night with nothing new must not pay for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

import polars as pl
import polars.selectors as cs

from data_contracts.lean_import import hidden, put_off
from data_contracts.suite import ROW, SUBMISSION, Check

# Great Expectations takes 30 us for each failing cell it lists: beyond this share of the rows it
# only counts them, and polars lists them from the very same condition.
LISTED_SHARE = 0.2

# Dates go to pandas as days, which are compared all at once: times are looked at one by one, and
# in nanoseconds would end in 2262, and somebody will type 9999-12.
FIRST_DAY = date(1970, 1, 1)
# Truths that may be unknown would be Python's own objects in pandas, and ten times as slow.
TRUE = 1.0
PLAIN = (cs.date().cast(pl.Int32).cast(pl.Int64), cs.boolean().cast(pl.Float32))
# From so many rows on, copying a batch takes longer than validating twice.
WORTH_TWO_BATCHES = 50_000
COUNTING: Mapping[str, Any] = MappingProxyType({"result_format": "BASIC"})
# Naming the failing rows makes an expectation twice as slow: asked for only where there are some.
LISTING: Mapping[str, Any] = MappingProxyType(
    {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": [SUBMISSION, ROW],
        "include_unexpected_rows": False,
    }
)
BROKEN = pl.Schema({SUBMISSION: pl.String, ROW: pl.Int64, "check": pl.Int64})


class ReconciliationError(RuntimeError):
    """Two ways of counting the failures of one expectation disagree: nothing can be trusted."""


def broken_rows(frame: pl.DataFrame, suite: tuple[Check, ...]) -> pl.DataFrame:
    """Which rows break which check: submission, row, check (the place in the suite).

    `frame` has columns submission and row beside what the suite names. All waiting submissions of
    a table are validated together. Raises ReconciliationError where Great Expectations and polars
    do not find the same number of failures.
    """
    counted = _counted(frame, suite)
    few = [place for place, count in counted.items() if _is_listed(count, frame.height)]
    many = [place for place, count in counted.items() if count and place not in few]
    rest: list[Found] = []
    listed: list[Found] = []
    with _batches() as batch_of:
        for places in _parts(frame, suite):
            batch = batch_of(frame.select(_columns_of([suite[place] for place in places])))
            rest += _results(batch, suite, [p for p in places if p not in few], COUNTING)
            listed += _results(batch, suite, [p for p in places if p in few], LISTING)
    answered = (*rest, *listed)
    if sorted(place for place, _ in answered) != list(range(len(suite))):
        raise ReconciliationError("Great Expectations did not answer each check of a suite once.")
    for place, result in answered:
        _reconcile(suite[place], result, counted[place])
    found = [
        (row[SUBMISSION], int(row[ROW]), place)
        for place, result in listed
        for row in result["unexpected_index_list"]
    ]
    frames = [_rows_of(frame.filter(suite[place].broken()), place) for place in many]
    named = pl.DataFrame(found, schema=BROKEN, orient="row")
    return pl.concat([named, *frames]).sort("check", SUBMISSION, ROW)


def _counted(frame: pl.DataFrame, suite: tuple[Check, ...]) -> dict[int, int]:
    """How many rows break each check, as polars counts."""
    sums = [check.broken().sum().alias(str(place)) for place, check in enumerate(suite)]
    counts = frame.select(sums).row(0)
    return dict(enumerate(int(count or 0) for count in counts))


def _is_listed(failing: int, rows: int) -> bool:
    return 0 < failing <= LISTED_SHARE * rows


def _parts(frame: pl.DataFrame, suite: tuple[Check, ...]) -> list[list[int]]:
    """The places in a suite, of checks of columns with gaps apart from the others.

    For such a check the library copies the batch without those rows, every column of it: with all
    columns that is half of its time. Of few rows one batch is faster than two.
    """
    if frame.height < WORTH_TWO_BATCHES:
        return [list(range(len(suite)))]
    has_gaps = [any(frame[name].null_count() for name in _columns_of([check])) for check in suite]
    places = range(len(suite))
    return [[p for p in places if has_gaps[p]], [p for p in places if not has_gaps[p]]]


def _columns_of(suite: Iterable[Check]) -> list[str]:
    """The columns that a suite looks at, and those that name a row."""
    single, suite = ("column", "column_A", "column_B"), list(suite)
    named = {c.arguments[key] for c in suite for key in single if key in c.arguments}
    named |= {name for check in suite for name in check.arguments.get("column_list", ())}
    return [SUBMISSION, ROW, *sorted(named - {SUBMISSION, ROW})]


def _rows_of(rows: pl.DataFrame, place: int) -> pl.DataFrame:
    return rows.select(SUBMISSION, ROW, check=pl.lit(place, pl.Int64))


def _reconcile(check: Check, result: Mapping[str, Any], expected: int) -> None:
    """Hold one result against the second count. Raises ReconciliationError."""
    # An expectation that could not be evaluated has no count, which must not pass for none.
    count = result.get("unexpected_count")
    listed = result.get("unexpected_index_list")
    if count != expected or (listed is not None and len(listed) != expected):
        raise ReconciliationError(
            f"Check {check.code} ({check.column or 'row'}): Great Expectations finds {count} "
            f"failures, the second count {expected}."
        )


@cache
def library() -> Any:
    """Great Expectations, which takes a second to import and without this more than two.

    What it has only for databases, for pictures of data, for JSON within cells and for its own
    documents stays unloaded: nothing here uses it.
    """
    unused = ("scipy.stats", "altair", "jsonschema", "mistune")
    with put_off(*unused), hidden("sqlalchemy"):
        import great_expectations
        import great_expectations.expectations
        from great_expectations.execution_engine import pandas_execution_engine
    # It would digest each batch below this size: a tenth of a check, and nobody reads the digest.
    pandas_execution_engine.HASH_THRESHOLD = 0
    return great_expectations


def _expectation(place: int, check: Check) -> Any:
    made = getattr(library().expectations, check.expectation)
    arguments = {name: _plain(value) for name, value in check.arguments.items()}
    return made(**arguments, meta={"check": place, "code": check.code})


def _plain(value: Any) -> Any:
    """A value of an argument as the frame holds it."""
    if value == [True]:
        return [TRUE]
    return (value - FIRST_DAY).days if isinstance(value, date) else value


@contextmanager
def _batches() -> Iterator[Callable[[pl.DataFrame], Any]]:
    """What makes a batch of a frame, in a context that leaves nothing behind."""
    gx = library()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("submissions").add_dataframe_asset("waiting")
    whole = asset.add_batch_definition_whole_dataframe("all")
    try:
        yield lambda frame: whole.get_batch({"dataframe": frame.with_columns(*PLAIN).to_pandas()})
    finally:
        # The library remembers its last context, and with it every row.
        context.data_sources.delete("submissions")


# The place of a check in its suite, and what Great Expectations says of it.
Found: TypeAlias = tuple[int, Mapping[str, Any]]


def _results(
    batch: Any, suite: tuple[Check, ...], places: list[int], form: Mapping[str, Any]
) -> list[Found]:
    """Validate some checks of a suite: the place of each and what was found."""
    if not places:
        return []
    gx = library()
    expectations = [_expectation(place, suite[place]) for place in places]
    made = gx.ExpectationSuite("contract", expectations=expectations)
    answer = batch.validate(made, result_format=dict(form))
    return [(one.expectation_config.meta["check"], one.result) for one in answer.results]
