"""Rows that are not counted although none is wrong: wards that are missing, totals left out.

A correction in which a ward is missing is not used, and somebody is told so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from made_up import Road, csv_of, row, rows
from page_reading import parsed

from assets.steps.result import Verdict

MARCH = date(2024, 3, 1)
# Ward A with 45 of 50 instead of 40, and no ward B.
LACKING = [row("7A4", "A", "2024-03", compliant=45)]
WHOLE = [*LACKING, row("7A4", "B", "2024-03")]
BROKEN = [row("7A4", "A", "2024-03", compliant=51), row("7A4", "B", "2024-03")]


def name(version: int) -> str:
    return f"7A4_hand-hygiene_202403_v{version:02}.csv"


def send(road: Road, version: int, content: list[dict[str, object]], day: int) -> Verdict:
    road.put(name(version), csv_of(content), datetime(2024, 4, day, 9, tzinfo=UTC))
    return road.night(date(2024, 4, day + 1))


def waiting(road: Road) -> list[tuple[str, str]]:
    """What waits for 7A4: why, and which file."""
    lines = pl.read_csv(road.latest / "collaborative" / "queue.csv")
    return sorted(lines.select("What waits", "File").rows())


def test_a_file_that_lacks_a_ward_waits_until_a_whole_one_comes(published: Road) -> None:
    """40 + 30 of 100 stay in the report; with both wards it is 45 + 30."""
    assert send(published, 2, LACKING, 20) is Verdict.NEEDS_STEWARD
    assert published.point("hand_hygiene_done/organisation/7A4", MARCH)["numerator"] == 70
    page = published.steward_page(name(2))
    assert "Not used: wards that you sent before are missing" in page
    assert "Add the rows of the missing wards" in page
    assert "7A4_hand-hygiene_202403_v03.csv" in page
    assert "Nothing more with this file" not in page
    assert waiting(published) == [("Wards are missing", name(2))]
    assert send(published, 3, WHOLE, 22) is Verdict.GOOD
    assert published.point("hand_hygiene_done/organisation/7A4", MARCH)["numerator"] == 75
    assert "Nothing more with this file" in published.steward_page(name(2))


def test_a_file_that_lacks_a_ward_mends_no_other_but_waits_in_its_place(published: Road) -> None:
    """Only the newest attempt waits: who mends it mends all."""
    send(published, 2, BROKEN, 20)
    assert waiting(published) == [("Accepted in part", name(2))]
    assert send(published, 3, LACKING, 22) is Verdict.NEEDS_STEWARD
    assert waiting(published) == [("Wards are missing", name(3))]
    # A return that is sent again with another mistake has still waited since the first.
    assert "First sent: 20 April 2024" in published.page("collaborative/queue.html")
    assert name(3) in published.steward_page(name(2))
    assert send(published, 4, WHOLE, 24) is Verdict.GOOD
    # A month that was closed on 22 April is changed, which is only asked about.
    assert waiting(published) == [("Questions without an answer", name(4))]


def test_a_file_that_lacks_a_ward_and_was_sent_again_says_both(published: Road) -> None:
    send(published, 2, LACKING, 20)
    assert send(published, 3, [], 22) is Verdict.NEEDS_STEWARD
    assert [file for _, file in waiting(published)] == [name(3)]
    old = published.steward_page(name(2))
    assert "Not used: wards that you sent before are missing" in old
    assert "Nothing more with this file: mend the newer one as its own page says." in old


@pytest.mark.parametrize("language", ["", ".cy"])
def test_the_list_of_files_names_it(published: Road, language: str) -> None:
    send(published, 2, LACKING, 20)
    index = parsed(published.page(f"stewards/7A4/index{language}.html"))
    assert name(2) in index.first("section", id="mend").text
    assert list(index.every("section", id="questions")) == []


def test_counts_on_the_page_add_up_where_a_total_was_left_out(published: Road) -> None:
    """Three rows were read: two wards, and their sum, which is no ward."""
    sent = [*rows("7A4", "2024-03"), row("7A4", "Total", "2024-03", soap_litres=9)]
    send(published, 2, sent, 20)
    stats = parsed(published.steward_page(name(2))).by_class("stats")
    told = {
        label.text: number.text
        for label, number in zip(stats.every("dt"), stats.every("dd"), strict=True)
    }
    assert told == {
        "rows read": "3",
        "rows accepted": "2",
        "rows set aside": "0",
        "rows of totals left out": "1",
        "things to check": "1",
    }
