"""File names of the pages that the frame around every page links to.

Belongs here: names alone, so that the frame and other pages can lead there without reading what
makes them. Does not belong here: what stands on them (definitions_page.py, quarterly.py).
"""

from __future__ import annotations

from datetime import date

from reports.pages.file_names import file_name
from reports.quarters import latest_complete

DEFINITIONS = "definitions"
# Places on the page of definitions that other pages lead to.
ICONS, CHANCE = "icons", "chance"


def definitions_name(language: str) -> str:
    """`definitions.html`, `definitions.cy.html`."""
    return file_name(DEFINITIONS, language)


def pack_name(data_month: date, language: str) -> str:
    """The pack of the latest quarter complete at a month: `q-2023-24-q4.html`."""
    return file_name(latest_complete(data_month).stem, language)
