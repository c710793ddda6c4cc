"""What Dagster knows before anything has run: the graph, its owners, its checks and its words.

Not here: what a night tells (tests/road/test_dagster.py).
"""

import subprocess
import warnings
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from assets.workstream import INBOX, title_of
from data_contracts.contract import HERE, load_contracts
from pipelines.definitions import build_definitions
from pipelines.jobs import NIGHTLY
from reports.words import SOURCE, Words

PROJECT = Path(__file__).parents[2]
STAGES = ("submissions", "records", "measures", "signals", "report")
RECORDS = dg.AssetKey(["falls", "records"])


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_definitions(load_contracts(), tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> Any:
    return definitions.resolve_asset_graph()


def test_each_contract_has_five_assets_in_one_line(graph: Any) -> None:
    for contract in load_contracts():
        keys = [dg.AssetKey([contract.workstream, stage]) for stage in STAGES]
        upstream = [INBOX, *keys[:-1]]
        assert [graph.get(key).parent_keys for key in keys] == [{key} for key in upstream]
    assert dg.AssetKey(["programme", "publication"]) in graph.get_all_asset_keys()


def test_a_night_is_launched_without_a_choice(definitions: dg.Definitions, graph: Any) -> None:
    """The launch of a job with partitions asks for some, and none are chosen in its dialog."""
    assert definitions.resolve_job_def(NIGHTLY).partitions_def is None
    assert not [key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def]


def test_arrows_between_groups_go_one_way(graph: Any) -> None:
    arrows = {
        (graph.get(parent).group_name, graph.get(key).group_name)
        for key in graph.get_all_asset_keys()
        for parent in graph.get(key).parent_keys
    }
    between = {(start, end) for start, end in arrows if start != end}
    assert {("intake", "falls"), ("falls", "publication")} <= between
    assert not {(end, start) for start, end in between} & between
    assert graph.get(INBOX).group_name == "intake"


def test_every_asset_has_an_owner(graph: Any) -> None:
    """A list of changes has no measures, so no owner of a measure answers for it."""
    owners = {key.to_user_string(): graph.get(key).owners for key in graph.get_all_asset_keys()}
    assert all(owners.values())
    assert owners["changes/records"] == ["team:programme"]
    assert owners["falls/records"] == ["team:falls-lead"]


def test_records_are_checked_by_rule_and_by_organisation(graph: Any) -> None:
    names = {key.name for key in graph.asset_check_keys if key.asset_key == RECORDS}
    falls = next(c for c in load_contracts() if c.workstream == "falls")
    rules = {rule.code for table in falls.tables for rule in table.rules}
    boards = {f"organisation_7A{number}" for number in range(1, 8)}
    assert {"FA01", "FA07"} < rules
    # RQF, the Velindre trust, has wards too; the ambulance service has none.
    assert names == rules | {"catalogue"} | boards | {"organisation_RQF"}


def test_who_sends_for_others_is_checked_and_not_they(graph: Any) -> None:
    of = dg.AssetKey(["deterioration", "records"])
    assert dg.AssetCheckKey(of, "organisation_RT4") in graph.asset_check_keys


def test_a_check_is_told_in_words(definitions: dg.Definitions) -> None:
    checks = definitions.resolve_assets_def(RECORDS).check_specs_by_output_name.values()
    described = {spec.name: spec.description for spec in checks}
    title, _, expression = (described["FA01"] or "").partition("\n\n")
    assert title == "The falls by harm do not add up to all falls."
    assert expression.startswith("`falls_total = falls_no_harm")
    assert described["organisation_7A7"] == (
        "Files of 7A7 that have to be mended, or count although something is asked."
    )


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("FA02", "There are more falls than bed days"),
        # Its title names a column; a check is about all of them.
        ("C02", "…: not a whole number"),
        ("ZZ99", "ZZ99"),
    ],
)
def test_a_title_needs_no_facts(code: str, title: str) -> None:
    assert title_of(code, Words.load(HERE / "translations", SOURCE), "falls") == title


def test_definitions_are_loaded_without_a_warning(tmp_path: Path) -> None:
    """70 lines about beta parameters stood before the address of the web interface."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        build_definitions(load_contracts(), tmp_path).resolve_asset_graph()
    assert [str(one.message) for one in heard if "Beta" in one.category.__name__] == []


def test_a_night_that_nobody_looks_at_has_no_checks(tmp_path: Path) -> None:
    definitions = build_definitions(load_contracts(), tmp_path, recorded=False)
    assert definitions.resolve_asset_graph().asset_check_keys == set()


def test_the_instance_is_quiet_and_tells_nobody() -> None:
    settings = yaml.safe_load((PROJECT / "dagster.yaml").read_text("utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    assert settings["nux"] == {"enabled": False}
    assert settings["python_logs"] == {"python_log_level": "WARNING"}


def test_the_web_interface_starts_where_its_settings_are(tmp_path: Path) -> None:
    """Dagster warns, and reads another file, when it is started beside a dagster.yaml."""
    lake = tmp_path / "lake"
    command = ["make", "--dry-run", "ui", f"LAKE={lake}", "PORT=3001"]
    said = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert f"DAGSTER_HOME={lake}/dagster" in said
    assert f"cd {lake}/dagster && " in said
    assert "--port 3001 " in said
