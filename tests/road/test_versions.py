"""Which version counts, and when a month is complete: resubmissions through the whole road."""

import json
from datetime import UTC, date, datetime

import pytest
from made_up import Road, csv_of, row, rows

from assets.steps.result import Verdict

JANUARY, FEBRUARY, MARCH = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
BOARD = "hand_hygiene_done/organisation/7A4"


def _put(road: Road, name: str, sent: list[dict[str, object]], day: int) -> None:
    road.put(name, csv_of(sent), datetime(2024, 4, day, 9, tzinfo=UTC))


def _march(compliant: int, wards: str = "AB") -> list[dict[str, object]]:
    return [row("7A4", ward, "2024-03", compliant=compliant) for ward in wards]


def test_a_range_is_replaced_only_where_the_newer_file_has_months(road: Road) -> None:
    newer = [row("7A4", "A", "2024-02"), row("7A4", "B", "2024-02", compliant=50)]
    _put(road, "7A4_hand-hygiene_202402_v02.csv", newer, 12)
    assert road.night() is Verdict.GOOD
    found = [road.point(BOARD, month)["numerator"] for month in (JANUARY, FEBRUARY, MARCH)]
    assert found == [70, 90, 70]


def test_the_version_in_the_name_beats_the_time_of_arrival(road: Road) -> None:
    _put(road, "7A4_hand-hygiene_202403_v03.csv", _march(50), 11)
    _put(road, "7A4_hand-hygiene_202403_v02.csv", _march(10), 12)
    assert road.night() is Verdict.GOOD
    assert road.point(BOARD, MARCH)["numerator"] == 100


def test_without_versions_the_last_to_arrive_counts(empty_road: Road) -> None:
    for organisation in ("7A4", "7A7"):
        sent = rows(organisation, "2024-01", "2024-02", "2024-03")
        _put(empty_road, f"{organisation}_hand-hygiene_202401-202403.csv", sent, 10)
    _put(empty_road, "7A4_hand-hygiene_202403.csv", _march(50), 12)
    assert empty_road.night() is Verdict.GOOD
    assert empty_road.point(BOARD, MARCH)["numerator"] == 100


def test_an_old_copy_without_a_version_does_not_undo_a_correction(road: Road) -> None:
    """v02 corrected March; then v01's bytes came once more out of somebody's folder."""
    first = csv_of(_march(50))
    road.put("7A4_hand-hygiene_202403_v01.csv", first, datetime(2024, 4, 11, 9, tzinfo=UTC))
    _put(road, "7A4_hand-hygiene_202403_v02.csv", _march(10), 12)
    road.put("7A4_hygiene march.csv", first, datetime(2024, 4, 13, 9, tzinfo=UTC))
    road.night()
    assert road.point(BOARD, MARCH)["numerator"] == 20
    # Under a name with the next version it is meant.
    road.put("7A4_hand-hygiene_202403_v03.csv", first, datetime(2024, 4, 14, 9, tzinfo=UTC))
    road.night()
    assert road.point(BOARD, MARCH)["numerator"] == 100


def test_a_version_that_lacks_a_ward_does_not_replace_a_complete_one(road: Road) -> None:
    _put(road, "7A4_hand-hygiene_202403_v02.csv", _march(50, wards="A"), 12)
    road.night()
    point = road.point(BOARD, MARCH)
    assert (point["numerator"], point["state"]) == (70, "final")
    page = road.steward_page("7A4_hand-hygiene_202403_v02.csv")
    assert "Wards that you sent before are missing" in page


