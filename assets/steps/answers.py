"""Answers to warnings: 'this is right because ...', written beside them and sent like any file.

Belongs here: which problem each line answers, the record of what was answered, and which warnings
it settles. Does not belong here: recognising and reading such a file (answer_files.py), decisions
of the programme about warnings (decisions.py).

A file of answers is a submission without figures: it has a folder and a receipt (`answers`: how
many were recorded) and, under decisions/answers/, one file of what was recorded, never edited. An
answer holds for the warning it was given to, and for the same warning about the same place with the
same value in later files of its sender for the same months, unless it is about what a file does
(`Kind.asked_anew`). A blank cell is no answer; what has to be mended cannot be answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from pydantic import TypeAdapter, ValidationError

from assets.steps.answer_files import AnswerFile, Line, plain, text_of
from assets.steps.decisions import DecisionError, Decisions
from assets.steps.lake import Lake, read_json, sync_folder, write_file, write_json
from assets.steps.returns import is_return, months_of
from assets.steps.submissions import (
    ANSWERS,
    PROBLEMS,
    RECORDS,
    SUBMISSION_NAME,
    Receipt,
    Received,
    Settled,
    plain_receipt,
    read_received,
)
from data_contracts.contract import Scope
from data_contracts.problems import (
    ANSWERS_NOTHING,
    CATALOGUE,
    NOT_TO_BE_ANSWERED,
    PROBLEM_SCHEMA,
    Effect,
    Kind,
    Outcome,
    Problem,
    problems_frame,
)
from reports.workbook.error_columns import finding_key

# What count.py asks about in each workstream.
QUESTIONS = "*/questions.parquet"
FOLDER = "answers"
ASKED_ANEW = frozenset(code for code, kind in CATALOGUE.items() if kind.asked_anew)
KEY_COLUMNS = ("organisation_code", "site_code", "ward_code", "setting", "population", "period")
ANSWER_SCHEMA = pl.Schema(
    {"answer": pl.String(), "answered_by": pl.String(), "answered_at": pl.Datetime("us")}
)

PLACE = "place"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as recorded; `key` is that of the warning (error_columns.finding_key)."""

    submission: str
    key: str
    code: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What one file of answers said: who sent it, in which file, when it was received."""

    submission: str
    submitter: str
    file: str
    received: datetime
    answers: tuple[Answer, ...]


def write_lines(folder: Path, file: AnswerFile) -> None:
    """Keep what was read until the file has its outcome."""
    write_json(folder / ANSWERS, [asdict(line) for line in file.lines])


def settled_answers(folder: Path, lake: Lake, senders: Mapping[str, str]) -> Settled | None:
    """The outcome of a file of answers, recorded first; None for any other file.

    `senders`: submission -> its submitter. What was asked of somebody else is answered by no one.
    """
    if not (folder / ANSWERS).exists():
        return None
    received = read_received(folder)
    lines = [Line(**facts) for facts in read_json(folder / ANSWERS)]
    named = SUBMISSION_NAME.search(received.file_name)
    default = named[0] if named else ""
    lines = [replace(line, submission=line.submission or default) for line in lines]
    answers: list[Answer] = []
    told: list[Problem] = []
    for submission, own in _by_submission(lines).items():
        is_own = senders.get(submission) == received.submitter
        asked: list[Row] = [*problems_of(lake, submission).to_dicts()] if is_own else []
        for line, problem in _matched(own, asked):
            if not line.answer:
                continue
            if problem is not None and _is_asked(problem):
                answers.append(_answer(line, problem))
            else:
                kind = ANSWERS_NOTHING if problem is None else NOT_TO_BE_ANSWERED
                told.append(_told(kind, line, received.submission))
    _record(lake, received, answers)
    return _settled(folder, answers, told)


def problems_of(lake: Lake, submission: str) -> pl.DataFrame:
    """All that was found in a submission, and what the last night's count asks about it."""
    found = [pl.DataFrame(schema=PROBLEM_SCHEMA)]
    for path in _places(lake, submission):
        found.append(pl.read_parquet(path).filter(pl.col("submission") == submission))
    return pl.concat(found)


