"""Step 2. A received file becomes rows of text under the contract's column names, or a refusal.

Here: type by content, decoding, delimiter, header, which table it is. Not here: whether a value is
right (check.py). Everything stays text, nothing is guessed from values, and row numbers are those
that Excel shows.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from assets.steps.personal import column_name, excel_letter, personal_cells
from assets.steps.workbook import Rows, Sheet, WorkbookError, WorkbookReader
from data_contracts import problems
from data_contracts.contract import Table
from data_contracts.problems import Kind, Problem, Unreadable, masked

SIZE_LIMIT = 50 << 20
DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 20
HEADER_NAMES = 3
ZIP_START, OLE_START = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_TYPES, BOOK_TYPES = (".csv", ".txt"), (".xlsx", ".xls")
TABLE_SHARE = 0.6
FIRST_YEAR = 1900

FILE_NAME = re.compile(
    r"(?P<submitter>[A-Z0-9]+)_(?P<topic>[a-z0-9-]+)"
    r"(?:_(?P<first>\d{6})(?:-(?P<last>\d{6}))?)?(?:_v(?P<version>\d{1,3}))?"
    # What a browser adds to the name of a file that is there already.
    r"(?:\s*\(\d+\))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """What a file name of the agreed form says; None where it says nothing."""

    submitter: str | None = None
    topic: str | None = None
    first: date | None = None
    last: date | None = None
    version: int | None = None


NO_ROWS = pl.DataFrame(schema={"row": pl.Int64})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as text, with what is wrong with it as a whole.

    `sheet_rows`: row (as Excel counts), then the sheet's own columns A, B, ...; header first.
    `letters` gives the sheet's column for each of the contract's that was found. `surplus` are the
    rows of a text file that have more cells than there are columns: their cells have moved.
    """

    table: Table | None = None
    sheet: str = ""
    sheet_rows: pl.DataFrame = field(default_factory=NO_ROWS.clone)
    letters: Mapping[str, str] = field(default_factory=dict)
    surplus: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        effects = (problems.Effect.REFUSED, problems.Effect.QUARANTINED)
        return any(p.kind.effect in effects for p in self.problems)

    @property
    def rows(self) -> pl.DataFrame:
        """What is to be checked: row, then one text column per contract column that was found."""
        return rows_of(self.sheet_rows, self.letters)


class RefusalError(Exception):
    """The file cannot be used at all; carries the problem's kind and facts."""

    def __init__(self, kind: Kind, **facts: str | int | tuple[str, ...]) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.facts = facts


def parsed_name(file_name: str) -> FileName:
    """The parts of a name such as 7A4_falls_202401-202403_v02.csv; a span that ends before it
    starts says nothing about months.
    """
    match = FILE_NAME.fullmatch(Path(file_name.strip()).stem.strip())
    if match is None:
        return FileName()
    first, last = _month(match["first"]), _month(match["last"] or match["first"])
    if first is None or last is None or first > last:
        first = last = None
    version = int(match["version"]) if match["version"] else None
    submitter, topic = match["submitter"].upper(), match["topic"].lower()
    return FileName(submitter=submitter, topic=topic, first=first, last=last, version=version)


def read(
    path: Path,
    submission: str,
    file_name: str,
    topics: Mapping[str, Table],
    books: WorkbookReader,
) -> Reading:
    """Read one file. Never raises for what the file contains: problems are in the result.

    Of a file that could name a person only the places where it does come back, no text.
    """
    named = topics.get(parsed_name(file_name).topic or "")
    try:
        sheets, notes = _sheets(path, file_name, topics, books)
        found = _personal(sheets, submission, named, topics)
        if found:
            return Reading(table=named, problems=tuple(found))
        return _reading(sheets, submission, file_name, topics, notes)
    except RefusalError as refusal:
        problem = Problem(refusal.kind, submission, facts=refusal.facts)
        return Reading(table=named, problems=(problem,))


def rows_of(sheet_rows: pl.DataFrame, letters: Mapping[str, str]) -> pl.DataFrame:
    """A sheet's rows below its header under the contract's names; blank ones too."""
    body = sheet_rows.slice(1)
    columns = [body[letter].alias(name) for name, letter in letters.items()]
    return pl.DataFrame([body["row"], *columns])


def is_blank(names: Iterable[str]) -> pl.Expr:
    """Whether a row has no text in any of these columns."""
    return pl.all_horizontal(pl.col(name).str.strip_chars().fill_null("") == "" for name in names)


def _month(text: str | None) -> date | None:
    if not text or not 1 <= int(text[4:]) <= 12 or int(text[:4]) < FIRST_YEAR:
        return None
    return date(int(text[:4]), int(text[4:]), 1)


