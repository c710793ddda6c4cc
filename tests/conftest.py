"""What tests in more than one folder need: a real Chromium, started once for all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

# Names lead nowhere, so that a page that asks for anything from elsewhere does so in vain.
WITHOUT_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser: Playwright cannot be started a second time in one process."""
    if CHROMIUM is None:
        pytest.fail("There is no chromium on this machine; `make browser` installs it.")
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", WITHOUT_NAMES]
        )
        yield browser
        browser.close()
