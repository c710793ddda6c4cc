"""How the page of a data contract is named: `contract-falls.html`, `contract-falls.cy.html`.

Belongs here: this one name, which other pages link to. Does not belong here: the page
(contract_page.py).
"""

from __future__ import annotations

from reports.pages.file_names import file_name


def contract_page_name(workstream: str, language: str) -> str:
    """The file name of a contract's page."""
    return file_name(f"contract-{workstream.replace('_', '-')}", language)
