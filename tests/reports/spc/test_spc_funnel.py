"""Funnels by hand: exact tails, interpolated lines, over-dispersion, and what is refused."""

import math

import numpy as np
import polars as pl
import pytest

from reports.spc.funnel import LINES, Funnel, funnel
from reports.spc.funnel_plan import FunnelKind, FunnelLimits, FunnelPlan

KINDS = [kind.value for kind in FunnelKind]


def units(numerators: str, denominators: str | float, **more: object) -> pl.DataFrame:
    """Units a, b, c ...; a dot is a missing number."""
    y = [None if word == "." else float(word) for word in numerators.split()]
    n: list[float | None] = [float(denominators)] * len(y) if isinstance(denominators, int) else []
    if isinstance(denominators, str):
        n = [None if word == "." else float(word) for word in denominators.split()]
    names = [chr(ord("a") + i) for i in range(len(y))]
    frame = pl.DataFrame(
        {"unit": names, "numerator": y, "denominator": n, **more},
        schema_overrides={"unit": pl.String, "numerator": pl.Float64, "denominator": pl.Float64},
    )
    return frame


def drawn(frame: pl.DataFrame, kind: str, **plan: object) -> Funnel:
    return funnel(frame, FunnelPlan(kind=kind, **plan))  # type: ignore[arg-type]


def one(frame: pl.DataFrame, kind: str, **plan: object) -> dict[str, object]:
    """The first unit."""
    return drawn(frame, kind, **plan).points.row(0, named=True)


def summary(found: Funnel) -> dict[str, object]:
    assert len(found.summary) == 1
    return found.summary.row(0, named=True)


def at_random(kind: str, seed: int = 1, count: int = 3000) -> pl.DataFrame:
    """Units of all sizes, small ones and far ones too."""
    random = np.random.default_rng(seed)
    n = np.round(np.exp(random.uniform(0, 7, count)))
    # Around the target of ratios too.
    share = random.uniform(0.02, 0.6, count) * (3 if kind == "ratio" else 1)
    y = random.binomial(n.astype(int), share) if kind == "proportion" else random.poisson(n * share)
    return pl.DataFrame({"unit": np.arange(count), "numerator": y, "denominator": n})


# Exact tails


def test_poisson_one_of_six_expected_is_low_at_95():
    # P(X <= 1) = 7 e^-6 = 0.01735: below 0.025, not below 0.001.
    found = one(units("1", "6"), "ratio", direction="down")
    assert found["chance_low"] == pytest.approx(7 * math.exp(-6))
    assert (found["place"], found["side"]) == ("beyond_95", -1)
    assert (found["verdict_95"], found["verdict_998"]) == ("improvement", "common_cause")


def test_poisson_none_of_seven_expected_is_low_at_998():
    # e^-6 = 0.0025 and e^-7 = 0.0009.
    places = drawn(units("0 0", "6 7"), "ratio").points["place"].to_list()
    assert places == ["beyond_95", "beyond_998"]


def test_binomial_of_ten_at_a_half():
    # Of 1024: 0 and 10 have 1 (0.00098), 1 and 9 or more 11 (0.0107), 2 and 8 or more 56 (0.055).
    frame = units("0 1 2 5 8 9 10", 10)
    points = drawn(frame, "proportion", target=0.5).points
    outer, inner, within = "beyond_998", "beyond_95", "within"
    assert points["place"].to_list() == [outer, inner, within, within, within, inner, outer]
    assert points["side"].to_list() == [-1, -1, 0, 0, 0, 1, 1]
    assert points["chance_high"].to_list()[4:] == pytest.approx([56 / 1024, 11 / 1024, 1 / 1024])


def test_a_tail_on_the_level_is_not_below_it():
    # Three of three at a tenth: 0.1 ^ 3 = 0.001.
    found = one(units("3", "3"), "proportion", target=0.1)
    assert found["place"] == "beyond_95"
    assert found["upper_998"] == pytest.approx(1)


