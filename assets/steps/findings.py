"""Step 3b. Broken checks become problems: a code, the place in the file and the facts of it.

Here: what a steward has to be told about each row that broke a check. Not here: finding such rows
(data_contracts/expectations.py), what they do to the submission (check.py), any sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

import polars as pl

from assets.steps.history import fact_column
from assets.steps.prepare import OWNER, SUBMITTER
from data_contracts import problems
from data_contracts.contract import Column, ColumnType, Rule, Table
from data_contracts.history import FACTS as HISTORY_FACTS
from data_contracts.history import Level
from data_contracts.problems import Fact, Kind, Problem, masked, masked_texts, problems_frame
from data_contracts.registers import Registers
from data_contracts.suite import ROW, SUBMISSION, Check, sent

Row = Mapping[str, Any]
SAME_ROWS, CODE, VALUE, HAS_VALUE, ORDER = "same rows", "code", "value", "has value", "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where a file's columns are: the sheet's name, and its own letter for each column."""

    name: str
    letters: Mapping[str, str]

    def cell(self, column: str | None, row: int | None) -> str | None:
        """The cell as Excel names it, such as C14; None where there is no single one."""
        letter = self.letters.get(column or "")
        return f"{letter}{row}" if letter and row is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What facts are taken from besides the row itself.

    `latest` is the last month that is over, `named` the months that a submission's name states.
    """

    table: Table
    registers: Registers
    latest: date
    named: Mapping[str, str] = field(default_factory=dict)

    def kinds(self) -> dict[str, Kind]:
        """Everything that can be said of a row of this table, by code."""
        return dict(problems.CATALOGUE) | {
            rule.code: Kind.of_rule(rule) for rule in self.table.rules
        }

    def rule(self, code: str) -> Rule:
        """The contract's own rule of a code."""
        return next(rule for rule in self.table.rules if rule.code == code)


def findings(
    frame: pl.DataFrame,
    broken: pl.DataFrame,
    suite: tuple[Check, ...],
    sheets: Mapping[str, Sheet],
    background: Background,
) -> pl.DataFrame:
    """One problem for each row and check it broke, as PROBLEM_SCHEMA, in the order of the suite.

    `frame` is the prepared frame, `broken` names its failing rows, `sheets` is by submission. A row
    that says that there is no return is told so once, and not that its figures are not filled in.
    """
    told = [problems_frame(())]
    for (place,), rows in broken.partition_by("check", as_dict=True, maintain_order=True).items():
        check = suite[place]
        failing = _told(frame, rows, check, background)
        told.append(_placed(_said(failing, check, background), check.column, sheets))
    return _without_echoes(pl.concat(told), background.table)


def _without_echoes(told: pl.DataFrame, table: Table) -> pl.DataFrame:
    echoes = [kind.code for kind in (problems.BLANK, problems.NO_RETURN, problems.NO_FIGURE)]
    counts = [column.name for column in table.columns if column.type is ColumnType.COUNT]
    told = told.with_row_index(ORDER)
    first = (
        told.filter(pl.col("code") == problems.NO_RETURN.code)
        .unique([SUBMISSION, ROW], keep="first")
        .select(SUBMISSION, ROW, first=ORDER)
    )
    if first.is_empty():
        return told.drop(ORDER)
    is_echo = pl.col("code").is_in(echoes) & pl.col("column").is_in(counts)
    return (
        told.join(first, on=[SUBMISSION, ROW], how="left", maintain_order="left")
        .filter((is_echo & (pl.col(ORDER) != pl.col("first"))).not_().fill_null(True))
        .drop(ORDER, "first")
    )


def _said(rows: pl.DataFrame, check: Check, background: Background) -> pl.DataFrame:
    """The rows with code, scope and facts of their problems.

    A column may be wrong a million times over in the same way: each way is put into facts once.
    """
    kinds = background.kinds()
    read = [name for name in _read_by(check, background) if name in rows]
    ways = list(dict.fromkeys([CODE, HAS_VALUE, *read]))
    each = rows.unique(ways, keep="first", maintain_order=True)
    made = problems_frame(
        _problem(kinds[row[CODE]], check, row, background) for row in each.iter_rows(named=True)
    )
    said = each.select(ways).with_columns(made.select("scope", "facts"))
    return rows.join(said, on=ways, how="left", nulls_equal=True, maintain_order="left")


