"""Which row is the header, and which agreed column each of its cells stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.steps.read_header import Names, header_problems
from data_contracts.contract import Table, load_contracts, tables_by_topic

TOPICS = tables_by_topic(load_contracts())
FALLS = TOPICS["falls"]
NAMES = Names.of_tables([FALLS, *TOPICS.values()])
ROW = ["organisation_code", "ward_code", "period", "falls_total"]


def found(*rows: list[str | None]) -> tuple[int, list[str]]:
    header = NAMES.best_header([*rows])
    return header.at, list(header.names)


@pytest.mark.parametrize(
    "cell",
    [
        "falls_total", " Falls Total ", "FALLS-TOTAL", "All falls", "Pob cwymp",
        "All falls / Pob cwymp", "Pob cwymp (All falls)", "All falls\nPob cwymp",
        "Pob cwymp - All falls",
        "falls_total (nifer)",
    ],
)  # fmt: skip
def test_what_stands_for_a_column(cell: str) -> None:
    assert NAMES.of(cell) == "falls_total"


@pytest.mark.parametrize("cell", ["falls", "falls total / ward code", "total", "7A4", "", None])
def test_what_stands_for_none(cell: str | None) -> None:
    assert NAMES.of(cell) not in NAMES.agreed


def test_titles_above_a_header_are_passed_over() -> None:
    title: list[str | None] = ["Falls, March 2024"]
    assert found(title, [], [*ROW]) == (2, ROW)


def test_a_group_s_name_stands_above_its_columns() -> None:
    groups: list[str | None] = [None, None, None, "Falls", None, "Other"]
    below: list[str | None] = [*ROW[:3], "total", "no harm", "at_risk_admissions"]
    expected = [*ROW[:3], "falls_total", "falls_no_harm", "at_risk_admissions"]
    assert found(groups, below) == (1, expected)


def test_names_may_stand_in_the_upper_of_two_rows() -> None:
    above: list[str | None] = ["organisation_code", "ward_code", "period", "Falls", None]
    below: list[str | None] = [None, None, None, "total", "no_harm"]
    assert found(above, below) == (1, [*ROW[:3], "falls_total", "falls_no_harm"])


def test_rows_of_figures_are_no_header() -> None:
    assert NAMES.best_header([["7A4", "A1", "2024-03", "6"]]).is_one is False
    assert NAMES.best_header([]).is_one is False


def problems_of(*names: str, table: Table = FALLS) -> list[tuple[str, str | None, str | None]]:
    header = NAMES.best_header([[*names]])
    return [(p.kind.code, p.column, p.cell) for p in header_problems(header, table, "", "s1")]


def test_what_is_wrong_with_a_header() -> None:
    names = [name for name in FALLS.column_names if name != "falls_total"]
    assert problems_of(*FALLS.column_names) == []
    assert problems_of(*names, "fals_total") == [("H01", "falls_total", f"{chr(65 + len(names))}1")]
    assert problems_of(*names) == [("H01", "falls_total", None)]
    assert problems_of(*FALLS.column_names, "ward_code") == [("H03", "ward_code", None)]
    assert problems_of("weather", *FALLS.column_names) == [("H02", "weather", "A1")]


def test_a_label_twice_is_a_column_twice() -> None:
    assert problems_of(*FALLS.column_names, "Pob cwymp") == [("H03", "falls_total", None)]


def test_without_translations_only_agreed_names_count(tmp_path: Path) -> None:
    names = Names.of_tables([FALLS], tmp_path)
    assert names.of("Pob cwymp") == "pob_cwymp"
    assert names.of("Falls total") == "falls_total"
