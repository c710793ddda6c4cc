"""An empty workbook for one kind of file, which passes the check once it is filled in.

Belongs here: columns, drop-downs, notes and definitions from a contract's table, in one language.
Does not belong here: checking what comes back (assets/steps/check.py).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import MappingProxyType

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from data_contracts.contract import Column, ColumnType, Table
from reports.words import Words

ROWS = 2000
WIDTH = 18
# Excel refuses a drop-down whose choices are longer together.
LONGEST_CHOICE = 255
# Nor does it show more letters beside a chosen cell.
LONGEST_TITLE, LONGEST_HINT = 32, 255
NOTHING: Mapping[str, str] = MappingProxyType({})


def template(table: Table, words: Words, example: Mapping[str, str] = NOTHING) -> bytes:
    """The workbook as bytes: a sheet to fill in, and a sheet that says what each column means.

    Beside a chosen cell Excel says what its column means. `example` are the cells of a first row.
    """
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    # Columns that may stay empty are told from those that may not by more than a colour.
    head = book.add_format({"bold": True, "bg_color": "#e8edee", "text_wrap": True, "bottom": 2})
    may_be_empty = book.add_format({"italic": True, "bg_color": "#e8edee", "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(table.topic[:31])
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        _column(sheet, place, column, head if column.required else may_be_empty, text)
        _validated(sheet, place, column, meaning(table, column, words))
        if column.name in example:
            _example(sheet, place, column, example[column.name])
    _definitions(book.add_worksheet(words.text("pages.template.columns")), table, words, head)
    book.close()
    return made.getvalue()


def meaning(table: Table, column: Column, words: Words) -> tuple[str, str]:
    """A column's name and definition: the contract's own words, else those that all share."""
    for key in (f"{table.workstream}.columns.{column.name}", f"terms.columns.{column.name}"):
        if words.has(key):
            return words.text(f"{key}.name"), words.text(f"{key}.definition")
    raise KeyError(f"{words.language}: no words for the column {column.name}")


def _column(sheet: Worksheet, place: int, column: Column, head: Format, text: Format) -> None:
    """Months, days and codes are text, so that Excel does not turn them into something else."""
    sheet.write_string(0, place, column.name, head)
    sheet.set_column(place, place, WIDTH, None if column.type is ColumnType.COUNT else text)


def _validated(sheet: Worksheet, place: int, column: Column, told: tuple[str, str]) -> None:
    """What Excel takes in a column, and what it says of it."""
    allowed: dict[str, object] = {"validate": "any"}
    if column.type is ColumnType.COUNT:
        allowed = _whole_number(column)
    elif column.values and len(",".join(column.values)) <= LONGEST_CHOICE:
        allowed = {"validate": "list", "source": list(column.values)}
    title, hint = told
    hints = {"input_title": title[:LONGEST_TITLE], "input_message": hint[:LONGEST_HINT]}
    sheet.data_validation(1, place, ROWS, place, allowed | hints)


def _example(sheet: Worksheet, place: int, column: Column, cell: str) -> None:
    if column.type is ColumnType.COUNT:
        sheet.write_number(1, place, int(cell))
    else:
        sheet.write_string(1, place, cell)


def _whole_number(column: Column) -> dict[str, object]:
    low = 0 if column.minimum is None else column.minimum
    if column.maximum is None:
        return {"validate": "integer", "criteria": ">=", "value": low}
    return {
        "validate": "integer",
        "criteria": "between",
        "minimum": low,
        "maximum": column.maximum,
    }


def _definitions(sheet: Worksheet, table: Table, words: Words, head: Format) -> None:
    sheet.set_column(0, 1, 34)
    sheet.set_column(2, 2, 100)
    for place, column in enumerate(table.columns):
        name, definition = meaning(table, column, words)
        for cell, value in enumerate((column.name, name, definition)):
            sheet.write_string(place, cell, value, head if cell == 0 else None)
