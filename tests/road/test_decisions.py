"""What the programme decides, from the command line to the published figure and the audit list."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from made_up import Road, csv_of, row
from typer.testing import CliRunner

from assets.steps.result import Verdict
from pipelines.decide_command import decide

MARCH = date(2024, 3, 1)
BOARD = "hand_hygiene_done/organisation/7A4"
DAYS = [date(2024, 4, day) for day in (20, 21, 22)]
BY = ("--role", "Programme lead", "--team", "Safe Care", "--reason", "Sent by mistake")


def _decide(road: Road, *asked: str) -> tuple[int, str]:
    given = [*asked, "--lake", str(road.lake), "--today", "2024-04-20"]
    found = CliRunner(env={"COLUMNS": "400"}).invoke(decide, given)
    return found.exit_code, found.output


def _listed(road: Road) -> str:
    found = CliRunner(env={"COLUMNS": "400"}).invoke(decide, ["list", "--lake", str(road.lake)])
    assert found.exit_code == 0
    return found.output


def _put(road: Road, name: str, compliant: int, day: int) -> str:
    """March of 7A4 with so many hands cleaned in each of its two wards; the file's name."""
    sent = [row("7A4", ward, "2024-03", compliant=compliant) for ward in "AB"]
    name = f"7A4_hand-hygiene_{name}.csv"
    road.put(name, csv_of(sent), datetime(2024, 4, day, 9, tzinfo=UTC))
    return name


def _submission(road: Road, name: str) -> str:
    return str(road.receipts()[name]["submission"])


def _march(road: Road) -> object:
    return road.point(BOARD, MARCH)["numerator"]


def test_a_withdrawn_file_s_month_falls_back_to_the_version_before(published: Road) -> None:
    name = _put(published, "202403_v02", 50, 12)
    published.night(DAYS[1])
    assert _march(published) == 100
    code, said = _decide(published, "withdraw", _submission(published, name), *BY)
    assert (code, "It holds from the next night on" in said) == (0, True)
    assert published.night(DAYS[2]) is Verdict.GOOD
    assert _march(published) == 70
    # What was withdrawn may be sent again, and is not taken for a copy.
    again = _put(published, "202403_v03", 50, 13)
    assert published.night(DAYS[2]) is Verdict.GOOD
    assert (_march(published), published.receipts()[again]["outcome"]) == (100, "accepted")


def test_a_withdrawn_file_without_a_version_before_is_missing_again(empty_road: Road) -> None:
    name = _put(empty_road, "202403_v01", 45, 10)
    empty_road.night()
    _decide(empty_road, "withdraw", _submission(empty_road, name), *BY)
    empty_road.night(DAYS[1])
    record = max((empty_road.lake / "nights").glob("*.json")).read_text("utf-8")
    assert "7A4 hand_hygiene.monthly 2024-03" in record
    assert empty_road.points().filter(series=f"hand_hygiene/{BOARD}").is_empty()


def test_a_withdrawn_file_mends_nothing(published: Road) -> None:
    broken = csv_of([row("7A4", ward, "2024-03", compliant=99) for ward in "AB"])
    published.put("7A4_hand-hygiene_202403_v02.csv", broken)
    mended = _put(published, "202403_v03", 45, 12)
    assert published.night(DAYS[1]) is Verdict.GOOD
    _decide(published, "withdraw", _submission(published, mended), *BY)
    assert published.night(DAYS[2]) is Verdict.NEEDS_STEWARD


def test_a_dismissed_file_is_not_asked_about(published: Road) -> None:
    published.put("7A4_notes.csv", b"nothing\n1\n")
    assert published.night(DAYS[1]) is Verdict.NEEDS_STEWARD
    assert _decide(published, "dismiss", _submission(published, "7A4_notes.csv"), *BY)[0] == 0
    assert published.night(DAYS[2]) is Verdict.GOOD


def test_a_closed_ward_is_not_waited_for(published: Road) -> None:
    published.put("7A4_hand-hygiene_202404_v01.csv", csv_of([row("7A4", "A", "2024-04")]))
    published.put(
        "7A7_hand-hygiene_202404_v01.csv", csv_of([row("7A7", w, "2024-04") for w in "AB"])
    )
    may = date(2024, 5, 20)
    assert published.night(may) is Verdict.NEEDS_STEWARD
    where = ("close-ward", "7A4", "7A4BV", "--ward", "b", "--starts", "2024-04-01")
    assert _decide(published, *where, *BY)[0] == 0
    assert published.night(date(2024, 5, 21)) is Verdict.GOOD


