"""How an organisation compares with the others: its place in the funnel of each key measure.

Belongs here: from the frame of comparisons to the rows of a table. Does not belong here: places and
lines (reports/spc/funnel.py), which quarter and whose figures (quarter_funnel.py), the drawing,
which stands on the workstream's page where all organisations are named.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_contracts.contract import Contract
from reports.edition import Edition
from reports.pages.funnel_view import FIGURES_IN_REPORT, decimals_for, lines_text, place_text
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """One measure: the own figure, that of all organisations together, the lines and the place."""

    measure: str
    quarter: str
    value: str
    overall: str
    lines_95: str
    lines_998: str
    place: str
    is_outside: bool


def comparison_rows(
    edition: Edition, contract: Contract, words: Words, code: str
) -> tuple[ComparisonRow, ...]:
    """A row for each key measure of a workstream in which the organisation has a place."""
    own = edition.comparisons.filter(
        pl.col("workstream") == contract.workstream, pl.col("organisation") == code
    )
    places = {row["measure"]: row for row in own.iter_rows(named=True)}
    rows = []
    for measure in contract.measures:
        row = places.get(measure.id)
        if row is None:
            continue
        digits = decimals_for([row["value"], row["target"]], FIGURES_IN_REPORT)
        rows.append(
            ComparisonRow(
                measure=words.text(f"{contract.workstream}.measures.{measure.id}.short"),
                quarter=words.text(
                    "charts.page.months_range",
                    first=words.month(row["first"]),
                    last=words.month(row["last"]),
                ),
                value=words.number(row["value"], digits),
                overall=words.number(row["target"], digits),
                lines_95=lines_text(row, "95", digits, words),
                lines_998=lines_text(row, "998", digits, words),
                place=place_text(row, words),
                is_outside=bool(row["side"]),
            )
        )
    return tuple(rows)
