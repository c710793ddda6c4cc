"""The opening of a steward's page: what became of the file, by when to act, and what to do.

Belongs here: which sentence is true of an outcome, a deadline and an earlier file. Does not belong
here: deciding the outcome (assets.steps) and the words (stewards.yaml).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import takewhile
from pathlib import PurePath

from data_contracts.contract import Table
from data_contracts.problems import Outcome
from data_contracts.working_days import deadline
from reports.pages.problem_groups import ProblemGroup
from reports.pages.submission_case import Case, Rows
from reports.pages.submission_history import page_name, spoken_months
from reports.pages.visible_text import Parts, quoted, sentence_parts

UNUSED = frozenset({Outcome.REFUSED, Outcome.QUARANTINED})
TO_MEND = UNUSED | {Outcome.PARTLY_ACCEPTED}
USED = frozenset({Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WARNINGS})

MEND = ("mend", "save", "send", "try")
STEPS: Mapping[Outcome, tuple[str, ...]] = {
    Outcome.ACCEPTED: ("nothing",),
    Outcome.ACCEPTED_WITH_WARNINGS: ("answer", *MEND),
    Outcome.PARTLY_ACCEPTED: MEND,
    Outcome.REFUSED: MEND,
    Outcome.QUARANTINED: MEND,
    Outcome.DUPLICATE: ("duplicate",),
}
STEPS_AFTER_IDENTIFIERS = ("tell_governance", "remove_identifiers", "save", "send")
# Where return or months are not known, no name for the next file can be given.
UNNAMED = {"save": "save_generic"}
READ_TYPES = frozenset({".xlsx", ".csv"})
VERSION = re.compile(r"_v([0-9]{1,4})$", re.IGNORECASE)


class Moment(StrEnum):
    """Where a day lies between the deadlines of a month; the values are keys of words."""

    BEFORE_DEADLINE = "before_deadline"
    BEFORE_CLOSING = "before_closing"
    AFTER_CLOSING = "after_closing"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the opening; `href` leads to the file it speaks of."""

    text: Parts
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Stat:
    """A number with its words."""

    number: str
    label: str


def heading(case: Case, to_mend: Sequence[ProblemGroup], to_check: Sequence[ProblemGroup]) -> str:
    """The outcome in one line: how many problems or questions, and in how many places."""
    told = {Outcome.ACCEPTED_WITH_WARNINGS: to_check, Outcome.REFUSED: to_mend}
    groups = told.get(case.outcome, ())
    n = case.this["rows_set_aside"] if case.outcome is Outcome.PARTLY_ACCEPTED else len(groups)
    title = case.words.text(f"stewards.outcome.{case.outcome}.title", n=n)
    places = sum(group.n for group in groups)
    if places <= len(groups):
        return title
    where = groups[0].count if len(groups) == 1 else case.words.text("stewards.places", n=places)
    return case.words.text("stewards.outcome_in", title=title, places=where)


def lines(case: Case, files: Rows) -> tuple[Line, ...]:
    """What the outcome means for the report, and which other file of `files` matters now."""
    n = case.this["rows_accepted"] or 0
    meaning = case.words.text(f"stewards.outcome.{case.outcome}.meaning", n=n)
    return (Line(sentence_parts(case.words, meaning)), *_other_files(case, files))


def _other_files(case: Case, files: Rows) -> list[Line]:
    if case.outcome is Outcome.DUPLICATE:
        return _line(case, "duplicate_of", _original(case))
    superseded = is_superseded(case, files)
    used = tuple(row for row in files if row["submission"] != case.id and row["months_in_force"])
    lines = [] if superseded else _line(case, "newer", newer_files(case, files))
    if case.outcome in TO_MEND or superseded:
        lines += _line(case, "kept", used)
    if case.outcome in UNUSED and not used and case.first_month is not None:
        lines.append(Line(sentence_parts(case.words, case.words.text("stewards.earlier.none"))))
    return lines


def newer_files(case: Case, files: Rows) -> Rows:
    """Files that arrived after this one, newest first, out of a history with this one in it."""
    return tuple(takewhile(lambda row: row["submission"] != case.id, files))


def is_superseded(case: Case, files: Rows) -> bool:
    """Whether a later file is in the report: then nothing more is asked about this one."""
    return any(row["months_in_force"] for row in newer_files(case, files))


