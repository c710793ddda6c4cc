"""The piece of a steward's sheet beside a group of problems."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts import problems
from reports.pages.sheet_excerpt import Excerpt, Sheet, excerpt
from reports.words import Words

HEADER = ["organisation_code", "site_code", "ward_code", "setting", "Comments", "bed_days", "falls"]
SHEET = pl.DataFrame(
    [HEADER, *[["7A4", "7A4BV", f"B{row}", "x", "secret", "800", str(row)] for row in range(2, 9)]],
    schema=list("ABCDEFG"),
    orient="row",
).with_row_index("row", offset=1)


def at(cell: str | None, row: int | None = None) -> dict[str, Any]:
    return {"cell": cell, "row": row, "code": "C01"}


def piece(words: Any, *findings: dict[str, Any], hidden: str = "") -> Excerpt:
    sheet = Sheet.of(SHEET, frozenset(hidden), naming=("ward_code", "site_code"))
    made = excerpt(sheet, findings, words)
    assert made is not None
    return made


def outlined(made: Excerpt) -> list[tuple[int, str]]:
    return [
        (row.number, letter)
        for row in made.rows
        for letter, cell in zip(made.letters, row.cells, strict=True)
        if cell.is_bad
    ]


def test_one_cell_is_shown_with_its_neighbours_below_the_header(words):
    made = piece(words, at("G5", 5))
    assert [row.number for row in made.rows] == [1, 4, 5, 6]
    assert made.letters == ("C", "E", "F", "G")  # the ward tells which row it is
    assert outlined(made) == [(5, "G")]
    assert [row.is_header for row in made.rows] == [True, False, False, False]


def test_several_cells_are_shown_without_neighbours_three_at_most(words):
    made = piece(words, *[at(f"G{row}", row) for row in (3, 5, 7, 8)])
    assert [row.number for row in made.rows] == [1, 3, 5, 7]
    assert outlined(made) == [(3, "G"), (5, "G"), (7, "G")]


def test_a_whole_row_is_outlined_where_no_cell_is_named(words):
    made = piece(words, at(None, 5))
    assert outlined(made) == [(5, letter) for letter in made.letters]


def test_every_column_that_is_meant_is_shown_six_at_most(words):
    made = piece(words, at("A5, D5, G5", 5))
    assert outlined(made) == [(5, "A"), (5, "D"), (5, "G")]
    assert len(made.letters) == 6


def test_names_are_found_however_they_are_written():
    rows = SHEET.with_columns(pl.when(pl.col("row") == 1).then(pl.lit("Bed-Days "))
                              .otherwise("F").alias("F"))  # fmt: skip
    sheet = Sheet.of(rows, frozenset())
    assert sheet.letters_of("bed_days") == ["F"]
    assert (sheet.header_text("F1"), sheet.header_text("F2")) == ("Bed-Days ", "")


def test_a_column_that_nobody_agreed_to_is_not_shown(words):
    made = piece(words, at("F5", 5), hidden="E")
    texts = ["".join(part.text for part in cell.text) for row in made.rows for cell in row.cells]
    assert "secret" not in texts
    assert "Comments" in texts  # its name says which column is meant


@pytest.mark.parametrize("finding", [at(None), at("G99", 99)])
def test_there_is_no_piece_without_a_place_on_the_sheet(words, finding):
    assert excerpt(Sheet.of(SHEET, frozenset()), [finding], words) is None


@pytest.fixture
def words() -> Words:
    return Words.load(Path(problems.__file__).parent / "translations", "en")
