"""Step 7. One complete publication for readers, or the one before it stays.

Here: whether there is anything new, the publication's folder, its manifest, the switch, and how the
night ended. Not here: making pages (reports/pages, page_store.py), who is told (pipelines).

A publication is `site/<month>_r<number>/` with a folder for each kind of reader. It is filled
beside its place, held against its manifest, renamed, and only then does `latest` point to it.
Numbers only go up: when inputs go back to what they were, or a page that readers see was changed or
removed, the same content is published again under a new number. Where a lake was copied with its
links followed, `latest` is a folder; the next night makes it a link again and removes nothing: the
folder takes the name of its publication or, where that is there as well, is kept as
`copy-of-latest-<number>`, which nothing reads.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from assets.steps.decisions import read_decisions
from assets.steps.editions import edition_of
from assets.steps.fingerprints import moments, night_print
from assets.steps.lake import (
    Lake,
    digest_of,
    digest_of_file,
    folder_made,
    read_json,
    sync_folder,
    write_json,
)
from assets.steps.night import LONDON, NIGHT_HOUR, Night
from assets.steps.notes import read_notes
from assets.steps.page_store import (
    Placed,
    forget,
    keep,
    link,
    link_static,
    placed_dated,
    placed_pages,
)
from assets.steps.publications import NAME, TOLD, number_of, numbers, write_told
from assets.steps.result import Fact, StepResult, Verdict
from assets.steps.returns import OPEN
from assets.steps.submissions import Receipt, all_receipts
from assets.steps.take import misplaced_in
from assets.steps.warehouse import build_warehouse, publication_in
from data_contracts.states import ReturnStatus
from reports.edition import Edition
from reports.pages.problem_words import organisation_name
from reports.pages.site import DATED, static_files
from reports.words import SOURCE, Words

MANIFEST = "manifest.json"
INDEX = "collaborative/index.html"
# The parts of a publication that Dagster shows: the first folder of a page's path.
PARTS = {"collaborative": "landing", "org": "organisations", "stewards": "stewards"}
# What a folder in the place of the link is kept as, with a number.
ASIDE = "copy-of-latest"


class PublicationError(RuntimeError):
    """A publication is not what it should be; readers keep the one before."""


class EarlierDayError(PublicationError):
    """A night is as of a day before that of the publication; the message says so."""


def refuse_earlier_day(night: Night) -> None:
    """Stop a night as of a day before the publication's, before it takes anything from the inbox.

    On such a day good files would be refused for ever, as of months that are not over. Writes the
    night's record; raises EarlierDayError.
    """
    _link_again(night.lake)
    if reason := _taken_back(night, _known(night.lake)):
        _ended(night, Verdict.NOTHING_PUBLISHED, {"reason": reason})
        raise EarlierDayError(reason)


def publish(night: Night) -> StepResult:
    """Publish what is new, if anything is. Rows: pages of a new publication, 0 without one.

    Writes the night's record: verdict, publication, what a steward must do.
    """
    _link_again(night.lake)
    known = _known(night.lake)
    if not known and not all_receipts(night.lake):
        return _ended(night, Verdict.NOTHING_PUBLISHED, {"reason": _nothing_yet(night.lake)})
    if reason := _taken_back(night, known):
        return _ended(night, Verdict.NOTHING_PUBLISHED, {"reason": reason})
    is_whole = _is_whole(night.lake.latest)
    made_from = night_print(night)
    if is_whole and known.get("made_from") == made_from:
        _keep_warehouse(night, known)
        return _ended(night, Verdict(known["verdict"]), known | {"made": 0, "is_new": False})
    edition = edition_of(night, "")
    facts = _tasks_for_stewards(night, edition) | {"made_from": made_from}
    pages = placed_pages(night, edition)
    fingerprint = _fingerprint(night, pages)
    if is_whole and known.get("fingerprint") == fingerprint:
        _keep_warehouse(night, known)
        facts |= {"publication": known["publication"], "is_new": False, "made": 0, "pages": 0}
    elif ready := _ready(night.lake, known, fingerprint):
        _keep_warehouse(night, _read_manifest(night.lake.site / ready))
        _switch(night.lake, ready)
        facts |= {"publication": ready, "is_new": True, "made": 0, "pages": len(pages)}
    else:
        facts |= _published(night, edition, pages, fingerprint)
    facts["fingerprint"] = fingerprint
    write_json(night.lake.work / "published.json", facts)
    if known and not is_whole:
        facts["repaired"] = known["publication"]
    return _ended(night, Verdict(facts["verdict"]), facts)


def _nothing_yet(lake: Lake) -> str:
    """Why there is nothing to publish from."""
    if misplaced := misplaced_in(lake.inbox):
        return (
            f"No file has arrived in a sender's folder, and {len(misplaced)} elsewhere in the "
            "inbox. Put each into the folder of its sender's code: inbox/7A4/."
        )
    return "No file has arrived yet. Put each into the folder of its sender's code: inbox/7A4/."


def _taken_back(night: Night, known: dict[str, Any]) -> str | None:
    """Why readers cannot have a publication of this night's day; None where they can."""
    if str(known.get("as_of", "")) <= f"{night.today}":
        return None
    as_of = known["as_of"]
    return (
        f"Readers have a publication of {as_of}; an earlier day would take it away. "
        f"Run it as of that day or a later one: --today {as_of}."
    )


