"""One made-up file for each code there is, which is told that code and no other.

Here: every built-in code and every rule of every contract, so that a new one without a file fails.
Not here: what a code does to a file (test_bad_files.py, tests/assets). All files go through one
reading and one check, because starting Great Expectations costs seconds; two need files before
them, and have a lake of their own.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from made_up import FIFTH, MARCH, PROJECT, csv_of, row, rows
from made_up_history import PAST

from assets.steps.check import check
from assets.steps.in_force import in_force
from assets.steps.night import Night
from assets.steps.receive import receive_files
from assets.steps.submissions import PROBLEMS, all_receipts
from data_contracts.contract import Column, ColumnType, Contract, Table, load_contracts
from data_contracts.problems import CATALOGUE

Row = dict[str, Any]
HAND_HYGIENE, NOBODY = "hand-hygiene", "nobody"
GOOD = rows("7A4", "2024-03")
# A byte more than is taken.
TOO_LARGE = (50 << 20) + 1
# That no row could be used follows from what is wrong with the rows: here, that all are totals.
BESIDE = {"S02": frozenset({"R08"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of 7A4 or of another sender; `before` is sent first, and has to be in order.

    What the file before is told instead is its `told`; `a_night_later` it has its outcome already.
    """

    content: bytes
    topic: str = HAND_HYGIENE
    months: str = "202403"
    ending: str = ".csv"
    sender: str = "7A4"
    before: File | None = None
    told: frozenset[str] = frozenset()
    a_night_later: bool = False

    def name(self, version: int) -> str:
        months = f"_{self.months}" if self.months else ""
        sender = "7A4" if self.sender == NOBODY else self.sender
        return f"{sender}_{self.topic}{months}_v{version:03}{self.ending}"


def sheet_of(sent: Iterable[Row], **more: Any) -> File:
    return File(content=csv_of(list(sent)), **more)


def beside(**changed: Any) -> File:
    """A good row of ward A, and one of ward B with changed cells."""
    return sheet_of([GOOD[0], GOOD[1] | changed])


