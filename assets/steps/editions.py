"""What the lake knows, put together as the one thing that pages read.

Belongs here: gathering counts, signals, submissions, problems, returns, changes, what waits and
what was decided and noted into an Edition.
Does not belong here: making any of them, cutting them for a reader (reports/edition.py), pages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeAlias

import polars as pl

from assets.steps.answers import asks, with_answers
from assets.steps.audit import decided
from assets.steps.count import read_corrections, read_months, read_questions
from assets.steps.decisions import read_decisions
from assets.steps.detect import (
    read_before,
    read_days_points,
    read_days_series,
    read_points,
    read_series,
)
from assets.steps.months import data_month
from assets.steps.night import Night
from assets.steps.notes import read_notes
from assets.steps.publications import read_told
from assets.steps.queue import queue, timeliness
from assets.steps.read import parsed_name
from assets.steps.returns import lacking_wards, returns, superseded, to_mend
from assets.steps.submissions import NO_MONTH, PROBLEMS, RECORDS, Receipt, all_receipts
from data_contracts.contract import Contract, Table
from data_contracts.problems import PROBLEM_SCHEMA, Outcome
from reports.edition import Edition
from reports.months import later

SUBMISSION_SCHEMA = pl.Schema(
    {
        "submission": pl.String(),
        "submitter": pl.String(),
        "workstream": pl.String(),
        "table": pl.String(),
        "file_name": pl.String(),
        "sheet": pl.String(),
        "sha256": pl.String(),
        "arrived": pl.Datetime("us"),
        "received": pl.Datetime("us"),
        "outcome": pl.String(),
        "version": pl.Int64(),
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "organisations": pl.List(pl.String),
        "rows_read": pl.Int64(),
        "rows_accepted": pl.Int64(),
        "rows_set_aside": pl.Int64(),
        "warnings": pl.Int64(),
        "months_in_force": pl.List(pl.Date),
        "counts_in_full": pl.Boolean(),
        "duplicate_of": pl.String(),
        "to_mend": pl.Boolean(),
        "superseded_by": pl.String(),
        "trial": pl.Boolean(),
        "withdrawn": pl.Boolean(),
        "answers": pl.Int64(),
        "released": pl.String(),
    }
)
# An organisation and a month.
Sent: TypeAlias = tuple[str, date]
CHANGE_SCHEMA = pl.Schema(
    {
        "organisation": pl.String(),
        "level": pl.String(),
        "workstream": pl.String(),
        "measure": pl.String(),
        "site_code": pl.String(),
        "ward_code": pl.String(),
        "date": pl.Date(),
        "kind": pl.String(),
        "text_en": pl.String(),
        "text_cy": pl.String(),
        "author_role": pl.String(),
        "provenance": pl.String(),
    }
)


def edition_of(night: Night, publication: str, of: Iterable[Contract] | None = None) -> Edition:
    """The edition of a night; `of` limits points, series and returns to some contracts."""
    contracts = tuple(night.contracts if of is None else of)
    every = night.contracts
    months = pl.concat(
        [_months(night, contract) for contract in every if _is_counted(night, contract)]
    )
    questions = _joined(read_questions, night, every)
    submissions = submissions_frame(night, months, questions)
    problems = _problems(night, questions)
    # A file is asked about as long as one of its warnings has no answer.
    to_check = frozenset(
        submissions.filter(pl.col("outcome") == Outcome.ACCEPTED_WITH_WARNINGS)["submission"]
    ).intersection(asks(problems)["submission"])
    due = pl.concat([returns(night, c, read_months(night, c), to_check) for c in contracts])
    month = data_month(night.contracts, night.today)
    told = read_told(night.lake, later(month, -1))
    return Edition(
        data_month=month,
        today=night.today,
        publication=publication,
        contracts=night.contracts,
        registers=night.registers,
        translations_folder=night.translations,
        points=_joined(read_points, night, contracts),
        series=_joined(read_series, night, contracts),
        days_points=_joined(read_days_points, night, contracts),
        days_series=_joined(read_days_series, night, contracts),
        returns=due,
        submissions=submissions,
        problems=problems,
        changes=_changes(night, months),
        before=_joined(read_before, night, contracts) if told is None else told,
        is_before_recounted=told is None,
        corrections=_joined(read_corrections, night, contracts),
        queue=queue(due, submissions, problems, night.today, contracts),
        timeliness=timeliness(due, night.today, contracts),
        decisions=decided(night, submissions),
        notes=read_notes(night).shown,
    )


def submissions_frame(night: Night, months: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    """Every submission, as SUBMISSION_SCHEMA, in the order of arrival.

    A question about missing wards, which only shows beside other months, turns an accepted one into
    one to check.
    """
    used: dict[str, set[Sent]] = defaultdict(set)
    for submission, *sent in months.select("submission", "organisation", "period").iter_rows():
        used[submission].add((sent[0], sent[1]))
    asked = Counter[str](questions["submission"])
    receipts = all_receipts(night.lake)
    decisions = read_decisions(night)
    lacking = lacking_wards(questions, months)
    asked_of = (receipts, decisions.dismissed, lacking)
    open_ones = {one.submission for one in to_mend(*asked_of)}
    newer = superseded(*asked_of)
    rows = [
        _submission(receipt, used[receipt.submission], asked[receipt.submission])
        | {
            "to_mend": receipt.submission in open_ones,
            "superseded_by": newer.get(receipt.submission),
            "withdrawn": receipt.submission in decisions.withdrawn,
        }
        for receipt in receipts
    ]
    return pl.DataFrame(rows, schema=SUBMISSION_SCHEMA, orient="row")


def _submission(receipt: Receipt, in_force: set[Sent], questions: int) -> dict[str, Any]:
    name = parsed_name(receipt.file_name)
    # A list without months counts from the month its file is named after.
    months = {name.first or month if month == NO_MONTH else month for _, month in in_force}
    accepted = {(sent.organisation, sent.period) for sent in receipt.months if sent.rows}
    periods = sorted(
        sent.period for sent in receipt.months if sent.rows and sent.period != NO_MONTH
    )
    outcome = receipt.outcome
    if questions and outcome is Outcome.ACCEPTED:
        outcome = Outcome.ACCEPTED_WITH_WARNINGS
    same = ("submission", "submitter", "workstream", "table", "file_name", "sheet", "sha256",
            "version", "rows_read", "rows_accepted", "rows_set_aside", "duplicate_of",
            "trial", "answers", "released")  # fmt: skip
    return {
        **{field: getattr(receipt, field) for field in same},
        "arrived": _plain(receipt.arrived),
        "received": _plain(receipt.received),
        "outcome": outcome.value,
        "period_from": name.first or next(iter(periods), None),
        "period_to": name.last or next(reversed(periods), None),
        "organisations": sorted({sent.organisation for sent in receipt.months}),
        "warnings": receipt.warnings + questions,
        "months_in_force": sorted(months),
        "counts_in_full": accepted <= in_force,
    }


def _plain(moment: datetime) -> datetime:
    """UTC without saying so, as frames hold it."""
    return moment.replace(tzinfo=None)


def _problems(night: Night, questions: pl.DataFrame) -> pl.DataFrame:
    """All that was found in all submissions, the questions that other months raise, and answers."""
    receipts = all_receipts(night.lake)
    paths = [
        night.lake.submissions / receipt.submission / PROBLEMS
        for receipt in receipts
        if receipt.outcome is not Outcome.ACCEPTED
    ]
    frames = [pl.read_parquet(path) for path in paths]
    found = pl.concat([pl.DataFrame(schema=PROBLEM_SCHEMA), *frames, questions])
    return with_answers(night.lake, found, receipts, read_decisions(night))


def _is_counted(night: Night, contract: Contract) -> bool:
    return (night.lake.work / contract.workstream / "months.parquet").exists()


def _months(night: Night, contract: Contract) -> pl.DataFrame:
    return read_months(night, contract).with_columns(workstream=pl.lit(contract.workstream))


Reader = Callable[[Night, Contract], pl.DataFrame]


def _joined(reader: Reader, night: Night, contracts: Iterable[Contract]) -> pl.DataFrame:
    frames = [reader(night, c) for c in contracts if _is_counted(night, c)]
    return pl.concat([frame for frame in frames if frame.width], how="diagonal_relaxed")


def _changes(night: Night, months: pl.DataFrame) -> pl.DataFrame:
    """What organisations tell of their own work, from every table that has a change's columns."""
    frames = [pl.DataFrame(schema=CHANGE_SCHEMA)]
    for contract in night.contracts:
        for table in filter(tells_changes, contract.tables):
            own = months.filter(
                pl.col("workstream") == contract.workstream, pl.col("table") == table.id
            )
            frames += [
                _told(night, submission, organisation)
                for organisation, submission in own.select("organisation", "submission").iter_rows()
            ]
    return pl.concat(frames).sort("organisation", "workstream", "date", "kind", "measure")


def tells_changes(table: Table) -> bool:
    """Whether a table's rows are changes."""
    return all(table.has(name) for name in CHANGE_SCHEMA if name not in ("organisation", "level"))


def _told(night: Night, submission: str, organisation: str) -> pl.DataFrame:
    rows = pl.read_parquet(night.lake.submissions / submission / RECORDS)
    own = rows.filter(pl.col("organisation_code") == organisation)
    # What a change is about decides who may read of it: wards stay in their own organisation.
    level = (
        pl.when(pl.col("ward_code").is_not_null())
        .then(pl.lit("ward"))
        .when(pl.col("site_code").is_not_null())
        .then(pl.lit("site"))
        .otherwise(pl.lit("organisation"))
    )
    return (
        own.rename({"organisation_code": "organisation"})
        .with_columns(level=level)
        .select(pl.col(name).cast(kind) for name, kind in CHANGE_SCHEMA.items())
    )