def _known(lake: Lake) -> dict[str, Any]:
    """What is known of the publication that readers see; nothing where there is none.

    The manifest is part of the publication; what the publishing night knew beside it (`made_from`,
    what needs a steward) is missing after a crash, and is then found out again.
    """
    if not lake.latest.is_symlink():
        return {}
    name = lake.latest.resolve().name
    path = lake.work / "published.json"
    noted: dict[str, Any] = read_json(path) if path.exists() else {}
    manifest = _read_manifest(lake.latest)
    known = {fact: manifest[fact] for fact in ("fingerprint", "as_of") if fact in manifest}
    return {"publication": name} | (noted if noted.get("publication") == name else {}) | known


def _read_manifest(folder: Path) -> dict[str, Any]:
    """A publication's manifest; empty where somebody removed it or wrote into it."""
    try:
        manifest = read_json(folder / MANIFEST)
    except (OSError, json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _keep_warehouse(night: Night, known: dict[str, Any]) -> None:
    """Build the warehouse of a publication that is there, where it is lost or of another one.

    As on the day of the publication: the figures must be those on the pages. `known` are facts of
    its manifest.
    """
    if publication_in(night.lake) != known["publication"]:
        day = date.fromisoformat(known["as_of"])
        then = replace(night, now=datetime.combine(day, NIGHT_HOUR, LONDON).astimezone(UTC))
        build_warehouse(night.lake, edition_of(then, known["publication"]))


def _fingerprint(night: Night, pages: Iterable[Placed]) -> str:
    """A digest of all that readers see, but for the publication's own name and its day."""
    static = {name: digest_of_file(path) for name, path in static_files().items()}
    shown = sorted((page.path, page.key) for page in pages)
    return digest_of(shown, static, moments(night))


def _ready(lake: Lake, known: dict[str, Any], fingerprint: str) -> str | None:
    """A complete publication of the same content that a crash kept readers from seeing.

    That can only be the newest one, and only where it is newer than what readers see: one that they
    saw before is not taken out again.
    """
    newest = max(numbers(lake), default=None)
    if newest is None or newest <= number_of(known.get("publication", "")):
        return None
    name = f"{newest[0]}_r{newest[1]}"
    manifest = _read_manifest(lake.site / name)
    is_ready = manifest.get("fingerprint") == fingerprint and _is_whole(lake.site / name)
    return name if is_ready else None


def _is_whole(folder: Path) -> bool:
    """Whether a publication has all that its manifest lists, byte for byte."""
    files = _read_manifest(folder).get("files")
    return isinstance(files, dict) and _is_as_listed(folder, files)


def _is_as_listed(folder: Path, files: dict[str, str]) -> bool:
    """Whether every file of a publication is there with the bytes that its manifest says."""
    return all(
        (folder / name).is_file() and digest_of_file(folder / name) == digest
        for name, digest in files.items()
    )


def _published(
    night: Night, edition: Edition, unnamed: list[Placed], fingerprint: str
) -> dict[str, Any]:
    """Make and switch to a new publication; facts about it.

    `unnamed` are its pages without a name for the publication; few show one, or its day.
    """
    name = _next_name(night.lake, edition)
    named = replace(edition, publication=name)
    others = [page for page in unnamed if page.task.scope not in DATED]
    pages = [*placed_dated(night, named), *others]
    keep(night, pages)
    build_warehouse(night.lake, named)
    with folder_made(night.lake.site / name) as folder:
        files = link(night.lake, pages, folder)
        files |= link_static(night.lake, sorted({page.task.folder for page in pages}), folder)
        if not _is_as_listed(folder, files):
            raise PublicationError("A page is not as it was made; run the night again.")
        write_told(folder, named)
        files[TOLD] = digest_of_file(folder / TOLD)
        manifest = _manifest(night, named, files)
        write_json(folder / MANIFEST, manifest | {"fingerprint": fingerprint})
    _switch(night.lake, name)
    made = _count_new(night.lake, pages)
    forget(night.lake, frozenset(page.key for page in pages))
    parts = Counter(PARTS[page.task.folder.partition("/")[0]] for page in pages)
    counted = {f"{part}.pages": parts[part] for part in PARTS.values()}
    return {"publication": name, "is_new": True, "made": made, "pages": len(pages), **counted}


def _count_new(lake: Lake, pages: list[Placed]) -> int:
    """How many pages differ from those of the publication before, which is what readers notice."""
    record = lake.work / "pages.json"
    before: dict[str, str] = read_json(record) if record.exists() else {}
    now = {page.path: page.key for page in pages}
    write_json(record, now)
    return sum(before.get(path) != key for path, key in now.items())


def _next_name(lake: Lake, edition: Edition) -> str:
    """The data month and the number of the publication in it: `2024-03_r2`."""
    month = f"{edition.data_month:%Y-%m}"
    given = [number for of, number in numbers(lake) if of == month]
    return f"{month}_r{max(given, default=0) + 1}"


def _manifest(night: Night, edition: Edition, files: dict[str, str]) -> dict[str, Any]:
    """What a publication consists of and what it was made from."""
    in_force = edition.submissions.filter(pl.col("months_in_force").list.len() > 0)
    return {
        "publication": edition.publication,
        "data_month": f"{edition.data_month:%Y-%m}",
        "as_of": f"{night.today}",
        "code": night.code,
        "words": night.words,
        "contracts": {
            contract.workstream: {"version": contract.version, "sha256": contract.digest}
            for contract in night.contracts
        },
        "submissions": in_force["submission"].to_list(),
        "notes": [f"{note.page}.{note.language}" for note in edition.notes],
        "files": files,
    }


def _switch(lake: Lake, name: str) -> None:
    """Readers see the new publication from one moment to the next."""
    making = lake.site / ".making-latest"
    making.unlink(missing_ok=True)
    os.symlink(name, making)
    making.replace(lake.latest)
    sync_folder(lake.site)


def _link_again(lake: Lake) -> None:
    """Make `latest` a link where a copy of the lake made it a folder; see the top of this file.

    Without a manifest nobody can say which publication it is: then there is no `latest`, as before
    the first publication, until this night's publishing step.
    """
    if lake.latest.is_symlink() or not lake.latest.is_dir():
        return
    name = str(_read_manifest(lake.latest).get("publication", ""))
    is_named = NAME.fullmatch(name) is not None
    is_only_one = is_named and not (lake.site / name).exists()
    lake.latest.rename(lake.site / name if is_only_one else _free_place(lake))
    if is_named:
        _switch(lake, name)


def _free_place(lake: Lake) -> Path:
    """Where a folder that was in the place of the link is kept."""
    places = (lake.site / f"{ASIDE}-{number}" for number in count(1))
    return next(place for place in places if not place.exists())


def _tasks_for_stewards(night: Night, edition: Edition) -> dict[str, Any]:
    """The verdict, each thing that somebody must do about data, and notes that are not shown."""
    dismissed = read_decisions(night).dismissed
    waiting = frozenset(edition.submissions.filter("to_mend")["submission"])
    words = Words.load(night.translations, SOURCE)
    mend = [
        _to_mend(night, one, words) for one in all_receipts(night.lake) if one.submission in waiting
    ]
    rows = {status.value: _owed(edition, status, dismissed) for status in OPEN}
    owed = {status: [_identified(row) for row in of] for status, of in rows.items()}
    said = {status: [_in_words(night, row, words) for row in of] for status, of in rows.items()}
    notes = [problem.told for problem in read_notes(night).problems]
    is_good = not mend and not notes and not any(owed.values())
    verdict = Verdict.GOOD if is_good else Verdict.NEEDS_STEWARD
    return {"verdict": verdict.value, "mend": mend, "notes": notes, **owed, "in_words": said}


def _owed(
    edition: Edition, status: ReturnStatus, dismissed: Collection[str]
) -> list[dict[str, Any]]:
    """Returns of one status up to the data month.

    Of an incomplete one whose file was dismissed nobody is asked for more: that was decided.
    """
    found = edition.returns.filter(
        pl.col("status") == status,
        pl.col("period") <= edition.data_month,
        ~pl.col("submission").is_in(list(dismissed)).fill_null(False),
    ).sort("organisation", "workstream", "table", "period")
    return found.to_dicts()


def _identified(row: Mapping[str, Any]) -> str:
    """A return as programs know it."""
    return f"{row['organisation']} {row['workstream']}.{row['table']} {row['period']:%Y-%m}" + (
        f" ({row['parts_in']} of {row['parts_due']})" if row["parts_due"] else ""
    )


def _in_words(night: Night, row: Mapping[str, Any], words: Words) -> str:
    """The same for people, on the command line."""
    facts = {
        "organisation": organisation_name(words, night.registers, row["organisation"]),
        "name": words.text(f"{row['workstream']}.tables.{row['table']}.name"),
        "month": words.month(row["period"]),
    }
    if not row["parts_due"]:
        return words.text("queue.night.owed", **facts)
    parts = {name: words.number(row[f"parts_{name}"], 0) for name in ("in", "due")}
    return words.text("queue.night.owed_parts", **facts, **parts)


def _to_mend(night: Night, receipt: Receipt, words: Words) -> dict[str, str]:
    return {
        "sender": organisation_name(words, night.registers, receipt.submitter),
        "submission": receipt.submission,
        "submitter": receipt.submitter,
        "file": receipt.file_name,
        "outcome": receipt.outcome.value,
    }


def _ended(night: Night, verdict: Verdict, facts: dict[str, Any]) -> StepResult:
    """Record how the night ended, for the command line and whoever looks later.

    A file that lies where no night takes it needs somebody, however good the rest is.
    """
    misplaced = misplaced_in(night.lake.inbox)
    if misplaced and verdict is Verdict.GOOD:
        verdict = Verdict.NEEDS_STEWARD
    facts = {**facts, "verdict": verdict.value, "misplaced": misplaced}
    facts["index"] = str(night.lake.latest / INDEX)
    write_json(night.record, facts)
    shown: dict[str, Fact] = {
        name: value for name, value in facts.items() if isinstance(value, int | float | str)
    }
    if notes := facts.get("notes"):
        shown["notes_not_shown"] = ", ".join(f"{one['file']} ({one['fault']})" for one in notes)
    shown["index"] = night.lake.latest / INDEX
    return StepResult(rows=int(facts.get("pages", 0)) * bool(facts.get("is_new")), metadata=shown)
