"""How complete and how timely returns were, month by month, for each organisation that sends.

Belongs here: the last year up to the edition's month as small pictures, as sums in words and as a
table. Does not belong here: counting (assets/steps/queue.py) and what waits now (queue_list.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from reports.edition import Edition
from reports.figures.share_bars import share_bars
from reports.pages.problem_words import organisation_name
from reports.pages.quality import shown_months
from reports.pages.submission_case import Row
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendMonth:
    """The returns of one month."""

    month: str
    due: str
    sent: str
    complete: str
    on_time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One organisation: a picture, its sum over all months and its latest month, of each share."""

    organisation: str
    complete_bars: str
    complete: str
    complete_latest: str
    on_time_bars: str
    on_time: str
    on_time_latest: str
    months: tuple[TrendMonth, ...]


def trend_span(edition: Edition, words: Words) -> str:
    """`November 2025 to October 2026`: the months that the pictures show."""
    span = shown_months(edition)
    return words.text(
        "stewards.page.months", first=words.month(span[0]), last=words.month(span[-1])
    )


def trends(edition: Edition, words: Words) -> tuple[Trend, ...]:
    """One for each organisation of which anything was due, by name."""
    span = shown_months(edition)
    shown = edition.timeliness.filter(pl.col("period").is_in(list(span))).sort("period")
    parted = shown.partition_by("organisation", as_dict=True, maintain_order=True)
    named = sorted(
        (organisation_name(words, edition.registers, str(key[0])), own.to_dicts())
        for key, own in parted.items()
    )
    return tuple(_trend(words, name, own, span) for name, own in named)


def _trend(words: Words, name: str, rows: Sequence[Row], span: Sequence[date]) -> Trend:
    known = {row["period"]: row for row in rows}

    def bars(share: str) -> str:
        return share_bars([known[month][share] if month in known else None for month in span])

    return Trend(
        organisation=name,
        complete_bars=bars("share_complete"),
        complete=_sum(words, rows, "complete"),
        complete_latest=_latest(words, rows[-1], "complete"),
        on_time_bars=bars("share_on_time"),
        on_time=_sum(words, rows, "on_time"),
        on_time_latest=_latest(words, rows[-1], "on_time"),
        months=tuple(_month(words, row) for row in reversed(rows)),
    )


def _sum(words: Words, rows: Sequence[Row], name: str) -> str:
    count, due = (sum(row[column] for row in rows) for column in (name, "due"))
    share = words.number(_rounded(count, due), 0)
    return words.text("queue.trend.share", share=share, count=count, due=due)


def _rounded(count: int, due: int) -> int:
    """Per cent, downwards: only all of them are 100%."""
    return 100 * count // due


def _latest(words: Words, row: Row, name: str) -> str:
    return words.text(
        "queue.trend.latest", month=words.month(row["period"]), count=row[name], due=row["due"]
    )


def _month(words: Words, row: Row) -> TrendMonth:
    counts = {name: words.number(row[name], 0) for name in ("due", "sent", "complete", "on_time")}
    return TrendMonth(month=words.month(row["period"]), **counts)
