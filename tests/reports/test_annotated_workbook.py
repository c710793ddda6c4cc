"""The annotated workbook: everything that was found, nothing that can run, no value of a person."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from steward_files import (
    ALL,
    FOUND,
    HARM,
    NHS_NUMBER,
    REFUSED,
    SHEET,
    cell,
    edition_of,
)

from data_contracts import problems
from data_contracts.contract import HERE, load_contracts
from data_contracts.problems import Problem, problems_frame
from data_contracts.registers import load_registers
from reports.edition import Edition
from reports.pages.problem_list import problem_list
from reports.pages.submission_case import Case, Records, case_of
from reports.words import LANGUAGES, Words
from reports.workbook import error_sheet, sent_sheet
from reports.workbook.annotated import annotated_workbook
from reports.workbook.cell_text import LONGEST, sheet_name, shown
from reports.workbook.error_columns import ERROR_COLUMNS, finding_key
from reports.workbook.looks import ASK_FILL, MEND_FILL
from reports.workbook.summary_sheet import Occasion
from reports.workbook.tried_case import Agreed, tried_case


@pytest.fixture(scope="session")
def words(english: Words) -> Words:
    return english


def case(edition: Edition, words: Words, submission: str, *found: Problem) -> Case:
    """A case of the stewards' files, with other findings where some are given."""
    made = edition_of(edition, *ALL)
    if found:
        made = replace(made, problems=problems_frame(found))
    return case_of(Records.of(made, "7A4"), words, submission)


def book(made: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(made), rich_text=False)


def parts(made: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        return {name: package.read(name).decode("utf-8") for name in package.namelist()}


def listed(made: Any, sheet: str = "Errors") -> list[dict[str, Any]]:
    """The rows of an Errors sheet under their ids."""
    ids, _, *rows = made[sheet].iter_rows(values_only=True)
    return [dict(zip((name.removeprefix("safecare:") for name in ids), row, strict=True))
            for row in rows]  # fmt: skip


def summary(made: Any) -> list[tuple[str, ...]]:
    """The lines of the Summary sheet that say something."""
    rows = made["Summary"].iter_rows(values_only=True)
    return [tuple(filter(None, row)) for row in rows if any(row)]


def links(page: Any) -> dict[str, Any]:
    """Address of a cell -> its link."""
    cells = (one for row in page.iter_rows() for one in row)
    return {one.coordinate: one.hyperlink for one in cells if one.hyperlink}


def sheet_of(*rows: list[str | None], first: int = 1) -> pl.DataFrame:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(rows[0])]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(letters, pl.String), orient="row")
    return frame.with_row_index("row", offset=first)


def fill(one: Any) -> str:
    return f"#{one.fill.fgColor.rgb[2:].lower()}"


def test_the_summary_comes_first_then_errors_then_the_sheet(edition, words):
    made = book(annotated_workbook(case(edition, words, "refused"), SHEET))
    assert made.sheetnames == ["Summary", "Errors", "Falls Oct 26"]
    told = summary(made)
    assert told[0] == ("Not accepted: 3 problems to mend, in 1,207 places",)
    assert ("File", "7A4_falls_202610_v20.xlsx") in told
    assert ("Name of the next file", "7A4_falls_202610_v23.xlsx") in told
    (deadline,) = [row[1] for row in told if row[:1] == ("Deadline",)]
    assert deadline.startswith("The deadline for October 2026 was 13 November 2026.")
    assert [row for row in told if row[0] in ("H01", "FA01", "C10", "H02")] == [
        ("H01", "Columns are missing", "Mend: file not used", "1 column"),
        ("FA01", "The falls by harm do not add up to all falls", "Mend: row set aside", "2 cells"),
        ("C10", "falls_moderate_harm: a small number is hidden", "Mend: row set aside",
         "1,204 cells"),
        ("H02", "Columns that the return does not have", "Check: is it right?", "1 column"),
    ]  # fmt: skip


