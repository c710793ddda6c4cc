"""What the pages of one submitter's files are made from, looked up once for all of them.

Belongs here: which rows each page reads, as texts for its content key. Does not belong here: the
pages (submission.py, steward_index.py). A page depends on the day only through the sentence about
its deadline, so its key has where the day lies between the deadlines, not the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from data_contracts.contract import Table
from reports.edition import Edition
from reports.pages.content_key import rows_digest
from reports.pages.submission_case import table_of
from reports.pages.submission_outcome import deadlines, moment

Row = Mapping[str, Any]
Return = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class SubmissionInputs:
    """A submitter's files, problems by file, and the returns that it sends, by table."""

    edition: Edition
    files: Mapping[str, Row]
    by_return: Mapping[Return, list[Row]]
    problems: Mapping[str, pl.DataFrame]
    returns: Mapping[Return, list[Row]]

    @classmethod
    def of(cls, edition: Edition, submitter: str) -> SubmissionInputs:
        """From an edition that was cut for the submitter's stewards."""
        ordered = edition.submissions.sort("arrived", "submission")
        parted = edition.problems.partition_by("submission", as_dict=True, maintain_order=True)
        files = list(ordered.iter_rows(named=True))
        return cls(
            edition=edition,
            files={row["submission"]: row for row in files},
            by_return=_by_return(files),
            problems={str(key[0]): part for key, part in parted.items()},
            returns=_by_return(_sent(edition, submitter).iter_rows(named=True)),
        )

    @property
    def submissions(self) -> tuple[str, ...]:
        return tuple(self.files)

    def problems_of(self, submission: str) -> pl.DataFrame:
        return self.problems.get(submission, self.edition.problems.clear())

    def index(self) -> tuple[str, ...]:
        """What the list of files is made from."""
        counted = self.edition.problems.group_by("submission", "scope", "code").len()
        return (
            rows_digest(self.edition.submissions, "submission"),
            rows_digest(counted, "submission", "scope", "code"),
            repr(list(self.returns.items())),
        )

    def page(self, submission: str) -> tuple[str, ...]:
        """What the page of one file is made from."""
        this = self.files[submission]
        returns = list(self._returns(this))
        others = {row["submission"] for row in returns} | {this["duplicate_of"]}
        same = self.by_return[this["workstream"], this["table"]]
        history = [row for row in same if _shares_months(row, this)]
        named = [self.files[other] for other in sorted(others - {None}) if other in self.files]
        return (
            submission,
            repr([sorted(row.items()) for row in (*history, *named)]),
            repr([sorted(row.items()) for row in returns]),
            rows_digest(self.problems_of(submission)),
            self._moment(this),
        )

    def _returns(self, this: Row) -> Iterator[Row]:
        """Returns of the months of a file, for anyone it can speak of."""
        first, last = this["period_from"], this["period_to"]
        if first is None or last is None:
            return
        for row in self.returns.get((this["workstream"], this["table"]), []):
            if first <= row["period"] <= last:
                yield row

    def _moment(self, this: Row) -> str:
        table, last = table_of(self.edition, this), this["period_to"]
        if table is None or last is None:
            return ""
        return moment(self.edition.today, *deadlines(table, last)).value


def _sent(edition: Edition, submitter: str) -> pl.DataFrame:
    """Returns that a submitter sends, its own or those of others, in a fixed order."""
    tables = [table for contract in edition.contracts for table in contract.tables]
    chosen = pl.any_horizontal(pl.lit(False), *(_is_sent(table, submitter) for table in tables))
    return edition.returns.filter(chosen).sort("workstream", "table", "organisation", "period")


def _is_sent(table: Table, submitter: str) -> pl.Expr:
    return (
        (pl.col("workstream") == table.workstream)
        & (pl.col("table") == table.id)
        & pl.col("organisation").is_in(list(table.organisations_of(submitter)))
    )


def _by_return(rows: Iterable[Row]) -> dict[Return, list[Row]]:
    """Rows by workstream and table, in their order; both may be unknown."""
    found: dict[Return, list[Row]] = {}
    for row in rows:
        found.setdefault((row["workstream"], row["table"]), []).append(row)
    return found


def _shares_months(row: Row, this: Row) -> bool:
    """Whether two files of one return share a month, as the page's history has it."""
    if this["period_from"] is None or row["submission"] == this["submission"]:
        return True
    return _overlap(row["period_from"], row["period_to"], this["period_from"], this["period_to"])


def _overlap(first: date | None, last: date | None, other_first: date, other_last: date) -> bool:
    return first is not None and last is not None and first <= other_last and last >= other_first
