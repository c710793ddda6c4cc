"""A file that may name a person: kept apart, kept for a time, and never told."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from boards import Desk, Ending, content_of, csv_of, patient_number, ward

from assets.steps.decisions import DecisionError, write_decision
from assets.steps.quarantine import keep_quarantine
from assets.steps.receive import receive_files

NUMBER = patient_number(3)
FILE = csv_of([ward(ward_code=NUMBER)])
# The desk's night is that of 20 April 2024, 02:00 in Wales.
BEFORE, AFTER = (datetime(2024, 5, 20, hour, 59, tzinfo=UTC) for hour in (0, 1))


def _locked(desk: Desk) -> Ending:
    return desk.through(FILE)


def _kept(desk: Desk) -> list[Path]:
    return sorted((desk.root / "quarantine").glob("*/original*"))


def _on(desk: Desk, now: datetime) -> list[str]:
    return keep_quarantine(replace(desk.night, now=now))


def _decide(desk: Desk, decision: str, submission: str) -> None:
    by: dict[str, Any] = {"role": "IG lead", "team": "IG", "reason": "Seen", "name": "Ann Other"}
    facts = {"decision": decision, "submission": submission, "date": BEFORE.date()} | by
    write_decision(desk.night.lake, facts, BEFORE)


def _audit(desk: Desk) -> list[dict[str, Any]]:
    paths = (desk.root / "decisions" / "deleted").glob("*.json")
    return [json.loads(path.read_text("utf-8")) for path in paths]


def test_the_original_lies_apart_for_its_owner_only(desk: Desk) -> None:
    ending = _locked(desk)
    (original,) = _kept(desk)
    assert original.read_bytes() == FILE
    assert not list(ending.folder.glob("original*"))
    for folder in (original.parent, original.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert original.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(shutil.which("tar") is None, reason="needs tar")
def test_a_backup_passes_the_quarantine_over(desk: Desk, tmp_path: Path) -> None:
    _locked(desk)
    made = tmp_path / "backup.tar"
    subprocess.run(["tar", "--exclude-caches", "-cf", made, "-C", desk.root, "."], check=True)
    assert NUMBER.encode() not in made.read_bytes()
    assert b"CACHEDIR.TAG" in made.read_bytes()


def test_after_thirty_days_the_original_is_gone_and_a_line_remains(desk: Desk) -> None:
    ending = _locked(desk)
    assert _on(desk, BEFORE) == []
    assert len(_kept(desk)) == 1
    assert _on(desk, AFTER) == [ending.receipt.submission]
    assert _kept(desk) == []
    assert _audit(desk) == [
        {
            "submission": ending.receipt.submission,
            "submitter": "7A4",
            "sha256": ending.receipt.sha256,
            "size": len(FILE),
            "reason": "30 days have passed",
            "deleted": "2024-05-20T01:59:00+00:00",
        }
    ]
    assert desk.ending().outcome == "quarantined"
    told = [path for path in desk.root.rglob("*") if path.is_file()]
    assert not [path for path in told if NUMBER in content_of(path)]
    # It is written down once.
    assert _on(desk, AFTER) == []


def test_the_original_goes_when_it_is_decided(desk: Desk) -> None:
    ending = _locked(desk)
    _decide(desk, "delete", ending.receipt.submission)
    receive_files(desk.night)
    assert _kept(desk) == []
    (line,) = _audit(desk)
    assert (line["decided_by"], line["reason"], line["deleted"]) == (
        "IG lead", "Seen", "2024-04-20T01:00:00+00:00",
    )  # fmt: skip
    assert "Ann" not in json.dumps(line)


def test_what_was_released_is_kept(desk: Desk) -> None:
    _decide(desk, "release-quarantine", _locked(desk).receipt.submission)
    assert _on(desk, AFTER) == []
    assert len(_kept(desk)) == 1


def test_a_file_that_can_only_not_be_read_stays_where_it_was_sent(desk: Desk) -> None:
    ending = desk.through(b"PK\x03\x04 no workbook", "7A4_falls_202403_v01.xlsx")
    assert ending.outcome == "quarantined"
    _on(desk, AFTER)
    assert ending.original == b"PK\x03\x04 no workbook"


def test_a_crash_after_the_deletion_and_before_its_line_is_made_good(desk: Desk) -> None:
    _locked(desk)
    _kept(desk)[0].unlink()
    _on(desk, AFTER)
    assert len(_audit(desk)) == 1


def test_a_file_that_was_locked_away_before_there_was_a_quarantine_is_moved(desk: Desk) -> None:
    ending = _locked(desk)
    _kept(desk)[0].rename(ending.folder / "original.csv")
    receive_files(desk.night)
    assert [path.read_bytes() for path in _kept(desk)] == [FILE]


CONTACTS = "programme: Safe Care, ig@example.wales\n7A1: Board, 7A1.ig@example.wales\n"


@pytest.mark.parametrize(
    ("sender", "contact"),
    [("7A4", "Safe Care, ig@example.wales"), ("7A1", "Board, 7A1.ig@example.wales")],
)
def test_the_finding_says_whom_to_tell(desk: Desk, sender: str, contact: str) -> None:
    (desk.night.lake.decisions / "contacts.yaml").write_text(CONTACTS, "utf-8")
    ending = desk.through(FILE, f"{sender}_falls_202403_v01.csv")
    assert ending.facts("S01")[0] == {"contact": contact, "kind": "nhs_number"}


def test_without_contacts_nobody_is_named(desk: Desk) -> None:
    assert _locked(desk).facts("S01")[0] == {"kind": "nhs_number"}


def test_contacts_that_cannot_be_used_are_one_sentence(desk: Desk) -> None:
    (desk.night.lake.decisions / "contacts.yaml").write_text("- 7A4", "utf-8")
    desk.put(FILE)
    with pytest.raises(DecisionError, match="one contact for each code, or for programme"):
        desk.receive()
