"""A file that was locked away and what is decided about it: counted after all, or deleted.

Ward A's name holds a number that an NHS number could be; it is one of the range 999, which is kept
for tests and given to nobody. All figures are known: the wards clean their hands 45 and 46 times of
50 in the file, 40 and 30 times in the first night's.
"""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml
from made_up import Road, csv_of, row
from typer.testing import CliRunner

from assets.steps.result import Verdict
from pipelines.decide_command import decide

MARCH = date(2024, 3, 1)
BOARD = "hand_hygiene_done/organisation/7A4"
DAYS = [date(2024, 4, day) for day in (20, 21, 22, 23)]
NUMBER = "999 000 0018"
LOCKED = "7A4_hand-hygiene_202403_v02.csv"
BY = ("--role", "IG lead", "--team", "Information governance", "--reason", "An asset number")


def _rows(**ward_b: Any) -> bytes:
    name = f"NHS {NUMBER}"
    return csv_of(
        [
            row("7A4", "A", "2024-03", ward_name=name, compliant=45),
            row("7A4", "B", "2024-03", **{"compliant": 46} | ward_b),
        ]
    )


@pytest.fixture
def locked(published: Road) -> Road:
    """The night that locked the file away: nothing of it counts."""
    _put(published, LOCKED, _rows(), day=11)
    assert published.night(DAYS[1]) is Verdict.NEEDS_STEWARD
    assert published.receipts()[LOCKED]["outcome"] == "quarantined"
    assert _march(published) == (70, 100)
    return published


def _put(road: Road, name: str, content: bytes, day: int) -> None:
    road.put(name, content, datetime(2024, 4, day, 9, tzinfo=UTC))


def _march(road: Road) -> tuple[int, int]:
    point = road.point(BOARD, MARCH)
    return point["numerator"], point["denominator"]


def _decide(road: Road, *asked: str) -> tuple[int, str]:
    given = [*asked, *BY, "--lake", str(road.lake), "--today", "2024-04-21"]
    found = CliRunner(env={"COLUMNS": "400"}).invoke(decide, given)
    return found.exit_code, found.output


def _sent(road: Road, name: str) -> list[dict[str, Any]]:
    """The receipts of all files of a name, in the order in which they were settled."""
    paths = sorted((road.lake / "submissions").glob("*/receipt.json"))
    receipts = [json.loads(path.read_text("utf-8")) for path in paths]
    return [one for one in receipts if one["file_name"] == name]


@pytest.mark.parametrize("by", ["submission", "sha256"])
def test_a_file_that_names_nobody_is_counted_the_next_night(locked: Road, by: str) -> None:
    receipt = locked.receipts()[LOCKED]
    assert _decide(locked, "release-quarantine", receipt[by])[0] == 0
    (path,) = locked.lake.glob("decisions/*.yaml")
    (decided,) = yaml.safe_load(path.read_text("utf-8"))
    assert decided == {
        "decision": "release-quarantine", "submission": receipt["submission"],
        "sha256": receipt["sha256"], "role": "IG lead", "team": "Information governance",
        "reason": "An asset number", "date": date(2024, 4, 21),
    }  # fmt: skip
    assert locked.night(DAYS[2]) is Verdict.GOOD
    assert _march(locked) == (91, 100)
    before, after = _sent(locked, LOCKED)
    assert (before["outcome"], after["outcome"]) == ("quarantined", "accepted")
    assert (after["released"], after["sha256"], after["arrived"]) == (
        before["submission"], before["sha256"], before["arrived"],
    )  # fmt: skip
    # The night after finds nothing more to do.
    assert locked.night(DAYS[3]) is Verdict.GOOD
    assert len(_sent(locked, LOCKED)) == 2
    # Every byte is kept, once, where accepted files lie.
    kept = [p for p in locked.lake.rglob("original.csv") if p.read_bytes() == _rows()]
    assert [path.parent.name for path in kept] == [after["submission"]]


def test_everything_else_is_checked_in_a_released_file(published: Road) -> None:
    _put(published, LOCKED, _rows(compliant=51), day=11)
    published.night(DAYS[1])
    assert published.codes(LOCKED) == ["S01"]
    _decide(published, "release-quarantine", published.receipts()[LOCKED]["submission"])
    assert published.night(DAYS[2]) is Verdict.NEEDS_STEWARD
    _, after = _sent(published, LOCKED)
    assert (after["outcome"], after["rows_accepted"]) == ("partly_accepted", 1)
    assert published.codes(LOCKED) == ["HH01"]
    # March would be incomplete with ward A alone, so the complete version stays.
    assert _march(published) == (70, 100)


def test_another_file_with_the_same_number_is_locked_away_as_before(locked: Road) -> None:
    _decide(locked, "release-quarantine", locked.receipts()[LOCKED]["submission"])
    other = "7A4_hand-hygiene_202403_v03.csv"
    _put(locked, other, _rows(compliant=47), day=12)
    locked.night(DAYS[2])
    assert locked.receipts()[other]["outcome"] == "quarantined"
    assert _march(locked) == (91, 100)


def test_the_same_bytes_sent_again_are_the_released_file_once_more(locked: Road) -> None:
    _decide(locked, "release-quarantine", locked.receipts()[LOCKED]["submission"])
    locked.night(DAYS[2])
    _put(locked, LOCKED, _rows(), day=13)
    assert locked.night(DAYS[3]) is Verdict.GOOD
    outcomes = [one["outcome"] for one in _sent(locked, LOCKED)]
    assert sorted(outcomes) == ["accepted", "duplicate", "quarantined"]


