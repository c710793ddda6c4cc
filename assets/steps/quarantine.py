"""Files that may name a person: where they are kept, for how long, and who is told.

Belongs here: the tree quarantine/, which only its owner can read and which backups pass over,
deleting what is in it, and the information governance contact. Does not belong here: finding what
could name a person (personal.py), the decisions themselves (decisions.py).

The original of such a file leaves its submission for quarantine/<submission>/ as soon as it has its
outcome. It is deleted with the decision `delete`, or DAYS_KEPT days after it was received. One that
was released is kept until it has come back as a submission of its own (release.py). Hash, receipt
and the places of what was found stay in the submission; decisions/deleted/<submission>.json says
when and why the original went. A file that could only not be read stays where it was sent: nothing
of it is known to be anybody's.

The contacts are decisions/contacts.yaml of the lake, since they change more often than the code and
are each programme's own; a mailbox or a role, as it may stand on a page:

    programme: Safe Care information governance, ig@example.wales
    7A4: Information governance, 7A4.ig@example.wales
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import yaml
from pydantic import TypeAdapter, ValidationError

from assets.steps.decisions import (
    CONTACTS,
    DecisionError,
    Decisions,
    Deleted,
    read_decisions,
)
from assets.steps.lake import Lake, read_json, sync_folder, write_file, write_json
from assets.steps.night import Night
from assets.steps.submissions import (
    OWNER_ONLY_FILE,
    OWNER_ONLY_FOLDER,
    PROBLEMS,
    Receipt,
    all_receipts,
    kept_original,
)
from data_contracts.problems import IDENTIFIER, Outcome

QUARANTINE, AUDIT = "quarantine", "deleted"
DAYS_KEPT = 30
PROGRAMME = "programme"
# The Cache Directory Tagging Standard: tar --exclude-caches, borg and restic pass the folder over.
TAG = "CACHEDIR.TAG"
TAG_TEXT = b"""Signature: 8a477f597d28d172789f06886806bc55
# Files that may name a person; they must be in no backup (assets/steps/quarantine.py).
"""


def keep_quarantine(night: Night) -> list[str]:
    """Move new originals into the quarantine, and delete those whose time has come.

    Returns the submissions whose originals were deleted. After a crash the next night goes on.
    """
    locked = list(_may_name_a_person(night.lake))
    if not locked:
        return []
    decisions = read_decisions(night)
    # What is a submission of its own by now lies there, and needs no lock.
    back = {receipt.released for receipt in all_receipts(night.lake)}
    gone: list[str] = []
    for receipt in locked:
        _put_away(night.lake, receipt.submission)
        if receipt.submission in back:
            _forget(night.lake, receipt.submission)
            continue
        why = _why_deleted(receipt, decisions, night)
        if why is not None and not _audit(night.lake, receipt.submission).exists():
            _delete(night.lake, receipt, why, night.now)
            gone.append(receipt.submission)
    return gone


def delete_now(lake: Lake, receipt: Receipt, decided: Deleted, now: datetime) -> bool:
    """Delete an original as it was decided, without waiting for a night; whether it was there."""
    if locked_original(lake, receipt.submission) is None:
        return False
    _delete(lake, receipt, _by(decided), now)
    return True


def locked_original(lake: Lake, submission: str) -> Path | None:
    """The file as it was sent, if it lies in the quarantine."""
    return next((quarantine_of(lake) / submission).glob("original*"), None)


def quarantine_of(lake: Lake) -> Path:
    """The tree of files that may name a person."""
    return lake.root / QUARANTINE


def deletions(lake: Lake) -> list[dict[str, str]]:
    """What was deleted, oldest first: submission, submitter, sha256, deleted, reason ..."""
    paths = (lake.decisions / AUDIT).glob("*.json")
    return sorted((read_json(path) for path in paths), key=lambda line: str(line["deleted"]))


def with_contact(problems: pl.DataFrame, contact: str | None) -> pl.DataFrame:
    """Problems in which each that may name a person says whom to tell, as the fact `contact`."""
    if contact is None:
        return problems
    rows = problems.to_dicts()
    for row in rows:
        if row["code"] == IDENTIFIER.code:
            facts = json.loads(row["facts"]) | {"contact": contact}
            row["facts"] = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return pl.DataFrame(rows, schema=problems.schema)


def contact_of(lake: Lake, organisation: str) -> str | None:
    """Whom to tell of a file that an organisation sent: its own contact, else the programme's.

    None where nobody is named. Raises DecisionError for a list that cannot be used.
    """
    path = lake.decisions / CONTACTS
    if not path.exists():
        return None
    try:
        listed = TypeAdapter(dict[str, str]).validate_python(
            yaml.safe_load(path.read_bytes()) or {}
        )
    except (ValidationError, yaml.YAMLError) as error:
        raise DecisionError(
            f"decisions/{CONTACTS} must say one contact for each code, or for {PROGRAMME}."
        ) from error
    return listed.get(organisation, listed.get(PROGRAMME))


def _may_name_a_person(lake: Lake) -> Iterator[Receipt]:
    for receipt in all_receipts(lake):
        if receipt.outcome is Outcome.QUARANTINED:
            found = pl.read_parquet(lake.submissions / receipt.submission / PROBLEMS)
            if IDENTIFIER.code in found["code"]:
                yield receipt


def _put_away(lake: Lake, submission: str) -> None:
    original = kept_original(lake.submissions / submission)
    if original is None:
        return
    tree = quarantine_of(lake)
    for folder in (tree, tree / submission):
        folder.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
        # A umask, or whoever made it before, must not open it.
        folder.chmod(OWNER_ONLY_FOLDER)
    if not (tree / TAG).exists():
        write_file(tree / TAG, TAG_TEXT)
    original.chmod(OWNER_ONLY_FILE)
    original.rename(tree / submission / original.name)
    for folder in (tree / submission, tree, lake.submissions / submission):
        sync_folder(folder)


def _why_deleted(receipt: Receipt, decisions: Decisions, night: Night) -> Mapping[str, str] | None:
    """Why an original goes this night; None while it stays."""
    decided = decisions.deleted.get(receipt.submission)
    if decided is not None:
        return _by(decided)
    if receipt.submission in decisions.released:
        return None
    if night.now - receipt.received < timedelta(days=DAYS_KEPT):
        return None
    return {"reason": f"{DAYS_KEPT} days have passed"}


def _by(decided: Deleted) -> Mapping[str, str]:
    return {"decided_by": decided.role, "team": decided.team, "reason": decided.reason}


def _forget(lake: Lake, submission: str) -> None:
    home = quarantine_of(lake) / submission
    for path in home.glob("original*"):
        path.unlink()
    if home.exists():
        home.rmdir()
        sync_folder(home.parent)


def _delete(lake: Lake, receipt: Receipt, why: Mapping[str, str], now: datetime) -> None:
    """The bytes first: a crash in between leaves a deletion that the next night writes down."""
    _forget(lake, receipt.submission)
    same = ("submission", "submitter", "sha256", "size")
    facts = {name: getattr(receipt, name) for name in same}
    place = _audit(lake, receipt.submission)
    write_json(place, facts | dict(why) | {"deleted": now.isoformat()})
    sync_folder(place.parent)


def _audit(lake: Lake, submission: str) -> Path:
    return lake.decisions / AUDIT / f"{submission}.json"