def test_a_count_that_is_whole_but_for_rounding_is_whole():
    # 0.1 + 0.2 is a little over 0.3.
    frame = units("3", "3").with_columns(numerator=pl.lit((0.1 + 0.2) * 10))
    assert one(frame, "proportion", target=0.1)["chance_high"] == pytest.approx(0.001)


# Lines


def test_poisson_lines_interpolate_each_tail_by_hand():
    # e^-6 times 7 and 25: F(1) = 0.017351, F(2) = 0.061969; the 25 thousandths lie between.
    # P(X >= 11) = 0.042621, P(X >= 12) = 0.020092.
    found = one(units("6", "6"), "ratio")
    assert found["lower_95"] == pytest.approx((1 + 0.007649 / 0.044618) / 6, abs=1e-5)
    assert found["upper_95"] == pytest.approx((11 + 0.017621 / 0.022529) / 6, abs=1e-4)


def test_binomial_lines_interpolate_by_hand_and_mirror():
    # F(1) = 11/1024 and F(2) = 56/1024: 25 thousandths are 25.6/1024, so 1 + 14.6/45 of 10.
    # F(0) = 1/1024 and F(1) = 11/1024: 1.024/1024, so 0 + 0.024/10 of 10.
    found = one(units("5", "10"), "proportion", target=0.5)
    assert found["lower_95"] == pytest.approx(0.1 + 1.46 / 45)
    assert found["lower_998"] == pytest.approx(0.00024)
    assert found["upper_95"] == pytest.approx(1 - 0.1 - 1.46 / 45)
    assert found["upper_998"] == pytest.approx(1 - 0.00024)


def test_no_lower_line_where_none_is_likelier_than_the_level():
    # e^-3.68 = 0.0252 and e^-3.70 = 0.0247.
    points = drawn(units("3 3", "3.68 3.70"), "ratio").points
    assert points["lower_95"][0] is None
    assert points["lower_95"][1] == pytest.approx(0, abs=0.02)
    assert points["lower_998"].null_count() == 2


def test_no_upper_line_of_proportions_where_all_is_likelier_than_the_level():
    # 0.6 ^ 7 = 0.028 and 0.6 ^ 8 = 0.017.
    points = drawn(units("4 4", "7 8"), "proportion", target=0.6).points
    assert points["upper_95"][0] is None
    assert points["upper_95"][1] < 1


