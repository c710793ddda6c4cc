"""Figures that a later version changed: counted again from the records, by hand beforehand.

One ward with 3,000 bed days: 12 falls are 4.00 per 1,000, 9 are 3.00.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from boards import Desk, csv_of, patient_number, ward

from assets.steps.check import check
from assets.steps.count import count, read_corrections, read_measures
from assets.steps.decisions import write_decision
from assets.steps.receive import receive_files
from data_contracts.contract import Contract

MARCH = date(2024, 3, 1)
# The deadline for March: ten working days after it, Good Friday and Easter Monday left out.
IN_TIME, LATE = datetime(2024, 4, 15, 9, tzinfo=UTC), datetime(2024, 4, 16, 9, tzinfo=UTC)
# At two o'clock in Wales. Each file has a night of its own, one day after the last.
FIRST_NIGHT = datetime(2024, 4, 16, 1, tzinfo=UTC)
B1 = {"ward_code": "B1", "ward_name": "Ward B1"}
SHOWN = (
    "period", "cause", "version", "day", "is_late", "numerator_before", "denominator_before",
    "numerator", "denominator",
)  # fmt: skip
Changed = tuple[object, ...]


def sent(falls: int, **changed: Any) -> dict[str, Any]:
    """A ward's month with so many falls, none of them with harm."""
    harm = {"falls_no_harm": falls, "falls_low_harm": 0, "post_fall_check_done": falls}
    return ward(occupied_bed_days=3000, falls_total=falls, **(harm | changed))


def lay(desk: Desk, version: int, *rows: dict[str, Any], **told: Any) -> None:
    """A version of the file into the inbox."""
    name = f"7A4_falls_{told.get('months', '202403')}_v{version:02}.csv"
    desk.put(csv_of(list(rows)), name, arrived=told.get("arrived", IN_TIME))


def read(desk: Desk, days: int = 1) -> str:
    """The next night, or one some days later, takes what lies in the inbox: its last submission."""
    taken = (one.receipt.received for one in desk.endings())
    last = max(taken, default=FIRST_NIGHT - timedelta(days=1))
    night = replace(desk.night, now=last + timedelta(days=days))
    receive_files(night)
    for contract in night.contracts:
        check(night, contract)
    return desk.endings()[-1].receipt.submission


def put(desk: Desk, version: int, *rows: dict[str, Any], days: int = 1, **told: Any) -> str:
    """A version of the file as of a night of its own; its submission."""
    lay(desk, version, *rows, **told)
    return read(desk, days)


def falls(desk: Desk) -> Contract:
    return next(c for c in desk.night.contracts if c.workstream == "falls")


def counted(desk: Desk) -> pl.DataFrame:
    count(desk.night, falls(desk))
    return read_corrections(desk.night, falls(desk))


def changes(desk: Desk, measure: str = "falls_rate") -> list[Changed]:
    return counted(desk).filter(measure=measure).select(SHOWN).rows()


def decide(desk: Desk, decision: str, day: date, **told: Any) -> None:
    facts = {
        "decision": decision, "role": "Programme lead", "team": "Safe Care",
        "reason": "Sent by mistake", "date": day,
    }  # fmt: skip
    write_decision(desk.night.lake, facts | told, desk.night.now)


def withdraw(desk: Desk, submission: str, day: date) -> None:
    decide(desk, "withdraw", day, submission=submission)


def close(desk: Desk, day: date) -> None:
    decide(desk, "close-ward", day, organisation="7A4", site="7A4BV", ward="B1", starts=MARCH)


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
    put(desk, 1, sent(12), sent(12, **B1))
    put(desk, 2, sent(9))
    assert counted(desk).is_empty()
    put(desk, 3, sent(9), sent(12, **B1))
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
        read(desk)
    assert [(*told[1:3], told[5], told[7]) for told in changes(desk)] == [
        ("version", None, 12.0, 9.0),
        ("version", None, 9.0, 12.0),
    ]


def test_only_months_with_another_version_are_told(desk: Desk) -> None:
    put(desk, 1, sent(12), sent(12, period="2024-02"), months="202402-202403")
    put(desk, 2, sent(9, period="2024-02"), months="202402")
    assert [told[0] for told in changes(desk)] == [date(2024, 2, 1)]


def figures(told: list[Changed]) -> list[Changed]:
    """Cause, version, day, whether late, and both numerators."""
    return [(*row[1:5], row[5], row[7]) for row in told]


