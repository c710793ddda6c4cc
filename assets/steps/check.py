"""Step 3. Waiting submissions are held against their contract, and each gets its outcome.

Here: from readings to receipts. All waiting files of a table are validated in one go; rows that
broke a row rule are set aside with their problems, the rest become the submission's records. Not
here: how a rule is stated (data_contracts/expectations.py), what a steward is told (findings.py),
which version counts (in_force.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from assets.steps.findings import Background, Sheet, by_submission, findings, total_rows
from assets.steps.night import Night
from assets.steps.prepare import SUBMITTER, prepared, row_scope_codes, total_of
from assets.steps.read import parsed_name, rows_of
from assets.steps.receive import waiting
from assets.steps.result import CheckResult, StepResult
from assets.steps.submissions import (
    NO_MONTH,
    PROBLEMS,
    SHEET,
    MonthSent,
    Settled,
    outcome_of,
    placed,
    plain_receipt,
    read_received,
    reading_facts,
    settle_all,
)
from data_contracts import problems
from data_contracts.contract import Contract, Table
from data_contracts.expectations import ROW, SUBMISSION, Check, broken_rows, suite_of
from data_contracts.problems import Effect, Fact, Kind, Problem, problems_frame
from data_contracts.registers import Registers

# A row with one of these stands for a month that nobody can tell: it may be any month of the file.
DOUBTFUL_MONTH = (problems.FUTURE_MONTH.code, problems.MONTH_NOT_DUE.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One file that waits for its check: its rows as text and what reading it found."""

    folder: Path
    submission: str
    submitter: str
    file_name: str
    table: str
    sheet: Sheet
    rows: pl.DataFrame
    found: pl.DataFrame


def check(night: Night, contract: Contract) -> StepResult:
    """Give every waiting submission of a contract its outcome. Rows: the records accepted."""
    files = [_waiting(folder) for folder in waiting(night, contract)]
    settled: list[Settled] = []
    for table in contract.tables:
        own = [file for file in files if file.table == table.name]
        checked = list(check_files(own, table, contract, night))
        settle_all(night.lake, checked)
        settled += checked
    return _step_result(settled)


def check_files(
    files: list[Waiting], table: Table, contract: Contract, night: Night
) -> Iterator[Settled]:
    """Each file of one table with its receipt, problems and records; nothing is written.

    Raises ReconciliationError when two ways of counting failures disagree.
    """
    if not files:
        return
    stacked = pl.concat([_stacked(file) for file in files], how="diagonal")
    stacked = stacked.with_columns(column=total_of(stacked))
    rows = stacked.filter(pl.col("column").is_null()).drop("column")
    frame = prepared(rows, table, night.registers)
    suite = suite_of(table, _codes(night), _latest(night.today))
    broken = broken_rows(frame, suite)
    found = _found(files, frame, broken, suite, _sums(stacked), Background(
        table=table, registers=night.registers, latest=_latest(night.today)
    ))  # fmt: skip
    marked = _marked(frame, broken, suite, table).partition_by(SUBMISSION, as_dict=True)
    none = frame.clear().with_columns(aside=pl.lit(False), is_lost=pl.lit(False))
    for file in files:
        own = marked.get((file.submission,), none)
        yield _settled(file, own, found.get(file.submission, []), table, contract, night.registers)


def _waiting(folder: Path) -> Waiting:
    received, facts = read_received(folder), reading_facts(folder)
    return Waiting(
        folder=folder,
        submission=received.submission,
        submitter=received.submitter,
        file_name=received.file_name,
        table=facts["table"],
        sheet=Sheet(name=facts["sheet"], letters=facts["letters"]),
        rows=rows_of(pl.read_parquet(folder / SHEET), facts["letters"]),
        found=pl.read_parquet(folder / PROBLEMS),
    )


def _stacked(file: Waiting) -> pl.DataFrame:
    return file.rows.with_columns(
        pl.lit(file.submission).alias(SUBMISSION), pl.lit(file.submitter).alias(SUBMITTER)
    )


def _codes(night: Night) -> Iterable[str]:
    return (organisation.code for organisation in night.registers.organisations)