@pytest.mark.parametrize("adjust", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_unit_is_outside_exactly_when_it_lies_beyond_its_line(kind, adjust):
    points = drawn(at_random(kind), kind, adjust=adjust).points
    for level, outside in (("95", ["beyond_95", "beyond_998"]), ("998", ["beyond_998"])):
        high = (pl.col("value") > pl.col(f"upper_{level}")).fill_null(False)
        low = (pl.col("value") < pl.col(f"lower_{level}")).fill_null(False)
        different = points.filter((high | low) != pl.col("place").is_in(outside))
        assert different.rows() == []
    assert points["place"].n_unique() == 3


@pytest.mark.parametrize("expected", [1e-9, 0.01, 1, 100, 1e5, 1e7, 1e9])
def test_exact_tails_on_the_lines_are_the_level(expected):
    found = one(units("0", str(expected)), "ratio")
    wide = found["upper_95"] * expected
    whole = [one(units(str(k), str(expected)), "ratio") for k in (int(wide), int(wide) + 1)]
    assert whole[0]["chance_high"] >= 0.025 > whole[1]["chance_high"]


def test_proportions_mirror_rates_of_failure():
    frame = at_random("proportion")
    failures = frame.with_columns(numerator=pl.col("denominator") - pl.col("numerator"))
    found = drawn(frame, "proportion", target=0.3, direction="up").points
    other = drawn(failures, "proportion", target=0.7, direction="down").points
    assert found["verdict_998"].to_list() == other["verdict_998"].to_list()
    assert found["place"].to_list() == other["place"].to_list()
    for lower, upper in (("lower_95", "upper_95"), ("lower_998", "upper_998")):
        mirrored = (1 - other[upper]).fill_null(-1).to_numpy()
        assert found[lower].fill_null(-1).to_numpy() == pytest.approx(mirrored, abs=1e-9)


def test_a_rate_is_a_ratio_to_what_the_target_expects():
    rate = drawn(units("1 9", "600 900"), "rate", target=10, multiplier=1000).points
    ratio = drawn(units("1 9", "6 9"), "ratio").points
    assert rate["expected"].to_list() == [6, 9]
    assert rate["z"].to_list() == pytest.approx(ratio["z"].to_list())
    for line in LINES:
        assert (rate[line] / 10).to_list() == pytest.approx(ratio[line].to_list())


def test_lines_along_denominators_frame_all_units():
    found = drawn(units("3 40", "10 200"), "rate", multiplier=100)
    assert len(found.lines) == 100
    assert found.lines["denominator"].is_sorted()
    assert found.lines["denominator"][0] < 10
    assert found.lines["denominator"][-1] > 200
    assert (found.lines["upper_998"] > found.lines["upper_95"]).all()
    assert found.lines["target"].unique().to_list() == [pytest.approx(100 * 43 / 210)]


def test_lines_of_proportions_stand_at_whole_denominators_once():
    lines = drawn(units("1 2", "1 6"), "proportion").lines
    assert lines["denominator"].to_list() == [1, 2, 3, 4, 5, 6, 7]


def test_lines_pass_through_the_lines_of_units():
    found = drawn(units("1 5", "2 20"), "proportion")
    both = found.points.join(found.lines, on="denominator", suffix="_along")
    assert len(both) == 2
    for line in LINES:
        assert both[line].equals(both[f"{line}_along"])


def test_lines_can_be_left_out():
    assert len(drawn(units("3 4", 10), "rate", line_points=0).lines) == 0


# Targets and verdicts


def test_the_target_is_the_pooled_value_and_of_ratios_one():
    frame = units("10 20", "100 400")
    assert summary(drawn(frame, "rate", multiplier=1000))["target"] == pytest.approx(60)
    assert summary(drawn(frame, "ratio", multiplier=100))["target"] == 100
    assert summary(drawn(frame, "rate", target=5, multiplier=1000))["target"] == 5


@pytest.mark.parametrize(
    ("direction", "verdicts"),
    [
        ("up", ["concern", "common_cause", "improvement"]),
        ("down", ["improvement", "common_cause", "concern"]),
        ("neutral", ["change_low", "common_cause", "change_high"]),
    ],
)
def test_verdicts_follow_the_direction(direction, verdicts):
    points = drawn(units("50 100 150", 100), "ratio", direction=direction).points
    assert points["verdict_95"].to_list() == verdicts
    assert points["verdict_998"].to_list() == verdicts


# Twice the expected count against the upper 95 % line, by hand: of 5, P(X >= 10) = 0.032 and 10 is
# within; of 6, P(X >= 12) = 0.020 and 12 is beyond.
@pytest.mark.parametrize(("expected", "too_small"), [(1, True), (5, True), (6, False)])
def test_too_small_to_tell(expected, too_small):
    assert one(units("1", str(expected)), "ratio")["too_small"] is too_small


def test_too_small_depends_on_size_not_on_what_was_found():
    # Expected 1, found 5: P(X >= 5) = 0.0037.
    found = one(units("5", "1"), "ratio")
    assert (found["place"], found["too_small"]) == ("beyond_95", True)


def test_wider_lines_make_more_units_too_small():
    frame = units("60 100 130 170 3", "100 100 100 100 7")
    assert drawn(frame, "ratio").points["too_small"][4] is False
    assert drawn(frame, "ratio", adjust=True).points["too_small"][4] is True


# Over-dispersion


# Observed over 100 expected: square roots 0.9, 1, 1.1 and 1.2 times 10, standard error 1/20, so z
# is -2, 0, 2, 4. Winsorised at -1.4 and 3.4 the squares sum to 1.96 + 0 + 4 + 11.56 = 17.52.
SPREAD_OUT = ("81 100 121 144", 100)


def test_phi_and_tau2_by_hand():
    found = drawn(units(*SPREAD_OUT), "ratio")
    assert found.points["z"].to_list() == pytest.approx([-2, 0, 2, 4])
    assert summary(found)["phi"] == pytest.approx(17.52 / 4)
    # Weights of 400: 1600 - 400 = 1200.
    assert summary(found)["tau2"] == pytest.approx((17.52 - 3) / 1200)
    assert summary(found)["adjusted"] is False
    assert summary(found)["notes"] == ["not_adjusted"]


def test_adjusted_lines_by_hand():
    # sqrt(0.0025 + 0.0121) = 0.12083; 1 +- 1.959964 x 0.12083, squared.
    found = drawn(units(*SPREAD_OUT), "ratio", adjust=True)
    assert found.points["upper_95"][0] == pytest.approx(1.23682**2, abs=1e-4)
    assert found.points["lower_95"][0] == pytest.approx(0.76318**2, abs=1e-4)
    assert found.points["z_adjusted"][3] == pytest.approx(0.2 / 0.12083, abs=1e-4)
    assert found.points["place"].to_list() == ["within"] * 4
    assert summary(found)["adjusted"] is True
    assert summary(found)["notes"] == []


def test_phi_of_proportions_by_hand():
    # arcsin sqrt of 0.25, 0.5 and 0.75 is pi/6, pi/4 and pi/3; times 2 sqrt(36): z = -pi, 0, pi,
    # drawn in to 0.8 pi; tau2 = (1.28 pi^2 - 2) / (3 x 144 - 144).
    found = summary(drawn(units("9 18 27", 36), "proportion"))
    assert found["phi"] == pytest.approx(2 * (0.8 * math.pi) ** 2 / 3)
    assert found["tau2"] == pytest.approx((1.28 * math.pi**2 - 2) / 288)


def test_tau2_of_rates_has_no_unit():
    per_day = drawn(units("30 60 20 44", "900 800 700 950"), "rate")
    per_thousand = drawn(units("30 60 20 44", "0.9 0.8 0.7 0.95"), "rate")
    for name in ("phi", "tau2"):
        assert summary(per_day)[name] == pytest.approx(summary(per_thousand)[name])


def test_units_that_differ_less_than_by_chance_have_tau2_zero_and_keep_their_lines():
    frame = units("99 100 101 100", 100)
    found, adjusted = drawn(frame, "ratio"), drawn(frame, "ratio", adjust=True)
    assert summary(found)["phi"] < 3 / 4
    assert summary(found)["tau2"] == 0
    assert adjusted.points.select(LINES).equals(found.points.select(LINES))
    assert summary(adjusted)["adjusted"] is False
    assert summary(adjusted)["notes"] == ["nothing_to_adjust"]


@pytest.mark.parametrize("form", list(FunnelLimits))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_adjusted_lines_are_never_narrower(kind, form, seed):
    frame = at_random(kind, seed, 300)
    before = drawn(frame, kind, limits=form)
    after = drawn(frame, kind, limits=form, adjust=True)
    assert summary(after)["adjusted"] is True
    for old, new in ((before.points, after.points), (before.lines, after.lines)):
        for level in ("95", "998"):
            lower, upper = f"lower_{level}", f"upper_{level}"
            assert (new[lower].fill_null(-1) <= old[lower].fill_null(-1)).all()
            assert (new[upper].fill_null(9e9) >= old[upper].fill_null(9e9)).all()


def test_a_small_tau2_does_not_narrow_the_exact_lines_of_small_units():
    # Of 6 expected the normal lower line is 6 (1 - 0.98 / sqrt 6)^2 = 2.2, the exact one 1.17.
    frame = units("1080 1000 920 1000 6", "1000 1000 1000 1000 6")
    exact, adjusted = drawn(frame, "ratio"), drawn(frame, "ratio", adjust=True)
    assert summary(adjusted)["adjusted"] is True
    assert adjusted.points["lower_95"][4] == exact.points["lower_95"][4]


# Forms to compare with


def test_approximate_lines_by_hand():
    # Expected 100: (1 +- 1.959964 / 20)^2; of 25 at a half: sin^2(pi/4 +- 0.1959964).
    ratio = one(units("100", "100"), "ratio", limits="approximate")
    assert ratio["upper_95"] == pytest.approx(1.0979982**2)
    proportion = one(units("12", "25"), "proportion", target=0.5, limits="approximate")
    assert proportion["lower_95"] == pytest.approx(math.sin(math.pi / 4 - 0.1959964) ** 2)


def test_confidence_limits_read_as_control_limits_flag_one_of_six_where_exact_does_too():
    # Chi-square of 12 and 14 degrees: 4.404 / 2 and 26.119 / 2 (tables).
    found = one(units("1", "6"), "ratio", limits="confidence")
    assert found["lower_95"] * 6 == pytest.approx(4.404 / 2, abs=0.001)
    assert found["upper_95"] * 6 == pytest.approx(26.119 / 2, abs=0.001)
    # Its line lets 2 of 6 pass for low as well: P(X <= 2) = 0.062.
    both = [one(units("2", "6"), "ratio", limits=form)["side"] for form in ("confidence", "exact")]
    assert both == [-1, 0]


# What has no place


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("y", "n"), [("0", "0"), (".", "10"), ("3", "."), (".", ".")])
def test_a_unit_without_numbers_has_no_place_and_changes_nothing(kind, y, n):
    found = drawn(units(f"5 {y} 9", f"20 {n} 25"), kind)
    row = found.points.row(1, named=True)
    assert row["unit"] == "b"
    assert (row["verdict_95"], row["verdict_998"]) == ("none", "none")
    given = ("group", "unit", "numerator", "denominator", "verdict_95", "verdict_998")
    assert all(row[name] is None for name in row.keys() - set(given))
    assert row["denominator"] == (None if n == "." else float(n))
    assert summary(found)["units"] == 2
    assert "units_without_place" in summary(found)["notes"]
    alone = drawn(units("5 9", "20 25"), kind)
    assert found.points["upper_95"].drop_nulls().equals(alone.points["upper_95"])
    assert summary(found)["phi"] == summary(alone)["phi"]


