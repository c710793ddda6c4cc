"""The page that `safecare funnel --html` makes: the funnels of a file, in one file.

Here: what stands on the page. Not here: what is said of each funnel (funnel_view.py), words
(funnel_page.yaml of each language), markup (funnel_page.html.jinja), statistics. The page holds its
styles and pictures and has no scripts, so that it opens from a disk without a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reports.pages.funnel_view import NUMBER_COLUMNS, FunnelView, funnel_view, heads
from reports.pages.render import render
from reports.spc.funnel import Funnel
from reports.spc.funnel_plan import FunnelPlan
from reports.words import Words

# More would make a page that no browser likes; the files of the command have all of them.
MOST_FUNNELS = 50
STATIC = Path(__file__).parents[1] / "static"
STYLES = ("report.css", "charts.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelPage:
    """The whole page; `numbers` are the places of columns set to the right."""

    title: str
    intro: tuple[str, ...]
    funnels: tuple[FunnelView, ...]
    styles: str
    heads: tuple[str, ...]
    numbers: tuple[int, ...] = NUMBER_COLUMNS


def funnel_page(title: str, found: Funnel, plan: FunnelPlan, words: Words) -> bytes:
    """The page of a file's first 50 funnels, of each at most 2,000 units, those outside first."""
    groups = found.summary.head(MOST_FUNNELS).to_dicts()
    page = FunnelPage(
        title=title,
        intro=_intro(len(found.summary), plan, words),
        funnels=tuple(
            funnel_view(f"funnel-{i}", row, found, plan, words) for i, row in enumerate(groups)
        ),
        styles=_styles(),
        heads=heads(words),
    )
    return render("funnel_page.html.jinja", words=words, page=page)


@cache
def _styles() -> str:
    return "".join((STATIC / name).read_text(encoding="utf-8") for name in STYLES)


def _intro(count: int, plan: FunnelPlan, words: Words) -> tuple[str, ...]:
    direction = words.text(f"terms.directions.{plan.direction.value}")
    said = [words.text("funnel_page.intro", direction=direction)]
    if count > MOST_FUNNELS:
        said.append(words.text("funnel_page.shown_part", shown=MOST_FUNNELS, n=count))
    return tuple(said)
