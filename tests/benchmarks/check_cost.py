"""Runs one night's check of made-up files in this process and tells its cost as JSON.

    python check_cost.py FILES ROWS KIND      KIND: few (one row in a hundred) or column (all)

Belongs here: the files, and what is measured. Does not belong here: limits (test_check_speed.py).
Files are put where reading would have left them: only the check is measured, with the import of
its libraries and with writing what came of it.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from assets.steps.check import check
from assets.steps.night import Night
from assets.steps.read import Reading
from assets.steps.receive import _agreed
from assets.steps.submissions import Received, all_receipts, write_reading, write_received

TODAY = date(2024, 4, 20)
ORGANISATION, SITE = "7A4", "7A4BV"


def sheet(rows: int, kind: str) -> pl.DataFrame:
    """Good rows of falls, a ward each; of `few` every hundredth has a word for a count, of
    `column` every row.
    """
    n = pl.int_range(rows)
    bad = n % 100 == 7 if kind == "few" else pl.lit(True)
    return pl.select(
        organisation_code=pl.lit(ORGANISATION),
        site_code=pl.lit(SITE),
        ward_code=pl.format("W{}", n),
        ward_name=pl.format("Ward {}", n),
        setting=pl.lit("acute_inpatient"),
        population=pl.lit("adults"),
        period=pl.lit("2024-03"),
        occupied_bed_days=pl.lit("800"),
        falls_total=pl.lit("6"),
        falls_no_harm=pl.lit("4"),
        falls_low_harm=pl.lit("2"),
        falls_moderate_harm=pl.lit("0"),
        falls_severe_harm=pl.lit("0"),
        falls_death=pl.lit("0"),
        falls_hip_fracture=pl.lit("0"),
        at_risk_admissions=pl.lit("40"),
        risk_assessed_within_24h=pl.lit("30"),
        post_fall_check_done=pl.when(bad).then(pl.lit("five")).otherwise(pl.lit("5")),
        enhanced_observation_days=(n % 30).cast(pl.String),
    )


def put(night: Night, files: int, rows: int, kind: str) -> None:
    table = night.topics["falls"]
    frame = sheet(rows, kind)
    letters = {name: chr(ord("A") + place) for place, name in enumerate(frame.columns)}
    body = frame.rename(letters).with_row_index("row", 2).with_columns(pl.col("row").cast(pl.Int64))
    head = pl.DataFrame(
        {"row": [1], **{letter: [name] for name, letter in letters.items()}}, schema=body.schema
    )
    reading = Reading(table=table, sheet_rows=pl.concat([head, body]), letters=letters)
    for number in range(1, files + 1):
        received = Received(
            submission=f"20240419-090000-{number:012x}",
            sequence=number,
            submitter=ORGANISATION,
            file_name=f"{ORGANISATION}_falls_202403_v{number:02}.csv",
            sha256=f"{number:064x}",
            size=1,
            arrived=datetime(2024, 4, 19, 9, tzinfo=UTC),
            received=night.now,
        )
        folder = night.lake.received / received.submission
        folder.mkdir()
        (folder / "original.csv").write_bytes(b"-")
        write_received(folder, received)
        write_reading(folder, reading, _agreed(night))


def main() -> None:
    files, rows, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        night = Night.open(Path(folder), today=TODAY)
        put(night, files, rows, kind)
        (falls,) = (one for one in night.contracts if one.workstream == "falls")
        wall, processor = time.perf_counter(), time.process_time()
        check(night, falls)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        receipts = all_receipts(night.lake)
        outcomes = Counter(one.outcome.value for one in receipts)
        told = {
            "seconds": wall,
            "processor": processor,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "rows_accepted": sum(one.rows_accepted for one in receipts),
            "rows_set_aside": sum(one.rows_set_aside for one in receipts),
            "outcomes": dict(outcomes),
        }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
