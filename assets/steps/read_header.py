"""Which row of a sheet is the header, and which agreed column each of its cells stands for.

Here: agreed names and what people write in their place (the labels of the translations, both
languages beside one another, a group's name above the columns of the group), title rows above the
header, near misses. Not here: what stands below (read_body.py). A cell is never matched by its
place or by what is below it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assets.steps.personal import column_name, excel_letter
from assets.steps.workbook import Rows
from data_contracts import problems
from data_contracts.contract import HERE, ColumnType, Table
from data_contracts.problems import Kind, Problem

HEADER_WITHIN = 20
# So many agreed names make a row a header.
HEADER_NAMES = 3
NEAR = 0.75
TRANSLATIONS = HERE / "translations"
LANGUAGES = ("en", "cy")
# What people put between the two languages of a header: Falls / Cwympiadau, Falls (Cwympiadau).
BETWEEN_LANGUAGES = re.compile(r"\s*[/|\n()\[\]]\s*|\s+[-\N{EN DASH}]\s+")

Cells = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Header:
    """A header: the place of its last row, a name for each of its cells, how many are agreed."""

    at: int
    names: tuple[str, ...]
    agreed: int

    @property
    def is_one(self) -> bool:
        return self.agreed >= HEADER_NAMES


@dataclass(frozen=True, slots=True)
class Names:
    """The agreed column names of some tables, which of them are counts, and what else may stand
    for them.

    `columns` are workstreams and the names of one of their tables; a label that two of them use
    for different columns belongs to the first.
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...]
    translations: Path
    agreed: frozenset[str]
    counts: frozenset[str]

    @classmethod
    def of_tables(cls, tables: Iterable[Table], translations: Path = TRANSLATIONS) -> Names:
        known = tuple(tables)
        columns = tuple((table.workstream, table.column_names) for table in known)
        types = {column.name: column.type for table in known for column in table.columns}
        counts = frozenset(name for name, kind in types.items() if kind is ColumnType.COUNT)
        return cls(columns, translations, frozenset(types), counts)

    def of(self, cell: str | None) -> str:
        """The agreed name that a cell stands for; else the cell as a plain name."""
        plain = column_name(cell)
        if not plain or plain in self.agreed:
            return plain
        return self._labelled(cell or "") or plain

    def best_header(self, rows: Rows) -> Header:
        """Of the first rows the one with most agreed names; `agreed` 0 where there is none."""
        best = self._plain(rows)
        # Words need to be loaded only for a header that has more than agreed names.
        if not (best.is_one and self.agreed.issuperset(filter(None, best.names))):
            best = _best(one for at, _ in _first(rows) for one in self._at(rows, at))
        return self._with_repeat(rows, best) if best.is_one else best

    def count(self, rows: Rows) -> int:
        """How many agreed names, written as agreed, the best row holds."""
        return self._plain(rows).agreed

    def _plain(self, rows: Rows) -> Header:
        return _best(self._header(at, map(column_name, row)) for at, row in _first(rows))

    def _at(self, rows: Rows, at: int) -> Iterator[Header]:
        """A row as a header of its own, and together with the names of groups above it."""
        yield self._header(at, (self.of(cell) for cell in rows[at]))
        if at and any(rows[at - 1]):
            yield self._header(at, self._under_groups(rows[at - 1], rows[at]))

    def _header(self, at: int, cells: Iterable[str]) -> Header:
        names = tuple(cells)
        return Header(at, names, len(set(names) & self.agreed))

    def _under_groups(self, above: Cells, below: Cells) -> Iterator[str]:
        """Falls | | above total | no harm is falls_total, falls_no_harm.

        A group's name stands once, above its first column.
        """
        group = ""
        for place in range(max(len(above), len(below))):
            own = (above[place] if place < len(above) else None) or ""
            cell = (below[place] if place < len(below) else None) or ""
            group = own or group
            written = [cell, f"{group} {cell}"] if cell else [own]
            names = [self.of(text) for text in written]
            yield next((name for name in names if name in self.agreed), names[0])

    def _with_repeat(self, rows: Rows, header: Header) -> Header:
        """A header that is written twice, the second time in the other language, ends lower."""
        if header.at + 1 >= len(rows) or _has_figures(rows[header.at + 1]):
            return header
        names = map(self.of, rows[header.at + 1])
        pairs = zip(header.names, names, strict=False)
        again = sum(first == second and first in self.agreed for first, second in pairs)
        if again < HEADER_NAMES:
            return header
        return Header(header.at + 1, header.names, header.agreed)

    def _labelled(self, cell: str) -> str:
        """The one agreed name that the cell, or the parts of it that have a meaning, stand for."""
        labels = _labels(self.columns, self.translations)
        whole = labels.get(_key(cell))
        if whole:
            return whole
        parts = [part for part in BETWEEN_LANGUAGES.split(cell) if part.strip()]
        plain = (name for part in parts if (name := column_name(part)) in self.agreed)
        found = {*plain, *(labels[key] for key in map(_key, parts) if key in labels)}
        return found.pop() if len(parts) > 1 and len(found) == 1 else ""


