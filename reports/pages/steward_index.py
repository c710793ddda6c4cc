"""The list of a submitter's files, and which of its returns are missing, late or to be mended.

Belongs here: the view model of that page and the list of files as CSV. Does not belong here: the
page of one file (submission.py) and deciding what is due (the edition's returns).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.contract import Scope, Table
from data_contracts.problems import NOTHING_ACCEPTED, masked
from data_contracts.states import ReturnStatus
from reports.deadlines import in_wales
from reports.edition import Edition
from reports.pages.file_names import file_name
from reports.pages.problem_catalogue import catalogue_name
from reports.pages.problem_words import organisation_name
from reports.pages.queue_decisions import Decided, decided, decisions_csv
from reports.pages.queue_list import waiting_csv
from reports.pages.queue_names import decisions_name, queue_name
from reports.pages.queue_trend import Trend, trend_span, trends
from reports.pages.return_statuses import TO_DO
from reports.pages.safe_csv import csv_bytes
from reports.pages.sheet_excerpt import HEADER_CODES
from reports.pages.submission_case import (
    DUPLICATE_CODES,
    Records,
    Row,
    Rows,
    table_of,
    unanswered,
)
from reports.pages.submission_history import (
    Run,
    page_name,
    result_of,
    runs_of_months,
    shown_of,
    spoken_moment,
    spoken_months,
)
from reports.pages.visible_text import Parts, value_parts
from reports.waiting import Waits
from reports.words import Words

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
class SentFile:
    """A row of the submissions, with its numbers of problems and of questions.

    Both are numbers of causes, as the file's own page counts them, not of cells.
    """

    row: Row
    problems: int
    checks: int


@dataclass(frozen=True, slots=True)
class StewardIndex:
    """All that the page prints, in the order of the page; `files` has the list of `sent` files.

    `to_mend` are files that nothing newer has put right, whether or not an older one is in force.
    `to_answer` are files in force with questions that nobody has answered.
    """

    name: str
    title: str
    organisation: str
    lead: str
    to_mend: tuple[FileRow, ...]
    to_answer: tuple[FileRow, ...]
    list_href: str
    due: tuple[DueRow, ...]
    due_shown: str
    waiting: tuple[DueRow, ...]
    sent: tuple[FileRow, ...]
    files_shown: str
    files_href: str
    catalogue_href: str
    several_organisations: bool
    trend_span: str
    trends: tuple[Trend, ...]
    decided: Decided
    decisions_href: str
    files: Mapping[str, bytes]


def steward_index(records: Records, words: Words) -> StewardIndex:
    """The page of one submitter in one language; also right where nothing was ever sent."""
    making = _Making(records, words)
    sent, returns = making.files(), making.returns()
    due = runs_of_months(_in_state(returns, (*TO_DO, ReturnStatus.LATE)), making.same)
    waiting = runs_of_months(_in_state(returns, (ReturnStatus.WAITING,)), making.same)
    to_mend = tuple(row for file, row in sent if file.row["to_mend"])
    asked = set(records.edition.queue.filter(kind=Waits.WARNINGS.value)["submission"])
    organisation = organisation_name(words, records.edition.registers, records.submitter)
    href = file_name("files", words.language, "csv")
    return StewardIndex(
        name=file_name("index", words.language),
        catalogue_href=catalogue_name(words.language),
        title=words.text("stewards.index.title", organisation=organisation),
        organisation=organisation,
        lead=_lead(words, len(to_mend), len(_in_state(returns, TO_DO))),
        to_mend=to_mend,
        to_answer=tuple(row for file, row in sent if file.row["submission"] in asked),
        list_href=queue_name(words.language, "csv"),
        due=making.due_rows(sorted(due, key=_most_urgent_first)[:LONGEST_DUE]),
        due_shown=shown_of(words, LONGEST_DUE, len(due)),
        waiting=making.due_rows(sorted(waiting, key=_soonest_first)),
        sent=tuple(row for _, row in sent[:LONGEST_FILES]),
        files_shown=shown_of(words, LONGEST_FILES, len(sent)),
        files_href=href,
        several_organisations=len({row["organisation"] for row in returns}) > 1,
        trend_span=trend_span(records.edition, words),
        trends=trends(records.edition, words),
        decided=decided(records.edition, words),
        decisions_href=decisions_name(words.language),
        files=_lists(records.edition, words, sent),
    )


def _lists(
    edition: Edition, words: Words, sent: Sequence[tuple[SentFile, FileRow]]
) -> dict[str, bytes]:
    """The lists to download, as far as anything stands in them."""
    found = {file_name("files", words.language, "csv"): _file_list(words, sent)} if sent else {}
    if edition.queue.height:
        found[queue_name(words.language, "csv")] = waiting_csv(edition, words)
    if edition.decisions.height:
        found[decisions_name(words.language)] = decisions_csv(edition, words)
    return found


def _file_list(words: Words, sent: Sequence[tuple[SentFile, FileRow]]) -> bytes:
    """All files of a submitter, newest first, as CSV bytes."""
    header = [words.text(f"stewards.index.{name}") for name in FILE_COLUMNS]
    return csv_bytes(header, (_file_line(file, row) for file, row in sent))


def _file_line(file: SentFile, row: FileRow) -> tuple[object, ...]:
    return (
        f"{in_wales(file.row['arrived']):%Y-%m-%d %H:%M}",
        masked(file.row["file_name"]),
        row.subject,
        row.months,
        row.result,
        file.row["rows_accepted"],
        file.problems,
        file.checks,
    )


def _lead(words: Words, files: int, attention: int) -> str:
    """What there is to do, files first."""
    counts = {"lead_files": files, "lead": attention}
    said = [words.text(f"stewards.index.{key}", n=n) for key, n in counts.items() if n]
    return " ".join(said) or words.text("stewards.index.lead_none")


def _in_state(returns: Rows, states: tuple[ReturnStatus, ...]) -> Rows:
    return tuple(row for row in returns if row["status"] in states)


def _most_urgent_first(run: Run) -> tuple[object, ...]:
    """What needs a file first, then what only came late; the newest deadline first in each."""
    is_in = run.same["status"] == ReturnStatus.LATE
    return (is_in, -_day(run.deadline), *_kind(run), -_day(run.last))


def _soonest_first(run: Run) -> tuple[object, ...]:
    return (_day(run.deadline), *_kind(run))


def _kind(run: Run) -> tuple[str, ...]:
    return tuple(run.same[name] for name in ("workstream", "table", "organisation"))


def _day(day: date) -> int:
    return day.toordinal()


def _counts(problems: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Submission -> number of problems, number of open questions: causes, as on the file's page."""
    in_header = pl.col("code").is_in(sorted(HEADER_CODES))
    causes = (
        unanswered(problems)
        .select("submission", "scope", "code", cause=pl.when(~in_header).then("column"))
        .unique()
    )
    is_asked = pl.col("scope") == Scope.INFORMATION.value
    is_duplicate = pl.col("code").is_in(sorted(DUPLICATE_CODES))
    is_sum = pl.col("code") == NOTHING_ACCEPTED.code
    counted = causes.group_by("submission").agg(
        problems=(~is_asked & ~is_sum).sum(),
        sums=is_sum.sum(),
        checks=(is_asked & ~is_duplicate).sum(),
    )
    return {
        submission: (found or sums, asked) for submission, found, sums, asked in counted.iter_rows()
    }


