"""One submission as its page sees it: the row, its problems, its contract table, the language.

Belongs here: looking those up once, for all files of a submitter and in every language, as plain
rows: a page asks dozens of small questions, and a table's engine costs more than the answer. Does
not belong here: anything that is printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from data_contracts.contract import Scope, Table
from data_contracts.problems import CATALOGUE, IDENTIFIER, NOTHING_ACCEPTED, Effect, Outcome
from reports.edition import Edition
from reports.words import Words

DUPLICATE_CODES = frozenset(
    code for code, kind in CATALOGUE.items() if kind.effect is Effect.DUPLICATE
)

ANSWER = "answer"
RELEASE = "release-quarantine"

Row = Mapping[str, Any]
Rows = tuple[Row, ...]
# Workstream and table; both may be unknown.
Return = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Records:
    """A submitter's files and the returns they can speak of, in plain rows.

    `files` are by submission, in the order in which they arrived (that of the edition's table),
    and so are those of each return in `by_return`.
    `problems` stay tables, by submission, in the order found: a file may have very many. `edition`
    has one point for each provenance: these pages show no figure, only where figures come from.
    """

    edition: Edition
    submitter: str
    files: Mapping[str, Row]
    by_return: Mapping[Return, Rows]
    problems: Mapping[str, pl.DataFrame]
    returns: Mapping[Return, Rows]

    @classmethod
    def of(cls, edition: Edition, submitter: str) -> Records:
        """From an edition that was cut for the submitter's stewards."""
        sent = edition.submissions.filter(pl.col("submitter") == submitter)
        files = sent.to_dicts()
        parted = edition.problems.partition_by("submission", as_dict=True, maintain_order=True)
        return cls(
            edition=_without_figures(edition),
            submitter=submitter,
            files={row["submission"]: row for row in files},
            by_return=_by_return(files),
            problems={str(key[0]): part for key, part in parted.items()},
            returns=_by_return(_returns(edition, submitter, files)),
        )

    def returns_between(self, of: Return, first: date | None, last: date | None) -> Rows:
        """Returns of one kind for a range of months; none where the months are not known."""
        if first is None or last is None:
            return ()
        return tuple(row for row in self.returns.get(of, ()) if first <= row["period"] <= last)


def unanswered(problems: pl.DataFrame) -> pl.DataFrame:
    """Problems without the questions that have an answer; an edition may have been made before."""
    if ANSWER not in problems.columns:
        return problems
    return problems.filter(pl.col(ANSWER).is_null())


@dataclass(frozen=True, slots=True)
class Case:
    """A submission, what was found in it and what was agreed. `table` is None where unknown."""

    records: Records
    words: Words
    this: Row
    problems: Rows
    table: Table | None

    @property
    def edition(self) -> Edition:
        return self.records.edition

    @property
    def id(self) -> str:
        return str(self.this["submission"])

    @property
    def outcome(self) -> Outcome:
        """What came of the file; one whose questions are all answered is simply accepted."""
        outcome = Outcome(self.this["outcome"])
        is_settled = self.answered and not self.to_check
        if outcome is Outcome.ACCEPTED_WITH_WARNINGS and is_settled:
            return Outcome.ACCEPTED
        return outcome

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
    def to_mend(self) -> Rows:
        """Problems that cost a row or the file.

        That no row could be used is what the others come to, and is not mended by itself.
        """
        found = tuple(row for row in self.problems if row["scope"] != Scope.INFORMATION)
        causes = tuple(row for row in found if row["code"] != NOTHING_ACCEPTED.code)
        return causes or found

    @property
    def to_check(self) -> Rows:
        """Open questions; that a file came twice is its outcome, not a question."""
        return tuple(row for row in self._questions if not row.get(ANSWER))

    @property
    def answered(self) -> Rows:
        """Questions with a recorded answer: they are not asked again."""
        return tuple(row for row in self._questions if row.get(ANSWER))

    @property
    def _questions(self) -> Rows:
        asked = (row for row in self.problems if row["scope"] == Scope.INFORMATION)
        return tuple(row for row in asked if row["code"] not in DUPLICATE_CODES)

    @property
    def may_name_a_person(self) -> bool:
        return any(row["code"] == IDENTIFIER.code for row in self.problems)

    @property
    def is_answers(self) -> bool:
        """Whether the file answers questions, and holds no figures."""
        return self.this.get("answers") is not None and not self.may_name_a_person

    @property
    def contact(self) -> str:
        """Whom to tell of what may name a person, as far as the programme has said."""
        told = (row for row in self.problems if row["code"] == IDENTIFIER.code)
        return next((str(json.loads(row["facts"]).get("contact") or "") for row in told), "")

    @property
    def came_back(self) -> tuple[str, ...]:
        """The submission that this file became when it was released, if it was locked away."""
        others = self.records.files.values()
        return tuple(r["submission"] for r in others if r.get("released") == self.id)

    @property
    def release(self) -> Row | None:
        """The decision that a file which was locked away names nobody after all, if there is one.

        What was deleted is not released, whatever was decided before or after.
        """
        decided = decisions_on(self.edition, self.id)
        if any(row["decision"] == "delete" for row in decided):
            return None
        return next((row for row in decided if row["decision"] == RELEASE), None)

    @property
    def is_released(self) -> bool:
        return bool(self.came_back) or self.release is not None

    @property
    def shows_sheet(self) -> bool:
        """Whether pieces of the sheet may stand beside problems: never of one locked away."""
        return bool(self.problems) and self.outcome is not Outcome.QUARANTINED


def case_of(records: Records, words: Words, submission: str) -> Case:
    """The case of one submission. Raises KeyError where the records do not have it."""
    if submission not in records.files:
        raise KeyError(f"no submission {submission} in this edition")
    this = records.files[submission]
    found = records.problems.get(submission)
    problems = () if found is None else tuple(found.to_dicts())
    return Case(records, words, this, problems, table_of(records.edition, this))


def table_of(edition: Edition, this: Row) -> Table | None:
    """The contract table of a row with `workstream` and `table`; None where either is unknown."""
    for contract in edition.contracts:
        for table in contract.tables:
            if (table.workstream, table.id) == (this["workstream"], this["table"]):
                return table
    return None


def decisions_on(edition: Edition, submission: str) -> Rows:
    """What was decided on a file, the newest first."""
    own = edition.decisions.filter(pl.col("submission") == submission)
    return tuple(own.iter_rows(named=True))


def _without_figures(edition: Edition) -> Edition:
    sources = edition.points.unique("provenance", keep="any")
    return replace(edition, points=sources, series=edition.series.clear())


def _returns(edition: Edition, submitter: str, files: Iterable[Row]) -> list[dict[str, Any]]:
    """Returns that a submitter sends or that its files name, in a fixed order."""
    tables = [table for contract in edition.contracts for table in contract.tables]
    own = {(t.workstream, t.id, code) for t in tables for code in t.organisations_of(submitter)}
    named = {(r["workstream"], r["table"], c) for r in files for c in r["organisations"] or ()}
    names = ("workstream", "table", "organisation")
    schema = dict.fromkeys(names, pl.String)
    wanted = pl.DataFrame(list(own | named), schema=schema, orient="row")
    chosen = edition.returns.join(wanted, on=names, how="semi")
    return chosen.sort("workstream", "table", "organisation", "period").to_dicts()


def _by_return(rows: Iterable[Row]) -> dict[Return, Rows]:
    """Rows by workstream and table, in their order."""
    found: dict[Return, list[Row]] = {}
    for row in rows:
        found.setdefault((row["workstream"], row["table"]), []).append(row)
    return {key: tuple(same) for key, same in found.items()}
