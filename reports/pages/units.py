"""Names of the units that a chart can be about, and which of them a measure is due from.

Belongs here: looking units up in the registers. Does not belong here: the registers themselves
(data_contracts/registers.py) and the words for measures.
"""

from __future__ import annotations

from data_contracts.contract import Contract, Measure
from reports.edition import Edition
from reports.words import Words

WALES = "wales"
ORGANISATION = "organisation"


def unit_name(edition: Edition, words: Words, unit: str) -> str:
    """`All Wales`, or an organisation's short name; its code where the register has none."""
    if unit == WALES:
        return words.text("charts.unit.wales")
    known = edition.registers.organisation(unit)
    if known is None:
        return unit
    return known.short_cy if words.language == "cy" else known.short_en


def due_organisations(contract: Contract, measure: Measure) -> tuple[str, ...]:
    """The organisations that must send what a measure is counted from, by code."""
    return contract.table(measure.table).due_organisations