def test_a_decision_keeps_a_name_in_its_file_and_nowhere_else(published: Road) -> None:
    (submission,) = (
        r["submission"] for r in published.receipts().values() if r["submitter"] == "7A4"
    )
    code, said = _decide(published, "withdraw", submission, *BY, "--name", "Angharad Prys")
    (path,) = (published.lake / "decisions").glob("*.yaml")
    assert yaml.safe_load(path.read_text("utf-8")) == [
        {
            "decision": "withdraw", "submission": submission, "role": "Programme lead",
            "team": "Safe Care", "reason": "Sent by mistake", "name": "Angharad Prys",
            "date": date(2024, 4, 20),
        }
    ]  # fmt: skip
    listed = _listed(published)
    assert listed.splitlines() == [
        f"2024-04-20  withdraw  {submission}",
        "            Programme lead, Safe Care: Sent by mistake",
    ]
    published.night(DAYS[1])
    pages = "".join(p.read_text("utf-8") for p in published.latest.rglob("*.html"))
    assert "Angharad" not in said + listed + pages
    assert code == 0


def test_a_second_decision_edits_no_file(published: Road) -> None:
    where = ("close-ward", "7A4", "7A4BV", "--ward", "B", "--starts", "2024-04-01")
    _decide(published, *where, *BY)
    (first,) = (published.lake / "decisions").glob("*.yaml")
    kept = first.read_bytes()
    _decide(published, *where, "--ends", "2024-05-31", *BY)
    assert first.read_bytes() == kept
    assert len(list((published.lake / "decisions").iterdir())) == 2
    assert _listed(published).count("close-ward") == 2


REFUSED = {
    ("withdraw", "nothing"): "There is no submission nothing in this lake.",
    ("dismiss", "GOOD"): "GOOD needs no mending; `withdraw` takes an accepted file back.",
    ("delete", "GOOD"): "GOOD is not in quarantine.",
    ("release-quarantine", "GOOD"): "GOOD is not in quarantine.",
    ("accept-warning", "GOOD", "S04"): "GOOD has no warning S04 there.",
    ("close-ward", "7A7", "7A4BV", "--starts", "2024-04-01"): (
        "7A4BV is not a site of 7A7 on 2024-04-01."
    ),
}


@pytest.mark.parametrize("asked", list(REFUSED))
def test_what_cannot_be_decided_is_one_sentence(published: Road, asked: tuple[str, ...]) -> None:
    good = _submission(published, "7A4_hand-hygiene_202401-202403_v01.csv")
    code, said = _decide(published, *(one.replace("GOOD", good) for one in asked), *BY)
    assert (code, said.strip()) == (2, REFUSED[asked].replace("GOOD", good))
    assert not list((published.lake / "decisions").iterdir())


def test_a_blank_reason_is_refused_before_it_is_written(published: Road) -> None:
    good = _submission(published, "7A4_hand-hygiene_202401-202403_v01.csv")
    blank = ("--role", "Lead", "--team", "Safe Care", "--reason", " ")
    code, said = _decide(published, "withdraw", good, *blank)
    assert (code, "This decision: reason: String should have at least 1 character." in said) == (
        2,
        True,
    )
    assert not list((published.lake / "decisions").iterdir())


def test_on_no_lake_nothing_is_decided(tmp_path: Path) -> None:
    road = Road(tmp_path / "no", tmp_path)
    code, said = _decide(road, "withdraw", "x", *BY)
    assert (code, "There is no lake at" in said) == (2, True)


UNKNOWN = (
    "- {decision: withdraw, submission: x, colour: red, role: a, team: b, reason: c,"
    " date: 2024-01-01}"
)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (UNKNOWN, "decisions/own.yaml: colour: there is no such key in a decision of this kind."),
        (UNKNOWN.replace("team: b, ", "").replace("colour: red, ", ""), "team: Field required."),
        (UNKNOWN.replace("withdraw", "undo"), "there is no decision 'undo'; there are accept-"),
    ],
)
def test_a_decision_by_hand_that_cannot_be_used_is_one_sentence(
    published: Road, written: str, sentence: str
) -> None:
    (published.lake / "decisions" / "own.yaml").write_text(written, "utf-8")
    assert published.night(DAYS[1]) is Verdict.NOTHING_PUBLISHED
    (alert,) = published.lake.glob("alerts/*.json")
    assert sentence in alert.read_text("utf-8")


