"""The contracts that are shipped, and what the loader refuses.

Here: names, who is due, measures and their settings, refusals of a spoilt contract. Not here: the
rules at work (test_rules_of_contracts) and the words (test_translations_of_contracts).
"""

import copy
import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_contracts.contract import (
    Contract,
    ContractError,
    Direction,
    Measure,
    MeasureType,
    Table,
    load_contracts,
    tables_by_topic,
)

MADE_UP = Path(__file__).parents[1] / "fixtures" / "hand_hygiene" / "hand_hygiene.odcs.yaml"
BOARDS = ("7A1", "7A2", "7A3", "7A4", "7A5", "7A6", "7A7")

MULTIPLIERS = {
    "per_1000_bed_days": 1000,
    "per_10000_bed_days": 10_000,
    "per_100000_bed_days": 100_000,
    "per_1000_caseload_days": 1000,
    "per_1000_admissions": 1000,
    "per_1000_discharges": 1000,
    "per_cent": 100,
    "count": 1,
}
CHARTS = {"run", "i", "p", "u", "c", "pp", "up", "auto"}
DOMAINS = {"safe", "timely", "effective", "efficient", "equitable", "person-centred"}

WARD_KEYS = (
    "organisation_code",
    "site_code",
    "ward_code",
    "ward_name",
    "setting",
    "population",
    "period",
)
MARKS = ("extracted_on", "provenance")
EVENT = ("event_type", "event_date", "event_number")
COLUMNS = {
    "falls.monthly": (
        *WARD_KEYS,
        *MARKS,
        *[
            "occupied_bed_days",
            "falls_total",
            "falls_no_harm",
            "falls_low_harm",
            "falls_moderate_harm",
            "falls_severe_harm",
            "falls_death",
            "falls_hip_fracture",
            "at_risk_admissions",
            "risk_assessed_within_24h",
            "post_fall_check_done",
            "enhanced_observation_days",
        ],
    ),
    "falls.events": (*WARD_KEYS, *EVENT, *MARKS),
    "pressure_ulcers.monthly": (
        *WARD_KEYS,
        *MARKS,
        *[
            "occupied_bed_days",
            "caseload_days",
            "category_1",
            "category_2",
            "category_3",
            "category_4",
            "unstageable",
            "deep_tissue",
            "device_related",
            "present_on_admission",
            "moisture_damage",
            "admissions",
            "risk_assessed_within_6h",
            "sskin_reviewed",
            "sskin_complete",
        ],
    ),
    "pressure_ulcers.events": (*WARD_KEYS, *EVENT, *MARKS),
    "sepsis.monthly": (
        *WARD_KEYS,
        *MARKS,
        *[
            "screening_due",
            "screened",
            "screen_positive",
            "sepsis_six_within_1h",
            "oxygen_given",
            "cultures_taken",
            "antibiotics_given",
            "fluids_given",
            "lactate_measured",
            "urine_output_measured",
            "high_risk",
            "antibiotics_within_1h",
            "sepsis_cases",
            "sepsis_deaths_30d",
            "antibiotic_courses",
            "reviewed_within_72h",
        ],
    ),
    "deterioration.ward": (
        *WARD_KEYS,
        *MARKS,
        *[
            "admissions",
            "discharges",
            "cardiac_arrests",
            "calls_2222",
            "unplanned_icu_admissions",
            "observations_due",
            "observations_complete",
            "observations_on_time",
            "escalations_due",
            "escalations_on_time",
            "plans_due",
            "plans_recorded",
            "outreach_calls",
            "outreach_calls_no_action",
        ],
    ),
    "deterioration.emergency_department": (
        *("organisation_code", "site_code", "setting", "population", "period"),
        *MARKS,
        *("attendances", "within_4_hours", "within_12_hours"),
    ),
    "deterioration.ambulance": (
        *("organisation_code", "setting", "population", "period"),
        *MARKS,
        *("red_responses", "red_responses_within_8_minutes"),
    ),
    "deterioration.events": (*WARD_KEYS, *EVENT, *MARKS),
    "changes.changes": (
        *[
            "organisation_code",
            "workstream",
            "measure",
            "site_code",
            "ward_code",
            "date",
            "kind",
            "text_en",
            "text_cy",
            "author_role",
        ],
        *MARKS,
    ),
}


