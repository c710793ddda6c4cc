"""Notes that people write beside the pages' own narrative: Markdown in, harmless HTML out.

Belongs here: one note as it was written, and its text as HTML that cannot reach outside the page.
Does not belong here: which notes there are and whether one may be shown (assets/steps/notes.py),
how a page introduces it (reports/pages/note.py).

Pages link to nothing outside their own folder, so a link is shown as its words and its address; a
picture as its words; HTML as the characters it was written in. Headings go below the note's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

# The note's own heading is of the second level.
FIRST_HEADING, LAST_HEADING = 3, 6
# `org-7A4` is the note of an organisation's own page, whose file is index.html in its own folder.
OWN_NOTE = "org-"
BLANKS = frozenset({"softbreak", "hardbreak"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note. `page` is the page's name without its language: ws-falls, org-7A4, index.

    Who wrote it is a role and a team, never a name. `text` is Markdown in `language`.
    """

    page: str
    language: str
    role: str
    team: str
    date: date
    text: str


def html_of(text: str) -> str:
    """A note's Markdown as HTML without links, pictures, ids or anything that was HTML in it."""
    parser = _parser()
    shown = list(_with_headings_in_order(_without_empty_headings(parser.parse(text))))
    for token in shown:
        token.children = list(_without_links(token.children or ()))
    return str(parser.renderer.render(shown, parser.options, {}))


def read_text(text: str) -> tuple[str, ...]:
    """What a reader of the HTML reads, one text for each paragraph, heading or piece of code."""
    tokens = _parser().parse(text)
    read = (_read(token.children) if token.children else token.content for token in tokens)
    return tuple(found for found in read if found.strip())


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "xhtmlOut": False})


def _read(tokens: Sequence[Token]) -> str:
    return "".join(" " if one.type in BLANKS else one.content for one in _without_links(tokens))


def _without_links(tokens: Sequence[Token]) -> Iterator[Token]:
    """Links as their words with the address behind them, pictures as the words they have."""
    address = ""
    for token in tokens:
        if token.type == "link_open":
            # <https://...> is its own words.
            address = "" if token.info == "auto" else str(token.attrGet("href") or "")
        elif token.type == "link_close":
            if address:
                yield Token("text", "", 0, content=f" ({address})")
        elif token.type == "image":
            yield Token("text", "", 0, content=token.content)
        else:
            yield token


def _without_empty_headings(tokens: Sequence[Token]) -> Iterator[Token]:
    is_empty = False
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            is_empty = not _read(tokens[place + 1].children or ()).strip()
        if not is_empty:
            yield token
        if token.type == "heading_close":
            is_empty = False


def _with_headings_in_order(tokens: Iterator[Token]) -> Iterator[Token]:
    """Headings below the note's own; none is skipped, whatever number of # was written."""
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            above = [tag for tag in above if tag < token.tag] + [token.tag]
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(FIRST_HEADING + len(above) - 1, LAST_HEADING)}"
        yield token
