"""Days between rare events: from the rows that a board sends to its own page, and to no other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from assets.steps.check import check
from assets.steps.count import count, read_days
from assets.steps.detect import detect, read_days_points
from assets.steps.night import Night
from assets.steps.receive import receive_files

TODAY = date(2024, 6, 20)
# Six events of 7A4: two on one day, 9 days to the next, then 21, 31 and 30.
DAYS = ["2024-01-04", "2024-01-04", "2024-01-13", "2024-02-03", "2024-03-05", "2024-04-04"]
MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05"]


def row(month: str, day: str | None, number: int, site: str) -> dict[str, object]:
    return {
        "organisation_code": "7A4",
        "site_code": site,
        "ward_code": "A1",
        "ward_name": "Ward A1",
        "setting": "acute_inpatient",
        "population": "adults",
        "period": month,
        "event_type": "hip_fracture" if day else "none",
        "event_date": day,
        "event_number": number if day else None,
    }


def sent(months: list[str], days: list[str], site: str = "7A4BV") -> list[dict[str, object]]:
    """A row for each event, and one for each month without any."""
    events = [row(day[:7], day, days[:n].count(day) + 1, site) for n, day in enumerate(days)]
    quiet = [m for m in months if not any(day.startswith(m) for day in days)]
    return [*events, *(row(month, None, 0, site) for month in quiet)]


def points(folder: Path, files: dict[str, list[dict[str, object]]]) -> pl.DataFrame:
    """The judged days after a night on these files."""
    night = Night.open(folder, None, TODAY)
    (night.lake.inbox / "7A4").mkdir(parents=True)
    for name, rows in files.items():
        path = night.lake.inbox / "7A4" / name
        path.write_bytes(pl.DataFrame(rows).write_csv().encode())
    receive_files(night, settled=True)
    (falls,) = (c for c in night.contracts if c.workstream == "falls")
    check(night, falls)
    count(night, falls)
    detect(night, falls)
    assert read_days(night, falls).height == read_days_points(night, falls).height
    return read_days_points(night, falls)


def days_of(found: pl.DataFrame, series: str) -> list[tuple[date, float, str]]:
    key = f"falls/hip_fracture_days/{series}"
    return found.filter(series=key).select("period", "numerator", "state").rows()


NAME = "7A4_falls-events_202401-202405_v01.csv"


def test_days_are_counted_from_event_to_event_and_those_of_one_day_are_one(tmp_path: Path) -> None:
    """13 January is 9 days after the 4th; 3 February 21 after that; 2024 is a leap year: 31; 30."""
    found = points(tmp_path, {NAME: sent(MONTHS, DAYS)})
    expected = [
        (date(2024, 1, 13), 9.0, "final"),
        (date(2024, 2, 3), 21.0, "final"),
        (date(2024, 3, 5), 31.0, "final"),
        (date(2024, 4, 4), 30.0, "final"),
    ]
    assert days_of(found, "organisation/7A4") == expected
    assert days_of(found, "site/7A4BV") == expected
    assert found.filter(level="wales").is_empty()


def test_days_over_a_month_that_did_not_come_are_not_judged(tmp_path: Path) -> None:
    """February was never sent: an event in it would have cut the 52 days in two."""
    months = [month for month in MONTHS if month != "2024-02"]
    days = [day for day in DAYS if not day.startswith("2024-02")]
    early, late = "7A4_falls-events_202401_v01.csv", "7A4_falls-events_202403-202405_v01.csv"
    rows = sent(months, days)
    found = points(
        tmp_path,
        {
            early: [one for one in rows if one["period"] == "2024-01"],
            late: [one for one in rows if one["period"] != "2024-01"],
        },
    )
    assert days_of(found, "organisation/7A4") == [
        (date(2024, 1, 13), 9.0, "final"),
        (date(2024, 3, 5), 52.0, "incomplete"),
        (date(2024, 4, 4), 30.0, "final"),
    ]
    (waits,) = found.filter(level="organisation", period=date(2024, 3, 5)).iter_rows(named=True)
    assert (waits["excluded"], waits["verdict"]) == (True, "none")


@pytest.mark.parametrize(("in_each_month", "is_rare"), [(1, True), (2, False)])
def test_events_that_are_not_rare_have_no_days(
    tmp_path: Path, in_each_month: int, is_rare: bool
) -> None:
    """Two a month are enough for a chart of counts."""
    days = [f"{month}-{9 * n + 3:02}" for month in MONTHS for n in range(in_each_month)]
    found = points(tmp_path, {NAME: sent(MONTHS, days)})
    assert found.is_empty() is not is_rare