@pytest.fixture(scope="module")
def contracts() -> tuple[Contract, ...]:
    return load_contracts()


@pytest.fixture(scope="module")
def tables(contracts: tuple[Contract, ...]) -> dict[str, Table]:
    return {table.name: table for contract in contracts for table in contract.tables}


def test_the_five_contracts_come_in_the_order_readers_see(contracts: tuple[Contract, ...]) -> None:
    assert [contract.workstream for contract in contracts] == [
        "falls",
        "pressure_ulcers",
        "sepsis",
        "deterioration",
        "changes",
    ]


def test_a_file_name_announces_its_table(contracts: tuple[Contract, ...]) -> None:
    announced = {topic: table.name for topic, table in tables_by_topic(contracts).items()}
    assert announced == {
        "falls": "falls.monthly",
        "falls-events": "falls.events",
        "pressure-ulcers": "pressure_ulcers.monthly",
        "pressure-ulcers-events": "pressure_ulcers.events",
        "sepsis": "sepsis.monthly",
        "deterioration-ward": "deterioration.ward",
        "emergency-department": "deterioration.emergency_department",
        "ambulance": "deterioration.ambulance",
        "deterioration-events": "deterioration.events",
        "changes": "changes.changes",
    }


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_the_columns_that_were_agreed(name: str, tables: dict[str, Table]) -> None:
    assert sorted(tables[name].column_names) == sorted(COLUMNS[name])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (
            "sepsis.monthly",
            "organisation_code site_code ward_code setting population period",
        ),
        (
            "pressure_ulcers.events",
            "organisation_code site_code ward_code period event_type event_date event_number",
        ),
        (
            "deterioration.emergency_department",
            "organisation_code site_code setting population period",
        ),
        ("deterioration.ambulance", "organisation_code setting population period"),
        (
            "changes.changes",
            "organisation_code workstream measure site_code ward_code date kind",
        ),
    ],
)
def test_a_row_is_known_by_its_key(name: str, key: str, tables: dict[str, Table]) -> None:
    assert tables[name].key == tuple(key.split())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("falls.events", ("none", "fall_severe_harm", "fall_death", "hip_fracture")),
        ("pressure_ulcers.events", ("none", "category_3", "category_4")),
        ("deterioration.events", ("none", "cardiac_arrest")),
    ],
)
def test_events_are_of_the_types_agreed(
    name: str, values: tuple[str, ...], tables: dict[str, Table]
) -> None:
    assert tables[name].column("event_type").values == values


def test_each_measure_and_each_rule_has_a_name_of_its_own(contracts: tuple[Contract, ...]) -> None:
    measures = [measure.id for contract in contracts for measure in contract.measures]
    rules = [rule.code for contract in contracts for t in contract.tables for rule in t.rules]
    assert len(set(measures)) == len(measures)
    assert len(set(rules)) == len(rules)


@pytest.mark.parametrize(
    ("workstream", "least"),
    [("falls", 6), ("pressure_ulcers", 7), ("sepsis", 8), ("deterioration", 11)],
)
def test_a_workstream_has_a_family_of_measures(
    workstream: str, least: int, contracts: tuple[Contract, ...]
) -> None:
    measures = next(c for c in contracts if c.workstream == workstream).measures
    assert len(measures) >= least
    assert {measure.type for measure in measures} == set(MeasureType)
    assert 2 <= sum(measure.key for measure in measures) <= 3


def test_changes_are_told_not_measured(tables: dict[str, Table]) -> None:
    assert tables["changes.changes"].measures == ()
    assert tables["changes.changes"].due == ()


def test_the_settings_of_each_measure_are_known_to_the_reports(
    contracts: tuple[Contract, ...],
) -> None:
    for measure in (m for contract in contracts for m in contract.measures):
        assert MULTIPLIERS[measure.unit] == measure.multiplier, measure.id
        assert measure.chart in CHARTS, measure.id
        assert set(measure.domains) <= DOMAINS, measure.id
        assert measure.domains, measure.id
        assert measure.baseline == 24, measure.id
        assert measure.denominator is not None, measure.id


def test_only_published_targets_are_set(contracts: tuple[Contract, ...]) -> None:
    month = date(2024, 3, 1)
    targets = {m.id: m.target_at(month) for c in contracts for m in c.measures if m.targets}
    assert targets == {
        "ed_within_4_hours": 95,
        "ed_within_12_hours": 100,
        "red_within_8_minutes": 65,
    }


