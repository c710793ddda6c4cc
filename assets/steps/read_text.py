"""A file of text becomes rows of cells, exactly or not at all.

Here: decoding, the delimiter, quotation marks, and a second count of the rows. Not here: which row
is the header, what cells mean (read_header.py, read_values.py). Nothing is mended: a file that two
readings understand in two ways is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from assets.steps.read_header import Names
from assets.steps.read_refusal import RefusalError, unreadable
from assets.steps.workbook import Rows
from data_contracts import problems
from data_contracts.problems import Kind, Unreadable

DELIMITERS = (",", ";", "\t", "|")
# Lines that the delimiter is told from.
TOLD_BY = 50
QUOTE, BREAKS = '"', "\r\n"
BREAK = re.compile(r"\r\n|\r|\n")
# Letters of a cell: csv's own limit, said here because a note or a name is never as long.
LONGEST_CELL = 131_072
csv.field_size_limit(LONGEST_CELL)
# As many as in a workbook: 50 MB of delimiters would take gigabytes as cells.
MOST_CELLS = 5_000_000
# A letter in UTF-8 outside ASCII; one beside bytes that are no UTF-8 means that a file mixes both.
UTF_8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
OLD = "cp1252"


def text_rows(content: bytes, names: Names) -> tuple[Rows, list[Kind]]:
    """The rows of a file and what is to be asked about it. Raises RefusalError.

    The old Windows encoding reads any bytes as something, so it is believed only where a header of
    agreed names comes out.
    """
    text, encoding = decoded(content)
    rows = split(text, delimiter_of(text, names))
    if encoding != OLD:
        return rows, []
    if not names.best_header(rows).is_one:
        raise RefusalError(problems.UNDECODABLE)
    return rows, [problems.OLD_ENCODING]


def decoded(content: bytes) -> tuple[str, str]:
    """Text and its encoding: by byte order mark, then strict UTF-8, then the old Windows one."""
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise unreadable(Unreadable.CONTROL_CHARACTERS)
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise unreadable(Unreadable.CONTROL_CHARACTERS)
        return text, encoding
    raise RefusalError(problems.UNDECODABLE)


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if UTF_8_LETTER.search(content):
        return ("utf-8-sig",)
    return ("utf-8-sig", OLD)


def delimiter_of(text: str, names: Names) -> str:
    """The delimiter of the closed list under which most agreed names appear, and if none does, the
    one that cuts the first lines most evenly into most cells.
    """
    # Whole lines: a cell may hold a line break, and the cut may stand inside it.
    head = "".join(text.splitlines(keepends=True)[:TOLD_BY])
    return max(DELIMITERS, key=lambda mark: _fit(_loosely(head, mark), names))


def _fit(rows: Rows, names: Names) -> tuple[int, int, int]:
    widths = Counter(len(row) for row in rows if row)
    width, lines = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
    return names.count(rows), lines if width > 1 else 0, width


def _loosely(text: str, delimiter: str) -> Rows:
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error:
        return []


def split(text: str, delimiter: str) -> Rows:
    """Rows of cells; an empty cell is None. Raises RefusalError for quotation marks that stand
    alone or inside a cell, and where rows counted in another way are not as many.
    """
    if sum(map(text.count, (delimiter, *BREAKS))) > MOST_CELLS:
        raise unreadable(Unreadable.TOO_BIG_INSIDE)
    _refuse_lone_quotes(text, delimiter)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows: Rows = [[cell or None for cell in row] for row in reader]
    except csv.Error as error:
        # The library tells a cell beyond its limit from broken quotation marks only in its words.
        is_long = "field limit" in str(error)
        reason = Unreadable.CELL_TOO_LONG if is_long else Unreadable.BROKEN_LINES
        raise unreadable(reason) from error
    if len(rows) != _count(text):
        raise unreadable(Unreadable.BROKEN_LINES)
    _refuse_run_on(rows, delimiter)
    return rows


def _refuse_lone_quotes(text: str, delimiter: str) -> None:
    """Outside of quoted cells a mark may stand only beside a delimiter or at a line's end.

    Marks in pairs cut the text into pieces that are by turns outside and inside of quoted cells;
    between the two marks that stand for one inside a cell there is an empty piece.
    """
    pieces = text.split(QUOTE)
    if len(pieces) % 2 == 0:
        raise unreadable(Unreadable.BROKEN_LINES)
    beside = delimiter + BREAKS
    outside = pieces[::2]
    for place, piece in enumerate(outside):
        begins_well = place == 0 or piece[:1] in beside
        ends_well = place == len(outside) - 1 or piece[-1:] in beside
        if not (begins_well and ends_well):
            before = QUOTE.join(pieces[: 2 * place]) + (piece if begins_well else "")
            raise unreadable(Unreadable.LONE_QUOTES, row=len(BREAK.findall(before)) + 1)


def _refuse_run_on(rows: Rows, delimiter: str) -> None:
    """A row that is too short and has a cell of several lines with delimiters in it has most likely
    swallowed the rows below it: its quotation mark was closed by the next one of another row.
    """
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows, start=1):
        if len(row) < width and any(_holds_rows(cell or "", delimiter) for cell in row):
            raise unreadable(Unreadable.BROKEN_LINES, row=number)


def _holds_rows(cell: str, delimiter: str) -> bool:
    return delimiter in cell and BREAK.search(cell) is not None


def _count(text: str) -> int:
    """Rows by line breaks outside of quoted cells, as an independent witness."""
    breaks = sum(len(BREAK.findall(piece)) for piece in text.split(QUOTE)[::2])
    return breaks + bool(text and text[-1] not in BREAKS)
