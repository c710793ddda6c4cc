"""Reading a file of answers: the list of problems as CSV, or the annotated workbook, filled in.

Belongs here: telling such a file from a submission of figures, by its header, and its lines. Does
not belong here: what a line answers (answers.py), making those files (reports/pages/problem_list,
reports/workbook), files of figures (read.py).
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import yaml

from assets.steps.personal import excel_letter, personal_cells
from assets.steps.workbook import Rows, Sheet, WorkbookError, WorkbookReader
from data_contracts.problems import Problem
from reports.workbook.error_columns import ID_PREFIX, KEY_LENGTH

DELIMITERS = ",;\t|"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
LONGEST_ANSWER = 1000
# Larger files are refused by whoever reads figures.
SIZE_LIMIT = 50 << 20
# The header of a text file, and how much of a workbook is looked through for the ids of a sheet.
HEAD, STRINGS = 8 << 10, 64 << 20
PARTS = ("xl/sharedStrings.xml", "xl/worksheets/sheet")
HEADER_ROWS = 3
KEY = re.compile(rf"[0-9a-f]{{{KEY_LENGTH}}}")
# Our own names in these columns may look like numbers of people.
OURS = ("submission", "key")
# Of a line, where it stands; all else is read from its cells.
PLACE = ("at", "on", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file of answers; `at`, `on` and `address` are its row, sheet and cell there."""

    at: int
    on: str = ""
    address: str = ""
    answer: str = ""
    submission: str = ""
    key: str = ""
    code: str = ""
    sheet: str = ""
    row: str = ""
    column: str = ""


@dataclass(frozen=True)
class Labels:
    """Names of columns in every language, as files have them: label -> name."""

    translations: Path

    @cached_property
    def names(self) -> Mapping[str, str]:
        known = {name: name for name in Line.__dataclass_fields__ if name not in PLACE}
        for path in sorted(self.translations.glob("*/stewards.yaml")):
            listed = (yaml.safe_load(path.read_bytes()) or {}).get("list", {})
            known |= {plain(str(label)): name for name, label in listed.items()}
        return known

    def places(self, cells: Sequence[str | None]) -> dict[str, int]:
        """Where a header's columns are, by name."""
        found: dict[str, int] = {}
        for place, cell in enumerate(cells):
            text = plain(cell)
            is_id = text.startswith(ID_PREFIX)
            name = text.removeprefix(ID_PREFIX) if is_id else self.names.get(text)
            if name:
                found.setdefault(name, place)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFile:
    """A file of answers as it was read: its lines, or where it could name a person."""

    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def answer_file(
    path: Path, submission: str, labels: Labels, books: WorkbookReader, *, cleared: bool = False
) -> AnswerFile | None:
    """The file's lines if it is one of answers, else None. Never raises for what is in it.

    A file that is `cleared` names nobody (release.py).
    """
    sheets = _sheets(path, labels, books)
    heads = [(sheet, head) for sheet in sheets if (head := _head(sheet.rows, labels))]
    if not heads:
        return None
    personal = [one for sheet in sheets for one in _personal(sheet, labels, submission)]
    if personal and not cleared:
        return AnswerFile(problems=tuple(personal))
    return AnswerFile(lines=tuple(line for sheet, head in heads for line in _lines(sheet, head)))


def _sheets(path: Path, labels: Labels, books: WorkbookReader) -> list[Sheet]:
    """All sheets of a file that may be one of answers; most files are not even opened."""
    if path.stat().st_size > SIZE_LIMIT:
        return []
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith(b"PK"):
        return _opened(path, books) if _has_ids(path) else []
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _opened(path, books)
    if not head.startswith(UTF_16):
        head = head.partition(b"\n")[0]
    first = next(iter(_decoded(head).splitlines()), "")
    if not any(_is_header(labels.places(next(csv.reader([first], delimiter=mark), [])))
               for mark in DELIMITERS):  # fmt: skip
        return []
    return [Sheet(name="", rows=_text_rows(_decoded(path.read_bytes()), first, labels))]


def _opened(path: Path, books: WorkbookReader) -> list[Sheet]:
    try:
        return books.sheets(path)
    except WorkbookError:
        return []


def _has_ids(path: Path) -> bool:
    """Whether the ids of an Errors sheet stand anywhere in a workbook."""
    sought, left = f"{ID_PREFIX}key".encode(), STRINGS
    try:
        with zipfile.ZipFile(path) as book:
            for name in sorted(n for n in book.namelist() if n.startswith(PARTS)):
                with book.open(name) as part:
                    text = part.read(left)
                left -= len(text)
                if sought in text or left <= 0:
                    return sought in text
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return False
    return False


def _decoded(content: bytes) -> str:
    """Text in the encodings that Excel saves in; what is neither is no list of ours."""
    if content.startswith(UTF_16):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _text_rows(text: str, first: str, labels: Labels) -> Rows:
    mark = next(
        m for m in DELIMITERS if _is_header(labels.places(next(csv.reader([first], delimiter=m))))
    )
    # A lone carriage return inside a cell is no end of a line to csv, but an error.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
    try:
        return [list(row) for row in csv.reader(lines, delimiter=mark)]
    except csv.Error:
        return []


def _is_header(places: Mapping[str, int]) -> bool:
    names = places.keys()
    return "answer" in names and ("key" in names or {"code", "row", "column"} <= names)


def _head(rows: Rows, labels: Labels) -> tuple[int, dict[str, int]] | None:
    """The row of a sheet's ids or names, and where its columns are; None for any other sheet."""
    for at, cells in enumerate(rows[:HEADER_ROWS]):
        places = labels.places(cells)
        if _is_header(places):
            return at, places
    return None


def _lines(sheet: Sheet, head: tuple[int, dict[str, int]]) -> Iterator[Line]:
    at, places = head
    names = [name for name in Line.__dataclass_fields__ if name in places.keys() - set(PLACE)]
    for number, cells in enumerate(sheet.rows[at + 1 :], start=at + 2):
        found = {n: text_of(cells[places[n]]) for n in names if places[n] < len(cells)}
        address = f"{excel_letter(places['answer'])}{number}"
        line = Line(at=number, on=sheet.name, address=address, **found)
        # Below the ids stand the columns' names for people: those are no key.
        if KEY.fullmatch(line.key) or (line.code and not line.key):
            yield replace(line, answer=line.answer[:LONGEST_ANSWER])


def _personal(sheet: Sheet, labels: Labels, submission: str) -> list[Problem]:
    """What in a sheet could point at a person, but for our own names of files and findings."""
    head = _head(sheet.rows, labels)
    ours = {head[1][name] for name in OURS if name in head[1]} if head else set()
    rows = [[None if p in ours else c for p, c in enumerate(cells)] for cells in sheet.rows]
    return personal_cells(replace(sheet, rows=rows), head[0] if head else None, {}, submission)


def text_of(cell: object) -> str:
    return "" if cell is None else re.sub(r"\.0$", "", str(cell).strip())


def plain(text: str | None) -> str:
    """A cell as it is compared: safe_csv puts an apostrophe before what would run."""
    return (text or "").strip().lstrip("'\ufeff").casefold()
