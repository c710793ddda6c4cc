"""Rules point by point: pictures of series, and which points must be flagged.

Most are points in units of sigma after a frozen baseline, whose last point is below the centre.
"""

import dataclasses

import pytest
from spc_series import in_sigmas, marks, numbers, only, series

from reports.spc import Plan, analyse
from reports.spc.profiles import Profile, Shift, named


def flags(tail: str, rule: str, **options: object) -> str:
    return marks(in_sigmas(tail, **options), rule, len(numbers(tail)))


# outside ---------------------------------------------------------------------------------------


def test_outside_is_strict():
    assert flags("3.01 3 -3 -3.01 2.9", "outside") == "+..-."


# shift -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "tail", "expected"),
    [
        ("ihi", "1 .5 .3 .5 .5 1 .5 .2 -1", "++++++++."),
        ("ihi", "1 .5 .3 .5 .5 1 .5 -1", "........"),
        ("mdc", "1 .5 .3 .5 .5 1 .5 -1", "+++++++."),
        ("nelson", "1 .5 .3 .5 .5 1 .5 .2 -1", "........."),
        ("nelson", "1 .5 .3 .5 .5 1 .5 .2 .1 -1", "+++++++++."),
        ("weco", "1 .5 .3 .5 .5 .2 .5 .2 -1", "++++++++."),
    ],
)
def test_shift_needs_the_length_of_its_profile(rules, tail, expected):
    assert flags(tail, "shift", rules=rules) == expected


def test_shift_below_is_minus():
    # The last point of the baseline is below the centre too and belongs to the run.
    assert marks(in_sigmas("-1 -.5 -.3 -.5 -.5 -1 -.5 1"), "shift")[-9:] == "--------."


def test_a_point_on_the_centre_neither_counts_nor_breaks():
    assert flags(".5 .5 .5 0 .5 .5 .5 .5 .5 -1", "shift") == "+++.+++++."
    assert flags(".5 .5 .5 0 .5 .5 .5 .5 -1", "shift") == "........."


@pytest.mark.parametrize("rules", ["mdc", "plotthedots"])
def test_a_point_on_the_centre_breaks_where_the_profile_says_so(rules):
    assert flags(".5 .5 .5 0 .5 .5 .5 .5 .5 -1", "shift", rules=rules) == ".........."


def test_a_missing_point_is_passed_over():
    assert flags(".5 .5 .5 . .5 .5 .5 .5 .5 -1", "shift") == "+++.+++++."


def test_a_missing_point_breaks_in_plotthedots():
    assert flags(".5 .5 .5 . .5 .5 .5 .5 -1", "shift", rules="plotthedots") == "........."


# trend -----------------------------------------------------------------------------------------


def test_trend_flags_all_its_points():
    assert flags("-.6 -.4 -.2 .1 .2 .3 -.1", "trend") == "++++++."


def test_five_points_are_no_trend():
    # The last point of the baseline, -0.564, is above -0.9.
    assert flags("-.9 -.4 -.2 .1 .2 -.1", "trend") == "......"


def test_a_tie_neither_counts_nor_breaks_a_trend():
    assert flags("-.9 -.4 -.4 -.2 .1 .2 .3 -.1", "trend") == "++.++++."
    assert flags("-.9 -.4 -.4 -.2 .1 .2 -.1", "trend") == "......."


def test_a_tie_breaks_a_trend_of_mdc():
    assert flags("-.9 -.4 -.4 -.2 .1 .2 .3 .4 -.1", "trend", rules="mdc") == "........."
    assert flags("-.9 -.4 -.2 .1 .2 .3 .4 -.1", "trend", rules="mdc") == "+++++++."


def test_a_turning_point_shows_the_later_trend():
    assert flags("-.9 -.5 -.3 0 .1 .2 .1 0 -.1 -.2 -.3 .5", "trend") == "+++++------."


def test_a_turning_point_keeps_its_trend_where_no_other_follows():
    assert flags("-.9 -.5 -.3 0 .1 .2 .1 0 .5", "trend") == "++++++..."