@pytest.mark.parametrize(
    ("newer", "numerator"),
    [
        # By its version, and by its arrival where names have none.
        ("7A4_hand-hygiene_202403_v03.csv", 20),
        ("7A4_hand-hygiene_202403.csv", 20),
    ],
)
def test_a_file_that_came_since_stays_in_force(published: Road, newer: str, numerator: int) -> None:
    """The released file keeps its place in the order: it came before the newer one."""
    name = LOCKED if "_v" in newer else "7A4_hand-hygiene_202403 (1).csv"
    _put(published, name, _rows(), day=11)
    published.night(DAYS[1])
    _put(published, newer, csv_of([row("7A4", w, "2024-03", compliant=10) for w in "AB"]), day=12)
    _decide(published, "release-quarantine", published.receipts()[name]["submission"])
    assert published.night(DAYS[2]) is Verdict.GOOD
    assert [one["outcome"] for one in _sent(published, name)] == ["quarantined", "accepted"]
    assert _march(published) == (numerator, 100)


def test_the_pages_of_both_say_what_was_decided(locked: Road) -> None:
    before = locked.receipts()[LOCKED]["submission"]
    assert "can open it" in locked.steward_page(LOCKED)
    _decide(locked, "release-quarantine", before)
    locked.night(DAYS[2])
    folder = locked.latest / "stewards" / "7A4"
    old = (folder / f"submission-{before}.html").read_text("utf-8")
    new = (folder / f"submission-{before}-2.html").read_text("utf-8")
    assert "<span>Locked away, then released</span>" in old
    assert "It was released on 21 April 2024, by decision of this role: " in old
    assert ">IG lead</span>" in old
    assert "It has been read since; what became of it: Accepted." in old
    assert "can open it" not in old
    assert f'href="submission-{before}-2.html"' in old
    assert "Nothing more with this file" in old
    assert "This file was locked away first. It was decided that it names nobody" in new
    # A value that looks like a number of a person is masked all the same.
    assert not [p for p in locked.latest.rglob("*.html") if NUMBER in p.read_text("utf-8")]


def test_a_deleted_file_is_gone_at_once_and_is_never_counted(locked: Road) -> None:
    receipt = locked.receipts()[LOCKED]
    code, said = _decide(locked, "delete", receipt["sha256"])
    assert (code, "The original is deleted; its sha256 and its receipt stay." in said) == (0, True)
    left = [path for path in locked.lake.rglob("*") if path.is_file()]
    assert not [path for path in left if NUMBER.encode() in path.read_bytes()]
    (line,) = locked.lake.glob("decisions/deleted/*.json")
    told = json.loads(line.read_text("utf-8"))
    assert (told["sha256"], told["decided_by"], told["team"], told["reason"]) == (
        receipt["sha256"], "IG lead", "Information governance", "An asset number",
    )  # fmt: skip
    assert told["deleted"][:10] == "2024-04-21"
    # It is gone: no decision brings it back, and no night stumbles over it.
    code, said = _decide(locked, "release-quarantine", receipt["submission"])
    assert (code, "it was deleted" in said) == (2, True)
    locked.night(DAYS[2])
    assert [one["outcome"] for one in _sent(locked, LOCKED)] == ["quarantined"]
    assert _march(locked) == (70, 100)


def test_after_thirty_days_the_original_is_deleted_without_a_decision(locked: Road) -> None:
    """The file came in the night of 21 April, 02:00 in Wales."""
    locked.night(date(2024, 5, 20))
    assert len(list(locked.lake.glob("quarantine/*/original.csv"))) == 1
    locked.night(date(2024, 5, 21))
    assert not list(locked.lake.glob("quarantine/*/original.csv"))
    (line,) = locked.lake.glob("decisions/deleted/*.json")
    assert json.loads(line.read_text("utf-8"))["reason"] == "30 days have passed"


def test_a_released_file_is_not_released_twice(locked: Road) -> None:
    submission = locked.receipts()[LOCKED]["submission"]
    _decide(locked, "release-quarantine", submission)
    code, said = _decide(locked, "release-quarantine", submission)
    assert (code, said.startswith("Already decided on 2024-04-21 by IG lead ")) == (2, True)
    locked.night(DAYS[2])
    code, said = _decide(locked, "delete", submission)
    assert (code, said.strip()) == (
        2, f"{submission} was released before; `withdraw` takes it out of the figures.",
    )  # fmt: skip


def test_a_decision_about_other_bytes_stops_the_night(locked: Road) -> None:
    submission = locked.receipts()[LOCKED]["submission"]
    decided = {
        "decision": "release-quarantine", "submission": submission, "sha256": "0" * 64,
        "role": "IG lead", "team": "IG", "reason": "Seen", "date": date(2024, 4, 21),
    }  # fmt: skip
    (locked.lake / "decisions" / "own.yaml").write_text(yaml.safe_dump([decided]), "utf-8")
    assert locked.night(DAYS[2]) is Verdict.NOTHING_PUBLISHED
    (alert,) = locked.lake.glob("alerts/*.json")
    assert "names the sha256 of another file." in alert.read_text("utf-8")


def test_a_crash_while_a_file_comes_back_is_made_good(locked: Road) -> None:
    """Half a copy is left, as a power cut leaves it; then the copy that no night has read yet."""
    submission = locked.receipts()[LOCKED]["submission"]
    _decide(locked, "release-quarantine", submission)
    half = locked.lake / "received" / ".making-copy"
    half.mkdir(parents=True, exist_ok=True)
    (half / "original.csv").write_bytes(b"organ")
    assert locked.night(DAYS[2]) is Verdict.GOOD
    assert _march(locked) == (91, 100)
    assert not half.exists()
