"""What is said of a file that was only checked at a desk, on its page and in its workbook alike.

Belongs here: what would become of the file, by when to send it, what to do. Does not belong here:
the page (submission_desk.py) and the workbook (reports/workbook). Nothing of such a file counts,
there are no other files to compare it with, and it can not be answered yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from data_contracts.problems import TO_MEND, Outcome
from reports.deadlines import deadlines
from reports.pages.submission_case import Case
from reports.pages.submission_history import spoken_months
from reports.pages.submission_outcome import deadline_sentence, moment
from reports.pages.visible_text import Parts, quoted, sentence_parts

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ACCEPTED: "used",
    Outcome.ACCEPTED_WITH_WARNINGS: "asked",
    Outcome.PARTLY_ACCEPTED: "some",
    Outcome.REFUSED: "none",
    Outcome.QUARANTINED: "locked",
    Outcome.DUPLICATE: "none",
}


def tried_lines(case: Case) -> tuple[Parts, ...]:
    """That the file was only checked, and what would become of it."""
    return (
        sentence_parts(case.words, case.words.text("workbook.summary.tried")),
        _said(case, f"outcome.{OUTCOMES[case.outcome]}"),
    )


def tried_deadline(case: Case) -> Parts:
    """By when to send the file; one that has something to mend is to be mended by then."""
    if case.outcome in TO_MEND:
        return deadline_sentence(case)
    if case.table is None or case.last_month is None:
        return ()
    due, closing = deadlines(case.table, case.last_month)
    return _said(
        case,
        f"deadline.{moment(case.edition.today, due, closing).value}",
        deadline=case.words.date(due),
        closing=case.words.date(closing),
        months=spoken_months(case.words, case.first_month, case.last_month),
    )


def tried_steps(case: Case) -> Iterator[Parts]:
    words = case.words
    file = quoted(case.this["file_name"])
    if case.may_name_a_person:
        yield sentence_parts(words, words.text("stewards.todo.remove_identifiers"))
    elif case.to_mend:
        yield sentence_parts(words, words.text("stewards.todo.mend", file=file))
    if case.to_check:
        yield _said(case, "todo.answer")
    if case.to_mend:
        yield _said(case, "todo.again")
    yield _said(case, "todo.send", folder=quoted(f"inbox/{case.this['submitter']}/"))


def _said(case: Case, key: str, **facts: str) -> Parts:
    return sentence_parts(case.words, case.words.text(f"desk.{key}", **facts))
