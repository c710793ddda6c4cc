"""A small made-up publication of October 2026: what the tests of pages start from.

Every series runs quietly around its centre for 24 months; a few told below do not. Not a test.

falls_rate: Wales steps down (new improvement), Hywel Dda (7A2) steps up (new concern), Cardiff and
Vale (7A4) has been above its limit for two months (concern, not new), Powys (7A7) is missing,
Velindre (RQF) began nine months ago. pressure_ulcers_rate: Aneurin Bevan (7A6) lacks a ward.
sepsis_six: Swansea Bay (7A3) failed its checks, so Wales is incomplete. Waits are published.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.steps.answers import ANSWER_SCHEMA
from assets.steps.queue import queue, timeliness
from data_contracts.contract import Contract, Measure, Table, load_contracts
from data_contracts.problems import problems_frame
from data_contracts.registers import load_registers
from reports.edition import Edition
from reports.months import months
from reports.waiting import DECISION_SCHEMA

HERE = Path(__file__).parents[2] / "data_contracts"
OCTOBER = date(2026, 10, 1)
SPAN = tuple(months(date(2024, 11, 1), OCTOBER))
TODAY = date(2026, 11, 25)

IDENTITY = {
    "workstream": pl.String, "measure": pl.String, "level": pl.String, "unit": pl.String,
    "organisation": pl.String, "series": pl.String,
}  # fmt: skip
RULES = (
    "outside", "shift", "trend", "two_of_three", "inner_third", "four_of_five", "alternating",
    "mixture", "zeros",
)  # fmt: skip
POINTS = IDENTITY | {
    "period": pl.Date, "numerator": pl.Float64, "denominator": pl.Float64, "state": pl.String,
    "parts_in": pl.Int64, "parts_due": pl.Int64, "provenance": pl.String, "phase": pl.Int64,
    "value": pl.Float64, "centre": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
    "lower_2sigma": pl.Float64, "upper_2sigma": pl.Float64, "excluded": pl.Boolean,
    **dict.fromkeys(RULES, pl.Int8), "signal": pl.Boolean, "improvement": pl.Boolean,
    "concern": pl.Boolean, "verdict": pl.String, "rule": pl.String, "rule_side": pl.Int8,
}  # fmt: skip
SERIES = IDENTITY | {
    "phase": pl.Int64, "chart": pl.String, "chart_reason": pl.String, "n": pl.Int64,
    "n_useful": pl.Int64, "longest_run": pl.Int64, "longest_run_limit": pl.Int64,
    "crossings": pl.Int64, "crossings_limit": pl.Int64, "sigma_z": pl.Float64,
    "centre": pl.Float64, "variation": pl.String, "assurance": pl.String,
    "limits_status": pl.String, "notes": pl.List(pl.String),
}  # fmt: skip
RETURNS = {
    "organisation": pl.String, "workstream": pl.String, "table": pl.String, "period": pl.Date,
    "status": pl.String, "submission": pl.String, "deadline": pl.Date,
    "arrived": pl.Datetime("us"), "parts_in": pl.Int64, "parts_due": pl.Int64,
}  # fmt: skip
SUBMISSIONS = {
    "submission": pl.String, "submitter": pl.String, "workstream": pl.String, "table": pl.String,
    "file_name": pl.String, "sheet": pl.String, "sha256": pl.String,
    "arrived": pl.Datetime("us"), "received": pl.Datetime("us"), "outcome": pl.String,
    "version": pl.Int64, "period_from": pl.Date, "period_to": pl.Date,
    "organisations": pl.List(pl.String), "rows_read": pl.Int64, "rows_accepted": pl.Int64,
    "rows_set_aside": pl.Int64, "warnings": pl.Int64, "months_in_force": pl.List(pl.Date),
    "duplicate_of": pl.String, "to_mend": pl.Boolean, "superseded_by": pl.String,
}  # fmt: skip
CHANGES = {
    "organisation": pl.String, "level": pl.String, "workstream": pl.String, "measure": pl.String,
    "site_code": pl.String, "ward_code": pl.String, "date": pl.Date, "kind": pl.String,
    "text_en": pl.String, "text_cy": pl.String, "author_role": pl.String,
    "provenance": pl.String,
}  # fmt: skip

# Series key -> what its last months are like; see `_shaped`.
STORY: Mapping[str, Mapping[str, Any]] = {
    "falls/falls_rate/wales/wales": {"last": 5.64, "side": -1, "rule": "shift", "months": 8},
    "falls/falls_rate/organisation/7A2": {"last": 6.21, "side": 1, "rule": "shift", "months": 8},
    "falls/falls_rate/organisation/7A4": {"last": 9.5, "side": 1, "rule": "outside", "months": 2},
    "falls/falls_rate/organisation/7A7": {"gap": True},
    "falls/falls_rate/organisation/RQF": {"count": 9},
    "pressure_ulcers/pressure_ulcers_rate/organisation/7A6": {"state": "incomplete"},
    "sepsis/sepsis_six/organisation/7A3": {"gap": True},
    "sepsis/sepsis_six/wales/wales": {"state": "incomplete"},
}
STATUSES = {
    ("7A7", "falls", "monthly"): "missing",
    ("7A3", "sepsis", "monthly"): "refused",
    ("7A6", "pressure_ulcers", "monthly"): "incomplete",
    ("7A5", "deterioration", "ward"): "late",
    ("7A2", "deterioration", "ward"): "on_time_to_check",
}
WARD = {"level": "ward", "unit": "7A4BV:W1", "organisation": "7A4"}
SITE = {"level": "site", "unit": "7A4BV", "organisation": "7A4"}
PUBLISHED_TABLES = frozenset({"emergency_department", "ambulance"})


def make_edition() -> Edition:
    """The publication, seen by the collaborative's readers."""
    return with_queue(_made())


