"""The case of a file that is tried on somebody's desk: no other files, no figures, no report.

Belongs here: an edition with nothing in it but one file. Does not belong here: checking the file
(assets.steps.desk). A file that could be used counts as in use for its own months: whether it would
be, other files decide, and a desk does not have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.contract import Contract
from data_contracts.problems import TO_MEND, Outcome
from data_contracts.registers import Registers
from reports.edition import Edition
from reports.pages.audience import steward
from reports.pages.submission_case import Case, Records, case_of
from reports.words import Words

RETURNS: Mapping[str, pl.DataType] = pl.Schema(
    {
        "organisation": pl.String(),
        "workstream": pl.String(),
        "table": pl.String(),
        "period": pl.Date(),
        "status": pl.String(),
        "submission": pl.String(),
        "deadline": pl.Date(),
        "arrived": pl.Datetime("us"),
        "parts_in": pl.Int64(),
        "parts_due": pl.Int64(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a file is held against, and the day as of which it is."""

    contracts: tuple[Contract, ...]
    registers: Registers
    translations: Path
    today: date


def tried_case(
    agreed: Agreed,
    words: Words,
    receipt: Mapping[str, Any],
    problems: pl.DataFrame,
    named: tuple[date | None, date | None] = (None, None),
) -> Case:
    """The case of one receipt (its fields by name, `months` with organisation, period and rows).

    `named` are the first and the last month that the file's name says; they go before its rows'.
    """
    row = _submission(receipt, *named)
    nothing = pl.DataFrame()
    edition = Edition(
        data_month=agreed.today.replace(day=1),
        today=agreed.today,
        publication="",
        contracts=agreed.contracts,
        registers=agreed.registers,
        translations_folder=agreed.translations,
        points=pl.DataFrame(schema={"provenance": pl.String}),
        series=nothing,
        returns=pl.DataFrame(schema=RETURNS),
        submissions=pl.DataFrame([row]),
        problems=problems,
        changes=nothing,
        audience=steward(row["submitter"]),
    )
    return case_of(Records.of(edition, row["submitter"]), words, row["submission"])


def _submission(
    receipt: Mapping[str, Any], first: date | None, last: date | None
) -> dict[str, Any]:
    """A receipt as a row of an edition's submissions."""
    sent: Iterable[Mapping[str, Any]] = receipt["months"]
    # A list of events without months has the first of 1900 there.
    months = sorted({one["period"] for one in sent if one["rows"] and one["period"].year > 1900})
    outcome = Outcome(receipt["outcome"])
    same = ("submission", "submitter", "workstream", "table", "file_name", "sheet", "version",
            "rows_read", "rows_accepted", "rows_set_aside", "duplicate_of", "sha256", "answers",
            "trial")  # fmt: skip
    return {
        **{name: receipt[name] for name in same},
        "arrived": _plain(receipt["arrived"]),
        "outcome": outcome.value,
        "period_from": first or next(iter(months), None),
        "period_to": last or next(reversed(months), None),
        "organisations": sorted({one["organisation"] for one in sent}),
        "months_in_force": months,
        "counts_in_full": True,
        "to_mend": outcome in TO_MEND,
        "tried": True,
    }


def _plain(moment: datetime) -> datetime:
    """UTC without saying so, as frames hold it."""
    return moment.replace(tzinfo=None)
