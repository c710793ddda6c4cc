"""Cells that can be read in one way only, written as agreed.

Here: months and dates with their month in words (English and Welsh) or as Excel's day number, and
thousands separators. Not here: whether a value is right (check.py), words for "there is no figure"
(data_contracts/stated.py). What could be read in two ways (03/04/2026, 1.234) stays as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from data_contracts.contract import ColumnType

MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
    "sept": 9,
    "ionawr": 1, "chwefror": 2, "mawrth": 3, "ebrill": 4, "mai": 5, "mehefin": 6, "gorffennaf": 7,
    "awst": 8, "medi": 9, "hydref": 10, "tachwedd": 11, "rhagfyr": 12,
    # Behind "o" (of) some names change their first letter: 17eg o Fawrth.
    "fawrth": 3, "fai": 5, "fehefin": 6, "orffennaf": 7, "fedi": 9, "dachwedd": 11, "ragfyr": 12,
    # Abbreviations of Welsh dates that are not their first three letters (CLDR).
    "chwef": 2, "meh": 6, "gorff": 7, "tach": 11, "rhag": 12,
}  # fmt: skip
SHORT = {name[:3]: number for name, number in reversed(MONTHS.items())}
MONTH_NAMES: Mapping[str, int] = MappingProxyType(SHORT | MONTHS)
# Mis Mawrth 2024: the word for month may stand before its name.
_NAME = r"(?:mis\s+)?(?P<name>[a-z]+)\.?"
_YEAR = r"(?P<year>(?:20)?\d\d|'\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|af|ail|il|ydd|fed|eg|ain)?"
NAMED_MONTH = re.compile(rf"{_NAME}[\s,\-/]*{_YEAR}", re.IGNORECASE)
YEAR_FIRST = re.compile(rf"(?P<year>20\d\d)[\s,\-/]+{_NAME}", re.IGNORECASE)
MONTH_IN_FIGURES = re.compile(
    r"(?P<year>20\d\d)[/.]?(?P<month>\d{2})|(?P<month2>\d{1,2})[/.\-](?P<year2>20\d\d)"
)
NAMED_DATE = re.compile(rf"{_DAY}[\s,\-/]*(?:o\s+)?{_NAME}[\s,\-/]*{_YEAR}", re.IGNORECASE)
DATE_IN_FIGURES = re.compile(r"(?P<year>20\d\d)[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})")
THOUSANDS = re.compile(r"\d{1,3}(?:[,\u00a0\u202f\u2009]\d{3})+(?:\.0+)?")
# Day numbers of the years 2000 to 2050 in the two calendars of Excel.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2050, 12, 31)
DAY_NUMBER = re.compile(r"(?P<day>\d{5})(?:\.0+)?")
# A day as it comes out of a workbook, with a midnight that nobody typed.
MIDNIGHT = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2}) 00:00:00")
# Excel counts 29 February 1900, which never was: its day 0 is two days before 1 January 1900.
EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


def canonical(text: str, kind: ColumnType, *, date_1904: bool | None = None) -> str:
    """A cell as the contract writes it, or as it was sent.

    `date_1904` tells which calendar a workbook counts days in; None: a file of text, in which a
    number in place of a date could be of either.
    """
    reader = READERS.get(kind)
    plain = text.strip()
    if reader is None or not plain:
        return text
    if kind is ColumnType.COUNT:
        return reader(plain) or text
    if midnight := MIDNIGHT.fullmatch(plain):
        return midnight["day"]
    day = _day_of(plain, date_1904)
    return (day.isoformat() if day else reader(plain)) or text


def _day_of(text: str, date_1904: bool | None) -> date | None:
    """The day that a number stands for, within the years of any return."""
    match = DAY_NUMBER.fullmatch(text)
    if match is None or date_1904 is None:
        return None
    day = EPOCHS[date_1904] + timedelta(days=int(match["day"]))
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _count(text: str) -> str:
    return re.sub(r"[^\d.]", "", text) if THOUSANDS.fullmatch(text) else ""


def _month(text: str) -> str:
    figures = MONTH_IN_FIGURES.fullmatch(text)
    if figures:
        year, month = figures["year"] or figures["year2"], figures["month"] or figures["month2"]
        return _written(year, int(month))
    for form in (NAMED_MONTH, YEAR_FIRST):
        match = form.fullmatch(text)
        if match:
            return _written(match["year"], MONTH_NAMES.get(match["name"].lower(), 0))
    # A day of the month stands for its month.
    return _date(text)[:7]


def _date(text: str) -> str:
    match = NAMED_DATE.fullmatch(text) or DATE_IN_FIGURES.fullmatch(text)
    if match is None:
        return ""
    parts = match.groupdict()
    named = MONTH_NAMES.get(parts.get("name", "").lower(), 0)
    month = _written(parts["year"], int(parts.get("month") or named))
    return f"{month}-{int(parts['day']):02}" if month else ""


def _written(year: str, month: int) -> str:
    """2024-03; nothing where there is no such month. Returns began after 2000."""
    return f"20{year[-2:]}-{month:02}" if 1 <= month <= len(EACH_MONTH) else ""


EACH_MONTH = range(1, 13)
READERS: Mapping[ColumnType, Callable[[str], str]] = MappingProxyType(
    {ColumnType.COUNT: _count, ColumnType.MONTH: _month, ColumnType.DATE: _date}
)