def test_a_withdrawn_month_has_no_figure_until_a_file_is_sent_instead(desk: Desk) -> None:
    name = put(desk, 1, sent(12))
    withdraw(desk, name, date(2024, 4, 16))
    gone = (MARCH, "withdrawn", 1, date(2024, 4, 16), None, 12.0, 3000.0, None, None)
    assert changes(desk) == [gone]
    # The night of the 17th publishes the gap; version 2 is taken by that of the 18th.
    put(desk, 2, sent(9), days=2, arrived=datetime(2024, 4, 17, 9, tzinfo=UTC))
    assert changes(desk) == [
        gone,
        (MARCH, "version", 2, date(2024, 4, 17), True, None, None, 9.0, 3000.0),
    ]


def test_what_all_versions_said_is_known_after_they_are_withdrawn(desk: Desk) -> None:
    for name in (put(desk, 1, sent(12)), put(desk, 2, sent(9))):
        withdraw(desk, name, date(2024, 4, 18))
    known = [
        ("version", 2, date(2024, 4, 15), False, 12.0, 9.0),
        ("withdrawn", 2, date(2024, 4, 18), None, 9.0, None),
    ]
    assert figures(changes(desk)) == known
    put(desk, 3, sent(6), days=3, arrived=LATE)
    assert figures(changes(desk)) == [*known, ("version", 3, date(2024, 4, 16), True, None, 6.0)]


def test_one_that_is_withdrawn_and_replaced_before_the_next_night_left_no_gap(desk: Desk) -> None:
    name = put(desk, 1, sent(12))
    withdraw(desk, name, date(2024, 4, 16))
    put(desk, 2, sent(9), arrived=LATE)
    assert figures(changes(desk)) == [("version", 2, date(2024, 4, 16), True, 12.0, 9.0)]


def test_a_ward_that_is_closed_later_lets_a_version_count_from_then_on(desk: Desk) -> None:
    """Version 2 lacks the ward; readers saw version 1 until it was decided that it had closed."""
    put(desk, 1, sent(12), sent(12, **B1))
    name = put(desk, 2, sent(9))
    close(desk, date(2024, 4, 25))
    told = counted(desk).filter(measure="falls_rate")
    assert told["submission"].to_list() == [name]
    assert told["night"].to_list() == [date(2024, 4, 26)]
    assert figures(changes(desk)) == [("closed", 2, date(2024, 4, 25), None, 24.0, 9.0)]


def test_a_ward_that_was_closed_before_is_no_reason(desk: Desk) -> None:
    put(desk, 1, sent(12), sent(12, **B1))
    close(desk, date(2024, 4, 16))
    put(desk, 2, sent(9))
    assert figures(changes(desk)) == [("version", 2, date(2024, 4, 15), False, 24.0, 9.0)]


def test_a_file_that_is_released_counts_from_then_on_in_its_own_place(desk: Desk) -> None:
    """Version 1 has a ward that version 2 lacks, but was locked away when version 2 came."""
    locked = put(desk, 1, sent(12, ward_name=patient_number(1)), sent(12, **B1))
    put(desk, 2, sent(9))
    assert counted(desk).is_empty()
    decide(desk, "release-quarantine", date(2024, 4, 17), submission=locked)
    read(desk)
    assert figures(changes(desk)) == [("released", 1, date(2024, 4, 17), None, 9.0, 24.0)]


def test_two_files_of_one_night_are_one_change(desk: Desk) -> None:
    """Nobody read 9 falls."""
    put(desk, 1, sent(12))
    lay(desk, 2, sent(9))
    put(desk, 3, sent(6))
    assert figures(changes(desk)) == [("version", 3, date(2024, 4, 15), False, 12.0, 6.0)]


@pytest.mark.parametrize(
    ("arrived", "told"),
    [
        (IN_TIME, []),
        (IN_TIME - timedelta(days=3), [("version", 2, date(2024, 4, 15), False, 12.0, 9.0)]),
    ],
    ids=["one day", "two days"],
)
def test_of_the_first_night_files_count_by_the_days_on_which_they_came(
    desk: Desk, arrived: datetime, told: list[Changed]
) -> None:
    """Otherwise a history that is loaded at once would have no corrections."""
    lay(desk, 1, sent(12), arrived=arrived)
    put(desk, 2, sent(9))
    assert figures(changes(desk)) == told
