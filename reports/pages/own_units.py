"""An organisation's own series and those of its sites, settings, populations and wards.

Belongs here: reading them once for a workstream, which of them show a signal, and the tables of
latest figures. Does not belong here: charts and the page around them (organisation.py). Nothing is
read that belongs to another organisation: the edition was cut before, and rows are chosen by
organisation once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from data_contracts.contract import Contract, Measure
from reports.edition import Edition
from reports.figures.series import QUIET, Series, read_every_series
from reports.figures.sparkline import MONTHS, sparkline
from reports.pages.figures_table import signal_text
from reports.pages.levels import ORGANISATION, PARTS, WALES, WARD
from reports.pages.month_names import short_month
from reports.pages.series_key import SeriesKey
from reports.pages.units import part_name, unit_name
from reports.pages.workstream_series import targets_of
from reports.sentences import Speaker
from reports.spc.vocabulary import Verdict
from reports.standing import has_signal, kind_now, rank, side_now
from reports.words import Words

TRACE_WIDTH = 80


@dataclass(frozen=True, slots=True)
class OwnSeries:
    """All series of one workstream that one organisation's readers see, Wales included."""

    contract: Contract
    code: str
    found: Mapping[SeriesKey, Series]

    def of(self, measure: Measure, level: str) -> Series:
        """A measure's series for the organisation or for Wales; empty where there is none."""
        key = self.key(measure, level)
        return self.found.get(key, Series(key=str(key), points=()))

    def key(self, measure: Measure, level: str) -> SeriesKey:
        unit = WALES if level == WALES else self.code
        return SeriesKey(
            workstream=self.contract.workstream, measure=measure.id, level=level, unit=unit
        )

    def whole(self, measure: Measure) -> list[tuple[SeriesKey, Series]]:
        """A measure's series for Wales and for the organisation."""
        return [(self.key(measure, lv), self.of(measure, lv)) for lv in (WALES, ORGANISATION)]

    def parts(self, measure: Measure) -> list[tuple[SeriesKey, Series]]:
        """A measure's series for sites, settings, populations and wards, by level and code."""
        found = [
            (key, series)
            for key, series in self.found.items()
            if key.measure == measure.id and key.level in PARTS
        ]
        return sorted(found, key=lambda pair: (PARTS.index(pair[0].level), pair[0].unit))


def read_own(edition: Edition, contract: Contract, code: str) -> OwnSeries:
    """The series of a workstream for Wales, the organisation and its parts.

    Of the parts, which are many, only those that tables show are read, and of them only the last
    points: all parts for key measures, and for the other measures those with a signal.
    """
    ours = (pl.col("workstream") == contract.workstream) & (
        (pl.col("level") == WALES)
        | ((pl.col("organisation") == code) & pl.col("level").is_in([ORGANISATION, *PARTS]))
    )
    points = edition.points.filter(ours).sort("series", "period")
    is_part = pl.col("level").is_in(PARTS)
    keys = [measure.id for measure in contract.measures if measure.key]
    told = pl.col("measure").is_in(keys) | pl.col("series").is_in(_with_signal(points, edition))
    ends = points.filter(is_part & told).group_by("series", maintain_order=True).tail(MONTHS)
    read = _read(edition, contract, points.filter(~is_part)) | _read(edition, contract, ends)
    return OwnSeries(contract, code, read)


def _with_signal(points: pl.DataFrame, edition: Edition) -> list[str]:
    """Series whose point of the edition's month is a signal."""
    now = points.filter(pl.col("period") == edition.data_month)
    return now.filter(~pl.col("verdict").is_in([v.value for v in QUIET]))["series"].to_list()


def read_whole(
    edition: Edition, contract: Contract, keys: Iterable[SeriesKey]
) -> dict[SeriesKey, Series]:
    """Whole series of an organisation's parts, for those that get a chart."""
    chosen = pl.col("series").is_in([str(key) for key in keys])
    return _read(edition, contract, edition.points.filter(chosen))


def _read(edition: Edition, contract: Contract, points: pl.DataFrame) -> dict[SeriesKey, Series]:
    phases = edition.series.join(points.select("series").unique(), on="series", how="semi")
    found = read_every_series(points, phases, edition.data_month, targets_of(contract))
    return {SeriesKey.named(key): series for key, series in found.items()}


def signalling(own: OwnSeries, measure: Measure) -> list[SeriesKey]:
    """Parts of an organisation that get a chart for a measure, concerns first.

    Wards that improve are left to the table: there are many, and nobody needs to act on them.
    """
    found = [
        (key, series)
        for key, series in own.parts(measure)
        if has_signal(series) and (key.level != WARD or kind_now(series) is not Verdict.IMPROVEMENT)
    ]
    return [key for key, _ in sorted(found, key=lambda pair: rank(pair[1]))]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """The latest figure of one unit. `href` leads to its chart; without one, `id` is its anchor."""

    id: str
    href: str
    name: str
    level: str
    is_wales: bool
    verdict: Verdict
    side: int
    is_signal: bool
    signal: str
    latest: str
    month: str
    note: str
    centre: str
    sparkline: str


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All units of one measure; `count` and `signals` say how many, in words."""

    id: str
    name: str
    count: str
    signals: str
    rows: tuple[UnitRow, ...]


@dataclass(frozen=True, slots=True)
class UnitTables:
    """Makes the tables of one workstream in one language; `anchors` are charts on the page."""

    edition: Edition
    words: Words
    own: OwnSeries
    anchors: frozenset[str]

    def tables(self) -> tuple[UnitTable, ...]:
        """One table for each measure that any own unit has a figure of."""
        made = (self._table(measure) for measure in self.own.contract.measures)
        return tuple(table for table in made if any(not row.is_wales for row in table.rows))

    def _table(self, measure: Measure) -> UnitTable:
        every = self.own.whole(measure) + self.own.parts(measure)
        pairs = [pair for pair in every if pair[1].has_values]
        own = [pair for pair in pairs if pair[0].level != WALES]
        signals = sum(has_signal(series) for _, series in own)
        speaker = Speaker(self.words, measure)
        return UnitTable(
            id=f"table-{measure.id.replace('_', '-')}",
            name=self.words.text(f"{measure.workstream}.measures.{measure.id}.name"),
            count=self.words.text("pages.own.table_count", n=len(own)),
            signals=self.words.text("pages.own.table_signals", n=signals),
            rows=tuple(self._row(key, series, speaker) for key, series in pairs),
        )

    def _row(self, key: SeriesKey, series: Series, speaker: Speaker) -> UnitRow:
        last, centred = series.last, series.centred
        is_current = last is not None and last.period == self.edition.data_month
        has_chart = key.anchor in self.anchors
        return UnitRow(
            id="" if has_chart else key.anchor,
            href=f"#{key.anchor}" if has_chart else "",
            name=self._name(key),
            level=self.words.text(f"terms.levels.{key.level}"),
            is_wales=key.level == WALES,
            verdict=kind_now(series),
            side=side_now(series),
            is_signal=has_signal(series),
            signal=signal_text(series, speaker),
            latest=speaker.amounts.amount(last.value if last else None),
            month="" if is_current or last is None else short_month(self.words, last.period),
            note=speaker.state(last) if last else "",
            centre=speaker.amounts.amount(centred.centre if centred else None),
            sparkline=sparkline(series, TRACE_WIDTH),
        )

    def _name(self, key: SeriesKey) -> str:
        if key.level in (WALES, ORGANISATION):
            return unit_name(self.edition, self.words, key.unit)
        return part_name(self.edition, self.words, key.level, key.unit)
