"""What the pages of one submitter's files are made from, as texts for their content keys.

Belongs here: which rows each page reads. Does not belong here: looking them up (submission_case),
with what a file is compared (whoever compares it says so) and the pages (submission.py,
steward_index.py). A page depends on the day only through the sentence about its deadline, so its
key has where the day lies between the deadlines, not the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.deadlines import deadlines
from reports.pages.content_key import rows_digest
from reports.pages.submission_case import Records, Row, decisions_on, table_of, unanswered
from reports.pages.submission_changes import Comparing
from reports.pages.submission_history import shares_months
from reports.pages.submission_outcome import moment


@dataclass(frozen=True, slots=True)
class SubmissionInputs:
    """The inputs of the pages of a submitter's records; `written` has each file's row as text."""

    records: Records
    written: Mapping[str, str]
    comparing: Comparing

    @classmethod
    def of(cls, records: Records, comparing: Comparing) -> SubmissionInputs:
        written = {name: _written(row) for name, row in records.files.items()}
        return cls(records, written, comparing)

    def index(self) -> tuple[str, ...]:
        """What the list of files is made from."""
        edition = self.records.edition
        asked = unanswered(edition.problems)
        counted = asked.select("submission", "scope", "code", "column").unique()
        return (
            rows_digest(edition.submissions, "submission"),
            repr(list(self.records.files)),
            rows_digest(counted, "submission", "scope", "code", "column"),
            repr(list(self.records.returns.items())),
        )

    def page(self, submission: str) -> tuple[str, ...]:
        """What the page of one file is made from."""
        files = self.records.files
        this = files[submission]
        kind = (this["workstream"], this["table"])
        returns = self.records.returns_between(kind, this["period_from"], this["period_to"])
        others = {row["submission"] for row in returns} | {this["duplicate_of"]}
        same = self.records.by_return[kind]
        history = [row["submission"] for row in same if shares_months(row, this)]
        named = [other for other in sorted(others - {None}) if other in self.written]
        named += [name for name, row in files.items() if row.get("released") == submission]
        return (
            submission,
            *(self.written[name] for name in (*history, *named)),
            *map(_written, returns),
            repr(decisions_on(self.records.edition, submission)),
            self._found(submission),
            self._moment(this),
            self.comparing.read_by(submission),
        )

    def _found(self, submission: str) -> str:
        problems = self.records.problems.get(submission)
        return "" if problems is None else rows_digest(problems)

    def _moment(self, this: Row) -> str:
        table, last = table_of(self.records.edition, this), this["period_to"]
        if table is None or last is None:
            return ""
        return moment(self.records.edition.today, *deadlines(table, last)).value


def _written(row: Row) -> str:
    return repr(sorted(row.items()))