def _sheets(
    path: Path, file_name: str, topics: Mapping[str, Table], books: WorkbookReader
) -> tuple[list[Sheet], list[Kind]]:
    """The file as sheets of text, by what it contains; the extension must agree."""
    size = path.stat().st_size
    if size == 0:
        raise RefusalError(problems.EMPTY_FILE)
    if size > SIZE_LIMIT:
        raise RefusalError(problems.TOO_LARGE, limit_mb=SIZE_LIMIT >> 20)
    extension = Path(file_name.strip()).suffix.lower()
    if extension not in TEXT_TYPES + BOOK_TYPES:
        raise RefusalError(problems.UNSUPPORTED_TYPE, extension=extension or "-")
    with path.open("rb") as stream:
        start = stream.read(8)
    is_book = start.startswith((ZIP_START, OLE_START))
    if is_book != (extension in BOOK_TYPES):
        raise RefusalError(problems.UNREADABLE, reason=Unreadable.CONTENT_DIFFERS.value)
    if is_book:
        return _workbook(path, books), []
    text, notes = _decoded(path.read_bytes())
    return [Sheet(name="", rows=_text_rows(text, _known_names(topics)))], notes


def _workbook(path: Path, books: WorkbookReader) -> list[Sheet]:
    try:
        return books.sheets(path)
    except WorkbookError as error:
        raise RefusalError(problems.UNREADABLE, reason=error.reason.value) from error


