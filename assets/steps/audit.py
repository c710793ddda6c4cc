"""What was decided, as one table for readers: on which file or place, by which role, from when.

Belongs here: putting the lake's decisions and the closures shipped in codes/ beside the submissions
they are about. Does not belong here: what a decision is and what it does (decisions.py), originals
deleted because their time was over (quarantine.py), who may read which line (reports/edition.py).
Names of persons stay in the decision files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.steps.decisions import (
    DECIDES,
    Closed,
    Decided,
    Decision,
    Dismissal,
    WarningAccepted,
    decisions_in,
)
from assets.steps.night import Night
from data_contracts.registers import Closure
from reports.waiting import DECISION_SCHEMA

# What a decision about a file takes from its submission.
FROM_FILE = ("file_name", "outcome")
KINDS: Mapping[type, str] = {kind: name for name, kind in DECIDES.items()} | {
    # The older forms, and closures as the registers have them.
    Dismissal: "dismiss",
    Closure: "close-ward",
}


def decided(night: Night, submissions: pl.DataFrame) -> pl.DataFrame:
    """Every recorded decision, as DECISION_SCHEMA: the newest first, those without a date last.

    `submissions` are those of an edition: whose file a decision is about, and its name.
    """
    own = [decision for _, decision in decisions_in(night.lake)]
    lines = [_line(decision) for decision in (*night.registers.closures, *own)]
    named = {name: kind for name, kind in DECISION_SCHEMA.items() if name not in FROM_FILE}
    files = submissions.select("submission", "submitter", *FROM_FILE)
    return (
        pl.DataFrame(lines, schema=pl.Schema(named), orient="row")
        .join(files, on="submission", how="left", maintain_order="left")
        .with_columns(organisation=pl.coalesce("organisation", "submitter"))
        .select(DECISION_SCHEMA.names())
        .sort(
            "decided", "effective", "organisation", "decision", "submission",
            descending=[True, True, False, False, False], nulls_last=True, maintain_order=True,
        )
    )  # fmt: skip


def _line(decision: Decision) -> dict[str, Any]:
    day = decision.date if isinstance(decision, Decided) else None
    return {
        "decision": KINDS[type(decision)],
        "role": decision.role,
        "team": decision.team if isinstance(decision, Decided) else None,
        "reason": decision.reason,
        "decided": day,
        **(_place(decision) if isinstance(decision, Closed | Closure) else _file(decision, day)),
    }


def _place(decision: Closed | Closure) -> dict[str, Any]:
    same = ("organisation", "site", "ward", "ends")
    found = {name: getattr(decision, name) for name in same}
    return found | {"tables": list(decision.tables), "effective": decision.starts}


def _file(decision: Any, day: object) -> dict[str, Any]:
    """The file that was decided on; such a decision holds from the night after its day on."""
    found = {"submission": decision.submission, "effective": day}
    if not isinstance(decision, WarningAccepted):
        return found
    return found | {name: getattr(decision, name) for name in ("code", "row", "column")}