def test_every_problem_is_in_the_list_with_a_link_to_its_cell(edition, words):
    made = book(annotated_workbook(case(edition, words, "refused"), SHEET))
    rows = listed(made)
    assert len(rows) == 1208
    assert rows[0] == {
        "number": 1,
        "severity": "Mend: row set aside",
        "code": "C10",
        "problem": "falls_moderate_harm: a small number is hidden",
        "cell": "J2",
        "row": 2,
        "column": "falls_moderate_harm",
        "value": "<5",
        "expected": "The number itself, such as 3; 0 for none.",
        "mend": "Type the number from your own system in place of the sign; "
        "use its export without hiding.",
        "answer": None,
        "more": None,
        "sheet": "Falls Oct 26",
        "submission": "refused",
        "key": rows[0]["key"],
    }
    found = links(made["Errors"])
    assert found["E3"].location == "'Falls Oct 26'!J2"
    # Every finding but the column that is nowhere on the sheet leads to a cell.
    assert len(found) == 1207


def test_questions_come_last_and_can_be_answered(edition, words):
    page = book(annotated_workbook(case(edition, words, "refused"), SHEET))["Errors"]
    closed, asked = page.data_validations.dataValidation
    assert (str(closed.sqref), str(asked.sqref)) == ("K3:K1209", "K1210")
    assert "this is right because" in asked.prompt
    assert page["K1209"].fill.fill_type == "solid"
    assert page["K1210"].fill.fill_type is None
    assert page["B1210"].value == "Check: is it right?"


def test_header_frozen_filtered_and_ids_hidden(edition, words):
    page = book(annotated_workbook(case(edition, words, "refused"), SHEET))["Errors"]
    assert page.row_dimensions[1].hidden
    assert not page.row_dimensions[2].hidden
    assert (page.freeze_panes, page.auto_filter.ref) == ("A3", "A2:O1210")
    assert page.column_dimensions["O"].hidden
    assert page.column_dimensions["J"].width > 40


def test_marked_cells_have_colour_border_and_a_note(edition, words):
    page = book(annotated_workbook(case(edition, words, "refused"), SHEET))["Falls Oct 26"]
    assert (fill(page["J2"]), page["J2"].border.left.style, page["J2"].font.bold) == (
        MEND_FILL, "thick", True,
    )  # fmt: skip
    assert (fill(page["L1"]), page["L1"].border.left.style) == (ASK_FILL, "dashed")
    assert page["I2"].fill.fill_type is None
    assert page["J2"].comment.text == (
        "Mend: row set aside (C10, no. 1)\n"
        "falls_moderate_harm: a small number is hidden\n"
        "Found: <5\n"
        "Expected: The number itself, such as 3; 0 for none.\n"
        "How to mend it: Type the number from your own system in place of the sign; "
        "use its export without hiding."
    )


def test_rows_and_columns_are_where_excel_shows_them(edition, words):
    """The header is in row 4; something is found in row 2 above it, and in row 9 below the end."""
    rows = sheet_of(["ward_code", "falls"], ["A1", "x"], ["A2", "3"], first=4)
    found = (
        cell(problems.NOT_A_COUNT, "refused", "B5", "falls", "x"),
        cell(problems.NOT_A_COUNT, "refused", "A9", "falls", "note"),
        cell(problems.NOT_A_COUNT, "refused", "B2", "falls", "title"),
    )
    made = book(annotated_workbook(case(edition, words, "refused", *found), rows))
    page = made["Falls Oct 26"]
    assert [page[at].value for at in ("A1", "A4", "B4", "B5", "A6", "B6", "A9")] == [
        None, "ward_code", "falls", "x", "A2", "3", None,
    ]  # fmt: skip
    assert [fill(page[at]) for at in ("B2", "B5", "A9")] == [MEND_FILL] * 3
    assert page.freeze_panes == "A5"
    about = " ".join(str(row[1]) for row in made["Summary"].iter_rows(values_only=True))
    assert "What stands above the column names in row 4 is not in the copy." in about


