"""The opening of a steward's page: what became of the file, by when to act, and what to do.

Belongs here: which sentence is true of an outcome, a deadline and another file. Does not belong
here: deciding the outcome (assets.steps) and the words (stewards.yaml). Which file counts and what
is still to mend, is not worked out here but read (`months_in_force`, `to_mend`): a file that came
later may have a lower version, and one of a few months does not settle one of many.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePath

from data_contracts.problems import (
    IN_FULL,
    NOT_TAKEN,
    TAKEN,
    TO_MEND,
    TOTAL_ROW,
    Outcome,
    masked,
)
from reports.deadlines import deadlines, in_wales
from reports.months import months
from reports.pages.months_used import months_ahead, months_shown, shown_after
from reports.pages.problem_groups import ProblemGroup
from reports.pages.return_statuses import LATE, ON_TIME
from reports.pages.submission_case import Case, Row, Rows
from reports.pages.submission_history import page_name, returns_of, spoken_months, spoken_spans
from reports.pages.visible_text import Parts, quoted, sentence_parts

MEND = ("mend", "save", "try", "send")
STEPS: Mapping[Outcome, tuple[str, ...]] = {
    Outcome.ACCEPTED: ("nothing",),
    Outcome.ACCEPTED_WITH_WARNINGS: ("answer", *MEND),
    Outcome.PARTLY_ACCEPTED: MEND,
    Outcome.REFUSED: MEND,
    Outcome.QUARANTINED: MEND,
    Outcome.DUPLICATE: ("duplicate",),
}
TOLD_BY_NAME = {"tell_governance": "tell_contact"}
STEPS_AFTER_IDENTIFIERS = ("tell_governance", "remove_identifiers", "save", "send")
# Where return or months are not known, no name for the next file can be given.
UNNAMED = {"save": "save_generic"}
READ_TYPES = frozenset({".xlsx", ".csv"})


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
    if lacks_wards(case):
        return case.words.text("stewards.outcome.accepted_with_warnings.title_lacking")
    if case.outcome is Outcome.QUARANTINED and case.is_released:
        return case.words.text("stewards.outcome.quarantined.title_released")
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
    # Such a file is asked about, also where its other questions are answered.
    outcome = Outcome.ACCEPTED_WITH_WARNINGS if lacks_wards(case) else case.outcome
    meaning = case.words.text(
        f"stewards.outcome.{outcome}.{_meaning(case)}",
        n=n,
        months=spoken_spans(case.words, months_shown(case.edition, case.this)),
    )
    opening = Line(sentence_parts(case.words, meaning))
    after = (*_came_back(case), *_ahead(case), *_other_files(case, files))
    return (*_set_apart(case), opening, *after)


def _set_apart(case: Case) -> list[Line]:
    """That nothing of the file counts (it was only tried, or withdrawn); what was answered."""
    apart = [name for name in ("trial", "withdrawn", "released") if case.this.get(name)]
    said = [case.words.text(f"stewards.standing.{name}") for name in apart]
    if case.answered:
        said.append(case.words.text("stewards.standing.answered", n=len(case.answered)))
    return [Line(sentence_parts(case.words, one)) for one in said]


def _came_back(case: Case) -> Iterator[Line]:
    """What becomes of a file that was locked away, or where it is read after all."""
    if case.may_name_a_person and not case.is_released:
        yield Line(sentence_parts(case.words, case.words.text("stewards.standing.locked")))
    if case.release is not None:
        yield _release(case, case.release)
    for other in case.came_back:
        outcome = case.words.text(f"stewards.outcome.{case.records.files[other]['outcome']}.name")
        said = case.words.text("stewards.standing.came_back", outcome=outcome)
        yield Line(sentence_parts(case.words, said), page_name(other, case.words.language))


def _release(case: Case, decided: Row) -> Line:
    """When it was released and by which role; and what comes next, until it has been read."""
    words = case.words
    facts = {"date": words.date(decided["decided"]), "role": quoted(masked(decided["role"]))}
    said = words.text("stewards.standing.released_by", **facts)
    if not case.came_back:
        said = f"{said} {words.text('stewards.standing.read_next')}"
    return Line(sentence_parts(words, said))


def _meaning(case: Case) -> str:
    """A file of which rows were taken may be in the report for all, some or none of its months."""
    if case.outcome is Outcome.QUARANTINED and case.is_released:
        return "meaning_released"
    if case.outcome not in TAKEN:
        return "meaning"
    used, first, last = months_shown(case.edition, case.this), case.first_month, case.last_month
    if lacks_wards(case):
        return "meaning_lacking"
    if not used:
        return "meaning_ahead" if months_ahead(case.edition, case.this) else "meaning_unused"
    is_whole = first is None or last is None or set(months(first, last)) <= set(used)
    return "meaning" if is_whole or case.outcome not in IN_FULL else "meaning_partly_used"


def _ahead(case: Case) -> list[Line]:
    """When months that are not due yet will be in the report."""
    ahead = months_ahead(case.edition, case.this)
    if not ahead:
        return []
    said = case.words.text(
        "stewards.earlier.ahead",
        months=spoken_spans(case.words, ahead),
        deadline=case.words.date(shown_after(case.edition, ahead)),
    )
    return [Line(sentence_parts(case.words, said))]


def _other_files(case: Case, files: Rows) -> list[Line]:
    if case.outcome is Outcome.DUPLICATE:
        return _line(case, "duplicate_of", _original(case))
    others = tuple(row for row in files if row["submission"] != case.id)
    used = tuple(row for row in others if _shared_months(case, row))
    lines = [
        *_line(case, "superseded", tuple(r for r in others if r["submission"] == _newer(case))),
        *(_line(case, _kept(case, used), used) if _is_replaced(case) else ()),
    ]
    if case.outcome in NOT_TAKEN and not used and case.first_month is not None:
        lines.append(Line(sentence_parts(case.words, case.words.text("stewards.earlier.none"))))
    return lines


def _kept(case: Case, used: Rows) -> str:
    """Another file is in use, or will be once the report has come to its months."""
    shown = used and min(_shared_months(case, used[0])) <= case.edition.data_month
    return "kept" if shown else "kept_ahead"


def _is_replaced(case: Case) -> bool:
    """Whether another file's figures may stand where those of this one would."""
    return case.outcome in TO_MEND or not case.this["months_in_force"]


