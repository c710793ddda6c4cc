"""Step 5. Measured points become signals: limits, rules and verdicts by the SPC engine.

Here: what the engine is asked (plans from the contract, phases from dated boundaries, points that
are not to be judged, targets) and how its answer is kept. Not here: any statistics (reports/spc),
sums (count.py), wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import chain
from pathlib import Path

import polars as pl

from assets.steps.count import UNIT_KEYS, read_days, read_measures
from assets.steps.fingerprints import is_made, remaking, workstream_print
from assets.steps.lake import write_frame
from assets.steps.months import data_month
from assets.steps.night import Night
from assets.steps.result import StepResult
from data_contracts.contract import Contract, Measure
from data_contracts.states import PointState
from reports.months import later
from reports.spc import Analysis, Plan, analyse
from reports.spc.vocabulary import Chart, Direction, Unexplained

NOT_JUDGED = (PointState.INCOMPLETE.value, PointState.IMMATURE.value)
IDENTITY = ("workstream", "measure", *UNIT_KEYS, "organisation", "series")
# What the engine hands back for a point beside what it was given.
GIVEN = frozenset({"series", "period"})


def detect(night: Night, contract: Contract) -> StepResult:
    """Judge every series of a contract. Rows: points.

    Writes points.parquet (measures and the engine's columns), series.parquet (one row for each
    series and phase) and before.parquet (the verdict on each series one month earlier); then
    days_points.parquet and days_series.parquet, the same of days between rare events.
    """
    folder = night.lake.work / contract.workstream
    made_from = workstream_print(night, contract)
    if not is_made(folder, "detect", made_from):
        with remaking(folder, "detect", made_from):
            _write(folder, night, contract, read_measures(night, contract))
            _write_days(folder, night, contract, read_days(night, contract))
    facts = pl.scan_parquet(folder / "points.parquet").select(
        points=pl.len(), series=pl.col("series").n_unique(), signals=pl.col("signal").sum()
    )
    found = facts.collect().row(0, named=True)
    return StepResult(
        rows=found["points"],
        metadata={"series": found["series"], "signals": int(found["signals"] or 0)},
    )


def read_points(night: Night, contract: Contract) -> pl.DataFrame:
    """Measures and what the engine says of each point."""
    return pl.read_parquet(night.lake.work / contract.workstream / "points.parquet")


def read_series(night: Night, contract: Contract) -> pl.DataFrame:
    """What the engine says of each series and phase."""
    return pl.read_parquet(night.lake.work / contract.workstream / "series.parquet")


def read_before(night: Night, contract: Contract) -> pl.DataFrame:
    """series, verdict: what today's figures would have told, had the last month not been there."""
    return pl.read_parquet(night.lake.work / contract.workstream / "before.parquet")


def read_days_points(night: Night, contract: Contract) -> pl.DataFrame:
    """Days between rare events and what the engine says of each."""
    return pl.read_parquet(night.lake.work / contract.workstream / "days_points.parquet")


def read_days_series(night: Night, contract: Contract) -> pl.DataFrame:
    """What the engine says of each series of days between rare events, by phase."""
    return pl.read_parquet(night.lake.work / contract.workstream / "days_series.parquet")


def _write(folder: Path, night: Night, contract: Contract, measures: pl.DataFrame) -> None:
    _write_judged(folder, "", measures, analysed(measures, night, contract))
    write_frame(folder / "before.parquet", _month_before(night, contract, measures))


def _write_days(folder: Path, night: Night, contract: Contract, days: pl.DataFrame) -> None:
    _write_judged(folder, "days_", days, analysed(days, night, contract, contract.days_between))


def _write_judged(folder: Path, prefix: str, measures: pl.DataFrame, analysis: Analysis) -> None:
    """Points with what the engine says of each, and series with what it says of each phase."""
    identity = measures.select(IDENTITY).unique(maintain_order=True)
    points = measures.join(
        analysis.points, on=["series", "period"], how="left", maintain_order="left"
    )
    series = analysis.series.join(identity, on="series", how="left", maintain_order="left")
    write_frame(folder / f"{prefix}points.parquet", points)
    write_frame(folder / f"{prefix}series.parquet", series.select(*IDENTITY, pl.exclude(IDENTITY)))


