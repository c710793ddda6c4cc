"""The picture of a funnel: names beside their own marks, and the shade inside the lines."""

import random
import re
from dataclasses import dataclass
from xml.etree import ElementTree

import polars as pl
import pytest

from reports import theme
from reports.figures.funnel import FEW_UNITS, FunnelTexts, funnel_svg
from reports.figures.label_places import Box, text_width
from reports.spc.funnel import funnel
from reports.spc.funnel_plan import FunnelKind, FunnelPlan
from reports.spc.vocabulary import Direction

BOARDS = (
    "Aneurin Bevan", "Betsi Cadwaladr", "Cardiff and Vale", "Cwm Taf Morgannwg", "Hywel Dda",
    "Powys", "Swansea Bay", "Velindre",
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    names: dict[str, Box]
    marks: dict[str, Box]
    svg: str


def draw(units: list[tuple[str, int, int]], kind: FunnelKind, multiplier: float) -> Drawn:
    plan = FunnelPlan(kind=kind, direction=Direction.DOWN, multiplier=multiplier)
    given = pl.DataFrame(
        units, schema=["unit", "numerator", "denominator"], orient="row"
    ).with_columns(pl.col("numerator", "denominator").cast(pl.Float64))
    found = funnel(given, plan)
    texts = FunnelTexts(
        name="a funnel",
        across="across",
        up="up",
        ends={"target": "all"},
        points=[unit for unit, _, _ in units],
    )
    svg = funnel_svg(found.points, found.lines, texts)
    root = ElementTree.fromstring(svg)
    names = {t.text or "": _of_name(t) for t in root.iter("text") if t.get("paint-order")}
    marks = {path[0].text or "": _of_mark(path) for path in root.iter("path") if len(path)}
    return Drawn(names, marks, svg)


def _of_name(text: ElementTree.Element) -> Box:
    """From the top of capitals to the foot of a g, in Arial of 13."""
    x, y = float(text.get("x", "")), float(text.get("y", ""))
    width = text_width(text.text or "", 13)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[text.get("text-anchor", "")]
    return Box(left, y - 9.3, left + width, y + 2.4)


def _of_mark(path: ElementTree.Element) -> Box:
    place = path.get("transform", "")
    x, y = (float(n) for n in re.findall(r"translate\(([\d.]+) ([\d.]+)\)", place)[0])
    half = 3.2 if "scale" in place else 6.5
    return Box(x - half, y - half, x + half, y + half)


def assert_readable(drawn: Drawn) -> None:
    boxes = list(drawn.names.items())
    for i, (name, box) in enumerate(boxes):
        hit = [unit for unit, mark in drawn.marks.items() if box.overlaps(mark)]
        assert not hit, (name, hit)
        assert not [other for other, its in boxes[i + 1 :] if box.overlaps(its)]
        assert box.left >= 75.9
        assert box.right <= 850.1
        assert box.top >= 14
        assert box.bottom <= 462


def test_the_boards_that_stood_in_each_others_names_are_read_apart() -> None:
    """As in the sample's cardiac arrests: five boards of one size around the middle."""
    units = [
        ("Powys", 1, 119), ("Velindre", 2, 525), ("Hywel Dda", 35, 12_910),
        ("Swansea Bay", 35, 15_360), ("Aneurin Bevan", 31, 15_400),
        ("Cwm Taf Morgannwg", 45, 17_700), ("Cardiff and Vale", 32, 18_480),
        ("Betsi Cadwaladr", 45, 19_680),
    ]  # fmt: skip
    drawn = draw(units, FunnelKind.RATE, 1000)
    assert set(drawn.names) == set(BOARDS)
    assert_readable(drawn)


@pytest.mark.parametrize("seed", range(25))
def test_every_unit_of_few_is_named_and_no_name_lies_on_a_mark_or_a_name(seed: int) -> None:
    """Boards of like size, as in Wales, whose rates differ by more than chance in some."""
    made = random.Random(seed)
    units = []
    for unit in (*BOARDS, *(f"Hospital {n}" for n in range(seed % (FEW_UNITS - 7)))):
        days = int(made.gauss(60_000, 9_000))
        units.append((unit, int(days * 0.005 * made.lognormvariate(0, 0.02 * (seed % 5))), days))
    drawn = draw(units, FunnelKind.RATE, 1000)
    assert len(units) <= FEW_UNITS
    assert set(drawn.names) == {unit for unit, _, _ in units}
    assert_readable(drawn)


def test_of_many_every_unit_beyond_the_outer_lines_is_named() -> None:
    """Fifty hospitals at 5 in 1,000 but four: 90 and 10 of 50 expected lie far outside."""
    units = [(f"Hospital {n}", 50 + n % 7 - 3, 10_000 + 3 * n) for n in range(46)]
    units += [("High one", 90, 10_050), ("High two", 91, 10_060)]
    units += [("Low one", 10, 10_050), ("Low two", 11, 10_060)]
    drawn = draw(units, FunnelKind.RATE, 1000)
    assert set(drawn.names) == {"High one", "High two", "Low one", "Low two"}
    assert_readable(drawn)


def test_an_outlier_in_a_crowd_of_within_has_a_leader() -> None:
    """One large unit just beyond the line, with small ones, for which chance is wider, around."""
    units = [("Outlier", 600, 100_000)]
    units += [
        (f"Small {i}-{j}", round(days * rate / 1000), days)
        for i, days in enumerate(range(60_000, 98_000, 1_500))
        for j, rate in enumerate((4.6, 4.8, 5.0, 5.2, 5.4))
    ]
    drawn = draw(units, FunnelKind.RATE, 1000)
    assert "Outlier" in drawn.names
    assert_readable(drawn)


def test_the_inside_of_the_inner_lines_is_shaded_behind_all() -> None:
    units = [(board, 50 + i, 10_000 + 700 * i) for i, board in enumerate(BOARDS)]
    drawn = draw(units, FunnelKind.RATE, 1000)
    first = next(iter(ElementTree.fromstring(drawn.svg).iter("path")))
    assert first.get("fill") == theme.CHART_BAND
    corners = re.findall(r"[ML]([\d.]+) ([\d.]+)", first.get("d", ""))
    # 100 places of each line, less those beyond the ends of the axis.
    assert 100 < len(corners) <= 200
    assert all(14 <= float(y) <= 462 and 76 <= float(x) <= 850 for x, y in corners)
