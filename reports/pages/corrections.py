"""Figures that a later file changed: rows of a table, a file, and the words for one of them.

Belongs here: which corrections a workstream's page tells and how one reads, also in the quarterly
pack. Does not belong here: finding them (assets/steps/corrections.py), what else changed in a
quarter (quarter_log.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from data_contracts.contract import Contract, Measure
from reports.corrections import Cause
from reports.edition import Edition
from reports.figures.series import EVENT_CHARTS
from reports.pages.file_names import file_name
from reports.pages.quality import shown_months
from reports.pages.safe_csv import csv_bytes
from reports.pages.submission_history import shown_of
from reports.pages.units import unit_name
from reports.sentences import Speaker
from reports.words import Words

# The newest; all are in the file.
MOST_SHOWN = 20
CSV_COLUMNS = (
    "organisation", "month", "measure", "numerator_before", "denominator_before", "value_before",
    "numerator_now", "denominator_now", "value_now", "file", "day", "timing",
)  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a month said: the amount (empty where counts alone are charted) and its counts."""

    amount: str
    counts: str

    @property
    def told(self) -> str:
        return self.amount or self.counts


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRow:
    """One figure that changed. `timing` says whether its file came by the deadline, or nothing."""

    organisation: str
    month: str
    measure: str
    before: Figure
    now: Figure
    file: str
    day: str
    timing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The newest corrections of key measures; `shown` says how many there are where not all are.

    `files` is the whole list to download, none where there is nothing to list.
    """

    sub: str
    rows: tuple[CorrectionRow, ...]
    shown: str
    csv_href: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def corrections_of(edition: Edition, contract: Contract, words: Words) -> Corrections:
    """What changed in a workstream's key measures in the months of its data quality."""
    found = newest_first(key_corrections(edition, contract))
    span = shown_months(edition)
    stem = f"{contract.workstream.replace('_', '-')}-corrections"
    csv_href = f"data/{file_name(stem, words.language, 'csv')}"
    csv = csv_bytes(
        [words.text(f"charts.corrections.column.{name}") for name in CSV_COLUMNS],
        (_line(edition, contract, words, row) for row in found),
    )
    return Corrections(
        sub=words.text(
            "charts.corrections.sub" if found else "charts.corrections.none",
            first=words.month(span[0]),
            last=words.month(span[-1]),
        ),
        rows=tuple(_row(edition, contract, words, row) for row in found[:MOST_SHOWN]),
        shown=shown_of(words, min(len(found), MOST_SHOWN), len(found)),
        csv_href=csv_href,
        files={csv_href: csv} if found else {},
    )


def key_corrections(edition: Edition, contract: Contract) -> pl.DataFrame:
    """Corrections of the workstream's key measures in the months that its page shows."""
    keys = [measure.id for measure in contract.measures if measure.key]
    return edition.corrections.filter(
        pl.col("workstream") == contract.workstream,
        pl.col("measure").is_in(keys),
        pl.col("period").is_in(list(shown_months(edition))),
    )


def newest_first(found: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows by the night that published the change; of one night by organisation, newest month
    first. No two rows are alike in all of these."""
    order = ("night", "day", "organisation", "period", "table", "measure")
    descending = [True, True, False, True, False, False]
    return found.sort(order, descending=descending, nulls_last=True).to_dicts()


def figures_of(contract: Contract, row: Row, words: Words) -> tuple[Figure, Figure]:
    """What the month said before and what it said after."""
    measure = contract.measure(row["measure"])
    before = _figure(measure, row["numerator_before"], row["denominator_before"], words)
    return before, _figure(measure, row["numerator"], row["denominator"], words)


def measure_name(row: Row, words: Words) -> str:
    return words.text(f"{row['workstream']}.measures.{row['measure']}.short")


def file_told(row: Row, words: Words) -> str:
    """`Version 2`, `Version 2 was withdrawn`, ..., or that the file had no number."""
    case = "numbered" if row["version"] is not None else "unnumbered"
    version = "" if row["version"] is None else str(row["version"])
    return words.text(f"charts.corrections.{row['cause']}.{case}", version=version)


def value_of(measure: Measure, numerator: float | None, denominator: float | None) -> float | None:
    """The amount that a chart would show; None where it shows none, or days between events."""
    if numerator is None or measure.chart in EVENT_CHARTS:
        return None
    if measure.denominator is None:
        return numerator
    return numerator / denominator * measure.multiplier if denominator else None


def _figure(
    measure: Measure, numerator: float | None, denominator: float | None, words: Words
) -> Figure:
    amounts = Speaker(words, measure).amounts
    if numerator is None:
        return Figure("", words.text("charts.corrections.no_figure"))
    counts = amounts.count(numerator)
    if denominator is not None:
        of = amounts.count(denominator)
        counts = words.text("charts.corrections.counts", numerator=counts, denominator=of)
    return Figure(amounts.amount(value_of(measure, numerator, denominator)), counts)


def _timing(row: Row, words: Words) -> str:
    if row["cause"] != Cause.VERSION:
        return ""
    return words.text(f"charts.corrections.{'late' if row['is_late'] else 'on_time'}")


def _row(edition: Edition, contract: Contract, words: Words, row: Row) -> CorrectionRow:
    before, now = figures_of(contract, row, words)
    return CorrectionRow(
        organisation=unit_name(edition, words, row["organisation"]),
        month=words.month(row["period"]),
        measure=measure_name(row, words),
        before=before,
        now=now,
        file=file_told(row, words),
        day=words.date(row["day"]),
        timing=_timing(row, words),
    )


def _line(edition: Edition, contract: Contract, words: Words, row: Row) -> Sequence[object]:
    """A line of the file: plain numbers with the decimals of the page."""
    measure = contract.measure(row["measure"])
    decimals = Speaker(words, measure).amounts.decimals
    figures: list[str] = []
    for side in ("_before", ""):
        numerator, denominator = row[f"numerator{side}"], row[f"denominator{side}"]
        value = value_of(measure, numerator, denominator)
        counts = ("" if one is None else f"{one:.10g}" for one in (numerator, denominator))
        figures += [*counts, "" if value is None else f"{value:.{decimals}f}"]
    return (
        unit_name(edition, words, row["organisation"]), f"{row['period']:%Y-%m}",
        measure_name(row, words), *figures, file_told(row, words), row["day"], _timing(row, words),
    )  # fmt: skip
