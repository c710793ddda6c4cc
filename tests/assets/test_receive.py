"""Files leave the inbox: which are taken, when, and that none is lost whatever happens.

Here: the way from the inbox to an outcome or to `received`. Not here: what is read (test_read),
the check of rows (test_check).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from boards import (
    ARRIVED,
    COLUMNS,
    NAME,
    Desk,
    content_of,
    csv_of,
    patient_number,
    ward,
    workbook_of,
)

from assets.steps import receive as step
from assets.steps import take
from assets.steps.submissions import read_received, reading_facts

GOOD = csv_of([ward("A1"), ward("A2")])
OTHER = csv_of([ward("A1", falls_total=5, falls_no_harm=3), ward("A2")])


def waiting(desk: Desk) -> list[Path]:
    return sorted((desk.root / "received").iterdir())


def test_a_file_is_taken_byte_for_byte_and_named_by_time_and_digest(desk: Desk) -> None:
    path = desk.put(GOOD)
    result = desk.receive()
    (folder,) = waiting(desk)
    digest = hashlib.sha256(GOOD).hexdigest()
    assert not path.exists()
    assert (result.rows, result.metadata["files"], result.metadata["left"]) == (1, 1, 0)
    assert folder.name == f"20240410-093000-{digest[:12]}"
    assert (folder / "original.csv").read_bytes() == GOOD
    received = read_received(folder)
    assert (received.submitter, received.file_name, received.size) == ("7A4", NAME, len(GOOD))
    assert (received.sha256, received.arrived) == (digest, ARRIVED)
    assert received.received == datetime(2024, 4, 20, 1, 0, tzinfo=UTC)


def test_what_waits_is_told_by_contract_and_submitter(desk: Desk) -> None:
    desk.put(GOOD)
    desk.put(OTHER, "7A4_falls_202402_v01.csv")
    desk.receive()
    by_workstream = {c.workstream: c for c in desk.night.contracts}
    falls = step.receive(desk.night, by_workstream["falls"])
    assert (falls.rows, falls.rows_by_organisation) == (2, {"7A4": 2})
    assert step.receive(desk.night, by_workstream["sepsis"]).rows == 0


def test_a_file_from_the_future_has_arrived_now(desk: Desk) -> None:
    desk.put(GOOD, arrived=ARRIVED + timedelta(days=400))
    desk.receive()
    (folder,) = waiting(desk)
    assert read_received(folder).arrived == desk.night.now


def test_the_sender_is_the_folder_s_organisation_however_it_is_written(desk: Desk) -> None:
    desk.put(GOOD, folder="7a4")
    desk.receive()
    (folder,) = waiting(desk)
    assert read_received(folder).submitter == "7A4"


@pytest.mark.parametrize(
    "name",
    ["7A4_falls.csv.part", "7A4_falls.CSV.TMP", "~$7A4_falls.xlsx", ".7A4_falls.csv",
     "7A4_falls.csv.crdownload", "7A4_falls.csv.filepart"],
)  # fmt: skip
def test_a_file_that_is_still_being_written_stays(desk: Desk, name: str) -> None:
    path = desk.put(GOOD, name, folder="7A4")
    result = desk.receive()
    assert path.read_bytes() == GOOD
    assert (result.rows, result.metadata["left"]) == (0, 1)
    assert waiting(desk) == []


def test_a_young_file_is_taken_once_it_stands_still(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take, "SETTLED_AFTER", 0.2)
    desk.put(GOOD, arrived=datetime.now(UTC))
    assert desk.receive().rows == 1


def test_a_file_that_grows_meanwhile_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.put(GOOD, arrived=datetime.now(UTC))
    monkeypatch.setattr(take.clock, "sleep", lambda _: path.write_bytes(GOOD + GOOD))
    assert desk.receive().rows == 0
    assert path.exists()


def test_links_pipes_and_folders_are_neither_followed_nor_taken(desk: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(GOOD)
    folder = desk.inbox / "7A4"
    folder.mkdir(parents=True)
    (folder / "7A4_falls_202401_v01.csv").symlink_to(secret)
    (folder / "7A4_falls_202402_v01.csv").symlink_to(tmp_path / "nowhere.csv")
    os.link(secret, folder / "7A4_falls_202312_v01.csv")
    os.mkfifo(folder / "7A4_falls_202311_v01.csv")
    (folder / "7A4_falls_202310_v01.csv").mkdir()
    result = desk.receive()
    assert (result.rows, result.metadata["left"]) == (0, 4)
    assert secret.read_bytes() == GOOD
    assert waiting(desk) == []


def test_a_linked_inbox_folder_is_not_entered(desk: Desk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / NAME).write_bytes(GOOD)
    desk.inbox.mkdir(exist_ok=True)
    (desk.inbox / "7A4").symlink_to(elsewhere)
    assert desk.receive().rows == 0
    assert (elsewhere / NAME).exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_stays_and_stops_nobody(desk: Desk) -> None:
    desk.put(GOOD).chmod(0)
    desk.put(OTHER, "7A4_falls_202402_v01.csv")
    result = desk.receive()
    assert (result.rows, result.metadata["left"]) == (1, 1)


def test_an_unknown_folder_is_answered_in_its_name(desk: Desk) -> None:
    ending = desk.through(GOOD, "7A4_falls_202403_v01.csv", folder="7B9")
    assert ending.outcome == "refused"
    assert ending.found == [("F07", None, None)]
    assert ending.facts("F07") == [{"folder": "7B9"}]
    assert (ending.receipt.submitter, ending.receipt.table) == ("7B9", "monthly")
    assert ending.original == GOOD


@pytest.mark.parametrize(
    ("name", "content", "outcome", "code", "table"),
    [
        ("7A4_falls_202403_v01.csv", b"", "refused", "F01", "monthly"),
        ("7A4_falls_202403_v01.xlsx", b"PK\x03\x04...", "quarantined", "F02", "monthly"),
        ("7A4_falls_202403_v01.pdf", b"%PDF", "refused", "F03", "monthly"),
        ("March.csv", b"a,b\n1,2\n", "refused", "H04", None),
        (NAME, GOOD.replace(b"falls_total", b"fals_total"), "refused", "H01", "monthly"),
    ],
)  # fmt: skip
def test_a_refused_file_has_its_outcome_at_once_and_is_kept(
    desk: Desk, name: str, content: bytes, outcome: str, code: str, table: str | None
) -> None:
    desk.put(content, name, folder="7A4")
    desk.receive()
    ending = desk.ending(name)
    assert (ending.outcome, ending.receipt.table) == (outcome, table)
    assert ending.problems["code"].to_list() == [code]
    assert ending.original == content
    assert (ending.receipt.rows_accepted, ending.receipt.months) == (0, ())
    assert waiting(desk) == []


def test_a_quarantined_file_is_locked_away_and_says_nothing(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    number = patient_number(3)
    desk.put(csv_of([ward(ward_code=number)]))
    desk.put(workbook_of([["for", number]]), f"7A4_falls_{number}.xlsx")
    desk.check()
    endings = desk.endings()
    assert [ending.outcome for ending in endings] == ["quarantined", "quarantined"]
    for ending in endings:
        assert ending.folder.stat().st_mode & 0o777 == 0o700
        kept = desk.root / "quarantine" / ending.folder.name
        assert next(kept.glob("original*")).stat().st_mode & 0o777 == 0o600
    told = [path for path in desk.root.rglob("*") if path.is_file() and "original" not in path.name]
    assert told
    assert not [path for path in told if number in content_of(path)]
    assert not [path for path in desk.root.rglob("*") if number in path.name]
    assert number not in "".join(capfd.readouterr())


def test_the_same_file_twice_is_counted_once(desk: Desk) -> None:
    desk.put(GOOD)
    later = ARRIVED + timedelta(days=1)
    desk.put(GOOD, "7A4_falls_202403_v02.csv", arrived=later)
    desk.check()
    first, second = desk.endings()
    assert (first.outcome, second.outcome) == ("accepted", "duplicate")
    assert second.receipt.duplicate_of == first.receipt.submission
    assert second.facts("F08") == [{"duplicate_of": first.receipt.submission}]
    assert second.receipt.rows_accepted == 0


def test_the_same_file_on_another_night_is_known(desk: Desk) -> None:
    first = desk.through(GOOD)
    desk.put(GOOD, "7A4_falls_202403_v02.csv", arrived=ARRIVED + timedelta(days=2))
    desk.check()
    second = desk.ending("7A4_falls_202403_v02.csv")
    assert (second.outcome, second.receipt.duplicate_of) == ("duplicate", first.receipt.submission)


def test_a_file_sent_again_unchanged_in_every_way_has_its_answer(desk: Desk) -> None:
    """Copied with its time, as many programs do: it must not vanish without a receipt."""
    desk.through(GOOD)
    desk.put(GOOD)
    desk.check()
    first, second = desk.endings()
    assert (second.outcome, second.receipt.duplicate_of) == ("duplicate", first.receipt.submission)
    assert second.receipt.submission == f"{first.receipt.submission}-2"
    assert not [path for path in desk.inbox.rglob("*") if path.is_file()]


def test_what_was_sent_first_is_a_new_version_after_another(desk: Desk) -> None:
    """v02 was wrong; v01 comes back as v03, on the same night or on another."""
    desk.put(GOOD)
    desk.put(OTHER, "7A4_falls_202403_v02.csv", arrived=ARRIVED + timedelta(hours=1))
    desk.put(GOOD, "7A4_falls_202403_v03.csv", arrived=ARRIVED + timedelta(hours=2))
    desk.check()
    desk.put(OTHER, "7A4_falls_202403_v04.csv", arrived=ARRIVED + timedelta(hours=3))
    desk.check()
    desk.put(OTHER, "7A4_falls_202403_v05.csv", arrived=ARRIVED + timedelta(hours=4))
    desk.check()
    *others, last = desk.endings()
    assert [ending.outcome for ending in others] == ["accepted"] * 4
    assert (last.outcome, last.receipt.duplicate_of) == (
        "duplicate", others[-1].receipt.submission,
    )  # fmt: skip


def test_a_file_of_more_months_between_two_copies_makes_the_second_a_version(desk: Desk) -> None:
    desk.put(GOOD)
    more = csv_of([ward("A1", falls_total=5, falls_no_harm=3), ward("A1", period="2024-02")])
    desk.put(more, "7A4_falls_202402-202403_v01.csv", arrived=ARRIVED + timedelta(hours=1))
    desk.put(GOOD, "7A4_falls_202403_v02.csv", arrived=ARRIVED + timedelta(hours=2))
    desk.check()
    assert [ending.outcome for ending in desk.endings()] == ["accepted"] * 3


def test_a_file_of_another_month_between_two_copies_changes_nothing(desk: Desk) -> None:
    desk.put(GOOD)
    other = csv_of([ward("A1", period="2024-02")])
    desk.put(other, "7A4_falls_202402_v01.csv", arrived=ARRIVED + timedelta(hours=1))
    desk.put(GOOD, "7A4_falls_202403_v02.csv", arrived=ARRIVED + timedelta(hours=2))
    desk.check()
    assert [ending.outcome for ending in desk.endings()] == ["accepted", "accepted", "duplicate"]


def test_files_count_in_the_order_of_their_times_then_senders_then_names(desk: Desk) -> None:
    later = ARRIVED + timedelta(hours=1)
    desk.put(GOOD, "7A4_falls_202403_v02.csv", arrived=later)
    desk.put(OTHER, "7A4_falls_202403_v03.csv", arrived=ARRIVED)
    desk.put(OTHER, "7A1_falls_202403_v09.csv", arrived=later)
    desk.put(OTHER, "7A4_falls_202403_v01.csv", arrived=later)
    desk.check()
    assert [(e.receipt.sequence, e.receipt.file_name) for e in desk.endings()] == [
        (1, "7A4_falls_202403_v03.csv"),
        (2, "7A1_falls_202403_v09.csv"),
        (3, "7A4_falls_202403_v01.csv"),
        (4, "7A4_falls_202403_v02.csv"),
    ]


def test_a_file_of_an_earlier_time_that_is_taken_later_counts_later(desk: Desk) -> None:
    """A file copied from an archive keeps its old time; it is still what was sent last."""
    desk.through(GOOD)
    early = ARRIVED - timedelta(days=9)
    desk.put(OTHER, "7A4_falls_202403_v02.csv", arrived=early)
    desk.receive()
    third = csv_of([ward("A1")])
    desk.put(third, "7A4_falls_202403_v03.csv", arrived=early - timedelta(days=1))
    desk.check()
    endings = desk.endings()
    assert [ending.original for ending in endings] == [GOOD, OTHER, third]
    assert [ending.receipt.sequence for ending in endings] == [1, 2, 3]
    assert [ending.receipt.arrived for ending in endings] == [
        ARRIVED, early, early - timedelta(days=1),
    ]  # fmt: skip


def test_a_file_that_waits_under_other_contracts_is_read_anew(desk: Desk) -> None:
    """Its table may be gone by then, and it would wait for ever."""
    desk.put(GOOD)
    desk.receive()
    (folder,) = waiting(desk)
    before = (folder / "reading.json").stat().st_ino, reading_facts(folder)["agreed"]
    desk.receive()
    assert (folder / "reading.json").stat().st_ino, reading_facts(folder)["agreed"] == before
    night = desk.night
    others = tuple(c for c in night.contracts if c.workstream != "falls")
    step.receive_files(replace(night, contracts=others))
    assert waiting(desk) == []
    ending = desk.ending()
    assert (ending.outcome, ending.receipt.table) == ("refused", None)
    assert ending.found == [("F06", None, None)]


def test_a_folder_of_which_nobody_writes_is_not_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []
    monkeypatch.setattr(take.clock, "sleep", naps.append)
    desk.put(GOOD, arrived=datetime.now(UTC))
    assert step.receive_files(desk.night, settled=True).rows == 1
    assert naps == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("7A4_falls_202403.9994765914", "••••••••••••••••.••••••••••"),
        ("7A4_falls_202403_v01.cf144xw", "••••••••••••••••••••.•••••••"),
        ("7A4_falls_9994765914.csv", "••••••••••••••••••••.csv"),
    ],
)
def test_no_part_of_a_file_s_name_gives_a_person_away(desk: Desk, name: str, kept: str) -> None:
    desk.put(GOOD, name)
    desk.check()
    (ending,) = desk.endings()
    assert ending.receipt.file_name == kept
    spoken = name.rpartition(".")[0].rpartition("_")[2], name.rpartition(".")[2]
    secret = next(part for part in spoken if part in ("9994765914", "cf144xw"))
    told = [path for path in ending.folder.iterdir() if "original" not in path.name]
    assert not [path for path in told if secret in content_of(path)]
    assert not [path for path in desk.root.rglob("*") if secret in path.name]


def test_an_unknown_folder_that_names_a_person_is_masked(desk: Desk) -> None:
    desk.put(GOOD, folder="999 476 5914")
    desk.check()
    (ending,) = desk.endings()
    assert ending.receipt.submitter == "••• ••• ••••"
    assert ending.facts("F07") == [{"folder": "••• ••• ••••"}]


@pytest.mark.parametrize(
    ("name", "original"),
    [("7A4_falls_202403_v01.CSV", "original.csv"), ("7A4_falls_202403_v01.pdf", "original"),
     ("7A4_falls_202403_v01", "original"), ("7A4_falls_202403_v01.exe", "original")],
)  # fmt: skip
def test_the_copy_has_only_an_ending_that_is_read(desk: Desk, name: str, original: str) -> None:
    desk.put(GOOD, name)
    desk.check()
    (ending,) = desk.endings()
    assert [path.name for path in ending.folder.glob("original*")] == [original]
    assert ending.original == GOOD


def test_a_file_that_was_not_counted_may_be_sent_again_as_it_is(desk: Desk) -> None:
    """Its site may be in the register by then."""
    wrong = csv_of([ward(site_code="7A4ZZ")])
    desk.put(wrong)
    desk.check()
    desk.put(wrong, "7A4_falls_202403_v02.csv", arrived=ARRIVED + timedelta(days=2))
    desk.check()
    assert [ending.outcome for ending in desk.endings()] == ["refused", "refused"]


def test_two_returns_with_the_same_bytes_are_two_returns(desk: Desk) -> None:
    """A month without an event looks the same in every list of events."""
    columns = (*COLUMNS[:3], *COLUMNS[4:7], "event_type", "event_date", "event_number")
    none = csv_of([ward("A1", event_type="none")], columns)
    desk.put(none, "7A4_falls-events_202403_v01.csv")
    desk.put(none, "7A4_pressure-ulcers-events_202403_v01.csv")
    desk.check()
    assert [ending.outcome for ending in desk.endings()] == ["accepted", "accepted"]


def test_the_same_bytes_of_two_senders_are_two_files(desk: Desk) -> None:
    desk.put(GOOD)
    desk.put(GOOD, "7A1_falls_202403_v01.csv")
    desk.check()
    names = [ending.receipt.submission for ending in desk.endings()]
    assert len(names) == 2
    assert names[1] == f"{names[0]}-2"
    assert desk.ending(NAME).outcome == "accepted"
    # 7A1 does not send 7A4's rows.
    assert desk.ending("7A1_falls_202403_v01.csv").outcome == "refused"


def test_a_crash_after_the_copy_and_before_the_inbox_is_emptied_costs_nothing(desk: Desk) -> None:
    path = desk.put(GOOD)
    desk.receive()
    desk.put(GOOD)
    result = desk.receive()
    assert not path.exists()
    assert result.rows == 0
    assert len(waiting(desk)) == 1
    desk.check()
    assert [ending.outcome for ending in desk.endings()] == ["accepted"]


def test_a_crash_in_the_middle_of_a_copy_costs_nothing(desk: Desk) -> None:
    desk.put(GOOD)
    half = desk.night.lake.received / take.COPYING
    half.mkdir()
    (half / "original.csv").write_bytes(GOOD[:10])
    desk.check()
    assert desk.ending().outcome == "accepted"
    assert desk.ending().original == GOOD


def test_a_copy_that_a_power_cut_left_empty_is_made_again(desk: Desk) -> None:
    desk.put(GOOD)
    desk.receive()
    (folder,) = waiting(desk)
    (folder / "original.csv").write_bytes(b"")
    path = desk.put(GOOD)
    assert desk.receive().rows == 1
    assert not path.exists()
    assert [home.joinpath("original.csv").read_bytes() for home in waiting(desk)] == [GOOD]
    desk.check()
    assert desk.ending().outcome == "accepted"


def test_a_crash_in_the_middle_of_reading_has_the_file_read_again(desk: Desk) -> None:
    desk.put(GOOD)
    desk.receive()
    (folder,) = waiting(desk)
    whole = reading_facts(folder)
    (folder / "text.arrow").write_bytes(b"")
    desk.receive()
    assert reading_facts(folder) == whole
    (folder / "reading.json").write_bytes(b'{"table": "fal')
    desk.check()
    assert desk.ending().outcome == "accepted"


def test_a_crash_after_the_outcome_was_written_gives_the_same_outcome(desk: Desk) -> None:
    """The folder had not been moved yet: the next night judges the file anew."""
    ending = desk.through(GOOD)
    receipt = (ending.folder / "receipt.json").read_bytes()
    ending.folder.rename(desk.root / "received" / ending.folder.name)
    desk.check()
    assert (desk.ending().folder / "receipt.json").read_bytes() == receipt
    assert desk.ending().records.height == 2


def test_a_new_file_that_came_under_the_same_name_meanwhile_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.put(GOOD)
    at_once = take.sync_folder

    def overtaken(folder: Path) -> None:
        at_once(folder)
        desk.put(OTHER, arrived=ARRIVED + timedelta(seconds=5))

    monkeypatch.setattr(take, "sync_folder", overtaken)
    desk.receive()
    assert path.read_bytes() == OTHER
    monkeypatch.undo()
    desk.check()
    assert [ending.original for ending in desk.endings()] == [GOOD, OTHER]


@pytest.mark.parametrize(
    "name",
    ["glob[ab]*.csv", "a'; drop table x.csv", "-rf.csv", "two\nlines.csv", "CON.csv",
     "x" * 251 + ".csv", "\u202efdp.csv"],
)  # fmt: skip
def test_any_file_name_is_only_a_name(desk: Desk, name: str) -> None:
    desk.put(GOOD, name, folder="7A4")
    desk.check()
    ending = desk.ending(name)
    assert ending.outcome == "accepted"
    assert sorted(path.name for path in ending.folder.iterdir()) == [
        "original.csv", "problems.parquet", "receipt.json", "received.json", "records.parquet",
    ]  # fmt: skip


def once(happens: Callable[[], object], after: Callable[..., Any]) -> Callable[..., Any]:
    """A function after whose first call something happens."""
    waits = [happens]

    def called(*arguments: Any, **named: Any) -> Any:
        result = after(*arguments, **named)
        if waits:
            waits.pop()()
        return result

    return called


def replaced_by_another(desk: Desk) -> None:
    """A new file under the same name, of the same time, as an upload that is renamed into place."""
    unfinished = desk.put(OTHER, f"{NAME}.part", arrived=ARRIVED)
    unfinished.replace(unfinished.with_suffix(""))


def in_inbox(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.inbox.rglob("*") if path.name != "7A4")


@pytest.mark.parametrize(
    ("place", "moment", "taken"),
    [
        # Listed, but not opened yet: the first file is gone, and was never ours.
        (take, "_settled", [OTHER]),
        (take, "_opened", [GOOD, OTHER]),
        (take, "sync_folder", [GOOD, OTHER]),
        # Compared, but not removed yet.
        (take.tempfile, "mkdtemp", [GOOD, OTHER]),
    ],
)
def test_a_file_that_is_replaced_at_any_moment_is_not_removed_before_it_is_copied(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: Any, moment: str, taken: list[bytes]
) -> None:
    desk.put(GOOD)
    hook = once(lambda: replaced_by_another(desk), getattr(place, moment))
    monkeypatch.setattr(place, moment, hook)
    desk.check()
    assert in_inbox(desk) == [NAME]
    monkeypatch.undo()
    desk.check()
    assert [ending.original for ending in desk.endings()] == taken
    assert in_inbox(desk) == []


def test_a_file_that_is_written_to_while_it_is_copied_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.put(GOOD[:100])
    written = once(lambda: path.write_bytes(GOOD), take.shutil.copyfileobj)
    monkeypatch.setattr(take.shutil, "copyfileobj", written)
    assert desk.receive().rows == 0
    assert path.read_bytes() == GOOD
    assert waiting(desk) == []


def test_a_file_that_has_to_be_put_back_does_not_replace_a_third(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second file came before the first was moved away, the third before it was put back."""
    desk.put(GOOD)
    third = csv_of([ward("A1"), ward("A2"), ward("A3")])
    second = once(lambda: replaced_by_another(desk), take.tempfile.mkdtemp)
    monkeypatch.setattr(take.tempfile, "mkdtemp", second)
    later = ARRIVED + timedelta(hours=1)
    arrives = once(lambda: desk.put(third, arrived=later), take._facts)
    real = take._put_back
    monkeypatch.setattr(take, "_put_back", lambda *paths: (arrives(*paths[1:]), real(*paths)))
    desk.check()
    assert in_inbox(desk) == ["7A4_falls_202403_v01 (2).csv", NAME]
    monkeypatch.undo()
    desk.check()
    assert [ending.original for ending in desk.endings()] == [GOOD, OTHER, third]


