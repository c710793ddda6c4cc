"""A file becomes sheets of text, whatever it is about: the first half of reading.

Here: opening by type, and counting what was opened, for those who only want to know whether a file
can be read at all. Not here: which table it is (read.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assets.steps.read_body import footers, refuse_unclear, spans
from assets.steps.read_header import HEADER_NAMES, Header, Names
from assets.steps.read_refusal import RefusalError, unreadable
from assets.steps.read_text import text_rows
from assets.steps.read_type import FileType, agreed_type
from assets.steps.workbook import Rows, Sheet, WorkbookError, WorkbookReader
from data_contracts import problems
from data_contracts.problems import Kind, Problem, masked
from data_contracts.stated import stated


@dataclass(frozen=True, slots=True)
class Opened:
    """The sheets of a file, its type, and what is to be asked about it as a whole."""

    type: FileType
    sheets: list[Sheet]
    notes: list[Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One sheet that was only read. `rows` are those below the header, blank ones too, `notes` of
    them footers; rows count as Excel does, `hidden_rows` in spans. `stated`: how many cells of the
    agreed counts say in words why there is no figure (values of stated.Stated).
    """

    name: str
    visible: bool
    header_row: int | None
    agreed_names: int
    rows: int
    notes: int
    hidden_rows: tuple[str, ...]
    stated: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file that was only read: its sheets, or why it was refused."""

    type: FileType | None = None
    sheets: tuple[Glance, ...] = ()
    problems: tuple[Problem, ...] = ()
    refusal: Problem | None = None

    @property
    def rows(self) -> int:
        """The rows of all sheets without their headers; where a sheet has an agreed header, its."""
        agreed = [one for one in self.sheets if one.agreed_names >= HEADER_NAMES]
        return sum(one.rows for one in agreed or self.sheets)


def opened(path: Path, file_name: str, names: Callable[[], Names], books: WorkbookReader) -> Opened:
    """The file as sheets of text. Raises RefusalError; OSError only where the disk fails.

    `names` are asked for when a file of text is read, so they can be loaded beside a workbook.
    """
    found = agreed_type(path, file_name)
    if found is FileType.TEXT:
        rows, notes = text_rows(path.read_bytes(), names())
        return Opened(found, [Sheet(name="", rows=rows)], notes)
    try:
        sheets = books.sheets(path)
    except WorkbookError as error:
        raise unreadable(error.reason) from error
    return Opened(found, sheets, [])


def look(path: Path, file_name: str, names: Callable[[], Names], books: WorkbookReader) -> Looked:
    """Whether a file can be read, and how many rows it has. Never raises for what it contains.

    A sheet without agreed names has its header in its first row that has cells.
    """
    try:
        found = opened(path, file_name, names, books)
        if not any(sheet.rows for sheet in found.sheets):
            raise RefusalError(problems.EMPTY_FILE)
        glances = tuple(_glance(sheet, names()) for sheet in found.sheets)
    except RefusalError as refusal:
        return Looked(refusal=refusal.problem(""))
    notes = tuple(Problem(kind, "") for kind in found.notes)
    return Looked(type=found.type, sheets=glances, problems=(*notes, *hidden(found.sheets, "")))


def _glance(sheet: Sheet, names: Names) -> Glance:
    header = names.best_header(sheet.rows)
    at = header.at if header.is_one else _first_row(sheet)
    if at is not None:
        refuse_unclear(sheet, at, _columns(sheet.rows, at, header))
    return Glance(
        name=masked(sheet.name),
        visible=sheet.visible,
        header_row=None if at is None else at + 1,
        agreed_names=header.agreed,
        rows=0 if at is None else len(sheet.rows) - at - 1,
        notes=0 if at is None else len(footers(sheet.rows, at)),
        hidden_rows=spans(row + 1 for row in sheet.hidden_rows),
        stated=_stated(sheet.rows, header, names) if header.is_one else {},
    )


def _stated(rows: Rows, header: Header, names: Names) -> dict[str, int]:
    places = [place for place, name in enumerate(header.names) if name in names.counts]
    cells = Counter(
        row[place] for row in rows[header.at + 1 :] for place in places if place < len(row)
    )
    found: Counter[str] = Counter()
    for text, count in cells.items():
        meaning = stated(text or "")
        if meaning is not None:
            found[meaning.value] += count
    return dict(found)


def _columns(rows: Rows, at: int, header: Header) -> frozenset[int]:
    """Those that have a name; of a header that nobody agreed on, all."""
    named = (place for place, name in enumerate(header.names) if name)
    return frozenset(named if header.is_one else range(max(map(len, rows))))


def _first_row(sheet: Sheet) -> int | None:
    """The place of the first row that has cells; None where a sheet has no rows.

    In a file of text a line of delimiters only is a row, and so a header without names.
    """
    filled = (place for place, row in enumerate(sheet.rows) if any(row) or (row and not sheet.name))
    return next(filled, 0 if sheet.rows else None)


def hidden(sheets: Iterable[Sheet], submission: str) -> Iterator[Problem]:
    """Questions about what a steward does not see when the workbook is opened."""
    known = [sheet for sheet in sheets if sheet.rows]
    unseen = tuple(sheet.name for sheet in known if not sheet.visible)
    if unseen:
        yield Problem(problems.HIDDEN_SHEETS, submission, facts={"sheets": unseen})
    for sheet in known:
        if sheet.visible and sheet.hidden_rows:
            rows = spans(row + 1 for row in sheet.hidden_rows)
            facts = {"hidden_rows": rows}
            yield Problem(problems.HIDDEN_ROWS, submission, sheet=sheet.name, facts=facts)
