"""One chart as a page shows it: finding, figure, words for it, table, file. Ready to print.

Here: the frozen ChartModel and how it is made from an edition and the key of a series. Not here:
markup (chart.html.jinja), drawing (reports/figures), wording (reports/sentences.py).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from babel import Locale

from data_contracts.contract import Contract, Measure
from reports import theme
from reports.edition import Edition
from reports.figures import scales
from reports.figures.draw import figure, figure_json
from reports.figures.labels import EndLabel, FigureTexts, LineLabel
from reports.figures.scales import Scale
from reports.figures.series import Point, Series, read_series
from reports.figures.sizes import SPECS, Size
from reports.figures.sparkline import sparkline
from reports.pages.chart_data import DataTable, Labels, csv_file, data_table
from reports.pages.method import engine_notes, method
from reports.pages.sources import source_sentence
from reports.sentences import Speaker, has_median, verdict_kind
from reports.words import Words

WALES = "wales"
# More changes of source than this are told in words only: labels of several lines would meet.
MOST_SOURCE_LINES = 1
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_NOT_PLAIN_UNIT = re.compile(r"[^A-Za-z0-9_:]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesKey:
    """Which measure for which unit: `workstream/measure/level/unit`."""

    workstream: str
    measure: str
    level: str
    unit: str

    def __str__(self) -> str:
        return f"{self.workstream}/{self.measure}/{self.level}/{self.unit}"

    @property
    def anchor(self) -> str:
        """The chart's id on a page and its file's name; the same in every publication.

        Wards have spaces, slashes and ampersands in their codes: such a unit is told from its
        like by a few digits of its hash.
        """
        plain = _NOT_PLAIN.sub("-", f"{self.unit}-{self.measure}")
        if _NOT_PLAIN_UNIT.search(self.unit) is None:
            return plain
        return f"{plain}-{hashlib.sha256(self.unit.encode()).hexdigest()[:6]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the page around a chart decides.

    `unit_name` heads small charts and titles tables. `scale` is shared by a grid. `flags` maps
    months to the numbers of tests of change, `phase_reasons` months to why limits were
    recalculated there. `data_folder` is where the page links its files. `reference` is the series
    for Wales whose mean is drawn thinly behind an organisation's own.
    """

    unit_name: str
    scale: Scale | None = None
    flags: Mapping[date, str] = field(default_factory=dict)
    phase_reasons: Mapping[date, str] = field(default_factory=dict)
    data_folder: str = "data"
    reference: Series | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """Why there is no chart, in words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartModel:
    """All that chart.html.jinja prints. Texts are in the reader's language.

    `figure` is JSON for charts.js, empty where `blank` says why there is none. `verdict` is
    improvement, concern, change, common_cause or none, that of the last point rules were applied
    to; `side` is 1, 0 or -1. `csv` is the content of the file at `csv_href`. `latest_month` and
    `missing` are empty unless the last figure is older than the chart's last month. `source` says
    where the figures come from.
    """

    id: str
    size: Size
    headline: str
    subtitle: str
    unit_name: str
    measure: str
    latest: str
    latest_month: str
    finding: str
    missing: str
    verdict: str
    side: int
    alternative: str
    target: str
    figure: str
    blank: Blank | None
    table: DataTable
    csv_href: str
    csv: bytes
    sparkline: str
    notes: tuple[str, ...]
    source: str
    words: Mapping[str, str]
    scale_start: float | None = None


def series_of(edition: Edition, key: SeriesKey) -> Series:
    """The points of one series through the edition's month; without points when there are none."""
    measure = measure_of(edition, key)
    return read_series(
        str(key), edition.points, edition.series, edition.data_month, measure.target_at
    )


def measure_of(edition: Edition, key: SeriesKey) -> Measure:
    """The measure a key names. Raises StopIteration for one that no contract has."""
    return contract_of(edition, key.workstream).measure(key.measure)


def contract_of(edition: Edition, workstream: str) -> Contract:
    return next(c for c in edition.contracts if c.workstream == workstream)


