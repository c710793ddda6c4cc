"""Counting in months, and stretches of them."""

from datetime import date

from reports.months import later, months, spans


def test_months_are_counted_over_the_end_of_a_year() -> None:
    assert later(date(2023, 11, 1), 3) == date(2024, 2, 1)
    assert later(date(2024, 1, 1), -1) == date(2023, 12, 1)
    assert list(months(date(2023, 12, 1), date(2024, 1, 1))) == [
        date(2023, 12, 1),
        date(2024, 1, 1),
    ]
    assert list(months(date(2024, 2, 1), date(2024, 1, 1))) == []


def test_stretches_end_at_a_gap() -> None:
    march, december, january = date(2024, 3, 1), date(2023, 12, 1), date(2024, 1, 1)
    assert spans([march, december, january]) == [(december, january), (march, march)]
    assert spans([]) == []
