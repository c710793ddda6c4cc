"""The audit list: what was decided on files and places, by which role and team, why, from when.

Belongs here: the lines of the list on pages and as CSV. Does not belong here: decisions themselves
(assets/steps/decisions.py). Reasons are shown as they were written, whatever the page's language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data_contracts.problems import masked
from reports.edition import Edition
from reports.pages.problem_words import organisation_name
from reports.pages.safe_csv import csv_bytes
from reports.pages.submission_case import Row
from reports.pages.submission_history import shown_of
from reports.pages.visible_text import Parts, value_parts
from reports.words import SOURCE, Words

LONGEST = 100
CSV_COLUMNS = (
    "decided", "effective", "ends", "organisation", "decision", "subject", "detail", "by", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """One decision. `subject` is the file or the place, `detail` what of it; both as text."""

    organisation: str
    decision: str
    subject: Parts
    detail: str
    by: str
    reason: Parts
    decided: str
    effective: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The newest decisions, by organisation; `shown` says how many there are where some are not.

    `language` is that of reasons and roles: a decision does not say it, and is written in English.
    """

    rows: tuple[DecisionRow, ...]
    shown: str
    language: str = SOURCE


def decided(edition: Edition, words: Words) -> Decided:
    """What an audience may see of the decisions."""
    making = _Making(edition, words)
    newest = list(edition.decisions.head(LONGEST).iter_rows(named=True))
    ordered = sorted(newest, key=lambda row: making.organisation(row["organisation"]))
    return Decided(
        rows=tuple(map(making.row, ordered)),
        shown=shown_of(words, len(newest), edition.decisions.height),
    )


def decisions_csv(edition: Edition, words: Words) -> bytes:
    """Every decision, the newest first."""
    header = [words.text(f"queue.decisions.column.{name}") for name in CSV_COLUMNS]
    making = _Making(edition, words)
    return csv_bytes(header, map(making.line, edition.decisions.iter_rows(named=True)))


@dataclass(frozen=True, slots=True)
class _Making:
    """One list being made."""

    edition: Edition
    words: Words

    def row(self, row: Row) -> DecisionRow:
        words = self.words
        return DecisionRow(
            organisation=self.organisation(row["organisation"]),
            decision=self._decision(row),
            subject=value_parts(words, self._subject(row)),
            detail=self._detail(row),
            by=_by(row),
            reason=value_parts(words, row["reason"], longest=len(row["reason"])),
            decided=self._decided(row),
            effective=self._effective(row),
        )

    def line(self, row: Row) -> tuple[object, ...]:
        """A line of the list to download."""
        return (
            row["decided"], row["effective"], row["ends"], self.organisation(row["organisation"]),
            self._decision(row), masked(self._subject(row)), self._detail(row), _by(row),
            masked(row["reason"]),
        )  # fmt: skip

    def organisation(self, code: str | None) -> str:
        if code is None:
            return self.words.text("queue.decisions.unknown")
        return organisation_name(self.words, self.edition.registers, code)

    def _decision(self, row: Row) -> str:
        return self.words.text(f"queue.decisions.kind.{row['decision']}")

    def _subject(self, row: Row) -> str:
        if row["site"] is None:
            return str(row["file_name"] or row["submission"])
        site = self.edition.registers.site(row["site"])
        return str(row["site"]) if site is None else site.name(self.words.language)

    def _detail(self, row: Row) -> str:
        said = [
            self.words.text(f"queue.decisions.of.{name}", **{name: masked(f"{row[name]}")})
            for name in ("ward", "code", "row", "column")
            if row[name] is not None
        ]
        if row["tables"]:
            names = ", ".join(map(self._return, row["tables"]))
            said.append(self.words.text("queue.decisions.of.tables", names=names))
        return ", ".join(said)

    def _return(self, name: str) -> str:
        """A return by its name; as it was written where no contract has it."""
        workstream, _, table = name.partition(".")
        key = f"{workstream}.tables.{table}.name"
        return self.words.text(key) if self.words.has(key) else masked(name)

    def _decided(self, row: Row) -> str:
        if row["decided"] is None:
            return self.words.text("queue.decisions.undated")
        return self.words.date(row["decided"])

    def _effective(self, row: Row) -> str:
        if row["effective"] is None:
            return self.words.text("queue.decisions.undated")
        starts = self.words.date(row["effective"])
        if row["ends"] is None:
            return starts
        ends = self.words.date(row["ends"])
        return self.words.text("stewards.page.months", first=starts, last=ends)


def _by(row: Row) -> str:
    """Role and team, as they were written."""
    said: Iterable[str] = (masked(row[name]) for name in ("role", "team") if row[name])
    return ", ".join(said)
