"""Rules about earlier months as people read them, in one language.

Belongs here: from the declaration in a contract to a sentence. Does not belong here: SQL in words
(condition_words.py), the agreed sentences about each rule (translations).
"""

from __future__ import annotations

from data_contracts.contract import Rule, Table
from data_contracts.history import History, Limits
from reports.pages.condition_words import in_words
from reports.words import Words


def rule_in_words(rule: Rule, table: Table, words: Words) -> str:
    """What must hold for a row, or what is expected of a month because of those before it."""
    figure = in_words(rule.expression, table, words)
    return figure if rule.history is None else _history(rule.history, figure, table, words)


def _history(history: History, figure: str, table: Table, words: Words) -> str:
    told = {
        name: words.number(number, _decimals(float(number))) for name, number in _numbers(history)
    }
    if history.limits is Limits.FACTOR:
        told["factor"] = words.text(f"contract_page.history.factors.{_factor(history)}", **told)
    parts = [
        words.text(f"contract_page.history.{history.limits}", figure=figure, **told),
        words.text(f"contract_page.history.level.{history.level}"),
        words.text("contract_page.history.months", **told),
    ]
    if history.usual_at_least:
        parts.append(words.text("contract_page.history.usual_at_least", **told))
    if history.filter is not None:
        condition = in_words(history.filter, table, words)
        parts.append(words.text("contract_page.measures.only", condition=condition))
    return " ".join(parts)


def _factor(history: History) -> str:
    if history.lowest is None:
        return "highest"
    return "lowest" if history.highest is None else "both"


def _numbers(history: History) -> list[tuple[str, float]]:
    return [
        ("sigmas", history.sigmas),
        ("lowest", history.lowest or 0),
        ("highest", history.highest or 0),
        ("units", history.units),
        ("share", 100 * history.share),
        ("run", history.run),
        ("window", history.window),
        ("needed", history.needed_months),
        ("at_least", history.usual_at_least),
    ]


def _decimals(number: float) -> int:
    """As many places as it has, two at most."""
    return next(n for n in (0, 1, 2) if n == 2 or (number * 10**n).is_integer())
