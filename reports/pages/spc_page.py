"""The page that `safecare spc --html` makes: every series of a file with its chart, in one file.

Here: series as the figure module wants them, out of the engine's frames, and what is said under
each chart. Not here: drawing (reports/figures), markup (spc_page.html.jinja), words. The page
holds its styles, scripts and data, so that it opens from a disk without a network. Periods are
what the file says: months, days or numbers; where they are no months, words that speak of months
give way to those under `spc_page.points`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.contract import Direction, Measure, MeasureType
from reports import theme
from reports.figures import scales
from reports.figures.draw import Figure, figure
from reports.figures.labels import EndLabel, FigureTexts, LineLabel
from reports.figures.packing import packed_json
from reports.figures.series import Point, Series, months
from reports.figures.sizes import Size
from reports.figures.sparkline import sparkline
from reports.pages.chart import Blank, month_names, short_month
from reports.pages.chart_data import DataTable, data_table
from reports.pages.render import render
from reports.pages.spc_facts import MOST_POINTS, Fact
from reports.pages.spc_facts import facts as facts_of
from reports.pages.spc_told import Periods, PeriodWords, PlainSpeaker, Row, Told
from reports.sentences import has_median
from reports.spc import Plan
from reports.spc.vocabulary import Assurance, Chart, LimitsStatus, Verdict
from reports.words import Words, is_plural

MOST_SERIES = 200
MOST_TICKS = 8
STATIC = Path(__file__).parents[1] / "static"
STYLES = ("report.css", "charts.css")
SCRIPTS = ("plotly-basic.min.js", "charts.js")

_SUBGROUPS = frozenset({Chart.XBAR, Chart.S})
_LINES = ("value", "centre", "lower", "upper", "lower_2sigma", "upper_2sigma")
_JUDGED = ("phase", "excluded", "rule", "rule_side")
_COUNTS = ("numerator", "denominator", "target")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Charted:
    """What was found in a file: the engine's two frames, and the rows they were made from.

    rows: series, period (as in `points`), written, numerator, denominator, target, reason, author.
    """

    title: str
    plan: Plan
    points: pl.DataFrame
    series: pl.DataFrame
    rows: pl.DataFrame
    periods: Periods


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartView:
    """One chart ready to print; the names are those that the macros of chart.html.jinja use."""

    id: str
    name: str
    kind: str
    latest: str
    headline: str
    finding: str
    verdict: str
    side: int
    alternative: str
    figure: str
    blank: Blank | None
    table: DataTable
    sparkline: str
    facts: tuple[Fact, ...]
    words: Mapping[str, str]
    size: Size = Size.LARGE


@dataclass(frozen=True, slots=True, kw_only=True)
class SpcPage:
    """The whole page. `styles` and `scripts` are the contents of the files themselves."""

    title: str
    intro: tuple[str, ...]
    charts: tuple[ChartView, ...]
    styles: str
    scripts: tuple[str, ...]


def spc_page(charted: Charted, words: Words, told: Callable[[int, int], None]) -> bytes:
    """The page of a file; `told` hears how many of how many charts are ready.

    Draws the first 200 series, and says so where there are more.
    """
    names = charted.series["series"].unique(maintain_order=True)
    count, names = len(names), names.head(MOST_SERIES)
    charts = []
    for number, one in enumerate(_each(charted, names.to_list(), words), start=1):
        charts.append(_view(one, f"series-{number}"))
        told(number, len(names))
    page = SpcPage(
        title=words.text("spc_page.title", file=charted.title),
        intro=_intro(charted, words, count),
        charts=tuple(charts),
        styles="".join(_static(name) for name in STYLES),
        scripts=tuple(_static(name) for name in SCRIPTS),
    )
    return render("spc_page.html.jinja", words=words, page=page)


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _intro(charted: Charted, words: Words, count: int) -> tuple[str, ...]:
    said = [words.text("spc_page.intro_made", file=charted.title)]
    said.append(words.text("spc_page.intro", n=count))
    if count > MOST_SERIES:
        said.append(words.text("spc_page.shown_part", shown=MOST_SERIES, n=count))
    return tuple(said)


def _each(charted: Charted, names: Sequence[str], words: Words) -> Iterator[Told]:
    """The named series, each read once."""
    wanted = pl.col("series").is_in(list(names))
    points = charted.points.filter(wanted)
    counts = dict(points.group_by("series").len().iter_rows())
    drawn = points.group_by("series", maintain_order=True).tail(MOST_POINTS)
    told = _with_rows(drawn, charted.rows.filter(wanted), charted.plan)
    phases = charted.series.filter(wanted).partition_by("series", as_dict=True)
    tree = _tree(words, charted.periods)
    for (name,), rows in told.partition_by("series", as_dict=True).items():
        one = _told(str(name), charted, rows.to_dicts(), phases[name,].to_dicts(), (words, tree))
        yield replace(one, earlier=counts[name] - len(rows))


def _with_rows(points: pl.DataFrame, rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The engine's points with what the file says of them; a subgroup has its first row's."""
    sent = rows.select(
        "series", "period", "written", "numerator", "denominator", "target", "reason", "author"
    ).unique(["series", "period"], keep="first", maintain_order=True)
    if plan.chart in _SUBGROUPS:
        sent = sent.with_columns(numerator=None, denominator=None)
    return points.join(sent, on=["series", "period"], how="left", maintain_order="left")


