"""Workbooks of the old type, from files: values by one reader, what hides in them by another."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from boards import TODAY

from assets.steps.desk import Desk, at_desk
from data_contracts.problems import Outcome

FILES = Path(__file__).parents[1] / "fixtures" / "xls"


@pytest.fixture
def checked(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """The night's own check of a fixture under a name that it may have."""
    sent = tmp_path / "7A4_falls_202403_v01.xls"
    shutil.copyfile(FILES / request.param, sent)
    return at_desk(sent, None, TODAY)


def found(desk: Desk) -> list[tuple[str, str | None, str]]:
    return desk.problems.select("code", "cell", "facts").rows()


@pytest.mark.parametrize("checked", ["falls.xls"], indirect=True)
def test_three_wards_below_a_merged_title_are_accepted(checked: Desk) -> None:
    assert found(checked) == []
    assert checked.receipt.outcome is Outcome.ACCEPTED
    (month,) = checked.receipt.months
    assert (month.organisation, f"{month.period:%Y-%m}", month.rows) == ("7A4", "2024-03", 3)


@pytest.mark.parametrize("checked", ["hidden_row.xls"], indirect=True)
def test_a_hidden_row_is_read_asked_about_and_shown_as_it_was_sent(checked: Desk) -> None:
    assert found(checked) == [("F11", None, '{"hidden_rows": ["5"]}')]
    assert checked.receipt.rows_accepted == 3
    assert checked.sheet_rows is not None
    shown = checked.sheet_rows.filter(pl.col("row") >= 3).select("row", "C", "D", "G", "H").rows()
    assert shown == [
        (3, "ward_code", "ward_name", "period", "occupied_bed_days"),
        (4, "A1", "Ward A1", "2024-03-01", "800"),
        (5, "T2", "Tŷ 2", "2024-03-01", "750"),
        (6, "B3", "Ward B3", "2024-03-01", "620"),
    ]


@pytest.mark.parametrize(
    ("checked", "reason", "cell"),
    [("error_cell.xls", "error_cells", "S7"), ("merged_rows.xls", "merged_cells", "A7")],
    indirect=["checked"],
)
def test_what_the_first_reader_shows_as_empty_is_refused(
    checked: Desk, reason: str, cell: str
) -> None:
    assert found(checked) == [("F02", cell, f'{{"reason": "{reason}"}}')]
    assert checked.receipt.rows_accepted == 0
