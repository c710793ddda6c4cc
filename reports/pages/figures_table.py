"""Latest figures of a workstream: every measure for Wales and each organisation.

Belongs here: the rows of the table, as text. Does not belong here: markup and icons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data_contracts.contract import Measure
from reports.edition import Edition
from reports.figures.series import Point, Series
from reports.figures.sparkline import sparkline
from reports.pages.levels import WALES
from reports.pages.month_names import short_month
from reports.pages.units import unit_name
from reports.pages.workstream_series import WorkstreamSeries
from reports.sentences import Speaker
from reports.spc.vocabulary import Assurance, Verdict
from reports.standing import Standing, has_signal, kind_now, side_now, standing
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One unit's latest figure. `month` is empty where it is the page's month.

    `verdict` is the one that stands for the page's month, or none.
    `assurance` is achieved, missed, hit_or_miss or none; `href` leads to a chart on the same page,
    and a row without one has its anchor as `id`, so that every measure of every unit has a place.
    """

    id: str
    name: str
    is_wales: bool
    verdict: Verdict
    side: int
    signal: str
    since: str
    latest: str
    month: str
    note: str
    centre: str
    lower: str
    upper: str
    target: str
    assurance: Assurance
    assurance_text: str
    direction: str
    sparkline: str
    href: str


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """All rows of one measure, under its name."""

    name: str
    kind: str
    rows: tuple[FigureRow, ...]


def figure_groups(
    edition: Edition, series: WorkstreamSeries, words: Words, anchors: frozenset[str]
) -> tuple[FigureGroup, ...]:
    """One group for each measure, in the contract's order; `anchors` are charts on the page."""
    return tuple(
        FigureGroup(
            name=words.text(f"{measure.workstream}.measures.{measure.id}.name"),
            kind=words.text(f"charts.page.type_of.{measure.type}"),
            rows=tuple(
                _row(edition, series, measure, unit, words, anchors)
                for unit in (WALES, *series.organisations(measure))
            ),
        )
        for measure in series.contract.measures
    )


def _row(
    edition: Edition,
    every: WorkstreamSeries,
    measure: Measure,
    unit: str,
    words: Words,
    anchors: frozenset[str],
) -> FigureRow:
    series, speaker = every.of(measure, unit), Speaker(words, measure)
    anchor = every.key(measure, unit).anchor
    last = series.last
    has_chart = anchor in anchors
    return FigureRow(
        id="" if has_chart else anchor,
        name=unit_name(edition, words, unit),
        is_wales=unit == WALES,
        verdict=kind_now(series),
        side=side_now(series),
        signal=signal_text(series, speaker),
        since=speaker.since(series) if has_signal(series) else "",
        latest=speaker.amounts.amount(last.value if last else None),
        month=_other_month(last, edition.data_month, words),
        note=speaker.state(last) if last else "",
        assurance=series.assurance,
        assurance_text=words.text(f"charts.assurance.{series.assurance}"),
        direction=measure.direction.value,
        sparkline=sparkline(series),
        href=f"#{anchor}" if has_chart else "",
        **_limits(series, speaker),
    )


def signal_text(series: Series, speaker: Speaker) -> str:
    """The verdict that stands now with its side, or why there is none."""
    judged = series.judged if standing(series) is Standing.JUDGED else None
    return speaker.verdict(judged) if judged else speaker.finding(series)


def _other_month(last: Point | None, month: date, words: Words) -> str:
    return "" if last is None or last.period == month else short_month(words, last.period)


def _limits(series: Series, speaker: Speaker) -> dict[str, str]:
    """Centre, limits and target of the last points that have them, as text."""
    limited, centred, amount = series.limited, series.centred, speaker.amounts.amount
    end = series.points[-1] if series.points else None
    return {
        "centre": amount(centred.centre if centred else None),
        "lower": amount(limited.lower if limited else None),
        "upper": amount(limited.upper if limited else None),
        "target": amount(end.target if end else None),
    }
