"""What became of a steward's files: the history of attempts, and whose figures are in force.

Belongs here: rows of both tables. Does not belong here: deciding what is in force (the edition's
returns say so).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from data_contracts.problems import masked
from reports.deadlines import in_wales
from reports.months import number_of, spans
from reports.pages.file_names import file_name
from reports.pages.months_used import months_ahead, months_shown, shown_after
from reports.pages.problem_words import organisation_name
from reports.pages.submission_case import Case, Row, Rows
from reports.pages.visible_text import Part, Parts, Style, value_parts
from reports.words import Words

LONGEST_HISTORY = 30
# What tells runs of months apart that the report does not show yet.
AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One file that was sent: when, what became of it, how many months it gives to the report.

    Files with the same `fingerprint` have the same bytes.
    """

    received: str
    file: Parts
    fingerprint: str
    outcome: str
    result: str
    in_force: str
    is_this: bool
    href: str


@dataclass(frozen=True, slots=True)
class Run:
    """Returns of consecutive months that have the values `same` in common."""

    same: Row
    first: date
    last: date
    deadline: date


@dataclass(frozen=True, slots=True)
class InForceRow:
    """A run of months that one file gives to the report; `href` is None for no file or this one."""

    organisation: str
    months: str
    status: str
    file: Parts
    href: str | None


def page_name(submission: str, language: str) -> str:
    """The file name of a submission's page."""
    return file_name(f"submission-{submission}", language)


def list_name(submission: str, language: str) -> str:
    """The file name of the list of its problems."""
    return file_name(f"submission-{submission}", language, "csv")


def spoken_months(words: Words, first: date | None, last: date | None) -> str:
    """`October 2026`, `January 2021 to March 2023`, or words for months that are not known."""
    if first is None or last is None:
        return words.text("stewards.page.unknown_months")
    if first == last:
        return words.month(first)
    return words.text("stewards.page.months", first=words.month(first), last=words.month(last))


def spoken_moment(words: Words, moment: datetime) -> str:
    """`20 November 2026, 16:42`, by the clocks of Wales."""
    known = in_wales(moment)
    return words.text(
        "stewards.page.at", date=words.date(known.date()), time=known.strftime("%H:%M")
    )


def spoken_spans(words: Words, every: Iterable[date]) -> str:
    """`January 2021, March 2021 to May 2021`: each stretch of some months."""
    return ", ".join(spoken_months(words, first, last) for first, last in spans(every))


def shown_of(words: Words, shown: int, n: int) -> str:
    """`Showing 20 of 1,204.`, or nothing where all are shown."""
    if shown >= n:
        return ""
    return words.text("stewards.shown", shown=words.number(shown, 0), n=words.number(n, 0))


def history(case: Case) -> Rows:
    """Files of the same submitter and return for any of the same months, newest first.

    Where the months of this file are not known: all files of that return.
    """
    same = case.records.by_return[case.this["workstream"], case.this["table"]]
    return tuple(row for row in reversed(same) if shares_months(row, case.this))


def shares_months(row: Row, this: Row) -> bool:
    """Whether a file belongs to the history of another of the same return, or of itself."""
    if this["period_from"] is None or row["submission"] == this["submission"]:
        return True
    if None in (row["period_from"], row["period_to"], this["period_to"]):
        return False
    overlaps: bool = (
        row["period_from"] <= this["period_to"] and row["period_to"] >= this["period_from"]
    )
    return overlaps


def history_rows(case: Case, files: Rows) -> tuple[HistoryRow, ...]:
    """The newest files as rows to print."""
    return tuple(_history_row(case, file) for file in files[:LONGEST_HISTORY])


def _history_row(case: Case, file: Row) -> HistoryRow:
    words = case.words
    return HistoryRow(
        received=spoken_moment(words, file["arrived"]),
        file=value_parts(words, file["file_name"]),
        fingerprint=words.text("stewards.history.fingerprint", start=_start(file["sha256"])),
        outcome=file["outcome"],
        result=result_of(words, file),
        in_force=_in_report(case, file),
        is_this=file["submission"] == case.id,
        href=page_name(file["submission"], words.language),
    )


def _start(sha256: str) -> str:
    """`9f3c 71ab`: enough to tell files apart."""
    return f"{sha256[:4]} {sha256[4:8]}"


