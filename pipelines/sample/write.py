"""From figures, story and chance to an inbox full of files: the whole way on one screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path

from pipelines.days import SAMPLE_DAY
from pipelines.sample.deliveries import deliveries
from pipelines.sample.mistakes import MISTAKES, with_mistakes
from pipelines.sample.model import load_model, simulate
from pipelines.sample.parcels import Parcel, put
from pipelines.sample.story import load_story
from pipelines.sample.tables import build_tables
from pipelines.sample.units import build_units

# The last months of the sample have arrived by then, but for those that are late or never sent.
TODAY = date(2024, 4, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSummary:
    """What was put into the inbox; times are UTC, size in bytes."""

    inbox: Path
    files: int
    rows: int
    size: int
    submitters: tuple[str, ...]
    first_arrived: datetime | None
    last_arrived: datetime | None
    mistakes: tuple[str, ...]


def write_sample(
    out: Path, today: date = TODAY, progress: Callable[[int, int], None] | None = None
) -> SampleSummary:
    """Fill `out`/inbox/<submitter>/ with all files of the sample that have arrived by `today`.

    `out`/sample-day keeps that day, so that nobody reads the sample as of another. A file's
    modification time is its arrival. The same call writes the same bytes. `progress` is told after
    each file how many of how many are written. Raises OSError if `out` is not writable.
    """
    arrived = [one for one in all_parcels() if one.arrived.date() <= today]
    inbox = out / "inbox"
    size = 0
    for number, parcel in enumerate(arrived, start=1):
        size += put(parcel, inbox)
        if progress:
            progress(number, len(arrived))
    out.mkdir(parents=True, exist_ok=True)
    (out / SAMPLE_DAY).write_text(f"{today}\n", encoding="utf-8")
    return _summary(inbox, arrived, size)


def all_parcels() -> list[Parcel]:
    """Every file of the sample in the order of arrival."""
    story, model = load_story(), load_model()
    units = build_units(story.months, story.seed)
    tables = build_tables(units, simulate(units, model, story), model, story)
    return sorted(with_mistakes(deliveries(tables, story)), key=attrgetter("arrived", "name"))


def _summary(inbox: Path, arrived: list[Parcel], size: int) -> SampleSummary:
    there = {parcel.path.as_posix() for parcel in arrived}
    return SampleSummary(
        inbox=inbox,
        files=len(arrived),
        rows=sum(parcel.frame.height for parcel in arrived),
        size=size,
        submitters=tuple(sorted({parcel.submitter for parcel in arrived})),
        first_arrived=arrived[0].arrived if arrived else None,
        last_arrived=arrived[-1].arrived if arrived else None,
        mistakes=tuple(mistake.file for mistake in MISTAKES if mistake.file in there),
    )
