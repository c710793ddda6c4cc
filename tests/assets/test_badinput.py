"""Reading held against bad files of public test suites, which lie beside the project.

Here: which files are refused with which cause, which are read, and with how many rows. The files
are not ours and are not copied: without them these tests are skipped. Nothing here knows a file by
its name; what may be refused is told from what is in it. Hostile workbooks are opened only by the
child, within its limits.

The manifest counts the rows of text without the header, and of workbooks all rows of all sheets.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import pytest

from assets.steps.read_header import Names
from assets.steps.read_sheets import Looked, look
from assets.steps.read_type import FileType
from assets.steps.workbook import WorkbookReader
from data_contracts.contract import load_contracts, tables_by_topic

CORPUS = Path(__file__).parents[3] / "shared" / "badinput"
MANIFEST = CORPUS / "manifest.csv"
pytestmark = [
    pytest.mark.skipif(not MANIFEST.exists(), reason="the bad files are not here"),
    pytest.mark.skipif(find_spec("xlrd") is None, reason="the reader of .xls is not installed"),
]

# Ours: the code of the problem and, of a file that could not be opened, the reason.
Cause = tuple[str, str | None]
CAUSES: Mapping[str, frozenset[Cause]] = {
    "reject:password": frozenset({("F02", "password")}),
    "reject:dtd": frozenset({("F02", "document_type")}),
    # What is no zip at all is told by its ending.
    "reject:corrupt": frozenset({("F02", "damaged"), ("F02", "content_differs")}),
    "reject:unreadable": frozenset(
        {
            ("F02", "damaged"), ("F02", "stopped"), ("F02", "content_differs"),
            ("F02", "control_characters"), ("F02", "broken_lines"), ("F02", "lone_quotes"),
            ("F03", None), ("F04", None),
        }
    ),
}  # fmt: skip
SLOWEST = 20.0
AT_LEAST_READ = 120


@dataclass(frozen=True, slots=True)
class Case:
    """A file, what the manifest expects of it, and what we made of it."""

    path: Path
    expect: str
    rows: int | None
    looked: Looked
    seconds: float

    @property
    def cause(self) -> Cause | None:
        refusal = self.looked.refusal
        if refusal is None:
            return None
        reason = refusal.facts.get("reason")
        return refusal.kind.code, None if reason is None else str(reason)

    @property
    def counted(self) -> int:
        """Our rows, as the manifest counts them."""
        if self.looked.type is FileType.TEXT:
            return self.looked.rows
        return sum(sheet.rows + (sheet.header_row or 0) for sheet in self.looked.sheets)


def entries() -> list[dict[str, str]]:
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    names = Names.of_tables(tables_by_topic(load_contracts()).values())
    found = []
    with WorkbookReader() as books:
        for entry in entries():
            path = CORPUS / "files" / entry["file"]
            begun = monotonic()
            looked = look(path, path.name, lambda: names, books)
            agreed = entry["rows_if_all_parsers_agree"]
            rows = int(agreed) if agreed else None
            found.append(Case(path, entry["expect"], rows, looked, monotonic() - begun))
    return found


def test_each_file_that_has_to_be_refused_is_refused_with_its_cause(cases: list[Case]) -> None:
    bad = [case for case in cases if case.expect in CAUSES]
    wrong = {case.path.name: case.cause for case in bad if case.cause not in CAUSES[case.expect]}
    assert not wrong
    assert len(bad) == sum(entry["expect"].startswith("reject") for entry in entries())


# Why a file with an agreed number of rows may be refused all the same: the rule of intake.md 3, our
# cause, and what there is to see in the file itself without our reader.
Seen = Callable[[bytes], bool]


def no_cells(content: bytes) -> bool:
    """Nothing but blanks, or a workbook without a single value."""
    if not content.startswith((b"PK", b"\xd0\xcf")):
        return not content.strip()
    return not any(b"<v>" in part or b"<is>" in part for part in sheets(content))


def unquoted_marks(content: bytes) -> bool:
    """A quotation mark inside or beside a cell, or one without a partner."""
    beside = rb'[^,;\t|\r\n"]'
    lone = re.search(rb"%b\"|\"%b" % (beside, beside), content) is not None
    return lone or content.count(b'"') % 2 == 1


def swallowed(content: bytes) -> bool:
    """A quoted cell that holds delimiters and the ends of lines."""
    cells = content.split(b'"')[1::2]
    return any(re.search(rb"[,;\t|]", cell) and b"\n" in cell for cell in cells)


def sheets(content: bytes) -> list[bytes]:
    """The XML of a workbook's sheets; none for the old type."""
    if not content.startswith(b"PK"):
        return []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
        return [part for part in parts if b"sheetData" in part]


