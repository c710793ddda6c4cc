"""What waits, as the lines of a table and of a list to download.

Belongs here: one line for each file that waits and for each run of missing months, oldest first,
by the organisation that has to send. Does not belong here: what waits, and how many working days it
has waited (assets/steps/queue.py). Those differ every day, and a list whose lines did not change
must not change: only the page that names its day has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from data_contracts.problems import masked
from reports.edition import Edition
from reports.pages.problem_words import organisation_name
from reports.pages.safe_csv import csv_bytes
from reports.pages.submission_case import Row, table_of
from reports.pages.submission_history import Run, runs_of_months, spoken_months
from reports.pages.visible_text import Part, Parts, Style, value_parts
from reports.waiting import Waits
from reports.words import Words

CSV_COLUMNS = (
    "since", "kind", "sender", "organisation", "return", "first", "last", "file", "submission",
    "places", "todo",
)  # fmt: skip
SAME = ("submitter", "organisation", "workstream", "table")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """One line: a file, or missing returns of consecutive months, since the first deadline.

    `passed` is how many working days it has waited by the day of the edition. `organisation` is
    empty where the sender sends for itself; `file` is empty for missing returns.
    """

    kind: str
    what: str
    subject: str
    organisation: str
    months: str
    file: Parts
    since: str
    passed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingGroup:
    """All that one sender is waited for."""

    anchor: str
    name: str
    count: str
    rows: tuple[WaitingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """One kind of things that wait: how many, since when the oldest, and who has to do what."""

    kind: str
    name: str
    count: str
    oldest: str
    todo: str


def waiting_groups(edition: Edition, words: Words) -> tuple[WaitingGroup, ...]:
    """What waits by sender; whoever has waited longest comes first, in each group too."""
    making = _Making(edition, words)
    by_sender: dict[str, list[Row]] = {}
    for row in edition.queue.iter_rows(named=True):
        by_sender.setdefault(row["submitter"], []).append(row)
    return tuple(making.group(code, rows) for code, rows in by_sender.items())


def waiting_kinds(edition: Edition, words: Words) -> tuple[KindRow, ...]:
    """The kinds of which something waits, the one that has waited longest first."""
    kinds = edition.queue["kind"].unique(maintain_order=True)
    return tuple(
        KindRow(
            kind=kind,
            name=words.text(f"queue.kind.{kind}.name"),
            count=words.number(own.height, 0),
            oldest=words.date(own["since"][0]),
            todo=words.text(f"queue.kind.{kind}.todo"),
        )
        for kind in kinds
        for own in (edition.queue.filter(kind=kind),)
    )


def nothing_waits_for(edition: Edition, words: Words) -> str:
    """Senders that have nothing to do, by name; empty where there is none."""
    tables = [table for contract in edition.contracts for table in contract.tables]
    due = {table.submitter_of(code) for table in tables for code in table.due_organisations}
    free = due - set(edition.queue["submitter"])
    names = sorted(organisation_name(words, edition.registers, code) for code in free)
    return words.text("queue.waiting.free", names=", ".join(names)) if names else ""


def waiting_csv(edition: Edition, words: Words) -> bytes:
    """Every single thing that waits, oldest first."""
    header = [words.text(f"queue.list.{name}") for name in CSV_COLUMNS]
    making = _Making(edition, words)
    return csv_bytes(header, map(making.line, edition.queue.iter_rows(named=True)))


@dataclass(frozen=True, slots=True)
class _Making:
    """One page being made."""

    edition: Edition
    words: Words

    def group(self, sender: str, rows: list[Row]) -> WaitingGroup:
        dated = [*self._missing(rows), *map(self._file, _files(rows))]
        made = sorted(dated, key=lambda pair: pair[0])
        return WaitingGroup(
            anchor=f"org-{sender}",
            name=self._name(sender),
            count=self.words.number(len(rows), 0),
            rows=tuple(row for _, row in made),
        )

    def line(self, row: Row) -> tuple[object, ...]:
        """A line of the list to download."""
        return (
            row["since"],
            self.words.text(f"queue.kind.{row['kind']}.name"),
            self._name(row["submitter"]),
            self._name(row["organisation"]),
            self._subject(row),
            _month(row["period"]),
            _month(row["period_to"]),
            masked(row["file_name"] or ""),
            row["submission"],
            row["problems"] if row["kind"] == Waits.WARNINGS else None,
            self.words.text(f"queue.kind.{row['kind']}.todo"),
        )

    def _missing(self, rows: Iterable[Row]) -> Iterable[tuple[date, WaitingRow]]:
        missing = [row for row in rows if row["kind"] == Waits.MISSING]
        by_month = {_key(row, row["period"]): row for row in missing}
        runs = runs_of_months(({**row, "deadline": row["since"]} for row in missing), SAME)
        for run in sorted(runs, key=lambda run: run.first):
            first = by_month[_key(run.same, run.first)]
            yield first["since"], self._run(run, first)

    def _run(self, run: Run, first: Row) -> WaitingRow:
        case = "deadline" if run.first == run.last else "first_deadline"
        return self._row(
            run.same,
            Waits.MISSING,
            months=spoken_months(self.words, run.first, run.last),
            file=(),
            since=self._due(run.same, case, first["since"]),
            days=first["working_days"],
        )

    def _file(self, row: Row) -> tuple[date, WaitingRow]:
        kind = Waits(row["kind"])
        case = "arrived" if kind is Waits.WARNINGS else "first_sent"
        made = self._row(
            row,
            kind,
            months=spoken_months(self.words, row["period"], row["period_to"]),
            file=self._named(row),
            since=self.words.text(f"queue.since.{case}", date=self.words.date(row["since"])),
            days=row["working_days"],
        )
        return row["since"], made

    def _row(
        self, row: Row, kind: Waits, *, months: str, file: Parts, since: str, days: int
    ) -> WaitingRow:
        other = row["organisation"] if row["organisation"] != row["submitter"] else ""
        return WaitingRow(
            kind=kind.value,
            what=self._what(row, kind),
            subject=self._subject(row),
            organisation=self._name(other) if other else "",
            months=months,
            file=file,
            since=since,
            passed=self.words.text("queue.waiting.passed", days=self.words.number(days, 0)),
        )

    def _what(self, row: Row, kind: Waits) -> str:
        name = self.words.text(f"queue.kind.{kind}.name")
        if kind is not Waits.WARNINGS:
            return name
        return self.words.text("queue.places", what=name, n=row["problems"])

    def _due(self, row: Row, case: str, since: date) -> str:
        table = table_of(self.edition, row)
        said = self.words.text(f"queue.since.{case}", date=self.words.date(since))
        if table is None:
            return said
        days = self.words.number(table.deadline_working_days, 0)
        return self.words.text("queue.since.agreed", said=said, days=days)

    def _named(self, row: Row) -> Parts:
        """A file by its name; by its submission where the name is not for these readers."""
        if row["file_name"] is not None:
            return value_parts(self.words, row["file_name"])
        named = self.words.text("queue.submission", submission=row["submission"])
        return (Part(named, Style.TEXT),)

    def _subject(self, row: Row) -> str:
        table = table_of(self.edition, row)
        if table is None:
            return self.words.text("stewards.page.unknown_return")
        return self.words.text(f"{table.workstream}.tables.{table.id}.name")

    def _name(self, code: str) -> str:
        return organisation_name(self.words, self.edition.registers, code)


def _files(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if row["kind"] != Waits.MISSING)


def _key(row: Mapping[str, object], month: date) -> tuple[object, ...]:
    return (*(row[name] for name in SAME), month)


def _month(month: date | None) -> str:
    return "" if month is None else f"{month:%Y-%m}"