def recorded(lake: Lake) -> list[Recorded]:
    """All that was ever answered, in the order of receipt. Raises DecisionError."""
    paths = (lake.decisions / FOLDER).glob("*.yaml")
    found = [_recorded(path, path.read_bytes()) for path in paths]
    return sorted(found, key=lambda one: (one.received, one.submission))


def with_answers(
    lake: Lake, problems: pl.DataFrame, receipts: Iterable[Receipt], decisions: Decisions
) -> pl.DataFrame:
    """PROBLEM_SCHEMA with `answer`, `answered_by` and `answered_at`, null where nobody answered.

    `answered_by` is the code of the sender, or the role of the one who decided. Raises
    DecisionError for a record that cannot be used.
    """
    by_key = {
        answer.key: (answer.answer, one.submitter, one.received.replace(tzinfo=None))
        for one in recorded(lake)
        for answer in one.answers
    }
    numbered = problems.with_row_index(PLACE)
    # Nothing else can be answered, and of what has to be mended there may be very much.
    rows = numbered.filter(pl.col("scope") == Scope.INFORMATION).to_dicts()
    if not (by_key or decisions.warnings):
        rows = []
    said = {
        place: found
        for place, row in enumerate(rows)
        if (found := by_key.get(finding_key(row)) or _accepted(row, decisions))
    }
    said |= _carried(lake, rows, said, {r.submission: r for r in receipts})
    given = [(rows[place][PLACE], *found) for place, found in said.items()]
    schema = {PLACE: numbered.schema[PLACE], **ANSWER_SCHEMA}
    answers = pl.DataFrame(given, schema=schema, orient="row")
    return numbered.join(answers, on=PLACE, how="left", maintain_order="left").drop(PLACE)


def asks(problems: pl.DataFrame) -> pl.DataFrame:
    """Of problems `with_answers` the warnings that nobody has answered."""
    questions = [code for code, kind in CATALOGUE.items() if kind.effect is Effect.DUPLICATE]
    return problems.filter(
        pl.col("scope") == Scope.INFORMATION,
        ~pl.col("code").is_in(questions),
        pl.col("answer").is_null(),
    )


Said = tuple[str, str, datetime | None]


