"""The landing page: what changed, every key measure of every organisation, how good the data are.

Belongs here: putting the page together from its parts, in reading order. Does not belong here: the
parts (headline, matrix, since_last_month, quality_strip) and markup (landing.html.jinja). This is
the only page that names the publication and its day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from data_contracts.contract import Contract, Measure
from reports.deadlines import deadlines
from reports.edition import Edition
from reports.pages.chance import chance_sentence
from reports.pages.file_names import file_name
from reports.pages.findings import Finding, findings
from reports.pages.frame import INDEX, with_measures
from reports.pages.headline import Headline
from reports.pages.matrix import CellMaker, Matrix, matrix, statuses_of_month
from reports.pages.narrative import Bullet
from reports.pages.note import NoteView, note_view
from reports.pages.quality_strip import QualityStrip, quality_strip
from reports.pages.queue_names import queue_name
from reports.pages.queue_page import queue_sentence
from reports.pages.reference_names import definitions_name
from reports.pages.since_last_month import ItemList, changed_lists, month_before
from reports.pages.workstream import page_name
from reports.pages.workstream_series import read_workstream
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingPage:
    """All that landing.html.jinja prints, in the reader's language.

    `state` is the provisional or final tag; `changed` is empty where last month is not known.
    `matrix_found` is JSON for report.js: what the filter's status line says, by plural form, with
    `#` for the cells and `%` for their rows. `chance` says how many signals chance alone would
    give; `definitions` is where that is told.
    `waiting` says how much waits for somebody; `queue` is where that is listed.
    """

    name: str
    title: str
    month: str
    state: str
    bullets: tuple[Bullet, ...]
    note: NoteView | None
    chance: str
    definitions: str
    facts: tuple[tuple[str, str], ...]
    matrix: Matrix
    matrix_caption: str
    matrix_found: str
    changed_title: str
    changed_sub: str
    changed: tuple[ItemList, ...]
    quality: QualityStrip
    waiting: str
    queue: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def landing_page(edition: Edition, words: Words) -> LandingPage:
    """The landing page of the collaborative's readers."""
    contracts = with_measures(edition.contracts)
    every = findings(edition, (read_workstream(edition, contract) for contract in contracts))
    keys = key_measures(contracts)
    told = [found for found in every if found.measure in keys]
    pages = {c.workstream: page_name(c.workstream, words.language) for c in contracts}
    headline = Headline(edition, words, told, pages)
    table = matrix(_cells(edition, words, every, pages), keys)
    return LandingPage(
        name=file_name(INDEX, words.language),
        title=headline.title(),
        month=words.month(edition.data_month),
        state=words.text(f"pages.landing.{_state(edition, contracts)}"),
        bullets=headline.bullets(),
        note=note_view(edition, INDEX, words),
        chance=chance_sentence(told, words),
        definitions=definitions_name(words.language),
        facts=_facts(edition, contracts, words),
        matrix=table,
        matrix_caption=_with_month(words, "matrix.caption", edition.data_month),
        matrix_found=_found_forms(words, len(table.rows)),
        changed_title=_with_month(words, "changed.title", month_before(edition)),
        changed_sub=_changed_sub(edition, words),
        changed=() if edition.before is None else changed_lists(edition, words, every, pages),
        quality=quality_strip(edition, contracts, words),
        waiting=queue_sentence(edition, words),
        queue=queue_name(words.language),
    )


def day_matters(edition: Edition) -> str:
    """What the page says differently on another day, besides the day itself."""
    due = edition.returns.filter(pl.col("period") == edition.data_month)["deadline"].max()
    is_past = isinstance(due, date) and due < edition.today
    return f"{_state(edition, with_measures(edition.contracts))}, past deadline: {is_past}"


def key_measures(contracts: Iterable[Contract]) -> tuple[Measure, ...]:
    """The measures that the programme watches most, workstream by workstream."""
    return tuple(m for contract in contracts for m in contract.measures if m.key)


def _cells(
    edition: Edition, words: Words, every: tuple[Finding, ...], pages: Mapping[str, str]
) -> CellMaker:
    found = {one.key: one for one in every}
    return CellMaker(edition, words, found, statuses_of_month(edition), pages)


def _found_forms(words: Words, rows: int) -> str:
    return json.dumps(words.forms("pages.landing.matrix.found", n="#", shown="%", all=rows))


def _open_until(edition: Edition, contracts: Iterable[Contract]) -> date | None:
    """The last day on which a return can still change the month; None where nothing is due."""
    days = [
        deadlines(table, edition.data_month)[1]
        for contract in contracts
        for table in contract.tables
        if table.due
    ]
    return max(days, default=None)


def _state(edition: Edition, contracts: Iterable[Contract]) -> str:
    until = _open_until(edition, contracts)
    return "provisional" if until is not None and edition.today <= until else "final"


def _open_label(edition: Edition, contracts: Iterable[Contract]) -> str:
    return "open_until" if _state(edition, contracts) == "provisional" else "closed_on"


def _facts(
    edition: Edition, contracts: tuple[Contract, ...], words: Words
) -> tuple[tuple[str, str], ...]:
    until = _open_until(edition, contracts)
    profiles = dict.fromkeys(m.rules for contract in contracts for m in contract.measures)
    rules = ", ".join(words.text(f"charts.rules_profile.{profile}") for profile in profiles)
    told = {
        "month": words.month(edition.data_month),
        "published": words.date(edition.today),
        "publication": edition.publication,
        _open_label(edition, contracts): words.date(until) if until else "",
        "next": words.text("pages.landing.next_update"),
        "rules": words.text("pages.landing.rules", rules=rules) if rules else "",
    }
    return tuple((words.text(f"pages.landing.fact.{k}"), text) for k, text in told.items() if text)


def _changed_sub(edition: Edition, words: Words) -> str:
    case = "unknown" if edition.before is None else "sub"
    if edition.before is not None and edition.is_before_recounted:
        case = "recounted"
    return _with_month(words, f"changed.{case}", month_before(edition))


def _with_month(words: Words, key: str, month: date) -> str:
    return words.text(f"pages.landing.{key}", month=words.month(month))
