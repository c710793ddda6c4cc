"""Reads figures back from published pages, as a reader would find them. Not a test.

A page is parsed once into nodes; tables of data leave out closing tags, which HTML allows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"meta", "link", "input", "br", "col", "hr", "img"})
# What a start tag ends, where that is still open.
ENDS = {
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("td", "th", "tr"),
    "tbody": ("td", "th", "tr", "thead", "tbody"),
}


@dataclass
class Node:
    """One element; text is among its children."""

    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def first(self, tag: str, **attributes: str) -> Node:
        """The first element below with a tag and these attributes. StopIteration for none."""
        return next(self.every(tag, **attributes))

    def every(self, tag: str, **attributes: str) -> Iterator[Node]:
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        return (n for n in self.walk() if n.tag == tag and wanted.items() <= n.attributes.items())

    def by_class(self, name: str) -> Node:
        return next(n for n in self.walk() if name in n.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        parts = (c if isinstance(c, str) else c.text for c in self.children)
        return " ".join("".join(parts).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.open[-1].tag in ENDS.get(tag, ()):
            self.open.pop()
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(self.open[-1].children[-1])  # type: ignore[arg-type]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.open[-1].children.append(Node(tag, known))

    def handle_endtag(self, tag: str) -> None:
        tags = [node.tag for node in self.open]
        if tag in tags:
            del self.open[len(tags) - 1 - tags[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parsed(html: str) -> Node:
    builder = _Builder()
    builder.feed(html)
    return builder.open[0]


def row_of(table: Node, name: str, place: Callable[[list[Node]], bool] = bool) -> Node:
    """The row of a table that a name heads, the first whose cells are as asked."""
    rows = (row for row in table.every("tr") if _head(row) == name)
    return next(row for row in rows if place(list(row.every("td"))))


def _head(row: Node) -> str:
    return next((cell.text for cell in row.children if isinstance(cell, Node)), "")


def drawn_values(page: Node, anchor: str) -> list[float | None]:
    """The values that the chart with an anchor draws as points, oldest first."""
    script = page.first("script", id=f"figure-{anchor}")
    figure: dict[str, Any] = json.loads("".join(map(str, script.children)))
    found: list[float | None] = figure["data"][-1]["y"]
    return found


def table_cells(page: Node, anchor: str) -> list[list[str]]:
    """The rows of a chart's data table, newest first, each cell as text."""
    body = page.first("figure", id=anchor).by_class("data").first("tbody")
    return [[c.text for c in row.children if isinstance(c, Node)] for row in body.every("tr")]
