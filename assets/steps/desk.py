"""The night's own check for a file on somebody's desk: same reading, same rules, nothing kept.

Belongs here: one file through receive and check on a lake that is thrown away, as a trial
(trial.py). Does not belong here: telling what was found (pipelines/check_command.py) or any rule.
What other files say (versions, wards of the month before) is not known at a desk.
"""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from assets.steps.check import check
from assets.steps.night import Night
from assets.steps.read import BOOK_TYPES, parsed_name
from assets.steps.receive import receive_files
from assets.steps.submissions import PROBLEMS, SHEET, Receipt, all_receipts
from assets.steps.trial import TRIAL
from data_contracts.expectations import library
from data_contracts.problems import UNKNOWN_SUBMITTER, facts_json

# Stands for a sender that nobody has named.
UNKNOWN = "unknown"


class UncheckedError(Exception):
    """The night would not take the file at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the night would say of a file: its receipt, and problems as PROBLEM_SCHEMA.

    `sheet_rows` are its cells as they were read, where the night would show them.
    """

    night: Night
    receipt: Receipt
    problems: pl.DataFrame
    sheet_rows: pl.DataFrame | None


def at_desk(
    path: Path, contracts_folder: Path | None, today: date | None, sender: str | None = None
) -> Desk:
    """Check one file. `sender` is a code; without it the first part of the file's name is.

    Raises FileNotFoundError for a path without a file, UncheckedError for one that no night takes.
    """
    with tempfile.TemporaryDirectory(prefix="safecare-check-") as folder:
        night = Night.open(Path(folder), contracts_folder, today)
        code = sender or parsed_name(path.name).submitter or UNKNOWN
        inbox = night.lake.inbox / code / TRIAL
        inbox.mkdir(parents=True)
        shutil.copyfile(path, inbox / path.name)
        with ThreadPoolExecutor(1) as pool:
            if path.suffix.lower() in BOOK_TYPES:
                # While a process of its own opens the workbook.
                pool.submit(library)
            receive_files(night, settled=True)
        for contract in night.contracts:
            check(night, contract)
        receipts = all_receipts(night.lake)
        if not receipts:
            raise UncheckedError(
                f"{path.name} is not taken: its name is that of a file still being written."
            )
        receipt = receipts[0]
        home = night.lake.submissions / receipt.submission
        problems, sheet_rows = _frame(home / PROBLEMS), None
        if (home / SHEET).exists():
            sheet_rows = _frame(home / SHEET)
        told = problems if sender else _without_inbox(problems)
        return Desk(night, receipt, told, sheet_rows)


def _frame(path: Path) -> pl.DataFrame:
    """Read whole: the folder is gone in a moment, and Windows removes no file that is in use."""
    return pl.read_parquet(path.read_bytes())


def _without_inbox(problems: pl.DataFrame) -> pl.DataFrame:
    """On a desk no folder says who sends a file: where its name does not either, that is told."""
    facts = pl.lit(facts_json({"case": "desk", "folder": UNKNOWN}))
    is_nobody = pl.col("code") == UNKNOWN_SUBMITTER.code
    return problems.with_columns(facts=pl.when(is_nobody).then(facts).otherwise(pl.col("facts")))
