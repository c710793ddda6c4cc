"""The trouble list: each existing tool fails at least one of these."""

import numpy as np
import polars as pl
import pytest
from spc_series import marks, numbers, only, series

from reports.spc import Plan, analyse
from reports.spc.vocabulary import Chart

CHARTS = [chart.value for chart in Chart]
STABLE = "5 7 6 4 5 8 6 5 7 4 6 5 7 6 5 4"


def plan(chart: str, **options: object) -> Plan:
    return Plan(**{"chart": chart, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("rules", ["ihi", "mdc", "plotthedots", "anhoej", "nelson", "weco"])
def test_every_chart_and_profile_answers_without_nan(chart, rules):
    found = analyse(series(STABLE, 100), plan(chart, rules=rules, multiplier=1000))
    for frame in (found.points, found.series):
        floats = frame.select(pl.col(pl.Float64).is_nan().any())
        assert not any(floats.row(0))


@pytest.mark.parametrize("chart", CHARTS)
def test_empty_input_gives_empty_frames_of_the_same_columns(chart):
    full = analyse(series(STABLE, 100), plan(chart))
    none = analyse(series("", []), plan(chart))
    assert none.points.schema == full.points.schema
    assert none.series.schema == full.series.schema
    assert len(none.points) == len(none.series) == 0


def test_empty_input_of_many_plans():
    frame = series("", []).with_columns(plan=pl.lit("falls"))
    assert len(analyse(frame, {"falls": plan("u")}).points) == 0


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("values", ["5", "5 6", ". .", "."])
def test_one_and_two_points_are_a_run_chart_without_signals(chart, values):
    found = analyse(series(values, 100), plan(chart))
    assert only(found)["chart"] == "run"
    assert found.points["upper"].null_count() == len(found.points)
    assert found.points["signal"].sum() == 0


def test_fewer_than_twelve_points_are_a_run_chart_with_the_median():
    found = analyse(series("1 9 2 8 3 7 4 6 5 5 20"), plan("i"))
    row = only(found)
    assert (row["chart"], row["chart_reason"]) == ("run", "not_enough_points")
    assert (row["centre"], row["limits_status"], row["n"]) == (5, "none", 11)
    assert row["notes"] == ["not_enough_points"]


@pytest.mark.parametrize(("points", "status"), [(12, "trial"), (19, "trial"), (20, "full")])
def test_trial_limits_from_twelve_to_nineteen(points, status):
    row = only(analyse(series([1.0, 2.0, 3.0, 2.0] * 5 + [1.0])[:points], plan("i")))
    assert row["limits_status"] == status
    assert ("trial_limits" in row["notes"]) == (status == "trial")


def test_twelve_counts_points_with_a_value_that_are_not_left_out():
    frame = series("1 2 3 2 . 2 3 2 1 2 3 2 1 2", ghosts=[2])
    assert only(analyse(frame, plan("i")))["n"] == 12
    assert only(analyse(frame[:-1], plan("i")))["chart"] == "run"


@pytest.mark.parametrize("chart", ["i", "c", "u", "p", "up", "pp", "ip", "cp", "np", "g", "t"])
@pytest.mark.parametrize("value", [0.0, 3.0])
def test_a_constant_series_has_limits_on_the_centre_and_no_signal(chart, value):
    found = analyse(series([value] * 24, 30), plan(chart, rules="nelson"))
    points = found.points
    assert points["centre"].to_list() == pytest.approx(points["upper"].to_list())
    assert points["lower"].to_list() == points["upper"].to_list()
    assert points["signal"].sum() == 0
    assert set(points["verdict"]) == {"common_cause"}
    assert only(found)["chart"] == chart
    assert "all_equal" in only(found)["notes"]


def test_24_times_a_tenth_ties_with_its_mean():
    found = analyse(series([0.1] * 24), plan("i"))
    assert found.points["centre"][0] == 0.1
    assert only(found)["n_useful"] == 0


@pytest.mark.parametrize("chart", ["i", "p", "u", "pp", "up", "ip", "c"])
def test_19_zeros_then_a_one_get_no_limits(chart):
    found = analyse(series([0.0] * 19 + [1.0], 50), plan(chart))
    row = only(found)
    assert (row["chart"], row["chart_reason"]) == ("run", "mostly_zero")
    assert row["notes"] == ["mostly_zero", "use_g_or_t"]
    assert found.points["upper"].null_count() == 20
    assert found.points["signal"].sum() == 0


def test_just_under_half_zeros_get_limits():
    values = [0.0, 1.0] * 9 + [1.0, 2.0]
    assert only(analyse(series(values, 50), plan("u")))["chart"] == "u"
    assert only(analyse(series([*values[:-2], 0.0, 1.0], 50), plan("u")))["chart"] == "run"


def test_a_refused_chart_is_not_judged_by_runs_either():
    # The median is 0, so all 11 other points lie above it: a run of 11 that says nothing.
    found = analyse(series([0.0] * 13 + [1.0] * 11, 50), plan("u"))
    assert found.points["signal"].sum() == 0
    assert set(found.points["verdict"]) == {"none"}


@pytest.mark.parametrize("chart", ["p", "pp"])
def test_mostly_full_proportions_get_no_limits(chart):
    row = only(analyse(series([20.0] * 12 + [19.0, 18.0] * 5, 20), plan(chart)))
    assert (row["chart"], row["chart_reason"]) == ("run", "mostly_full")


def test_a_missing_value_mid_series():
    found = analyse(series("1 3 1 3 1 3 . 9 7 9 7 9 7 9"), plan("i"))
    # The range from 3 to 9 is not one: all ranges are 2.
    assert found.points["upper"][0] - found.points["centre"][0] == pytest.approx(3 * 2 / 1.128)
    assert found.points["centre"][6] == found.points["centre"][0]
    assert found.points["verdict"][6] == "none"
    assert found.points["value"][6] is None


@pytest.mark.parametrize("chart", ["p", "u", "pp", "up", "ip"])
def test_no_limits_at_a_missing_point_where_its_size_is_unknown(chart):
    found = analyse(series("5 7 6 . 5 8 6 5 7 4 6 5 7 6", 100), plan(chart)).points
    assert found["upper"].is_null().to_list() == [i == 3 for i in range(14)]


@pytest.mark.parametrize("chart", ["i", "c", "g", "t", "cp"])
def test_limits_at_a_missing_point_where_they_are_the_same_throughout(chart):
    found = analyse(series("5 7 6 . 5 8 6 5 7 4 6 5 7 6"), plan(chart)).points
    assert found["upper"].null_count() == 0


@pytest.mark.parametrize("chart", ["p", "u", "pp", "up", "ip", "i"])
def test_one_month_of_0_over_0_changes_nothing_else(chart):
    y, n = numbers(STABLE), [100.0] * 16
    gap = analyse(series([*y[:5], 0.0, *y[5:]], [*n[:5], 0.0, *n[5:]]), plan(chart)).points
    missing = analyse(series([*y[:5], None, *y[5:]], [*n[:5], None, *n[5:]]), plan(chart)).points
    assert gap.equals(missing)
    assert gap["value"][5] is None


def test_the_upper_limit_of_p_is_never_above_1():
    found = analyse(series([9.0, 10.0, 8.0] * 5 + [9.0], 10), plan("p", multiplier=100))
    assert found.points["upper"].max() == 100


def test_no_target_no_assurance():
    assert only(analyse(series(STABLE), plan("i", direction="up")))["assurance"] == "none"


def test_freeze_and_rebase_together():
    low, high = [1.0, 3.0] * 6, [11.0, 13.0] * 6
    frame = series([*low, 9.0, *high, 19.0], starts=[14])
    found = analyse(frame, plan("i", baseline=12)).points
    assert found["centre"].to_list() == [2.0] * 13 + [12.0] * 13
    assert found["phase"].to_list() == [1] * 13 + [2] * 13
    assert marks(analyse(frame, plan("i", baseline=12)), "outside") == (("." * 12) + "+") * 2


def test_a_run_does_not_cross_a_phase():
    # Five above at the end of the first phase, five at the start of the second.
    values = [1.0, 3.0] * 6 + [3.0] * 5
    frame = series([*values, *[3.0] * 5, *[1.0, 3.0] * 6, 1.0, 1.0], starts=[18])
    assert "+" not in marks(analyse(frame, plan("i", baseline=12)), "shift")


def test_a_moving_range_does_not_cross_a_phase():
    frame = series([1.0, 3.0] * 6 + [101.0, 103.0] * 6, starts=[13])
    upper = analyse(frame, plan("i")).points["upper"]
    assert upper[23] - 102 == pytest.approx(3 * 2 / 1.128)


def test_a_moving_range_does_not_bridge_a_ghost():
    frame = series("1 3 1 3 1 3 50 9 7 9 7 9 7 9", ghosts=[7])
    found = analyse(frame, plan("i")).points
    assert found["upper"][0] - found["centre"][0] == pytest.approx(3 * 2 / 1.128)
    assert found["excluded"][6]
    assert (found["outside"][6], found["verdict"][6]) == (0, "none")


def test_points_without_two_neighbours_anywhere_have_no_ranges():
    values = [1.0, None, 2.0, None, 3.0, None] * 5
    row = only(analyse(series(values), plan("i")))
    assert (row["chart"], row["limits_status"]) == ("i", "none")
    assert row["notes"] == ["no_ranges"]


def test_a_time_of_0_on_a_t_chart_is_accepted_with_a_note():
    found = analyse(series("5 7 6 0 5 8 6 5 7 4 6 5 7 6"), plan("t"))
    assert "zero_time" in only(found)["notes"]
    assert found.points["upper"].null_count() == 0


def test_float_counts_are_counts():
    whole = series(STABLE, 100).with_columns(pl.col("numerator", "denominator").cast(pl.Int32))
    assert analyse(whole, plan("u")).points.equals(analyse(series(STABLE, 100), plan("u")).points)


def test_denominators_from_1_to_ten_million():
    n = [1.0, 1e7, 10.0, 1e6, 100.0, 1e5] * 3
    y = [float(round(each * 0.3)) for each in n]
    found = analyse(series(y, n), plan("u")).points
    assert found["upper"].null_count() == 0
    # 0.3 + 3 sqrt(0.3 / 10^7), with the centre 0.3 to 7 digits.
    assert found["upper"][1] - found["centre"][1] == pytest.approx(3 * np.sqrt(3e-8), rel=1e-3)


def test_a_million_points_in_one_series():
    rng = np.random.default_rng(5)
    frame = pl.DataFrame(
        {"series": "A", "period": np.arange(10**6), "value": rng.normal(size=10**6)}
    )
    found = analyse(frame, plan("i", rules="nelson"))
    row = only(found)
    assert row["n"] == 10**6
    # The mean of 10^6 normal points, and 3 sigma by moving ranges.
    assert row["centre"] == pytest.approx(0, abs=0.005)
    assert found.points["upper"][0] == pytest.approx(3, abs=0.15)


def test_unsorted_input_is_sorted():
    frame = pl.concat([series(STABLE, name="B"), series(STABLE, name="A")])
    shuffled = frame.sample(fraction=1, shuffle=True, seed=3)
    found = analyse(shuffled, plan("i")).points
    assert found.equals(analyse(frame, plan("i")).points)
    assert found["series"].to_list() == ["A"] * 16 + ["B"] * 16


def test_duplicate_periods_are_an_error():
    twice = pl.concat([series(STABLE), series(STABLE)[:1]])
    with pytest.raises(ValueError, match="'A', period 1 is there more than once"):
        analyse(twice, plan("i"))


# what else is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chart", "y", "n", "message"),
    [
        ("p", "1 2", "10 0", "period 2 has a numerator over a denominator of 0"),
        ("p", "1 2", "10 -5", "period 2 has a negative denominator"),
        ("p", "1 12", "10 10", "period 2 has a numerator above its denominator"),
        ("u", "1 -2", "10 10", "period 2 has a negative count or time"),
        ("t", "1 -2", None, "period 2 has a negative count or time"),
        ("i", "1 inf", None, "period 2 has an infinite"),
    ],
)
def test_impossible_numbers_are_refused(chart, y, n, message):
    with pytest.raises(ValueError, match=message):
        analyse(series(y, n), plan(chart))


def test_an_i_chart_may_be_negative():
    assert analyse(series("-1 -2 -3 -2"), plan("i")).points["value"][1] == -2


@pytest.mark.parametrize("missing", ["series", "period", "numerator"])
def test_missing_columns_are_refused(missing):
    with pytest.raises(ValueError, match=missing):
        analyse(series(STABLE).drop(missing), plan("i"))


def test_an_unknown_plan_is_refused():
    frame = series(STABLE).with_columns(plan=pl.lit("sepsis"))
    with pytest.raises(ValueError, match="no plan 'sepsis'"):
        analyse(frame, {"falls": plan("u")})


def test_a_series_of_two_plans_is_refused():
    frame = series(STABLE).with_columns(plan=pl.Series(["a"] * 8 + ["b"] * 8))
    with pytest.raises(ValueError, match="'A' has more than one plan"):
        analyse(frame, {"a": plan("i"), "b": plan("run")})


def test_a_series_without_a_name_is_refused():
    with pytest.raises(ValueError, match="every point needs a series and a period"):
        analyse(series(STABLE).with_columns(series=pl.lit(None, pl.String)), plan("i"))


def test_flags_may_be_0_and_1_and_columns_may_be_absent():
    frame = series(STABLE, starts=[5], ghosts=[3])
    as_numbers = frame.with_columns(pl.col("phase_start", "exclude").cast(pl.Int8))
    assert analyse(as_numbers, plan("i")).points.equals(analyse(frame, plan("i")).points)
    bare = series(STABLE).select("series", "period", value="numerator")
    assert analyse(bare, plan("i")).points.equals(analyse(series(STABLE), plan("i")).points)


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"starts": [7]}, "series 'A', period 7 has no reason for beginning a new phase"),
        ({"ghosts": [5]}, "series 'A', period 5 has no reason for being left out"),
    ],
)
def test_who_moves_limits_or_leaves_a_point_out_says_why(decision, said):
    points = series("1 2 3 4 5 6 " * 4, **decision, reason=None)
    with pytest.raises(ValueError, match=f"^{said}$"):
        analyse(points, Plan(chart="i"))
    noted = analyse(points, Plan(chart="i", unexplained="noted")).series["notes"].to_list()
    assert any("no_reason" in notes for notes in noted)
    because = points.with_columns(reason=pl.lit("the unit moved"))
    found = analyse(because, Plan(chart="i")).series["notes"]
    assert not any("no_reason" in notes for notes in found.to_list())


