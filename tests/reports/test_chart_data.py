"""The rows under a chart: the file to download has the table's numbers, to the digit shown."""

import csv
import io
from datetime import date

import pytest
from synthetic import make_edition

from reports.figures.series import Point, Series
from reports.pages.chart_data import CSV_COLUMNS, Labels, csv_file, data_table
from reports.sentences import Speaker
from reports.words import Words


def _told(point: Point) -> tuple[dict[str, str], dict[str, str]]:
    """The cells of the table by column, and of the file, of falls per 1,000: two decimals."""
    edition = make_edition()
    contract = next(c for c in edition.contracts if c.workstream == "falls")
    measure = next(m for m in contract.measures if m.id == "falls_rate")
    speaker = Speaker(Words.load(edition.translations_folder, "en"), measure)
    series = Series(key="falls/falls_rate/wales/wales", points=(point,))
    table = data_table(series, speaker)
    made = csv_file(series, speaker, Labels("Falls", "Falls", "Wales")).decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(made)))[1]
    shown = {c.name: cell for c, cell in zip(table.columns, table.rows[0], strict=True)}
    return shown, dict(zip(CSV_COLUMNS, row, strict=True))


@pytest.mark.parametrize(
    ("number", "page", "file"),
    [
        (123_456.7, "123,456.7", "123456.7"),
        (1_234_567.5, "1,234,567.5", "1234567.5"),
        (1_234_567.0, "1,234,567", "1234567"),
        (0.25, "0.2", "0.2"),
        (12.0, "12", "12"),
    ],
)
def test_counts_of_the_file_are_those_of_the_page(number: float, page: str, file: str) -> None:
    point = Point(period=date(2026, 1, 1), value=1.0, numerator=number, denominator=number)
    shown, stored = _told(point)
    assert (shown["numerator"], shown["denominator"]) == (page, page)
    assert (stored["numerator"], stored["denominator"]) == (file, file)


@pytest.mark.parametrize(
    ("number", "page", "file"),
    [(-0.001, "0.00", "0.00"), (-1.5, "-1.50", "-1.50"), (1_234.567, "1,234.57", "1234.57")],
)
def test_values_and_lines_of_the_file_are_those_of_the_page(
    number: float, page: str, file: str
) -> None:
    point = Point(
        period=date(2026, 1, 1), value=number, centre=number, lower=number, upper=number,
        target=number,
    )  # fmt: skip
    shown, stored = _told(point)
    assert {shown[name] for name in ("value", "mean", "lower", "upper")} == {page}
    assert {stored[name] for name in ("value", "centre", "lower", "upper", "target")} == {file}


def test_what_is_not_there_is_empty() -> None:
    _, stored = _told(Point(period=date(2026, 1, 1)))
    assert [stored[name] for name in ("value", "numerator", "centre", "target")] == [""] * 4
