"""When a month is complete, and that nobody is told that all is well while one is not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import polars as pl
import pytest
from made_up import MONTHS, Road, csv_of, row, rows

from assets.steps.result import Verdict

JANUARY, FEBRUARY, MARCH = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
BOARD = "hand_hygiene_done/organisation/7A4"
JAN_FEB = ("2024-01", "2024-02")


def _put(road: Road, name: str, sent: list[dict[str, Any]], day: int) -> None:
    road.put(f"{name}.csv", csv_of(sent), datetime(2024, 4, day, 9, tzinfo=UTC))


def _others(road: Road) -> None:
    """7A7 has sent all that is due."""
    _put(road, "7A7_hand-hygiene_202401-202403_v01", rows("7A7", *MONTHS), 5)


def _until_february(road: Road) -> None:
    _others(road)
    _put(road, "7A4_hand-hygiene_202401-202402_v01", rows("7A4", *JAN_FEB), 5)


def _record(road: Road) -> dict[str, Any]:
    newest = max((road.lake / "nights").glob("*.json"))
    found: dict[str, Any] = json.loads(newest.read_text("utf-8"))
    return found


def _decide(road: Road, *decisions: str) -> None:
    folder = road.lake / "decisions"
    folder.mkdir(exist_ok=True)
    (folder / "decided.yaml").write_text("\n".join(decisions), "utf-8")


def _status(road: Road, month: date) -> str:
    """How 7A4's return stands, as published for SQL."""
    with duckdb.connect(str(road.lake / "warehouse.duckdb"), read_only=True) as connection:
        return str(
            connection.execute(
                "select status from return where organisation = '7A4' and period = ?", [month]
            ).fetchall()[0][0]
        )


def _dismissed(road: Road, name: str) -> str:
    submission = road.receipts()[f"{name}.csv"]["submission"]
    return f"- {{submission: {submission}, role: Programme analyst, reason: Sent by mistake}}"


CLOSED = "- {{organisation: 7A4, site: 7A4BV, ward: {ward}, {when}, role: Manager, reason: Works}}"
FOR_FEBRUARY = "starts: 2024-02-01, ends: 2024-02-29"


def _one_by_one(road: Road, *wards: str) -> None:
    """7A4's months from January on, each with some wards."""
    _others(road)
    for day, (month, there) in enumerate(zip(MONTHS, wards, strict=True), start=5):
        name = f"7A4_hand-hygiene_{month.replace('-', '')}_v01"
        _put(road, name, rows("7A4", month, wards=there), day)


def test_a_ward_that_was_closed_for_a_time_is_expected_after_it(empty_road: Road) -> None:
    _decide(empty_road, CLOSED.format(ward="B", when=FOR_FEBRUARY))
    _one_by_one(empty_road, "AB", "A", "A")
    assert empty_road.night() is Verdict.NEEDS_STEWARD
    points = [empty_road.point(BOARD, month) for month in (JANUARY, FEBRUARY, MARCH)]
    assert [p["state"] for p in points] == ["final", "final", "incomplete"]
    assert [(p["parts_in"], p["parts_due"]) for p in points] == [(2, 2), (1, 1), (1, 2)]
    assert _record(empty_road)["incomplete"] == ["7A4 hand_hygiene.monthly 2024-03 (1 of 2)"]


@pytest.mark.parametrize(
    "then",
    [
        "starts: 2024-03-01",
        # For good from a day within the time for which it was closed already.
        "starts: 2024-02-01",
        "starts: 2024-03-01, ends: 2024-05-31",
    ],
)
def test_a_ward_that_stays_closed_is_not(empty_road: Road, then: str) -> None:
    closures = [CLOSED.format(ward="B", when=when) for when in (FOR_FEBRUARY, then)]
    _decide(empty_road, *closures)
    _one_by_one(empty_road, "AB", "A", "A")
    assert empty_road.night() is Verdict.GOOD
    assert empty_road.point(BOARD, MARCH)["state"] == "final"


def test_a_ward_that_comes_back_is_complete(empty_road: Road) -> None:
    _decide(empty_road, CLOSED.format(ward="B", when=FOR_FEBRUARY))
    _one_by_one(empty_road, "AB", "A", "AB")
    assert empty_road.night() is Verdict.GOOD
    point = empty_road.point(BOARD, MARCH)
    assert (point["state"], point["parts_in"], point["parts_due"]) == ("final", 2, 2)


def test_a_night_with_a_hollow_month_needs_a_steward(empty_road: Road) -> None:
    """No file is to mend and no return is missing: ward B is."""
    _until_february(empty_road)
    _put(empty_road, "7A4_hand-hygiene_202403_v01", rows("7A4", "2024-03", wards="A"), 6)
    assert empty_road.night() is Verdict.NEEDS_STEWARD
    record = _record(empty_road)
    assert (record["mend"], record["missing"], record["refused"]) == ([], [], [])
    assert record["incomplete"] == ["7A4 hand_hygiene.monthly 2024-03 (1 of 2)"]
    _put(empty_road, "7A4_hand-hygiene_202403_v02", rows("7A4", "2024-03"), 7)
    assert empty_road.night(date(2024, 4, 21)) is Verdict.GOOD
    assert _record(empty_road)["incomplete"] == []


def test_a_bad_row_that_was_deleted_instead_of_mended_needs_a_steward(empty_road: Road) -> None:
    _until_february(empty_road)
    march = [row("7A4", "A", "2024-03"), row("7A4", "B", "2024-03", compliant=99)]
    _put(empty_road, "7A4_hand-hygiene_202403_v01", march, 6)
    _put(empty_road, "7A4_hand-hygiene_202403_v02", march[:1], 7)
    assert empty_road.night() is Verdict.NEEDS_STEWARD
    record = _record(empty_road)
    assert record["mend"] == []
    assert record["incomplete"] == ["7A4 hand_hygiene.monthly 2024-03 (1 of 2)"]


