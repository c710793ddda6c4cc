"""SQL expressions that a contract may use: columns, numbers, arithmetic, CASE and comparison.

Here: reading such an expression and refusing any other. Not here: running it (assets/steps) or
what it means (contract.py). An expression is the only code a contract can carry, so whatever is
not on the list below is refused when the contract is loaded, before any data is near it.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

DIALECT = "duckdb"

ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Paren,
    exp.Neg,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Case,
    exp.If,
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.And,
    exp.Or,
    exp.Not,
    exp.Is,
    exp.In,
    exp.Between,
    exp.Coalesce,
)


class ExpressionError(ValueError):
    """An expression in a contract is not SQL, or does more than a contract may."""


def checked(expression: str, columns: Iterable[str]) -> str:
    """The expression in canonical SQL, once every part of it is known to be harmless.

    Raises ExpressionError for anything but the parts in ALLOWED, or for an unknown column.
    """
    tree = _parsed(expression)
    for node in tree.walk():
        if type(node) not in ALLOWED:
            raise ExpressionError(
                f"'{expression}': {type(node).__name__} is not allowed in a contract; "
                "use columns, numbers, arithmetic, CASE and comparison only"
            )
    unknown = sorted(set(columns_of(expression)) - set(columns))
    if unknown:
        raise ExpressionError(f"'{expression}': the table has no column {', '.join(unknown)}")
    return tree.sql(dialect=DIALECT)


def columns_of(expression: str) -> tuple[str, ...]:
    """The names of the columns an expression reads, each once, in alphabetical order."""
    return tuple(sorted({column.name for column in _parsed(expression).find_all(exp.Column)}))


def condition_of(query: str) -> str:
    """What must hold for a good row, from `SELECT COUNT(*) FROM {object} WHERE NOT (...)`.

    This is the form in which an ODCS quality rule of type `sql` states a row rule: it counts the
    rows that break it. Raises ExpressionError when the query has any other form.
    """
    tree = _parsed(query.replace("{object}", '"object"'))
    where = tree.args.get("where") if isinstance(tree, exp.Select) else None
    if where is None or not isinstance(where.this, exp.Not):
        raise ExpressionError(
            f"'{query}': write a row rule as SELECT COUNT(*) FROM {{object}} WHERE NOT (...)"
        )
    return str(where.this.this.unnest().sql(dialect=DIALECT))


def _parsed(expression: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(expression, dialect=DIALECT)
    except SqlglotError as error:
        raise ExpressionError(f"'{expression}' is not SQL: {error}") from error
