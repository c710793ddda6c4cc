"""What a submission's folder holds, from the moment it was received to its outcome.

Here: the Receipt, and reading and writing the folder's files. Not here: deciding anything. The
folder is the registry: whoever wants to know which files there are asks here, and `receipt.json`,
written before the folder is moved into place, says what became of each.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import TypeAdapter

from assets.steps.lake import Lake, json_bytes, read_json, sync_contents, sync_folder
from assets.steps.read import Reading, parsed_name
from data_contracts.problems import PROBLEM_SCHEMA, Effect, Outcome, problems_frame

RECEIVED, RECEIPT = "received.json", "receipt.json"
RECORDS, PROBLEMS = "records.parquet", "problems.parquet"
# What was read: while it waits for its check, and then, if there are problems to be shown in it.
READING, TEXT, SHEET = "reading.json", "text.arrow", "sheet.parquet"
# The lines of a file of answers, until it has its outcome (answers.py).
ANSWERS = "answers.json"
# Stands for the month of rows that have none, such as a list of changes.
NO_MONTH = date(1900, 1, 1)
OWNER_ONLY_FOLDER, OWNER_ONLY_FILE = 0o700, 0o600
# 20240405-093012-0a1b2c3d4e5f, or ...-2: time of arrival, start of the digest, number among twins.
SUBMISSION_NAME = re.compile(r"\d{8}-\d{6}-([0-9a-f]{12})(-\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One file as it came. `arrived` is the file's own time, never later than `received`.

    A deadline is held against `arrived`: the inbox's server sets a file's modification time when an
    upload ends, and the night may come days later. A copy that keeps the time of writing (cp -p,
    Windows) counts as earlier than it came, in its sender's favour; the time of the last change of
    the inode would be spoilt by any move or restored backup. As that time is the sender's to
    choose, the order in which files count is `sequence`, 1, 2, 3 ... as they were taken.
    A `trial` is checked like any file and counts for nothing (trial.py). `released` is the
    submission that this file was when it was locked away (release.py).
    """

    submission: str
    sequence: int
    submitter: str
    file_name: str
    sha256: str
    size: int
    arrived: datetime
    received: datetime
    trial: bool = False
    released: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSent:
    """How many rows of an organisation's month were accepted and set aside."""

    organisation: str
    period: date
    rows: int
    set_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Received):
    """What became of a file. `unplaced` counts rows set aside whose month cannot be told.

    `answers` is how many warnings a file answers; None is a file of anything else (answers.py).
    """

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
    answers: int | None = None

    @property
    def has_records(self) -> bool:
        return self.rows_accepted > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One received file's folder and what is to be kept in it; `records` None: nothing counted."""

    folder: Path
    receipt: Receipt
    problems: pl.DataFrame
    records: pl.DataFrame | None = None


RECEIVED_FACTS, RECEIPT_FACTS = TypeAdapter(Received), TypeAdapter(Receipt)


def submission_folders(place: Path) -> list[Path]:
    """The folders in `submissions` or `received` that are files' own, by name.

    Anything else there (Thumbs.db, a folder somebody made) is not ours and says nothing.
    """
    with os.scandir(place) as entries:
        names = [e.name for e in entries if SUBMISSION_NAME.fullmatch(e.name) and e.is_dir()]
    return [place / name for name in sorted(names)]


def received_folders(lake: Lake) -> list[Path]:
    """Folders of files that have no outcome yet, in the order in which they were taken."""
    return sorted(submission_folders(lake.received), key=lambda f: read_received(f).sequence)


def digest_in(submission: str) -> str:
    """20240405-093012-0a1b2c3d4e5f-2 -> 0a1b2c3d4e5f"""
    return submission.split("-")[2]


def original_in(folder: Path) -> Path:
    """The file as it was sent. Raises StopIteration where it is in quarantine, or deleted."""
    return next(folder.glob("original*"))


def kept_original(folder: Path) -> Path | None:
    """The file as it was sent, if it still lies in its folder (quarantine.py takes some away)."""
    return next(folder.glob("original*"), None)


def read_received(folder: Path) -> Received:
    """What was written down when the file was taken from the inbox."""
    return RECEIVED_FACTS.validate_json((folder / RECEIVED).read_bytes())


def write_received(folder: Path, received: Received) -> None:
    (folder / RECEIVED).write_bytes(json_bytes(asdict(received)))


def read_receipt(folder: Path) -> Receipt:
    """What became of a file."""
    return RECEIPT_FACTS.validate_json((folder / RECEIPT).read_bytes())