def test_a_finding_about_a_row_marks_the_row_and_one_of_a_rule_its_cells(edition, words):
    rows = sheet_of(
        ["ward_code", "falls_total", "falls_no_harm"], ["A1", "9", "5"], ["A2", "1", "1"]
    )
    found = (
        Problem(HARM, "refused", row=2, facts={"falls_total": "9", "falls_no_harm": "5"}),
        Problem(problems.DUPLICATE_ROW, "refused", row=3, facts={"rows": (3, 4)}),
    )
    made = book(annotated_workbook(case(edition, words, "refused", *found), rows))
    page = made["Falls Oct 26"]
    marked = [at for at in ("A2", "B2", "C2", "A3", "B3", "C3") if page[at].fill.fill_type]
    assert marked == ["B2", "C2", "A3", "B3", "C3"]
    assert "R01" in page["A3"].comment.text
    assert [row["cell"] for row in listed(made)] == ["B2, C2", "Row 3"]
    assert [row["more"] for row in listed(made)][1] == "Same as in rows: 3, 4"
    assert [link.location for link in links(made["Errors"]).values()] == [
        "'Falls Oct 26'!B2", "'Falls Oct 26'!A3",
    ]  # fmt: skip


def test_what_must_be_mended_is_seen_where_a_cell_has_both(edition, words):
    found = (
        cell(problems.NOT_A_COUNT, "refused", "B2", "falls", "x"),
        cell(problems.TOTAL_ROW, "refused", "B2", "falls", "x"),
    )
    rows = sheet_of(["ward_code", "falls"], ["A1", "x"])
    page = book(annotated_workbook(case(edition, words, "refused", *found), rows))["Falls Oct 26"]
    assert fill(page["B2"]) == MEND_FILL
    assert "C02" in page["B2"].comment.text
    assert "R08" in page["B2"].comment.text


def test_unknown_columns_are_not_shown(edition, words):
    page = book(annotated_workbook(case(edition, words, "refused"), SHEET))["Falls Oct 26"]
    assert [page[f"L{row}"].value for row in range(1, 9)] == ["L"] + ["not shown"] * 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_locked_file_has_no_sheet_and_no_value(edition, language):
    words = Words.load(edition.translations_folder, language)
    leak = Problem(
        problems.NOT_A_COUNT, "locked", row=3, cell="B3", column="falls", value="Mrs Jones"
    )
    (locked,) = [found for found in FOUND if found.submission == "locked"]
    rows = sheet_of(["ward_code", "notes"], ["A1", NHS_NUMBER], ["A2", "Mrs Jones"])
    made = annotated_workbook(case(edition, words, "locked", locked, leak), rows)
    assert len(book(made).sheetnames) == 2
    for part in parts(made).values():
        assert not re.search(r"999|476|5914|Jones|'!B3|comment", part)


def test_a_file_that_may_name_a_person_is_treated_as_locked_whatever_its_outcome(edition, words):
    person = Problem(problems.IDENTIFIER, "partly", row=2, cell="B2", column="notes", value="x",
                     facts={"kind": "nhs_number"})  # fmt: skip
    other = cell(problems.NOT_A_COUNT, "partly", "A2", "falls", "Mrs Jones")
    rows = sheet_of(["falls", "notes"], ["Mrs Jones", NHS_NUMBER])
    made = annotated_workbook(case(edition, words, "partly", person, other), rows)
    assert not any(re.search("943|Jones", part) for part in parts(made).values())


def test_identifiers_in_cells_are_masked_and_hidden_characters_named(edition, words):
    rows = sheet_of(
        ["ward_code", "falls"],
        [NHS_NUMBER, " 3 "],
        ["SA1 1AA", "a\u200bb"],
        ["9994765914", "2026-10"],
    )
    found = cell(problems.NOT_A_COUNT, "refused", "B2", "falls", " 3 ")
    made = book(annotated_workbook(case(edition, words, "refused", found), rows))
    page = made["Falls Oct 26"]
    assert [page[at].value for at in ("A2", "A3", "A4")] == ["••• ••• ••••", "••• •••", "•" * 10]
    assert [page[at].value for at in ("B2", "B3", "B4")] == [
        " 3 ", "a[zero-width space]b", "2026-10",
    ]  # fmt: skip
    assert listed(made)[0]["value"] == "[space]3[space]"


