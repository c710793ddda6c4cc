"""How often each profile signals on series that do not change: `python false_alarms.py`.

Prints tables in markdown. Every series is stable, drawn from the distribution its chart assumes,
with fixed seeds; a share is of series with at least one signal.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from reports.spc import Plan, analyse
from reports.spc.false_alarms import BASELINES
from reports.spc.profiles import profiles
from reports.spc.vocabulary import Chart, GeometricLimits

SERIES = 20_000
LENGTHS = (24, 36)
PROFILES = ("ihi", "mdc", "plotthedots", "anhoej", "nelson", "weco")

Array = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], tuple[Array, Array | None]]


def normal(rng: np.random.Generator, size: int) -> tuple[Array, Array | None]:
    return rng.normal(100, 10, size), None


def normal_by_size(rng: np.random.Generator, size: int) -> tuple[Array, Array | None]:
    """Means of 50 to 150 cases: the sum, and how many."""
    n = rng.integers(50, 151, size).astype(float)
    return n * rng.normal(100, 40 / np.sqrt(n)), n


def poisson(rng: np.random.Generator, size: int) -> tuple[Array, Array | None]:
    return rng.poisson(12, size).astype(float), None


def poisson_by_exposure(rng: np.random.Generator, size: int) -> tuple[Array, Array | None]:
    """12 events at the mean exposure, 6 to 18 between the smallest and the largest."""
    n = rng.integers(1000, 3001, size).astype(float)
    return rng.poisson(n * 0.006).astype(float), n


def binomial(rng: np.random.Generator, size: int) -> tuple[Array, Array | None]:
    """One in five of 50 to 150 cases."""
    n = rng.integers(50, 151, size)
    return rng.binomial(n, 0.2).astype(float), n.astype(float)


def binomial_of_equal_size(rng: np.random.Generator, size: int) -> tuple[Array, Array | None]:
    """One in five of 100 cases."""
    return rng.binomial(100, 0.2, size).astype(float), np.full(size, 100.0)


def geometric(rng: np.random.Generator, size: int) -> tuple[Array, Array | None]:
    """Cases between events with a chance of 1 in 20 each."""
    return rng.geometric(0.05, size) - 1.0, None


def exponential(rng: np.random.Generator, size: int) -> tuple[Array, Array | None]:
    return rng.exponential(30, size), None


@dataclass(frozen=True)
class Case:
    """A kind of chart and what its points are drawn from; `rows` observations make a point."""

    chart: str
    draw: Draw
    rows: int = 1


CASES = (
    Case("i", normal),
    Case("ip", normal_by_size),
    Case("c", poisson),
    Case("u", poisson_by_exposure),
    Case("up", poisson_by_exposure),
    Case("p", binomial),
    Case("pp", binomial),
    Case("g", geometric),
    Case("t", exponential),
    Case("xbar", normal, 5),
    Case("s", normal, 5),
)
# Kinds of charts that the tables of the README leave out: np as p, c' as i, mr and run charts.
MORE_CASES = (
    Case("np", binomial_of_equal_size),
    Case("cp", poisson),
    Case("mr", normal),
    Case("run", normal),
)
CASE_OF = {case.chart: case for case in CASES} | {"run": Case("run", normal)}


def stable(case: Case, points: int, series: int = SERIES, seed: int = 20240420) -> pl.DataFrame:
    """`series` stable series of so many points, one row for each observation."""
    rng = np.random.default_rng([seed, points, *case.chart.encode()])
    y, n = case.draw(rng, series * points * case.rows)
    return pl.DataFrame(
        {
            "series": np.repeat(np.arange(series), points * case.rows).astype(str),
            "period": np.tile(np.repeat(np.arange(points), case.rows), series),
            "numerator": y,
            "denominator": n if n is not None else np.full(len(y), np.nan),
        }
    ).with_columns(pl.col("denominator").fill_nan(None))


@dataclass(frozen=True)
class Shares:
    """Of the series with a signal: at any point, and at the last one."""

    anywhere: float
    last: float


def shares(rows: pl.DataFrame, plan: Plan, rule: str = "signal", among: int = 10**9) -> Shares:
    """Of the rule named, or of any; among the last so many points of each series."""
    fired = pl.col(rule).fill_null(0) != 0
    points = analyse(rows, plan).points.group_by("series", maintain_order=True).tail(among)
    told = points.group_by("series").agg(fired.any().alias("any"), fired.last().alias("last"))
    found = told.select(pl.col("any", "last").cast(pl.Float64).mean()).row(0)
    return Shares(*found)


def error(found: float, series: int = SERIES) -> float:
    """Standard error of a share."""
    return math.sqrt(found * (1 - found) / series)


def percent(found: float) -> str:
    return f"{100 * found:.1f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(line)} |" for line in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def by_profile(points: int, series: int = SERIES) -> str:
    """Share of stable series with a signal, each chart under each profile; all points baseline."""
    rows = []
    for case in CASES:
        drawn = stable(case, points, series)
        plans = [Plan(chart=Chart(case.chart), rules=rules) for rules in PROFILES]
        rows.append([case.chart, *(percent(shares(drawn, plan).anywhere) for plan in plans)])
    return table(["chart", *(f"`{name}`" for name in PROFILES)], rows)


def by_baseline(series: int = SERIES) -> str:
    """Series of 36 points under `ihi`: all points, the first 24 or the first 20 set the limits."""
    rows = []
    for case in CASES:
        drawn = stable(case, 36, series)
        plans = [Plan(chart=Chart(case.chart), baseline=k) for k in (None, 24, 20)]
        found = [shares(drawn, plan) for plan in plans]
        figures = [each.anywhere for each in found] + [each.last for each in found]
        rows.append([case.chart, *(percent(figure) for figure in figures)])
    places = [f"{where}, {k}" for where in ("anywhere", "last") for k in ("all", "24", "20")]
    return table(["chart", *places], rows)


def at_the_last_point(series: int = SERIES) -> dict[tuple[str, str], tuple[float, ...]]:
    """(chart, profile) -> % of series of 36 points with a signal at the last, by baseline."""
    found = {}
    for case in (*CASES, *MORE_CASES):
        drawn = stable(case, 36, series)
        for rules in profiles():
            plans = [Plan(chart=Chart(case.chart), rules=rules, baseline=k) for k in BASELINES]
            found[case.chart, rules] = tuple(
                round(100 * shares(drawn, plan).last, 1) for plan in plans
            )
    return found


@dataclass(frozen=True)
class Claim:
    """A figure of spc.md, in its words, and the plan that gives it."""

    said: str
    plan: Plan
    points: int = 36
    rule: str = "signal"
    last: bool = False


_I, _G, _RUN = Chart.I, Chart.G, Chart.RUN
_THREE_SIGMA = GeometricLimits.THREE_SIGMA
CLAIMS = (
    Claim("g, limits of the tail: 3 %", Plan(chart=_G), rule="outside"),
    Claim("g, mean + 3 sigma: 49 %", Plan(chart=_G, g_limits=_THREE_SIGMA), rule="outside"),
    Claim("i, outside, screened: 10 %", Plan(chart=_I), 24, "outside"),
    Claim("i, outside, not screened: 6 %", Plan(chart=_I, screening=False), 24, "outside"),
    Claim("i, `ihi`, 20 frozen: 40 %", Plan(chart=_I, baseline=20)),
    Claim("(not screened)", Plan(chart=_I, baseline=20, screening=False)),
    Claim("i, `ihi`, all points: 29 %", Plan(chart=_I)),
    Claim("(not screened)", Plan(chart=_I, screening=False)),
    Claim("i, `ihi`, all points, at the last: 2 %", Plan(chart=_I), last=True),
    Claim("i, `ihi`, 20 frozen, at the last: 2 %", Plan(chart=_I, baseline=20), last=True),
    Claim("run, shift 6 and trend 5: 36 %", Plan(chart=_RUN, run_rules="ihi_run_chart"), 24),
    Claim("(run, `anhoej`)", Plan(chart=_RUN), 24),
)


def by_claim(series: int = SERIES) -> str:
    """What spc.md claims, beside what is found."""
    rows = []
    for claim in CLAIMS:
        drawn = stable(CASE_OF[claim.plan.chart.value], claim.points, series)
        both = shares(drawn, claim.plan, claim.rule)
        found = both.last if claim.last else both.anywhere
        rows.append([claim.said, str(claim.points), percent(found), percent(error(found, series))])
    return table(["spc.md", "points", "found, %", "standard error"], rows)


def main() -> None:
    worst = percent(error(0.5))
    print(f"{SERIES:,} series each; standard error at most {worst} percentage points.\n")
    for points in LENGTHS:
        print(f"{points} points, % of stable series with a signal:\n")
        print(f"{by_profile(points)}\n")
    print("36 points, `ihi`, % with a signal anywhere and at the last point, by baseline:\n")
    print(f"{by_baseline()}\n\n{by_claim()}\n")
    print("The table of reports/spc/false_alarms.py:\n")
    for (chart, rules), percents in at_the_last_point().items():
        print(f'    ("{chart}", "{rules}"): {percents},')


if __name__ == "__main__":
    main()
