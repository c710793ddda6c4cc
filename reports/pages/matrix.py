"""The icon matrix: organisations x key measures, and the same cells for one organisation.

Belongs here: what each cell shows: icons with words, or the state that stands in their place. Does
not belong here: deciding verdicts (findings.py), markup (matrix.html.jinja), filters
(static/report.js). A gap is told in words with the last known value, never by an empty cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypedDict

from data_contracts.contract import Measure, Table
from data_contracts.registers import Organisation
from data_contracts.states import PointState, ReturnStatus
from reports import theme
from reports.edition import Edition
from reports.figures.series import Point
from reports.figures.sparkline import sparkline
from reports.pages.findings import Finding
from reports.pages.levels import ORGANISATION, WALES
from reports.pages.month_names import short_month
from reports.pages.return_statuses import ON_TIME
from reports.pages.series_key import SeriesKey
from reports.pages.sources import is_simulated
from reports.pages.units import unit_name
from reports.sentences import Speaker, unjudged_reason
from reports.spc.vocabulary import Assurance, Verdict
from reports.standing import ORDER, Standing
from reports.words import Words

TRACE_WIDTH = 42
ABSENT, STATE, SIGNAL = "absent", "state", "signal"
# What a reader asks for: the names of filters, as report.js and the address know them.
FILTERS = {Verdict.CONCERN: "con", Verdict.IMPROVEMENT: "imp"}
NEW, DATA = "new", "data"
# The states of a return that a cell without a figure can name.
WITHOUT = frozenset(ReturnStatus) - ON_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One measure of one unit. `kind` is signal, state or absent (not expected).

    `tone` is the class in the style sheet, `filters` what the cell answers to, `rank` and
    `sort_value` its place when its column is sorted. `side` is 1, 0 or -1; `full_text` says the
    verdict with its side. Empty texts are not shown.
    """

    kind: str
    column: str
    label: str
    tone: str
    text: str
    full_text: str = ""
    value: str = ""
    note: str = ""
    verdict: Verdict = Verdict.NONE
    side: int = 0
    is_new: bool = False
    assurance: Assurance = Assurance.NONE
    assurance_text: str = ""
    direction: str = "neutral"
    sparkline: str = ""
    href: str = ""
    filters: str = ""
    rank: int = len(ORDER) + 1
    sort_value: str = ""
    is_simulated: bool = False


class _Of(TypedDict):
    """The parts of a cell that name its measure."""

    column: str
    label: str


class _Drawn(TypedDict):
    """The parts of a cell that come from its series."""

    sparkline: str
    href: str
    sort_value: str
    is_simulated: bool


class _Assured(TypedDict):
    """The parts of a cell that tell how its target stands."""

    assurance: Assurance
    assurance_text: str
    direction: str


