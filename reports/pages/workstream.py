"""The report of one workstream: what changed, for whom, what was tried, how good the data are.

Belongs here: putting the page together from its parts, in reading order. Does not belong here: the
parts themselves (narrative, figures_table, tests_of_change, quality, definitions), charts
(chart.py) and markup (workstream.html.jinja).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from data_contracts.contract import Contract, Measure, MeasureType
from reports.edition import Edition
from reports.figures import scales
from reports.figures.scales import Scale
from reports.figures.series import Series
from reports.figures.sizes import MOST_MONTHS, Size
from reports.pages.chart import ChartModel, contract_of, model_of
from reports.pages.chart_labels import Options
from reports.pages.contract_names import contract_page_name
from reports.pages.corrections import Corrections, corrections_of
from reports.pages.definitions import Definition, definitions
from reports.pages.figures_table import FigureGroup, figure_groups
from reports.pages.file_names import file_name, stem_of
from reports.pages.levels import WALES
from reports.pages.narrative import Bullet, Narrator
from reports.pages.note import NoteView, note_view
from reports.pages.phase_reasons import boundaries_of
from reports.pages.quality import (
    ReturnGrid,
    SubmissionRow,
    return_grids,
    shown_months,
    submissions_in_force,
    unmended_files,
)
from reports.pages.quarter_funnel import QuarterFunnel, quarter_funnels
from reports.pages.queue_names import queue_name
from reports.pages.return_statuses import SHOWN, status_of
from reports.pages.series_key import SeriesKey
from reports.pages.tests_of_change import ChangeRow, OnCharts, change_rows, flags_of_wales
from reports.pages.units import part_name, unit_name
from reports.pages.wales_cuts import Cut, wales_cuts
from reports.pages.workstream_series import WorkstreamSeries, read_workstream
from reports.sentences import Speaker
from reports.words import Words

# An organisation whose own range is wider than the grid's typical one by this factor would squash
# all others; it keeps its own scale.
SQUASHING = 3.0


@dataclass(frozen=True, slots=True)
class ChartGroup:
    """Charts of one kind of measure for Wales, under a heading."""

    kind: str
    heading: str
    sub: str
    charts: tuple[ChartModel, ...]


@dataclass(frozen=True, slots=True)
class ChartGrid:
    """One measure, a small chart for each organisation or part of Wales, concerns first.

    `has_shared_scale` is set where charts share a scale that would not be their own. `scale_notes`
    has, by id, what is said below a chart that keeps its own beside those.
    """

    id: str
    heading: str
    sub: str
    charts: tuple[ChartModel, ...]
    has_shared_scale: bool = False
    scale_notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quality:
    """Who sent what over the last months, and which submissions the page rests on.

    `unmended` are files that wait to be mended; `queue` is the page that lists all that waits.
    """

    sub: str
    statuses: tuple[tuple[str, str], ...]
    grids: tuple[ReturnGrid, ...]
    submissions: tuple[SubmissionRow, ...]
    submissions_count: str
    unmended: tuple[str, ...]
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkstreamPage:
    """All that workstream.html.jinja prints, in the reader's language.

    `files` maps the paths that charts link to, relative to the page's folder, to their bytes.
    """

    name: str
    title: str
    workstream: str
    month: str
    bullets: tuple[Bullet, ...]
    note: NoteView | None
    main: ChartModel
    groups: tuple[ChartGroup, ...]
    funnels: tuple[QuarterFunnel, ...]
    organisations: tuple[ChartGrid, ...]
    cuts: tuple[ChartGrid, ...]
    figures: tuple[FigureGroup, ...]
    figures_sub: str
    changes: tuple[ChangeRow, ...]
    quality: Quality
    corrections: Corrections
    definitions: tuple[Definition, ...]
    contract_href: str
    files: Mapping[str, bytes]


def workstream_page(edition: Edition, workstream: str, words: Words) -> WorkstreamPage:
    """The page of one workstream. Raises StopIteration for one without a contract."""
    contract = contract_of(edition, workstream)
    series = read_workstream(edition, contract)
    maker = _Maker(edition, series, words)
    main, groups, grids, cuts = maker.main(), maker.groups(), maker.grids(), maker.cuts()
    funnels = quarter_funnels(edition, series, words)
    charts = [main, *(c for group in groups for c in group.charts)]
    charts += [c for grid in (*grids, *cuts) for c in grid.charts]
    narrator = Narrator(edition, series, words)
    corrections = corrections_of(edition, contract, words)
    chart_ids = frozenset(chart.id for chart in charts)
    figures = figure_groups(edition, series, words, chart_ids)
    places = chart_ids.union(row.id for group in figures for row in group.rows)
    return WorkstreamPage(
        name=page_name(workstream, words.language),
        title=narrator.title(),
        workstream=words.text(f"{workstream}.workstream.name"),
        month=words.month(edition.data_month),
        bullets=narrator.bullets(),
        note=note_view(edition, stem_of(page_name(workstream, words.language)), words),
        main=main,
        groups=groups,
        funnels=funnels,
        organisations=grids,
        cuts=cuts,
        figures=figures,
        figures_sub=words.text("charts.page.figures_sub", month=words.month(edition.data_month)),
        changes=maker.changes(places),
        definitions=definitions(series, words),
        contract_href=contract_page_name(workstream, words.language),
        files={
            **{c.csv_href: c.csv for c in charts},
            **{f.csv_href: f.csv for f in funnels},
            **corrections.files,
        },
        corrections=corrections,
        quality=_quality(edition, contract, words),
    )


def page_name(workstream: str, language: str) -> str:
    """The page's file name: `ws-falls.html`, `ws-falls.cy.html`."""
    return file_name(f"ws-{workstream.replace('_', '-')}", language)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the charts of one page."""

    edition: Edition
    series: WorkstreamSeries
    words: Words

    def main(self) -> ChartModel:
        """The main measure for Wales, large, with the numbers of all tests of change."""
        return self._chart(self.series.main, WALES, Size.LARGE)

    def groups(self) -> tuple[ChartGroup, ...]:
        """All other measures for Wales: outcomes, then process, then balancing."""
        groups = [self._group(kind) for kind in MeasureType]
        return tuple(group for group in groups if group.charts)

    def grids(self) -> tuple[ChartGrid, ...]:
        """A grid for the main measure and for each other key measure."""
        others = (m for m in self.series.key_measures if m is not self.series.main)
        return tuple(map(self._grid, (self.series.main, *others)))

    def _grid(self, measure: Measure) -> ChartGrid:
        """A measure for each organisation, concerns first, on one scale where that fits."""
        shown = {
            code: self.series.of(measure, code).last_months(MOST_MONTHS)
            for code in self.series.organisations(measure)
        }
        extents = {
            code: scales.extent(found, with_target=False)
            for code, found in shown.items()
            if found.has_values
        }
        fitting = fits(extents)
        scale = scales.common_scale(shown[code] for code in fitting) if fitting else None
        is_shared = any(scales.scale_over(*extents[code]) != scale for code in fitting)
        apart = extents.keys() - fitting if is_shared else ()
        own = self.words.text("charts.page.scale_apart")
        return ChartGrid(
            id=f"organisations-{measure.id.replace('_', '-')}",
            heading=self.words.text(
                "charts.page.organisations", measure=self._text(measure, "short")
            ),
            sub=self._grid_sub(measure, shown.values()),
            charts=tuple(
                self._chart(measure, code, Size.SMALL, scale if code in fitting else None)
                for code in shown
            ),
            has_shared_scale=is_shared,
            scale_notes={self.series.key(measure, code).anchor: own for code in sorted(apart)},
        )

    def _grid_sub(self, measure: Measure, shown: Iterable[Series]) -> str:
        """What a grid shows; the reader is told what bands and lines are."""
        drawn = [series for series in shown if series.points]
        if not drawn:
            return self.words.text("charts.page.no_organisations")
        return self.words.text(
            "charts.page.organisations_sub",
            definition=self._text(measure, "name"),
            first=self.words.month(min(s.points[0].period for s in drawn)),
            last=self.words.month(max(s.points[-1].period for s in drawn)),
        )

    def cuts(self) -> tuple[ChartGrid, ...]:
        """The main measure for Wales by setting and by population."""
        return tuple(map(self._cut, wales_cuts(self.edition, self.series.main)))

    def _cut(self, cut: Cut) -> ChartGrid:
        measure = self.series.main
        return ChartGrid(
            id=cut.level.replace("_", "-"),
            heading=self.words.text(
                f"charts.page.{cut.level}", measure=self._text(measure, "short")
            ),
            sub=self._grid_sub(measure, [series for _, series in cut.parts]),
            charts=tuple(self._small(key, series) for key, series in cut.parts),
        )

    def _small(self, key: SeriesKey, series: Series) -> ChartModel:
        options = Options(
            unit_name=part_name(self.edition, self.words, key.level, key.unit),
            boundaries=boundaries_of(self.edition, key),
        )
        return model_of(series, key, Speaker(self.words, self.series.main), Size.SMALL, options)

    def changes(self, anchors: frozenset[str]) -> tuple[ChangeRow, ...]:
        """All that was told, numbered as on the charts for Wales; it leads to the `anchors`."""
        contract = self.series.contract
        flags = flags_of_wales(self.edition, contract)
        shown = OnCharts(
            numbers=flags.numbers(),
            measures=flags.measures,
            anchors=anchors,
            first=self.series.main.id,
        )
        return change_rows(self.edition, contract, self.words, shown)

    def _flags(self, measure: Measure, size: Size) -> dict[date, str]:
        """Numbers of all changes on the main chart for Wales; on others of those about them."""
        if size is Size.SMALL:
            return {}
        flags = flags_of_wales(self.edition, self.series.contract)
        return flags.on(measure, about_all=measure is self.series.main)

    def _group(self, kind: MeasureType) -> ChartGroup:
        measures = [m for m in self.series.contract.measures if m.type is kind]
        others = [m for m in measures if m is not self.series.main]
        return ChartGroup(
            kind=kind.value,
            heading=self.words.text(f"charts.page.{kind}"),
            sub=self.words.text(f"charts.page.{kind}_sub"),
            charts=tuple(self._chart(measure, WALES, Size.MEDIUM) for measure in others),
        )

    def _chart(
        self, measure: Measure, unit: str, size: Size, scale: Scale | None = None
    ) -> ChartModel:
        key = self.series.key(measure, unit)
        options = Options(
            unit_name=unit_name(self.edition, self.words, unit),
            scale=scale,
            flags=self._flags(measure, size),
            boundaries=boundaries_of(self.edition, key),
            status=status_of(self.edition, unit, measure.workstream, measure.table),
        )
        return model_of(self.series.found[key], key, Speaker(self.words, measure), size, options)

    def _text(self, measure: Measure, part: str) -> str:
        return self.words.text(f"{measure.workstream}.measures.{measure.id}.{part}")


def fits(extents: Mapping[str, tuple[float, float]]) -> frozenset[str]:
    """Units that can share a scale: those whose own range is not far wider than the median one."""
    spans = sorted(high - low for low, high in extents.values())
    typical = spans[len(spans) // 2] if spans else 0.0
    return frozenset(
        code for code, (low, high) in extents.items() if high - low <= SQUASHING * typical
    )


def _quality(edition: Edition, contract: Contract, words: Words) -> Quality:
    span = shown_months(edition)
    submissions = submissions_in_force(edition, contract, words)
    case = "submissions_count" if submissions else "submissions_none"
    return Quality(
        sub=words.text(
            "charts.page.quality_sub", first=words.month(span[0]), last=words.month(span[-1])
        ),
        statuses=tuple((s, words.text(f"charts.status.{s}")) for s in SHOWN),
        grids=return_grids(edition, contract, words),
        submissions=submissions,
        submissions_count=words.text(f"charts.page.{case}", n=len(submissions)),
        unmended=unmended_files(edition, contract, words),
        queue=queue_name(words.language),
    )
