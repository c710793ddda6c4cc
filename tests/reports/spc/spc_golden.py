"""The golden outputs of other software, beside what the engine says of the same series.

Their columns and settings are explained in golden/README.md; the plans below are its settings said
in the engine's words. A view is the engine's answer to the series as a peer takes it (its ghosts
out of the way, its missing points removed): it shows that a difference has the reason given for it.
Which differences are right is decided in spc_golden_reasons.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import polars as pl

from reports.spc import Analysis, Plan, analyse
from reports.spc.profiles import Beyond, Outside, Profile, Shift, Trend
from reports.spc.vocabulary import Chart, Direction, GeometricLimits, RuleName, Ties

FOLDER = Path(__file__).parents[4] / "shared" / "golden"
c = pl.col

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
# Its label shows rule 2 where both fire.
AUTOSPC = Profile(name="autospc", rules=(Shift(8, Ties.BREAK), Outside()))
# qcc has two rules: beyond the limits, and run.length 7.
QCC = Profile(name="qcc", rules=(Outside(), Shift(7, Ties.BREAK)))
# Points in each period of autospc that set its limits.
AUTOSPC_PERIOD = 21

LINES = {
    "y": "value",
    "cl": "centre",
    "lcl": "lower",
    "ucl": "upper",
    "lcl_95": "lower_2sigma",
    "ucl_95": "upper_2sigma",
}
LIMITS = ("lcl", "ucl", "lcl_95", "ucl_95")
FLAGS = {
    "flag_astronomical": "outside",
    "flag_shift": "shift",
    "flag_trend": "trend",
    "flag_two_in_three": "two_of_three",
    "flag_runs": "runs",
    "flag_any": "signal",
}
WORDS = ("label", "verdict")

# One label a point (item 9): a code for the rule, its sign the side.
LABELS = {
    "Common Cause": 0,
    "Above UCL": 1,
    "Below LCL": -1,
    "7 Point Trend (Increasing)": 2,
    "7 Point Trend (Decreasing)": -2,
    "2 in 3 Above CL": 3,
    "2 in 3 Below CL": -3,
    "7 Points Above CL": 4,
    "7 Points Below CL": -4,
    "None": 0,
    "Rule 1": 1,
    "Rule 2": 4,
    "Excluded from limits calculation": None,
}
_RULES = {"outside": 1, "trend": 2, "two_of_three": 3, "shift": 4}
# Improvement 1, concern 2, both 3; without a direction high 4, low 5.
POINT_TYPES = {
    "common_cause": 0,
    "special_cause_improvement": 1,
    "special_cause_concern": 2,
    "special_cause_neutral_high": 4,
    "special_cause_neutral_low": 5,
    "improvement": 1,
    "deterioration": 2,
    "deterioration+improvement": 3,
    "improvement+deterioration": 3,
    "neutral_high": 4,
    "neutral_low": 5,
    "calculation": None,
    "display": None,
}
_VERDICTS = {
    "none": None,
    "common_cause": 0,
    "improvement": 1,
    "concern": 2,
    "change_high": 4,
    "change_low": 5,
    "change": None,
}


@dataclass(frozen=True)
class Peer:
    """One piece of software: its rules, what it compares, and how it was run."""

    rules: str | Profile
    flags: tuple[str, ...]
    screens: bool
    # Item 13: with phases it takes no baseline; elsewhere the baseline is inside each phase.
    freezes_phases: bool = True
    # All settings that are compared; others are listed in golden_differences.md as not compared.
    configs: tuple[str, ...] = ("default", "noscreen")
    # Some give 3 sigma lines only.
    lines: tuple[str, ...] = ("y", "cl", "lcl", "ucl")
    words: tuple[str, ...] = ()
    # The views that its reasons need.
    views: tuple[str, ...] = field(default=("run",))


PEERS = {
    "qicharts2": Peer(
        "anhoej",
        ("flag_astronomical", "flag_runs"),
        True,
        freezes_phases=False,
        lines=tuple(LINES),
        views=("run", "ghosts_aside", "all_points"),
    ),
    "NHSRplotthedots": Peer(
        "plotthedots", tuple(FLAGS)[:4], True, lines=tuple(LINES), words=WORDS
    ),
    "PowerBI-SPC": Peer(
        POWER_BI,
        tuple(FLAGS)[:4],
        True,
        configs=("default", "noscreen", "trend5"),
        lines=tuple(LINES),
        words=("verdict",),
        views=("run", "missing_removed", "singles_removed"),
    ),
    "autospc": Peer(
        AUTOSPC,
        ("flag_astronomical", "flag_shift"),
        True,
        configs=("plain", "default"),
        words=("label",),
        views=("run", "ghosts_aside"),
    ),
    "pbcharts": Peer(
        "anhoej",
        ("flag_astronomical", "flag_runs"),
        False,
        freezes_phases=False,
        configs=("default", "screenms"),
        views=("run", "ghosts_aside", "unsplit"),
    ),
    "qcc": Peer(QCC, ("flag_astronomical", "flag_runs"), False, configs=("default",)),
    "nhspy-plotthedots": Peer(
        "plotthedots", ("flag_astronomical", "flag_any"), True, configs=("default",)
    ),
}
# The median charts of PowerBI-SPC (i_m, i_mm) are not in spc.md.
CHARTS = {chart.value for chart in Chart}


@cache
def read(name: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / f"{name}.csv", infer_schema_length=None)


@cache
def cases() -> pl.DataFrame:
    """All rows of all cases in the engine's columns, with facts of the case."""
    facts = read("cases_meta").select("case_id", "kind", "tags", "freeze_n", "n_phases")
    ratio = c("kind").is_in(["prop", "rate", "wmean", "count"])
    return (
        read("cases")
        .drop("chart")
        .join(facts, on="case_id")
        .with_columns(
            series="case_id",
            period="index",
            numerator=pl.when(ratio).then("numerator").otherwise("value"),
            denominator=pl.when(ratio).then("denominator"),
            phase=(c("phase_start") * (c("index") != c("index").shift()).fill_null(True))
            .cum_sum()
            .over("case_id"),
        )
    )


