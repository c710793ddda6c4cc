"""Two versions of hand hygiene: what differs, and what each difference does to those who send."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_contracts.contract import ContractError, load_contracts
from data_contracts.differences import (
    Change,
    Consequence,
    Difference,
    Subject,
    all_differences,
    differences,
    rejects_more,
)
from data_contracts.versions import earlier_versions, read_contracts

HAND_HYGIENE = Path(__file__).parents[1] / "fixtures" / "hand_hygiene" / "hand_hygiene.odcs.yaml"
REJECTS, FIGURES = Consequence.REJECTS_MORE, Consequence.CHANGES_FIGURES
ACCEPTS, WORDS = Consequence.ACCEPTS_MORE, Consequence.WORDS_ONLY
Edit = Callable[[dict[str, Any]], object]


def changed(folder: Path, edit: Edit) -> tuple[Difference, ...]:
    """What differs once the contract was edited."""
    document = yaml.safe_load(HAND_HYGIENE.read_text(encoding="utf-8"))
    edit(document)
    place = folder / "new.odcs.yaml"
    place.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return differences(read_contracts(HAND_HYGIENE)[0], read_contracts(place)[0])


def table(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["schema"][0]
    return found


def column(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in table(document)["properties"] if one["name"] == name)


def rule(document: dict[str, Any], code: str) -> dict[str, Any]:
    return next(one for one in table(document)["quality"] if one["id"] == code)


def past(document: dict[str, Any]) -> dict[str, Any]:
    """What HH11 declares of earlier months."""
    found: dict[str, Any] = rule(document, "HH11")["customProperties"][1]["value"]
    return found


def custom(document: dict[str, Any], name: str) -> Any:
    return next(one for one in table(document)["customProperties"] if one["property"] == name)


def measure(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in custom(document, "measures")["value"] if one["id"] == name)


def options(document: dict[str, Any], name: str, **changes: Any) -> None:
    column(document, name).setdefault("logicalTypeOptions", {}).update(changes)


def values(document: dict[str, Any], name: str) -> list[str]:
    found: list[str] = column(document, name)["quality"][0]["arguments"]["validValues"]
    return found


def key_of(document: dict[str, Any], name: str, place: int) -> None:
    column(document, name).update(primaryKey=True, primaryKeyPosition=place)


def add_column(document: dict[str, Any], **more: Any) -> None:
    table(document)["properties"].append({"name": "gel_litres", "logicalType": "integer", **more})


def drop(listed: list[Any], item: Any) -> None:
    listed.remove(item)


SCOPE_ROW = [{"property": "scope", "value": "row"}]
SCOPE_FILE = [{"property": "scope", "value": "submission"}]
SCOPE_ASK = [{"property": "scope", "value": "information"}]
LESS = "SELECT COUNT(*) FROM {object} WHERE NOT (compliant < opportunities)"
FROM_APRIL = [{"organisations": ["7A4", "7A7"], "starts": "2024-04-01"}]
WITH_7A1 = [{"organisations": ["7A1", "7A4", "7A7"], "starts": "2024-01-01"}]

# Each edit with all that differs: subject, name, part, before, after, what it does.
EDITS: dict[str, tuple[Edit, list[tuple[Any, ...]]]] = {
    "a column that must be sent": (
        lambda d: add_column(d, required=True),
        [(Subject.COLUMN, "gel_litres", None, "", "", REJECTS)],
    ),
    "a column that may be sent": (
        lambda d: add_column(d),
        [(Subject.COLUMN, "gel_litres", None, "", "", ACCEPTS)],
    ),
    "a column less": (
        lambda d: drop(table(d)["properties"], column(d, "extracted_on")),
        [(Subject.COLUMN, "extracted_on", None, "", "", ACCEPTS)],
    ),
    "now needed": (
        lambda d: column(d, "ward_name").update(required=True),
        [(Subject.COLUMN, "ward_name", "required", "false", "true", REJECTS)],
    ),
    "no longer needed": (
        lambda d: column(d, "soap_litres").update(required=False),
        [(Subject.COLUMN, "soap_litres", "required", "true", "false", ACCEPTS)],
    ),
    "a lower maximum": (
        lambda d: options(d, "opportunities", maximum=5000),
        [(Subject.COLUMN, "opportunities", "maximum", "100000", "5000", REJECTS)],
    ),
    "a higher maximum": (
        lambda d: options(d, "opportunities", maximum=200_000),
        [(Subject.COLUMN, "opportunities", "maximum", "100000", "200000", ACCEPTS)],
    ),
    "a first maximum": (
        lambda d: options(d, "soap_litres", maximum=900),
        [(Subject.COLUMN, "soap_litres", "maximum", "", "900", REJECTS)],
    ),
    "a higher minimum": (
        lambda d: options(d, "soap_litres", minimum=1),
        [(Subject.COLUMN, "soap_litres", "minimum", "0", "1", REJECTS)],
    ),
    "a pattern less": (
        lambda d: column(d, "ward_code").pop("logicalTypeOptions"),
        [(Subject.COLUMN, "ward_code", "pattern", "^[A-Za-z0-9][A-Za-z0-9 ./&-]{0,29}$", "",
          ACCEPTS)],
    ),
    "another pattern": (
        lambda d: options(d, "ward_code", pattern="^[A-Z]{1,9}$"),
        [(Subject.COLUMN, "ward_code", "pattern", "^[A-Za-z0-9][A-Za-z0-9 ./&-]{0,29}$",
          "^[A-Z]{1,9}$", REJECTS)],
    ),
    "a value in place of another": (
        lambda d: values(d, "setting").__setitem__(1, "ambulance"),
        [
            (Subject.COLUMN, "setting", "values", "community_hospital", "", REJECTS),
            (Subject.COLUMN, "setting", "values", "", "ambulance", ACCEPTS),
        ],
    ),
    "free text": (
        lambda d: column(d, "setting").pop("quality"),
        [(Subject.COLUMN, "setting", "values", "acute_inpatient, community_hospital", "",
          ACCEPTS)],
    ),
    "a date for a month": (
        lambda d: options(d, "period", format="yyyy-MM-dd"),
        [(Subject.COLUMN, "period", "type", "month", "date", REJECTS)],
    ),
    "a shorter key": (
        lambda d: (column(d, "setting").pop("primaryKey"),
                   column(d, "setting").pop("primaryKeyPosition")),
        [(Subject.KEY, "monthly", "key",
          "organisation_code, site_code, ward_code, setting, population, period",
          "organisation_code, site_code, ward_code, population, period", REJECTS)],
    ),
    "a longer key": (
        lambda d: key_of(d, "ward_name", 7),
        [(Subject.KEY, "monthly", "key",
          "organisation_code, site_code, ward_code, setting, population, period",
          "organisation_code, site_code, ward_code, setting, population, period, ward_name",
          ACCEPTS)],
    ),
    "a longer key with a day, which must lie in its month": (
        lambda d: key_of(d, "extracted_on", 7),
        [(Subject.KEY, "monthly", "key",
          "organisation_code, site_code, ward_code, setting, population, period",
          "organisation_code, site_code, ward_code, setting, population, period, extracted_on",
          REJECTS)],
    ),
    "a rule less": (
        lambda d: drop(table(d)["quality"], rule(d, "HH01")),
        [(Subject.RULE, "HH01", None, "", "", ACCEPTS)],
    ),
    "a new rule": (
        lambda d: table(d)["quality"].append(rule(d, "HH01") | {"id": "HH03", "query": LESS}),
        [(Subject.RULE, "HH03", None, "", "", REJECTS)],
    ),
    "a new question": (
        lambda d: table(d)["quality"].append(
            rule(d, "HH01") | {"id": "HH03", "customProperties": SCOPE_ASK}
        ),
        [(Subject.RULE, "HH03", None, "", "", WORDS)],
    ),
    "another condition": (
        lambda d: rule(d, "HH01").update(query=LESS),
        [(Subject.RULE, "HH01", "expression", "compliant <= opportunities",
          "compliant < opportunities", REJECTS)],
    ),
    "a rule that refuses the file": (
        lambda d: rule(d, "HH01").update(customProperties=SCOPE_FILE),
        [(Subject.RULE, "HH01", "scope", "row", "submission", REJECTS)],
    ),
    "a rule about earlier months": (
        lambda d: table(d)["quality"].append(rule(d, "HH11") | {"id": "HH12"}),
        [(Subject.RULE, "HH12", None, "", "", WORDS)],
    ),
    "narrower limits of earlier months": (
        lambda d: past(d).update(highest=3, months=12),
        [
            (Subject.RULE, "HH11", "highest", "10", "3", WORDS),
            (Subject.RULE, "HH11", "months", "24", "12", WORDS),
        ],
    ),
    "another figure of earlier months": (
        lambda d: past(d).update(numerator="soap_litres"),
        [(Subject.RULE, "HH11", "expression", "opportunities", "soap_litres", WORDS)],
    ),
    "a rule that only asks": (
        lambda d: rule(d, "HH01").update(customProperties=SCOPE_ASK),
        [(Subject.RULE, "HH01", "scope", "row", "information", ACCEPTS)],
    ),
    "due later": (
        lambda d: custom(d, "due").update(value=FROM_APRIL),
        [
            (Subject.SENDING, "7A4", "due", "2024-01 - ", "2024-04 - ", REJECTS),
            (Subject.SENDING, "7A7", "due", "2024-01 - ", "2024-04 - ", REJECTS),
        ],
    ),
    "one more that is due": (
        lambda d: custom(d, "due").update(value=WITH_7A1),
        [(Subject.SENDING, "7A1", "due", "", "2024-01 - ", FIGURES)],
    ),
    "another sender": (
        lambda d: table(d)["customProperties"].append(
            {"property": "submits", "value": {"7A4": ["7A4", "7A7"]}}
        ),
        [(Subject.SENDING, "7A7", "submits", "7A7", "7A4", REJECTS)],
    ),
    "another topic": (
        lambda d: custom(d, "topic").update(value="hands"),
        [(Subject.TABLE, "monthly", "topic", "hand-hygiene", "hands", REJECTS)],
    ),
    "another deadline": (
        lambda d: table(d)["customProperties"].append(
            {"property": "deadlineWorkingDays", "value": 15}
        ),
        [(Subject.TABLE, "monthly", "deadline_working_days", "10", "15", FIGURES)],
    ),
    "another multiplier": (
        lambda d: measure(d, "soap_used").update(multiplier=100),
        [(Subject.MEASURE, "soap_used", "multiplier", "1000", "100", FIGURES)],
    ),
    "a target": (
        lambda d: measure(d, "soap_used").update(targets=[{"value": 2.5, "starts": "2024-02-01"}]),
        [(Subject.MEASURE, "soap_used", "targets", "", "2.5 (2024-02 -)", FIGURES)],
    ),
    "another source": (
        lambda d: measure(d, "soap_used").update(source="A book"),
        [(Subject.MEASURE, "soap_used", "source", "Made up: litres of soap and gel", "A book",
          WORDS)],
    ),
    "a measure less": (
        lambda d: drop(custom(d, "measures")["value"], measure(d, "soap_used")),
        [(Subject.MEASURE, "soap_used", None, "", "", FIGURES)],
    ),
    "another version": (
        lambda d: d.update(version="0.2.0"),
        [(Subject.CONTRACT, "hand_hygiene", "version", "0.1.0", "0.2.0", WORDS)],
    ),
    "another purpose": (
        lambda d: d["description"].update(purpose="Another one."),
        [(Subject.CONTRACT, "hand_hygiene", "texts", "", "", WORDS)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_told_with_what_it_does(name: str, tmp_path: Path) -> None:
    edit, expected = EDITS[name]
    found = changed(tmp_path, edit)
    assert [
        (one.subject, one.name, one.part, one.before, one.after, one.consequence) for one in found
    ] == expected
    assert rejects_more(found) == any(known[-1] is REJECTS for known in expected)


def test_every_kind_of_difference_has_been_seen() -> None:
    seen = {(known[0], known[-1]) for _, expected in EDITS.values() for known in expected}
    assert {subject for subject, _ in seen} == set(Subject)
    assert {consequence for _, consequence in seen} == set(Consequence)


def test_what_came_and_what_went_is_told(tmp_path: Path) -> None:
    def edit(document: dict[str, Any]) -> None:
        table(document)["properties"].remove(column(document, "extracted_on"))
        add_column(document)

    assert [(one.name, one.change) for one in changed(tmp_path, edit)] == [
        ("gel_litres", Change.ADDED),
        ("extracted_on", Change.REMOVED),
    ]


def test_the_same_contract_does_not_differ() -> None:
    contracts = load_contracts()
    assert all_differences(contracts, contracts) == ()


def test_a_contract_less_rejects_its_files_and_ends_its_measures() -> None:
    contracts = load_contracts()
    without = tuple(one for one in contracts if one.workstream != "sepsis")
    found = all_differences(contracts, without)
    assert [(one.subject, one.name, one.consequence) for one in found[:3]] == [
        (Subject.CONTRACT, "sepsis", REJECTS),
        (Subject.TABLE, "monthly", REJECTS),
        (Subject.MEASURE, "sepsis_screened", FIGURES),
    ]
    assert {one.change for one in found} == {Change.REMOVED}
    added = all_differences(without, contracts)
    assert not rejects_more(added)
    assert {one.change for one in added} == {Change.ADDED}


def test_earlier_versions_are_found_oldest_first(tmp_path: Path) -> None:
    document = yaml.safe_load(HAND_HYGIENE.read_text(encoding="utf-8"))
    for version in ("0.10.0", "0.9.0"):
        text = yaml.safe_dump(document | {"version": version})
        (tmp_path / f"hand_hygiene-{version}.odcs.yaml").write_text(text, encoding="utf-8")
    kept = earlier_versions(tmp_path, "hand_hygiene")
    assert [one.version for one in kept] == ["0.9.0", "0.10.0"]
    assert earlier_versions(tmp_path, "hand") == ()
    assert earlier_versions(tmp_path / "none", "hand_hygiene") == ()


def test_a_place_without_a_contract_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"There is no contract at .*none\.yaml"):
        read_contracts(tmp_path / "none.yaml")
    (tmp_path / "odd.yaml").write_text("kind: DataContract", encoding="utf-8")
    with pytest.raises(ContractError, match=r"odd\.odcs\.yaml"):
        read_contracts(tmp_path / "odd.yaml")
