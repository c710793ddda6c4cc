"""Rows are held against the contract: each kind of bad row, what is said and what is set aside.

All files of ROWS lie in one inbox and are checked together, as on a night; each is then looked at
alone. Rows and cells are those that Excel shows: row 1 is the header. Columns: boards.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from boards import COLUMNS, Desk, Ending, csv_of, lines_of, patient_number, ward, workbook_of

from assets.steps.check import check
from assets.steps.receive import receive_files
from assets.steps.submissions import MonthSent
from data_contracts.contract import Contract, Scope

Row = dict[str, Any]
Found = list[tuple[str, int | None, str | None]]
MARCH = date(2024, 3, 1)

GOOD = [ward("A1"), ward("A2"), ward("A3")]
# Bad rows beside three good ones (rows 2 to 4), and what is to be found: code, row, cell.
PARTLY: dict[str, tuple[list[Row], Found]] = {
    "unknown organisation": ([ward("B1", organisation_code="7A9")], [("R02", 5, "A5")]),
    "organisation of another sender": (
        [ward("B1", organisation_code="7A1", site_code="7A1AU")],
        [("R03", 5, "A5")],
    ),
    "unknown site": ([ward("B1", site_code="7A4ZZ")], [("R04", 5, "B5")]),
    "site of another organisation": ([ward("B1", site_code="7A3B7")], [("R05", 5, "B5")]),
    "hospital in England": ([ward("B1", site_code="RJR05")], [("R04", 5, "B5")]),
    "negative count": ([ward("B1", enhanced_observation_days=-3)], [("C03", 5, "S5")]),
    "count too large": ([ward("B1", occupied_bed_days=20001)], [("C04", 5, "H5")]),
    "decimal": ([ward("B1", falls_total="6.5")], [("C02", 5, "I5")]),
    "words": ([ward("B1", falls_total="none")], [("C02", 5, "I5")]),
    "percentage": ([ward("B1", risk_assessed_within_24h="75%")], [("C02", 5, "Q5")]),
    "blank": ([ward("B1", falls_death=None)], [("C01", 5, "N5")]),
    "several blanks": (
        [ward("B1", site_code=None, setting="  ", period=None)],
        [("C01", 5, "B5"), ("C01", 5, "E5"), ("C01", 5, "G5")],
    ),
    "suppressed": (
        [ward("B1", falls_low_harm="<5"), ward("B2", falls_low_harm="*"),
         ward("B3", falls_low_harm="[c]")],
        [("C10", 5, "K5"), ("C10", 6, "K6"), ("C10", 7, "K7")],
    ),
    "unknown setting": ([ward("B1", setting="theatre")], [("C05", 5, "E5")]),
    "no month": (
        [ward("B1", period="Marsh 2024"), ward("B2", period="2024-13"),
         ward("B3", period="2024-03-05")],
        [("C06", 5, "G5"), ("C06", 6, "G6")],
    ),
    "no date": ([ward("B1", extracted_on="05/04/2024")], [("C07", 5, "T5")]),
    "month that is not over": ([ward("B1", period="2024-04")], [("C08", 5, "G5")]),
    "month before the return began": ([ward("B1", period="2020-12")], [("R06", 5, "G5")]),
    "code with strange letters": ([ward("B1", ward_code="B1;drop")], [("C09", 5, "C5")]),
    "the same ward twice": (
        [ward("B1", falls_total=5, falls_no_harm=3), ward("B1")],
        [("R01", 5, None), ("R01", 6, None)],
    ),
    "more assessed than at risk": (
        [ward("B1", risk_assessed_within_24h=41)], [("FA04", 5, None)],
    ),
    "harm that does not add up": ([ward("B1", falls_total=5)], [("FA01", 5, None)]),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk_of_all(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """All files of PARTLY, each under a name of its own, checked in one night."""
    desk = Desk(tmp_path_factory.mktemp("check") / "lake")
    desk.root.mkdir()
    for case, (rows, _) in PARTLY.items():
        columns = (*COLUMNS, "extracted_on")
        desk.put(csv_of([*GOOD, *rows], columns), name_of(case), folder="7A4")
    desk.check()
    return desk


def name_of(case: str) -> str:
    return f"falls {case}.csv"


@pytest.mark.parametrize("case", PARTLY)
def test_a_bad_row_is_set_aside_and_named(desk_of_all: Desk, case: str) -> None:
    rows, found = PARTLY[case]
    ending = desk_of_all.ending(name_of(case))
    assert ending.found == found
    assert ending.outcome == "partly_accepted"
    wrong = {row for _, row, _ in found}
    assert ending.receipt.rows_read == 3 + len(rows)
    assert ending.receipt.rows_set_aside == len(wrong)
    kept = [row for row in range(2, 5 + len(rows)) if row not in wrong]
    assert ending.records["row"].to_list() == kept


def test_a_row_whose_cells_have_moved_is_set_aside(desk: Desk) -> None:
    """1,234 without quotation marks is two cells; 234 would pass for the number of falls."""
    ending = desk.through(csv_of([*GOOD, ward("B1", occupied_bed_days="1,234")]))
    assert ("R09", 5, None) in ending.found
    assert {row for _, row, _ in ending.found} == {5}
    assert ending.records["row"].to_list() == [2, 3, 4]


@pytest.mark.parametrize(
    ("case", "code", "facts"),
    [
        ("unknown organisation", "R02", [{"suggestion": ""}]),
        ("organisation of another sender", "R03", [{"submitter": "7A4"}]),
        ("site of another organisation", "R05", [{"organisation": "7A4", "owner": "7A5"}]),
        ("negative count", "C03", [{"minimum": 0}]),
        ("count too large", "C04", [{"maximum": 20000}]),
        ("decimal", "C02", [{}]),
        ("month that is not over", "C08", [{"latest": "2024-03"}]),
        ("month before the return began", "R06", [{"due_from": "2021-01", "period": "2020-12"}]),
        ("the same ward twice", "R01", [{"rows": [5, 6]}, {"rows": [5, 6]}]),
        (
            "more assessed than at risk",
            "FA04",
            [{"at_risk_admissions": "40", "risk_assessed_within_24h": "41"}],
        ),
    ],
)  # fmt: skip
def test_a_problem_carries_what_its_sentences_need(
    desk_of_all: Desk, case: str, code: str, facts: list[dict[str, Any]]
) -> None:
    assert desk_of_all.ending(name_of(case)).facts(code) == facts


@pytest.mark.parametrize(
    ("case", "value"),
    [("suppressed", "<5"), ("unknown setting", "theatre"), ("negative count", "-3"),
     ("blank", None)],
)  # fmt: skip
def test_a_problem_shows_the_value_as_it_was_sent(
    desk_of_all: Desk, case: str, value: str | None
) -> None:
    assert desk_of_all.ending(name_of(case)).problems["value"][0] == value


def test_a_month_counts_its_rows_and_those_set_aside(desk_of_all: Desk) -> None:
    ending = desk_of_all.ending(name_of("negative count"))
    assert ending.receipt.months == (
        MonthSent(organisation="7A4", period=MARCH, rows=3, set_aside=1),
    )
    assert ending.receipt.unplaced == 0


@pytest.mark.parametrize(
    "case",
    ["unknown organisation", "month that is not over", "month before the return began",
     "organisation of another sender", "site of another organisation"],
)  # fmt: skip
def test_a_row_of_a_month_that_nobody_can_tell_is_counted_apart(
    desk_of_all: Desk, case: str
) -> None:
    """It may belong to any month of the file, so all of them may lack it."""
    receipt = desk_of_all.ending(name_of(case)).receipt
    assert receipt.unplaced == 1
    assert receipt.months == (MonthSent(organisation="7A4", period=MARCH, rows=3, set_aside=0),)


def test_a_near_miss_of_a_name_is_suggested(desk: Desk) -> None:
    ending = desk.through(csv_of([*GOOD, ward("B1", organisation_code="Cardif and Vale")]))
    assert ending.facts("R02") == [{"suggestion": "7A4"}]


@pytest.fixture
def good(desk: Desk) -> Ending:
    return desk.through(csv_of(GOOD))


def test_a_good_file_is_accepted_without_a_word(good: Ending) -> None:
    assert (good.outcome, good.found) == ("accepted", [])
    receipt = good.receipt
    assert (receipt.workstream, receipt.table, receipt.version) == ("falls", "monthly", 1)
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_set_aside) == (3, 3, 0)
    assert not (good.folder / "sheet.parquet").exists()


def test_records_are_typed_and_carry_codes(desk: Desk) -> None:
    named = ward("A1", organisation_code="Cardiff & Vale UHB", site_code="uhw", falls_total="6.0")
    records = desk.through(csv_of([named])).records
    assert records.schema["falls_total"] == pl.Int64
    assert records.schema["period"] == pl.Date
    row = records.row(0, named=True)
    assert (row["organisation_code"], row["site_code"]) == ("7A4", "7A4BV")
    assert (row["period"], row["falls_total"], row["row"]) == (MARCH, 6, 2)


def test_a_file_with_problems_keeps_its_sheet_for_the_steward(desk: Desk) -> None:
    ending = desk.through(csv_of([*GOOD, ward("B1", falls_total="six")]))
    sheet = pl.read_parquet(ending.folder / "sheet.parquet")
    assert sheet["row"].to_list() == [1, 2, 3, 4, 5]
    assert sheet["I"].to_list() == ["falls_total", "6", "6", "6", "six"]


def test_a_row_of_totals_is_left_out_and_takes_nothing_from_its_month(desk: Desk) -> None:
    total = ward("", organisation_code="Cyfanswm", site_code=None, falls_total=18)
    ending = desk.through(csv_of([*GOOD, total, ward("", ward_name="Total")]))
    assert ending.outcome == "accepted_with_warnings"
    assert ending.found == [("R08", 5, "A5"), ("R08", 6, "D6")]
    assert ending.problems["value"].to_list() == ["Cyfanswm", "Total"]
    assert ending.receipt.months == (
        MonthSent(organisation="7A4", period=MARCH, rows=3, set_aside=0),
    )
    assert (ending.receipt.rows_read, ending.receipt.unplaced) == (5, 0)


def test_a_ward_called_w_is_no_total(desk: Desk) -> None:
    assert desk.through(csv_of([ward("W")])).outcome == "accepted"


def test_ward_rows_and_a_row_of_their_site_are_all_set_aside(desk: Desk) -> None:
    other = ward("A1", site_code="7A4C1")
    ending = desk.through(csv_of([ward("A1"), ward(None), other]))
    assert ending.found == [("R07", 2, "C2"), ("R07", 3, "C3")]
    assert ending.facts("R07") == [{"site": "7A4BV"}, {"site": "7A4BV"}]
    assert ending.records["site_code"].to_list() == ["7A4C1"]


def test_wards_in_one_file_and_their_site_in_another_do_not_meet(desk: Desk) -> None:
    desk.put(csv_of([ward("A1")]))
    desk.put(csv_of([ward(None)]), "7A4_falls_202403_v02.csv")
    desk.check()
    assert [ending.outcome for ending in desk.endings()] == ["accepted", "accepted"]


def test_a_file_of_bad_rows_only_is_refused(desk: Desk) -> None:
    ending = desk.through(csv_of([ward("A1", falls_total=-1), ward("A2", falls_total="?")]))
    assert ending.outcome == "refused"
    assert ending.found == [("C02", 3, "I3"), ("C03", 2, "I2"), ("FA01", 2, None),
                            ("FA03", 2, None), ("FA05", 2, None), ("S02", None, None)]  # fmt: skip
    assert not (ending.folder / "records.parquet").exists()
    assert (ending.receipt.rows_accepted, ending.receipt.months) == (0, ())


def test_a_file_that_a_rule_of_its_contract_refuses_counts_nothing(desk: Desk) -> None:
    night = desk.night
    contracts = tuple(map(_refusing_many_falls, night.contracts))
    night = replace(night, contracts=contracts)
    desk.put(csv_of([*GOOD, ward("B1", falls_total=25, falls_no_harm=25, falls_low_harm=0)]))
    receive_files(night)
    for contract in contracts:
        check(night, contract)
    ending = desk.ending()
    assert (ending.outcome, ending.found) == ("refused", [("FA07", 5, None)])
    assert (ending.receipt.rows_read, ending.receipt.rows_accepted) == (4, 0)
    assert ending.receipt.months == ()
    assert not (ending.folder / "records.parquet").exists()


def _refusing_many_falls(contract: Contract) -> Contract:
    """The contract with FA07 as a rule that refuses the whole file."""
    tables = tuple(
        replace(
            table,
            rules=tuple(
                replace(rule, scope=Scope.SUBMISSION) if rule.code == "FA07" else rule
                for rule in table.rules
            ),
        )
        for table in contract.tables
    )
    return replace(contract, tables=tables)


def test_a_file_of_totals_only_is_refused(desk: Desk) -> None:
    ending = desk.through(csv_of([ward(organisation_code="Wales")]))
    assert (ending.outcome, ending.found) == ("refused", [("R08", 2, "A2"), ("S02", None, None)])


def test_an_unusual_figure_is_asked_about_and_counted(desk: Desk) -> None:
    many = ward("A1", falls_total=25, falls_no_harm=25, falls_low_harm=0)
    ending = desk.through(csv_of([many]))
    assert ending.outcome == "accepted_with_warnings"
    assert ending.found == [("FA07", 2, None)]
    assert ending.facts("FA07") == [{"falls_total": "25", "occupied_bed_days": "800"}]
    assert ending.receipt.warnings == 1
    assert ending.records.height == 1


@pytest.mark.parametrize(
    ("name", "named", "found"),
    [
        ("7A4_falls_202401-202403_v01.csv", "2024-01 - 2024-03", "2024-03"),
        ("7A1_falls_202403_v01.csv", "7A1", "7A4"),
    ],
)
def test_a_name_that_says_otherwise_is_asked_about(
    desk: Desk, name: str, named: str, found: str
) -> None:
    ending = desk.through(csv_of(GOOD), name, folder="7A4")
    assert ending.outcome == "accepted_with_warnings"
    assert ending.facts("S04") == [{"named": named, "found": found}]


def test_months_without_a_row_in_the_middle_are_asked_about(desk: Desk) -> None:
    rows = [ward("A1", period=period) for period in ("2023-11", "2023-12", "2024-02", "2024-03")]
    ending = desk.through(csv_of(rows), "7A4_falls_202311-202403_v01.csv")
    assert ending.outcome == "accepted_with_warnings"
    assert ending.facts("S04") == [
        {"named": "2023-11 - 2024-03", "found": "2023-11 - 2023-12, 2024-02 - 2024-03"}
    ]


def test_a_month_that_the_name_does_not_state_is_set_aside(desk: Desk) -> None:
    """One mistyped month would replace the ward's figures of another."""
    desk.put(csv_of([*GOOD, ward("B1", period="2023-03")]))
    desk.put(csv_of([*GOOD, ward("B1", period="2023-03")]), "falls.csv", folder="7A4")
    desk.check()
    ending = desk.ending()
    assert (ending.outcome, ending.found) == ("partly_accepted", [("R10", 5, "G5")])
    assert ending.facts("R10") == [{"named": "2024-03"}]
    assert ending.problems["value"].to_list() == ["2023-03"]
    assert (ending.receipt.unplaced, ending.receipt.months) == (
        1, (MonthSent(organisation="7A4", period=MARCH, rows=3, set_aside=0),),
    )  # fmt: skip
    # A name that states no month says nothing about one.
    assert desk.ending("falls.csv").outcome == "accepted"


