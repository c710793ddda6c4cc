"""A view model and a template -> the bytes of a page.

Belongs here: how jinja2 is set up (escaping always on, an unknown name is an error) and the frame
around every page. Does not belong here: what a page says. The same model gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Protocol

import jinja2
from markupsafe import Markup

from reports.edition import Edition
from reports.figures.packing import shared_json
from reports.pages.frame import frame_of
from reports.words import Words

STATIC = Path(__file__).parents[1] / "static"


class Page(Protocol):
    """What every page's view model has: its file name, its title, the files it links to.

    `files` maps paths relative to the page's folder to bytes.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def files(self) -> Mapping[str, bytes]: ...


def render(template: str, *, words: Words, **model: object) -> bytes:
    """A template of this folder, filled in, as UTF-8.

    Raises jinja2.UndefinedError for a name that the model lacks.
    """
    return _environment().get_template(template).render(words=words, **model).encode("utf-8")


def render_page(template: str, edition: Edition, words: Words, page: Page) -> bytes:
    """A whole page in its frame: masthead, navigation and banners that fit the edition."""
    return render(template, words=words, page=page, frame=frame_of(edition, words, page.name))


def in_text(text: str) -> Markup:
    """A text between two tags, never within one: apostrophes stay, of which Welsh is full."""
    return Markup(escape(text, quote=False))


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["in_text"] = in_text
    made.globals["shared_figures_json"] = shared_json()
    return made
