"""What a contract's SQL may be, and what it may not."""

import pytest

from data_contracts.expressions import ExpressionError, checked, columns_of, condition_of

COLUMNS = ("falls", "bed_days", "ward_code")


@pytest.mark.parametrize(
    ("expression", "canonical"),
    [
        ("falls", "falls"),
        ("falls+bed_days", "falls + bed_days"),
        ("1000 * falls / bed_days", "1000 * falls / bed_days"),
        ("(falls - 1) * 2", "(falls - 1) * 2"),
        ("-falls", "-falls"),
        ("falls is not null", "NOT falls IS NULL"),
        ("falls <= bed_days and not falls = 0", "falls <= bed_days AND NOT falls = 0"),
        ("case when falls>0 then 1 else 0 end", "CASE WHEN falls > 0 THEN 1 ELSE 0 END"),
        ("ward_code in ('A1', 'A2')", "ward_code IN ('A1', 'A2')"),
        ("falls between 0 and 10", "falls BETWEEN 0 AND 10"),
        ("coalesce(falls, 0)", "COALESCE(falls, 0)"),
    ],
)
def test_arithmetic_and_comparison_are_allowed(expression: str, canonical: str) -> None:
    assert checked(expression, COLUMNS) == canonical


@pytest.mark.parametrize(
    "expression",
    [
        "read_text('/etc/passwd')",
        "read_csv_auto('x.csv')",
        "(select 1)",
        "(select max(falls) from records)",
        "exists (select 1)",
        "sum(falls)",
        "count(*)",
        "getenv('HOME')",
        "regexp_matches(ward_code, '(a+)+$')",
        "ward_code like '%a'",
        "falls::varchar",
        "cast(falls as varchar)",
        "falls % 2",
        "[falls]",
        "{'a': falls}",
        "x -> x + 1",
        "falls over ()",
        "*",
        "falls; drop table records",
        "$1",
        "current_date",
    ],
)
def test_anything_else_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        checked(expression, COLUMNS)


def test_a_column_that_the_table_has_not_is_named() -> None:
    with pytest.raises(ExpressionError, match="no column gloves, soap"):
        checked("soap + gloves + falls", COLUMNS)


@pytest.mark.parametrize("expression", ["falls +", "", "(", "'"])
def test_what_is_no_sql_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        checked(expression, COLUMNS)


def test_columns_are_named_once_each_in_alphabetical_order() -> None:
    assert columns_of("falls + bed_days - falls") == ("bed_days", "falls")
    assert columns_of("1 + 1") == ()


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("SELECT COUNT(*) FROM {object} WHERE NOT (falls <= bed_days)", "falls <= bed_days"),
        ("select count(*) from {object} where not (falls = 0 or bed_days > 0)",
         "falls = 0 OR bed_days > 0"),
        ("SELECT COUNT(*) FROM {object} WHERE NOT falls", "falls"),
    ],
)  # fmt: skip
def test_a_rule_counts_the_rows_that_break_its_condition(query: str, condition: str) -> None:
    assert condition_of(query) == condition


@pytest.mark.parametrize(
    "query",
    [
        "SELECT COUNT(*) FROM {object}",
        "SELECT COUNT(*) FROM {object} WHERE falls > bed_days",
        "DELETE FROM {object} WHERE NOT (falls = 0)",
        "falls <= bed_days",
    ],
)
def test_a_rule_of_another_form_is_refused(query: str) -> None:
    with pytest.raises(ExpressionError, match="WHERE NOT"):
        condition_of(query)
