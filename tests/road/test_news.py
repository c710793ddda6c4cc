"""What is new in a report: against what the report for the month before told, not its figures now.

Two boards, two years of quiet months of 500 opportunities a ward; 150 done are far below the limit.
"""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from made_up import Road, contracts_folder, csv_of, row
from page_reading import parsed

from reports.months import months

SPAN = [f"{month:%Y-%m}" for month in months(date(2024, 1, 1), date(2025, 12, 1))]
QUIET = (350, 360, 340, 355, 345)
# The days of the reports for January, February and March 2026, before the deadline of the next.
REPORTS = {month: date(2026, month + 1, 20) for month in (1, 2, 3)}
CONCERN = "Cardiff and Vale"


@pytest.fixture(scope="module")
def quiet_years(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """Both boards through December 2025, taken in but not reported on yet."""
    folder = tmp_path_factory.mktemp("news")
    road = Road(folder / "lake", contracts_folder(folder / "contracts"))
    road.lake.mkdir()
    for board in ("7A4", "7A7"):
        quiet = [
            row(board, ward, month, opportunities=500, compliant=QUIET[place % 5])
            for place, month in enumerate(SPAN)
            for ward in "AB"
        ]
        _put(road, board, "202401-202512", quiet, month=1)
    road.night(date(2026, 1, 20))
    return road


@pytest.fixture
def quiet(quiet_years: Road, tmp_path: Path) -> Road:
    shutil.copytree(quiet_years.lake, tmp_path / "lake", symlinks=True)
    return Road(tmp_path / "lake", quiet_years.contracts)


def _put(
    road: Road, board: str, span: str, sent: list[dict[str, object]], month: int, version: int = 1
) -> None:
    name = f"{board}_hand-hygiene_{span}_v{version:02}.csv"
    road.put(name, csv_of(sent), datetime(2026, month, 9, 9, tzinfo=UTC))


def send(road: Road, month: int, in_month: int, version: int = 1, **done: int) -> None:
    """Each board's wards in a month of 2026, sent the month after or later."""
    for board, compliant in done.items():
        wards = [
            row(board, ward, f"2026-{month:02}", opportunities=500, compliant=compliant)
            for ward in "AB"
        ]
        _put(road, board, f"2026{month:02}", wards, in_month, version)


HEADINGS = ("New concerns", "New improvements", "Signals that ended", "Not judged this month")


def told(road: Road) -> tuple[str, dict[str, str]]:
    """The title of the landing page, and its lists of what changed by heading."""
    page = parsed(road.page("collaborative/index.html"))
    text = page.first("section", id="changed").text
    parts = re.split(f"({'|'.join(HEADINGS)})", text)[1:]
    return page.first("h1").text, dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))


def report(road: Road, month: int) -> tuple[str, dict[str, str]]:
    road.night(REPORTS[month])
    return told(road)


def test_a_signal_that_came_late_is_new_in_the_first_report_that_can_tell_it(quiet: Road) -> None:
    """February's report called the month missing; its figures came with those of March."""
    send(quiet, 1, 2, **{"7A4": 350, "7A7": 350})
    report(quiet, 1)
    send(quiet, 2, 3, **{"7A7": 350})
    report(quiet, 2)
    send(quiet, 2, 4, **{"7A4": 150})
    send(quiet, 3, 4, **{"7A4": 150, "7A7": 350})
    title, lists = report(quiet, 3)
    assert CONCERN in lists["New concerns"]
    assert "new concern" in title


def test_a_signal_that_a_correction_brought_is_new_in_the_next_report(quiet: Road) -> None:
    """February's report told a quiet month, which was corrected afterwards."""
    send(quiet, 1, 2, **{"7A4": 350, "7A7": 350})
    report(quiet, 1)
    send(quiet, 2, 3, **{"7A4": 350, "7A7": 350})
    _, lists = report(quiet, 2)
    assert lists["New concerns"] == "None."
    send(quiet, 2, 4, version=2, **{"7A4": 150})
    send(quiet, 3, 4, **{"7A4": 150, "7A7": 350})
    _, lists = report(quiet, 3)
    assert CONCERN in lists["New concerns"]


def test_nothing_ended_that_the_report_before_did_not_tell(quiet: Road) -> None:
    """A concern in January, nothing for February, an ordinary March."""
    send(quiet, 1, 2, **{"7A4": 150, "7A7": 350})
    _, lists = report(quiet, 1)
    assert CONCERN in lists["New concerns"]
    send(quiet, 2, 3, **{"7A7": 350})
    report(quiet, 2)
    send(quiet, 3, 4, **{"7A4": 350, "7A7": 350})
    _, lists = report(quiet, 3)
    assert lists["Signals that ended"] == "None."


def test_a_concern_of_two_reports_is_new_in_the_first(quiet: Road) -> None:
    send(quiet, 1, 2, **{"7A4": 150, "7A7": 350})
    _, lists = report(quiet, 1)
    assert CONCERN in lists["New concerns"]
    send(quiet, 2, 3, **{"7A4": 150, "7A7": 350})
    title, lists = report(quiet, 2)
    assert lists["New concerns"] == "None."
    assert "1 concern continues" in title or "2 concerns continue" in title


def test_what_a_report_is_compared_with_is_said(quiet: Road) -> None:
    """The first report of a lake has none before it, and says so."""
    first = quiet.page("collaborative/index.html")
    assert "What a report for November 2025 told is not known here" in first
    send(quiet, 1, 2, **{"7A4": 350, "7A7": 350})
    quiet.night(REPORTS[1])
    second = quiet.page("collaborative/index.html")
    assert "Compared with the report for December 2025 as it stood then." in second


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": ["concern"]}', '{"a": "worse"}', None])
def test_a_list_that_cannot_be_read_is_no_report(quiet: Road, text: str | None) -> None:
    send(quiet, 1, 2, **{"7A4": 350, "7A7": 350})
    (place,) = quiet.lake.glob("site/2025-12_r1/told.json")
    verdicts = json.loads(place.read_text())
    assert set(verdicts.values()) == {"common_cause"}
    place.unlink() if text is None else place.write_text(text)
    quiet.night(REPORTS[1])
    assert "What a report for December 2025 told is not known here" in quiet.page(
        "collaborative/index.html"
    )
