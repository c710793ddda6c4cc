"""The months for which a file counts: those in the report, and those that a later report will show.

Belongs here: holding a file's months against the month of the edition. Does not belong here: which
file counts for a month (assets/steps/in_force.py), words. A file for a month that is not due yet is
accepted and counts, but nobody finds it in the report before the month's deadline has passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from reports.deadlines import deadlines
from reports.edition import Edition
from reports.pages.submission_case import Row


def months_shown(edition: Edition, file: Row) -> list[date]:
    """Months of a file that are in the report."""
    return [month for month in _in_force(file) if month <= edition.data_month]


def months_ahead(edition: Edition, file: Row) -> list[date]:
    """Months of a file that count and are not in the report yet."""
    return [month for month in _in_force(file) if month > edition.data_month]


def shown_after(edition: Edition, months: Iterable[date]) -> date:
    """The day after which some months are in the report: the last deadline of any return of theirs.

    Raises ValueError without a month or where no table is due at all.
    """
    tables = [table for contract in edition.contracts for table in contract.tables if table.due]
    return max(deadlines(table, month)[0] for month in months for table in tables)


def _in_force(file: Row) -> list[date]:
    return list(file["months_in_force"] or ())
