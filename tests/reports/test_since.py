"""Since when a signal holds and by which rule: today's rule is not said of months before it."""

from datetime import date
from typing import Any

import pytest

from data_contracts.contract import Measure
from reports.edition import Edition
from reports.figures.series import Point, Series
from reports.months import later, months
from reports.sentences import Speaker
from reports.words import Words

MARCH = date(2024, 3, 1)
QUIET: dict[str, Any] = {"value": 6.3, "verdict": "common_cause"}
SHIFT: dict[str, Any] = {"value": 6.6, "verdict": "concern", "rule": "shift", "rule_side": 1}
ABOVE: dict[str, Any] = {"value": 8.2, "verdict": "concern", "rule": "outside", "rule_side": 1}
TREND: dict[str, Any] = {"value": 6.1, "verdict": "improvement", "rule": "trend", "rule_side": 1}
OVER: dict[str, Any] = {"value": 8.2, "verdict": "improvement", "rule": "outside", "rule_side": 1}


def series(*last: dict[str, Any]) -> Series:
    """Fifteen quiet months, then the given ones to March 2024; mean 6.40, limits 4.93 to 7.87."""
    told = [*[QUIET] * 15, *last]
    span = months(later(MARCH, 1 - len(told)), MARCH)
    lines = {"centre": 6.4, "lower": 4.93, "upper": 7.87, "state": "final", "phase": 1}
    points = (Point(period=p, **lines, **fields) for p, fields in zip(span, told, strict=True))
    return Series(key="w/m/organisation/7A2", points=tuple(points), chart="u")


@pytest.fixture
def speaker(edition: Edition, english: Words) -> Speaker:
    return Speaker(english, falls_rate(edition))


def falls_rate(edition: Edition) -> Measure:
    falls = next(c for c in edition.contracts if c.workstream == "falls")
    return falls.measure("falls_rate")


def said(speaker: Speaker, known: Series) -> str:
    return speaker.reason(known, known.points[-1])


def test_a_limit_is_not_said_to_be_passed_before_it_was(speaker: Speaker) -> None:
    """As Hywel Dda's falls: a shift from July 2023, above the limit each month from December."""
    known = series(SHIFT, SHIFT, SHIFT, ABOVE, SHIFT, ABOVE, ABOVE, ABOVE, ABOVE)
    assert said(speaker, known) == (
        "above the upper limit of 7.87 since December 2023, "
        "a signal since July 2023 (run on one side)"
    )


def test_a_signal_of_one_rule_names_no_other(speaker: Speaker) -> None:
    assert said(speaker, series(ABOVE, ABOVE)) == (
        "above the upper limit of 7.87, a signal since February 2024"
    )


def test_a_run_that_is_younger_than_its_signal_names_the_first_rule(speaker: Speaker) -> None:
    assert said(speaker, series(ABOVE, SHIFT, SHIFT)) == (
        "3 months in a row above the mean of 6.40, a signal since January 2024 (outside the limits)"
    )


def test_a_rise_that_begins_below_the_mean_is_not_called_high(speaker: Speaker) -> None:
    """As Hywel Dda's risk assessments: a trend holds its lowest point too, and that is below."""
    known = series(TREND, OVER)
    low, high = known.points[-2:]
    assert speaker.judgement(low) == "Improvement, rising (trend)"
    assert speaker.judgement(high) == "Improvement, high (outside the limits)"
    assert said(speaker, known).endswith(" since March 2024, a signal since February 2024 (trend)")
