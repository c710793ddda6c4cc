"""Files become rows of text, or are refused: what is read, and what is said about each bad file.

Here: type, encoding, delimiter, header, sheets. Not here: values (test_check), the inbox
(test_receive).
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from boards import COLUMNS, csv_of, lines_of, locked_workbook, patient_number, ward, workbook_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assets.steps.personal import personal_cells
from assets.steps.read import FileName, Reading, parsed_name, read
from assets.steps.workbook import Sheet, WorkbookReader
from data_contracts.contract import ColumnType, Table, load_contracts, tables_by_topic
from data_contracts.identifiers import identifier_cells

ROWS = [ward("A1"), ward("A2", falls_total=3, falls_no_harm=3, falls_low_harm=0)]
CSV, BOOK = "7A4_falls_202403_v01.csv", "7A4_falls_202403_v01.xlsx"


@pytest.fixture(scope="module")
def topics() -> dict[str, Table]:
    return tables_by_topic(load_contracts())


@pytest.fixture(scope="module")
def books() -> Iterator[WorkbookReader]:
    with WorkbookReader() as reader:
        yield reader


class Reader:
    """Reads one file's content under a name."""

    def __init__(self, folder: Path, topics: dict[str, Table], books: WorkbookReader) -> None:
        self.folder, self.topics, self.books = folder, topics, books

    def __call__(self, content: bytes, name: str = CSV) -> Reading:
        path = self.folder / f"original{Path(name).suffix}"
        path.write_bytes(content)
        return read(path, "s1", name, self.topics, self.books)


@pytest.fixture
def reader(tmp_path: Path, topics: dict[str, Table], books: WorkbookReader) -> Reader:
    return Reader(tmp_path, topics, books)


def told(reading: Reading) -> list[tuple[str, int | None, str | None]]:
    """Code, row and cell of each problem."""
    return [(p.kind.code, p.row, p.cell) for p in reading.problems]


def facts(reading: Reading) -> dict[str, Any]:
    (problem,) = reading.problems
    return dict(problem.facts)