@dataclass(frozen=True, slots=True)
class Column:
    """One key measure."""

    id: str
    workstream: str
    heading: str
    target: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """The key measures of one workstream, under its name."""

    workstream: str
    name: str
    href: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One organisation, or Wales. `search` is what the filter looks into, in both languages.

    `nothing` is set instead of cells where no key measure is expected.
    """

    name: str
    full_name: str
    search: str
    is_wales: bool
    cells: tuple[Cell, ...]
    nothing: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All rows, Wales first, then organisations by name in the reader's language."""

    groups: tuple[ColumnGroup, ...]
    rows: tuple[Row, ...]

    @property
    def has_simulated(self) -> bool:
        """Whether any cell bears the mark of a simulated figure."""
        return any(cell.is_simulated for row in self.rows for cell in row.cells)

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns from left to right, as the cells of a row come."""
        return tuple(column for group in self.groups for column in group.columns)


@dataclass(frozen=True, slots=True)
class CellMaker:
    """Makes cells in one language. `found` are all findings by key; hrefs come from `pages`.

    `pages` maps workstreams to the page that has their charts, empty for the same page.
    """

    edition: Edition
    words: Words
    found: Mapping[SeriesKey, Finding]
    statuses: Mapping[tuple[str, str, str], str]
    pages: Mapping[str, str]

    def cell(self, measure: Measure, unit: str) -> Cell:
        """The cell of a measure for an organisation or for Wales."""
        key = key_of(measure, unit)
        found = self.found.get(key)
        if unit != WALES and not self._is_due(measure, unit):
            return self._absent(measure)
        if found is None or found.standing in (Standing.NEVER, Standing.GAP):
            return self._gap(measure, unit, found)
        if found.standing is Standing.HOLLOW:
            return self._hollow(found)
        if found.standing is Standing.TOO_FEW:
            return self._too_few(found)
        if found.standing is Standing.NOT_JUDGED:
            return self._not_judged(found)
        return self._judged(found)

    def _judged(self, found: Finding) -> Cell:
        judged, speaker = found.series.judged, self._speaker(found.measure)
        point = judged or Point(period=self.edition.data_month)
        is_late = self._status(found) == ReturnStatus.LATE
        filters = [FILTERS[found.kind]] if found.kind in FILTERS else []
        filters += [NEW] * found.is_new + [DATA] * is_late
        return Cell(
            kind=SIGNAL,
            tone=theme.verdict_class(found.verdict),
            text=self.words.text(f"charts.verdict.{found.kind}"),
            full_text=speaker.verdict(point),
            value=speaker.amounts.amount(point.value),
            note=self._note(found, point, is_late),
            verdict=found.kind,
            side=found.side,
            is_new=found.is_new,
            filters=" ".join(filters),
            rank=ORDER.index(found.kind),
            **self._of(found.measure),
            **self._assured(found),
            **self._drawn(found),
        )

    def _hollow(self, found: Finding) -> Cell:
        last = found.series.last or Point(period=self.edition.data_month)
        case = "left_out" if last.is_final else f"{last.state}"
        return self._state(found, case, self._parts(found, last), last)

    def _too_few(self, found: Finding) -> Cell:
        count = sum(point.value is not None for point in found.series.points)
        case = "events" if found.series.is_by_event else "months"
        note = self._say(f"{case}_so_far", n=count)
        return self._state(found, "too_few", note, found.series.last)

    def _not_judged(self, found: Finding) -> Cell:
        """Where nearly every value is the same, no rule can tell one month from another."""
        reason = unjudged_reason(found.series)
        note = self._say(f"reason.{reason}") if reason else ""
        return self._state(found, "not_judged", note, found.series.last)

    def _state(self, found: Finding, case: str, note: str, point: Point | None) -> Cell:
        """A state with the value it has, which is not judged."""
        speaker = self._speaker(found.measure)
        return Cell(
            kind=STATE,
            tone="st",
            text=self._say(f"state.{case}"),
            value=speaker.amounts.amount(point.value if point else None),
            note=note,
            filters=DATA,
            rank=len(ORDER),
            **self._of(found.measure),
            **self._drawn(found),
        )

    def _gap(self, measure: Measure, unit: str, found: Finding | None) -> Cell:
        """No figure for the month: why, and the last one that there was."""
        status = self.statuses.get((unit, measure.workstream, measure.table), "")
        empty = _Drawn(sparkline="", href="", sort_value="", is_simulated=False)
        is_known = found is not None and found.standing is Standing.GAP
        drawn = self._drawn(found) if found and is_known else empty
        return Cell(
            kind=STATE,
            tone="st",
            text=self._say(f"state.{status if status in WITHOUT else 'no_data'}"),
            note=self._last_known(measure, found),
            filters=DATA,
            rank=len(ORDER),
            **self._of(measure),
            **drawn,
        )

    def _absent(self, measure: Measure) -> Cell:
        return Cell(kind=ABSENT, tone="na", text=self._say("not_expected"), **self._of(measure))

    def _of(self, measure: Measure) -> _Of:
        return {
            "column": measure.id.replace("_", "-"),
            "label": self.words.text(f"{measure.workstream}.measures.{measure.id}.short"),
        }

    def _drawn(self, found: Finding) -> _Drawn:
        last = found.series.last
        page = self.pages[found.measure.workstream]
        return {
            "sparkline": sparkline(found.series, TRACE_WIDTH),
            "href": f"{page}#{found.key.anchor}",
            "sort_value": f"{last.value:.6g}" if last and last.value is not None else "",
            "is_simulated": is_simulated(last),
        }

    def _assured(self, found: Finding) -> _Assured:
        assurance = found.series.assurance
        is_known = assurance != Assurance.NONE
        return {
            "assurance": assurance,
            "assurance_text": self.words.text(f"charts.assurance.{assurance}") if is_known else "",
            "direction": found.measure.direction.value,
        }

    def _note(self, found: Finding, point: Point, is_late: bool) -> str:
        if point.period != self.edition.data_month and not found.series.is_by_event:
            return short_month(self.words, point.period)
        return self._say("late") if is_late else ""

    def _parts(self, found: Finding, last: Point) -> str:
        if last.state != PointState.INCOMPLETE or not last.parts_due:
            return ""
        case = {WALES: "parts_organisations", ORGANISATION: "parts_wards"}.get(found.key.level)
        return self._say(case or "parts", parts_in=last.parts_in or 0, parts_due=last.parts_due)

    def _last_known(self, measure: Measure, found: Finding | None) -> str:
        last = found.series.last if found else None
        if last is None:
            return self._say("never")
        value = self._speaker(measure).amounts.amount(last.value)
        return self._say("last_known", month=short_month(self.words, last.period), value=value)

    def _status(self, found: Finding) -> str:
        measure = found.measure
        return self.statuses.get((found.key.unit, measure.workstream, measure.table), "")

    def _is_due(self, measure: Measure, unit: str) -> bool:
        return table_of(self.edition, measure).is_due(unit, self.edition.data_month)

    def _speaker(self, measure: Measure) -> Speaker:
        return Speaker(self.words, measure)

    def _say(self, key: str, **facts: object) -> str:
        return self.words.text(f"pages.landing.matrix.{key}", **facts)


def matrix(maker: CellMaker, measures: tuple[Measure, ...]) -> Matrix:
    """The matrix of the given key measures, which come workstream by workstream."""
    edition, words = maker.edition, maker.words
    wales = Row(
        name=unit_name(edition, words, WALES),
        full_name="",
        search=unit_name(edition, words, WALES).lower(),
        is_wales=True,
        cells=tuple(maker.cell(measure, WALES) for measure in measures),
        nothing="",
    )
    organisations = sorted(
        edition.registers.organisations, key=lambda one: unit_name(edition, words, one.code)
    )
    rows = (wales, *(_row(maker, one, measures) for one in organisations))
    return Matrix(column_groups(maker, measures), rows if measures else ())


def column_groups(maker: CellMaker, measures: tuple[Measure, ...]) -> tuple[ColumnGroup, ...]:
    """The columns under the names of their workstreams."""
    runs = groupby(measures, key=lambda measure: measure.workstream)
    return tuple(_group(maker, workstream, tuple(run)) for workstream, run in runs)


def statuses_of_month(edition: Edition) -> dict[tuple[str, str, str], str]:
    """(organisation, workstream, table) -> the status of its return for the edition's month."""
    columns = ("organisation", "workstream", "table", "status", "period")
    return {
        (organisation, workstream, table): status
        for organisation, workstream, table, status, period in edition.returns.select(
            columns
        ).iter_rows()
        if period == edition.data_month
    }


