"""Charts of days between rare events, for an organisation's own readers.

Belongs here: for which units they are drawn, and how long it has been since the last event. Does
not belong here: counting the days (assets/steps/rare.py), limits and rules (reports/spc), the chart
itself (chart.py). Dates of events are shown in no other folder: the edition was cut before.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.contract import Contract, Measure
from reports.edition import Edition
from reports.figures.series import Series, read_every_series
from reports.figures.sizes import Size
from reports.pages.chart import ChartModel, model_of
from reports.pages.chart_labels import Options
from reports.pages.levels import ORGANISATION, SITE
from reports.pages.phase_reasons import boundaries_of
from reports.pages.return_statuses import ARRIVED
from reports.pages.series_key import SeriesKey
from reports.pages.units import part_name, unit_name
from reports.sentences import Speaker
from reports.words import Words

# Of a site with fewer no limits can be drawn, and a page of many sites has no room for their dots.
FEWEST_OF_A_SITE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RareChart:
    """One chart, and a sentence about the days since its last event, which are no point yet."""

    chart: ChartModel
    since: str


def rare_charts(
    edition: Edition, contract: Contract, words: Words, code: str
) -> tuple[RareChart, ...]:
    """Each kind of rare event: for the organisation, or for its sites where those alone are rare.

    `edition` is one that was cut for this organisation's own readers.
    """
    keys = _read(edition, contract)
    return tuple(
        _chart(edition, measure, key, keys[key], words, code)
        for measure in contract.days_between
        for key in _shown(keys, measure)
    )


def too_few_events(edition: Edition, contract: Contract, words: Words, code: str) -> str:
    """Organisation and sites with too few events for a chart, in one sentence; empty for none."""
    keys = _read(edition, contract)
    named = [
        words.text(
            "pages.own.rare_few_item",
            measure=words.text(f"{measure.workstream}.measures.{measure.id}.short"),
            unit=_unit(edition, key, words, code),
            date=words.date(_last_event(edition, key)),
        )
        for measure in contract.days_between
        for key in _without_chart(keys, measure)
    ]
    return words.text("pages.own.rare_few", named="; ".join(named)) if named else ""


def _read(edition: Edition, contract: Contract) -> dict[SeriesKey, Series]:
    if edition.days_points.is_empty():
        return {}
    of_contract = pl.col("workstream") == contract.workstream
    found = read_every_series(
        edition.days_points.filter(of_contract),
        edition.days_series.filter(of_contract),
        edition.data_month,
        lambda _: _no_target,
    )
    return {SeriesKey.named(text): series for text, series in found.items()}


def _no_target(day: date) -> float | None:
    return None


def _shown(keys: dict[SeriesKey, Series], measure: Measure) -> Iterator[SeriesKey]:
    for key in _of_measure(keys, measure):
        # The engine draws too few events as a run chart of months, which has no place for days.
        is_enough = key.level == ORGANISATION or len(keys[key].points) >= FEWEST_OF_A_SITE
        if keys[key].is_by_event and is_enough:
            yield key


def _without_chart(keys: dict[SeriesKey, Series], measure: Measure) -> Iterator[SeriesKey]:
    shown = set(_shown(keys, measure))
    return (key for key in _of_measure(keys, measure) if key not in shown)


def _of_measure(keys: dict[SeriesKey, Series], measure: Measure) -> list[SeriesKey]:
    """The organisation's own, or its sites' where those alone are rare."""
    ours = sorted((key for key in keys if key.measure == measure.id), key=str)
    whole = [key for key in ours if key.level == ORGANISATION]
    return whole or [key for key in ours if key.level == SITE]


def _last_event(edition: Edition, key: SeriesKey) -> date:
    days = edition.days_points.filter(pl.col("series") == f"{key}")["period"].max()
    assert isinstance(days, date)  # a series has at least one event
    return days


def _unit(edition: Edition, key: SeriesKey, words: Words, code: str) -> str:
    if key.level == ORGANISATION:
        return unit_name(edition, words, code)
    return part_name(edition, words, key.level, key.unit)


def _chart(
    edition: Edition, measure: Measure, key: SeriesKey, series: Series, words: Words, code: str
) -> RareChart:
    options = Options(
        unit_name=_unit(edition, key, words, code), boundaries=boundaries_of(edition, key)
    )
    chart = model_of(series, key, Speaker(words, measure), Size.MEDIUM, options)
    return RareChart(chart=chart, since=_since(edition, measure, series, words, code))


def _since(edition: Edition, measure: Measure, series: Series, words: Words, code: str) -> str:
    """The days from the last event to the end of the last month that is in."""
    sent = edition.returns.filter(
        pl.col("workstream") == measure.workstream,
        pl.col("table") == measure.table,
        pl.col("organisation") == code,
        pl.col("status").is_in([status.value for status in ARRIVED]),
        pl.col("period") <= edition.data_month,
    )["period"].max()
    last = series.last
    if not isinstance(sent, date) or last is None:
        return ""
    end = sent.replace(day=calendar.monthrange(sent.year, sent.month)[1])
    if end < last.period:
        return ""
    return words.text(
        "pages.own.rare_since",
        n=(end - last.period).days,
        date=words.date(last.period),
        month=words.month(sent),
    )
