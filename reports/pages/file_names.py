"""How files of a publication are named by language: `index.html`, `index.cy.html`.

Belongs here: the one rule for all pages and all files that they link to. Does not belong here:
which pages there are (site.py).
"""

from __future__ import annotations

from reports.words import SOURCE


def suffix(language: str) -> str:
    """English pages are x.html, Welsh ones x.cy.html."""
    return "" if language == SOURCE else f".{language}"


def file_name(stem: str, language: str, kind: str = "html") -> str:
    """A file's name: `index.html`, `index.cy.html`."""
    return f"{stem}{suffix(language)}.{kind}"


def stem_of(name: str) -> str:
    """A page's name without its language: `ws-falls.cy.html` -> `ws-falls`."""
    return name.removesuffix(".html").removesuffix(".cy")
