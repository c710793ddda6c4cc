"""Which chart `auto` draws, and settings of a plan that change limits."""

import polars as pl
import pytest
from spc_series import numbers, only, series

from reports.spc import Plan, analyse


def chosen(frame: pl.DataFrame, **options: object) -> tuple[object, object, object]:
    row = only(analyse(frame, Plan(**{"chart": "auto", **options})))  # type: ignore[arg-type]
    return row["chart"], row["chart_reason"], row["notes"]


def test_four_events_a_point_are_enough():
    found = chosen(series([3.0, 5.0] * 10, 500.0), multiplier=1000)
    assert found == ("u", "enough_events", [])


def test_two_events_a_point_are_few():
    found = chosen(series([1.0, 3.0] * 10, 500.0), multiplier=1000)
    assert found == ("u", "few_events", ["few_events"])


def test_fewer_than_two_events_want_another_chart():
    found = chosen(series([1.0, 2.0] * 10, 500.0), multiplier=1000)
    assert found == ("run", "too_few_events", ["use_g_or_t"])


def test_half_zeros_want_another_chart():
    found = chosen(series([0.0, 9.0] * 10, 500.0), multiplier=1000)
    assert found == ("run", "too_few_events", ["mostly_zero", "use_g_or_t"])


@pytest.mark.parametrize(
    ("multiplier", "proportion", "chart"),
    [(1, None, "p"), (100, None, "p"), (1000, None, "u"), (1, False, "u"), (1000, True, "p")],
)
def test_a_proportion_by_plan_or_by_multiplier(multiplier, proportion, chart):
    frame = series([30.0, 50.0, 40.0, 60.0] * 5, 100.0)
    assert chosen(frame, multiplier=multiplier, proportion=proportion)[0] == chart


def test_no_proportion_where_a_numerator_is_above_its_denominator():
    assert chosen(series([30.0, 50.0, 40.0, 60.0] * 5, 55.0))[0] == "u"


def test_overdispersed_with_large_denominators():
    # Rates of 100 and 200 in 2,000: sigma 0.0061, ranges 0.05, so sigma_z is 7.2.
    frame = series([100.0, 200.0] * 10, 2000.0)
    assert chosen(frame, multiplier=1000)[:2] == ("up", "overdispersed")
    assert chosen(frame, multiplier=100)[:2] == ("pp", "overdispersed")


@pytest.mark.parametrize(("points", "denominator"), [(19, 2000.0), (20, 1000.0)])
def test_not_overdispersed_on_few_points_or_small_denominators(points, denominator):
    frame = series([100.0, 200.0, 150.0, 220.0] * 5, denominator)[:points]
    assert chosen(frame, multiplier=1000)[:2] == ("u", "enough_events")


def test_a_value_without_denominators_is_an_i_chart():
    assert chosen(series("5 7 6 4 5 8 6 5 7 4 6 5"))[:2] == ("i", "no_denominator")


def test_mostly_zero_values_without_denominators_want_a_coarser_period():
    found = chosen(series([0.0] * 12 + [1.0, 2.0] * 5))
    assert found == ("run", "mostly_zero", ["mostly_zero", "use_g_or_t", "use_coarser_period"])


def test_too_few_points_come_first():
    found = chosen(series([30.0, 50.0] * 5, 100.0))
    assert found == ("run", "not_enough_points", ["not_enough_points"])


def test_the_choice_rests_on_the_baseline_alone():
    calm, wild = [100.0, 104.0] * 12, [100.0, 300.0] * 6
    assert chosen(series([*calm, *wild], 2000.0), multiplier=1000)[0] == "up"
    assert chosen(series([*calm, *wild], 2000.0), multiplier=1000, baseline=24)[0] == "u"


# settings ----------------------------------------------------------------------------------------

# Wheeler's example of screening as in the vignette 'deviations' of NHSRplotthedots.
SPIKE = "1 2 1 2 10 1 2 1 2 1 2 1 2 1 2 1 2 1"


