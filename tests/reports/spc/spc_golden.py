"""The golden outputs of other software, beside what the engine says of the same series.

Their columns and settings are explained in golden/README.md; the plans below are its settings said
in the engine's words. Which differences are right is decided in test_spc_golden.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from reports.spc import Analysis, Plan, analyse
from reports.spc.profiles import Beyond, Outside, Profile, Shift, Trend
from reports.spc.vocabulary import Chart, GeometricLimits, RuleName, Ties

FOLDER = Path(__file__).parents[4] / "shared" / "golden"

# PowerBI-SPC, items 5 to 8: ties break, everything beyond 2 sigma counts, the third point anywhere.
_POWER_BI_RULES = (
    Outside(),
    Shift(7, Ties.BREAK),
    Trend(7, Ties.BREAK),
    Beyond(2, 3, 2, RuleName.TWO_OF_THREE),
)
POWER_BI = Profile(name="power_bi", rules=_POWER_BI_RULES, improvement_first=True)
POWER_BI_TREND_5 = Profile(
    name="power_bi_trend_5",
    rules=tuple(Trend(5, Ties.BREAK) if isinstance(r, Trend) else r for r in _POWER_BI_RULES),
)
AUTOSPC = Profile(name="autospc", rules=(Outside(), Shift(8, Ties.BREAK)))

LINES = {
    "y": "value",
    "cl": "centre",
    "lcl": "lower",
    "ucl": "upper",
    "lcl_95": "lower_2sigma",
    "ucl_95": "upper_2sigma",
}
FLAGS = {
    "flag_astronomical": "outside",
    "flag_shift": "shift",
    "flag_trend": "trend",
    "flag_two_in_three": "two_of_three",
    "flag_runs": "runs",
}


@dataclass(frozen=True)
class Peer:
    """One piece of software: its rules, what it compares, and what it screens by default."""

    rules: str | Profile
    flags: tuple[str, ...]
    screens: bool
    # Item 13: with phases it takes no baseline; elsewhere the baseline is inside each phase.
    freezes_phases: bool = True
    # All settings it was run with; others are not comparable and left out by name.
    configs: tuple[str, ...] = ("default", "noscreen")
    # Some give 3 sigma lines only.
    lines: tuple[str, ...] = ("y", "cl", "lcl", "ucl")


PEERS = {
    "qicharts2": Peer(
        "anhoej", ("flag_astronomical", "flag_runs"), True, freezes_phases=False, lines=tuple(LINES)
    ),
    "NHSRplotthedots": Peer("plotthedots", tuple(FLAGS)[:4], True, lines=tuple(LINES)),
    "PowerBI-SPC": Peer(
        POWER_BI,
        tuple(FLAGS)[:4],
        True,
        configs=("default", "noscreen", "trend5"),
        lines=tuple(LINES),
    ),
    "autospc": Peer(AUTOSPC, ("flag_astronomical", "flag_shift"), True, configs=("plain",)),
    "pbcharts": Peer(
        "anhoej",
        ("flag_astronomical", "flag_runs"),
        False,
        freezes_phases=False,
        configs=("default", "screenms"),
    ),
    # Its flag_runs marks the seventh point of a run and those after it, not the whole run.
    "qcc": Peer("mdc", ("flag_astronomical",), False, configs=("default",)),
}
# The median charts of PowerBI-SPC are not in spc.md.
CHARTS = {chart.value for chart in Chart}


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / f"{name}.csv", infer_schema_length=None)


def cases() -> pl.DataFrame:
    """All rows of all cases in the engine's columns, with facts of the case."""
    facts = read("cases_meta").select("case_id", "kind", "tags", "freeze_n", "n_phases")
    ratio = pl.col("kind").is_in(["prop", "rate", "wmean", "count"])
    return (
        read("cases")
        .drop("chart")
        .join(facts, on="case_id")
        .with_columns(
            series="case_id",
            period="index",
            numerator=pl.when(ratio).then("numerator").otherwise("value"),
            denominator=pl.when(ratio).then("denominator"),
        )
    )


