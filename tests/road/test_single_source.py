"""One figure, wherever it stands: pages, charts, tables, files and the pack agree with DuckDB.

Two boards send two years. Each figure is read back from what was published, as a reader reads it,
and compared with the warehouse to the digits that are shown; the warehouse is compared with the
files that were sent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_up import Road, contracts_folder, csv_of, row
from page_reading import Node, drawn_values, parsed, row_of, table_cells

from assets.steps.result import Verdict

MONTHS = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
DECEMBER = date(2025, 12, 1)
PACK = "q-2025-26-q3"
LANGUAGES = ("", ".cy")


@dataclass(frozen=True)
class Case:
    """A series, what heads its rows in English and Welsh, and how its figures are written."""

    measure: str
    unit: str
    names: tuple[str, str]
    decimals: int
    suffix: str

    @property
    def series(self) -> str:
        level = "wales" if self.unit == "wales" else "organisation"
        return f"hand_hygiene/{self.measure}/{level}/{self.unit}"

    @property
    def anchor(self) -> str:
        return f"{self.unit}-{self.measure}".replace("_", "-")

    def name(self, language: str) -> str:
        return self.names[LANGUAGES.index(language)]

    def written(self, value: float | None) -> str:
        return "" if value is None else f"{value:,.{self.decimals}f}{self.suffix}"


NAMES = {
    "wales": ("All Wales", "Cymru gyfan"),
    "7A4": ("Cardiff and Vale", "Caerdydd a'r Fro"),
    "7A7": ("Powys", "Powys"),
}
MEASURES = {"hand_hygiene_done": (1, "%"), "soap_used": (2, "")}
CASES = [
    Case(measure, unit, names, *written)
    for measure, written in MEASURES.items()
    for unit, names in NAMES.items()
]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.anchor)
both_languages = pytest.mark.parametrize("language", LANGUAGES, ids=["en", "cy"])


def compliant(organisation: str, place: int, ward: str) -> int:
    """35, give or take 3; of 7A4 46 in the last nine months."""
    if organisation == "7A4" and place >= len(MONTHS) - 9:
        return 46
    return 35 + (place * 5) % 7 - 3 + (ward == "B")


def sent(organisation: str) -> list[dict[str, Any]]:
    return [
        row(
            organisation,
            ward,
            month,
            compliant=compliant(organisation, place, ward),
            soap_litres=4 + (place * 3) % 5,
        )
        for place, month in enumerate(MONTHS)
        for ward in "AB"
    ]


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Road:
    folder = tmp_path_factory.mktemp("single")
    road = Road(folder / "lake", contracts_folder(folder / "contracts"))
    road.lake.mkdir()
    for organisation in ("7A4", "7A7"):
        name = f"{organisation}_hand-hygiene_202401-202512_v01.csv"
        road.put(name, csv_of(sent(organisation)))
    assert road.night(date(2026, 1, 20)) is Verdict.GOOD
    return road


@pytest.fixture(scope="module")
def warehouse(road: Road) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(road.lake / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def pages(road: Road) -> dict[str, Node]:
    folder = road.latest / "collaborative"
    wanted = [f"{s}{c}.html" for s in ("index", "ws-hand-hygiene", PACK) for c in LANGUAGES]
    return {name: parsed((folder / name).read_text("utf-8")) for name in wanted}


def stored(
    warehouse: duckdb.DuckDBPyConnection, case: Case, columns: str = "value"
) -> list[tuple[Any, ...]]:
    """A series in the warehouse, oldest first."""
    query = f"select {columns} from measure where series = ? order by period"
    return warehouse.execute(query, [case.series]).fetchall()


def latest(warehouse: duckdb.DuckDBPyConnection, case: Case, column: str = "value") -> str:
    return case.written(stored(warehouse, case, column)[-1][0])


def test_the_warehouse_has_what_was_sent(warehouse: duckdb.DuckDBPyConnection) -> None:
    """December, both wards of both boards: 46 + 46 of 100, and 35 + 36 of 100."""
    by_unit = {
        case.unit: stored(warehouse, case, "numerator, denominator, value, period")[-1]
        for case in CASES
        if case.measure == "hand_hygiene_done"
    }
    assert compliant("7A7", 23, "A") == 35
    assert by_unit == {
        "7A4": (92.0, 100.0, 92.0, DECEMBER),
        "7A7": (71.0, 100.0, 71.0, DECEMBER),
        "wales": (163.0, 200.0, 81.5, DECEMBER),
    }


@both_languages
@every_case
def test_a_cell_of_the_matrix(
    pages: dict[str, Node], warehouse: duckdb.DuckDBPyConnection, case: Case, language: str
) -> None:
    table = pages[f"index{language}.html"].by_class("mx")
    cells = row_of(table, case.name(language)).every("td", data_column=_column(case))
    assert next(cells).first("b").text == latest(warehouse, case)


@both_languages
@every_case
def test_a_cell_of_the_pack(
    pages: dict[str, Node], warehouse: duckdb.DuckDBPyConnection, case: Case, language: str
) -> None:
    table = pages[f"{PACK}{language}.html"].by_class("every")
    cells = row_of(table, case.name(language)).every("td", data_column=_column(case))
    assert next(cells).first("b").text == latest(warehouse, case)


@both_languages
@every_case
def test_a_chart_draws_every_value(
    pages: dict[str, Node], warehouse: duckdb.DuckDBPyConnection, case: Case, language: str
) -> None:
    drawn = drawn_values(pages[f"ws-hand-hygiene{language}.html"], case.anchor)
    known = [value for (value,) in stored(warehouse, case)]
    assert len(known) == 24
    written = [case.written(value) for value in drawn]
    assert written == [case.written(value) for value in known]


@both_languages
@every_case
def test_the_table_below_a_chart(
    pages: dict[str, Node], warehouse: duckdb.DuckDBPyConnection, case: Case, language: str
) -> None:
    found = table_cells(pages[f"ws-hand-hygiene{language}.html"], case.anchor)
    columns = "value, numerator, denominator, centre, lower, upper"
    known = [
        [case.written(value), f"{numerator:,.0f}", f"{denominator:,.0f}"]
        + [case.written(line) for line in lines]
        for value, numerator, denominator, *lines in stored(warehouse, case, columns)
    ]
    assert [cells[1:7] for cells in reversed(found)] == known


@both_languages
@every_case
def test_the_file_of_a_chart(
    road: Road, warehouse: duckdb.DuckDBPyConnection, case: Case, language: str
) -> None:
    path = road.latest / "collaborative" / "data" / f"{case.anchor}{language}.csv"
    head, *lines = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")))
    assert len(head) == len(lines[0])
    columns = "strftime(period, '%Y-%m'), value, numerator, denominator, centre, lower, upper"
    known = stored(warehouse, case, columns)
    assert [line[3] for line in lines] == [one[0] for one in known]
    for line, one in zip(lines, known, strict=True):
        assert [_shown(cell, case) for cell in line[4:10]] == [_number(n, case) for n in one[1:]]


@both_languages
@every_case
def test_a_chart_in_words(
    pages: dict[str, Node], warehouse: duckdb.DuckDBPyConnection, case: Case, language: str
) -> None:
    """`December 2025: 92.0%; mean 70.0%; limits 60.3% to 79.7%; ...`, aloud and below the chart."""
    figure = pages[f"ws-hand-hygiene{language}.html"].first("figure", id=case.anchor)
    spoken = figure.by_class("plot").attributes["aria-label"]
    (value, centre, lower, upper) = stored(warehouse, case, "value, centre, lower, upper")[-1]
    between = " i " if language else " to "
    month = "Rhagfyr 2025" if language else "December 2025"
    mean = "cymedr" if language else "mean"
    limits = "terfynau" if language else "limits"
    assert spoken.startswith(
        f"{month}: {case.written(value)}; {mean} {case.written(centre)}; "
        f"{limits} {case.written(lower)}{between}{case.written(upper)}; "
    )
    told = [node.text for node in figure.walk() if node.tag == "p"]
    assert any(text and spoken.startswith(text) for text in told)


@both_languages
@every_case
def test_the_table_of_latest_figures(
    pages: dict[str, Node], warehouse: duckdb.DuckDBPyConnection, case: Case, language: str
) -> None:
    page = pages[f"ws-hand-hygiene{language}.html"]
    bodies = list(page.by_class("figures").every("tbody"))
    assert len(bodies) == 3
    body = next(b for b in bodies if list(b.every("a", href=f"#{case.anchor}")))
    cells = [cell.text for cell in row_of(body, case.name(language)).every("td")]
    lines = ("value", "centre", "lower", "upper")
    assert cells[1:5] == [latest(warehouse, case, column) for column in lines]


@both_languages
def test_the_packs_chart_is_that_of_the_workstream(pages: dict[str, Node], language: str) -> None:
    """The quarter ends with the month of the report, so not a digit differs."""
    monthly, pack = pages[f"ws-hand-hygiene{language}.html"], pages[f"{PACK}{language}.html"]
    anchor = "wales-soap-used"
    assert drawn_values(pack, anchor) == drawn_values(monthly, anchor)
    assert table_cells(pack, anchor) == table_cells(monthly, anchor)
    assert pack.by_class("big").text == monthly.first("h1").text


@both_languages
def test_the_packs_file_is_that_of_the_workstream(road: Road, language: str) -> None:
    data = road.latest / "collaborative" / "data"
    name = f"wales-soap-used{language}.csv"
    assert (data / PACK / name).read_bytes() == (data / name).read_bytes()


@both_languages
def test_what_to_look_at_first_has_the_warehouses_figures(
    pages: dict[str, Node], warehouse: duckdb.DuckDBPyConnection, language: str
) -> None:
    """7A4's nine months of 92% are the one improvement of its own; Wales has one as well."""
    items = [node.text for node in pages[f"{PACK}{language}.html"].by_class("cols").every("li")]
    case = next(case for case in CASES if case.anchor == "7A4-hand-hygiene-done")
    value, centre = latest(warehouse, case), latest(warehouse, case, "centre")
    told = next(text for text in items if text.startswith(case.name(language)))
    mean = "cymedr" if language else "mean"
    assert f": {value}, {mean} {centre}; " in told


def _column(case: Case) -> str:
    return case.measure.replace("_", "-")


def _shown(cell: str, case: Case) -> str:
    return _number(float(cell.rstrip("%").replace(",", "")), case) if cell else ""


def _number(number: float | None, case: Case) -> str:
    return "" if number is None else f"{number:.{case.decimals}f}"


def test_nothing_else_is_published_under_the_packs_name(road: Road) -> None:
    found = sorted(path.name for path in Path(road.latest / "collaborative").glob("q-*"))
    assert found == [f"{PACK}.cy.html", f"{PACK}.html"]