def test_a_ward_that_is_left_out_twice_is_not_forgotten(empty_road: Road) -> None:
    for organisation in ("7A4", "7A7"):
        _put(
            empty_road,
            f"{organisation}_hand-hygiene_202401_v01.csv",
            rows(organisation, "2024-01"),
            5,
        )
        for month in ("2024-02", "2024-03"):
            wards = "A" if organisation == "7A4" else "AB"
            name = f"{organisation}_hand-hygiene_{month.replace('-', '')}_v01.csv"
            _put(empty_road, name, rows(organisation, month, wards=wards), 10)
    empty_road.night()
    points = [empty_road.point(BOARD, month) for month in (JANUARY, FEBRUARY, MARCH)]
    assert [p["state"] for p in points] == ["final", "incomplete", "incomplete"]
    assert [(p["parts_in"], p["parts_due"]) for p in points] == [(2, 2), (1, 2), (1, 2)]
    wales = empty_road.point("hand_hygiene_done/wales/wales", MARCH)
    assert (wales["state"], wales["parts_in"], wales["parts_due"]) == ("incomplete", 1, 2)
    ward = empty_road.points().filter(series="hand_hygiene/hand_hygiene_done/ward/7A4BV:B")
    assert ward["numerator"].to_list() == [30, None, None]


CLOSED = """
- organisation: 7A4
  site: 7A4BV
  ward: B
  starts: 2024-02-01
  role: Ward manager
  reason: Ward B closed
"""


def test_a_ward_declared_closed_is_not_waited_for(empty_road: Road) -> None:
    test_a_ward_that_is_left_out_twice_is_not_forgotten(empty_road)
    (empty_road.lake / "decisions" / "closed.yaml").write_text(CLOSED, "utf-8")
    assert empty_road.night(date(2024, 4, 21)) is Verdict.GOOD
    assert empty_road.publication == "2024-03_r2"
    points = [empty_road.point(BOARD, month) for month in (JANUARY, FEBRUARY, MARCH)]
    assert [p["state"] for p in points] == ["final", "final", "final"]
    # The ward's own series has come to its end.
    ward = empty_road.points().filter(series="hand_hygiene/hand_hygiene_done/ward/7A4BV:B")
    assert ward["numerator"].to_list() == [30]


def test_a_decision_that_cannot_be_used_is_one_sentence(road: Road) -> None:
    road.lake.joinpath("decisions").mkdir(exist_ok=True)
    (road.lake / "decisions" / "closed.yaml").write_text("- {organisation: 7A4}", "utf-8")
    assert road.night() is Verdict.NOTHING_PUBLISHED
    (alert,) = road.lake.glob("alerts/*.json")
    sentence = json.loads(alert.read_text("utf-8"))["sentence"]
    start = "The night stopped in hand_hygiene/measures: decisions/closed.yaml: site: "
    assert sentence.startswith(f"{start}Field required.")


def test_a_missing_board_leaves_wales_hollow(empty_road: Road) -> None:
    sent = rows("7A4", "2024-01", "2024-02", "2024-03")
    _put(empty_road, "7A4_hand-hygiene_202401-202403_v01.csv", sent, 10)
    assert empty_road.night() is Verdict.NEEDS_STEWARD
    wales = empty_road.point("hand_hygiene_done/wales/wales", MARCH)
    assert (wales["numerator"], wales["state"]) == (70, "incomplete")
    assert (wales["parts_in"], wales["parts_due"]) == (1, 2)


@pytest.mark.parametrize(("today", "month"), [("2024-04-15", "2024-02"), ("2024-04-16", "2024-03")])
def test_a_month_is_published_when_its_deadline_has_passed(
    road: Road, today: str, month: str
) -> None:
    """March 2024 is due on 15 April: 1 April is a bank holiday, the tenth day from the 2nd."""
    road.night(date.fromisoformat(today))
    assert road.publication == f"{month}_r1"


def test_the_same_file_again_is_recognised(road: Road) -> None:
    road.night()
    content = csv_of(rows("7A4", "2024-01", "2024-02", "2024-03"))
    road.put("7A4_hand-hygiene_202401-202403_v02.csv", content, datetime(2024, 4, 12, tzinfo=UTC))
    assert road.night(date(2024, 4, 21)) is Verdict.GOOD
    assert road.receipts()["7A4_hand-hygiene_202401-202403_v02.csv"]["outcome"] == "duplicate"


