"""The sentences of a problem: one place to look them up, for the page and for the list.

Belongs here: from a code and its facts to words in one language. Kinds of the catalogue have
theirs under `problems.<code>`, rules of a contract under `<workstream>.rules.<code>`. Does not
belong here: which problems there are, in which order, and how many (problem_groups).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data_contracts.history import FACTS as EXPECTED
from data_contracts.problems import CASES, CATALOGUE, MISSING_COLUMN
from data_contracts.registers import Registers
from reports.pages.visible_text import quoted
from reports.words import Words

# Facts that may differ from cell to cell: they stand beside the cell, not in the group's sentence.
CELL_FACTS = (
    "rows",
    "suggestion",
    "organisation",
    "owner",
    "period",
    "due_from",
    "site",
    "wards",
    "month",
    "ward",
    "closed_on",
    "renamed_from",
    "named_before",
    "duplicate_of",
    "hidden_rows",
    "answered",
    "of",
    "contact",
)
LONGEST_LIST = 20
# Lists that are to be copied: a name that is left out would be lacking in the next file too.
WHOLE_LISTS = frozenset({"agreed"})
REASON = "reason"
PLACE = ("sheet", "row", "column", "cell", "value")


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said of one problem. A contract's rule has no `expected`: its cause says it."""

    title: str
    expected: str | None
    cause: str
    mend: str


@dataclass(frozen=True, slots=True)
class Note:
    """A fact beside a cell."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ProblemWords:
    """Looks up what to say about problems, in one language."""

    words: Words
    registers: Registers

    def sentences(self, workstream: str | None, code: str, facts: Mapping[str, Any]) -> Sentences:
        """The sentences of a code; data in them is quoted (visible_text). KeyError for no words."""
        is_known = code in CATALOGUE
        base = _base(code, facts) if is_known else f"{workstream}.rules.{code}"
        spoken = self.spoken(code, facts)
        return Sentences(
            title=self.words.text(f"{base}.title", **spoken),
            expected=self.words.text(f"{base}.expected", **spoken) if is_known else None,
            cause=self.words.text(f"{base}.cause", **spoken),
            mend=self.words.text(f"{base}.mend", **spoken),
        )

    def notes(self, code: str, facts: Mapping[str, Any]) -> tuple[Note, ...]:
        """The facts of one cell that no sentence of its group can say; empty ones are left out."""
        spoken = self.spoken(code, {name: fact for name, fact in facts.items() if fact != ""})
        if code not in CATALOGUE:
            cells = sorted(spoken.keys() - set(EXPECTED))
            notes = (Note(quoted(name), spoken[name]) for name in cells)
            return (*notes, *self._labelled(EXPECTED, spoken))
        if code == MISSING_COLUMN.code:
            label = self.words.text("stewards.columns.in_its_place")
            return tuple(Note(label, spoken[name]) for name in ("suggestion",) if name in spoken)
        return self._labelled(CELL_FACTS, spoken)

    def of_missing(self, problem: Mapping[str, Any], suggestion: str) -> str:
        """A column that is not there: where it stands under another name, and the agreed one."""
        is_named = bool(suggestion and problem["cell"])
        return self.words.text(
            f"stewards.problems.{'named_otherwise' if is_named else 'not_there'}",
            column=quoted(problem["column"] or ""),
            place=problem["cell"] or "",
            suggestion=quoted(suggestion),
        )

    def _labelled(self, names: Iterable[str], spoken: Mapping[str, str]) -> tuple[Note, ...]:
        """The facts of these names that there are, each with its own label."""
        named = [name for name in names if name in spoken]
        return tuple(Note(self.words.text(f"problems.facts.{n}"), spoken[n]) for n in named)

    def spoken(self, code: str, facts: Mapping[str, Any]) -> dict[str, str]:
        """Facts as they are said: months and organisations by name, all else quoted as sent.

        Facts of a contract's rule are columns of its table, whatever their names: quoted as sent.
        """
        speakers = _SPEAKERS if code in CATALOGUE else {}
        spoken = {
            name: speakers[name](self, str(fact)) if name in speakers else self._said(name, fact)
            for name, fact in facts.items()
        }
        is_reasoned = code in CATALOGUE and REASON in facts
        return spoken | (reason_words(self.words, facts[REASON]) if is_reasoned else {})

    def _said(self, name: str, fact: Any) -> str:
        if isinstance(fact, list | tuple):
            return self._listed(fact, None if name in WHOLE_LISTS else LONGEST_LIST)
        if isinstance(fact, int | float):
            return self.words.number(fact, 0 if fact == round(fact) else 2)
        return quoted(str(fact))

    def _listed(self, values: Sequence[Any], longest: int | None) -> str:
        shown = ", ".join(quoted(str(value)) for value in values[:longest])
        beyond = len(values) - len(values[:longest])
        return self.words.text("stewards.more", n=beyond, shown=shown) if beyond > 0 else shown

    def _month(self, value: str) -> str:
        return self.words.month(date.fromisoformat(f"{value[:7]}-01"))

    def _day(self, value: str) -> str:
        return self.words.date(date.fromisoformat(value))

    def _organisation(self, code: str) -> str:
        is_known = self.registers.organisation(code) is not None
        name = organisation_name(self.words, self.registers, code)
        return name if is_known else quoted(name)

    def _identifier(self, code: str) -> str:
        return self.words.text(f"problems.identifier_kinds.{code}")


def _base(code: str, facts: Mapping[str, Any]) -> str:
    """Where the words of a kind of the catalogue are; a case of it may have its own."""
    case = facts.get("case") if code in CASES else None
    return f"problems.cases.{code}.{case}" if case else f"problems.{code}"


def reason_words(words: Words, reason: str) -> dict[str, str]:
    """What a sentence may say of why a file could not be opened, and of what to do then."""
    return {
        REASON: words.text(f"problems.reasons.{reason}"),
        "advice": words.text(f"problems.advice.{reason}"),
    }


def organisation_name(words: Words, registers: Registers, code: str) -> str:
    """An organisation's name in the reader's language; its code where the register has none."""
    known = registers.organisation(code)
    if known is None:
        return code
    return known.name(words.language)


_SPEAKERS: Mapping[str, Callable[[ProblemWords, str], str]] = {
    # The name of a submission is ours and never needs a mask.
    "duplicate_of": lambda self, submission: submission,
    "of": lambda self, submission: submission,
    "month": ProblemWords._month,
    "period": ProblemWords._month,
    "latest": ProblemWords._month,
    "due_from": ProblemWords._month,
    "closed_on": ProblemWords._day,
    "organisation": ProblemWords._organisation,
    "owner": ProblemWords._organisation,
    "submitter": ProblemWords._organisation,
    "kind": ProblemWords._identifier,
}


def problem_facts(problem: Mapping[str, Any]) -> dict[str, Any]:
    """What the sentences of a row of the problems table may use.

    Sentences of the catalogue speak of a whole group of findings, so of no single cell or value;
    those of a contract's rule may.
    """
    names = ("column",) if problem["code"] in CATALOGUE else PLACE
    filled = {name: problem[name] for name in names if problem[name] is not None}
    facts: dict[str, Any] = json.loads(problem["facts"])
    return filled | facts