def plan_of(peer: str, config: str, chart: str, direction: str, baseline: int | None) -> Plan:
    rules = PEERS[peer].rules if config != "trend5" else POWER_BI_TREND_5
    # pbcharts draws i as i' with denominators of 1.
    drawn = "ip" if (peer, chart) == ("pbcharts", "i") else chart
    return Plan(
        chart=Chart(drawn),
        rules=rules,
        direction={"increase": "up", "decrease": "down"}.get(direction, "neutral"),  # type: ignore[arg-type]
        baseline=baseline,
        screening=PEERS[peer].screens != (config in ("noscreen", "screenms")),
        minimum_points=2,
        run_rules=rules if peer == "PowerBI-SPC" else "anhoej",
        g_limits=GeometricLimits.THREE_SIGMA,
    )


def planned(rows: pl.DataFrame, peer: str, config: str, chart: str) -> tuple[pl.DataFrame, dict]:
    """The rows with a key of their plan, and the plans."""
    frozen = pl.col("freeze_n")
    if not PEERS[peer].freezes_phases:
        frozen = pl.when(pl.col("n_phases") == 1).then(frozen)
    rows = rows.with_columns(frozen.alias("freeze_n"))
    kinds = rows.select("improvement_direction", "freeze_n").unique()
    plans = {
        f"{direction}/{freeze}": plan_of(peer, config, chart, direction, freeze)
        for direction, freeze in kinds.rows()
    }
    key = pl.format(
        "{}/{}", "improvement_direction", pl.col("freeze_n").cast(pl.String).fill_null("None")
    )
    rows = rows.with_columns(plan=key)
    if peer == "pbcharts" and chart == "i":
        rows = rows.with_columns(numerator=pl.col("value").fill_nan(None), denominator=None)
    return rows, plans


def ours(peer: str, config: str, chart: str, wanted: list[str]) -> Analysis:
    """What the engine says of the cases `wanted`, with the settings of a peer; runs: by either."""
    rows = cases().filter(pl.col("case_id").is_in(wanted))
    rows, plans = planned(rows, peer, config, chart)
    found = analyse(rows, plans)
    runs = pl.max_horizontal(
        *(pl.col(rule).cast(pl.Int64).abs() for rule in ("shift", "crossings"))
    )
    return Analysis(found.points.with_columns(runs=runs), found.series)


def theirs(peer: str) -> pl.DataFrame:
    points = read(f"points_{peer}")
    comparable = pl.col("config").is_in(PEERS[peer].configs) & pl.col("chart").is_in(list(CHARTS))
    numbers = pl.col("y", "cl", "lcl", "ucl", "lcl_95", "ucl_95").cast(pl.Float64)
    return points.filter(comparable).with_columns(numbers)


def pairs(peer: str) -> pl.DataFrame:
    """One row for each number of a peer and the engine's: config, chart, case_id, index, column."""
    wide = []
    for (config, chart), points in theirs(peer).group_by("config", "chart", maintain_order=True):
        found = ours(peer, str(config), str(chart), points["case_id"].unique().to_list()).points
        keys = ["series", "period"]
        wide.append(points.join(found, left_on=["case_id", "index"], right_on=keys, how="left"))
    both = pl.concat(wide)
    return pl.concat(_column(both, name) for name in (*PEERS[peer].lines, *PEERS[peer].flags))


def _column(both: pl.DataFrame, name: str) -> pl.DataFrame:
    mine = (LINES | FLAGS)[name]
    mine = f"{mine}_right" if f"{mine}_right" in both.columns else mine
    return both.select(
        "peer",
        "config",
        "chart",
        "case_id",
        "index",
        pl.lit(name).alias("column"),
        pl.col(name).cast(pl.Float64).alias("theirs"),
        pl.col(mine).cast(pl.Float64).alias("ours"),
        pl.max_horizontal(pl.col("centre").abs(), pl.col("y").abs()).fill_null(0).alias("scale"),
    )


def equal() -> pl.Expr:
    """Both empty, or within 1e-9 of the larger (of the centre, where a line comes near 0)."""
    a, b = pl.col("theirs"), pl.col("ours")
    largest = pl.max_horizontal(a.abs(), b.abs(), "scale")
    return (a.is_null() & b.is_null()) | ((a - b).abs() <= 1e-9 * largest).fill_null(False)


