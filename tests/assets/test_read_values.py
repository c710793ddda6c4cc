"""Months, dates and counts that can be read in one way only."""

from __future__ import annotations

import pytest

from assets.steps.read_values import canonical
from data_contracts.contract import ColumnType

MARCH = ["March 2024", "mar-24", "Mawrth 2024", "Maw 24", "mis Mawrth 2024", "Mar '24"]


@pytest.mark.parametrize("text", MARCH)
def test_a_month_in_words_of_either_language(text: str) -> None:
    assert canonical(text, ColumnType.MONTH) == "2024-03"


@pytest.mark.parametrize(
    ("number", "names"),
    list(
        enumerate(
        [
            "January Jan Ionawr Ion", "February Feb Chwefror Chwef", "March Mar Mawrth Maw",
            "April Apr Ebrill Ebr", "May May Mai Mai", "June Jun Mehefin Meh",
            "July Jul Gorffennaf Gorff", "August Aug Awst Awst", "September Sept Medi Med",
            "October Oct Hydref Hyd", "November Nov Tachwedd Tach", "December Dec Rhagfyr Rhag",
        ],
        start=1,
    )),
)  # fmt: skip
def test_every_month_has_its_names(number: int, names: str) -> None:
    for name in names.split():
        assert canonical(f"{name} 2024", ColumnType.MONTH) == f"2024-{number:02}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("202403", "2024-03"), ("2024/03", "2024-03"), ("03/2024", "2024-03"),
        ("3-2024", "2024-03"),
        ("2024 March", "2024-03"), ("31 March 2024", "2024-03"), ("31-Mar-24", "2024-03"),
        ("2024-03-31 00:00:00", "2024-03-31"),
        # As agreed already, or of no month, or of two readings: as sent.
        ("2024-03", "2024-03"), ("2024-03-31 09:30:00", "2024-03-31 09:30:00"),
        ("202413", "202413"), ("31/03/2024", "31/03/2024"), ("M1", "M1"),
        ("Marsh 2024", "Marsh 2024"), ("45352", "45352"),
    ],
)  # fmt: skip
def test_months_in_figures(text: str, found: str) -> None:
    assert canonical(text, ColumnType.MONTH) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("17 March 2024", "2024-03-17"), ("17th March, 2024", "2024-03-17"),
        ("17eg o Fawrth 2024", "2024-03-17"), ("17 Mawrth 2024", "2024-03-17"),
        ("17-Mar-24", "2024-03-17"), ("2024/03/07", "2024-03-07"),
        ("03/04/2024", "03/04/2024"), ("17 Smarch 2024", "17 Smarch 2024"),
    ],
)  # fmt: skip
def test_dates_with_their_month_in_words(text: str, found: str) -> None:
    assert canonical(text, ColumnType.DATE) == found


@pytest.mark.parametrize(
    ("number", "date_1904", "found"),
    [
        ("45352", False, "2024-03-01"), ("43890", True, "2024-03-01"),
        ("45352.0", False, "2024-03-01"),
        ("45352", None, "45352"), ("12", False, "12"), ("99999", False, "99999"),
    ],
)  # fmt: skip
def test_a_day_s_number_is_of_the_workbook_s_calendar(
    number: str, date_1904: bool | None, found: str
) -> None:
    assert canonical(number, ColumnType.DATE, date_1904=date_1904) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,234", "1234"), ("12,345,678", "12345678"), ("1\u00a0234", "1234"),
        ("1,234.0", "1234.0"),
        ("1234", "1234"), ("1,23", "1,23"), ("1.234", "1.234"), ("12 34", "12 34"), ("93%", "93%"),
        ("<5", "<5"), ("", ""),
    ],
)  # fmt: skip
def test_thousands_are_separated_in_threes(text: str, found: str) -> None:
    assert canonical(text, ColumnType.COUNT) == found


def test_codes_and_texts_stay_as_they_are() -> None:
    assert canonical("1,234", ColumnType.CODE) == "1,234"
    assert canonical("May 24", ColumnType.TEXT) == "May 24"