def with_queue(edition: Edition) -> Edition:
    """An edition with what waits and how returns came in, as its other frames have it."""
    missing = {name: pl.lit(None, kind) for name, kind in ANSWER_SCHEMA.items()}
    problems = edition.problems.with_columns(**missing)
    told = (edition.today, edition.contracts)
    return replace(
        edition,
        queue=queue(edition.returns, edition.submissions, problems, *told),
        timeliness=timeliness(edition.returns, *told),
    )


def _made() -> Edition:
    contracts = load_contracts(HERE)
    identities = [i for c in contracts for i in _identities(c)]
    points = [row for identity, measure in identities for row in _points(identity, measure)]
    return Edition(
        data_month=OCTOBER,
        today=TODAY,
        publication="2026-10_r3",
        contracts=contracts,
        registers=load_registers(HERE / "codes"),
        translations_folder=HERE / "translations",
        points=pl.DataFrame(points, schema=POINTS, orient="row"),
        series=pl.DataFrame([_series(*pair) for pair in identities], schema=SERIES, orient="row"),
        returns=pl.DataFrame(list(_returns(contracts)), schema=RETURNS, orient="row"),
        submissions=pl.DataFrame([SUBMISSION], schema=SUBMISSIONS, orient="row"),
        problems=problems_frame([]),
        changes=pl.DataFrame([CHANGE], schema=CHANGES, orient="row"),
        decisions=pl.DataFrame(DECISIONS, schema=DECISION_SCHEMA),
        before=pl.DataFrame(
            {
                "series": ["falls/falls_rate/wales/wales", "falls/falls_rate/organisation/7A2",
                           "falls/falls_rate/organisation/7A4"],
                "verdict": ["common_cause", "common_cause", "concern"],
            }
        ),
    )  # fmt: skip


def _identities(contract: Contract) -> Iterator[tuple[dict[str, str], Measure]]:
    for table in contract.tables:
        units = [("wales", "wales", "wales")]
        units += [("organisation", code, code) for code in table.due_organisations]
        if table.has("ward_code") and table.id != "events":
            units += [(u["level"], u["unit"], u["organisation"]) for u in (SITE, WARD)]
        for measure in table.measures:
            for level, unit, organisation in units:
                key = f"{contract.workstream}/{measure.id}/{level}/{unit}"
                names = (contract.workstream, measure.id, level, unit, organisation, key)
                yield dict(zip(IDENTITY, names, strict=True)), measure


def _points(identity: dict[str, str], measure: Measure) -> Iterator[dict[str, Any]]:
    story = STORY.get(identity["series"], {})
    span = SPAN[-story.get("count", len(SPAN)) :]
    for position, period in enumerate(span):
        to_go = len(span) - 1 - position
        if not (story.get("gap") and to_go == 0):
            yield identity | _shaped(measure, story, period, to_go)


