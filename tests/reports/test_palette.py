"""The palette in numbers: contrast with the ground, distance between verdicts, shapes.

The formulas are held against figures that others published: WCAG 2.2 for contrast, Sharma, Wu and
Dalal (2005) for CIEDE2000, Machado, Oliveira and Fernandes (2009) for colour vision.
"""

from __future__ import annotations

import re
from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from pathlib import Path

import numpy as np
import pytest

from reports import theme

CSS = (Path(theme.__file__).parent / "static" / "report.css").read_text("utf-8")
VERDICTS = {
    "common cause": theme.COMMON_CAUSE,
    "improvement": theme.IMPROVEMENT,
    "concern": theme.CONCERN,
    "change": theme.CHANGE,
}
# Full severity, for linear light.
SEEN_BY = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
Lab = tuple[float, float, float]


def linear(colour: str) -> np.ndarray:
    """Linear light, 0 to 1, of a colour such as #0072ce."""
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: (L1 + 0.05) / (L2 + 0.05), the lighter first."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    dark, light = sorted(float(linear(colour) @ weights) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(light: np.ndarray) -> Lab:
    """CIELAB under D65 of linear light."""
    ratio = TO_XYZ @ np.clip(light, 0, 1) / TO_XYZ.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def ciede2000(one: Lab, other: Lab) -> float:
    """The difference of two colours; formulas (2) to (22) of Sharma, Wu and Dalal."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (hypot(a1, b1) + hypot(a2, b2)) / 2
    g = 0.5 * (1 - sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    c1, c2 = hypot((1 + g) * a1, b1), hypot((1 + g) * a2, b2)
    h1 = degrees(atan2(b1, (1 + g) * a1)) % 360
    h2 = degrees(atan2(b2, (1 + g) * a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0
    d_l, d_c, d_h = l2 - l1, c2 - c1, 2 * sqrt(c1 * c2) * sin(radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * cos(radians(mean_h - 30))
        + 0.24 * cos(radians(2 * mean_h))
        + 0.32 * cos(radians(3 * mean_h + 6))
        - 0.20 * cos(radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    spread = 30 * exp(-(((mean_h - 275) / 25) ** 2))
    r_t = -2 * sqrt(mean_c**7 / (mean_c**7 + 25**7)) * sin(radians(2 * spread))
    l, c, h = d_l / s_l, d_c / s_c, d_h / s_h  # noqa: E741
    return sqrt(l**2 + c**2 + h**2 + r_t * c * h)


def apart(one: str, other: str, sight: str) -> float:
    seen = SEEN_BY[sight]
    return ciede2000(lab(seen @ linear(one)), lab(seen @ linear(other)))


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.1848, -84.8006), (50, 0, -82.7485), 1.0000),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((50, 2.5, 0), (56, -27, -3), 31.9030),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_the_published_pairs(one: Lab, other: Lab, known: float) -> None:
    assert ciede2000(one, other) == pytest.approx(known, abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "known"), [("#000000", "#ffffff", 21.0), ("#767676", "#ffffff", 4.54)]
)
def test_contrast_is_that_of_known_pairs(one: str, other: str, known: float) -> None:
    assert contrast(one, other) == pytest.approx(known, abs=0.005)


@pytest.mark.parametrize(
    ("colour", "on_white", "on_wash"),
    [
        (theme.COMMON_CAUSE, 6.22, 5.62),
        (theme.IMPROVEMENT, 4.89, 4.41),
        (theme.CONCERN, 4.79, 4.33),
        (theme.CHANGE, 15.18, 13.70),
        (theme.TARGET, 4.86, 4.39),
    ],
)
def test_a_verdict_stands_out_from_its_ground(colour: str, on_white: float, on_wash: float) -> None:
    assert contrast(colour, theme.PAPER) == pytest.approx(on_white, abs=0.01)
    assert contrast(colour, theme.WASH) == pytest.approx(on_wash, abs=0.01)
    assert contrast(colour, theme.PAPER) >= 4.5
    assert contrast(colour, theme.WASH) >= 3


@pytest.mark.parametrize(
    ("text", "tint"),
    [
        (theme.IMPROVEMENT_TEXT, theme.IMPROVEMENT_TINT),
        (theme.CONCERN_TEXT, theme.CONCERN_TINT),
        (theme.CHANGE, theme.CHANGE_TINT),
        (theme.INK, theme.WASH),
        (theme.INK_QUIET, theme.WASH),
        (theme.INK_QUIET, theme.CONCERN_TINT),
    ],
)
def test_words_can_be_read_on_their_tint(text: str, tint: str) -> None:
    assert contrast(text, tint) >= 4.5


@pytest.mark.parametrize(
    ("sight", "worst"), [("normal", 22.7), ("protan", 24.8), ("deutan", 24.3), ("tritan", 22.1)]
)
def test_verdicts_are_told_apart_by_every_eye(sight: str, worst: float) -> None:
    least = min(apart(*pair, sight) for pair in combinations(VERDICTS.values(), 2))
    assert least == pytest.approx(worst, abs=0.05)
    assert least >= 20


def test_every_verdict_has_a_shape_of_its_own() -> None:
    shapes = {
        look.short: {one.symbol for one in theme.LOOKS.values() if one.short == look.short}
        for look in theme.LOOKS.values()
    }
    assert shapes == {
        "cc": {"circle"},
        "imp": {"diamond"},
        "con": {"square"},
        "neu": {"triangle-up", "triangle-down"},
    }


@pytest.mark.parametrize(
    ("token", "colour"),
    [
        ("ink", theme.INK),
        ("ink2", theme.INK_QUIET),
        ("wash", theme.WASH),
        ("navy", theme.NAVY),
        ("link", theme.LINK),
        ("focus", theme.FOCUS),
        ("cc", theme.COMMON_CAUSE),
        ("imp", theme.IMPROVEMENT),
        ("con", theme.CONCERN),
        ("neu", theme.CHANGE),
        ("target", theme.TARGET),
        ("imp-x", theme.IMPROVEMENT_TEXT),
        ("con-x", theme.CONCERN_TEXT),
        ("imp-t", theme.IMPROVEMENT_TINT),
        ("con-t", theme.CONCERN_TINT),
        ("neu-t", theme.CHANGE_TINT),
        ("band", theme.SPARK_BAND),
    ],
)
def test_the_style_sheet_has_the_same_colours(token: str, colour: str) -> None:
    root = CSS[CSS.index(":root{") : CSS.index("}")]
    assert re.search(rf"--{token}:([^;]+);", root)[1] == colour
