"""Every page of a publication: complete in both languages, self-contained, the same twice."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from steward_files import ALL, FILE_COLUMNS, FOUND, SHEET
from synthetic import OCTOBER, make_edition, with_queue

from data_contracts.problems import problems_frame
from reports.edition import Edition
from reports.pages.site import (
    PageTask,
    dated_tasks,
    page_tasks,
    static_files,
    workstream_tasks,
)
from reports.words import LANGUAGES, Words, differences

Site = Mapping[str, tuple[bytes, Mapping[str, bytes]]]


class Reading(HTMLParser):
    """What a page shows as text, where it links, and which anchors it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.language = ""
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.language = known.get("lang") or "" if tag == "html" else self.language
        self.links += [known[name] or "" for name in ("href", "src") if name in known]
        self.ids += [known["id"] or ""] if "id" in known else []
        self.texts += [known["aria-label"] or ""] if "aria-label" in known else []
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def full_edition() -> Edition:
    """The synthetic publication with files of one board that went every way a file can go."""
    made = replace(
        make_edition(),
        submissions=pl.DataFrame(list(ALL), schema=FILE_COLUMNS),
        problems=problems_frame(FOUND),
    )
    return with_queue(made)


def tasks_of(edition: Edition) -> list[PageTask]:
    words = {language: Words.load(edition.translations_folder, language) for language in LANGUAGES}
    return page_tasks(edition, words, lambda _: SHEET)


def path_of(task: PageTask) -> str:
    return f"{task.folder}/{task.name}"


@pytest.fixture(scope="module")
def site() -> Site:
    return {path_of(task): task.make() for task in tasks_of(full_edition())}


@pytest.fixture(scope="module")
def readings(site: Site) -> Mapping[str, Reading]:
    return {path: Reading(html.decode()) for path, (html, _) in site.items()}


def test_both_languages_have_the_same_words(edition: Edition) -> None:
    assert differences(edition.translations_folder) == ()


def test_every_page_exists_in_both_languages(site: Site) -> None:
    english = {path for path in site if not path.endswith(".cy.html")}
    assert {path.replace(".html", ".cy.html") for path in english} == set(site) - english
    assert "collaborative/ws-pressure-ulcers.html" in english
    assert "org/7A4/index.html" in english
    assert "stewards/7A4/submission-refused.html" in english


def test_an_organisation_that_need_not_send_anything_has_no_page(site: Site) -> None:
    assert not [path for path in site if path.startswith("org/RQK")]
    assert not [path for path in site if path.startswith("org/RT4")]
    assert "stewards/RT4/index.html" in site


def test_a_page_is_in_its_language(readings: Mapping[str, Reading]) -> None:
    for path, reading in readings.items():
        assert reading.language == ("cy" if path.endswith(".cy.html") else "en"), path


def test_a_page_leads_to_itself_in_the_other_language(site: Site) -> None:
    for path, (html, _) in site.items():
        name = path.rpartition("/")[2]
        is_welsh = name.endswith(".cy.html")
        other = name.replace(".cy.html", ".html") if is_welsh else name.replace(".html", ".cy.html")
        language = "en" if is_welsh else "cy"
        link = f'<a href="{other}" hreflang="{language}" lang="{language}"'
        alternate = f'<link rel="alternate" hreflang="{language}" href="{other}">'
        assert (html.decode().count(link), html.decode().count(alternate)) == (1, 1), path


def test_no_page_shows_a_key_or_an_unfilled_sentence(readings: Mapping[str, Reading]) -> None:
    keys = re.compile(r"\b(pages|charts|stewards|terms)\.[a-z_]+\.|\bnan\b|<built-in")
    for path, reading in readings.items():
        shown = " ".join(reading.texts)
        assert "{" not in shown, path
        assert keys.search(shown) is None, (path, keys.search(shown))


def test_nothing_is_fetched_from_elsewhere(readings: Mapping[str, Reading]) -> None:
    for path, reading in readings.items():
        outside = [link for link in reading.links if re.match(r"[a-z]+:|//", link)]
        assert set(outside) <= {"data:,"}, path


def test_every_link_leads_somewhere(site: Site, readings: Mapping[str, Reading]) -> None:
    for path, reading in readings.items():
        folder = path.rpartition("/")[0]
        files = set(site[path][1]) | {f"static/{name}" for name in static_files()}
        for link in reading.links:
            page, _, anchor = link.partition("#")
            target = f"{folder}/{page}" if page else path
            if page not in files and page != "data:,":
                assert target in readings, (path, link)
                assert not anchor or anchor in readings[target].ids, (path, link)


def test_an_anchor_stands_once_on_a_page(readings: Mapping[str, Reading]) -> None:
    for path, reading in readings.items():
        assert len(reading.ids) == len(set(reading.ids)), path


