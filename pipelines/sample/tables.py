"""Counts as the returns of the contracts: one frame for each topic, all submitters and months.

Columns are named and ordered as the files have them; `month` (a date) and `submitter` come first
and are dropped when a file is cut out. What the counts are is model.py's business; which file they
travel in, deliveries.py's.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from pipelines.sample.chance import stream
from pipelines.sample.model import Columns, Model
from pipelines.sample.published import Counts, emergency_department_waits, red_calls
from pipelines.sample.story import Story
from pipelines.sample.units import Units

# The columns every return of wards starts with.
LEADING = (
    "submitter", "month", "organisation_code", "site_code", "ward_code", "ward_name", "setting",
    "population", "period",
)  # fmt: skip
EVENT = {"at": pl.UInt32, "event_type": pl.String, "event_date": pl.Date, "event_number": pl.Int64}

PUBLISHED, ON_PUBLISHED, SIMULATED = "published", "simulated_on_published", "simulated"

# The service sends for all health boards; red calls after the published figures go on as before.
AMBULANCE = "RT4"
RED_CALLS_LIKE = date(2023, 12, 1)


def build_tables(
    units: Units, counts: Columns, model: Model, story: Story
) -> dict[str, pl.DataFrame]:
    """Every topic of the sample with its frame, sorted by month and unit."""
    monthly = {
        topic: _monthly(table, units, counts, model) for topic, table in model.tables.items()
    }
    events = {
        topic: _events(table, units, counts, stream(story.seed, topic))
        for topic, table in model.events.items()
    }
    return {
        **monthly,
        **events,
        "emergency-department": _emergency_departments(story),
        "ambulance": _ambulance(story),
    }


def changes(rows: Sequence[Mapping[str, Any]], organisation: str) -> pl.DataFrame:
    """An organisation's list of its own changes, as the `changes` return has it."""
    columns = (
        "organisation_code", "workstream", "measure", "site_code", "ward_code", "date", "kind",
        "text_en", "text_cy", "author_role", "provenance",
    )  # fmt: skip
    always = {"organisation_code": organisation, "provenance": SIMULATED}
    full = ({**row, **always} for row in rows)
    cells = [[str(row[name]) if name in row else None for name in columns] for row in full]
    return pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String), orient="row")


def _monthly(table: Mapping[str, Any], units: Units, counts: Columns, model: Model) -> pl.DataFrame:
    """The counts of a table's units: a row for each unit and month."""
    rows = _rows(table["units"], units)
    named = pl.col("kind").replace_strict(model.exposure, return_dtype=pl.String)
    exposures = [
        pl.when(named == name).then("exposure").alias(name) for name in model.exposure.values()
    ]
    chosen = _chosen(table["units"], units)
    columns = {name: _flat(array[chosen]) for name, array in counts.items()}
    full = rows.with_columns(pl.Series(name, values) for name, values in columns.items())
    has_bed_days = "occupied_bed_days" in table["columns"]
    return full.with_columns(
        *exposures,
        pl.when(pl.col("is_published") & (pl.col("exposure") > 0) & has_bed_days)
        .then(pl.lit(ON_PUBLISHED))
        .otherwise(pl.lit(SIMULATED))
        .alias("provenance"),
    ).select(*LEADING, "provenance", *table["columns"])


def _events(
    table: Mapping[str, Any], units: Units, counts: Columns, rng: np.random.Generator
) -> pl.DataFrame:
    """One row for each event of a unit and month, with its day; `none` where there was none."""
    chosen = _chosen(table["units"], units)
    types = {
        name: _flat(np.sum([counts[column][chosen] for column in columns], axis=0))
        for name, columns in table["types"].items()
    }
    rows = _rows(table["units"], units).with_row_index("at")
    happened = pl.DataFrame(
        list(_dated(types, rows["month"].to_list(), rng)),
        schema=EVENT,
        orient="row",
    )
    all_rows = rows.join(happened, on="at", how="left", maintain_order="left")
    return all_rows.select(
        *LEADING,
        pl.lit(SIMULATED).alias("provenance"),
        pl.col("event_type").fill_null("none"),
        pl.col("event_date").dt.to_string("%Y-%m-%d"),
        "event_number",
    )


