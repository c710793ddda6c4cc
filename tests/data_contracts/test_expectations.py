"""A table's suite: what it asks of a row, and that both counts of its failures must agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from data_contracts import expectations
from data_contracts import suite as suites
from data_contracts.contract import Column, ColumnType, Due, Rule, Scope, Table
from data_contracts.expectations import ReconciliationError, _batches, broken_rows
from data_contracts.suite import ROW, SUBMISSION, Check, holds, sent, suite_of

MARCH = date(2024, 3, 1)
KEYS = ("organisation_code", "site_code", "ward_code", "period")


def column(name: str, kind: ColumnType = ColumnType.CODE, **more: Any) -> Column:
    return Column(name=name, type=kind, **more)


@pytest.fixture
def table() -> Table:
    return Table(
        id="monthly",
        workstream="hands",
        topic="hands",
        columns=(
            column("organisation_code", required=True),
            column("site_code", required=True),
            column("ward_code", pattern="^[A-Z]"),
            column("period", ColumnType.MONTH, required=True),
            column("setting", values=("ward", "clinic")),
            column("seen", ColumnType.COUNT, required=True, minimum=0, maximum=100),
            column("done", ColumnType.COUNT, minimum=0),
            column("noted_on", ColumnType.DATE),
        ),
        key=KEYS,
        rules=(Rule(code="HA01", scope=Scope.ROW, expression="done <= seen", columns=("done",)),),
        due=(Due(organisations=("7A4",), starts=date(2021, 1, 1)),),
    )


def test_a_suite_states_each_column_then_the_row_then_the_contract_s_rules(table: Table) -> None:
    suite = suite_of(table, ["7A4", "7A1"], MARCH)
    assert [(check.code, check.column) for check in suite] == [
        ("C01", "organisation_code"),
        ("C01", "site_code"),
        ("C09", "ward_code"),
        ("C01", "period"),
        ("C05", "setting"),
        ("C01", "seen"),
        ("C03", "seen"),
        ("C02", "done"),
        ("C13", "done"),
        ("C03", "done"),
        ("C07", "noted_on"),
        ("R09", None),
        ("R02", "organisation_code"),
        ("R03", "organisation_code"),
        ("R04", "site_code"),
        ("R05", "site_code"),
        ("C08", "period"),
        ("R06", "period"),
        ("R10", "period"),
        ("R07", "ward_code"),
        ("S05", "period"),
        ("S06", "period"),
        ("S07", "ward_code"),
        ("R01", None),
        ("HA01", None),
    ]


def test_one_expectation_may_stand_for_several_kinds_of_problem(table: Table) -> None:
    suite = suite_of(table, ["7A4"], MARCH)
    codes = {(check.column, check.expectation): check.codes for check in suite if check.narrower}
    assert codes == {
        ("period", "ExpectColumnValuesToNotBeNull"): ("C01", "C06"),
        ("seen", "ExpectColumnValuesToNotBeNull"): ("C01", "C10", "C11", "C12", "C02"),
        ("seen", "ExpectColumnValuesToBeBetween"): ("C03", "C04"),
        ("done", "ExpectColumnValuesToBeInSet"): ("C02", "C10"),
    }


def test_a_table_without_months_or_wards_is_not_asked_for_them() -> None:
    plain = Table(
        id="list",
        workstream="hands",
        topic="list",
        columns=(column("organisation_code", required=True), column("day", ColumnType.DATE)),
        key=("organisation_code", "day"),
    )
    codes = [check.code for check in suite_of(plain, ["7A4"], MARCH)]
    assert codes == ["C01", "C07", "R09", "R02", "R03", "R01"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "C01"),
        ("<5", "C10"),
        ("< 10", "C10"),
        ("≤5", "C10"),
        ("*", "C10"),
        ("[c]", "C10"),
        ("c", "C10"),
        ("[low]", "C10"),
        ("not collected", "C11"),
        ("[x]", "C11"),
        ("No report received", "C12"),
        ("dim ffurflen", "C12"),
        ("five", "C02"),
        ("5<", "C02"),
        ("1,234", "C02"),
        ("-", "C02"),
    ],
)
def test_a_count_that_is_not_there_is_blank_hidden_or_not_a_number(
    table: Table, text: str | None, code: str
) -> None:
    codes = ("C01", "C10", "C11", "C12", "C02")
    present = next(c for c in suite_of(table, ["7A4"], MARCH) if c.codes == codes)
    row = pl.DataFrame({sent("seen"): pl.Series([text], dtype=pl.String)})
    assert row.select(present.code_of_row()).item() == code


@pytest.mark.parametrize(("value", "code"), [(-1, "C03"), (101, "C04")])
def test_a_count_out_of_its_range_is_too_small_or_too_large(
    table: Table, value: int, code: str
) -> None:
    within = next(c for c in suite_of(table, ["7A4"], MARCH) if c.codes == ("C03", "C04"))
    assert pl.DataFrame({"seen": [value]}).select(within.code_of_row()).item() == code


def frame(**columns: Sequence[Any]) -> pl.DataFrame:
    """Rows 2, 3, ... of one submission."""
    height = len(next(iter(columns.values())))
    return pl.DataFrame(
        {"submission": ["s1"] * height, "row": list(range(2, 2 + height))} | columns
    )


def check(expectation: str, **arguments: Any) -> Check:
    return Check(code="X01", column=None, expectation=expectation, arguments=arguments)


KEPT = [*range(1, 10)]
CASES: dict[str, tuple[pl.DataFrame, Check, list[int]]] = {
    "blank": (
        frame(a=[None, *KEPT]),
        check("ExpectColumnValuesToNotBeNull", column="a"),
        [2],
    ),
    "range": (
        frame(a=[-1, 0, 5, None, 10, 11, *KEPT]),
        check("ExpectColumnValuesToBeBetween", column="a", min_value=0, max_value=10),
        [2, 7],
    ),
    "last month": (
        frame(a=[MARCH, date(2024, 4, 1), None, date(1, 1, 1), *[date(2024, 2, 1)] * 7]),
        check("ExpectColumnValuesToBeBetween", column="a", max_value=MARCH),
        [3],
    ),
    "a month nobody will live to see": (
        frame(a=[date(9999, 12, 1), *[MARCH] * 9]),
        check("ExpectColumnValuesToBeBetween", column="a", max_value=MARCH),
        [2],
    ),
    "list": (
        frame(a=["x", "z", None, "y", *["x"] * 7]),
        check("ExpectColumnValuesToBeInSet", column="a", value_set=["x", "y"]),
        [3],
    ),
    "truth, false and unknown": (
        frame(a=[True, False, None, *[True] * 9]),
        check("ExpectColumnValuesToBeInSet", column="a", value_set=[True]),
        [3],
    ),
    "pair": (
        frame(a=["x", "x", None, "x", *["x"] * 7], b=["x", "y", "x", None, *["x"] * 7]),
        check("ExpectColumnPairValuesToBeEqual", column_A="a", column_B="b",
              ignore_row_if="either_value_is_missing"),
        [3],
    ),
    "twice": (
        frame(a=["x", "x", *map(str, range(10))], b=["1", "1", *["1"] * 10]),
        check("ExpectCompoundColumnsToBeUnique", column_list=["submission", "a", "b"],
              ignore_row_if="never"),
        [2, 3],
    ),
    "more than a fifth": (
        frame(a=[None, None, 1]),
        check("ExpectColumnValuesToNotBeNull", column="a"),
        [2, 3],
    ),
    "all": (
        frame(a=pl.Series([None, None], dtype=pl.Int64)),
        check("ExpectColumnValuesToNotBeNull", column="a"),
        [2, 3],
    ),
    "none": (frame(a=KEPT), check("ExpectColumnValuesToNotBeNull", column="a"), []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_failing_rows_are_named(case: str) -> None:
    rows, one, failing = CASES[case]
    broken = broken_rows(rows, (one,))
    assert broken.rows() == [("s1", row, 0) for row in failing]


@pytest.mark.parametrize("worth", [0, 50_000], ids=["two batches", "one batch"])
def test_rows_of_several_submissions_and_checks_are_kept_apart(
    worth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expectations, "WORTH_TWO_BATCHES", worth)
    rows = pl.DataFrame(
        {
            "submission": ["s2", "s2", "s1", "s1", "s1", "s1"],
            "row": [2, 3, 2, 3, 4, 5],
            "a": [None, 1, 1, None, 1, 1],
            "b": [1, 1, -1, 1, 1, 1],
        }
    )
    suite = (
        check("ExpectColumnValuesToNotBeNull", column="a"),
        check("ExpectColumnValuesToBeBetween", column="b", min_value=0),
    )
    assert broken_rows(rows, suite).rows() == [("s1", 3, 0), ("s2", 2, 0), ("s1", 2, 1)]


def test_a_check_that_is_not_answered_stops_the_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expectations, "_parts", lambda *_: [[0]])
    suite = (
        check("ExpectColumnValuesToNotBeNull", column="a"),
        check("ExpectColumnValuesToBeBetween", column="a", min_value=0),
    )
    with pytest.raises(ReconciliationError, match="each check of a suite once"):
        broken_rows(frame(a=[-1, *KEPT]), suite)


def test_two_counts_that_differ_stop_the_night(monkeypatch: pytest.MonkeyPatch) -> None:
    miscounting = {"ExpectColumnValuesToNotBeNull": lambda _: pl.lit(False)}
    monkeypatch.setattr(suites, "BROKEN_ROWS", miscounting)
    with pytest.raises(ReconciliationError, match="finds 1 failures, the second count 0"):
        broken_rows(frame(a=[None, *KEPT]), (check("ExpectColumnValuesToNotBeNull", column="a"),))


def test_a_check_that_cannot_be_evaluated_is_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations answers such a check without a count and goes on."""
    passing = {"ExpectColumnValuesToBeBetween": lambda _: pl.lit(False)}
    monkeypatch.setattr(suites, "BROKEN_ROWS", passing)
    rows = frame(a=["x"] * 5)
    with pytest.raises(ReconciliationError, match="finds None failures"):
        broken_rows(rows, (check("ExpectColumnValuesToBeBetween", column="a", max_value=MARCH),))


def test_columns_of_truth_and_of_text_have_names_that_no_contract_can_have() -> None:
    assert (sent("seen"), holds("C02", "seen"), holds("HA01")) == (
        "seen:sent",
        "holds:C02:seen",
        "holds:HA01:",
    )


def test_batches_are_not_digested() -> None:
    """Great Expectations would digest each one under a gigabyte, a tenth of a check's time."""
    with _batches() as batch_of:
        batch = batch_of(pl.DataFrame({SUBMISSION: ["first"], ROW: [2]}))
        assert set(batch.batch_markers) == {"ge_load_time"}