def _newer(case: Case) -> str | None:
    """The newest attempt at the same return, where that waits to be mended instead of this one."""
    newer: str | None = case.this.get("superseded_by")
    return newer


def is_settled(case: Case) -> bool:
    """Whether nothing more is asked about a file that had something to mend or to check.

    One to mend is settled by a newer file, be it one that is to be mended in its place, or by a
    decision; one to check is no longer asked about once none of its figures is in the report.
    """
    if case.outcome in TO_MEND or lacks_wards(case):
        return not case.this["to_mend"]
    return not case.this["months_in_force"]


def lacks_wards(case: Case) -> bool:
    """Whether a file was accepted but is not used, as wards are missing that were sent before."""
    return case.outcome in IN_FULL and bool(case.this["to_mend"] or _newer(case))


def _original(case: Case) -> Rows:
    """The file that this one repeats, where it is known."""
    original = case.records.files.get(case.this["duplicate_of"])
    return () if original is None else (original,)


def _line(case: Case, key: str, files: Rows) -> list[Line]:
    """The sentence about the last to come of the given files (they come first); none for none."""
    if not files:
        return []
    file = files[0]
    sentence = case.words.text(
        f"stewards.earlier.{key}",
        file=quoted(file["file_name"]),
        date=case.words.date(in_wales(file["arrived"]).date()),
        months=spoken_spans(case.words, _shared_months(case, file)),
    )
    href = page_name(file["submission"], case.words.language)
    return [Line(sentence_parts(case.words, sentence), href)]


def _shared_months(case: Case, file: Row) -> list[date]:
    """The months for which another file is in the report, as far as this one is about them."""
    first, last = case.first_month or date.min, case.last_month or date.max
    return [month for month in file["months_in_force"] if first <= month <= last]


