"""What the comparison finds, as golden_differences.md; a test holds the file to it.

Run as a script, this writes the file anew: the changed lines are then for a reader to judge.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import spc_golden as golden
import spc_golden_other as other
import spc_golden_phases as phases
from spc_golden_peers import PEERS
from spc_golden_reasons import REASONS, SERIES_REASONS, Reason, explained, unseen

FILE = Path(__file__).parent / "golden_differences.md"
c = pl.col
POINTS, PHASES = "points", "phases"
_REASONS = {POINTS: REASONS, PHASES: SERIES_REASONS}


@dataclass(frozen=True)
class Found:
    """Numbers compared, points (or phases) they belong to, and the numbers that differ.

    unseen: sentences of spc.md that the engine does not follow somewhere.
    """

    compared: int
    number: int
    different: pl.DataFrame
    unseen: list[str]

    @property
    def unexplained(self) -> int:
        return self.different["source"].null_count()


@cache
def found(peer: str, what: str = POINTS) -> Found:
    """What the comparison with one peer finds; made once."""
    pairs = golden.pairs(peer) if what == POINTS else phases.series_pairs(peer)
    place = "index" if what == POINTS else "phase"
    number = pairs.select("config", "chart", "case_id", place).n_unique()
    different = explained(pairs, _REASONS[what]).select("peer", "chart", "column", "source")
    return Found(len(pairs), number, different, unseen(pairs) if what == POINTS else [])


def peers(what: str) -> tuple[str, ...]:
    return tuple(PEERS) if what == POINTS else phases.WITH_SERIES


def markdown() -> str:
    """The whole file."""
    parts = [
        _HEAD,
        _totals(),
        "\n## Reasons: lines, flags and words of points\n",
        _reasons(POINTS),
        "\n## Reasons: run statistics, variation and assurance of phases\n",
        _reasons(PHASES),
        "\n## What a peer refuses, and what the engine draws of the same series\n",
        _refusals(),
        "\nqcc was not run where points are missing. The engine refused none of the 272 series.\n",
        "## Not compared\n",
        _not_compared(),
    ]
    return "\n".join(parts) + "\n"


def _row(*cells: object) -> str:
    words = (f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells)
    return f"| {' | '.join(words)} |"


def _head(*names: str) -> list[str]:
    return [_row(*names), "|---" * len(names) + "|"]


def _totals() -> str:
    rows = _head("compared with", "what", "number", "compared", "equal", "explained", "unexplained")
    sums = [0, 0, 0, 0]
    for what in (POINTS, PHASES):
        for peer in peers(what):
            one = found(peer, what)
            different, unknown = len(one.different), one.unexplained
            counts = [one.compared, one.compared - different, different - unknown, unknown]
            rows.append(_row(peer, what, one.number, *counts))
            sums = [a + b for a, b in zip(sums, counts, strict=True)]
    for name, what, size in other_totals():
        rows.append(_row(name, what, size, size, size, 0, 0))
        sums = [sums[0] + size, sums[1] + size, *sums[2:]]
    return "\n".join([*rows, _row("**all**", "", "", *sums)])


def other_totals() -> list[tuple[str, str, int]]:
    """Comparisons without a difference; the tests fail where there is one."""
    examples = other.published()
    printed, again = (
        sum(len(other.published_pairs(each, kind)) for each in examples)
        for kind in ("expected", "recomputed")
    )
    return [
        ("constants.csv", "c4, c5, A3, B3, B4", len(other.constants())),
        ("anhoej_limits.csv", "limits of runs", len(other.run_limits())),
        ("published.json", "as printed, to its tolerance", printed),
        ("published.json", "recomputed, to 1e-9", again),
    ]


def _reasons(what: str) -> str:
    every = pl.concat(found(peer, what).different for peer in peers(what))
    rows = _head(
        "reason", "where the input has", "what is then seen", "peers and charts", "numbers"
    )
    counts = dict(every["source"].value_counts().rows())
    for reason in _REASONS[what]:
        if reason.source not in counts:
            rows.append(_row(reason.source, reason.where, reason.seen, "", 0))
            continue
        mine = every.filter(source=reason.source)
        rows.append(
            _row(reason.source, reason.where, reason.seen, _places(mine), counts[reason.source])
        )
    return "\n".join(rows)


def _places(different: pl.DataFrame) -> str:
    by_peer = different.group_by("peer").agg(c("chart").unique().sort()).sort("peer")
    return "; ".join(f"{peer}: {' '.join(charts)}" for peer, charts in by_peer.rows())


def _refusals() -> str:
    rows = _head("peer", "chart", "refused", "series", "limits of their phases here")
    return "\n".join([*rows, *(_row(*each) for each in other.refusals())])


def unused(what: str) -> list[Reason]:
    """Reasons that explain nothing; there should be none."""
    every = pl.concat(found(peer, what).different for peer in peers(what))
    return [each for each in _REASONS[what] if each.source not in set(every["source"])]


_HEAD = """# Where the engine differs from other software, and why

Written by `python tests/reports/spc/spc_golden_tables.py`; a test compares it with what is found.
Numbers are equal where they are within 1e-9 of the larger of the two (a limit near 0: of the
largest of its centre and upper limit) or both empty; flags where they are the same. Everything is
run with the peer's own settings as far as the engine has them: screening, baseline, phases, 2.66,
three-sigma limits of g, rules and lengths. Rows that a peer's file leaves out because they equal
its default are compared too, with the other setting.

A reason is a sentence of spc.md (spc) or a numbered item of golden/README.md. It covers only the
columns it speaks of, only where the input has the property named, and only if the two numbers are
those the sentence leads to (what is then seen): most often the peer's number is the engine's own
for the series as the peer takes it. Anything else is unexplained and fails.

## Totals
"""

# What is not compared, and why.
_NOT_COMPARED = {
    "i_m, i_mm of PowerBI-SPC": "centres on medians are not in spc.md",
    "runs_signal and limits of bestbox and cutbox": (
        "spc.md names one pair of limits, round(log2 n) + 3; their counts of runs are compared"
    ),
    "label, verdict where a flag of the point differs": (
        "they follow from the flags, which are listed"
    ),
    "verdict, variation and assurance on mr and s": (
        "the engine gives spread no better side: a decision of its README, no sentence of spc.md"
    ),
    "sigma_signal, n_obs": "sums of points, which are compared one by one",
    "label of points that autospc leaves out": "not a rule; the engine has them as ghosts",
    "periods and left-out points of autospc default": (
        "its own algorithm, not in spc.md; given to the engine, and what follows is compared"
    ),
    "lines for 2 sigma of autospc, pbcharts, qcc, nhspy": "they have none",
    "funnels": "tests of funnels",
}


def _not_compared() -> str:
    rows = _head("what", "because")
    return "\n".join([*rows, *(_row(*each) for each in _NOT_COMPARED.items())])


if __name__ == "__main__":
    FILE.write_text(markdown(), encoding="utf-8")