def test_a_blank_is_no_reason_and_the_first_phase_needs_none():
    points = series("1 2 3 4 5 6 " * 4, starts=[1], reason=None)
    assert analyse(points, Plan(chart="i")).points.height == 24
    blank = points.with_columns(exclude=pl.col("period") == 3, reason=pl.lit("  "))
    with pytest.raises(ValueError, match="period 3 has no reason"):
        analyse(blank, Plan(chart="i"))


def test_one_reason_is_enough_for_all_rows_of_a_subgroup():
    rows = [(f"{p:02}", float(p + k), k == 1 and p == 9, k == 0) for p in range(20) for k in (0, 1)]
    points = pl.DataFrame(rows, schema=["period", "value", "exclude", "told"], orient="row")
    points = points.with_columns(
        series=pl.lit("A"), reason=pl.when("told").then(pl.lit("a ward was closed"))
    )
    found = analyse(points, Plan(chart="xbar")).points
    assert found.filter("excluded")["period"].to_list() == ["09"]


def test_equal_ranges_of_values_that_differ_have_limits():
    found = analyse(series("1 3 " * 12), Plan(chart="mr"))
    # Ranges of 2 throughout: 3.267 x 2.
    assert found.points["upper"][5] == pytest.approx(6.534)
    assert only(found)["notes"] == []


