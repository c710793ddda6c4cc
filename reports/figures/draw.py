"""One series -> one Plotly figure, which a page stores (packing.py) and charts.js draws.

A figure is plain dictionaries in plotly's schema: its own classes cost 15 ms a chart and add
nothing to the page; a test lets plotly validate one of each size.

Here: putting layers, labels and axes together at one size, with what changes on a narrow page
(`narrow`) and on its own scale (`own`). Not here: words, the mode bar (charts.js draws without
one, so nothing can be uploaded) and page markup (pages/chart.html.jinja).
"""

from __future__ import annotations

from typing import Any

from reports import theme
from reports.figures import labels, layers, scales
from reports.figures.labels import Annotation, FigureTexts
from reports.figures.scales import Scale
from reports.figures.series import Series
from reports.figures.sizes import NARROW_FONT, NARROW_LEFT, NARROW_RIGHT, SPECS, Size, Spec

MONTHS_FOR_FINE_TICKS = 48
# On a phone there is room for years only.
NARROW_MONTHS = 12
FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
Figure = dict[str, Any]


def figure(series: Series, texts: FigureTexts, size: Size, *, scale: Scale | None = None) -> Figure:
    """A figure of a series with at least one value: plotly's `data` and `layout`, and our own.

    `narrow` holds changes of the layout by dotted path for windows under 620 px. With `scale`
    (shared by a grid) the chart's own axis and labels come along as `own`. Positions in `texts`
    are those of `series`. Raises ValueError for a series without any value.
    """
    spec = SPECS[size]
    own = scales.scale_over(*_extent(series, texts, spec))
    used = scale or own
    line_digits = own.line_digits(spec.height - labels.rows_above(texts, spec).top - spec.bottom)
    drawn: Figure = {
        "data": layers.traces(series, spec, used.digits, line_digits, texts.reference),
        "layout": _layout(series, texts, spec, used),
    }
    if spec.has_sentences:
        drawn["narrow"] = _narrow(series, texts, spec, used)
    if scale is not None and scale != own:
        other = _own(series, texts, spec, own)
        drawn["own"] = {k: v for k, v in other.items() if v != drawn["layout"][k]}
    return drawn


def _extent(series: Series, texts: FigureTexts, spec: Spec) -> tuple[float, float]:
    """Least and largest of what is drawn, the line to compare with included."""
    low, high = scales.extent(series, spec.has_target)
    compared = [value for value in texts.reference if value is not None]
    return min([low, *compared]), max([high, *compared])


def common_layout(spec: Spec) -> Figure:
    """What the layout of every figure of a size has; `_layout` adds what is its own."""
    look = {"showgrid": False, "zeroline": False, "fixedrange": True}
    rule = {"linecolor": layers.LIMITS_COLOUR, "tickcolor": layers.LIMITS_COLOUR}
    return {
        "height": spec.height,
        "margin": {"l": spec.left, "r": spec.right, "t": spec.top, "b": spec.bottom, "pad": 0},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "font": {"family": FONT, "size": spec.font, "color": theme.INK_QUIET},
        "hoverlabel": {
            "bgcolor": theme.PAPER,
            "bordercolor": theme.INK,
            "align": "left",
            "font": {"family": FONT, "size": 13, "color": theme.INK},
        },
        "xaxis": {**look, **rule, "ticks": "outside", "ticklen": 4, "showline": True},
        "yaxis": {
            "gridcolor": theme.CHART_GRID,
            "zeroline": False,
            "fixedrange": True,
            "ticksuffix": "",
        },
        "shapes": [],
    }


def _layout(series: Series, texts: FigureTexts, spec: Spec, scale: Scale) -> Figure:
    common = common_layout(spec)
    margin = {"r": _right(texts, spec), "t": labels.rows_above(texts, spec).top}
    return {
        **common,
        "margin": common["margin"] | margin,
        "xaxis": common["xaxis"] | _month_axis(series, texts, spec),
        "yaxis": common["yaxis"] | _value_axis(scale, texts.suffix),
        "annotations": _annotations(series, texts, spec, scale),
        "shapes": _shapes(series, texts, spec, scale),
    }


