"""`safecare publish --pdf --single-file`: which pages, where to, and what is refused beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import publish_command
from pipelines.cli import app
from pipelines.publish_command import CopyError, browser, pages_to_copy, write_pdfs

PAGES = (
    "collaborative/index.html",
    "collaborative/index.cy.html",
    "collaborative/q-2023-24-q4.html",
    "collaborative/ws-falls.html",
    "org/7A1/index.html",
)
OTHERS = (
    "collaborative/contract-falls.html",
    "collaborative/problems.cy.html",
    "collaborative/definitions.html",
    "collaborative/queue.html",
    "collaborative/data/a.csv",
    "stewards/7A1/index.html",
    "manifest.json",
)


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    folder = tmp_path / "lake" / "site" / "2024-03_r1"
    for name in (*PAGES, *OTHERS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("<h1>A page</h1>")
    return folder


def _run(*arguments: str | Path, browser: str = "") -> tuple[int, str]:
    env = {"COLUMNS": "400", "SAFECARE_BROWSER": browser}
    found = CliRunner(env=env).invoke(app, ["publish", *(str(one) for one in arguments)])
    return found.exit_code, found.output


def _program(folder: Path, lines: str) -> str:
    """A browser that does what a test says; `$PLACE` is where the PDF should be."""
    path = folder / "browser"
    find = 'for one in "$@"; do case $one in --print-to-pdf=*) PLACE=${one#*=};; esac; done\n'
    path.write_text(f"#!/bin/sh\n{find}{lines}\n")
    path.chmod(0o755)
    return f"{path}"


def test_pages_to_print_are_not_the_stewards_nor_what_is_looked_up(publication: Path) -> None:
    assert pages_to_copy(publication) == sorted(PAGES)


def test_without_a_browser_nothing_is_done_and_one_sentence_says_why(tmp_path: Path) -> None:
    code, said = _run("--lake", tmp_path, "--pdf", tmp_path / "pdf", browser="no-such-browser")
    assert code == 2
    assert said.startswith("No PDF can be made: there is no Chromium, Chrome or Edge")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--pdf", "--single-file"])
@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("lake/site/copies", "is among the publications; name a folder outside of"),
        ("lake/site/2024-03_r1/manifest.json", "is among the publications"),
        ("taken", "is not a folder."),
    ],
)
def test_a_place_that_cannot_be_is_refused(
    publication: Path, tmp_path: Path, option: str, place: str, why: str
) -> None:
    (tmp_path / "taken").write_text("a file")
    code, said = _run("--lake", tmp_path / "lake", option, tmp_path / place, browser="true")
    assert code == 2
    assert why in said


def test_every_page_is_printed_under_its_path(
    publication: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFECARE_BROWSER", _program(tmp_path, "printf %%PDF-1.7 > $PLACE"))
    told: list[tuple[int, int]] = []
    made = write_pdfs(publication, tmp_path / "pdf", browser(), lambda *so_far: told.append(so_far))
    assert (made, told[-1]) == (5, (5, 5))
    found = {f"{path.relative_to(tmp_path / 'pdf')}" for path in (tmp_path / "pdf").rglob("*.*")}
    assert found == {name.replace(".html", ".pdf") for name in PAGES}


def test_a_browser_that_never_ends_is_ended_and_started_again(
    publication: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish_command, "SECONDS_A_TRY", 1)
    first = 'if mkdir "$PLACE.once"; then sleep 60; fi; printf %%PDF-1.7 > "$PLACE"'
    program = _program(tmp_path, first)
    assert write_pdfs(publication, tmp_path / "pdf", program, lambda *_: None) == 5


@pytest.mark.parametrize("lines", ["exit 1", "printf nothing > $PLACE"])
def test_a_browser_that_prints_nothing_is_told(
    publication: Path, tmp_path: Path, lines: str
) -> None:
    with pytest.raises(CopyError, match=r"made no PDF of (collaborative|7A1)/"):
        write_pdfs(publication, tmp_path / "pdf", _program(tmp_path, lines), lambda *_: None)
    assert list((tmp_path / "pdf").rglob("*.pdf")) == []
    assert list((tmp_path / "pdf").rglob("*.part")) == []
