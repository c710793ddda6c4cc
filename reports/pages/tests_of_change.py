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
from reports.pages.levels import ORGANISATION
from reports.pages.sources import SIMULATED
from reports.pages.units import part_name, unit_name
from reports.words import Words

FLAGGED = frozenset({"test_of_change", "process_change"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One row of the table. `flag` is empty for a row that no chart shows.

    `language` is that of `text`, which may differ from the page's.
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


def flags_for(edition: Edition, measure: Measure, organisation: str | None) -> dict[date, str]:
    """Months with a test of change or a process change -> their numbers on a measure's chart.

    One of a single site or ward is no flag on its organisation's chart. `organisation` None takes
    those of all organisations: the chart for Wales.
    """
    rows = _of(edition, measure.workstream).filter(
        pl.col("kind").is_in(list(FLAGGED)), pl.col("level") == ORGANISATION
    )
    concerned = rows.filter(pl.col("measure").is_null() | (pl.col("measure") == measure.id))
    if organisation is not None:
        concerned = concerned.filter(pl.col("organisation") == organisation)
    first_of_month = concerned["date"].dt.month_start().unique().sort()
    return {month: str(number) for number, month in enumerate(first_of_month, start=1)}


def change_rows(
    edition: Edition, contract: Contract, words: Words, flags: Mapping[date, str], flagged: Measure
) -> tuple[ChangeRow, ...]:
    """All that was told about a workstream, oldest first; `flags`: numbers on `flagged`'s chart."""
    rows = _of(edition, contract.workstream).sort("date", "organisation", "kind")
    return tuple(_row(edition, contract, words, row, flags, flagged) for row in rows.to_dicts())


def _of(edition: Edition, workstream: str) -> pl.DataFrame:
    return edition.changes.filter(pl.col("workstream") == workstream)


def _row(
    edition: Edition,
    contract: Contract,
    words: Words,
    row: Mapping[str, Any],
    flags: Mapping[date, str],
    flagged: Measure,
) -> ChangeRow:
    text, language = _sent_text(row, words.language)
    on_chart = (
        row["kind"] in FLAGGED
        and row["level"] == ORGANISATION
        and row["measure"] in (None, flagged.id)
    )
    return ChangeRow(
        flag=flags.get(row["date"].replace(day=1), "") if on_chart else "",
        date=words.date(row["date"]),
        organisation=_about(edition, words, row),
        kind=words.text(f"charts.page.kind.{row['kind']}"),
        measure=_measure_name(contract, words, row["measure"]),
        text=text,
        language=language,
        role=row["author_role"] or "",
        is_simulated=row["provenance"] in SIMULATED,
    )


def _about(edition: Edition, words: Words, row: Mapping[str, Any]) -> str:
    """The organisation, or the site or ward of it, that a change is about."""
    if row["level"] == ORGANISATION:
        return unit_name(edition, words, row["organisation"])
    unit = ":".join(code for code in (row["site_code"], row["ward_code"]) if code)
    return part_name(edition, words, row["level"], unit)


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