def _right(texts: FigureTexts, spec: Spec) -> int:
    """Small charts stand in a grid and have one width; the others make room for their labels."""
    if not spec.has_sentences:
        return spec.right
    return labels.right_margin(texts.ends, spec.right, spec.label_font)


def _month_axis(series: Series, texts: FigureTexts, spec: Spec) -> Figure:
    at, words = _month_ticks(series, texts, spec.tick_months)
    return {
        "range": [-0.9, len(series.points) - 0.35],
        "tickvals": at,
        "ticktext": words,
    }


def _month_ticks(series: Series, texts: FigureTexts, step: int) -> tuple[list[int], list[str]]:
    dates = [point.period for point in series.points]
    if series.is_by_event:
        return scales.event_ticks(dates)
    is_long = len(dates) > MONTHS_FOR_FINE_TICKS
    return scales.month_ticks(dates, step * 2 if is_long else step, texts.month_names)


def _value_axis(scale: Scale, suffix: str) -> Figure:
    digits = scale.digits
    return {
        "range": [round(scale.low, digits) + 0.0, round(scale.high, digits) + 0.0],
        "tickvals": list(scale.ticks),
        "tickformat": f",.{scale.decimals}f",
        "ticksuffix": suffix,
    }


def _annotations(
    series: Series, texts: FigureTexts, spec: Spec, scale: Scale, *, narrow: bool = False
) -> list[Annotation]:
    rows = labels.rows_above(texts, spec)
    height = spec.height - rows.top - spec.bottom
    squares, _ = labels.flag_labels(texts.flags, series, scale, narrow=narrow)
    found = labels.end_labels(texts.ends, spec, scale, height, narrow=narrow) + squares
    if not spec.has_sentences:
        return found
    short, count = narrow or spec is SPECS[Size.MEDIUM], len(series.points)
    phase_at = rows.flags + rows.phases / 2
    source_at = rows.flags + rows.phases + rows.sources / 2
    found += labels.line_labels(texts.phases, count, phase_at, "<b>{}</b>".format, short)
    return found + labels.line_labels(texts.sources, count, source_at, str, short)


def _shapes(series: Series, texts: FigureTexts, spec: Spec, scale: Scale) -> list[Annotation]:
    rows = labels.rows_above(texts, spec)
    height = spec.height - rows.top - spec.bottom
    _, hairlines = labels.flag_labels(texts.flags, series, scale)
    phase_rise = rows.flags + rows.phases if rows.phases else 0
    source_rise = rows.flags + rows.phases + rows.sources if rows.sources else 0
    return [
        *labels.vertical_lines(texts.phases, phase_rise, height, theme.INK),
        *labels.vertical_lines(texts.sources, source_rise, height, layers.LIMITS_COLOUR),
        *hairlines,
    ]


def _narrow(series: Series, texts: FigureTexts, spec: Spec, scale: Scale) -> Figure:
    at, words = _month_ticks(series, texts, NARROW_MONTHS)
    return {
        "annotations": _annotations(series, texts, spec, scale, narrow=True),
        "margin.l": NARROW_LEFT,
        "margin.r": labels.right_margin(texts.ends, NARROW_RIGHT, NARROW_FONT, narrow=True),
        "font.size": NARROW_FONT,
        "xaxis.tickvals": at,
        "xaxis.ticktext": words,
    }


def _own(series: Series, texts: FigureTexts, spec: Spec, own: Scale) -> Figure:
    return {
        "yaxis": common_layout(spec)["yaxis"] | _value_axis(own, texts.suffix),
        "annotations": _annotations(series, texts, spec, own),
        "shapes": _shapes(series, texts, spec, own),
    }
