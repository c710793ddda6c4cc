"""The quarterly pack: two sheets of A4 for each workstream, from the series of the monthly pages.

Belongs here: the edition as it stands at a quarter's end, and which of its parts go on the sheets.
Does not belong here: counting or judging anything anew (the parts are those of the monthly pages),
what is told of the quarter's work (quarter_log.py), markup (quarterly.html.jinja). The pack shows
neither the publication nor the day, so it changes only when figures of the quarter do, or limits
whose baseline a later month has filled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from data_contracts.contract import Contract
from reports.edition import Edition
from reports.figures.sizes import Size
from reports.months import later
from reports.pages.chance import chance_sentence
from reports.pages.chart import ChartModel, model_of
from reports.pages.chart_labels import Options
from reports.pages.file_names import file_name
from reports.pages.findings import Finding, findings, of_kind, strongest_first
from reports.pages.frame import with_measures
from reports.pages.levels import WALES
from reports.pages.matrix import ABSENT, CellMaker, Matrix, matrix, statuses_of_month
from reports.pages.narrative import TOLD, Bullet, Narrator
from reports.pages.note import NoteView, note_view
from reports.pages.owner_words import owner_text
from reports.pages.phase_reasons import boundaries_of
from reports.pages.quarter_log import Ask, Log, QuarterQuality, Tried, Work, work_of
from reports.pages.tests_of_change import ChangeRow, flags_of_wales
from reports.pages.units import unit_name
from reports.pages.workstream import page_name
from reports.pages.workstream_series import WorkstreamSeries, read_workstream
from reports.quarters import Quarter, latest_complete
from reports.sentences import Speaker
from reports.spc.vocabulary import Assurance, Verdict
from reports.words import Words

# What fits beside each other under the chart of the first sheet.
MOST_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One signal: an icon, whose it is, what it says, and the way to its chart."""

    verdict: Verdict
    side: int
    unit: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class LookList:
    """Signals of one kind, the furthest out first; `more` says how many there are besides."""

    heading: str
    items: tuple[Look, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """The two sheets of one workstream."""

    anchor: str
    workstream: str
    href: str
    title: str
    bullets: tuple[Bullet, ...]
    chart: ChartModel
    flags: tuple[ChangeRow, ...]
    flags_more: str
    looks: tuple[LookList, ...]
    chance: str
    matrix: Matrix
    caption: str
    changes: tuple[Tried, ...]
    changes_more: str
    quality: QuarterQuality
    log: Log
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterlyPack:
    """All that quarterly.html.jinja prints, in the reader's language."""

    name: str
    title: str
    lead: str
    quarter: str
    foot: str
    note: NoteView | None
    sheets: tuple[Sheets, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


def quarterly_pack(edition: Edition, words: Words) -> QuarterlyPack:
    """The pack of the latest quarter that is complete at the edition's month."""
    quarter = latest_complete(edition.data_month)
    told = as_at_the_end(edition, quarter)
    sheets = tuple(_sheets(told, c, quarter, words) for c in with_measures(told.contracts))
    facts = {
        "number": quarter.number,
        "year": quarter.year,
        "first": words.month(quarter.first),
        "last": words.month(quarter.last),
    }
    return QuarterlyPack(
        name=file_name(quarter.stem, words.language),
        title=words.text("quarterly.title", **facts),
        lead=words.text("quarterly.lead", **facts),
        quarter=words.text("quarterly.quarter", **facts),
        foot=words.text("quarterly.foot", month=words.month(quarter.last)),
        note=note_view(told, quarter.stem, words),
        sheets=sheets,
        files={one.chart.csv_href: one.chart.csv for one in sheets},
    )


def as_at_the_end(edition: Edition, quarter: Quarter) -> Edition:
    """An edition cut to the months up to a quarter's end; last month's report is not its own.

    Verdicts are those of the edition: a run that became a signal later is told as one.
    """
    after = later(quarter.last, 1)
    points = edition.points.filter(pl.col("period") < after)
    phases = points.select("series", "phase").unique()
    return replace(
        edition,
        data_month=quarter.last,
        points=points,
        series=edition.series.join(phases, on=["series", "phase"], how="semi"),
        returns=edition.returns.filter(pl.col("period") < after),
        changes=edition.changes.filter(pl.col("date") < after),
        corrections=edition.corrections.filter(pl.col("period") < after),
        before=None,
    )


def _sheets(told: Edition, contract: Contract, quarter: Quarter, words: Words) -> Sheets:
    series = read_workstream(told, contract)
    key_ids = {measure.id for measure in series.key_measures}
    every = findings(told, (series,))
    keys = [found for found in every if found.measure.id in key_ids]
    href = page_name(contract.workstream, words.language)
    name = words.text(f"{contract.workstream}.workstream.name")
    work, narrator = work_of(told, series, quarter, words), Narrator(told, series, words)
    return Sheets(
        anchor=contract.workstream.replace("_", "-"),
        workstream=name,
        href=href,
        title=narrator.title(),
        bullets=_bullets(narrator),
        chart=_chart(told, series, quarter, words),
        flags=work.flags,
        flags_more=work.flags_more,
        looks=tuple(_looks(told, keys, kind, href, words) for kind in TOLD),
        chance=chance_sentence(keys, words),
        matrix=_matrix(told, series, every, href, words),
        caption=words.text("quarterly.every.caption", month=words.month(told.data_month)),
        changes=work.changes,
        changes_more=work.changes_more,
        quality=work.quality,
        log=work.log,
        asks=_asks(told, keys, work, words),
    )


def _bullets(narrator: Narrator) -> tuple[Bullet, ...]:
    """As on the workstream's page, but for what stands on the same sheet: the chart's own headline
    and the signals below it."""
    wales, *others = narrator.bullets()
    is_charted = narrator.lead is narrator.series.main
    rest = "" if is_charted else narrator.said(narrator.lead)
    return (replace(wales, rest=rest), *(b for b in others if b.icon not in TOLD))


def _chart(told: Edition, series: WorkstreamSeries, quarter: Quarter, words: Words) -> ChartModel:
    key = series.key(series.main, WALES)
    options = Options(
        unit_name=unit_name(told, words, WALES),
        flags=flags_of_wales(told, series.contract).on(series.main),
        boundaries=boundaries_of(told, key),
        # Beside the monthly pages' files, whose last month may be another.
        data_folder=f"data/{quarter.stem}",
    )
    return model_of(series.found[key], key, Speaker(words, series.main), Size.LARGE, options)


def _looks(told: Edition, keys: list[Finding], kind: Verdict, href: str, words: Words) -> LookList:
    found = strongest_first(of_kind(keys, kind))
    beyond = len(found) - MOST_TOLD
    more = words.text("quarterly.look.more", n=beyond) if beyond > 0 else ""
    items = tuple(_look(told, one, href, words) for one in found[:MOST_TOLD])
    return LookList(words.text(f"quarterly.look.{kind}"), items, more)


def _look(told: Edition, found: Finding, href: str, words: Words) -> Look:
    point, speaker = found.series.judged, Speaker(words, found.measure)
    centre = point.centre if point else None
    text = words.text(
        f"quarterly.look.{'item' if centre is not None else 'item_plain'}",
        measure=_short(found, words),
        value=speaker.amounts.amount(point.value if point else None),
        centre=speaker.amounts.amount(centre),
        reason=speaker.reason(found.series, point) if point else "",
    )
    return Look(
        verdict=found.kind,
        side=found.side,
        unit=unit_name(told, words, found.key.unit),
        text=text,
        href=f"{href}#{found.key.anchor}",
    )


def _matrix(
    told: Edition,
    series: WorkstreamSeries,
    every: tuple[Finding, ...],
    href: str,
    words: Words,
) -> Matrix:
    """Wales and the organisations of which any key measure is expected."""
    pages = {series.contract.workstream: href}
    known = {found.key: found for found in every}
    maker = CellMaker(told, words, known, statuses_of_month(told), pages)
    whole = matrix(maker, series.key_measures)
    rows = (row for row in whole.rows if any(cell.kind != ABSENT for cell in row.cells))
    return replace(whole, rows=tuple(rows))


def _asks(told: Edition, keys: list[Finding], work: Work, words: Words) -> tuple[Ask, ...]:
    """Of organisations with a signal or a gap, and of owners whose target is out of reach."""
    asked = [_ask_of_signals(told, keys, kind, words) for kind in TOLD]
    asked += [work.ask_for_gaps, _ask_of_targets(keys, words)]
    return tuple(ask for ask in asked if ask.whom)


def _ask_of_signals(told: Edition, keys: list[Finding], kind: Verdict, words: Words) -> Ask:
    by_unit: dict[str, list[str]] = {}
    for found in of_kind(keys, kind):
        if found.key.unit != WALES:
            by_unit.setdefault(found.key.unit, []).append(_short(found, words))
    whom = (
        words.text(
            "quarterly.asks.item",
            organisation=unit_name(told, words, unit),
            measures=", ".join(measures),
        )
        for unit, measures in sorted(by_unit.items())
    )
    return Ask(words.text(f"quarterly.asks.{kind}"), "; ".join(whom))


def _ask_of_targets(keys: list[Finding], words: Words) -> Ask:
    whom = (
        words.text(
            "quarterly.asks.owner",
            measure=_short(found, words),
            owner=owner_text(found.measure, words),
        )
        for found in keys
        if found.key.unit == WALES and found.series.assurance == Assurance.MISSED
    )
    return Ask(words.text("quarterly.asks.target"), "; ".join(whom))


def _short(found: Finding, words: Words) -> str:
    return words.text(f"{found.measure.workstream}.measures.{found.measure.id}.short")
