"""The opening of a file of answers: how many were recorded, and what to do about the others.

Belongs here: what differs from the page of a file of figures, of which such a file has none. Does
not belong here: reading and recording answers (assets/steps/answers.py), the answers that could not
be recorded, which are told like any finding (problem_groups).
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.pages.submission_case import Case
from reports.pages.submission_outcome import Line, Stat
from reports.pages.visible_text import Parts, quoted, sentence_parts


@dataclass(frozen=True, slots=True)
class AnswersOpening:
    """What stands in place of the opening of a file of figures."""

    subject: str
    heading: str
    lines: tuple[Line, ...]
    stats: tuple[Stat, ...]
    steps: tuple[Parts, ...]
    check_sub: str
    nothing_found: str


def answers_opening(case: Case) -> AnswersOpening:
    """The opening of the page of a file of answers."""
    words = case.words
    recorded, others = int(case.this["answers"]), len(case.to_check)
    key = "none" if not recorded else "some" if others else "all"

    def said(name: str) -> Parts:
        facts = {"folder": quoted(f"inbox/{case.this['submitter']}/")}
        return sentence_parts(words, words.text(f"stewards.answers.{name}", **facts))

    counts = {"recorded": recorded, "not_recorded": others}
    return AnswersOpening(
        subject=words.text("stewards.answers.subject"),
        heading=words.text(
            f"stewards.answers.title_{key}", n=recorded, others=words.number(others, 0)
        ),
        lines=(Line(said("meaning")),),
        stats=tuple(
            Stat(words.number(n, 0), words.text(f"stewards.answers.{name}"))
            for name, n in counts.items()
        ),
        steps=tuple(map(said, ("again", "send") if others else ("nothing",))),
        check_sub=words.text("stewards.answers.check_sub"),
        nothing_found="" if others else words.text("stewards.answers.nothing_found"),
    )