def test_of_an_incomplete_month_whose_file_was_dismissed_nobody_is_asked_again(
    empty_road: Road,
) -> None:
    _until_february(empty_road)
    name = "7A4_hand-hygiene_202403_v01"
    march = [row("7A4", "A", "2024-03"), row("7A4", "B", "2024-03", compliant=99)]
    _put(empty_road, name, march, 6)
    assert empty_road.night() is Verdict.NEEDS_STEWARD
    _decide(empty_road, _dismissed(empty_road, name))
    assert empty_road.night(date(2024, 4, 21)) is Verdict.GOOD
    # It stays hollow all the same.
    assert empty_road.point(BOARD, MARCH)["state"] == "incomplete"


def test_a_dismissed_file_does_not_hide_a_return_that_never_came(empty_road: Road) -> None:
    _until_february(empty_road)
    name = "7A4_hand-hygiene_202403_v01"
    without = [
        {column: cell for column, cell in one.items() if column != "compliant"}
        for one in rows("7A4", "2024-03")
    ]
    _put(empty_road, name, without, 6)
    assert empty_road.night() is Verdict.NEEDS_STEWARD
    assert _status(empty_road, MARCH) == "refused"
    record = _record(empty_road)
    assert (record["missing"], record["refused"]) == ([], ["7A4 hand_hygiene.monthly 2024-03"])
    _decide(empty_road, _dismissed(empty_road, name))
    assert empty_road.night(date(2024, 4, 21)) is Verdict.NEEDS_STEWARD
    assert _status(empty_road, MARCH) == "missing"
    record = _record(empty_road)
    assert (record["mend"], record["missing"]) == ([], ["7A4 hand_hygiene.monthly 2024-03"])


def test_a_month_of_which_no_row_was_accepted_is_not_called_missing(empty_road: Road) -> None:
    """Of a file of two months all rows of March are set aside: it came, but nothing was taken."""
    _until_february(empty_road)
    name = "7A4_hand-hygiene_202402-202403_v02"
    march = [row("7A4", ward, "2024-03", compliant=99) for ward in "AB"]
    _put(empty_road, name, [*rows("7A4", "2024-02"), *march], 6)
    assert empty_road.night() is Verdict.NEEDS_STEWARD
    assert empty_road.receipts()[f"{name}.csv"]["outcome"] == "partly_accepted"
    assert (_status(empty_road, FEBRUARY), _status(empty_road, MARCH)) == ("late", "refused")
    record = _record(empty_road)
    assert (record["missing"], record["refused"]) == ([], ["7A4 hand_hygiene.monthly 2024-03"])


def test_a_wards_code_in_small_letters_is_the_same_ward(empty_road: Road) -> None:
    _until_february(empty_road)
    march = [row("7A4", "A", "2024-03"), row("7A4", "B", "2024-03", ward_code="b")]
    _put(empty_road, "7A4_hand-hygiene_202403_v01", march, 6)
    assert empty_road.night() is Verdict.GOOD
    point = empty_road.point(BOARD, MARCH)
    assert (point["state"], point["parts_in"], point["parts_due"]) == ("final", 2, 2)
    ward = empty_road.points().filter(series="hand_hygiene/hand_hygiene_done/ward/7A4BV:B")
    assert ward["numerator"].to_list() == [30, 30, 30]
    # Mended although nobody asked.
    _put(empty_road, "7A4_hand-hygiene_202403_v02", rows("7A4", "2024-03"), 7)
    assert empty_road.night(date(2024, 4, 21)) is Verdict.GOOD
    point = empty_road.point(BOARD, MARCH)
    assert (point["state"], point["parts_in"], point["parts_due"]) == ("final", 2, 2)


def test_a_closure_names_a_ward_as_people_write_it(empty_road: Road) -> None:
    _decide(empty_road, CLOSED.format(ward="b", when="starts: 2024-02-01"))
    _one_by_one(empty_road, "AB", "A", "A")
    assert empty_road.night() is Verdict.GOOD
    assert empty_road.point(BOARD, MARCH)["state"] == "final"


def test_an_incomplete_version_is_not_forgotten_either(empty_road: Road) -> None:
    """v01 lost a row of ward C, v02 is without B, of which only v01 tells: B is missing."""
    _others(empty_road)
    first = [*rows("7A4", "2024-01"), row("7A4", "C", "2024-01", compliant=99)]
    _put(empty_road, "7A4_hand-hygiene_202401_v01", first, 6)
    _put(empty_road, "7A4_hand-hygiene_202401_v02", rows("7A4", "2024-01", wards="A"), 7)
    empty_road.night()
    assert empty_road.point(BOARD, JANUARY)["state"] == "incomplete"


def test_every_question_about_a_file_is_counted(empty_road: Road) -> None:
    """Ward B is missing in February and in March: two warnings about one file."""
    _others(empty_road)
    _put(empty_road, "7A4_hand-hygiene_202401_v01", rows("7A4", "2024-01"), 5)
    asked = "7A4_hand-hygiene_202402-202403_v01"
    _put(empty_road, asked, rows("7A4", "2024-02", "2024-03", wards="A"), 6)
    empty_road.night()
    with duckdb.connect(str(empty_road.lake / "warehouse.duckdb"), read_only=True) as connection:
        submissions = connection.sql("from submission").pl()
    found = submissions.filter(pl.col("file_name") == f"{asked}.csv")
    assert found.select("outcome", "warnings").row(0) == ("accepted_with_warnings", 2)
