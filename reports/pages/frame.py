"""What stands around every page: navigation, the way to the other language, banners, footer.

Belongs here: which links an audience has, and which banners an edition's figures call for. Does
not belong here: markup (base.html.jinja), words (translations). Links are relative and stay within
the reader's own folder, because each folder stands alone. Neither the publication's name nor its
day is here: a page whose figures did not change must not change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from data_contracts.contract import Contract
from reports.edition import Edition
from reports.pages.audience import Reader
from reports.pages.file_names import file_name, stem_of
from reports.pages.reference_names import definitions_name, pack_name
from reports.pages.sources import SIMULATED
from reports.pages.workstream import page_name
from reports.words import SOURCE, STATUS, Words

_PARTS = ("strong", "text")
OTHER = {"en": "cy", "cy": "en"}
INDEX = "index"
# Figures that rest on published ones, whose licence asks to be named.
PUBLISHED = frozenset({"published", "simulated_on_published"})


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    text: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One banner: a bold part and the rest."""

    strong: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All that base.html.jinja prints around a page. `attribution` may be empty."""

    home: str
    links: tuple[Link, ...]
    other_language: str
    other_href: str
    notices: tuple[Notice, ...]
    attribution: str
    month: str


def frame_of(edition: Edition, words: Words, name: str) -> Frame:
    """The frame of the page with a file name, for the edition's audience."""
    sources = _sources(edition, words.language, name)
    return Frame(
        home=file_name(INDEX, words.language),
        links=_links(edition, words, name),
        other_language=OTHER[words.language],
        other_href=file_name(stem_of(name), OTHER[words.language]),
        notices=_notices(words, sources),
        attribution=words.text("pages.frame.attribution") if sources & PUBLISHED else "",
        month=words.text("pages.frame.month", month=words.month(edition.data_month)),
    )


def with_measures(contracts: Iterable[Contract]) -> tuple[Contract, ...]:
    """Contracts that have something to chart; a list of changes has not."""
    return tuple(contract for contract in contracts if contract.measures)


def _links(edition: Edition, words: Words, name: str) -> tuple[Link, ...]:
    home = file_name(INDEX, words.language)
    reader = edition.audience.reader
    overview = Link(words.text(f"pages.frame.overview.{reader}"), home, name == home)
    if reader is Reader.STEWARD:
        return (overview,)
    meant = definitions_name(words.language)
    definitions = Link(words.text("definitions.title"), meant, name == meant)
    if reader is Reader.ORGANISATION:
        return (overview, definitions)
    pack = pack_name(edition.data_month, words.language)
    return (
        overview,
        *(_link(c, words, name) for c in with_measures(edition.contracts)),
        Link(words.text("quarterly.nav"), pack, name == pack),
        definitions,
    )


def _link(contract: Contract, words: Words, name: str) -> Link:
    href = page_name(contract.workstream, words.language)
    return Link(words.text(f"{contract.workstream}.workstream.name"), href, name == href)


def _sources(edition: Edition, language: str, name: str) -> frozenset[str]:
    """Where the figures on a page come from: those of its workstream, or all of the edition's."""
    if name == definitions_name(language):
        return frozenset()
    points = edition.points
    for contract in with_measures(edition.contracts):
        if page_name(contract.workstream, language) == name:
            points = points.filter(pl.col("workstream") == contract.workstream)
    return frozenset(points["provenance"].drop_nulls().unique().to_list())


def _notices(words: Words, sources: frozenset[str]) -> tuple[Notice, ...]:
    simulated = [_notice(words, _simulated(sources))] if sources & SIMULATED else []
    return (_notice(words, "management"), *_translation(words), *simulated)


def _notice(words: Words, case: str, **facts: object) -> Notice:
    strong, text = (words.text(f"pages.frame.notices.{case}.{part}", **facts) for part in _PARTS)
    return Notice(strong, text)


def _translation(words: Words) -> tuple[Notice, ...]:
    """How far a translation is signed off; the language it was written in needs no signature."""
    if words.language == SOURCE:
        return ()
    if not words.is_draft:
        days = (branch.get(STATUS, {}).get("on", "") for branch in words.tree.values())
        last = max(map(date.fromisoformat, filter(None, days)), default=None)
        return (_notice(words, "signed", on=words.date(last)),) if last else ()
    draft, signed = _notice(words, "draft"), len(words.tree) - len(words.drafts)
    if not signed:
        return (draft,)
    so_far = words.text("pages.frame.notices.signed_so_far", signed=signed, all=len(words.tree))
    return (replace(draft, text=f"{draft.text} {so_far}"),)


def _simulated(sources: frozenset[str]) -> str:
    if sources - SIMULATED:
        return "some_simulated"
    if len(sources) > 1:
        return "counts_and_totals"
    return "all_simulated" if sources == {"simulated"} else "counts_simulated"
