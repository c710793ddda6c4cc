"""Which notes of the lake are shown, and what is told of the others: the file, never its text."""

import re
from datetime import date
from pathlib import Path

import pytest
from boards import TODAY, Desk, patient_number

from assets.steps.notes import Fault, Notes, note_pages, notes_print, read_notes
from data_contracts.contract import HERE
from reports.notes import Note
from reports.words import LANGUAGES, Words

NAME = "ws-falls.en.md"
WORDS = tuple(Words.load(HERE / "translations", language) for language in LANGUAGES)
HEAD = "---\nrole: Programme lead\nteam: Safe Care\ndate: 2024-04-15\n---\n"
SHOWN = Note(
    page="ws-falls", language="en", role="Programme lead", team="Safe Care",
    date=date(2024, 4, 15), text="Two wards moved.",
)  # fmt: skip


def written(desk: Desk, text: str | bytes, name: str = NAME) -> Notes:
    folder = Path(desk.root) / "notes"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return read_notes(desk.night)


def faults(notes: Notes) -> list[dict[str, str]]:
    return [problem.told for problem in notes.problems]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}Two wards moved.",
        f"\ufeff{HEAD}\n\nTwo wards moved.\n\n",
        f"{HEAD}Two wards moved.".replace("\n", "\r\n"),
        f"{HEAD}Two wards moved.".replace("Safe Care", "'Safe Care'"),
    ],
    ids=["plain", "with a mark of its bytes", "Windows", "quoted"],
)
def test_a_note_is_read_with_its_front_matter(desk: Desk, text: str) -> None:
    assert written(desk, text) == Notes((SHOWN,), ())


def test_a_lake_without_notes_has_none(desk: Desk) -> None:
    assert read_notes(desk.night) == Notes()


def test_every_page_that_can_have_a_note_has_a_name(desk: Desk) -> None:
    pages = note_pages(desk.night.contracts)
    shared = {"index", "ws-deterioration", "ws-falls", "ws-pressure-ulcers", "ws-sepsis"}
    assert set(pages[:5]) == shared
    assert "org-7A4" in pages
    assert "ws-changes" not in pages
    for page in (*pages, "q-2023-24-q4"):
        written(desk, f"{HEAD}A", f"{page}.cy.md")
    # The pack of an older quarter was a page, and its note stays with it.
    written(desk, f"{HEAD}A", "q-2022-23-q1.cy.md")
    assert len(read_notes(desk.night).shown) == len(pages) + 2


@pytest.mark.parametrize("name", ["ws-falls.md", "ws-falls.de.md", "ws-falls.en.md.txt", "a.html"])
def test_a_name_without_page_and_language_is_told(desk: Desk, name: str) -> None:
    assert faults(written(desk, HEAD, name)) == [{"file": name, "fault": "name"}]


@pytest.mark.parametrize(
    "name",
    [
        "ws-fals.en.md",
        "org-7a4.en.md",
        "q-2023-24-q5.en.md",
        "q-2023-25-q4.en.md",
        "q-2024-25-q1.en.md",
        "q-0000-01-q1.en.md",
    ],
)
def test_a_page_that_is_not_there_is_told_with_those_that_are(desk: Desk, name: str) -> None:
    notes = written(desk, f"{HEAD}A", name)
    (told,) = faults(notes)
    assert all(words.text(f"pages.note.problem.{told['fault']}", **told) for words in WORDS)
    assert (told["file"], told["fault"]) == (name, "page")
    assert told["page"] == name.removesuffix(".en.md")
    # March 2024 is the newest month, so January to March is the quarter that has a pack.
    offered = told["pages"].split(", ")
    assert offered == [*note_pages(desk.night.contracts), "q-2023-24-q4"]
    for words in WORDS:
        sentence = words.text("pages.note.problem.page", **told)
        assert set(re.findall(r"q-[0-9q-]+", sentence)) <= {"q-2023-24-q4", told["page"]}


