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
from data_contracts.contract import HERE, Contract, load_contracts
from pipelines.days import come
from pipelines.jobs import nightly_job
from pipelines.resources import Settings, night_resource
from pipelines.schedules import nightly_schedule
from pipelines.sensors import failure_sensor, inbox_sensor
from reports.words import SOURCE, Words

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
    is opened with. `recorded` False leaves out the checks, which are there only to be looked at in
    Dagster: the same steps and the same results in the lake.
    """
    settings = Settings(lake_root=lake_root, contracts_folder=contracts_folder, today=today)
    words = Words.load((contracts_folder or HERE) / "translations", SOURCE) if recorded else None
    graphs = [workstream_assets(contract, words) for contract in contracts]
    return dg.Definitions(
        assets=[*programme_assets(contracts, words), *(asset for g in graphs for asset in g)],
        jobs=[nightly_job()],
        schedules=[nightly_schedule()],
        sensors=[inbox_sensor(settings), failure_sensor(settings)],
        resources={"night": night_resource(settings)},
    )


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
        today=come(date.fromisoformat(day)) if day else None,
    )
