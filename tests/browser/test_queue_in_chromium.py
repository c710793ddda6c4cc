"""The page of what waits, in Chromium: the same on every day, and without JavaScript."""

from __future__ import annotations

from datetime import datetime

import pytest

pytestmark = pytest.mark.browser

QUEUE = "collaborative/queue.html"


@pytest.mark.parametrize("today", [datetime(2024, 4, 15, 12), datetime(2026, 11, 26, 0, 30)])
def test_working_days_are_those_of_the_publication_whatever_the_reader_s_clock(
    open_falls, today: datetime
) -> None:
    """The night is of Saturday 20 April 2024; the deadline for March was Monday 15 April."""
    page = open_falls(QUEUE).page
    page.clock.set_fixed_time(today)
    page.reload()
    told = (
        page.locator("#waiting td", has_text="15 April 2024").locator(".passed").all_inner_texts()
    )
    assert told
    assert set(told) == {"Working days since then: 4"}
    assert "as at 20 April 2024" in page.locator("#waiting .sub").inner_text()


@pytest.mark.parametrize("language", ["", ".cy"])
def test_all_is_there_without_javascript_and_on_a_phone(open_falls, language: str) -> None:
    page = open_falls(f"collaborative/queue{language}.html", 320, javascript=False).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".passed").count() > 0
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
