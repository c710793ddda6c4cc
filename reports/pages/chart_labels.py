"""What is written into a chart: labels at its lines, where they change, numbers of flags.

Here: which labels a series gets at a size, in the reader's language. Not here: where they stand
(reports/figures/labels.py), the words around a chart (chart.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reports import theme
from reports.figures import scales
from reports.figures.labels import EndLabel, FigureTexts, LineLabel
from reports.figures.scales import Scale
from reports.figures.series import Point, Series
from reports.figures.sizes import Size
from reports.pages.month_names import month_names, short_month
from reports.pages.phase_reasons import Boundaries, reason_text, reasons_at
from reports.sentences import Speaker, has_median
from reports.spc.vocabulary import LimitsStatus

# More changes of source than this are told in words only: labels of several lines would meet.
MOST_SOURCE_LINES = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the page around a chart decides.

    `unit_name` heads small charts and titles tables. `scale` is shared by a grid. `flags` maps
    months to the numbers of tests of change. `boundaries` are why limits were recalculated (as
    phase_reasons.boundaries_of has them). `data_folder` is where the page links its files.
    `reference` is the series for Wales whose mean is drawn thinly behind an organisation's own.
    `status` is that of the return for the last month, told where it has no figure.
    """

    unit_name: str
    scale: Scale | None = None
    flags: Mapping[date, str] = field(default_factory=dict)
    boundaries: Boundaries = ()
    data_folder: str = "data"
    reference: Series | None = None
    status: str = ""


def figure_texts(series: Series, speaker: Speaker, size: Size, options: Options) -> FigureTexts:
    """All that is written into the chart of a series."""
    at = {point.period: i for i, point in enumerate(series.points)}
    flags = {at[month]: number for month, number in options.flags.items() if month in at}
    reference = reference_line(series, options)
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
        trial = "_trial" if series.limits_status == LimitsStatus.TRIAL else ""
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
    value = speaker.amounts.amount(last.value)
    if last.is_solid:
        # Bold is for a figure that counts; a hollow point has a hollow label.
        value = f"<b>{value}</b>"
    month = month_names(speaker.words)[last.period.month - 1]
    dated = f"{value} {short_month(speaker.words, last.period)}"
    long = value if size is Size.SMALL else dated
    colour = theme.verdict_colour(last.verdict) if last.is_signal else theme.INK
    colour = colour if last.is_solid else theme.INK_QUIET
    return EndLabel(
        value=last.value or 0.0, text=long, short=f"{value} {month}", colour=colour, is_latest=True
    )


def _bare_centre(series: Series, speaker: Speaker) -> list[EndLabel]:
    centred = series.centred
    if centred is None or centred.centre is None:
        return []
    text = speaker.amounts.amount(centred.centre)
    return [EndLabel(value=centred.centre, text=text, short=text, colour=theme.INK_QUIET)]


def reference_line(series: Series, options: Options) -> list[float | None]:
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
    reason = reason_text(reasons_at(series, position, options.boundaries), speaker.words)
    case = "recalculated" if reason else "recalculated_plain"
    facts = {"month": speaker.words.month(month), "reason": reason}
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