def _carried(
    lake: Lake,
    rows: Sequence[Row],
    said: Mapping[int, Said],
    receipts: Mapping[str, Receipt],
) -> dict[int, Said]:
    """What was answered before, for the same warnings in later files for the same months."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if _is_asked(row) and row["code"] not in ASKED_ANEW:
            places[row["submission"]].append(place)
    carried: dict[int, Said] = {}
    answered = {rows[place]["submission"] for place in said} & receipts.keys()
    for earlier in sorted(answered, key=lambda name: receipts[name].sequence):
        known = {
            one: said[place]
            for place, one in _identities(lake, rows, places[earlier])
            if place in said
        }
        for later in _later(receipts[earlier], receipts.values()):
            still = [place for place in places.get(later, ()) if place not in said]
            for place, one in _identities(lake, rows, still):
                if one in known:
                    carried[place] = known[one]
    return carried


def _later(earlier: Receipt, receipts: Iterable[Receipt]) -> Iterator[str]:
    of = (earlier.submitter, earlier.workstream, earlier.table)
    months = months_of(earlier)
    for one in receipts:
        is_same = of == (one.submitter, one.workstream, one.table) and is_return(earlier)
        if is_same and one.sequence > earlier.sequence and months & months_of(one):
            yield one.submission


def _identities(
    lake: Lake, rows: Sequence[Row], places: Iterable[int]
) -> Iterator[tuple[int, tuple[object, ...]]]:
    """What makes a warning the same in another file: what is asked, its value and its place.

    A row's place is its ward and month, not its number in the sheet.
    """
    for place in places:
        row = rows[place]
        where = None if row["row"] is None else _wards(lake, row["submission"]).get(row["row"])
        yield place, (row["code"], row["column"], row["value"], row["facts"], where)


@lru_cache(maxsize=64)
def _wards(lake: Lake, submission: str) -> Mapping[int, tuple[str, ...]]:
    """Row -> whose figures it holds, of the rows that were accepted."""
    path = lake.submissions / submission / RECORDS
    if not path.exists():
        return {}
    records = pl.read_parquet(path)
    names = [name for name in KEY_COLUMNS if name in records]
    return {row: tuple(map(str, keys)) for row, *keys in records.select("row", *names).iter_rows()}


def _accepted(row: Row, decisions: Decisions) -> Said | None:
    """What the programme has decided about a warning."""
    if not _is_asked(row):
        return None
    for one in decisions.warnings:
        is_meant = (one.submission, one.code) == (row["submission"], row["code"])
        if is_meant and one.row in (None, row["row"]) and one.column in (None, row["column"]):
            return one.reason, one.role, datetime.combine(one.date, datetime.min.time())
    return None


def _by_submission(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.submission, []).append(line)
    return found


def _matched(lines: Iterable[Line], asked: list[Row]) -> Iterator[tuple[Line, Row | None]]:
    """Each line with the problem it stands for: by its key, else by code, row, column and sheet.

    Of problems that are alike in all of these the first belongs to the first line, and so on.
    """
    by_key = {finding_key(problem): problem for problem in asked}
    by_place: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for problem in asked:
        names = ("code", "row", "column", "sheet")
        by_place[tuple(plain(text_of(problem[name])) for name in names)].append(problem)
    for line in lines:
        alike = by_place.get(tuple(map(plain, (line.code, line.row, line.column, line.sheet))), [])
        if line.key:
            yield line, by_key.get(line.key)
        else:
            yield line, alike.pop(0) if alike else None


def _is_asked(problem: Row) -> bool:
    code = problem["code"]
    is_copy = code in CATALOGUE and CATALOGUE[code].effect is Effect.DUPLICATE
    return bool(problem["scope"] == Scope.INFORMATION) and not is_copy


def _answer(line: Line, problem: Row) -> Answer:
    same = ("submission", "code", "sheet", "row", "column", "value")
    facts = {name: problem[name] for name in same}
    return Answer(**facts, key=finding_key(problem), answer=line.answer)


def _told(kind: Kind, line: Line, submission: str) -> Problem:
    """What an answer stands beside; its own words are the value, so that its writer knows it."""
    answered = " ".join(filter(None, (line.code, line.row, line.column)))
    facts = {"answered": answered, "of": line.submission}
    return Problem(
        kind,
        submission,
        sheet=line.on or None,
        row=line.at,
        cell=line.address,
        value=line.answer,
        facts=facts,
    )


def _record(lake: Lake, received: Received, answers: Sequence[Answer]) -> None:
    """Written before the file has its outcome; after a crash the same is written again."""
    if not answers:
        return
    one = {
        "submission": received.submission,
        "submitter": received.submitter,
        "file": received.file_name,
        "received": received.received.isoformat(),
        "answers": [asdict(answer) for answer in answers],
    }
    place = lake.decisions / FOLDER / f"{received.submission}.yaml"
    write_file(place, yaml.safe_dump(one, allow_unicode=True, sort_keys=False).encode())
    sync_folder(place.parent)


def _settled(folder: Path, answers: Sequence[Answer], told: Sequence[Problem]) -> Settled:
    outcome = Outcome.ACCEPTED_WITH_WARNINGS if told else Outcome.ACCEPTED
    if told and not answers:
        outcome = Outcome.REFUSED
    receipt = replace(
        plain_receipt(folder, outcome),
        rows_read=len(answers) + len(told),
        warnings=len(told),
        answers=len(answers),
    )
    return Settled(folder=folder, receipt=receipt, problems=problems_frame(told))


@cache
def _recorded(path: Path, content: bytes) -> Recorded:
    try:
        return TypeAdapter(Recorded).validate_python(yaml.safe_load(content))
    except (ValidationError, yaml.YAMLError) as error:
        raise DecisionError(f"decisions/{FOLDER}/{path.name} is no record of answers.") from error


def _places(lake: Lake, submission: str) -> Iterator[Path]:
    own = lake.submissions / submission / PROBLEMS
    if submission and own.exists():
        yield own
    yield from sorted(lake.work.glob(QUESTIONS))