def plan_of(peer: str, config: str, chart: str, direction: str, baseline: int | None) -> Plan:
    rules = PEERS[peer].rules if config != "trend5" else POWER_BI_TREND_5
    # pbcharts draws i as i' with denominators of 1.
    drawn = "ip" if (peer, chart) == ("pbcharts", "i") else chart
    directions = {"increase": Direction.UP, "decrease": Direction.DOWN}
    return Plan(
        chart=Chart(drawn),
        rules=rules,
        direction=directions.get(direction, Direction.NEUTRAL),
        baseline=baseline,
        screening=PEERS[peer].screens != (config in ("noscreen", "screenms")),
        minimum_points=2,
        run_rules=rules if peer == "PowerBI-SPC" else "anhoej",
        g_limits=GeometricLimits.THREE_SIGMA,
    )


def _as_run(rows: pl.DataFrame, peer: str, config: str, chart: str) -> pl.DataFrame:
    """The cases for the one call; autospc's own periods and exclusions are its settings."""
    frozen = c("freeze_n")
    if not PEERS[peer].freezes_phases:
        frozen = pl.when(c("n_phases") == 1).then(frozen)
    rows = rows.with_columns(freeze_n=frozen)
    if peer == "pbcharts" and chart == "i":
        rows = rows.with_columns(numerator=c("value").fill_nan(None), denominator=None)
    if (peer, config) == ("autospc", "default"):
        theirs = read("points_autospc").filter(config=config, chart=chart)
        periods = theirs.select("case_id", "index", c("phase").alias("p"), c("excluded").alias("e"))
        rows = rows.join(periods, on=["case_id", "index"])
        rows = rows.with_columns(
            phase=c("p"), exclude=c("e"), freeze_n=pl.lit(AUTOSPC_PERIOD, pl.Int64)
        )
        rows = rows.with_columns(phase_start=_begins("phase")).drop("p", "e")
    return rows


def _begins(name: str) -> pl.Expr:
    changes = (c(name) != c(name).shift()) | (c("series") != c("series").shift())
    return changes.fill_null(True).cast(pl.Int64)


def _ghosts_aside(rows: pl.DataFrame) -> pl.DataFrame:
    """Ghosts after all other points of their phase, which is a series of its own.

    Neighbours of a ghost are then neighbours of each other.
    """
    ghost = c("exclude") == 1
    inside = c("index").rank("dense").over("case_id", "phase") <= c("freeze_n")
    fewer = (ghost & inside.fill_null(False)).sum().over("case_id", "phase")
    return rows.filter(ghost.any().over("case_id")).with_columns(
        freeze_n=c("freeze_n") - fewer,
        series=pl.format("{}/{}", "case_id", "phase"),
        period=c("index") + pl.when(ghost).then(10**6).otherwise(0),
    )


