"""The golden outputs of other software, beside what the engine says of the same series.

Their columns and settings are explained in golden/README.md; the plans below are its settings said
in the engine's words. A view is the engine's answer to the series as a peer takes it (its ghosts
out of the way, its missing points removed): it shows that a difference has the reason given for it.
Which differences are right is decided in spc_golden_reasons.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
from spc_golden_facts import facts_of
from spc_golden_formulas import by_formula
from spc_golden_peers import (
    AUTOSPC_PERIOD,
    CHARTS,
    FLAGS,
    LABELS,
    LIMITS,
    LINES,
    OF_SPREAD,
    PEERS,
    POINT_TYPES,
    RULES,
    VERDICTS,
    WORDS,
    plan_of,
)

from reports.spc import Analysis, analyse

FOLDER = Path(__file__).parents[4] / "shared" / "golden"
c = pl.col


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
            # For its phases and ghosts, which the engine refuses without.
            reason=pl.lit("as the peer was given it"),
            numerator=pl.when(ratio).then("numerator").otherwise("value"),
            denominator=pl.when(ratio).then("denominator"),
            phase=(c("phase_start") * (c("index") != c("index").shift()).fill_null(True))
            .cum_sum()
            .over("case_id"),
        )
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
        phase_start=0,
        period=c("index") + pl.when(ghost).then(10**6).otherwise(0),
    )


def _missing_removed(rows: pl.DataFrame) -> pl.DataFrame:
    """Without points that have no value (0/0 stays): neighbours of a gap are neighbours."""
    value = pl.when(c("kind") == "count").then("numerator").otherwise("value")
    gap = value.is_null() & (c("denominator") != 0).fill_null(True)
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

    def rows(self) -> pl.DataFrame:
        """All cases as the peer was given them."""
        return _as_run(cases(), **vars(self))

    def facts(self) -> pl.DataFrame:
        """What that input says."""
        return facts_of(self.rows(), self.chart)

    def analysed(self, wanted: pl.Series, view: str | None = None) -> Analysis:
        """What the engine says of the cases `wanted`, with the settings of the peer."""
        rows = self.rows().filter(c("case_id").is_in(wanted.implode()))
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
    code = c("rule").replace_strict(RULES, default=None, return_dtype=pl.Int64) * side
    none = c("verdict") == "none"
    return pl.when(c("rule").is_not_null()).then(code).when(~none).then(0)


def _verdict(peer: str) -> pl.Expr:
    single = c("verdict").replace_strict(VERDICTS, return_dtype=pl.Int64)
    if peer != "PowerBI-SPC":
        return single
    both = c("improvement").cast(pl.Int64) + 2 * c("concern").cast(pl.Int64)
    return pl.when(both > 0).then(both).otherwise(single)


def with_same_as_default(rows: pl.DataFrame, peer: str) -> pl.DataFrame:
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
    points = with_same_as_default(points, peer)
    comparable = c("config").is_in(PEERS[peer].configs) & c("chart").is_in(list(CHARTS))
    return points.filter(comparable).select(
        "peer", "config", "chart", "case_id", "index", c("phase").alias("phase_of_peer"), *NAMES
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
        wide.append(both.join(call.facts().drop("chart"), on=keys, how="left"))
    return pl.concat(wide).with_columns(*by_formula("", "their_"), *by_formula("our_", "our_"))


def pairs(peer: str, charts: tuple[str, ...] = ()) -> pl.DataFrame:
    """One row for each number of a peer and the engine's, with those of the views."""
    both = beside(peer, charts)
    names = (*PEERS[peer].lines, *PEERS[peer].flags, *PEERS[peer].words)
    used = [name for name in names if name not in WORDS or both[name].is_not_null().any()]
    both = both.with_columns(flags_agree=_flags_agree(peer))
    return pl.concat(_column(both, peer, name) for name in used)


def _flags_agree(peer: str) -> pl.Expr:
    """The words of a point follow from its flags: compared where all of them are equal."""
    same = [c(f"our_{n}").fill_null(0) == c(n).fill_null(0) for n in PEERS[peer].flags]
    return pl.all_horizontal(*same)


def _column(both: pl.DataFrame, peer: str, name: str) -> pl.DataFrame:
    near = pl.max_horizontal(c("our_cl", "cl", "our_ucl", "ucl").abs()).fill_null(0)
    views = [c(f"{view}_{name}").alias(view) for view in PEERS[peer].views]
    here = [c(f"{view}_here").fill_null(False) for view in PEERS[peer].views]
    lines = [c(f"{who}{n}") for n in LINES for who in ("", "our_")]
    formulas = [name for name in both.columns if name.startswith(_FORMULAS)]
    if name in WORDS:
        both = both.filter(c("flags_agree") & ~c("chart").is_in(OF_SPREAD))
    around = [c(f"all_points_{n}") for n in ("cl", "lcl", "ucl") if "all_points_cl" in both.columns]
    return both.select(
        "peer",
        "config",
        "chart",
        "case_id",
        "index",
        "phase_of_peer",
        pl.lit(name).alias("column"),
        c(name).alias("theirs"),
        c(f"our_{name}").alias("ours"),
        # A limit near 0 is the difference of two numbers that are not.
        (near if name in LIMITS else pl.lit(0.0)).alias("scale"),
        *views,
        *here,
        *lines,
        *around,
        *_FACTS_OF_POINTS,
        *formulas,
    )


_FORMULAS = tuple(f"{w}{n}" for w in ("their_", "our_") for n in ("run", "sev", "two", "bey"))
_FACTS_OF_POINTS = (
    *("phase", "ghost", "n_phases", "freeze_n", "size", "place", "n", "missing", "case_missing"),
    *("near_missing", "case_ghosts", "is_0_over_0", "case_0_over_0", "all_equal", "half_zero"),
    *("half_full", "mean", "clean_mean", "equal_sizes", "large_sizes", "c4", "c4_of_all"),
    *("weighted_sd", "mean_sd", "pooled_sd", "sigma_of_sds", "sigma_of_ranges"),
    *("has_size_1", "phase_of_1"),
)


def close(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Both empty, or within 1e-9 of the larger (limits: of the centre, where they come near 0)."""
    largest = pl.max_horizontal(a.abs(), b.abs(), "scale")
    return (a.is_null() & b.is_null()) | ((a - b).abs() <= 1e-9 * largest).fill_null(False)


def equal() -> pl.Expr:
    return close(c("theirs"), c("ours"))
