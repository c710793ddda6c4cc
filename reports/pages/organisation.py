"""An organisation's own page: its figures down to wards, its returns, its work.

Belongs here: putting the page together, workstream by workstream. Does not belong here: reading
and tables (own_units.py), cells (matrix.py), charts (chart.py), markup (organisation.html.jinja).
Rows hold the hospitals covered: a sum of them is never called the organisation's total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate

import polars as pl

from data_contracts.contract import Contract, Measure
from reports.edition import Edition
from reports.figures.series import Series
from reports.figures.sizes import Size
from reports.notes import OWN_NOTE
from reports.pages.chart import ChartModel, model_of
from reports.pages.chart_labels import Options
from reports.pages.comparison import ComparisonRow, chance_note, comparison_rows
from reports.pages.file_names import file_name
from reports.pages.findings import Finding, finding, of_kind, verdicts_before
from reports.pages.frame import INDEX, with_measures
from reports.pages.headline import Headline
from reports.pages.levels import ORGANISATION, WALES
from reports.pages.matrix import Cell, CellMaker, ColumnGroup, column_groups, statuses_of_month
from reports.pages.narrative import Bullet
from reports.pages.note import NoteView, note_view
from reports.pages.own_units import (
    OwnSeries,
    UnitTable,
    UnitTables,
    read_own,
    read_whole,
    signalling,
)
from reports.pages.phase_reasons import boundaries_of
from reports.pages.quality import (
    ReturnGrid,
    SubmissionRow,
    own_returns,
    shown_months,
    submissions_in_force,
)
from reports.pages.queue_list import WaitingRow, waiting_groups
from reports.pages.rare_events import RareChart, rare_charts, too_few_events
from reports.pages.return_statuses import SHOWN, status_of
from reports.pages.series_key import SeriesKey
from reports.pages.tests_of_change import ChangeRow, Flags, OnCharts, change_rows
from reports.pages.units import full_name, part_name, unit_name
from reports.sentences import Speaker
from reports.spc.vocabulary import Verdict
from reports.words import Words


@dataclass(frozen=True, slots=True)
class StripGroup:
    """The cells of one workstream's key measures, with their columns."""

    group: ColumnGroup
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWorkstream:
    """One workstream: own charts, days between rare events and a sentence about where they are too
    few, places among others, parts with a signal, tables, returns, changes, files.
    """

    id: str
    name: str
    charts: tuple[ChartModel, ...]
    rare: tuple[RareChart, ...]
    rare_few: str
    places: tuple[ComparisonRow, ...]
    places_note: str
    signals: tuple[ChartModel, ...]
    tables: tuple[UnitTable, ...]
    returns: ReturnGrid
    changes: tuple[ChangeRow, ...]
    submissions: tuple[SubmissionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationPage:
    """All that organisation.html.jinja prints, in the reader's language."""

    name: str
    title: str
    organisation: str
    month: str
    sub: str
    bullets: tuple[Bullet, ...]
    note: NoteView | None
    strip: tuple[StripGroup, ...]
    has_simulated: bool
    waiting: tuple[WaitingRow, ...]
    workstreams: tuple[OwnWorkstream, ...]
    returns_sub: str
    statuses: tuple[tuple[str, str], ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


def has_page(edition: Edition, code: str) -> bool:
    """Whether an organisation must send anything: one that need not has no page."""
    return bool(taking_part(edition, code))


def taking_part(edition: Edition, code: str) -> tuple[Contract, ...]:
    """Workstreams that an organisation takes part in."""
    return tuple(
        contract
        for contract in with_measures(edition.contracts)
        if any(code in table.due_organisations for table in contract.tables)
    )


def read_all(edition: Edition, code: str) -> tuple[OwnSeries, ...]:
    """The series of all workstreams of an organisation: the same for its page in any language."""
    return tuple(read_own(edition, contract, code) for contract in taking_part(edition, code))


def organisation_page(
    edition: Edition, words: Words, code: str, read: tuple[OwnSeries, ...] | None = None
) -> OrganisationPage:
    """The page of one organisation, from an edition that was cut to what its readers may see.

    `read` is what `read_all` gives, where that was read already. Raises KeyError for a code that
    the register does not have.
    """
    known = edition.registers.organisation(code)
    if known is None:
        raise KeyError(f"no organisation {code}")
    own_edition = replace(edition, returns=_own_returns(edition, code))
    maker = _Maker(own_edition, words, code)
    every = read_all(edition, code) if read is None else read
    workstreams = tuple(map(maker.workstream, every))
    told = maker.findings(every)
    strip = maker.strip(told)
    organisation = full_name(known, words)
    month = words.month(edition.data_month)
    return OrganisationPage(
        name=file_name(INDEX, words.language),
        title=maker.title(organisation, told),
        organisation=organisation,
        month=month,
        sub=words.text("pages.own.sub", month=month),
        bullets=maker.bullets(told),
        note=note_view(edition, f"{OWN_NOTE}{code}", words),
        strip=strip,
        has_simulated=any(cell.is_simulated for group in strip for cell in group.cells),
        waiting=tuple(row for group in waiting_groups(edition, words) for row in group.rows),
        workstreams=workstreams,
        returns_sub=maker.returns_sub(),
        statuses=tuple((s, words.text(f"charts.status.{s}")) for s in SHOWN),
        files=_files(workstreams),
    )


def _own_returns(edition: Edition, code: str) -> pl.DataFrame:
    return edition.returns.filter(pl.col("organisation") == code)


def _files(workstreams: Iterable[OwnWorkstream]) -> dict[str, bytes]:
    return {
        chart.csv_href: chart.csv
        for one in workstreams
        for chart in (*one.charts, *(rare.chart for rare in one.rare), *one.signals)
    }


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the parts of one page from an edition whose returns are the organisation's own."""

    edition: Edition
    words: Words
    code: str

    def findings(self, every: Iterable[OwnSeries]) -> list[Finding]:
        """What the organisation's own key measures say."""
        before = verdicts_before(self.edition)
        return [
            finding(
                own.key(measure, ORGANISATION),
                measure,
                own.of(measure, ORGANISATION),
                before,
            )
            for own in every
            for measure in self._key_measures(own.contract)
        ]

    def bullets(self, told: list[Finding]) -> tuple[Bullet, ...]:
        headline = self._headline(told)
        # Where nothing was judged, the title has said so.
        signals = headline.every_signal() if headline.so_far.judged else ()
        return (*signals, *headline.lapsed(), headline.gaps())

    def title(self, organisation: str, told: list[Finding]) -> str:
        """How many signals of concern there are, and among how many key measures."""
        headline = self._headline(told)
        so_far = headline.so_far
        concerns = sum(1 for _ in of_kind(told, Verdict.CONCERN))
        case = "title" if so_far.is_all_judged else "title_some"
        return self.words.text(
            f"pages.own.{case if so_far.judged else 'title_none'}",
            organisation=organisation,
            month=self.words.month(self.edition.data_month),
            n=concerns if so_far.judged else so_far.returns.arrived,
            due=so_far.returns.due,
            among=headline.among(),
        )

    def _headline(self, told: list[Finding]) -> Headline:
        return Headline(self.edition, self.words, told, self._pages(), "#strip")

    def _pages(self) -> dict[str, str]:
        """Charts are on the same page."""
        return {contract.workstream: "" for contract in taking_part(self.edition, self.code)}

    def strip(self, told: list[Finding]) -> tuple[StripGroup, ...]:
        """The organisation's row of the icon matrix; cells lead to charts below."""
        found = {one.key: one for one in told}
        statuses = statuses_of_month(self.edition)
        maker = CellMaker(self.edition, self.words, found, statuses, self._pages())
        measures = [
            m
            for contract in taking_part(self.edition, self.code)
            for m in self._key_measures(contract)
        ]
        cells = [maker.cell(measure, self.code) for measure in measures]
        groups = column_groups(maker, tuple(measures))
        ends = list(accumulate(len(group.columns) for group in groups))
        return tuple(
            StripGroup(group, tuple(cells[end - len(group.columns) : end]))
            for group, end in zip(groups, ends, strict=True)
        )

    def workstream(self, own: OwnSeries) -> OwnWorkstream:
        contract = own.contract
        charts, signals = self._charts(own), self._signals(own)
        anchors = frozenset(chart.id for chart in (*charts, *signals))
        places = comparison_rows(self.edition, contract, self.words, self.code)
        return OwnWorkstream(
            id=contract.workstream.replace("_", "-"),
            name=self.words.text(f"{contract.workstream}.workstream.name"),
            charts=charts,
            rare=rare_charts(self.edition, contract, self.words, self.code),
            rare_few=too_few_events(self.edition, contract, self.words, self.code),
            places=places,
            places_note=chance_note(places, self.words),
            signals=signals,
            tables=UnitTables(self.edition, self.words, own, anchors).tables(),
            returns=own_returns(self.edition, contract, self.words, self.code),
            changes=self._changes(contract, anchors),
            submissions=submissions_in_force(self.edition, contract, self.words),
        )

    def returns_sub(self) -> str:
        span = shown_months(self.edition)
        first, last = self.words.month(span[0]), self.words.month(span[-1])
        return self.words.text("pages.own.returns_sub", first=first, last=last)

    def _key_measures(self, contract: Contract) -> tuple[Measure, ...]:
        """Key measures that are expected from this organisation."""
        return tuple(
            measure
            for measure in contract.measures
            if measure.key and self.code in contract.table(measure.table).due_organisations
        )

    def _charts(self, own: OwnSeries) -> tuple[ChartModel, ...]:
        """Key measures of the organisation, with the mean for Wales behind them."""
        return tuple(self._chart(own, measure) for measure in self._key_measures(own.contract))

    def _chart(self, own: OwnSeries, measure: Measure) -> ChartModel:
        key = own.key(measure, ORGANISATION)
        options = Options(
            unit_name=unit_name(self.edition, self.words, self.code),
            flags=self._flags(own.contract).on(measure),
            boundaries=boundaries_of(self.edition, key),
            reference=own.of(measure, WALES),
            status=status_of(self.edition, self.code, measure.workstream, measure.table),
        )
        series = own.of(measure, ORGANISATION)
        speaker = Speaker(self.words, measure)
        return model_of(series, key, speaker, Size.MEDIUM, options)

    def _signals(self, own: OwnSeries) -> tuple[ChartModel, ...]:
        """Parts of the organisation with a signal on a key measure."""
        chosen = [
            (measure, key)
            for measure in self._key_measures(own.contract)
            for key in signalling(own, measure)
        ]
        whole = read_whole(self.edition, own.contract, (key for _, key in chosen))
        return tuple(self._small(whole[key], measure, key) for measure, key in chosen)

    def _small(self, series: Series, measure: Measure, key: SeriesKey) -> ChartModel:
        options = Options(
            unit_name=part_name(self.edition, self.words, key.level, key.unit),
            boundaries=boundaries_of(self.edition, key),
        )
        return model_of(series, key, Speaker(self.words, measure), Size.SMALL, options)

    def _changes(self, contract: Contract, anchors: frozenset[str]) -> tuple[ChangeRow, ...]:
        """What the organisation told of its work; a number stands for the same on every chart."""
        charted, flags = self._key_measures(contract), self._flags(contract)
        shown = OnCharts(
            numbers=flags.numbers() if charted else {},
            measures=flags.measures,
            anchors=anchors,
            first=charted[0].id if charted else "",
        )
        return change_rows(self.edition, contract, self.words, shown)

    def _flags(self, contract: Contract) -> Flags:
        charted = frozenset(measure.id for measure in self._key_measures(contract))
        return Flags(self.edition, contract.workstream, charted, self.code)
