"""One chart as a page shows it: finding, figure, words for it, table, file. Ready to print.

Here: the frozen ChartModel and how it is made from an edition and the key of a series. Not here:
markup (chart.html.jinja), drawing (reports/figures), labels within the figure (chart_labels.py),
wording (reports/sentences.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from data_contracts.contract import Contract, Measure
from reports.edition import Edition
from reports.figures import scales
from reports.figures.draw import figure
from reports.figures.packing import packed_json
from reports.figures.series import EVENT_CHARTS, Point, Series, read_series
from reports.figures.sizes import MOST_MONTHS, Size
from reports.figures.sparkline import sparkline
from reports.pages.chart_data import DataTable, Labels, csv_file, data_table
from reports.pages.chart_labels import Options, figure_texts, reference_line
from reports.pages.file_names import file_name
from reports.pages.method import engine_notes, method
from reports.pages.month_names import month_names as month_names  # read from here as well
from reports.pages.month_names import short_month as short_month
from reports.pages.phase_reasons import phase_notes
from reports.pages.series_key import SeriesKey
from reports.pages.sources import source_sentence
from reports.sentences import Speaker
from reports.spc.vocabulary import LimitsStatus, Verdict
from reports.standing import kind_now, side_now, told_now
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """Why there is no chart, in words; `has_file` where the series has older figures."""

    title: str
    text: str
    has_file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartModel:
    """All that chart.html.jinja prints. Texts are in the reader's language.

    `figure` is JSON for charts.js, empty where `blank` says why there is none. `verdict` is
    improvement, concern, change or common_cause where one stands for the series' last month, else
    none; `side` is 1, 0 or -1. `csv` is the content of the file at `csv_href`. `latest` is the
    figure that the verdict speaks of: where a younger one is not final yet, the last final one.
    `latest_month` is empty unless that is older than the chart's last month, `latest_state` unless
    it does not count; `missing` unless there is no figure for the last month. `source` says where
    the figures come from.
    """

    id: str
    size: Size
    headline: str
    subtitle: str
    unit_name: str
    measure: str
    latest: str
    latest_month: str
    latest_state: str
    finding: str
    missing: str
    verdict: Verdict
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
    shown = whole.last_months(MOST_MONTHS)
    measure_name = _measure_text(speaker, key, "short")
    file = csv_file(whole, speaker, _labels(speaker, key, options))
    told = told_now(whole)
    csv_name = file_name(key.anchor, speaker.words.language, "csv")
    return ChartModel(
        id=key.anchor,
        size=size,
        headline=speaker.headline(whole, measure_name),
        subtitle=subtitle(shown, key, speaker),
        unit_name=options.unit_name,
        measure=measure_name,
        latest=speaker.amounts.amount(told.value if told else None),
        latest_month=_older_month(whole, told, speaker),
        latest_state=speaker.state(told) if told else "",
        finding=speaker.finding(whole),
        missing=_missing(whole, speaker, options.status),
        verdict=kind_now(whole),
        side=side_now(whole),
        alternative=speaker.alternative(whole),
        target=" ".join(speaker.target(whole, measure_name)).strip(),
        figure=_figure(shown, speaker, size, options) if shown.has_values else "",
        blank=None if shown.has_values else _blank(whole, speaker),
        table=data_table(shown, speaker),
        csv_href=f"{options.data_folder}/{csv_name}",
        csv=file,
        sparkline=sparkline(shown, 300, 80, len(shown.points)),
        notes=_notes(whole, shown, speaker, size, options),
        source=source_sentence(whole, speaker.words, size),
        words=_furniture(speaker, measure_name, options, len(file)),
    )


def subtitle(series: Series, key: SeriesKey, speaker: Speaker) -> str:
    """What is drawn and how, for the line below a headline; rules are told below the chart."""
    if not series.points:
        return _measure_text(speaker, key, "name")
    kind = series.chart or speaker.measure.chart
    say = speaker.words.text
    return say(
        "charts.chart.subtitle",
        definition=_measure_text(speaker, key, "name"),
        first=speaker.words.month(series.points[0].period),
        last=speaker.words.month(series.points[-1].period),
        chart=say(f"charts.chart_kind.{kind}"),
    )


def _figure(series: Series, speaker: Speaker, size: Size, options: Options) -> str:
    texts = figure_texts(series, speaker, size, options)
    return packed_json(figure(series, texts, size, scale=options.scale), size)


def _reference_note(series: Series, speaker: Speaker, options: Options) -> tuple[str, ...]:
    """What the thin line is, or that there would be one, had it room."""
    centred = options.reference.centred if options.reference else None
    if centred is None or not series.has_values or series.is_by_event:
        return ()
    case = "reference" if reference_line(series, options) else "reference_far"
    centre = speaker.amounts.amount(centred.centre)
    return (speaker.words.text(f"pages.own.{case}", centre=centre),)


def _notes(
    whole: Series, shown: Series, speaker: Speaker, size: Size, options: Options
) -> tuple[str, ...]:
    """What a reader must know to read the chart rightly."""
    say = speaker.words.text
    how = method(whole, speaker.measure, speaker.words, size)
    candidates = (
        (whole.limits_status == LimitsStatus.TRIAL, "charts.note.trial_limits"),
        (any(p.value is not None and not p.is_solid for p in shown.points), "charts.chart.hollow"),
        (size is not Size.SMALL and _starts_above_zero(shown), "charts.chart.not_from_zero"),
    )
    known = [how] if how else []
    known += phase_notes(whole, len(shown.points), options.boundaries, speaker.words, size)
    known += [say(key) for holds, key in candidates if holds]
    if size is not Size.SMALL:
        known += engine_notes(whole, speaker.words)
    known += _older(whole, len(whole.points) - len(shown.points), speaker)
    return (*known, *_reference_note(shown, speaker, options))


def _older(whole: Series, count: int, speaker: Speaker) -> tuple[str, ...]:
    """How much of a series is in its file alone."""
    if count == 0:
        return ()
    kind = "events" if whole.is_by_event else "months"
    first = speaker.when(whole, whole.points[0])
    return (speaker.words.text(f"charts.chart.older_{kind}", n=count, first=first),)


def _older_month(series: Series, told: Point | None, speaker: Speaker) -> str:
    """The month of a figure, where it is not the series' last one."""
    if told is None or series.is_by_event or told.period == series.points[-1].period:
        return ""
    return short_month(speaker.words, told.period)