def book_of(*sheets: list[Row], hidden_row: int | None = None, hidden: int | None = None) -> File:
    """A workbook with a header and rows on each sheet."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for number, sent in enumerate(sheets):
            sheet = book.add_worksheet()
            for place, cells in enumerate([list(GOOD[0]), *(list(one.values()) for one in sent)]):
                sheet.write_row(place, 0, cells)
            if hidden == number:
                sheet.hide()
            if hidden_row is not None:
                sheet.set_row(hidden_row, None, None, {"hidden": True})
    return File(content=buffer.getvalue(), ending=".xlsx")


def answer_to(submission: str, code: str, row: int, column: str) -> bytes:
    """A line of the list of problems with an answer beside it."""
    named = {"Row": row, "Column": column, "Code": code, "Submission": submission}
    return csv_of([named | {"Answer": "It is right."}])


def patient_number() -> str:
    """An NHS number of the range 999, which is kept for tests and given to nobody."""
    digits = [9, 9, 9, 0, 0, 0, 0, 0, 1]
    total = sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=True))
    return "".join(map(str, digits)) + str((11 - total % 11) % 11)


GOOD_CSV = csv_of(GOOD)
WELSH = csv_of([*GOOD, row("7A4", "C", "2024-03", ward_name="Ward Caffé")])
# Blank in ward B's row, and the submission that it becomes: sent first, at 09:01.
BLANK = beside(soap_litres=None)
BLANK_SENT = f"20240410-090100-{sha256(BLANK.content).hexdigest()[:12]}"
SUMS = [row("7A4", "Total", "2024-03"), row("7A4", "Cyfanswm", "2024-03")]
BUILT_IN: Mapping[str, File] = {
    "F01": File(content=b""),
    "F02": File(content=b"PK\x03\x04 broken off", ending=".xlsx"),
    "F03": File(content=b"%PDF-1.7 a picture of a table", ending=".pdf"),
    # One letter as UTF-8 writes it, one as it was written before.
    "F04": File(content=WELSH.replace("é".encode(), "ŷ".encode() + b"\xe9")),
    "F05": File(content=WELSH.decode().encode("cp1252")),
    "F06": sheet_of(
        [{"organisation_code": "7A4", "site_code": "7A4BV", "period": "2024-03"}], topic="figures"
    ),
    "F07": sheet_of(GOOD, sender=NOBODY),
    "F08": sheet_of(GOOD, before=sheet_of(GOOD)),
    "F09": File(content=b"figures,"),
    "F10": book_of(GOOD, rows("7A4", "2024-03", wards="C")),
    "F11": book_of(GOOD, hidden_row=2),
    "F12": book_of(GOOD, rows("7A4", "2024-03", wards="C"), hidden=1),
    "H01": sheet_of({n: cell for n, cell in one.items() if n != "soap_litres"} for one in GOOD),
    "H02": sheet_of(one | {"colour": "red"} for one in GOOD),
    "H03": File(content=GOOD_CSV.replace(b"ward_name", b"soap_litres")),
    "H04": File(content=GOOD_CSV.partition(b"\n")[2]),
    "H05": File(content=GOOD_CSV.partition(b"\n")[0] + b"\n"),
    "A01": File(content=answer_to("20240410-090000-0123456789ab", "S04", 0, ""), topic="answers"),
    "A02": File(
        content=answer_to(BLANK_SENT, "C01", 3, "soap_litres"),
        topic="answers",
        before=replace(BLANK, told=frozenset({"C01"})),
        a_night_later=True,
    ),
    "C01": BLANK,
    "C02": beside(soap_litres="a few"),
    "C03": beside(soap_litres=-1),
    "C04": beside(opportunities=100_001),
    "C05": beside(setting="theatre"),
    "C06": beside(period="2024-13"),
    "C07": sheet_of(
        one | {"extracted_on": day} for one, day in zip(GOOD, ("2024-04-02", "2024"), strict=True)
    ),
    "C08": sheet_of([*GOOD, row("7A4", "A", "2024-06")]),
    "C09": beside(ward_code="*B*"),
    "C10": beside(soap_litres="<5"),
    "C11": beside(soap_litres="not collected"),
    # The ward's row is there, and nothing is in it but this.
    "C12": beside(
        occupied_bed_days="No report received", opportunities=None, compliant=None, soap_litres=""
    ),
    "R01": sheet_of([*GOOD, GOOD[0]]),
    "R02": beside(organisation_code="7A9"),
    "R03": sheet_of([*GOOD, row("7A7", "A", "2024-03")]),
    "R04": beside(site_code="7A4ZZ"),
    "R05": beside(site_code="7A7EJ"),
    "R06": sheet_of([*GOOD, row("7A4", "A", "2023-12")]),
    # February has rows of wards only, so that some rows are left.
    "R07": sheet_of(
        [*rows("7A4", "2024-02"), *GOOD, GOOD[0] | {"ward_code": None}], months="202402-202403"
    ),
    "R08": sheet_of([*GOOD, SUMS[0]]),
    "R09": File(content=GOOD_CSV.rstrip(b"\n") + b",6\n"),
    "R10": sheet_of([*GOOD, row("7A4", "A", "2024-02")]),
    "R12": sheet_of([*GOOD, GOOD[0] | {"population": "all"}]),
    "R13": File(content=GOOD_CSV + b"Source: the observers' sheets\n"),
    "S01": beside(ward_code=patient_number()),
    "S02": sheet_of(SUMS),
    "S03": sheet_of(
        rows("7A4", "2024-03", wards="A"),
        before=sheet_of(rows("7A4", "2024-02"), months="202402"),
    ),
    "S04": sheet_of(GOOD, months="202402-202403"),
}

# A good row of each table: every count that must be sent is 10 unless it is named here.
USUAL: Mapping[str, Row] = {
    "falls.monthly": {
        "occupied_bed_days": 800, "falls_no_harm": 10, "falls_low_harm": 0,
        "falls_moderate_harm": 0, "falls_severe_harm": 0, "falls_death": 0, "falls_hip_fracture": 0,
    },
    "falls.events": {"event_type": "hip_fracture", "event_date": "2024-03-05", "event_number": 1},
    "pressure_ulcers.monthly": {
        "occupied_bed_days": 800, "category_1": 0, "category_2": 0, "category_3": 0,
        "category_4": 0, "unstageable": 0, "deep_tissue": 0, "device_related": 0,
        "moisture_damage": 0,
    },
    "pressure_ulcers.events": {
        "event_type": "category_3", "event_date": "2024-03-05", "event_number": 1,
    },
    "deterioration.events": {
        "event_type": "cardiac_arrest", "event_date": "2024-03-05", "event_number": 1,
    },
    "changes.changes": {
        "workstream": "falls", "measure": "falls_rate", "date": "2024-03-05",
        "kind": "data_note", "text_en": "Beds moved.", "author_role": "Falls lead",
        "ward_code": None,
    },
}  # fmt: skip
# What breaks each rule and no other, in a good row of its table.
BROKEN: Mapping[str, Row] = {
    "FA01": {"falls_total": 11},
    "FA02": {"occupied_bed_days": 9, "enhanced_observation_days": 0},
    "FA03": {"falls_hip_fracture": 1},
    "FA04": {"risk_assessed_within_24h": 11},
    "FA05": {"post_fall_check_done": 11},
    "FA06": {"enhanced_observation_days": 801},
    # 10 falls in 300 bed days are 33.3 per 1,000.
    "FA07": {"occupied_bed_days": 300},
    "FA11": {"event_type": "none"},
    "R11": {"event_date": "2024-04-05"},
    # A hospital ward has no caseload, and the column may be empty.
    "C13": {"caseload_days": "n/a"},
    "PU01": {"occupied_bed_days": None},
    "PU02": {"occupied_bed_days": None, "caseload_days": 800},
    "PU03": {"occupied_bed_days": 10, "category_2": 11},
    "PU04": {"device_related": 1},
    "PU05": {"admissions": 0, "risk_assessed_within_6h": 0},
    "PU06": {"occupied_bed_days": 10, "moisture_damage": 11},
    "PU07": {"risk_assessed_within_6h": 11},
    "PU08": {"sskin_complete": 11},
    "PU11": {"category_3": 5, "category_2": 4},
    "PU12": {"category_1": 1, "category_2": 15},
    "PU13": {"category_2": 15},
    "PU21": {"event_date": None},
    "SE01": {"screened": 11},
    "SE02": {"screen_positive": 11},
    "SE03": {"oxygen_given": 11},
    "SE04": {"lactate_measured": 9},
    "SE05": {"high_risk": 11},
    "SE06": {"high_risk": 9},
    "SE07": {"sepsis_deaths_30d": 11},
    "SE08": {"reviewed_within_72h": 11},
    "SE11": {"sepsis_cases": 11},
    "SE12": {"antibiotics_given": 9, "sepsis_six_within_1h": 9},
    "DE01": {"cardiac_arrests": 11, "discharges": 11},
    "DE02": {"discharges": 9},
    "DE03": {"admissions": 0, "unplanned_icu_admissions": 0, "outreach_calls": 0,
             "outreach_calls_no_action": 0},
    "DE04": {"unplanned_icu_admissions": 11},
    "DE05": {"observations_complete": 11},
    "DE06": {"observations_on_time": 11},
    "DE07": {"escalations_on_time": 11},
    "DE08": {"plans_recorded": 11},
    "DE09": {"outreach_calls_no_action": 11},
    "DE10": {"admissions": 0, "unplanned_icu_admissions": 0, "calls_2222": 0,
             "cardiac_arrests": 0},
    "DE21": {"within_4_hours": 11},
    "DE22": {"attendances": 9},
    "DE31": {"red_responses_within_8_minutes": 11},
    "DE41": {"event_number": None},
    "CH01": {"text_en": None},
    "CH02": {"ward_code": "A1"},
    "HH01": {"compliant": 11},
    "HH02": {"occupied_bed_days": 0},
}  # fmt: skip


def agreed(folder: Path) -> Path:
    """The project's contracts and hand hygiene in one folder."""
    folder.mkdir()
    for contract in (*PROJECT.glob("data_contracts/*.odcs.yaml"), *FIFTH.glob("*.odcs.yaml")):
        shutil.copy(contract, folder)
    return folder


