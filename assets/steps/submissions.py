"""What a submission's folder holds, from the moment it was received to its outcome.

Here: the Receipt, and reading and writing the folder's files. Not here: deciding anything. The
folder is the registry: whoever wants to know which files there are asks here, and `receipt.json`,
written before the folder is moved into place, says what became of each.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import TypeAdapter

from assets.steps.lake import Lake, read_json, write_frame, write_json
from assets.steps.read import Reading, parsed_name
from data_contracts.problems import Effect, Outcome, problems_frame

RECEIPT, RECORDS, PROBLEMS = "receipt.json", "records.parquet", "problems.parquet"
READING, ROWS, SHEET = "reading.json", "rows.parquet", "sheet.parquet"
OWNER_ONLY_FOLDER, OWNER_ONLY_FILE = 0o700, 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One file as it came. `arrived` is the file's own time, never later than `received`.

    Boards' files may wait in the inbox for the night; the time at which they were put there is the
    file's modification time, which is what a deadline is held against.
    """

    submission: str
    submitter: str
    file_name: str
    sha256: str
    size: int
    arrived: datetime
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSent:
    """How many rows of an organisation's month were accepted and set aside."""

    organisation: str
    period: date
    rows: int
    set_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Received):
    """What became of a file. `unplaced` counts rows set aside whose month cannot be told."""

    workstream: str | None = None
    table: str | None = None
    sheet: str = ""
    outcome: Outcome
    version: int | None = None
    duplicate_of: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_set_aside: int = 0
    warnings: int = 0
    unplaced: int = 0
    months: tuple[MonthSent, ...] = ()
    contract: str | None = None

    @property
    def has_records(self) -> bool:
        return self.rows_accepted > 0


def original_in(folder: Path) -> Path:
    """The file as it was sent."""
    return next(folder.glob("original*"))


def read_received(folder: Path) -> Received:
    return TypeAdapter(Received).validate_python(read_json(folder / "received.json"))


def write_received(folder: Path, received: Received) -> None:
    write_json(folder / "received.json", asdict(received))


def write_reading(folder: Path, reading: Reading) -> None:
    """Keep a file's rows of text until its table is checked; `reading.json` comes last."""
    submission = read_received(folder).submission
    problems_frame(reading.problems).write_parquet(folder / PROBLEMS)
    reading.rows.write_parquet(folder / ROWS)
    reading.sheet_rows.write_parquet(folder / SHEET)
    table = None if reading.table is None else reading.table.name
    facts = {"submission": submission, "table": table, "sheet": reading.sheet}
    write_json(
        folder / READING, {**facts, "letters": dict(reading.letters), "refused": reading.is_refused}
    )


def reading_facts(folder: Path) -> dict[str, Any]:
    """table, sheet, letters and refused, as read. FileNotFoundError where it was not read yet."""
    facts: dict[str, Any] = read_json(folder / READING)
    return facts


def all_receipts(lake: Lake) -> list[Receipt]:
    """Every submission's receipt, in the order of arrival."""
    reader = TypeAdapter(Receipt)
    folders = sorted(p for p in lake.submissions.iterdir() if not p.name.startswith("."))
    return [reader.validate_json((folder / RECEIPT).read_bytes()) for folder in folders]


def settle(
    lake: Lake, folder: Path, receipt: Receipt, problems: pl.DataFrame, records: pl.DataFrame | None
) -> None:
    """Give a received file its outcome: fill its folder and move it among the submissions.

    A quarantined file's text is not kept beside it, and only its owner may open the folder.
    """
    write_frame(folder / PROBLEMS, problems)
    if records is not None:
        write_frame(folder / RECORDS, records)
    quarantined = receipt.outcome is Outcome.QUARANTINED
    if quarantined or not problems.height:
        (folder / SHEET).unlink(missing_ok=True)
    for name in (ROWS, READING):
        (folder / name).unlink(missing_ok=True)
    if quarantined:
        original_in(folder).chmod(OWNER_ONLY_FILE)
        folder.chmod(OWNER_ONLY_FOLDER)
    write_json(folder / RECEIPT, asdict(receipt))
    shutil.move(folder, lake.submissions / folder.name)


def plain_receipt(folder: Path, outcome: Outcome) -> Receipt:
    """The receipt of a file of which nothing was counted."""
    received = read_received(folder)
    name = parsed_name(received.file_name)
    return Receipt(**asdict(received), outcome=outcome, version=name.version)


def placed(receipt: Receipt, table: str | None, sheet: str) -> Receipt:
    """The same receipt with the table that the file is for (`falls.monthly`)."""
    workstream, _, table_id = (table or "").partition(".")
    return replace(receipt, workstream=workstream or None, table=table_id or None, sheet=sheet)


def outcome_of(effects: Mapping[Effect, int], accepted: int) -> Outcome:
    """The outcome that follows from what was found; `effects` counts problems by effect."""
    ranked = (
        (Effect.QUARANTINED, Outcome.QUARANTINED),
        (Effect.REFUSED, Outcome.REFUSED),
        (Effect.DUPLICATE, Outcome.DUPLICATE),
    )
    for effect, outcome in ranked:
        if effects.get(effect):
            return outcome
    if not accepted:
        return Outcome.REFUSED
    if effects.get(Effect.SET_ASIDE):
        return Outcome.PARTLY_ACCEPTED
    return Outcome.ACCEPTED_WITH_WARNINGS if effects.get(Effect.CHECK) else Outcome.ACCEPTED
