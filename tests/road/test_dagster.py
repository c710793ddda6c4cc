"""What Dagster shows and runs: any contracts' graph, the schedule, sensors, a night recorded."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from made_up import MARCH, Road, csv_of, row, rows

from assets.steps.result import Verdict
from data_contracts.contract import load_contracts
from pipelines.definitions import build_definitions
from pipelines.jobs import NIGHTLY
from pipelines.resources import AlreadyRunningError, NoLakeError, Settings, locked
from pipelines.schedules import EVERY_NIGHT, TIME_ZONE
from pipelines.sensors import failure_sentence, inbox_sensor, state_of, waiting_files


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


def recorded(road: Road, today: date = MARCH) -> dg.ExecuteInProcessResult:
    """A night as Dagster runs and records it."""
    definitions = build_definitions(
        load_contracts(road.contracts), road.lake, contracts_folder=road.contracts, today=today
    )
    job = definitions.resolve_job_def(NIGHTLY)
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(instance=instance, raise_on_error=False)


def told(night: dg.ExecuteInProcessResult, *key: str) -> dict[str, Any]:
    """What a night said of an asset; a table is a list of its rows."""
    (made,) = [
        event.step_materialization_data.materialization
        for event in night.all_events
        if event.is_step_materialization and event.asset_key == dg.AssetKey(key)
    ]
    return {name: plain(value) for name, value in made.metadata.items()}


def plain(value: dg.MetadataValue) -> Any:
    is_table = isinstance(value, dg.TableMetadataValue)
    return [record.data for record in value.records] if is_table else value.value


def checks(night: dg.ExecuteInProcessResult, *key: str) -> dict[str, dg.AssetCheckEvaluation]:
    """The checks of an asset by name; each has spoken once."""
    found = [e for e in night.get_asset_check_evaluations() if e.asset_key == dg.AssetKey(key)]
    assert len({e.check_name for e in found}) == len(found)
    return {e.check_name: e for e in found}


def failed(night: dg.ExecuteInProcessResult, *key: str) -> set[str]:
    return {name for name, check in checks(night, *key).items() if not check.passed}


RECORDS, FALSE_ROWS = ("hand_hygiene", "records"), {"compliant": 99}


def put_bad_file(road: Road) -> None:
    """Every row of a file of 7A7 breaks rule HH01, so nothing of it is taken."""
    rows_of_march = [row("7A7", ward, "2024-03", **FALSE_ROWS) for ward in "AB"]
    road.put("7A7_hand-hygiene_202403_v02.csv", csv_of(rows_of_march))


def test_each_organisation_is_told_of_its_own_files(published: Road) -> None:
    """One refused file of 7A7 is none of 7A4's; two wards in three months are 6 rows each."""
    put_bad_file(published)
    night = recorded(published)
    assert night.success
    records = told(night, *RECORDS)
    assert records["by_organisation"] == [
        {"organisation": "7A4", "new_files": 0, "new_refused": 0, "new_rows": 0,
         "files_in_force": 1, "rows_in_force": 6, "files_to_mend": 0},
        {"organisation": "7A7", "new_files": 1, "new_refused": 1, "new_rows": 0,
         "files_in_force": 1, "rows_in_force": 6, "files_to_mend": 1},
    ]  # fmt: skip
    assert (records["dagster/row_count"], records["new_files"], records["files_to_mend"]) == (
        12, 1, 1,
    )  # fmt: skip
    waiting = [
        {"organisation": "7A4", "new_files": 0, "files": 1},
        {"organisation": "7A7", "new_files": 1, "files": 2},
    ]
    assert told(night, "hand_hygiene", "submissions")["by_organisation"] == waiting
    assert told(night, "inbox")["by_organisation"] == waiting