def deadline_sentence(case: Case) -> Parts:
    """By when to send a mended file, or whether an accepted one was in time; empty for neither."""
    if case.outcome is Outcome.DUPLICATE or is_settled(case):
        return ()
    if case.table is None or case.last_month is None:
        return _said(case, "unknown", {}) if case.outcome in TO_MEND else ()
    due, closing = deadlines(case.table, case.last_month)
    is_in = case.outcome in IN_FULL and not lacks_wards(case)
    key = _arrival(case, due) if is_in else moment(case.edition.today, due, closing).value
    facts = {
        "deadline": case.words.date(due),
        "closing": case.words.date(closing),
        "months": spoken_months(case.words, case.first_month, case.last_month),
    }
    return _said(case, key, facts)


def _said(case: Case, key: str, facts: Mapping[str, str]) -> Parts:
    return sentence_parts(case.words, case.words.text(f"stewards.deadline.{key}", **facts))


def _arrival(case: Case, due: date) -> str:
    """When a file came that counts. What is late is the return: an earlier file may have been in.

    The return's status is the night's, and is read here so that a page says one thing.
    """
    if in_wales(case.this["arrived"]).date() <= due:
        return "met"
    statuses = {row["status"] for row in returns_of(case) if row["period"] == case.last_month}
    if statuses & ON_TIME:
        return "met_before"
    return "not_met" if LATE in statuses else "came_after"


def moment(today: date, due: date, closing: date) -> Moment:
    """Where today lies; both days themselves are still in time."""
    if today <= due:
        return Moment.BEFORE_DEADLINE
    return Moment.BEFORE_CLOSING if today <= closing else Moment.AFTER_CLOSING


def stats(case: Case, to_check: int) -> tuple[Stat, ...]:
    """Rows read, used, set aside, left out, and things to check; nothing where no row was read."""
    if not case.this["rows_read"]:
        return ()
    counts = {name: case.this[name] for name in ("rows_read", "rows_accepted", "rows_set_aside")}
    totals = sum(row["code"] == TOTAL_ROW.code for row in case.problems)
    # Few files have rows of totals; without them the other counts would not add up.
    left_out = {"rows_left_out": totals} if totals else {}
    return tuple(
        Stat(case.words.number(n, 0), case.words.text(f"stewards.stats.{name}"))
        for name, n in {**counts, **left_out, "to_check": to_check}.items()
    )


def steps(case: Case, files: Rows) -> tuple[Parts, ...]:
    """What to do, in order."""
    keys = _step_keys(case)
    name = next_name(case, files)
    facts = {
        "submission": case.id,
        "file": quoted(case.this["file_name"]),
        "next": quoted(name or ""),
        "folder": quoted(f"inbox/{case.this['submitter']}/"),
        "command": quoted(f"safecare check {name}"),
        "contact": quoted(case.contact),
    }
    if name is None:
        keys = tuple(UNNAMED.get(key, key) for key in keys if key != "try")
    if case.contact:
        keys = tuple(TOLD_BY_NAME.get(key, key) for key in keys)
    return tuple(
        sentence_parts(case.words, case.words.text(f"stewards.todo.{key}", **facts)) for key in keys
    )


def _step_keys(case: Case) -> tuple[str, ...]:
    if case.came_back:
        return ("settled",)
    if case.release is not None:
        return ("released",)
    if case.may_name_a_person:
        return STEPS_AFTER_IDENTIFIERS
    if _newer(case):
        # What was accepted of it stays in the report until the newer one is mended.
        return ("superseded_in_use",) if case.this["months_in_force"] else ("superseded",)
    if lacks_wards(case):
        return ("add_wards", *MEND[1:])
    asks = case.outcome in TO_MEND or case.outcome is Outcome.ACCEPTED_WITH_WARNINGS
    return ("settled",) if asks and is_settled(case) else STEPS[case.outcome]


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
    """A trial uses up no number."""
    sent = (row["version"] for row in files if not row.get("trial"))
    return max((version for version in sent if version is not None), default=0)
