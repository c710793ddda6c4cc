"""Why the engine may differ from other software, one reason after the other.

A reason is a sentence of spc.md (spc) or a numbered item of golden/README.md. It holds for numbers
of some columns where the input has some property; and it must be seen: the two numbers have to be
those which the sentence leads to. A difference that no reason both covers and shows is unexplained.
"""

from dataclasses import dataclass

import polars as pl
from spc_golden import close, equal
from spc_golden_peers import FLAGS, LIMITS, WORDS
from spc_golden_phases import CODES
from spc_golden_phases import STATISTICS as OF_PHASES
from spc_golden_shown import (
    ALWAYS,
    G_OF_QCC,
    IS_FLAG,
    IS_LIMIT,
    MR_GHOSTS,
    MR_WARNING,
    OUR_SD,
    OURS_0,
    OURS_EMPTY,
    OURS_NOT,
    OUTSIDE_BY_OWN,
    POOLED,
    POOLED_S,
    QCC_SIGMA,
    REFUSED,
    S_OF_QCC,
    SEVERAL_PHASES,
    THEIRS_EMPTY,
    TWO_BY_OWN,
    WIDTH_OF_ALL,
    as_in,
    each_by_own,
    our_range_outside,
    scaled,
)

c = pl.col
ANY: tuple[str, ...] = ()
JUDGED = (*FLAGS, *WORDS)


@dataclass(frozen=True, kw_only=True)
class Reason:
    """source: where it is written. when: of the input (facts), in words `where`.

    shown: how the two numbers then have to look, in words `seen`. peers, charts, columns: empty
    for any.
    """

    source: str
    where: str
    seen: str
    when: pl.Expr
    shown: pl.Expr
    peers: tuple[str, ...] = ANY
    charts: tuple[str, ...] = ANY
    columns: tuple[str, ...] = ANY

    @property
    def covers(self) -> pl.Expr:
        """It speaks of this number."""
        named = zip(
            ("peer", "chart", "column"), (self.peers, self.charts, self.columns), strict=True
        )
        asked = [c(name).is_in(list(values)) for name, values in named if values]
        return pl.all_horizontal(self.when.fill_null(False), *asked)

    @property
    def explains(self) -> pl.Expr:
        """It speaks of this number, and the two numbers are as it says."""
        return self.covers & self.shown.fill_null(False)


