"""What a file is, by what it contains; the ending of its name has to agree.

Here: telling types apart by their first bytes and by what a zip lists, without opening any of them.
Not here: opening (workbook.py, read_text.py). Types that can carry macros or that nobody agreed on
are named, so that a steward reads what the file looks like and saves it as .xlsx or .csv.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from assets.steps.read_refusal import RefusalError, unreadable
from assets.steps.workbook import WorkbookError, refuse_bombs
from data_contracts import problems
from data_contracts.problems import Unreadable

SIZE_LIMIT = 50 << 20
TEXT_TYPES, BOOK_TYPES = (".csv", ".txt"), (".xlsx", ".xls")
ZIP_STARTS, OLE_START = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The name of the stream in which Office puts what it locks with a password.
LOCKED_STREAM = "EncryptedPackage".encode("utf-16-le")
# What zipfile raises for a zip that is broken.
DAMAGES = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError)
# Parts of a package that say what it is; no honest one is longer.
LONGEST_PART = 1 << 20


class FileType(StrEnum):
    """What a file looks like; the values are endings, as they are shown to people."""

    TEXT = ".csv"
    XLSX = ".xlsx"
    XLS = ".xls"
    XLSM = ".xlsm"
    XLSB = ".xlsb"
    XLTX = ".xltx"
    ODS = ".ods"
    DOCX = ".docx"
    PPTX = ".pptx"
    ZIP = ".zip"
    PDF = ".pdf"
    RTF = ".rtf"
    GZIP = ".gz"
    SEVEN_ZIP = ".7z"
    PARQUET = ".parquet"
    JPEG = ".jpg"
    PNG = ".png"


READ = MappingProxyType(
    {FileType.TEXT: TEXT_TYPES, FileType.XLSX: (".xlsx",), FileType.XLS: (".xls",)}
)
STARTS: Mapping[bytes, FileType] = MappingProxyType(
    {
        b"%PDF-": FileType.PDF,
        b"{\\rtf": FileType.RTF,
        b"\x1f\x8b": FileType.GZIP,
        b"7z\xbc\xaf\x27\x1c": FileType.SEVEN_ZIP,
        b"PAR1": FileType.PARQUET,
        b"\xff\xd8\xff": FileType.JPEG,
        b"\x89PNG": FileType.PNG,
    }
)
# What the list of contents of an Office package calls its main part (ECMA-376, part 1, and
# Microsoft's additions for macros and binary workbooks).
MAIN_PARTS: Mapping[bytes, FileType] = MappingProxyType(
    {
        b"spreadsheetml.sheet.main+xml": FileType.XLSX,
        b"ms-excel.sheet.macroenabled.main+xml": FileType.XLSM,
        b"ms-excel.sheet.binary.macroenabled.main": FileType.XLSB,
        b"spreadsheetml.template.main+xml": FileType.XLTX,
        b"wordprocessingml": FileType.DOCX,
        b"presentationml": FileType.PPTX,
    }
)
# Where an older or a damaged package has no such list.
MAIN_NAMES: Mapping[str, FileType] = MappingProxyType(
    {"xl/workbook.xml": FileType.XLSX, "xl/workbook.bin": FileType.XLSB}
)


def agreed_type(path: Path, file_name: str) -> FileType:
    """TEXT, XLSX or XLS. Raises RefusalError for all that is not read.

    A file that is locked is told so whatever its type; then its type by its contents counts; the
    ending is held against it last.
    """
    size = path.stat().st_size
    if size == 0:
        raise RefusalError(problems.EMPTY_FILE)
    if size > SIZE_LIMIT:
        raise RefusalError(problems.TOO_LARGE, limit_mb=SIZE_LIMIT >> 20)
    ending = Path(file_name.strip()).suffix.lower()
    found = type_of(path)
    if found not in READ:
        raise RefusalError(problems.UNSUPPORTED_TYPE, extension=found.value)
    if ending not in TEXT_TYPES + BOOK_TYPES:
        raise RefusalError(problems.UNSUPPORTED_TYPE, extension=ending or "-")
    if ending not in READ[found]:
        raise unreadable(Unreadable.CONTENT_DIFFERS)
    return found


def type_of(path: Path) -> FileType:
    """What a file looks like. Raises RefusalError where it is locked, damaged or a bomb."""
    with path.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(OLE_START):
        if LOCKED_STREAM in path.read_bytes():
            raise unreadable(Unreadable.PASSWORD)
        return FileType.XLS
    if start.startswith(ZIP_STARTS):
        return _zipped_type(path)
    known = (found for mark, found in STARTS.items() if start.startswith(mark))
    return next(known, FileType.TEXT)


def _zipped_type(path: Path) -> FileType:
    if not zipfile.is_zipfile(path):
        raise unreadable(Unreadable.DAMAGED)
    try:
        refuse_bombs(path)
        with zipfile.ZipFile(path) as archive:
            return _type_of_package(archive)
    except WorkbookError as error:
        raise unreadable(error.reason) from error
    except DAMAGES as error:
        raise unreadable(Unreadable.DAMAGED) from error
    except RuntimeError as error:
        # What zipfile raises for a part that needs a password.
        raise unreadable(Unreadable.PASSWORD) from error


def _type_of_package(archive: zipfile.ZipFile) -> FileType:
    names = frozenset(archive.namelist())
    if _part(archive, "mimetype", names).startswith(b"application/vnd.oasis.opendocument"):
        if b"encryption-data" in _part(archive, "META-INF/manifest.xml", names):
            raise unreadable(Unreadable.PASSWORD)
        return FileType.ODS
    contents = _part(archive, "[Content_Types].xml", names).lower()
    by_contents = (found for mark, found in MAIN_PARTS.items() if mark in contents)
    by_name = (found for name, found in MAIN_NAMES.items() if name in names)
    return next(by_contents, next(by_name, FileType.ZIP))


def _part(archive: zipfile.ZipFile, name: str, names: frozenset[str]) -> bytes:
    if name not in names:
        return b""
    with archive.open(name) as stream:
        return stream.read(LONGEST_PART)
