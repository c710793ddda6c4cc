"""How an organisation compares with the others: its place in the funnel of each key measure.

Belongs here: from the frame of comparisons to the rows of a table. Does not belong here: places and
lines (reports/spc/funnel.py), which quarter and whose figures (quarter_funnel.py), the drawing,
which stands on the workstream's page where all organisations are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from data_contracts.contract import Contract
from reports.edition import Edition
from reports.pages.funnel_view import decimals_apart, lines_text, place_text
from reports.sentences import Amounts
from reports.spc.funnel_plan import FunnelNote
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """One measure: the own figure, that of all organisations together, the lines and the place.

    beyond_chance: organisations differ by more than chance, which the lines do not allow for.
    """

    measure: str
    quarter: str
    value: str
    overall: str
    lines_95: str
    lines_998: str
    place: str
    is_outside: bool
    beyond_chance: bool


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
        amounts = Amounts(words, measure)
        digits, suffix = decimals_apart(row, amounts.decimals), amounts.suffix
        rows.append(
            ComparisonRow(
                measure=words.text(f"{contract.workstream}.measures.{measure.id}.short"),
                quarter=words.text(
                    "charts.page.months_range",
                    first=words.month(row["first"]),
                    last=words.month(row["last"]),
                ),
                value=words.number(row["value"], digits) + suffix,
                overall=words.number(row["target"], digits) + suffix,
                lines_95=lines_text(row, "95", digits, words, suffix),
                lines_998=lines_text(row, "998", digits, words, suffix),
                place=place_text(row, words),
                is_outside=bool(row["side"]),
                beyond_chance=row["beyond_chance"],
            )
        )
    return tuple(rows)


def chance_note(rows: Sequence[ComparisonRow], words: Words) -> str:
    """What a funnel says of over-dispersion, with the measures it is true of; empty for none."""
    measures = [row.measure for row in rows if row.beyond_chance]
    if not measures:
        return ""
    note = words.text(f"funnel_page.note.{FunnelNote.NOT_ADJUSTED.value}")
    return words.text("pages.own.places_note", measures="; ".join(measures), note=note)
