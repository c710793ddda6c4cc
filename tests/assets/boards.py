"""Made-up files as boards might send them, and a desk that takes them. Not a test.

All figures are plain, so that what is wrong with a row can be seen at once. Columns stand in the
order A to S: organisation_code A, site_code B, ward_code C, ward_name D, setting E, population F,
period G, occupied_bed_days H, falls_total I, the five grades of harm J to N, hip fractures O,
at_risk_admissions P, risk_assessed_within_24h Q, post_fall_check_done R,
enhanced_observation_days S.
"""

from __future__ import annotations

import io
import json
import os
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from assets.steps.check import check
from assets.steps.lake import Lake
from assets.steps.night import LONDON, NIGHT_HOUR, Night
from assets.steps.read_header import TRANSLATIONS
from assets.steps.receive import receive_files
from assets.steps.result import StepResult
from assets.steps.submissions import Receipt, all_receipts
from data_contracts.contract import Contract, load_contracts
from data_contracts.registers import Registers, load_registers

GOOD: dict[str, Any] = {
    "organisation_code": "7A4",
    "site_code": "7A4BV",
    "ward_code": "A1",
    "ward_name": "Ward A1",
    "setting": "acute_inpatient",
    "population": "adults",
    "period": "2024-03",
    "occupied_bed_days": 800,
    "falls_total": 6,
    "falls_no_harm": 4,
    "falls_low_harm": 2,
    "falls_moderate_harm": 0,
    "falls_severe_harm": 0,
    "falls_death": 0,
    "falls_hip_fracture": 0,
    "at_risk_admissions": 40,
    "risk_assessed_within_24h": 30,
    "post_fall_check_done": 5,
    "enhanced_observation_days": 12,
}
COLUMNS = tuple(GOOD)
TODAY = date(2024, 4, 20)
ARRIVED = datetime(2024, 4, 10, 9, 30, tzinfo=UTC)
NAME = "7A4_falls_202403_v01.csv"


def ward(code: str | None = "A1", **changed: Any) -> dict[str, Any]:
    """One good row of a ward; keyword arguments change cells."""
    return GOOD | {"ward_code": code, "ward_name": f"Ward {code or ''}"} | changed


def lines_of(rows: list[dict[str, Any]], columns: tuple[str, ...] = COLUMNS) -> list[list[Any]]:
    """Header and rows as lists of cells."""
    return [list(columns), *([row.get(name) for name in columns] for row in rows)]


