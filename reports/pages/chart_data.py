"""The rows under a chart: its data table, and the CSV file to download.

Here: both made from the same points with the same digits, so that a figure read on the page is
found in the file. Not here: the picture (reports/figures) and where files are written (render.py).
The file holds the whole series; the table holds the months that are drawn, newest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from reports.figures.series import Point, Series
from reports.pages.safe_csv import csv_bytes
from reports.sentences import Speaker, has_median

NUMBER_COLUMNS = frozenset(
    {"value", "numerator", "denominator", "mean", "median", "lower", "upper"}
)
CSV_COLUMNS = (
    "workstream", "measure", "unit", "period", "value", "numerator", "denominator", "centre",
    "lower", "upper", "target", "phase", "signal", "rule", "state", "parts_in", "parts_due",
    "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the data table: its heading and whether its cells are numbers."""

    name: str
    heading: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class DataTable:
    """The data table of one chart; the first cell of each row heads it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def first_words(self) -> int:
        """The place, from 1, of the first column of words, which the style sheet sets left."""
        numbers = takewhile(lambda column: column.is_number, self.columns[1:])
        return 2 + len(list(numbers))

    @property
    def note_of_all(self) -> str:
        """The last cell of every row, where all say the same: a page prints it once for all."""
        notes = {row[-1] for row in self.rows if len(row) > 1}
        is_note = len(self.rows) > 1 and self.columns[-1].name == "note"
        return notes.pop() if is_note and len(notes) == 1 else ""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file says about the series it holds."""

    workstream: str
    measure: str
    unit: str


def data_table(series: Series, speaker: Speaker) -> DataTable:
    """The points of a series as text, newest first; columns without any text are left out."""
    with_source = series.names_source
    cells = [_cells(series, point, speaker, with_source) for point in reversed(series.points)]
    names = [name for name in cells[0] if any(row[name] for row in cells)] if cells else []
    columns = tuple(_column(name, series, speaker) for name in names)
    return DataTable(columns, tuple(tuple(row[name] for name in names) for row in cells))


def csv_file(series: Series, speaker: Speaker, labels: Labels) -> bytes:
    """The whole series, oldest first, as the bytes of a file that is safe to open in Excel."""
    header = [speaker.words.text(f"charts.csv.{name}") for name in CSV_COLUMNS]
    return csv_bytes(header, _csv_rows(series, speaker, labels))


def _cells(series: Series, point: Point, speaker: Speaker, with_source: bool) -> dict[str, str]:
    amounts = speaker.amounts
    has_value = point.value is not None
    counted = speaker.measure.denominator is not None
    return {
        "event" if series.is_by_event else "month": speaker.when(series, point),
        "value": amounts.amount(point.value),
        "numerator": amounts.count(point.numerator) if counted else "",
        "denominator": amounts.count(point.denominator) if counted else "",
        "median" if has_median(series) else "mean": amounts.amount(point.centre),
        "lower": amounts.amount(point.lower),
        "upper": amounts.amount(point.upper),
        "signal": speaker.judgement(point) if has_value else speaker.verdict(point),
        "note": speaker.notes(point, with_source=with_source),
    }


def _column(name: str, series: Series, speaker: Speaker) -> Column:
    return Column(name, speaker.words.text(f"charts.table.{name}"), name in NUMBER_COLUMNS)


def _csv_rows(series: Series, speaker: Speaker, labels: Labels) -> Iterator[list[str]]:
    names = [labels.workstream, labels.measure, labels.unit]
    for point in series.points:
        period = f"{point.period:%Y-%m-%d}" if series.is_by_event else f"{point.period:%Y-%m}"
        yield [*names, period, *_csv_numbers(point, speaker), *_csv_words(point, speaker)]


def _csv_numbers(point: Point, speaker: Speaker) -> list[str]:
    """The numbers of the page to the digit, without thousands separators or unit signs."""
    amounts = speaker.amounts

    def amount(value: float | None) -> str:
        return "" if value is None else _plain(amounts.words.number(value, amounts.decimals))

    return [
        amount(point.value),
        _plain(amounts.count(point.numerator)),
        _plain(amounts.count(point.denominator)),
        *(amount(value) for value in (point.centre, point.lower, point.upper, point.target)),
        "" if point.phase is None else str(point.phase),
    ]


def _csv_words(point: Point, speaker: Speaker) -> list[str]:
    say = speaker.words.text
    return [
        speaker.verdict(point),
        say(f"charts.rule.{point.rule}") if point.rule else "",
        say(f"charts.csv_state.{point.state}") if point.state else "",
        "" if point.parts_in is None else str(point.parts_in),
        "" if point.parts_due is None else str(point.parts_due),
        say(f"charts.source.{point.provenance}") if point.provenance else "",
    ]


def _plain(written: str) -> str:
    """A number as the page writes it, without the commas between its thousands."""
    return written.replace(",", "")
