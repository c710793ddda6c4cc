"""One submission as its page sees it: the row, its problems, its contract table, the language.

Belongs here: looking those up once. Does not belong here: anything that is printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from data_contracts.contract import Scope, Table
from data_contracts.problems import CATALOGUE, IDENTIFIER, Effect, Outcome
from reports.edition import Edition
from reports.words import Words

DUPLICATE_CODES = [code for code, kind in CATALOGUE.items() if kind.effect is Effect.DUPLICATE]


@dataclass(frozen=True, slots=True)
class Case:
    """A submission, what was found in it and what was agreed. `table` is None where unknown."""

    edition: Edition
    words: Words
    this: Mapping[str, Any]
    problems: pl.DataFrame
    table: Table | None

    @property
    def id(self) -> str:
        return str(self.this["submission"])

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.this["outcome"])

    @property
    def first_month(self) -> date | None:
        month: date | None = self.this["period_from"]
        return month

    @property
    def last_month(self) -> date | None:
        month: date | None = self.this["period_to"]
        return month

    @property
    def organisations(self) -> tuple[str, ...]:
        """Whose figures the file holds; where no row was read, whose it could have held."""
        named = tuple(self.this["organisations"] or ())
        if named or self.table is None:
            return named
        return self.table.organisations_of(self.this["submitter"])

    @property
    def to_mend(self) -> pl.DataFrame:
        """Problems that cost a row or the file."""
        return self.problems.filter(pl.col("scope") != Scope.INFORMATION.value)

    @property
    def to_check(self) -> pl.DataFrame:
        """Questions; that a file came twice is its outcome, not a question."""
        return self.problems.filter(
            pl.col("scope") == Scope.INFORMATION.value, ~pl.col("code").is_in(DUPLICATE_CODES)
        )

    @property
    def may_name_a_person(self) -> bool:
        return IDENTIFIER.code in self.problems["code"]


def case_of(edition: Edition, words: Words, submission: str) -> Case:
    """The case of one submission. Raises KeyError where the edition does not have it."""
    found = edition.submissions.filter(pl.col("submission") == submission)
    if found.is_empty():
        raise KeyError(f"no submission {submission} in this edition")
    this = found.row(0, named=True)
    problems = edition.problems.filter(pl.col("submission") == submission)
    return Case(edition, words, this, problems, table_of(edition, this))


def table_of(edition: Edition, this: Mapping[str, Any]) -> Table | None:
    """The contract table of a row with `workstream` and `table`; None where either is unknown."""
    for contract in edition.contracts:
        for table in contract.tables:
            if (table.workstream, table.id) == (this["workstream"], this["table"]):
                return table
    return None