def test_the_ids_are_the_same_in_every_language(edition):
    made = {
        language: book(
            annotated_workbook(
                case(edition, Words.load(edition.translations_folder, language), "refused"), SHEET
            )
        )
        for language in LANGUAGES
    }
    assert made["cy"].sheetnames == ["Crynodeb", "Gwallau", "Falls Oct 26"]
    english, welsh = listed(made["en"]), listed(made["cy"], "Gwallau")
    assert list(english[0]) == list(welsh[0]) == [column.value for column in ERROR_COLUMNS]
    assert [row["key"] for row in english] == [row["key"] for row in welsh]
    assert english[0]["problem"] != welsh[0]["problem"]


def test_a_key_is_that_of_the_kept_row(edition, words):
    kept = problems_frame(FOUND).filter(pl.col("submission") == "refused").to_dicts()
    rows = listed(book(annotated_workbook(case(edition, words, "refused"), SHEET)))
    assert rows[-1]["code"] == "H02"
    assert {row["key"] for row in rows} == set(map(finding_key, kept))
    # Worked out by hand once: whoever changes it makes old answers unreadable.
    assert finding_key(kept[0]) == "cf8725e50d64ef61"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_keep_to_the_lengths_that_excel_allows(edition, language):
    words = Words.load(edition.translations_folder, language)
    for name in ("summary", "errors", "rows"):
        assert len(words.text(f"workbook.sheets.{name}")) <= 28
    for key in ("asked", "closed"):
        assert len(words.text(f"workbook.answer.{key}_title")) <= 32
        assert len(words.text(f"workbook.answer.{key}")) <= 255


def test_a_workbook_is_dated_by_the_arrival_of_its_file(edition, words):
    core = parts(annotated_workbook(case(edition, words, "refused"), SHEET))["docProps/core.xml"]
    assert re.findall(r"[\d-]{10}T[\d:]+Z", core) == ["2026-11-20T16:42:00Z"] * 2


@pytest.mark.parametrize("submission", [row["submission"] for row in ALL])
@pytest.mark.parametrize("sheet", [None, SHEET])
def test_the_same_case_makes_the_same_bytes(edition, words, submission, sheet):
    one, other = (annotated_workbook(case(edition, words, submission), sheet) for _ in range(2))
    assert one == other


def test_notes_are_shared_out_among_causes_and_the_rest_is_said(edition, words, monkeypatch):
    monkeypatch.setattr(sent_sheet, "MOST_NOTES", 5)
    made = book(annotated_workbook(case(edition, words, "refused"), SHEET))
    page = made["Falls Oct 26"]
    noted = {one.coordinate for row in page.iter_rows() for one in row if one.comment}
    # The first of each cause, then the second: nobody's first is crowded out by 1,204 of one kind.
    assert noted == {"J2", "J3", "G4", "G7", "L1"}
    assert fill(page["J1205"]) == MEND_FILL
    assert len(listed(made)) == 1208
    told = [row[1] for row in made["Summary"].iter_rows(values_only=True)]
    assert any(str(line).startswith("1,202 more marked places have no note") for line in told)