def test_where_the_disk_knows_no_links_a_file_is_put_back_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("no links here")

    desk.put(GOOD)
    hook = once(lambda: replaced_by_another(desk), take.tempfile.mkdtemp)
    monkeypatch.setattr(take.tempfile, "mkdtemp", hook)
    monkeypatch.setattr(take.os, "link", refused)
    desk.receive()
    assert [path.read_bytes() for path in desk.inbox.rglob(NAME)] == [OTHER]


class PowerCutError(BaseException):
    """Nothing runs after it, and no error handler sees it."""


@pytest.mark.parametrize("is_checked_first", [False, True])
def test_a_crash_between_moving_a_file_away_and_removing_it_costs_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, is_checked_first: bool
) -> None:
    """Dagster may check what waits before the inbox is looked at again."""

    def cut(path: Path, missing_ok: bool = False) -> None:
        raise PowerCutError

    desk.put(GOOD)
    monkeypatch.setattr(Path, "unlink", cut)
    with pytest.raises(PowerCutError):
        desk.receive()
    monkeypatch.undo()
    leaving, file = in_inbox(desk)
    assert (leaving.startswith(".taken-"), file) == (True, NAME)
    if is_checked_first:
        # What `receive_files` does but for the inbox.
        inbox = desk.inbox.rename(desk.root / "aside")
        desk.check()
        desk.inbox.rmdir()
        inbox.rename(desk.inbox)
    result = desk.receive()
    assert (result.rows, result.metadata["left"]) == (0, 0)
    assert in_inbox(desk) == []
    desk.check()
    assert [(e.outcome, e.original) for e in desk.endings()] == [("accepted", GOOD)]


