"""A file in inbox/<code>/try/ has its answer like any other, and changes no figure and no task."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_up import Road, csv_of, row

from assets.steps import take
from assets.steps.night import Night
from assets.steps.result import Verdict

MARCH = date(2024, 3, 1)
BOARD = "hand_hygiene_done/organisation/7A4"
NEXT = (date(2024, 4, 21), date(2024, 4, 22), date(2024, 4, 23))
NAME = "7A4_hand-hygiene_202403_v02.csv"


def _march(compliant: int) -> bytes:
    return csv_of([row("7A4", ward, "2024-03", compliant=compliant) for ward in "AB"])


def _try(road: Road, content: bytes, name: str = NAME, folder: str = "try") -> Path:
    path = road.put(name, content, datetime(2024, 4, 12, 9, tzinfo=UTC))
    place = path.parent / folder / name
    place.parent.mkdir(exist_ok=True)
    path.rename(place)
    return place


def _sql(road: Road, query: str) -> list[Any]:
    with duckdb.connect(str(road.lake / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("folder", ["try", "Try"])
def test_a_good_trial_has_its_page_and_counts_for_nothing(published: Road, folder: str) -> None:
    place = _try(published, _march(50), folder=folder)
    assert published.night(NEXT[0]) is Verdict.GOOD
    assert not place.exists()
    receipt = published.receipts()[NAME]
    assert (receipt["trial"], receipt["outcome"], receipt["rows_accepted"]) == (
        True, "accepted", 2,
    )  # fmt: skip
    assert published.point(BOARD, MARCH)["numerator"] == 70
    assert NAME in published.steward_page(NAME)
    told = "select trial, to_mend, len(months_in_force) from submission where file_name = ?"
    assert _sql(published, told.replace("?", f"'{NAME}'")) == [(True, False, 0)]


def test_a_broken_trial_is_told_and_asks_nobody_to_mend(published: Road) -> None:
    _try(published, _march(99))
    assert published.night(NEXT[0]) is Verdict.GOOD
    assert published.receipts()[NAME]["outcome"] == "refused"
    page = published.steward_page(NAME)
    assert "More moments were taken than watched" in page
    assert "Put the file into the inbox folder" in page
    assert "inbox/7A4/" in page
    assert "Nothing more with this file" not in page


def test_a_refused_trial_refuses_no_return(empty_road: Road) -> None:
    _try(empty_road, _march(99))
    empty_road.night()
    found = _sql(
        empty_road,
        "select status from return where organisation = '7A4' and period = date '2024-03-01'",
    )
    assert found == [("missing",)]


def test_a_trial_is_no_version_and_no_copy(published: Road) -> None:
    """The same bytes, tried first: the file itself counts, and a trial of it is only checked."""
    _try(published, _march(50))
    published.night(NEXT[0])
    published.put(NAME, _march(50), datetime(2024, 4, 13, 9, tzinfo=UTC))
    published.night(NEXT[1])
    assert published.point(BOARD, MARCH)["numerator"] == 100
    again = "7A4_hand-hygiene_202403_v03.csv"
    _try(published, _march(50), again)
    published.night(NEXT[2])
    assert (published.receipts()[again]["outcome"], published.receipts()[NAME]["outcome"]) == (
        "accepted", "accepted",
    )  # fmt: skip


def test_the_same_file_in_both_folders_is_a_file_and_a_trial(published: Road) -> None:
    _try(published, _march(50))
    published.put(NAME, _march(50), datetime(2024, 4, 12, 9, tzinfo=UTC))
    published.night(NEXT[0])
    assert published.point(BOARD, MARCH)["numerator"] == 100
    found = _sql(published, f"select trial from submission where file_name = '{NAME}' order by 1")
    assert found == [(False,), (True,)]


def test_a_trial_is_kept_for_thirty_days(published: Road) -> None:
    _try(published, _march(50))
    published.night(date(2024, 4, 21))
    published.night(date(2024, 5, 21))
    assert NAME in published.receipts()
    published.night(date(2024, 5, 22))
    assert NAME not in published.receipts()
    pages = [p.name for p in published.latest.glob("stewards/7A4/submission-*.html")]
    assert len(pages) == 2


def test_other_folders_and_links_are_not_tried(empty_road: Road, tmp_path: Path) -> None:
    _try(empty_road, _march(50), folder="trying")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / NAME).write_bytes(_march(50))
    (empty_road.lake / "inbox" / "7A4" / "try").symlink_to(outside)
    night = Night.open(empty_road.lake, empty_road.contracts, NEXT[0])
    assert take.take_all(night, settled=True) == 0