def result_of(words: Words, file: Row) -> str:
    """What became of a file, and what was decided about it or took its place since."""
    names = ("trial", "withdrawn", "released", "superseded_by")
    decided = [name for name in names if file.get(name)]
    outcome = words.text(f"stewards.outcome.{file['outcome']}.name")
    said = (words.text(f"stewards.history.{name}") for name in decided)
    return "; ".join((outcome, *said))


def _in_report(case: Case, file: Row) -> str:
    """Whether a file is in the report, or when it will be."""
    shown, ahead = months_shown(case.edition, file), months_ahead(case.edition, file)
    if shown or not ahead:
        key = "in_use" if shown else "not_in_use"
        return case.words.text(f"stewards.history.{key}", n=len(shown))
    deadline = case.words.date(shown_after(case.edition, ahead))
    return case.words.text("stewards.history.ahead", deadline=deadline)


def returns_of(case: Case) -> Rows:
    """The returns for the months and organisations of a file; none for unknown months."""
    kind = (case.this["workstream"], case.this["table"])
    returns = case.records.returns_between(kind, case.first_month, case.last_month)
    organisations = frozenset(case.organisations)
    return tuple(row for row in returns if row["organisation"] in organisations)


def runs_of_months(returns: Iterable[Row], same: Sequence[str]) -> list[Run]:
    """Returns with consecutive months of equal `same` columns together, the newest run first."""
    alike: dict[tuple[Any, ...], list[Row]] = {}
    for row in returns:
        alike.setdefault(tuple(row[name] for name in same), []).append(row)
    # Sorting keeps the order of equals: by the columns, those without a value last, then by month.
    ordered = sorted(alike, key=lambda values: [(value is None, value or "") for value in values])
    runs = [
        run
        for values in ordered
        for run in _runs(dict(zip(same, values, strict=True)), alike[values])
    ]
    return sorted(runs, key=lambda run: run.last, reverse=True)


def _runs(same: Row, rows: Iterable[Row]) -> Iterator[Run]:
    ordered = enumerate(sorted(rows, key=lambda row: row["period"]))
    # Along equal returns, month minus place is constant while there is no gap.
    for _, numbered in groupby(ordered, key=lambda pair: number_of(pair[1]["period"]) - pair[0]):
        run = [row for _, row in numbered]
        deadline = max(row["deadline"] for row in run)
        yield Run(same, run[0]["period"], run[-1]["period"], deadline)


def in_force_rows(case: Case) -> tuple[InForceRow, ...]:
    """Whose figures are in the report for each month of this file, the newest first."""
    month = case.edition.data_month
    returns = (
        {**row, AHEAD: AHEAD if row["submission"] and row["period"] > month else ""}
        for row in returns_of(case)
    )
    runs = runs_of_months(returns, ("organisation", "status", "submission", AHEAD))
    runs.sort(key=lambda run: run.same["organisation"])
    return tuple(_in_force_row(case, run) for run in runs)


def _in_force_row(case: Case, run: Run) -> InForceRow:
    used: str | None = run.same["submission"]
    other = used != case.id and used in case.records.files
    words, registers = case.words, case.edition.registers
    return InForceRow(
        organisation=organisation_name(words, registers, run.same["organisation"]),
        months=spoken_months(words, run.first, run.last),
        status=words.text(f"terms.return_statuses.{run.same['status']}"),
        file=_used_file(case, used) + _not_yet(case, run),
        href=page_name(str(used), words.language) if other else None,
    )


def _not_yet(case: Case, run: Run) -> Parts:
    """That the report does not show a run of months yet, behind the name of its file."""
    if not run.same[AHEAD]:
        return ()
    deadline = case.words.date(shown_after(case.edition, (run.last,)))
    said = case.words.text("stewards.in_force.ahead", deadline=deadline)
    # Our own words, put together here: a space of them is no hidden sign of a name.
    return (Part(f" {said}", Style.TEXT),)


def _used_file(case: Case, used: str | None) -> Parts:
    if used is None:
        return value_parts(case.words, case.words.text("stewards.in_force.no_file"))
    if used == case.id:
        return value_parts(case.words, case.words.text("stewards.in_force.this_file"))
    known = case.records.files.get(used)
    if known is None:
        # One that another submitter sent: its name is not for these readers.
        return value_parts(case.words, case.words.text("stewards.in_force.other_sender"))
    return value_parts(case.words, masked(known["file_name"]))