def left_by_a_crash(desk: Desk, content: bytes) -> Path:
    path = desk.put(content)
    leaving = path.parent / ".taken-x1"
    leaving.mkdir()
    return path.rename(leaving / NAME)


def test_a_file_that_a_crash_left_moved_away_and_nobody_has_copied_is_taken(desk: Desk) -> None:
    left_by_a_crash(desk, OTHER)
    desk.check()
    assert desk.ending().original == OTHER
    assert in_inbox(desk) == []


def test_a_file_that_a_crash_left_with_both_names_is_taken_once(desk: Desk) -> None:
    private = left_by_a_crash(desk, OTHER)
    os.link(private, private.parents[1] / NAME)
    desk.check()
    assert desk.ending().original == OTHER
    assert in_inbox(desk) == []


def test_a_file_that_cannot_be_removed_is_not_named_in_the_error(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> str:
        raise PermissionError(13, "Permission denied", str(desk.inbox / "7A4" / "J Smith"))

    desk.put(GOOD, "7A4_J Smith.csv")
    monkeypatch.setattr(take.tempfile, "mkdtemp", refused)
    with pytest.raises(take.InboxError) as caught:
        desk.receive()
    assert str(caught.value) == "A file cannot be moved in the inbox: Permission denied."
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("moment", ["_settled", "_listed", "_children"])
def test_a_file_that_is_gone_meanwhile_stops_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    gone = desk.put(OTHER, "7A4_falls_202402_v01.csv")
    desk.put(GOOD)
    real = getattr(take, moment)

    def listed(*arguments: Any) -> Any:
        found = list(real(*arguments))
        if moment != "_children" or gone in found:
            gone.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(take, moment, listed)
    desk.check()
    assert desk.ending().original == GOOD
    assert [ending.receipt.file_name for ending in desk.endings()] == [NAME]


def test_a_young_file_that_is_gone_when_it_should_have_settled_stops_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = desk.put(OTHER, "7A4_falls_202402_v01.csv", arrived=datetime.now(UTC))
    desk.put(GOOD)
    monkeypatch.setattr(take.clock, "sleep", lambda _: gone.unlink())
    desk.check()
    assert [ending.receipt.file_name for ending in desk.endings()] == [NAME]


@pytest.mark.parametrize(
    ("folder", "name", "sender", "kept"),
    [
        (b"7A4", b"7A4_falls_\xff.csv", "7A4", "7A4_falls_\\xff.csv"),
        (b"7A\xe9", b"falls_202403_v01.csv", "7A\\xe9", "falls_202403_v01.csv"),
    ],
)
def test_a_name_that_is_no_utf_8_is_told_with_its_bytes(
    desk: Desk, folder: bytes, name: bytes, sender: str, kept: str
) -> None:
    place = os.path.join(os.fsencode(desk.inbox), folder)
    os.makedirs(place)
    Path(os.fsdecode(os.path.join(place, name))).write_bytes(GOOD)
    assert take.left_in(desk.inbox) == [f"{sender}/{kept}"]
    desk.check()
    (ending,) = desk.endings()
    assert (ending.receipt.submitter, ending.receipt.file_name) == (sender, kept)
    assert ending.original == GOOD


def test_what_others_put_beside_the_submissions_is_passed_over(desk: Desk) -> None:
    ending = desk.through(GOOD)
    desk.put(OTHER, "7A4_falls_202403_v02.csv")
    desk.receive()
    for place in (desk.root / "submissions", desk.root / "received"):
        (place / "Thumbs.db").write_bytes(b"")
        (place / f"{ending.folder.name}-3").write_bytes(b"a file of a submission's name")
        (place / "New folder").mkdir()
        (place / f"{ending.folder.name} copy").mkdir()
    desk.check()
    assert [e.original for e in desk.endings()] == [GOOD, OTHER]


def test_what_is_left_is_counted_and_told_wherever_it_lies(desk: Desk, tmp_path: Path) -> None:
    desk.put(GOOD)
    number = f"{patient_number(5)[:3]} {patient_number(5)[3:6]} {patient_number(5)[6:]}"
    desk.put(OTHER, f"{number} J Smith.csv.part", folder="7A4")
    (desk.inbox / "loose.csv").write_bytes(OTHER)
    deeper = desk.inbox / "7A4" / "new" / number
    deeper.mkdir(parents=True)
    (deeper / NAME).write_bytes(OTHER)
    (desk.inbox / "7A1").symlink_to(tmp_path)
    assert desk.receive().metadata["left"] == 4
    assert take.left_in(desk.inbox) == [
        "7A1", "7A4/••• ••• •••• • •••••.•••.••••", f"7A4/new/••• ••• ••••/{NAME}", "loose.csv",
    ]  # fmt: skip


def sent_in_turn(desk: Desk, *files: tuple[str, bytes]) -> list[str]:
    """Outcomes of files that arrive one after the other: name without sender and topic, content."""
    for hour, (name, content) in enumerate(files):
        desk.put(content, f"7A4_falls{name}.csv", arrived=ARRIVED + timedelta(hours=hour))
        desk.check()
    return [ending.outcome for ending in desk.endings()]


@pytest.mark.parametrize(
    ("files", "last"),
    [
        # Y is in force until X is sent again under a newer version.
        ([("_202403_v03", OTHER), ("_202403_v02", GOOD), ("_202403_v04", GOOD)], "accepted"),
        # X is in force though Y came last.
        ([("_202403_v03", GOOD), ("_202403_v02", OTHER), ("_202403_v04", GOOD)], "duplicate"),
        ([("_202403_v03", GOOD), ("_202403_v02", OTHER), ("_202403_v02", GOOD)], "duplicate"),
        # Without a version a file counts as of the newest before it.
        ([("_202403_v03", OTHER), ("_202403", GOOD), ("_202403_v03", GOOD)], "duplicate"),
        # v02 may still be on its way, and would count for more than v01.
        ([("_202403_v01", GOOD), ("_202403_v03", GOOD)], "accepted"),
        ([("_202403_v01", GOOD), ("_202403_v02", GOOD), ("_202403_v03", GOOD)], "duplicate"),
        # No name states a month: any of them may be about any.
        ([("", GOOD), ("", GOOD)], "duplicate"),
        ([("", GOOD), ("_202403_v01", OTHER), ("", GOOD)], "accepted"),
        ([("_202403_v02", OTHER), ("", GOOD), ("", GOOD)], "duplicate"),
    ],
)
def test_a_file_is_a_copy_only_of_the_one_in_force(
    desk: Desk, files: list[tuple[str, bytes]], last: str
) -> None:
    *others, found = sent_in_turn(desk, *files)
    assert found == last
    assert others[0] == "accepted"


def test_a_version_of_another_month_makes_no_file_without_one_newer(desk: Desk) -> None:
    """The file of both months without a version is older than v03 of March, not of February.

    It is asked why it changes February, which was closed; the same figures again change nothing.
    """
    both = csv_of([ward("A1"), ward("A1", period="2024-02")])
    february = csv_of([ward("A1", falls_total=5, falls_no_harm=3, period="2024-02")])
    assert sent_in_turn(
        desk, ("_202402_v05", february), ("_202402-202403", both), ("_202403_v03", OTHER),
        ("_202402-202403", both),
    ) == ["accepted", "accepted_with_warnings", "accepted", "accepted"]  # fmt: skip


def test_a_copy_after_a_file_that_was_refused_mends_it(desk: Desk) -> None:
    wrong = csv_of([ward(site_code="7A4ZZ")])
    assert sent_in_turn(
        desk, ("_202403_v01", GOOD), ("_202403_v02", wrong), ("_202403_v03", GOOD)
    ) == ["accepted", "refused", "accepted"]