def test_deaths_within_30_days_are_final_after_two_months(contracts: tuple[Contract, ...]) -> None:
    waiting = {m.id: m.final_after_months for c in contracts for m in c.measures}
    assert {name: months for name, months in waiting.items() if months} == {"sepsis_mortality": 2}


@pytest.mark.parametrize(
    ("measure", "condition"),
    [
        ("pressure_ulcers_rate", "NOT occupied_bed_days IS NULL"),
        ("pressure_ulcers_outside_hospital_rate", "NOT caseload_days IS NULL"),
        ("sskin_complete", None),
    ],
)
def test_a_measure_of_one_place_of_care_leaves_out_the_rows_of_the_other(
    measure: str, condition: str | None, contracts: tuple[Contract, ...]
) -> None:
    assert contracts[1].measure(measure).filter == condition


@pytest.mark.parametrize(
    ("name", "organisation", "month", "is_due"),
    [
        ("falls.monthly", "7A4", date(2020, 12, 1), False),
        ("falls.monthly", "7A4", date(2021, 1, 1), True),
        ("pressure_ulcers.monthly", "RQF", date(2024, 3, 1), True),
        ("pressure_ulcers.events", "7A7", date(2024, 3, 1), True),
        ("sepsis.monthly", "RYT", date(2024, 3, 1), False),
        ("deterioration.ward", "RQF", date(2021, 1, 1), True),
        ("deterioration.emergency_department", "7A7", date(2018, 4, 1), True),
        ("deterioration.emergency_department", "7A7", date(2018, 3, 1), False),
        ("deterioration.emergency_department", "RQF", date(2024, 3, 1), False),
        ("deterioration.ambulance", "7A1", date(2021, 1, 1), True),
        ("deterioration.ambulance", "RT4", date(2024, 3, 1), False),
        ("changes.changes", "7A4", date(2024, 3, 1), False),
    ],
)
def test_who_is_due_and_from_when(
    name: str, organisation: str, month: date, is_due: bool, tables: dict[str, Table]
) -> None:
    assert tables[name].is_due(organisation, month) is is_due


def test_the_ambulance_service_sends_for_the_health_boards(tables: dict[str, Table]) -> None:
    ambulance = tables["deterioration.ambulance"]
    assert ambulance.organisations_of("RT4") == BOARDS
    assert ambulance.organisations_of("7A4") == ()
    assert ambulance.submitter_of("7A4") == "RT4"
    assert ambulance.due_organisations == BOARDS


def test_everyone_else_sends_for_itself(tables: dict[str, Table]) -> None:
    falls = tables["falls.monthly"]
    assert falls.organisations_of("7A4") == ("7A4",)
    assert falls.submitter_of("7A4") == "7A4"


def test_the_deadline_is_ten_working_days_and_closing_five_later(
    tables: dict[str, Table],
) -> None:
    days = {(t.deadline_working_days, t.closing_working_days) for t in tables.values()}
    assert days == {(10, 5)}


def measure_with(targets: list[dict[str, Any]]) -> Measure:
    return Measure(
        id="hands",
        numerator="a",
        unit="per_cent",
        chart="p",
        direction=Direction.UP,
        type=MeasureType.PROCESS,
        domains=("safe",),
        owner="lead",
        source="made up",
        targets=targets,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("month", "target"),
    [
        (date(2023, 3, 1), None),
        (date(2023, 4, 1), 80),
        (date(2024, 3, 1), 80),
        (date(2024, 4, 1), 90),
    ],
)
def test_a_target_holds_from_its_month_to_the_next(month: date, target: float | None) -> None:
    measure = measure_with(
        [{"value": 90, "starts": "2024-04-01"}, {"value": 80, "starts": "2023-04-01"}]
    )
    assert measure.target_at(month) == target


def test_a_target_without_a_month_has_always_held() -> None:
    assert measure_with([{"value": 95}]).target_at(date(1999, 1, 1)) == 95


def test_a_measure_without_targets_has_none() -> None:
    assert measure_with([]).target_at(date(2024, 1, 1)) is None


def made_up_table() -> Table:
    return load_contracts(MADE_UP.parent)[0].tables[0]


