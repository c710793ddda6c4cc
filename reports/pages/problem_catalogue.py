"""The catalogue of problems: every code that a file can be told, before anything is wrong with it.

Belongs here: which codes there are, in which groups, and what stands in their sentences for facts
that only a file has. Does not belong here: the sentences (translations, as for the page of a file)
and markup (problem_catalogue.html.jinja). A code has the same anchor in both languages: #F01.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from data_contracts.contract import Contract
from data_contracts.problems import (
    ANSWER_KINDS,
    CASES,
    CELL_KINDS,
    EFFECT_OF_SCOPE,
    FILE_KINDS,
    HEADER_KINDS,
    ROW_KINDS,
    SUBMISSION_KINDS,
    Effect,
    IdentifierKind,
    Kind,
    Unreadable,
)
from reports.edition import Edition
from reports.pages.contract_names import contract_page_name
from reports.pages.file_names import file_name
from reports.pages.problem_words import PLACE, REASON, reason_words
from reports.pages.visible_text import Parts, quoted, sentence_parts
from reports.words import Words

STEM = "problems"
# What each group of built-in kinds looks at; also the keys of its words.
GROUPS: Mapping[str, tuple[Kind, ...]] = {
    "file": FILE_KINDS,
    "header": HEADER_KINDS,
    "cell": CELL_KINDS,
    "row": ROW_KINDS,
    "submission": SUBMISSION_KINDS,
    "answers": ANSWER_KINDS,
}
IDENTIFIER_KIND = "kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One code, or one case of it. `causes` are several where a code has several reasons, and
    `mends` are what to do about each.

    A contract's rule has nothing `expected`: its cause says it.
    """

    code: str
    anchor: str
    is_case: bool
    title: Parts
    expected: Parts
    causes: tuple[Parts, ...]
    mends: tuple[Parts, ...]
    looks_at: str
    effect: str
    is_question: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Codes that look at the same thing; those of a contract name its page."""

    anchor: str
    title: str
    sub: str
    count: str
    entries: tuple[Entry, ...]
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemCatalogue:
    """The view model of problem_catalogue.html.jinja."""

    name: str
    title: str
    lead: str
    stands_for: Parts
    groups: tuple[Group, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


def catalogue_name(language: str) -> str:
    """`problems.html`, `problems.cy.html`."""
    return file_name(STEM, language)


def anchor_of(code: str) -> str:
    """Where a code stands on the page."""
    return code


def problem_catalogue(edition: Edition, words: Words) -> ProblemCatalogue:
    """Every built-in code, then the rules of each contract. KeyError for a code without words."""
    example = quoted(words.text("catalogue.fact.column"))
    own = (_rules(contract, words) for contract in edition.contracts)
    return ProblemCatalogue(
        name=catalogue_name(words.language),
        title=words.text("catalogue.title"),
        lead=words.text("catalogue.lead"),
        stands_for=sentence_parts(words, words.text("catalogue.stands_for", example=example)),
        groups=(
            *(_built_in(name, kinds, words) for name, kinds in GROUPS.items()),
            *(group for group in own if group.entries),
        ),
    )


def _built_in(name: str, kinds: Iterable[Kind], words: Words) -> Group:
    entries = tuple(entry for kind in kinds for entry in _kind(kind, name, words))
    return Group(
        anchor=name,
        title=words.text(f"catalogue.group.{name}.title"),
        sub=words.text(f"catalogue.group.{name}.sub"),
        count=_count(entries, words),
        entries=entries,
    )


def _rules(contract: Contract, words: Words) -> Group:
    workstream = words.text(f"{contract.workstream}.workstream.name")
    entries = tuple(
        _entry(
            words,
            code=rule.code,
            base=f"{contract.workstream}.rules.{rule.code}",
            facts={name: quoted(name) for name in rule.columns} | _placeholders(words, PLACE),
            looks_at="row" if rule.history is None else "earlier",
            effect=EFFECT_OF_SCOPE[rule.scope],
        )
        for table in contract.tables
        for rule in table.rules
    )
    return Group(
        anchor=f"rules-{contract.workstream.replace('_', '-')}",
        title=words.text("catalogue.group.rules.title", workstream=workstream),
        sub=words.text("catalogue.group.rules.sub"),
        count=_count(entries, words),
        entries=entries,
        href=contract_page_name(contract.workstream, words.language),
        link=words.text("catalogue.contract", workstream=workstream),
    )


def _count(entries: Iterable[Entry], words: Words) -> str:
    return words.text("catalogue.count", n=len({entry.code for entry in entries}))


def _kind(kind: Kind, looks_at: str, words: Words) -> Iterator[Entry]:
    """A kind, then each case of it that has sentences of its own."""
    facts = _placeholders(words, (*kind.facts, *PLACE))
    yield _entry(
        words,
        code=kind.code,
        base=f"problems.{kind.code}",
        facts=facts,
        looks_at=looks_at,
        effect=kind.effect,
    )
    for case, more in CASES.get(kind.code, {}).items():
        yield _entry(
            words,
            code=kind.code,
            base=f"problems.cases.{kind.code}.{case}",
            facts=facts | _placeholders(words, more),
            looks_at=looks_at,
            effect=kind.effect,
            case=case,
        )


def _entry(
    words: Words,
    *,
    code: str,
    base: str,
    facts: Mapping[str, str],
    looks_at: str,
    effect: Effect,
    case: str = "",
) -> Entry:
    def said(part: str, **reason: str) -> Parts:
        return sentence_parts(words, words.text(f"{base}.{part}", **facts, **reason))

    anchor = anchor_of(code)

    def for_each_reason() -> Iterator[tuple[Parts, Parts]]:
        for reason in Unreadable:
            own = reason_words(words, reason)
            yield said("cause", **own), said("mend", **own)

    causes, mends = zip(*dict.fromkeys(for_each_reason()), strict=True)
    return Entry(
        code=code,
        anchor=f"{anchor}-{case.replace('_', '-')}" if case else anchor,
        is_case=bool(case),
        title=said("title"),
        expected=said("expected") if words.has(f"{base}.expected") else (),
        causes=causes,
        mends=mends,
        looks_at=words.text(f"catalogue.looks_at.{looks_at}"),
        effect=words.text(f"catalogue.effect.{effect}"),
        is_question=effect in (Effect.CHECK, Effect.DUPLICATE),
    )


def _placeholders(words: Words, names: Iterable[str]) -> dict[str, str]:
    """What stands for each fact, set like data; kinds of identifiers are few, so all are named."""
    kinds = ", ".join(words.text(f"problems.identifier_kinds.{kind}") for kind in IdentifierKind)
    known = {IDENTIFIER_KIND: kinds}
    return {
        name: known.get(name) or quoted(words.text(f"catalogue.fact.{name}"))
        for name in names
        if name != REASON
    }
