"""Data quality of a workstream: who sent what, month by month, and what the page rests on.

Belongs here: the grid of returns and the list of submissions, as text. Does not belong here: what
is wrong inside a submission (the stewards' pages).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.contract import Contract, Table
from reports.deadlines import in_wales
from reports.edition import Edition
from reports.months import later, months
from reports.pages.month_names import month_names, short_month
from reports.pages.return_statuses import ARRIVED, NOT_DUE
from reports.pages.units import unit_name
from reports.waiting import Waits
from reports.words import Words

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ReturnCell:
    """One organisation's return for one month: its status or not_due, and that in words."""

    status: str
    text: str


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """Returns of one organisation or table; `complete` counts those that arrived of those due."""

    name: str
    cells: tuple[ReturnCell, ...]
    complete: str


@dataclass(frozen=True, slots=True)
class ReturnGrid:
    """Returns over the last months."""

    title: str
    months: tuple[str, ...]
    rows: tuple[ReturnRow, ...]


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One submission that figures on the page come from."""

    id: str
    submitter: str
    file: str
    months: str
    arrived: str


def return_grids(edition: Edition, contract: Contract, words: Words) -> tuple[ReturnGrid, ...]:
    """One grid for each table that someone must send, with a row for each organisation."""
    return tuple(_grid(edition, t, words) for t in contract.tables if t.due_organisations)


def own_returns(edition: Edition, contract: Contract, words: Words, code: str) -> ReturnGrid:
    """One grid of an organisation's own returns, with a row for each table it must send."""
    span = shown_months(edition)
    rows = [
        _row(_table_name(table, words), _statuses(edition, table, code, span), words)
        for table in contract.tables
        if code in table.due_organisations
    ]
    # A page has such a grid for each workstream.
    workstream = words.text(f"{contract.workstream}.workstream.name")
    title = f"{words.text('pages.own.returns')}: {workstream}"
    return ReturnGrid(title, _month_row(span, words), tuple(rows))


def shown_months(edition: Edition) -> tuple[date, ...]:
    """The last months up to the edition's, oldest first."""
    end = edition.data_month
    return tuple(months(later(end, 1 - MONTHS_SHOWN), end))


def submissions_in_force(
    edition: Edition, contract: Contract, words: Words
) -> tuple[SubmissionRow, ...]:
    """Submissions whose figures are used, by submitter and time of arrival."""
    used = edition.submissions.filter(
        pl.col("workstream") == contract.workstream, pl.col("months_in_force").list.len() > 0
    ).sort("submitter", "arrived", "submission")
    return tuple(
        SubmissionRow(
            id=row["submission"],
            submitter=unit_name(edition, words, row["submitter"]),
            file=row["file_name"],
            months=_month_range(row["months_in_force"], words),
            arrived=words.date(in_wales(row["arrived"]).date()),
        )
        for row in used.iter_rows(named=True)
    )


# Files whose figures are not in the report, or not all of them, until they are mended.
UNMENDED = (Waits.REFUSED, Waits.QUARANTINED, Waits.PARTLY_ACCEPTED, Waits.LACKING)
TOLD_OF_UNMENDED = ("kind", "organisation", "table", "period", "period_to")


def unmended(edition: Edition, contract: Contract) -> pl.DataFrame:
    """Files of a workstream that wait to be mended, newest months first; TOLD_OF_UNMENDED."""
    first = shown_months(edition)[0]
    return (
        edition.queue.filter(
            pl.col("workstream") == contract.workstream,
            pl.col("kind").is_in([kind.value for kind in UNMENDED]),
            pl.col("period").is_null() | (pl.col("period_to") >= first),
        )
        .select(TOLD_OF_UNMENDED)
        .sort("period", "organisation", "table", "kind", descending=[True, False, False, False])
    )


def unmended_files(edition: Edition, contract: Contract, words: Words) -> tuple[str, ...]:
    """The same in words: whose file, for which return and months, and what became of it."""
    return tuple(
        words.text(
            "charts.page.unmended_item",
            organisation=unit_name(edition, words, organisation),
            table=words.text(f"{contract.workstream}.tables.{table}.name"),
            months=_month_range([first, last], words)
            if first
            else words.text("charts.page.no_month"),
            outcome=words.text(f"queue.kind.{kind}.name"),
        )
        for kind, organisation, table, first, last in unmended(edition, contract).iter_rows()
    )


def _grid(edition: Edition, table: Table, words: Words) -> ReturnGrid:
    span = shown_months(edition)
    rows = [
        _row(unit_name(edition, words, code), _statuses(edition, table, code, span), words)
        for code in table.due_organisations
    ]
    title = words.text("charts.page.quality_grid", table=_table_name(table, words))
    return ReturnGrid(title, _month_row(span, words), tuple(rows))


def _statuses(edition: Edition, table: Table, code: str, span: tuple[date, ...]) -> list[str]:
    """The statuses of one organisation's returns of a table, month by month."""
    known = edition.returns.filter(
        pl.col("workstream") == table.workstream,
        pl.col("table") == table.id,
        pl.col("organisation") == code,
    )
    status = dict(known.select("period", "status").iter_rows())
    return [status.get(month, NOT_DUE) for month in span]


def _table_name(table: Table, words: Words) -> str:
    return words.text(f"{table.workstream}.tables.{table.id}.name")


def _month_row(span: tuple[date, ...], words: Words) -> tuple[str, ...]:
    return tuple(month_names(words)[month.month - 1] for month in span)


def _row(name: str, statuses: list[str], words: Words) -> ReturnRow:
    due = [status for status in statuses if status != NOT_DUE]
    arrived = sum(status in ARRIVED for status in due)
    cells = tuple(ReturnCell(s, words.text(f"charts.status.{s}")) for s in statuses)
    complete = words.text("charts.page.complete_of", n_in=arrived, n_due=len(due))
    return ReturnRow(name, cells, complete if due else "")


def _month_range(used: list[date], words: Words) -> str:
    first, last = min(used), max(used)
    if first == last:
        return words.month(first)
    return words.text(
        "charts.page.months_range", first=short_month(words, first), last=short_month(words, last)
    )
