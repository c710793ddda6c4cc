"""Why limits were recalculated: the recorded boundaries that cut a unit's charts, in words.

Belongs here: which of them explain a break in a series, for the line in a chart and the note below
it. Does not belong here: the boundaries (data_contracts/codes/boundaries.yaml) and making phases
of them (assets/steps/detect.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from data_contracts.registers import Boundary
from reports.edition import Edition
from reports.figures.series import Series
from reports.figures.sizes import Size
from reports.pages.series_key import SeriesKey
from reports.words import Words

Boundaries = tuple[Boundary, ...]


def boundaries_of(edition: Edition, key: SeriesKey) -> Boundaries:
    """What cuts a series, in order of time. Raises StopIteration for an unknown measure."""
    contract = next(c for c in edition.contracts if c.workstream == key.workstream)
    table = f"{key.workstream}.{contract.measure(key.measure).table}"
    return edition.registers.boundaries_of(key.level, key.unit, table)


def reasons_at(series: Series, position: int, boundaries: Iterable[Boundary]) -> Boundaries:
    """What explains the phase that begins at a position; two may fall into one gap in the months.

    A phase begins at the first month that the unit sent on or after the boundary.
    """
    begins = series.points[position].period
    before = [p.period for p in series.points[:position] if p.phase is not None]
    return tuple(b for b in boundaries if before and before[-1] < b.starts <= begins)


def reason_text(boundaries: Boundaries, words: Words) -> str:
    """The reasons alone, for the line in a chart; empty where none is known."""
    return "; ".join(boundary.reason(words.language) for boundary in boundaries)


def phase_notes(
    series: Series, shown: int, boundaries: Boundaries, words: Words, size: Size
) -> tuple[str, ...]:
    """One note for each recalculation behind the last `shown` points: date, reason, source, role.

    That is each one that has a line in the picture, and the one whose limits it begins with. Small
    charts have the date and the reason.
    """
    form = "short" if size is Size.SMALL else "full"
    start = len(series.points) - shown
    earlier = [position for position in series.breaks() if position <= start][-1:]
    drawn = [position for position in series.breaks() if position > start]
    told = chain.from_iterable(_notes(series, at, boundaries, words, form) for at in drawn)
    return (*_earlier(series, earlier, boundaries, words, form), *told)


def _earlier(
    series: Series, positions: Iterable[int], boundaries: Boundaries, words: Words, form: str
) -> Iterator[str]:
    """Notes on a phase that began before the picture, which has no line for it: never none."""
    for position in positions:
        notes = list(_notes(series, position, boundaries, words, form))
        month = words.month(series.points[position].period)
        yield from notes or [words.text("charts.phase.earlier", month=month)]


def _notes(
    series: Series, position: int, boundaries: Boundaries, words: Words, form: str
) -> Iterator[str]:
    for boundary in reasons_at(series, position, boundaries):
        yield words.text(
            f"charts.phase.note_{form}",
            month=words.month(series.points[position].period),
            date=words.date(boundary.date),
            reason=boundary.reason(words.language),
            source=boundary.legal_source,
            role=boundary.role,
        )