def _missing_removed(rows: pl.DataFrame) -> pl.DataFrame:
    """Without points that have no number (0/0 has two): neighbours of a gap are neighbours."""
    gap = c("numerator").is_null() & c("value").is_null()
    kept = rows.filter(gap.any().over("case_id") & ~gap)
    return kept.with_columns(phase_start=_begins("phase"))


def _singles_removed(rows: pl.DataFrame) -> pl.DataFrame:
    """Without subgroups of one observation."""
    subgroups = rows.filter(kind="subgroup").with_columns(
        size=c("value").count().over("case_id", "index")
    )
    return subgroups.filter((c("size") == 1).any().over("case_id") & (c("size") != 1))


# Each takes the rows of all cases and answers with those of the cases that it changes.
VIEWS: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "run": lambda rows: rows.filter(c("kind") != "subgroup"),
    "ghosts_aside": _ghosts_aside,
    "missing_removed": _missing_removed,
    "singles_removed": _singles_removed,
    "all_points": lambda rows: rows.with_columns(exclude=0, freeze_n=pl.lit(None, pl.Int64)),
    "unsplit": lambda rows: rows.with_columns(phase_start=0).filter(c("n_phases") > 1),
}
NAMES = (*LINES, *FLAGS, *WORDS)


@dataclass(frozen=True)
class Call:
    """One setting of one peer on one kind of chart, as everything here is asked for."""

    peer: str
    config: str
    chart: str

    def analysed(self, wanted: pl.Series, view: str | None = None) -> Analysis:
        """What the engine says of the cases `wanted`, with the settings of the peer."""
        rows = _as_run(cases().filter(c("case_id").is_in(wanted.implode())), **vars(self))
        rows = VIEWS[view](rows) if view else rows
        chart = "run" if view == "run" else self.chart
        kinds = rows.select("improvement_direction", "freeze_n").unique()
        plans = {
            f"{direction}/{freeze}": plan_of(self.peer, self.config, chart, direction, freeze)
            for direction, freeze in kinds.rows()
        }
        key = pl.format(
            "{}/{}", "improvement_direction", c("freeze_n").cast(pl.String).fill_null("None")
        )
        return analyse(rows.with_columns(plan=key), plans or plan_of(**vars(self), **_ANY))

    def points(self, wanted: pl.Series, prefix: str, view: str | None = None) -> pl.DataFrame:
        """The engine's numbers under the names of the peer's columns, with a prefix."""
        found = self.analysed(wanted, view).points
        found = found.with_columns(
            _runs(self.peer), label=_label(self.peer), verdict=_verdict(self.peer)
        )
        mine = [c((LINES | FLAGS).get(n, n)).cast(pl.Float64).alias(prefix + n) for n in NAMES]
        case, index = c("series").str.split("/").list.first(), c("period") % 10**6
        found = found.select(
            case.alias("case_id"), index.cast(pl.Int64).alias("index"), *mine, here=pl.lit(True)
        )
        return found.rename({"here": f"{prefix}here"})


_ANY = {"direction": "neutral", "baseline": None}


def _runs(peer: str) -> pl.Expr:
    """Whether either run rule fired; on qcc, the seventh point of a run and those after it.

    qcc marks no point before the seventh, so its mark is the flag of the engine on all seven.
    """
    if peer != "qcc":
        either = (c(rule).cast(pl.Int64).abs() for rule in ("shift", "crossings"))
        return pl.max_horizontal(*either).alias("runs")
    place = pl.int_range(pl.len()).over("series", c("shift").fill_null(0).rle_id())
    late = (c("shift") != 0) & (place >= 6)
    return pl.when(c("shift").is_not_null()).then(late.cast(pl.Int64)).alias("runs")


def _label(peer: str) -> pl.Expr:
    side = c("rule_side").cast(pl.Int64) if peer != "autospc" else 1
    code = c("rule").replace_strict(_RULES, default=None, return_dtype=pl.Int64) * side
    none = c("verdict") == "none"
    return pl.when(c("rule").is_not_null()).then(code).when(~none).then(0)


def _verdict(peer: str) -> pl.Expr:
    single = c("verdict").replace_strict(_VERDICTS, return_dtype=pl.Int64)
    if peer != "PowerBI-SPC":
        return single
    both = c("improvement").cast(pl.Int64) + 2 * c("concern").cast(pl.Int64)
    return pl.when(both > 0).then(both).otherwise(single)


