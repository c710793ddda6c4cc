"""Step 3. Waiting submissions are held against their contract, and each gets its outcome.

Here: from readings to receipts. All waiting files of a table are validated in one go; rows that
broke a row rule are set aside with their problems, the rest become the submission's records. Not
here: how a rule is stated (data_contracts/expectations.py) or worded (translations), which version
counts (in_force.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from assets.steps.night import Night
from assets.steps.prepare import SUBMITTER, is_total, prepared, row_scope_codes
from assets.steps.read import parsed_name
from assets.steps.receive import waiting
from assets.steps.result import CheckResult, StepResult
from assets.steps.submissions import (
    PROBLEMS,
    ROWS,
    MonthSent,
    Receipt,
    outcome_of,
    placed,
    plain_receipt,
    read_received,
    reading_facts,
    settle,
)
from data_contracts import problems
from data_contracts.contract import Contract, Table
from data_contracts.expectations import ROW, SUBMISSION, Check, broken_rows, sent, suite_of
from data_contracts.identifiers import identifier_cells
from data_contracts.problems import Fact, Kind, Outcome, Problem, problems_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One file that waits for its check: its rows as text and what reading it found."""

    folder: Path
    submission: str
    submitter: str
    file_name: str
    sheet: str
    letters: Mapping[str, str]
    rows: pl.DataFrame
    found: pl.DataFrame


def check(night: Night, contract: Contract) -> StepResult:
    """Give every waiting submission of a contract its outcome. Rows: the records accepted."""
    folders = waiting(night, contract)
    receipts: list[Receipt] = []
    results: list[CheckResult] = []
    for table in contract.tables:
        files = [_waiting(f) for f in folders if reading_facts(f)["table"] == table.name]
        for file, receipt, found, records in _checked(files, table, contract, night):
            settle(night.lake, file.folder, receipt, found, records)
            receipts.append(receipt)
            results += _check_results(receipt, found)
    accepted = Counter[str]()
    for receipt in receipts:
        accepted[receipt.submitter] += receipt.rows_accepted
    outcomes = Counter(receipt.outcome.value for receipt in receipts)
    return StepResult(
        rows=accepted.total(),
        rows_by_organisation=accepted,
        metadata={"files": len(receipts), **outcomes},
        checks=tuple(results),
    )


def check_files(
    files: list[Waiting], table: Table, contract: Contract, night: Night
) -> Iterator[tuple[Waiting, Receipt, pl.DataFrame, pl.DataFrame | None]]:
    """The same check without a lake, for `safecare check`: nothing is written."""
    return _checked(files, table, contract, night)


def _waiting(folder: Path) -> Waiting:
    received, facts = read_received(folder), reading_facts(folder)
    return Waiting(
        folder=folder,
        submission=received.submission,
        submitter=received.submitter,
        file_name=received.file_name,
        sheet=facts["sheet"],
        letters=facts["letters"],
        rows=pl.read_parquet(folder / ROWS),
        found=pl.read_parquet(folder / PROBLEMS),
    )


Settled = tuple[Waiting, Receipt, pl.DataFrame, pl.DataFrame | None]


def _checked(
    files: list[Waiting], table: Table, contract: Contract, night: Night
) -> Iterator[Settled]:
    """Each file with its receipt, problems and records."""
    unsafe = {file.submission: _identifiers(file, table) for file in files}
    safe = [file for file in files if not unsafe[file.submission]]
    for file in files:
        if unsafe[file.submission]:
            yield _quarantined(file, unsafe[file.submission], table)
    if safe:
        yield from _validated(safe, table, contract, night)


def _identifiers(file: Waiting, table: Table) -> list[Problem]:
    """What in a file could point at a person: where it stands, never what it says."""
    columns = {column.name: column.type for column in table.columns}
    cells = identifier_cells(file.rows, columns)
    return [
        Problem(
            problems.IDENTIFIER,
            file.submission,
            sheet=file.sheet or None,
            row=cell["row"],
            column=cell["column"],
            cell=_address(file, cell["column"], cell["row"]),
            facts={"kind": cell["kind"]},
        )
        for cell in cells.iter_rows(named=True)
    ]


def _address(file: Waiting, column: str | None, row: int | None) -> str | None:
    """The cell as Excel names it, such as C14."""
    letter = file.letters.get(column or "")
    return f"{letter}{row}" if letter and row is not None else None