def _decoded(content: bytes) -> tuple[str, list[Kind]]:
    """Text by byte order mark, then strict UTF-8, then the old Windows encoding with a question."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise RefusalError(problems.UNREADABLE, reason=Unreadable.CONTROL_CHARACTERS.value)
        return text, [problems.OLD_ENCODING] if encoding == "cp1252" else []
    raise RefusalError(problems.UNDECODABLE)


def _text_rows(text: str, names: frozenset[str]) -> Rows:
    """Rows by the delimiter of a closed list under which most known column names appear."""
    head = "\n".join(text.splitlines()[:HEADER_WITHIN])
    best = max(
        DELIMITERS, key=lambda mark: _best_header(_split(head, mark, strict=False), names)[0]
    )
    return _split(text, best, strict=True)


def _split(text: str, delimiter: str, *, strict: bool) -> Rows:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
        return [[cell or None for cell in row] for row in reader]
    except csv.Error as error:
        raise RefusalError(problems.UNREADABLE, reason=Unreadable.BROKEN_LINES.value) from error


def _known_names(topics: Mapping[str, Table]) -> frozenset[str]:
    return frozenset(name for table in topics.values() for name in table.column_names)


def _best_header(rows: Rows, names: frozenset[str]) -> tuple[int, int]:
    """How many known names the best of the first rows holds, and which row that is."""
    counts = [len({column_name(cell) for cell in row} & names) for row in rows[:HEADER_WITHIN]]
    if not counts:
        return 0, 0
    best = max(range(len(counts)), key=lambda i: (counts[i], -i))
    return counts[best], best


def _personal(
    sheets: Sequence[Sheet], submission: str, named: Table | None, topics: Mapping[str, Table]
) -> list[Problem]:
    """What in any sheet could point at a person."""
    names = _known_names(topics)
    tables = topics.values() if named is None else [named]
    known = {column.name: column.type for table in tables for column in table.columns}
    found: list[Problem] = []
    for sheet in sheets:
        count, header_at = _best_header(sheet.rows, names)
        found += personal_cells(
            sheet, header_at if count >= HEADER_NAMES else None, known, submission
        )
    return found


def _reading(
    sheets: Sequence[Sheet],
    submission: str,
    file_name: str,
    topics: Mapping[str, Table],
    notes: list[Kind],
) -> Reading:
    sheet, header_at = _chosen(sheets, topics)
    header = [column_name(cell) for cell in sheet.rows[header_at]]
    table = _table(file_name, header, topics)
    places = {name: header.index(name) for name in table.column_names if name in header}
    _refuse_unclear(sheet, header_at, places.values())
    found = [Problem(kind, submission) for kind in notes]
    found += _header_problems(header, table, sheet.name, header_at + 1, submission)
    reading = Reading(
        table=table,
        sheet=masked(sheet.name),
        sheet_rows=_sheet_rows(sheet, header_at),
        letters={name: excel_letter(place) for name, place in places.items()},
        surplus=tuple(_surplus(sheet, header_at)),
    )
    if not _is_filled(sheet.rows[header_at + 1 :], places.values()):
        found.append(Problem(problems.NO_ROWS, submission, sheet=sheet.name or None))
    return replace(reading, problems=tuple(found))


def _is_filled(body: Rows, places: Iterable[int]) -> bool:
    """Whether any row has text in a column of the contract."""
    columns = set(places)
    return any((cell or "").strip() for row in body for p, cell in enumerate(row) if p in columns)


def _surplus(sheet: Sheet, header_at: int) -> Iterator[int]:
    """Rows with cells to the right of the last named column; a workbook may have a note there."""
    if not sheet.name:
        named = [place for place, cell in enumerate(sheet.rows[header_at]) if (cell or "").strip()]
        for number, row in enumerate(sheet.rows[header_at + 1 :], start=header_at + 2):
            if any((cell or "").strip() for cell in row[named[-1] + 1 :]):
                yield number


def _chosen(sheets: Sequence[Sheet], topics: Mapping[str, Table]) -> tuple[Sheet, int]:
    """The sheet that has a header and rows, and where its header is.

    A hidden sheet, often last month's, is looked at only if no other has a header.
    """
    names = _known_names(topics)
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise RefusalError(problems.EMPTY_FILE)
    found = [(_best_header(sheet.rows, names), sheet) for sheet in filled]
    agreed = [one for one in found if one[0][0] >= HEADER_NAMES]
    if not agreed:
        raise RefusalError(problems.NO_HEADER)
    seen = [one for one in agreed if one[1].visible] or agreed
    with_rows = [one for one in seen if any(map(any, one[1].rows[one[0][1] + 1 :]))]
    if len(with_rows) > 1:
        raise RefusalError(problems.SEVERAL_SHEETS)
    (_, header_at), sheet = (with_rows or seen)[0]
    return sheet, header_at


def _refuse_unclear(sheet: Sheet, header_at: int, places: Iterable[int]) -> None:
    """Figures that are not in the file, or of which nobody can tell the row."""
    columns = set(places)
    if any(row > header_at and column in columns for row, column in sheet.unfinished):
        raise RefusalError(problems.UNREADABLE, reason=Unreadable.FORMULA_WITHOUT_VALUE.value)
    for _, left, bottom, right in sheet.merged:
        if bottom > header_at + 1 and columns & set(range(left, right + 1)):
            raise RefusalError(problems.UNREADABLE, reason=Unreadable.MERGED_CELLS.value)


def _table(file_name: str, header: Sequence[str], topics: Mapping[str, Table]) -> Table:
    """The table that the file name announces, else the only one that the header fits."""
    named = topics.get(parsed_name(file_name).topic or "")
    if named is not None:
        return named
    fits = {table.topic: _fit(table, header) for table in topics.values()}
    best = max(fits.values())
    winners = [topic for topic, fit in fits.items() if fit == best]
    if best < TABLE_SHARE or len(winners) > 1:
        raise RefusalError(problems.UNKNOWN_RETURN, topics=tuple(sorted(topics)))
    return topics[winners[0]]


def _fit(table: Table, header: Sequence[str]) -> float:
    return len(set(table.column_names) & set(header)) / len(table.column_names)


def _sheet_rows(sheet: Sheet, header_at: int) -> pl.DataFrame:
    """The sheet as sent, from its header on: row, A, B, ..."""
    width = max(len(row) for row in sheet.rows)
    rows = [row + [None] * (width - len(row)) for row in sheet.rows[header_at:]]
    columns = {
        excel_letter(i): pl.Series([row[i] for row in rows], dtype=pl.String) for i in range(width)
    }
    numbers = pl.Series(range(header_at + 1, header_at + 1 + len(rows)), dtype=pl.Int64)
    return pl.DataFrame({"row": numbers, **columns})


def _header_problems(
    header: Sequence[str], table: Table, sheet: str, row: int, submission: str
) -> list[Problem]:
    known = set(table.column_names)
    unknown = {name: place for place, name in enumerate(header) if name and name not in known}
    near = {name: _near(name, unknown) for name in table.column_names if name not in header}
    # A column that may be left out is missed only where a misspelt one stands in its place.
    missing = [name for name, found in near.items() if table.column(name).required or found]
    found = [
        _in_header(problems.MISSING_COLUMN, submission, sheet, row, name, near[name], unknown)
        for name in missing
    ]
    repeated = sorted({n for n in header if n in known and header.count(n) > 1})
    found += [
        Problem(problems.DUPLICATE_COLUMN, submission, sheet=sheet or None, row=row, column=name)
        for name in repeated
    ]
    explained = {near[name] for name in missing}
    found += [
        _in_header(problems.UNKNOWN_COLUMN, submission, sheet, row, name, name, unknown)
        for name in unknown
        if name not in explained
    ]
    return found


def _near(name: str, candidates: Mapping[str, int]) -> str:
    """The one candidate that looks like a misspelling of the name, or nothing."""
    return next(iter(difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.75)), "")


def _in_header(
    kind: Kind,
    submission: str,
    sheet: str,
    row: int,
    column: str,
    found: str,
    places: Mapping[str, int],
) -> Problem:
    cell = f"{excel_letter(places[found])}{row}" if found else None
    facts = {"suggestion": found} if "suggestion" in kind.facts else {}
    return Problem(
        kind, submission, sheet=sheet or None, row=row, column=column, cell=cell, facts=facts
    )
