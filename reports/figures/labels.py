"""What is written beside and above the plot: end labels, flags, phase lines, changes of source.

Here: places and looks of texts that are handed in. Not here: wording (reports/sentences.py) and
the layers inside the plot (layers.py). End labels replace a legend: each stands where its line
ends, and neighbours are pushed apart equally, in pixels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from math import ceil
from typing import Any

from reports import theme
from reports.figures.layers import HALF, LIMITS_COLOUR
from reports.figures.scales import Scale
from reports.figures.series import Series
from reports.figures.sizes import NARROW_FONT, Spec

Annotation = dict[str, Any]
FLAG_ROW, SENTENCE_ROW = 22, 20
LABEL_SHIFT = 6
# Where a label at the right edge stands; packing.py tells it once for a page.
END_LABEL: Annotation = {
    "x": 1, "xref": "paper", "xanchor": "left", "xshift": LABEL_SHIFT, "showarrow": False,
    "align": "left",
}  # fmt: skip
# A character's width by its font's size: digits and small letters of Arial are about as wide.
CHARACTER = 0.54
_TAG = re.compile(r"<[^>]+>")
# A sentence that starts in the last third of the plot is set to the left of its line.
TURN_LEFT_FROM = 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLabel:
    """A line's value and name at the right edge; `short` is for narrow pages."""

    value: float
    text: str
    short: str
    colour: str
    is_latest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLabel:
    """A dated sentence above the plot at a position, and a short form for narrow charts."""

    position: int
    text: str
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTexts:
    """All words on one chart, looked up in the reader's language, positions as in the series.

    `flags` maps positions to the numbers of tests of change.
    `reference` has a number for each point, drawn as a thin line, or is empty.
    """

    month_names: Sequence[str]
    ends: Sequence[EndLabel] = ()
    phases: Sequence[LineLabel] = ()
    sources: Sequence[LineLabel] = ()
    flags: Mapping[int, str] = field(default_factory=dict)
    suffix: str = ""
    reference: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Heights above the plot, in pixels, of the rows that a chart has."""

    flags: int
    phases: int
    sources: int
    top: int


def rows_above(texts: FigureTexts, spec: Spec) -> Rows:
    """Which rows a chart needs above its plot; `top` is the margin that holds them."""
    flags = FLAG_ROW if texts.flags else 0
    has_words = spec.has_sentences
    phases = SENTENCE_ROW if texts.phases and has_words else 0
    sources = SENTENCE_ROW if texts.sources and has_words else 0
    return Rows(flags, phases, sources, spec.top + flags + phases + sources)


def end_labels(
    ends: Sequence[EndLabel], spec: Spec, scale: Scale, plot_height: float, *, narrow: bool = False
) -> list[Annotation]:
    """Labels at the right edge, top down, pushed apart to the size's smallest gap."""
    ordered = sorted(ends, key=lambda end: -end.value)
    wanted = [-scale.pixels(end.value, plot_height) for end in ordered]
    placed = spread(wanted, spec.label_gap)
    return [
        _end_label(end, want - place, spec, scale, narrow)
        for end, want, place in zip(ordered, wanted, placed, strict=True)
    ]


