"""SQL expressions of a contract as people read them: labels of columns, signs, and a few words.

Belongs here: every part that data_contracts/expressions.py allows, in one language. Does not belong
here: which expressions there are, and the agreed sentences about them (translations). Signs of
arithmetic and comparison are the same in all languages, so only what is left needs words; those are
written as "label: value", since a label cannot be mutated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sqlglot
from sqlglot import exp

from data_contracts.contract import Measure, Table
from data_contracts.expressions import DIALECT
from reports.pages.column_words import column_label, value_label
from reports.words import Words

SIGNS: Mapping[type[exp.Expr], str] = MappingProxyType(
    {
        exp.Add: "+",
        exp.Sub: "\N{MINUS SIGN}",
        exp.Mul: "\N{MULTIPLICATION SIGN}",
        exp.Div: "÷",
        exp.EQ: "=",
        exp.NEQ: "≠",
        exp.GT: ">",
        exp.GTE: "≥",
        exp.LT: "<",
        exp.LTE: "≤",
    }
)


def in_words(expression: str, table: Table, words: Words) -> str:
    """An expression that a contract's loader has accepted, for a reader."""
    tree = sqlglot.parse_one(expression, dialect=DIALECT)
    return _Reader(table, words).said(tree)


def quotient_in_words(measure: Measure, table: Table, words: Words) -> str:
    """How a measure is worked out: (A + B) ÷ C, times its multiplier; or the count alone."""
    parts = [_factor(measure.numerator, table, words)]
    if measure.denominator is not None:
        parts.append(f"÷ {_factor(measure.denominator, table, words)}")
    if measure.multiplier != 1:
        scale = words.number(measure.multiplier, 0 if measure.multiplier.is_integer() else 2)
        parts.append(f"\N{MULTIPLICATION SIGN} {scale}")
    return " ".join(parts)


def _factor(expression: str, table: Table, words: Words) -> str:
    said = in_words(expression, table, words)
    is_composed = isinstance(sqlglot.parse_one(expression, dialect=DIALECT), exp.Binary)
    return f"({said})" if is_composed else said


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a tree of parts from the outside in."""

    table: Table
    words: Words

    def said(self, node: exp.Expr) -> str:
        sign = SIGNS.get(type(node))
        if sign is None:
            return READERS[type(node)](self, node)
        special = self._emptiness(node)
        return special or f"{self.said(node.this)} {sign} {self._beside(node)}"

    def word(self, name: str, **facts: str) -> str:
        return self.words.text(f"contract_page.condition.{name}", **facts)

    def _emptiness(self, node: exp.Expr) -> str:
        """Ways in which SQL asks whether a cell is empty; an empty text where it does not."""
        sides = (node.this.unnest(), node.expression.unnest())
        if isinstance(node, exp.NEQ) and all(_is_null(side) for side in sides):
            first, second = (self.said(side.this) for side in sides)
            return self.word("one_of_two", first=first, second=second)
        coalesced, empty = sides
        if isinstance(coalesced, exp.Coalesce) and _is_empty_text(empty):
            column = self.said(coalesced.this)
            name = "empty" if isinstance(node, exp.EQ) else "filled"
            return self.word(name, column=column)
        return ""

    def _compared(self, column: exp.Expr | None, other: exp.Expr) -> str:
        """A branch of CASE; where CASE names a column at its start, a value of that column."""
        return self.said(other if column is None else exp.EQ(this=column, expression=other))

    def _beside(self, node: exp.Expr) -> str:
        """The right-hand side; a text beside a column is one of its values."""
        other = node.expression
        is_text = isinstance(other, exp.Literal) and other.is_string
        return self._value(node.this, other) if is_text else self.said(other)

    def _value(self, column: exp.Expr, literal: exp.Expr) -> str:
        name = column.name if isinstance(column, exp.Column) else ""
        return value_label(self.table, name, literal.name, self.words)

    def column(self, node: exp.Expr) -> str:
        return column_label(self.table, self.table.column(node.name), self.words)

    def literal(self, node: exp.Expr) -> str:
        if node.args["is_string"]:
            return str(node.name)
        number = float(node.name)
        return self.words.number(number, 0 if number.is_integer() else 2)

    def inside(self, node: exp.Expr) -> str:
        return f"({self.said(node.this)})"

    def negative(self, node: exp.Expr) -> str:
        return f"\N{MINUS SIGN}{self.said(node.this)}"

    def truth(self, node: exp.Expr) -> str:
        return self.word("true" if node.this else "false")

    def nothing(self, node: exp.Expr) -> str:
        return self.word("nothing")

    def both(self, node: exp.Expr) -> str:
        return self.word("and", first=self.said(node.this), second=self.said(node.expression))

    def either(self, node: exp.Expr) -> str:
        return self.word("or", first=self.said(node.this), second=self.said(node.expression))

    def negated(self, node: exp.Expr) -> str:
        inner = node.this.unnest()
        if _is_null(inner):
            return self.word("filled", column=self.said(inner.this))
        return self.word("not", condition=self.said(inner))

    def is_so(self, node: exp.Expr) -> str:
        if _is_null(node):
            return self.word("empty", column=self.said(node.this))
        return f"{self.said(node.this)} = {self.said(node.expression)}"

    def one_of(self, node: exp.Expr) -> str:
        values = ", ".join(self._value(node.this, value) for value in node.expressions)
        return self.word("one_of", column=self.said(node.this), values=values)

    def between(self, node: exp.Expr) -> str:
        low, high = self.said(node.args["low"]), self.said(node.args["high"])
        return f"{low} ≤ {self.said(node.this)} ≤ {high}"

    def coalesce(self, node: exp.Expr) -> str:
        first, *others = (self.said(part) for part in (node.this, *node.expressions))
        return self.word("coalesce", first=first, others=", ".join(others))

    def case(self, node: exp.Expr) -> str:
        parts = [
            self.word(
                "when",
                condition=self._compared(node.this, one.this),
                result=self.said(one.args["true"]),
            )
            for one in node.args["ifs"]
        ]
        default = node.args.get("default")
        if default is not None:
            parts.append(self.word("otherwise", result=self.said(default)))
        return " ".join(parts)


READERS: Mapping[type[exp.Expr], Callable[[_Reader, exp.Expr], str]] = MappingProxyType(
    {
        exp.Column: _Reader.column,
        exp.Literal: _Reader.literal,
        exp.Boolean: _Reader.truth,
        exp.Null: _Reader.nothing,
        exp.Paren: _Reader.inside,
        exp.Neg: _Reader.negative,
        exp.And: _Reader.both,
        exp.Or: _Reader.either,
        exp.Not: _Reader.negated,
        exp.Is: _Reader.is_so,
        exp.In: _Reader.one_of,
        exp.Between: _Reader.between,
        exp.Coalesce: _Reader.coalesce,
        exp.Case: _Reader.case,
    }
)


def _is_null(node: exp.Expr) -> bool:
    return isinstance(node, exp.Is) and isinstance(node.expression, exp.Null)


def _is_empty_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string and node.name == ""
