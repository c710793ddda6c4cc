"""Where the names of marks stand on a picture, so that each is read with its own mark.

Here: arithmetic on places in a picture's own units, y downwards; the same input gives the same
places. Not here: which marks are named and in which order (figures/funnel.py), words, drawing,
and labels in a column at the end of lines (labels.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray

# From a mark's edge to its name, and from a name to any other mark: a name is nearest to its own.
GAP, CLEAR = 3.0, 6.0
# A name level with its mark may have another's mark so near above or below, since it is read along.
CLEAR_OF_LEVEL = 4.0
# A name further away has a line of at least this length to its mark, else it would look near.
FIRST_RING, RING, RINGS, DIRECTIONS = 20.0, 10.0, 40, 24
# Directions whose sine or cosine is at most this are level or upright.
STRAIGHT = 0.1
# A name on one line is worse than the last of the eight places near a mark, and, further away, as
# bad as so much more distance. Any place near a mark is better than any further away.
LINE_NEAR, LINE_FAR, FAR = 8.0, 30.0, 1000.0
# Worse still are, in this order, a name that is left out, a leader over a mark or a leader, a name
# on a mark, a name on a name.
LEFT_OUT, CROSSED, ON_MARK, ON_NAME = 1e5, 1e6, 1e7, 1e10
# A name that need not be kept stands no further away than this: long leaders hide the rest.
REACH = 80.0
# How often the name that is placed worst is tried again before the others.
TRIES = 12
# Of the places of a name: so many are near its mark, of which the first are level with it.
NEAR, LEVEL = 8, 2

# Widths of Arial (and of Liberation Sans, which has the same) by the font's size.
_WIDTHS = {
    "'ijl": 0.222, " !,./:;I[]ft|\\": 0.278, "()-`r": 0.333, "Jckssvxyz": 0.5,
    "CDHNRUw": 0.722, "GOQ": 0.778, "ABEKPSVXY&": 0.667, "FTZ": 0.611, "Mm": 0.833, "W": 0.944,
    "%": 0.889, "@": 1.015,
}  # fmt: skip
_WIDTH_OF = {character: width for group, width in _WIDTHS.items() for character in group}
_OTHER_WIDTH = 0.556

Array = NDArray[np.float64]
# Ends of a straight line: x and y of the first, then of the last.
Segment = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; boxes that only touch do not overlap."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether two boxes have room in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark's middle and half of its width, which is its height as well."""

    x: float
    y: float
    half: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A name that wants a place, by its width; one that `is_kept` gets one even in a crowd."""

    mark: Mark
    width: float
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The room of a name; `anchor` is SVG's text-anchor, `leader` the line from mark to name."""

    box: Box
    anchor: str
    leader: Segment | None

    @property
    def x(self) -> float:
        """Where the text is anchored."""
        ends = {"start": self.box.left, "end": self.box.right}
        return ends.get(self.anchor, (self.box.left + self.box.right) / 2)

    @property
    def y(self) -> float:
        """The middle of the text's height."""
        return (self.box.top + self.box.bottom) / 2


def text_width(text: str, font: float) -> float:
    """The width of a text in Arial of a size, in the unit of the size.

    A letter with an accent is as wide as without; letters that Arial's table here lacks are taken
    to be as wide as a digit.
    """
    plain = unicodedata.normalize("NFD", text)
    letters = (one for one in plain if not unicodedata.combining(one))
    return font * sum(_WIDTH_OF.get(one, _OTHER_WIDTH) for one in letters)


def label_places(
    wanted: Sequence[Wanted],
    marks: Sequence[Mark],
    lines: Sequence[Sequence[tuple[float, float]]],
    inside: Box,
    height: float,
) -> list[Place | None]:
    """A place for each name, in the order of `wanted`: those kept choose first, then by order.

    marks: every mark of the picture, those of the names among them. lines: the corners of each
    line that a name should rather not lie on. inside: what no name leaves. height: of a name.

    Near its mark a name stands to the right, left, above, below or at one of the corners: at the
    first of these that is free of marks and of the names before, and best of lines. Else it stands
    further away with a leader, as near as is free; the leader touches no mark and no name. Where
    that is needed, the worst placed is tried before the others, and what is better in all is taken.
    Where nothing at all is free, a name that is kept lies on as few names, then marks, as can be,
    and another has none. None has also a name wider than `inside`.
    """
    shapes = [_segments(line) for line in lines]
    picture = _Picture(marks, shapes, inside)
    choices = [_Name(one, picture, height) for one in wanted]
    best = None
    for start in _orders(wanted):
        found = _improved(choices, start)
        best = found if best is None else min(best, found, key=lambda layout: layout.cost)
        if best.cost[0] < CROSSED:
            break
    return best.places if best else []