def test_a_file_of_other_months_than_its_name_states_is_refused(desk: Desk) -> None:
    ending = desk.through(csv_of(GOOD), "7A4_falls_202402_v01.csv")
    assert ending.outcome == "refused"
    assert {code for code, _, _ in ending.found} == {"R10", "S02"}
    assert ending.receipt.months == ()


AMBULANCE = ("organisation_code", "setting", "population", "period", "red_responses",
             "red_responses_within_8_minutes")  # fmt: skip


def calls(organisation: str, period: str, population: str = "all") -> Row:
    """One good row of the ambulance service."""
    values = (organisation, "ambulance", population, period, 500, 250)
    return dict(zip(AMBULANCE, values, strict=True))


def test_a_mistyped_month_of_the_ambulance_replaces_no_other(desk: Desk) -> None:
    rows = [calls("7A1", "2024-03"), calls("7A2", "2024-02")]
    ending = desk.through(csv_of(rows, AMBULANCE), "RT4_ambulance_202403_v01.csv")
    assert ending.found == [("R10", 3, "D3")]
    assert [(m.organisation, m.period, m.rows) for m in ending.receipt.months] == [
        ("7A1", MARCH, 1)
    ]
    assert ending.receipt.unplaced == 1


def test_a_receipt_names_only_organisations_that_the_sender_may_send_for(desk: Desk) -> None:
    """Half of RT4's rows carry the code of a trust: its own month is not what is lacking."""
    rows = [calls("7A1", "2024-03"), calls("RQF", "2024-03")]
    ending = desk.through(csv_of(rows, AMBULANCE), "RT4_ambulance_202403_v01.csv")
    assert ("R03", 3, "A3") in ending.found
    assert {month.organisation for month in ending.receipt.months} == {"7A1"}
    assert ending.receipt.unplaced == 1