def test_equal_means_and_deviations_of_subgroups_that_vary_have_limits():
    rows = [("A", period, value) for period in range(20) for value in (9.0, 10.0, 11.0)]
    points = pl.DataFrame(rows, schema=["series", "period", "value"], orient="row")
    means = analyse(points, Plan(chart="xbar")).points.row(0, named=True)
    # A3 of 3 is 1.954, B4 2.568 (Montgomery, app. VI); the mean sd is 1.
    assert (means["lower"], means["upper"]) == pytest.approx((8.046, 11.954), abs=5e-4)
    spread = analyse(points, Plan(chart="s")).points.row(0, named=True)
    assert (spread["lower"], spread["upper"]) == pytest.approx((0, 2.568), abs=5e-4)


@pytest.mark.parametrize("chart", ["mr", "xbar", "s"])
def test_values_that_do_not_differ_at_all_have_limits_on_the_centre(chart):
    rows = [("A", period, 4.0) for period in range(20) for _ in range(1 if chart == "mr" else 3)]
    points = pl.DataFrame(rows, schema=["series", "period", "value"], orient="row")
    found = analyse(points, Plan(chart=chart))
    assert only(found)["notes"] == ["all_equal"]
    assert found.points["upper"].drop_nulls().unique().to_list() == [4.0 if chart == "xbar" else 0]
