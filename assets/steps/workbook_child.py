"""The child process that opens workbooks for workbook.py: a path in, rows of text out.

Here: everything that touches a workbook's insides. Not here: what rows mean, whether a file is
refused (read.py). It is run as a script of its own, so it imports nothing of ours and nothing of
the program that started it. One line of JSON on standard input asks for one workbook, one line on
standard output answers.

Values come from calamine. A second look at the XML (with expat, which refuses entity bombs) finds
what calamine does not tell: where the sheet begins, errors and formulas without a result, cells
merged over several rows, and whether calamine saw the last row.
"""

import json
import os
import re
import sys
import zipfile
from dataclasses import dataclass, field
from typing import Any, TextIO
from xml.parsers import expat

# Address space: the libraries take about 1 GB of it before any file is opened.
MEMORY_LIMIT = 3 << 30
CPU_SECONDS = 60
# More cells than in any return: a year of all wards of Wales has under a million.
MOST_CELLS = 5_000_000
CELL_NAME = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")

Rows = list[list[str | None]]


class RefusedError(Exception):
    """The workbook cannot be used; carries the reason (a value of problems.Unreadable)."""


@dataclass
class Look:
    """What the XML of one sheet shows; rows and columns count from 0."""

    first_column: int = 1 << 20
    last_row: int = -1
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    unfinished: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def main() -> None:
    """Answer until no more is asked."""
    answers = _private_output()
    _limit()
    for question in sys.stdin:
        json.dump(answer(json.loads(question)), answers)
        answers.write("\n")
        answers.flush()


def answer(path: str) -> dict[str, Any]:
    """`sheets` of a workbook, or the `reason` why it cannot be opened."""
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        looks = _looks(path)
        return {"reason": None, "sheets": [_sheet(book, name, looks) for name in book.sheet_names]}
    except RefusedError as refused:
        return {"reason": str(refused)}
    except Exception as error:
        # Whatever is wrong inside, it is wrong with the file; the next one is still to be opened.
        return {"reason": _reason(str(error))}


def _private_output() -> TextIO:
    """Standard output, which from now on leads nowhere for anyone else."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return stream


def _limit() -> None:
    """Bound this process, where the system can (Windows has no resource module)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS * 10))


def _reason(message: str) -> str:
    # The library tells a locked workbook from a damaged one only in its words.
    locked = "password" in message.lower() or "encrypted" in message.lower()
    return "password" if locked else "damaged"


def _sheet(book: Any, name: str, looks: dict[str, Look]) -> dict[str, Any]:
    """One sheet: rows[0][0] is its cell A1."""
    loaded = book.load_sheet(
        name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
    )
    look = looks.get(name, Look(first_column=0))
    shift = look.first_column if loaded.width else 0
    if (loaded.width + shift) * loaded.total_height > MOST_CELLS:
        raise RefusedError("too_big_inside")
    if loaded.height <= look.last_row:
        raise RefusedError("unusual_workbook")
    columns = [column.to_list() for column in loaded.to_polars().get_columns()]
    rows: Rows = [[None] * shift + list(row) for row in zip(*columns, strict=True)]
    for row, column, text in look.errors:
        rows[row][column] = text
    return {
        "name": name,
        "rows": rows,
        "visible": loaded.visible == "visible",
        "unfinished": look.unfinished,
        "merged": look.merged,
    }


def _looks(path: str) -> dict[str, Look]:
    """What the XML of each sheet shows, by the sheet's name; nothing for the old type (XLS)."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        parts = _parts(archive)
        return {name: _look(archive.read(part)) for name, part in parts.items()}


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Which part of the archive holds which sheet."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, about: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            targets[about["Id"]] = about["Target"]

    def sheet(name: str, about: dict[str, str]) -> None:
        if _local(name) == "sheet":
            sheets[about["name"]] = next(v for k, v in about.items() if _local(k) == "id")

    _parse(archive.read("xl/_rels/workbook.xml.rels"), relation)
    _parse(archive.read("xl/workbook.xml"), sheet)
    places = {name: targets[number] for name, number in sheets.items()}
    return {
        name: place.lstrip("/") if place.startswith("/") else f"xl/{place}"
        for name, place in places.items()
        if "worksheets" in place
    }


def _look(content: bytes) -> Look:
    """Read the cells of one sheet for what calamine leaves out."""
    look, cell = Look(), _Cell()

    def start(name: str, about: dict[str, str]) -> None:
        tag = _local(name)
        if tag == "c":
            cell.begin(about)
        elif tag in ("f", "v", "is"):
            cell.inside = tag
            cell.has_formula |= tag == "f"
        elif tag == "mergeCell":
            look.merged += _over_rows(about.get("ref", ""))

    def end(name: str) -> None:
        tag = _local(name)
        if tag == "c":
            cell.end(look)
        elif tag == cell.inside:
            cell.inside = ""

    _parse(content, start, end, cell.add)
    return look


@dataclass
class _Cell:
    """The cell that is being read."""

    row: int = -1
    column: int = -1
    kind: str = ""
    inside: str = ""
    has_formula: bool = False
    text: str = ""

    def begin(self, about: dict[str, str]) -> None:
        named = CELL_NAME.fullmatch(about.get("r", ""))
        if named:
            self.row, self.column = int(named[2]) - 1, _index(named[1])
        else:
            self.column += 1
        self.kind, self.inside, self.has_formula, self.text = about.get("t", "n"), "", False, ""

    def add(self, text: str) -> None:
        if self.inside in ("v", "is"):
            self.text += text

    def end(self, look: Look) -> None:
        if self.has_formula and not self.text and self.kind != "str":
            look.unfinished.append((self.row, self.column))
        if self.text:
            look.first_column = min(look.first_column, self.column)
            look.last_row = max(look.last_row, self.row)
        if self.kind == "e" and self.text:
            look.errors.append((self.row, self.column, self.text))


def _over_rows(reference: str) -> list[tuple[int, int, int, int]]:
    """A merged range (first row and column, last row and column) if it spans more than a row."""
    ends = RANGE.fullmatch(reference)
    if ends is None or ends[2] == ends[4]:
        return []
    return [(int(ends[2]) - 1, _index(ends[1]), int(ends[4]) - 1, _index(ends[3]))]


def _index(letters: str) -> int:
    """A -> 0, AA -> 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parse(content: bytes, start: Any, end: Any = None, text: Any = None) -> None:
    """Run through some XML. A document type, which no workbook has, could hide a bomb: refused."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    parser.Parse(content, True)


def _refuse(*about: Any) -> None:
    raise RefusedError("damaged")


if __name__ == "__main__":
    main()