EVENTS = (*COLUMNS[:3], *COLUMNS[4:7], "event_type", "event_date", "event_number")


def event(code: str, day: str | None, number: int | None = 1, **changed: Any) -> Row:
    """One hip fracture of a ward; without a day a month without any."""
    kind = "none" if day is None else "hip_fracture"
    told = {"event_type": kind, "event_date": day, "event_number": number if day else None}
    return ward(code) | told | changed


def test_an_event_lies_in_the_month_of_its_row(desk: Desk) -> None:
    rows = [event("A1", "2024-03-01"), event("A1", "2024-03-31"), event("A2", "2024-02-29"),
            event("A3", "2024-04-01"), event("A4", None)]  # fmt: skip
    ending = desk.through(csv_of(rows, EVENTS), "7A4_falls-events_202403_v01.csv")
    assert ending.found == [("R11", 4, "H4"), ("R11", 5, "H5")]
    assert ending.facts("R11") == [{"period": "2024-03"}, {"period": "2024-03"}]
    assert ending.problems["value"].to_list() == ["2024-02-29", "2024-04-01"]
    assert (ending.outcome, ending.receipt.unplaced) == ("partly_accepted", 2)
    assert ending.records["row"].to_list() == [2, 3, 6]


@pytest.mark.parametrize("other", ["a1", "A1 ", "ward  1", " WARD 1"])
def test_two_spellings_of_a_ward_are_one_ward_twice(desk: Desk, other: str) -> None:
    first = "Ward 1" if "1" in other and "w" in other.lower() else "A1"
    changed = {} if first != other.strip() else {"falls_hip_fracture": 1}
    ending = desk.through(csv_of([ward(first), ward(other, **changed), ward("A2")]))
    assert ending.found == [("R01", 2, None), ("R01", 3, None)]
    assert ending.facts("R01") == [{"rows": [2, 3]}, {"rows": [2, 3]}]
    assert ending.records["ward_code"].to_list() == ["A2"]


