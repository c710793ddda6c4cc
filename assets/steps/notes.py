"""Notes of the lake that may be shown beside pages, and why others may not.

Belongs here: reading notes/<page>.<language>.md, what a note must have, and looking through it for
anything that could point at a person. Does not belong here: Markdown (reports/notes.py) and words
for what is wrong (translations, pages.note.problem). A note that cannot be used is a finding: the
night goes on without it and says so. Of a note that may name somebody nothing is told but the file.

A note begins with its front matter, YAML between two lines of three hyphens:

    ---
    role: Programme lead
    team: Safe Care
    date: 2026-11-20
    ---
    What **happened** and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import polars as pl
import yaml
from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from assets.steps.lake import digest_of
from assets.steps.months import data_month
from assets.steps.night import Night
from data_contracts.contract import ColumnType, Contract
from data_contracts.identifiers import ROW, identifier_cells
from data_contracts.problems import masked
from reports.notes import OWN_NOTE, Note, read_text
from reports.pages.file_names import stem_of
from reports.pages.frame import INDEX, with_measures
from reports.pages.workstream import page_name
from reports.quarters import latest_complete, quarter_named
from reports.words import LANGUAGES, SOURCE

# More would bury the page that it stands on.
LONGEST = 10_000
FENCE = "---"
TEXT = "text"
NAME = re.compile(rf"(?P<page>[\w-]+)\.(?P<language>{'|'.join(LANGUAGES)})\.md")
# What editors and file managers leave beside a file.
NOT_OURS = re.compile(r"\..*|~.*|.*~|(?i:thumbs\.db|desktop\.ini|readme\.(md|txt))")
Words: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Fault(StrEnum):
    """Why a note is not shown."""

    NAME = "name"
    PAGE = "page"
    UNREADABLE = "unreadable"
    TOO_LONG = "too_long"
    FRONT_MATTER = "front_matter"
    KEY = "key"
    UNKNOWN_KEY = "unknown_key"
    EMPTY = "empty"
    IDENTIFIER = "identifier"
    FUTURE = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteProblem:
    """One note that is not shown; `facts` are what its sentence needs besides the file's name."""

    file: str
    fault: Fault
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, str]:
        """For the night's record."""
        return {"file": self.file, "fault": self.fault.value, **self.facts}


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes that are shown, by page and language, and the files that are not."""

    shown: tuple[Note, ...] = ()
    problems: tuple[NoteProblem, ...] = ()


@checked_dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class FrontMatter:
    """Who wrote a note, and when."""

    role: Words
    team: Words
    date: date


def read_notes(night: Night) -> Notes:
    """All notes of the lake as on the night's day: one of a later day is not shown yet."""
    pack = latest_complete(data_month(night.contracts, night.today)).stem
    pages = (*note_pages(night.contracts), pack)
    found = [_held_back(_note(path, pages), path, night.today) for path in _files(night.lake.notes)]
    return Notes(
        shown=tuple(one for one in found if isinstance(one, Note)),
        problems=tuple(one for one in found if isinstance(one, NoteProblem)),
    )


def notes_print(night: Night, page: str | None = None) -> str:
    """A digest of the notes that are shown, of all pages or of one, and of what is wrong."""
    notes = read_notes(night)
    shown = [asdict(note) for note in notes.shown if page in (None, note.page)]
    return digest_of(shown, [problem.told for problem in notes.problems] if page is None else [])


def note_pages(contracts: Iterable[Contract]) -> tuple[str, ...]:
    """The pages that can have a note, but for the quarterly packs, which the day tells."""
    counted = with_measures(contracts)
    codes = {code for c in counted for table in c.tables for code in table.due_organisations}
    workstreams = (stem_of(page_name(c.workstream, SOURCE)) for c in counted)
    return (INDEX, *workstreams, *(f"{OWN_NOTE}{code}" for code in sorted(codes)))


def _files(folder: Path) -> list[Path]:
    paths = folder.iterdir() if folder.is_dir() else ()
    return sorted(p for p in paths if p.is_file() and not NOT_OURS.fullmatch(p.name))


