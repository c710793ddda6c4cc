"""A figure written small: what figures of one size share is told once a page, lists are shortened.

Here: `packed`, the way back, and the shared part. Not here: drawing (draw.py, layers.py). What
charts.js unpacks is what `unpacked` gives; a test in a browser holds it to that.

A packed object lacks what the shared part of its size says too; `null` takes away what that would
add. Of lists, only places on the axis and looks of points are shortened: `[value, n]` stands for
the same value n times, `[first, n, step]` for n numbers. Values are written out, so that a figure
can be read in the page; a trace without any has those of the points.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from reports.figures import draw, layers
from reports.figures.labels import END_LABEL
from reports.figures.sizes import SPECS, Size

Json = Any
Listed = Callable[[Sequence[Json]], list[Json]]
Change = Callable[[Json, Json], Json]
# Shorter runs are as short written out.
LEAST_RUN = 3


def packed_json(drawn: draw.Figure, size: Size) -> str:
    """A figure as a page stores it: compact, and safe inside a script element."""
    return _json(packed(drawn, size))


@cache
def shared_json() -> str:
    """What all figures of each size share, by size, as a page stores it once."""
    return _json({size.value: shared(size) for size in Size})


def shared(size: Size) -> dict[str, Json]:
    """The part of a figure that is the same at a size: layout, traces by name, a label's place."""
    spec = SPECS[size]
    return {
        "layout": draw.common_layout(spec),
        "traces": layers.looks(spec),
        "label": END_LABEL,
    }


def packed(drawn: draw.Figure, size: Size) -> dict[str, Json]:
    """A figure without what `shared` says, its lists shortened."""
    common, points = shared(size), drawn["data"][-1]
    traces = [_packed_trace(trace, points, common["traces"]) for trace in drawn["data"]]
    return {**_changed_parts(drawn, common, _less), "data": traces}


def unpacked(small: Mapping[str, Json], size: Size) -> draw.Figure:
    """The figure that was packed."""
    common, points = shared(size), small["data"][-1]
    traces = [_unpacked_trace(trace, points, common["traces"]) for trace in small["data"]]
    return {**_changed_parts(small, common, _more), "data": traces}


def _changed_parts(
    drawn: Mapping[str, Json], common: Mapping[str, Json], change: Change
) -> draw.Figure:
    """The layout and what changes in it, the shared part taken away or put back."""
    layout = change(common["layout"], drawn["layout"])
    found = {**drawn, "layout": layout}
    if "yaxis" in drawn.get("own", {}):
        axis = change(common["layout"]["yaxis"], drawn["own"]["yaxis"])
        found["own"] = {**drawn["own"], "yaxis": axis}
    for part in ("layout", "narrow", "own"):
        if "annotations" in found.get(part, {}):
            labels = [change(common["label"], one) for one in found[part]["annotations"]]
            found[part] = {**found[part], "annotations": labels}
    return found


def _packed_trace(
    trace: layers.Trace, points: layers.Trace, looks: Mapping[str, layers.Trace]
) -> dict[str, Json]:
    name = trace["name"]
    found = {"name": name, **_less(looks[name], _mapped(trace, _short))}
    if trace is not points and trace["x"] == points["x"] and trace["y"] == points["y"]:
        del found["x"], found["y"]
    return found


def _unpacked_trace(
    trace: Mapping[str, Json], points: Mapping[str, Json], looks: Mapping[str, layers.Trace]
) -> dict[str, Json]:
    whole = {"x": points["x"], "y": points["y"], **trace}
    return _mapped(_more(looks[trace["name"]], whole), _long)


def _mapped(trace: Mapping[str, Json], change: Listed) -> dict[str, Json]:
    """A trace with its lists changed, but for its values."""
    return {key: _changed(key, value, change) for key, value in trace.items()}


def _changed(key: str, value: Json, change: Listed) -> Json:
    if isinstance(value, Mapping):
        return _mapped(value, change)
    return change(value) if isinstance(value, list) and key != "y" else value


def _less(common: Json, given: Json) -> Json:
    """What an object has beside the common one; None for what it lacks of it."""
    if not (isinstance(given, Mapping) and isinstance(common, Mapping)):
        return given
    own = {key: value for key, value in given.items() if value != common.get(key)}
    missing = dict.fromkeys(key for key in common if key not in given)
    return {**missing, **{key: _less(common.get(key), value) for key, value in own.items()}}


def _more(common: Json, given: Json) -> Json:
    """The object of which `_less` left the rest."""
    if not (isinstance(given, Mapping) and isinstance(common, Mapping)):
        return given
    own = {key: _more(common.get(key), value) for key, value in given.items()}
    return {key: value for key, value in {**common, **own}.items() if value is not None}


def _short(values: Sequence[Json]) -> list[Json]:
    """A list with its runs told by their first value, length and step (none for equal values)."""
    found: list[Json] = []
    for run in _runs(values):
        if len(run) < LEAST_RUN:
            found += run
        elif run[0] == run[1]:
            found.append([run[0], len(run)])
        else:
            found.append([run[0], len(run), run[1] - run[0]])
    return found


def _long(values: Sequence[Json]) -> list[Json]:
    return [
        one for value in values for one in (_run(*value) if isinstance(value, list) else [value])
    ]


def _run(first: Json, count: int, step: int = 0) -> list[Json]:
    return [first + place * step for place in range(count)] if step else [first] * count


def _runs(values: Sequence[Json]) -> Iterator[list[Json]]:
    """The list cut into runs: of equal values, or of whole numbers that rise or fall by 1."""
    run: list[Json] = []
    step: Json = None
    for before, value in pairwise([None, *values]):
        here = _step(before, value) if run else None
        if run and (here is None or (len(run) > 1 and here != step)):
            yield run
            run = []
        elif run:
            step = here
        run.append(value)
    if run:
        yield run


def _step(before: Json, value: Json) -> int | None:
    """0 for equal values, 1 or -1 for whole neighbours, None for all else."""
    if before == value:
        return 0
    are_whole = isinstance(before, int) and isinstance(value, int)
    return value - before if are_whole and abs(value - before) == 1 else None


def _json(value: Json) -> str:
    compact = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return compact.replace("<", "\\u003c").replace("&", "\\u0026")
