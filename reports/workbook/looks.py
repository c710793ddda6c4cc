"""How the annotated workbook looks: its formats, the same on every sheet.

Belongs here: colours, borders, wrapping. Does not belong here: which cell gets which. Colour is
never the only sign: what must be mended has a thick border and bold type, a question a dashed
border, and both have a note or words beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from reports.theme import CONCERN_TEXT, IMPROVEMENT_TEXT, INK, INK_QUIET, LINK

MEND_FILL, ASK_FILL, HEAD_FILL, CLOSED_FILL = "#f9d5c0", "#d3e6f8", "#e8edee", "#d8dde0"
# Excel's numbers of border styles.
THIN, THICK, DASHED = 1, 5, 3


@dataclass(frozen=True, slots=True)
class Looks:
    """The formats of one workbook. All are of the number format Text: a cell that somebody edits
    stays a text, even if it says `=1+1`.
    """

    text: Format
    strong: Format
    title: Format
    head: Format
    link: Format
    plain: Format
    mend: Format
    ask: Format
    mend_words: Format
    ask_words: Format
    plain_head: Format
    mend_head: Format
    ask_head: Format
    quiet: Format
    answer: Format
    closed: Format
    number: Format

    @classmethod
    def of(cls, book: Workbook) -> Looks:
        """The formats, added to a workbook."""

        def made(**changed: Any) -> Format:
            usual = {"num_format": "@", "valign": "top", "font_color": INK}
            return book.add_format(usual | changed)

        mend = {"bg_color": MEND_FILL, "border": THICK, "border_color": CONCERN_TEXT, "bold": True}
        ask = {"bg_color": ASK_FILL, "border": DASHED, "border_color": IMPROVEMENT_TEXT}
        head = {"bg_color": HEAD_FILL, "bold": True}
        return cls(
            text=made(text_wrap=True),
            strong=made(text_wrap=True, bold=True),
            title=made(bold=True, font_size=16),
            head=made(text_wrap=True, bottom=THIN, **head),
            link=made(font_color=LINK, underline=1),
            plain=made(),
            mend=made(**mend),
            ask=made(**ask),
            mend_words=made(text_wrap=True, **mend),
            ask_words=made(text_wrap=True, **ask),
            plain_head=made(**head),
            mend_head=made(**head | mend),
            ask_head=made(**head | ask),
            quiet=made(font_color=INK_QUIET, italic=True),
            answer=made(text_wrap=True, border=THIN, border_color=INK_QUIET),
            closed=made(bg_color=CLOSED_FILL, pattern=1),
            number=made(num_format="0"),
        )
