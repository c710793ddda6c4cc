"""Quarters of the NHS year: April to June are the first."""

from datetime import date

import pytest

from reports.quarters import Quarter, latest_complete, quarter_named


@pytest.mark.parametrize(
    ("month", "stem", "first", "last"),
    [
        (date(2023, 12, 1), "q-2023-24-q3", date(2023, 10, 1), date(2023, 12, 1)),
        (date(2024, 2, 1), "q-2023-24-q3", date(2023, 10, 1), date(2023, 12, 1)),
        (date(2024, 3, 1), "q-2023-24-q4", date(2024, 1, 1), date(2024, 3, 1)),
        (date(2024, 4, 1), "q-2023-24-q4", date(2024, 1, 1), date(2024, 3, 1)),
        (date(2024, 5, 1), "q-2023-24-q4", date(2024, 1, 1), date(2024, 3, 1)),
        (date(2024, 6, 1), "q-2024-25-q1", date(2024, 4, 1), date(2024, 6, 1)),
        (date(2026, 10, 1), "q-2026-27-q2", date(2026, 7, 1), date(2026, 9, 1)),
        (date(2026, 12, 1), "q-2026-27-q3", date(2026, 10, 1), date(2026, 12, 1)),
        (date(2027, 1, 1), "q-2026-27-q3", date(2026, 10, 1), date(2026, 12, 1)),
        (date(2100, 2, 1), "q-2099-00-q3", date(2099, 10, 1), date(2099, 12, 1)),
    ],
)
def test_the_latest_quarter_that_is_complete(
    month: date, stem: str, first: date, last: date
) -> None:
    quarter = latest_complete(month)
    assert (quarter.stem, quarter.first, quarter.last) == (stem, first, last)


def test_a_quarter_has_three_months() -> None:
    assert Quarter(date(2023, 12, 1)).months == (
        date(2023, 12, 1),
        date(2024, 1, 1),
        date(2024, 2, 1),
    )


@pytest.mark.parametrize(
    ("stem", "first"),
    [
        ("q-2023-24-q4", date(2024, 1, 1)),
        ("q-2026-27-q1", date(2026, 4, 1)),
        ("q-2099-00-q3", date(2099, 10, 1)),
        ("q-2023-25-q4", None),
        ("q-2023-24-q5", None),
        ("q-9999-00-q4", None),
        ("ws-falls", None),
    ],
)
def test_a_quarter_is_known_by_its_name(stem: str, first: date | None) -> None:
    assert quarter_named(stem) == (None if first is None else Quarter(first))
