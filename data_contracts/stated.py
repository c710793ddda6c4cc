"""What people write where there is no figure, and what they say with it.

Belongs here: the words, as patterns that Python and RE2 (polars) read alike, for whoever reads a
file and whoever checks it. Does not belong here: what such a cell does to its row (problems.py,
suite.py). A figure that is stated to be lacking is never a zero, and nothing is put in its
place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import polars as pl


class Stated(StrEnum):
    """What a cell without a figure says in words."""

    SUPPRESSED = "suppressed"
    NOT_COLLECTED = "not_collected"
    NO_RETURN = "no_return"


# Whole cells, in small letters: signs of the Government Statistical Service's guidance on symbols
# in tables, and what is written in health boards' returns.
STATED: Mapping[Stated, str] = MappingProxyType(
    {
        Stated.SUPPRESSED: (
            r"^(?i)(([<≤]=?|less than|fewer than|llai na)\s*\d+"
            r"|\*+|\[?c\]?|\[low\]|suppressed|redacted|confidential|wedi'i (atal|guddio))$"
        ),
        Stated.NOT_COLLECTED: (
            r"^(?i)(\[?[xzu]\]?|n\.?/?a\.?|not (collected|recorded|available|applicable|known)"
            r"|data not (collected|available)|ddim (ar gael|yn berthnasol|wedi'i gasglu)"
            r"|heb ei (gasglu|gofnodi)|anhysbys)$"
        ),
        Stated.NO_RETURN: (
            r"^(?i)(no (report|return|data|submission)( (was )?(received|submitted|returned))?"
            r"|(report |return |data )?not (received|submitted|returned)|nil return"
            r"|dim (adroddiad|ffurflen|data|ymateb)( (wedi (dod i law|ei dderbyn)|a dderbyniwyd))?"
            r"|heb (ei dderbyn|ddod i law|ddychwelyd))$"
        ),
    }
)
_STATED = {
    meaning: re.compile(pattern.replace("^(?i)", ""), re.IGNORECASE)
    for meaning, pattern in STATED.items()
}
_CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"


def stated(text: str) -> Stated | None:
    """What a cell says in place of a figure; None for a figure, a blank or anything else."""
    plain = " ".join(text.replace(_CURLY, "'").split())
    return next((meaning for meaning, words in _STATED.items() if words.match(plain)), None)


def says(text: pl.Expr, *meanings: Stated) -> pl.Expr:
    """Whether a cell says one of these in place of a figure; null where there is no text."""
    plain = text.str.replace_all(_CURLY, "'", literal=True).str.replace_all(r"\s+", " ")
    plain = plain.str.strip_chars()
    return pl.any_horizontal(plain.str.contains(STATED[meaning]) for meaning in meanings)
