"""Step 3b. Broken checks become problems: a code, the place in the file and the facts of it.

Here: what a steward has to be told about each row that broke a check. Not here: finding such rows
(data_contracts/expectations.py), what they do to the submission (check.py), any sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

import polars as pl

from assets.steps.history import fact_column, is_fact
from assets.steps.prepare import OWNER, SUBMITTER
from data_contracts import problems
from data_contracts.contract import Column, ColumnType, Rule, Table
from data_contracts.expectations import ROW, SUBMISSION, Check, sent
from data_contracts.history import FACTS as HISTORY_FACTS
from data_contracts.history import Level
from data_contracts.problems import Fact, Kind, Problem
from data_contracts.registers import Registers

Row = Mapping[str, Any]
SAME_ROWS, CODE = "same rows", "code"


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
        return dict(problems.CATALOGUE) | {rule.code: Kind.of_rule(rule) for rule in self.rules}

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.table.rules


def findings(
    frame: pl.DataFrame,
    broken: pl.DataFrame,
    suite: tuple[Check, ...],
    sheets: Mapping[str, Sheet],
    background: Background,
) -> Iterator[Problem]:
    """One problem for each row and check it broke, check by check in the order of the suite.

    `frame` is the prepared frame, `broken` names its failing rows, `sheets` is by submission. A row
    that says that there is no return is told so once, and not that its figures are not filled in.
    """
    told = list(_each(frame, broken, suite, sheets, background))
    return _without_echoes(told, background.table)


def _without_echoes(told: list[Problem], table: Table) -> Iterator[Problem]:
    missing = {
        (one.submission, one.row): one for one in reversed(told) if one.kind is problems.NO_RETURN
    }
    for one in told:
        first = missing.get((one.submission, one.row))
        is_echo = one.kind in _ECHOES and table.column(one.column or "").type is ColumnType.COUNT
        if first is None or first is one or not is_echo:
            yield one


_ECHOES = (problems.BLANK, problems.NO_RETURN, problems.NO_FIGURE)


def _each(
    frame: pl.DataFrame,
    broken: pl.DataFrame,
    suite: tuple[Check, ...],
    sheets: Mapping[str, Sheet],
    background: Background,
) -> Iterator[Problem]:
    kinds = background.kinds()
    for (place,), rows in broken.partition_by("check", as_dict=True, maintain_order=True).items():
        check = suite[place]
        facts_of = _facts_of_rule if check.code not in problems.CATALOGUE else _facts
        for row in _told(frame, rows, check, background.table).iter_rows(named=True):
            kind = kinds[row[CODE]]
            facts = facts_of(kind, check, row, background)
            yield _problem(kind, check.column, row, sheets[row[SUBMISSION]], facts)


def total_rows(rows: pl.DataFrame, sheets: Mapping[str, Sheet]) -> Iterator[Problem]:
    """One remark for each row of totals; `rows`: submission, row, column and value that say so."""
    for row in rows.iter_rows(named=True):
        sheet = sheets[row[SUBMISSION]]
        yield Problem(
            problems.TOTAL_ROW,
            row[SUBMISSION],
            sheet=sheet.name or None,
            row=row[ROW],
            column=row["column"],
            cell=sheet.cell(row["column"], row[ROW]),
            value=row["value"],
        )


def by_submission(found: Iterable[Problem]) -> dict[str, list[Problem]]:
    """Problems sorted into their files, each in the order given."""
    sorted_out: dict[str, list[Problem]] = {}
    for problem in found:
        sorted_out.setdefault(problem.submission, []).append(problem)
    return sorted_out


def _told(frame: pl.DataFrame, rows: pl.DataFrame, check: Check, table: Table) -> pl.DataFrame:
    """The failing rows with what their facts are made of, and nothing else: there may be many."""
    read = {column for rule in table.rules if rule.code == check.code for column in rule.columns}
    # Two facts are made of what was sent in a column beside the one that was looked at.
    named = read | {check.column, "organisation_code", "ward_code"}
    sources = [sent(name) for name in table.column_names if name in named]
    values = [name for name in ("organisation_code", "site_code", "period", OWNER) if name in frame]
    values += [name for name in frame.columns if is_fact(name, check.code)]
    told = rows.join(
        frame.select(
            SUBMISSION, ROW, SUBMITTER, *sources, *values, check.code_of_row().alias(CODE)
        ),
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


def _problem(
    kind: Kind, column: str | None, row: Row, sheet: Sheet, facts: dict[str, Fact]
) -> Problem:
    return Problem(
        kind,
        row[SUBMISSION],
        sheet=sheet.name or None,
        row=row[ROW],
        column=column,
        cell=sheet.cell(column, row[ROW]),
        value=None if column is None else row[sent(column)],
        facts=facts,
    )


def _facts_of_rule(kind: Kind, check: Check, row: Row, background: Background) -> dict[str, Fact]:
    """What was sent in each column that a contract's own rule reads, and what was expected."""
    rule = next(rule for rule in background.rules if rule.code == kind.code)
    cells: dict[str, Fact] = {name: row[sent(name)] or "" for name in rule.columns}
    if rule.history is None:
        return cells
    told = {name: row[fact_column(rule.code, name)] for name in HISTORY_FACTS}
    # Sums over the rows of a site or board stand in no cell.
    known = {} if rule.history.level is not Level.WARD else cells
    return known | {name: round(fact, 1) for name, fact in told.items() if fact is not None}


def _facts(kind: Kind, check: Check, row: Row, background: Background) -> dict[str, Fact]:
    """The facts that the sentences of a kind need, beside the column and its value."""
    has_value = check.column is not None and row[sent(check.column)] is not None
    return {name: FACTS[name](check, row, background) for name in _wanted(kind.facts, has_value)}


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


# How each fact that a kind may ask for is found.
FACTS: Mapping[str, Callable[[Check, Row, Background], Fact]] = MappingProxyType(
    {
        "allowed": lambda check, row, b: _column(check, b).values,
        "due_from": _due_from,
        "closed_on": lambda check, row, b: row[fact_column(check.code, "closed_on")],
        "latest": lambda check, row, b: f"{b.latest:%Y-%m}",
        "maximum": lambda check, row, b: _bound(_column(check, b).maximum),
        "minimum": lambda check, row, b: _bound(_column(check, b).minimum),
        "month": lambda check, row, b: f"{row['period']:%Y-%m}",
        "named": lambda check, row, b: b.named.get(row[SUBMISSION], ""),
        "named_before": lambda check, row, b: row[fact_column(check.code, "named_before")],
        "organisation": lambda check, row, b: row["organisation_code"] or "",
        "owner": lambda check, row, b: row[OWNER] or "",
        "pattern": lambda check, row, b: _column(check, b).pattern or "",
        "period": lambda check, row, b: f"{row['period']:%Y-%m}" if row["period"] else "",
        "renamed_from": lambda check, row, b: row[fact_column(check.code, "renamed_from")] or "",
        "rows": lambda check, row, b: tuple(row[SAME_ROWS]),
        "site": lambda check, row, b: row["site_code"] or "",
        "submitter": lambda check, row, b: row[SUBMITTER],
        "suggestion": lambda check, row, b: (
            b.registers.suggestion(row[sent("organisation_code")] or "") or ""
        ),
        "value": lambda check, row, b: "",
        "ward": lambda check, row, b: f"{row['site_code']} {row[sent('ward_code')]}",
    }
)
