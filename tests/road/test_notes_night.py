"""Notes beside the narrative through whole nights: shown, changed, wrong, of a later day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from made_up import MARCH, Road
from typer.testing import CliRunner

from assets.programme import TOLD
from assets.steps.night import Night
from assets.steps.publish import publish
from assets.steps.result import Verdict
from pipelines.cli import app

PAGE, OWN = "ws-hand-hygiene", "org-7A4"
HEAD = "---\nrole: Programme lead\nteam: Safe Care\ndate: 2024-04-15\n---\n"
NEXT = date(2024, 4, 21)
# Of the range 999, which is kept for tests and given to nobody.
NUMBER = "999 000 0018"


def _write(road: Road, text: str, name: str = f"{PAGE}.en.md") -> Path:
    path = road.lake / "notes" / name
    path.write_text(text, encoding="utf-8")
    return path


def _files(road: Road) -> dict[str, bytes]:
    found = road.latest.resolve()
    return {f"{p.relative_to(found)}": p.read_bytes() for p in found.rglob("*") if p.is_file()}


def _changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name) != after.get(name)}


def _said(road: Road, day: date) -> tuple[int, str]:
    asked = ["publish", "--lake", str(road.lake), "--contracts", str(road.contracts)]
    found = CliRunner(env={"COLUMNS": "400"}).invoke(app, [*asked, "--today", f"{day}"])
    return found.exit_code, found.output


def test_a_note_makes_its_page_anew_and_nothing_else(published: Road) -> None:
    before = _files(published)
    path = _write(published, f"{HEAD}Two *wards* moved.")
    assert published.night() is Verdict.GOOD
    first = _files(published)
    landing = {"manifest.json", "collaborative/index.html", "collaborative/index.cy.html"}
    own = {f"collaborative/{PAGE}.html", f"collaborative/{PAGE}.cy.html"}
    # The overview names the publication.
    assert _changed(before, first) == own | landing
    assert "Two <em>wards</em> moved." in published.page(f"collaborative/{PAGE}.html")
    assert '<div class="note-text" lang="en">' in published.page(f"collaborative/{PAGE}.cy.html")
    assert published.manifest()["notes"] == [f"{PAGE}.en"]
    name = published.publication
    assert published.night() is Verdict.GOOD
    assert published.publication == name
    _write(published, f"{HEAD}Three wards moved.")
    published.night()
    assert published.publication != name
    path.unlink()
    published.night()
    again = _files(published)
    assert _changed(before, again) <= landing


def test_the_other_language_takes_its_own_note_s_place(published: Road) -> None:
    _write(published, f"{HEAD}Two wards moved.")
    _write(published, f"{HEAD}Symudodd dwy ward.", f"{PAGE}.cy.md")
    _write(published, f"{HEAD}Ward A of ours.", f"{OWN}.en.md")
    published.night()
    welsh = published.page(f"collaborative/{PAGE}.cy.html")
    assert "Symudodd dwy ward." in welsh
    assert "Two wards moved." not in welsh
    shown = {p.parent.name for p in published.latest.rglob("*.html") if "of ours" in p.read_text()}
    assert shown == {"7A4"}
    assert "of ours" in published.page("org/7A4/index.cy.html")
    assert "of ours" not in published.page("stewards/7A4/index.html")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("ws-fals.en.md", f"{HEAD}A", "ws-fals.en.md in notes/ is not shown: there is no page"),
        (f"{PAGE}.en.md", "A", f"{PAGE}.en.md in notes/ is not shown: it must begin with"),
        (
            f"{PAGE}.en.md",
            HEAD.replace("team: Safe Care\n", "") + "A",
            f"{PAGE}.en.md in notes/ is not shown: team: at its beginning is missing",
        ),
        (
            f"{PAGE}.en.md",
            f"{HEAD}Patient {NUMBER} fell.",
            f"{PAGE}.en.md in notes/ is not shown: it has what could point at a person",
        ),
    ],
)
def test_a_note_that_cannot_be_shown_is_told_and_the_night_goes_on(
    published: Road, name: str, text: str, sentence: str
) -> None:
    before = published.publication
    _write(published, text, name)
    code, said = _said(published, MARCH)
    assert (code, sentence in said) == (1, True)
    assert "No file needs a steward." in said
    assert "Traceback" not in said
    # Nothing that readers see has changed.
    assert published.publication == before
    # A quiet night says it again.
    code, again = _said(published, MARCH)
    assert (code, sentence in again) == (1, True)
    kept = [p for p in published.lake.rglob("*") if p.is_file() and p.parent.name != "notes"]
    digits = NUMBER.replace(" ", "").encode()
    for written in (said.encode(), *(p.read_bytes() for p in kept)):
        assert NUMBER.encode() not in written
        assert digits not in written


def test_dagster_is_told_which_notes_are_not_shown(published: Road) -> None:
    _write(published, "A")
    _write(published, f"{HEAD}Two wards moved.", f"{OWN}.en.md")
    night = Night.open(published.lake, published.contracts, MARCH)
    assert publish(night).metadata["notes_not_shown"] == f"{PAGE}.en.md (front_matter)"
    assert "notes_not_shown" in TOLD


def test_a_note_of_a_later_day_waits_for_it(published: Road) -> None:
    _write(published, f"{HEAD.replace('04-15', '04-21')}Two wards moved.")
    assert published.night() is Verdict.NEEDS_STEWARD
    record = json.loads(max((published.lake / "nights").glob("*.json")).read_text("utf-8"))
    (told,) = record["notes"]
    assert told == {"file": f"{PAGE}.en.md", "fault": "future", "date": "2024-04-21"}
    assert "Two wards moved." not in published.page(f"collaborative/{PAGE}.html")
    assert published.night(NEXT) is Verdict.GOOD
    assert "Two wards moved." in published.page(f"collaborative/{PAGE}.html")