def test_links_end_where_excel_ends_and_findings_go_on_to_another_sheet(
    edition, words, monkeypatch
):
    monkeypatch.setattr(error_sheet, "MOST_LINKS", 3)
    monkeypatch.setattr("reports.workbook.annotated.MOST_ON_A_SHEET", 1000)
    made = book(annotated_workbook(case(edition, words, "refused"), SHEET))
    assert made.sheetnames == ["Summary", "Errors", "Errors 2", "Falls Oct 26"]
    assert [len(listed(made, name)) for name in ("Errors", "Errors 2")] == [1000, 208]
    assert [len(links(made[name])) for name in ("Errors", "Errors 2")] == [3, 3]
    assert made["Errors"]["E6"].value == "J5"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Falls Oct 26", "Falls Oct 26"),
        ("", "Rows"),
        ("Errors", "Errors (2)"),
        ("ERRORS", "ERRORS (2)"),
        ("History", "History (2)"),
        ("[a]:*?/\\'", "(a)"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("\N{GRINNING FACE}" * 40, "\N{GRINNING FACE}" * 15),
    ],
)
def test_a_sheet_has_a_name_that_excel_takes(words, sent, name):
    assert sheet_name(words, sent, "Rows", frozenset({"Summary", "Errors"})) == name


@pytest.mark.parametrize(
    ("named", "months"),
    [((None, None), "October 2026"), ((date(2026, 9, 1), date(2026, 9, 1)), "September 2026")],
)
def test_a_tried_file_is_said_to_be_one(words, named, months):
    agreed = Agreed(
        contracts=load_contracts(), registers=load_registers(),
        translations=HERE / "translations", today=date(2026, 11, 10),
    )  # fmt: skip
    receipt = {
        "submission": "20261110-090000-0123456789ab", "submitter": "7A4", "workstream": "falls",
        "table": "monthly", "file_name": "7A4_falls_202610_v01.csv", "sheet": "", "version": 1,
        "rows_read": 2, "rows_accepted": 1, "rows_set_aside": 1, "duplicate_of": None,
        "outcome": "partly_accepted", "arrived": datetime(2026, 11, 10, 9, tzinfo=UTC),
        "sha256": "0123456789ab" + 52 * "0", "answers": None, "trial": True,
        "months": [{"organisation": "7A4", "period": date(2026, 10, 1), "rows": 1}],
    }  # fmt: skip
    found = problems_frame(
        [cell(problems.NOT_A_COUNT, receipt["submission"], "B2", "falls_total", "x")]
    )
    tried = tried_case(agreed, words, receipt, found, named)
    made = book(annotated_workbook(tried, sheet_of(["a", "b"], ["1", "x"]), Occasion.TRIED))
    assert made.sheetnames == ["Summary", "Errors", "Rows as sent"]
    told = summary(made)
    assert ("What this means", words.text("workbook.summary.tried")) in told
    (deadline,) = [row[1] for row in told if row[0] == "Deadline"]
    assert months in deadline
    assert not any("inbox" in part for row in told for part in row)


# --- Nothing can run, whatever was sent -----------------------------------------------------------

HOSTILE = (
    "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=HYPERLINK(\"http://x.test\")",
    "http://x.test", "mailto:a@x.test", "file:///etc/passwd", "internal:'Errors'!A1",
    "external:x.xlsx", "=cmd|' /C calc'!A0", "{=1}", "\0=1", "a\x01\x0b\x1f\x7fb", "\ufffe\uffff",
    "<r><t>x</t></r>", "<r></si></sst>&lt;</r>", "]]>", "&amp;", "<!--", "_x003D_1", "_x0041_",
    "__x0000_", "_x0041_x0042_", "_x005F_x000D_",
    "\u202e=1\u202c", "\u2066x\u2069", "\ufeff=1", "\N{FULLWIDTH EQUALS SIGN}1",
    "x" * 32_767, "=" * 40_000, "\N{GRINNING FACE}" * 20_000, " ", "  a  ", "0012", "1E5", "TRUE",
    "#REF!",
    "2026-10", "'", "''='", "\u2028", "\ue000x\ue001", "{n}", "{column}", "%s", "|cmd", "\xa0=1",
)  # fmt: skip
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
ANY_TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.builds(str.__add__, st.sampled_from("=+-@\t\r|%'"), st.text("=+-@A1()!\t\"', ", max_size=9)),
)


def is_our_number(page: str, one: Any) -> bool:
    """A finding's number, or that of its row."""
    return page == "Errors" and one.column_letter in "AF" and isinstance(one.value, int)


