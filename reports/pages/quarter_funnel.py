"""Organisations compared with each other over the latest whole quarter: the funnel of a report.

Belongs here: which months make the quarter, whose figures are whole, how a measure is compared.
Does not belong here: lines and places (reports/spc/funnel.py), the drawing (reports/figures), the
words for places (funnel_view.py), markup.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import polars as pl

from data_contracts.contract import Contract, Measure
from data_contracts.states import PointState
from reports.comparisons import COMPARISON_SCHEMA
from reports.edition import Edition
from reports.months import later
from reports.pages.file_names import file_name
from reports.pages.funnel_view import (
    NUMBER_COLUMNS,
    FunnelView,
    ReportWords,
    funnel_view,
    heads,
)
from reports.pages.levels import ORGANISATION, WALES
from reports.pages.safe_csv import csv_bytes
from reports.pages.units import due_organisations, unit_name
from reports.pages.workstream_series import WorkstreamSeries
from reports.quarters import latest_complete
from reports.spc.funnel import Funnel, funnel
from reports.spc.funnel_plan import FunnelKind, FunnelNote, FunnelPlan, Place
from reports.spc.vocabulary import Chart, Direction
from reports.words import Words

DATA_FOLDER = "data"
# Fewer organisations than these are a list, not a comparison.
FEWEST = 3
# What a chart counts says how organisations compare; measured values and times have no funnel.
KINDS: Mapping[Chart, FunnelKind] = MappingProxyType(
    {
        Chart.U: FunnelKind.RATE,
        Chart.U_PRIME: FunnelKind.RATE,
        Chart.P: FunnelKind.PROPORTION,
        Chart.P_PRIME: FunnelKind.PROPORTION,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterFunnel:
    """A funnel with its words. `left_out` says whose quarter is not whole, or nothing.

    `csv` is the content of the file at `csv_href`: the table, with numbers as on the page.
    """

    view: FunnelView
    subtitle: str
    left_out: str
    heads: tuple[str, ...]
    csv_href: str
    csv: bytes
    csv_size: str
    numbers: tuple[int, ...] = NUMBER_COLUMNS


@dataclass(frozen=True, slots=True)
class _Compared:
    """The organisations of a measure, by code, with their places; the quarter's months."""

    measure: Measure
    quarter: tuple[date, ...]
    plan: FunnelPlan
    sums: pl.DataFrame
    due: tuple[str, ...]

    def funnel(self, names: Mapping[str, str]) -> Funnel:
        """The funnel of organisations under these names; codes without one keep their code."""
        return funnel(self.sums.with_columns(pl.col("unit").replace(names)), self.plan)


def quarter_funnels(
    edition: Edition, series: WorkstreamSeries, words: Words
) -> tuple[QuarterFunnel, ...]:
    """One for each key measure that counts events or cases and that enough organisations sent."""
    made = (_compared(edition, series.contract, measure) for measure in series.key_measures)
    return tuple(_in_words(edition, one, words) for one in made if one is not None)


def comparisons(edition: Edition) -> pl.DataFrame:
    """The place of every organisation in every funnel, as COMPARISON_SCHEMA.

    The edition is one that was not cut: a place is one among all organisations.
    """
    made = (
        _compared(edition, contract, measure)
        for contract in edition.contracts
        if contract.measures
        for measure in WorkstreamSeries(contract, {}).key_measures
    )
    places = [_places(one) for one in made if one is not None]
    return pl.concat([pl.DataFrame(schema=COMPARISON_SCHEMA), *places])


def _places(compared: _Compared) -> pl.DataFrame:
    found = compared.funnel({})
    (notes,) = found.summary["notes"].to_list()
    told = found.points.filter(pl.col("place").is_not_null()).with_columns(
        workstream=pl.lit(compared.measure.workstream),
        measure=pl.lit(compared.measure.id),
        organisation="unit",
        first=pl.lit(compared.quarter[0]),
        last=pl.lit(compared.quarter[-1]),
        beyond_chance=pl.lit(FunnelNote.NOT_ADJUSTED.value in notes),
    )
    return told.select(pl.col(name).cast(kind) for name, kind in COMPARISON_SCHEMA.items())