def test_a_copy_confirms_the_file_that_it_repeats(published: Road) -> None:
    """v02 is X, v03 is X once more, then v02 comes late as Y: X was confirmed as v03."""
    _put(published, "202403_v02", 45, 12)
    copy = _put(published, "202403_v03", 45, 13)
    published.night(DAYS[1])
    assert published.receipts()[copy]["outcome"] == "duplicate"
    late = _put(published, "202403_v02", 10, 14)
    assert published.night(DAYS[2]) is Verdict.GOOD
    assert (_march(published), published.receipts()[late]["outcome"]) == (90, "accepted")
    # X is still the one in force, so a further copy is a copy.
    third = _put(published, "202403_v04", 45, 15)
    published.night(DAYS[2])
    assert published.receipts()[third]["outcome"] == "duplicate"


def test_what_was_deleted_from_quarantine_is_in_the_audit_list(published: Road) -> None:
    name = "7A4_hand-hygiene_202403_v02.csv"
    # A number of the range 999, which is kept for tests and given to nobody.
    published.put(name, csv_of([row("7A4", "A", "2024-03", ward_name="NHS 999 000 0018")]))
    published.night(DAYS[1])
    receipt = published.receipts()[name]
    assert receipt["outcome"] == "quarantined"
    assert len(list(published.lake.glob("quarantine/*/original.csv"))) == 1
    code, said = _decide(published, "delete", receipt["submission"], *BY)
    assert (code, "The original is deleted" in said) == (0, True)
    # What names a person waits for no night.
    assert not list(published.lake.glob("quarantine/*/original.csv"))
    published.night(DAYS[2])
    assert _listed(published).splitlines()[2:] == [
        f"2024-04-20  deleted  {receipt['submission']}",
        f"            Sent by mistake; sha256 {receipt['sha256']}",
    ]


def test_nothing_is_decided_twice(published: Road) -> None:
    """Whoever decides again, and why: the second time says so, and nothing more is written."""
    name = _put(published, "202403_v02", 50, 12)
    published.night(DAYS[1])
    submission = _submission(published, name)
    closing = ("close-ward", "7A4", "7A4BV", "--ward", "B", "--starts", "2024-02-01")
    again = ("--role", "Data steward", "--team", "Informatics", "--reason", "Again")
    for asked, subject in (
        (("withdraw", submission), submission),
        (closing, "7A4 7A4BV B"),
    ):
        assert _decide(published, *asked, *BY)[0] == 0
        written = sorted((published.lake / "decisions").iterdir())
        code, said = _decide(published, *asked, *again)
        assert code == 2
        assert sorted((published.lake / "decisions").iterdir()) == written
        assert said.count("\n") == 1
        assert said.startswith("Already decided on 2024-04-20 by Programme lead (decisions/")
        assert said.endswith(f": {asked[0]} {subject}; nothing was written.\n")
    # Of another ward, or for another time, it is another decision.
    assert _decide(published, *closing, "--ends", "2024-03-31", *BY)[0] == 0
    assert _decide(published, *closing[:3], "--starts", "2024-02-01", *BY)[0] == 0


def test_an_older_form_by_hand_is_a_decision_too(published: Road) -> None:
    broken = csv_of([row("7A4", ward, "2024-03", compliant=99) for ward in "AB"])
    published.put("7A4_hand-hygiene_202403_v02.csv", broken)
    published.night(DAYS[1])
    submission = _submission(published, "7A4_hand-hygiene_202403_v02.csv")
    older = {"submission": submission, "role": "Analyst", "reason": "Sent by mistake"}
    (published.lake / "decisions").mkdir(exist_ok=True)
    (published.lake / "decisions" / "own.yaml").write_text(yaml.safe_dump([older]), "utf-8")
    code, said = _decide(published, "dismiss", submission, *BY)
    assert (code, said) == (
        2,
        f"Already decided by Analyst (decisions/own.yaml): dismiss {submission}; "
        "nothing was written.\n",
    )