def test_two_spellings_of_a_ward_are_refused_whatever_their_rows_are_about(desk: Desk) -> None:
    """They would be counted as two wards, each with half of the figures."""
    rows = [ward("A1"), ward("a1", population="children"), ward("A2"),
            ward("A2", population="children")]  # fmt: skip
    ending = desk.through(csv_of(rows))
    assert ending.found == [("R01", 2, None), ("R01", 3, None)]
    assert ending.records["row"].to_list() == [4, 5]


def test_a_row_for_all_beside_rows_for_some_counts_twice(desk: Desk) -> None:
    rows = [
        ward("A1", population="all"), ward("a1 ", population="children"),
        ward("A2"), ward("A2", population="children"),
        ward(None, site_code="7A4C1", population="all"),
        ward(None, site_code="7A4C1", population="older_people"),
        ward(None, site_code="7A4C1", setting="community_hospital", population="older_people"),
        ward("A1", site_code="7A4C2", population="all"),
        ward("A1", site_code="7A4C2", population="adults", period="2024-02"),
    ]  # fmt: skip
    ending = desk.through(csv_of(rows), "7A4_falls_202402-202403_v01.csv")
    told = [one for one in ending.found if one[0] == "R12"]
    assert told == [("R12", row, f"F{row}") for row in (2, 3, 6, 7)]
    assert set(ending.problems.filter(pl.col("code") == "R12")["value"]) == {
        "all", "children", "older_people",
    }  # fmt: skip
    assert {4, 5, 8} <= set(ending.records["row"])