@pytest.mark.parametrize(
    ("kind", "counts", "note"), [("rate", "0 0", "all_zero"), ("proportion", "9 9", "all_full")]
)
def test_where_nothing_varies_nobody_is_special(kind, counts, note):
    found = drawn(units(counts, 9), kind)
    assert found.points["place"].to_list() == ["within", "within"]
    assert found.points["too_small"].to_list() == [True, True]
    assert found.points["upper_95"].null_count() == 2
    assert len(found.lines) == 0
    assert summary(found)["notes"] == [note]


def test_no_events_anywhere_can_be_low_against_a_given_target():
    assert one(units("0 0", 9), "ratio")["place"] == "beyond_998"


def test_one_unit_has_no_spread_between_units():
    found = drawn(units("9", "100"), "rate", adjust=True)
    assert (summary(found)["phi"], summary(found)["tau2"]) == (None, None)
    assert summary(found)["notes"] == ["one_unit"]
    assert found.points["place"].to_list() == ["within"]


@pytest.mark.parametrize("kind", KINDS)
def test_empty_input_gives_empty_frames_of_the_same_columns(kind):
    full, none = drawn(units("3 4", 10), kind), drawn(units("", ""), kind)
    for a, b in ((full.points, none.points), (full.lines, none.lines)):
        assert a.schema == b.schema
    assert full.summary.schema == none.summary.schema
    assert len(none.points) == len(none.lines) == len(none.summary) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_no_nan_and_no_infinity_reaches_the_result(kind):
    found = drawn(units("0 1 0 900 .", "1 1 0 1000 5"), kind, adjust=True)
    for frame in (found.points, found.lines, found.summary):
        for column in frame.select(pl.col(pl.Float64)).get_columns():
            assert column.drop_nulls().is_finite().all()


