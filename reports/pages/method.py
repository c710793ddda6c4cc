"""How a chart was made, in words: rules, baseline, screening, and what the engine notes.

Belongs here: what a reader needs to draw the same chart elsewhere. Does not belong here: what the
chart says (sentences.py), how a measure is defined (definitions.py).
"""

from __future__ import annotations

from data_contracts.contract import Measure
from reports.figures.series import Series
from reports.figures.sizes import Size
from reports.spc.plan import RULES_OF_RUN_CHARTS
from reports.spc.vocabulary import Chart, LimitsStatus, Note
from reports.words import Words

# Said in the line on the method, or by the chart itself.
SAID_ELSEWHERE = frozenset({Note.TRIAL_LIMITS, Note.RANGES_SCREENED, Note.NOT_ENOUGH_POINTS})


def method(series: Series, measure: Measure, words: Words, size: Size) -> str:
    """The rule profile, the baseline and the screening; short on small charts, empty for no chart.

    A run chart has neither limits nor screening, and the rules of run charts.
    """
    if series.chart is None:
        return ""
    chart, form = Chart(series.chart), "short" if size is Size.SMALL else "full"
    profile = RULES_OF_RUN_CHARTS if chart is Chart.RUN else measure.rules
    name = words.text(f"charts.rules_profile.{profile}")
    rules = words.text(f"charts.method.rules_{form}", rules=name)
    return " ".join([rules, *_limits(series, chart, measure, words, form)])


def _limits(
    series: Series, chart: Chart, measure: Measure, words: Words, form: str
) -> tuple[str, ...]:
    if series.limits_status == LimitsStatus.NONE:
        return ()
    n = measure.baseline
    baseline = (
        words.text(f"charts.method.all_{form}")
        if n is None
        else words.text(f"charts.method.first_{form}", n=n)
    )
    if not chart.is_screened:
        return (baseline,)
    state = "off" if not measure.screening else "none"
    if Note.RANGES_SCREENED in series.notes:
        state = "some"
    return baseline, words.text(f"charts.method.screening_{state}_{form}")


def engine_notes(series: Series, words: Words) -> tuple[str, ...]:
    """What the engine wants readers to know beside that."""
    told = [Note(note) for note in series.notes]
    return tuple(words.text(f"charts.note.{note}") for note in told if note not in SAID_ELSEWHERE)