def write_reading(folder: Path, reading: Reading, agreed: str) -> None:
    """Keep a file's text until its table is checked; `reading.json` comes last.

    `agreed` is the digest of the contracts that it was read under; with others it is read anew.
    It can be made again from the original, so nothing waits for the disk here.
    """
    reading.sheet_rows.write_ipc_stream(folder / TEXT)
    facts = {
        "agreed": agreed,
        "text_size": (folder / TEXT).stat().st_size,
        "table": None if reading.table is None else reading.table.name,
        "sheet": reading.sheet,
        "letters": dict(reading.letters),
        "surplus": reading.surplus,
        "refused": reading.is_refused,
        "problems": problems_frame(reading.problems).rows(),
    }
    (folder / READING).write_bytes(json_bytes(facts))


def forget_reading(folder: Path) -> None:
    """Have a file read anew: a crash may have left half of what was read."""
    for name in (READING, TEXT, ANSWERS):
        (folder / name).unlink(missing_ok=True)


def reading_facts(folder: Path) -> dict[str, Any]:
    """agreed, table, sheet, letters, surplus, refused and problems, as read.

    Raises FileNotFoundError where the file was not read yet, ValueError where a crash left half.
    """
    facts: dict[str, Any] = read_json(folder / READING)
    if facts["text_size"] != (folder / TEXT).stat().st_size:
        raise ValueError(f"{folder.name}: the text is not whole")
    return facts


def problems_in(facts: Mapping[str, Any]) -> pl.DataFrame:
    """The problems found while reading, of a file's `reading_facts`."""
    return pl.DataFrame(facts["problems"], PROBLEM_SCHEMA, orient="row")


def read_text(folder: Path) -> pl.DataFrame:
    """The sheet as read: row, A, B, ...; header first."""
    return pl.read_ipc_stream((folder / TEXT).read_bytes())


def all_receipts(lake: Lake) -> tuple[Receipt, ...]:
    """Every submission's receipt, in the order in which the files were taken."""
    names = (folder.name for folder in submission_folders(lake.submissions))
    return _receipts(lake.submissions, tuple(names))


# A receipt is written once and never edited, so the names of the folders are all that can change.
@lru_cache(maxsize=4)
def _receipts(submissions: Path, names: tuple[str, ...]) -> tuple[Receipt, ...]:
    receipts = (read_receipt(submissions / name) for name in names)
    return tuple(sorted(receipts, key=lambda receipt: receipt.sequence))


def settle_all(lake: Lake, settled: Iterable[Settled]) -> None:
    """Give received files their outcomes: fill their folders, move them among the submissions.

    Everything is on the disk before the first folder moves, so one that can be seen is complete.
    """
    ready = list(settled)
    with ThreadPoolExecutor() as pool:
        list(pool.map(_fill, ready))
    sync_contents(one.folder for one in ready)
    for one in ready:
        one.folder.rename(lake.submissions / one.folder.name)
    if ready:
        sync_folder(lake.submissions)
        sync_folder(lake.received)


def _fill(settled: Settled) -> None:
    """Write the outcome beside the file, `receipt.json` last.

    A quarantined file's text is not kept beside it, and only its owner may open the folder.
    """
    folder, receipt = settled.folder, settled.receipt
    _write_problems(settled.problems, folder / PROBLEMS)
    (folder / RECORDS).unlink(missing_ok=True)
    if settled.records is not None:
        settled.records.write_parquet(folder / RECORDS)
    quarantined = receipt.outcome is Outcome.QUARANTINED
    if settled.problems.height and not quarantined:
        _write_whole(read_text(folder), folder / SHEET)
    forget_reading(folder)
    (folder / RECEIPT).write_bytes(json_bytes(asdict(receipt)))
    if quarantined:
        original_in(folder).chmod(OWNER_ONLY_FILE)
        folder.chmod(OWNER_ONLY_FOLDER)


def _write_problems(found: pl.DataFrame, place: Path) -> None:
    if found.is_empty():
        place.write_bytes(_no_problems())
    else:
        _write_whole(found, place)


def _write_whole(frame: pl.DataFrame, place: Path) -> None:
    """Write a frame that is only ever read whole: statistics would take as long as the rest."""
    # Packed harder, it takes a third longer and is not smaller.
    frame.write_parquet(place, statistics=False, compression_level=1)


@cache
def _no_problems() -> bytes:
    buffer = BytesIO()
    problems_frame(()).write_parquet(buffer)
    return buffer.getvalue()


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