def _shaped(measure: Measure, story: Mapping[str, Any], period: date, to_go: int) -> dict[str, Any]:
    """One point: quiet, or as the story of its series has it in its last months."""
    is_share = measure.unit == "per_cent"
    centre, sigma = (80.0, 2.0) if is_share else (6.0, 0.4)
    is_signal, state = to_go < story.get("months", 0), "final"
    if to_go == 0:
        state = story.get("state", "final")
    side = story.get("side", 0) if is_signal else 0
    value = centre + sigma * ((to_go * 5) % 7 - 3) / 3
    if is_signal:
        value = story["last"] if to_go == 0 else centre + side * sigma * (0.9 + 0.1 * to_go)
    judged = _verdict(measure, side) if state == "final" else "none"
    is_limited = "count" not in story
    limits = (centre - 3 * sigma, centre + 3 * sigma, centre - 2 * sigma, centre + 2 * sigma)
    return {
        "period": period,
        "numerator": value * 10_000 / measure.multiplier,
        "denominator": 10_000.0,
        "state": state,
        "parts_in": 7 if state == "incomplete" else 8,
        "parts_due": 8,
        "provenance": "published" if measure.table in PUBLISHED_TABLES else "simulated",
        "phase": 1,
        "value": value,
        "centre": centre,
        **dict(
            zip(
                ("lower", "upper", "lower_2sigma", "upper_2sigma"),
                limits if is_limited else (None,) * 4,
                strict=True,
            )
        ),
        "excluded": state != "final",
        "signal": bool(side),
        "improvement": judged == "improvement",
        "concern": judged == "concern",
        "verdict": judged,
        "rule": story["rule"] if side else None,
        "rule_side": side if side else None,
    }


def _verdict(measure: Measure, side: int) -> str:
    if not side:
        return "common_cause"
    if measure.direction == "neutral":
        return "change_high" if side > 0 else "change_low"
    is_good = (side > 0) == (measure.direction == "up")
    return "improvement" if is_good else "concern"


def _series(identity: dict[str, str], measure: Measure) -> dict[str, Any]:
    story = STORY.get(identity["series"], {})
    count = story.get("count", len(SPAN))
    has_target = measure.target_at(OCTOBER) is not None
    return identity | {
        "phase": 1,
        "chart": "run" if count < 12 else "u",
        "n": count,
        "centre": 80.0 if measure.unit == "per_cent" else 6.0,
        "variation": _verdict(measure, story.get("side", 0)),
        "assurance": "missed" if has_target else "none",
        "limits_status": "none" if count < 12 else "full",
        "notes": [],
    }


def _returns(contracts: tuple[Contract, ...]) -> Iterator[dict[str, Any]]:
    for contract in contracts:
        for table in contract.tables:
            for organisation in table.due_organisations:
                for period in SPAN[-12:]:
                    yield _return(table, organisation, period)


def _return(table: Table, organisation: str, period: date) -> dict[str, Any]:
    key = (organisation, table.workstream, table.id)
    status = STATUSES.get(key, "on_time") if period == OCTOBER else "on_time"
    has_come = status not in ("missing", "refused")
    return {
        "organisation": organisation,
        "workstream": table.workstream,
        "table": table.id,
        "period": period,
        "status": status,
        "submission": "first" if has_come else None,
        "deadline": date(2026, 11, 13),
        "arrived": datetime(2026, 11, 9, 9, 15) if has_come else None,
        "parts_in": 0 if status == "missing" else 8,
        "parts_due": 8,
    }


SUBMISSION = {
    "submission": "20261109-20d8c4e0", "submitter": "7A4", "workstream": "falls",
    "table": "monthly", "file_name": "7A4_falls_202610_v01.xlsx", "sheet": "Falls Oct 26",
    "sha256": "20d8c4e0", "arrived": datetime(2026, 11, 9, 9, 15),
    "received": datetime(2026, 11, 9, 9, 16), "outcome": "accepted", "version": 1,
    "period_from": OCTOBER, "period_to": OCTOBER, "organisations": ["7A4"], "rows_read": 61,
    "rows_accepted": 61, "rows_set_aside": 0, "warnings": 0, "months_in_force": [OCTOBER],
    "duplicate_of": None,
}  # fmt: skip
# A ward that closed and a file that counts no more, both decided without anybody's name.
DECISIONS = [
    {"organisation": "7A7", "decision": "close-ward", "site": "7A7EJ", "ward": "W3",
     "role": "Programme lead", "team": "Safe Care", "reason": "Moved to another site",
     "decided": date(2026, 10, 20), "effective": date(2026, 10, 1)},
    {"organisation": "7A4", "decision": "withdraw", "submission": "20261008-aaaaaaaa",
     "file_name": "7A4_falls_202609_v01.xlsx", "outcome": "accepted",
     "role": "Data steward", "team": "Informatics", "reason": "Sent by mistake",
     "decided": date(2026, 10, 12), "effective": date(2026, 10, 12)},
]  # fmt: skip
CHANGE = {
    "organisation": "7A4", "level": "organisation", "workstream": "falls",
    "measure": "falls_rate", "site_code": None,
    "ward_code": None, "date": date(2026, 3, 9), "kind": "test_of_change",
    "text_en": "Bedside falls huddle on three wards", "text_cy": None,
    "author_role": "Ward manager", "provenance": "simulated",
}  # fmt: skip
