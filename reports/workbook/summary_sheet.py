"""The Summary sheet: what became of the file, by when to act, what was found how often.

Belongs here: the lines of the sheet, in their order. Does not belong here: which sentence is true
(submission_outcome) and the findings themselves (error_sheet.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from data_contracts.contract import Scope
from data_contracts.problems import TO_MEND
from reports.pages.counting_words import counting_sentence
from reports.pages.problem_groups import Grouping, ProblemGroup
from reports.pages.problem_words import ProblemWords
from reports.pages.submission_case import DUPLICATE_CODES, Case, Row, Rows
from reports.pages.submission_history import history, spoken_moment
from reports.pages.submission_outcome import (
    deadline_sentence,
    heading,
    is_settled,
    lines,
    next_name,
    steps,
)
from reports.pages.tried_sentences import tried_deadline, tried_lines
from reports.pages.visible_text import Parts, Style
from reports.workbook.cell_text import shown, within_cell
from reports.workbook.looks import Looks
from reports.workbook.text_sheet import Block, TextSheet

LABEL_WIDTH, TEXT_WIDTH, NARROW_WIDTH = 26, 80, 32


class Occasion(StrEnum):
    """Why a workbook is made: of a file that was sent, or of one that is tried on a desk."""

    SENT = "sent"
    TRIED = "tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What only the making of the other sheets can tell."""

    occasion: Occasion
    has_sheet: bool
    header_row: int = 1
    rows_left_out: int = 0
    places_without_note: int = 0
    error_sheets: int = 1


Line = tuple[str, ...]


def fill(page: TextSheet, case: Case, facts: Facts, looks: Looks) -> None:
    """Fill the sheet; a label and a text in each line, and a table of what was found."""
    telling = _Telling(case, facts)
    mend, check = telling.groups(case.to_mend), telling.groups(case.to_check)
    row = 1
    for section in (
        [(telling.heading(mend, check), looks.title)],
        [(telling.opening(), looks.text)],
        [(telling.counts_header(), looks.head), (telling.counts((*mend, *check)), looks.text)],
        [
            (telling.legend(Scope.ROW), looks.mend_words),
            (telling.legend(Scope.INFORMATION), looks.ask_words),
        ],
        [(telling.about(), looks.text)],
    ):
        filled = [(body, look) for body, look in section if body]
        for body, look in filled:
            page.put(Block.of_lines(row, body, look))
            row += len(body)
        # An empty row after each section.
        row += bool(filled)
    page.set_column(0, 0, LABEL_WIDTH, looks.text)
    page.set_column(1, 1, TEXT_WIDTH, looks.text)
    page.set_column(2, 3, NARROW_WIDTH, looks.text)
    page.hide_gridlines(2)


