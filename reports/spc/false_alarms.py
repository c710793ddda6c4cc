"""How often a stable series has a signal at its last point: what chance alone does to a table.

Belongs here: the simulated shares, as data, and the number of signals to expect among many series.
Does not belong here: the simulation (tests/benchmarks/false_alarms.py prints this table: 20,000
series of 36 independent points for each figure, standard error at most 0.4 percentage points) and
words. Real figures vary more than independent ones: the shares are a lower bound.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from .vocabulary import Chart

# How many points set the limits: all, or the first so many of each series.
BASELINES = (None, 24, 20, 12)
POINTS = 36
SERIES = 20_000

# (chart, profile) -> per cent of stable series with a signal at the last point, by baseline.
AT_THE_LAST_POINT: Mapping[tuple[str, str], tuple[float, ...]] = MappingProxyType(
    {
        ("i", "ihi"): (1.8, 4.2, 5.0, 7.5),
        ("i", "mdc"): (1.8, 4.0, 4.5, 6.5),
        ("i", "plotthedots"): (1.8, 3.9, 4.4, 6.4),
        ("i", "anhoej"): (6.3, 8.1, 9.5, 14.9),
        ("i", "nelson"): (2.5, 5.1, 6.0, 9.0),
        ("i", "weco"): (1.9, 4.3, 4.9, 7.3),
        ("i", "ihi_run_chart"): (3.8, 5.9, 6.1, 7.1),
        ("ip", "ihi"): (1.7, 4.3, 5.0, 7.5),
        ("ip", "mdc"): (2.0, 4.1, 4.6, 6.5),
        ("ip", "plotthedots"): (2.0, 4.0, 4.5, 6.3),
        ("ip", "anhoej"): (6.3, 8.3, 9.9, 15.1),
        ("ip", "nelson"): (2.4, 5.2, 6.0, 8.5),
        ("ip", "weco"): (1.8, 4.3, 4.9, 7.0),
        ("ip", "ihi_run_chart"): (4.3, 6.3, 6.7, 7.9),
        ("c", "ihi"): (1.5, 2.7, 2.9, 3.6),
        ("c", "mdc"): (1.5, 3.1, 3.3, 4.1),
        ("c", "plotthedots"): (1.5, 3.1, 3.3, 4.1),
        ("c", "anhoej"): (6.7, 8.2, 9.4, 14.0),
        ("c", "nelson"): (1.8, 3.1, 3.2, 4.2),
        ("c", "weco"): (1.3, 3.0, 3.2, 4.4),
        ("c", "ihi_run_chart"): (3.3, 5.2, 5.5, 6.5),
        ("u", "ihi"): (1.5, 2.7, 2.8, 3.7),
        ("u", "mdc"): (1.5, 3.3, 3.4, 4.4),
        ("u", "plotthedots"): (1.5, 3.3, 3.4, 4.4),
        ("u", "anhoej"): (5.9, 7.4, 8.6, 13.3),
        ("u", "nelson"): (2.0, 3.2, 3.4, 4.4),
        ("u", "weco"): (1.1, 2.8, 3.0, 4.2),
        ("u", "ihi_run_chart"): (4.0, 6.0, 6.2, 7.3),
        ("up", "ihi"): (1.7, 4.3, 5.0, 7.2),
        ("up", "mdc"): (1.7, 4.0, 4.5, 6.1),
        ("up", "plotthedots"): (1.7, 3.9, 4.4, 6.0),
        ("up", "anhoej"): (6.5, 8.2, 9.8, 15.1),
        ("up", "nelson"): (2.2, 5.1, 5.9, 8.4),
        ("up", "weco"): (1.8, 4.4, 4.9, 6.9),
        ("up", "ihi_run_chart"): (4.0, 6.0, 6.3, 7.2),
        ("p", "ihi"): (1.4, 2.5, 2.7, 3.6),
        ("p", "mdc"): (1.3, 2.9, 3.1, 4.1),
        ("p", "plotthedots"): (1.3, 2.9, 3.1, 4.1),
        ("p", "anhoej"): (5.6, 7.3, 8.5, 13.3),
        ("p", "nelson"): (1.9, 3.0, 3.3, 4.1),
        ("p", "weco"): (1.0, 2.6, 2.9, 3.9),
        ("p", "ihi_run_chart"): (3.9, 5.8, 6.1, 7.2),
        ("pp", "ihi"): (1.7, 4.2, 4.9, 7.1),
        ("pp", "mdc"): (1.9, 4.0, 4.4, 6.1),
        ("pp", "plotthedots"): (1.8, 4.0, 4.3, 6.0),
        ("pp", "anhoej"): (6.1, 8.0, 9.4, 14.7),
        ("pp", "nelson"): (2.3, 4.9, 5.7, 8.2),
        ("pp", "weco"): (1.9, 4.2, 4.7, 6.7),
        ("pp", "ihi_run_chart"): (3.8, 5.9, 6.2, 7.3),
        ("g", "ihi"): (0.5, 2.3, 2.6, 3.6),
        ("g", "mdc"): (0.9, 3.2, 3.5, 4.8),
        ("g", "plotthedots"): (0.9, 3.2, 3.5, 4.8),
        ("g", "anhoej"): (4.0, 7.0, 8.9, 15.3),
        ("g", "nelson"): (0.4, 1.6, 1.8, 2.8),
        ("g", "weco"): (0.5, 2.3, 2.6, 3.6),
        ("g", "ihi_run_chart"): (2.0, 5.2, 5.6, 6.9),
        ("t", "ihi"): (1.5, 4.0, 4.7, 7.4),
        ("t", "mdc"): (1.6, 3.7, 4.2, 6.2),
        ("t", "plotthedots"): (1.6, 3.7, 4.1, 6.0),
        ("t", "anhoej"): (5.7, 7.6, 9.1, 14.0),
        ("t", "nelson"): (2.2, 4.9, 5.6, 8.7),
        ("t", "weco"): (1.7, 4.0, 4.6, 7.1),
        ("t", "ihi_run_chart"): (4.1, 6.0, 6.2, 7.1),
        ("xbar", "ihi"): (1.6, 2.8, 3.0, 4.1),
        ("xbar", "mdc"): (1.2, 3.1, 3.3, 4.5),
        ("xbar", "plotthedots"): (1.2, 3.1, 3.3, 4.4),
        ("xbar", "anhoej"): (5.8, 7.6, 8.8, 13.7),
        ("xbar", "nelson"): (2.1, 3.5, 3.6, 4.8),
        ("xbar", "weco"): (1.1, 2.8, 3.1, 4.3),
        ("xbar", "ihi_run_chart"): (3.7, 6.0, 6.2, 7.3),
        ("s", "ihi"): (1.6, 2.8, 3.1, 4.0),
        ("s", "mdc"): (1.5, 3.2, 3.5, 4.5),
        ("s", "plotthedots"): (1.5, 3.1, 3.5, 4.5),
        ("s", "anhoej"): (6.6, 8.2, 9.5, 14.2),
        ("s", "nelson"): (2.3, 3.6, 3.8, 4.7),
        ("s", "weco"): (1.4, 3.0, 3.4, 4.4),
        ("s", "ihi_run_chart"): (4.0, 6.0, 6.3, 7.0),
        ("np", "ihi"): (1.2, 2.4, 2.5, 3.3),
        ("np", "mdc"): (1.3, 2.9, 3.2, 4.0),
        ("np", "plotthedots"): (1.3, 2.9, 3.2, 4.0),
        ("np", "anhoej"): (5.9, 7.7, 9.0, 13.7),
        ("np", "nelson"): (1.6, 2.8, 3.0, 3.8),
        ("np", "weco"): (1.0, 2.6, 2.8, 3.8),
        ("np", "ihi_run_chart"): (3.1, 5.3, 5.6, 6.7),
        ("cp", "ihi"): (1.7, 4.3, 5.1, 7.7),
        ("cp", "mdc"): (1.8, 4.1, 4.4, 6.2),
        ("cp", "plotthedots"): (1.8, 4.0, 4.3, 6.0),
        ("cp", "anhoej"): (6.5, 8.8, 10.0, 15.1),
        ("cp", "nelson"): (2.2, 5.3, 6.1, 9.0),
        ("cp", "weco"): (1.9, 4.6, 5.1, 7.4),
        ("cp", "ihi_run_chart"): (3.3, 5.3, 5.6, 6.7),
        ("mr", "ihi"): (1.0, 2.0, 2.1, 2.9),
        ("mr", "mdc"): (1.0, 2.0, 2.1, 2.9),
        ("mr", "plotthedots"): (1.0, 2.0, 2.1, 2.9),
        ("mr", "anhoej"): (1.0, 2.0, 2.1, 2.9),
        ("mr", "nelson"): (1.0, 2.0, 2.1, 2.9),
        ("mr", "weco"): (1.0, 2.0, 2.1, 2.9),
        ("mr", "ihi_run_chart"): (1.0, 2.0, 2.1, 2.9),
        ("run", "ihi"): (4.2, 6.9, 8.6, 15.3),
        ("run", "mdc"): (4.2, 6.9, 8.6, 15.3),
        ("run", "plotthedots"): (4.2, 6.9, 8.6, 15.3),
        ("run", "anhoej"): (4.2, 6.9, 8.6, 15.3),
        ("run", "nelson"): (4.2, 6.9, 8.6, 15.3),
        ("run", "weco"): (4.2, 6.9, 8.6, 15.3),
        ("run", "ihi_run_chart"): (4.2, 6.9, 8.6, 15.3),
    }
)


def share(chart: Chart | str, profile: str, baseline: int | None) -> float:
    """The share (0 to 1) of stable series with a signal at the last point.

    A baseline between two of the table counts as the shorter one, which signals more often.
    Raises KeyError for a chart that is never drawn (`auto`) or an unknown profile.
    """
    percents = AT_THE_LAST_POINT[str(chart), profile]
    return percents[_column(baseline)] / 100


def expected(series: Iterable[tuple[Chart | str, str, int | None]]) -> float:
    """How many of several stable series would show a signal: (chart, profile, baseline) each."""
    return sum(share(*one) for one in series)


def _column(baseline: int | None) -> int:
    if baseline is None:
        return BASELINES.index(None)
    shorter = [k for k in BASELINES if k is not None and k <= baseline]
    return BASELINES.index(max(shorter) if shorter else min(k for k in BASELINES if k is not None))
