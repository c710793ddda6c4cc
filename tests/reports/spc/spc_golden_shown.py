"""How two numbers have to look where a reason holds: the expressions of `shown`.

Each is about columns of the pairs: theirs, ours, the lines of both sides, the engine's number in a
view, and facts of the input.
"""

import polars as pl
from spc_golden import close
from spc_golden_peers import FLAGS, LIMITS

c = pl.col

ALWAYS = pl.lit(True)
OURS_EMPTY = c("ours").is_null()
OURS_0 = c("ours") == 0
OURS_NOT = OURS_EMPTY | OURS_0
THEIRS_EMPTY = c("theirs").is_null()
IS_LIMIT = c("column").is_in(list(LIMITS))
IS_CENTRE = c("column") == "cl"
IS_FLAG = c("column").is_in(list(FLAGS))


def outside(who: str) -> pl.Expr:
    """1, -1 or 0: y above, below or within the limits of one side."""
    above = (c("y") > c(f"{who}ucl")).fill_null(False).cast(pl.Int64)
    return above - (c("y") < c(f"{who}lcl")).fill_null(False).cast(pl.Int64)


def each_by_own(theirs: pl.Expr, ours: pl.Expr) -> pl.Expr:
    """Both flags are right for their own lines, which are compared in rows of their own."""
    return (c("theirs") == theirs) & (c("ours") == ours)


def our_range_outside() -> pl.Expr:
    return (c("our_y") > c("our_ucl")).cast(pl.Int64)


OUTSIDE_BY_OWN = each_by_own(outside(""), outside("our_"))
TWO_BY_OWN = each_by_own(c("their_two_net"), c("our_two_any"))


def flags_by_own_lines(run: str) -> pl.Expr:
    shown = {
        "flag_astronomical": OUTSIDE_BY_OWN,
        "flag_two_in_three": TWO_BY_OWN,
        "flag_shift": each_by_own(c(f"their_{run}"), c(f"our_{run}")),
        "flag_runs": each_by_own(c("their_seventh"), c("our_seventh")),
    }
    found = pl.lit(False)
    for name, each in shown.items():
        found = pl.when(c("column") == name).then(each).otherwise(found)
    return found


def as_in(view: str) -> pl.Expr:
    """The engine, given the series as the peer takes it, has the peer's number."""
    return c(f"{view}_here") & close(c("theirs"), c(view))


def scaled(ratio: pl.Expr) -> pl.Expr:
    """Our distance from the centre is theirs times a ratio of two sds of the input."""
    return close(c("ours"), c("our_cl") + (c("theirs") - c("cl")) * ratio)


SEVERAL_PHASES = c("phase").max().over("config", "chart", "case_id") > 1
REFUSED = pl.when(IS_CENTRE).then(close(c("ours"), c("run"))).otherwise(OURS_EMPTY)
MR_WARNING = pl.max_horizontal(
    c("our_cl")
    + pl.when(c("column") == "ucl_95").then(2 / 3).otherwise(-2 / 3) * (c("our_ucl") - c("our_cl")),
    pl.lit(0.0),
)
# Ranges of qicharts2: all, without those that end at a ghost; the engine's touch no ghost.
MR_FACTOR = pl.when(c("column") == "ucl").then(3.267).when(IS_CENTRE).then(1.0).otherwise(None)
MR_GHOSTS = (
    pl.when(c("column") == "y")
    .then(OURS_EMPTY)
    .when(c("column") == "flag_astronomical")
    .then(OUTSIDE_BY_OWN | (OURS_0 & c("our_y").is_null() & (c("theirs") == outside(""))))
    .otherwise(
        close(c("theirs"), MR_FACTOR * c("mean")) & close(c("ours"), MR_FACTOR * c("clean_mean"))
    )
)
WIDTH_OF_ALL = close(c("theirs"), c("our_cl") + (c("all_points") - c("all_points_cl")))
OUR_SD = pl.when(c("equal_sizes")).then("mean_sd").otherwise("pooled_sd")
# As its outputs have it: ranges for sizes to 25, above them the pooled sd over c4 of all.
QCC_SIGMA = (
    pl.when(c("large_sizes")).then(c("pooled_sd") / c("c4_of_all")).otherwise("sigma_of_ranges")
)
STEP = pl.when(c("column") == "ucl").then(3.0).otherwise(-3.0)
SD_OF_SD = (1 - c("c4") ** 2).sqrt()
ZERO = pl.lit(0.0)
S_OF_QCC = (
    pl.when(IS_FLAG)
    .then(flags_by_own_lines("run7"))
    .when(IS_CENTRE)
    .then(close(c("theirs"), c("weighted_sd")) & close(c("ours"), c("pooled_sd")))
    .otherwise(
        close(
            c("theirs"),
            pl.max_horizontal(c("weighted_sd") + STEP * c("sigma_of_sds") * SD_OF_SD, ZERO),
        )
        & close(
            c("ours"), pl.max_horizontal(c("pooled_sd") * (1 + STEP * SD_OF_SD / c("c4")), ZERO)
        )
    )
)
M = c("mean")
G_OF_QCC = (
    pl.when(IS_FLAG)
    .then(flags_by_own_lines("run7"))
    .when(IS_CENTRE)
    .then(close(c("theirs"), M) & close(c("ours"), c("run")))
    .otherwise(
        close(c("theirs"), M + 3 * (M * (M - 1)).sqrt())
        & close(c("ours"), M + 3 * (M * (M + 1)).sqrt())
    )
)
POOLED = (
    pl.when(IS_FLAG)
    .then(flags_by_own_lines("run7"))
    .when(IS_CENTRE)
    .then(close(c("theirs"), c("pooled_sd")) & close(c("ours"), c("mean_sd")))
    .otherwise(scaled(c("mean_sd") / c("pooled_sd")))
)
POOLED_S = (
    pl.when(IS_FLAG | IS_CENTRE)
    .then(POOLED)
    .otherwise(
        close(c("ours"), pl.max_horizontal(c("theirs") * OUR_SD / c("pooled_sd"), pl.lit(0.0)))
    )
)