def _values(rows: pl.DataFrame, chart: str) -> pl.DataFrame:
    """One row for each index of a case: value as the chart plots it, size, phase, ghost."""
    ranges = (pl.col("value") - pl.col("value").shift()).abs().over("case_id", "phase")
    plotted = {"mr": ranges, "c": pl.col("numerator"), "cp": pl.col("numerator")}
    one = rows.group_by("case_id", "index", maintain_order=True).agg(
        pl.col("value").mean() if chart != "s" else pl.col("value").std(),
        pl.col("value").count().alias("size"),
        pl.col("numerator", "denominator", "freeze_n", "n_phases", "kind").first(),
        pl.col("phase_start").max(),
        (pl.col("exclude") == 1).any().alias("ghost"),
    )
    one = one.with_columns(phase=pl.col("phase_start").cum_sum().over("case_id"))
    counted = pl.col("kind") == "count"
    one = one.with_columns(value=pl.when(counted).then("numerator").otherwise("value"))
    return one.with_columns(value=plotted.get(chart, pl.col("value")))


def facts(chart: str) -> pl.DataFrame:
    """What the input says of each point and its phase: what predicates may ask."""
    one = _values(cases(), chart)
    phase = ["case_id", "phase"]
    real = pl.col("value").is_not_null() & ~pl.col("ghost")
    place = pl.int_range(pl.len()).over(phase)
    first_k = place < pl.coalesce("freeze_n", pl.lit(10**9))
    real_value = pl.when(real).then("value")
    used = pl.when(real & first_k).then("value")
    rate = pl.col("numerator") / pl.col("denominator")
    return one.select(
        "case_id",
        "index",
        "phase",
        "ghost",
        "kind",
        "n_phases",
        "freeze_n",
        pl.lit(chart).alias("chart"),
        (place == 0).alias("first"),
        pl.col("value").is_null().alias("missing"),
        pl.col("value").is_null().any().over("case_id").alias("case_missing"),
        pl.col("ghost").any().over("case_id").alias("case_ghosts"),
        (pl.col("denominator") == 0).fill_null(False).any().over("case_id").alias("case_0_over_0"),
        (real_value.max() - real_value.min() <= 1e-12 * real_value.abs().max())
        .over(phase)
        .fill_null(False)
        .alias("all_equal"),
        used.count().over(phase).alias("n"),
        (2 * (used == 0).sum() >= used.count()).over(phase).alias("half_zero"),
        (2 * ((used.is_not_null()) & (rate == 1)).sum() >= used.count())
        .over(phase)
        .alias("half_full"),
        (pl.col("size").min() == pl.col("size").max()).over(phase).alias("equal_sizes"),
        (pl.col("size").min() == 1).over("case_id").alias("has_size_1"),
        (pl.len().over(phase) == 1).any().over("case_id").alias("phase_of_1"),
    )


def neighbours(peer: str) -> pl.DataFrame:
    """Whether near a point something is missing, or points lie beyond 2 sigma on both sides."""
    points = theirs(peer).with_columns(
        high=(pl.col("y") > pl.col("ucl_95")).fill_null(False),
        low=(pl.col("y") < pl.col("lcl_95")).fill_null(False),
        gap=pl.col("y").is_null(),
    )
    phase = ["config", "chart", "case_id", "phase"]

    def near(name: str, reach: int) -> pl.Expr:
        shifted = [pl.col(name).shift(k).over(phase) for k in range(-reach, reach + 1)]
        return pl.any_horizontal(*(each.fill_null(False) for each in shifted))

    return points.select(
        "config",
        "chart",
        "case_id",
        "index",
        near("gap", 6).alias("near_missing"),
        (near("high", 2) & near("low", 2)).alias("beyond_both"),
    )


