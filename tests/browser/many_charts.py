"""A workstream's page with as many charts as a test asks for. Not a test.

The page is that of the synthetic publication of tests/reports: 10 organisations, 36 months. Its
small charts are repeated under names of their own.
"""

from __future__ import annotations

import re
import shutil
import sys
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))

from synthetic import make_edition

from reports.pages.audience import COLLABORATIVE
from reports.pages.render import render_page
from reports.pages.site import static_files
from reports.pages.workstream import workstream_page
from reports.words import Words

SMALL = re.compile(
    r'<figure class="fig" id="([^"]+)"(?:(?!<figure).)*?data-size="small".*?</figure>', re.S
)
DRAWN = 'data-figure="'


def many_charts(folder: Path, count: int) -> Path:
    """Writes the page with exactly `count` charts and what it links to; returns its path."""
    edition = make_edition().shown_to(COLLABORATIVE)
    words = Words.load(edition.translations_folder, "en")
    page = workstream_page(edition, "falls", words)
    html = render_page("workstream.html.jinja", edition, words, page).decode()
    static = folder / "static"
    static.mkdir(parents=True)
    for name, source in static_files().items():
        shutil.copy(source, static / name)
    place = folder / page.name
    place.write_text(_repeated(html, count - html.count(DRAWN)), encoding="utf-8", newline="")
    return place


def _repeated(html: str, more: int) -> str:
    """The page with so many small charts more or fewer, in the grid where the first one stands."""
    found = [one for one in SMALL.finditer(html) if DRAWN in one[0]]
    if more < 0:
        for one in reversed(found[more:]):
            html = html[: one.start()] + html[one.end() :]
        return html
    copies = (
        one[0].replace(one[1], f"{one[1]}-{place}")
        for place, one in enumerate(islice(cycle(found), more))
    )
    end = found[0].end()
    return html[:end] + "".join(copies) + html[end:]
