"""series.csv beside the engine: run statistics, variation and assurance of phases."""

import polars as pl
from spc_golden import Call, read, with_same_as_default
from spc_golden_peers import CHARTS, OF_SPREAD, PEERS

c = pl.col

# Run charts under these settings have other limits for runs; their counts are the same.
BOXES = ("bestbox", "cutbox")
STATISTICS = {
    "n_useful": "n_useful",
    "longest_run": "longest_run",
    "longest_run_max": "longest_run_limit",
    "n_crossings": "crossings",
    "n_crossings_min": "crossings_limit",
    "runs_signal": "runs",
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
CODES = {word: float(place) for place, word in enumerate(_WORDS_OF_SERIES)}


def _series_of(call: Call, wanted: pl.Series, prefix: str, view: str | None = None) -> pl.DataFrame:
    """The engine's table of phases, with whether any point has a signal of runs."""
    found = call.analysed(wanted, view)
    some = c("shift", "crossings").cast(pl.Int64).abs().max()
    points = found.points.group_by("series", "phase").agg(some)
    points = points.with_columns(runs=pl.max_horizontal("shift", "crossings"))
    both = found.series.join(points, on=["series", "phase"], how="left")
    words = [c(n).replace_strict(CODES, return_dtype=pl.Float64) for n in _ICONS]
    both = both.with_columns(words)
    mine = [c(n).cast(pl.Float64).alias(prefix + n) for n in (*STATISTICS.values(), *_ICONS)]
    return both.select(c("series").alias("case_id"), c("phase").cast(pl.Int64), *mine)


_ICONS = ("variation", "assurance")


def _series_rows(peer: str) -> pl.DataFrame:
    configs = [*PEERS[peer].configs, *BOXES]
    rows = with_same_as_default(read("series").filter(peer=peer), peer)
    return rows.filter(c("config").is_in(configs), c("chart").is_in(list(CHARTS)))


# qcc and nhspy have no table of phases; that of autospc has the number of points only.
WITH_SERIES = ("qicharts2", "NHSRplotthedots", "PowerBI-SPC", "pbcharts")


def series_pairs(peer: str) -> pl.DataFrame:
    """Run statistics, signals and icons of each phase: pairs as for points, with the run chart."""
    both, keys = [], ["case_id", "phase"]
    for (config, chart), part in _series_rows(peer).group_by("config", "chart"):
        call, wanted = Call(peer, str(config), str(chart)), part["case_id"].unique()
        part = part.join(_series_of(call, wanted, "our_"), on=keys, how="left")
        for view in ("run", "unsplit"):
            part = part.join(_series_of(call, wanted, f"{view}_", view), on=keys, how="left")
        last = call.facts().group_by(keys, maintain_order=True).last().drop("chart", "index")
        both.append(part.join(last, on=keys, how="left"))
    wide = pl.concat(both)
    pairs = [_statistic(wide, n, mine) for n, mine in STATISTICS.items()]
    pairs += [_icon(wide, "variation", VARIATIONS), _icon(wide, "assurance", ASSURANCES)]
    return pl.concat(pairs)


# What predicates about phases ask.
_FACTS = ("n", "all_equal", "half_zero", "half_full", "phase_of_1", "n_phases", "freeze_n")
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
        c(f"unsplit_{mine}").alias("unsplit"),
        pl.lit(0.0).alias("scale"),
        *_FACTS,
    )


def _icon(wide: pl.DataFrame, name: str, words: dict[str, str]) -> pl.DataFrame:
    """Of the last phase of each series, for peers that have icons at all."""
    given = c("variation_type").is_not_null().any().over("peer")
    last = c("phase") == c("phase").max().over("config", "chart", "case_id")
    codes = {word: CODES[mine] for word, mine in words.items()}
    theirs = c(f"{name}_type").replace_strict(codes, return_dtype=pl.Float64)
    return wide.filter(given & last, ~c("chart").is_in(OF_SPREAD)).select(
        *_OF_PHASE,
        pl.lit(name).alias("column"),
        theirs.fill_null(CODES["none"]).alias("theirs"),
        c(f"our_{name}").alias("ours"),
        c(f"run_{name}").alias("run"),
        c(f"unsplit_{name}").alias("unsplit"),
        pl.lit(0.0).alias("scale"),
        *_FACTS,
    )
