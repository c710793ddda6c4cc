"""Names of the units that a chart can be about, and which of them a measure is due from.

Belongs here: looking units up in the registers. Does not belong here: the registers themselves
(data_contracts/registers.py) and the words for measures.
"""

from __future__ import annotations

from data_contracts.contract import Contract, Measure
from data_contracts.registers import Organisation
from reports.edition import Edition
from reports.pages.levels import (
    POPULATION,
    SETTING,
    SITE,
    WALES,
    WALES_POPULATION,
    WALES_SETTING,
    WARD,
)
from reports.words import Words

# Where terms.yaml names the units of a level.
CUT_WORDS = {
    SETTING: "settings",
    POPULATION: "populations",
    WALES_SETTING: "settings",
    WALES_POPULATION: "populations",
}


def unit_name(edition: Edition, words: Words, unit: str) -> str:
    """`All Wales`, or an organisation's short name; its code where the register has none."""
    if unit == WALES:
        return words.text("charts.unit.wales")
    known = edition.registers.organisation(unit)
    if known is None:
        return unit
    return known.short(words.language)


def due_organisations(contract: Contract, measure: Measure) -> tuple[str, ...]:
    """The organisations that must send what a measure is counted from, by code."""
    return contract.table(measure.table).due_organisations


def full_name(one: Organisation, words: Words) -> str:
    """`Cardiff and Vale University Health Board`, in the reader's language."""
    return one.name(words.language)


def part_name(edition: Edition, words: Words, level: str, unit: str) -> str:
    """The name of a site, setting, population or ward: `7A4BV`, `7A4:maternity`, `7A4BV:W1`.

    Settings and populations of Wales have no organisation before them: `maternity`.
    """
    before, _, code = unit.rpartition(":") if level in CUT_WORDS else unit.partition(":")
    if level == SITE:
        return _site_name(edition, words, unit)
    if level == WARD:
        site = _site_name(edition, words, before)
        return words.text("pages.own.ward", site=site, ward=code)
    return words.text(f"terms.{CUT_WORDS[level]}.{code}")


def _site_name(edition: Edition, words: Words, code: str) -> str:
    """A site's name; its code where the register has none."""
    known = edition.registers.site(code)
    if known is None:
        return code
    return known.name(words.language)