def analysed(
    measures: pl.DataFrame, night: Night, contract: Contract, of: Sequence[Measure] | None = None
) -> Analysis:
    """The engine's answer for all series of a contract; `of` are other measures than its own."""
    kinds = contract.measures if of is None else of
    plans = {measure.id: plan_of(measure) for measure in kinds}
    asked = (
        measures.select(
            "series",
            "period",
            "numerator",
            "denominator",
            "state",
            exclude=pl.col("state").is_in(NOT_JUDGED).fill_null(False),
            plan="measure",
        )
        .join(_phases(measures, night, kinds), on=["series", "period"], how="left")
        .join(_targets(measures, kinds), on=["plan", "period"], how="left")
        .with_columns(
            pl.col("phase_start").fill_null(False),
            # The engine refuses a new phase and a point left out that nobody gave a reason for.
            reason=pl.coalesce("reason", pl.when("exclude").then("state")),
        )
    )
    return analyse(asked, plans)


def plan_of(measure: Measure) -> Plan:
    """How the engine is to judge a measure."""
    return Plan(
        chart=Chart(measure.chart),
        rules=measure.rules,
        direction=Direction(measure.direction.value),
        multiplier=measure.multiplier,
        baseline=measure.baseline,
        screening=measure.screening,
        unexplained=Unexplained.REFUSED,
    )


def _phases(measures: pl.DataFrame, night: Night, kinds: Sequence[Measure]) -> pl.DataFrame:
    """series, period, phase_start, reason: where a dated boundary starts a unit's figures anew.

    The phase begins at the unit's first month on or after the boundary.
    """
    tables = {measure.id: f"{measure.workstream}.{measure.table}" for measure in kinds}
    units = measures.select("series", "measure", "level", "unit").unique(maintain_order=True)
    starts = [
        (series, start, reason)
        for series, measure, level, unit in units.iter_rows()
        for start, reason in night.registers.boundary_starts(level, unit, tables[measure]).items()
    ]
    schema = {"series": pl.String, "start": pl.Date, "reason": pl.String}
    found = pl.DataFrame(starts, schema=schema, orient="row").join(
        measures.select("series", "period"), on="series"
    )
    after = found.filter(pl.col("period") >= pl.col("start")).sort("series", "start", "period")
    first = after.group_by("series", "start", maintain_order=True).first()
    # Two boundaries before a unit's first month begin the same phase.
    return first.group_by("series", "period", maintain_order=True).agg(
        pl.col("reason").last(), phase_start=pl.lit(True)
    )


def _targets(measures: pl.DataFrame, kinds: Sequence[Measure]) -> pl.DataFrame:
    """plan, period, target: the target in force in each month."""
    months = measures["period"].unique().sort().to_list()
    rows = chain.from_iterable(
        ((measure.id, month, measure.target_at(month)) for month in months) for measure in kinds
    )
    schema = {"plan": pl.String, "period": pl.Date, "target": pl.Float64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _month_before(night: Night, contract: Contract, measures: pl.DataFrame) -> pl.DataFrame:
    """The verdicts on the same figures without the last month, as they would have been told then.

    What was too young a month ago, is left out as it would have been then.
    """
    until = later(data_month(night.contracts, night.today), -1)
    earlier = measures.filter(pl.col("period") <= until)
    immature = [
        (pl.col("measure") == measure.id) & (pl.col("period") > _final_until(measure, until))
        for measure in contract.measures
        if measure.final_after_months
    ]
    young = pl.any_horizontal(immature) if immature else pl.lit(False)
    is_final = pl.col("state") == PointState.FINAL.value
    state = pl.when(young & is_final).then(pl.lit(PointState.IMMATURE.value))
    earlier = earlier.with_columns(state=state.otherwise("state"))
    return _verdicts(analysed(earlier, night, contract), earlier, until)


def _final_until(measure: Measure, until: date) -> date:
    return later(until, -measure.final_after_months)


def _verdicts(analysis: Analysis, measures: pl.DataFrame, until: date) -> pl.DataFrame:
    """What would have been told a month ago (reports/standing.py): none of a gap or hollow point.

    A month that matures late is judged on the months before it.
    """
    states = measures.select("series", "period", "state")
    points = analysis.points.join(states, on=["series", "period"], how="left")
    known = points.filter(pl.col("value").is_not_null()).sort("series", "period")
    is_solid = ~pl.col("excluded")
    is_young = pl.col("state").last() == PointState.IMMATURE.value
    is_told = (pl.col("period").last() == until) & (is_solid.last() | is_young)
    return (
        known.group_by("series", maintain_order=True)
        .agg(is_told.alias("is_told"), pl.col("verdict").filter(is_solid).last())
        .select("series", verdict=pl.when("is_told").then("verdict"))
    )
