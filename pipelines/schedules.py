"""When a night begins. Not here: what it does (jobs), what else may start one (sensors)."""

import dagster as dg

from pipelines.jobs import NIGHTLY

# In Great Britain the clock jumps from 01:00 to 02:00 in March and from 02:00 back to 01:00 in
# October, so 02:00 comes exactly once on every day of the year; 01:30 does not.
EVERY_NIGHT = "0 2 * * *"
TIME_ZONE = "Europe/London"


def nightly_schedule() -> dg.ScheduleDefinition:
    """Runs without a click, also on an instance whose storage was lost and started anew."""
    return dg.ScheduleDefinition(
        name="every_night",
        job_name=NIGHTLY,
        cron_schedule=EVERY_NIGHT,
        execution_timezone=TIME_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="02:00 in Wales, on every night of the year.",
    )
