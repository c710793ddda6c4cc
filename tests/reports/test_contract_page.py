"""The page of a data contract: read out of the contract, in both languages.

Here: columns, rules in words, measures, who sends, changes between versions. Not here: which
differences there are (tests/data_contracts/test_differences.py).
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_contracts.contract import HERE, Contract, Due, Table, load_contracts
from data_contracts.expressions import ALLOWED
from reports.edition import Edition
from reports.pages import audience
from reports.pages.column_words import pattern_label
from reports.pages.condition_words import READERS, SIGNS, in_words
from reports.pages.contract_page import ContractPage, contract_inputs, contract_page
from reports.pages.render import render_page
from reports.words import LANGUAGES, Words


@pytest.fixture(scope="module")
def ours(edition: Edition) -> Edition:
    """The synthetic edition with the contracts that are shipped."""
    return replace(edition, contracts=load_contracts()).shown_to(audience.COLLABORATIVE)


@pytest.fixture(scope="module")
def falls(ours: Edition, english: Words) -> ContractPage:
    return contract_page(ours, english, "falls")


def contract(ours: Edition, workstream: str) -> Contract:
    return next(one for one in ours.contracts if one.workstream == workstream)


def table(ours: Edition, name: str) -> Table:
    workstream, _, own = name.partition(".")
    return contract(ours, workstream).table(own)


def test_the_opening_says_what_is_in_force(falls: ContractPage) -> None:
    assert falls.title == "Data contract: Falls"
    assert dict(falls.facts) == {
        "Version": "1.0.0",
        "State": "In force",
        "Returns": "2",
        "Measures": "8",
        "Contract file": "falls.odcs.yaml",
    }
    assert [one.anchor for one in falls.tables] == ["falls", "falls-events"]


def test_a_table_says_its_name_key_and_deadline(falls: ContractPage) -> None:
    assert dict(falls.tables[0].facts) == {
        "File name": "7A1_falls_202610_v01.xlsx: sender, return, month, version",
        "One row for each": ("Organisation code, Site code, Ward code, Setting, Population, Month"),
        "Deadline": "10 working days of Wales after the month's end",
        "Corrections": "In the final report if they arrive within 5 working days more",
        "Rows set aside": "A month with any row set aside counts as incomplete.",
    }


def test_columns_are_told_with_what_they_allow(falls: ContractPage) -> None:
    rows = {row.name: row for row in falls.tables[0].fields}
    ward, total = rows["ward_code"], rows["falls_total"]
    assert (ward.label, ward.type, ward.needed, ward.is_key) == (
        "Ward code", "Code", "May be empty", True,
    )  # fmt: skip
    assert ward.allowed == (
        "at most 30 signs of these: A-Z a-z 0-9 space . / & -; "
        "the first is one of these: A-Z a-z 0-9",
    )
    assert (total.type, total.needed, total.is_key) == ("Whole number", "Yes", False)
    assert total.allowed == ("0 to 500",)
    assert rows["falls_death"].allowed == ("0 or more",)
    assert rows["site_code"].allowed == ("a code of the register of sites",)
    assert rows["ward_name"].allowed == ()
    assert rows["setting"].allowed[0] == "acute_inpatient: Acute inpatient ward"
    events = {row.name: row for row in falls.tables[1].fields}
    assert events["event_type"].allowed[1] == "fall_severe_harm: Fall with severe harm"


def test_a_form_of_another_kind_is_told_as_it_is_written(english: Words) -> None:
    assert pattern_label("^[A-Z]{3}$", english) == "of the form ^[A-Z]{3}$"


def test_rules_are_told_in_words_and_lead_to_how_they_are_mended(falls: ContractPage) -> None:
    rules = {row.code: row for row in falls.tables[0].rules}
    assert rules["FA03"].title == "There are more hip fractures than falls with harm"
    assert rules["FA03"].holds == "Hip fractures ≤ All falls − Falls without harm"  # noqa: RUF001
    assert rules["FA03"].href == "problems.html#FA03"
    assert rules["FA03"].effect == "The row is set aside"
    assert rules["FA07"].effect == "Please check"


CONDITIONS = {
    "falls_total <= 30 OR NOT falls_total IS NULL": "All falls ≤ 30; or All falls: filled in",
    "ward_code IS NULL AND falls_total <> 0": "Ward code: empty; and All falls ≠ 0",
    "COALESCE(ward_code, '') = ''": "Ward code: empty",
    "COALESCE(ward_code, '') <> ''": "Ward code: filled in",
    "(ward_code IS NULL) <> (ward_name IS NULL)": (
        "exactly one of these filled in: Ward code; Ward name"
    ),
    "falls_total > COALESCE(falls_death, 0)": (
        "All falls > Falls that led to a death (where empty: 0)"
    ),
    "setting IN ('ed_assessment', 'acute_inpatient')": (
        "Setting: one of Emergency department or assessment unit, Acute inpatient ward"
    ),
    "CASE WHEN setting = 'ed_assessment' THEN falls_total < 5 ELSE TRUE END": (
        "Where this is so (Setting = Emergency department or assessment unit), then: "
        "All falls < 5. Otherwise: always."
    ),
    "CASE population WHEN 'adults' THEN FALSE END": (
        "Where this is so (Population = Adults), then: never."
    ),
    "falls_total BETWEEN 1 AND 1000": "1 ≤ All falls ≤ 1,000",
    "NOT (falls_total >= 2.5)": "not: All falls ≥ 2.50",
    "(falls_total + falls_death) / 2 > 3": "(All falls + Falls that led to a death) ÷ 2 > 3",
}


@pytest.mark.parametrize("expression", CONDITIONS)
def test_a_condition_is_read_out(ours: Edition, english: Words, expression: str) -> None:
    assert in_words(expression, table(ours, "falls.monthly"), english) == CONDITIONS[expression]


def test_whatever_a_contract_may_use_can_be_read_out() -> None:
    # The name within a column, and the branches that CASE reads itself.
    inner = {"Identifier", "If"}
    assert {one.__name__ for one in ALLOWED} == (
        {one.__name__ for one in (*READERS, *SIGNS)} | inner
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_contract_has_its_page_in_both_languages(ours: Edition, language: str) -> None:
    words = Words.load(ours.translations_folder, language)
    suffix = "" if language == "en" else ".cy"
    for one in ours.contracts:
        page = contract_page(ours, words, one.workstream)
        html = render_page("contract_page.html.jinja", ours, words, page).decode()
        assert page.name == f"contract-{one.workstream.replace('_', '-')}{suffix}.html"
        assert f'<html lang="{language}">' in html
        anchors = re.findall(r' id="([^"]+)"', html)
        assert len(anchors) == len(set(anchors))
        for own in one.tables:
            assert all(f"problems{suffix}.html#{rule.code}" in html for rule in own.rules)


def test_measures_are_told_with_how_they_are_counted_and_judged(falls: ContractPage) -> None:
    measure = falls.tables[0].measures[1]
    assert measure.name == "Falls with harm per 1,000 occupied bed days"
    assert measure.counted == (
        "(All falls − Falls without harm) ÷ Occupied bed days × 1,000",  # noqa: RUF001
    )
    assert measure.judged == ("u chart, IHI rules", "Better: Lower")


def test_a_measure_says_which_rows_are_counted_and_its_target(
    ours: Edition, english: Words
) -> None:
    ulcers = contract_page(ours, english, "pressure_ulcers").tables[0].measures[0]
    assert ulcers.counted[1] == "only where Occupied bed days: filled in"
    pages = (contract_page(ours, english, one.workstream) for one in ours.contracts)
    lines = [
        line for page in pages for one in page.tables for m in one.measures for line in m.judged
    ]
    has_target = any(m.targets for one in ours.contracts for m in one.measures)
    assert any(line.startswith("Target: ") for line in lines) == has_target


def test_organisations_of_which_the_same_is_true_share_a_row(ours: Edition, english: Words) -> None:
    (row,) = contract_page(ours, english, "falls").tables[0].sending
    assert row.organisations.count(",") == 7
    assert (row.sender, row.months) == ("Itself", "from January 2021")
    ambulance = contract_page(ours, english, "deterioration").tables[2].sending
    assert [one.sender for one in ambulance] == ["Welsh Ambulance Service"]
    assert contract_page(ours, english, "changes").tables[0].sending == ()


def test_months_that_have_ended_are_told_as_a_span(ours: Edition, english: Words) -> None:
    one = contract(ours, "sepsis")
    due = Due(organisations=("7A4",), starts=date(2021, 1, 1), ends=date(2023, 12, 1))
    ended = replace(one, tables=(replace(one.tables[0], due=(due,)),))
    page = contract_page(replace(ours, contracts=(ended,)), english, "sepsis")
    assert page.tables[0].sending[0].months == "January 2021 to December 2023"


def test_the_first_version_says_that_it_is_the_first(ours: Edition, english: Words) -> None:
    page = contract_page(ours, english, "sepsis")
    html = render_page("contract_page.html.jinja", ours, english, page).decode()
    assert (page.versions == ()) == (not list((HERE / "versions").glob("sepsis-*")))
    if not page.versions:
        assert "This is the first version: nothing has changed yet." in html


def kept_version(folder: Path, version: str, **falls_total: int) -> None:
    """An earlier version of falls, in which falls_total had other bounds."""
    document: Any = yaml.safe_load((HERE / "falls.odcs.yaml").read_text(encoding="utf-8"))
    document["version"] = version
    monthly = document["schema"][0]
    column = next(one for one in monthly["properties"] if one["name"] == "falls_total")
    column["logicalTypeOptions"].update(falls_total)
    monthly["quality"] = [one for one in monthly["quality"] if one["id"] != "FA07"]
    place = folder / f"falls-{version}.odcs.yaml"
    place.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def test_changes_between_versions_are_told_newest_first(
    ours: Edition, english: Words, tmp_path: Path
) -> None:
    folder = tmp_path / "versions"
    folder.mkdir()
    elsewhere = replace(ours, translations_folder=tmp_path / "translations")
    before = contract_inputs(elsewhere, "falls")
    kept_version(folder, "0.8.0", maximum=400)
    kept_version(folder, "0.9.0", maximum=900)
    page = contract_page(elsewhere, english, "falls")
    assert contract_inputs(elsewhere, "falls") != before
    assert [one.title for one in page.versions] == [
        "From version 0.9.0 to 1.0.0",
        "From version 0.8.0 to 0.9.0",
    ]
    newest = page.versions[0].rows
    assert [(r.what, r.change, r.before, r.after, r.consequence) for r in newest] == [
        ("Column: falls_total", "greatest value", "900", "500", "May reject what was accepted"),
        ("Rule: FA07", "new", "none", "none", "Changes words only"),
    ]
    assert newest[0].where == "Falls by ward and month"
    html = render_page("contract_page.html.jinja", elsewhere, english, page).decode()
    assert "This is the first version" not in html
    assert "From version 0.9.0 to 1.0.0" in html