def _original(case: Case) -> Rows:
    """The file that this one repeats, where it is known."""
    original = case.records.files.get(case.this["duplicate_of"])
    return () if original is None else (original,)


def _line(case: Case, key: str, files: Rows) -> list[Line]:
    """The sentence about the newest of the given files, which come newest first; none for none."""
    if not files:
        return []
    file = files[0]
    sentence = case.words.text(
        f"stewards.earlier.{key}",
        file=quoted(file["file_name"]),
        date=case.words.date(file["arrived"].date()),
    )
    href = page_name(file["submission"], case.words.language)
    return [Line(sentence_parts(case.words, sentence), href)]


def deadline_sentence(case: Case, files: Rows) -> Parts:
    """By when to send a mended file, or whether an accepted one was in time; empty for neither."""
    if case.outcome is Outcome.DUPLICATE or is_superseded(case, files):
        return ()
    if case.table is None or case.last_month is None:
        return _said(case, "unknown", {}) if case.outcome in TO_MEND else ()
    due, closing = deadlines(case.table, case.last_month)
    if case.outcome in USED:
        key = "met" if case.this["arrived"].date() <= due else "not_met"
    else:
        key = moment(case.edition.today, due, closing)
    facts = {
        "deadline": case.words.date(due),
        "closing": case.words.date(closing),
        "months": spoken_months(case.words, case.first_month, case.last_month),
    }
    return _said(case, key, facts)


def _said(case: Case, key: str, facts: Mapping[str, str]) -> Parts:
    return sentence_parts(case.words, case.words.text(f"stewards.deadline.{key}", **facts))


def deadlines(table: Table, month: date) -> tuple[date, date]:
    """The last day to be on time for a month, and the last day to be in its final report."""
    days = table.deadline_working_days
    return _deadline(month, days), _deadline(month, days + table.closing_working_days)


@cache
def _deadline(month: date, working_days: int) -> date:
    """As deadline: files by the hundred ask for the same few months."""
    return deadline(month, working_days)


def moment(today: date, due: date, closing: date) -> Moment:
    """Where today lies; both days themselves are still in time."""
    if today <= due:
        return Moment.BEFORE_DEADLINE
    return Moment.BEFORE_CLOSING if today <= closing else Moment.AFTER_CLOSING


def stats(case: Case, to_check: int) -> tuple[Stat, ...]:
    """Rows read, used, set aside, and things to check; nothing where no row was read."""
    if not case.this["rows_read"]:
        return ()
    counts = {name: case.this[name] for name in ("rows_read", "rows_accepted", "rows_set_aside")}
    return tuple(
        Stat(case.words.number(n, 0), case.words.text(f"stewards.stats.{name}"))
        for name, n in {**counts, "to_check": to_check}.items()
    )


def steps(case: Case, files: Rows) -> tuple[Parts, ...]:
    """What to do, in order."""
    keys = _step_keys(case, files)
    name = next_name(case, files)
    facts = {
        "submission": case.id,
        "file": quoted(case.this["file_name"]),
        "next": quoted(name or ""),
        "folder": quoted(f"inbox/{case.this['submitter']}/"),
        "command": quoted(f"safecare check {name}"),
    }
    said = keys if name is not None else [UNNAMED.get(key, key) for key in keys if key != "try"]
    return tuple(
        sentence_parts(case.words, case.words.text(f"stewards.todo.{key}", **facts)) for key in said
    )


def _step_keys(case: Case, files: Rows) -> tuple[str, ...]:
    if case.may_name_a_person:
        return STEPS_AFTER_IDENTIFIERS
    return ("superseded",) if is_superseded(case, files) else STEPS[case.outcome]


def next_name(case: Case, files: Rows) -> str | None:
    """The name for the next file: the agreed form, one version after the newest that was sent.

    None where return or months are not known.
    """
    if case.table is None or case.first_month is None or case.last_month is None:
        return None
    months = dict.fromkeys(f"{month:%Y%m}" for month in (case.first_month, case.last_month))
    extension = PurePath(case.this["file_name"]).suffix.lower()
    return (
        f"{case.this['submitter']}_{case.table.topic}_{'-'.join(months)}"
        f"_v{_newest_version(files) + 1:02}{extension if extension in READ_TYPES else '.xlsx'}"
    )


def _newest_version(files: Rows) -> int:
    return max((row["version"] for row in files if row["version"] is not None), default=0)
