"""Which files the submitters send, and when they arrive.

Everything up to the monthly files as one file for the range, then a file a month; late files,
files never sent and corrections as the story says. What is wrong with some of them is mistakes.py's
business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from data_contracts.working_days import deadline
from pipelines.sample.chance import stream
from pipelines.sample.edits import put
from pipelines.sample.parcels import Parcel
from pipelines.sample.story import Correction, Form, Story, month_of
from pipelines.sample.tables import changes

# Most boards send between these working days after the month, in office hours.
USUAL_WORKING_DAYS = (5, 9)
OFFICE_HOURS = (8, 17)

# Columns that sort a frame into files and are not sent.
SORTING = ("submitter", "month")

PLAIN = Form()


def deliveries(tables: Mapping[str, pl.DataFrame], story: Story) -> list[Parcel]:
    """Every file that is sent, first versions and corrections, free of mistakes but for the
    cells a correction puts right.
    """
    sent = {(one.submitter, one.topic, one.last): one for one in _first_versions(tables, story)}
    second = []
    for correction in story.corrections:
        of = (correction.submitter, correction.topic, correction.month)
        sent[of], right = _corrected(correction, sent[of])
        second.append(right)
    return [*sent.values(), *second, *_changes(story)]


def arrival(month: date, working_days: int, name: str) -> datetime:
    """A moment in office hours on the given working day after a month; UTC, whole seconds."""
    rng = stream("arrival", name)
    first, last = OFFICE_HOURS
    seconds = int(rng.integers(first * 3600, last * 3600))
    return datetime.combine(deadline(month, working_days), time(), UTC) + timedelta(seconds=seconds)


def _first_versions(tables: Mapping[str, pl.DataFrame], story: Story) -> Iterator[Parcel]:
    for topic, table in tables.items():
        is_single = pl.col("month") >= story.monthly_files_from
        for rows in table.filter(~is_single).partition_by("submitter", maintain_order=True):
            yield _parcel(topic, rows, story)
        for rows in table.filter(is_single).partition_by(SORTING, maintain_order=True):
            if (rows["submitter"][0], rows["month"][0], topic) not in story.not_sent:
                yield _parcel(topic, rows, story)


def _parcel(topic: str, rows: pl.DataFrame, story: Story) -> Parcel:
    """The first version of a file with these rows."""
    submitter, first, last = rows["submitter"][0], rows["month"][0], rows["month"][-1]
    arrived = arrival(last, _working_days(submitter, last, story), f"{topic} {submitter} {last}")
    frame = rows.drop(SORTING)
    if submitter in story.says_when_extracted:
        frame = _with_extraction(frame, arrived.date() - timedelta(days=1))
    form = story.forms.get(submitter, PLAIN)
    # Years of rows come out of a database, not out of a spreadsheet.
    is_range = first != last
    return Parcel(
        submitter=submitter,
        topic=topic,
        first=first,
        last=last,
        version=1,
        arrived=arrived,
        form=PLAIN if is_range and form.extension == "xlsx" else form,
        frame=frame,
    )


def _working_days(submitter: str, month: date, story: Story) -> int:
    """All returns of a submitter and month come on the same working day."""
    rng = stream("working day", submitter, month)
    first, last = USUAL_WORKING_DAYS
    return story.late.get((submitter, month), int(rng.integers(first, last + 1)))


def _with_extraction(frame: pl.DataFrame, day: date) -> pl.DataFrame:
    """`extracted_on` after the month the rows are for."""
    place = frame.columns.index("period") + 1
    return frame.insert_column(place, pl.lit(str(day)).alias("extracted_on"))


def _corrected(correction: Correction, first: Parcel) -> tuple[Parcel, Parcel]:
    """The first version with its wrong cells, and the second with the right ones."""
    wrong = first.frame
    for cell in correction.wrong:
        wrong = put(cell["row"], cell["column"], cell["value"])(wrong)
    arrived = arrival(first.last, correction.working_days, f"{first.name} corrected")
    return replace(first, frame=wrong), replace(first, version=2, arrived=arrived)


def _changes(story: Story) -> Iterator[Parcel]:
    """Each organisation's own list of changes."""
    for organisation, told in story.changes.items():
        month = month_of(told["sent"])
        yield Parcel(
            submitter=organisation,
            topic="changes",
            first=month,
            last=month,
            version=1,
            arrived=arrival(month, _working_days(organisation, month, story), organisation),
            form=story.forms.get(organisation, PLAIN),
            frame=changes(told["rows"], organisation),
        )
