"""Dirt of the kinds that health boards' files have, each with the code it is named by. Not a test.

Here: what is done to a good file of falls (boards.py), and what must come of it. A code is None
where the dirt can be read in one way only: the file is then as good as before. Expectations are
those of the intake rules, written down before any file was checked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

import xlsxwriter
from boards import GOOD, patient_number

Row = Mapping[str, Any]
COLUMNS = (*GOOD, "extracted_on")
COUNTS = tuple(name for name, cell in GOOD.items() if isinstance(cell, int))
LABELS = {
    "organisation_code": "Organisation code / Cod y sefydliad",
    "site_code": "Site code (Cod y safle)",
    "ward_code": "Ward code\nCod y ward",
    "period": "Month / Mis",
    "falls_total": "All falls | Pob cwymp",
    "occupied_bed_days": "Occupied bed days / Diwrnodau gwely wedi'u defnyddio",
}
WELSH = {
    "organisation_code": "Cod y sefydliad",
    "site_code": "Cod y safle",
    "ward_code": "Cod y ward",
    "ward_name": "Enw'r ward",
    "setting": "Lleoliad",
    "population": "Poblogaeth",
    "period": "Mis",
    "falls_hip_fracture": "Toresgyrn clun",
}


class Fate(Enum):
    """What becomes of what was touched."""

    COUNTED = auto()
    ASIDE = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file before it is written: its columns, the headings over them, its rows and its form.

    `above` and `below` are lines around the table; `hidden` are rows of the sheet, from 0. What
    follows a + in a column's name tells it from another of the same name. `result` is what a
    formula in the first row of figures has as its stored value; `second_sheet` tells whether a
    second one, if there is any, is hidden.
    """

    rows: tuple[Row, ...]
    columns: tuple[str, ...] = COLUMNS
    headings: Mapping[str, str] = field(default_factory=dict)
    is_book: bool = False
    separator: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    has_heading: bool = True
    above: tuple[tuple[str, ...], ...] = ()
    below: tuple[tuple[str, ...], ...] = ()
    hidden: tuple[int, ...] = ()
    second_sheet: bool | None = None
    result: str | None = None

    @property
    def lines(self) -> list[tuple[Any, ...]]:
        head = [tuple(self.headings.get(name, name.partition("+")[0]) for name in self.columns)]
        body = [
            tuple(row.get(name.partition("+")[0]) for name in self.columns) for row in self.rows
        ]
        return [*self.above, *(head if self.has_heading else []), *body, *self.below]

    @property
    def content(self) -> bytes:
        return self._book() if self.is_book else self._text()

    @property
    def ending(self) -> str:
        return ".xlsx" if self.is_book else ".csv"

    def _text(self) -> bytes:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=self.separator, lineterminator=self.line_end).writerows(
            self.lines
        )
        return buffer.getvalue().encode(self.encoding)

    def _book(self) -> bytes:
        buffer = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False}
        with xlsxwriter.Workbook(buffer, options) as book:
            for is_hidden in (False, self.second_sheet):
                if is_hidden is None:
                    continue
                sheet = book.add_worksheet()
                for place, line in enumerate(self.lines):
                    for column, cell in enumerate(line):
                        if cell is not None:
                            sheet.write(place, column, cell)
                for place in self.hidden:
                    sheet.set_row(place, None, None, {"hidden": True})
                if self.result is not None:
                    sheet.write_formula(1, len(COLUMNS) - 2, "=A1/0", None, self.result)
                if is_hidden:
                    sheet.hide()
        return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDirt:
    """What a board does to one row; `cells` from the good row to what is changed in it."""

    code: str | None
    fate: Fate
    cells: Callable[[Row], Row]
    only_books: bool = False
    only_text: bool = False
    again: Callable[[Row], Row] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDirt:
    """What a board does to a whole file."""

    code: str | None
    fate: Fate
    done: Callable[[Sent], Sent]


def _cell(column: str, text: Any) -> Callable[[Row], Row]:
    return lambda row: {column: text}


def _named(column: str, texts: Mapping[Any, str | None]) -> dict[str, CellDirt]:
    """One kind of dirt for each text that a column may hold in place of a good one."""
    return {
        f"{column}: {text!r}": CellDirt(
            code=code,
            fate=Fate.COUNTED if code is None else Fate.ASIDE,
            cells=_cell(column, text),
        )
        for text, code in texts.items()
    }