def _orders(wanted: Sequence[Wanted]) -> Iterator[list[int]]:
    """Orders to begin with, those kept first: as given, then for crowds in which that fails."""
    numbers = range(len(wanted))
    marks = [one.mark for one in wanted]
    middle_x = sum(mark.x for mark in marks) / max(1, len(marks))
    middle_y = sum(mark.y for mark in marks) / max(1, len(marks))
    keys: tuple[Callable[[Mark], float], ...] = (
        lambda _: 0.0,
        lambda mark: hypot(mark.x - middle_x, mark.y - middle_y),
        lambda mark: mark.x,
        lambda mark: -mark.x,
        lambda mark: mark.y,
        lambda mark: -mark.y,
        lambda mark: -hypot(mark.x - middle_x, mark.y - middle_y),
    )
    for key in keys:
        by_key = [key(mark) for mark in marks]
        # The first of them keeps the order given: sorting is stable.
        ordered = sorted(numbers, key=by_key.__getitem__)
        yield sorted(ordered, key=lambda i: not wanted[i].is_kept)


def _improved(choices: Sequence[_Name], start: Sequence[int]) -> _Layout:
    """The best layout of an order and of those in which what was placed worst comes sooner."""
    are_kept = [one.wanted.is_kept for one in choices]
    order = list(start)
    best = latest = _layout(choices, order)
    seen = [order]
    for _ in range(TRIES):
        far = sorted((i for i in order if latest.costs[i] >= FAR), key=lambda i: -latest.costs[i])
        changed = (_sooner(order, i, 0 if are_kept[i] else sum(are_kept)) for i in far)
        order = next((new for new in changed if new not in seen), order)
        if order in seen:
            break
        seen.append(order)
        latest = _layout(choices, order)
        best = min(best, latest, key=lambda layout: layout.cost)
    return best


def _sooner(order: Sequence[int], moved: int, place: int) -> list[int]:
    """An order with one of its members brought forward to a place."""
    rest = [i for i in order if i != moved]
    return [*rest[:place], moved, *rest[place:]]


@dataclass(frozen=True, slots=True)
class _Choices:
    """Where one name could stand, N places in all, and what speaks against each.

    boxes, leaders (N, 4); is_near (N,): without its leader; cost (N,): of marks and lines, which
    stay as they are wherever other names stand.
    """

    boxes: Array
    leaders: Array
    is_near: NDArray[np.bool_]
    cost: Array


