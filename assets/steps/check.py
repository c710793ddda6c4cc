"""Step 3. Waiting submissions are held against their contract, and each gets its outcome.

Here: from readings to receipts. All waiting files of a table are validated in one go; rows that
broke a row rule are set aside with their problems, the rest become the submission's records. Not
here: how a rule is stated (data_contracts/suite.py), what a steward is told (findings.py),
which version counts (in_force.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from assets.steps.collector import without_collector
from assets.steps.earlier import Sender
from assets.steps.findings import Background, Sheet, findings, total_rows
from assets.steps.night import LONDON, Night
from assets.steps.past import with_past
from assets.steps.prepare import SUBMITTER, among, prepared, row_scope_codes, total_of
from assets.steps.read import is_blank, parsed_name, rows_of
from assets.steps.receive import waiting
from assets.steps.result import StepResult
from assets.steps.submissions import (
    NO_MONTH,
    MonthSent,
    Settled,
    outcome_of,
    placed,
    plain_receipt,
    problems_in,
    read_received,
    read_text,
    reading_facts,
    settle_all,
)
from data_contracts import problems
from data_contracts.contract import Contract, Table
from data_contracts.expectations import broken_rows, library
from data_contracts.problems import NOT_TAKEN, Effect, Fact, Kind, Problem, problems_frame
from data_contracts.registers import Registers
from data_contracts.suite import ROW, SUBMISSION, Check, holds, suite_of
from reports.months import later
from reports.months import months as months_between

SURPLUS = problems.SURPLUS_CELLS.code
# Of a row with one of these nobody can tell the organisation or the month that it was meant for:
# any month of the file may lack it.
DOUBTFUL_PLACE = frozenset(
    kind.code
    for kind in (
        problems.SURPLUS_CELLS,
        problems.ORGANISATION_NOT_ALLOWED,
        problems.SITE_OF_OTHER_ORGANISATION,
        problems.FUTURE_MONTH,
        problems.MONTH_NOT_DUE,
        problems.MONTH_NOT_NAMED,
        problems.DATE_OUTSIDE_MONTH,
    )
)


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
    surplus: Collection[int]
    found: pl.DataFrame
    sender: Sender

    @property
    def named(self) -> tuple[date, ...]:
        """The months that the file's name states."""
        name = parsed_name(self.file_name)
        if name.first is None or name.last is None:
            return ()
        return tuple(months_between(name.first, name.last))


def check(night: Night, contract: Contract) -> StepResult:
    """Give every waiting submission of a contract its outcome. Rows: the records accepted."""
    with ThreadPoolExecutor() as pool:
        files = list(pool.map(_waiting, waiting(night, contract)))
    settled: list[Settled] = []
    for table in contract.tables:
        own = [file for file in files if file.table == table.name]
        # Nobody else holds on to their rows: a night may have a million of them.
        files = [file for file in files if file.table != table.name]
        with without_collector():
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
    stacked = _stacked(files, table)
    # From here on they are in one frame: `files` keep what is known of each, not its rows.
    files[:] = [replace(file, rows=file.rows.clear()) for file in files]
    latest = _latest(night.today)
    with ThreadPoolExecutor(1) as pool:
        # What it validates with takes a second to load, and so does preparing many rows.
        loading = pool.submit(library)
        frame = prepared(
            stacked.filter(pl.col("column").is_null()).drop("column"), table, night.registers
        )
        frame = _with_named_months(frame, files, table, latest)
        loading.result()
    sums, stacked = _sums(stacked), stacked.select(SUBMISSION)
    suite = suite_of(table, _codes(night), latest)
    frame = with_past(frame, suite, table, contract, night, [file.sender for file in files])
    broken = broken_rows(frame, suite)
    background = Background(
        table=table,
        registers=night.registers,
        latest=latest,
        named={file.submission: _in_words(file.named) for file in files},
    )
    found = _found(files, frame, broken, suite, sums, background)
    # From here on only values matter, not what was sent nor how each rule was kept.
    frame = _marked(frame, broken, suite, table)
    judged = _judged(stacked, frame, table)
    none, nothing = frame.clear().select(ROW, *table.column_names), problems_frame(())
    for file in files:
        own = judged.get(file.submission, Judged(records=none))
        yield _settled(
            file, own, found.get(file.submission, nothing), table, contract, night.registers
        )