def test_due_may_end(folder: Path) -> None:
    document = spoilt(
        lambda block: custom(block, "due").append(
            {"organisations": ["7A1"], "starts": date(2023, 1, 1), "ends": date(2023, 6, 1)}
        )
    )
    table = load(document, folder).tables[0]
    assert [table.is_due("7A1", date(2023, month, 1)) for month in (1, 6, 7)] == [True, True, False]
    assert not table.is_due("7A1", date(2022, 12, 1))


def custom(block: dict[str, Any], name: str) -> Any:
    """The value of a custom property of an ODCS block."""
    return next(p["value"] for p in block["customProperties"] if p["property"] == name)


def spoilt(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The made-up contract after a change to its table."""
    document: dict[str, Any] = yaml.safe_load(MADE_UP.read_text(encoding="utf-8"))
    changed = copy.deepcopy(document)
    change(changed["schema"][0])
    return changed


def first_measure(block: dict[str, Any]) -> dict[str, Any]:
    measure: dict[str, Any] = custom(block, "measures")[0]
    return measure


def history(block: dict[str, Any]) -> dict[str, Any]:
    """What HH11 declares of earlier months."""
    found: dict[str, Any] = custom(block["quality"][2], "history")
    return found


Change = Callable[[dict[str, Any]], object]


def set_property(block: dict[str, Any], column: str, **changed: Any) -> None:
    """Change a column of a table."""
    next(p for p in block["properties"] if p["name"] == column).update(changed)


REFUSED: dict[str, tuple[Change, str]] = {
    "unknown key": (lambda b: b.update(colour="red"), "colour"),
    "unknown type": (lambda b: set_property(b, "soap_litres", logicalType="number"), "number"),
    "unknown kind of value": (
        lambda b: set_property(b, "soap_litres", logicalType="litres"),
        "'litres' is not one of string, date, timestamp, time, number, integer, object, array",
    ),
    "name with a space": (lambda b: set_property(b, "soap_litres", name="soap litres"), "plain"),
    "name of our own": (lambda b: set_property(b, "soap_litres", name="owner"), "owner is taken"),
    "a column twice": (
        lambda b: set_property(b, "soap_litres", name="compliant"),
        "compliant is taken",
    ),
    "no organisation": (
        lambda b: set_property(b, "organisation_code", name="board"),
        "no column organisation_code",
    ),
    "pattern that looks back": (
        lambda b: set_property(b, "ward_code", logicalTypeOptions={"pattern": "(?<=a)b"}),
        "cannot be used",
    ),
    "rule without a condition": (
        lambda b: b["quality"][0].update(query="SELECT COUNT(*) FROM {object}"),
        "WHERE NOT",
    ),
    "rule that reads a file": (
        lambda b: b["quality"][0].update(
            query="SELECT COUNT(*) FROM {object} WHERE NOT (read_text('/etc/passwd') = '')"
        ),
        "not allowed",
    ),
    "rule about a column there is not": (
        lambda b: b["quality"][0].update(
            query="SELECT COUNT(*) FROM {object} WHERE NOT (gloves <= opportunities)"
        ),
        "gloves",
    ),
    "rule that reaches nowhere": (
        lambda b: b["quality"][0]["customProperties"][0].update(value="planet"),
        "scope",
    ),
    "earlier months of a column there is not": (
        lambda b: history(b).update(numerator="gloves"),
        "gloves",
    ),
    "earlier months that read a file": (
        lambda b: history(b).update(filter="read_text('/etc/passwd') = ''"),
        "not allowed",
    ),
    "earlier months that set rows aside": (
        lambda b: b["quality"][2]["customProperties"][0].update(value="row"),
        "HH11: a rule about earlier months has the scope information",
    ),
    "earlier months without a month in the key": (
        lambda b: set_property(b, "period", primaryKey=False),
        "earlier months need period in the table's key",
    ),
    "limits of an unknown kind": (lambda b: history(b).update(limits="guess"), "limits"),
    "a share of nothing": (
        lambda b: history(b).update(limits="share"),
        "limits share needs a denominator",
    ),
    "a factor of something": (
        lambda b: history(b).update(denominator="compliant"),
        "limits factor has no denominator",
    ),
    "a rate with a factor": (
        lambda b: history(b).update(limits="rate", denominator="occupied_bed_days"),
        "the limits factor, and no others, have lowest, highest or both",
    ),
    "more earlier months than are looked at": (
        lambda b: history(b).update(months=6, minimum_months=12),
        "minimum_months",
    ),
    "earlier months with an unknown setting": (
        lambda b: history(b).update(colour="red"),
        "colour",
    ),
    "measure of a column there is not": (
        lambda b: first_measure(b).update(numerator="gloves"),
        "gloves",
    ),
    "measure that is better sideways": (
        lambda b: first_measure(b).update(direction="sideways"),
        "direction",
    ),
    "measure with an unknown setting": (
        lambda b: first_measure(b).update(colour="red"),
        "colour",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_contract_that_cannot_be_trusted_is_refused_by_name(folder: Path, case: str) -> None:
    change, reason = REFUSED[case]
    with pytest.raises(ContractError, match=r"hand_hygiene\.odcs\.yaml") as refused:
        load(spoilt(change), folder)
    assert reason in str(refused.value)


def test_a_file_that_is_no_contract_is_refused(folder: Path) -> None:
    for content in ("a: [", "", "kind: DataContract"):
        (folder / "odd.odcs.yaml").write_text(content, encoding="utf-8")
        with pytest.raises(ContractError, match=r"odd\.odcs\.yaml"):
            load_contracts(folder)


def test_two_contracts_may_not_share_a_topic(folder: Path) -> None:
    content = MADE_UP.read_text(encoding="utf-8")
    (folder / "one.odcs.yaml").write_text(content, encoding="utf-8")
    (folder / "two.odcs.yaml").write_text(content.replace("id: hand_hygiene", "id: other"))
    with pytest.raises(ContractError, match="file topic hand-hygiene"):
        load_contracts(folder)


def test_two_contracts_may_not_share_a_measure(folder: Path) -> None:
    """Each is good when it is alone."""
    content = MADE_UP.read_text(encoding="utf-8")
    for known, new in (
        ("id: hand_hygiene\n", "id: theatre_hygiene\n"),
        ("hand-hygiene}", "theatre}"),
    ):
        assert content.count(known) == 1
        content = content.replace(known, new)
    other = yaml.safe_load(content)
    assert load(other, folder).measure("soap_used").workstream == "theatre_hygiene"
    shutil.copy(MADE_UP, folder / "one.odcs.yaml")
    with pytest.raises(ContractError) as refused:
        load_contracts(folder)
    assert str(refused.value) == (
        "The measures hand_hygiene_done of the contract hand_hygiene and hand_hygiene_done of the "
        "contract theatre_hygiene need ids that differ in letters or digits."
    )


@pytest.mark.parametrize("name", ["soap_used", "soap-used", "soap__used"])
def test_two_measures_of_a_contract_may_not_be_named_alike(folder: Path, name: str) -> None:
    """Pages would name both charts and files soap-used."""
    with pytest.raises(ContractError) as refused:
        load(spoilt(lambda b: first_measure(b).update(id=name)), folder)
    assert str(refused.value) == (
        f"The measures {name} of the contract hand_hygiene and soap_used of the contract "
        "hand_hygiene need ids that differ in letters or digits."
    )


def test_days_between_events_are_not_named_as_a_measure_is(folder: Path) -> None:
    falls = MADE_UP.parents[3] / "data_contracts" / "falls.odcs.yaml"
    content = falls.read_text("utf-8")
    days = load_contracts()[0].days_between[0].id
    measure = load_contracts()[0].measures[0].id
    assert content.count(f"- id: {days}\n") == 1
    (folder / falls.name).write_text(content.replace(f"- id: {days}\n", f"- id: {measure}\n"))
    with pytest.raises(ContractError, match=f"{measure} of the contract falls and {measure} of"):
        load_contracts(folder)


def test_a_folder_without_contracts_is_refused(folder: Path) -> None:
    with pytest.raises(ContractError, match="There is no contract"):
        load_contracts(folder)


def test_the_digest_of_a_contract_is_that_of_its_file() -> None:
    digest = hashlib.sha256(MADE_UP.read_bytes()).hexdigest()
    assert load_contracts(MADE_UP.parent)[0].digest == digest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def load(document: dict[str, Any], folder: Path) -> Contract:
    """A contract by way of a file, as every contract comes."""
    path = folder / MADE_UP.name
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    (contract,) = load_contracts(folder)
    return contract
