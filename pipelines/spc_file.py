"""The file that `safecare spc` reads: its columns, cells and periods, checked one by one.

Belongs here: all that a file can be refused for without statistics, each in one sentence that names
line, series and period. Does not belong here: what the engine refuses (reports/spc), options,
output (spc_command.py).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipelines.own_files import MISSING, InputError, first_line

if TYPE_CHECKING:
    from reports.spc import Plan

_TEXTS = ("series", "period", "reason", "author")
_NUMBERS = ("numerator", "denominator", "value", "target")
_FLAGS = ("phase_start", "exclude")
_KNOWN = (*_TEXTS, *_NUMBERS, *_FLAGS)
_NEED_DENOMINATOR = frozenset({"p", "np", "u", "pp", "up"})


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """The checked rows of a file: text as written, numbers as numbers.

    Columns: line, series, period (as the engine sorts it), written, numerator, denominator,
    target, phase_start, exclude, reason, author. `kind`: days, months or numbers.
    """

    rows: pl.DataFrame
    kind: str
    unused: tuple[str, ...]


def read(file: Path, plan: Plan) -> Sent:
    """The rows of a file, checked as far as that needs no statistics.

    Raises InputError for missing columns, cells that are no numbers, and mixed kinds of period.
    """
    table = _from_workbook(file) if file.suffix.lower() == ".xlsx" else _from_csv(file)
    table, unused = _named(table)
    _check_columns(table, plan)
    rows = _with_series(table.filter(~pl.all_horizontal(pl.exclude("line").is_null())), file.stem)
    if rows.is_empty():
        raise InputError("there are no points in it")
    kind, rows = _dated(rows)
    for name in _NUMBERS:
        rows = rows.with_columns(_number(rows, name))
    for name in _FLAGS:
        rows = rows.with_columns(_flag(rows, name))
    return Sent(_counted(rows), kind, unused)


def with_defaults(sent: Sent, target: float | None, reason: str | None) -> Sent:
    """The same rows with the file's one target and one reason where a row has none."""
    if target is not None:
        finite(target, "target")
    rows = sent.rows.with_columns(
        pl.col("target").fill_null(pl.lit(target, pl.Float64)),
        pl.col("reason").fill_null(pl.lit(reason, pl.String)),
    )
    return Sent(rows, sent.kind, sent.unused)


def finite(number: float, name: str) -> float:
    if not math.isfinite(number):
        raise InputError(f"the {name} must be a number, not {number}")
    return number


def _from_csv(file: Path) -> pl.DataFrame:
    """All cells as text. The separator is the one that the header has more of."""
    with file.open("rb") as stream:
        header = stream.readline()
    separator = ";" if header.count(b";") > header.count(b",") else ","
    try:
        header.decode("utf-8-sig")
        table = pl.read_csv(file, separator=separator, infer_schema=False)
    except (UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise InputError(_why_unreadable(file, separator, error)) from error
    return table


def _why_unreadable(file: Path, separator: str, error: Exception) -> str:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=separator)
            width = len(next(reader, []))
            for row in reader:
                if len(row) > width:
                    return f"line {reader.line_num} has more cells than the header"
    except UnicodeDecodeError:
        return "it is not text in UTF-8"
    except csv.Error:
        pass
    return f"it could not be read as a table: {first_line(error)}"


def _from_workbook(file: Path) -> pl.DataFrame:
    """The first sheet, all cells as text; a date in a cell comes with a midnight."""
    from fastexcel import FastExcelError

    if not file.is_file():
        raise FileNotFoundError(file)
    try:
        table = pl.read_excel(file, infer_schema_length=0, drop_empty_rows=False)
    except (FastExcelError, pl.exceptions.PolarsError) as error:
        raise InputError(f"it could not be read as a workbook: {first_line(error)}") from error
    return table.with_columns(pl.col(pl.String).str.strip_suffix(" 00:00:00"))