@dataclass(frozen=True, slots=True)
class _Layout:
    """A place for each name, and what it costs: in all, those first that are kept."""

    places: list[Place | None]
    costs: list[float]
    cost: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is on the picture wherever names stand."""

    marks: Sequence[Mark]
    lines: Sequence[Array]
    inside: Box


class _Name:
    """A name with its places near its mark, and all, which most names never ask for."""

    def __init__(self, wanted: Wanted, picture: _Picture, height: float) -> None:
        self.wanted, self._picture, self._height = wanted, picture, height

    @cached_property
    def near(self) -> _Choices:
        """The places near the mark that are inside the picture."""
        return _choices(self.wanted, _near(self.wanted, self._height), self._picture)

    @cached_property
    def whole(self) -> _Choices:
        """These, and those further away."""
        boxes = [_near(self.wanted, self._height), _far(self.wanted, self._height)]
        return _choices(self.wanted, np.vstack(boxes), self._picture)


def _choices(one: Wanted, boxes: Array, picture: _Picture) -> _Choices:
    """What speaks against each of these boxes, the NEAR ones first; without those outside."""
    numbers = np.arange(len(boxes))
    leaders = _leaders(one.mark, boxes)
    length = np.hypot(leaders[:, 2] - leaders[:, 0], leaders[:, 3] - leaders[:, 1])
    is_near = numbers < NEAR
    there = _are_inside(boxes, picture.inside) & (is_near | one.is_kept | (length <= REACH))
    numbers, boxes, leaders = numbers[there], boxes[there], leaders[there]
    is_near, length = is_near[there], length[there]
    crossed = np.zeros(len(boxes))
    for line in picture.lines:
        crossed += _cross(line, boxes).any(axis=1)
    of_marks = _of_marks(one.mark, picture.marks, boxes, leaders, numbers)
    cost = np.where(is_near, numbers + LINE_NEAR * crossed, FAR + length + LINE_FAR * crossed)
    return _Choices(boxes, leaders, is_near, cost + of_marks)


def _of_marks(
    own: Mark, marks: Sequence[Mark], boxes: Array, leaders: Array, numbers: NDArray[np.int_]
) -> Array:
    """(N,) the cost of other marks that a place is too close to, and of those its leader meets.

    numbers: of the places, the eight near ones first. Of marks that lie upon its own no name can
    keep clear: it must only not cover them. Its leader must not go out over their middles, unless
    they are its own mark's as well.
    """
    others = _rows([_around(mark, mark.half) for mark in marks if mark != own])
    upon = _overlap(others, _rows([_around(own, own.half)]))[:, 0]
    found = np.zeros(len(boxes))
    for is_here, down in ((numbers < LEVEL, CLEAR_OF_LEVEL), (numbers >= LEVEL, CLEAR)):
        wide = np.array([-CLEAR, -down, CLEAR, down]) * np.where(upon, 0.0, 1.0)[:, None]
        found[is_here] = _overlap(boxes[is_here], others + wide).sum(axis=1)
    inner = _rows([_around(mark, mark.half / 2) for mark in marks if mark != own])
    in_leaders_way = np.where(upon[:, None], inner, others + np.array([-1, -1, 1, 1]))
    begins_in = _overlap(inner, _rows([_around(own, 1e-6)]))[:, 0]
    by_leader = _cross(leaders, in_leaders_way[~begins_in]).sum(axis=0)
    return ON_MARK * found + CROSSED * np.where(numbers < NEAR, 0, by_leader)


def _layout(choices: Sequence[_Name], order: Sequence[int]) -> _Layout:
    """Names placed one after the other, each at its best place of those that are left."""
    places: list[Place | None] = [None] * len(choices)
    costs = [LEFT_OUT] * len(choices)
    names: list[Box] = []
    leaders: list[Segment] = []
    for i in order:
        given = choices[i].near
        cost = given.cost + _of_names(given, names, leaders)
        if not (cost < FAR).any():
            given = choices[i].whole
            cost = given.cost + _of_names(given, names, leaders)
        if not len(cost):
            continue
        best = int(cost.argmin())
        if cost[best] >= CROSSED and not choices[i].wanted.is_kept:
            continue
        box = Box(*(float(end) for end in given.boxes[best]))
        leader = None if given.is_near[best] else _rounded(given.leaders[best])
        names.append(box)
        leaders += [leader] if leader else []
        places[i] = Place(box, _anchor(choices[i].wanted.mark, box), leader)
        costs[i] = float(cost[best])
    are_kept = [one.wanted.is_kept for one in choices]
    of_kept = sum(cost for cost, is_kept in zip(costs, are_kept, strict=True) if is_kept)
    return _Layout(places, costs, (of_kept, sum(costs)))


def _of_names(given: _Choices, names: Sequence[Box], leaders: Sequence[Segment]) -> Array:
    """(N,) the cost of names and leaders that a place lies on, and of those its leader meets."""
    boxes, old = _rows([_ends(box) for box in names]), _rows(leaders)
    on_names = _overlap(given.boxes, boxes).sum(axis=1) + _cross(old, given.boxes).sum(axis=1)
    through = _cross(given.leaders, boxes).sum(axis=0)
    met = _meet(given.leaders, old).sum(axis=1)
    by_leader = np.where(given.is_near, 0.0, ON_NAME * through + CROSSED * met)
    return np.asarray(ON_NAME * on_names + by_leader, dtype=np.float64)


def _near(one: Wanted, height: float) -> Array:
    """(NEAR, 4) boxes around a mark, the best first."""
    x, y, w, h = one.mark.x, one.mark.y, one.width, height
    out = one.mark.half + GAP
    # A name above or below is read with its mark at half the distance: letters have air above.
    over, corner = one.mark.half + GAP / 2, one.mark.half / 2
    lefts = {"right": x + out, "left": x - out - w, "middle": x - w / 2}
    lefts |= {"right_corner": x + corner, "left_corner": x - corner - w}
    tops = {"level": y - h / 2, "above": y - over - h, "below": y + over}
    chosen = [
        ("right", "level"), ("left", "level"), ("middle", "above"), ("middle", "below"),
        ("right_corner", "above"), ("left_corner", "above"),
        ("right_corner", "below"), ("left_corner", "below"),
    ]  # fmt: skip
    return _boxes(
        np.array([lefts[across] for across, _ in chosen]),
        np.array([tops[down] for _, down in chosen]),
        w,
        h,
    )


def _far(one: Wanted, height: float) -> Array:
    """(F, 4) boxes in rings around a mark, each held at its corner or side next to the mark.

    One straight above or below is held at its middle, or near its left or right end.
    """
    turn = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    across, down = np.cos(turn), np.sin(turn)
    # The share of a box's width that lies to the left of the place where it is held.
    share = np.where(across > STRAIGHT, 0.0, np.where(across < -STRAIGHT, 1.0, 0.5))
    is_upright = np.abs(across) <= STRAIGHT
    for end in (0.1, 0.9):
        across, down = np.append(across, across[is_upright]), np.append(down, down[is_upright])
        share = np.append(share, np.full(is_upright.sum(), end))
        is_upright = np.append(is_upright, np.zeros(len(share) - len(is_upright), dtype=bool))
    above = np.where(down > STRAIGHT, 0.0, np.where(down < -STRAIGHT, 1.0, 0.5))
    ring = one.mark.half + FIRST_RING + RING * np.arange(RINGS)[:, None]
    left = one.mark.x + across * ring - share * one.width
    top = one.mark.y + down * ring - above * height
    return _boxes(left.ravel(), top.ravel(), one.width, height)


def _boxes(left: Array, top: Array, width: float, height: float) -> Array:
    found = np.stack([left, top, left + width, top + height], axis=1)
    # Rounded before anything is compared, so that what is free stays free when it is drawn.
    return np.asarray(found.round(1), dtype=np.float64)


def _leaders(mark: Mark, boxes: Array) -> Array:
    """(N, 4) from a mark's middle to the nearest place of each box."""
    x = np.clip(mark.x, boxes[:, 0], boxes[:, 2])
    y = np.clip(mark.y, boxes[:, 1], boxes[:, 3])
    return np.stack([np.full_like(x, mark.x), np.full_like(y, mark.y), x, y], axis=1)


