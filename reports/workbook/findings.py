"""What is said of each finding, in one language, ready for cells and notes.

Belongs here: the texts of one finding and their order. Does not belong here: the sentences
(problem_words), where they stand (error_sheet, sent_sheet). What must be mended comes before
questions, each in the order found. Where a contract's rule has no sentence on what was expected,
its cause says it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from data_contracts.contract import Scope
from data_contracts.problems import CATALOGUE, Effect
from reports.pages.problem_words import PLACE, ProblemWords, Sentences, problem_facts
from reports.pages.sheet_excerpt import HEADER_CODES
from reports.pages.submission_case import DUPLICATE_CODES, Case, Row
from reports.workbook.cell_text import shown, shown_sentence
from reports.workbook.error_columns import finding_key

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]+)")
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the sheet; `letter` is empty where the whole row is meant."""

    row: int
    letter: str

    @property
    def address(self) -> str:
        return f"{self.letter or 'A'}{self.row}"


@dataclass(frozen=True, slots=True)
class Told:
    """The sentences of one cause, as they are shown."""

    title: str
    expected: str
    mend: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the problems table with its words; `number` counts in the order found.

    `cause` is what findings have in common that are told alike: their code and column.
    """

    number: int
    key: str
    code: str
    must_mend: bool
    can_be_answered: bool
    severity: str
    told: Told
    sheet: str
    cell: str
    row: int | None
    column: str
    value: str
    more: str
    cause: tuple[str, str]
    places: tuple[Place, ...]


def findings(kept: Case, told: Case) -> tuple[Finding, ...]:
    """Every finding of a case, `kept` as in the problems table and `told` as the sheet names it."""
    telling = _Telling(told, ProblemWords(told.words, told.edition.registers), hides_values(kept))
    pairs = zip(kept.problems, told.problems, strict=True)
    found = [telling.finding(n, first, row) for n, (first, row) in enumerate(pairs, start=1)]
    return tuple(sorted(found, key=lambda finding: not finding.must_mend))


def hides_values(case: Case) -> bool:
    """Whether no value of a file may be shown: it was locked away, or may name a person."""
    return case.may_name_a_person or not case.shows_sheet


def places_of(problem: Row) -> tuple[Place, ...]:
    """The cells that a finding is about; the whole row where it names none; nothing of a file."""
    addresses = _ADDRESS.findall(problem["cell"] or "")
    if addresses:
        return tuple(Place(int(number), letter) for letter, number in addresses)
    # A column that is nowhere on the sheet has no place there.
    is_row = problem["row"] is not None and problem["code"] not in HEADER_CODES
    return (Place(int(problem["row"]), ""),) if is_row else ()


@dataclass(frozen=True, slots=True)
class _Telling:
    case: Case
    lookup: ProblemWords
    hides_values: bool
    said: dict[tuple[object, ...], Told] = field(default_factory=dict)

    def finding(self, number: int, kept: Row, problem: Row) -> Finding:
        words, code = self.case.words, str(problem["code"])
        kind = _kind(problem)
        return Finding(
            number=number,
            key=finding_key(kept),
            code=code,
            must_mend=problem["scope"] != Scope.INFORMATION,
            can_be_answered=kind == Scope.INFORMATION.value,
            severity=words.text(f"workbook.severity.{kind}"),
            told=self._told(problem),
            sheet=self._shown(problem["sheet"]),
            cell=str(problem["cell"] or ""),
            row=problem["row"],
            column=self._shown(problem["column"]),
            value=self._value(problem),
            more=self._more(code, str(problem["facts"])),
            cause=(code, str(problem["column"] or "")),
            places=places_of(problem),
        )

    def _told(self, problem: Row) -> Told:
        facts = problem_facts(problem)
        key = (problem["code"], problem["facts"], *(facts.get(name) for name in PLACE))
        if key not in self.said:
            code, workstream = str(problem["code"]), self.case.this["workstream"]
            self.said[key] = self._as_shown(self.lookup.sentences(workstream, code, facts))
        return self.said[key]

    def _as_shown(self, said: Sentences) -> Told:
        sentences = (said.title, said.expected or said.cause, said.mend)
        return Told(*(shown_sentence(self.case.words, one) for one in sentences))

    def _value(self, problem: Row) -> str:
        """The value as it was sent; of a file that was locked away none, whatever was found."""
        if self.hides_values or _is_locked(str(problem["code"])):
            return self.case.words.text("stewards.problems.hidden_value")
        if problem["value"] == "":
            return self.case.words.text("stewards.problems.empty")
        return self._shown(problem["value"])

    def _shown(self, text: str | None) -> str:
        return "" if text is None else shown(self.case.words, text)

    def _more(self, code: str, facts: str) -> str:
        if self.hides_values:
            return ""
        notes = self.lookup.notes(code, json.loads(facts))
        joined = "; ".join(f"{note.label}: {note.text}" for note in notes)
        return shown_sentence(self.case.words, joined)


def _kind(problem: Row) -> str:
    return DUPLICATE if problem["code"] in DUPLICATE_CODES else str(problem["scope"])


def _is_locked(code: str) -> bool:
    return code in CATALOGUE and CATALOGUE[code].effect is Effect.QUARANTINED
