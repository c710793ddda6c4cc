"""The drawn layers of a control chart, from the back: band, limits, centre, target, line, points.

Here: one function for each layer, all of the same shape: (series, spec, digits) -> traces.
Not here: labels beside and above the plot (labels.py), axes (scales.py), words. A verdict is told
by shape as well as colour; a hollow point is one that limits and rules leave out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from reports import theme
from reports.figures.series import Point, Series
from reports.figures.sizes import Spec

Pair = tuple[float, float | None]
# What plotly calls a scatter trace, without its type: that is plotly's default.
Trace = dict[str, Any]
LIMITS_COLOUR = "#768692"
HALF = 0.5


def traces(
    series: Series,
    spec: Spec,
    digits: int,
    line_digits: int,
    compared: Sequence[float | None] = (),
) -> list[Trace]:
    """All layers of one chart, in drawing order; the last one is named `points`.

    Values have `digits` decimals, limits and other straight lines `line_digits`.
    """
    behind = [trace for layer in LAYERS for trace in layer(series, spec, line_digits)]
    behind += line(series, spec, digits)
    return [*behind, *reference(compared, line_digits, spec), _points(series, spec, digits)]


def looks(spec: Spec) -> dict[str, Trace]:
    """What traces of a name always have at a size, by name."""
    quiet = {"mode": "lines", "hoverinfo": "skip"}
    stepped = {"shape": "hvh"}
    return {
        "band": quiet
        | {"fill": "toself", "fillcolor": theme.CHART_BAND, "line": stepped | {"width": 0}},
        "limits": quiet | {"line": stepped | {"color": LIMITS_COLOUR, "width": 1}},
        "centre": quiet | {"line": stepped | {"color": theme.INK, "width": spec.centre_width}},
        "target": quiet | {"line": {"color": theme.TARGET, "width": 1.25, "dash": "dashdot"}},
        "line": quiet | {"line": {"color": theme.COMMON_CAUSE, "width": spec.line_width}},
        "reference": quiet | {"line": {"color": theme.INK_QUIET, "width": 1, "dash": "dot"}},
        "points": {
            "mode": "markers",
            "hovertemplate": "%{text}<extra></extra>",
            "cliponaxis": False,
            "marker": {
                "color": theme.COMMON_CAUSE,
                "symbol": "circle",
                "opacity": 1,
                "line": {"color": theme.PAPER, "width": spec.rim},
            },
        },
    }


def band(series: Series, spec: Spec, digits: int) -> list[Trace]:
    """The 2-sigma band: one closed polygon for each phase, stepped half-way between points."""
    outline: list[Pair] = []
    for stretch in _stretches(series, lambda p: p.upper_2sigma):
        upper = _stepped(stretch, [p.upper_2sigma for _, p in stretch])
        lower = _stepped(stretch, [p.lower_2sigma for _, p in stretch])
        outline += [*upper, *reversed(lower), (upper[0][0], None)]
    return _one("band", outline, digits, spec)


def limits(series: Series, spec: Spec, digits: int) -> list[Trace]:
    """The 3-sigma limits, each stepped, broken where a phase ends."""
    lines: list[Pair] = []
    for stretch in _stretches(series, lambda p: p.upper):
        for ends in ([p.upper for _, p in stretch], [p.lower for _, p in stretch]):
            steps = _stepped(stretch, ends)
            lines += [*steps, (steps[-1][0], None)]
    return _one("limits", lines, digits, spec)


def centre(series: Series, spec: Spec, digits: int) -> list[Trace]:
    """The centre line, one piece for each phase; dashed where it is the median of a run chart."""
    solid: list[Pair] = []
    dashed: list[Pair] = []
    for stretch in _stretches(series, lambda p: p.centre):
        steps = _stepped(stretch, [p.centre for _, p in stretch])
        pieces = solid if any(p.upper is not None for _, p in stretch) else dashed
        pieces += [*steps, (steps[-1][0], None)]
    return [
        *_one("centre", solid, digits, spec),
        *_one("centre", dashed, digits, spec, dash="dash"),
    ]


def target(series: Series, spec: Spec, digits: int) -> list[Trace]:
    """The target in force at each month; not drawn on small charts."""
    if not spec.has_target:
        return []
    pieces: list[Pair] = []
    for _, run in groupby(enumerate(series.points), key=lambda pair: pair[1].target):
        stretch = list(run)
        value = stretch[0][1].target
        if value is not None:
            start, end = stretch[0][0] - HALF, stretch[-1][0] + HALF
            pieces += [(start, value), (end, value), (end, None)]
    return _one("target", pieces, digits, spec)


def line(series: Series, spec: Spec, digits: int) -> list[Trace]:
    """The data line, broken at gaps and where a phase begins."""
    breaks = set(series.breaks())
    path: list[Pair] = []
    for position, point in enumerate(series.points):
        if position in breaks:
            path.append((position - HALF, None))
        path.append((position, point.value))
    return _one("line", path, digits, spec)


LAYERS: tuple[Callable[[Series, Spec, int], list[Trace]], ...] = (
    band, limits, centre, target,
)  # fmt: skip


def reference(values: Sequence[float | None], digits: int, spec: Spec) -> list[Trace]:
    """A thin dotted line to compare with, such as the mean for Wales, stepped like a centre."""
    path: list[Pair] = [
        (position + half, value) for position, value in enumerate(values) for half in (-HALF, HALF)
    ]
    kept = [
        here
        for i, here in enumerate(path)
        if i in (0, len(path) - 1) or not path[i - 1][1] == here[1] == path[i + 1][1]
    ]
    return _one("reference", kept, digits, spec)


def _points(series: Series, spec: Spec, digits: int) -> Trace:
    """The points; charts.js takes what they say from the data table, so that it is told once."""
    shown = list(enumerate(series.points))
    drawn = [(i, p) for i, p in shown if p.value is not None]
    last = drawn[-1][0] if drawn else None
    points = [p for _, p in drawn]
    colours = [theme.verdict_colour(p.verdict) for p in points]
    rims = [
        theme.PAPER if p.is_solid else colour for p, colour in zip(points, colours, strict=True)
    ]
    fills = [c if p.is_solid else theme.PAPER for p, c in zip(points, colours, strict=True)]
    widths = [spec.rim if p.is_solid else max(1.25, spec.rim) for p in points]
    sizes = [_size(p, spec) + (spec.last_adds if i == last else 0) for i, p in drawn]
    look = looks(spec)["points"]
    return {
        **look,
        "name": "points",
        "x": [i for i, _ in drawn],
        "y": [_rounded(p.value, digits) for p in points],
        "marker": {
            **look["marker"],
            "color": _short(fills),
            "symbol": _short([theme.verdict_symbol(p.verdict) for p in points]),
            "size": sizes,
            "line": {"color": _short(rims), "width": _short(widths)},
        },
    }


def _size(point: Point, spec: Spec) -> float:
    shape = theme.verdict_symbol(point.verdict)
    return {"circle": spec.circle, "square": spec.square}.get(shape, spec.diamond)


def _stretches(
    series: Series, of: Callable[[Point], float | None]
) -> Iterator[list[tuple[int, Point]]]:
    """Runs of neighbouring points of one phase that have a number."""
    keyed = groupby(enumerate(series.points), key=lambda pair: (pair[1].phase, of(pair[1]) is None))
    for (_, is_missing), run in keyed:
        if not is_missing:
            yield list(run)


def _stepped(stretch: list[tuple[int, Point]], values: Sequence[float | None]) -> list[Pair]:
    """A line over a stretch and half a month beyond it at both ends.

    plotly steps half-way between two points (`hvh`); points inside a level piece are left out.
    """
    ends = (stretch[0][0] - HALF, values[0]), (stretch[-1][0] + HALF, values[-1])
    inner = [(float(i), value) for (i, _), value in zip(stretch, values, strict=True)]
    path: list[Pair] = [ends[0], *inner, ends[1]]
    return [
        here
        for i, here in enumerate(path)
        if i in (0, len(path) - 1) or not path[i - 1][1] == here[1] == path[i + 1][1]
    ]


def _one(name: str, path: Iterable[Pair], digits: int, spec: Spec, **line: object) -> list[Trace]:
    """A trace over a path in the look of its name, or none over an empty one."""
    pairs = list(path)
    while pairs and pairs[-1][1] is None:
        pairs.pop()
    if not pairs:
        return []
    x = [int(at) if at == int(at) else at for at, _ in pairs]
    y = [_rounded(value, digits) for _, value in pairs]
    look = looks(spec)[name]
    return [{**look, "name": name, "x": x, "y": y, "line": look["line"] | line}]


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0


def _short(values: Sequence[object]) -> object:
    """One value in place of a list of equal ones: a shorter page, the same picture."""
    return values[0] if len(set(values)) == 1 else values
