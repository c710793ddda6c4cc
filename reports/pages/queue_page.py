"""The steward's queue: everything that waits, how returns come in, and what was decided.

Belongs here: the view model of the page for the programme's own readers, and what it is made from.
Does not belong here: its parts (queue_list, queue_trend, queue_decisions), which an organisation's
stewards have on the list of their files instead (steward_index.py). Readers of this page may open
no submission's page, which lies in its sender's folder: files are named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.edition import Edition
from reports.pages.content_key import rows_digest
from reports.pages.queue_decisions import Decided, decided, decisions_csv
from reports.pages.queue_list import (
    KindRow,
    WaitingGroup,
    nothing_waits_for,
    waiting_csv,
    waiting_groups,
    waiting_kinds,
)
from reports.pages.queue_names import decisions_name, queue_name
from reports.pages.queue_trend import Trend, trend_span, trends
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """All that queue_page.html.jinja prints.

    `kinds` and `groups` are empty where nothing waits. `as_at` names the day up to which working
    days are counted: that of the publication, not of whoever reads.
    """

    name: str
    title: str
    lead: str
    kinds: tuple[KindRow, ...]
    groups: tuple[WaitingGroup, ...]
    free: str
    list_href: str
    as_at: str
    trend_span: str
    trends: tuple[Trend, ...]
    decided: Decided
    decisions_href: str
    files: Mapping[str, bytes]


def queue_page(edition: Edition, words: Words) -> QueuePage:
    """The page in one language."""
    waiting = edition.queue.height
    csv, decisions = queue_name(words.language, "csv"), decisions_name(words.language)
    files = {csv: waiting_csv(edition, words)} if waiting else {}
    if edition.decisions.height:
        files[decisions] = decisions_csv(edition, words)
    groups = waiting_groups(edition, words)
    return QueuePage(
        name=queue_name(words.language),
        title=words.text("queue.title", n=waiting),
        lead=words.text("queue.lead" if waiting else "queue.lead_none"),
        kinds=waiting_kinds(edition, words),
        groups=groups,
        free=nothing_waits_for(edition, words),
        list_href=csv,
        as_at=words.text("queue.waiting.as_at", date=words.date(edition.today)),
        trend_span=trend_span(edition, words),
        trends=trends(edition, words),
        decided=decided(edition, words),
        decisions_href=decisions,
        files=files,
    )


def queue_inputs(edition: Edition) -> tuple[str, ...]:
    """What a page that shows any of it is made from, but for the days that have passed."""
    return (
        waiting_input(edition),
        rows_digest(edition.timeliness),
        rows_digest(edition.decisions),
    )


def waiting_input(edition: Edition) -> str:
    """What a page that shows what waits is made from."""
    return rows_digest(edition.queue.drop("working_days"))


def queue_sentence(edition: Edition, words: Words) -> str:
    """How much waits, for the one page that names its day."""
    if edition.queue.is_empty():
        return words.text("queue.landing.nothing")
    oldest = edition.queue.row(0, named=True)
    return words.text(
        "queue.landing.waiting",
        n=edition.queue.height,
        date=words.date(oldest["since"]),
        days=words.number(oldest["working_days"], 0),
    )


def queue_size(edition: Edition) -> str:
    """What that sentence is made from, besides the day."""
    return f"{edition.queue.height} {edition.queue['since'].head(1).to_list()}"
