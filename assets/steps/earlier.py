"""Step 3c. The records that a month may be held against: in force before the night, or tonight's.

Here: which records they are and which version of each month speaks. Not here: comparing
(history.py, whole_months.py). Records in force are read once for all waiting files of a table.

What is in force before the night is known whatever files come tonight. Of several versions of a
month (in force or in tonight's files) one speaks: a complete one before one from which rows were
set aside, then by the version in the file's name (none: the highest), then by the time at which the
file came. That is so whatever the order in which files are checked: the same files lead to the same
questions. Files of trials speak to themselves alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from assets.steps.in_force import in_force
from assets.steps.night import Night
from assets.steps.submissions import RECORDS, Receipt
from data_contracts.contract import Contract, Table
from data_contracts.suite import ROW, SUBMISSION
from reports.months import later

# Months before the first of tonight's that are read when no rule looks back further.
YEAR = 12
# Beside the columns of a table, none of which may have a space in its name.
COMPLETE, VERSION, IS_NEW, MONTH = "is complete", "its version", "is new", "its month"
ORGANISATION = "organisation_code"
# A file whose name tells no version was sent by someone who knew all that had come.
NO_VERSION = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A file of tonight: the version in its name, whether it is a trial, the day it came."""

    submission: str
    version: int | None
    is_trial: bool
    arrived: date


@dataclass(frozen=True)
class View:
    """Rows of a table, of which `asked` says which files are asked about them.

    `rows` has the columns of the table, submission and row, and the columns named above; the month
    is a number.
    """

    rows: pl.DataFrame
    asked: frozenset[str]

    @cached_property
    def speaking_versions(self) -> pl.DataFrame:
        """The submission that speaks for each organisation and month."""
        sent = self.rows.group_by(SUBMISSION, ORGANISATION, MONTH).agg(
            pl.col(COMPLETE).first(), pl.col(VERSION).first()
        )
        ranked = sent.sort(COMPLETE, VERSION, SUBMISSION)
        months = ranked.group_by(ORGANISATION, MONTH, maintain_order=True)
        return months.agg(pl.col(SUBMISSION).last())


def views(
    good: pl.DataFrame, earlier: pl.DataFrame, table: Table, senders: Sequence[Sender]
) -> Iterator[View]:
    """What each file is held against: one view for all that count, one for each trial.

    `good` are tonight's rows that are not set aside, with whether no row of the file's month is;
    `earlier` is what was in force.
    """
    versions = pl.DataFrame(
        [(one.submission, NO_VERSION if one.version is None else one.version) for one in senders],
        schema={SUBMISSION: pl.String, VERSION: pl.Int64},
        orient="row",
    )
    wanted = [SUBMISSION, ROW, COMPLETE, *table.column_names]
    new = good.select(wanted).join(versions, on=SUBMISSION, how="left", maintain_order="left")
    rows = pl.concat(
        [new.with_columns(pl.lit(True).alias(IS_NEW)), earlier], how="diagonal_relaxed"
    ).with_columns(month_number().alias(MONTH))
    trials = [one.submission for one in senders if one.is_trial]
    counting = rows.filter(~pl.col(SUBMISSION).is_in(trials))
    asked = frozenset(one.submission for one in senders if not one.is_trial)
    if asked:
        yield View(counting, asked)
    for trial in trials:
        own = rows.filter(pl.col(SUBMISSION) == trial)
        yield View(pl.concat([counting, own]), frozenset({trial}))


def month_number() -> pl.Expr:
    """A row's month as a number that counts up by one."""
    year = pl.col("period").dt.year().cast(pl.Int64)
    return year * 12 + pl.col("period").dt.month().cast(pl.Int64)


def read_earlier(
    night: Night,
    contract: Contract,
    table: Table,
    receipts: Iterable[Receipt],
    months: tuple[date, date],
) -> pl.DataFrame:
    """The records in force before tonight, of a span of months and as long before as rules look.

    The columns of `View.rows` but for the month's number.
    """
    windows = [history.window for _, history in table.history_rules]
    first = later(months[0], -max([YEAR, *windows]))
    own = [
        receipt
        for receipt in receipts
        if (receipt.workstream, receipt.table) == (contract.workstream, table.id)
        and any(first <= sent.period <= months[1] for sent in receipt.months)
    ]
    if not own:
        return _nothing()
    used = in_force(night, contract, table, own).months.filter(
        pl.col("period").is_between(first, months[1])
    )
    versions = {receipt.submission: receipt.version for receipt in own}
    read = [
        _records(night, str(name), chosen, versions[str(name)])
        for (name,), chosen in used.partition_by("submission", as_dict=True).items()
    ]
    return pl.concat([_nothing(), *read], how="diagonal_relaxed")


def _nothing() -> pl.DataFrame:
    schema = {SUBMISSION: pl.String, ROW: pl.Int64, COMPLETE: pl.Boolean, VERSION: pl.Int64}
    return pl.DataFrame(schema=schema | {IS_NEW: pl.Boolean})


def _records(
    night: Night, submission: str, chosen: pl.DataFrame, version: int | None
) -> pl.DataFrame:
    """The rows of one submission that are in force."""
    months = chosen.select(
        pl.col("organisation").alias(ORGANISATION), "period", pl.col("is_complete").alias(COMPLETE)
    )
    rows = pl.read_parquet(night.lake.submissions / submission / RECORDS)
    return rows.join(months, on=[ORGANISATION, "period"], how="inner").with_columns(
        pl.lit(submission).alias(SUBMISSION),
        pl.lit(NO_VERSION if version is None else version, pl.Int64).alias(VERSION),
        pl.lit(False).alias(IS_NEW),
    )
