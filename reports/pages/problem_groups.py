"""Problems of one submission in groups: one group for each cause, with the places it was found.

Belongs here: grouping, order, the first places of a group and the piece of sheet beside it. Does
not belong here: the page around the groups (submission.py) and the words of a code (problem_words).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from data_contracts.contract import Scope
from data_contracts.problems import CATALOGUE, MISSING_COLUMN, Effect
from reports.pages.as_sent import suggestion_of
from reports.pages.counting_words import has_counting
from reports.pages.problem_words import Note, ProblemWords, problem_facts
from reports.pages.sheet_excerpt import HEADER_CODES, Excerpt, Sheet, excerpt
from reports.pages.submission_case import Row, Rows
from reports.pages.visible_text import Part, Parts, Style, quoted, sentence_parts, value_parts
from reports.words import Words

SHOWN_CELLS = 20
EXAMPLES = 3
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class PartNote:
    """A fact beside a cell, ready to print."""

    label: Parts
    text: Parts


@dataclass(frozen=True, slots=True)
class FoundCell:
    """One place where a problem was found: C14, row 14, or the whole file (place empty).

    `said` is a sentence about it, where there is one.
    """

    place: str
    value: Parts
    notes: tuple[PartNote, ...]
    said: Parts = ()


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All findings of one cause, ready to print. `mark` is 1, 2 ... or A, B ..."""

    anchor: str
    mark: str
    code: str
    title: Parts
    plain_title: str
    n: int
    count: str
    found_label: str
    examples: tuple[Parts, ...]
    expected: Parts
    cause: Parts
    mend: Parts
    cells: tuple[FoundCell, ...]
    has_more_cells: bool
    has_notes: bool
    shown: str
    excerpt: Excerpt | None


@dataclass(frozen=True, slots=True)
class _Cause:
    """Problems of one cause: how many there are, and the first of them."""

    code: str
    column: str | None
    scope: str
    n: int
    findings: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Grouping:
    """What is needed to put problems of one submission into groups.

    `counting` is the sentence behind each question of a rule (counting_words.py).
    """

    words: Words
    lookup: ProblemWords
    workstream: str | None
    sheet: Sheet | None
    counting: str

    def groups(self, problems: Rows) -> tuple[ProblemGroup, ...]:
        """The groups of the given problems (rows of the problems table), quickest to mend first."""
        ranked = sorted(_by_cause(problems), key=_quickest_first)
        return tuple(self._group(group, place) for place, group in enumerate(ranked))

    def _group(self, group: _Cause, place: int) -> ProblemGroup:
        findings, code, n = group.findings, group.code, group.n
        said = self.lookup.sentences(self.workstream, code, problem_facts(findings[0]))
        title = sentence_parts(self.words, said.title)
        cells = tuple(cell for cell in map(self._cell, findings) if cell is not None)
        return ProblemGroup(
            anchor=f"problem-{code.lower()}-{place + 1}",
            mark=_mark(group.scope, place),
            code=code,
            title=title,
            plain_title="".join(part.text for part in title),
            n=n,
            count=self.words.text(f"stewards.count.{_unit(code, findings[0], n)}", n=n),
            found_label=self.words.text(f"stewards.problems.{_found_key(code)}"),
            examples=tuple(map(_example, cells[:EXAMPLES])),
            expected=sentence_parts(self.words, said.expected or ""),
            cause=self._cause(said.cause, findings[0]),
            mend=sentence_parts(self.words, said.mend),
            cells=cells,
            has_more_cells=n > EXAMPLES,
            has_notes=any(cell.notes for cell in cells),
            shown=self._shown(n),
            excerpt=self._excerpt(findings),
        )

    def _cause(self, said: str, problem: Row) -> Parts:
        told = f"{said} {self.counting}" if has_counting(problem) else said
        return sentence_parts(self.words, told)

    def _shown(self, n: int) -> str:
        if n <= SHOWN_CELLS:
            return self.words.text("stewards.problems.cells_all", n=n)
        number = self.words.number
        return self.words.text(
            "stewards.problems.cells_some", shown=number(SHOWN_CELLS, 0), n=number(n, 0)
        )

    def _cell(self, problem: Row) -> FoundCell | None:
        """A place with what is there, or None where a finding has neither place nor more to say."""
        code = str(problem["code"])
        if code == MISSING_COLUMN.code:
            return self._missing(problem)
        notes = tuple(map(self._note, self.lookup.notes(code, json.loads(problem["facts"]))))
        place, value = self._place(problem), self._value(problem)
        return FoundCell(place, value, notes) if place or value or notes else None

    def _missing(self, problem: Row) -> FoundCell:
        """A column that is not there: under which name it seems to be, and the agreed one."""
        column, instead = quoted(problem["column"] or ""), suggestion_of(problem)
        said = self.lookup.of_missing(problem, instead)
        notes = map(self._note, self.lookup.notes(str(problem["code"]), {"suggestion": instead}))
        return FoundCell(
            place=problem["cell"] or "",
            value=sentence_parts(self.words, column),
            notes=tuple(notes),
            said=sentence_parts(self.words, said),
        )

    def _place(self, problem: Row) -> str:
        if problem["cell"] is not None:
            return str(problem["cell"])
        if problem["row"] is not None:
            return self.words.text("stewards.problems.row", row=problem["row"])
        return ""

    def _value(self, problem: Row) -> Parts:
        if _is_locked(str(problem["code"])):
            return self._said("hidden_value")
        in_header = problem["code"] in HEADER_CODES
        value = problem["column"] if in_header else problem["value"]
        if value is None:
            return ()
        return value_parts(self.words, value) if value else self._said("empty")

    def _said(self, key: str) -> Parts:
        return (Part(self.words.text(f"stewards.problems.{key}"), Style.TEXT),)

    def _note(self, note: Note) -> PartNote:
        return PartNote(
            sentence_parts(self.words, note.label), sentence_parts(self.words, note.text)
        )

    def _excerpt(self, findings: Sequence[Row]) -> Excerpt | None:
        return None if self.sheet is None else excerpt(self.sheet, findings, self.words)