def chart_model(
    edition: Edition, key: SeriesKey, words: Words, size: Size, options: Options
) -> ChartModel:
    """The chart of one series at one size, with its words, table and file.

    A series without any value gives a model whose `blank` says so and whose figure is empty.
    """
    whole = series_of(edition, key)
    return model_of(whole, key, Speaker(words, measure_of(edition, key)), size, options)


def model_of(
    whole: Series, key: SeriesKey, speaker: Speaker, size: Size, options: Options
) -> ChartModel:
    """As chart_model, from a series that was already read."""
    shown = whole.last_months(SPECS[size].max_months)
    measure_name = _measure_text(speaker, key, "short")
    judged = whole.judged
    file = csv_file(whole, speaker, _labels(speaker, key, options))
    language = speaker.words.language
    suffix = "" if language == "en" else f".{language}"
    return ChartModel(
        id=key.anchor,
        size=size,
        headline=speaker.headline(whole, measure_name),
        subtitle=subtitle(shown, key, speaker),
        unit_name=options.unit_name,
        measure=measure_name,
        latest=speaker.amounts.amount(whole.last.value if whole.last else None),
        latest_month=_older_month(whole, speaker),
        finding=speaker.finding(whole),
        missing=_missing(whole, speaker),
        verdict=verdict_kind(judged.verdict) if judged else "none",
        side=(judged.rule_side or 0) if judged else 0,
        alternative=speaker.alternative(whole),
        target=" ".join(speaker.target(whole, measure_name)).strip(),
        figure=_figure(shown, speaker, size, options) if shown.has_values else "",
        blank=None if shown.has_values else _blank(whole, speaker),
        table=data_table(shown, speaker),
        csv_href=f"{options.data_folder}/{key.anchor}{suffix}.csv",
        csv=file,
        sparkline=sparkline(shown, 300, 80, len(shown.points)),
        notes=_notes(whole, shown, speaker, size) + _reference_note(shown, speaker, options),
        source=source_sentence(whole, speaker.words, size),
        words=_furniture(speaker, measure_name, options, len(file)),
    )


def subtitle(series: Series, key: SeriesKey, speaker: Speaker) -> str:
    """What is drawn and how, for the line below a headline; empty without points."""
    if not series.points:
        return _measure_text(speaker, key, "name")
    profile = speaker.measure.rules
    kind = series.chart or speaker.measure.chart
    say = speaker.words.text
    facts = {
        "definition": _measure_text(speaker, key, "name"),
        "first": speaker.words.month(series.points[0].period),
        "last": speaker.words.month(series.points[-1].period),
        "chart": say(f"charts.chart_kind.{kind}"),
    }
    if series.limited is None:
        return say("charts.chart.subtitle_run", **facts)
    return say("charts.chart.subtitle", rules=say(f"charts.rules_profile.{profile}"), **facts)


def _figure(series: Series, speaker: Speaker, size: Size, options: Options) -> str:
    texts = _figure_texts(series, speaker, size, options)
    return figure_json(figure(series, texts, size, scale=options.scale))


def _figure_texts(series: Series, speaker: Speaker, size: Size, options: Options) -> FigureTexts:
    at = {point.period: i for i, point in enumerate(series.points)}
    flags = {at[month]: number for month, number in options.flags.items() if month in at}
    reference = _reference(series, options)
    return FigureTexts(
        month_names=month_names(speaker.words),
        ends=_end_labels(series, speaker, size) + _reference_label(reference, speaker),
        reference=reference,
        phases=[_phase_label(series, b, speaker, options) for b in series.breaks()],
        sources=_source_labels(series, speaker) if size is not Size.SMALL else [],
        flags=flags if size is not Size.SMALL else {},
        suffix=speaker.amounts.suffix,
    )