# Many funnels at once


@pytest.mark.parametrize("kind", KINDS)
def test_many_funnels_at_once_are_each_as_alone(kind):
    frame = at_random(kind, count=60).with_columns(group=pl.Series(["x", "y", "z"] * 20))
    together = drawn(frame, kind, adjust=True)
    assert together.summary["group"].to_list() == ["x", "y", "z"]
    for name in ("x", "y", "z"):
        alone = drawn(frame.filter(group=name), kind, adjust=True)
        for a, b in ((together.points, alone.points), (together.lines, alone.lines)):
            assert a.filter(group=name).equals(b)
        assert together.summary.filter(group=name).equals(alone.summary)


def test_units_stay_in_the_order_given():
    frame = units("3 4 5", 10).reverse()
    assert drawn(frame, "rate").points["unit"].to_list() == ["c", "b", "a"]


def test_a_unit_may_be_in_two_groups():
    frame = units("3 4", 10).with_columns(unit=pl.lit("a"), group=pl.Series(["x", "y"]))
    assert len(drawn(frame, "rate").points) == 2


# What is refused


@pytest.mark.parametrize(
    ("numerators", "denominators", "kind", "words"),
    [
        ("1 -1", "5 5", "rate", "unit 'b' has a negative numerator"),
        ("1 1", "5 -5", "rate", "unit 'b' has a negative denominator"),
        ("1 nan", "5 5", "rate", "unit 'b' has a numerator that is not a finite number"),
        ("1 1", "inf 5", "ratio", "unit 'a' has a denominator that is not a finite number"),
        ("1 1", "5 0", "ratio", "unit 'b' has a numerator over a denominator of 0"),
        ("1 6", "5 5", "proportion", "unit 'b' has a numerator above its denominator"),
        ("1 1", "5 5.5", "proportion", "unit 'b' has a denominator that is not a whole number"),
        ("1 1.5", "5 5", "rate", "unit 'b' has a numerator that is not a whole number"),
        ("1 1", "5 1e13", "ratio", "unit 'b' has an expected count above 1e+12"),
    ],
)
def test_impossible_numbers_are_refused_by_name(numerators, denominators, kind, words):
    with pytest.raises(ValueError, match=r"^" + words.replace("+", r"\+") + "$"):
        drawn(units(numerators, denominators), kind)


