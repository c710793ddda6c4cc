"""Figures that a later version changed: counted again from the records, by hand beforehand.

One ward with 3,000 bed days: 12 falls are 4.00 per 1,000, 9 are 3.00.
"""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from boards import Desk, csv_of, ward

from assets.steps.count import count, read_corrections, read_measures
from assets.steps.decisions import write_decision
from data_contracts.contract import Contract

MARCH = date(2024, 3, 1)
# The deadline for March: ten working days after it, Good Friday and Easter Monday left out.
IN_TIME, LATE = datetime(2024, 4, 15, 9, tzinfo=UTC), datetime(2024, 4, 16, 9, tzinfo=UTC)
SHOWN = (
    "period", "cause", "version", "day", "is_late", "numerator_before", "denominator_before",
    "numerator", "denominator",
)  # fmt: skip
Changed = tuple[object, ...]


def sent(falls: int, **changed: Any) -> dict[str, Any]:
    """A ward's month with so many falls, none of them with harm."""
    harm = {"falls_no_harm": falls, "falls_low_harm": 0, "post_fall_check_done": falls}
    return ward(occupied_bed_days=3000, falls_total=falls, **(harm | changed))


def put(
    desk: Desk,
    version: int,
    *rows: dict[str, Any],
    arrived: datetime = IN_TIME,
    months: str = "202403",
) -> str:
    """A version of the file as of a night; its submission."""
    name = f"7A4_falls_{months}_v{version:02}.csv"
    desk.put(csv_of(list(rows)), name, arrived=arrived)
    desk.check()
    return desk.endings()[-1].receipt.submission


def falls(desk: Desk) -> Contract:
    return next(c for c in desk.night.contracts if c.workstream == "falls")


def counted(desk: Desk) -> pl.DataFrame:
    count(desk.night, falls(desk))
    return read_corrections(desk.night, falls(desk))


def changes(desk: Desk, measure: str = "falls_rate") -> list[Changed]:
    return counted(desk).filter(measure=measure).select(SHOWN).rows()


def withdraw(desk: Desk, submission: str, day: date) -> None:
    facts = {
        "decision": "withdraw", "submission": submission, "role": "Programme lead",
        "team": "Safe Care", "reason": "Sent by mistake", "date": day,
    }  # fmt: skip
    write_decision(desk.night.lake, facts, desk.night.now)


def test_a_later_version_is_told_with_the_figures_before_and_after(desk: Desk) -> None:
    put(desk, 1, sent(12))
    assert counted(desk).is_empty()
    name = put(desk, 2, sent(9))
    assert changes(desk) == [
        (MARCH, "version", 2, date(2024, 4, 15), False, 12.0, 3000.0, 9.0, 3000.0)
    ]
    told = counted(desk)
    assert set(told["submission"]) == {name}
    assert set(told.select("workstream", "table", "level", "organisation").rows()) == {
        ("falls", "monthly", "organisation", "7A4")
    }
    # What is charted is what it became.
    measures = read_measures(desk.night, falls(desk))
    now = measures.filter(series="falls/falls_rate/organisation/7A4", period=MARCH)
    assert now.select("numerator", "denominator").row(0) == (9.0, 3000.0)


def test_only_measures_that_changed_are_told(desk: Desk) -> None:
    """All falls were without harm and followed by a check; of 40 at risk 30 were assessed."""
    put(desk, 1, sent(12))
    put(desk, 2, sent(9))
    assert counted(desk)["measure"].to_list() == ["falls_rate", "post_fall_check"]


@pytest.mark.parametrize(
    ("arrived", "is_late"), [(IN_TIME, False), (LATE, True)], ids=["in time", "late"]
)
def test_a_version_after_the_deadline_says_so(desk: Desk, arrived: datetime, is_late: bool) -> None:
    put(desk, 1, sent(12))
    put(desk, 2, sent(9), arrived=arrived)
    (told,) = changes(desk)
    assert told[3:5] == (arrived.date(), is_late)


def test_a_resubmission_that_changes_no_figure_is_not_told(desk: Desk) -> None:
    put(desk, 1, sent(12))
    put(desk, 2, sent(12, ward_name="Another name"))
    assert counted(desk).is_empty()


def test_each_of_three_versions_is_held_against_the_one_before(desk: Desk) -> None:
    put(desk, 1, sent(12))
    put(desk, 2, sent(9))
    put(desk, 3, sent(6))
    assert [told[2:3] + told[5:] for told in changes(desk)] == [
        (2, 12.0, 3000.0, 9.0, 3000.0),
        (3, 9.0, 3000.0, 6.0, 3000.0),
    ]


def test_an_older_version_that_comes_later_changes_nothing(desk: Desk) -> None:
    put(desk, 2, sent(9))
    put(desk, 1, sent(12))
    assert counted(desk).is_empty()


def test_a_version_that_does_not_count_changes_nothing(desk: Desk) -> None:
    """It lacks a ward that the first one had."""
    put(desk, 1, sent(12), sent(12, ward_code="B1", ward_name="Ward B1"))
    put(desk, 2, sent(9))
    assert counted(desk).is_empty()
    put(desk, 3, sent(9), sent(12, ward_code="B1", ward_name="Ward B1"))
    assert [told[2:3] + told[5:] for told in changes(desk)] == [(3, 24.0, 6000.0, 21.0, 6000.0)]


def test_a_refused_version_changes_nothing(desk: Desk) -> None:
    put(desk, 1, sent(12))
    put(desk, 2, sent(9, period="never"))
    assert counted(desk).is_empty()


def test_a_version_that_was_withdrawn_is_told_both_ways(desk: Desk) -> None:
    put(desk, 1, sent(12))
    name = put(desk, 2, sent(9))
    withdraw(desk, name, date(2024, 4, 20))
    assert changes(desk) == [
        (MARCH, "version", 2, date(2024, 4, 15), False, 12.0, 3000.0, 9.0, 3000.0),
        (MARCH, "withdrawn", 2, date(2024, 4, 20), None, 9.0, 3000.0, 12.0, 3000.0),
    ]
    measures = read_measures(desk.night, falls(desk))
    now = measures.filter(series="falls/falls_rate/organisation/7A4", period=MARCH)
    assert now["numerator"].to_list() == [12.0]


def test_a_withdrawn_first_version_is_followed_by_the_next(desk: Desk) -> None:
    """Version 2 was in force when version 1 was withdrawn: that changed nothing more."""
    first = put(desk, 1, sent(12))
    put(desk, 2, sent(9))
    withdraw(desk, first, date(2024, 4, 20))
    assert [told[1:3] for told in changes(desk)] == [("version", 2)]


def test_a_file_that_comes_again_is_in_force_again(desk: Desk) -> None:
    """Without numbers the last to arrive counts, and a copy makes its original newer."""
    for falls_told in (12, 9, 12):
        desk.put(csv_of([sent(falls_told)]), "7A4_falls_202403.csv")
        desk.check()
    assert [(*told[1:3], told[5], told[7]) for told in changes(desk)] == [
        ("version", None, 12.0, 9.0),
        ("version", None, 9.0, 12.0),
    ]


def test_only_months_with_another_version_are_told(desk: Desk) -> None:
    put(desk, 1, sent(12), sent(12, period="2024-02"), months="202402-202403")
    put(desk, 2, sent(9, period="2024-02"), months="202402")
    assert [told[0] for told in changes(desk)] == [date(2024, 2, 1)]
