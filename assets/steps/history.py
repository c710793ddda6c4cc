"""Step 3e. A month is held against the earlier months of the same ward, site or board.

Here: the truth of a contract's rules about earlier months, and the facts of those that are broken.
Not here: which records are compared (earlier.py), how limits are set (history_limits.py), the
verdict (check.py). Where there are too few earlier months nothing is said.

A ward's finding stands at its row; that of a site or a board at the first of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb
import polars as pl

from assets.steps.earlier import MONTH, ORGANISATION, View
from assets.steps.history_limits import expected, sums_of_earlier
from data_contracts.contract import Rule, Table
from data_contracts.history import FACTS, History, Level, Limits
from data_contracts.registers import Boundary, Registers
from data_contracts.suite import ROW, SUBMISSION, holds

UNIT = "unit"
COMPARED, LOWEST, HIGHEST, USUAL, MONTHS, ALIKE = FACTS


FACT = "fact:"


def fact_column(code: str, fact: str) -> str:
    """The name of the column of a fact of a rule."""
    return f"{FACT}{code}:{fact}"


def with_history(
    frame: pl.DataFrame, table: Table, views: Iterable[View], registers: Registers
) -> pl.DataFrame:
    """The frame with the truth of each rule about earlier months, and the facts of broken ones."""
    found: dict[str, list[pl.DataFrame]] = {rule.code: [] for rule, _ in table.history_rules}
    for view in views:
        for rule, judged in _judged(view, table, registers):
            found[rule.code].append(judged)
    for code, parts in found.items():
        frame = frame.join(
            pl.concat([_nothing(code), *parts]),
            on=[SUBMISSION, ROW],
            how="left",
            maintain_order="left",
        )
    return frame


def _nothing(code: str) -> pl.DataFrame:
    facts = {fact_column(code, fact): pl.Float64 for fact in FACTS}
    return pl.DataFrame(
        schema={SUBMISSION: pl.String, ROW: pl.Int64, holds(code): pl.Boolean, **facts}
    )


def _judged(view: View, table: Table, registers: Registers) -> Iterator[tuple[Rule, pl.DataFrame]]:
    """Each rule with the rows at which it was tried."""
    # In a single month there is nothing earlier, however many rows it has.
    if not table.history_rules or view.rows[MONTH].n_unique() < 2:
        return
    figures = _figures(view.rows, table)
    speaking = view.speaking_versions
    for rule, history in table.history_rules:
        phase = _phase(table, history.level, registers)
        cells = _cells(figures, table, rule.code, history, phase)
        asked = cells.filter(pl.col(SUBMISSION).is_in(list(view.asked)))
        spoken = cells.join(speaking, on=[SUBMISSION, ORGANISATION, MONTH], how="semi")
        tried = _with_earlier(asked, spoken, history)
        yield rule, _verdicts(tried, rule.code, history)


def _figures(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows with the figures of each rule; null where it is not about a row."""
    parts = [part for rule, history in table.history_rules for part in _parts(rule.code, history)]
    with duckdb.connect() as connection:
        connection.register("rows", rows.select(SUBMISSION, ROW, *table.column_names).to_arrow())
        query = f'select "{SUBMISSION}", "{ROW}", {", ".join(parts)} from rows'
        figures = connection.sql(query).pl()
    kept = rows.select(SUBMISSION, ROW, MONTH, *table.key)
    return kept.join(figures, on=[SUBMISSION, ROW], how="left", maintain_order="left")


def _parts(code: str, history: History) -> Iterator[str]:
    """A rule's numerator and denominator as columns of a query; 1 where there is no denominator."""
    only = "true" if history.filter is None else history.filter
    for name, expression in (("x", history.numerator), ("n", history.denominator or "1")):
        yield f'case when {only} then cast({expression} as double) end as "{name}:{code}"'


def _units(table: Table, level: Level) -> tuple[str, ...]:
    """The columns that name whose months are compared, besides the organisation."""
    if level is Level.WARD:
        return tuple(name for name in table.key if name not in ("period", ORGANISATION))
    return ("site_code",) if level is Level.SITE else ()