def test_a_rate_may_have_more_events_than_exposure():
    assert one(units("6 1", "5 5"), "rate")["value"] == pytest.approx(1.2)


def test_a_unit_twice_is_refused():
    frame = pl.concat([units("1 2", 9), units("3", 9)])
    with pytest.raises(ValueError, match=r"^unit 'a' is there more than once; each unit may have"):
        drawn(frame, "rate")


def test_refusals_name_the_group():
    frame = units("1 -2", 9).with_columns(group=pl.lit("falls"))
    with pytest.raises(ValueError, match=r"^unit 'b' of 'falls' has a negative numerator$"):
        drawn(frame, "rate")


def test_words_are_not_numbers():
    frame = units("1 2", 9).with_columns(numerator=pl.Series(["1", "two"]))
    with pytest.raises(ValueError, match=r"^unit 'b' has a numerator that is not a number$"):
        drawn(frame, "rate")


def test_a_unit_without_a_name_is_refused():
    frame = units("1 2", 9).with_columns(unit=pl.Series(["a", None]))
    with pytest.raises(ValueError, match=r"^every unit needs a name$"):
        drawn(frame, "rate")


@pytest.mark.parametrize("name", ["unit", "numerator", "denominator"])
def test_a_missing_column_is_refused(name):
    with pytest.raises(ValueError, match=f"^the units have no column '{name}'$"):
        drawn(units("1 2", 9).drop(name), "rate")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"multiplier": 0}, "the multiplier must be positive, not 0"),
        ({"target": 0}, "the target must be positive, not 0"),
        ({"target": 100, "multiplier": 100}, "the target of a proportion must be under 100"),
        ({"winsorised": 0.5}, "less than half can be winsorised"),
        ({"line_points": -1}, "lines cannot have -1 points"),
        ({"direction": "sideways"}, "sideways"),
        ({"limits": "loose"}, "loose"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        FunnelPlan(kind="proportion", **options)