def right_margin(ends: Sequence[EndLabel], least: int, font: int, *, narrow: bool = False) -> int:
    """The room that end labels need beside the plot, at least as much as given."""
    texts = [end.short if narrow else end.text for end in ends]
    longest = max((len(_TAG.sub("", text)) for text in texts), default=0)
    return max(least, LABEL_SHIFT + 2 + ceil(longest * font * CHARACTER))


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Ascending places as near as can be to those wanted and at least `gap` apart.

    Labels that would touch form a block; a block stands around the mean of what its members want.
    """
    blocks: list[list[float]] = []
    for place in wanted:
        blocks.append([place])
        while len(blocks) > 1 and _start(blocks[-1], gap) < _end(blocks[-2], gap) + gap:
            last = blocks.pop()
            blocks[-1] = blocks[-1] + last
    return [_start(block, gap) + i * gap for block in blocks for i in range(len(block))]


def flag_labels(
    flags: Mapping[int, str], series: Series, scale: Scale, *, narrow: bool = False
) -> tuple[list[Annotation], list[Annotation]]:
    """Numbers on ink squares above the plot and hairlines down to their points."""
    size, pad, width = (10.5, 1.5, 10) if narrow else (11.5, 2.5, 12)
    squares = [
        {
            "x": at, "y": 1, "yref": "paper", "yshift": 10, "text": f"<b>{number}</b>",
            "showarrow": False, "font": {"size": size, "color": theme.PAPER},
            "bgcolor": theme.INK, "bordercolor": theme.INK, "borderpad": pad, "width": width,
        }
        for at, number in sorted(flags.items())
    ]  # fmt: skip
    hairlines = [
        {
            "type": "line", "x0": at, "x1": at, "y1": _short_number(scale.high, scale),
            "y0": _short_number(_value_at(series, at, scale), scale),
            "line": {"color": LIMITS_COLOUR, "width": 0.75},
        }
        for at in sorted(flags)
    ]  # fmt: skip
    return squares, hairlines


def line_labels(
    lines: Sequence[LineLabel], count: int, shift: float, look: Callable[[str], str], short: bool
) -> list[Annotation]:
    """Sentences at vertical lines; all but the last are short, so that they do not run together.

    A sentence may quote what somebody wrote: plotly would read markup in it, links among it.
    """
    last = len(lines) - 1
    return [
        {
            "x": line.position - HALF, "y": 1, "yref": "paper", "yanchor": "middle",
            "yshift": shift,
            "text": look(escape(line.short if short or i < last else line.text, quote=False)),
            "showarrow": False, "font": {"size": 12, "color": theme.INK},
            **_beside(line.position, count),
        }
        for i, line in enumerate(_pointing(lines, count))
    ]  # fmt: skip


def _pointing(lines: Sequence[LineLabel], count: int) -> list[LineLabel]:
    """A sentence to the left of its line points to the right: it speaks of what follows."""
    return [
        replace(line, text=f"{line.text} →", short=f"{line.short} →")
        if _is_left(line.position, count)
        else line
        for line in lines
    ]


def vertical_lines(
    lines: Sequence[LineLabel], rise: float, plot_height: float, colour: str
) -> list[Annotation]:
    """Dotted lines over the whole plot and up to the middle of their sentence's row."""
    return [
        {
            "type": "line", "x0": line.position - HALF, "x1": line.position - HALF,
            "y0": 0, "y1": round(1 + rise / plot_height, 3), "yref": "paper",
            "line": {"color": colour, "width": 1, "dash": "dot"},
        }
        for line in lines
    ]  # fmt: skip


def _end_label(end: EndLabel, shift: float, spec: Spec, scale: Scale, narrow: bool) -> Annotation:
    size = NARROW_FONT if narrow else spec.label_font
    return {
        **END_LABEL,
        "y": _short_number(end.value, scale),
        "yshift": round(shift, 1) + 0.0,
        "text": end.short if narrow else end.text,
        "font": {"size": size + 2 * end.is_latest * (not narrow), "color": end.colour},
    }


def _beside(position: int, count: int) -> dict[str, Any]:
    if _is_left(position, count):
        return {"xanchor": "right", "xshift": -4, "align": "right"}
    return {"xanchor": "left", "xshift": 4, "align": "left"}


def _is_left(position: int, count: int) -> bool:
    return position >= TURN_LEFT_FROM * count


def _start(block: Sequence[float], gap: float) -> float:
    return sum(block) / len(block) - gap * (len(block) - 1) / 2


def _end(block: Sequence[float], gap: float) -> float:
    return _start(block, gap) + gap * (len(block) - 1)


def _value_at(series: Series, position: int, scale: Scale) -> float:
    value = series.points[position].value
    return scale.low if value is None else value


def _short_number(value: float, scale: Scale) -> float:
    return round(value, scale.digits) + 0.0
