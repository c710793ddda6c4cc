"""Step 3g. Waiting rows get the truth of everything that the months before say of them.

Here: which of tonight's rows may speak for their month, and the order in which questions about
earlier months are worked out. Not here: the questions (history.py, whole_months.py), the records
that are looked at (earlier.py), the verdict (check.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from assets.steps.earlier import COMPLETE, ORGANISATION, Sender, View, read_earlier, views
from assets.steps.history import with_history
from assets.steps.night import Night
from assets.steps.prepare import row_scope_codes
from assets.steps.submissions import all_receipts
from assets.steps.whole_months import with_whole_months
from data_contracts.contract import Contract, Table
from data_contracts.registers import Registers
from data_contracts.suite import ROW, SUBMISSION, Check

GOOD = "is good"


def with_past(
    frame: pl.DataFrame,
    suite: tuple[Check, ...],
    table: Table,
    contract: Contract,
    night: Night,
    senders: Sequence[Sender],
) -> pl.DataFrame:
    """The prepared frame with the truth of what is asked because of the months before."""
    if "period" not in table.key:
        return frame
    good = _good(frame, suite, table)
    seen = [] if good.is_empty() else _views(good, table, contract, night, senders)
    frame = with_history(frame, table, seen, night.registers)
    return with_whole_months(frame, table, seen, {one.submission: one.arrived for one in senders})


def without_past(frame: pl.DataFrame, table: Table, registers: Registers) -> pl.DataFrame:
    """The prepared frame where no months before are known: nothing is asked because of them."""
    if "period" not in table.key:
        return frame
    return with_whole_months(with_history(frame, table, [], registers), table, [], {})


def _good(frame: pl.DataFrame, suite: tuple[Check, ...], table: Table) -> pl.DataFrame:
    """The rows that are not set aside, and whether no row of their file's month is.

    Only what is compared is kept: the frame has several columns for each of the table's.
    """
    codes = row_scope_codes(table)
    aside = [c.broken().fill_null(False) for c in suite if codes.issuperset(c.codes)]
    month = (SUBMISSION, ORGANISATION, "period")
    kept = [SUBMISSION, ROW, *table.column_names]
    return (
        frame.select(*kept, (~pl.any_horizontal(aside)).alias(GOOD))
        .with_columns(pl.col(GOOD).all().over(month).alias(COMPLETE))
        .filter(GOOD)
    )


def _views(
    good: pl.DataFrame,
    table: Table,
    contract: Contract,
    night: Night,
    senders: Sequence[Sender],
) -> list[View]:
    span = good.select(first=pl.col("period").min(), last=pl.col("period").max()).row(0)
    earlier = read_earlier(night, contract, table, all_receipts(night.lake), span)
    return list(views(good, earlier, table, senders))
