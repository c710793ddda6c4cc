"""Contract -> the checks that a table's rows are held against, as expectations are stated.

Here: which expectation states each rule, and the names of the columns that it looks at. Not here:
running them (expectations.py), filling those columns (assets/steps/prepare.py and others), deciding
what a broken rule does (problems.py, assets/steps/check.py).

The frame that is checked holds, side by side, what was sent (`<column>:sent`, text) and what it was
read as (`<column>`, typed; null where it could not be read). Conditions that no ready-made
expectation expresses are computed beforehand as columns of truth values (`holds:<code>:<column>`);
null there means "unknown", which is never a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import polars as pl

from data_contracts import problems
from data_contracts.contract import Column, ColumnType, Table
from data_contracts.stated import Stated, says

SUBMISSION, ROW = "submission", "row"


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