def is_old_or(pattern: bytes) -> Seen:
    """Whether a sheet's XML holds a pattern. The old type is binary: xlrd alone can tell."""

    def seen(content: bytes) -> bool:
        is_old = content.startswith(b"\xd0\xcf\x11\xe0")
        return is_old or any(re.search(pattern, part) for part in sheets(content))

    return seen


RULES: Mapping[Cause, tuple[str, Seen]] = {
    ("F01", None): ("there is nothing in it", lambda c: no_cells(c) or c.startswith(b"\xd0\xcf")),
    ("F03", None): ("3.3 xlsm is not read", lambda c: b"vbaProject" in c or b"macroEnabled" in c),
    ("F02", "control_characters"): ("3.6 NUL is refused", lambda c: b"\0" in c),
    ("F02", "lone_quotes"): ("3.6 lone quotes are refused", unquoted_marks),
    ("F02", "broken_lines"): (
        "3.6 rows by an independent pass", lambda c: unquoted_marks(c) or swallowed(c)
    ),
    ("F02", "error_cells"): ("3.5 error cells are errors", is_old_or(rb't="e"')),
    ("F02", "formula_without_value"): (
        "3.5 formulas need their results", is_old_or(rb"(</f>|<f[^>]*/>)\s*(<v\s*/>|<v></v>|</c>)")
    ),
    ("F02", "merged_cells"): ("3.5 merged cells in the data", is_old_or(rb"<mergeCell ")),
}  # fmt: skip


def test_agreed_rows_are_read_exactly_or_refused_by_a_rule(cases: list[Case]) -> None:
    agreed = [case for case in cases if case.rows is not None and case.expect == "either"]
    read = [case for case in agreed if case.cause is None]
    other = {
        case.path.name: (case.rows, case.counted) for case in read if case.counted != case.rows
    }
    assert not other
    unruled = {
        case.path.name: case.cause
        for case in agreed
        if case.cause and not (case.cause in RULES and RULES[case.cause][1](case.path.read_bytes()))
    }
    assert not unruled
    assert len(read) >= AT_LEAST_READ


def test_nothing_takes_long_and_every_refusal_has_a_cause(cases: list[Case]) -> None:
    assert len(cases) == len(entries())
    assert not {case.path.name: case.seconds for case in cases if case.seconds > SLOWEST}
    codes = {case.cause[0] for case in cases if case.cause}
    assert codes <= {"F01", "F02", "F03", "F04", "F09"}


@pytest.mark.filterwarnings("default")
def test_the_totals_are_told(cases: list[Case]) -> None:
    """Shown among pytest's warnings, so that whoever runs this sees them."""
    told = Counter(total_of(case) for case in cases)
    warnings.warn(f"bad input: {dict(sorted(told.items()))}", stacklevel=1)
    assert told.total() == len(cases)


def total_of(case: Case) -> str:
    if case.expect in CAUSES:
        return "to be refused: " + ("refused" if case.cause else "READ")
    kind = "agreed rows" if case.rows is not None else "others"
    rule = RULES[case.cause][0] if case.rows is not None and case.cause in RULES else "refused"
    return f"{kind}: " + (rule if case.cause else "read")