def test_a_check_is_red_until_the_file_is_mended(published: Road) -> None:
    """A night on which nothing comes says what the one before it said."""
    put_bad_file(published)
    broken = {"HH01", "catalogue", "organisation_7A7"}
    first = recorded(published)
    assert failed(first, *RECORDS) == broken
    quiet = recorded(published, date(2024, 4, 21))
    assert failed(quiet, *RECORDS) == broken
    rule = checks(quiet, *RECORDS)["HH01"]
    assert rule.severity is dg.AssetCheckSeverity.WARN
    assert {name: plain(value) for name, value in rule.metadata.items()} == {
        "problems": 2,
        "files_to_mend": 1,
        "files_in_force": 0,
        "by_organisation": [
            {"organisation": "7A7", "problems": 2, "files_to_mend": 1, "files_in_force": 0,
             "newest_file": "7A7_hand-hygiene_202403_v02.csv"},
        ],
    }  # fmt: skip
    own = checks(quiet, *RECORDS)["organisation_7A7"].metadata["by_rule"]
    assert [(found["rule"], found["title"], found["problems"]) for found in plain(own)] == [
        ("HH01", "More moments were taken than watched", 2),
        ("S02", "No row could be used", 1),
    ]
    published.put("7A7_hand-hygiene_202403_v03.csv", csv_of(rows("7A7", "2024-03")))
    assert failed(recorded(published, date(2024, 4, 22)), *RECORDS) == set()


def test_a_file_that_counts_although_something_is_asked_is_a_warning(published: Road) -> None:
    """A column nobody agreed on is asked about as long as the file with it is in force."""
    asked = [one | {"shoe_size": 9} for one in rows("7A4", "2024-03")]
    published.put("7A4_hand-hygiene_202403_v02.csv", csv_of(asked))
    recorded(published)
    quiet = recorded(published, date(2024, 4, 21))
    assert failed(quiet, *RECORDS) == {"catalogue", "organisation_7A4"}
    found = checks(quiet, *RECORDS)["catalogue"].metadata
    assert (found["files_to_mend"].value, found["files_in_force"].value) == (0, 1)
    published.put("7A4_hand-hygiene_202403_v03.csv", csv_of(rows("7A4", "2024-03")))
    assert failed(recorded(published, date(2024, 4, 22)), *RECORDS) == set()


def test_a_file_of_no_workstream_is_told_by_the_inbox_until_it_is_dismissed(
    published: Road,
) -> None:
    published.put("7A4_shoes_202403_v01.csv", b"size,colour\n9,red\n")
    assert failed(recorded(published), "inbox") == {"catalogue"}
    quiet = recorded(published, date(2024, 4, 21))
    table = plain(checks(quiet, "inbox")["catalogue"].metadata["by_organisation"])
    assert [(found["organisation"], found["rule"]) for found in table] == [("7A4", "H04")]
    assert failed(quiet, *RECORDS) == set()
    submission = published.receipts()["7A4_shoes_202403_v01.csv"]["submission"]
    decision = f"- {{submission: {submission}, role: Analyst, reason: Sent by mistake}}\n"
    (published.lake / "decisions" / "dismissed.yaml").write_text(decision, encoding="utf-8")
    assert failed(recorded(published, date(2024, 4, 22)), "inbox") == set()


def test_a_quiet_night_tells_what_is_there(published: Road) -> None:
    """Two files with 12 rows are in force; the pages are those that readers can open."""
    quiet = recorded(published)
    submissions = told(quiet, "hand_hygiene", "submissions")
    assert (submissions["dagster/row_count"], submissions["new_files"]) == (2, 0)
    records = told(quiet, *RECORDS)
    assert (records["dagster/row_count"], records["new_rows"]) == (12, 0)
    assert "dagster/row_count" not in told(quiet, "hand_hygiene", "report")
    publication = told(quiet, "programme", "publication")
    pages = sum(1 for _ in published.latest.rglob("*.html"))
    assert pages > 0
    assert (publication["dagster/row_count"], publication["new_pages"]) == (pages, 0)
    parts = ("landing", "organisations", "stewards")
    assert sum(told(quiet, "programme", part)["dagster/row_count"] for part in parts) == pages


def test_a_night_as_of_an_earlier_day_takes_nothing_from_the_inbox(published: Road) -> None:
    waiting = published.put("7A4_hand-hygiene_202403_v02.csv", csv_of(rows("7A4", "2024-03")))
    night = recorded(published, date(2024, 3, 1))
    assert not night.success
    (failure,) = [event for event in night.all_events if event.is_step_failure]
    assert failure.step_key == "inbox"
    assert failure_sentence([failure]) == (
        "The night stopped in inbox: Readers have a publication of 2024-04-20; an earlier day "
        "would take it away. Run it as of that day or a later one: --today 2024-04-20. Readers "
        "keep the last publication; mend the cause and run the night again."
    )
    assert waiting.exists()


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