def _phase(table: Table, level: Level, registers: Registers) -> pl.Expr:
    """Counts up at each month from which figures of a place do not compare with those before."""
    column = ORGANISATION if level is Level.ORGANISATION else "site_code"
    if column not in table.key:
        return pl.lit(0)
    cuts = [
        pl.col(column).is_in(places) & (pl.col("period") >= boundary.starts)
        for boundary in registers.boundaries
        if (places := _cut(boundary, level, table))
    ]
    return pl.sum_horizontal(pl.lit(0), *cuts)


def _cut(boundary: Boundary, level: Level, table: Table) -> list[str]:
    places = boundary.organisations if level is Level.ORGANISATION else boundary.sites
    return [place for place in places if boundary.cuts(level, place, table.name)]


def _cells(
    figures: pl.DataFrame, table: Table, code: str, history: History, phase: pl.Expr
) -> pl.DataFrame:
    """What a file says of each ward, site or board in each month: x, n, and the first row of it."""
    whose = [pl.col(name).fill_null("") for name in (ORGANISATION, *_units(table, history.level))]
    names = [*whose, phase.cast(pl.String)]
    return (
        figures.filter(pl.col(f"x:{code}").is_not_null() & (pl.col(f"n:{code}") > 0))
        .with_columns(pl.concat_str(names, separator="/").alias(UNIT))
        .group_by(SUBMISSION, ORGANISATION, UNIT, MONTH)
        .agg(x=pl.col(f"x:{code}").sum(), n=pl.col(f"n:{code}").sum(), first=pl.col(ROW).min())
    )


def _with_earlier(asked: pl.DataFrame, spoken: pl.DataFrame, history: History) -> pl.DataFrame:
    """What files say of a month beside sums of the months before it."""
    months = asked.select(UNIT, MONTH).unique()
    known = spoken.select(UNIT, MONTH, "x", "n").join(months.select(UNIT), on=UNIT, how="semi")
    gaps = months.join(known, on=[UNIT, MONTH], how="anti")
    line = pl.concat([known, gaps], how="diagonal").sort(UNIT, MONTH)
    before = line.rolling(MONTH, period=f"{history.window}i", closed="left", group_by=UNIT)
    return asked.join(before.agg(sums_of_earlier()), on=[UNIT, MONTH], how="inner").filter(
        pl.col("m") >= history.needed_months
    )


def _verdicts(tried: pl.DataFrame, code: str, history: History) -> pl.DataFrame:
    """Whether a rule holds, at the row where it is told, with the facts of what it found."""
    limits = expected(history)
    told = tried.with_columns(
        usual=limits.usual, lowest=limits.lowest, highest=limits.highest
    ).filter(pl.col("usual") >= history.usual_at_least)
    is_out = (pl.col("x") < pl.col("lowest")) | (pl.col("x") > pl.col("highest"))
    told = told.with_columns(is_broken=is_out.fill_null(False), alike=pl.lit(None, pl.Float64))
    if history.limits is Limits.NOT_REPEATED:
        told = _repeated(told, history)
    facts = {
        COMPARED: pl.col("x"),
        LOWEST: pl.col("lowest"),
        HIGHEST: pl.col("highest"),
        USUAL: pl.col("usual"),
        MONTHS: pl.col("m").cast(pl.Float64),
        ALIKE: pl.col("alike"),
    }
    return told.select(
        SUBMISSION,
        pl.col("first").alias(ROW),
        (~pl.col("is_broken")).alias(holds(code)),
        *(fact.alias(fact_column(code, name)) for name, fact in facts.items()),
    )


def _repeated(told: pl.DataFrame, history: History) -> pl.DataFrame:
    """One verdict for each organisation's month: how many places repeat the month before."""
    return (
        told.with_columns(is_same=pl.col("x") == pl.col("sx"))
        .sort("first")
        .group_by(SUBMISSION, ORGANISATION, MONTH, maintain_order=True)
        .agg(
            pl.col("first", "x", "m", "usual").filter("is_same").first(),
            pl.col("lowest", "highest").first(),
            alike=pl.col("is_same").sum().cast(pl.Float64),
            places=pl.len(),
        )
        .drop_nulls("first")
        .with_columns(
            is_broken=(pl.col("alike") >= history.units)
            & (pl.col("alike") >= history.share * pl.col("places"))
        )
    )
