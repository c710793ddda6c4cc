"""What pages tell of returns beside their status: which are in, which are open, which came worst.

Belongs here: the orders and groups of statuses that several pages share. Does not belong here:
deciding a status (assets/steps/returns.py) and its words (terms.yaml, charts.yaml).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.states import ReturnStatus
from reports.edition import Edition

# What a cell shows where a return is not due at all: no return has this status.
NOT_DUE = "not_due"
# All that a key has to explain, the good ones first.
SHOWN = (
    ReturnStatus.ON_TIME, ReturnStatus.ON_TIME_TO_CHECK, ReturnStatus.LATE, ReturnStatus.REFUSED,
    ReturnStatus.INCOMPLETE, ReturnStatus.MISSING, ReturnStatus.WAITING, NOT_DUE,
)  # fmt: skip
# The most pressing first: what stands for several returns that differ.
WORST_FIRST = (
    ReturnStatus.MISSING, ReturnStatus.REFUSED, ReturnStatus.INCOMPLETE, ReturnStatus.LATE,
    ReturnStatus.WAITING, ReturnStatus.ON_TIME_TO_CHECK, ReturnStatus.ON_TIME, NOT_DUE,
)  # fmt: skip
LATE = ReturnStatus.LATE
ON_TIME = frozenset({ReturnStatus.ON_TIME, ReturnStatus.ON_TIME_TO_CHECK})
# Those that are in the report in full, also where they came late.
ARRIVED = ON_TIME | {ReturnStatus.LATE}
# In the order of what a steward must do.
TO_DO = (ReturnStatus.MISSING, ReturnStatus.REFUSED, ReturnStatus.INCOMPLETE)


def returns_of_month(edition: Edition, month: date | None = None) -> pl.DataFrame:
    """The returns due for the edition's month (or another), by workstream and organisation."""
    now = edition.returns.filter(pl.col("period") == (month or edition.data_month))
    return now.sort("workstream", "organisation", "table")


def status_of(edition: Edition, organisation: str, workstream: str, table: str) -> str:
    """Why one return's figures for the edition's month lack; empty where it is in, or none was due.

    One that is in may still have no figure of a measure.
    """
    found = returns_of_month(edition).filter(
        organisation=organisation, workstream=workstream, table=table
    )
    open_returns = gaps_of(found)
    return str(open_returns["status"].item()) if open_returns.height else ""


def gaps_of(returns: pl.DataFrame) -> pl.DataFrame:
    """Those of some returns that are not in the report in full."""
    return returns.filter(~pl.col("status").is_in([status.value for status in ARRIVED]))
