"""Verdicts of points, and the target against the limits."""

import polars as pl
import pytest
from spc_series import UNIT_BASELINE, in_sigmas, only, series

from reports.spc import Plan, analyse

RISE_BELOW = "-3.5 -3.3 -3.2 -3.15 -3.1 -3.05"


def last(tail: str, **options: object) -> dict[str, object]:
    return in_sigmas(tail, **options).points.to_dicts()[-1]


@pytest.mark.parametrize(
    ("direction", "tail", "verdict"),
    [
        ("up", "4", "improvement"),
        ("up", "-4", "concern"),
        ("down", "4", "concern"),
        ("down", "-4", "improvement"),
        ("neutral", "4", "change_high"),
        ("neutral", "-4", "change_low"),
        ("up", "1.1", "common_cause"),
    ],
)
def test_side_against_direction(direction, tail, verdict):
    point = last(tail, direction=direction)
    assert point["verdict"] == verdict
    assert point["improvement"] == (verdict == "improvement")
    assert point["concern"] == (verdict == "concern")
    assert point["signal"] == (verdict != "common_cause")


def test_common_cause_has_no_rule():
    point = last("1.1")
    assert (point["rule"], point["rule_side"]) == (None, None)


def test_the_first_rule_of_the_profile_gives_the_verdict():
    # A rising trend, all of it below the lower limit.
    point = last(RISE_BELOW, direction="up")
    assert (point["outside"], point["trend"]) == (-1, 1)
    assert (point["improvement"], point["concern"]) == (1, 1)
    assert (point["verdict"], point["rule"], point["rule_side"]) == ("concern", "outside", -1)


def test_improvement_comes_first_where_the_profile_says_so():
    point = last("-3.5 -3.4 " + RISE_BELOW[4:], rules="mdc", direction="up")
    assert (point["improvement"], point["concern"]) == (1, 1)
    assert point["verdict"] == "improvement"


def test_the_order_of_plotthedots_is_its_own():
    # Two of three and a shift at once: two of three comes first there, shift in the others.
    tail = "1 1 1 1 1 1 2.5 2.5"
    assert last(tail, rules="plotthedots")["rule"] == "two_of_three"
    assert last(tail, rules="mdc")["rule"] == "shift"


def test_rules_without_a_side_are_a_change_whatever_is_better():
    point = in_sigmas("1.5", direction="up").points.to_dicts()[0]
    assert (point["rule"], point["verdict"]) == ("inner_third", "change")
    assert (point["improvement"], point["concern"], point["signal"]) == (0, 0, 1)


@pytest.mark.parametrize("chart", ["mr", "s"])
def test_more_spread_is_neither_better_nor_worse(chart):
    frame = series([1.0, 2.0] * 10 + [9.0])
    if chart == "s":
        wide = [frame.with_columns(numerator=frame["numerator"] * k) for k in (1, 2, 3)]
        frame = wide[0].vstack(wide[1]).vstack(wide[2])
    found = analyse(frame, Plan(chart=chart, direction="down"))
    assert found.points["verdict"][20] == "change_high"


def test_variation_is_the_verdict_of_the_last_real_point():
    values = [*UNIT_BASELINE, 4.0, None, 0.0]
    found = analyse(series(values, ghosts=[23]), Plan(chart="i", baseline=20, direction="up"))
    assert only(found)["variation"] == "improvement"


# assurance -------------------------------------------------------------------------------------

# Centre 0, sigma 1: the limits are -3 and 3.


@pytest.mark.parametrize(
    ("direction", "target", "assurance"),
    [
        ("up", -3.1, "achieved"),
        ("up", 3.1, "missed"),
        ("up", 0.0, "hit_or_miss"),
        ("down", -3.1, "missed"),
        ("down", 3.1, "achieved"),
        ("down", 0.0, "hit_or_miss"),
        ("neutral", 3.1, "none"),
        ("up", None, "none"),
    ],
)
def test_target_against_limits(direction, target, assurance):
    frame = series(UNIT_BASELINE, target=target)
    found = analyse(frame, Plan(chart="i", direction=direction))
    assert only(found)["assurance"] == assurance


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_target_on_a_limit_is_hit_or_miss(direction):
    # The upper limit of p is held at 1, so a target of 100 % is never above it.
    frame = series([9.0, 10.0, 8.0] * 5, 10, target=100)
    found = analyse(frame, Plan(chart="p", direction=direction, multiplier=100))
    assert found.points["upper"][14] == 100
    assert only(found)["assurance"] == "hit_or_miss"


def test_a_target_of_all_equal_values_on_the_centre():
    found = analyse(series([0.1] * 24, target=0.1), Plan(chart="i", direction="up"))
    assert only(found)["assurance"] == "hit_or_miss"


def test_assurance_uses_the_last_target():
    frame = series(UNIT_BASELINE).with_columns(target=pl.Series([9.0] * 19 + [-9.0]))
    assert only(analyse(frame, Plan(chart="i", direction="up")))["assurance"] == "achieved"


def test_a_target_is_in_the_unit_of_the_result():
    frame = series([4.0, 6.0] * 10, 1000, target=100)
    found = analyse(frame, Plan(chart="u", multiplier=1000, direction="down"))
    assert only(found)["centre"] == pytest.approx(5)
    assert only(found)["assurance"] == "achieved"


def test_a_run_chart_has_no_assurance():
    found = analyse(series(UNIT_BASELINE, target=9), Plan(chart="run", direction="up"))
    assert only(found)["assurance"] == "none"


def test_each_phase_has_its_own_row():
    frame = series([*UNIT_BASELINE, *[y + 10 for y in UNIT_BASELINE]], starts=[21], target=5)
    found = analyse(frame, Plan(chart="i", direction="up")).series
    assert found["phase"].to_list() == [1, 2]
    assert found["assurance"].to_list() == ["missed", "achieved"]
