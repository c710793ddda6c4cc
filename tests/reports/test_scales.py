"""Value axes: round ticks that are written as they are, and lines placed within half a pixel."""

import pytest

from reports.figures.scales import Scale, scale_over


@pytest.mark.parametrize(
    ("low", "high", "ticks", "decimals"),
    [
        (0, 4.7, (0, 2, 4), 0),
        (61, 79, (60, 65, 70, 75, 80), 0),
        # Steps of a quarter, and of 2.5, need a digit more than their size says.
        (92.4, 93.3, (92.5, 92.75, 93, 93.25), 2),
        (0, 11, (0, 2.5, 5, 7.5, 10), 1),
        (0, 0.011, (0, 0.0025, 0.005, 0.0075, 0.01), 4),
        (1_000, 9_000, (2_000, 4_000, 6_000, 8_000), 0),
    ],
)
def test_ticks_are_round_and_written_in_full(
    low: float, high: float, ticks: tuple[float, ...], decimals: int
) -> None:
    scale = scale_over(low, high)
    assert scale.ticks == pytest.approx(ticks)
    assert scale.decimals == decimals
    assert [float(f"{tick:.{decimals}f}") for tick in scale.ticks] == list(scale.ticks)


@pytest.mark.parametrize(
    ("high", "height", "digits"), [(5.0, 136, 2), (50.0, 136, 1), (136.0, 136, 0), (1.0, 386, 3)]
)
def test_a_line_is_placed_within_half_a_pixel(high: float, height: int, digits: int) -> None:
    """A whole unit of the last digit is at most a pixel, so rounding is off by half of one."""
    scale = Scale(0.0, high, (), 0)
    assert scale.line_digits(height) == digits
    assert scale.pixels(10**-digits, height) <= 1