# Any figure may stand in the column of enhanced observation, as long as it is below the bed days.
FREE = "enhanced_observation_days"
SIGNS = {
    "": "C01", "  ": "C01",
    "6.5": "C02", "75%": "C02", "0.93": "C02", "none": "C02", "12 falls": "C02", "O": "C02",
    "1 234": "C02", "1.234,5": "C02", "Under review": "C02", "1e2": "C02", "-": "C02",
    "-3": "C03",
    "<5": "C10", "< 5": "C10", "*": "C10", "c": "C10", "[c]": "C10", "[low]": "C10",
    "llai na 5": "C10",
    "[x]": "C11", "[z]": "C11", "n/a": "C11", "N/A": "C11", "not collected": "C11",
    "ddim ar gael": "C11",
    "No report received": "C12", "NO Report received": "C12", "Dim adroddiad wedi dod i law": "C12",
}  # fmt: skip
MONTHS = {
    "2024-13": "C06", "M12": "C06", "w/e 31/03/2024": "C06", "31/03/2024": "C06", "45352x": "C06",
    "Q4": "C06", "Marsh 2024": "C06",
    "2024-04": "C08", "2031-03": "C08", "April 2024": "C08",
    "2020-12": "R06",
    "2024-02": "R10", "Chwefror 2024": "R10", "Feb-24": "R10",
    "Mar-24": None, "March 2024": None, "Mawrth 2024": None, "mis Mawrth 2024": None,
    "2024-03-31": None, "202403": None, "03/2024": None, "31 March 2024": None, "MAR 24": None,
    "31ain o Fawrth 2024": None, " 2024-03 ": None, "2024/03": None,
}  # fmt: skip
PLACES = {
    "organisation_code": {
        "7A9": "R02", "XXX": "R02", "Other": "R02", "BCUHB/FCC/WCBC/Flinshire CBC": "R02",
        "7a4": None, " 7A4 ": None, "Cardiff & Vale": None, "Cardiff and Vale UHB": None,
        "Cardiff and Vale University Local Health Board": None, "CAVUHB": None,
        "Bwrdd Iechyd Prifysgol Caerdydd a'r Fro": None, "W11000029": None,
        "Bwrdd Iechyd Prifysgol Caerdydd a\N{RIGHT SINGLE QUOTATION MARK}r Fro": None,
    },
    "site_code": {
        # Bridgend's hospital has kept its code, and has been Cwm Taf Morgannwg's since April 2019.
        "7A3B7": "R05", "7A4ZZ": "R04", "XXX": "R04", "RJR05": "R04",
        "7a4bv": None, "7A4BV\N{NO-BREAK SPACE}": None,
    },
    "setting": {"theatre": "C05", "Acute": "C05", "acute_inpatient ": None},
    "population": {"Adult": "C05", "65+": "C05", " adults": None},
    "extracted_on": {
        "02/04/2024": "C07", "2024": "C07", "April": "C07", "2024-02-30": "C07",
        "2 April 2024": None, "2 Ebrill 2024": None, "2024-04-02 00:00:00": None,
    },
}  # fmt: skip