# two of three ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "tail", "expected"),
    [
        # The third anywhere.
        ("ihi", "2.5 -1 2.5 0", "+.+."),
        ("ihi", "2.5 2.5 -1 0", "++.."),
        ("ihi", "-2.5 0 -2.1", "-.-"),
        ("ihi", "2.5 -2.5 1", "..."),
        ("ihi", "2 2.5 1", "..."),
        ("ihi", "2.5 0 0 2.5", "...."),
        # Beyond 3 counts in ihi and mdc, not in plotthedots.
        ("ihi", "3.5 1 2.5 0", "+.+."),
        ("mdc", "3.5 1 2.5 0", "+.+."),
        ("plotthedots", "3.5 1 2.5 0", "...."),
        ("plotthedots", "2.6 1 2.5 0", "+.+."),
        # All three on one side in mdc and plotthedots.
        ("mdc", "2.5 -1 2.5 -1", "...."),
        ("mdc", "2.5 0 2.5 -1", "...."),
        ("mdc", "1 2.5 2.5 -1", ".++."),
        ("plotthedots", "2.5 -1 2.5 -1", "...."),
        # A window needs three real points: the last two have a high point before them here.
        ("mdc", "-1 2.5 2.5", "..."),
        # Only the points beyond 2 sigma are flagged; three of three are.
        ("ihi", "2.5 2.5 2.5", "+++"),
    ],
)
def test_two_of_three(rules, tail, expected):
    assert flags(tail, "two_of_three", rules=rules) == expected


def test_a_window_passes_over_a_ghost():
    tail = [*numbers("2.5 9 1 2.5"), 0.0]
    frame = series([*[0.564, -0.564] * 10, *tail], ghosts=[22])
    found = analyse(frame, Plan(chart="i", baseline=20))
    assert marks(found, "two_of_three", 5) == "+..+."


# inner third, four of five, alternating, mixture -------------------------------------------------


def test_fifteen_within_one_sigma_have_no_side():
    found = in_sigmas("1.5 " + "1 -.5 .3 " * 5 + "-1.2", baseline=20)
    assert marks(found, "inner_third") == "+" * 20 + "." + "+" * 15 + "."
    assert found.points["verdict"][25] == "change"
    assert found.points["rule_side"][25] == 0


def test_fourteen_within_one_sigma_are_common_cause():
    assert flags("1.5 " + "1 -.5 " * 7 + "-1.2", "inner_third") == "." * 16


def test_four_of_five_beyond_one_sigma():
    assert flags("1.2 1.2 -.5 1.2 1.2 0", "four_of_five", rules="nelson") == "++.++."
    assert flags("-1.2 -1.2 .5 -1.2 -1.2 0", "four_of_five", rules="weco") == "--.--."
    assert flags("1.2 1.2 -.5 -1.2 1.2 0", "four_of_five", rules="nelson") == "......"


def test_fourteen_alternating():
    # The baseline alternates too; the tie after it, -0.564 twice, breaks the run.
    assert flags("-.564 " + "-.3 -.6 " * 6 + "-.3", "alternating", rules="nelson") == "+" * 14
    assert flags("-.564 " + "-.3 -.6 " * 6, "alternating", rules="nelson") == "." * 13


def test_mixture_needs_both_sides():
    assert flags("1.2 -1.2 1.2 -1.5 1.5 1.5 -1.2 1.5 0", "mixture", rules="nelson") == "++++++++."
    assert flags("1.2 1.2 1.2 1.5 1.5 1.5 1.2 1.5 0", "mixture", rules="nelson") == "........."
    assert flags("1.2 -1.2 1.2 -1.5 1.5 1.5 -1.2 0", "mixture", rules="nelson") == "........"


# anhoej ------------------------------------------------------------------------------------------

SHIFTED = "3 2 1 3 2 1 2 3 2 1 2 3 6 7 8 6 7 8 7 6 8 7 6 8"


def test_anhoej_flags_the_whole_phase_without_a_side():
    found = analyse(series(SHIFTED), Plan(chart="run"))
    # 24 useful points: at most 8 in a row and at least 8 crossings; here 12 and 1.
    row = only(found)
    assert (row["n_useful"], row["longest_run"], row["crossings"]) == (24, 12, 1)
    assert marks(found, "shift") == marks(found, "crossings") == "+" * 24
    assert set(found.points["verdict"]) == {"change"}
    assert set(found.points["rule"]) == {"shift"}
    assert set(found.points["rule_side"]) == {0}


