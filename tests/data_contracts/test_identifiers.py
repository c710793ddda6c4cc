"""Identifiers in a sheet. Valid numbers are the published examples of the NHS Data Dictionary."""

import polars as pl
import pytest

from data_contracts.contract import ColumnType
from data_contracts.identifiers import identifier_cells, passes_check

KNOWN = {
    "ward_code": ColumnType.CODE,
    "ward_name": ColumnType.TEXT,
    "occupied_bed_days": ColumnType.COUNT,
    "nhs_number": ColumnType.COUNT,
    "period": ColumnType.MONTH,
}


def found(column: str, *values: str | None) -> list[tuple[int | None, str]]:
    """(row, kind) of what is found in one column whose first value stands in row 2."""
    rows = list(range(2, 2 + len(values)))
    frame = pl.DataFrame(
        {"row": rows, column: list(values)}, schema={"row": pl.Int64, column: pl.String}
    )
    cells = identifier_cells(frame, KNOWN)
    assert cells.schema == {"row": pl.Int64, "column": pl.String, "kind": pl.String}
    return [(row, kind) for row, _, kind in cells.rows()]


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("9994765914", True),
        ("9994765930", True),
        ("9990000018", True),  # 9x(10+9+8) + 1x2 = 245 = 22x11 + 3, and 11 - 3 = 8
        ("9994765913", False),
        ("9994765910", False),
        ("1234567890", False),
        ("0000000000", False),  # passes the sum, but is a placeholder
        ("9999999999", False),
    ],
)
def test_the_check_digit(digits, valid):
    frame = pl.DataFrame({"digits": [digits]})
    assert frame.select(passes_check(pl.col("digits"))).item() is valid


@pytest.mark.parametrize(
    "value",
    [
        "9994765914",
        "999 476 5914",
        "999-476-5914",
        "999\N{NO-BREAK SPACE}476\N{NO-BREAK SPACE}5914",
        "999  476  5914",
        "999--476- 5914",
        "999\x0b476\x0c5914",
        "99947\N{ZERO WIDTH SPACE}65914",
        "\uff19\uff19\uff19\uff14\uff17\uff16\uff15\uff19\uff11\uff14",  # full-width digits
        "9994765914.0",
        "9.994765914E+09",
        "NHS9994765914",
        "fell twice, 999 476 5914, seen by Dr",
        "1234567890,9994765914",
    ],
)
def test_a_number_is_found_however_it_is_written(value):
    assert found("ward_name", "Cardiology", value) == [(3, "nhs_number")]


@pytest.mark.parametrize(
    "value",
    [
        "999476591",
        "999   476 5914",
        "99947659140",
        "9994765913",
        "6.3291139241",
        "2026-10-01",
        "",
        None,
    ],
)
def test_other_numbers_are_left_alone(value):
    assert found("ward_name", value) == []


def test_two_numbers_in_one_cell_are_one_finding():
    assert found("ward_name", "9994765914 9994765930") == [(2, "nhs_number")]


def test_a_count_that_passes_by_chance_is_a_count():
    assert found("occupied_bed_days", "9994765914", "812") == []


def test_a_count_under_a_header_that_says_nhs_is_a_number_of_a_person():
    assert found("nhs_number", "9994765914") == [(2, "nhs_number")]


@pytest.mark.parametrize("column", ["Comments (JB)", "ward_code", "period"])
def test_every_other_column_is_looked_at(column):
    assert found(column, "9994765914") == [(2, "nhs_number")]


def test_a_number_in_a_header_is_found_without_a_row():
    assert found("9994765914", "812") == [(None, "nhs_number")]


@pytest.mark.parametrize("value", ["CF14 4XW", "cf144xw", "Lives at LL57 2PW, Bangor", "W1A 1AA"])
def test_a_postcode_in_an_unknown_column_is_found(value):
    assert found("address", value) == [(2, "postcode")]


@pytest.mark.parametrize("column", ["ward_code", "Hospital postcode", "cod post y safle"])
def test_a_postcode_of_a_known_code_or_a_place_is_not(column):
    assert found(column, "CF14 4XW") == []


@pytest.mark.parametrize("value", ["CF14 4XW", "CF144XW", "A lady of LL57 2PW asked for it"])
def test_a_postcode_in_the_contract_s_free_text_is_found(value):
    assert found("ward_name", value) == [(2, "postcode")]


@pytest.mark.parametrize("value", ["Ward B5 2nd floor", "W2 1st", "CF14", "Ward A12 3BD", "D4 1ST"])
def test_a_floor_or_a_ward_is_no_postcode(value):
    assert found("ward_name", value) == []


@pytest.mark.parametrize(
    "value",
    ["DOB 17/03/1951", "d.o.b. 17.3.51", "A man born on 1951-03-17 fell", "17 March 1951 (DOB)",
     "ganwyd 17 Mawrth 1951", "Dyddiad geni: 17/03/1951", "date of birth 17th March, 1951"],
)  # fmt: skip
def test_a_date_of_birth_in_free_text_is_found(value):
    assert found("ward_name", value) == [(2, "date_of_birth")]


@pytest.mark.parametrize(
    "value",
    ["New huddle from 12/02/2024", "Birth centre opened 2024-03-12", "Childbirth unit 1 March 2024",
     "Born out of the review of last winter, the huddle began in all wards on 2024-02-12",
     "Uned geni newydd 12/02/2024"],
)  # fmt: skip
def test_the_date_of_a_change_is_only_a_date(value):
    assert found("ward_name", value) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("DOB", "17/03/1951"),
        ("date_of_birth", "1951-03-17"),
        ("Dyddiad geni", "17 Mawrth 1951"),
        ("DOB", "18704"),  # the same day as Excel keeps it
        ("notes", "dob 17.3.51"),
    ],
)
def test_a_date_is_of_birth_where_header_or_cell_says_so(column, value):
    assert found(column, value) == [(2, "date_of_birth")]


@pytest.mark.parametrize("column", ["date_reported", "period", "ward_name"])
def test_any_other_date_is_only_a_date(column):
    assert found(column, "17/03/1951") == []


def test_findings_come_in_the_order_of_the_sheet_and_name_their_column():
    frame = pl.DataFrame(
        {
            "row": [5, 9],
            "ward_name": ["Cardiology", "9994765914"],
            "notes": ["999 476 5930", "CF14 4XW"],
        }
    )
    assert identifier_cells(frame, KNOWN).rows() == [
        (5, "notes", "nhs_number"),
        (9, "notes", "postcode"),
        (9, "ward_name", "nhs_number"),
    ]


def test_a_sheet_without_rows_has_nothing():
    frame = pl.DataFrame(schema={"row": pl.Int64, "ward_name": pl.String})
    assert identifier_cells(frame, KNOWN).height == 0