@dataclass(frozen=True, slots=True)
class _Telling:
    case: Case
    facts: Facts

    def groups(self, problems: Sequence[Row]) -> tuple[ProblemGroup, ...]:
        lookup = ProblemWords(self.case.words, self.case.edition.registers)
        grouping = Grouping(
            self.case.words,
            lookup,
            self.case.this["workstream"],
            None,
            counting_sentence(self.case),
        )
        return grouping.groups(tuple(problems))

    def heading(self, mend: Sequence[ProblemGroup], check: Sequence[ProblemGroup]) -> list[Line]:
        return [(heading(self.case, mend, check),)]

    def opening(self) -> list[Line]:
        """File, outcome, deadline, the next name and what to do."""
        case, words = self.case, self.case.words
        said = [
            self._labelled("file", shown(words, case.this["file_name"])),
            self._labelled("submission", case.id),
        ]
        if self.facts.occasion is Occasion.TRIED:
            # Its fate is not known: other files, and the day it is sent, have a say in it.
            tried = [self._plain(line) for line in tried_lines(case)]
            said += _under(words.text("workbook.summary.outcome"), tried)
            return [*said, *self._deadline()]
        files = history(case)
        meaning = [self._plain(line.text) for line in lines(case, files)]
        name = next_name(case, files)
        return [
            *said,
            self._labelled("received", spoken_moment(words, case.this["arrived"])),
            *_under(words.text("workbook.summary.outcome"), meaning),
            *self._deadline(),
            *([self._labelled("next", shown(words, name))] if name and self._is_asked() else []),
            *self._todo(files),
        ]

    def _is_asked(self) -> bool:
        """Whether another file is wanted, so that its name is worth knowing."""
        wanted = self.case.outcome in TO_MEND or bool(self.case.to_check)
        return wanted and not is_settled(self.case)

    def _deadline(self) -> list[Line]:
        is_tried = self.facts.occasion is Occasion.TRIED
        sentence = tried_deadline if is_tried else deadline_sentence
        said = self._plain(sentence(self.case))
        return [self._labelled("deadline", said)] if said else []

    def _todo(self, files: Rows) -> list[Line]:
        told = [self._plain(step) for step in steps(self.case, files)]
        numbered = [f"{n}. {step}" for n, step in enumerate(told, start=1)]
        label = self.case.words.text("workbook.summary.todo")
        return _under(label, numbered if len(told) > 1 else told)

    def counts_header(self) -> list[Line]:
        if not self.case.problems:
            return []
        names = ("code", "problem", "severity", "found")
        return [tuple(self.case.words.text(f"workbook.counts.{name}") for name in names)]

    def counts(self, groups: Sequence[ProblemGroup]) -> list[Line]:
        """One line for each cause; of a file that came twice, that it did."""
        words = self.case.words
        scopes = {row["code"]: row["scope"] for row in self.case.problems}
        told = [
            (
                group.code,
                self._plain(group.title),
                words.text(f"workbook.severity.{scopes[group.code]}"),
                group.count,
            )
            for group in groups
        ]
        return [*told, *self._duplicates()]

    def _duplicates(self) -> list[Line]:
        words = self.case.words
        found = [row for row in self.case.problems if row["code"] in DUPLICATE_CODES]
        return [
            (
                str(row["code"]),
                words.text(f"problems.{row['code']}.title"),
                words.text("workbook.severity.duplicate"),
                words.text("stewards.count.file"),
            )
            for row in found
        ]

    def legend(self, scope: Scope) -> list[Line]:
        """How the cells of the sheet are marked, shown by a cell that is marked so."""
        if not self.facts.has_sheet:
            return []
        return [(self.case.words.text(f"workbook.legend.{scope.value}"),)]

    def about(self) -> list[Line]:
        """How the other sheets are to be read, as far as they are there."""
        words, facts = self.case.words, self.facts
        is_asked = self.case.to_check and facts.occasion is Occasion.SENT
        said = [words.text("workbook.about.answers")] if is_asked else []
        if facts.error_sheets > 1:
            said.append(words.text("workbook.about.error_sheets", n=facts.error_sheets))
        if facts.has_sheet:
            said.append(words.text("workbook.about.sheet"))
        elif not self.case.shows_sheet and self.case.problems:
            said.append(words.text("workbook.about.locked"))
        if facts.has_sheet and facts.header_row > 1:
            said.append(words.text("workbook.about.above", row=facts.header_row))
        if facts.has_sheet:
            key = "some_noted" if facts.places_without_note else "all_noted"
            said.append(words.text(f"workbook.about.{key}", n=facts.places_without_note))
        if facts.rows_left_out:
            said.append(words.text("workbook.about.rows", n=facts.rows_left_out))
        return _under(words.text("workbook.summary.about"), said)

    def _labelled(self, key: str, text: str) -> Line:
        return (self.case.words.text(f"workbook.summary.{key}"), text)

    def _plain(self, parts: Parts) -> str:
        """Parts as plain text; of what was sent, hidden characters are named."""
        said = "".join(f"[{p.text}]" if p.style is Style.HIDDEN else p.text for p in parts)
        return within_cell(self.case.words, said)


def _under(label: str, texts: Sequence[str]) -> list[Line]:
    """Texts in lines one below the other, the label beside the first."""
    return [(label if not place else "", text) for place, text in enumerate(texts)]