def _dated(
    types: Mapping[str, Counts], months: Sequence[date], rng: np.random.Generator
) -> Iterator[tuple[int, str, date, int]]:
    """Row, type, day and number of the day for every event counted in a row."""
    for name, counted in types.items():
        for at in np.flatnonzero(counted).tolist():
            month = months[at]
            length = monthrange(month.year, month.month)[1]
            for day, number in _numbered(rng.integers(1, length + 1, counted[at])):
                yield at, name, month.replace(day=day), number


def _numbered(days: Counts) -> Iterator[tuple[int, int]]:
    """Days in order, each with 1, 2 ... for the first, second ... event of that day."""
    for day, events in zip(*np.unique(days, return_counts=True), strict=True):
        yield from ((int(day), number) for number in range(1, int(events) + 1))


def _emergency_departments(story: Story) -> pl.DataFrame:
    """Published waits, under the organisation a department belonged to at the time."""
    waits = emergency_department_waits().sort("month", "organisation_code", "site_code")
    return waits.filter(pl.col("month") >= story.emergency_departments_from).select(
        pl.col("organisation_code").alias("submitter"),
        "month",
        "organisation_code",
        "site_code",
        pl.lit("ed_assessment").alias("setting"),
        pl.lit("all").alias("population"),
        _period(),
        pl.lit(PUBLISHED).alias("provenance"),
        "attendances",
        "within_4_hours",
        "within_12_hours",
    )


def _ambulance(story: Story) -> pl.DataFrame:
    """Published red calls, and simulated ones for the months after them."""
    real = red_calls().with_columns(pl.lit(PUBLISHED).alias("provenance"))
    rng = stream(story.seed, AMBULANCE)
    last = real.filter(pl.col("month") == RED_CALLS_LIKE)
    later = [_red_calls_of(month, last, rng) for month in story.months if month > RED_CALLS_LIKE]
    return pl.concat([real, *later], how="diagonal").sort("month", "organisation_code").select(
        pl.lit(AMBULANCE).alias("submitter"),
        "month",
        "organisation_code",
        pl.lit("ambulance").alias("setting"),
        pl.lit("all").alias("population"),
        _period(),
        "provenance",
        "red_responses",
        "red_responses_within_8_minutes",
    )  # fmt: skip


def _red_calls_of(month: date, like: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Simulated red calls of a month, about as many and as quick as in the month `like`."""
    responses = rng.poisson(like["red_responses"].to_numpy())
    share = like["red_responses_within_8_minutes"].to_numpy() / like["red_responses"].to_numpy()
    return like.select("organisation_code").with_columns(
        pl.lit(month).alias("month"),
        pl.Series("red_responses", responses),
        pl.Series("red_responses_within_8_minutes", rng.binomial(responses, share)),
        pl.lit(SIMULATED).alias("provenance"),
    )


def _rows(kinds: Sequence[str], units: Units) -> pl.DataFrame:
    """Units of these kinds for every month, all of a month together, under the files' names."""
    chosen = units.frame.filter(pl.col("kind").is_in(kinds)).rename(
        {"site": "site_code", "ward": "ward_code", "name": "ward_name"}
    )
    return (
        pl.DataFrame({"month": units.months})
        .join(chosen, how="cross")
        .with_columns(
            pl.col("organisation").alias("submitter"),
            pl.col("organisation").alias("organisation_code"),
            _period(),
        )
    )


def _chosen(kinds: Sequence[str], units: Units) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return units.frame["kind"].is_in(kinds).to_numpy()


def _flat(array: Counts) -> Counts:
    """Units x months in the order of `_rows`: month by month."""
    return array.T.ravel()


def _period() -> pl.Expr:
    """The month as the files have it: 2024-03."""
    return pl.col("month").dt.to_string("%Y-%m").alias("period")
