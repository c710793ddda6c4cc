"""Rules in plain arithmetic: flags as the lines of one side have them.

They tell whether two flags differ because the lines, compared in rows of their own, differ.
"""

import polars as pl

c = pl.col


def by_formula(lines: str, prefix: str) -> list[pl.Expr]:
    """Flags as the lines of one side have them, in plain arithmetic, to see where they are from.

    run7, run8: of 7 or 8 points on one side (seventh: the seventh of them and later; run8_real:
    ghosts and missing points passed over, in one phase). two_net: a window of three with two more
    beyond 2 sigma above than below, or the reverse; two_any: with two beyond on one side.
    """
    place = ("config", "chart", "case_id")
    y, centre = c("y"), c(f"{lines}cl")
    side = ((y > centre).cast(pl.Int64) - (y < centre).cast(pl.Int64)).fill_null(0)
    run = side.rle_id().over(place)
    taken = ~c("ghost") & y.is_not_null()
    real = pl.when(taken).then(side).forward_fill().over(*place, "phase").fill_null(0)
    real_run = real.rle_id().over(*place, "phase")
    number = taken.sum().over(*place, "phase", real_run)
    length = pl.len().over(*place, run)
    high, low = (y > c(f"{lines}ucl_95")), (y < c(f"{lines}lcl_95"))
    beyond = (high.cast(pl.Int64) - low.cast(pl.Int64)).fill_null(0)
    return [
        pl.when(length >= 7).then(side).otherwise(0).alias(f"{prefix}run7"),
        ((side != 0) & (pl.int_range(pl.len()).over(*place, run) >= 6))
        .cast(pl.Int64)
        .alias(f"{prefix}seventh"),
        pl.when(length >= 8).then(side).otherwise(0).alias(f"{prefix}run8"),
        pl.when((number >= 8) & taken).then(side).otherwise(0).alias(f"{prefix}run8_real"),
        _two(beyond, place, net=True).alias(f"{prefix}two_net"),
        _two(beyond, place, net=False).alias(f"{prefix}two_any"),
        _both(beyond, place).alias(f"{prefix}beyond_both"),
    ]


_NEAR = (-2, -1, 0, 1, 2)


def _two(beyond: pl.Expr, place: tuple[str, ...], *, net: bool) -> pl.Expr:
    phase = (*place, "phase")
    found = pl.lit(0)
    for side in (1, -1):
        hit = beyond * side if net else (beyond == side).cast(pl.Int64)
        full = hit + hit.shift(1).over(phase) + hit.shift(2).over(phase)
        in_one = [(full >= 2).shift(-k).over(phase).fill_null(False) for k in (0, 1, 2)]
        found = pl.when((beyond == side) & pl.any_horizontal(*in_one)).then(side).otherwise(found)
    return found


def _both(beyond: pl.Expr, place: tuple[str, ...]) -> pl.Expr:
    """Whether within two points of here some are beyond 2 sigma above and some below."""
    near = [beyond.shift(k).over(*place, "phase") for k in _NEAR]
    high, low = ([(each == side).fill_null(False) for each in near] for side in (1, -1))
    return pl.any_horizontal(*high) & pl.any_horizontal(*low)