REASONS = (
    Reason(
        source="spc: outside: yes, but not on run",
        where="always",
        seen="theirs: none outside; ours: the chart has no such rule",
        when=ALWAYS,
        shown=OURS_EMPTY & (c("theirs") == 0),
        charts=("run",),
        columns=("flag_astronomical",),
    ),
    Reason(
        source="spc: fewer than 12 baseline points: run chart only (here: fewer than 2)",
        where="baseline of 0 or 1 points",
        seen="ours: no limits, no flag",
        when=c("n") < 2,
        shown=pl.when(IS_LIMIT).then(OURS_EMPTY).otherwise(OURS_NOT),
        columns=(*LIMITS, *JUDGED),
    ),
    Reason(
        source="spc: all values equal: limits equal to the centre, no signals; items 3 and 4",
        where="the real points of the phase have one value",
        seen="ours: limits on the centre, no flag",
        when=c("all_equal"),
        shown=pl.when(IS_LIMIT & (c("chart") != "run"))
        .then(c("ours") == c("our_cl"))
        .otherwise(OURS_NOT),
        columns=(*LIMITS, *JUDGED),
    ),
    Reason(
        source="spc: half or more of the points zero: refuse limits",
        where="half of the baseline is 0",
        seen="ours: the centre of a run chart, no limits, no flag",
        when=c("half_zero") & ~c("all_equal"),
        shown=REFUSED,
        charts=("i", "p", "u", "pp", "up", "ip", "c", "cp"),
        columns=("cl", *LIMITS, *JUDGED),
    ),
    Reason(
        source="spc: half or more of the points at 100 % on p, p': refuse limits",
        where="half of the baseline is at 100 %",
        seen="ours: the centre of a run chart, no limits, no flag",
        when=c("half_full") & ~c("all_equal"),
        shown=REFUSED,
        charts=("p", "pp"),
        columns=("cl", *LIMITS, *JUDGED),
    ),
    Reason(
        source="spc: mr: outside only",
        where="always",
        seen="ours: the chart has no such rule",
        when=ALWAYS,
        shown=OURS_EMPTY,
        charts=("mr",),
        columns=("flag_shift", "flag_trend", "flag_two_in_three", "flag_runs"),
    ),
    Reason(
        source="spc: mr: 2 sigma lines are centre +- 2/3 of (UCL - centre), lower 0",
        where="always",
        seen="ours: that formula of our centre and limit",
        when=ALWAYS,
        shown=close(c("ours"), MR_WARNING),
        charts=("mr",),
        columns=("lcl_95", "ucl_95"),
    ),
    Reason(
        source="item 19: autospc has no limits at the first point of mr",
        where="the first point",
        seen="theirs: no limit; no flag on either side",
        when=c("place") == 0,
        shown=THEIRS_EMPTY & pl.when(IS_LIMIT).then(~OURS_EMPTY).otherwise(OURS_0),
        peers=("autospc",),
        charts=("mr",),
        columns=("lcl", "ucl", "flag_astronomical"),
    ),
    Reason(
        source="spc: g: outside and shift",
        where="always",
        seen="ours: the chart has no such rule",
        when=ALWAYS,
        shown=OURS_EMPTY,
        charts=("g",),
        columns=("flag_trend", "flag_two_in_three"),
    ),
    Reason(
        source="spc: a ghost is never flagged; item 20",
        where="the point is a ghost",
        seen="ours: no flag",
        when=c("ghost"),
        shown=OURS_NOT,
        columns=tuple(FLAGS),
    ),
    Reason(
        source="item 14: i' of qicharts2 takes sigma from all points",
        where="a baseline or a ghost",
        seen="theirs: our centre and the width of limits from all points",
        when=c("freeze_n").is_not_null() | c("case_ghosts"),
        shown=pl.when(IS_FLAG).then(OUTSIDE_BY_OWN).otherwise(WIDTH_OF_ALL),
        peers=("qicharts2",),
        charts=("ip",),
        columns=(*LIMITS, "flag_astronomical"),
    ),
    Reason(
        source="spc: a moving range never bridges a ghost",
        where="a ghost in the series (autospc: left out by itself)",
        seen="theirs: the engine's number with the ghosts moved behind the other points",
        when=c("case_ghosts"),
        shown=as_in("ghosts_aside"),
        peers=("qicharts2", "pbcharts", "autospc"),
        charts=("i", "ip", "pp", "up", "cp"),
        columns=(*LIMITS, "flag_astronomical"),
    ),
    Reason(
        source="spc: a moving range never bridges a ghost (mr)",
        where="a ghost in the series",
        seen="theirs: mean of the ranges that end at no ghost; ours: that touch none",
        when=c("case_ghosts"),
        shown=MR_GHOSTS,
        peers=("qicharts2", "autospc"),
        charts=("mr",),
        columns=("y", "cl", "ucl", "flag_astronomical"),
    ),
    Reason(
        source="spc: runs pass over missing points and ghosts, and never cross a phase boundary",
        where="a ghost, a missing point or several periods in the series",
        seen="both: runs of 8 about their own centre, theirs of all points",
        when=c("case_ghosts") | c("case_missing") | SEVERAL_PHASES,
        shown=each_by_own(c("their_run8"), c("our_run8_real")),
        peers=("autospc",),
        columns=("flag_shift",),
    ),
    Reason(
        source="spc: a missing point takes no part in rules; item 11",
        where="the point is missing",
        seen="ours: no flag, no label and no verdict",
        when=c("missing"),
        shown=pl.when(IS_FLAG).then(OURS_NOT).otherwise(OURS_EMPTY),
        columns=JUDGED,
    ),
    Reason(
        source="spc: at a missing point p, u, p', u', i' have no limits, the others keep theirs",
        where="the point is missing",
        seen="theirs: no limit",
        when=c("missing"),
        shown=THEIRS_EMPTY & ~OURS_EMPTY,
        peers=("autospc",),
        charts=("i", "mr", "c", "cp"),
        columns=LIMITS,
    ),
    Reason(
        source="item 11: flags of NHSRplotthedots treat NA as a break",
        where="a missing point within six points",
        seen="theirs: NA; ours: no flag",
        when=c("near_missing"),
        shown=THEIRS_EMPTY & OURS_0,
        peers=("NHSRplotthedots",),
        columns=("flag_shift", "flag_trend", "flag_two_in_three"),
    ),
    Reason(
        source="item 11: nhspy gives NaN everywhere",
        where="a missing point in the series",
        seen="theirs: no lines, so no flag",
        when=c("case_missing"),
        shown=pl.when(IS_FLAG).then(c("theirs") == 0).otherwise(THEIRS_EMPTY),
        peers=("nhspy-plotthedots",),
        columns=("cl", "lcl", "ucl", "flag_any"),
    ),
    Reason(
        source="item 5: nhspy flags ties as a run at the start",
        where="the point, and those before it, lie on the centre",
        seen="theirs: a flag; ours: none",
        when=close(c("y"), c("mean")) & (c("place") < 7),
        shown=(c("theirs") == 1) & OURS_0,
        peers=("nhspy-plotthedots",),
        columns=("flag_any",),
    ),
    Reason(
        source="item 11: PowerBI-SPC removes a missing point, and ranges and runs bridge it",
        where="a missing point in the series",
        seen="theirs: the engine's number without the missing points",
        when=c("case_missing"),
        shown=as_in("missing_removed"),
        peers=("PowerBI-SPC",),
        columns=("y", "cl", *LIMITS, *JUDGED),
    ),
    Reason(
        source="item 12: PowerBI-SPC has limits 0 and 1 (p), 0 and none (u) at a 0/0",
        where="the point is 0/0",
        seen="ours: none",
        when=c("is_0_over_0"),
        shown=OURS_EMPTY & c("theirs").is_in([0.0, 1.0]),
        peers=("PowerBI-SPC",),
        charts=("p", "u"),
        columns=LIMITS,
    ),
    Reason(
        source="item 12: PowerBI-SPC has no limits at all for p', u' and i with a 0/0",
        where="a 0/0 in the series",
        seen="theirs: none, so no flag",
        when=c("case_0_over_0"),
        shown=pl.when(IS_FLAG).then(c("theirs") == 0).otherwise(THEIRS_EMPTY),
        peers=("PowerBI-SPC",),
        charts=("i", "pp", "up"),
        columns=("cl", *LIMITS, "flag_astronomical", "flag_shift", "flag_two_in_three"),
    ),
    Reason(
        source="item 12: qcc has no p or u limits at all with a 0/0",
        where="a 0/0 in the series",
        seen="theirs: none",
        when=c("case_0_over_0"),
        shown=THEIRS_EMPTY,
        peers=("qcc",),
        charts=("p", "u"),
        columns=("cl", *LIMITS),
    ),
    Reason(
        source="item 13: PowerBI-SPC leaves later phases without a baseline",
        where="a baseline and several phases; a phase after the first",
        seen="theirs: no centre",
        when=c("freeze_n").is_not_null() & (c("phase") > 1),
        shown=THEIRS_EMPTY,
        peers=("PowerBI-SPC",),
        charts=("run",),
        columns=("cl",),
    ),
    Reason(
        source="spc: freeze: limits carry forward",
        where="a point after the baseline",
        seen="theirs: nothing is drawn; ours: flags by limits",
        when=c("place") >= c("freeze_n"),
        shown=pl.when(IS_FLAG)
        .then(c("y").is_null() & (c("ours") == our_range_outside()))
        .otherwise(THEIRS_EMPTY & ~OURS_EMPTY),
        peers=("PowerBI-SPC",),
        charts=("mr",),
        columns=("y", "cl", *LIMITS, "flag_astronomical"),
    ),
    Reason(
        source="spc: two of three points beyond 2 sigma on one side, the third anywhere",
        where="within two points some lie beyond 2 sigma above and some below",
        seen="theirs: those above less those below are two; ours: two on one side",
        when=c("their_beyond_both"),
        shown=TWO_BY_OWN,
        peers=("PowerBI-SPC",),
        columns=("flag_two_in_three",),
    ),
    Reason(
        source="item 15: xbar of PowerBI-SPC always has the pooled sd",
        where="equal sizes",
        seen="ours: theirs times mean sd / pooled sd",
        when=c("equal_sizes"),
        shown=POOLED,
        peers=("PowerBI-SPC",),
        charts=("xbar",),
        columns=(*LIMITS, *FLAGS),
    ),
    Reason(
        source="item 15: s of PowerBI-SPC always has the pooled sd; its lower limit is not clipped",
        where="always",
        seen="ours: theirs times our sd / pooled sd, not below 0",
        when=ALWAYS,
        shown=POOLED_S,
        peers=("PowerBI-SPC",),
        charts=("s",),
        columns=("cl", *LIMITS, *FLAGS),
    ),
    Reason(
        source="item 15: PowerBI-SPC drops a subgroup of 1, also from the grand mean",
        where="a subgroup of one in the series",
        seen="theirs: the engine's number without it",
        when=c("has_size_1"),
        shown=as_in("singles_removed"),
        peers=("PowerBI-SPC",),
        charts=("xbar",),
        columns=("cl", *LIMITS),
    ),
    Reason(
        source="item 15: xbar of qcc has another sigma",
        where="always",
        seen="ours: theirs times our sd / c4 over mean range / d2 (sizes over 25: pooled sd / c4)",
        when=ALWAYS,
        shown=scaled(OUR_SD / c("c4") / QCC_SIGMA),
        peers=("qcc",),
        charts=("xbar",),
        columns=LIMITS,
    ),
    Reason(
        source="item 15: s of qcc has the mean of sd / c4",
        where="unequal sizes",
        seen="theirs: weighted mean sd and that sigma; ours: the pooled sd, B3, B4",
        when=~c("equal_sizes"),
        shown=S_OF_QCC,
        peers=("qcc",),
        charts=("s",),
        columns=("cl", *LIMITS, *FLAGS),
    ),
    Reason(
        source="item 16: g of qcc draws the mean and has a smaller sigma",
        where="always",
        seen="theirs: m + 3 sqrt(m (m - 1)); ours: median, m + 3 sqrt(m (m + 1))",
        when=ALWAYS,
        shown=G_OF_QCC,
        peers=("qcc",),
        charts=("g",),
        columns=("cl", "ucl", *FLAGS),
    ),
    Reason(
        source="item 18: autospc does not clip the upper limit of p at 100 %",
        where="always",
        seen="theirs: above 1; ours: 1",
        when=ALWAYS,
        shown=(c("theirs") > 1) & (c("ours") == 1),
        peers=("autospc",),
        charts=("p", "pp"),
        columns=("ucl",),
    ),
    Reason(
        source="item 21: pbcharts ignores a split before one point",
        where="a phase of one point in the series",
        seen="theirs: the engine's number without phases",
        when=c("phase_of_1"),
        shown=as_in("unsplit"),
        peers=("pbcharts",),
        columns=("cl", *LIMITS, *FLAGS),
    ),
)