def test_both_languages_have_the_same_anchors(readings: Mapping[str, Reading]) -> None:
    for path in (path for path in readings if not path.endswith(".cy.html")):
        assert readings[path].ids == readings[path.replace(".html", ".cy.html")].ids, path


def test_the_same_edition_gives_the_same_bytes(site: Site) -> None:
    again = {path_of(task): task.make() for task in tasks_of(full_edition())}
    assert again == site


def test_only_the_landing_page_names_the_publication_and_few_pages_the_day(site: Site) -> None:
    named = {p for p, (html, _) in site.items() if b"2026-10_r3" in html}
    assert named == {"collaborative/index.html", "collaborative/index.cy.html"}
    changed = changed_by(replace(full_edition(), publication="2026-10_r4"))
    assert changed == named
    dated = named | {"collaborative/queue.html", "collaborative/queue.cy.html"}
    assert changed_by(replace(full_edition(), today=date(2026, 11, 26))) == dated


def test_an_edition_without_a_name_is_the_same_on_the_next_day() -> None:
    unnamed = replace(full_edition(), publication="")
    later = replace(unnamed, today=date(2026, 11, 26))
    assert digests(later) == digests(unnamed)


def test_a_closed_month_changes_the_landing_page_and_pages_with_that_deadline() -> None:
    """On 19 November corrections still counted."""
    changed = changed_by(replace(full_edition(), today=date(2026, 11, 19)))
    assert {path.partition("/")[0] for path in changed} == {"collaborative", "stewards"}
    assert "stewards/7A4/submission-refused.html" in changed
    assert "stewards/7A4/submission-copy.html" in changed
    assert "stewards/7A4/index.html" not in changed


def test_one_figure_changes_the_pages_that_show_it() -> None:
    changed = changed_by(with_value("falls/falls_rate/organisation/7A4", 7.7))
    assert english(changed) == {
        "collaborative/index.html",
        "collaborative/ws-falls.html",
        "org/7A4/index.html",
    }


def test_a_ward_changes_its_own_organisations_page_only() -> None:
    changed = changed_by(with_value("falls/falls_rate/ward/7A4BV:W1", 7.7))
    assert english(changed) == {"org/7A4/index.html"}


def test_a_problem_changes_the_page_of_its_file_and_the_list() -> None:
    made = full_edition()
    fewer = made.problems.filter(pl.col("submission") != "partly")
    changed = changed_by(replace(made, problems=fewer))
    assert english(changed) == {
        "stewards/7A4/index.html",
        "stewards/7A4/submission-partly.html",
    }


def test_the_order_of_rows_does_not_change_a_key() -> None:
    made = full_edition()
    turned = replace(made, points=made.points.reverse(), series=made.series.reverse())
    assert digests(turned) == known_digests()


def test_another_process_finds_the_same_keys_and_makes_the_same_pages() -> None:
    """Sets are walked in another order there."""
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
    environment = os.environ | {"PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(paths)}
    code = "import json, test_site; print(json.dumps(test_site.told()))"
    made = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(made.stdout) == [known_digests(), collaborative_bytes()]


def told() -> list[dict[str, str]]:
    return [known_digests(), collaborative_bytes()]


def collaborative_bytes() -> dict[str, str]:
    """The pages of the collaborative, each as a digest of its bytes."""
    tasks = (task for task in tasks_of(full_edition()) if task.folder == "collaborative")
    return {path_of(task): hashlib.sha256(task.make()[0]).hexdigest() for task in tasks}


def digests(edition: Edition) -> dict[str, str]:
    return {path_of(task): task.digest() for task in tasks_of(edition)}


@cache
def known_digests() -> dict[str, str]:
    return digests(full_edition())


def changed_by(edition: Edition) -> set[str]:
    """Pages whose key differs from that of the full edition."""
    before, after = known_digests(), digests(edition)
    assert before.keys() == after.keys()
    return {path for path in before if before[path] != after[path]}


def english(paths: set[str]) -> set[str]:
    found = {path for path in paths if not path.endswith(".cy.html")}
    assert len(paths) == 2 * len(found)
    return found


def with_value(series: str, value: float) -> Edition:
    """The full edition with another latest value in one series."""
    made = full_edition()
    chosen = (pl.col("series") == series) & (pl.col("period") == OCTOBER)
    points = made.points.with_columns(
        value=pl.when(chosen).then(pl.lit(value)).otherwise(pl.col("value"))
    )
    return replace(made, points=points)


def test_parts_of_the_list_are_the_same_tasks_as_in_the_whole() -> None:
    made = full_edition()
    words = {language: Words.load(made.translations_folder, language) for language in LANGUAGES}
    parts = dated_tasks(made, words)
    for contract in made.contracts[:2]:
        parts += workstream_tasks(made, words, contract)
    known = known_digests()
    assert len(parts) == 8
    assert all(known[path_of(task)] == task.digest() for task in parts)