def _placed(said: pl.DataFrame, column: str | None, sheets: Mapping[str, Sheet]) -> pl.DataFrame:
    """The problems of rows of which code, scope and facts are known: PROBLEM_SCHEMA."""
    letters = pl.DataFrame(
        [
            (
                submission,
                masked(sheets[submission].name) or None,
                sheets[submission].letters.get(column or ""),
            )
            for submission in said[SUBMISSION].unique()
        ],
        schema={SUBMISSION: pl.String, "sheet": pl.String, "letter": pl.String},
        orient="row",
    )
    return said.join(letters, on=SUBMISSION, how="left", maintain_order="left").select(
        SUBMISSION,
        CODE,
        "scope",
        "sheet",
        ROW,
        column=pl.lit(column, pl.String),
        cell=pl.concat_str("letter", ROW),
        value=masked_texts(said[VALUE]),
        facts="facts",
    )


def total_rows(rows: pl.DataFrame, sheets: Mapping[str, Sheet]) -> pl.DataFrame:
    """One remark for each row of totals; `rows`: submission, row, column and value that say so."""
    return problems_frame(
        Problem(
            problems.TOTAL_ROW,
            row[SUBMISSION],
            sheet=sheets[row[SUBMISSION]].name or None,
            row=row[ROW],
            column=row["column"],
            cell=sheets[row[SUBMISSION]].cell(row["column"], row[ROW]),
            value=row["value"],
        )
        for row in rows.iter_rows(named=True)
    )


def _told(
    frame: pl.DataFrame, rows: pl.DataFrame, check: Check, background: Background
) -> pl.DataFrame:
    """The failing rows: submission, row, code, the value that was looked at, whether there is one,
    and what their facts are made of. Nothing else, as there may be a million.
    """
    read = [
        name
        for name in _read_by(check, background)
        if name in frame and name not in (SUBMISSION, ROW)
    ]
    value = pl.lit(None, pl.String) if check.column is None else pl.col(sent(check.column))
    told = rows.join(
        frame.select(
            SUBMISSION, ROW, *read, check.code_of_row().alias(CODE), value.alias(VALUE)
        ).with_columns(pl.col(VALUE).is_not_null().alias(HAS_VALUE)),
        on=[SUBMISSION, ROW],
        how="left",
        maintain_order="left",
    )
    if check.code == problems.DUPLICATE_ROW.code:
        return _with_same_rows(told, frame, check)
    return told


def _with_same_rows(told: pl.DataFrame, frame: pl.DataFrame, check: Check) -> pl.DataFrame:
    """The rows of the same file that speak of the same ward and month, each with all of them."""
    keys = check.arguments["column_list"]
    together = pl.col(ROW).sort().implode().over(keys, mapping_strategy="join")
    return told.join(
        frame.select(SUBMISSION, ROW, together.alias(SAME_ROWS)),
        on=[SUBMISSION, ROW],
        how="left",
        maintain_order="left",
    )


def _problem(kind: Kind, check: Check, row: Row, background: Background) -> Problem:
    """What is said of a row, wherever it stands."""
    facts_of = _facts if kind.code in problems.CATALOGUE else _facts_of_rule
    return Problem(
        kind,
        row[SUBMISSION],
        column=check.column,
        value=row[VALUE],
        facts=facts_of(kind, check, row, background),
    )


def _read_by(check: Check, background: Background) -> list[str]:
    """The columns of a failing row that the facts of its problem are made of."""
    if check.code in problems.CATALOGUE:
        kinds = [problems.CATALOGUE[code] for code in check.codes]
        return [
            column
            for name in sorted({name for kind in kinds for name in kind.facts} & set(FACTS))
            for column in FACTS[name].read_by(check)
        ]
    rule = background.rule(check.code)
    own = () if rule.history is None else HISTORY_FACTS
    return [*map(sent, rule.columns), *(fact_column(rule.code, name) for name in own)]


