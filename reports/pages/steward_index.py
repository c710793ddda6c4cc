"""The list of a submitter's files, and which of its returns are missing, late or to be mended.

Belongs here: the view model of that page and the list of files as CSV. Does not belong here: the
page of one file (submission.py) and deciding what is due (the edition's returns).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from data_contracts.contract import Scope, Table
from data_contracts.problems import masked
from reports.edition import Edition
from reports.pages.problem_words import organisation_name
from reports.pages.safe_csv import csv_bytes
from reports.pages.submission_case import DUPLICATE_CODES, table_of
from reports.pages.submission_history import (
    page_name,
    runs_of_months,
    shown_of,
    spoken_moment,
    spoken_months,
    suffix,
)
from reports.pages.visible_text import Parts, value_parts
from reports.words import Words

# In the order of what a steward must do; `late` needs nothing more, but is shown as late.
TO_DO = ("missing", "refused", "incomplete")
LATE = "late"
WAITING = "waiting"
LONGEST_DUE = 60
LONGEST_FILES = 100
FILE_COLUMNS = ("received", "file", "return", "months", "result", "rows", "problems", "checks")


@dataclass(frozen=True, slots=True)
class DueRow:
    """A return and months in one state. `needs_action` is false for what only came late."""

    subject: str
    organisation: str
    months: str
    status: str
    state: str
    deadline: str
    needs_action: bool


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file that was sent."""

    received: str
    file: Parts
    subject: str
    months: str
    outcome: str
    result: str
    rows: str
    problems: str
    checks: str
    href: str


@dataclass(frozen=True, slots=True)
class StewardIndex:
    """All that the page prints, in the order of the page; `files` has the list of `sent` files."""

    name: str
    title: str
    organisation: str
    lead: str
    due: tuple[DueRow, ...]
    due_shown: str
    waiting: tuple[DueRow, ...]
    sent: tuple[FileRow, ...]
    files_shown: str
    files_href: str
    several_organisations: bool
    files: Mapping[str, bytes]


def steward_index(edition: Edition, words: Words, submitter: str) -> StewardIndex:
    """The page of one submitter in one language; also right where nothing was ever sent."""
    making = _Making(edition, words, submitter)
    files, returns = making.files(), making.returns()
    due = runs_of_months(_in_state(returns, (*TO_DO, LATE)), making.same)
    waiting = runs_of_months(_in_state(returns, (WAITING,)), making.same)
    attention = _in_state(returns, TO_DO).height
    organisation = organisation_name(words, edition.registers, submitter)
    href = f"files{suffix(words.language)}.csv"
    return StewardIndex(
        name=f"index{suffix(words.language)}.html",
        title=words.text("stewards.index.title", organisation=organisation),
        organisation=organisation,
        lead=_lead(words, attention),
        due=making.due_rows(_most_urgent_first(due).head(LONGEST_DUE)),
        due_shown=shown_of(words, LONGEST_DUE, due.height),
        waiting=making.due_rows(waiting.sort("deadline", "workstream", "table", "organisation")),
        sent=tuple(map(making.file_row, files.head(LONGEST_FILES).iter_rows(named=True))),
        files_shown=shown_of(words, LONGEST_FILES, files.height),
        files_href=href,
        several_organisations=returns["organisation"].n_unique() > 1,
        files={} if files.is_empty() else {href: file_list(edition, words, submitter)},
    )


def file_list(edition: Edition, words: Words, submitter: str) -> bytes:
    """All files of a submitter, newest first, as CSV bytes."""
    making = _Making(edition, words, submitter)
    header = [words.text(f"stewards.index.{name}") for name in FILE_COLUMNS]
    return csv_bytes(header, making.file_lines())


def _lead(words: Words, attention: int) -> str:
    if not attention:
        return words.text("stewards.index.lead_none")
    return words.text("stewards.index.lead", n=attention)


def _in_state(returns: pl.DataFrame, states: tuple[str, ...]) -> pl.DataFrame:
    return returns.filter(pl.col("status").is_in(states))


