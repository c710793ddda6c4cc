"""What stands under a chart of `safecare spc`: how it was made, and what was found, line by line.

Does not belong here: the headline and the picture (spc_page.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.figures.draw import Figure
from reports.figures.series import Point, Series
from reports.pages.spc_told import Told
from reports.spc.profiles import rules_on
from reports.spc.vocabulary import Chart

# A line of more points has no room for any of them; the files have them all.
MOST_POINTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line under a chart: its name, and one or more texts."""

    name: str
    texts: tuple[str, ...]


def facts(told: Told, drawn: Figure | None) -> Iterator[Fact]:
    """What a reader may ask of a chart, in one order."""
    whole = told.whole
    texts = {
        "signals": _signals(told),
        "target": (" ".join(told.speaker.target(whole, told.name)).strip(),),
        "chart": (_chart_fact(told),),
        "rules": (_rules_fact(told),),
        "screening": (told.say(f"spc_page.screening.{_screening(told)}"),),
        "baseline": (_baseline_fact(told),),
        "runs": (_runs_fact(told),),
        "recalculated": _because(told, [whole.points[i] for i in whole.breaks()]),
        "left_out": _because(told, [p for p in whole.points if p.excluded]),
        "notes": _notes(told, drawn),
    }
    for name, said in texts.items():
        yield Fact(name=told.say(f"spc_page.fact.{name}"), texts=tuple(t for t in said if t))


def _signals(told: Told) -> tuple[str, ...]:
    """Every signal of the series; neighbours that say the same are one."""
    judged = [p for p in told.whole.points if p.is_solid]
    runs = groupby(judged, key=lambda p: (p.verdict, p.rule, p.rule_side, p.phase))
    found = []
    for _, run in runs:
        points = list(run)
        if points[0].is_signal:
            when = _span(told, points)
            reason = told.speaker.judgement(points[0])
            found.append(told.say("spc_page.because", when=when, reason=reason))
    case = "finding.common_cause" if _is_judged(told.whole) else "verdict.not_judged"
    return tuple(found) or (told.say(f"charts.{case}"),)


def _is_judged(series: Series) -> bool:
    """Whether rules were applied anywhere."""
    return any(point.verdict != "none" for point in series.points)


def _span(told: Told, points: Sequence[Point]) -> str:
    first, last = told.when(points[0]), told.when(points[-1])
    return first if len(points) == 1 else told.say("spc_page.span", first=first, last=last)


def _chart_fact(told: Told) -> str:
    kind = told.say(f"charts.chart_kind.{told.whole.chart}")
    reason = told.say(f"spc_page.chart_reason.{told.whole.chart_reason}")
    return told.say("spc_page.chart", chart=kind, reason=reason)


def _rules_fact(told: Told) -> str:
    """The profile and the rules that this chart has of it."""
    plan, chart = told.plan, Chart(told.whole.chart or Chart.RUN)
    profile = plan.run_profile if chart is Chart.RUN else plan.profile
    name = told.say(f"charts.rules_profile.{profile.name}")
    if not _is_judged(told.whole):
        return told.say("spc_page.rules_none", profile=name)
    rules = rules_on(chart, plan.profile, plan.run_profile)
    names = "; ".join(told.say(f"charts.rule.{rule.name.value}") for rule in rules)
    return told.say("spc_page.rules", profile=name, rules=names)


def _screening(told: Told) -> str:
    if not Chart(told.whole.chart or Chart.RUN).is_screened:
        return "no_ranges"
    return "used" if told.plan.screening else "not_used"


def _baseline_fact(told: Told) -> str:
    n = told.last_phase["n"]
    if n == 0:
        return ""
    if told.last_phase["limits_status"] == "none":
        return told.say("spc_page.baseline.median", n=n)
    case = "all" if told.plan.baseline is None else "first"
    return told.say(f"spc_page.baseline.{case}", n=n, k=told.plan.baseline)


def _runs_fact(told: Told) -> str:
    last = told.last_phase
    if last["longest_run"] is None or last["longest_run_limit"] is None:
        return ""
    return told.say(
        "spc_page.runs",
        longest=last["longest_run"],
        most=last["longest_run_limit"],
        crossings=last["crossings"],
        least=last["crossings_limit"],
    )


def _because(told: Told, points: Sequence[Point]) -> tuple[str, ...]:
    """When, why and by whom limits were recalculated or points left out."""
    found = []
    for point in points:
        record = told.records[point.period]
        case = "because_author" if record["author"] else "because"
        facts = {
            "when": told.when(point),
            "reason": record["reason"] or told.say("spc_page.no_reason"),
            "author": record["author"] or "",
        }
        found.append(told.say(f"spc_page.{case}", **facts))
    return tuple(found)


def _notes(told: Told, drawn: Figure | None) -> tuple[str, ...]:
    """What the engine notes of any phase, and what the picture needs."""
    codes = dict.fromkeys(code for phase in told.phases for code in phase["notes"])
    said = [told.say(f"charts.note.{code}") for code in codes]
    whole = told.whole
    if any(p.value is not None and not p.is_solid for p in whole.points):
        said.append(told.say("charts.chart.hollow"))
    if drawn is not None and drawn["layout"]["yaxis"]["range"][0] > 0:
        said.append(told.say("charts.chart.not_from_zero"))
    if told.earlier:
        said.append(told.say("spc_page.last_points", n=MOST_POINTS))
    return tuple(said)