def _with_same_as_default(rows: pl.DataFrame, peer: str) -> pl.DataFrame:
    """Rows of a setting left out of a file because they equal those of the default."""
    same = read("runs").filter(peer=peer, status="same_as_default")
    same = same.select("case_id", "chart", c("config").alias("same"))
    copied = rows.filter(config="default").join(same, on=["case_id", "chart"])
    copied = copied.with_columns(config="same").select(rows.columns)
    return pl.concat([rows, copied])


@cache
def theirs(peer: str) -> pl.DataFrame:
    """The peer's points in the settings and charts that are compared; words as codes."""
    points = read(f"points_{peer}")
    absent = [name for name in (*NAMES, *_THEIR_WORDS) if name not in points.columns]
    points = points.with_columns(pl.lit(None).alias(name) for name in absent)
    numbers = [c(name).cast(pl.Float64) for name in (*LINES, *FLAGS)]
    points = points.with_columns(
        *numbers,
        label=_code(points, "special_cause_type", LABELS),
        verdict=_code(points, "point_type", POINT_TYPES),
    )
    points = _with_same_as_default(points, peer)
    comparable = c("config").is_in(PEERS[peer].configs) & c("chart").is_in(list(CHARTS))
    return points.filter(comparable).select(
        "peer", "config", "chart", "case_id", "index", c("phase").alias("their_phase"), *NAMES
    )


_THEIR_WORDS = ("special_cause_type", "point_type")


def _code(points: pl.DataFrame, name: str, codes: dict[str, int | None]) -> pl.Expr:
    given = c(name).cast(pl.String)
    return given.replace_strict(codes, return_dtype=pl.Float64)


def calls(peer: str, charts: tuple[str, ...] = ()) -> Iterator[tuple[Call, pl.DataFrame]]:
    """Each call of a peer with the peer's points, of these charts (all, if none is named)."""
    for (config, chart), points in theirs(peer).group_by("config", "chart", maintain_order=True):
        if not charts or chart in charts:
            yield Call(peer, str(config), str(chart)), points


def beside(peer: str, charts: tuple[str, ...] = ()) -> pl.DataFrame:
    """One row for each point of a peer: its numbers, the engine's (our_) and those of views."""
    keys, wide = ["case_id", "index"], []
    for call, points in calls(peer, charts):
        wanted = points["case_id"].unique()
        both = points.join(call.points(wanted, "our_"), on=keys, how="left")
        for view in PEERS[peer].views:
            both = both.join(call.points(wanted, f"{view}_", view), on=keys, how="left")
        wide.append(both)
    return pl.concat(wide)


def pairs(peer: str, charts: tuple[str, ...] = ()) -> pl.DataFrame:
    """One row for each number of a peer and the engine's, with those of the views."""
    both = beside(peer, charts)
    names = (*PEERS[peer].lines, *PEERS[peer].flags, *PEERS[peer].words)
    used = [name for name in names if name not in WORDS or both[name].is_not_null().any()]
    return pl.concat(_column(both, peer, name) for name in used)


def _column(both: pl.DataFrame, peer: str, name: str) -> pl.DataFrame:
    near = pl.max_horizontal(c("our_cl", "cl", "our_ucl", "ucl").abs()).fill_null(0)
    views = [c(f"{view}_{name}").alias(view) for view in PEERS[peer].views]
    here = [c(f"{view}_here").fill_null(False) for view in PEERS[peer].views]
    lines = [c(f"{who}{n}") for n in LINES for who in ("", "our_")]
    around = [c(f"all_points_{n}") for n in ("cl", "lcl", "ucl") if "all_points_cl" in both.columns]
    return both.select(
        "peer",
        "config",
        "chart",
        "case_id",
        "index",
        "their_phase",
        pl.lit(name).alias("column"),
        c(name).alias("theirs"),
        c(f"our_{name}").alias("ours"),
        # A limit near 0 is the difference of two numbers that are not.
        (near if name in LIMITS else pl.lit(0.0)).alias("scale"),
        *views,
        *here,
        *lines,
        *around,
    )