def test_the_ambulance_has_no_row_for_all_beside_another(desk: Desk) -> None:
    rows = [calls("7A1", "2024-03"), calls("7A1", "2024-03", "children"), calls("7A2", "2024-03")]
    ending = desk.through(csv_of(rows, AMBULANCE), "RT4_ambulance_202403_v01.csv")
    assert {one for one in ending.found if one[0] == "R12"} == {("R12", 2, "C2"), ("R12", 3, "C3")}
    assert ending.records["row"].to_list() == [4]


def test_a_person_in_the_text_of_a_change_locks_the_file(desk: Desk) -> None:
    columns = ("organisation_code", "workstream", "measure", "site_code", "date", "kind", "text_en",
               "author_role")  # fmt: skip
    row = {"organisation_code": "7A4", "workstream": "falls", "measure": "falls_rate",
           "site_code": "7A4BV", "date": "2024-02-12", "kind": "test_of_change",
           "text_en": "Huddle from 12/02/2024", "author_role": "Lead"}  # fmt: skip
    born = row | {"date": "2024-02-13", "text_en": "Mrs J, born 17/03/1951, fell"}
    home = row | {"date": "2024-02-13", "text_en": "Asked for by a carer (CF144XW)"}
    desk.put(csv_of([row], columns), "7A4_changes_202402_v01.csv")
    desk.put(csv_of([row, born], columns), "7A4_changes_202402_v02.csv")
    desk.put(csv_of([row, home], columns), "7A4_changes_202402_v03.csv")
    desk.check()
    assert [ending.outcome for ending in desk.endings()] == [
        "accepted", "quarantined", "quarantined",
    ]  # fmt: skip
    assert desk.ending("7A4_changes_202402_v02.csv").facts("S01") == [{"kind": "date_of_birth"}]
    assert desk.ending("7A4_changes_202402_v03.csv").facts("S01") == [{"kind": "postcode"}]


