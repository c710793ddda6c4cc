"""The one job: a whole night, in one process, for all organisations at once.

Why one process: a step costs some 20 ms here and 0.65 s in a process of its own, and the locks of
DuckDB and sqlite never meet. Not here: when it runs (schedules, sensors), what it makes (assets).
"""

import dagster as dg

# The type is not among the names that Dagster promises to keep, but define_asset_job returns it.
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

NIGHTLY = "nightly"
# A run that a power cut left behind is ended by run monitoring (dagster.yaml) after this long.
MAX_RUNTIME_SECONDS = 2 * 60 * 60


def nightly_job() -> UnresolvedAssetJobDefinition:
    """Every asset, from the inbox to the publication, as one run that asks for nothing."""
    return dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.all(),
        description="Receive, check, count, detect, report and publish, once for all workstreams.",
        executor_def=dg.in_process_executor,
        tags={"dagster/max_runtime": str(MAX_RUNTIME_SECONDS)},
    )
