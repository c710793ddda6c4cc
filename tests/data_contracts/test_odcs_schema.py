"""Every contract against the official JSON Schema of ODCS 3.1.0, and where that schema is from.

Here: that the files are ODCS to others, not only to our loader. Not here: what the loader asks
beyond that (test_contract.py).
"""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from data_contracts.contract import HERE, ODCS_SCHEMA

NOTICE = ODCS_SCHEMA.with_name("odcs-3.1.0.schema-NOTICE.txt")
HAND_HYGIENE = Path(__file__).parents[1] / "fixtures" / "hand_hygiene" / "hand_hygiene.odcs.yaml"
CONTRACTS = (*sorted(HERE.glob("*.odcs.yaml")), *sorted(HERE.glob("versions/*")), HAND_HYGIENE)


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(ODCS_SCHEMA.read_text(encoding="utf-8"))
    return loaded


def document(path: Path) -> Any:
    """A contract as JSON has it: a date is a text."""
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    return json.loads(json.dumps(loaded, default=str))


def complaints(contract: Any) -> list[str]:
    found = jsonschema.Draft201909Validator(schema()).iter_errors(contract)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name)
def test_a_contract_is_valid_odcs(path: Path) -> None:
    contract = document(path)
    assert contract["apiVersion"] == "v3.1.0"
    assert complaints(contract) == []


def test_there_are_contracts_to_hold_against_the_schema() -> None:
    assert {"falls.odcs.yaml", "pressure_ulcers.odcs.yaml", "sepsis.odcs.yaml"} <= {
        path.name for path in CONTRACTS
    }


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        ((), "owner", "falls-lead"),
        (("schema", 0, "properties", 0), "freeText", True),
        (("schema", 0, "quality", 0), "scope", "row"),
        (("slaProperties", 0), "workingDays", 10),
    ],
)
def test_the_schema_refuses_what_odcs_has_not(
    place: tuple[str | int, ...], key: str, value: object
) -> None:
    spoilt = copy.deepcopy(document(HERE / "falls.odcs.yaml"))
    block = spoilt
    for part in place:
        block = block[part]
    block[key] = value
    assert complaints(spoilt)


@pytest.mark.parametrize("key", ["version", "apiVersion", "kind", "id", "status"])
def test_the_schema_asks_for_what_odcs_asks(key: str) -> None:
    spoilt = document(HERE / "falls.odcs.yaml")
    del spoilt[key]
    assert complaints(spoilt) == [f": '{key}' is a required property"]


def test_the_schema_is_the_official_one_and_its_licence_is_beside_it() -> None:
    jsonschema.Draft201909Validator.check_schema(schema())
    assert schema()["title"] == "Open Data Contract Standard (ODCS)"
    notice = NOTICE.read_text(encoding="utf-8")
    assert hashlib.sha256(ODCS_SCHEMA.read_bytes()).hexdigest() in notice
    assert "Apache License" in notice
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in notice
