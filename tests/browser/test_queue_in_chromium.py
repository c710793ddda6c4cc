"""The page of what waits, in Chromium: days counted where it is read, dates without JavaScript."""

from __future__ import annotations

from datetime import datetime

import pytest

pytestmark = pytest.mark.browser

QUEUE = "collaborative/queue.html"


@pytest.mark.parametrize(
    ("today", "passed"),
    [
        # Monday 6 May 2024 is a bank holiday; the deadline for March was Monday 15 April.
        (datetime(2024, 4, 15, 12), 0),
        (datetime(2024, 4, 16, 0, 30), 1),
        (datetime(2024, 4, 21, 12), 4),
        (datetime(2024, 5, 7, 12), 15),
    ],
)
def test_working_days_of_wales_are_counted_on_the_day_of_reading(
    open_falls, today: datetime, passed: int
) -> None:
    page = open_falls(QUEUE).page
    page.clock.set_fixed_time(today)
    page.reload()
    assert page.locator("[data-since]").count() == page.locator(".passed").count() > 0
    cell = page.locator('[data-since="2024-04-15"]').first
    cell.evaluate("cell => { cell.dataset.known = '1'; }")
    assert cell.locator(".passed").inner_text() == f"Working days since then: {passed}"


@pytest.mark.parametrize("language", ["", ".cy"])
def test_all_is_there_without_javascript_and_on_a_phone(open_falls, language: str) -> None:
    page = open_falls(f"collaborative/queue{language}.html", 320, javascript=False).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".passed").count() == 0
    assert page.locator("#waiting tbody tr").count() > 0
    assert page.locator("#trend .bars").first.is_visible()
    page.locator("#trend summary").click()
    numbers = page.locator("#trend .numbers tbody tr").first
    assert numbers.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_sender_s_list_leads_to_the_files_that_wait(open_falls, falls) -> None:
    page = open_falls("stewards/7A3/index.html").page
    link = page.locator("#mend a").first
    assert (falls / "stewards" / "7A3" / link.get_attribute("href")).exists()
    assert page.locator("#trend .bars").count() == 2
