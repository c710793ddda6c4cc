"""How many signals chance alone would give among the cells that were judged, in words.

Belongs here: which simulated share stands for a series, and the sentence. Does not belong here: the
shares (reports/spc/false_alarms.py), what is a signal (reports/spc).
"""

from __future__ import annotations

from collections.abc import Iterable

from data_contracts.contract import Measure
from reports.figures.series import Series
from reports.pages.findings import Finding
from reports.spc.false_alarms import expected
from reports.spc.vocabulary import Chart
from reports.standing import SIGNALS
from reports.words import Words


def chance_sentence(findings: Iterable[Finding], words: Words) -> str:
    """How many signals chance would give, and how many there are; empty where none was judged."""
    judged = [found for found in findings if found.is_judged]
    if not judged:
        return ""
    by_chance = words.text(
        "definitions.chance.among", n=round(signals_by_chance(judged)), cells=len(judged)
    )
    signals = sum(found.kind in SIGNALS for found in judged)
    return f"{by_chance} {words.text('definitions.chance.found', n=signals)}"


def signals_by_chance(judged: Iterable[Finding]) -> float:
    """The number of signals to expect among series that were judged, if all of them were stable."""
    return expected(judged_as(found.series, found.measure) for found in judged)


def judged_as(series: Series, measure: Measure) -> tuple[Chart, str, int | None]:
    """Chart, profile and baseline of a series' last phase; None where all its points set limits."""
    chart = Chart(series.chart or measure.chart)
    phase = series.judged.phase if series.judged else None
    points = sum(point.is_solid and point.phase == phase for point in series.points)
    is_frozen = measure.baseline is not None and points > measure.baseline
    return chart, measure.rules, measure.baseline if is_frozen else None
