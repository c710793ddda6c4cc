"""Golden outputs that are not points or phases of a peer: constants, worked examples, refusals."""

import json
from typing import Any

import polars as pl
import spc_golden as golden
from spc_golden_peers import CHARTS

from reports.spc import Plan, analyse
from reports.spc.run_statistics import crossings_limit, longest_run_limit
from reports.spc.vocabulary import GeometricLimits

c = pl.col
Pairs = list[tuple[str, float, float]]


def run_limits() -> Pairs:
    """Limits of the longest run and of the crossings, for 1 to 200 useful points."""
    limits = golden.read("anhoej_limits")
    n = limits["n_useful"].to_numpy()
    found = {"longest_run_max": longest_run_limit(n), "n_crossings_min": crossings_limit(n)}
    return [
        (f"{name} at {size}", theirs, ours)
        for name, values in found.items()
        for size, theirs, ours in zip(n.tolist(), limits[name].to_list(), values, strict=True)
    ]


def constants() -> Pairs:
    """c4, A3, B3 and B4 of each size, as the limits of xbar and s charts have them."""
    table = golden.read("constants")
    rows = pl.concat(_two_subgroups(n) for n in table["n"].unique().sort())
    lines = ("centre", "lower", "upper", "lower_2sigma", "upper_2sigma")
    xbar, s = (
        analyse(rows, Plan(chart=chart, minimum_points=2)).points.filter(c("period") == 1)
        for chart in ("xbar", "s")
    )
    wide = s.select(c("series").cast(pl.Int64).alias("n"), *(c(x).alias(f"s_{x}") for x in lines))
    means = xbar.select(c("series").cast(pl.Int64).alias("n"), *lines)
    both = table.join(wide.join(means, on="n"), on="n")
    sbar, steps = c("s_centre"), c("upper") - c("centre")
    a3 = steps / sbar
    found = both.with_columns(
        our_a3=a3,
        our_a3_95=(c("upper_2sigma") - c("centre")) / sbar,
        our_b3=c("s_lower") / sbar,
        our_b4=c("s_upper") / sbar,
        our_b3_95=c("s_lower_2sigma") / sbar,
        our_b4_95=c("s_upper_2sigma") / sbar,
        our_c4=3 / (a3 * c("n").sqrt()),
        our_c5=(c("s_upper") / sbar - 1) / 3 * 3 / (a3 * c("n").sqrt()),
    )
    names = ("c4", "c5", "a3", "b3", "b4", "a3_95", "b3_95", "b4_95")
    return [
        (f"{name} of {n}", theirs, ours)
        for name in names
        for n, theirs, ours in found.select("n", name, f"our_{name}").rows()
        if theirs is not None
    ]


def _two_subgroups(n: int) -> pl.DataFrame:
    """Two subgroups of n observations each that differ in spread."""
    values = [float(k % 7) for k in range(n)] + [3.0 * (k % 5) for k in range(n)]
    periods = [1] * n + [2] * n
    return pl.DataFrame({"series": str(n), "period": periods, "numerator": values})


def published() -> list[dict[str, Any]]:
    """Worked examples; none where the folder is absent. Funnels are compared elsewhere."""
    file = golden.FOLDER / "published.json"
    examples = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return [example for example in examples if example["chart"] in CHARTS]


def _published_input(example: dict[str, Any]) -> tuple[pl.DataFrame, Plan]:
    """The points of an example, and the plan of its options; without `screen_mr`, no screening."""
    options, y = example["options"], example["inputs"]["y"]
    frame = pl.DataFrame(
        {
            "series": "A",
            "period": range(1, len(y) + 1),
            "numerator": y,
            "denominator": example["inputs"].get("n"),
        }
    )
    left_out = c("period").is_in(options.get("exclude", []))
    frame = frame.with_columns(exclude=left_out, reason=pl.lit("left out in the example"))
    return frame, Plan(
        chart=example["chart"],
        rules="plotthedots" if options.get("multiplier") == 2.66 else "ihi",
        baseline=options.get("freeze"),
        screening=options.get("screen_mr", False),
        minimum_points=2,
        g_limits=GeometricLimits.THREE_SIGMA,
    )


_PUBLISHED = {"cl": "centre", "median": "centre", "ucl": "upper", "lcl": "lower"}


def published_pairs(example: dict[str, Any], kind: str = "expected") -> Pairs:
    """The numbers of an example, `expected` (as printed) or `recomputed`, beside the engine's."""
    frame, plan = _published_input(example)
    found = analyse(frame, plan)
    pairs: Pairs = []
    for name, value in example[kind].items():
        if name in _PUBLISHED and not (name == "cl" and example["chart"] == "g"):
            theirs = value if isinstance(value, list) else [value]
            mine = found.points[_PUBLISHED[name]].to_list()
            mine = mine if isinstance(value, list) else mine[-1:]
            pairs += [(name, a, b) for a, b in zip(theirs, mine, strict=False)]
        elif name == "sigma_z":
            pairs.append((name, value, found.series["sigma_z"][0]))
        elif name == "amr" and not plan.screening:
            ranges = analyse(frame, Plan(chart="mr", minimum_points=2, baseline=plan.baseline))
            pairs.append((name, value, ranges.points["centre"][0]))
    return pairs


# What a peer refuses, by a piece of its message, in our words.
_REFUSALS = {
    "fix_after_n_points": "a baseline under 12 points",
    "missing value where": "a missing point in a window of 7",
    "Invalid array length": "a baseline with phases (item 13)",
    "nsmall": "one point, so no range",
    "fewer than the minimum": "too few points for a period",
    "not run: missing": "missing points (not run)",
    "sizes must be larger": "a subgroup of one (item 15)",
    "must be greater than zero": "a time of 0 (item 17)",
}


def refusals() -> list[tuple[str, str, str, int, str]]:
    """peer, chart, what it refuses, number of cases, and what the engine draws of their phases."""
    runs = golden.read("runs").filter(c("status") == "error").unique(["peer", "case_id", "chart"])
    refused = pl.coalesce(
        *(
            pl.when(c("message").str.contains(piece, literal=True)).then(pl.lit(words))
            for piece, words in _REFUSALS.items()
        )
    )
    runs = runs.with_columns(refused=refused.fill_null(c("message")))
    keys = ("peer", "chart", "refused")
    told = []
    for (peer, chart, what), part in runs.sort(keys).group_by(keys, maintain_order=True):
        config = "plain" if peer == "autospc" else "default"
        found = golden.Call(str(peer), config, str(chart)).analysed(part["case_id"].unique())
        drawn = found.series["limits_status"].value_counts().sort("limits_status").rows()
        words = ", ".join(f"{count} {status}" for status, count in drawn)
        told.append((str(peer), str(chart), str(what), len(part), words))
    return told