# Sentences of spc.md about the engine alone: they hold where the peer has the same number too.
ALWAYS_SEEN = tuple(
    each
    for each in REASONS
    if each.shown.meta.root_names() and not set(each.shown.meta.root_names()) & {"theirs"}
    if not each.peers
)

STATISTICS = tuple(OF_PHASES)
COMMON_CAUSE = c("ours") == CODES["common_cause"]
REFUSED_PHASE = (
    pl.when(c("column") == "runs_signal")
    .then(OURS_EMPTY)
    .when(c("column") == "variation")
    .then(c("ours") == CODES["none"])
    .otherwise(c("ours") == c("run"))
)

# Of phases: run statistics, variation and assurance. Sources are those of points.
SERIES_REASONS = (
    Reason(
        source=REASONS[2].source,
        where="the real points of the phase have one value",
        seen="ours: no useful point, no signal, common cause",
        when=c("all_equal"),
        shown=pl.when(c("column") == "variation").then(COMMON_CAUSE).otherwise(OURS_NOT),
        columns=(*STATISTICS, "variation"),
    ),
    Reason(
        source=REASONS[3].source,
        where="half of the baseline is 0",
        seen="ours: statistics of the run chart, no signal, no verdict",
        when=c("half_zero") & ~c("all_equal"),
        shown=REFUSED_PHASE,
        charts=REASONS[3].charts,
        columns=(*STATISTICS, "variation"),
    ),
    Reason(
        source=REASONS[4].source,
        where="half of the baseline is at 100 %",
        seen="ours: statistics of the run chart, no signal, no verdict",
        when=c("half_full") & ~c("all_equal"),
        shown=REFUSED_PHASE,
        charts=REASONS[4].charts,
        columns=(*STATISTICS, "variation"),
    ),
    Reason(
        source="spc: anhoej: all charts except mr",
        where="always",
        seen="ours: none",
        when=ALWAYS,
        shown=OURS_NOT,
        charts=("mr",),
        columns=STATISTICS,
    ),
    Reason(
        source="item 21: pbcharts ignores a split before one point",
        where="a phase of one point in the series",
        seen="theirs: the engine's number without phases",
        when=c("phase_of_1"),
        shown=close(c("theirs"), c("unsplit")),
        peers=("pbcharts",),
        columns=STATISTICS,
    ),
)