def _quarantined(file: Waiting, found: list[Problem], table: Table) -> Settled:
    receipt = placed(plain_receipt(file.folder, Outcome.QUARANTINED), table.name, file.sheet)
    receipt = replace(receipt, rows_read=file.rows.height)
    return file, receipt, pl.concat([file.found, problems_frame(found)]), None


def _validated(
    files: list[Waiting], table: Table, contract: Contract, night: Night
) -> Iterator[Settled]:
    stacked = pl.concat([_stacked(file, table) for file in files], how="diagonal")
    total = is_total("organisation_code") if "organisation_code" in stacked else pl.lit(False)
    sums = stacked.filter(total)
    frame = prepared(stacked.filter(~total), table, night.registers)
    suite = suite_of(table, _codes(night), _latest(night.today))
    broken = broken_rows(frame, suite)
    found = _problems(files, frame, sums, suite, broken, table, night)
    kinds = row_scope_codes(table)
    row_checks = [place for place, check in enumerate(suite) if check.code in kinds]
    aside = broken.filter(pl.col("check").is_in(row_checks)).select(SUBMISSION, ROW).unique()
    marked = frame.join(
        aside.with_columns(aside=pl.lit(True)), on=[SUBMISSION, ROW], how="left"
    ).with_columns(pl.col("aside").fill_null(False))
    for file in files:
        yield _settled(file, marked, found[file.submission], table, contract)


def _stacked(file: Waiting, table: Table) -> pl.DataFrame:
    return file.rows.with_columns(
        pl.lit(file.submission).alias(SUBMISSION), pl.lit(file.submitter).alias(SUBMITTER)
    )


def _codes(night: Night) -> Iterable[str]:
    return (organisation.code for organisation in night.registers.organisations)


def _latest(today: date) -> date:
    """The last month that is over."""
    first = today.replace(day=1)
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def _settled(
    file: Waiting, marked: pl.DataFrame, found: list[Problem], table: Table, contract: Contract
) -> Settled:
    own = marked.filter(pl.col(SUBMISSION) == file.submission)
    records = own.filter(~pl.col("aside")).select(ROW, *table.column_names).sort(ROW)
    found = found + _named_otherwise(file, records, table)
    if records.is_empty() and not own.is_empty():
        found.append(Problem(problems.NOTHING_ACCEPTED, file.submission))
    all_problems = pl.concat([file.found, problems_frame(found)])
    kinds = {rule.code: Kind.of_rule(rule) for rule in table.rules} | dict(problems.CATALOGUE)
    effects = Counter(kinds[code].effect for code in all_problems["code"])
    receipt = placed(
        plain_receipt(file.folder, outcome_of(effects, records.height)), table.name, file.sheet
    )
    months, unplaced = _months(own)
    receipt = replace(
        receipt,
        rows_read=file.rows.height,
        rows_accepted=records.height,
        rows_set_aside=own.height - records.height,
        warnings=effects[problems.Effect.CHECK],
        months=months,
        unplaced=unplaced,
        contract=contract.digest,
    )
    return file, receipt, all_problems, records if records.height else None


def _months(own: pl.DataFrame) -> tuple[tuple[MonthSent, ...], int]:
    """Rows accepted and set aside for each organisation and month; and those that have neither."""
    if "period" not in own:
        own = own.with_columns(period=pl.lit(date(1900, 1, 1)))
    has_place = pl.col("organisation").is_not_null() & pl.col("period").is_not_null()
    counted = (
        own.filter(has_place)
        .group_by("organisation", "period")
        .agg(rows=(~pl.col("aside")).sum(), set_aside=pl.col("aside").sum())
        .sort("organisation", "period")
    )
    months = tuple(MonthSent(**row) for row in counted.iter_rows(named=True))
    return months, own.filter(~has_place).height


def _named_otherwise(file: Waiting, records: pl.DataFrame, table: Table) -> list[Problem]:
    """A question where the file's name speaks of other months than its rows."""
    name = parsed_name(file.file_name)
    if name.first is None or name.last is None or records.is_empty() or "period" not in records:
        return []
    first, last = records["period"].min(), records["period"].max()
    if (first, last) == (name.first, name.last):
        return []
    facts = {"named": _span(name.first, name.last), "found": _span(first, last)}
    return [Problem(problems.NAME_DIFFERS, file.submission, facts=facts)]