def _most_urgent_first(due: pl.DataFrame) -> pl.DataFrame:
    """What needs a file first, then what only came late; the newest deadline first in each."""
    only_late = pl.col("status") == LATE
    return due.sort(
        [only_late, pl.col("deadline"), "workstream", "table", "organisation", "last"],
        descending=[False, True, False, False, False, True],
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """One page being made."""

    edition: Edition
    words: Words
    submitter: str

    same = ("workstream", "table", "organisation", "status")

    def files(self) -> pl.DataFrame:
        """This submitter's files, newest first, with numbers of problems and of questions."""
        scopes = pl.col("scope") == Scope.INFORMATION.value
        is_duplicate = pl.col("code").is_in(DUPLICATE_CODES)
        counts = self.edition.problems.group_by("submission").agg(
            problems=(~scopes).sum(), checks=(scopes & ~is_duplicate).sum()
        )
        mine = self.edition.submissions.filter(pl.col("submitter") == self.submitter)
        counted = mine.join(counts, on="submission", how="left").with_columns(
            pl.col("problems", "checks").fill_null(0)
        )
        return counted.sort("arrived", "submission", descending=True)

    def returns(self) -> pl.DataFrame:
        """Returns that this submitter sends, its own or those of others."""
        tables = [table for contract in self.edition.contracts for table in contract.tables]
        sent = [self._sent(table) for table in tables]
        return pl.concat(sent) if sent else self.edition.returns.clear()

    def _sent(self, table: Table) -> pl.DataFrame:
        return self.edition.returns.filter(
            pl.col("workstream") == table.workstream,
            pl.col("table") == table.id,
            pl.col("organisation").is_in(list(table.organisations_of(self.submitter))),
        )

    def due_rows(self, runs: pl.DataFrame) -> tuple[DueRow, ...]:
        return tuple(map(self._due_row, runs.iter_rows(named=True)))

    def _due_row(self, run: Mapping[str, Any]) -> DueRow:
        status = str(run["status"])
        return DueRow(
            subject=self._subject(run),
            organisation=organisation_name(self.words, self.edition.registers, run["organisation"]),
            months=spoken_months(self.words, run["first"], run["last"]),
            status=self.words.text(f"terms.return_statuses.{status}"),
            state=status,
            deadline=self.words.date(run["deadline"]),
            needs_action=status in TO_DO,
        )

    def file_row(self, file: Mapping[str, Any]) -> FileRow:
        return FileRow(
            received=spoken_moment(self.words, file["arrived"]),
            file=value_parts(self.words, file["file_name"]),
            subject=self._subject(file),
            months=spoken_months(self.words, file["period_from"], file["period_to"]),
            outcome=file["outcome"],
            result=self.words.text(f"stewards.outcome.{file['outcome']}.name"),
            rows=self._rows(file),
            problems=self.words.number(file["problems"], 0),
            checks=self.words.number(file["checks"], 0),
            href=page_name(file["submission"], self.words.language),
        )

    def file_lines(self) -> Iterator[tuple[object, ...]]:
        for file in self.files().iter_rows(named=True):
            row = self.file_row(file)
            yield (
                f"{file['arrived']:%Y-%m-%d %H:%M}",
                masked(file["file_name"]),
                row.subject,
                row.months,
                row.result,
                file["rows_accepted"],
                file["problems"],
                file["checks"],
            )

    def _subject(self, row: Mapping[str, Any]) -> str:
        table = table_of(self.edition, row)
        if table is None:
            return self.words.text("stewards.page.unknown_return")
        return self.words.text(f"{table.workstream}.tables.{table.id}.name")

    def _rows(self, file: Mapping[str, Any]) -> str:
        if not file["rows_read"]:
            return ""
        accepted, read = (file[name] or 0 for name in ("rows_accepted", "rows_read"))
        number = self.words.number
        return self.words.text(
            "stewards.index.rows_of", accepted=number(accepted, 0), read=number(read, 0)
        )