def explained(pairs: pl.DataFrame, reasons: tuple[Reason, ...] = REASONS) -> pl.DataFrame:
    """The differences, each with the first reason that explains it; null for none."""
    known = [each for each in reasons if _is_possible(each, pairs)]
    source = pl.coalesce(*(pl.when(each.explains).then(pl.lit(each.source)) for each in known))
    return pairs.with_columns(source=source, is_equal=equal()).filter(~c("is_equal"))


def _is_possible(reason: Reason, pairs: pl.DataFrame) -> bool:
    """Whether it speaks of a peer here; the columns of views differ between peers."""
    return not reason.peers or bool(set(reason.peers) & set(pairs["peer"].unique()))


def unseen(pairs: pl.DataFrame) -> list[str]:
    """Sentences about the engine that its numbers do not follow, whatever the peer has."""
    told = pairs.select(
        (each.covers & ~_earlier(each) & ~each.shown.fill_null(False)).any().alias(each.source)
        for each in ALWAYS_SEEN
    )
    return [source for source, broken in told.row(0, named=True).items() if broken]


def _earlier(reason: Reason) -> pl.Expr:
    """A reason before it holds: they come first."""
    before = ALWAYS_SEEN[: ALWAYS_SEEN.index(reason)]
    return pl.any_horizontal(pl.lit(False), *(each.covers for each in before))