@dataclass(frozen=True, slots=True)
class _Making:
    """One page being made."""

    records: Records
    words: Words

    same = ("workstream", "table", "organisation", "status")

    def files(self) -> list[tuple[SentFile, FileRow]]:
        """This submitter's files, newest first, with numbers of problems and of questions."""
        counts = _counts(self.records.edition.problems)
        newest_first = reversed(list(self.records.files.values()))
        files = (SentFile(row, *counts.get(row["submission"], (0, 0))) for row in newest_first)
        return [(file, self._file_row(file)) for file in files]

    def returns(self) -> Rows:
        """Returns that this submitter sends, its own or those of others."""
        edition = self.records.edition
        tables = (table for contract in edition.contracts for table in contract.tables)
        return tuple(row for table in tables for row in self._sent(table))

    def _sent(self, table: Table) -> Iterator[Row]:
        organisations = table.organisations_of(self.records.submitter)
        for row in self.records.returns.get((table.workstream, table.id), ()):
            if row["organisation"] in organisations:
                yield row

    def due_rows(self, runs: Iterable[Run]) -> tuple[DueRow, ...]:
        return tuple(map(self._due_row, runs))

    def _due_row(self, run: Run) -> DueRow:
        status, organisation = str(run.same["status"]), run.same["organisation"]
        return DueRow(
            subject=self._subject(run.same),
            organisation=self._organisation(organisation),
            months=spoken_months(self.words, run.first, run.last),
            status=self.words.text(f"terms.return_statuses.{status}"),
            state=status,
            deadline=self.words.date(run.deadline),
            needs_action=status in TO_DO,
        )

    def _file_row(self, file: SentFile) -> FileRow:
        row, words = file.row, self.words
        return FileRow(
            received=spoken_moment(words, row["arrived"]),
            file=value_parts(words, row["file_name"]),
            subject=self._subject(row),
            months=spoken_months(words, row["period_from"], row["period_to"]),
            outcome=row["outcome"],
            result=result_of(words, row),
            rows=self._rows(row),
            problems=words.number(file.problems, 0),
            checks=words.number(file.checks, 0),
            href=page_name(row["submission"], words.language),
        )

    def _organisation(self, code: str) -> str:
        return organisation_name(self.words, self.records.edition.registers, code)

    def _subject(self, row: Row) -> str:
        table = table_of(self.records.edition, row)
        if table is None:
            return self.words.text("stewards.page.unknown_return")
        return self.words.text(f"{table.workstream}.tables.{table.id}.name")

    def _rows(self, file: Row) -> str:
        if not file["rows_read"]:
            return ""
        accepted, read = (file[name] or 0 for name in ("rows_accepted", "rows_read"))
        number = self.words.number
        return self.words.text(
            "stewards.index.rows_of", accepted=number(accepted, 0), read=number(read, 0)
        )
