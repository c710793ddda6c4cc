"""Files of one health board for October 2026, for the tests of the stewards' pages.

A first one, a copy of it, a refused correction, one accepted in part, one with an NHS number, and
one that nobody could read. Not a test: what the tests start from.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl

from data_contracts import problems
from data_contracts.contract import Scope
from data_contracts.problems import Effect, Kind, Problem, problems_frame
from reports.edition import Edition

OCTOBER = date(2026, 10, 1)
NHS_NUMBER = "999 476 5914"
NO_FALLS = Kind("FA32", Scope.INFORMATION, Effect.CHECK)
HARM = Kind("FA01", Scope.ROW, Effect.SET_ASIDE)
FILE_COLUMNS = {
    "submission": pl.String,
    "submitter": pl.String,
    "workstream": pl.String,
    "table": pl.String,
    "file_name": pl.String,
    "sheet": pl.String,
    "sha256": pl.String,
    "arrived": pl.Datetime("us"),
    "received": pl.Datetime("us"),
    "outcome": pl.String,
    "version": pl.Int64,
    "period_from": pl.Date,
    "period_to": pl.Date,
    "organisations": pl.List(pl.String),
    "rows_read": pl.Int64,
    "rows_accepted": pl.Int64,
    "rows_set_aside": pl.Int64,
    "warnings": pl.Int64,
    "months_in_force": pl.List(pl.Date),
    "counts_in_full": pl.Boolean,
    "duplicate_of": pl.String,
    "to_mend": pl.Boolean,
    "superseded_by": pl.String,
    "trial": pl.Boolean,
    "tried": pl.Boolean,
}
RETURN_COLUMNS = {
    "organisation": pl.String,
    "workstream": pl.String,
    "table": pl.String,
    "period": pl.Date,
    "status": pl.String,
    "submission": pl.String,
    "deadline": pl.Date,
    "arrived": pl.Datetime("us"),
    "parts_in": pl.Int64,
    "parts_due": pl.Int64,
}


def file(submission: str, outcome: str, day: int, **changed: Any) -> dict[str, Any]:
    """A falls file of Cardiff and Vale for October 2026 that arrived on a day of November."""
    arrived = datetime(2026, 11, day, 16, 42)
    usual = {
        "submission": submission,
        "submitter": "7A4",
        "workstream": "falls",
        "table": "monthly",
        "file_name": f"7A4_falls_202610_v{day:02}.xlsx",
        "sheet": "Falls Oct 26",
        "sha256": submission,
        "arrived": arrived,
        "received": arrived,
        "outcome": outcome,
        "version": day,
        "period_from": OCTOBER,
        "period_to": OCTOBER,
        "organisations": ["7A4"],
        "rows_read": 61,
        "rows_accepted": 61,
        "rows_set_aside": 0,
        "warnings": 0,
        "months_in_force": [],
        "counts_in_full": True,
        "duplicate_of": None,
        "superseded_by": None,
        "trial": False,
        "tried": False,
        "to_mend": outcome in ("refused", "partly_accepted", "quarantined"),
    }
    unread = {"rows_read": None, "rows_accepted": None, "organisations": []}
    return usual | (unread if outcome == "quarantined" else {}) | changed


FIRST = file("first", "accepted_with_warnings", 9, months_in_force=[OCTOBER])
REFUSED = file("refused", "refused", 20, rows_accepted=0)
PARTLY = file("partly", "partly_accepted", 21, rows_accepted=22, rows_set_aside=39)
LOCKED = file("locked", "quarantined", 22, file_name=f"falls {NHS_NUMBER}.xlsx")
COPY = file("copy", "duplicate", 23, duplicate_of="first", version=None)
UNKNOWN = file(
    "unknown", "refused", 24, workstream=None, table=None, period_from=None, period_to=None
) | {"version": None, "rows_read": None, "sheet": None, "file_name": "Copy of falls.docx"}


def cell(
    kind: Kind, submission: str, address: str, column: str, value: str, **facts: Any
) -> Problem:
    row = int("".join(filter(str.isdigit, address)))
    return Problem(
        kind, submission, sheet="Falls Oct 26", row=row, column=column, cell=address, value=value,
        facts=facts,
    )  # fmt: skip


FOUND = [
    *[
        cell(problems.SUPPRESSED_COUNT, "refused", f"J{row}", "falls_moderate_harm", "<5")
        for row in range(2, 1206)
    ],
    cell(HARM, "refused", "G4", "falls_total", "9", falls_no_harm=5),
    cell(HARM, "refused", "G7", "falls_total", "12", falls_no_harm=7),
    Problem(problems.MISSING_COLUMN, "refused", column="ward_name", facts={"suggestion": "nmae"}),
    Problem(problems.UNKNOWN_COLUMN, "refused", column="Comments (JB)", row=1, cell="L1"),
    cell(problems.UNKNOWN_ORGANISATION, "partly", "A3", "organisation_code", "=cmd", suggestion=""),
    Problem(problems.WARDS_MISSING, "first", facts={"wards": ("W9", "W10"), "month": "2026-10"}),
    Problem(
        problems.IDENTIFIER, "locked", column="notes", row=5, cell="S5", value=NHS_NUMBER,
        facts={"kind": "nhs_number"},
    ),
    Problem(problems.SAME_FILE, "copy", facts={"duplicate_of": "first"}),
    Problem(problems.UNKNOWN_RETURN, "unknown", facts={"topics": ("falls", "sepsis")}),
]  # fmt: skip
SHEET = pl.DataFrame(
    [
        list("ABCDEFGHIJKL"),
        *[[f"{letter}{row}" for letter in "ABCDEFGHIJKL"] for row in range(2, 9)],
    ],
    schema=list("ABCDEFGHIJKL"),
    orient="row",
).with_row_index("row", offset=1)


def due(period: date, status: str, submission: str | None = None) -> dict[str, Any]:
    return {
        "organisation": "7A4",
        "workstream": "falls",
        "table": "monthly",
        "period": period,
        "status": status,
        "submission": submission,
        "deadline": date(2026, 11, 13),
        "arrived": None,
        "parts_in": 0,
        "parts_due": 61,
    }


def edition_of(
    edition: Edition, *files: dict[str, Any], returns: tuple[dict[str, Any], ...] = ()
) -> Edition:
    return replace(
        edition,
        today=date(2026, 11, 19),
        submissions=pl.DataFrame(list(files), schema=FILE_COLUMNS),
        returns=pl.DataFrame(list(returns), schema=RETURN_COLUMNS),
        problems=problems_frame(FOUND),
        queue=edition.queue.clear(),
        decisions=edition.decisions.clear(),
    )


def text(parts: Any) -> str:
    return "".join(part.text for part in parts)


ALL = (FIRST, REFUSED, PARTLY, LOCKED, COPY, UNKNOWN)
