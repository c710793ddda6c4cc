"""One file on its way to the inbox: its name, its arrival and its bytes.

Only how a file is written; what is in it and when it is sent is deliveries.py's business, what is
wrong with it mistakes.py's.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from pipelines.sample.story import Form


def as_it_is(content: bytes) -> bytes:
    """The bytes unspoilt."""
    return content


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A file of one submitter and topic for the months `first` to `last`; `arrived` is UTC."""

    submitter: str
    topic: str
    first: date
    last: date
    version: int
    arrived: datetime
    form: Form
    frame: pl.DataFrame
    spoil: Callable[[bytes], bytes] = as_it_is

    @property
    def name(self) -> str:
        """The agreed file name, such as 7A4_falls_202403_v02.xlsx."""
        months = dict.fromkeys(f"{month:%Y%m}" for month in (self.first, self.last))
        span = "-".join(months)
        return f"{self.submitter}_{self.topic}_{span}_v{self.version:02d}.{self.form.extension}"

    @property
    def path(self) -> Path:
        """Where it is put, seen from the inbox."""
        return Path(self.submitter) / self.name

    def content(self) -> bytes:
        """The file's bytes: the same for the same parcel, whenever they are asked for."""
        write = _xlsx if self.form.extension == "xlsx" else _csv
        return self.spoil(write(self))


def put(parcel: Parcel, inbox: Path) -> int:
    """Put a parcel into the inbox, complete from the first moment; returns its size in bytes."""
    path = inbox / parcel.path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    size = unfinished.write_bytes(parcel.content())
    seconds = parcel.arrived.timestamp()
    os.utime(unfinished, (seconds, seconds))
    unfinished.replace(path)
    return size


def _csv(parcel: Parcel) -> bytes:
    form = parcel.form
    text = parcel.frame.write_csv(separator=form.separator, line_terminator=form.newline)
    return text.encode("utf-8-sig" if form.bom else form.encoding)


def _xlsx(parcel: Parcel) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        # Without a date of its own a workbook carries the moment it was made.
        workbook.set_properties({"created": parcel.arrived.replace(tzinfo=None)})
        _fill(workbook, parcel)
    return buffer.getvalue()


def _fill(workbook: xlsxwriter.Workbook, parcel: Parcel) -> None:
    """One sheet, header in row 1, counts as numbers, everything else as text."""
    sheet = workbook.add_worksheet(parcel.topic)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, parcel.frame.columns, workbook.add_format({"bold": True}))
    month = workbook.add_format({"num_format": "mmm yyyy"})
    for place, column in enumerate(parcel.frame):
        if column.name == "period" and parcel.form.period == "date":
            days = column.str.to_datetime("%Y-%m")
            sheet.write_column(1, place, days.to_list(), month)
        else:
            write = sheet.write_number if column.dtype.is_integer() else sheet.write_string
            for row, value in enumerate(column.to_list(), start=1):
                if value is not None:
                    write(row, place, value)
