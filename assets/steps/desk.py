"""The night's own check for a file on somebody's desk: same reading, same rules, nothing kept.

Belongs here: one file through receive and check on a lake that is thrown away. Does not belong
here: telling what was found (pipelines/check_command.py) or any rule. What other files say
(versions, wards of the month before) is not known at a desk.
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
from data_contracts.problems import UNKNOWN_SUBMITTER, facts_json

# Stands for a sender that nobody has named.
UNKNOWN = "unknown"


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
        code = sender or parsed_name(path.name).submitter or UNKNOWN
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
        return Desk(night, receipt, problems if sender else _without_inbox(problems))


def _without_inbox(problems: pl.DataFrame) -> pl.DataFrame:
    """On a desk no folder says who sends a file: where its name does not either, that is told."""
    facts = pl.lit(facts_json({"case": "desk", "folder": UNKNOWN}))
    is_nobody = pl.col("code") == UNKNOWN_SUBMITTER.code
    return problems.with_columns(facts=pl.when(is_nobody).then(facts).otherwise(pl.col("facts")))