def _anchor(mark: Mark, box: Box) -> str:
    """The side of a name that is held where its width is not quite as calculated."""
    return "start" if box.left >= mark.x else "end" if box.right <= mark.x else "middle"


def _segments(corners: Sequence[tuple[float, float]]) -> Array:
    """(S, 4) the pieces of a line."""
    found = np.asarray(corners, dtype=np.float64).reshape(-1, 2)
    return np.hstack([found[:-1], found[1:]])


def _are_inside(boxes: Array, inside: Box) -> NDArray[np.bool_]:
    low = (boxes[:, 0] >= inside.left) & (boxes[:, 1] >= inside.top)
    return np.asarray(low & (boxes[:, 2] <= inside.right) & (boxes[:, 3] <= inside.bottom))


def _overlap(first: Array, second: Array) -> NDArray[np.bool_]:
    """(N, M) whether boxes (N, 4) and (M, 4) have room in common."""
    a, b = first[:, None, :], second[None, :, :]
    across = (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2])
    return np.asarray(across & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3]))


def _cross(segments: Array, boxes: Array) -> NDArray[np.bool_]:
    """(N, S) whether segments (S, 4) go into boxes (N, 4).

    One does where its own surrounding box overlaps and corners lie on both of its sides.
    """
    around = np.hstack(
        [
            np.minimum(segments[:, :2], segments[:, 2:]),
            np.maximum(segments[:, :2], segments[:, 2:]),
        ]
    )
    # A level or upright segment surrounds no room, and would overlap nothing.
    around = around + np.array([-1e-9, -1e-9, 1e-9, 1e-9])
    sides = np.stack(
        [_side(segments[None, :, :], boxes[:, None, i], boxes[:, None, j]) for i in (0, 2)
         for j in (1, 3)]
    )  # fmt: skip
    return np.asarray(_overlap(boxes, around) & (sides.min(axis=0) < 0) & (sides.max(axis=0) > 0))


def _meet(first: Array, second: Array) -> NDArray[np.bool_]:
    """(N, M) whether segments (N, 4) and (M, 4) cross."""
    a, b = first[:, None, :], second[None, :, :]
    of_a = _side(a, b[..., 0], b[..., 1]) * _side(a, b[..., 2], b[..., 3])
    of_b = _side(b, a[..., 0], a[..., 1]) * _side(b, a[..., 2], a[..., 3])
    return np.asarray((of_a < 0) & (of_b < 0))


def _side(segment: Any, x: Any, y: Any) -> Any:
    """On which side of a segment a place lies: below 0, above 0, or 0 on it."""
    across, down = segment[..., 2] - segment[..., 0], segment[..., 3] - segment[..., 1]
    return across * (y - segment[..., 1]) - down * (x - segment[..., 0])


def _around(mark: Mark, half: float) -> Segment:
    return mark.x - half, mark.y - half, mark.x + half, mark.y + half


def _ends(box: Box) -> Segment:
    return box.left, box.top, box.right, box.bottom


def _rows(found: Sequence[Segment]) -> Array:
    """(N, 4), also of nothing."""
    return np.asarray(found, dtype=np.float64).reshape(-1, 4)


def _rounded(segment: Array) -> Segment:
    x, y, to_x, to_y = (round(float(end), 1) for end in segment)
    return x, y, to_x, to_y