def key_of(measure: Measure, unit: str) -> SeriesKey:
    """The key of a measure's series for Wales or for an organisation."""
    level = WALES if unit == WALES else ORGANISATION
    return SeriesKey(workstream=measure.workstream, measure=measure.id, level=level, unit=unit)


def table_of(edition: Edition, measure: Measure) -> Table:
    """The contract table that a measure is counted from."""
    return next(c for c in edition.contracts if c.workstream == measure.workstream).table(
        measure.table
    )


def _row(maker: CellMaker, one: Organisation, measures: tuple[Measure, ...]) -> Row:
    cells = tuple(maker.cell(measure, one.code) for measure in measures)
    is_expected = any(cell.kind != ABSENT for cell in cells)
    names = (one.name_en, one.name_cy, one.short_en, one.short_cy, one.abbreviation, one.code)
    return Row(
        name=unit_name(maker.edition, maker.words, one.code),
        full_name=one.name(maker.words.language),
        search=" ".join(dict.fromkeys(name.lower() for name in names)),
        is_wales=False,
        cells=cells if is_expected else (),
        nothing="" if is_expected else maker.words.text("pages.landing.matrix.no_measures"),
    )


def _group(maker: CellMaker, workstream: str, measures: tuple[Measure, ...]) -> ColumnGroup:
    return ColumnGroup(
        workstream=workstream,
        name=maker.words.text(f"{workstream}.workstream.name"),
        href=maker.pages[workstream],
        columns=tuple(_column(maker, m, m is measures[0]) for m in measures),
    )


def _column(maker: CellMaker, measure: Measure, is_first: bool) -> Column:
    target = measure.target_at(maker.edition.data_month)
    amount = Speaker(maker.words, measure).amounts.amount(target)
    case = "no_target" if target is None else "target"
    return Column(
        id=measure.id.replace("_", "-"),
        workstream=measure.workstream,
        heading=maker.words.text(f"{measure.workstream}.measures.{measure.id}.short"),
        target=maker.words.text(f"pages.landing.matrix.{case}", target=amount),
        is_first=is_first,
    )
