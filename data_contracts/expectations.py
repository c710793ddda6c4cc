"""Contract -> Great Expectations suite, and its result -> which rows broke which rule.

Here: compiling, running, and holding the outcome against a second count. Not here: reading files,
deciding what a broken rule does (problems.py, assets/steps/check.py). This is the only module that
imports Great Expectations and pandas, and only inside functions: the import takes seconds and a
night with nothing new must not pay for it.

The frame that is checked holds, side by side, what was sent (`<column>:sent`, text) and what it was
read as (`<column>`, typed; null where it could not be read). Conditions that no ready-made
expectation expresses are computed beforehand as columns of truth values (`holds:<code>:<column>`);
null there means "unknown", which is never a failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, TypeAlias

import polars as pl
import polars.selectors as cs

from data_contracts import problems
from data_contracts.contract import Column, ColumnType, Table
from data_contracts.lean_import import hidden, put_off
from data_contracts.stated import Stated, says

SUBMISSION, ROW = "submission", "row"
# Great Expectations takes 30 us for each failing cell it lists: beyond this share of the rows it
# only counts them, and polars lists them from the very same condition.
LISTED_SHARE = 0.2

Value: TypeAlias = str | int | date
# Dates go to pandas as days, which are compared all at once: times are looked at one by one, and
# in nanoseconds would end in 2262, and somebody will type 9999-12.
FIRST_DAY = date(1970, 1, 1)
# Truths that may be unknown would be Python's own objects in pandas, and ten times as slow.
TRUE = 1.0
PLAIN = (cs.date().cast(pl.Int32).cast(pl.Int64), cs.boolean().cast(pl.Float32))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation: the problem's code, the column it speaks of, and how it is stated.

    `expectation` is the name of a Great Expectations class, `arguments` are its own. Failing rows
    have the code of the first of `narrower` whose condition holds, else `code`.
    """

    code: str
    column: str | None
    expectation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    narrower: Mapping[str, pl.Expr] = field(default_factory=dict, compare=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that a failing row may have."""
        return (self.code, *self.narrower)

    def code_of_row(self) -> pl.Expr:
        """The code of a failing row."""
        told = [pl.when(is_so).then(pl.lit(code)) for code, is_so in self.narrower.items()]
        return pl.coalesce(*told, pl.lit(self.code))

    def broken(self) -> pl.Expr:
        """Which rows break the check, for the second count."""
        return BROKEN_ROWS[self.expectation](self.arguments)


def sent(column: str) -> str:
    """The name under which a column's text, as sent, stands beside its value."""
    return f"{column}:sent"


def holds(code: str, column: str | None = None) -> str:
    """The name of the column of truth values of a rule."""
    return f"holds:{code}:{column or ''}"


def has_wards_by_month(table: Table) -> bool:
    """Whether rows are about wards or sites in a month, so that one may hold the other's counts."""
    return table.has("ward_code") and table.has("site_code") and table.has("period")


def has_roll(table: Table) -> bool:
    """Whether a table's rows are a roll of wards or sites, the same ones every month.

    A list of events is not: a ward without an event is not missing.
    """
    keys = [table.column(name) for name in table.key]
    return table.has("site_code") and not any(key.type is ColumnType.DATE for key in keys)


def whole_month_checks(table: Table) -> Mapping[str, str]:
    """What is asked of a month, or of a ward in it, because of those before: code -> column."""
    is_of_days = any(table.column(name).type is ColumnType.DATE for name in table.key)
    if "period" not in table.key or is_of_days:
        return {}
    asked = dict.fromkeys((problems.CLOSED_MONTH_CHANGED, problems.SAME_AS_MONTH_BEFORE), "period")
    if has_wards_by_month(table):
        asked[problems.NEW_WARD] = "ward_code"
        if table.has("ward_name"):
            asked[problems.WARD_CODE_REUSED] = "ward_name"
    return {kind.code: column for kind, column in asked.items()}


def dates_within_month(table: Table) -> tuple[str, ...]:
    """The dates of a table's key, where its key also has a month in which they must lie."""
    if "period" not in table.key:
        return ()
    return tuple(name for name in table.key if table.column(name).type is ColumnType.DATE)


def has_populations(table: Table) -> bool:
    """Whether one month of a ward or site has a row for each population."""
    return {"population", "period"} <= set(table.key)


def suite_of(table: Table, organisations: Iterable[str], latest: date) -> tuple[Check, ...]:
    """Everything a table's rows are held against, in the order in which it is reported.

    `organisations` are the codes of the register, `latest` the last month that may be reported.
    """
    columns = [check for column in table.columns for check in _column_checks(column)]
    return (*columns, *_table_checks(table, tuple(sorted(organisations)), latest))


def _column_checks(column: Column) -> list[Check]:
    return [check for make in (_present, _range, _listed, _pattern) for check in make(column)]


UNREADABLE_VALUE = MappingProxyType(
    {
        ColumnType.COUNT: problems.NOT_A_COUNT,
        ColumnType.MONTH: problems.NOT_A_MONTH,
        ColumnType.DATE: problems.NOT_A_DATE,
    }
)
# Why there is no figure, as the cell itself says.
WHY_LACKING = MappingProxyType(
    {
        problems.NOT_COLLECTED.code: Stated.NOT_COLLECTED,
        problems.NO_RETURN.code: Stated.NO_RETURN,
    }
)


def _present(column: Column) -> list[Check]:
    """A value that must be there, or, if anything was sent, must be one that can be read."""
    text, unreadable = pl.col(sent(column.name)), UNREADABLE_VALUE.get(column.type)
    narrower, is_count = {}, column.type is ColumnType.COUNT
    if is_count:
        narrower[problems.SUPPRESSED_COUNT.code] = says(text, Stated.SUPPRESSED)
    if column.required:
        if is_count:
            narrower |= {code: says(text, why) for code, why in WHY_LACKING.items()}
        if unreadable is not None:
            narrower[unreadable.code] = text.is_not_null()
        name = "ExpectColumnValuesToNotBeNull"
        return [replace(_check(problems.BLANK, column.name, name, column.name), narrower=narrower)]
    if unreadable is None:
        return []
    read = replace(_true(unreadable.code, column.name), narrower=narrower)
    return [read, _true(problems.NO_FIGURE.code, column.name)] if is_count else [read]


def _range(column: Column) -> list[Check]:
    low, high = column.minimum, column.maximum
    kinds = {problems.BELOW_MINIMUM.code: low, problems.ABOVE_MAXIMUM.code: high}
    codes = [code for code, bound in kinds.items() if bound is not None]
    if not codes:
        return []
    bounds = {"min_value": low, "max_value": high}
    check = Check(
        code=codes[0],
        column=column.name,
        expectation="ExpectColumnValuesToBeBetween",
        arguments={"column": column.name} | {k: v for k, v in bounds.items() if v is not None},
    )
    return [replace(check, narrower={code: pl.col(column.name) > high for code in codes[1:]})]


def _listed(column: Column) -> list[Check]:
    if not column.values:
        return []
    return [
        _check(
            problems.NOT_IN_LIST,
            column.name,
            "ExpectColumnValuesToBeInSet",
            column.name,
            value_set=list(column.values),
        )
    ]


def _pattern(column: Column) -> list[Check]:
    # Patterns run on RE2 (in polars): Python's own engine can be kept busy for hours by one cell.
    return [] if column.pattern is None else [_true(problems.WRONG_PATTERN.code, column.name)]


def _table_checks(table: Table, organisations: tuple[str, ...], latest: date) -> list[Check]:
    checks = [
        _check(
            problems.UNKNOWN_ORGANISATION,
            "organisation_code",
            "ExpectColumnValuesToBeInSet",
            "organisation_code",
            value_set=list(organisations),
        ),
        _true(problems.ORGANISATION_NOT_ALLOWED.code, "organisation_code"),
    ]
    if table.has("site_code"):
        checks += [
            _true(problems.UNKNOWN_SITE.code, "site_code"),
            Check(
                code=problems.SITE_OF_OTHER_ORGANISATION.code,
                column="site_code",
                expectation="ExpectColumnPairValuesToBeEqual",
                arguments={
                    "column_A": "organisation",
                    "column_B": "owner",
                    "ignore_row_if": "either_value_is_missing",
                },
            ),
        ]
    if table.has("period"):
        checks += [
            _check(
                problems.FUTURE_MONTH,
                "period",
                "ExpectColumnValuesToBeBetween",
                "period",
                max_value=latest,
            ),
            _true(problems.MONTH_NOT_DUE.code, "period"),
            _true(problems.MONTH_NOT_NAMED.code, "period"),
        ]
    for name in dates_within_month(table):
        checks.append(_true(problems.DATE_OUTSIDE_MONTH.code, name))
    if has_wards_by_month(table):
        checks.append(_true(problems.WARD_AND_SITE_ROWS.code, "ward_code"))
    if has_populations(table):
        checks.append(_true(problems.ALL_AND_PARTS.code, "population"))
    checks += [_true(code, column) for code, column in whole_month_checks(table).items()]
    key = [SUBMISSION, *(f"{name}:key" for name in table.key)]
    checks.append(
        Check(
            code=problems.DUPLICATE_ROW.code,
            column=None,
            expectation="ExpectCompoundColumnsToBeUnique",
            arguments={"column_list": key, "ignore_row_if": "never"},
        )
    )
    own = [_true(rule.code, None) for rule in table.rules]
    return [_true(problems.SURPLUS_CELLS.code, None), *checks, *own]


def _check(
    kind: problems.Kind, column: str, expectation: str, checked: str, **arguments: Any
) -> Check:
    return Check(
        code=kind.code,
        column=column,
        expectation=expectation,
        arguments={"column": checked, **arguments},
    )


def _true(code: str, column: str | None) -> Check:
    arguments = {"column": holds(code, column), "value_set": [True]}
    return Check(
        code=code, column=column, expectation="ExpectColumnValuesToBeInSet", arguments=arguments
    )


def _outside(arguments: Mapping[str, Any]) -> pl.Expr:
    value = pl.col(arguments["column"])
    low, high = arguments.get("min_value"), arguments.get("max_value")
    too_low = pl.lit(False) if low is None else value < low
    return too_low | (pl.lit(False) if high is None else value > high)


def _unequal(arguments: Mapping[str, Any]) -> pl.Expr:
    return pl.col(arguments["column_A"]) != pl.col(arguments["column_B"])


BROKEN_ROWS: Mapping[str, Callable[[Mapping[str, Any]], pl.Expr]] = MappingProxyType(
    {
        "ExpectColumnValuesToNotBeNull": lambda a: pl.col(a["column"]).is_null(),
        "ExpectColumnValuesToBeInSet": lambda a: ~pl.col(a["column"]).is_in(a["value_set"]),
        "ExpectColumnValuesToBeBetween": _outside,
        "ExpectColumnPairValuesToBeEqual": _unequal,
        "ExpectCompoundColumnsToBeUnique": lambda a: pl.struct(a["column_list"]).is_duplicated(),
    }
)


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
    for place, result in (*rest, *listed):
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
    columns that is half of its time.
    """
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


def library() -> Any:
    """Great Expectations, which takes a second to import and without this more than two.

    What it has only for databases and for pictures of data stays unloaded: nothing here uses it.
    """
    with put_off("scipy.stats", "altair"), hidden("sqlalchemy"):
        import great_expectations
        import great_expectations.expectations
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
