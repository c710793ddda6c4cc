"""Days have their ends in Wales: one clock on all pages, and the two deadlines of a month."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest
from steward_files import due, edition_of, file, text

from data_contracts.contract import load_contracts
from reports.deadlines import deadlines, in_wales
from reports.edition import Edition
from reports.pages.quality import submissions_in_force
from reports.pages.steward_index import steward_index
from reports.pages.submission import submission_page
from reports.pages.submission_case import Records, case_of
from reports.words import Words

MARCH = date(2024, 3, 1)
# Half past eleven in the evening by UTC is half past midnight in Wales: the day after the deadline.
BY_UTC = datetime(2024, 4, 15, 23, 30)
LATE = file(
    "late", "accepted", 15, arrived=BY_UTC, received=BY_UTC, period_from=MARCH, period_to=MARCH,
    file_name="7A4_falls_202403_v01.csv", months_in_force=[MARCH],
)  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (BY_UTC, "2024-04-16 00:30"),
        (BY_UTC.replace(tzinfo=UTC), "2024-04-16 00:30"),
        (datetime(2024, 1, 15, 23, 30), "2024-01-15 23:30"),
    ],
)
def test_a_moment_is_told_by_the_clocks_of_wales(moment: datetime, said: str) -> None:
    assert f"{in_wales(moment):%Y-%m-%d %H:%M}" == said


def test_a_month_has_its_deadline_and_its_closing_day() -> None:
    """Ten working days after March 2024, whose first weekday after is Easter Monday; then five."""
    contract = next(c for c in load_contracts() if c.workstream == "falls")
    assert deadlines(contract.table("monthly"), MARCH) == (date(2024, 4, 15), date(2024, 4, 22))


def late_edition(edition: Edition, status: str = "late") -> Edition:
    back = due(MARCH, status, "late") | {"deadline": date(2024, 4, 15)}
    return edition_of(edition, LATE, returns=(back,))


def test_a_file_after_midnight_in_wales_is_late_wherever_a_page_says_so(
    edition: Edition, english: Words
) -> None:
    records = Records.of(late_edition(edition), "7A4")
    page = submission_page(case_of(records, english, "late"))
    assert page.received == "received 16 April 2024, 00:30"
    assert text(page.deadline) == (
        "The deadline for March 2024: 15 April 2024. "
        "The file arrived after it and is shown as late."
    )
    assert [row.status for row in page.in_force] == ["Late"]
    assert [row.received for row in page.history] == ["16 April 2024, 00:30"]
    index = steward_index(records, english)
    assert index.sent[0].received == "16 April 2024, 00:30"
    assert b"\n2024-04-16 00:30,7A4_falls" in index.files["files.csv"].replace(b"\r", b"")


def test_a_late_correction_of_a_return_in_time_is_not_called_late(
    edition: Edition, english: Words
) -> None:
    records = Records.of(late_edition(edition, "on_time"), "7A4")
    page = submission_page(case_of(records, english, "late"))
    assert text(page.deadline).endswith("arrived after it, but an earlier one was on time.")


def test_a_readers_list_of_files_has_the_day_in_wales(edition: Edition, english: Words) -> None:
    moved = edition.submissions.with_columns(arrived=pl.lit(BY_UTC))
    contract = next(c for c in edition.contracts if c.workstream == "falls")
    (row,) = submissions_in_force(replace(edition, submissions=moved), contract, english)
    assert row.arrived == "16 April 2024"
