"""The child process that opens workbooks for workbook.py: a path in, rows of text out.

Here: everything that touches a workbook's insides. Not here: what rows mean, whether a file is
refused (read.py). It is run as a script of its own, so it imports nothing of ours and nothing of
the program that started it. One line of JSON on standard input asks for one workbook, one line on
standard output answers.

Values come from calamine (fastexcel). A second reader (openpyxl; xlrd for the old type) looks at
the same cells for what calamine does not tell: where the sheet begins, cells with an error,
formulas without a result, merged cells, hidden rows, and cells of which calamine saw nothing.
"""

import json
import os
import sys
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO
from xml.parsers import expat

import fastexcel
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.worksheet._reader import FORMULA_TAG, INLINE_STRING, VALUE_TAG, WorkSheetParser

# Address space: the libraries take about 1 GB of it before any file is opened.
MEMORY_LIMIT = 3 << 30
CPU_SECONDS = 60
# More cells than in any return: a year of all wards of Wales has under a million.
MOST_CELLS = 5_000_000
TRUE, DIGITS = ("1", "true"), "0123456789"
# Types of cells that have a result even where it is an empty text.
TEXTS = ("str", "inlineStr")
# The version of BIFF in which formulas, merged cells and hidden rows are told (Excel 97 and later).
BIFF8 = 80

Rows = list[list[str | None]]
Area = tuple[int, int, int, int]


class RefusedError(Exception):
    """The workbook cannot be used; carries the reason (a value of problems.Unreadable)."""


class SeenError(Exception):
    """Enough of a part was read; carries nothing."""


@dataclass
class Look:
    """What the second reader sees in one sheet; rows and columns count from 0.

    `seen`: the columns that have something, by row. `columns`: the first and the last that have a
    cell with a text, be it an empty one: that is where calamine's rows begin and end. `merged`:
    first row and column, last row and column.
    """

    columns: tuple[int, int] = (1 << 20, -1)
    seen: dict[int, list[int]] = field(default_factory=dict)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    unfinished: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    date_1904: bool = False

    def widen(self, column: int) -> None:
        first, last = self.columns
        if not first <= column <= last:
            self.columns = (min(first, column), max(last, column))

    @property
    def last_row(self) -> int:
        return max(self.seen, default=-1)


def main() -> None:
    """Answer until no more is asked."""
    answers = _private_output()
    _limit()
    warnings.simplefilter("ignore")
    for question in sys.stdin:
        # dumps, not dump: only dumps uses the encoder that is written in C.
        answers.write(json.dumps(answer(json.loads(question))) + "\n")
        answers.flush()


def answer(path: str) -> dict[str, Any]:
    """`sheets` of a workbook, or the `reason` why it cannot be opened."""
    try:
        look_at = _second_reader_of(path)
        book = fastexcel.read_excel(path)
        looks = look_at(path)
        sheets = [_sheet(book, name, looks.pop(name, None)) for name in book.sheet_names]
    except RefusedError as refused:
        return {"reason": str(refused)}
    except MemoryError:
        return {"reason": "too_big_inside"}
    except ImportError:
        # A library that is not installed is no fault of the file.
        raise
    except Exception as error:
        # Whatever is wrong inside, it is wrong with the file; the next one is still to be opened.
        return {"reason": _reason(str(error))}
    if any(look.seen for look in looks.values()):
        return {"reason": "unusual_workbook"}
    return {"reason": None, "sheets": sheets}


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
    # The libraries tell a locked workbook from a damaged one only in their words.
    told = message.lower()
    return "password" if any(word in told for word in ("password", "encrypt")) else "damaged"


def _sheet(book: Any, name: str, look: Look | None) -> dict[str, Any]:
    """One sheet: rows[0][0] is its cell A1."""
    loaded = book.load_sheet(
        name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
    )
    if look is None:
        # A sheet of charts has no cells; one of which only one reader knows cannot be trusted.
        if loaded.width:
            raise RefusedError("unusual_workbook")
        look = Look()
    first, last = look.columns if loaded.width else (0, -1)
    if (last + 1) * loaded.total_height > MOST_CELLS:
        raise RefusedError("too_big_inside")
    # Where the two do not see the same columns nobody can tell which column is which.
    if loaded.height <= look.last_row or loaded.width != last - first + 1:
        raise RefusedError("unusual_workbook")
    columns = [column.to_list() for column in loaded.to_polars().get_columns()]
    rows: Rows = [[None] * first + list(row) for row in zip(*columns, strict=True)]
    for row, column, text in look.errors:
        rows[row][column] = text
    return {
        "name": name,
        "rows": rows,
        "visible": loaded.visible == "visible",
        "errors": [(row, column) for row, column, _ in look.errors],
        "unfinished": look.unfinished,
        "unseen": _unseen(rows, look),
        "merged": look.merged,
        "hidden_rows": look.hidden_rows,
        "date_1904": look.date_1904,
    }


def _unseen(rows: Rows, look: Look) -> list[tuple[int, int]]:
    """Cells that have something for the second reader and nothing for the first: no blanks."""
    width = max(map(len, rows), default=0)
    return [
        (row, column)
        for row, columns in look.seen.items()
        for column in columns
        if column >= width or rows[row][column] is None
    ]