def test_an_old_encoding_stays_a_question_after_the_check(desk: Desk) -> None:
    ending = desk.through(csv_of([ward(ward_name="Ward Môn")], encoding="cp1252"))
    assert (ending.outcome, ending.found) == ("accepted_with_warnings", [("F05", None, None)])


def test_a_workbook_names_its_sheet_and_cells(desk: Desk) -> None:
    title = [["Falls"], []]
    lines = [*title, *lines_of([ward("A1"), ward("A2", falls_total=-1)])]
    ending = desk.through(workbook_of(lines), "7A4_falls_202403_v01.xlsx")
    assert ("C03", 5, "I5") in ending.found
    assert set(ending.problems["sheet"]) == {"Sheet 1"}
    assert ending.receipt.sheet == "Sheet 1"


def test_one_bad_file_costs_the_others_nothing(desk: Desk) -> None:
    desk.put(csv_of([ward(falls_total=-1)]), "7A4_falls_202401_v01.csv")
    desk.put(csv_of([ward(ward_code=patient_number(5))]), "7A4_falls_202402_v01.csv")
    desk.put(csv_of(GOOD))
    desk.check()
    outcomes = {ending.receipt.file_name: ending.outcome for ending in desk.endings()}
    assert outcomes == {
        "7A4_falls_202401_v01.csv": "refused",
        "7A4_falls_202402_v01.csv": "quarantined",
        "7A4_falls_202403_v01.csv": "accepted",
    }


