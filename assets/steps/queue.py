"""The steward's queue: everything that waits for somebody, and how well returns come in.

Belongs here: putting together what an edition knows (returns, submissions, problems with answers)
as one list for the programme's data steward, and counts by month for a trend. Does not belong here:
deciding what is missing or to be mended (returns.py), which warnings are answered (answers.py),
pages.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import cache

import polars as pl

from assets.steps.answers import asks
from assets.steps.months import later
from assets.steps.returns import MONTHS_SHOWN
from data_contracts.states import ReturnStatus
from data_contracts.working_days import closing

# One row for each thing that waits, oldest first. `since`: the deadline of a missing return, else
# the day on which the file came; `working_days`: how many of Wales have passed since then.
# `period`: the month, or the first of several; null where it cannot be told. `submission` and
# `file_name` are null for a missing return. `problems`: unanswered warnings, else 1.
QUEUE_SCHEMA = pl.Schema(
    {
        "kind": pl.String(),
        "organisation": pl.String(),
        "workstream": pl.String(),
        "table": pl.String(),
        "period": pl.Date(),
        "submission": pl.String(),
        "file_name": pl.String(),
        "since": pl.Date(),
        "working_days": pl.Int64(),
        "problems": pl.Int64(),
    }
)
# One row for each organisation and month whose deadline has passed, of the last year. Counts of
# returns: `due`, `sent` (figures are in force), `complete` (and nothing is missing in them),
# `on_time` (the first that was accepted came by the deadline). Shares are of those that are due.
TIMELINESS_SCHEMA = pl.Schema(
    {
        "organisation": pl.String(),
        "period": pl.Date(),
        "due": pl.Int64(),
        "sent": pl.Int64(),
        "complete": pl.Int64(),
        "on_time": pl.Int64(),
        "share_sent": pl.Float64(),
        "share_complete": pl.Float64(),
        "share_on_time": pl.Float64(),
    }
)
SHARED = ("sent", "complete", "on_time")
WALES = "Europe/London"


class Waits(StrEnum):
    """Why something is in the queue: the values of `kind`."""

    MISSING = "missing"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    PARTLY_ACCEPTED = "partly_accepted"
    WARNINGS = "warnings"


def queue(
    returns: pl.DataFrame, submissions: pl.DataFrame, problems: pl.DataFrame, today: date
) -> pl.DataFrame:
    """All that waits, as QUEUE_SCHEMA: oldest first, then by organisation.

    Takes the frames of an edition; `problems` with answers. Trials and withdrawn files are in no
    queue, nor are warnings about files of which no month is in force, nor dismissed files that
    were not accepted.
    """
    waits = pl.concat([_missing(returns), _to_mend(submissions), _asked(submissions, problems)])
    passed = [_working_days(since, today) for since in waits["since"]]
    return (
        waits.with_columns(working_days=pl.Series(passed, dtype=pl.Int64))
        .select(pl.col(name).cast(kind) for name, kind in QUEUE_SCHEMA.items())
        .sort("since", "organisation", "workstream", "table", "period", "kind", "submission")
    )


def timeliness(returns: pl.DataFrame, today: date) -> pl.DataFrame:
    """How many of the returns that are due came, and when, as TIMELINESS_SCHEMA."""
    status = pl.col("status")
    is_sent = pl.col("arrived").is_not_null()
    arrived = pl.col("arrived").dt.replace_time_zone("UTC").dt.convert_time_zone(WALES).dt.date()
    counted = (
        # Of months before, only what is still open is known.
        returns.filter(
            pl.col("period") >= later(today.replace(day=1), -MONTHS_SHOWN),
            pl.col("deadline") < today,
        )
        .group_by("organisation", "period")
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


def _missing(returns: pl.DataFrame) -> pl.DataFrame:
    nothing = {name: pl.lit(None, pl.String) for name in ("submission", "file_name")}
    return (
        returns.filter(pl.col("status") == ReturnStatus.MISSING)
        .with_columns(
            kind=pl.lit(Waits.MISSING.value), since="deadline", problems=pl.lit(1), **nothing
        )
        .select(_COLUMNS)
    )


def _to_mend(submissions: pl.DataFrame) -> pl.DataFrame:
    return (
        submissions.filter("to_mend")
        .with_columns(kind=pl.col("outcome"), problems=pl.lit(1))
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
    came = pl.col("arrived").dt.replace_time_zone("UTC").dt.convert_time_zone(WALES).dt.date()
    return files.with_columns(organisation="submitter", period="period_from", since=came).select(
        _COLUMNS
    )


@cache
def _working_days(since: date, today: date) -> int:
    """Working days of Wales after one day, up to and with another."""
    days = (since + timedelta(days=n) for n in range((today - since).days))
    return sum(closing(day, 1) == day + timedelta(days=1) for day in days)


_COLUMNS = [
    pl.col(name).cast(kind) for name, kind in QUEUE_SCHEMA.items() if name != "working_days"
]
