"""The engine beside other software: equal, or different for a reason that the input shows.

Each reason is a sentence of spec.md ("spc") or a numbered item of golden/README.md, and a question
about the input; a difference that no reason covers fails the test.
"""

from dataclasses import dataclass

import polars as pl
import pytest
import spc_golden as golden

from reports.spc import analyse
from reports.spc.run_statistics import crossings_limit, longest_run_limit

pytestmark = pytest.mark.skipif(not golden.FOLDER.exists(), reason="no golden outputs here")

c = pl.col
EVERY: tuple[str, ...] = ()
LIMITS = ("lcl", "ucl", "lcl_95", "ucl_95")
FLAGS = tuple(golden.FLAGS)


@dataclass(frozen=True)
class Reason:
    """Why a number may differ: where it is written, and for which input (empty: for any)."""

    source: str
    holds: pl.Expr
    peers: tuple[str, ...] = EVERY
    charts: tuple[str, ...] = EVERY
    columns: tuple[str, ...] = EVERY

    @property
    def covers(self) -> pl.Expr:
        named = zip(
            ("peer", "chart", "column"), (self.peers, self.charts, self.columns), strict=True
        )
        asked = [c(name).is_in(list(values)) for name, values in named if values]
        return pl.all_horizontal(self.holds.fill_null(False), *asked)


REASONS = (
    Reason("spc: fewer than 12 baseline points: run chart only (here: fewer than 2)", c("n") < 2),
    Reason(
        "spc: all values equal: limits equal to the centre, no signals; items 3 and 4",
        c("all_equal"),
    ),
    Reason(
        "spc: half or more of the points zero: refuse limits",
        c("half_zero"),
        charts=("i", "p", "u", "pp", "up", "ip", "c", "cp"),
    ),
    Reason(
        "spc: half or more at 100 % on p, p': refuse limits",
        c("half_full"),
        charts=("p", "pp"),
    ),
    Reason(
        "spc: anhoej is for all charts except mr",
        pl.lit(True),
        ("qicharts2",),
        ("mr",),
        ("flag_runs",),
    ),
    Reason("spc: mr: outside only", pl.lit(True), ("PowerBI-SPC", "autospc"), ("mr",), FLAGS[1:]),
    Reason(
        "spc: mr: 2 sigma lines are centre +- 2/3 of (UCL - centre), lower 0",
        pl.lit(True),
        charts=("mr",),
        columns=("lcl_95", "ucl_95"),
    ),
    Reason(
        "item 19: mr of autospc has no limits at the first point", c("first"), ("autospc",), ("mr",)
    ),
    Reason(
        "spc: outside: yes, but not on run", pl.lit(True), EVERY, ("run",), ("flag_astronomical",)
    ),
    Reason("spc: g: outside and shift", pl.lit(True), ("PowerBI-SPC",), ("g",), FLAGS[2:]),
    Reason(
        "spc: a moving range never bridges a ghost",
        c("case_ghosts"),
        ("qicharts2", "pbcharts"),
        ("i", "mr", "ip", "pp", "up"),
    ),
    Reason("spc: a ghost is never flagged; item 20", c("ghost"), columns=FLAGS),
    Reason("spc: a missing point is not real: not flagged; item 11", c("missing"), columns=FLAGS),
    Reason(
        "item 14: i' of qicharts2 takes sigma from all points",
        c("freeze_n").is_not_null() | c("case_ghosts"),
        ("qicharts2",),
        ("ip",),
    ),
    Reason(
        "item 11: a window of plotthedots with a missing point has no flag",
        c("near_missing"),
        ("NHSRplotthedots",),
        ("i",),
        FLAGS,
    ),
    Reason(
        "item 11: PowerBI-SPC removes a missing point; spc: no range bridges it",
        c("case_missing"),
        ("PowerBI-SPC",),
        ("i", "mr", "pp", "up", "t"),
    ),
    Reason(
        "item 12: PowerBI-SPC has other limits, or none, with a 0/0",
        c("case_0_over_0"),
        ("PowerBI-SPC",),
        ("i", "p", "pp", "u", "up"),
    ),
    Reason(
        "item 12: qcc has no limits at all with a 0/0", c("case_0_over_0"), ("qcc",), ("p", "u")
    ),
    Reason(
        "item 13: PowerBI-SPC leaves later phases without a baseline",
        c("freeze_n").is_not_null() & (c("n_phases") > 1),
        ("PowerBI-SPC",),
        ("i", "mr", "run"),
    ),
    Reason(
        "spc: freeze: limits carry forward (mr of PowerBI-SPC ends with the baseline)",
        c("index") > c("freeze_n"),
        ("PowerBI-SPC",),
        ("mr",),
    ),
    Reason(
        "spc: ihi: two of three on one side, the third anywhere, beyond the other too",
        c("beyond_both"),
        ("PowerBI-SPC",),
        EVERY,
        ("flag_two_in_three",),
    ),
    Reason(
        "item 15: PowerBI-SPC pools sds of equal sizes too",
        c("equal_sizes"),
        ("PowerBI-SPC",),
        ("xbar", "s"),
    ),
    Reason(
        "item 15: s of PowerBI-SPC goes below 0",
        pl.lit(True),
        ("PowerBI-SPC",),
        ("s",),
        ("lcl", "lcl_95"),
    ),
    Reason(
        "item 15: PowerBI-SPC drops a subgroup of 1 from the grand mean",
        c("has_size_1"),
        ("PowerBI-SPC",),
        ("xbar",),
    ),
    Reason("item 15: qcc: sigma from the mean of sd / c4", pl.lit(True), ("qcc",), ("xbar",)),
    Reason("item 15: qcc: sigma from the mean of sd / c4", ~c("equal_sizes"), ("qcc",), ("s",)),
    Reason("item 16: g of qcc: mean drawn, smaller sigma", pl.lit(True), ("qcc",), ("g",)),
    Reason(
        "item 18: autospc does not hold p within 1",
        pl.lit(True),
        ("autospc",),
        ("p", "pp"),
        ("ucl",),
    ),
    Reason("item 21: pbcharts ignores a split before one point", c("phase_of_1"), ("pbcharts",)),
)