@pytest.mark.parametrize("name", [".ws-falls.en.md.swp", "~$ws-falls.en.md", "README.md", "a~"])
def test_what_an_editor_leaves_is_no_note(desk: Desk, name: str) -> None:
    assert written(desk, "A", name) == Notes()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Two wards moved.", {"fault": "front_matter"}),
        ("", {"fault": "front_matter"}),
        (f"{HEAD[:-4]}Two wards moved.", {"fault": "front_matter"}),
        ("---\nrole: [\n---\nA", {"fault": "front_matter"}),
        ("---\n- a\n---\nA", {"fault": "front_matter"}),
        (f"---\na: {'[' * 5000}\n---\nA", {"fault": "front_matter"}),
        (HEAD.replace("2024-04-15", "2024-13-40") + "A", {"fault": "front_matter"}),
        (HEAD.replace("date: 2024-04-15\n", "") + "A", {"fault": "key", "entry": "date"}),
        (HEAD.replace("2024-04-15", "last week") + "A", {"fault": "key", "entry": "date"}),
        (HEAD.replace("Safe Care", "") + "A", {"fault": "key", "entry": "team"}),
        (HEAD.replace("Programme lead", "[a]") + "A", {"fault": "key", "entry": "role"}),
        (HEAD.replace("role:", "name: A\nrole:") + "A", {"fault": "unknown_key", "entry": "name"}),
        (HEAD, {"fault": "empty"}),
        (f"{HEAD}\n![](a.png)\n", {"fault": "empty"}),
        (f"{HEAD}{'a' * 10_000}", {"fault": "too_long", "longest": "10,000"}),
        (f"{HEAD}Prawf \xf4l".encode("cp1252"), {"fault": "unreadable"}),
        (HEAD.replace("04-15", "04-21") + "A", {"fault": "future", "date": "2024-04-21"}),
    ],
)  # fmt: skip
def test_what_a_note_lacks_is_told(desk: Desk, text: str | bytes, told: dict[str, str]) -> None:
    assert f"{TODAY}" == "2024-04-20"
    notes = written(desk, text)
    assert (notes.shown, faults(notes)) == ((), [{"file": NAME} | told])
    for problem in notes.problems:
        for words in WORDS:
            sentence = words.text(f"pages.note.problem.{problem.fault}", **problem.told)
            assert NAME in sentence
            assert all(fact in sentence for fact in problem.facts.values())


@pytest.mark.parametrize(
    "text",
    [
        "Patient {number} fell.",
        "Patient {spaced} fell.",
        "Patient {start}\n{end} fell.",
        "Patient {start}**{end}** fell.",
        "Patient {start}&#8203;{end} fell.",
        "[a](b.html '{number}')",
        "Near CF10 3NQ.",
        "Born on 3 May 1941.",
        "Born\non 03/05/1941.",
        "<!-- {number} -->",
    ],
)
def test_a_note_that_may_name_somebody_is_not_shown_and_not_told(desk: Desk, text: str) -> None:
    number = patient_number(7)
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    facts = {"number": number, "spaced": spaced, "start": number[:6], "end": number[6:]}
    notes = written(desk, HEAD + text.format(**facts))
    assert (notes.shown, faults(notes)) == ((), [{"file": NAME, "fault": "identifier"}])


def test_a_number_in_front_matter_or_name_is_masked(desk: Desk) -> None:
    number = patient_number(8)
    told = faults(written(desk, f"{HEAD}A", f"{number}.en.md"))
    assert number not in f"{told}"
    told = faults(written(desk, HEAD.replace("Programme lead", number) + "A"))
    assert {"file": NAME, "fault": "identifier"} in told
    assert number not in f"{told}"


@pytest.mark.parametrize("key", ["Programme lead", "Safe Care"], ids=["role", "team"])
@pytest.mark.parametrize(
    "written_as",
    ['"A {a} {b}\n  {c}"', '"A \\x39{rest}"', "A {a}\n  {b} {c}", ">-\n  A {a}\n  {b}\n  {c}"],
    ids=["quoted over two lines", "escaped", "plain over two lines", "folded"],
)
def test_a_number_that_front_matter_hides_is_found(desk: Desk, key: str, written_as: str) -> None:
    number = patient_number(9)
    facts = {"a": number[:3], "b": number[3:6], "c": number[6:], "rest": number[1:]}
    notes = written(desk, HEAD.replace(key, written_as.format(**facts)) + "A")
    assert (notes.shown, faults(notes)) == ((), [{"file": NAME, "fault": "identifier"}])


def test_one_bad_note_leaves_the_others(desk: Desk) -> None:
    written(desk, "A", "index.en.md")
    notes = written(desk, f"{HEAD}Two wards moved.")
    assert notes.shown == (SHOWN,)
    assert [problem.file for problem in notes.problems] == ["index.en.md"]


def test_the_digest_of_a_page_s_notes_is_its_own(desk: Desk) -> None:
    written(desk, f"{HEAD}A")
    falls, index, whole = (notes_print(desk.night, p) for p in ("ws-falls", "index", None))
    written(desk, f"{HEAD}B")
    assert notes_print(desk.night, "index") == index
    assert notes_print(desk.night, "ws-falls") != falls
    assert notes_print(desk.night) != whole


def test_every_fault_has_its_sentence() -> None:
    for words in WORDS:
        assert set(words.tree["pages"]["note"]["problem"]) == set(Fault)
