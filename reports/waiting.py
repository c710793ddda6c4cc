"""What waits for somebody, how well returns come in, what was decided: the columns and their words.

Belongs here: the shape of these frames of an edition and the kinds of things that wait, so that
steps and pages mean the same by them. Does not belong here: finding them (assets/steps/queue.py,
assets/steps/audit.py) and showing them (reports/pages/queue_page.py).
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

# One row for each thing that waits, oldest first. `organisation`: whose return it is; `submitter`:
# who has to send, which is another one only where a table is sent for others. `since`: the deadline
# of a missing return, else the day on which the file came, or the first of the attempts whose place
# it took; `working_days`: how many of Wales have passed since then. `period`: the month, or the
# first of several; null where it cannot be told. `submission` and `file_name` are null for a
# missing return. `problems`: unanswered warnings, else 1.
QUEUE_SCHEMA = pl.Schema(
    {
        "kind": pl.String(),
        "organisation": pl.String(),
        "submitter": pl.String(),
        "workstream": pl.String(),
        "table": pl.String(),
        "period": pl.Date(),
        "period_to": pl.Date(),
        "submission": pl.String(),
        "file_name": pl.String(),
        "since": pl.Date(),
        "working_days": pl.Int64(),
        "problems": pl.Int64(),
    }
)
# One row for each organisation and month whose deadline has passed, of the last year. Counts of the
# returns that it has to send: `due`, `sent` (figures are in force), `complete` (and nothing is
# missing in them), `on_time` (the first that was accepted came by the deadline). Shares are of
# those that are due.
TIMELINESS_SCHEMA = pl.Schema(
    {
        "organisation": pl.String(),
        "period": pl.Date(),
        "due": pl.Int64(),
        "sent": pl.Int64(),
        "complete": pl.Int64(),
        "on_time": pl.Int64(),
        "share_sent": pl.Float64(),
        "share_complete": pl.Float64(),
        "share_on_time": pl.Float64(),
    }
)
# One row for each recorded decision, newest first. `organisation`: whom it concerns, null where
# the submission is not known. `decided`: null in the older forms; `effective`: from when it holds,
# `ends`: until when, null for good. `submission` to `column` are about a file, `site` to
# `tables` about a place (and of its returns, where not about all). Who decided is a role and a
# team, never a name.
DECISION_SCHEMA = pl.Schema(
    {
        "organisation": pl.String(),
        "decision": pl.String(),
        "submission": pl.String(),
        "file_name": pl.String(),
        "outcome": pl.String(),
        "code": pl.String(),
        "row": pl.Int64(),
        "column": pl.String(),
        "site": pl.String(),
        "ward": pl.String(),
        "tables": pl.List(pl.String),
        "role": pl.String(),
        "team": pl.String(),
        "reason": pl.String(),
        "decided": pl.Date(),
        "effective": pl.Date(),
        "ends": pl.Date(),
    }
)


class Waits(StrEnum):
    """Why something is in the queue: the values of `kind`."""

    MISSING = "missing"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    PARTLY_ACCEPTED = "partly_accepted"
    LACKING = "lacking"
    WARNINGS = "warnings"
