"""What was done and sent in a quarter: tests of change, returns, corrections, what is missing.

Belongs here: which of them a sheet of the quarterly pack tells, each list cut to what a sheet holds
and saying so. Does not belong here: signals and figures (quarterly.py), words (quarterly.yaml).
Text that people sent is shown as sent, with its language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import Any

import polars as pl

from data_contracts.contract import Contract, Measure
from reports.edition import Edition
from reports.figures.sizes import Size
from reports.pages.corrections import figures_of, file_told, measure_name, newest_first
from reports.pages.levels import ORGANISATION, WALES
from reports.pages.month_names import short_month
from reports.pages.phase_reasons import boundaries_of, phase_notes
from reports.pages.return_statuses import SHOWN, gaps_of
from reports.pages.tests_of_change import FLAGGED, ChangeRow, OnCharts, change_rows, flags_of_wales
from reports.pages.units import unit_name
from reports.pages.workstream_series import WorkstreamSeries
from reports.quarters import Quarter
from reports.sentences import Speaker
from reports.words import Words

# As many as leave room for the rest of the sheet.
MOST_FLAGS, MOST_CHANGES, MOST_GAPS, MOST_LOGGED, MOST_FIGURES = 8, 5, 4, 5, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One test of change, and what its chart shows since then."""

    row: ChangeRow
    so_far: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterQuality:
    """The returns of the quarter: how many by status, and which are not in."""

    due: str
    counts: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]
    more: str