def _facts_of_rule(kind: Kind, check: Check, row: Row, background: Background) -> dict[str, Fact]:
    """What was sent in each column that a contract's own rule reads, and what was expected."""
    rule = background.rule(kind.code)
    cells: dict[str, Fact] = {name: row[sent(name)] or "" for name in rule.columns}
    if rule.history is None:
        return cells
    told = {name: row[fact_column(rule.code, name)] for name in HISTORY_FACTS}
    # Sums over the rows of a site or board stand in no cell.
    known = {} if rule.history.level is not Level.WARD else cells
    return known | {name: round(fact, 1) for name, fact in told.items() if fact is not None}


def _facts(kind: Kind, check: Check, row: Row, background: Background) -> dict[str, Fact]:
    """The facts that the sentences of a kind need, beside the column and its value."""
    wanted = _wanted(kind.facts, row[HAS_VALUE])
    return {name: FACTS[name].tell(check, row, background) for name in wanted}


@cache
def _wanted(facts: tuple[str, ...], has_value: bool) -> tuple[str, ...]:
    """Those that the place of a finding does not tell."""
    return tuple(sorted(set(facts) - ({"column", "value"} if has_value else {"column"})))


def _column(check: Check, background: Background) -> Column:
    return background.table.column(check.column or "")


def _due_from(check: Check, row: Row, background: Background) -> Fact:
    starts = [
        due.starts for due in background.table.due if row["organisation_code"] in due.organisations
    ]
    return f"{min(starts):%Y-%m}" if starts else ""


def _bound(bound: int | None) -> Fact:
    return "" if bound is None else bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How a fact is told, and the columns of the failing row that it is told from.

    `columns` are any row's, `found` the facts that were found beside the check's own truth.
    """

    tell: Callable[[Check, Row, Background], Fact]
    columns: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    def read_by(self, check: Check) -> list[str]:
        return [*self.columns, *(fact_column(check.code, name) for name in self.found)]


# How each fact that a kind may ask for is found.
FACTS: Mapping[str, Source] = MappingProxyType(
    {
        "allowed": Source(tell=lambda check, row, b: _column(check, b).values),
        "due_from": Source(tell=_due_from, columns=("organisation_code",)),
        "closed_on": Source(
            tell=lambda check, row, b: row[fact_column(check.code, "closed_on")],
            found=("closed_on",),
        ),
        "latest": Source(tell=lambda check, row, b: f"{b.latest:%Y-%m}"),
        "maximum": Source(tell=lambda check, row, b: _bound(_column(check, b).maximum)),
        "minimum": Source(tell=lambda check, row, b: _bound(_column(check, b).minimum)),
        "month": Source(tell=lambda check, row, b: f"{row['period']:%Y-%m}", columns=("period",)),
        "named": Source(
            tell=lambda check, row, b: b.named.get(row[SUBMISSION], ""), columns=(SUBMISSION,)
        ),
        "named_before": Source(
            tell=lambda check, row, b: row[fact_column(check.code, "named_before")],
            found=("named_before",),
        ),
        "organisation": Source(
            tell=lambda check, row, b: row["organisation_code"] or "",
            columns=("organisation_code",),
        ),
        "owner": Source(tell=lambda check, row, b: row[OWNER] or "", columns=(OWNER,)),
        "pattern": Source(tell=lambda check, row, b: _column(check, b).pattern or ""),
        "period": Source(
            tell=lambda check, row, b: f"{row['period']:%Y-%m}" if row["period"] else "",
            columns=("period",),
        ),
        "renamed_from": Source(
            tell=lambda check, row, b: row[fact_column(check.code, "renamed_from")] or "",
            found=("renamed_from",),
        ),
        "rows": Source(tell=lambda check, row, b: tuple(row[SAME_ROWS]), columns=(SAME_ROWS,)),
        "site": Source(tell=lambda check, row, b: row["site_code"] or "", columns=("site_code",)),
        "submitter": Source(tell=lambda check, row, b: row[SUBMITTER], columns=(SUBMITTER,)),
        "suggestion": Source(
            tell=lambda check, row, b: (
                b.registers.suggestion(row[sent("organisation_code")] or "") or ""
            ),
            columns=(sent("organisation_code"),),
        ),
        "value": Source(tell=lambda check, row, b: ""),
        "ward": Source(
            tell=lambda check, row, b: f"{row['site_code']} {row[sent('ward_code')]}",
            columns=("site_code", sent("ward_code")),
        ),
    }
)