def _held_back(found: Note | NoteProblem, path: Path, today: date) -> Note | NoteProblem:
    if isinstance(found, Note) and found.date > today:
        return _problem(path.name, Fault.FUTURE, date=f"{found.date}")
    return found


def _note(path: Path, pages: tuple[str, ...]) -> Note | NoteProblem:
    try:
        content = path.read_bytes()
    except OSError:
        return _problem(path.name, Fault.UNREADABLE)
    return _parsed(path.name, content, pages)


def _is_there(page: str, pages: tuple[str, ...]) -> bool:
    """Whether a note may be about a page: one that is there, or any quarter up to the newest.

    An older quarter's note stays with the pack that it was about. The last of the pages is the
    newest pack.
    """
    quarter, newest = quarter_named(page), quarter_named(pages[-1])
    was_there = quarter is not None and newest is not None and quarter.first <= newest.first
    return page in pages or was_there


@cache
def _parsed(name: str, content: bytes, pages: tuple[str, ...]) -> Note | NoteProblem:
    named = NAME.fullmatch(name)
    if named is None:
        return _problem(name, Fault.NAME)
    page, language = named["page"], named["language"]
    if not _is_there(page, pages):
        return _problem(name, Fault.PAGE, page=masked(page), pages=", ".join(pages))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _problem(name, Fault.UNREADABLE)
    if len(text) > LONGEST:
        return _problem(name, Fault.TOO_LONG, longest=f"{LONGEST:,}")
    head, body = _parts(text)
    # Before anything of it is told.
    if _names_somebody(_lines(text, body)):
        return _problem(name, Fault.IDENTIFIER)
    matter = _front_matter(name, head)
    if isinstance(matter, NoteProblem):
        return matter
    if _names_somebody(_lines_of_author(matter)):
        return _problem(name, Fault.IDENTIFIER)
    if not read_text(body):
        return _problem(name, Fault.EMPTY)
    return Note(page=page, language=language, text=body, **asdict(matter))


def _parts(text: str) -> tuple[str | None, str]:
    """Front matter and the rest; None where the text does not begin with it."""
    lines = text.strip().splitlines()
    fences = [place for place, line in enumerate(lines) if line.rstrip() == FENCE]
    if fences[:1] != [0] or len(fences) == 1:
        return None, text
    return "\n".join(lines[1 : fences[1]]), "\n".join(lines[fences[1] + 1 :]).strip()


def _front_matter(name: str, head: str | None) -> FrontMatter | NoteProblem:
    if head is None:
        return _problem(name, Fault.FRONT_MATTER)
    try:
        facts: Any = yaml.safe_load(head)
        return TypeAdapter(FrontMatter).validate_python(facts)
    except ValidationError as error:
        return _problem(name, *_wrong_key(error))
    # A date such as 2026-13-40 is a ValueError of the YAML library's own.
    except (yaml.YAMLError, ValueError, RecursionError):
        return _problem(name, Fault.FRONT_MATTER)


def _wrong_key(error: ValidationError) -> tuple[Fault, str]:
    first = error.errors()[0]
    key = masked(".".join(str(part) for part in first["loc"]))
    if first["type"] == "unexpected_keyword_argument":
        return Fault.UNKNOWN_KEY, key
    return (Fault.KEY if key else Fault.FRONT_MATTER), key


def _lines(text: str, body: str) -> list[str]:
    """A note as it was written and as it is read.

    A number may go over the end of a line, or have marks in it that a reader does not see.
    """
    read = read_text(body)
    return [*text.splitlines(), *read, " ".join(read), " ".join(body.split())]


def _lines_of_author(matter: FrontMatter) -> list[str]:
    """Role and team as they are shown: YAML folds lines and has its own ways to write a figure."""
    return [" ".join(text.split()) for text in (matter.role, matter.team)]


def _names_somebody(lines: list[str]) -> bool:
    """Whether a line has what could point at a person."""
    frame = pl.DataFrame({ROW: range(len(lines)), TEXT: lines})
    return not identifier_cells(frame, {TEXT: ColumnType.TEXT}).is_empty()


def _problem(name: str, fault: Fault, entry: str = "", **facts: str) -> NoteProblem:
    known = {"entry": entry} if entry else {}
    return NoteProblem(file=masked(name), fault=fault, facts=known | facts)