def hostile_case(edition: Edition, words: Words, sent: list[str]) -> tuple[Case, pl.DataFrame]:
    """A file with these texts as cells, header, name of the sheet, name of the file and facts."""
    half = (len(sent) + 1) // 2
    pairs = [[one, other] for one, other in zip(sent, sent[::-1], strict=True)]
    rows = sheet_of(["ward_code", "falls"], *pairs)
    rows = rows.with_columns(
        pl.when(pl.col("row") == 1).then(pl.lit(sent[0])).otherwise(pl.col("A")).alias("A")
    )
    found = [
        Problem(
            kind, "refused", sheet=sent[-1], row=place + 2, column=sent[0], cell=f"B{place + 2}",
            value=value, facts={"suggestion": value, "site": value} | facts,
        )
        for place, value in enumerate(sent[:half])
        for kind, facts in (
            (problems.NOT_A_COUNT, {}),
            (problems.UNKNOWN_ORGANISATION, {}),
            (problems.WRONG_PATTERN, {"pattern": value}),
        )
    ]  # fmt: skip
    file = REFUSED | {"file_name": sent[0], "sheet": sent[-1]}
    made = replace(edition_of(edition, file), problems=problems_frame(found))
    return case_of(Records.of(made, "7A4"), words, "refused"), rows


def assert_nothing_runs(made: bytes) -> Any:
    """No formula, no link that leaves the workbook, no part that is not ours; XML that is whole."""
    every = parts(made)
    for name, part in every.items():
        ElementTree.fromstring(part)
        assert "<f>" not in part
        assert "<f " not in part
        assert 'TargetMode="External"' not in part, name
        assert not re.search("externalLink|vbaProject|connections|customXml", name)
    read = book(made)
    for page in read:
        assert all(link.target is None and link.id is None for link in links(page).values())
        for row in page.iter_rows():
            for one in row:
                assert one.data_type in ("s", "n")
                if one.value is not None and not is_our_number(page.title, one):
                    assert one.data_type == "s"
                    assert not FORBIDDEN.search(unescape(one.value))
                    assert len(unescape(one.value).encode("utf-16-le")) <= 2 * LONGEST
                    assert one.number_format == "@"
                if one.comment:
                    assert not FORBIDDEN.search(unescape(one.comment.text))
    return read


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sent=st.lists(ANY_TEXT, min_size=1, max_size=8))
@example(sent=list(HOSTILE))
@example(sent=["<r><t>x</t></r>"])
@example(sent=["_x000D_", "\r"])
def test_nothing_that_was_sent_can_run(edition, words, sent):
    hostile, rows = hostile_case(edition, words, sent)
    read = assert_nothing_runs(annotated_workbook(hostile, rows))
    page = read.worksheets[-1]
    for number, _, right in rows.iter_rows():
        got = page[f"B{number}"].value
        if right and re.fullmatch(r"[ -~\t\n]{1,32767}", right) and not re.search(r"\d{3}", right):
            # Printable text comes back to the letter (openpyxl leaves _x..._ to its caller).
            assert unescape(got) == right or "•" in got
        elif right:
            assert got
    values = {row["value"] for row in listed(read)}
    told = {unescape(value) for value in values if value}
    assert told == {shown(words, value) or "empty" for value in sent[: (len(sent) + 1) // 2]}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sent=st.lists(ANY_TEXT, min_size=1, max_size=8))
@example(sent=list(HOSTILE))
def test_the_list_as_csv_runs_nothing_either(edition, words, sent):
    hostile, _ = hostile_case(edition, words, sent)
    listed_as_csv = problem_list(hostile, hostile.problems).decode("utf-8-sig")
    for line in csv.reader(io.StringIO(listed_as_csv, newline="")):
        for one in line:
            starts = one.lstrip(" \xa0")[:1]
            is_number = re.fullmatch(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?", one)
            assert starts not in tuple("=+-@\t\r\n|%") or is_number
            assert "\0" not in one