def _by_cause(problems: Rows) -> list[_Cause]:
    """Problems by code and column, in the order found; those of headers by code alone."""
    found: dict[tuple[str, str | None], list[Row]] = {}
    for row in problems:
        cause = None if row["code"] in HEADER_CODES else row["column"]
        found.setdefault((row["code"], cause), []).append(row)
    return [
        _Cause(code, column, rows[0]["scope"], len(rows), rows[:SHOWN_CELLS])
        for (code, column), rows in found.items()
    ]


def _quickest_first(group: _Cause) -> tuple[bool, int, str, str]:
    """Findings about the whole file first; then by number of cells: few are mended quickly."""
    return (group.scope != Scope.SUBMISSION, group.n, group.code, group.column or "")


def _mark(scope: str, place: int) -> str:
    """1, 2, 3 ... for problems; A, B ... Z, AA ... for questions, so the two are never confused."""
    if scope != Scope.INFORMATION:
        return str(place + 1)
    first, last = divmod(place, len(LETTERS))
    return (LETTERS[first - 1] if first else "") + LETTERS[last]


def _found_key(code: str) -> str:
    """A missing column is not what was found."""
    return "columns" if code == MISSING_COLUMN.code else "found"


def _example(cell: FoundCell) -> Parts:
    """`C14: <5; Month: October 2026`, as far as there is a place, a value and more to say."""
    if cell.said:
        return cell.said
    place = (Part(cell.place, Style.TEXT),) if cell.place else ()
    found = _joined(": ", (place, cell.value))
    return _joined("; ", (found, *(_joined(": ", (n.label, n.text)) for n in cell.notes)))


def _joined(sign: str, texts: Sequence[Parts]) -> Parts:
    """Texts that are not empty, with a sign between them."""
    joined: Parts = ()
    for text in filter(None, texts):
        joined += ((Part(sign, Style.TEXT),) if joined else ()) + text
    return joined


def _unit(code: str, problem: Row, n: int) -> str:
    """What the findings of a group are counted in."""
    if code in HEADER_CODES and problem["column"] is not None:
        return "column"
    if problem["cell"] is not None and (code in CATALOGUE or problem["column"] is not None):
        return "cell"
    if problem["row"] is not None:
        return "row"
    return "finding" if n > 1 else "file"


def _is_locked(code: str) -> bool:
    return code in CATALOGUE and CATALOGUE[code].effect is Effect.QUARANTINED