CONTRACTS: tuple[Contract, ...] = (
    *load_contracts(), *load_contracts(FIFTH),
)  # fmt: skip
TABLE_OF: Mapping[str, Table] = {
    rule.code: table for contract in CONTRACTS for table in contract.tables for rule in table.rules
} | {
    "R11": next(c for c in CONTRACTS if c.workstream == "falls").table("events"),
    "C13": next(c for c in CONTRACTS if c.workstream == "pressure_ulcers").table("monthly"),
}
TABLES: Mapping[str, Table] = {table.name: table for table in TABLE_OF.values()}
CODES = (*CATALOGUE, *(code for code in TABLE_OF if code not in CATALOGUE))

CELLS: Mapping[str, Any] = {
    "organisation_code": "7A4", "site_code": "7A4BV", "ward_code": "A1", "population": "adults",
    "period": "2024-03",
}  # fmt: skip


def good_row(table: Table) -> Row:
    """One row of a table with nothing wrong with it."""
    return {column.name: _cell(column) for column in table.columns} | USUAL.get(table.name, {})


def _cell(column: Column) -> Any:
    if column.name in CELLS and (column.required or column.name != "site_code"):
        return CELLS[column.name]
    if not column.required:
        return None
    return 10 if column.type is ColumnType.COUNT else next(iter(column.values), None)