@dataclass(frozen=True, slots=True)
class LogItem:
    """One line; `sent` is text that somebody sent, in its `language`."""

    text: str
    sent: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """What changed beside the figures themselves."""

    items: tuple[LogItem, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked, and of whom; nobody is named where nothing is asked."""

    what: str
    whom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All that one workstream's sheets tell of the quarter's work."""

    flags: tuple[ChangeRow, ...]
    flags_more: str
    changes: tuple[Tried, ...]
    changes_more: str
    quality: QuarterQuality
    log: Log
    ask_for_gaps: Ask


def work_of(told: Edition, series: WorkstreamSeries, quarter: Quarter, words: Words) -> Work:
    """The work of a quarter in one workstream; `told` ends with the quarter."""
    rows = _changes(told, series.contract, quarter)
    tried = [row for row in rows if row["kind"] in FLAGGED]
    returns = _returns(told, series.contract, quarter)
    gaps = gaps_of(returns).sort("organisation", "table", "period").to_dicts()
    flagged = _flagged(told, series, words)
    return Work(
        flags=flagged[-MOST_FLAGS:],
        flags_more=_more("changes", len(flagged) - MOST_FLAGS, words),
        changes=tuple(_tried(told, series, row, words) for row in tried[-MOST_CHANGES:]),
        changes_more=_more("changes", len(tried) - MOST_CHANGES, words),
        quality=_quality(told, series.contract, returns, gaps, words),
        log=_log(told, series, quarter, [r for r in rows if r["kind"] not in FLAGGED], words),
        ask_for_gaps=_ask_for_gaps(told, series.contract, gaps, words),
    )


def _changes(told: Edition, contract: Contract, quarter: Quarter) -> list[dict[str, Any]]:
    """What was told of the workstream in the quarter, oldest first."""
    ours = (pl.col("workstream") == contract.workstream) & (pl.col("date") >= quarter.first)
    order = ("date", "organisation", "kind", "measure", "text_en", "text_cy")
    return told.changes.filter(ours).sort(*order, nulls_last=True).to_dicts()


def _flagged(told: Edition, series: WorkstreamSeries, words: Words) -> tuple[ChangeRow, ...]:
    """What the numbers on the chart for all Wales stand for, oldest first."""
    rows = change_rows(told, series.contract, words, _on_chart(told, series))
    return tuple(row for row in rows if row.flag)


def _more(group: str, beyond: int, words: Words) -> str:
    """That a list has more than its sheet holds."""
    return words.text(f"quarterly.{group}.more", n=beyond) if beyond > 0 else ""


def _tried(told: Edition, series: WorkstreamSeries, row: dict[str, Any], words: Words) -> Tried:
    return Tried(row=_told(told, series, row, words), so_far=_so_far(series, row, words))


def _told(told: Edition, series: WorkstreamSeries, row: dict[str, Any], words: Words) -> ChangeRow:
    """A change as the workstream's page tells it, with its number on the chart for all Wales."""
    alone = pl.DataFrame([row], schema=told.changes.schema)
    shown = _on_chart(told, series)
    (found,) = change_rows(replace(told, changes=alone), series.contract, words, shown)
    return found


def _on_chart(told: Edition, series: WorkstreamSeries) -> OnCharts:
    """The numbers on the one chart of the pack, which are those of the workstream's page."""
    numbers = flags_of_wales(told, series.contract).on(series.main)
    return OnCharts(numbers=numbers, measures=frozenset({series.main.id}))


def _so_far(series: WorkstreamSeries, row: dict[str, Any], words: Words) -> str:
    """How many final points there are since a change, and what the chart says at the end.

    Of a change without a measure the main one is told; of a site or ward nothing is shown here.
    """
    known = {measure.id: measure for measure in series.contract.measures}
    measure: Measure = known.get(row["measure"], series.main)
    key = series.key(measure, row["organisation"])
    if row["level"] != ORGANISATION or key not in series.found:
        return ""
    found, month = series.found[key], row["date"].replace(day=1)
    points = sum(point.is_solid and point.period >= month for point in found.points)
    finding = Speaker(words, measure).finding(found)
    return words.text("quarterly.changes.points", n=points, finding=finding)


def _returns(told: Edition, contract: Contract, quarter: Quarter) -> pl.DataFrame:
    return told.returns.filter(
        pl.col("workstream") == contract.workstream, pl.col("period") >= quarter.first
    )


def _quality(
    told: Edition,
    contract: Contract,
    returns: pl.DataFrame,
    gaps: list[dict[str, Any]],
    words: Words,
) -> QuarterQuality:
    counts = Counter(returns["status"].to_list())
    return QuarterQuality(
        due=words.text("quarterly.quality.due", n=returns.height),
        counts=tuple(
            (status, _count(status, counts[status], words)) for status in SHOWN if counts[status]
        ),
        gaps=tuple(_gap(told, contract, row, words) for row in gaps[:MOST_GAPS]),
        more=_more("quality", len(gaps) - MOST_GAPS, words),
    )


def _count(status: str, n: int, words: Words) -> str:
    name = words.text(f"terms.return_statuses.{status}")
    return words.text("pages.landing.quality.status_count", status=name, n=n)


def _gap(told: Edition, contract: Contract, row: dict[str, Any], words: Words) -> str:
    return words.text(
        "quarterly.quality.gap",
        organisation=unit_name(told, words, row["organisation"]),
        table=_table(contract, row["table"], words),
        month=short_month(words, row["period"]),
        status=words.text(f"charts.status.{row['status']}"),
    )


def _ask_for_gaps(
    told: Edition, contract: Contract, gaps: list[dict[str, Any]], words: Words
) -> Ask:
    """Each organisation with the tables and months that are not in."""
    missing: dict[str, dict[str, list[date]]] = {}
    for row in gaps:
        missing.setdefault(row["organisation"], {}).setdefault(row["table"], []).append(
            row["period"]
        )
    whom = (
        words.text(
            "quarterly.asks.gap",
            organisation=unit_name(told, words, code),
            returns="; ".join(
                f"{_table(contract, table, words)}: {_months(periods, words)}"
                for table, periods in tables.items()
            ),
        )
        for code, tables in missing.items()
    )
    return Ask(words.text("quarterly.asks.gaps"), "; ".join(whom))


def _log(
    told: Edition,
    series: WorkstreamSeries,
    quarter: Quarter,
    requests: list[dict[str, Any]],
    words: Words,
) -> Log:
    """Corrected figures, new limits, new targets, what was told of the data; then the contract."""
    contract = series.contract
    found = [
        *_corrected(told, contract, quarter, words),
        *_new_limits(told, series, quarter, words),
        *_new_targets(contract, quarter, words),
        *(_request(told, series, row, words) for row in requests),
    ]
    name = words.text(f"{contract.workstream}.workstream.name")
    agreed = words.text("quarterly.log.contract", workstream=name, version=contract.version)
    more = _more("log", len(found) - MOST_LOGGED, words)
    return Log((*found[:MOST_LOGGED], LogItem(agreed)), more)


def _corrected(
    told: Edition, contract: Contract, quarter: Quarter, words: Words
) -> Iterator[LogItem]:
    """Each file that changed figures of the quarter, newest first, with the first few of them."""
    ours = told.corrections.filter(
        pl.col("workstream") == contract.workstream, pl.col("period") >= quarter.first
    )
    of_file = itemgetter("day", "organisation", "table", "cause", "submission")
    by_file: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in newest_first(ours):
        by_file.setdefault(of_file(row), []).append(row)
    for rows in by_file.values():
        first = rows[0]
        yield LogItem(
            words.text(
                "quarterly.log.corrected",
                organisation=unit_name(told, words, first["organisation"]),
                table=_table(contract, first["table"], words),
                file=file_told(first, words),
                day=words.date(first["day"]),
                figures=_figures(contract, rows, words),
            )
        )


def _figures(contract: Contract, rows: list[dict[str, Any]], words: Words) -> str:
    """Key measures first; how many more there are is said."""
    ordered = sorted(rows, key=lambda row: not contract.measure(row["measure"]).key)
    told = "; ".join(_figure(contract, row, words) for row in ordered[:MOST_FIGURES])
    beyond = len(rows) - MOST_FIGURES
    return words.text("quarterly.log.figures_more", figures=told, n=beyond) if beyond > 0 else told


def _figure(contract: Contract, row: dict[str, Any], words: Words) -> str:
    before, now = figures_of(contract, row, words)
    return words.text(
        "quarterly.log.figure",
        measure=measure_name(row, words),
        month=short_month(words, row["period"]),
        before=before.told,
        now=now.told,
    )


def _new_limits(
    told: Edition, series: WorkstreamSeries, quarter: Quarter, words: Words
) -> Iterator[LogItem]:
    """Recalculations of key measures that took effect in the quarter."""
    for measure in series.key_measures:
        for unit in (WALES, *series.organisations(measure)):
            key = series.key(measure, unit)
            found = series.found[key]
            begun = tuple(b for b in boundaries_of(told, key) if quarter.first <= b.starts)
            for note in phase_notes(found, len(found.points), begun, words, Size.SMALL):
                short = words.text(f"{measure.workstream}.measures.{measure.id}.short")
                unit_text = unit_name(told, words, unit)
                yield LogItem(
                    words.text("quarterly.log.limits", unit=unit_text, measure=short, note=note)
                )


def _new_targets(contract: Contract, quarter: Quarter, words: Words) -> Iterator[LogItem]:
    for measure in contract.measures:
        for target in measure.targets:
            if target.starts in quarter.months:
                yield LogItem(
                    words.text(
                        "quarterly.log.target",
                        measure=words.text(f"{measure.workstream}.measures.{measure.id}.short"),
                        target=Speaker(words, measure).amounts.amount(target.value),
                        month=words.month(target.starts),
                    )
                )


def _request(told: Edition, series: WorkstreamSeries, row: dict[str, Any], words: Words) -> LogItem:
    """A note on the data, or a request about limits, in its author's words."""
    found = _told(told, series, row, words)
    text = words.text(
        "quarterly.log.told", organisation=found.organisation, date=found.date, kind=found.kind
    )
    return LogItem(text, found.text, found.language)


def _table(contract: Contract, table: str, words: Words) -> str:
    return words.text(f"{contract.workstream}.tables.{table}.name")


def _months(periods: list[date], words: Words) -> str:
    return ", ".join(short_month(words, period) for period in periods)