def _missing(series: Series, speaker: Speaker, status: str) -> str:
    """That the last month has no figure, why (where known), and which month is shown instead."""
    last = series.last
    if last is None or not _older_month(series, last, speaker):
        return ""
    say, month = speaker.words.text, speaker.words.month
    return say(
        f"charts.chart.{'missing_why' if status else 'missing'}",
        missing=month(series.points[-1].period),
        month=month(last.period),
        why=say(f"charts.status.{status}") if status else "",
    )


def _starts_above_zero(series: Series) -> bool:
    if not series.has_values:
        return False
    return scales.scale_over(*scales.extent(series, with_target=True)).low > 0


def _blank(series: Series, speaker: Speaker) -> Blank:
    """Why there is no picture: no value at all, or none among those that a picture shows."""
    say, last = speaker.words.text, series.last
    case = "too_few_events" if speaker.measure.chart in EVENT_CHARTS else "no_data"
    if last is not None:
        case = "older"
    facts = {
        "n": MOST_MONTHS,
        "value": speaker.amounts.amount(last.value if last else None),
        "month": speaker.when(series, last) if last else "",
    }
    title, text = (say(f"charts.blank.{case}.{part}", **facts) for part in ("title", "text"))
    return Blank(title=title, text=text, has_file=last is not None)


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
