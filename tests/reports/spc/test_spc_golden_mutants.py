"""The comparison sees faults: the engine is broken on purpose, and the golden outputs tell.

Each fault is put in for one test only; it must leave numbers that no reason explains, in the files
of the one peer named, on the charts named; that without it there are none is in test_spc_golden.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import spc_golden as golden
import spc_golden_phases as phases
from spc_golden_reasons import REASONS, SERIES_REASONS, explained, unseen

from reports.spc import (
    analysis,
    attributes,
    choice,
    individuals,
    intake,
    profiles,
    ranges,
    rare_events,
    rules,
    run_statistics,
    runs,
    subgroups,
    verdicts,
)
from reports.spc.limits import SIGMAS
from reports.spc.profiles import Beyond, Shift, Trend
from reports.spc.segments import Segments
from reports.spc.vocabulary import Direction, Ties

pytestmark = pytest.mark.skipif(not golden.FOLDER.exists(), reason="no golden outputs here")

Fault = Callable[[pytest.MonkeyPatch], None]


def constant(module: Any, name: str, value: object) -> Fault:
    return lambda patch: patch.setattr(module, name, value)


def changed(rule: type, **changes: object) -> Fault:
    """A rule of every profile with other settings, where its points are evaluated."""
    right = rules.RULES[rule]  # type: ignore[index]

    def other(track: Any, given: Any) -> Any:
        lengths = {k: getattr(given, k) + v if k == "length" else v for k, v in changes.items()}
        return right(track, replace(given, **lengths))

    return constant(rules, "RULES", dict(rules.RULES) | {rule: other})


def points(**changes: Callable[[intake.Points], Any]) -> Fault:
    """Other arrays than those that were read."""
    right = intake.as_arrays

    def other(rows: Any, plan: Any) -> intake.Points:
        found = right(rows, plan)
        return replace(found, **{name: change(found) for name, change in changes.items()})

    return constant(analysis, "as_arrays", other)


def factor_of_d2(patch: pytest.MonkeyPatch) -> None:
    right = individuals.mean_range
    times = 1.128 / 1.13

    def other(*args: Any, **options: Any) -> Any:
        mean, screened = right(*args, **options)
        return mean * times, screened

    patch.setattr(individuals, "mean_range", other)


def screens_twice(patch: pytest.MonkeyPatch) -> None:
    right = ranges.mean_range

    def other(values: Any, segments: Segments, *, screening: bool) -> Any:
        mean, screened = right(values, segments, screening=screening)
        if not screening:
            return mean, screened
        kept = np.where(values < 3.267 * segments.spread(mean), values, np.nan)
        return right(kept, segments, screening=True)

    patch.setattr(individuals, "mean_range", other)


def not_strict(patch: pytest.MonkeyPatch) -> None:
    def other(value: Any, tolerance: Any, limits: Any, rows: Any) -> Any:
        zone = np.zeros(len(value), dtype=np.int8)
        for k in range(len(SIGMAS)):
            zone += value >= limits.upper[k][rows]
            zone -= value <= limits.lower[k][rows]
        return zone

    patch.setattr(runs, "_zone", other)


def order_of_labels(patch: pytest.MonkeyPatch) -> None:
    others = (
        replace(each, rules=each.rules[::-1]) if each.name == "plotthedots" else each
        for each in profiles._ALL
    )
    patch.setattr(profiles, "_ALL", tuple(others))


def crosses_phases(self: Segments) -> Any:
    return np.arange(len(self.ids)) > 0


def one_pass(self: Segments, x: Any, where: Any) -> Any:
    return self.sum(x, where) / self.number(where)


def sums_in_one_pass(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(intake, "TIE", 0.0)
    patch.setattr(Segments, "mean", one_pass)


def floor_of_logarithm(useful: Any) -> Any:
    return np.floor(np.log2(np.where(useful > 0, useful, np.nan))) + 3


def mean_sd_always(points: Any) -> Any:
    segments = points.segments
    used = points.used & ~np.isnan(points.spread)
    return segments.spread(segments.mean(points.spread, used))


FLIPPED = {Direction.UP: -1, Direction.DOWN: 1, Direction.NEUTRAL: 0}

# The fault, the peer that sees it, the charts.
FAULTS: dict[str, tuple[Fault, str, tuple[str, ...]]] = {
    "1.13 for 1.128 on i": (factor_of_d2, "qicharts2", ("i",)),
    "1.13 for 1.128 in sigma_z": (constant(attributes, "D2_OF_PAIRS", 1.13), "autospc", ("pp",)),
    "1.13 for 1.128 on t": (constant(rare_events, "D2_OF_PAIRS", 1.13), "PowerBI-SPC", ("t",)),
    "screening from 3 mean ranges": (constant(ranges, "D4_OF_PAIRS", 3.0), "qicharts2", ("i",)),
    "screening twice": (screens_twice, "NHSRplotthedots", ("i",)),
    "3.27 on mr": (constant(individuals, "D4_OF_PAIRS", 3.27), "qicharts2", ("mr",)),
    "ranges cross phases": (
        constant(Segments, "follows", crosses_phases),
        "PowerBI-SPC",
        ("i",),
    ),
    "shift of 8 for 7": (changed(Shift, length=1), "NHSRplotthedots", ("i",)),
    "shift of 9 for 8": (changed(Shift, length=1), "autospc", ("p",)),
    "shift of 8 for 7, run by run": (changed(Shift, length=1), "qcc", ("c",)),
    "ties do not break a shift": (
        changed(Shift, ties=Ties.PASS_OVER),
        "NHSRplotthedots",
        ("i",),
    ),
    "trend of 6 for 7": (changed(Trend, length=-1), "PowerBI-SPC", ("i",)),
    "ties do not break a trend": (changed(Trend, ties=Ties.PASS_OVER), "PowerBI-SPC", ("i",)),
    "two of three counts beyond 3": (changed(Beyond, up_to=None), "NHSRplotthedots", ("i",)),
    "two of three not beyond 3": (changed(Beyond, up_to=3), "PowerBI-SPC", ("i",)),
    "two of three, third anywhere": (changed(Beyond, same_side=False), "NHSRplotthedots", ("i",)),
    "outside includes the limit": (not_strict, "PowerBI-SPC", ("p",)),
    "c4 of a rule of thumb": (
        constant(subgroups, "c4", lambda n: np.where(n > 1, 1 - 1 / (4 * n - 3), np.nan)),
        "qicharts2",
        ("xbar",),
    ),
    "mean of sds for unequal sizes": (
        constant(subgroups, "_mean_sd", mean_sd_always),
        "qicharts2",
        ("s",),
    ),
    "g draws the mean": (constant(Segments, "median", Segments.mean), "qicharts2", ("g",)),
    "p above 1": (constant(attributes, "PROPORTION", (0.0, np.inf)), "qicharts2", ("p",)),
    "floor of log2": (
        constant(run_statistics, "longest_run_limit", floor_of_logarithm),
        "qicharts2",
        ("run",),
    ),
    "crossings at 10 %": (constant(run_statistics, "CHANCE", 0.1), "pbcharts", ("run",)),
    "ghosts set limits": (
        points(used=lambda p: p.measured & p.in_baseline),
        "qicharts2",
        ("u",),
    ),
    "ghosts are judged": (
        points(is_real=lambda p: ~np.isnan(p.value)),
        "pbcharts",
        ("i",),
    ),
    "baseline not kept": (points(used=lambda p: p.is_real), "qcc", ("c",)),
    "no tolerance for ties": (sums_in_one_pass, "qicharts2", ("i",)),
    "labels in another order": (order_of_labels, "NHSRplotthedots", ("i",)),
    "better the other way": (constant(verdicts, "_BETTER", FLIPPED), "PowerBI-SPC", ("i",)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_seen(name, monkeypatch):
    fault, peer, charts = FAULTS[name]
    fault(monkeypatch)
    found = explained(golden.pairs(peer, charts))
    unexplained = found["source"].null_count()
    print(f"\n{name}: {unexplained} of {len(found)} differences unexplained")
    assert unexplained > 0


def test_a_fault_of_assurance_is_seen(monkeypatch):
    monkeypatch.setattr(verdicts, "_BETTER", FLIPPED)
    found = explained(phases.series_pairs("NHSRplotthedots"), SERIES_REASONS)
    assert found["source"].null_count() > 0


@pytest.mark.parametrize("name", ["_NOT_MOSTLY_ZERO", "_NOT_MOSTLY_FULL"])
def test_limits_that_ought_to_be_refused_are_seen(name, monkeypatch):
    """They equal those of the peers, who draw them."""
    monkeypatch.setattr(choice, name, frozenset())
    assert unseen(golden.pairs("qicharts2", ("p",)))


def test_signals_of_equal_values_are_seen(monkeypatch):
    none = lambda points, plan: np.zeros(points.segments.count, bool)  # noqa: E731
    monkeypatch.setattr(choice, "_all_equal", none)
    assert unseen(golden.pairs("qicharts2", ("c",)))


def test_a_reason_needs_what_it_says():
    """A limit that is wrong where a reason holds is not excused by it."""
    pairs = golden.pairs("pbcharts", ("i",))
    found = explained(pairs, REASONS)
    wrong = explained(pairs.with_columns(golden.c("ours") * 1.001), REASONS)
    assert found["source"].null_count() == 0
    assert wrong["source"].null_count() > len(found)
