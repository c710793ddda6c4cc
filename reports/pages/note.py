"""The note that somebody wrote beside a page's own narrative, as the page introduces it.

Belongs here: choosing the note of a page and what must be said of it: that it is not translated,
that it is older than the figures. Does not belong here: Markdown (reports/notes.py), which notes
may be shown at all (assets/steps/notes.py), markup (note.html.jinja).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.edition import Edition
from reports.months import later
from reports.notes import Note, html_of
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note as a page prints it. `language` is that of `html` and `author`; `remarks` may be none.

    `html` is harmless already (notes.html_of) and is printed as it is.
    """

    author: str
    date: str
    language: str
    html: str
    remarks: tuple[str, ...]


def note_view(edition: Edition, page: str, words: Words) -> NoteView | None:
    """The note of a page, in its own language where there is one; None where nobody wrote any."""
    found = _chosen(of_page(edition.notes, page), words.language)
    if found is None:
        return None
    return NoteView(
        author=", ".join((found.role, found.team)),
        date=words.date(found.date),
        language=found.language,
        html=html_of(found.text),
        remarks=tuple(_remarks(found, edition.data_month, words)),
    )


def of_page(notes: Iterable[Note], page: str) -> tuple[Note, ...]:
    """The notes of one page, in all languages: also what the page is made from."""
    return tuple(note for note in notes if note.page == page)


def note_input(edition: Edition, page: str) -> str:
    """What a page's note is made from, as text for the page's digest."""
    return repr(of_page(edition.notes, page))


def _chosen(notes: tuple[Note, ...], language: str) -> Note | None:
    own = (note for note in notes if note.language == language)
    return next(own, next(iter(notes), None))


def _remarks(note: Note, data_month: date, words: Words) -> Iterable[str]:
    if note.language != words.language:
        yield words.text("pages.note.not_translated")
    # A month's figures come when it is over: what was written before then cannot be about them.
    if note.date < later(data_month, 1):
        yield words.text("pages.note.before", month=words.month(data_month))
