"""Months in little room: `Oct`, `Oct 2026`.

Belongs here: the short names in a reader's language. Does not belong here: months in full
(words.py) and arithmetic (reports/months.py).
"""

from __future__ import annotations

from datetime import date

from babel import Locale

from reports.words import Words


def month_names(words: Words) -> list[str]:
    """Short names of the months in the reader's language, January first."""
    known = Locale(words.language).months["format"]["abbreviated"]
    return [str(known[number]) for number in range(1, 13)]


def short_month(words: Words, month: date) -> str:
    """A month in little room: `Oct 2026`."""
    return f"{month_names(words)[month.month - 1]} {month.year}"
