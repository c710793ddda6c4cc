"""Step 1b. Files that were locked away and name nobody after all come back to be read.

Here: from a decision `release-quarantine` to a file that waits to be read, and which contents are
cleared. Not here: the decisions (decisions.py), keeping and deleting originals (quarantine.py),
what is checked in such a file: everything but what could name a person (read.py).

A submission is never edited, so a released file becomes a submission of its own with the name, time
of arrival and place in the order of the one that was locked away: it counts as if it had been read
on the day it came. The folder is moved into place by one rename, and whatever was released before
is known by `Received.released`: after a crash the next night goes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from assets.steps.decisions import DecisionError, read_decisions
from assets.steps.lake import sync_contents, sync_folder
from assets.steps.night import Night
from assets.steps.quarantine import locked_original
from assets.steps.submissions import (
    Receipt,
    Received,
    all_receipts,
    read_received,
    received_folders,
    write_received,
)
from assets.steps.take import COPYING, Homes, free_name
from data_contracts.problems import Outcome


def take_released(night: Night) -> int:
    """Put copies of released originals among the files that wait to be read; how many were new."""
    waiting = list(_released(night))
    if not waiting:
        return 0
    homes = Homes(night.lake)
    for receipt, original in waiting:
        making = night.lake.received / COPYING
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        shutil.copyfile(original, making / original.name)
        name = free_name(receipt.submission, homes)
        write_received(making, _received(receipt, name, night))
        sync_contents([making])
        homes.add(making.rename(night.lake.received / name))
    sync_folder(night.lake.received)
    return len(waiting)


def cleared(night: Night) -> frozenset[str]:
    """The digests of contents of which it was decided that they name nobody.

    Raises DecisionError where a decision names another digest than its submission has.
    """
    locked = [one for one in all_receipts(night.lake) if one.outcome is Outcome.QUARANTINED]
    # Without such a file nothing that was decided matters before the count.
    released = read_decisions(night).released if locked else {}
    digests: set[str] = set()
    for receipt in locked:
        decided = released.get(receipt.submission)
        if decided is None:
            continue
        if decided.sha256 not in (None, receipt.sha256):
            raise DecisionError(
                f"The decision to release {receipt.submission} names the sha256 of another file."
            )
        digests.add(receipt.sha256)
    return frozenset(digests)


def _released(night: Night) -> Iterator[tuple[Receipt, Path]]:
    """The receipts and originals of released files that have not come back yet."""
    if not cleared(night):
        return
    released = read_decisions(night).released
    receipts = all_receipts(night.lake)
    back = {receipt.released for receipt in receipts}
    back |= {read_received(folder).released for folder in received_folders(night.lake)}
    for receipt in receipts:
        if receipt.submission in released and receipt.submission not in back:
            original = locked_original(night.lake, receipt.submission)
            if original is not None:
                yield receipt, original


def _received(receipt: Receipt, name: str, night: Night) -> Received:
    same = {field: getattr(receipt, field) for field in Received.__dataclass_fields__}
    own = {"submission": name, "received": night.now, "released": receipt.submission}
    return Received(**(same | own))
