"""The steward's queue: everything that waits for somebody, and how well returns come in.

Belongs here: putting together what an edition knows (returns, submissions, problems with answers)
as one list for the programme's data steward, and counts by month for a trend. Does not belong here:
deciding what is missing or to be mended (returns.py), which warnings are answered (answers.py),
pages.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

import polars as pl

from assets.steps.answers import asks
from assets.steps.returns import first_shown
from data_contracts.contract import Contract
from data_contracts.problems import IN_FULL
from data_contracts.states import ReturnStatus
from data_contracts.working_days import closing
from reports.waiting import QUEUE_SCHEMA, TIMELINESS_SCHEMA, Waits

SHARED = ("sent", "complete", "on_time")
WALES = "Europe/London"


def queue(
    returns: pl.DataFrame,
    submissions: pl.DataFrame,
    problems: pl.DataFrame,
    today: date,
    contracts: Collection[Contract] = (),
) -> pl.DataFrame:
    """All that waits, as QUEUE_SCHEMA: oldest first, then by organisation.

    Takes the frames of an edition; `problems` with answers. Trials and withdrawn files are in no
    queue, nor are warnings about files of which no month is in force, nor dismissed files that
    were not accepted. Who has to send a return is told by
    `contracts`: without them, the organisation itself.
    """
    sent = _with_senders(returns, contracts)
    waits = pl.concat([_missing(sent), _to_mend(submissions), _asked(submissions, problems)])
    passed = [_working_days(since, today) for since in waits["since"]]
    return (
        waits.with_columns(working_days=pl.Series(passed, dtype=pl.Int64))
        .select(pl.col(name).cast(kind) for name, kind in QUEUE_SCHEMA.items())
        .sort("since", "organisation", "workstream", "table", "period", "kind", "submission")
    )


def timeliness(
    returns: pl.DataFrame, today: date, contracts: Collection[Contract] = ()
) -> pl.DataFrame:
    """How many of the returns that are due came, and when, as TIMELINESS_SCHEMA.

    A return that another organisation has to send counts with that one, as `contracts` say.
    """
    status = pl.col("status")
    is_sent = pl.col("arrived").is_not_null()
    arrived = _day_of_arrival()
    counted = (
        # Of months before, only what is still open is known.
        _with_senders(returns, contracts)
        .filter(
            pl.col("period") >= first_shown(contracts, today),
            pl.col("deadline") < today,
        )
        .group_by(organisation="submitter", period="period")
        .agg(
            due=pl.len(),
            sent=is_sent.sum(),
            complete=(is_sent & (status != ReturnStatus.INCOMPLETE)).sum(),
            on_time=(is_sent & (arrived <= pl.col("deadline"))).sum(),
        )
    )
    shares = {f"share_{name}": pl.col(name) / pl.col("due") for name in SHARED}
    return (
        counted.with_columns(**shares)
        .select(pl.col(name).cast(kind) for name, kind in TIMELINESS_SCHEMA.items())
        .sort("organisation", "period")
    )


def _with_senders(returns: pl.DataFrame, contracts: Collection[Contract]) -> pl.DataFrame:
    """Returns with `submitter`: who has to send each."""
    names = ("workstream", "table", "organisation")
    senders = [
        (contract.workstream, table.id, code, table.submitter_of(code))
        for contract in contracts
        for table in contract.tables
        for code in table.due_organisations
    ]
    schema = dict.fromkeys((*names, "submitter"), pl.String)
    known = pl.DataFrame(senders, schema=schema, orient="row")
    return returns.join(known, on=names, how="left").with_columns(
        pl.col("submitter").fill_null(pl.col("organisation"))
    )


def _missing(returns: pl.DataFrame) -> pl.DataFrame:
    nothing = {name: pl.lit(None, pl.String) for name in ("submission", "file_name")}
    return (
        returns.filter(pl.col("status") == ReturnStatus.MISSING)
        .with_columns(
            kind=pl.lit(Waits.MISSING.value),
            since="deadline",
            period_to="period",
            problems=pl.lit(1),
            **nothing,
        )
        .select(_COLUMNS)
    )


def _to_mend(submissions: pl.DataFrame) -> pl.DataFrame:
    """Files to be mended; one that took the place of earlier attempts waits since the first."""
    before = submissions.group_by(submission="superseded_by").agg(pl.col("arrived").min())
    return (
        submissions.filter("to_mend")
        .join(before, on="submission", how="left", suffix="_first", maintain_order="left")
        .with_columns(arrived=pl.min_horizontal("arrived", "arrived_first"))
        .with_columns(
            # A file that was accepted is only mended where wards are missing in it.
            kind=pl.when(pl.col("outcome").is_in([one.value for one in IN_FULL]))
            .then(pl.lit(Waits.LACKING.value))
            .otherwise("outcome"),
            problems=pl.lit(1),
        )
        .pipe(_of_files)
    )


def _asked(submissions: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    counted = asks(problems).group_by("submission").agg(problems=pl.len().cast(pl.Int32))
    return (
        submissions.filter(pl.col("months_in_force").list.len() > 0)
        .join(counted, on="submission")
        .with_columns(kind=pl.lit(Waits.WARNINGS.value))
        .pipe(_of_files)
    )


def _of_files(files: pl.DataFrame) -> pl.DataFrame:
    since = _day_of_arrival()
    return files.with_columns(organisation="submitter", period="period_from", since=since).select(
        _COLUMNS
    )


def _day_of_arrival() -> pl.Expr:
    """The day in Wales; an edition's moments are in UTC."""
    return pl.col("arrived").dt.replace_time_zone("UTC").dt.convert_time_zone(WALES).dt.date()


@cache
def _working_days(since: date, today: date) -> int:
    """Working days of Wales after one day, up to and with another."""
    days = (since + timedelta(days=n) for n in range((today - since).days))
    return sum(closing(day, 1) == day + timedelta(days=1) for day in days)


_COLUMNS = [
    pl.col(name).cast(kind) for name, kind in QUEUE_SCHEMA.items() if name != "working_days"
]