def test_a_file_between_two_versions_does_not_bring_back_the_first(road: Road) -> None:
    """v02, then one without a version, then v01 late: the one without a version is newest."""
    _put(road, "7A4_hand-hygiene_202403_v02.csv", _march(50), 11)
    _put(road, "7A4_hand-hygiene_202403.csv", _march(45), 12)
    _put(road, "7A4_hand-hygiene_202403_v01.csv", _march(10), 13)
    assert road.night() is Verdict.GOOD
    assert road.point(BOARD, MARCH)["numerator"] == 90


def test_a_wrong_correction_is_undone_by_sending_the_first_again(empty_road: Road) -> None:
    first = rows("7A4", "2024-03")
    for version, sent in enumerate((first, _march(10), first), start=1):
        _put(empty_road, f"7A4_hand-hygiene_202403_v{version:02}.csv", sent, 10 + version)
    empty_road.night()
    assert empty_road.point(BOARD, MARCH)["numerator"] == 70


def test_a_row_of_another_board_makes_the_sender_incomplete_and_stops_nobody(road: Road) -> None:
    """Ward B of 7A4 under the code of 7A7: set aside, and 7A4's earlier month stays in force."""
    road.night()
    wrong = [row("7A4", "A", "2024-03", compliant=50),
             row("7A4", "B", "2024-03") | {"organisation_code": "7A7"}]  # fmt: skip
    _put(road, "7A4_hand-hygiene_202403_v02.csv", wrong, 12)
    assert road.night(date(2024, 4, 21)) is Verdict.NEEDS_STEWARD
    assert road.point(BOARD, MARCH)["numerator"] == 70
    page = road.steward_page("7A4_hand-hygiene_202403_v02.csv")
    assert "7A7_hand-hygiene" not in page


DISMISSED = "- {submission: SUBMISSION, role: Programme analyst, reason: Sent by mistake}"


def test_a_file_that_nobody_will_mend_is_dismissed(road: Road) -> None:
    _put(road, "7A4_notes.csv", [{"nothing": 1}], 12)
    assert road.night() is Verdict.NEEDS_STEWARD
    submission = road.receipts()["7A4_notes.csv"]["submission"]
    decision = DISMISSED.replace("SUBMISSION", submission)
    (road.lake / "decisions" / "junk.yaml").write_text(decision, "utf-8")
    assert road.night(date(2024, 4, 21)) is Verdict.GOOD


def test_a_site_that_changed_hands_stands_by_the_board_of_the_month(empty_road: Road) -> None:
    """Princess of Wales was 7A3's until March 2019, then 7A5's.

    7A3 loses a row of February at another hospital: February is incomplete, as a month of 7A3, and
    April is complete, as a month of 7A5.
    """
    contract = empty_road.contracts / "hand_hygiene.odcs.yaml"
    text = contract.read_text("utf-8")
    due = '{organisations: ["7A4", "7A7"], starts: 2024-01-01}'
    assert due in text
    moved = '{organisations: ["7A3", "7A5"], starts: 2019-01-01}'
    contract.write_text(text.replace(due, moved), "utf-8")

    def at(board: str, site: str, month: str, **changed: object) -> dict[str, object]:
        place = {"organisation_code": board, "site_code": site, "period": month}
        return row("7A4", "A", month) | place | changed

    before = [at("7A3", site, f"2019-0{m}") for site in ("7A3B7", "7A3C7") for m in (1, 2, 3)]
    before[4] |= {"compliant": 99}
    _put(empty_road, "7A3_hand-hygiene_201901-201903_v01.csv", before, 10)
    after = [at("7A5", "7A3B7", f"2019-0{month}") for month in (4, 5)]
    _put(empty_road, "7A5_hand-hygiene_201904-201905_v01.csv", after, 10)
    empty_road.night()
    site = "hand_hygiene_done/site/7A3B7"
    states = [empty_road.point(site, date(2019, month, 1))["state"] for month in (1, 2, 4, 5)]
    assert states == ["final", "incomplete", "final", "final"]
