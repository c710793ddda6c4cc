"""What waits for somebody, oldest first, and how well returns come in: by hand."""

from datetime import date, datetime

import polars as pl
import pytest

from assets.steps.answers import ANSWER_SCHEMA
from assets.steps.editions import SUBMISSION_SCHEMA
from assets.steps.queue import queue, timeliness
from assets.steps.returns import RETURNS_SCHEMA, first_shown
from data_contracts.contract import load_contracts
from data_contracts.problems import PROBLEM_SCHEMA

TODAY = date(2024, 4, 20)
FEBRUARY, MARCH = date(2024, 2, 1), date(2024, 3, 1)
# February's deadline is Thursday 14 March 2024; March's is Monday 15 April, after Good Friday's
# weekend and Easter Monday.
DUE = {FEBRUARY: date(2024, 3, 14), MARCH: date(2024, 4, 15)}
PROBLEMS = pl.Schema({**PROBLEM_SCHEMA, **ANSWER_SCHEMA})


def _returns(*rows: tuple[str, date, str, datetime | None]) -> pl.DataFrame:
    made = [
        {"organisation": code, "workstream": "falls", "table": "monthly", "period": month,
         "status": status, "deadline": DUE[month], "arrived": arrived}
        for code, month, status, arrived in rows
    ]  # fmt: skip
    return pl.DataFrame(made, schema=RETURNS_SCHEMA)


def _files(*rows: tuple[str, str, int, bool, list[date]]) -> pl.DataFrame:
    made = [
        {"submission": name, "submitter": "7A4", "workstream": "falls", "table": "monthly",
         "file_name": f"{name}.csv", "arrived": datetime(2024, 4, day, 23, 30),
         "outcome": outcome, "period_from": MARCH, "to_mend": to_mend, "months_in_force": used}
        for name, outcome, day, to_mend, used in rows
    ]  # fmt: skip
    return pl.DataFrame(made, schema=SUBMISSION_SCHEMA)


def _problem(submission: str, scope: str, answer: str | None = None, code: str = "S04") -> dict:  # type: ignore[type-arg]
    return {"submission": submission, "scope": scope, "code": code, "answer": answer}


def test_what_waits_is_listed_with_the_oldest_first() -> None:
    returns = _returns(
        ("7A4", FEBRUARY, "missing", None),
        ("7A1", MARCH, "missing", None),
        ("7A1", FEBRUARY, "late", datetime(2024, 3, 15, 9)),
        ("7A5", MARCH, "waiting", None),
    )
    files = _files(
        ("refused", "refused", 9, True, []),
        ("locked", "quarantined", 10, True, []),
        ("partly", "partly_accepted", 11, True, [MARCH]),
        ("mended", "refused", 1, False, []),
        ("asked", "accepted_with_warnings", 12, False, [MARCH]),
        ("answered", "accepted_with_warnings", 12, False, [MARCH]),
        ("older", "accepted_with_warnings", 2, False, []),
    )
    problems = pl.DataFrame(
        [
            _problem("asked", "information"),
            _problem("asked", "information"),
            _problem("asked", "information", "it is right"),
            _problem("asked", "row"),
            _problem("answered", "information", "it is right"),
            _problem("older", "information"),
            _problem("answered", "information", code="F08"),
        ],
        schema=PROBLEMS,
    )
    found = queue(returns, files, problems, TODAY)
    names = ("kind", "organisation", "submission", "since", "working_days", "problems")
    assert found.select(names).rows() == [
        # 15 March to 19 April: 26 days from Monday to Friday without two bank holidays.
        ("missing", "7A4", None, date(2024, 3, 14), 24, 1),
        # 23:30 UTC is half past midnight in Wales.
        ("refused", "7A4", "refused", date(2024, 4, 10), 7, 1),
        ("quarantined", "7A4", "locked", date(2024, 4, 11), 6, 1),
        ("partly_accepted", "7A4", "partly", date(2024, 4, 12), 5, 1),
        ("warnings", "7A4", "asked", date(2024, 4, 13), 5, 2),
        ("missing", "7A1", None, date(2024, 4, 15), 4, 1),
    ]


def test_returns_are_counted_by_organisation_and_month() -> None:
    returns = _returns(
        ("7A4", FEBRUARY, "on_time", datetime(2024, 3, 14, 9)),
        ("7A4", MARCH, "on_time_to_check", datetime(2024, 4, 15, 22, 30)),
        ("7A4", MARCH, "late", datetime(2024, 4, 15, 23, 30)),
        ("7A4", MARCH, "incomplete", datetime(2024, 4, 1, 9)),
        ("7A4", MARCH, "missing", None),
    )
    assert timeliness(returns, TODAY).rows() == [
        ("7A4", FEBRUARY, 1, 1, 1, 1, 1.0, 1.0, 1.0),
        ("7A4", MARCH, 4, 3, 2, 2, 0.75, 0.5, 0.5),
    ]


def test_a_month_whose_deadline_has_not_passed_is_not_counted() -> None:
    returns = _returns(("7A4", MARCH, "on_time", datetime(2024, 4, 1, 9)))
    assert timeliness(returns, DUE[MARCH]).is_empty()


def test_nothing_waits_where_nothing_was_sent_and_nothing_is_due() -> None:
    nothing = queue(_returns(), _files(), pl.DataFrame(schema=PROBLEMS), TODAY)
    assert nothing.is_empty()
    assert timeliness(_returns(), TODAY).is_empty()


def test_a_return_that_is_sent_for_another_one_is_its_sender_s() -> None:
    """RT4 sends the ambulance figures of all health boards, each board its own falls."""
    sent = {"deadline": DUE[MARCH], "period": MARCH, "status": "missing"}
    returns = pl.DataFrame(
        [
            sent | {"organisation": "7A4", "workstream": "deterioration", "table": "ambulance"},
            sent | {"organisation": "7A4", "workstream": "falls", "table": "monthly"},
        ],
        schema=RETURNS_SCHEMA,
    )
    nothing = (_files(), pl.DataFrame(schema=PROBLEMS))
    found = queue(returns, *nothing, TODAY, load_contracts())
    assert found.select("table", "organisation", "submitter").rows() == [
        ("ambulance", "7A4", "RT4"),
        ("monthly", "7A4", "7A4"),
    ]
    counted = timeliness(returns, TODAY, load_contracts())
    assert counted.select("organisation", "due").rows() == [("7A4", 1), ("RT4", 1)]


@pytest.mark.parametrize("today", [date(2024, 4, 20), date(2024, 5, 3)])
def test_the_twelve_months_are_whole_until_the_next_deadline_has_passed(today: date) -> None:
    """April's returns are due on 15 May: until then pages show April 2023 to March 2024."""
    assert first_shown(load_contracts(), today) == date(2023, 4, 1)
    known = {"deadline": DUE[MARCH], "arrived": datetime(2023, 5, 9, 9), "status": "on_time"}
    place = {"organisation": "7A4", "workstream": "falls", "table": "monthly"}
    returns = pl.DataFrame(
        [known | place | {"period": date(2023, month, 1)} for month in (3, 4)],
        schema=RETURNS_SCHEMA,
    )
    counted = timeliness(returns, today, load_contracts())
    assert counted["period"].to_list() == [date(2023, 4, 1)]
