"""The catalogue of problems: every code is there, in both languages, under its own anchor.

Here: what the page lists and says in place of facts. Not here: the sentences themselves
(tests/data_contracts/test_problems.py).
"""

import re
from dataclasses import replace

import pytest

from data_contracts.contract import load_contracts
from data_contracts.problems import CASES, CATALOGUE, Unreadable
from reports.edition import Edition
from reports.pages import audience
from reports.pages.problem_catalogue import Entry, ProblemCatalogue, problem_catalogue
from reports.pages.render import render_page
from reports.pages.visible_text import Parts, Style
from reports.words import LANGUAGES, Words


@pytest.fixture(scope="module")
def ours(edition: Edition) -> Edition:
    """The synthetic edition with the contracts that are shipped, for a steward."""
    return replace(edition, contracts=load_contracts()).shown_to(audience.steward("7A4"))


@pytest.fixture(scope="module")
def page(ours: Edition, english: Words) -> ProblemCatalogue:
    return problem_catalogue(ours, english)


def plain(parts: Parts) -> str:
    return "".join(part.text for part in parts)


def entries(page: ProblemCatalogue) -> dict[str, Entry]:
    return {entry.anchor: entry for group in page.groups for entry in group.entries}


def test_every_code_has_an_anchor_of_its_own(page: ProblemCatalogue, ours: Edition) -> None:
    rules = {r.code for c in ours.contracts for t in c.tables for r in t.rules}
    cases = {f"{code}-{case.replace('_', '-')}" for code, own in CASES.items() for case in own}
    every = [entry.anchor for group in page.groups for entry in group.entries]
    assert len(every) == len(set(every))
    assert set(every) == set(CATALOGUE) | rules | cases


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_said_in_both_languages(ours: Edition, language: str) -> None:
    words = Words.load(ours.translations_folder, language)
    for entry in entries(problem_catalogue(ours, words)).values():
        said = (entry.title, *entry.causes, *entry.mends)
        assert all(plain(parts).strip() for parts in said), entry.code
        assert not re.search(r"[{}\ue000\ue001]", "".join(map(plain, said))), entry.code
        assert entry.effect
        assert entry.looks_at


def test_groups_stand_in_the_order_in_which_a_file_is_read(page: ProblemCatalogue) -> None:
    assert [(group.anchor, group.entries[0].code) for group in page.groups] == [
        ("file", "F01"),
        ("header", "H01"),
        ("cell", "C01"),
        ("row", "R01"),
        ("submission", "S01"),
        ("answers", "A01"),
        ("rules-falls", "FA01"),
        ("rules-pressure-ulcers", "PU01"),
        ("rules-sepsis", "SE01"),
        ("rules-deterioration", "DE01"),
        ("rules-changes", "CH01"),
    ]


def test_what_only_a_file_has_is_set_like_data(page: ProblemCatalogue) -> None:
    title = entries(page)["C03"].title
    assert plain(title) == "column: less than minimum"
    assert [part.text for part in title if part.style is Style.DATA] == ["column", "minimum"]


def test_a_code_with_several_reasons_names_them_all(page: ProblemCatalogue) -> None:
    causes = [plain(parts) for parts in entries(page)["F02"].causes]
    assert "The file has a password, so it cannot be read." in causes
    assert len(causes) == len(Unreadable)
    mends = [plain(parts) for parts in entries(page)["F02"].mends]
    password = causes.index("The file has a password, so it cannot be read.")
    assert "clear the password" in mends[password]
    assert len(entries(page)["F01"].causes) == 1


def test_kinds_of_identifiers_are_named_within_one_sentence(page: ProblemCatalogue) -> None:
    (cause,) = entries(page)["S01"].causes
    assert "what looks like NHS numbers, home postcodes, dates of birth, so" in plain(cause)


def test_what_happens_is_said_of_each(page: ProblemCatalogue) -> None:
    known = entries(page)
    assert {code: known[code].effect for code in ("F01", "F08", "C01", "H02", "S01", "FA07")} == {
        "F01": "The file is not used",
        "F08": "The file is not counted again",
        "C01": "The row is set aside",
        "H02": "Nothing, please check",
        "S01": "The file is locked away",
        "FA07": "Nothing, please check",
    }
    assert [known[code].looks_at for code in ("F01", "H01", "C01", "R01", "S01", "FA01")] == [
        "the file", "the columns", "a cell", "a row", "the return", "a row",
    ]  # fmt: skip


def test_a_case_follows_its_code(page: ProblemCatalogue) -> None:
    header = next(group for group in page.groups if group.anchor == "header")
    assert [entry.anchor for entry in header.entries] == [
        "H01", "H02", "H03", "H04", "H04-other-names", "H04-no-names", "H05",
    ]  # fmt: skip
    assert header.count == "5 problems"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_rendered_with_links_to_the_contracts(ours: Edition, language: str) -> None:
    words = Words.load(ours.translations_folder, language)
    page = problem_catalogue(ours, words)
    html = render_page("problem_catalogue.html.jinja", ours, words, page).decode()
    suffix = "" if language == "en" else ".cy"
    assert page.name == f"problems{suffix}.html"
    assert f'<html lang="{language}">' in html
    assert f'href="contract-falls{suffix}.html"' in html
    for code in (*CATALOGUE, "FA01", "CH02"):
        assert html.count(f'id="{code}"') == 1