def test_a_good_file_is_read_as_text_with_the_rows_of_the_file(reader: Reader) -> None:
    reading = reader(csv_of(ROWS))
    assert told(reading) == []
    assert reading.table is not None
    assert reading.table.name == "falls.monthly"
    assert reading.rows["row"].to_list() == [2, 3]
    assert reading.rows["falls_total"].to_list() == ["6", "3"]
    assert reading.letters["ward_code"] == "C"
    assert reading.letters["enhanced_observation_days"] == "S"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_agreed_separator_is_recognised(reader: Reader, separator: str) -> None:
    reading = reader(csv_of(ROWS, separator=separator))
    assert told(reading) == []
    assert reading.rows["ward_name"].to_list() == ["Ward A1", "Ward A2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_welsh_letters_survive_every_unicode_encoding(reader: Reader, encoding: str) -> None:
    reading = reader(csv_of([ward(ward_name="Tŷ Dewi â ŵyn")], encoding=encoding))
    assert told(reading) == []
    assert reading.rows["ward_name"].to_list() == ["Tŷ Dewi â ŵyn"]


def test_the_old_windows_encoding_is_read_with_a_question(reader: Reader) -> None:
    reading = reader(csv_of([ward(ward_name="Ward Môn")], encoding="cp1252"))
    assert told(reading) == [("F05", None, None)]
    assert not reading.is_refused
    assert reading.rows["ward_name"].to_list() == ["Ward Môn"]


def test_lines_may_end_as_windows_ends_them_and_cells_may_hold_lines(reader: Reader) -> None:
    content = csv_of([ward(ward_name='"Ward\nA1"'), ward("A2")]).replace(b"\n7A4", b"\r\n7A4")
    reading = reader(content)
    assert reading.rows["ward_name"].to_list() == ["Ward\nA1", "Ward A2"]
    # Excel counts rows, not lines.
    assert reading.rows["row"].to_list() == [2, 3]


def test_header_cells_may_be_written_as_people_write_them(reader: Reader) -> None:
    content = csv_of(ROWS).replace(b"ward_code,falls_total", b"Ward Code,FALLS-TOTAL ")
    content = content.replace(b"ward_name", b" Ward name")
    assert told(reader(content)) == []


@pytest.mark.parametrize(
    ("content", "name", "code", "reason"),
    [
        (b"", CSV, "F01", None),
        (b"\xef\xbb\xbf", CSV, "F01", None),
        (b"\x00\x00\x01", CSV, "F02", "control_characters"),
        (b"\x81\x8d\x8f", CSV, "F04", None),
        (b"organisation_code,site_code,ward_code\n\"7A4,7A4BV,A1\n", CSV, "F02", "broken_lines"),
        (b"PK\x03\x04 broken off", BOOK, "F02", "damaged"),
        (csv_of(ROWS), BOOK, "F02", "content_differs"),
        (workbook_of(lines_of(ROWS)), CSV, "F02", "content_differs"),
        (locked_workbook(), BOOK, "F02", "password"),
        (workbook_of([]), BOOK, "F01", None),
    ],
    ids=[
        "empty", "byte order mark alone", "no text", "no letters", "open quotation mark", "damaged",
        "text named xlsx", "workbook named csv", "password", "empty sheet",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named_with_its_reason(
    reader: Reader, content: bytes, name: str, code: str, reason: str | None
) -> None:
    reading = reader(content, name)
    assert told(reading) == [(code, None, None)]
    assert facts(reading).get("reason") == reason
    assert reading.is_refused
    assert reading.rows.is_empty()


def test_a_workbook_cut_short_is_damaged(reader: Reader) -> None:
    whole = workbook_of(lines_of(ROWS))
    assert facts(reader(whole[: len(whole) * 2 // 3], BOOK)) == {"reason": "damaged"}


def test_no_damage_to_a_file_is_more_than_a_finding(reader: Reader) -> None:
    """Bytes overwritten at chance: each file is read or refused, and none stops the night."""
    chance = random.Random(20240420)
    for name, whole in ((BOOK, workbook_of(lines_of(ROWS))), (CSV, csv_of(ROWS))):
        for _ in range(60):
            content = bytearray(whole)
            for place in chance.sample(range(len(content)), 8):
                content[place] = chance.randrange(256)
            reading = reader(bytes(content), name)
            assert reading.problems or not reading.rows.is_empty()


@pytest.mark.parametrize("damage", [b"PK\x01\x02", b"PK\x05\x06"])
def test_a_workbook_without_its_directory_is_damaged(reader: Reader, damage: bytes) -> None:
    content = workbook_of(lines_of(ROWS)).replace(damage, b"PK\xff\xff")
    assert facts(reader(content, BOOK)) == {"reason": "damaged"}


@pytest.mark.parametrize("name", ["7A4_falls_202403_v01.ods", "7A4_falls_202403_v01.xlsm"])
def test_other_types_are_refused_by_name(reader: Reader, name: str) -> None:
    reading = reader(csv_of(ROWS), name)
    assert told(reading) == [("F03", None, None)]
    assert facts(reading) == {"extension": Path(name).suffix}


def test_a_file_over_the_limit_is_not_opened(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assets.steps.read_type.SIZE_LIMIT", 1 << 20)
    reading = reader(b" " * ((1 << 20) + 1))
    assert told(reading) == [("F09", None, None)]
    assert facts(reading) == {"limit_mb": 1}


def test_a_misspelt_header_is_named_with_the_column_it_stands_for(reader: Reader) -> None:
    content = csv_of(ROWS).replace(b"falls_total", b"fals_total")
    reading = reader(content)
    assert told(reading) == [("H01", 1, "I1")]
    assert reading.problems[0].column == "falls_total"
    assert facts(reading) == {"suggestion": "fals_total"}


def test_a_column_that_may_be_left_out_is_missed_only_when_misspelt(reader: Reader) -> None:
    assert told(reader(csv_of(ROWS, tuple(c for c in COLUMNS if c != "ward_name")))) == []
    misspelt = reader(csv_of(ROWS).replace(b"ward_name", b"ward_nmae"))
    assert [(p.kind.code, p.column, p.cell) for p in misspelt.problems] == [
        ("H01", "ward_name", "D1")
    ]


def test_a_missing_column_refuses_the_file(reader: Reader) -> None:
    reading = reader(csv_of(ROWS, tuple(c for c in COLUMNS if c != "occupied_bed_days")))
    assert [(p.kind.code, p.column, p.cell) for p in reading.problems] == [
        ("H01", "occupied_bed_days", None)
    ]
    assert reading.is_refused


def test_a_column_nobody_asked_for_is_a_question(reader: Reader) -> None:
    reading = reader(csv_of([ward(weather="rain")], (*COLUMNS, "weather")))
    assert [(p.kind.code, p.column, p.cell) for p in reading.problems] == [("H02", "weather", "T1")]
    assert not reading.is_refused
    assert "weather" not in reading.rows.columns


def test_a_column_twice_refuses_the_file(reader: Reader) -> None:
    reading = reader(csv_of(ROWS, (*COLUMNS, "falls_total")))
    assert [(p.kind.code, p.column) for p in reading.problems] == [("H03", "falls_total")]
    assert reading.is_refused


def test_without_a_header_nothing_is_guessed_and_the_agreed_names_are_told(reader: Reader) -> None:
    reading = reader(csv_of(ROWS).partition(b"\n")[2])
    assert told(reading) == [("H04", None, None)]
    found = facts(reading)
    assert found["case"] == "no_names"
    assert found["agreed"][:3] == ("organisation_code", "site_code", "ward_code")


def test_other_names_are_told_beside_the_agreed_ones(reader: Reader) -> None:
    reading = reader(b"Board,Month,Ward,Falls\nBCU,2024-03,A1,6\n")
    assert told(reading) == [("H04", None, None)]
    found = facts(reading)
    assert (found["case"], found["found"]) == ("other_names", ("Board", "Month", "Ward", "Falls"))
    # Whoever types them needs them all: without its ward's code a row is a whole site's.
    assert {"falls_total", "ward_code", "ward_name"} <= set(found["agreed"])


@pytest.mark.parametrize("below", [b"", b"\n\n", b",,,,\n  ,\n"])
def test_a_header_without_rows_is_not_a_month_of_zeros(reader: Reader, below: bytes) -> None:
    assert [p.kind.code for p in reader(csv_of([]) + below).problems] == ["H05"]


def test_rows_keep_their_number_below_blank_ones(reader: Reader) -> None:
    lines = csv_of(ROWS).splitlines(keepends=True)
    reading = reader(b"".join([lines[0], b"\n", lines[1], b",,,\n", lines[2]]))
    filled = reading.rows.filter(reading.rows["ward_code"].is_not_null())
    assert filled.select("row", "ward_code").rows() == [(3, "A1"), (5, "A2")]


def test_cells_to_the_right_of_the_header_are_a_row_that_moved(reader: Reader) -> None:
    """1,234 without quotation marks: everything after it stands one column to the right."""
    content = csv_of([ward("A1"), ward("A2", occupied_bed_days="1,234")])
    assert reader(content).surplus == (3,)


def test_the_file_name_says_what_a_file_is(reader: Reader) -> None:
    assert parsed_name("7A4_falls_202401-202403_v02.csv") == FileName(
        submitter="7A4",
        topic="falls",
        first=date(2024, 1, 1),
        last=date(2024, 3, 1),
        version=2,
    )
    assert parsed_name("7a4_Falls_202403_v2 (1).xlsx ").first == date(2024, 3, 1)
    assert parsed_name("RQF_pressure-ulcers-events_202403.csv").topic == "pressure-ulcers-events"
    assert parsed_name("7A4_falls_202413_v01.csv").first is None
    assert parsed_name("falls March final.xlsx") == FileName()


def test_a_file_under_another_name_is_told_by_its_header(reader: Reader) -> None:
    reading = reader(csv_of(ROWS), "Falls March final.csv")
    assert told(reading) == []
    assert reading.table is not None
    assert reading.table.name == "falls.monthly"


def test_a_header_that_fits_two_returns_tells_neither(reader: Reader) -> None:
    events = "organisation_code,site_code,ward_code,setting,population,period,event_type,event_date"
    reading = reader(f"{events},event_number\n".encode(), "events.csv")
    assert told(reading) == [("F06", None, None)]
    assert "falls-events" in facts(reading)["topics"]


def test_a_workbook_is_read_as_excel_shows_it(reader: Reader) -> None:
    reading = reader(workbook_of(lines_of(ROWS)), BOOK)
    assert told(reading) == []
    assert reading.sheet == "Sheet 1"
    assert reading.rows["row"].to_list() == [2, 3]
    assert reading.rows["falls_total"].to_list() == ["6", "3"]


def test_rows_above_the_header_are_passed_over(reader: Reader) -> None:
    title = [["Falls, March 2024"], [], ["Sent by the patient safety team"]]
    reading = reader(workbook_of([*title, *lines_of(ROWS)]), BOOK)
    assert told(reading) == []
    assert reading.rows["row"].to_list() == [5, 6]


def test_columns_keep_their_letters_where_a_sheet_begins_further_in(reader: Reader) -> None:
    shifted = [[None, None, *line] for line in lines_of(ROWS)]
    reading = reader(workbook_of(shifted, first_row=2), BOOK)
    assert reading.letters["organisation_code"] == "C"
    assert reading.rows["row"].to_list() == [4, 5]


def test_a_month_may_be_an_excel_date(reader: Reader) -> None:
    head, line = lines_of([ward(period="2024-03-01")])
    line[head.index("period")] = date(2024, 3, 1)
    assert reader(workbook_of([head, line]), BOOK).rows["period"].to_list() == ["2024-03-01"]


def test_a_ward_code_that_excel_made_a_day_of_stays_in_sight(reader: Reader) -> None:
    """Ward 3-1, typed into a cell: a code with colons, which the check finds (C09)."""
    head, line = lines_of([ward()])
    line[head.index("ward_code")] = date(2024, 1, 3)
    told = reader(workbook_of([head, line]), BOOK).rows["ward_code"].to_list()
    assert told == ["2024-01-03 00:00:00"]


def test_a_time_of_day_in_a_workbook_is_shown(reader: Reader) -> None:
    head, line = lines_of([ward(period="2024-03-01")])
    line[head.index("period")] = datetime(2024, 3, 1, 9, 30)
    told = reader(workbook_of([head, line]), BOOK).rows["period"].to_list()
    assert told == ["2024-03-01 09:30:00"]


def test_an_error_in_a_cell_refuses_the_workbook_and_is_shown(reader: Reader) -> None:
    lines = lines_of([ward(falls_total="=1/0")])
    content = with_sheet_xml(
        workbook_of(lines), ('<c r="I2" t="s"><v>', '<c r="I2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    )
    reading = reader(content, BOOK)
    assert told(reading) == [("F02", 2, "I2")]
    assert facts(reading) == {"reason": "error_cells"}
    assert reading.problems[0].sheet == "Sheet 1"


def test_an_error_beside_the_agreed_columns_does_no_harm(reader: Reader) -> None:
    lines = lines_of([ward(rate="=1/0")], (*COLUMNS, "rate"))
    content = with_sheet_xml(
        workbook_of(lines), ('<c r="T2" t="s"><v>', '<c r="T2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    )
    assert told(reader(content, BOOK)) == [("H02", 1, "T1")]


def test_a_formula_without_its_result_refuses_the_workbook(reader: Reader) -> None:
    lines = lines_of([ward(falls_total="=I3+1")])
    content = with_sheet_xml(
        workbook_of(lines), ('<c r="I2" t="s"><v>', '<c r="I2"><f>I3+1</f></c>')
    )
    assert facts(reader(content, BOOK)) == {"reason": "formula_without_value"}


def test_cells_merged_over_rows_refuse_the_workbook(reader: Reader) -> None:
    content = workbook_of(lines_of(ROWS))
    merged = with_sheet_xml(
        content,
        ("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>'),
    )
    assert facts(reader(merged, BOOK)) == {"reason": "merged_cells"}


def test_a_merged_title_does_no_harm(reader: Reader) -> None:
    content = workbook_of([["Falls, March 2024"], [], *lines_of(ROWS)])
    merged = with_sheet_xml(
        content,
        ("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A1:F2"/></mergeCells>'),
    )
    assert told(reader(merged, BOOK)) == []


def test_cells_merged_in_a_row_hide_figures_unless_they_are_the_word_of_a_sum(
    reader: Reader,
) -> None:
    def merged(lines: list[list[Any]], area: str) -> Reading:
        cells = f'</sheetData><mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'
        return reader(with_sheet_xml(workbook_of(lines), ("</sheetData>", cells)), BOOK)

    assert told(merged(lines_of(ROWS), "I3:J3")) == [("F02", 3, "I3")]
    total = ["Cyfanswm", *[None] * 6, 1600, 9]
    assert told(merged([*lines_of(ROWS), total], "A4:G4")) == []


def test_hidden_rows_are_read_and_asked_about(reader: Reader) -> None:
    content = with_sheet_xml(workbook_of(lines_of(ROWS)), ('<row r="3"', '<row r="3" hidden="1"'))
    reading = reader(content, BOOK)
    assert told(reading) == [("F11", None, None)]
    assert facts(reading) == {"hidden_rows": ("3",)}
    assert reading.rows["row"].to_list() == [2, 3]


def test_notes_below_the_rows_are_left_out_and_said(reader: Reader) -> None:
    content = csv_of(ROWS) + b'\nSource: Datix\n"Produced by the safety team, April"\n'
    reading = reader(content)
    assert told(reading) == [("R13", 5, "A5"), ("R13", 6, "A6")]
    assert reading.rows["ward_code"].to_list() == ["A1", "A2", None]
    assert not reading.is_refused


def test_a_row_with_one_code_is_no_note(reader: Reader) -> None:
    reading = reader(csv_of(ROWS) + b"7A4\n")
    assert told(reading) == []
    assert reading.rows["organisation_code"].to_list() == ["7A4", "7A4", "7A4"]


def test_months_in_words_and_thousands_are_written_as_agreed(reader: Reader) -> None:
    rows = [
        ward("A1", period="Mawrth 2024", occupied_bed_days='"1,234"'),
        ward("A2", period="Mar-24"),
    ]
    reading = reader(csv_of(rows))
    assert told(reading) == []
    assert reading.rows["period"].to_list() == ["2024-03", "2024-03"]
    assert reading.rows["occupied_bed_days"].to_list() == ["1234", "800"]


@pytest.mark.parametrize(("calendar", "number"), [("", 45352), (' date1904="1"', 43890)])
def test_a_month_as_a_day_s_number_is_of_the_workbook_s_own_calendar(
    reader: Reader, calendar: str, number: int
) -> None:
    """Day 45352 since 1900 and day 43890 since 1904 are 1 March 2024."""
    content = workbook_of(lines_of([ward(period=number)]))
    content = with_part(content, "xl/workbook.xml", "<workbookPr", f"<workbookPr{calendar}")
    assert reader(content, BOOK).rows["period"].to_list() == ["2024-03-01"]
    assert reader(csv_of([ward(period=number)])).rows["period"].to_list() == [str(number)]


def test_columns_keep_their_letters_beside_formulas_that_show_nothing(reader: Reader) -> None:
    """A formula whose result is an empty text stands in column A; the rows begin in B."""
    content = workbook_of([[None, *line] for line in lines_of(ROWS)])
    for row in (1, 2, 3):
        beside = f'<c r="B{row}"'
        empty = f'<c r="A{row}" t="str"><f>""</f><v></v></c>{beside}'
        content = with_part(content, "xl/worksheets/sheet1.xml", beside, empty)
    reading = reader(content, BOOK)
    assert told(reading) == []
    assert reading.letters["organisation_code"] == "B"


def test_a_header_in_both_languages_or_in_welsh_is_found(reader: Reader) -> None:
    welsh = {
        "falls_total": "Pob cwymp",
        "ward_code": "Ward code / Cod y ward",
        "occupied_bed_days": "Diwrnodau gwely wedi\N{RIGHT SINGLE QUOTATION MARK}u defnyddio",
    }
    header = ",".join(welsh.get(name, name) for name in COLUMNS)
    reading = reader(header.encode() + b"\n" + csv_of(ROWS).partition(b"\n")[2])
    assert told(reading) == []
    assert reading.rows["falls_total"].to_list() == ["6", "3"]
    assert reading.rows["occupied_bed_days"].to_list() == ["800", "800"]


def test_a_header_of_two_rows_is_read_as_one(reader: Reader) -> None:
    above = [None] * len(COLUMNS)
    above[8] = "Falls"
    below = [name.removeprefix("falls_") if name.startswith("falls_") else name for name in COLUMNS]
    reading = reader(workbook_of([["March 2024"], above, below, *lines_of(ROWS)[1:]]), BOOK)
    assert told(reading) == []
    assert reading.rows["row"].to_list() == [4, 5]
    assert reading.rows["falls_no_harm"].to_list() == ["4", "3"]


def test_a_header_repeated_in_the_other_language_is_no_row(reader: Reader) -> None:
    again = ["Pob cwymp" if name == "falls_total" else name for name in COLUMNS]
    lines = lines_of(ROWS)
    reading = reader(workbook_of([lines[0], again, *lines[1:]]), BOOK)
    assert told(reading) == []
    assert reading.rows["row"].to_list() == [3, 4]


def test_a_document_type_refuses_the_workbook(reader: Reader) -> None:
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook '
    content = with_part(workbook_of(lines_of(ROWS)), "xl/workbook.xml", "<workbook ", bomb)
    assert facts(reader(content, BOOK)) == {"reason": "document_type"}


def test_a_workbook_of_strict_open_xml_is_unusual(reader: Reader) -> None:
    content = workbook_of(lines_of(ROWS))
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        content = with_part(
            content, part, "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            "http://purl.oclc.org/ooxml/spreadsheetml/main",
        )  # fmt: skip
    assert facts(reader(content, BOOK)) == {"reason": "unusual_workbook"}


def test_rows_on_two_sheets_refuse_the_workbook(reader: Reader) -> None:
    content = workbook_of(lines_of([ward("A1")]), lines_of([ward("A2")]))
    assert told(reader(content, BOOK)) == [("F10", None, None)]


def test_notes_and_hidden_sheets_are_passed_over(reader: Reader) -> None:
    content = workbook_of([["Notes"], ["A2 opened in May"]], lines_of(ROWS), lines_of(ROWS[:1]),
                          hidden=(2,))  # fmt: skip
    reading = reader(content, BOOK)
    assert told(reading) == [("F12", None, None)]
    assert facts(reading) == {"sheets": ("Sheet 3",)}
    assert reading.sheet == "Sheet 2"
    assert reading.rows.height == 2


def test_a_zip_bomb_is_refused_by_its_own_directory(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (4 << 20))
    assert facts(reader(path.read_bytes(), BOOK)) == {"reason": "too_big_inside"}


def test_a_workbook_that_ends_its_reader_is_named_and_the_next_one_is_read(reader: Reader) -> None:
    """One cell at the last place of a sheet asks calamine for more memory than there is."""
    far = with_sheet_xml(
        workbook_of(lines_of(ROWS)),
        (
            "</row></sheetData>",
            '</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
        ),
    )
    assert facts(reader(far, BOOK)) == {"reason": "stopped"}
    assert told(reader(workbook_of(lines_of(ROWS)), BOOK)) == []


def test_a_workbook_that_takes_too_long_is_given_up(
    tmp_path: Path, topics: dict[str, Table]
) -> None:
    with WorkbookReader(wall_seconds=0.001) as impatient:
        reading = Reader(tmp_path, topics, impatient)(workbook_of(lines_of(ROWS)), BOOK)
    assert facts(reading) == {"reason": "took_too_long"}


@pytest.mark.parametrize(
    ("rows", "columns", "row", "cell"),
    [
        ([ward("A1"), ward("A2", ward_name="{}")], COLUMNS, 3, "D3"),
        ([ward(ward_code="{}")], COLUMNS, 2, "C2"),
        ([ward(nhs_no="{}")], (*COLUMNS, "nhs_no"), 2, "T2"),
        ([ward(notes="seen by {} on Monday")], (*COLUMNS, "notes"), 2, "T2"),
    ],
    ids=["name", "code", "column of its own", "in a sentence"],
)
def test_a_number_of_a_patient_leaves_nothing_but_its_place(
    reader: Reader, rows: list[dict[str, Any]], columns: tuple[str, ...], row: int, cell: str
) -> None:
    number = patient_number(7)
    reading = reader(csv_of(rows, columns).replace(b"{}", number.encode()))
    assert told(reading) == [("S01", row, cell)]
    assert facts(reading) == {"kind": "nhs_number"}
    assert reading.sheet_rows.is_empty()
    assert number not in repr(reading.problems)


def test_a_patient_above_the_header_on_another_or_a_hidden_sheet_is_found(reader: Reader) -> None:
    number = patient_number(7)
    above = workbook_of([[f"Copied for {number}"], *lines_of(ROWS)])
    assert told(reader(above, BOOK)) == [("S01", 1, "A1")]
    beside = workbook_of(lines_of(ROWS), [["name", "number"], ["x", number]], hidden=(1,))
    assert told(reader(beside, BOOK)) == [("S01", 2, "B2")]


def test_a_list_of_patients_without_any_agreed_header_is_found(reader: Reader) -> None:
    patients = f"name,nhs number,postcode\nx,{patient_number(1)},CF14 4XW\ny,,CF14 4XX\n"
    reading = reader(patients.encode())
    assert sorted((p.kind.code, p.cell, p.facts["kind"]) for p in reading.problems) == [
        ("S01", "B2", "nhs_number"),
        ("S01", "C2", "postcode"),
        ("S01", "C3", "postcode"),
    ]


def test_a_hospital_s_own_address_points_at_nobody(reader: Reader) -> None:
    content = workbook_of(
        [["Heath Park, Cardiff CF14 4XW"], *lines_of(ROWS)], [["Notes"], ["CF14 4XW"]]
    )
    assert told(reader(content, BOOK)) == []


def test_a_count_of_ten_digits_is_no_patient(reader: Reader) -> None:
    """One in eleven passes the check digit by chance; too many days is what is wrong with it."""
    assert told(reader(csv_of([ward(occupied_bed_days=patient_number(7))]))) == []


BLANKS = ("", " ", "  ", "\t", "\x0b", "\x0c", "\r\n", "\x85", "\N{NO-BREAK SPACE}", "\N{EM SPACE}")
MARKS = ("-", ".", "--", "\N{ZERO WIDTH SPACE}", "\N{SOFT HYPHEN}", "E+", "|", ",", "/")
# The range 999 is given to nobody; the postcodes are two hospitals'.
WORDS = (
    "999", "000", "0000", "0018", "9.990000018", "09", "\uff19\uff19\uff19", "CF14", "4XW", "LL57",
    "2pw", "GIR", "0AA", "dob", "d.ob", "D.", "O.", "B", "born", "geni", "ganwyd",
    "1951-03-17", "17.3.51",
)  # fmt: skip
CELLS = st.lists(st.sampled_from((*WORDS, *BLANKS, *MARKS)), min_size=1, max_size=9).map("".join)


@pytest.mark.parametrize(("header", "column"), [("ward_name", "A"), (None, "B")])
@settings(deadline=None, max_examples=300)
@given(cell=CELLS | st.text())
@example(cell=f"999{chr(11)}000{chr(12)}0018")
@example(cell="999  000  0018")
@example(cell="d.ob 17.3.51")
@example(cell="pt_dob 1951-03-17")
def test_the_quick_look_lets_through_whatever_a_close_look_finds(
    header: str | None, column: str, cell: str
) -> None:
    """In a column of the contract's free text, and in one that has no header."""
    known = {"ward_name": ColumnType.TEXT}
    name = header or column
    frame = pl.DataFrame({"row": [2], name: [cell]}, schema={"row": pl.Int64, name: pl.String})
    close = [(row, kind) for row, _, kind in identifier_cells(frame, known).rows()]
    beside = ["ward_name"] if header is None else []
    rows = [[*beside, header], [*([None] * len(beside)), cell]]
    found = personal_cells(Sheet(name="", rows=rows), 0, known, "s1")
    assert [(p.row, p.facts["kind"]) for p in found] == close
    assert {p.cell for p in found} <= {f"{column}2"}


@pytest.mark.parametrize("separator", ["  ", "\x0b", "\x0c", "\N{EM SPACE}", "-\N{SOFT HYPHEN}"])
def test_a_number_is_found_whatever_stands_between_its_groups(
    reader: Reader, separator: str
) -> None:
    number = patient_number(7)
    name = separator.join((number[:3], number[3:6], number[6:]))
    assert told(reader(csv_of([ward(ward_name=name)]))) == [("S01", 2, "D2")]


def with_sheet_xml(content: bytes, change: tuple[str, str]) -> bytes:
    """A workbook after a change to the XML of its first sheet; a cell is replaced as a whole."""
    old, new = change
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            text = source.read(part)
            if part == "xl/worksheets/sheet1.xml":
                pattern = re.escape(old) + (r"\d+</v></c>" if old.startswith("<c ") else "")
                changed, times = re.subn(pattern, new, text.decode())
                assert times == 1, changed
                text = changed.encode()
            archive.writestr(part, text)
    return target.getvalue()


def with_part(content: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook after a change to the XML of one of its parts."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode(), 1)
            archive.writestr(name, text)
    return target.getvalue()
