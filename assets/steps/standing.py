"""How a workstream's files stand after a check, whichever night they came in.

Belongs here: what operators are told of files: which are in force, which still have to be mended,
which rules those break. Does not belong here: deciding what is in force (in_force.py) or what is to
be mended (returns.py), words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import polars as pl

from assets.steps.decisions import read_decisions
from assets.steps.fingerprints import is_made, workstream_print
from assets.steps.in_force import MONTHS_SCHEMA, in_force
from assets.steps.night import Night
from assets.steps.returns import lacking_wards, to_mend
from assets.steps.submissions import PROBLEMS, Receipt, all_receipts
from data_contracts.contract import Contract
from data_contracts.problems import PROBLEM_SCHEMA, Outcome, problems_frame

# Submission, organisation and period of what is in force.
Month: TypeAlias = tuple[str, str, date]

# One row for each settled file; `organisation` is the one that sent it and has to mend it.
FILE_SCHEMA = pl.Schema(
    {
        "submission": pl.String,
        "organisation": pl.String,
        "file": pl.String,
        "outcome": pl.String,
        "new_rows": pl.Int64,
        "rows_in_force": pl.Int64,
        "in_force": pl.Boolean,
        "to_mend": pl.Boolean,
        "is_new": pl.Boolean,
    }
)
# One row for each file and rule: a file that is mended, or dismissed by a decision, has none.
FINDING_SCHEMA = pl.Schema(
    {
        "organisation": pl.String,
        "submission": pl.String,
        "file": pl.String,
        "to_mend": pl.Boolean,
        "rule": pl.String,
        "problems": pl.Int64,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How files stand now, whichever night they came in: FILE_SCHEMA and FINDING_SCHEMA."""

    files: pl.DataFrame
    findings: pl.DataFrame


def standing(night: Night, contract: Contract, known: Collection[str]) -> Standing:
    """How the files of a contract stand; those not `known` (submissions) are new."""
    receipts = [
        one
        for one in all_receipts(night.lake)
        if one.workstream == contract.workstream and not one.trial
    ]
    months, questions = _months_in_force(night, contract, receipts)
    return _standing(night, receipts, months, questions, known)


def standing_of_unplaced(night: Night) -> Standing:
    """How those files stand of which no workstream can be told; none of them is ever in force."""
    receipts = [one for one in all_receipts(night.lake) if one.workstream is None and not one.trial]
    nothing = pl.DataFrame(schema=MONTHS_SCHEMA), pl.DataFrame(schema=PROBLEM_SCHEMA)
    return _standing(night, receipts, *nothing, known=())


def settled(night: Night) -> frozenset[str]:
    """The submissions that have their outcome."""
    return frozenset(receipt.submission for receipt in all_receipts(night.lake))


def files_by_organisation(files: pl.DataFrame) -> pl.DataFrame:
    """Files and rows of each organisation, new ones also by outcome, as counts to be summed."""
    new = pl.col("is_new")
    outcomes = files.filter(new)["outcome"].unique().sort()
    return (
        files.group_by("organisation")
        .agg(
            new_files=new.sum(),
            **{f"new_{name}": (new & (pl.col("outcome") == name)).sum() for name in outcomes},
            new_rows=pl.col("new_rows").sum(),
            files_in_force=pl.col("in_force").sum(),
            rows_in_force=pl.col("rows_in_force").sum(),
            files_to_mend=pl.col("to_mend").sum(),
        )
        .sort("organisation")
    )


def findings_by(findings: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Problems and files of each organisation, rule or both; `newest_file` is one to look at."""
    return (
        findings.sort("submission")
        .group_by(by)
        .agg(
            problems=pl.col("problems").sum(),
            files_to_mend=pl.col("submission").filter("to_mend").n_unique(),
            files_in_force=pl.col("submission").filter(~pl.col("to_mend")).n_unique(),
            newest_file=pl.col("file").last(),
        )
        .sort(by)
    )


def _months_in_force(
    night: Night, contract: Contract, receipts: list[Receipt]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is in force and the questions about it, also before the night has counted.

    What an earlier night counted is read where nothing has changed since: to find it out anew the
    records of every file are opened.
    """
    folder = night.lake.work / contract.workstream
    if is_made(folder, "count", workstream_print(night, contract)):
        made = (folder / f"{name}.parquet" for name in ("months", "questions"))
        months, questions = (pl.read_parquet(path) for path in made)
        return months, questions
    used = [in_force(night, contract, table, receipts) for table in contract.tables]
    asked = problems_frame(question for one in used for question in one.questions)
    return pl.concat([one.months for one in used]), asked


def _standing(
    night: Night,
    receipts: list[Receipt],
    months: pl.DataFrame,
    questions: pl.DataFrame,
    known: Collection[str],
) -> Standing:
    dismissed = read_decisions(night).dismissed
    lacking = lacking_wards(questions, months)
    open_ones = frozenset(one.submission for one in to_mend(receipts, dismissed, lacking))
    used = frozenset(months.select("submission", "organisation", "period").iter_rows())
    rows = [_file(one, used, open_ones, known) for one in receipts]
    files = pl.DataFrame(rows, schema=FILE_SCHEMA, orient="row")
    asked = files.filter(
        pl.col("to_mend") | pl.col("in_force"), ~pl.col("submission").is_in(list(dismissed))
    )
    return Standing(files=files, findings=_findings(night, asked, questions))


def _file(
    receipt: Receipt, used: frozenset[Month], open_ones: frozenset[str], known: Collection[str]
) -> tuple[object, ...]:
    is_new = receipt.submission not in known
    in_force = [
        sent.rows
        for sent in receipt.months
        if (receipt.submission, sent.organisation, sent.period) in used
    ]
    return (
        receipt.submission,
        receipt.submitter,
        receipt.file_name,
        receipt.outcome.value,
        receipt.rows_accepted if is_new else 0,
        sum(in_force),
        bool(in_force),
        receipt.submission in open_ones,
        is_new,
    )


def _findings(night: Night, asked: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    has_any = asked.filter(pl.col("outcome") != Outcome.ACCEPTED.value)["submission"]
    found = [pl.read_parquet(night.lake.submissions / one / PROBLEMS) for one in has_any]
    return (
        pl.concat([questions, *found])
        .group_by("submission", rule=pl.col("code"))
        .agg(problems=pl.len().cast(pl.Int64))
        # Questions are also about versions that are not in force: those are not asked any more.
        .join(asked, on="submission")
        .select(FINDING_SCHEMA.names())
        .sort("organisation", "submission", "rule")
    )