def _span(first: Any, last: Any) -> str:
    return " - ".join(dict.fromkeys(f"{month:%Y-%m}" for month in (first, last)))


def _problems(
    files: list[Waiting],
    frame: pl.DataFrame,
    sums: pl.DataFrame,
    suite: tuple[Check, ...],
    broken: pl.DataFrame,
    table: Table,
    night: Night,
) -> dict[str, list[Problem]]:
    """Broken checks as problems, by submission."""
    by_name = {file.submission: file for file in files}
    kinds = dict(problems.CATALOGUE) | {rule.code: Kind.of_rule(rule) for rule in table.rules}
    found: dict[str, list[Problem]] = {file.submission: [] for file in files}
    for row in sums.iter_rows(named=True):
        facts = {"value": row["organisation_code"]}
        found[row[SUBMISSION]].append(
            Problem(problems.TOTAL_ROW, row[SUBMISSION], row=row[ROW], facts=facts)
        )
    rows = broken.join(frame, on=[SUBMISSION, ROW], how="left", maintain_order="left")
    for row in rows.iter_rows(named=True):
        one, file = suite[row["check"]], by_name[row[SUBMISSION]]
        kind = kinds[one.code]
        found[file.submission].append(
            Problem(
                kind,
                file.submission,
                sheet=file.sheet or None,
                row=row[ROW],
                column=one.column,
                cell=_address(file, one.column, row[ROW]),
                value=None if one.column is None else row[sent(one.column)],
                facts=_facts(kind, one, row, table, frame, night),
            )
        )
    return found


def _facts(
    kind: Kind,
    check: Check,
    row: Mapping[str, Any],
    table: Table,
    frame: pl.DataFrame,
    night: Night,
) -> dict[str, Fact]:
    """The facts that the sentences of a kind need, beside column and value."""
    if kind.code not in problems.CATALOGUE:
        rule = next(rule for rule in table.rules if rule.code == kind.code)
        return {name: row[sent(name)] or "" for name in rule.columns}
    wanted = set(kind.facts) - {"column"} - ({"value"} if check.column else set())
    if check.column and row[sent(check.column)] is None:
        wanted.add("value")
    return {name: _fact(name, check, row, table, frame, night) for name in sorted(wanted)}


def _fact(
    name: str, check: Check, row: Mapping[str, Any], table: Table, frame: pl.DataFrame, night: Night
) -> Fact:
    column = None if check.column is None else table.column(check.column)
    plain: dict[str, Fact | None] = {
        "value": "",
        "submitter": row[SUBMITTER],
        "latest": f"{_latest(night.today):%Y-%m}",
        "organisation": row["organisation_code"] or "",
        "owner": row.get("owner") or "",
        "site": row.get("site_code") or "",
        "period": f"{row['period']:%Y-%m}" if row.get("period") else "",
        "minimum": column.minimum if column else None,
        "maximum": column.maximum if column else None,
        "allowed": tuple(column.values) if column else None,
        "pattern": column.pattern if column else None,
    }
    if name in plain:
        fact = plain[name]
        return "" if fact is None else fact
    if name == "suggestion":
        return night.registers.suggestion(row[sent("organisation_code")] or "") or ""
    if name == "due_from":
        starts = [d.starts for d in table.due if row["organisation_code"] in d.organisations]
        return f"{min(starts):%Y-%m}" if starts else ""
    return _same_key(row, table, frame)


def _same_key(row: Mapping[str, Any], table: Table, frame: pl.DataFrame) -> tuple[int, ...]:
    """The rows of the same submission that speak of the same ward and month."""
    same = frame.filter(
        pl.col(SUBMISSION) == row[SUBMISSION],
        *(pl.col(f"{name}:key") == row[f"{name}:key"] for name in table.key),
    )
    return tuple(same[ROW].to_list())


def _check_results(receipt: Receipt, found: pl.DataFrame) -> list[CheckResult]:
    """What failed in one submission, by rule, for Dagster's checks."""
    counted = found.group_by("code").len().sort("code")
    return [
        CheckResult(
            organisation=receipt.submitter,
            rule=code,
            passed=False,
            problems=count,
            submissions=(receipt.submission,),
        )
        for code, count in counted.iter_rows()
    ]
