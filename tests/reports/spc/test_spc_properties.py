"""What must hold for all series: equivariance, independence of order and company, and of phases."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spc_series import series

from reports.spc import Plan, analyse
from reports.spc.vocabulary import RuleName

RULES = [rule.value for rule in RuleName]
LINES = ["centre", "lower", "upper", "lower_2sigma", "upper_2sigma"]
PROFILES = st.sampled_from(["ihi", "mdc", "plotthedots", "anhoej", "nelson", "weco"])
CHARTS = st.sampled_from(["run", "i", "mr", "ip", "c", "u", "up", "cp", "g", "t", "auto"])

# Small whole numbers: ties, constants and zeros are then common.
counts = st.lists(st.one_of(st.integers(0, 12), st.none()), min_size=1, max_size=40)
phases = st.lists(st.integers(2, 40), max_size=2)
ghosts = st.lists(st.integers(1, 40), max_size=3)

quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def frame(y: list[int | None], name: str = "A", starts=(), ghosts=()) -> pl.DataFrame:
    n = np.random.default_rng(len(y)).integers(50, 200, len(y)).astype(float).tolist()
    return series(y, n, name=name, starts=starts, ghosts=ghosts)


def close(a: pl.DataFrame, b: pl.DataFrame, factor: float = 1, step: float = 0) -> bool:
    """Lines of `b` are those of `a` times factor plus step; flags and verdicts are the same."""
    for name in LINES:
        x = a[name].to_numpy() * factor + step
        np.testing.assert_allclose(b[name].to_numpy(), x, rtol=1e-9, atol=1e-9)
    same = [*RULES, "signal", "verdict", "rule", "rule_side", "improvement", "concern"]
    return a.select(same).equals(b.select(same))


@quick
@given(counts, PROFILES, phases, ghosts, st.integers(0, 50), st.sampled_from([0.1, 3, 1000]))
def test_an_i_chart_moves_with_its_values(y, rules, starts, ghosts, step, factor):
    plan = Plan(chart="i", rules=rules, direction="up", minimum_points=2)
    before = frame(y, starts=starts, ghosts=ghosts).drop("denominator")
    # Away from zero on both sides: half zeros mean no limits, whatever the distances.
    before = before.with_columns(pl.col("numerator") + 100)
    after = before.with_columns(pl.col("numerator") * factor + step)
    assert close(
        analyse(before, plan).points,
        analyse(after, plan).points,
        factor,
        step,
    )


@quick
@given(counts, CHARTS, PROFILES, phases, ghosts, st.sampled_from([7.0, 100.0, 0.01]))
def test_the_multiplier_changes_no_flag(y, chart, rules, starts, ghosts, factor):
    given = frame(y, starts=starts, ghosts=ghosts)
    one = Plan(chart=chart, rules=rules, proportion=False)
    other = Plan(chart=chart, rules=rules, proportion=False, multiplier=factor)
    assert close(analyse(given, one).points, analyse(given, other).points, factor)


@quick
@given(counts, CHARTS, PROFILES, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(y, chart, rules, random):
    plan = Plan(chart=chart, rules=rules)
    both = pl.concat([frame(y, "A"), frame(y[::-1], "B")])
    order = list(range(len(both)))
    random.shuffle(order)
    given, shuffled = analyse(both, plan), analyse(both[order], plan)
    assert given.points.equals(shuffled.points)
    assert given.series.equals(shuffled.series)


@quick
@given(st.lists(counts, min_size=2, max_size=5), CHARTS, PROFILES, phases, ghosts)
def test_a_series_alone_is_the_same_as_in_company(many, chart, rules, starts, ghosts):
    plan = Plan(chart=chart, rules=rules, baseline=12)
    frames = [frame(y, f"S{i}", starts, ghosts) for i, y in enumerate(many)]
    together, alone = analyse(pl.concat(frames), plan), [analyse(each, plan) for each in frames]
    assert together.points.equals(pl.concat([each.points for each in alone]))
    assert together.series.equals(pl.concat([each.series for each in alone]))


@quick
@given(counts, CHARTS, PROFILES, ghosts, st.integers(2, 40))
def test_a_phase_is_as_a_series_of_its_own(y, chart, rules, ghosts, start):
    plan = Plan(chart=chart, rules=rules, direction="down", minimum_points=5)
    # Denominators are known in both parts, or in none of them.
    whole = frame(y, starts=[start], ghosts=ghosts).with_columns(denominator=pl.lit(100.0))
    parts = [whole.filter(pl.col("period") < start), whole.filter(pl.col("period") >= start)]
    apart = pl.concat([analyse(part, plan).points for part in parts])
    assert analyse(whole, plan).points.drop("phase").equals(apart.drop("phase"))


@quick
@given(counts, st.sampled_from(["ihi", "mdc", "nelson", "weco", "anhoej"]))
def test_a_mirrored_series_has_mirrored_flags(y, rules):
    up = Plan(chart="i", rules=rules, direction="up", minimum_points=2)
    down = Plan(chart="i", rules=rules, direction="down", minimum_points=2)
    given = series([None if each is None else each + 100 for each in y])
    turned = given.with_columns(-pl.col("numerator"))
    a, b = analyse(given, up).points, analyse(turned, down).points
    sided = ["outside", "shift", "trend", "two_of_three", "four_of_five"]
    if rules != "anhoej":
        assert a.select(sided).equals(b.select(-pl.col(sided)))
    assert a["verdict"].to_list() == b["verdict"].to_list()


@quick
@given(counts, CHARTS, PROFILES, phases, ghosts)
def test_points_that_are_not_real_are_never_judged(y, chart, rules, starts, ghosts):
    points = analyse(frame(y, starts=starts, ghosts=ghosts), Plan(chart=chart, rules=rules)).points
    unreal = points.filter(pl.col("excluded") | pl.col("value").is_null())
    assert unreal["signal"].sum() == 0
    assert set(unreal["verdict"]) <= {"none"}
    assert all(set(unreal[rule]) <= {0, None} for rule in RULES)


@quick
@given(counts, CHARTS, PROFILES, phases, ghosts)
def test_columns_agree_with_each_other(y, chart, rules, starts, ghosts):
    found = analyse(frame(y, starts=starts, ghosts=ghosts), Plan(chart=chart, rules=rules))
    points = found.points
    fired = points.select(fired=pl.any_horizontal(pl.col(RULES).fill_null(0) != 0))["fired"]
    assert fired.to_list() == (points["signal"] == 1).to_list()
    assert points["rule"].is_not_null().to_list() == fired.to_list()
    assert points["rule_side"].is_null().to_list() == points["rule"].is_null().to_list()
    ordered = points.drop_nulls(LINES)
    assert (ordered["lower"] <= ordered["lower_2sigma"]).all()
    assert (ordered["upper_2sigma"] <= ordered["upper"]).all()
    assert found.series["phase"].to_list() == points["phase"].unique().sort().to_list()


def brute_shift(sides: list[int], length: int) -> list[int]:
    """Shift by definition: walk along, keep the run, flag it when it ends."""
    flags, run = [0] * len(sides), []
    for place, side in [*enumerate(sides), (None, None)]:
        if side == 0:
            continue
        if run and (side is None or side != sides[run[-1]]):
            if len(run) >= length:
                for each in run:
                    flags[each] = sides[each]
            run = []
        run.append(place)
    return flags


@quick
@given(st.lists(st.sampled_from([-1, -1, 0, 1, 1, 1]), min_size=1, max_size=60))
def test_shift_against_its_definition(sides):
    y = [*[10.0, -10.0] * 10, 0.0, *map(float, sides)]
    points = analyse(series(y), Plan(chart="i", baseline=20)).points
    # The baseline's last point is low and the 0 after it passes over.
    expected = brute_shift([*[1, -1] * 10, 0, *sides], 8)
    assert points["shift"].to_list() == expected


@quick
@given(st.lists(st.sampled_from([-2.5, -3.5, -1.0, 0.5, 2.5, 3.5]), min_size=1, max_size=40))
def test_two_of_three_against_its_definition(tail):
    y = [*[0.564, -0.564] * 10, *tail]
    points = analyse(series(y), Plan(chart="i", baseline=20)).points
    expected = [0] * len(y)
    for side in (1, -1):
        for end in range(2, len(y)):
            window = [i for i in range(end - 2, end + 1) if y[i] * side > 2]
            if len(window) >= 2:
                for i in window:
                    expected[i] = side
    assert points["two_of_three"].to_list() == expected


@pytest.mark.parametrize("count", [499, 500, 501, 1003])
def test_blocks_leave_no_seam(count):
    rng = np.random.default_rng(count)
    whole = pl.DataFrame(
        {
            "series": np.repeat([f"{i:05d}" for i in range(count)], 13),
            "period": np.tile(np.arange(13), count),
            "numerator": rng.poisson(9, count * 13),
            "denominator": rng.integers(900, 1100, count * 13),
        }
    )
    plan = Plan(chart="u", rules="nelson")
    found = analyse(whole, plan)
    last = analyse(whole.tail(13), plan)
    assert len(found.points) == count * 13
    assert found.points.tail(13).equals(last.points)
    assert found.series.tail(1).equals(last.series)
