"""Deadlines counted by hand on a calendar, with the bank holidays of Wales."""

from datetime import date

import pytest

from data_contracts.working_days import closing, deadline


@pytest.mark.parametrize(
    ("month", "due"),
    [
        # 1, 2, 5 to 9, 12, 13, 14 February 2024: the tenth is a Wednesday.
        (date(2024, 1, 1), date(2024, 2, 14)),
        # Good Friday (29 March) lies before, Easter Monday (1 April) within: 2 to 5, 8 to 12, 15.
        (date(2024, 3, 1), date(2024, 4, 15)),
        # The early May bank holiday (6 May): 1 to 3, 7 to 10, 13, 14, 15.
        (date(2024, 4, 1), date(2024, 5, 15)),
        # New Year's Day 2024: 2 to 5, 8 to 12, 15 January.
        (date(2023, 12, 1), date(2024, 1, 15)),
        # November is due before Christmas.
        (date(2023, 11, 1), date(2023, 12, 14)),
        # 1 January 2023 is a Sunday, its holiday is Monday the 2nd: 3 to 6, 9 to 13, 16.
        (date(2022, 12, 1), date(2023, 1, 16)),
        # The coronation, 8 May 2023, was proclaimed in addition: 2 to 5, 9 to 12, 15, 16.
        (date(2023, 4, 1), date(2023, 5, 16)),
        # The jubilee: 2 and 3 June 2022 in place of the last Monday of May.
        (date(2022, 5, 1), date(2022, 6, 16)),
        # 29 February counts like any day.
        (date(2020, 2, 1), date(2020, 3, 13)),
        # The summer bank holiday of Wales is the last Monday of August, Scotland's the first.
        (date(2024, 7, 1), date(2024, 8, 14)),
    ],
)
def test_a_month_is_due_on_the_tenth_working_day_after_it(month: date, due: date) -> None:
    assert deadline(month, 10) == due


def test_any_day_of_a_month_stands_for_the_month() -> None:
    assert deadline(date(2024, 1, 31), 10) == deadline(date(2024, 1, 1), 10)


@pytest.mark.parametrize(
    ("due", "closed"),
    [
        (date(2024, 2, 14), date(2024, 2, 21)),
        # Christmas Day and Boxing Day 2023 are Monday and Tuesday: 21, 22, 27, 28, 29 December.
        (date(2023, 12, 20), date(2023, 12, 29)),
        # Christmas Day 2021 is a Saturday: the 27th and 28th are the holidays. 22, 23, 24, 29, 30.
        (date(2021, 12, 21), date(2021, 12, 30)),
        # From a Friday to the next Friday.
        (date(2024, 4, 12), date(2024, 4, 19)),
    ],
)
def test_corrections_count_for_five_working_days_more(due: date, closed: date) -> None:
    assert closing(due, 5) == closed


def test_the_first_working_day_may_be_the_day_after_a_weekend() -> None:
    assert deadline(date(2024, 8, 1), 1) == date(2024, 9, 2)


def test_a_scottish_holiday_is_a_working_day_in_wales() -> None:
    """2 January 2024."""
    assert deadline(date(2023, 12, 1), 1) == date(2024, 1, 2)


@pytest.mark.parametrize("working_days", [0, -1])
def test_a_deadline_is_at_least_a_day_away(working_days: int) -> None:
    with pytest.raises(ValueError, match="one working day or more"):
        deadline(date(2024, 1, 1), working_days)
