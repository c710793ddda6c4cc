"""Step 4b. Records of single events become days between them, for harm that is rare.

Here: which events follow one another, how many days lie between, for whom they are rare enough, and
whether anything may be missing in between. Not here: which records are in force (in_force.py),
limits and rules (detect.py).

A point is an event, at its day; events of one day are one. The first event known has none before
it and gives no point. A point whose days reach over a month that is not complete is incomplete: an
event may be missing. Where events are frequent, their rate each month says more, and no days are
counted: a chart of counts has limits from two expected events a month on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import duckdb
import polars as pl

from assets.steps.in_force import InForce
from assets.steps.lake import Lake
from assets.steps.measure_points import MEASURE_SCHEMA, PROVENANCES
from assets.steps.night import Night
from assets.steps.submissions import RECORDS
from data_contracts.contract import ColumnType, Contract, Measure, Table
from data_contracts.states import PointState
from reports.months import months as months_between

# From so many events a month on they are not rare.
FREQUENT = 2
# Whose days are counted: level -> the column that names the unit.
LEVELS = {"organisation": "organisation_code", "site": "site_code"}
UNIT = ["level", "unit"]


def days_between(
    night: Night, contract: Contract, used: Mapping[str, InForce], until: date
) -> pl.DataFrame:
    """The points of every chart of days between events, as MEASURE_SCHEMA, by series and day.

    `numerator` is the days since the event before; `period` is the day of the event itself.
    """
    found = [
        points
        for table in contract.tables
        if table.days_between
        for points in _of_table(night, table, used[table.id].months, until)
    ]
    return pl.concat([pl.DataFrame(schema=MEASURE_SCHEMA), *found]).sort("series", "period")


def _of_table(
    night: Night, table: Table, months: pl.DataFrame, until: date
) -> Iterator[pl.DataFrame]:
    months = months.filter(pl.col("period") <= until)
    if months.is_empty():
        return
    for measure in table.days_between:
        yield _points(_events(night.lake, table, measure, months), measure, months)


def _events(lake: Lake, table: Table, measure: Measure, months: pl.DataFrame) -> pl.DataFrame:
    """organisation_code, site_code, day, rank of its provenance: the events that are in force."""
    (day,) = (c.name for c in table.columns if c.type is ColumnType.DATE and c.name in table.key)
    submissions = months["submission"].unique().sort().to_list()
    records = pl.concat(
        [
            pl.read_parquet(lake.submissions / name / RECORDS).with_columns(submission=pl.lit(name))
            for name in submissions
        ],
        how="diagonal_relaxed",
    ).join(
        months.select("submission", "period", organisation_code="organisation"),
        on=["submission", "period", "organisation_code"],
        how="semi",
    )
    with duckdb.connect() as connection:
        connection.register("records", records.to_arrow())
        chosen = connection.sql(f"select * from records where {measure.filter or 'true'}").pl()
    ranks = {name: rank for rank, name in enumerate(PROVENANCES)}
    return chosen.select(
        *LEVELS.values(),
        day=day,
        rank=pl.col("provenance").replace_strict(ranks, default=0, return_dtype=pl.Int64),
    ).filter(pl.col("day").is_not_null())


def _points(events: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> pl.DataFrame:
    by_unit = pl.concat(
        [
            events.with_columns(level=pl.lit(level), unit=pl.col(column))
            for level, column in LEVELS.items()
        ]
    )
    reported = months.group_by(organisation_code="organisation").agg(months=pl.len())
    days = (
        by_unit.group_by(*UNIT, "organisation_code", "day")
        .agg(pl.col("rank").max())
        .join(reported, on="organisation_code")
        .filter(pl.len().over(UNIT) < FREQUENT * pl.col("months"))
        .sort(*UNIT, "day")
        .with_columns(before=pl.col("day").shift(1).over(UNIT))
        .filter(pl.col("before").is_not_null())
    )
    series = pl.format(f"{measure.workstream}/{measure.id}/{{}}/{{}}", "level", "unit")
    return days.select(
        workstream=pl.lit(measure.workstream),
        measure=pl.lit(measure.id),
        level="level",
        unit="unit",
        organisation="organisation_code",
        series=series,
        period="day",
        numerator=(pl.col("day") - pl.col("before")).dt.total_days().cast(pl.Float64),
        state=pl.Series(_states(days, months), dtype=pl.String),
        provenance=pl.col("rank").replace_strict(
            dict(enumerate(PROVENANCES)), return_dtype=pl.String
        ),
    ).match_to_schema(MEASURE_SCHEMA, missing_columns="insert")


def _states(days: pl.DataFrame, months: pl.DataFrame) -> list[str]:
    """Whether all months from one event to the next are complete, for each pair of events."""
    complete = set(months.filter("is_complete").select("organisation", "period").iter_rows())
    return [
        (PointState.FINAL if all(
            (organisation, month) in complete
            for month in months_between(before.replace(day=1), day.replace(day=1))
        ) else PointState.INCOMPLETE).value
        for organisation, before, day in days.select(
            "organisation_code", "before", "day"
        ).iter_rows()
    ]  # fmt: skip