def test_anhoej_drops_points_on_the_centre_first():
    found = only(analyse(series("1 3 2 2 2 3 3 1 1"), Plan(chart="run")))
    assert (found["n_useful"], found["longest_run"], found["crossings"]) == (6, 3, 2)


def test_few_crossings_alone_are_a_signal():
    # Runs of 7, 5, 5, 7: none longer than 8, but 3 crossings where 8 are needed.
    found = analyse(series([3.0] * 7 + [1.0] * 5 + [3.0] * 5 + [1.0] * 7), Plan(chart="run"))
    assert marks(found, "shift") == "." * 24
    assert set(found.points["rule"]) == {"crossings"}


def test_anhoej_on_a_chart_with_limits_keeps_outside():
    found = in_sigmas("4 0", rules="anhoej")
    assert marks(found, "outside", 2) == "+."
    assert marks(found, "trend", 2) == "??"


def test_a_run_chart_uses_anhoej_under_every_profile():
    found = analyse(series(SHIFTED), Plan(chart="run", rules="nelson"))
    assert marks(found, "shift") == "+" * 24
    assert marks(found, "outside") == "?" * 24


def test_ihi_rules_for_run_charts_on_request_with_a_warning():
    found = analyse(series(SHIFTED), Plan(chart="run", run_rules="ihi_run_chart"))
    assert marks(found, "shift") == "-" * 12 + "+" * 12
    assert only(found)["notes"] == ["run_rules_often_signal"]


# rare events, mr -----------------------------------------------------------------------------


def test_zeros_in_a_row_on_a_g_chart():
    # Mean 5: a gap is 0 with p = 1/6; 1/36 > 0.0027 but 1/216 too (0.0046), so four in a row.
    gaps = "18 8 6 9 10 9 8 7 8 9 9 0 0 0 0 0 5 5 0 0 0 0 4"
    frame = series(gaps)
    mean = sum(numbers(gaps)) / 23
    assert mean == 5
    assert marks(analyse(frame, Plan(chart="g")), "zeros") == "." * 11 + "-----" + ".." + "----."


def test_three_zeros_with_a_mean_of_five_may_be_chance():
    gaps = "15 8 6 9 10 9 8 7 8 0 0 0 5 5 0 0 0 1 4"
    assert sum(numbers(gaps)) / 19 == 5
    assert "-" not in marks(analyse(series(gaps), Plan(chart="g")), "zeros")


def test_g_has_no_rule_of_zones():
    found = analyse(series("7 8 6 9 10 9 8 7 8 9 9 1"), Plan(chart="g"))
    assert marks(found, "two_of_three") == marks(found, "inner_third") == "?" * 12
    assert "?" not in marks(found, "outside") + marks(found, "shift")


def test_mr_has_outside_only():
    found = analyse(series([1.0, 2.0] * 10 + [9.0]), Plan(chart="mr"))
    assert marks(found, "outside") == "." * 20 + "+"
    assert marks(found, "shift") == marks(found, "trend") == "?" * 21
    assert only(found)["longest_run"] is None


# all rules ---------------------------------------------------------------------------------------


def test_rules_never_cross_a_phase():
    values = [0.564, -0.564] * 10 + [0.5] * 5 + [0.6, 0.5, 0.7] + [0.564, -0.564] * 10
    one = analyse(series(values), Plan(chart="i", baseline=20))
    two = analyse(series(values, starts=[25]), Plan(chart="i", baseline=20))
    assert marks(one, "shift").count("+") == 9
    assert "+" not in marks(two, "shift")[:28]


def test_a_length_is_a_setting_of_the_profile():
    rules = tuple(
        dataclasses.replace(rule, length=5) if isinstance(rule, Shift) else rule
        for rule in named("ihi").rules
    )
    short = Profile(name="short", rules=rules)
    assert flags(".5 .5 .5 .5 .5 -1", "shift", rules=short) == "+++++."


def test_an_unknown_profile_is_refused():
    with pytest.raises(ValueError, match="no rule profile 'nhs'"):
        Plan(chart="i", rules="nhs")