def _waiting(folder: Path) -> Waiting:
    received, facts = read_received(folder), reading_facts(folder)
    return Waiting(
        folder=folder,
        submission=received.submission,
        submitter=received.submitter,
        file_name=received.file_name,
        table=facts["table"],
        sheet=Sheet(name=facts["sheet"], letters=facts["letters"]),
        rows=rows_of(read_text(folder), facts["letters"]),
        surplus=facts["surplus"],
        found=problems_in(facts),
        sender=Sender(
            submission=received.submission,
            version=parsed_name(received.file_name).version,
            is_trial=received.trial,
            arrived=received.arrived.astimezone(LONDON).date(),
        ),
    )


def _stacked(files: list[Waiting], table: Table) -> pl.DataFrame:
    """All rows of all files but for blank ones, with submission, submitter and `column`.

    `column` is where a row says that it is a row of totals, else null.
    """
    place = np.repeat(np.arange(len(files)), [file.rows.height for file in files])
    rows = pl.concat([file.rows for file in files], how="diagonal").with_columns(
        pl.Series(SUBMISSION, [file.submission for file in files], pl.String).gather(place),
        pl.Series(SUBMITTER, [file.submitter for file in files], pl.String).gather(place),
    )
    names = [name for name in table.column_names if name in rows]
    # Few rows are blank: only those whose first cell is are looked at as a whole.
    is_filled = ~among(rows, is_blank(names[:1]), is_blank(names))
    return rows.filter(is_filled).with_columns(
        column=total_of(rows).cast(pl.String), **{holds(SURPLUS): _in_place(files)}
    )


def _in_place(files: list[Waiting]) -> pl.Expr:
    """Whether the cells of a row are under the names that they belong to."""
    moved = [
        (pl.col(SUBMISSION) == file.submission) & pl.col(ROW).is_in(list(file.surplus))
        for file in files
        if file.surplus
    ]
    return ~pl.any_horizontal(*moved, pl.lit(False))


def _with_named_months(
    frame: pl.DataFrame, files: list[Waiting], table: Table, latest: date
) -> pl.DataFrame:
    """Whether a row's month is one that the file's name states; unknown where it states none.

    Of a month that is not over or not due that much is said already.
    """
    if not table.has("period"):
        return frame
    named = [(file.submission, file.named[0], file.named[-1]) for file in files if file.named]
    schema = {SUBMISSION: pl.String, "named:first": pl.Date, "named:last": pl.Date}
    spans = pl.DataFrame(named, schema=schema, orient="row")
    joined = frame.join(spans, on=SUBMISSION, how="left", maintain_order="left")
    is_due = pl.col(holds(problems.MONTH_NOT_DUE.code, "period")).fill_null(True)
    is_named = pl.col("period").is_between("named:first", "named:last")
    return joined.with_columns(
        pl.when(is_due & (pl.col("period") <= latest))
        .then(is_named)
        .alias(holds(problems.MONTH_NOT_NAMED.code, "period"))
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
) -> dict[str, pl.DataFrame]:
    """What was found in the rows of each file, by submission."""
    sheets = {file.submission: file.sheet for file in files}
    found = [total_rows(sums, sheets), findings(frame, broken, suite, sheets, background)]
    return _by_file(pl.concat(found))


