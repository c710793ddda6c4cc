"""A published page -> one file that needs no other, to be sent by e-mail.

Belongs here: styles, scripts and CSV files put into the page, links that would lead nowhere taken
away, the content security policy that fits. Does not belong here: which pages, and where they are
written (pipelines/publish_command.py). All that a reader reads stays as it was published.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import PurePosixPath

CHARTS, PLOTLY = "static/charts.js", "static/plotly-basic.min.js"
# Ids of the blocks that report.js and charts.js unpack.
PACKED, LIBRARY = "packed-files", "packed-library"
# Parts of a tag's attributes: a name, and a value where there is one.
Attributes = list[tuple[str, str | None]]


def single_file(page: str, read: Callable[[str], bytes]) -> str:
    """The page with all it links to inside. `read` gives a file by its path beside the page.

    Scripts run where the policy names their hash, and no other does. CSV files are packed together
    and unpacked by static/report.js, the library of charts, which is two thirds of a page, by
    static/charts.js; without JavaScript the tables have the same figures.
    """
    found = _Page(page, read)
    return found.text()


class _Page(HTMLParser):
    """Start tags that change, by their place in the text; everything else is copied."""

    def __init__(self, page: str, read: Callable[[str], bytes]) -> None:
        super().__init__(convert_charrefs=False)
        self.read = read
        self.page = page
        lengths = (len(line) + 1 for line in page.split("\n"))
        self.starts = [0, *accumulate(lengths)]
        self.changes: list[tuple[int, int, str]] = []
        self.policy: tuple[int, int] | None = None
        self.scripts: list[str] = []
        self.first_script = 0
        self.files: dict[str, str] = {}
        self.feed(page)
        self.close()

    def text(self) -> str:
        changes = list(self.changes)
        if self.policy is not None:
            changes.append((*self.policy, _policy(self.scripts)))
        if self.files:
            changes.append((self.first_script, self.first_script, _packed(self.files)))
        parts, at = [], 0
        for start, stop, new in sorted(changes):
            parts += [self.page[at:start], new]
            at = stop
        return "".join([*parts, self.page[at:]])

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy":
            self.policy = self._span()
        elif tag == "link" and values.get("rel") == "stylesheet":
            self._change(f"<style>{self._text(values['href'])}</style>")
        elif tag == "link" and values.get("rel") == "alternate":
            self._change("")
        elif tag == "script" and "src" in values:
            # Without `defer` scripts run where they stand: what they look for must be above them.
            self.first_script = self.first_script or self._span()[0]
            self._change(self._inlined(values["src"]))
        elif tag == "a" and "href" in values:
            self._link(attrs, values["href"])

    def _link(self, attrs: Attributes, href: str) -> None:
        """A place on this page stays; a CSV file is packed; another page is words alone."""
        if href.startswith("#"):
            return
        kept = [(name, value) for name, value in attrs if name != "href"]
        if href.endswith(".csv"):
            name = PurePosixPath(href).name
            self.files[name] = self.read(href).decode("utf-8")
            kept = [one for one in kept if one[0] != "download"]
            kept += [("href", "#"), ("download", name), ("data-packed", name)]
        self._change(_tag("a", kept))

    def _inlined(self, source: str) -> str:
        """The start of an inline script; the end tag that follows is that of the old one."""
        script = self._text(source)
        before = self._library() if source == CHARTS else ""
        self.scripts.append(script)
        return f"{before}<script>{script}"

    def _library(self) -> str:
        library = self._text(PLOTLY)
        self.scripts.append(library)
        return _library_block(library)

    def _text(self, path: str) -> str:
        return self.read(path).decode("utf-8")

    def _change(self, new: str) -> None:
        self.changes.append((*self._span(), new))

    def _span(self) -> tuple[int, int]:
        line, column = self.getpos()
        start = self.starts[line - 1] + column
        return start, start + len(self.get_starttag_text() or "")


def _tag(name: str, attrs: Attributes) -> str:
    parts = [key if value is None else f'{key}="{escape(value)}"' for key, value in attrs]
    return f"<{' '.join([name, *parts])}>"


def _policy(scripts: list[str]) -> str:
    """Nothing is fetched, and only the page's own scripts run."""
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    allowed = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
    rules = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def _packed(files: dict[str, str]) -> str:
    """All CSV files as one block: they repeat each other, so together they are small."""
    return _block(PACKED, json.dumps(files, ensure_ascii=False, sort_keys=True)) + "\n"


@lru_cache(maxsize=1)
def _library_block(library: str) -> str:
    """The same for every page: packed once."""
    return _block(LIBRARY, library)


def _block(name: str, text: str) -> str:
    block = base64.b64encode(gzip.compress(text.encode("utf-8"), mtime=0)).decode()
    return f'<script type="text/plain" id="{name}">{block}</script>'