def _second_reader_of(path: str) -> Callable[[str], dict[str, Look]]:
    """How to look into this type of workbook; refuses what nothing should look into."""
    with open(path, "rb") as stream:
        is_zip = stream.read(2) == b"PK"
    if not is_zip:
        return _looks_xls
    _refuse_document_types(path)
    return _looks_xlsx


def _refuse_document_types(path: str) -> None:
    """A document type, which no workbook has, could hide a bomb or lead to other files.

    It can stand only before the first element, so little of each part has to be read.
    """

    def refuse(*_: Any) -> None:
        raise RefusedError("document_type")

    def enough(*_: Any) -> None:
        raise SeenError

    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if not part.endswith((".xml", ".rels", ".vml")):
                continue
            parser = expat.ParserCreate()
            parser.StartDoctypeDeclHandler = refuse
            parser.StartElementHandler = enough
            try:
                with archive.open(part) as stream:
                    parser.ParseFile(stream)
            except (SeenError, expat.ExpatError):
                # Whether a part that is no XML is needed is for the readers to say.
                continue


def _looks_xlsx(path: str) -> dict[str, Look]:
    """What openpyxl sees of each sheet, by the sheet's name.

    Of load_workbook's steps only those that find the sheets: texts come from the first reader, and
    to know that a cell has one its number is enough.
    """
    reader = ExcelReader(path, read_only=True, data_only=True, keep_links=False)
    with reader.archive:
        reader.read_manifest()
        reader.read_workbook()
        reader.read_worksheets()
        looks = {sheet.title: _look_xlsx(sheet) for sheet in reader.wb.worksheets}
    for look in looks.values():
        look.date_1904 = reader.wb.epoch == MAC_EPOCH
    if not looks:
        # Strict Open XML: openpyxl passes over all of it without a word.
        raise RefusedError("unusual_workbook")
    return looks


def _look_xlsx(sheet: Any) -> Look:
    look = Look()
    with sheet._get_source() as source:
        parser = _CellLook(source, look)
        for _ in parser.parse():
            pass
    hidden = (row for row, about in parser.row_dimensions.items() if about.get("hidden") in TRUE)
    look.hidden_rows = sorted(int(row) - 1 for row in hidden)
    for merged in parser.merged_cells.mergeCell if parser.merged_cells else ():
        left, top, right, bottom = merged.bounds
        look.merged.append((top - 1, left - 1, bottom - 1, right - 1))
    return look


class _CellLook(WorkSheetParser):
    """openpyxl's own walk through a sheet, which keeps what its cells lose: is there a result?"""

    def __init__(self, source: Any, look: Look) -> None:
        super().__init__(source, [])
        self.look = look

    # The base class hands on whatever comes back; it is called for each of a million cells.
    def parse_cell(self, element: Any) -> Any:
        kind, place = element.get("t"), element.get("r")
        if place:
            self.col_counter = column_index_from_string(place.rstrip(DIGITS))
        else:
            self.col_counter += 1
        text, has_formula, has_text = "", False, False
        for child in element:
            if child.tag == VALUE_TAG:
                text, has_text = child.text or "", kind == "str"
            elif child.tag == FORMULA_TAG:
                has_formula = True
            elif child.tag == INLINE_STRING:
                text, has_text = "".join(child.itertext()), True
        row, column = self.row_counter - 1, self.col_counter - 1
        if text or has_text:
            self.look.widen(column)
        if text and not text.isspace():
            self.look.seen.setdefault(row, []).append(column)
            if kind == "e":
                self.look.errors.append((row, column, text))
        elif has_formula and not text and kind not in TEXTS:
            self.look.unfinished.append((row, column))


def _looks_xls(path: str) -> dict[str, Look]:
    """What xlrd sees of each sheet of the old type, by the sheet's name.

    Such a file holds a result for every formula, so none is unfinished.
    """
    import xlrd  # type: ignore[import-untyped, unused-ignore]

    # Hidden rows and merged cells come with the formats, which xlrd reads only on demand.
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        book = xlrd.open_workbook(path, logfile=nowhere, formatting_info=True)
    looks = {}
    for sheet in book.sheets():
        look = looks[sheet.name] = Look(date_1904=bool(book.datemode))
        for row in range(sheet.nrows):
            _note_xls(look, row, sheet.row_types(row), sheet.row_values(row), xlrd)
        look.hidden_rows = sorted(row for row, about in sheet.rowinfo_map.items() if about.hidden)
        # xlrd's ends are one beyond the last.
        look.merged = [(top, left, end - 1, right - 1) for top, end, left, right in _merged(sheet)]
    return looks


def _merged(sheet: Any) -> list[Area]:
    return list(sheet.merged_cells) if sheet.biff_version >= BIFF8 else []


def _note_xls(look: Look, row: int, kinds: Any, values: Any, xlrd: Any) -> None:
    for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
        if kind == xlrd.XL_CELL_ERROR:
            text = xlrd.error_text_from_code.get(value, "#ERROR")
            look.errors.append((row, column, text))
        if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            continue
        look.widen(column)
        if str(value).strip():
            look.seen.setdefault(row, []).append(column)


if __name__ == "__main__":
    main()