def _by_file(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    parts = rows.partition_by(SUBMISSION, as_dict=True, maintain_order=True)
    return {str(submission): part for (submission,), part in parts.items()}


def _marked(
    frame: pl.DataFrame, broken: pl.DataFrame, suite: tuple[Check, ...], table: Table
) -> pl.DataFrame:
    """Each row's values, and whether it is set `aside` and whether its month `is_lost`."""
    codes = row_scope_codes(table)
    setting_aside = [place for place, check in enumerate(suite) if codes.issuperset(check.codes)]
    doubtful = [place for place, check in enumerate(suite) if check.code in DOUBTFUL_PLACE]
    aside = (
        broken.filter(pl.col("check").is_in(setting_aside))
        .group_by(SUBMISSION, ROW)
        .agg(aside=pl.lit(True), is_lost=pl.col("check").is_in(doubtful).any())
    )
    named = frame.select(SUBMISSION, ROW)
    marks = named.join(aside, on=[SUBMISSION, ROW], how="left", maintain_order="left")
    kept = [SUBMISSION, ROW, "organisation", *table.column_names]
    return frame.select(kept).hstack(marks.select(pl.col("aside", "is_lost").fill_null(False)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The rows of one file after the check; `records` are those accepted."""

    read: int = 0
    set_aside: int = 0
    unplaced: int = 0
    months: tuple[MonthSent, ...] = ()
    records: pl.DataFrame


def _judged(stacked: pl.DataFrame, marked: pl.DataFrame, table: Table) -> dict[str, Judged]:
    """What came of each file's rows, by submission."""
    # In the order in which they were read: nothing before has moved a row.
    kept = marked.filter(~pl.col("aside")).select(SUBMISSION, ROW, *table.column_names)
    records = kept.partition_by(SUBMISSION, as_dict=True, include_key=False, maintain_order=True)
    aside = dict(marked.group_by(SUBMISSION).agg(pl.col("aside").sum()).iter_rows())
    months, unplaced = _months(marked)
    none = kept.clear().drop(SUBMISSION)
    return {
        submission: Judged(
            read=read,
            set_aside=aside.get(submission, 0),
            unplaced=unplaced.get(submission, 0),
            months=tuple(months.get(submission, ())),
            records=records.get((submission,), none),
        )
        for submission, read in stacked.group_by(SUBMISSION).len().iter_rows()
    }


def _months(marked: pl.DataFrame) -> tuple[dict[str, list[MonthSent]], dict[str, int]]:
    """Rows accepted and set aside for each file, organisation and month; and those without both."""
    if "period" not in marked:
        marked = marked.with_columns(period=pl.lit(NO_MONTH))
    has_place = (
        pl.col("organisation").is_not_null() & pl.col("period").is_not_null() & ~pl.col("is_lost")
    )
    counted = (
        marked.filter(has_place)
        .group_by(SUBMISSION, "organisation", "period")
        .agg(rows=(~pl.col("aside")).sum(), set_aside=pl.col("aside").sum())
        .sort("organisation", "period")
    )
    months: dict[str, list[MonthSent]] = {}
    for row in counted.iter_rows(named=True):
        months.setdefault(row.pop(SUBMISSION), []).append(MonthSent(**row))
    return months, dict(marked.filter(~has_place).group_by(SUBMISSION).len().iter_rows())


def _settled(
    file: Waiting,
    own: Judged,
    found: pl.DataFrame,
    table: Table,
    contract: Contract,
    registers: Registers,
) -> Settled:
    """The outcome of one file; of a file that is not taken nothing is counted."""
    more = _named_otherwise(file, own.months, registers)
    if own.records.is_empty():
        more.append(Problem(problems.NOTHING_ACCEPTED, file.submission))
    all_problems = pl.concat([file.found, found, problems_frame(more)])
    effects = _effects(all_problems, table)
    outcome = outcome_of(effects, own.records.height)
    is_taken = outcome not in NOT_TAKEN
    receipt = replace(
        placed(plain_receipt(file.folder, outcome), table.name, file.sheet.name),
        rows_read=own.read,
        rows_accepted=own.records.height if is_taken else 0,
        rows_set_aside=own.set_aside,
        warnings=effects[Effect.CHECK],
        months=own.months if is_taken else (),
        unplaced=own.unplaced,
        contract=contract.digest,
    )
    kept = own.records if is_taken else None
    return Settled(folder=file.folder, receipt=receipt, problems=all_problems, records=kept)


def _effects(found: pl.DataFrame, table: Table) -> Counter[Effect]:
    kinds = dict(problems.CATALOGUE) | {rule.code: Kind.of_rule(rule) for rule in table.rules}
    effects = Counter[Effect]()
    for code, times in found["code"].value_counts().iter_rows():
        effects[kinds[code].effect] += times
    return effects


def _named_otherwise(
    file: Waiting, months: Iterable[MonthSent], registers: Registers
) -> list[Problem]:
    """A question where the name speaks of another sender, or of months of which there is no row."""
    differ = [_other_sender(file, registers), _other_months(file, months)]
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


def _other_months(file: Waiting, months: Iterable[MonthSent]) -> dict[str, Fact] | None:
    found = {month.period for month in months} - {NO_MONTH}
    if not found or found.issuperset(file.named):
        return None
    return {"named": _in_words(file.named), "found": _in_words(sorted(found))}


def _in_words(months: Iterable[date]) -> str:
    """Months as spans without a gap: 2024-01 - 2024-03, 2024-05."""
    spans: list[list[date]] = []
    for month in months:
        if spans and later(spans[-1][-1], 1) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    ends = (dict.fromkeys(f"{month:%Y-%m}" for month in (span[0], span[-1])) for span in spans)
    return ", ".join(" - ".join(pair) for pair in ends)


def _step_result(settled: list[Settled]) -> StepResult:
    accepted = Counter[str]()
    for one in settled:
        accepted[one.receipt.submitter] += one.receipt.rows_accepted
    outcomes = Counter(one.receipt.outcome.value for one in settled)
    return StepResult(
        rows=accepted.total(),
        rows_by_organisation=accepted,
        metadata={"files": len(settled), **outcomes},
    )