def half_width(frame: pl.DataFrame, **options: object) -> float:
    points = analyse(frame, Plan(**options)).points  # type: ignore[arg-type]
    return points["upper"][0] - points["centre"][0]


def test_screening_drops_large_ranges_once_and_says_so():
    # 17 ranges: fifteen of 1, one of 8 and one of 9. Mean 32 / 17, limit 6.15: 8 and 9 are dropped.
    assert half_width(series(SPIKE), chart="i") == pytest.approx(3 / 1.128)
    assert only(analyse(series(SPIKE), Plan(chart="i")))["notes"] == [
        "trial_limits",
        "ranges_screened",
    ]


def test_without_screening():
    wide = half_width(series(SPIKE), chart="i", screening=False)
    assert wide == pytest.approx(3 * 32 / 17 / 1.128)


def test_nothing_is_screened_where_only_zeros_would_be_left():
    assert half_width(series([5.0] * 19 + [6.0]), chart="i") == pytest.approx(3 / 19 / 1.128)


def test_2_66_comes_with_the_profile_plotthedots():
    assert half_width(series(SPIKE), chart="i", rules="plotthedots") == pytest.approx(2.66)


def test_two_sigma_lines():
    points = analyse(series(SPIKE), Plan(chart="i")).points
    assert points["upper_2sigma"][0] - points["centre"][0] == pytest.approx(2 / 1.128)
    assert points["centre"][0] - points["lower_2sigma"][0] == pytest.approx(2 / 1.128)


def test_natural_bounds_hold_an_i_chart():
    frame = series([97.0, 99.0] * 8)
    points = analyse(frame, Plan(chart="i", bounds=(0, 100))).points
    assert points["upper"][0] == 100
    assert points["lower"][0] == pytest.approx(98 - 6 / 1.128)


def test_the_multiplier_multiplies_values_and_lines():
    frame = series("5 7 6 4 5 8 6 5 7 4 6 5", 1000)
    plain, per_thousand = (analyse(frame, Plan(chart="u", multiplier=m)).points for m in (1, 1000))
    for name in ("value", "centre", "upper", "upper_2sigma"):
        assert per_thousand[name].to_list() == pytest.approx([y * 1000 for y in plain[name]])


def test_a_sigma_z_below_one_is_said_and_may_have_a_floor():
    frame = series([50.0, 51.0] * 10, 1000.0)
    row = only(analyse(frame, Plan(chart="pp")))
    assert row["sigma_z"] < 1
    assert row["notes"] == ["sigma_z_below_one"]
    floored = half_width(frame, chart="pp", sigma_z_floor=True)
    assert floored == pytest.approx(half_width(frame, chart="p"))


def test_xbar_by_hand():
    # Subgroups (1, 3) and (2, 4) in turn: means 2 and 3, sd sqrt(2) each; c4(2) = sqrt(2 / pi).
    values = [1.0, 3.0, 2.0, 4.0] * 6
    frame = pl.DataFrame({"series": "A", "period": [i // 2 for i in range(24)], "value": values})
    # 3 sqrt(2) / (c4 sqrt(2)) = 3 sqrt(pi / 2).
    assert half_width(frame, chart="xbar") == pytest.approx(3.75994)


def test_a_subgroup_of_one_has_no_limits_but_counts_in_the_grand_mean():
    values = [1.0, 3.0] * 12 + [26.0]
    frame = pl.DataFrame({"series": "A", "period": [i // 2 for i in range(25)], "value": values})
    points = analyse(frame, Plan(chart="xbar")).points
    assert points["upper"].is_null().to_list() == [False] * 12 + [True]
    assert points["centre"][0] == pytest.approx((24 * 2 + 26) / 25)


@pytest.mark.parametrize(
    "options",
    [
        {"baseline": 0},
        {"multiplier": 0},
        {"minimum_points": 1},
        {"chart": "pareto"},
        {"direction": "left"},
    ],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match=r".+"):
        Plan(**{"chart": "i", **options})


def test_numbers_reads_a_picture():
    assert numbers("1 . 2.5") == [1, None, 2.5]
