"""Tables for download as CSV that Excel opens rightly and that cannot run anything.

Belongs here: the bytes (UTF-8 with a byte order mark, CRLF, formula-safe). Does not belong here:
what stands in a table and the words of its header.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
# A cell that starts with one of these is run as a formula by Excel, LibreOffice or Google Sheets
# (OWASP, CSV Injection); the full-width forms are read as the plain ones.
_STARTS_FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
# Excel's longest cell: what is beyond it would go into a cell of its own.
LONGEST = 32_767
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A header and rows as the bytes of a CSV file; None is an empty cell."""
    text = io.StringIO(newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(safe_cell, header))
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")


def safe_cell(cell: object) -> str:
    """The cell as text, with an apostrophe before anything that a spreadsheet would run."""
    text = "" if cell is None else str(cell).replace("\0", "")
    runs = text.lstrip(" \u00a0").startswith(_STARTS_FORMULA)
    safe = f"'{text}" if runs and not _NUMBER.fullmatch(text) else text
    return safe[:LONGEST]
