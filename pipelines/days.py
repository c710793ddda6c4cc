"""On which day a command reads a lake: the one that was asked for, the sample's own, or today.

Belongs here: that choice, the same for every command. Does not belong here: the clock of a night
(assets/steps/night.py).
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

# A file of the sample's lake that says as on which day its files are to be read.
SAMPLE_DAY = "sample-day"


class DayNotComeError(ValueError):
    """A night's day lies ahead; the message says why that must not be."""


def come(day: date) -> date:
    """A night's day, which has come in Wales. Raises DayNotComeError.

    From a later day's publication readers could never be taken back.
    """
    # Loaded for a night only: a desk starts faster without.
    from assets.steps.night import LONDON

    if day > datetime.now(LONDON).date():
        raise DayNotComeError(
            f"{day} has not come yet. A publication of that day would keep readers from those of "
            "every day before it."
        )
    return day


def day_of(lake: Path, today: datetime | None) -> date | None:
    """The day; None for whatever day it is. `today` goes before what the lake says."""
    if today is not None:
        return today.date()
    sample = lake / SAMPLE_DAY
    return date.fromisoformat(sample.read_text("utf-8").strip()) if sample.exists() else None
