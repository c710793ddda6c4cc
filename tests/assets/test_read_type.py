"""What a file is by its contents; what it looks like is said where it is not read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from boards import csv_of, lines_of, locked_workbook, ward, workbook_of

from assets.steps.read_refusal import RefusalError
from assets.steps.read_type import FileType, agreed_type, type_of

CONTENTS = "[Content_Types].xml"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def package(**parts: str) -> bytes:
    """A zip; `contents` stands for its list of contents, `__` for `/` and `_DOT_` for `.`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            known = {"contents": CONTENTS, "manifest": "META-INF/manifest.xml"}
            archive.writestr(known.get(name, name.replace("__", "/").replace("_DOT_", ".")), text)
    return target.getvalue()


ODS = "application/vnd.oasis.opendocument.spreadsheet"
LOOKS = {
    "csv": (csv_of([ward()]), FileType.TEXT),
    "xlsx": (workbook_of(lines_of([ward()])), FileType.XLSX),
    "workbook elsewhere": (package(contents=f"{SPREADSHEET}.sheet.main+xml"), FileType.XLSX),
    "macros": (
        package(contents="application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        FileType.XLSM,
    ),
    "binary": (
        package(contents="application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
        FileType.XLSB,
    ),
    "binary without a list": (package(xl__workbook_DOT_bin=""), FileType.XLSB),
    "template": (package(contents=f"{SPREADSHEET}.template.main+xml"), FileType.XLTX),
    "letter": (package(contents="wordprocessingml.document.main+xml"), FileType.DOCX),
    "open document": (package(mimetype=ODS), FileType.ODS),
    "zip": (package(rows="a,b"), FileType.ZIP),
    "pdf": (b"%PDF-1.7\n", FileType.PDF),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), FileType.XLS),
}


def put(folder: Path, content: bytes) -> Path:
    path = folder / "original"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("case", LOOKS)
def test_the_contents_say_what_a_file_is(tmp_path: Path, case: str) -> None:
    content, looks_like = LOOKS[case]
    assert type_of(put(tmp_path, content)) is looks_like


@pytest.mark.parametrize(
    ("case", "name", "code", "facts"),
    [
        ("macros", "falls.xlsm", "F03", {"extension": ".xlsm"}),
        ("macros", "falls.xlsx", "F03", {"extension": ".xlsm"}),
        ("binary", "falls.xlsx", "F03", {"extension": ".xlsb"}),
        ("open document", "falls.csv", "F03", {"extension": ".ods"}),
        ("pdf", "falls.csv", "F03", {"extension": ".pdf"}),
        ("zip", "falls.xlsx", "F03", {"extension": ".zip"}),
        ("csv", "falls.json", "F03", {"extension": ".json"}),
        ("csv", "falls", "F03", {"extension": "-"}),
        ("csv", "falls.xls", "F02", {"reason": "content_differs"}),
        ("xlsx", "falls.csv", "F02", {"reason": "content_differs"}),
        ("xlsx", "falls.xls", "F02", {"reason": "content_differs"}),
        ("old", "falls.xlsx", "F02", {"reason": "content_differs"}),
    ],
)
def test_what_is_not_read_is_named_by_what_it_looks_like(
    tmp_path: Path, case: str, name: str, code: str, facts: dict[str, str]
) -> None:
    with pytest.raises(RefusalError) as refusal:
        agreed_type(put(tmp_path, LOOKS[case][0]), name)
    assert (refusal.value.kind.code, refusal.value.facts) == (code, facts)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("falls.xlsx", locked_workbook()),
        ("falls.xlsb", locked_workbook()),
        ("falls.ods", package(mimetype=ODS, manifest="<manifest:encryption-data/>")),
    ],
)
def test_a_lock_is_told_whatever_the_type(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(RefusalError) as refusal:
        agreed_type(put(tmp_path, content), name)
    assert refusal.value.facts == {"reason": "password"}


@pytest.mark.parametrize(
    ("case", "name", "found"),
    [
        ("csv", "falls.CSV ", FileType.TEXT),
        ("csv", "falls.txt", FileType.TEXT),
        ("xlsx", "falls.xlsx", FileType.XLSX),
        ("old", "falls.xls", FileType.XLS),
    ],
)
def test_agreed_types_under_their_endings(
    tmp_path: Path, case: str, name: str, found: FileType
) -> None:
    assert agreed_type(put(tmp_path, LOOKS[case][0]), name) is found