def _end_labels(series: Series, speaker: Speaker, size: Size) -> list[EndLabel]:
    """The latest value and the lines that reach the right edge."""
    found = [_latest_label(series, speaker, size)]
    if size is Size.SMALL:
        return found + _bare_centre(series, speaker)
    limited, centred, last = series.limited, series.centred, series.points[-1]
    if centred is not None and centred.centre is not None:
        kind = "median" if has_median(series) else "mean"
        found.append(_line_label(speaker, kind, centred.centre, theme.INK))
    if limited is not None:
        trial = "_trial" if series.limits_status == "trial" else ""
        for side, value in (("upper", limited.upper), ("lower", limited.lower)):
            if value is not None:
                found.append(
                    _line_label(speaker, f"{side}{trial}", value, theme.INK_QUIET, f"{side}_short")
                )
    if last.target is not None and _is_target_drawn(series):
        found.append(_line_label(speaker, "target", last.target, theme.TARGET))
    return found


def _latest_label(series: Series, speaker: Speaker, size: Size) -> EndLabel:
    last = series.last or Point(period=series.points[-1].period)
    value = f"<b>{speaker.amounts.amount(last.value)}</b>"
    month = month_names(speaker.words)[last.period.month - 1]
    dated = f"{value} {short_month(speaker.words, last.period)}"
    long = value if size is Size.SMALL else dated
    colour = theme.verdict_colour(last.verdict) if last.is_signal else theme.INK
    return EndLabel(
        value=last.value or 0.0, text=long, short=f"{value} {month}", colour=colour, is_latest=True
    )


def _bare_centre(series: Series, speaker: Speaker) -> list[EndLabel]:
    centred = series.centred
    if centred is None or centred.centre is None:
        return []
    text = speaker.amounts.amount(centred.centre)
    return [EndLabel(value=centred.centre, text=text, short=text, colour=theme.INK_QUIET)]


def _reference(series: Series, options: Options) -> list[float | None]:
    """The mean for Wales at each of the series' months; empty where it is unknown or far off."""
    if options.reference is None or series.is_by_event or options.reference.is_by_event:
        return []
    centres = {point.period: point.centre for point in options.reference.points}
    found = [centres.get(point.period) for point in series.points]
    known = [centre for centre in found if centre is not None]
    is_near = bool(known) and scales.is_within_reach(series, min(known), max(known))
    return found if is_near else []


def _reference_label(reference: Sequence[float | None], speaker: Speaker) -> list[EndLabel]:
    last = next((centre for centre in reversed(reference) if centre is not None), None)
    if last is None:
        return []
    amount = speaker.amounts.amount(last)
    long, short = (
        speaker.words.text(f"pages.own.{key}", value=amount)
        for key in ("reference_label", "reference_short")
    )
    return [EndLabel(value=last, text=long, short=short, colour=theme.INK_QUIET)]


def _reference_note(series: Series, speaker: Speaker, options: Options) -> tuple[str, ...]:
    """What the thin line is, or that there would be one, had it room."""
    centred = options.reference.centred if options.reference else None
    if centred is None or not series.has_values or series.is_by_event:
        return ()
    case = "reference" if _reference(series, options) else "reference_far"
    centre = speaker.amounts.amount(centred.centre)
    return (speaker.words.text(f"pages.own.{case}", centre=centre),)


def _line_label(
    speaker: Speaker, kind: str, value: float, colour: str, short: str = ""
) -> EndLabel:
    amount = speaker.amounts.amount(value)
    say = speaker.words.text
    long = say(f"charts.label.{kind}", value=amount)
    brief = say(f"charts.label.{short or kind}", value=amount)
    return EndLabel(value=value, text=long, short=brief, colour=colour)


def _is_target_drawn(series: Series) -> bool:
    """Whether the target is near enough to stand on the same axis."""
    target = series.points[-1].target
    low, high = scales.extent(series, with_target=True)
    return target is not None and low <= target <= high


def _phase_label(series: Series, position: int, speaker: Speaker, options: Options) -> LineLabel:
    month = series.points[position].period
    reason = options.phase_reasons.get(month)
    case = "recalculated" if reason else "recalculated_plain"
    facts = {"month": speaker.words.month(month), "reason": reason or ""}
    return LineLabel(
        position=position,
        text=speaker.words.text(f"charts.phase.{case}", **facts),
        short=speaker.words.text("charts.phase.short", month=short_month(speaker.words, month)),
    )


