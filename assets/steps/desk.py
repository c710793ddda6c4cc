"""The night's own check for a file on somebody's desk: same reading, same rules, nothing kept.

Belongs here: one file through receive and check on a lake that is thrown away. Does not belong
here: printing what was found (pipelines/cli.py) or any rule. What other files say (versions, wards
of the month before) is not known at a desk.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from assets.steps.check import check
from assets.steps.night import Night
from assets.steps.read import parsed_name
from assets.steps.receive import receive_files
from assets.steps.submissions import PROBLEMS, Receipt, all_receipts


class UncheckedError(Exception):
    """The night would not take the file at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the night would say of a file: its receipt, and problems as PROBLEM_SCHEMA."""

    night: Night
    receipt: Receipt
    problems: pl.DataFrame


def at_desk(
    path: Path, contracts_folder: Path | None, today: date | None, sender: str | None = None
) -> Desk:
    """Check one file. `sender` is a code; without it the first part of the file's name is.

    Raises FileNotFoundError for a path without a file, UncheckedError for one that no night takes.
    """
    with tempfile.TemporaryDirectory(prefix="safecare-check-") as folder:
        night = Night.open(Path(folder), contracts_folder, today)
        code = sender or parsed_name(path.name).submitter or "unknown"
        inbox = night.lake.inbox / code
        inbox.mkdir(parents=True)
        shutil.copyfile(path, inbox / path.name)
        receive_files(night, settled=True)
        for contract in night.contracts:
            check(night, contract)
        receipts = all_receipts(night.lake)
        if not receipts:
            raise UncheckedError(
                f"{path.name} is not taken: its name is that of a file still being written."
            )
        receipt = receipts[0]
        problems = pl.read_parquet(night.lake.submissions / receipt.submission / PROBLEMS)
        return Desk(night, receipt, problems)