CELLS: dict[str, CellDirt] = {
    **_named(FREE, SIGNS),
    **_named("period", MONTHS),
    **{
        name: dirt
        for column, texts in PLACES.items()
        for name, dirt in _named(column, texts).items()
    },
    **_named("ward_code", {"*B*": "C09", "B1;drop": "C09"}),
    "organisation of another sender": CellDirt(
        code="R03",
        fate=Fate.ASIDE,
        cells=lambda row: {"organisation_code": "7A1", "site_code": "7A1AU"},
    ),
    "a word in a column that other rules read": CellDirt(
        code="C02", fate=Fate.ASIDE, cells=_cell("falls_total", "six")
    ),
    "a comma between thousands": CellDirt(
        code=None, fate=Fate.COUNTED, cells=lambda row: {"occupied_bed_days": "1,200"}
    ),
    "a narrow space between thousands": CellDirt(
        code=None,
        fate=Fate.COUNTED,
        cells=lambda row: {"occupied_bed_days": "1\N{NARROW NO-BREAK SPACE}200"},
    ),
    "a figure with .0": CellDirt(
        code=None, fate=Fate.COUNTED, cells=lambda row: {FREE: f"{row[FREE]}.0"}
    ),
    "blanks around a figure": CellDirt(
        code=None, fate=Fate.COUNTED, cells=lambda row: {FREE: f"\N{NO-BREAK SPACE}{row[FREE]} "}
    ),
    "a month as Excel's day in a workbook": CellDirt(
        code=None, fate=Fate.COUNTED, cells=_cell("period", 45352), only_books=True
    ),
    "a month as Excel's day in text": CellDirt(
        code="C06", fate=Fate.ASIDE, cells=_cell("period", "45352"), only_text=True
    ),
    "no return, and nothing beside it": CellDirt(
        code="C12",
        fate=Fate.ASIDE,
        cells=lambda row: dict.fromkeys(COUNTS) | {"occupied_bed_days": "No report received"},
    ),
    "more bed days than any ward has": CellDirt(
        code="C04", fate=Fate.ASIDE, cells=_cell("occupied_bed_days", 20_001)
    ),
    "harm that does not add up": CellDirt(
        code="FA01", fate=Fate.ASIDE, cells=lambda row: {"falls_total": row["falls_total"] + 1}
    ),
    "more falls than bed days": CellDirt(
        code="FA02",
        fate=Fate.ASIDE,
        cells=lambda row: {"occupied_bed_days": row["falls_total"] - 1, FREE: 0},
    ),
    "more fractures than harm": CellDirt(
        code="FA03",
        fate=Fate.ASIDE,
        cells=lambda row: {"falls_hip_fracture": row["falls_total"] - row["falls_no_harm"] + 1},
    ),
    "more assessed than at risk": CellDirt(
        code="FA04",
        fate=Fate.ASIDE,
        cells=lambda row: {"risk_assessed_within_24h": row["at_risk_admissions"] + 1},
    ),
    "more checks than falls": CellDirt(
        code="FA05",
        fate=Fate.ASIDE,
        cells=lambda row: {"post_fall_check_done": row["falls_total"] + 1},
    ),
    "more days of observation than bed days": CellDirt(
        code="FA06", fate=Fate.ASIDE, cells=lambda row: {FREE: row["occupied_bed_days"] + 1}
    ),
    "a rate that is unusual": CellDirt(
        code="FA07",
        fate=Fate.COUNTED,
        # 10 falls in 300 bed days are 33.3 per 1,000.
        cells=lambda row: {
            **{name: 0 for name in COUNTS if name.startswith("falls_")},
            "occupied_bed_days": 300, "falls_total": 10, "falls_no_harm": 10,
            "post_fall_check_done": 0, FREE: 0,
        },
    ),
    "the same ward twice": CellDirt(
        code="R01", fate=Fate.ASIDE, cells=lambda row: {}, again=lambda row: row
    ),
    "the same ward under two spellings": CellDirt(
        code="R01",
        fate=Fate.ASIDE,
        cells=lambda row: {},
        again=lambda row: {**row, "ward_code": f" {row['ward_code'].lower()}"},
    ),
    "all ages beside one of them": CellDirt(
        code="R12",
        fate=Fate.ASIDE,
        cells=lambda row: {},
        again=lambda row: {**row, "population": "all"},
    ),
}  # fmt: skip
# Rows that nobody sent as rows: beside the rows of wards, and none of theirs.
SUMS: dict[str, Row] = {
    f"{column}: {text}": {column: text}
    for column, text in (
        ("ward_code", "Total"), ("ward_name", "Cyfanswm"), ("organisation_code", "Wales"),
        ("organisation_code", "W"), ("organisation_code", "599"), ("organisation_code", "Cymru"),
        ("site_code", "Sub-total"),
    )
}  # fmt: skip


def _text(**changed: Any) -> Callable[[Sent], Sent]:
    return lambda sent: replace(sent, is_book=False, **changed)


def _book(**changed: Any) -> Callable[[Sent], Sent]:
    return lambda sent: replace(sent, is_book=True, **changed)


def _any(**changed: Any) -> Callable[[Sent], Sent]:
    return lambda sent: replace(sent, **changed)


def _reordered(sent: Sent) -> Sent:
    return replace(sent, columns=sent.columns[::-1])


def _in_a_row(column: str, text: Any) -> Callable[[Sent], Sent]:
    def done(sent: Sent) -> Sent:
        first, *others = sent.rows
        return replace(
            sent,
            rows=({**first, column: text}, *others),
            columns=tuple(dict.fromkeys((*sent.columns, column))),
        )

    return done


