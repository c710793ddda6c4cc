"""Small pictures of series for the tests of the engine, and of what it says about them."""

from collections.abc import Iterable, Sequence

import polars as pl

from reports.spc import Analysis, Plan, analyse

MARKS = {1: "+", 0: ".", -1: "-", None: "?"}

# Alternating values with a mean of 0 and moving ranges of 1.128: sigma is 1, so the points that
# follow a frozen baseline of these are in units of sigma. The last one is below the centre.
UNIT_BASELINE = [0.564, -0.564] * 10


def numbers(text: str) -> list[float | None]:
    """'1 2 . 4' to values; a dot is a missing one."""
    return [None if word == "." else float(word) for word in text.split()]


def series(
    values: str | Sequence[float | None],
    denominators: str | Sequence[float | None] | float | None = None,
    *,
    name: str = "A",
    starts: Iterable[int] = (),
    ghosts: Iterable[int] = (),
    target: float | None = None,
    reason: str | None = "a decision of this test",
) -> pl.DataFrame:
    """One series with the periods 1, 2, 3, ...; phases begin and ghosts lie at those periods."""
    y = numbers(values) if isinstance(values, str) else list(values)
    n = numbers(denominators) if isinstance(denominators, str) else denominators
    n = n if isinstance(n, list | tuple) else [n] * len(y)
    periods = range(1, len(y) + 1)
    return pl.DataFrame(
        {
            "series": [name] * len(y),
            "period": list(periods),
            "numerator": y,
            "denominator": n,
            "phase_start": [period in set(starts) for period in periods],
            "exclude": [period in set(ghosts) for period in periods],
            "target": [target] * len(y),
            "reason": [reason] * len(y),
        },
        schema_overrides={
            "numerator": pl.Float64,
            "denominator": pl.Float64,
            "target": pl.Float64,
            "reason": pl.String,
            "series": pl.String,
            "period": pl.Int64,
            "phase_start": pl.Boolean,
            "exclude": pl.Boolean,
        },
    )


def in_sigmas(tail: str, **options: object) -> Analysis:
    """An i chart of points in units of sigma, after a baseline that fixes centre 0 and sigma 1."""
    plan = Plan(**{"chart": "i", "baseline": 20, **options})  # type: ignore[arg-type]
    return analyse(series([*UNIT_BASELINE, *numbers(tail)]), plan)


def marks(analysis: Analysis, rule: str, last: int | None = None) -> str:
    """The flags of a rule as a picture, '..++-'; '?' for null. Of the `last` points."""
    flags = analysis.points[rule].to_list()
    return "".join(MARKS[flag] for flag in flags[-(last or len(flags)) :])


def only(analysis: Analysis) -> dict[str, object]:
    """The one row of the series table."""
    (row,) = analysis.series.to_dicts()
    return row