def other_names(rows: Rows) -> tuple[str, ...]:
    """The cells of the first row that reads like names of columns, whether agreed or not."""
    for _, row in _first(rows):
        cells = tuple(text for cell in row if (text := (cell or "").strip()))
        if len(cells) >= HEADER_NAMES and not any(c.isdigit() for text in cells for c in text):
            return cells
    return ()


def header_problems(header: Header, table: Table, sheet: str, submission: str) -> Iterator[Problem]:
    """Columns that are missing, there twice, or that nobody asked for."""
    known = set(table.column_names)
    unknown = {n: place for place, n in enumerate(header.names) if n and n not in known}
    near = {name: _near(name, unknown) for name in known - set(header.names)}
    # A column that may be left out is missed only where a misspelt one stands in its place.
    missing = [
        name for name in table.column_names
        if name in near and (table.column(name).required or near[name])
    ]  # fmt: skip
    for name in missing:
        yield _located(problems.MISSING_COLUMN, header, sheet, submission, name, near[name])
    for name in sorted({n for n in header.names if n in known and header.names.count(n) > 1}):
        yield _located(problems.DUPLICATE_COLUMN, header, sheet, submission, name)
    explained = {near[name] for name in missing}
    for name in unknown:
        if name not in explained:
            yield _located(problems.UNKNOWN_COLUMN, header, sheet, submission, name, name)


def _near(name: str, candidates: Iterable[str]) -> str:
    """The one candidate that looks like a misspelling of the name, or nothing."""
    return next(iter(difflib.get_close_matches(name, list(candidates), n=1, cutoff=NEAR)), "")


def _located(
    kind: Kind, header: Header, sheet: str, submission: str, column: str, found: str = ""
) -> Problem:
    row = header.at + 1
    cell = f"{excel_letter(header.names.index(found))}{row}" if found else None
    facts = {"suggestion": found} if "suggestion" in kind.facts else {}
    return Problem(
        kind, submission, sheet=sheet or None, row=row, column=column, cell=cell, facts=facts
    )


def _key(text: str) -> str:
    """A label as it is compared: both kinds of apostrophe are one."""
    return column_name(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def _first(rows: Rows) -> Iterable[tuple[int, Cells]]:
    return enumerate(rows[:HEADER_WITHIN])


def _best(headers: Iterable[Header]) -> Header:
    """The first of those with most agreed names."""
    return max(headers, key=lambda header: header.agreed, default=Header(0, (), 0))


def _has_figures(row: Cells) -> bool:
    return any((cell or "").strip().isdecimal() for cell in row)


@cache
def _labels(
    columns: tuple[tuple[str, tuple[str, ...]], ...], translations: Path
) -> Mapping[str, str]:
    """Columns by the labels that templates and pages give them, in each language."""
    labels: dict[str, str] = {}
    for workstream, names in columns:
        own: dict[str, set[str]] = {}
        for name, label in _labels_of(workstream, names, translations):
            own.setdefault(_key(label), set()).add(name)
        # A label of two columns says nothing.
        certain = {label: found.pop() for label, found in own.items() if len(found) == 1}
        labels = certain | labels
    return labels


def _labels_of(
    workstream: str, names: Iterable[str], translations: Path
) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        if (translations / language).is_dir():
            tree = _words(translations, language)
            words = tree.get("terms", {}).get("columns", {}) | (
                tree.get(workstream, {}).get("columns", {})
            )
            yield from ((name, words[name]["name"]) for name in names if name in words)


@cache
def _words(translations: Path, language: str) -> dict[str, Any]:
    # Only a header with unknown names has to wait for this import and for the words.
    from reports.words import read_tree

    return read_tree(translations, language)