def _wide(sent: Sent) -> Sent:
    """One column a month, as in a workbook of a collaborative."""
    months = ("January 2024 (due 13th Feb 2024)", "February 2024 (due 13th March 2024)")
    return replace(
        sent,
        columns=("ward_name", *months),
        rows=tuple(
            {"ward_name": row["ward_name"], months[0]: 6, months[1]: 7} for row in sent.rows
        ),
    )


PADDED = (*COLUMNS[:9], "", *COLUMNS[9:])
FILES: dict[str, FileDirt] = {
    name: FileDirt(code=None, fate=Fate.COUNTED, done=done)
    for name, done in {
        "semicolons": _text(separator=";"),
        "tabs": _text(separator="\t"),
        "bars": _text(separator="|"),
        "a mark of byte order": _text(encoding="utf-8-sig"),
        "UTF-16": _text(encoding="utf-16"),
        "lines as Windows ends them": _text(line_end="\r\n"),
        "a workbook": _book(),
        "a title above": _any(above=(("Falls return, March 2024",), ())),
        "columns in another order": _reordered,
        "both languages in the headings": _any(headings=LABELS),
        "Welsh headings": _any(headings=WELSH),
        "headings in capitals": _any(headings={name: name.upper() for name in COLUMNS}),
        "headings with blanks": _any(
            headings={name: f" {name.replace('_', ' ')} " for name in COLUMNS}
        ),
        "blank rows below": _any(below=((), ("",) * len(COLUMNS), ())),
        "a blank column": _any(columns=PADDED),
    }.items()
} | {
    "the old letters": FileDirt(
        code="F05",
        fate=Fate.COUNTED,
        done=lambda sent: _text(encoding="cp1252")(_in_a_row("ward_name", "Ward Caff\xe9")(sent)),
    ),
    "a note below": FileDirt(
        code="R13", fate=Fate.COUNTED, done=_any(below=((), ("Source: Datix Cymru",)))
    ),
    "a note below in Welsh": FileDirt(
        code="R13", fate=Fate.COUNTED, done=_any(below=(("Ffynhonnell: Datix Cymru",),))
    ),
    "a column nobody asked for": FileDirt(
        code="H02", fate=Fate.COUNTED, done=_in_a_row("bank_staff", 3)
    ),
    "hidden rows": FileDirt(code="F11", fate=Fate.COUNTED, done=_book(hidden=(2, 3))),
    "a hidden sheet": FileDirt(code="F12", fate=Fate.COUNTED, done=_book(second_sheet=True)),
    "two sheets": FileDirt(code="F10", fate=Fate.REFUSED, done=_book(second_sheet=False)),
    "an error of Excel": FileDirt(code="F02", fate=Fate.REFUSED, done=_book(result="#DIV/0!")),
    "a formula without its result": FileDirt(code="F02", fate=Fate.REFUSED, done=_book(result="")),
    "no headings": FileDirt(code="H04", fate=Fate.REFUSED, done=_any(has_heading=False)),
    "a column a month": FileDirt(code="H04", fate=Fate.REFUSED, done=_wide),
    "a column that is missing": FileDirt(
        code="H01",
        fate=Fate.REFUSED,
        done=lambda sent: replace(
            sent, columns=tuple(name for name in sent.columns if name != "falls_death")
        ),
    ),
    "a misspelt heading": FileDirt(
        code="H01",
        fate=Fate.REFUSED,
        done=_any(headings={"occupied_bed_days": "ocupied_bed_days"}),
    ),
    "a heading twice": FileDirt(
        code="H03", fate=Fate.REFUSED, done=_any(columns=(*COLUMNS, "falls_death+2"))
    ),
    "an NHS number in a name": FileDirt(
        code="S01", fate=Fate.REFUSED, done=_in_a_row("ward_name", f"Bed 3 {patient_number(5)}")
    ),
    "an NHS number in a column nobody asked for": FileDirt(
        code="S01", fate=Fate.REFUSED, done=_in_a_row("reference", patient_number(9))
    ),
    "a home's postcode in a name": FileDirt(
        code="S01", fate=Fate.REFUSED, done=_in_a_row("ward_name", "CF99 1NA")
    ),
    "a date of birth": FileDirt(
        code="S01", fate=Fate.REFUSED, done=_in_a_row("date_of_birth", "01/02/1941")
    ),
}  # fmt: skip