def _latest(today: date) -> date:
    """The last month that is over."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _sums(stacked: pl.DataFrame) -> pl.DataFrame:
    """The rows of totals: submission, row, the column that says so and what it says."""
    sums = stacked.filter(pl.col("column").is_not_null())
    says = [
        pl.when(pl.col("column") == name).then(pl.col(name).str.strip_chars())
        for name in sums["column"].unique()
    ]
    return sums.select(SUBMISSION, ROW, "column", value=pl.coalesce(*says, pl.lit(None, pl.String)))


def _found(
    files: list[Waiting],
    frame: pl.DataFrame,
    broken: pl.DataFrame,
    suite: tuple[Check, ...],
    sums: pl.DataFrame,
    background: Background,
) -> dict[str, list[Problem]]:
    """What was found in the rows of each file, by submission."""
    sheets = {file.submission: file.sheet for file in files}
    return by_submission(
        [*total_rows(sums, sheets), *findings(frame, broken, suite, sheets, background)]
    )


def _marked(
    frame: pl.DataFrame, broken: pl.DataFrame, suite: tuple[Check, ...], table: Table
) -> pl.DataFrame:
    """The frame and, of each row, whether it is set `aside` and whether its month `is_lost`."""
    codes = row_scope_codes(table)
    setting_aside = [place for place, check in enumerate(suite) if check.code in codes]
    doubtful = [place for place, check in enumerate(suite) if check.code in DOUBTFUL_MONTH]
    aside = (
        broken.filter(pl.col("check").is_in(setting_aside))
        .group_by(SUBMISSION, ROW)
        .agg(aside=pl.lit(True), is_lost=pl.col("check").is_in(doubtful).any())
    )
    return frame.join(aside, on=[SUBMISSION, ROW], how="left", maintain_order="left").with_columns(
        pl.col("aside", "is_lost").fill_null(False)
    )


def _settled(
    file: Waiting,
    own: pl.DataFrame,
    found: list[Problem],
    table: Table,
    contract: Contract,
    registers: Registers,
) -> Settled:
    """The outcome of one file; `own` are its rows but for those of totals."""
    records = own.filter(~pl.col("aside")).select(ROW, *table.column_names).sort(ROW)
    found = found + _named_otherwise(file, records, registers)
    if records.is_empty():
        found.append(Problem(problems.NOTHING_ACCEPTED, file.submission))
    all_problems = pl.concat([file.found, problems_frame(found)])
    effects = _effects(all_problems, table)
    months, unplaced = _months(own)
    plain = plain_receipt(file.folder, outcome_of(effects, records.height))
    receipt = replace(
        placed(plain, table.name, file.sheet.name),
        rows_read=file.rows.height,
        rows_accepted=records.height,
        rows_set_aside=own.height - records.height,
        warnings=effects[Effect.CHECK],
        months=months,
        unplaced=unplaced,
        contract=contract.digest,
    )
    kept = None if records.is_empty() else records
    return Settled(folder=file.folder, receipt=receipt, problems=all_problems, records=kept)


def _effects(found: pl.DataFrame, table: Table) -> Counter[Effect]:
    kinds = dict(problems.CATALOGUE) | {rule.code: Kind.of_rule(rule) for rule in table.rules}
    return Counter(kinds[code].effect for code in found["code"])


def _months(own: pl.DataFrame) -> tuple[tuple[MonthSent, ...], int]:
    """Rows accepted and set aside for each organisation and month; and those that have neither."""
    if "period" not in own:
        own = own.with_columns(period=pl.lit(NO_MONTH))
    has_place = (
        pl.col("organisation").is_not_null() & pl.col("period").is_not_null() & ~pl.col("is_lost")
    )
    counted = (
        own.filter(has_place)
        .group_by("organisation", "period")
        .agg(rows=(~pl.col("aside")).sum(), set_aside=pl.col("aside").sum())
        .sort("organisation", "period")
    )
    months = tuple(MonthSent(**row) for row in counted.iter_rows(named=True))
    return months, own.filter(~has_place).height


def _named_otherwise(file: Waiting, records: pl.DataFrame, registers: Registers) -> list[Problem]:
    """A question where the file's name speaks of another sender or of other months than its rows."""
    differ = [_other_sender(file, registers), _other_months(file, records)]
    return [
        Problem(problems.NAME_DIFFERS, file.submission, facts=facts)
        for facts in differ
        if facts is not None
    ]


def _other_sender(file: Waiting, registers: Registers) -> dict[str, Fact] | None:
    named = registers.organisation(parsed_name(file.file_name).submitter or "")
    if named is None or named.code == file.submitter:
        return None
    return {"named": named.code, "found": file.submitter}


def _other_months(file: Waiting, records: pl.DataFrame) -> dict[str, Fact] | None:
    name = parsed_name(file.file_name)
    if name.first is None or name.last is None or "period" not in records or records.is_empty():
        return None
    first, last = records.select(pl.col("period").min(), last=pl.col("period").max()).row(0)
    if (first, last) == (name.first, name.last):
        return None
    return {"named": _between(name.first, name.last), "found": _between(first, last)}


def _between(first: date, last: date) -> str:
    return " - ".join(dict.fromkeys(f"{month:%Y-%m}" for month in (first, last)))


def _step_result(settled: list[Settled]) -> StepResult:
    accepted = Counter[str]()
    for one in settled:
        accepted[one.receipt.submitter] += one.receipt.rows_accepted
    outcomes = Counter(one.receipt.outcome.value for one in settled)
    return StepResult(
        rows=accepted.total(),
        rows_by_organisation=accepted,
        metadata={"files": len(settled), **outcomes},
        checks=tuple(result for one in settled for result in _check_results(one)),
    )


def _check_results(settled: Settled) -> list[CheckResult]:
    """What failed in one submission, by rule, for Dagster's checks."""
    counted = settled.problems.group_by("code").len().sort("code")
    return [
        CheckResult(
            organisation=settled.receipt.submitter,
            rule=code,
            passed=False,
            problems=count,
            submissions=(settled.receipt.submission,),
        )
        for code, count in counted.iter_rows()
    ]
