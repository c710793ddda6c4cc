"""What the columns of a table and the values that they may hold are called, in one language.

Belongs here: where these words are looked up. Does not belong here: the words (translations: the
contract's own file, else terms.yaml, which all share).
"""

from __future__ import annotations

import re

from data_contracts.contract import Column, Table
from reports.template import meaning
from reports.words import Words

# Values that most tables have are called the same everywhere.
SHARED = {"setting": "settings", "population": "populations", "provenance": "provenance"}


def column_label(table: Table, column: Column, words: Words) -> str:
    """A column's name for people. KeyError where it has none."""
    return meaning(table, column, words)[0]


def value_label(table: Table, column: str, value: str, words: Words) -> str:
    """What a value of a closed list stands for; the value itself where no words are agreed."""
    keys = [f"{table.workstream}.values.{column}.{value}"]
    if column in SHARED:
        keys.append(f"terms.{SHARED[column]}.{value}")
    return next((words.text(key) for key in keys if words.has(key)), value)


# One sign of a set, then so many of another: ^[A-Z][A-Z0-9 ]{0,29}$
SIGNS_THEN_SIGNS = re.compile(
    r"\^\[(?P<first>[^\]\\^]+)\]\[(?P<rest>[^\]\\^]+)\]\{0,(?P<n>\d+)\}\$"
)
IN_A_SET = re.compile(r"\w-\w|.")


def pattern_label(pattern: str, words: Words) -> str:
    """The agreed form of a value: in words where it is of the usual kind, else as it is written."""
    usual = SIGNS_THEN_SIGNS.fullmatch(pattern)
    if usual is None:
        return words.text("contract_page.allowed.pattern", pattern=pattern)
    return words.text(
        "contract_page.allowed.signs",
        n=int(usual["n"]) + 1,
        first=_signs(usual["first"], words),
        rest=_signs(usual["rest"], words),
    )


def _signs(signs: str, words: Words) -> str:
    """A-Z a-z 0-9 . / and the space by its name."""
    space = words.text("stewards.hidden.space")
    return " ".join(space if one == " " else one for one in IN_A_SET.findall(signs))