def with_facts(peer: str) -> pl.DataFrame:
    """All pairs of a peer, with what the input says of their points."""
    pairs = golden.pairs(peer)
    facts = pl.concat(golden.facts(chart) for chart in pairs["chart"].unique().sort())
    pairs = pairs.join(facts, on=["case_id", "index", "chart"], how="left")
    pairs = pairs.join(
        golden.neighbours(peer), on=["config", "chart", "case_id", "index"], how="left"
    )
    return pairs.with_columns(is_equal=golden.equal())


def explained(pairs: pl.DataFrame, reasons: tuple[Reason, ...] = REASONS) -> pl.DataFrame:
    """Each difference with the first reason that covers it; null for none."""
    source = pl.coalesce(
        *(pl.when(reason.covers).then(pl.lit(reason.source)) for reason in reasons)
    )
    return pairs.with_columns(source=source).filter(~c("is_equal"))


def tell(
    title: str, pairs: pl.DataFrame, reasons: tuple[Reason, ...] = REASONS
) -> list[dict[str, object]]:
    """Print how much is equal and why the rest is not; the first of what nothing explains."""
    different = explained(pairs, reasons)
    equal = len(pairs) - len(different)
    print(f"\n{title}: {len(pairs)} compared, {equal} equal, {len(different)} different")
    for source, count in different["source"].value_counts(sort=True).rows():
        print(f"  {count:6} {source or 'UNEXPLAINED'}")
    return different.filter(c("source").is_null()).head(20).to_dicts()


@pytest.mark.parametrize("peer", golden.PEERS)
def test_points(peer):
    pairs = with_facts(peer)
    assert tell(peer, pairs) == []
    assert pairs["is_equal"].sum() > 0.9 * len(pairs)


SERIES_REASONS = (
    *REASONS[:4],
    Reason("spc: anhoej is for all charts except mr", pl.lit(True), ("qicharts2",), ("mr",)),
    Reason("item 21: pbcharts ignores a split before one point", c("phase_of_1"), ("pbcharts",)),
    Reason(
        "spc: mr: outside only; a difference of neighbours has no better side and no target",
        pl.lit(True),
        ("PowerBI-SPC",),
        ("mr",),
    ),
)


@pytest.mark.parametrize("peer", ["qicharts2", "pbcharts"])
def test_run_statistics(peer):
    pairs = golden.run_statistics(peer).with_columns(is_equal=golden.equal())
    assert tell(f"{peer}, run statistics", pairs, SERIES_REASONS) == []


@pytest.mark.parametrize("peer", ["NHSRplotthedots", "PowerBI-SPC"])
@pytest.mark.parametrize("what", ["variation", "assurance"])
def test_icons(peer, what):
    pairs = golden.icons(peer, what).with_columns(is_equal=c("theirs") == c("ours"))
    assert tell(f"{peer}, {what}", pairs, SERIES_REASONS) == []


# One label a point, item 9: the order of the profile decides which.
LABELS = {
    "Above UCL": ("outside", 1),
    "Below LCL": ("outside", -1),
    "7 Point Trend (Increasing)": ("trend", 1),
    "7 Point Trend (Decreasing)": ("trend", -1),
    "2 in 3 Above CL": ("two_of_three", 1),
    "2 in 3 Below CL": ("two_of_three", -1),
    "7 Points Above CL": ("shift", 1),
    "7 Points Below CL": ("shift", -1),
    "Common Cause": (None, None),
}


def test_labels_of_plotthedots():
    points = golden.theirs("NHSRplotthedots").filter(config="default")
    found = golden.ours("NHSRplotthedots", "default", "i", points["case_id"].unique().to_list())
    keys = ["series", "period"]
    both = points.join(found.points, left_on=["case_id", "index"], right_on=keys)
    facts = golden.facts("i").select("case_id", "index", "half_zero", "all_equal")
    both = both.join(facts, on=["case_id", "index"]).filter(~c("half_zero") | c("all_equal"))
    assert len(both) > 4000
    for label, rule, side in both.select("special_cause_type", "rule", "rule_side").rows():
        assert LABELS[label] == (rule, side)


def test_limits_of_run_charts():
    limits = golden.read("anhoej_limits")
    n = limits["n_useful"].to_numpy()
    assert longest_run_limit(n).tolist() == limits["longest_run_max"].to_list()
    assert crossings_limit(n).tolist() == limits["n_crossings_min"].to_list()


@pytest.mark.parametrize("example", golden.published(), ids=lambda example: example["id"])
def test_published(example):
    points = analyse(*golden.published_input(example)).points
    names = {"cl": "centre", "median": "centre", "ucl": "upper", "lcl": "lower"}
    for name in example["expected"].keys() & names:
        expected = example["expected"][name]
        found = points[names[name]].to_list()
        found = found[: len(expected)] if isinstance(expected, list) else found[-1]
        assert found == pytest.approx(expected, abs=example["tolerance"])
