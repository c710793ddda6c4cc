"""Who answers for a measure, in words: the contract names a role by an identifier.

Belongs here: from `falls-lead` to what a reader is told. Does not belong here: the words, which are
the workstream's own (`owners` in its translation).
"""

from data_contracts.contract import Measure
from reports.words import Words


def owner_text(measure: Measure, words: Words) -> str:
    """The role as the translation names it; else the identifier's own words, `Falls lead`."""
    key = f"{measure.workstream}.owners.{measure.owner}"
    if words.has(key):
        return words.text(key)
    plain = " ".join(measure.owner.replace("-", " ").replace("_", " ").split())
    return plain[:1].upper() + plain[1:]