def csv_of(
    rows: list[dict[str, Any]],
    columns: tuple[str, ...] = COLUMNS,
    separator: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    """Rows as a file of text: row 1 is the header, the first row of figures is row 2."""
    lines = lines_of(rows, columns)
    texts = (separator.join("" if c is None else str(c) for c in line) for line in lines)
    return "".join(f"{text}\n" for text in texts).encode(encoding)


def workbook_of(
    *sheets: list[list[Any]], first_row: int = 0, hidden: tuple[int, ...] = ()
) -> bytes:
    """Lists of cells as an XLSX with a sheet for each, numbers as numbers and days as days."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "default_date_format": "mmm-yy"}
    with xlsxwriter.Workbook(buffer, options) as book:
        for number, lines in enumerate(sheets):
            sheet = book.add_worksheet(f"Sheet {number + 1}")
            if number in hidden:
                sheet.hide()
            for row, cells in enumerate(lines, start=first_row):
                for column, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(row, column, cell)
    return buffer.getvalue()


def locked_workbook() -> bytes:
    """What Excel saves under a password: a compound file that holds an encrypted package."""
    end, free, fat_sector = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, end, 0, end, 0, 0,
    )  # fmt: skip
    table = [fat_sector, end, *range(3, 10), end]
    sectors = [
        header + struct.pack("<I", free) * 108,
        struct.pack("<128I", *table, *[free] * (128 - len(table))),
        _entry("Root Entry", 5, child=1, start=end, size=0)
        + _entry("EncryptedPackage", 2, child=free, start=2, size=4096)
        + _entry("", 0, child=free, start=0, size=0) * 2,
        bytes(4096),
    ]
    return b"".join(sectors)


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    free = 0xFFFFFFFF
    text = (name + "\0").encode("utf-16-le") if name else b""
    return struct.pack(
        "<64sHBBIII16sIQQIQ", text, len(text), kind, 1, free, free, child, b"", 0, 0, 0, start, size
    )


def patient_number(serial: int) -> str:
    """An NHS number of the range 999, which is kept for tests and given to nobody."""
    for number in range(999_000_0000 + serial, 999_999_9999):
        digits = [int(digit) for digit in str(number)]
        total = sum(d * w for d, w in zip(digits[:9], range(10, 1, -1), strict=True))
        if (11 - total % 11) % 11 == digits[9]:
            return str(number)
    raise ValueError(f"there is no number after {serial}")


def content_of(path: Path) -> str:
    """All that a file says, whatever its form."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).write_json()
    return path.read_bytes().decode("utf-8", errors="replace")


@cache
def _agreed() -> tuple[tuple[Contract, ...], Registers]:
    return load_contracts(), load_registers()


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a file."""

    folder: Path
    receipt: Receipt

    @property
    def outcome(self) -> str:
        return self.receipt.outcome.value

    @property
    def problems(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "problems.parquet")

    @property
    def found(self) -> list[tuple[str, int | None, str | None]]:
        """Code, row and cell of each problem, sorted."""
        rows = self.problems.select("code", "row", "cell").rows()
        return sorted(rows, key=lambda row: (row[0], row[1] or 0, row[2] or ""))

    def facts(self, code: str) -> list[dict[str, Any]]:
        """The facts of each problem of a kind."""
        told = self.problems.filter(pl.col("code") == code).sort("row", nulls_last=True)
        return [json.loads(facts) for facts in told["facts"]]

    @property
    def records(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "records.parquet")

    @property
    def original(self) -> bytes:
        return next(self.folder.glob("original*")).read_bytes()


@dataclass(frozen=True, slots=True)
class Desk:
    """A lake of a test, with the contracts that are shipped."""

    root: Path

    @property
    def night(self) -> Night:
        """A night on this lake, with the contracts that are shipped."""
        lake = Lake(self.root)
        lake.prepare()
        contracts, registers = _agreed()
        now = datetime.combine(TODAY, NIGHT_HOUR, LONDON).astimezone(UTC)
        return Night(
            lake=lake,
            contracts=contracts,
            registers=registers,
            translations=TRANSLATIONS,
            now=now,
        )

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    def put(
        self,
        content: bytes,
        name: str = NAME,
        folder: str | None = None,
        arrived: datetime = ARRIVED,
    ) -> Path:
        """A file in an inbox; its sender is the first part of its name unless another is given."""
        path = self.inbox / (folder or name.partition("_")[0]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (arrived.timestamp(), arrived.timestamp()))
        return path

    def receive(self) -> StepResult:
        return receive_files(self.night)

    def check(self) -> None:
        """Receive all that lies in the inbox, and check it."""
        night = self.night
        receive_files(night)
        for contract in night.contracts:
            check(night, contract)

    def endings(self) -> list[Ending]:
        """Every file's, in the order of arrival."""
        lake = self.night.lake
        return [Ending(lake.submissions / r.submission, r) for r in all_receipts(lake)]

    def ending(self, name: str = NAME) -> Ending:
        """What became of the file of this name. Raises ValueError unless there is exactly one."""
        (found,) = [one for one in self.endings() if one.receipt.file_name == name]
        return found

    def through(self, content: bytes, name: str = NAME, folder: str | None = None) -> Ending:
        """Put one file, receive and check: what became of it."""
        self.put(content, name, folder)
        self.check()
        return self.ending(name)