def _named(table: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Known columns under their plain names with the line of each row; and the other columns."""
    names = [name.strip().lower() for name in table.columns]
    for name in _KNOWN:
        # polars renames the second of two equal columns.
        if names.count(name) > 1 or f"{name}_duplicated_0" in names:
            raise InputError(f"the column {name} is there twice")
    unused = tuple(c for c, name in zip(table.columns, names, strict=True) if name not in _KNOWN)
    table.columns = names
    cells = [pl.col(name).cast(pl.String).str.strip_chars() for name in names if name in _KNOWN]
    table = table.select(cells).with_row_index("line", offset=2)
    return table.with_columns(
        pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep()
    ), unused


def _check_columns(table: pl.DataFrame, plan: Plan) -> None:
    there = set(table.columns)
    if "period" not in there:
        raise InputError("there is no column period")
    if not there & {"numerator", "value"}:
        raise InputError("there is neither a column numerator nor a column value")
    if plan.chart in _NEED_DENOMINATOR and "denominator" not in there:
        raise InputError(f"chart {plan.chart} needs a column denominator")


def _with_series(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """All columns; a file without a column series is one series with the file's name."""
    if "series" not in rows.columns:
        rows = rows.with_columns(series=pl.lit(name))
    absent = [pl.lit(None, pl.String).alias(c) for c in _KNOWN if c not in rows.columns]
    rows = rows.with_columns(absent)
    _refuse(rows, pl.col("series").is_null(), lambda _: "there is no series")
    _refuse(rows, pl.col("period").is_null(), lambda _: "there is no period")
    return rows


def _dated(rows: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    """The one kind of period of the file, and periods that sort; `written` keeps the text."""
    text = pl.col("period")
    day = text.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    month = (text + "-01").str.to_date("%Y-%m-%d", strict=False).is_not_null()
    cases = {
        "days": text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$") & day,
        "months": text.str.contains(r"^[0-9]{4}-[0-9]{2}$") & month,
        "numbers": text.str.contains(r"^[+-]?[0-9]{1,18}$"),
    }
    kind = pl.coalesce(pl.when(holds).then(pl.lit(name)) for name, holds in cases.items())
    rows = rows.with_columns(kind=kind, written=text)
    _refuse(
        rows,
        pl.col("kind").is_null(),
        lambda _: "a period is a date (2025-01-31), a month (2025-01) or a whole number",
    )
    first = str(rows["kind"][0])
    _refuse(
        rows,
        pl.col("kind") != first,
        lambda row: f"periods are {first} from the first row on, but this one is of {row['kind']}",
    )
    # Dates and months sort as text; numbers do not.
    return first, rows.with_columns(text.cast(pl.Int64) if first == "numbers" else text)


def _number(rows: pl.DataFrame, name: str) -> pl.Expr:
    text = pl.col(name)
    given = text.is_not_null() & ~text.is_in(MISSING)
    number = text.cast(pl.Float64, strict=False)
    fails = given & ~number.is_finite().fill_null(False)
    _refuse(rows, fails, lambda row: f"{name} {row[name]!r} is not a number")
    return pl.when(given).then(number).alias(name)


def _flag(rows: pl.DataFrame, name: str) -> pl.Expr:
    text = pl.col(name).str.to_lowercase()
    given = text.is_not_null() & ~pl.col(name).is_in(MISSING)
    number = text.cast(pl.Float64, strict=False)
    yes = (text == "true") | (number == 1).fill_null(False)
    no = (text == "false") | (number == 0).fill_null(False)
    _refuse(rows, given & ~yes & ~no, lambda row: f"{name} {row[name]!r} is neither 1 nor 0")
    return (given & yes).fill_null(False).alias(name)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    """One column of counts: a file may have rows with a numerator and rows with a value."""
    numerator, value = pl.col("numerator"), pl.col("value")
    both = numerator.is_not_null() & value.is_not_null()
    _refuse(rows, both, lambda _: "give a numerator or a value, not both")
    return rows.with_columns(numerator=pl.coalesce(numerator, value)).drop("kind", "value")


def _refuse(rows: pl.DataFrame, fails: pl.Expr, why: Callable[[dict[str, object]], str]) -> None:
    """Raises InputError for the first row that fails: its line, series, period and cause."""
    found = rows.filter(fails).head(1).to_dicts()
    if not found:
        return
    row = found[0]
    places = [f"line {row['line']}"]
    if row["series"] is not None:
        places.append(f"series {row['series']!r}")
    if row["period"] is not None:
        places.append(f"period {row.get('written') or row['period']}")
    raise InputError(f"{', '.join(places)}: {why(row)}")