def test_files_are_checked_alike_alone_and_together(desk: Desk, desk_of_all: Desk) -> None:
    alone = desk.through(csv_of([*GOOD, *PARTLY["suppressed"][0]], (*COLUMNS, "extracted_on")))
    assert alone.found == desk_of_all.ending(name_of("suppressed")).found


def test_a_site_counts_for_the_board_of_its_time(desk: Desk) -> None:
    """Princess of Wales: Abertawe Bro Morgannwg until March 2019, Cwm Taf Morgannwg since."""
    columns = ("organisation_code", "site_code", "setting", "population", "period",
               "attendances", "within_4_hours", "within_12_hours")  # fmt: skip
    row = {"organisation_code": "7A5", "site_code": "7A3B7", "setting": "ed_assessment",
           "population": "all", "attendances": 100,
           "within_4_hours": 80, "within_12_hours": 95}  # fmt: skip
    rows = [row | {"period": "2019-03"}, row | {"period": "2019-04"}]
    name = "7A5_emergency-department_201903-201904_v01.csv"
    ending = desk.through(csv_of(rows, columns), name)
    assert [problem for problem in ending.found if problem[0] != "S04"] == [("R05", 2, "B2")]
    assert ending.facts("R05") == [{"organisation": "7A5", "owner": "7A3"}]


def test_a_hospital_has_no_figures_before_it_opened(desk: Desk) -> None:
    columns = ("organisation_code", "site_code", "setting", "population", "period",
               "attendances", "within_4_hours", "within_12_hours")  # fmt: skip
    row = {"organisation_code": "7A6", "site_code": "7A6G9", "setting": "ed_assessment",
           "population": "all", "attendances": 100,
           "within_4_hours": 80, "within_12_hours": 95}  # fmt: skip
    rows = [row | {"period": "2020-10"}, row | {"period": "2020-11"}]
    ending = desk.through(csv_of(rows, columns), "7A6_emergency-department_202010-202011_v01.csv")
    assert ("R04", 2, "B2") in ending.found
    assert ending.records["period"].to_list() == [date(2020, 11, 1)]


def test_the_ambulance_service_sends_for_the_boards_and_they_do_not(desk: Desk) -> None:
    columns = ("organisation_code", "setting", "population", "period", "red_responses",
               "red_responses_within_8_minutes")  # fmt: skip
    row = {"organisation_code": "7A1", "setting": "ambulance", "population": "all",
           "period": "2024-03", "red_responses": 500,
           "red_responses_within_8_minutes": 250}  # fmt: skip
    content = csv_of([row], columns)
    assert desk.through(content, "RT4_ambulance_202403_v01.csv").outcome == "accepted"
    own = desk.through(content, "7A1_ambulance_202403_v01.csv")
    assert ("R03", 2, "A2") in own.found
    assert own.outcome == "refused"


def test_changes_have_days_and_no_months(desk: Desk) -> None:
    columns = ("organisation_code", "workstream", "measure", "site_code", "date", "kind", "text_cy",
               "author_role")  # fmt: skip
    row = {"organisation_code": "7A4", "workstream": "falls", "measure": "falls_rate",
           "site_code": "7A4BV", "date": "2024-02-12", "kind": "test_of_change",
           "text_cy": "Huddle", "author_role": "Lead"}  # fmt: skip
    wrong = row | {"site_code": "7A3C7", "text_cy": None}
    ending = desk.through(csv_of([row, wrong], columns), "7A4_changes_202402_v01.csv")
    assert ending.found == [("CH01", 3, None), ("R05", 3, "D3")]
    assert ending.records["date"].to_list() == [date(2024, 2, 12)]


def test_the_step_tells_what_it_did(desk: Desk, tmp_path: Path) -> None:
    desk.put(csv_of([*GOOD, ward("B1", falls_total=5)]))
    desk.receive()
    falls = next(c for c in desk.night.contracts if c.workstream == "falls")
    result = check(desk.night, falls)
    assert (result.rows, result.rows_by_organisation) == (3, {"7A4": 3})
    assert result.metadata == {"files": 1, "partly_accepted": 1}