_STATISTICS = {
    "n_useful": "n_useful",
    "longest_run": "longest_run",
    "longest_run_max": "longest_run_limit",
    "n_crossings": "crossings",
    "n_crossings_min": "crossings_limit",
}
_VERDICTS = {
    "common_cause": "common_cause",
    "special_cause_improvement": "improvement",
    "special_cause_concern": "concern",
    "special_cause_neutral_high": "change_high",
    "special_cause_neutral_low": "change_low",
    "commonCause": "common_cause",
    "improvementHigh": "improvement",
    "improvementLow": "improvement",
    "concernHigh": "concern",
    "concernLow": "concern",
    "neutralHigh": "change_high",
    "neutralLow": "change_low",
}
_ASSURANCES = {
    "consistent_pass": "achieved",
    "consistent_fail": "missed",
    "inconsistent": "hit_or_miss",
    "consistentPass": "achieved",
    "consistentFail": "missed",
    "none": "none",
}


def facts_of_phases() -> pl.DataFrame:
    """The facts of the last point of each phase; most are those of the phase."""
    every = pl.concat(facts(chart) for chart in sorted(CHARTS - {"auto"}))
    last = every.group_by("case_id", "chart", "phase", maintain_order=True).last()
    return last.drop("first", "kind")


def series_pairs(peer: str) -> pl.DataFrame:
    """One row for each config, chart, case and phase of a peer: its columns and the engine's."""
    comparable = pl.col("config").is_in(PEERS[peer].configs) & pl.col("chart").is_in(list(CHARTS))
    rows = read("series").filter(pl.col("peer") == peer, comparable)
    both = []
    for (config, chart), part in rows.group_by("config", "chart", maintain_order=True):
        found = ours(peer, str(config), str(chart), part["case_id"].unique().to_list()).series
        found = found.rename({name: f"our_{name}" for name in found.columns[2:]})
        keys = ["series", "phase"]
        both.append(part.join(found, left_on=["case_id", "phase"], right_on=keys, how="left"))
    return pl.concat(both).join(facts_of_phases(), on=["case_id", "chart", "phase"], how="left")


def run_statistics(peer: str) -> pl.DataFrame:
    """Pairs of run statistics, long, with the facts of their phases."""
    both = series_pairs(peer)
    keys = ["peer", "config", *facts_of_phases().columns]
    return pl.concat(
        both.select(
            *keys,
            pl.lit(name).alias("column"),
            pl.col(name).cast(pl.Float64).alias("theirs"),
            pl.col(f"our_{mine}").cast(pl.Float64).alias("ours"),
            pl.lit(0.0).alias("scale"),
        )
        for name, mine in _STATISTICS.items()
    )


def icons(peer: str, what: str) -> pl.DataFrame:
    """Pairs of variation or assurance of the last phase of each series, as the engine's values."""
    column, words = {
        "variation": ("variation_type", _VERDICTS),
        "assurance": ("assurance_type", _ASSURANCES),
    }[what]
    last = pl.col("phase") == pl.col("phase").max().over("config", "chart", "case_id")
    theirs = pl.col(column).replace_strict(words, return_dtype=pl.String)
    return (
        series_pairs(peer)
        .filter(last)
        .with_columns(
            pl.lit(what).alias("column"),
            theirs.fill_null("none").alias("theirs"),
            pl.col(f"our_{what}").alias("ours"),
        )
    )


def published() -> list[dict[str, Any]]:
    """Worked examples of charts that the engine has; none where the folder is absent."""
    file = FOLDER / "published.json"
    examples = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return [example for example in examples if example["chart"] in CHARTS]


def published_input(example: dict[str, Any]) -> tuple[pl.DataFrame, Plan]:
    """The points of an example, and the plan of its options; without `screen_mr`, no screening."""
    options, y = example["options"], example["inputs"]["y"]
    frame = pl.DataFrame(
        {
            "series": "A",
            "period": range(1, len(y) + 1),
            "numerator": y,
            "denominator": example["inputs"].get("n"),
        }
    )
    frame = frame.with_columns(exclude=pl.col("period").is_in(options.get("exclude", [])))
    return frame, Plan(
        chart=example["chart"],
        rules="plotthedots" if options.get("multiplier") == 2.66 else "ihi",
        baseline=options.get("freeze"),
        screening=options.get("screen_mr", False),
        minimum_points=2,
        g_limits=GeometricLimits.THREE_SIGMA,
    )
