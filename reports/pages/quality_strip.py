"""Quality of the data in one strip: who sent what for the month, and over the last twelve.

Belongs here: one row for each organisation, one mark for each workstream (its worst return). Does
not belong here: the grid month by month (quality.py, on the workstream's page).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.contract import Contract
from reports.edition import Edition
from reports.pages.quality import shown_months
from reports.pages.return_statuses import ARRIVED, NOT_DUE, SHOWN, WORST_FIRST
from reports.pages.units import unit_name
from reports.words import Words


@dataclass(frozen=True, slots=True)
class Mark:
    """The worst return of a workstream for the month, and that in words."""

    status: str
    text: str


@dataclass(frozen=True, slots=True)
class StripRow:
    """One organisation; `months` are marks of its worst return in each of the last months."""

    organisation: str
    marks: tuple[Mark, ...]
    months: tuple[Mark, ...]
    on_time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityStrip:
    """The strip with the sentence that opens it; `counts` are returns by status."""

    deadline: str
    due: str
    counts: tuple[Mark, ...]
    workstreams: tuple[str, ...]
    rows: tuple[StripRow, ...]
    statuses: tuple[Mark, ...]


def quality_strip(edition: Edition, contracts: tuple[Contract, ...], words: Words) -> QualityStrip:
    """The strip of all organisations that must send something, by name."""
    month = edition.returns.filter(pl.col("period") == edition.data_month)
    codes = {code for c in contracts for t in c.tables for code in t.due_organisations}
    named = sorted((unit_name(edition, words, code), code) for code in codes)
    return QualityStrip(
        deadline=_deadline(edition, month, words),
        due=words.text("pages.landing.quality.due", n=month.height),
        counts=_counts(month, words),
        workstreams=tuple(words.text(f"{c.workstream}.workstream.name") for c in contracts),
        rows=tuple(_row(edition, contracts, words, name, code) for name, code in named),
        statuses=tuple(_mark(status, words) for status in SHOWN),
    )


def _deadline(edition: Edition, month: pl.DataFrame, words: Words) -> str:
    last = month["deadline"].max()
    if not isinstance(last, date):
        return ""
    case = "deadline" if last < edition.today else "deadline_ahead"
    return words.text(
        f"pages.landing.quality.{case}",
        month=words.month(edition.data_month),
        deadline=words.date(last),
    )


def _counts(month: pl.DataFrame, words: Words) -> tuple[Mark, ...]:
    counts = Counter(month["status"].to_list())
    return tuple(
        Mark(status, words.text("pages.landing.quality.status_count", status=said.text, n=n))
        for status in SHOWN
        if (n := counts[status]) and (said := _mark(status, words))
    )


def _row(
    edition: Edition,
    contracts: tuple[Contract, ...],
    words: Words,
    name: str,
    code: str,
) -> StripRow:
    own = edition.returns.filter(pl.col("organisation") == code)
    told = list(own.select("workstream", "period", "status").iter_rows())
    span = shown_months(edition)
    inside = [status for _, period, status in told if period in span]
    arrived = sum(status in ARRIVED for status in inside)
    month = [(w, status) for w, period, status in told if period == edition.data_month]
    return StripRow(
        organisation=name,
        marks=tuple(
            _mark(_worst(s for w, s in month if w == c.workstream), words) for c in contracts
        ),
        months=tuple(
            _mark(_worst(s for _, period, s in told if period == shown), words) for shown in span
        ),
        on_time=words.text("pages.landing.quality.on_time_of", arrived=arrived, due=len(inside)),
    )


def _worst(statuses: Iterable[str]) -> str:
    return min(statuses, key=WORST_FIRST.index, default=NOT_DUE)


def _mark(status: str, words: Words) -> Mark:
    return Mark(status, words.text(f"terms.return_statuses.{status}"))
