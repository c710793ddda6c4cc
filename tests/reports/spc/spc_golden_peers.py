"""The peers: how each was run, and what its columns and words are here.

From golden/README.md, said in the engine's words; nothing is read or compared here.
"""

from dataclasses import dataclass, field

from reports.spc import Plan
from reports.spc.profiles import Beyond, Outside, Profile, Shift, Trend
from reports.spc.vocabulary import Chart, Direction, GeometricLimits, RuleName, Ties

# PowerBI-SPC, items 5 to 8: ties break, everything beyond 2 sigma counts, the third point anywhere.
_POWER_BI_RULES = (
    Outside(),
    Shift(7, Ties.BREAK),
    Trend(7, Ties.BREAK),
    Beyond(2, 3, 2, RuleName.TWO_OF_THREE),
)
POWER_BI = Profile(name="power_bi", rules=_POWER_BI_RULES, improvement_first=True)
POWER_BI_TREND_5 = Profile(
    name="power_bi_trend_5",
    rules=tuple(Trend(5, Ties.BREAK) if isinstance(r, Trend) else r for r in _POWER_BI_RULES),
)
# Its label shows rule 2 where both fire.
AUTOSPC = Profile(name="autospc", rules=(Shift(8, Ties.BREAK), Outside()))
# qcc has two rules: beyond the limits, and run.length 7.
QCC = Profile(name="qcc", rules=(Outside(), Shift(7, Ties.BREAK)))
# Points in each period of autospc that set its limits.
AUTOSPC_PERIOD = 21

LINES = {
    "y": "value",
    "cl": "centre",
    "lcl": "lower",
    "ucl": "upper",
    "lcl_95": "lower_2sigma",
    "ucl_95": "upper_2sigma",
}
LIMITS = ("lcl", "ucl", "lcl_95", "ucl_95")
FLAGS = {
    "flag_astronomical": "outside",
    "flag_shift": "shift",
    "flag_trend": "trend",
    "flag_two_in_three": "two_of_three",
    "flag_runs": "runs",
    "flag_any": "signal",
}
WORDS = ("label", "verdict")

# One label a point (item 9): a code for the rule, its sign the side.
LABELS = {
    "Common Cause": 0,
    "Above UCL": 1,
    "Below LCL": -1,
    "7 Point Trend (Increasing)": 2,
    "7 Point Trend (Decreasing)": -2,
    "2 in 3 Above CL": 3,
    "2 in 3 Below CL": -3,
    "7 Points Above CL": 4,
    "7 Points Below CL": -4,
    "None": 0,
    "Rule 1": 1,
    "Rule 2": 4,
    "Excluded from limits calculation": None,
}
RULES = {"outside": 1, "trend": 2, "two_of_three": 3, "shift": 4}
# Improvement 1, concern 2, both 3; without a direction high 4, low 5.
POINT_TYPES = {
    "common_cause": 0,
    "special_cause_improvement": 1,
    "special_cause_concern": 2,
    "special_cause_neutral_high": 4,
    "special_cause_neutral_low": 5,
    "improvement": 1,
    "deterioration": 2,
    "deterioration+improvement": 3,
    "improvement+deterioration": 3,
    "neutral_high": 4,
    "neutral_low": 5,
    "calculation": None,
    "display": None,
}
VERDICTS = {
    "none": None,
    "common_cause": 0,
    "improvement": 1,
    "concern": 2,
    "change_high": 4,
    "change_low": 5,
    "change": None,
}


@dataclass(frozen=True)
class Peer:
    """One piece of software: its rules, what it compares, and how it was run."""

    rules: str | Profile
    flags: tuple[str, ...]
    screens: bool
    # Item 13: with phases it takes no baseline; elsewhere the baseline is inside each phase.
    freezes_phases: bool = True
    # All settings that are compared; others are listed in golden_differences.md as not compared.
    configs: tuple[str, ...] = ("default", "noscreen")
    # Some give 3 sigma lines only.
    lines: tuple[str, ...] = ("y", "cl", "lcl", "ucl")
    words: tuple[str, ...] = ()
    # The views that its reasons need.
    views: tuple[str, ...] = field(default=("run",))


PEERS = {
    "qicharts2": Peer(
        "anhoej",
        ("flag_astronomical", "flag_runs"),
        True,
        freezes_phases=False,
        lines=tuple(LINES),
        views=("run", "ghosts_aside", "all_points"),
    ),
    "NHSRplotthedots": Peer("plotthedots", tuple(FLAGS)[:4], True, lines=tuple(LINES), words=WORDS),
    "PowerBI-SPC": Peer(
        POWER_BI,
        tuple(FLAGS)[:4],
        True,
        configs=("default", "noscreen", "trend5"),
        lines=tuple(LINES),
        words=("verdict",),
        views=("run", "missing_removed", "singles_removed"),
    ),
    "autospc": Peer(
        AUTOSPC,
        ("flag_astronomical", "flag_shift"),
        True,
        configs=("plain", "default"),
        words=("label",),
        views=("run", "ghosts_aside"),
    ),
    "pbcharts": Peer(
        "anhoej",
        ("flag_astronomical", "flag_runs"),
        False,
        freezes_phases=False,
        configs=("default", "screenms"),
        views=("run", "ghosts_aside", "unsplit"),
    ),
    "qcc": Peer(QCC, ("flag_astronomical", "flag_runs"), False, configs=("default",)),
    "nhspy-plotthedots": Peer(
        "plotthedots", ("flag_astronomical", "flag_any"), True, configs=("default",)
    ),
}
# A difference or an sd has no better side, so words about better and worse are not compared.
OF_SPREAD = ("mr", "s")
# The median charts of PowerBI-SPC (i_m, i_mm) are not in spc.md.
CHARTS = {chart.value for chart in Chart}


def plan_of(peer: str, config: str, chart: str, direction: str, baseline: int | None) -> Plan:
    rules = PEERS[peer].rules if config != "trend5" else POWER_BI_TREND_5
    # pbcharts draws i as i' with denominators of 1.
    drawn = "ip" if (peer, chart) == ("pbcharts", "i") else chart
    directions = {"increase": Direction.UP, "decrease": Direction.DOWN}
    return Plan(
        chart=Chart(drawn),
        rules=rules,
        direction=directions.get(direction, Direction.NEUTRAL),
        baseline=baseline,
        screening=PEERS[peer].screens != (config in ("noscreen", "screenms")),
        minimum_points=2,
        run_rules=rules if peer == "PowerBI-SPC" else "anhoej",
        g_limits=GeometricLimits.THREE_SIGMA,
    )
