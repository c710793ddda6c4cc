"""What stands below a header: rows, the notes under them, and cells whose figure is not there.

Here: the end of the rows, footers, merged cells, errors, formulas without a result. Not here: the
header (read_header.py), whether a value is right and rows of totals (prepare.py, check.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from assets.steps.personal import excel_letter
from assets.steps.read_refusal import RefusalError, unreadable
from assets.steps.workbook import Rows, Sheet
from data_contracts.problems import Unreadable

# How a note below the rows begins, in either language; or it is a sentence.
NOTE = re.compile(
    r"(source|sources|note|notes|produced|prepared|extracted|generated|printed|created|report"
    r"|data (source|extracted|from|as)|end of|page|datix|contact|ffynhonnell|nodyn|nodiadau"
    r"|cynhyrchwyd|paratowyd|tynnwyd|diwedd|tudalen|data o|[*†‡©])"
    r"(\b|\W|$)",
    re.IGNORECASE,
)
SENTENCE_WORDS = 6
# The words of a row of totals over several columns: such a row is left out later.
SUM = re.compile(r"\W*((grand|sub)\W?)?(totals?|(is-gy|cy)fanswm|all wales|wales|cymru)\b", re.I)


def footers(rows: Rows, header_at: int) -> list[int]:
    """The places of the notes under the last row of figures; blank rows between them are none."""
    found: list[int] = []
    for place in range(len(rows) - 1, header_at, -1):
        filled = [text for cell in rows[place] if (text := (cell or "").strip())]
        if not filled:
            continue
        if len(filled) > 1 or not _is_note(filled[0]):
            break
        found.append(place)
    return found[::-1]


def _is_note(text: str) -> bool:
    return bool(NOTE.match(text)) or len(text.split()) >= SENTENCE_WORDS


def is_filled(body: Rows, places: Iterable[int]) -> bool:
    """Whether any row has text in one of these columns."""
    columns = set(places)
    return any((cell or "").strip() for row in body for p, cell in enumerate(row) if p in columns)


def surplus(sheet: Sheet, header_at: int) -> Iterator[int]:
    """Rows with cells to the right of the last named column; a workbook may have a note there."""
    if sheet.name:
        return
    named = [place for place, cell in enumerate(sheet.rows[header_at]) if (cell or "").strip()]
    for number, row in enumerate(sheet.rows[header_at + 1 :], start=header_at + 2):
        if any((cell or "").strip() for cell in row[named[-1] + 1 :]):
            yield number


def refuse_unclear(sheet: Sheet, header_at: int, columns: frozenset[int]) -> None:
    """Raises RefusalError for figures that are not in the file, or of which nobody can tell the
    row; each names the first such cell.
    """
    lost = (
        (Unreadable.ERROR_CELLS, sheet.errors),
        (Unreadable.FORMULA_WITHOUT_VALUE, sheet.unfinished),
        (Unreadable.UNSEEN_CELLS, sheet.unseen),
        (Unreadable.MERGED_CELLS, tuple(_merged_over(sheet, header_at, columns))),
    )
    for reason, cells in lost:
        inside = [(row, col) for row, col in cells if row > header_at and col in columns]
        if inside:
            raise _at(reason, sheet, *min(inside))


def _at(reason: Unreadable, sheet: Sheet, row: int, column: int) -> RefusalError:
    cell = f"{excel_letter(column)}{row + 1}"
    return unreadable(reason, sheet=sheet.name, row=row + 1, cell=cell)


def _merged_over(
    sheet: Sheet, header_at: int, columns: frozenset[int]
) -> Iterator[tuple[int, int]]:
    """The first cell below the header and in the columns of each merged area that hides figures.

    Notes under the rows and the word of a row of totals may be merged over columns of one row.
    """
    notes = set(footers(sheet.rows, header_at))
    for top, left, bottom, right in sheet.merged:
        hidden = sorted(columns & set(range(left, right + 1)))
        first = max(top, header_at + 1)
        if bottom < first or not hidden or first in notes:
            continue
        is_label = top == bottom and SUM.match(_text(sheet.rows, top, left))
        if not is_label:
            yield first, hidden[0]


def _text(rows: Rows, row: int, column: int) -> str:
    is_there = row < len(rows) and column < len(rows[row])
    return (rows[row][column] or "") if is_there else ""


def spans(numbers: Iterable[int]) -> tuple[str, ...]:
    """Rows as people name them: 3, 5-9."""
    found: list[list[int]] = []
    ordered = sorted(numbers)
    for before, number in pairwise([-1, *ordered]):
        if found and before == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return tuple(str(a) if a == b else f"{a}-{b}" for a, b in found)
