"""What waits after a night, on the programme's page and on each steward's list: all known before.

On 16 May 2024 Powys (7A7) has sent nothing for April, whose deadline was the day before. Of Cardiff
and Vale (7A4) three files wait: March again with soap to be explained, a refused one for April, and
one that may name a person. The number in it is of the range 999, which is given to nobody.
"""

import csv
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from made_up import Road, csv_of, row, rows
from typer.testing import CliRunner

from assets.steps.result import Verdict
from pipelines.decide_command import decide

NUMBER = "999 000 0018"
ASKED, REFUSED, LOCKED = (
    f"7A4_hand-hygiene_{name}.csv" for name in ("202403_v02", "202404_v01", "202402_v02")
)
NIGHT = date(2024, 5, 16)
CARDIFF, POWYS = "Cardiff and Vale University Health Board", "Powys Teaching Health Board"
# HH01 only asks, and is about more than 50 litres of soap in a ward.
RULE, SOFT_RULE = "NOT (compliant <= opportunities)", "NOT (soap_litres <= 50)"
SCOPE = """        customProperties: [{property: scope, value: row}]
      - id: HH02"""
PROGRAMME, OWN, OTHER = "collaborative/queue", "stewards/7A4/index", "stewards/7A7/index"


def _put(road: Road, name: str, content: bytes, day: date) -> None:
    road.put(name, content, datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def _send_all(road: Road) -> None:
    contract = road.contracts / "hand_hygiene.odcs.yaml"
    text = contract.read_text("utf-8")
    assert RULE in text
    assert SCOPE in text
    text = text.replace(RULE, SOFT_RULE)
    contract.write_text(text.replace(SCOPE, SCOPE.replace("row", "information")), "utf-8")
    asked = [row("7A4", ward, "2024-03", soap_litres=s) for ward, s in (("A", 60), ("B", 5))]
    _put(road, ASKED, csv_of(asked), date(2024, 4, 12))
    refused = csv_of(rows("7A4", "2024-04")).replace(b"compliant", b"zzz")
    _put(road, REFUSED, refused, date(2024, 5, 10))
    locked = [row("7A4", ward, "2024-02", ward_name=f"NHS {NUMBER}") for ward in "AB"]
    _put(road, LOCKED, csv_of(locked), date(2024, 5, 14))


@pytest.fixture(scope="module")
def waiting(first_night: Road, tmp_path_factory: pytest.TempPathFactory) -> Road:
    """The lake after that night; tests that go on work on copies of it."""
    folder = tmp_path_factory.mktemp("waiting")
    shutil.copytree(first_night.lake, folder / "lake", symlinks=True)
    shutil.copytree(first_night.contracts, folder / "contracts")
    road = Road(folder / "lake", folder / "contracts")
    _send_all(road)
    assert road.night(NIGHT) is Verdict.NEEDS_STEWARD
    outcomes = {name: receipt["outcome"] for name, receipt in road.receipts().items()}
    assert (outcomes[REFUSED], outcomes[LOCKED]) == ("refused", "quarantined")
    return road


@pytest.fixture
def going_on(waiting: Road, tmp_path: Path) -> Road:
    shutil.copytree(waiting.lake, tmp_path / "lake", symlinks=True)
    shutil.copytree(waiting.contracts, tmp_path / "contracts")
    return Road(tmp_path / "lake", tmp_path / "contracts")


def _section(road: Road, path: str, anchor: str) -> str:
    found = re.search(rf'<section id="{anchor}".*?</section>', road.page(path), re.DOTALL)
    assert found is not None, (path, anchor)
    return found[0]


def _list(road: Road, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(road.page(path).removeprefix("\ufeff").splitlines()))


def test_everything_that_waits_is_listed_oldest_first(waiting: Road) -> None:
    locked = waiting.receipts()[LOCKED]["submission"]
    names = ("Since", "What waits", "Sender", "First month", "File", "Places to check")
    assert [tuple(line[name] for name in names) for line in _list(waiting, f"{PROGRAMME}.csv")] == [
        ("2024-04-12", "Questions without an answer", CARDIFF, "2024-03", ASKED, "1"),
        ("2024-05-10", "Not accepted", CARDIFF, "2024-04", REFUSED, ""),
        ("2024-05-14", "Locked away", CARDIFF, "2024-02", "", ""),
        ("2024-05-15", "Missing return", POWYS, "2024-04", "", ""),
    ]
    assert _list(waiting, f"{PROGRAMME}.csv")[2]["Submission"] == locked


@pytest.mark.parametrize(
    ("suffix", "title", "told"),
    [
        (
            "",
            "<h1>4 things are waiting</h1>",
            ("Arrived: 12 April 2024", "Deadline: 15 May 2024 (working day 10 after the month)"),
        ),
        (
            ".cy",
            "<h1>Nifer y pethau sy&#39;n aros: 4</h1>",
            (
                "Cyrhaeddodd: 12 Ebrill 2024",
                "Dyddiad cau: 15 Mai 2024 (diwrnod gwaith ar ôl y mis: 10)",
            ),
        ),
    ],
)
def test_the_page_is_made_in_both_languages(
    waiting: Road, suffix: str, title: str, told: tuple[str, ...]
) -> None:
    page = waiting.page(f"{PROGRAMME}{suffix}.html")
    assert title in page
    assert all(text in page for text in told)
    # Whoever has waited longest comes first.
    assert re.findall(r'<h3 id="([^"]+)"', page) == ["org-7A4", "org-7A7"]
    for text in (ASKED, REFUSED, waiting.receipts()[LOCKED]["submission"]):
        assert text in page
    # A sender's pages are in a folder of its own, and a name may say whom a file is about.
    assert "submission-" not in page
    assert LOCKED not in page


def test_a_steward_sees_what_waits_for_it_and_nobody_else_s(waiting: Road) -> None:
    files = waiting.receipts()
    questions = _section(waiting, f"{OWN}.html", "questions")
    assert f'href="submission-{files[ASKED]["submission"]}.html"' in questions
    assert REFUSED not in questions
    kinds = [line["What waits"] for line in _list(waiting, "stewards/7A4/queue.csv")]
    assert kinds == ["Questions without an answer", "Not accepted", "Locked away"]
    assert [line["Since"] for line in _list(waiting, "stewards/7A7/queue.csv")] == ["2024-05-15"]


@pytest.mark.parametrize("folder", ["stewards/7A7", "org/7A7"])
def test_another_board_s_files_are_in_no_folder_of_a_board(waiting: Road, folder: str) -> None:
    told = "".join(
        path.read_text("utf-8")
        for path in (waiting.latest / folder).rglob("*")
        if path.suffix in (".html", ".csv")
    )
    secret = (ASKED, REFUSED, LOCKED, *(waiting.receipts()[n]["submission"] for n in (REFUSED,)))
    assert [text for text in secret if text in told] == []
    assert "Powys" in told


def test_no_page_repeats_what_may_name_a_person(waiting: Road) -> None:
    pages = [path.read_text("utf-8") for path in waiting.latest.rglob("*.html")]
    assert pages
    assert not any(NUMBER in page for page in pages)


def test_completeness_and_timeliness_are_told_month_by_month(waiting: Road) -> None:
    """Both boards sent January to March in one file of 10 April: January and February were late."""
    cells = re.compile(r"<tr><td>([^<]+)</td>" + r'<td class="n" data-l="[^"]+">(\d+)</td>' * 4)
    own = cells.findall(_section(waiting, f"{OWN}.html", "trend"))
    assert own == [
        ("April 2024", "1", "0", "0", "0"),
        ("March 2024", "1", "1", "1", "1"),
        ("February 2024", "1", "1", "1", "0"),
        ("January 2024", "1", "1", "1", "0"),
    ]
    every = _section(waiting, f"{PROGRAMME}.html", "trend")
    assert every.count("<b>75%: 3 of 4</b>") == 2
    assert every.count("<b>25%: 1 of 4</b>") == 2
    assert every.count('<svg class="bars"') == 4


def test_the_overview_says_how_much_waits_on_its_own_day(waiting: Road) -> None:
    quality = _section(waiting, "collaborative/index.html", "quality")
    # 15 April to 16 May: 24 days from Monday to Friday without 6 May.
    said = "4 things, the oldest since 12 April 2024 (working days up to this publication: 23)."
    assert said in quality
    assert 'href="queue.html"' in quality


def test_days_that_pass_rewrite_nothing(going_on: Road) -> None:
    folder = going_on.latest.resolve()
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}
    assert going_on.night(date(2024, 5, 17)) is Verdict.NEEDS_STEWARD
    assert going_on.latest.resolve() == folder
    assert before == {p: p.stat().st_mtime_ns for p in before}


