"""Shares month by month as a small inline SVG: one bar for each month, full height for all of them.

Here: the picture for tables, without JavaScript. Colours come from the style sheet by class, so it
prints and survives forced colours. It has no words and is hidden from screen readers: the text
beside it says the same. Not here: series with limits (sparkline.py).
"""

from __future__ import annotations

from collections.abc import Sequence

HEIGHT, BAR, STEP = 24, 8, 11
# Nought is drawn too: it must not look like a month in which nothing was due.
LOWEST = 1


def share_bars(shares: Sequence[float | None]) -> str:
    """An svg element with a place for each share from 0 to 1; None leaves its place empty.

    Classes: `bars` on the svg, `track` for the whole of a month, `bar` for its share. An empty
    string where there is no share at all.
    """
    known = [(place * STEP, share) for place, share in enumerate(shares) if share is not None]
    if not known:
        return ""
    width = len(shares) * STEP - (STEP - BAR)
    tracks = "".join(f"M{x} 0h{BAR}v{HEIGHT}h-{BAR}z" for x, _ in known)
    bars = "".join(f"M{x} {HEIGHT}v-{_height(share)}h{BAR}V{HEIGHT}z" for x, share in known)
    return (
        f'<svg class="bars" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" '
        f'aria-hidden="true"><path class="track" d="{tracks}"/><path class="bar" d="{bars}"/></svg>'
    )


def _height(share: float) -> int:
    return max(LOWEST, round(share * HEIGHT))
