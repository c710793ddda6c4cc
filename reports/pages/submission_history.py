"""What became of a steward's files: the history of attempts, and whose figures are in force.

Belongs here: rows of both tables. Does not belong here: deciding what is in force (the edition's
returns say so).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from data_contracts.problems import masked
from reports.edition import Edition
from reports.pages.problem_words import organisation_name
from reports.pages.visible_text import Parts, value_parts
from reports.words import Words

LONGEST_HISTORY = 30


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One file that was sent: when, what became of it, how many months it gives to the report."""

    received: str
    file: Parts
    outcome: str
    result: str
    in_force: str
    is_this: bool
    href: str


@dataclass(frozen=True, slots=True)
class InForceRow:
    """A run of months that one file gives to the report; `href` is None for no file or this one."""

    organisation: str
    months: str
    status: str
    file: Parts
    href: str | None


def page_name(submission: str, language: str) -> str:
    """The file name of a submission's page."""
    return f"submission-{submission}{suffix(language)}.html"


def list_name(submission: str, language: str) -> str:
    """The file name of the list of its problems."""
    return f"submission-{submission}{suffix(language)}.csv"


def suffix(language: str) -> str:
    """English pages are x.html, Welsh ones x.cy.html."""
    return "" if language == "en" else f".{language}"


def spoken_months(words: Words, first: date | None, last: date | None) -> str:
    """`October 2026`, `January 2021 to March 2023`, or words for months that are not known."""
    if first is None or last is None:
        return words.text("stewards.page.unknown_months")
    if first == last:
        return words.month(first)
    return words.text("stewards.page.months", first=words.month(first), last=words.month(last))


def spoken_moment(words: Words, moment: datetime) -> str:
    """`20 November 2026, 16:42`."""
    return words.text(
        "stewards.page.at", date=words.date(moment.date()), time=moment.strftime("%H:%M")
    )


def shown_of(words: Words, shown: int, n: int) -> str:
    """`Showing 20 of 1,204.`, or nothing where all are shown."""
    if shown >= n:
        return ""
    return words.text("stewards.shown", shown=words.number(shown, 0), n=words.number(n, 0))


def history(edition: Edition, this: Mapping[str, Any]) -> pl.DataFrame:
    """Files of the same submitter and return for any of the same months, newest first.

    Where the months of this file are not known: all files of that return.
    """
    same = pl.lit(True)
    for name in ("submitter", "workstream", "table"):
        same = same & pl.col(name).eq_missing(pl.lit(this[name]))
    if this["period_from"] is not None:
        overlaps = (pl.col("period_from") <= this["period_to"]) & (
            pl.col("period_to") >= this["period_from"]
        )
        same = same & (overlaps | (pl.col("submission") == this["submission"]))
    found = edition.submissions.filter(same)
    return found.sort("arrived", "submission", descending=True)


def history_rows(
    files: pl.DataFrame, this: Mapping[str, Any], words: Words
) -> tuple[HistoryRow, ...]:
    """The newest files as rows to print."""
    shown = files.head(LONGEST_HISTORY).iter_rows(named=True)
    return tuple(_history_row(file, this["submission"], words) for file in shown)


def _history_row(file: Mapping[str, Any], this: str, words: Words) -> HistoryRow:
    months = len(file["months_in_force"] or [])
    in_force = "stewards.history.in_use" if months else "stewards.history.not_in_use"
    return HistoryRow(
        received=spoken_moment(words, file["arrived"]),
        file=value_parts(words, file["file_name"]),
        outcome=file["outcome"],
        result=words.text(f"stewards.outcome.{file['outcome']}.name"),
        in_force=words.text(in_force, n=months),
        is_this=file["submission"] == this,
        href=page_name(file["submission"], words.language),
    )


def returns_of(
    edition: Edition, this: Mapping[str, Any], organisations: Sequence[str]
) -> pl.DataFrame:
    """The edition's returns for the months and organisations of a file; none for unknown months."""
    if this["period_from"] is None or this["workstream"] is None:
        return edition.returns.clear()
    return edition.returns.filter(
        pl.col("workstream") == this["workstream"],
        pl.col("table") == this["table"],
        pl.col("organisation").is_in(list(organisations)),
        pl.col("period").is_between(this["period_from"], this["period_to"]),
    )


def runs_of_months(returns: pl.DataFrame, same: Sequence[str]) -> pl.DataFrame:
    """Returns with consecutive months of equal `same` columns as one row: first, last, n.

    The newest run of each organisation comes first.
    """
    month = pl.col("period").dt.year().cast(pl.Int64) * 12 + pl.col("period").dt.month()
    # Along one organisation's equal months, month minus place is constant while there is no gap.
    place = pl.col("period").rank("ordinal").over(list(same)).cast(pl.Int64)
    return (
        returns.with_columns(run=month - place)
        .group_by(*same, "run")
        .agg(
            first=pl.min("period"),
            last=pl.max("period"),
            n=pl.len(),
            deadline=pl.max("deadline"),
        )
        .sort(["last", *same], descending=[True, *[False] * len(same)], nulls_last=True)
    )


def in_force_rows(
    edition: Edition, this: Mapping[str, Any], returns: pl.DataFrame, words: Words
) -> tuple[InForceRow, ...]:
    """Whose figures are in the report for each month of this file."""
    runs = runs_of_months(returns, ("organisation", "status", "submission"))
    names = dict(edition.submissions.select("submission", "file_name").iter_rows())
    return tuple(
        _in_force_row(edition, run, this["submission"], names, words)
        for run in runs.sort("organisation", maintain_order=True).iter_rows(named=True)
    )


def _in_force_row(
    edition: Edition, run: Mapping[str, Any], this: str, names: Mapping[str, str], words: Words
) -> InForceRow:
    used: str | None = run["submission"]
    other = used is not None and used != this
    return InForceRow(
        organisation=organisation_name(words, edition.registers, run["organisation"]),
        months=spoken_months(words, run["first"], run["last"]),
        status=words.text(f"terms.return_statuses.{run['status']}"),
        file=_used_file(used, this, names, words),
        href=page_name(str(used), words.language) if other else None,
    )


def _used_file(used: str | None, this: str, names: Mapping[str, str], words: Words) -> Parts:
    if used is None:
        return value_parts(words, words.text("stewards.in_force.no_file"))
    if used == this:
        return value_parts(words, words.text("stewards.in_force.this_file"))
    return value_parts(words, masked(names[used]))