def test_what_came_leaves_the_queue_and_touches_only_its_own_lists(going_on: Road) -> None:
    first = going_on.latest.resolve()
    _put(going_on, "7A7_hand-hygiene_202404_v01.csv", csv_of(rows("7A7", "2024-04")), NIGHT)
    going_on.night(date(2024, 5, 17))
    second = going_on.latest.resolve()
    assert first != second
    assert len(_list(going_on, f"{PROGRAMME}.csv")) == 3
    for language in ("", ".cy"):
        own, other = (Path(f"{path}{language}.html") for path in (OWN, OTHER))
        # The same page from the store, not one that was made again.
        assert (first / own).stat().st_mtime_ns == (second / own).stat().st_mtime_ns
        assert (first / other).read_bytes() != (second / other).read_bytes()


def test_a_decision_is_told_to_the_programme_and_to_whom_it_concerns(going_on: Road) -> None:
    submission = going_on.receipts()[ASKED]["submission"]
    by = ("--role", "Programme lead", "--team", "Safe Care", "--reason", "Sent by mistake")
    asked = ["withdraw", submission, *by, "--name", "Angharad Prys"]
    given = [*asked, "--lake", str(going_on.lake), "--today", "2024-05-16"]
    assert CliRunner().invoke(decide, given).exit_code == 0
    assert "Withdrawn" not in _section(going_on, f"{PROGRAMME}.html", "decisions")
    going_on.night(date(2024, 5, 17))
    for path in (PROGRAMME, OWN):
        told = _section(going_on, f"{path}.html", "decisions")
        for text in ("Withdrawn", ASKED, "Programme lead, Safe Care", "16 May 2024", "mistake"):
            assert text in told, (path, text)
    assert "Withdrawn" not in _section(going_on, f"{OTHER}.html", "decisions")
    assert "Tynnwyd yn ôl" in _section(going_on, f"{PROGRAMME}.cy.html", "decisions")
    # What was withdrawn is not asked about any more.
    waits = [line["What waits"] for line in _list(going_on, f"{PROGRAMME}.csv")]
    assert waits == ["Not accepted", "Locked away", "Missing return"]
    newest = _list(going_on, "collaborative/decisions.csv")[0]
    assert (newest["Holds from"], newest["Decided by"]) == (
        "2024-05-16", "Programme lead, Safe Care",
    )  # fmt: skip
    files = [p for p in going_on.latest.rglob("*") if p.suffix in (".html", ".csv")]
    assert not any("Angharad" in path.read_text("utf-8") for path in files)
    with_names = _section(going_on, "collaborative/index.html", "quality")
    assert "3 things, the oldest since 10 May 2024" in with_names


def test_nothing_waiting_is_said_aloud(first_night: Road) -> None:
    page = first_night.page(f"{PROGRAMME}.html")
    assert "<h1>Nothing is waiting</h1>" in page
    assert "Every return that is due has come" in page
    assert not (first_night.latest / "collaborative" / "queue.csv").exists()
    welsh = first_night.page(f"{PROGRAMME}.cy.html")
    assert "<h1>Nid oes dim yn aros</h1>" in welsh
