"""How the page of what waits is named: `queue.html`, `queue.cy.html`.

Belongs here: the names that other pages link to. Does not belong here: the page (queue_page.py).
"""

from __future__ import annotations

from reports.pages.file_names import file_name

STEM, DECIDED = "queue", "decisions"


def queue_name(language: str, kind: str = "html") -> str:
    """The page of what waits, or the list of it as CSV."""
    return file_name(STEM, language, kind)


def decisions_name(language: str) -> str:
    """The list of all decisions as CSV."""
    return file_name(DECIDED, language, "csv")
