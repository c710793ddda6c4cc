"""Files that a board only wants checked: inbox/<code>/try/.

Belongs here: where they are put, and how long they are kept. Does not belong here: checking them,
which is the same for every file (check.py); who passes them over: versions (in_force.py), returns
and files to mend (returns.py), copies (receive.py).

A trial is read and checked like any file and has the same page, and it counts for nothing: its
receipt says `trial`. The whole submission goes after DAYS_KEPT days, as if it had never come.
"""

from __future__ import annotations

import shutil
from datetime import timedelta

from assets.steps.lake import sync_folder
from assets.steps.night import Night
from assets.steps.submissions import all_receipts

# The name of the folder, however it is written.
TRIAL = "try"
DAYS_KEPT = 30


def clear_trials(night: Night) -> list[str]:
    """Delete trials received more than DAYS_KEPT days before this night; the submissions' names."""
    oldest = night.now - timedelta(days=DAYS_KEPT)
    old = [r.submission for r in all_receipts(night.lake) if r.trial and r.received < oldest]
    for submission in old:
        # One rename, so that no reader ever finds half a submission; prepare clears what is left.
        going = night.lake.submissions / f".making-{submission}"
        (night.lake.submissions / submission).rename(going)
        shutil.rmtree(going)
    if old:
        sync_folder(night.lake.submissions)
    return old
