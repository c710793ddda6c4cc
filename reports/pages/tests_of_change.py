"""What organisations tell of their own work: rows of a table, numbers on a chart.

Belongs here: which changes get a number and how they read. Does not belong here: requests and
decisions (decisions/ in the lake) and where flags stand (reports/figures/labels.py). Text that
people sent is shown as sent, with its language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from data_contracts.contract import Contract, Measure
from reports.edition import Edition
from reports.figures.sizes import MOST_MONTHS
from reports.months import later
from reports.pages.levels import ORGANISATION
from reports.pages.series_key import SeriesKey
from reports.pages.sources import SIMULATED
from reports.pages.units import part_name, unit_name
from reports.words import Words

FLAGGED = frozenset({"test_of_change", "process_change"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One row of the table. `flag` is empty for a row that no chart shows.

    `language` is that of `text` and `role`, which may differ from the page's. `href` is the place
    of the organisation's own figures on the page, or nothing.
    """

    flag: str
    date: str
    organisation: str
    kind: str
    measure: str
    text: str
    language: str
    role: str
    is_simulated: bool
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCharts:
    """What the charts beside a table show: `numbers` by month, and which `measures` have one.

    `anchors` are the places on the page; a change that is about all measures leads to `first`'s.
    """

    numbers: Mapping[date, str]
    measures: frozenset[str]
    anchors: frozenset[str] = frozenset()
    first: str = ""


@dataclass(frozen=True, slots=True)
class Flags:
    """The tests of change and process changes that a page's charts number, by month.

    They are about one of `measures`, which have a chart there, or about all of a workstream's. One
    of a single site or ward is no flag on its organisation's chart. `organisation` None takes those
    of all organisations: the charts for Wales. Months that charts do not show have none: those
    before their 36, and those after the data month, of which much is told before its figures are.
    """

    edition: Edition
    workstream: str
    measures: frozenset[str]
    organisation: str | None = None

    def numbers(self) -> dict[date, str]:
        """Months -> their numbers, the same on whichever chart of the page."""
        about = pl.col("measure").is_null() | pl.col("measure").is_in(list(self.measures))
        months = self._rows().filter(about)["date"].dt.month_start().unique().sort()
        return {month: str(number) for number, month in enumerate(months, start=1)}

    def on(self, measure: Measure, about_all: bool = True) -> dict[date, str]:
        """Those on the chart of a measure, with or without the changes that are about all."""
        concerned = pl.col("measure") == measure.id
        if about_all:
            concerned |= pl.col("measure").is_null()
        months = set(self._rows().filter(concerned)["date"].dt.month_start())
        return {month: number for month, number in self.numbers().items() if month in months}

    def _rows(self) -> pl.DataFrame:
        rows = _of(self.edition, self.workstream).filter(
            pl.col("kind").is_in(list(FLAGGED)),
            pl.col("level") == ORGANISATION,
            pl.col("date") >= later(self.edition.data_month, 1 - MOST_MONTHS),
            pl.col("date") < later(self.edition.data_month, 1),
        )
        if self.organisation is None:
            return rows
        return rows.filter(pl.col("organisation") == self.organisation)


def flags_of_wales(edition: Edition, contract: Contract) -> Flags:
    """Those on a workstream's charts for Wales, where each of its measures has one."""
    return Flags(edition, contract.workstream, frozenset(m.id for m in contract.measures))


def change_rows(
    edition: Edition, contract: Contract, words: Words, shown: OnCharts
) -> tuple[ChangeRow, ...]:
    """All that was told about a workstream, oldest first."""
    rows = _of(edition, contract.workstream).sort(
        "date", "organisation", "kind", maintain_order=True
    )
    return tuple(_row(edition, contract, words, row, shown) for row in rows.to_dicts())


def _of(edition: Edition, workstream: str) -> pl.DataFrame:
    return edition.changes.filter(pl.col("workstream") == workstream)


def _row(
    edition: Edition,
    contract: Contract,
    words: Words,
    row: Mapping[str, Any],
    shown: OnCharts,
) -> ChangeRow:
    text, language = _sent_text(row, words.language)
    if _is_told_elsewhere(row):
        text = words.text("charts.page.change_elsewhere")
    on_chart = (
        row["kind"] in FLAGGED
        and row["level"] == ORGANISATION
        and (row["measure"] is None or row["measure"] in shown.measures)
    )
    return ChangeRow(
        flag=shown.numbers.get(row["date"].replace(day=1), "") if on_chart else "",
        date=words.date(row["date"]),
        organisation=_about(edition, words, row),
        kind=words.text(f"charts.page.kind.{row['kind']}"),
        measure=_measure_name(contract, words, row["measure"]),
        text=text,
        language=language,
        role=row["author_role"] or "",
        is_simulated=row["provenance"] in SIMULATED,
        href=_href(contract, row, shown),
    )


def _href(contract: Contract, row: Mapping[str, Any], shown: OnCharts) -> str:
    """The organisation's own figures of the measure, where the page has them."""
    key = SeriesKey(
        workstream=contract.workstream,
        measure=row["measure"] or shown.first,
        level=ORGANISATION,
        unit=row["organisation"],
    )
    return f"#{key.anchor}" if key.anchor in shown.anchors else ""


def _about(edition: Edition, words: Words, row: Mapping[str, Any]) -> str:
    """The organisation, or the site or ward of it, that a change is about."""
    if row["level"] == ORGANISATION:
        return unit_name(edition, words, row["organisation"])
    if _is_told_elsewhere(row):
        name = unit_name(edition, words, row["organisation"])
        return words.text(f"charts.page.change_within.{row['level']}", organisation=name)
    unit = ":".join(code for code in (row["site_code"], row["ward_code"]) if code)
    return part_name(edition, words, row["level"], unit)


def _is_told_elsewhere(row: Mapping[str, Any]) -> bool:
    """Whether a site's or ward's work is told in its organisation's own folder alone."""
    return row["level"] != ORGANISATION and row["site_code"] is None and row["ward_code"] is None


def _sent_text(row: Mapping[str, Any], language: str) -> tuple[str, str]:
    """The text in the reader's language where it was sent, else the other one, and its language."""
    other = "en" if language == "cy" else "cy"
    for known in (language, other):
        if row[f"text_{known}"]:
            return str(row[f"text_{known}"]), known
    return "", language


def _measure_name(contract: Contract, words: Words, measure: str | None) -> str:
    if measure is None or measure not in {known.id for known in contract.measures}:
        return words.text("charts.page.change_all") if measure is None else measure
    return words.text(f"{contract.workstream}.measures.{measure}.short")