def _tree(words: Words, periods: Periods) -> Mapping[str, Any]:
    """The vocabulary; where periods are no months, with the words for points in their place."""
    ours, charts = words.tree["spc_page"], words.tree["charts"]
    charts = _merged(charts, {"rules_profile": ours["rules_profile"]})
    if periods is not Periods.MONTHS:
        charts = _merged(charts, ours["points"])
    return {**words.tree, "charts": charts}


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Branches are merged; a sentence, or its plural forms, is replaced as a whole."""
    found = dict(under)
    for key, node in over.items():
        is_branch = isinstance(node, Mapping) and not is_plural(node)
        found[key] = _merged(under[key], node) if is_branch and key in under else node
    return found


def _told(
    name: str,
    charted: Charted,
    rows: Sequence[Row],
    phases: Sequence[Row],
    vocabulary: tuple[Words, Mapping[str, Any]],
) -> Told:
    words, tree = vocabulary
    dates = _dates(rows, charted.periods)
    whole = _series(name, rows, dates, phases, charted.periods)
    said, short = _said(whole, rows, dates, charted.periods, words)
    speaker = PlainSpeaker(
        PeriodWords(words.language, tree, said=said),
        _measure(charted.plan, str(whole.chart), _has_counts(rows)),
        _digits(whole),
    )
    return Told(
        name=name,
        plan=charted.plan,
        whole=whole,
        speaker=speaker,
        phases=phases,
        records=dict(zip(dates, rows, strict=True)),
        periods=charted.periods,
        short=short,
    )


def _dates(rows: Sequence[Row], periods: Periods) -> list[date]:
    """A date for each row, in order: its own, or for a number one that stands for its place."""
    if periods is Periods.NUMBERS:
        return [date.min + timedelta(days=place) for place in range(len(rows))]
    day = "" if periods is Periods.DAYS else "-01"
    return [date.fromisoformat(row["written"] + day) for row in rows]


def _series(
    name: str, rows: Sequence[Row], dates: Sequence[date], phases: Sequence[Row], periods: Periods
) -> Series:
    """The series as charts see it. A month without a row is a gap, as on every other page."""
    last = phases[-1]
    points = {day: _point(row, day) for day, row in zip(dates, rows, strict=True)}
    every = list(dates)
    if periods is Periods.MONTHS and last["chart"] not in (Chart.G, Chart.T):
        every = list(months(dates[0], dates[-1]))
    return Series(
        key=name,
        points=tuple(points.get(day) or Point(period=day) for day in every),
        chart=last["chart"],
        chart_reason=last["chart_reason"],
        assurance=Assurance(last["assurance"]),
        limits_status=LimitsStatus(last["limits_status"]),
        notes=tuple(last["notes"]),
    )


def _point(row: Row, day: date) -> Point:
    told = {name: row[name] for name in (*_COUNTS, *_LINES, *_JUDGED)}
    return Point(period=day, verdict=Verdict(row["verdict"]), **told)


def _said(
    whole: Series, rows: Sequence[Row], dates: Sequence[date], periods: Periods, words: Words
) -> tuple[dict[date, str], dict[date, str]]:
    """How each period is told, in full and in little room."""
    if periods is Periods.MONTHS:
        every = [point.period for point in whole.points]
        full = {day: words.month(day) for day in every}
        return full, {day: short_month(words, day) for day in every}
    written = {day: str(row["written"]) for day, row in zip(dates, rows, strict=True)}
    full = {day: words.date(day) for day in dates} if periods is Periods.DAYS else written
    return full, written


def _measure(plan: Plan, chart: str, has_counts: bool) -> Measure:
    """What the speaker must know of a measure; the file says nothing more."""
    is_share = plan.multiplier == 100 and chart in (Chart.P, Chart.P_PRIME)
    return Measure(
        id="value",
        numerator="numerator",
        denominator="denominator" if has_counts else None,
        multiplier=plan.multiplier,
        unit="per_cent" if is_share else "count",
        chart=chart,
        direction=Direction(plan.direction.value),
        type=MeasureType.OUTCOME,
        domains=(),
        owner="",
        source="",
        baseline=plan.baseline,
        rules=plan.profile.name,
        screening=plan.screening,
    )


def _has_counts(rows: Sequence[Row]) -> bool:
    return any(row["denominator"] is not None for row in rows)


def _digits(series: Series) -> int:
    """Decimals that show a hundredth of what the chart spans."""
    if not series.has_values:
        return 1
    low, high = scales.extent(series, with_target=False)
    span = high - low or abs(high) or 1.0
    return max(0, scales.digits_for(span) - 1)


def _view(told: Told, anchor: str) -> ChartView:
    speaker, whole = told.speaker, told.whole
    judged = whole.judged
    say = told.say
    drawn = _figure(told) if whole.has_values else None
    blank = Blank(title=say("charts.blank.no_data.title"), text=say("charts.blank.no_data.text"))
    return ChartView(
        id=anchor,
        name=told.name,
        kind=say(f"charts.chart_kind.{whole.chart}"),
        latest=speaker.amounts.amount(whole.last.value if whole.last else None),
        headline=speaker.headline(whole, told.name),
        finding=speaker.finding(whole),
        verdict=_kind(judged),
        side=(judged.rule_side or 0) if judged else 0,
        alternative=speaker.alternative(whole),
        figure=packed_json(drawn, Size.LARGE) if drawn else "",
        blank=None if drawn else blank,
        table=data_table(whole, speaker),
        sparkline=sparkline(whole, 300, 80, len(whole.points)),
        facts=tuple(fact for fact in facts_of(told, drawn) if fact.texts),
        words={
            "title": told.name,
            "data_table": say("charts.chart.data_table"),
            "data_table_of": say("charts.chart.data_table_of", title=told.name),
            "of": say("charts.chart.download_of", title=told.name),
            "reading": say("charts.chart.keys"),
        },
    )


def _kind(judged: Point | None) -> str:
    """The verdict as icons know it, without its side."""
    if judged is None:
        return "none"
    return "change" if judged.verdict in ("change_high", "change_low") else judged.verdict


def _figure(told: Told) -> Figure:
    whole = told.whole
    drawn = figure(whole, _texts(told), Size.LARGE)
    if told.periods is not Periods.MONTHS and not (
        told.periods is Periods.DAYS and whole.is_by_event
    ):
        for axis, most in ((drawn["layout"]["xaxis"], MOST_TICKS), (None, MOST_TICKS // 2)):
            at = _ticks(len(whole.points), most)
            texts = [told.short[whole.points[i].period] for i in at]
            if axis is not None:
                axis |= {"tickvals": at, "ticktext": texts}
            else:
                drawn["narrow"] |= {"xaxis.tickvals": at, "xaxis.ticktext": texts}
    return drawn


def _ticks(count: int, most: int) -> list[int]:
    """No more than `most` positions at equal distances from the first."""
    return list(range(0, count, -(-count // most)))


def _texts(told: Told) -> FigureTexts:
    return FigureTexts(
        month_names=month_names(told.speaker.words),
        ends=_ends(told),
        phases=[_phase_line(told, position) for position in told.whole.breaks()],
        suffix=told.speaker.amounts.suffix,
    )


def _ends(told: Told) -> list[EndLabel]:
    """The latest value and the lines that reach the right edge."""
    whole = told.whole
    found = [_latest(told)]
    centred, limited = whole.centred, whole.limited
    if centred is not None and centred.centre is not None:
        kind = "median" if has_median(whole) else "mean"
        found.append(_line(told, kind, kind, centred.centre, theme.INK))
    trial = "_trial" if whole.limits_status == "trial" else ""
    for side in ("upper", "lower"):
        value = getattr(limited, side, None)
        if value is not None:
            found.append(_line(told, f"{side}{trial}", f"{side}_short", value, theme.INK_QUIET))
    low, high = scales.extent(whole, with_target=True)
    target = whole.points[-1].target
    if target is not None and low <= target <= high:
        found.append(_line(told, "target", "target", target, theme.TARGET))
    return found


def _latest(told: Told) -> EndLabel:
    last = told.whole.last or told.whole.points[-1]
    value = f"<b>{told.speaker.amounts.amount(last.value)}</b>"
    colour = theme.verdict_colour(last.verdict) if last.is_signal else theme.INK
    text = f"{value} {told.short[last.period]}"
    short = value if told.periods is not Periods.MONTHS else text
    return EndLabel(value=last.value or 0.0, text=text, short=short, colour=colour, is_latest=True)


def _line(told: Told, key: str, short: str, value: float, colour: str) -> EndLabel:
    amount = told.speaker.amounts.amount(value)
    text, brief = (told.say(f"charts.label.{name}", value=amount) for name in (key, short))
    return EndLabel(value=value, text=text, short=brief, colour=colour)


def _phase_line(told: Told, position: int) -> LineLabel:
    point = told.whole.points[position]
    reason = told.records[point.period]["reason"]
    case = "recalculated" if reason else "recalculated_plain"
    facts = {"month": told.when(point), "reason": reason or ""}
    short = told.say("charts.phase.short", month=told.short[point.period])
    return LineLabel(position=position, text=told.say(f"charts.phase.{case}", **facts), short=short)