def _source_labels(series: Series, speaker: Speaker) -> Sequence[LineLabel]:
    changes = series.source_changes()
    if len(changes) > MOST_SOURCE_LINES:
        return []
    return [
        LineLabel(
            position=position,
            text=speaker.words.text(
                f"charts.source_from.{source}",
                month=speaker.words.month(series.points[position].period),
            ),
            short=speaker.words.text(
                f"charts.source_short.{source}",
                month=short_month(speaker.words, series.points[position].period),
            ),
        )
        for position, source in changes
    ]


def month_names(words: Words) -> list[str]:
    """Short names of the months in the reader's language, January first."""
    known = Locale(words.language).months["format"]["abbreviated"]
    return [str(known[number]) for number in range(1, 13)]


def short_month(words: Words, month: date) -> str:
    """A month in little room: `Oct 2026`."""
    return f"{month_names(words)[month.month - 1]} {month.year}"


def _notes(whole: Series, shown: Series, speaker: Speaker, size: Size) -> tuple[str, ...]:
    """What a reader must know to read the chart rightly."""
    say = speaker.words.text
    how = method(whole, speaker.measure, speaker.words, size)
    candidates = (
        (whole.limits_status == "trial", "charts.note.trial_limits"),
        (any(p.value is not None and not p.is_solid for p in shown.points), "charts.chart.hollow"),
        (size is not Size.SMALL and _starts_above_zero(shown), "charts.chart.not_from_zero"),
    )
    known = [how] if how else []
    known += [say(key) for holds, key in candidates if holds]
    if size is not Size.SMALL:
        known += engine_notes(whole, speaker.words)
    if len(whole.points) > len(shown.points):
        known.append(say("charts.chart.older", month=speaker.words.month(whole.points[0].period)))
    return tuple(known)


def _older_month(series: Series, speaker: Speaker) -> str:
    """The month of the last figure, where the months after it have none."""
    last = series.last
    if last is None or series.is_by_event or last.period == series.points[-1].period:
        return ""
    return short_month(speaker.words, last.period)


def _missing(series: Series, speaker: Speaker) -> str:
    """That the last month has no figure, and which month is shown in its place."""
    last = series.last
    if last is None or not _older_month(series, speaker):
        return ""
    month = speaker.words.month
    return speaker.words.text(
        "charts.chart.missing", missing=month(series.points[-1].period), month=month(last.period)
    )


def _starts_above_zero(series: Series) -> bool:
    if not series.has_values:
        return False
    return scales.scale_over(*scales.extent(series, with_target=True)).low > 0


def _blank(series: Series, speaker: Speaker) -> Blank:
    case = "too_few_events" if speaker.measure.chart in ("g", "t") else "no_data"
    say = speaker.words.text
    return Blank(title=say(f"charts.blank.{case}.title"), text=say(f"charts.blank.{case}.text"))


def _labels(speaker: Speaker, key: SeriesKey, options: Options) -> Labels:
    workstream = speaker.words.text(f"{key.workstream}.workstream.name")
    return Labels(workstream, _measure_text(speaker, key, "name"), options.unit_name)


def _measure_text(speaker: Speaker, key: SeriesKey, part: str) -> str:
    return speaker.words.text(f"{key.workstream}.measures.{key.measure}.{part}")


def _furniture(
    speaker: Speaker, measure_name: str, options: Options, file_size: int
) -> dict[str, str]:
    """The fixed words around a chart; `file_size` is in bytes."""
    say = speaker.words.text
    title = say("charts.chart.title", measure=measure_name, unit=options.unit_name)
    return {
        "title": title,
        "data_table": say("charts.chart.data_table"),
        "data_table_of": say("charts.chart.data_table_of", title=title),
        "download": say("charts.chart.download"),
        "download_short": say("charts.chart.download_short"),
        "download_of": say("charts.chart.download_of", title=title),
        "csv_size": say("charts.chart.kilobytes", n=math.ceil(file_size / 1024)),
        "reading": say("charts.chart.keys"),
    }
