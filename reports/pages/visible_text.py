"""Text that people sent, made fit to be read: hidden characters get names, the rest is quoted.

Belongs here: parts of a text (plain, quoted data, a named hidden character). Does not belong here:
whether a value may be shown at all (data_contracts.problems.masked has the last word, and is asked
here once more) and how parts look (submission.html.jinja).
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from data_contracts.problems import masked
from reports.words import Words

LONGEST = 120

# Characters of the private use area around data inside a sentence: translators never see them,
# and a template can set what was sent apart from what we say.
_OPEN, _CLOSE = "\ue000", "\ue001"

HIDDEN_NAMES = {
    0x0009: "tab",
    0x000A: "line_break",
    0x000D: "line_break",
    0x00A0: "no_break_space",
    0x00AD: "soft_hyphen",
    0x2007: "no_break_space",
    0x2009: "narrow_space",
    0x200A: "narrow_space",
    0x200B: "zero_width_space",
    0x200C: "zero_width_space",
    0x200D: "zero_width_space",
    0x200E: "direction_mark",
    0x200F: "direction_mark",
    0x2028: "line_break",
    0x2029: "line_break",
    **dict.fromkeys(range(0x202A, 0x202F), "direction_mark"),
    0x202F: "narrow_space",
    0x2060: "zero_width_space",
    **dict.fromkeys(range(0x2066, 0x206A), "direction_mark"),
    0xFEFF: "byte_order_mark",
}
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


class Style(StrEnum):
    """What a part of a text is."""

    TEXT = "text"
    DATA = "data"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text of one style."""

    text: str
    style: Style


Parts = tuple[Part, ...]


def quoted(data: str) -> str:
    """Data on its way into a sentence: marked as sent by someone, masked where need be."""
    return _OPEN + masked(data.replace(_OPEN, "").replace(_CLOSE, "")) + _CLOSE


def unquoted(sentence: str) -> str:
    """A sentence as plain text, for a CSV file or an attribute."""
    return sentence.replace(_OPEN, "").replace(_CLOSE, "")


def sentence_parts(words: Words, sentence: str) -> Parts:
    """A sentence in parts: our words, and the data quoted in it with hidden characters named."""
    found: list[Part] = []
    for stretch in sentence.split(_OPEN):
        data, closed, text = stretch.rpartition(_CLOSE)
        if closed:
            found += value_parts(words, data)
        if text:
            found.append(Part(text, Style.TEXT))
    return tuple(found)


def value_parts(words: Words, value: str, longest: int = LONGEST) -> Parts:
    """A value as it was sent: hidden characters and blanks at its ends are named.

    What lies beyond `longest` characters is counted, not shown.
    """
    safe = masked(value)
    if safe and len(safe) <= longest and _is_plain(safe):
        return (Part(safe, Style.DATA),)
    parts = _named(words, safe[:longest], ends_here=len(safe) <= longest)
    if len(safe) > longest:
        parts.append(Part(words.text("stewards.hidden.more", n=len(safe) - longest), Style.HIDDEN))
    return tuple(parts)


def plain_value(words: Words, value: str) -> str:
    """A value for a text file: as it was sent, each hidden character named in square brackets."""
    if _is_plain(value):
        return masked(value)
    parts = value_parts(words, value, longest=len(value))
    return "".join(f"[{p.text}]" if p.style is Style.HIDDEN else p.text for p in parts)


def _is_plain(value: str) -> bool:
    """Whether a value certainly has no hidden character; most have none."""
    return value.isascii() and value.isprintable() and value == value.strip()


def _named(words: Words, value: str, *, ends_here: bool) -> list[Part]:
    first = len(value) - len(value.lstrip(" "))
    last = len(value.rstrip(" ")) if ends_here else len(value)
    parts: list[Part] = []
    for place, character in enumerate(value):
        name = _hidden_name(words, character, at_end=not first <= place < last)
        _append(parts, character if name is None else name, name is not None)
    return parts


def _append(parts: list[Part], text: str, is_hidden: bool) -> None:
    """Neighbouring characters of data are one part; each hidden character is its own."""
    if not is_hidden and parts and parts[-1].style is Style.DATA:
        parts[-1] = Part(parts[-1].text + text, Style.DATA)
    else:
        parts.append(Part(text, Style.HIDDEN if is_hidden else Style.DATA))


def _hidden_name(words: Words, character: str, *, at_end: bool) -> str | None:
    if character == " ":
        return words.text("stewards.hidden.space") if at_end else None
    if unicodedata.category(character) not in _UNSEEN_CATEGORIES:
        return None
    point = ord(character)
    if point in HIDDEN_NAMES:
        return words.text(f"stewards.hidden.{HIDDEN_NAMES[point]}")
    return words.text("stewards.hidden.other", code=f"U+{point:04X}")
