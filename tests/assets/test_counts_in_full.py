"""Whether all that was accepted of a file is in the report: by organisation and month, by hand."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from assets.steps.editions import submissions_frame
from assets.steps.lake import json_bytes
from assets.steps.night import Night
from assets.steps.submissions import RECEIPT, MonthSent, Receipt
from data_contracts.problems import PROBLEM_SCHEMA, Outcome

MARCH = date(2024, 3, 1)
CAME = datetime(2024, 4, 10, 9, tzinfo=UTC)


def _sent(night: Night, sequence: int, *organisations: str) -> str:
    """A file of the ambulance service about March; returns its submission."""
    name = f"20240410-090000-{sequence:012x}"
    months = tuple(
        MonthSent(organisation=code, period=MARCH, rows=1, set_aside=0) for code in organisations
    )
    receipt = Receipt(
        submission=name, sequence=sequence, submitter="RT4", sha256="", size=1, arrived=CAME,
        file_name=f"RT4_ambulance_202403_v{sequence:02}.csv", received=CAME, version=sequence,
        workstream="deterioration", table="ambulance", outcome=Outcome.ACCEPTED, months=months,
        rows_accepted=len(months),
    )  # fmt: skip
    folder = night.lake.submissions / name
    folder.mkdir(parents=True)
    (folder / RECEIPT).write_bytes(json_bytes(asdict(receipt)))
    return name


def test_a_file_of_two_organisations_counts_in_full_until_another_stands_for_one(
    tmp_path: Path,
) -> None:
    night = Night.open(tmp_path, today=date(2024, 4, 20))
    both, one = _sent(night, 1, "7A1", "7A3"), _sent(night, 2, "7A1")
    for used, told in (
        ({"7A1": both, "7A3": both}, {both: True, one: False}),
        ({"7A1": one, "7A3": both}, {both: False, one: True}),
    ):
        months = pl.DataFrame(
            {
                "organisation": list(used),
                "submission": list(used.values()),
                "period": [MARCH] * 2,
                "is_complete": [True] * 2,
            }
        )
        frame = submissions_frame(night, months, pl.DataFrame(schema=PROBLEM_SCHEMA))
        assert dict(frame.select("submission", "counts_in_full").iter_rows()) == told
        # The month itself is in the report either way.
        assert frame.row(0, named=True)["months_in_force"] == [MARCH]