def breaking(code: str) -> File:
    """A file of one good row and one that breaks a rule; they differ in ward, day or month."""
    table = TABLE_OF[code]
    good = good_row(table)
    if table.name == "changes.changes":
        return of_table(table, good, good | {"date": "2024-03-06"} | BROKEN[code])
    apart = {"ward_code": "B1"} if table.has("ward_code") else {"period": "2024-02"}
    return of_table(table, good, good | apart | BROKEN[code])


def of_table(table: Table, *sent: Row) -> File:
    """A file of a table, named after the months of its rows."""
    months = sorted({one["period"].replace("-", "") for one in sent if "period" in one})
    spans = dict.fromkeys((months[0], months[-1]) if months else ())
    sender = table.submitter_of(sent[0]["organisation_code"])
    return sheet_of(sent, topic=table.topic, months="-".join(spans), sender=sender)


def after_a_year(code: str) -> File:
    """A year of a board and a month that is unlike it."""
    table = TABLE_OF[code]
    return of_table(table, *PAST[code].rows(good_row(table)))


ELSEWHERE = {"organisation_code": "7A7", "site_code": "7A7EH"}


def months_of_falls(*changed: Row) -> File:
    """A file of rows of a ward of falls; each has what is changed in it."""
    table = TABLES["falls.monthly"]
    ward = good_row(table) | ELSEWHERE
    return of_table(table, *(ward | one for one in changed))


def of_earlier_months() -> Mapping[str, File]:
    """Files of what is asked of any return because of the months before."""
    quarter = [{"period": month} for month in ("2023-12", "2024-01", "2024-02")]
    sepsis, ward = TABLES["sepsis.monthly"], TABLES["deterioration.ward"]
    wards = [good_row(sepsis) | ELSEWHERE | {"ward_code": code} for code in ("A1", "B1")]
    return {
        # January closed on 21 February.
        "S05": replace(
            months_of_falls({"period": "2024-01", "at_risk_admissions": 30}),
            before=months_of_falls({"period": "2024-01"}),
        ),
        # More than 20 figures that are not 0, all as they were.
        "S06": of_table(sepsis, *(one | month for month in (quarter[2], {}) for one in wards)),
        "S07": of_table(
            ward,
            *(good_row(ward) | ELSEWHERE | month for month in quarter),
            good_row(ward) | ELSEWHERE,
            good_row(ward) | ELSEWHERE | {"ward_code": "C7"},
        ),
        "S08": months_of_falls(
            {"period": "2024-02", "ward_name": "Alder"}, {"ward_name": "Stroke unit"}
        ),
    }


