"""What the input says of each point and its phase: all that the predicates of reasons may ask.

Plain arithmetic on the cases, without the engine, so that its faults cannot excuse themselves.
"""

import math

import numpy as np
import polars as pl

c = pl.col


def _values(rows: pl.DataFrame, chart: str) -> pl.DataFrame:
    """One row for each index of a case: value as the chart plots it, size, sd, phase, ghost."""
    spread = c("value").max() - c("value").min()
    one = rows.group_by("case_id", "index", maintain_order=True).agg(
        c("value").mean(),
        c("value").std().alias("sd"),
        spread.alias("range"),
        c("value").count().alias("size"),
        c("numerator", "denominator", "freeze_n", "n_phases", "kind", "chart").first(),
        c("phase").max(),
        (c("exclude") == 1).any().alias("ghost"),
    )
    counted = c("kind") == "count"
    one = one.with_columns(value=pl.when(counted).then("numerator").otherwise("value"))
    steps = (c("value") - c("value").shift()).abs().over("case_id", "phase")
    plotted = {"mr": steps, "c": c("numerator"), "cp": c("numerator"), "s": c("sd")}
    return one.with_columns(measured=c("value").is_not_null(), value=plotted.get(chart, c("value")))


_PHASE = ("case_id", "phase")


def facts_of(rows: pl.DataFrame, chart: str) -> pl.DataFrame:
    """What the input says of each point and its phase: all that predicates may ask."""
    one = _values(rows.with_columns(chart=pl.lit(chart)), chart)
    one = one.with_columns(place=pl.int_range(pl.len()).over(_PHASE))
    first_k = c("place") < pl.coalesce("freeze_n", pl.lit(10**9))
    real = c("value").is_not_null() & ~c("ghost")
    one = one.with_columns(
        used=pl.when(real & first_k).then("value"),
        real=pl.when(real).then("value"),
        size_used=pl.when(first_k & (c("size") > 0)).then(c("size").cast(pl.Float64)),
        sd_used=pl.when(first_k).then("sd"),
        range_used=pl.when(first_k & (c("size") > 1)).then("range"),
    )
    counted = (c("measured") & ~c("ghost") & first_k).sum().over(_PHASE).alias("n")
    one = one.with_columns(counted)
    return one.select(
        *("case_id", "index", "phase", "chart", "ghost", "n_phases", "freeze_n", "size", "place"),
        "n",
        *_facts_of_gaps(),
        *_facts_of_values(),
        *_facts_of_subgroups(),
        (c("size") == 1).any().over("case_id").alias("has_size_1"),
        (pl.len().over(_PHASE) == 1).any().over("case_id").alias("phase_of_1"),
    )


def _facts_of_gaps() -> list[pl.Expr]:
    gap, zero = ~c("measured"), (c("denominator") == 0).fill_null(False)
    near = [gap.shift(k).over(_PHASE).fill_null(False) for k in range(-6, 7)]
    return [
        c("value").is_null().alias("missing"),
        gap.any().over("case_id").alias("case_missing"),
        pl.any_horizontal(*near).alias("near_missing"),
        c("ghost").any().over("case_id").alias("case_ghosts"),
        zero.alias("is_0_over_0"),
        zero.any().over("case_id").alias("case_0_over_0"),
    ]


def _facts_of_values() -> list[pl.Expr]:
    full = (c("denominator") > 0) & (c("numerator") >= c("denominator"))
    span, some = c("real").max() - c("real").min(), c("used").count()
    after = c("ghost").shift().over("case_id").fill_null(False)
    return [
        # Equal ranges, and equal deviations, are those of values that differ, unless all are 0.
        pl.when(c("chart").is_in(["mr", "s"]))
        .then((c("real").max() == 0).over(_PHASE))
        .otherwise((span <= 1e-12 * c("real").abs().max()).over(_PHASE))
        .fill_null(False)
        .alias("all_equal"),
        (2 * (c("used") == 0).sum() >= some).over(_PHASE).alias("half_zero"),
        (2 * (c("used").is_not_null() & full).sum() >= some).over(_PHASE).alias("half_full"),
        c("used").mean().over(_PHASE).alias("mean"),
        # Of ranges: without those that begin at a ghost, which end at none of its own.
        pl.when(~after).then("used").mean().over(_PHASE).alias("clean_mean"),
    ]


def _facts_of_subgroups() -> list[pl.Expr]:
    """Of the baseline: mean and pooled sd, and sigma as qcc has it from sds and from ranges."""
    freedom = pl.when(c("sd_used").is_not_null()).then(c("size_used") - 1)
    c4, d2 = (
        c("size").cast(pl.Int64).replace_strict(table, default=None, return_dtype=pl.Float64)
        for table in (_C4, _D2)
    )
    weighted = (c("size_used") * c("sd_used")).sum() / c("size_used").sum()
    pooled = ((freedom * c("sd_used") ** 2).sum() / freedom.sum()).sqrt()
    return [
        (c("size_used").min() == c("size_used").max()).over(_PHASE).alias("equal_sizes"),
        (c("size_used").max() > 25).over(_PHASE).alias("large_sizes"),
        c4.alias("c4"),
        c("sd_used").mean().over(_PHASE).alias("mean_sd"),
        weighted.over(_PHASE).alias("weighted_sd"),
        pooled.over(_PHASE).alias("pooled_sd"),
        (freedom.sum() + 1)
        .over(_PHASE)
        .cast(pl.Int64, strict=False)
        .replace_strict(_C4, default=None, return_dtype=pl.Float64)
        .alias("c4_of_all"),
        (c("sd_used") / c4).mean().over(_PHASE).alias("sigma_of_sds"),
        (c("range_used") / d2).mean().over(_PHASE).alias("sigma_of_ranges"),
    ]


def _expected_sd(n: int) -> float:
    return math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))


def _expected_range(n: int) -> float:
    """Of n standard normal values: the integral of 1 - F^n - (1 - F)^n."""
    x = np.linspace(-12, 12, 48_001)
    below = np.array([0.5 * math.erfc(-each / math.sqrt(2)) for each in x])
    return float(np.trapezoid(1 - below**n - (1 - below) ** n, x))


_C4 = {n: _expected_sd(n) for n in range(2, 1000)}
# qcc has three digits.
_D2 = {n: round(_expected_range(n), 3) for n in range(2, 26)}