def _compared(edition: Edition, contract: Contract, measure: Measure) -> _Compared | None:
    """What is compared; None for what a chart measures and where too few sent whole quarters."""
    kind = KINDS.get(_chart(edition, measure))
    due = due_organisations(contract, measure)
    if kind is None or len(due) < FEWEST:
        return None
    final = later(edition.data_month, -measure.final_after_months)
    quarter = latest_complete(final).months
    sums = _sums(edition.points, measure, quarter)
    if len(sums) < FEWEST or not _are_counts(sums):
        return None
    plan = FunnelPlan(
        kind=kind, direction=Direction(measure.direction.value), multiplier=measure.multiplier
    )
    return _Compared(measure, quarter, plan, sums, tuple(due))


def _chart(edition: Edition, measure: Measure) -> Chart:
    """Where the data choose the chart, Wales has the most of them."""
    of_wales = (
        (pl.col("workstream") == measure.workstream)
        & (pl.col("measure") == measure.id)
        & (pl.col("level") == WALES)
    )
    chosen = edition.series.filter(of_wales).sort("phase")["chart"]
    return Chart(chosen[-1] if len(chosen) and chosen[-1] else measure.chart)


def _in_words(edition: Edition, compared: _Compared, words: Words) -> QuarterFunnel:
    measure, quarter = compared.measure, compared.quarter
    names = {code: unit_name(edition, words, code) for code in compared.due}
    found = compared.funnel(names)
    (summary,) = found.summary.to_dicts()
    without = sorted(names[code] for code in set(compared.due) - set(compared.sums["unit"]))
    anchor = funnel_anchor(measure)
    headline = _headline(found.points, measure, words)
    own = ReportWords(headline=headline, across=_across(compared, words))
    view = funnel_view(anchor, summary, found, compared.plan, words, own)
    file = csv_bytes(heads(words), view.rows)
    return QuarterFunnel(
        view=view,
        subtitle=words.text(
            "charts.page.funnel.subtitle",
            definition=words.text(f"{measure.workstream}.measures.{measure.id}.name"),
            first=words.month(quarter[0]),
            last=words.month(quarter[-1]),
        ),
        left_out=words.text("charts.page.funnel.left_out", organisations=", ".join(without))
        if without
        else "",
        heads=heads(words),
        csv_href=f"{DATA_FOLDER}/{file_name(anchor, words.language, 'csv')}",
        csv=file,
        csv_size=words.text("charts.chart.kilobytes", n=math.ceil(len(file) / 1024)),
    )


def _across(compared: _Compared, words: Words) -> str:
    """What the denominator of a quarter is: as the contract's words say, else by the kind."""
    measure = compared.measure
    named = f"{measure.workstream}.measures.{measure.id}.denominator_of_quarter"
    kind = f"charts.page.funnel.across.{compared.plan.kind.value}"
    return words.text(named if words.has(named) else kind)


def funnel_anchor(measure: Measure) -> str:
    """Where a measure's funnel stands on its workstream's page."""
    return f"funnel-{measure.id.replace('_', '-')}"


def _sums(points: pl.DataFrame, measure: Measure, quarter: tuple[date, ...]) -> pl.DataFrame:
    """unit, numerator, denominator of organisations whose months of the quarter are all final."""
    ours = (
        (pl.col("workstream") == measure.workstream)
        & (pl.col("measure") == measure.id)
        & (pl.col("level") == ORGANISATION)
        & pl.col("period").is_in(quarter)
        & (pl.col("state") == PointState.FINAL.value)
    )
    return (
        points.filter(ours)
        .group_by("unit")
        .agg(pl.col("numerator", "denominator").sum(), months=pl.len())
        .filter((pl.col("months") == len(quarter)) & (pl.col("denominator") > 0))
        .sort("unit")
        .drop("months")
    )


def _are_counts(sums: pl.DataFrame) -> bool:
    """Weighted sums are no counts: chance says nothing of how far they spread."""
    whole = pl.col("numerator") == pl.col("numerator").round()
    return bool(sums.select((whole & (pl.col("numerator") >= 0)).all()).item())


def _headline(points: pl.DataFrame, measure: Measure, words: Words) -> str:
    """Who lies outside, by name: one, or how many there are."""
    outside = points.filter(pl.col("place") == Place.BEYOND_998.value)["unit"].to_list()
    name = words.text(f"{measure.workstream}.measures.{measure.id}.short")
    if not outside:
        return words.text("charts.page.funnel.none", measure=name)
    return words.text(
        "charts.page.funnel.some", measure=name, n=len(outside), organisations=", ".join(outside)
    )