def close(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Both empty, or within 1e-9 of the larger (limits: of the centre, where they come near 0)."""
    largest = pl.max_horizontal(a.abs(), b.abs(), "scale")
    return (a.is_null() & b.is_null()) | ((a - b).abs() <= 1e-9 * largest).fill_null(False)


def equal() -> pl.Expr:
    return close(c("theirs"), c("ours"))


def _values(rows: pl.DataFrame, chart: str) -> pl.DataFrame:
    """One row for each index of a case: value as the chart plots it, size, sd, phase, ghost."""
    one = rows.group_by("case_id", "index", maintain_order=True).agg(
        c("value").mean(),
        c("value").std().alias("sd"),
        (c("value").max() - c("value").min()).alias("range"),
        c("value").count().alias("size"),
        c("numerator", "denominator", "freeze_n", "n_phases", "kind").first(),
        c("phase").max(),
        (c("exclude") == 1).any().alias("ghost"),
    )
    counted = c("kind") == "count"
    one = one.with_columns(value=pl.when(counted).then("numerator").otherwise("value"))
    steps = (c("value") - c("value").shift()).abs().over("case_id", "phase")
    plotted = {"mr": steps, "c": c("numerator"), "cp": c("numerator"), "s": c("sd")}
    return one.with_columns(
        measured=c("value").is_not_null(), value=plotted.get(chart, c("value"))
    )


@cache
def facts(chart: str) -> pl.DataFrame:
    """What the input says of each point and its phase: all that predicates may ask."""
    one = _values(cases(), chart)
    phase = ["case_id", "phase"]
    real = c("value").is_not_null() & ~c("ghost")
    place = pl.int_range(pl.len()).over(phase)
    first_k = place < pl.coalesce("freeze_n", pl.lit(10**9))
    real_value = pl.when(real).then("value")
    used = pl.when(real & first_k).then("value")
    full = (c("denominator") > 0) & (c("numerator") >= c("denominator"))
    gap = ~c("measured")
    sized = pl.when(first_k & (c("size") > 0)).then("size")
    freedom = pl.when(first_k).then(c("size").cast(pl.Float64) - 1)
    near = [gap.shift(k).over(phase) for k in range(-6, 7)]
    span = real_value.max() - real_value.min()
    return one.select(
        "case_id",
        "index",
        "phase",
        "ghost",
        "n_phases",
        "freeze_n",
        "size",
        pl.lit(chart).alias("chart"),
        (place == 0).alias("first"),
        c("value").is_null().alias("missing"),
        gap.any().over("case_id").alias("case_missing"),
        pl.any_horizontal(*(each.fill_null(False) for each in near)).alias("near_missing"),
        c("ghost").any().over("case_id").alias("case_ghosts"),
        (c("denominator") == 0).fill_null(False).alias("is_0_over_0"),
        (c("denominator") == 0).fill_null(False).any().over("case_id").alias("case_0_over_0"),
        (span <= 1e-12 * real_value.abs().max()).over(phase).fill_null(False).alias("all_equal"),
        (c("measured") & ~c("ghost") & first_k).sum().over(phase).alias("n"),
        (2 * (used == 0).sum() >= used.count()).over(phase).alias("half_zero"),
        (2 * (used.is_not_null() & full).sum() >= used.count()).over(phase).alias("half_full"),
        (sized.min() == sized.max()).over(phase).fill_null(False).alias("equal_sizes"),
        (c("size") == 1).any().over("case_id").alias("has_size_1"),
        (pl.len().over(phase) == 1).any().over("case_id").alias("phase_of_1"),
        used.mean().over(phase).alias("mean"),
        # Subgroups: mean sd and pooled sd of the baseline, for the formulas of item 15.
        pl.when(first_k).then("sd").mean().over(phase).alias("mean_sd"),
        ((freedom * c("sd") ** 2).sum() / pl.when(c("sd").is_not_null()).then(freedom).sum())
        .sqrt()
        .over(phase)
        .alias("pooled_sd"),
    )


# run charts under these settings have other limits for runs; their counts are the same.
BOXES = ("bestbox", "cutbox")
STATISTICS = {
    "n_useful": "n_useful",
    "longest_run": "longest_run",
    "longest_run_max": "longest_run_limit",
    "n_crossings": "crossings",
    "n_crossings_min": "crossings_limit",
    "runs_signal": "runs",
    "sigma_signal": "outside",
}
VARIATIONS = {
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
ASSURANCES = {
    "consistent_pass": "achieved",
    "consistent_fail": "missed",
    "inconsistent": "hit_or_miss",
    "consistentPass": "achieved",
    "consistentFail": "missed",
    "none": "none",
}
_WORDS_OF_SERIES = ("none", *dict.fromkeys([*VARIATIONS.values(), *ASSURANCES.values(), "change"]))
_CODES = {word: float(place) for place, word in enumerate(_WORDS_OF_SERIES)}


@cache
def facts_of_phases() -> pl.DataFrame:
    """The facts of the last point of each phase; most are those of the phase."""
    every = pl.concat(facts(chart) for chart in sorted(CHARTS - {"auto"}))
    return every.group_by("case_id", "chart", "phase", maintain_order=True).last().drop("first")


def _series_of(call: Call, wanted: pl.Series, prefix: str, view: str | None = None) -> pl.DataFrame:
    """The engine's table of phases, with whether any point is outside or in a run."""
    found = call.analysed(wanted, view)
    some = c("outside", "shift", "crossings").cast(pl.Int64).abs().max()
    points = found.points.group_by("series", "phase").agg(some)
    points = points.with_columns(runs=pl.max_horizontal("shift", "crossings"))
    both = found.series.join(points, on=["series", "phase"], how="left")
    words = [c(n).replace_strict(_CODES, return_dtype=pl.Float64) for n in _ICONS]
    both = both.with_columns(words)
    mine = [c(n).cast(pl.Float64).alias(prefix + n) for n in (*STATISTICS.values(), *_ICONS)]
    return both.select(c("series").alias("case_id"), c("phase").cast(pl.Int64), *mine)


_ICONS = ("variation", "assurance")


def _series_rows(peer: str) -> pl.DataFrame:
    configs = [*PEERS[peer].configs, *BOXES]
    # The periods of autospc are its answer, not the input; its points are compared instead.
    configs = [each for each in configs if (peer, each) != ("autospc", "default")]
    rows = _with_same_as_default(read("series").filter(peer=peer), peer)
    return rows.filter(c("config").is_in(configs), c("chart").is_in(list(CHARTS)))


def series_pairs(peer: str) -> pl.DataFrame:
    """Run statistics, signals and icons of each phase: pairs as for points, with the run chart."""
    both, keys = [], ["case_id", "phase"]
    for (config, chart), part in _series_rows(peer).group_by("config", "chart"):
        call, wanted = Call(peer, str(config), str(chart)), part["case_id"].unique()
        part = part.join(_series_of(call, wanted, "our_"), on=keys, how="left")
        both.append(part.join(_series_of(call, wanted, "run_", "run"), on=keys, how="left"))
    wide = pl.concat(both)
    pairs = [_statistic(wide, n, mine) for n, mine in STATISTICS.items()]
    pairs += [_icon(wide, "variation", VARIATIONS), _icon(wide, "assurance", ASSURANCES)]
    return pl.concat(pairs).join(facts_of_phases(), on=["case_id", "chart", "phase"], how="left")


_OF_PHASE = ("peer", "config", "chart", "case_id", "phase")


def _statistic(wide: pl.DataFrame, name: str, mine: str) -> pl.DataFrame:
    # A statistic is compared where the peer has it: none is empty for a whole peer by accident.
    given = c(name).is_not_null().any().over("peer", "config")
    if name in ("longest_run_max", "n_crossings_min", "runs_signal"):
        given = given & ~c("config").is_in(BOXES)
    return wide.filter(given).select(
        *_OF_PHASE,
        pl.lit(name).alias("column"),
        c(name).cast(pl.Float64).alias("theirs"),
        c(f"our_{mine}").alias("ours"),
        c(f"run_{mine}").alias("run"),
        pl.lit(0.0).alias("scale"),
    )


def _icon(wide: pl.DataFrame, name: str, words: dict[str, str]) -> pl.DataFrame:
    """Of the last phase of each series, for peers that have icons at all."""
    given = c("variation_type").is_not_null().any().over("peer")
    last = c("phase") == c("phase").max().over("config", "chart", "case_id")
    codes = {word: _CODES[mine] for word, mine in words.items()}
    theirs = c(f"{name}_type").replace_strict(codes, return_dtype=pl.Float64)
    return wide.filter(given & last).select(
        *_OF_PHASE,
        pl.lit(name).alias("column"),
        theirs.fill_null(_CODES["none"]).alias("theirs"),
        c(f"our_{name}").alias("ours"),
        c(f"run_{name}").alias("run"),
        pl.lit(0.0).alias("scale"),
    )


def with_config(call: Call, config: str) -> Call:
    return replace(call, config=config)
