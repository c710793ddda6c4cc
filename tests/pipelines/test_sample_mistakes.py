"""The files of the sample that are not as agreed: each with the mistake it is listed for."""

from __future__ import annotations

import io
import zipfile

import polars as pl
import pytest

from data_contracts.contract import load_contracts
from data_contracts.identifiers import passes_check
from data_contracts.problems import CATALOGUE
from pipelines.sample import MISTAKES, Mistake
from pipelines.sample.edits import add_like, broken_off, emptied, exceed, put, rename
from pipelines.sample.mistakes import TEST_NHS_NUMBERS
from pipelines.sample.parcels import Parcel
from pipelines.sample.write import all_parcels


@pytest.fixture(scope="module")
def files() -> dict[str, Parcel]:
    return {parcel.path.as_posix(): parcel for parcel in all_parcels()}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_each_mistake_leaves_a_good_version_in_force(
    files: dict[str, Parcel], mistake: Mistake
) -> None:
    made = files[mistake.file]
    good = files[mistake.file.replace(f"_v{made.version:02d}", f"_v{mistake.in_force:02d}")]
    assert good.frame.height > 0
    # A second version comes later, so that it could have replaced the good one.
    assert (made.arrived > good.arrived) == (made.version > good.version)


def test_the_problems_named_are_known() -> None:
    rules = {rule.code for c in load_contracts() for table in c.tables for rule in table.rules}
    assert {code for mistake in MISTAKES for code in mistake.problems} <= CATALOGUE.keys() | rules


def test_an_upload_that_broke_off_is_no_workbook(files: dict[str, Parcel]) -> None:
    broken = files["7A2/7A2_deterioration-ward_202401_v02.xlsx"]
    whole = files["7A2/7A2_deterioration-ward_202401_v01.xlsx"]
    assert not zipfile.is_zipfile(io.BytesIO(broken.content()))
    assert zipfile.is_zipfile(io.BytesIO(whole.content()))
    assert files["7A6/7A6_pressure-ulcers_202402_v02.csv"].content() == b""


@pytest.mark.parametrize(
    ("file", "column", "row", "value"),
    [
        ("7A1/7A1_falls_202310_v02.csv", "enhanced_observation_days", 2, "-3"),
        ("7A6/7A6_falls_202312_v02.csv", "falls_low_harm", 1, "<5"),
        ("7A6/7A6_falls_202312_v02.csv", "falls_low_harm", 7, "<5"),
        ("7A5/7A5_sepsis_202403_v02.csv", "period", -1, "2024-09"),
        ("7A3/7A3_pressure-ulcers_202401_v02.csv", "ward_code", 8, "9990000018"),
    ],
)
def test_the_wrong_cells_are_as_described(
    files: dict[str, Parcel], file: str, column: str, row: int, value: str
) -> None:
    assert _text(files[file])[column][row] == value


def test_one_ward_is_there_twice(files: dict[str, Parcel]) -> None:
    assert _text(files["7A5/7A5_falls_202309_v02.csv"]).is_duplicated().sum() == 2
    assert _text(files["7A5/7A5_falls_202309_v01.csv"]).is_duplicated().sum() == 0


def test_more_are_assessed_than_were_at_risk_in_one_row(files: dict[str, Parcel]) -> None:
    rows = files["7A1/7A1_falls_202310_v02.csv"].frame
    excess = rows["risk_assessed_within_24h"] - rows["at_risk_admissions"]
    assert [(row, by) for row, by in enumerate(excess) if by > 0] == [(6, 10)]


def test_workbooks_have_the_misspelt_header_the_unknown_board_and_the_wrong_sum(
    files: dict[str, Parcel],
) -> None:
    misspelt = _sheet(files["7A4/7A4_pressure-ulcers_202401_v02.xlsx"])
    assert {"ward_nmae", "catagory_2"} <= set(misspelt.columns)
    assert "7A9" in set(_sheet(files["7A2/7A2_sepsis_202311_v02.xlsx"])["organisation_code"])
    falls = _sheet(files["7A4/7A4_falls_202402_v02.xlsx"])
    harms = ("no_harm", "low_harm", "moderate_harm", "severe_harm", "death")
    parts = pl.sum_horizontal(f"falls_{harm}" for harm in harms)
    assert falls.select((pl.col("falls_total") - parts).sort())["falls_total"][-2:].to_list() == [
        0,
        2,
    ]


def test_the_numbers_in_place_of_wards_are_test_numbers_that_pass_the_check() -> None:
    # Ten digits in the range 999, which is never given to a patient.
    assert all(number.startswith("999") for number in TEST_NHS_NUMBERS)
    numbers = pl.DataFrame({"number": TEST_NHS_NUMBERS})
    assert numbers.filter(passes_check(pl.col("number"))).height == 2


def test_unusual_forms_hold_the_usual_content(files: dict[str, Parcel]) -> None:
    old = files["7A1/7A1_falls_202312_v01.csv"].content()
    with pytest.raises(UnicodeDecodeError):
        old.decode("utf-8")
    assert "Ward Môn" in old.decode("cp1252")
    semicolons = files["7A3/7A3_falls_202310_v01.csv"].content().decode("utf-8")
    assert semicolons.startswith("organisation_code;site_code;ward_code;ward_name;setting;")


def test_the_file_sent_again_has_the_same_bytes(files: dict[str, Parcel]) -> None:
    first, second = (files[f"7A7/7A7_falls_202401_v0{version}.csv"] for version in (1, 2))
    assert first.content() == second.content()


def test_edits_change_one_cell_add_one_row_or_rename_a_column() -> None:
    frame = pl.DataFrame({"ward": ["A1", "A2"], "falls": [4, 6], "checked": [3, 6]})
    assert put(1, "falls", "<5")(frame)["falls"].to_list() == ["4", "<5"]
    assert exceed(0, "checked", "falls", 10)(frame)["checked"].to_list() == [14, 6]
    assert add_like(0, {"ward": "A9"})(frame).row(2) == ("A9", 4, 3)
    assert rename("ward", "wrad")(frame).columns == ["wrad", "falls", "checked"]


def test_bytes_break_off() -> None:
    assert broken_off(b"abcdef") == b"abcd"
    assert emptied(b"abcdef") == b""


def _text(parcel: Parcel) -> pl.DataFrame:
    """A CSV's cells as text, from its bytes."""
    return pl.read_csv(parcel.content(), infer_schema=False)


def _sheet(parcel: Parcel) -> pl.DataFrame:
    return pl.read_excel(parcel.content())
