"""What Dagster shows and runs: any contracts' graph, the schedule, sensors, a night recorded."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from made_up import MARCH, Road, csv_of, row, rows

from assets.steps.result import Verdict
from assets.workstream import INBOX
from data_contracts.contract import load_contracts
from pipelines.definitions import build_definitions
from pipelines.jobs import NIGHTLY
from pipelines.resources import AlreadyRunningError, NoLakeError, Settings, locked
from pipelines.schedules import EVERY_NIGHT, TIME_ZONE
from pipelines.sensors import inbox_sensor, state_of, waiting_files

STAGES = ("submissions", "records", "measures", "signals", "report")


def test_each_contract_has_five_assets_in_one_line(tmp_path: Path) -> None:
    contracts = load_contracts()
    definitions = build_definitions(contracts, tmp_path)
    graph = definitions.resolve_asset_graph()
    for contract in contracts:
        keys = [dg.AssetKey([contract.workstream, stage]) for stage in STAGES]
        upstream = [INBOX, *keys[:-1]]
        assert [graph.get(key).parent_keys for key in keys] == [{key} for key in upstream]
    assert dg.AssetKey(["programme", "publication"]) in graph.get_all_asset_keys()


def test_every_rule_is_a_check_of_its_records(tmp_path: Path) -> None:
    contracts = load_contracts()
    graph = build_definitions(contracts, tmp_path).resolve_asset_graph()
    falls = next(c for c in contracts if c.workstream == "falls")
    names = {
        key.name for key in graph.asset_check_keys if key.asset_key.path == ["falls", "records"]
    }
    rules = {rule.code for table in falls.tables for rule in table.rules}
    assert names == rules | {"catalogue"}
    assert "FA01" in names


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    # The clock goes forward on 31 March 2024 and back on 27 October 2024.
    [(date(2024, 3, 31), 1), (date(2024, 10, 27), 2), (date(2024, 6, 1), 1)],
)
def test_the_schedule_ticks_once_a_day(day: date, utc_hour: int) -> None:
    from dagster._utils.schedules import schedule_execution_time_iterator

    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(TIME_ZONE))
    times = schedule_execution_time_iterator(start.timestamp(), EVERY_NIGHT, TIME_ZONE, True)
    ticks = [next(times) for _ in range(3)]
    on_the_day = [tick for tick in ticks if tick.date() == day]
    assert [(tick.hour, tick.minute) for tick in on_the_day] == [(2, 0)]
    assert on_the_day[0].astimezone(UTC).hour == utc_hour


def test_a_recorded_night_tells_checks_by_organisation(road: Road) -> None:
    """A row of 7A4 breaks rule HH01: its check fails for 7A4, as a warning, and the run is good."""
    broken = [*rows("7A4", "2024-03", wards="A"), row("7A4", "B", "2024-03", compliant=99)]
    road.put("7A4_hand-hygiene_202403_v02.csv", csv_of(broken))
    definitions = build_definitions(
        load_contracts(road.contracts), road.lake, contracts_folder=road.contracts, today=MARCH
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def(NIGHTLY).execute_in_process(instance=instance)
        assert result.success
        evaluations = result.get_asset_check_evaluations()
    failed = [e for e in evaluations if e.check_name == "HH01" and not e.passed]
    assert {e.partition for e in failed} == {"7A4", None}
    assert all(e.severity is dg.AssetCheckSeverity.WARN for e in failed)
    others = [e for e in evaluations if e.check_name == "HH02"]
    assert [e.passed for e in others] == [True]


def test_a_step_that_fails_leaves_the_publication_and_an_alert(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.night()
    before = road.manifest()
    road.put("7A4_hand-hygiene_202403_v02.csv", csv_of(rows("7A4", "2024-03", wards="ABC")))
    # A folder where the warehouse has to go: putting the new one in place must fail.
    road.lake.joinpath("warehouse.duckdb").unlink()
    road.lake.joinpath("warehouse.duckdb").mkdir()
    assert road.night(date(2024, 4, 21)) is Verdict.NOTHING_PUBLISHED
    assert road.manifest() == before
    (alert,) = road.lake.glob("alerts/*.json")
    sentence = json.loads(alert.read_text("utf-8"))["sentence"]
    assert "Readers keep the last publication" in sentence
    road.lake.joinpath("warehouse.duckdb").rmdir()
    assert road.night(date(2024, 4, 22)) is Verdict.GOOD
    assert road.publication == "2024-03_r2"


def test_a_lake_works_for_one_night_at_a_time(road: Road) -> None:
    with locked(road.lake, 0), pytest.raises(AlreadyRunningError), locked(road.lake, 0):
        pass


def test_a_mistyped_lake_is_not_started(tmp_path: Path) -> None:
    with pytest.raises(NoLakeError), locked(tmp_path / "lak", 0):
        pass


def test_the_sensor_waits_until_files_are_still(road: Road) -> None:
    settings = Settings(lake_root=road.lake)
    sensor = inbox_sensor(settings)
    with dg.DagsterInstance.ephemeral() as instance:
        state = state_of(waiting_files(settings.lake.inbox))
        first = dg.build_sensor_context(instance=instance)
        assert isinstance(sensor(first), dg.SkipReason)
        assert first.cursor == state
        second = dg.build_sensor_context(instance=instance, cursor=state)
        assert isinstance(sensor(second), dg.RunRequest)
        road.put("7A4_hand-hygiene_202404_v01.csv", b"grows", datetime(2024, 5, 3, tzinfo=UTC))
        third = dg.build_sensor_context(instance=instance, cursor=state)
        assert isinstance(sensor(third), dg.SkipReason)
