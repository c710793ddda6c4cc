"""From the inbox to the published figure: copies, gaps and strays change no figure for the worse.

Here: what a reader sees. Not here: the inbox by itself (tests/assets/test_receive.py), which
version counts among those accepted (test_versions.py).
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from made_up import Road, csv_of, row

from assets.steps import take
from assets.steps.result import Verdict

MARCH = date(2024, 3, 1)
BOARD = "hand_hygiene_done/organisation/7A4"
NEXT = (date(2024, 4, 21), date(2024, 4, 22))


def _put(road: Road, name: str, compliant: int, day: int) -> Path:
    """March of 7A4 with so many hands cleaned in each of its two wards."""
    sent = [row("7A4", ward, "2024-03", compliant=compliant) for ward in "AB"]
    return road.put(
        f"7A4_hand-hygiene{name}.csv", csv_of(sent), datetime(2024, 4, day, 9, tzinfo=UTC)
    )


def _march(road: Road) -> Any:
    return road.point(BOARD, MARCH)["numerator"]


def test_an_older_file_sent_again_under_a_newer_version_counts(road: Road) -> None:
    """v03 is in force when v02 comes late; v04 is v02 once more, and now it is in force."""
    _put(road, "_202403_v03", 10, 11)
    _put(road, "_202403_v02", 45, 12)
    assert (road.night(), _march(road)) == (Verdict.GOOD, 20)
    _put(road, "_202403_v04", 45, 13)
    assert (road.night(NEXT[0]), _march(road)) == (Verdict.GOOD, 90)
    assert road.receipts()["7A4_hand-hygiene_202403_v04.csv"]["outcome"] == "accepted"


def test_a_version_that_comes_late_does_not_replace_one_that_undid_it(empty_road: Road) -> None:
    """v03 is v01 once more, because v02 was wrong; v02 arrives last."""
    _put(empty_road, "_202403_v01", 45, 11)
    _put(empty_road, "_202403_v03", 45, 12)
    empty_road.night()
    _put(empty_road, "_202403_v02", 10, 13)
    empty_road.night(NEXT[0])
    assert _march(empty_road) == 90


def test_a_copy_of_the_file_in_force_changes_nothing_and_says_so(road: Road) -> None:
    _put(road, "_202403_v02", 45, 11)
    _put(road, "_202403_v03", 45, 12)
    assert (road.night(), _march(road)) == (Verdict.GOOD, 90)
    assert road.receipts()["7A4_hand-hygiene_202403_v03.csv"]["outcome"] == "duplicate"


def test_a_file_replaced_while_it_is_taken_is_counted_the_next_night(
    published: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _put(published, "_202403_v02", 45, 12)
    real = take._opened

    def overtaken(opened: Path) -> Any:
        handle = real(opened)
        newer = [row("7A4", ward, "2024-03", compliant=50) for ward in "AB"]
        path.with_suffix(".part").write_bytes(csv_of(newer))
        os.utime(path.with_suffix(".part"), (path.stat().st_mtime,) * 2)
        path.with_suffix(".part").replace(path)
        return handle

    monkeypatch.setattr(take, "_opened", overtaken)
    published.night(NEXT[0])
    assert (_march(published), path.exists()) == (90, True)
    monkeypatch.undo()
    published.night(NEXT[1])
    assert (_march(published), path.exists()) == (100, False)


def test_strays_and_odd_names_stop_no_night(published: Road) -> None:
    for place in ("submissions", "received"):
        (published.lake / place / "Thumbs.db").write_bytes(b"")
        (published.lake / place / "New folder").mkdir()
    inbox = published.lake / "inbox" / "7A4"
    inbox.mkdir(parents=True, exist_ok=True)
    odd = Path(os.fsdecode(os.fsencode(inbox) + b"/7A4_hand-hygiene_\xff.csv"))
    odd.write_bytes(_put(published, "_202403_v02", 45, 12).read_bytes())
    os.utime(odd, (1712740000, 1712740000))
    assert published.night(NEXT[0]) is not Verdict.NOTHING_PUBLISHED
    assert "7A4_hand-hygiene_\\xff.csv" in published.receipts()
    assert _march(published) == 90
