"""Organisations, sites, boundaries and closures as shipped, and how a text finds its code."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts.contract import load_contracts
from data_contracts.registers import (
    HERE,
    Belongs,
    Closure,
    OrganisationKind,
    RegisterError,
    Registers,
    ServiceKind,
    Site,
    load_registers,
    spelling,
)

# ODS and GSS codes: Organisation Data Service, and the register of geographies since April 2019.
ORGANISATIONS = {
    "7A1": ("W11000023", "Betsi Cadwaladr University Health Board",
            "Bwrdd Iechyd Prifysgol Betsi Cadwaladr"),
    "7A2": ("W11000025", "Hywel Dda University Health Board",
            "Bwrdd Iechyd Prifysgol Hywel Dda"),
    "7A3": ("W11000031", "Swansea Bay University Health Board",
            "Bwrdd Iechyd Prifysgol Bae Abertawe"),
    "7A4": ("W11000029", "Cardiff and Vale University Health Board",
            "Bwrdd Iechyd Prifysgol Caerdydd a'r Fro"),
    "7A5": ("W11000030", "Cwm Taf Morgannwg University Health Board",
            "Bwrdd Iechyd Prifysgol Cwm Taf Morgannwg"),
    "7A6": ("W11000028", "Aneurin Bevan University Health Board",
            "Bwrdd Iechyd Prifysgol Aneurin Bevan"),
    "7A7": ("W11000024", "Powys Teaching Health Board", "Bwrdd Iechyd Addysgu Powys"),
    "RQF": (None, "Velindre University NHS Trust", "Ymddiriedolaeth GIG Prifysgol Felindre"),
    "RT4": (None, "Welsh Ambulance Services University NHS Trust",
            "Ymddiriedolaeth Brifysgol GIG Gwasanaethau Ambiwlans Cymru"),
    "RYT": (None, "Public Health Wales NHS Trust",
            "Ymddiriedolaeth GIG Iechyd Cyhoeddus Cymru"),
}  # fmt: skip


@pytest.fixture(scope="module")
def registers() -> Registers:
    return load_registers()


def test_seven_boards_and_three_trusts_with_their_codes_and_names(registers: Registers) -> None:
    known = {one.code: (one.gss, one.name_en, one.name_cy) for one in registers.organisations}
    assert known == ORGANISATIONS
    trusts = {o.code for o in registers.organisations if o.kind is OrganisationKind.TRUST}
    assert trusts == {"RQF", "RT4", "RYT"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("7A4", "7A4"),
        ("7a4", "7A4"),
        (" 7A400 ", "7A4"),
        ("W11000029", "7A4"),
        ("Cardiff & Vale", "7A4"),
        ("Cardiff and Vale UHB", "7A4"),
        ("Cardiff and Vale University LHB", "7A4"),
        ("BWRDD IECHYD PRIFYSGOL CAERDYDD A\N{RIGHT SINGLE QUOTATION MARK}R FRO", "7A4"),
        ("Hywel Dda University Local Health Board", "7A2"),
        ("Cwm Taf Morg.", "7A5"),
        ("Powys THB", "7A7"),
        ("Powys teaching Health Board", "7A7"),
        ("Abertawe Bro Morgannwg University Health Board", "7A3"),
        ("W11000026", "7A3"),
        ("BCUHB", "7A1"),
        ("Velindre NHS Trust", "RQF"),
        ("WAST", "RT4"),
        ("Betsi\N{NO-BREAK SPACE}Cadwaladr\N{ZERO WIDTH SPACE}", "7A1"),
    ],
)
def test_an_organisation_is_found_by_what_files_call_it(
    registers: Registers, text: str, code: str
) -> None:
    found = registers.organisation(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", "7A9", "Wales", "Other", "XXX", "7A", "Welsh Blood Service"])
def test_what_is_not_listed_is_unknown(registers: Registers, text: str) -> None:
    assert registers.organisation(text) is None
    assert registers.site(text) is None


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("Cardif and Vale", "7A4"),
        ("Swansey Bay", "7A3"),
        ("7A9", None),
        ("", None),
        ("Leeds", None),
    ],
)
def test_a_near_miss_is_suggested_and_never_taken(
    registers: Registers, text: str, suggestion: str | None
) -> None:
    assert registers.suggestion(text) == suggestion
    assert registers.organisation(text) is None


@pytest.mark.parametrize(
    ("site", "month", "owner"),
    [
        # Princess of Wales and Glanrhyd moved with Bridgend.
        ("7A3B7", date(2019, 3, 1), "7A3"),
        ("7A3B7", date(2019, 4, 1), "7A5"),
        ("7A3FA", date(2019, 3, 31), "7A3"),
        ("7A3FA", date(2024, 3, 1), "7A5"),
        ("Princess of Wales", date(2024, 3, 1), "7A5"),
        # The Grange opened.
        ("7A6G9", date(2020, 10, 1), None),
        ("7A6G9", date(2020, 11, 1), "7A6"),
        ("7A4BV", date(2010, 1, 1), "7A4"),
        # A hospital in England that Welsh figures name.
        ("RXWAS", date(2024, 3, 1), None),
        ("7A4ZZ", date(2024, 3, 1), None),
    ],
)
def test_who_ran_a_site_in_a_month(
    registers: Registers, site: str, month: date, owner: str | None
) -> None:
    assert registers.organisation_of(site, month) == owner
    found = registers.site(site, month)
    assert (None if found is None else found.owner(month)) == owner


@pytest.mark.parametrize(
    ("site", "day", "major", "minor"),
    [
        ("7A6AR", date(2020, 12, 31), True, False),
        ("7A6AR", date(2021, 1, 1), False, True),
        ("7A6AM", date(2020, 12, 1), True, False),
        ("7A6AM", date(2021, 1, 1), False, True),
        ("7A6G9", date(2020, 11, 1), True, False),
        ("7A3C4", date(2018, 11, 1), False, True),
        ("7A3C4", date(2018, 12, 1), False, False),
        ("7A3B7", date(2024, 3, 1), True, False),
        ("7A6AV", date(2024, 3, 1), False, True),
        ("7A100", date(2024, 3, 1), False, True),
    ],
)
def test_what_a_site_offered(
    registers: Registers, site: str, day: date, major: bool, minor: bool
) -> None:
    found = registers.site(site)
    assert found is not None
    offered = {service.kind for service in found.services if service.covers(day)}
    assert (ServiceKind.MAJOR_EMERGENCY_DEPARTMENT in offered) is major
    assert (ServiceKind.MINOR_INJURY_UNIT in offered) is minor


@pytest.mark.parametrize(
    ("alias", "site"),
    [("ARX", "7A6AR"), ("7A6ARX", "7A6AR"), ("AMX", "7A6AM"), ("7A6AMX", "7A6AM"),
     ("7A4C3", "7A4BV"), ("UHW", "7A4BV"), ("7A6AT", "7A6ML"), ("7A1F9", "7A1A1"),
     ("Ysbyty Treforys", "7A3C7")],
)  # fmt: skip
def test_a_site_is_found_by_the_codes_of_its_parts(
    registers: Registers, alias: str, site: str
) -> None:
    found = registers.site(alias)
    assert found is not None
    assert found.code == site


def test_each_board_has_one_site_for_its_small_units(registers: Registers) -> None:
    month = date(2024, 3, 1)
    owners = {f"7A{n}00": registers.organisation_of(f"7A{n}00", month) for n in range(1, 8)}
    assert owners == {f"7A{n}00": f"7A{n}" for n in range(1, 8)}


def test_every_site_has_a_name_in_both_languages(registers: Registers) -> None:
    assert len(registers.sites) == 82
    assert all(site.name_en and site.name_cy for site in registers.sites)


@pytest.mark.parametrize(
    ("level", "unit", "table", "starts"),
    [
        ("organisation", "7A5", "falls.monthly", (date(2019, 4, 1),)),
        ("setting", "7A3:acute_inpatient", "falls.monthly", (date(2019, 4, 1),)),
        ("organisation", "7A4", "falls.monthly", ()),
        ("site", "7A6AR", "falls.monthly", (date(2020, 11, 1),)),
        ("ward", "7A6AR:C1", "falls.monthly", (date(2020, 11, 1),)),
        (
            "site",
            "7A6AR",
            "deterioration.emergency_department",
            (date(2020, 11, 1), date(2021, 1, 1)),
        ),
        ("wales", "wales", "falls.monthly", ()),
    ],
)
def test_where_a_new_phase_starts(
    registers: Registers, level: str, unit: str, table: str, starts: tuple[date, ...]
) -> None:
    assert tuple(registers.boundary_starts(level, unit, table)) == starts


def test_boundaries_and_closures_name_tables_that_there_are(registers: Registers) -> None:
    tables = {table.name for contract in load_contracts() for table in contract.tables}
    listed: list[Any] = [*registers.boundaries, *registers.closures]
    assert {name for one in listed for name in one.tables} <= tables


def test_closures_tell_who_need_not_send_and_from_when(registers: Registers) -> None:
    closed = {(c.organisation, c.site, c.ward, c.starts) for c in registers.closures}
    assert ("7A3", "7A3C4", None, date(2018, 12, 1)) in closed
    assert all(closure.tables == ("deterioration.emergency_department",)
               for closure in registers.closures)  # fmt: skip


def test_a_table_is_given_codes_in_its_own_order(registers: Registers) -> None:
    frame = pl.DataFrame({"text": ["Powys THB", None, "nowhere", "7a1"]})
    found = registers.with_organisation(frame, "text")["organisation"].to_list()
    assert found == ["7A7", None, None, "7A1"]


def test_a_table_is_given_sites_and_their_owners_of_the_time(registers: Registers) -> None:
    frame = pl.DataFrame(
        {
            "where": ["POW", "7A3B7", "7A3B7", "7A6G9", None, "7A3B7"],
            "month": [date(2024, 3, 1), date(2019, 3, 1), date(2019, 4, 1), date(2020, 1, 1),
                      date(2020, 1, 1), None],
        }
    )  # fmt: skip
    found = registers.with_site(frame, "where", "month").select("site", "owner").rows()
    assert found == [
        (None, None),
        ("7A3B7", "7A3"),
        ("7A3B7", "7A5"),
        ("7A6G9", None),
        (None, None),
        ("7A3B7", None),
    ]


def test_who_ran_a_site_is_there_as_a_table(registers: Registers) -> None:
    assert registers.belongs.filter(pl.col("site") == "7A3B7").rows() == [
        ("7A3B7", "7A3", date(2009, 10, 1), date(2019, 3, 31)),
        ("7A3B7", "7A5", date(2019, 4, 1), None),
    ]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Cardiff   & Vale ", "cardiff and vale"),
        ("Caerdydd a\N{RIGHT SINGLE QUOTATION MARK}r Fro", "caerdydd a'r fro"),
        ("\N{ZERO WIDTH SPACE}7A4\N{NO-BREAK SPACE}", "7a4"),
        ("Caerdydd a\N{ACUTE ACCENT}r Fro", "caerdydd a'r fro"),
    ],
)
def test_spellings_that_look_alike_are_one(text: str, plain: str) -> None:
    assert spelling(text) == plain


def site(code: str, *belongs: Belongs, **more: Any) -> Site:
    return Site(code=code, name_en=code, name_cy=code, belongs=belongs, **more)


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        (site("7A4BV"), "7A4BV is listed twice"),
        (site("7A4Q1", aliases=("UHW",)), "`uhw` stands for more than one entry"),
        (site("7A4Q1", Belongs(organisation="7B9")), "belongs to 7B9, which is not listed"),
        (
            site(
                "7A4Q1",
                Belongs(organisation="7A4", ends=date(2020, 1, 1)),
                Belongs(organisation="7A5", starts=date(2020, 1, 1)),
            ),
            "belongs to two organisations at the same time",
        ),
    ],
)
def test_lists_that_leave_a_doubt_are_refused(
    registers: Registers, added: Site, fault: str
) -> None:
    with pytest.raises(RegisterError, match=fault):
        replace(registers, sites=(*registers.sites, added))


@pytest.mark.parametrize(
    ("site_code", "organisation"), [("7A4BV", "7A5"), ("7A4ZZ", "7A4"), ("7A6G9", "7A6")]
)
def test_a_closure_of_a_site_that_was_not_theirs_is_refused(
    registers: Registers, site_code: str, organisation: str
) -> None:
    closure = Closure(organisation=organisation, site=site_code, starts=date(2020, 1, 1),
                      reason="closed", role="analyst")  # fmt: skip
    with pytest.raises(RegisterError, match=f"{site_code} is said to close in 2020-01"):
        replace(registers, closures=(closure,))


def test_a_list_with_an_unknown_word_is_refused_by_its_file(tmp_path: Path) -> None:
    shutil.copytree(HERE, tmp_path / "codes")
    path = tmp_path / "codes" / "boundaries.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("role:", "rolle:", 1), encoding="utf-8"
    )
    with pytest.raises(RegisterError, match=r"boundaries\.yaml"):
        load_registers(tmp_path / "codes")