def file_of(code: str) -> File:
    """The file of a code. KeyError for a code that nobody has made one for."""
    if code in PAST:
        return after_a_year(code)
    return EVERY_BUILT_IN[code] if code in EVERY_BUILT_IN else breaking(code)


EVERY_BUILT_IN: Mapping[str, File] = {**BUILT_IN, **of_earlier_months()}
MADE = EVERY_BUILT_IN.keys() | BROKEN.keys() | PAST.keys()


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake that takes the files of many codes at once."""

    night: Night

    def put(self, file: File, version: int) -> Path:
        folder = self.night.lake.inbox / file.sender
        folder.mkdir(exist_ok=True)
        path = folder / file.name(version)
        path.write_bytes(file.content)
        moment = datetime(2024, 4, 10, 9, version % 60, version // 60, tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))
        return path

    def check(self) -> None:
        receive_files(self.night, settled=True)
        for contract in self.night.contracts:
            check(self.night, contract)

    def codes(self) -> dict[str, frozenset[str]]:
        """What each file was told, by its name."""
        folder = self.night.lake.submissions
        return {
            receipt.file_name: frozenset(
                pl.read_parquet(folder / receipt.submission / PROBLEMS)["code"]
            )
            for receipt in all_receipts(self.night.lake)
        }

    def asked(self) -> dict[str, set[str]]:
        """What is asked about a file beside others, by its name."""
        receipts = all_receipts(self.night.lake)
        names = {receipt.submission: receipt.file_name for receipt in receipts}
        found: dict[str, set[str]] = {}
        for contract in self.night.contracts:
            for table in contract.tables:
                for question in in_force(self.night, contract, table, receipts).questions:
                    name = names[question.submission]
                    found.setdefault(name, set()).add(question.kind.code)
        return found


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Lake]:
    folder = tmp_path_factory.mktemp("codes")
    contracts = agreed(folder / "contracts")
    return lambda: Lake(
        Night.open(tmp_path_factory.mktemp("lake", numbered=True), contracts, MARCH)
    )


@pytest.fixture(scope="module")
def alone(opened: Callable[[], Lake]) -> dict[str, frozenset[str]]:
    """What each file that needs no other was told, by its code; a good one by its table."""
    lake = opened()
    names = {
        name: lake.put(of_table(table, good_row(table)), 1).name for name, table in TABLES.items()
    }
    for version, code in enumerate(CODES, start=2):
        file = file_of(code) if code in MADE else None
        if file is not None and file.before is None:
            path = lake.put(file, version)
            names[code] = path.name
            if code == "F09":
                # Longer than anything is read; the disk need not hold it.
                os.truncate(path, TOO_LARGE)
    lake.check()
    told = lake.codes()
    return {code: told[name] for code, name in names.items()}


@pytest.mark.parametrize("code", CODES)
def test_a_file_is_told_its_code_and_no_other(
    code: str, alone: dict[str, frozenset[str]], opened: Callable[[], Lake]
) -> None:
    assert code in MADE, f"no file has been made for {code}"
    file = file_of(code)
    if file.before is None:
        assert alone[code] == {code} | BESIDE.get(code, frozenset())
        return
    lake = opened()
    lake.put(file.before, 1)
    if file.a_night_later:
        lake.check()
    name = lake.put(file, 2).name
    lake.check()
    told, asked = lake.codes(), lake.asked()
    assert told[file.before.name(1)] == file.before.told
    assert told[name] | asked.get(name, set()) == {code}


@pytest.mark.parametrize("name", TABLES)
def test_the_row_beside_a_broken_one_is_good(name: str, alone: dict[str, frozenset[str]]) -> None:
    assert alone[name] == set()


def test_no_file_is_made_for_a_code_that_does_not_exist() -> None:
    assert set(CODES) >= MADE
