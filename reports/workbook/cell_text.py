"""Text that people sent, made fit for a cell or a note of a workbook.

Belongs here: masking, naming hidden characters, Excel's longest cell. Does not belong here: XML
(text_sheet.py escapes what is left) and the names of hidden characters (visible_text).
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from data_contracts.problems import masked
from reports.pages.visible_text import Style, plain_value, sentence_parts
from reports.words import Words

# Excel's specification: total number of characters that a cell can contain, in UTF-16 units.
LONGEST = 32_767
LONGEST_SHEET_NAME = 31
# What XML forbids, what turns the direction of text and what has no shape at all.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_SEEN_ANYWAY = frozenset("\t\n")
# Printable ASCII without a digit and without blanks at its ends, or a short figure: most cells.
# Nothing of that kind is hidden, and nothing of it could be an identifier.
_CERTAINLY_PLAIN = r"^(?:[!-/:-~](?:[ -/:-~]*[!-/:-~])?|[0-9.,<>\-]{1,9})$"
# Excel's own rule for the names of sheets.
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


def shown(words: Words, text: str) -> str:
    """Text with every hidden character named and identifiers masked, no longer than a cell."""
    return within_cell(words, plain_value(words, text))


def shown_sentence(words: Words, sentence: str) -> str:
    """A sentence with data in it (visible_text.quoted): hidden characters of the data are named."""
    parts = sentence_parts(words, sentence)
    return within_cell(
        words, "".join(f"[{p.text}]" if p.style is Style.HIDDEN else p.text for p in parts)
    )


def as_sent(words: Words, text: str) -> str:
    """Text of a steward's sheet: blanks, tabs and line breaks stay, so that it can be copied.

    Where there are other hidden characters, all of them are named. Identifiers are masked.
    """
    safe = masked(text)
    return within_cell(words, plain_value(words, safe) if _has_unseen(safe) else safe)


def column_as_sent(words: Words, column: pl.Series) -> pl.Series:
    """`as_sent` for each cell of a column; only what could need it is looked at, and once."""
    values = column.drop_nulls().unique(maintain_order=True)
    is_plain = values.str.contains(_CERTAINLY_PLAIN) & (values.str.len_bytes() <= LONGEST)
    changed = {v: s for v in values.filter(~is_plain) if (s := as_sent(words, v)) != v}
    return column.replace(changed) if changed else column


def within_cell(words: Words, text: str) -> str:
    """The text, or its beginning and how many characters more there are."""
    if len(text) <= LONGEST // 2 or _units(text) <= LONGEST:
        return text
    cut = LONGEST - 100
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * cut].decode("utf-16-le", "ignore")
    more = words.text("stewards.hidden.more", n=len(text) - len(kept))
    return f"{kept} [{more}]"


def sheet_name(words: Words, sent: str, otherwise: str, taken: frozenset[str]) -> str:
    """A name that Excel accepts for a sheet, as near as can be to the one that was sent."""
    plain = _NOT_IN_SHEET_NAME.sub(" ", shown(words, sent).replace("[", "(").replace("]", ")"))
    name = _shortened(plain, LONGEST_SHEET_NAME) or otherwise
    # Excel keeps `History` for itself, in every language version.
    if name.casefold() in {"history", *(other.casefold() for other in taken)}:
        name = f"{_shortened(name, LONGEST_SHEET_NAME - 4)} (2)"
    return name


def _shortened(name: str, longest: int) -> str:
    cut = name.encode("utf-16-le", "ignore")[: 2 * longest].decode("utf-16-le", "ignore")
    return cut.strip(" '\t\n")


def _has_unseen(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return False
    return any(unicodedata.category(c) in _UNSEEN for c in text if c not in _SEEN_ANYWAY)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
