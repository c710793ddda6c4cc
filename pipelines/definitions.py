"""Contracts and a lake -> everything Dagster shows and runs; `defs` is what workspace.yaml loads.

Belongs here: putting the parts together, and the three environment variables. Does not belong here:
a word about any one workstream; the graph follows from whichever contracts are there.
"""

import os
from datetime import date
from pathlib import Path

import dagster as dg

from assets.programme import programme_assets
from assets.workstream import workstream_assets
from data_contracts.contract import Contract, load_contracts
from pipelines.jobs import nightly_job
from pipelines.resources import Settings, night_resource
from pipelines.schedules import nightly_schedule
from pipelines.sensors import failure_sensor, inbox_sensor

LAKE_VARIABLE = "SAFECARE_LAKE"
CONTRACTS_VARIABLE = "SAFECARE_CONTRACTS"
# A day (2024-04-20) to run as on, for a lake whose files are of that time, such as the sample.
TODAY_VARIABLE = "SAFECARE_TODAY"


def build_definitions(
    contracts: tuple[Contract, ...],
    lake_root: Path,
    *,
    contracts_folder: Path | None = None,
    today: date | None = None,
    recorded: bool = True,
) -> dg.Definitions:
    """All assets, checks, the job, its schedule and sensors, for any set of contracts.

    `contracts_folder` (None: the project's own) and `today` (None: the clock's) are what each night
    is opened with. `recorded` False leaves out what is there only to be looked at in Dagster,
    checks and one entry for each organisation: the same steps and the same results in the lake.
    """
    settings = Settings(lake_root=lake_root, contracts_folder=contracts_folder, today=today)
    organisations = partitions_of(contracts) if recorded else None
    graphs = [
        workstream_assets(contract, organisations, with_checks=recorded) for contract in contracts
    ]
    return dg.Definitions(
        assets=[*programme_assets(contracts), *(asset for graph in graphs for asset in graph)],
        jobs=[nightly_job(organisations)],
        schedules=[nightly_schedule()],
        sensors=[inbox_sensor(settings), failure_sensor(settings)],
        resources={"night": night_resource(settings)},
    )


def partitions_of(contracts: tuple[Contract, ...]) -> dg.StaticPartitionsDefinition | None:
    """Every organisation that some contract expects something from; None where there is none.

    One set for all workstreams: Dagster runs a job only if its partitioned assets share theirs.
    """
    tables = [table for contract in contracts for table in contract.tables]
    due = {code for table in tables for code in table.due_organisations}
    sent_for = {code for table in tables for codes in table.submits.values() for code in codes}
    submitters = {code for table in tables for code in table.submits}
    codes = sorted(due | sent_for | submitters)
    return dg.StaticPartitionsDefinition(codes) if codes else None


@dg.definitions
def defs() -> dg.Definitions:
    """What the environment asks for: ./lake and the project's own contracts unless told."""
    named = os.environ.get(CONTRACTS_VARIABLE)
    folder = Path(named).resolve() if named else None
    lake_root = Path(os.environ.get(LAKE_VARIABLE, "lake")).resolve()
    day = os.environ.get(TODAY_VARIABLE)
    return build_definitions(
        load_contracts(folder),
        lake_root,
        contracts_folder=folder,
        today=date.fromisoformat(day) if day else None,
    )
