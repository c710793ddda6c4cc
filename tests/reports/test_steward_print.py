"""The stewards' pages as HTML: all outcomes, safe, small, with links that lead somewhere."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import jinja2
import polars as pl
import pytest
from steward_files import ALL, OCTOBER, REFUSED, SHEET, cell, due, edition_of

from data_contracts import problems
from data_contracts.problems import problems_frame
from reports.edition import Edition
from reports.pages.steward_index import steward_index
from reports.pages.submission import SubmissionPage, submission_page
from reports.pages.submission_case import Records, case_of
from reports.words import Words

# The frame around a page is another template's business: here it is only what the page needs.
FRAME = "{% block styles %}{% endblock %}{% block main %}{% endblock %}"


def page_of(
    edition: Edition, words: Words, submission: str, sheet: pl.DataFrame | None = None
) -> SubmissionPage:
    return submission_page(case_of(Records.of(edition, "7A4"), words, submission), sheet)


def printed(template: str, page: Any, words: Words) -> str:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [
                jinja2.DictLoader({"base.html.jinja": FRAME}),
                jinja2.PackageLoader("reports", "pages"),
            ]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(template).render(page=page, words=words)


@pytest.mark.parametrize("submission", [row["submission"] for row in ALL])
def test_every_outcome_can_be_printed_without_a_trace_of_a_person(edition, words, submission):
    page = page_of(edition_of(edition, *ALL), words, submission, SHEET)
    html = printed("submission.html.jinja", page, words)
    assert page.heading in html
    assert "5914" not in html


def test_every_link_of_the_summary_has_its_place_on_the_page(edition, words):
    page = page_of(edition_of(edition, *ALL), words, "refused", SHEET)
    html = printed("submission.html.jinja", page, words)
    links = re.findall(r'href="#([^"]+)"', html)
    assert len(links) == 4
    assert all(html.count(f'id="{anchor}"') == 1 for anchor in links)


def test_what_was_sent_is_printed_as_text(edition, words):
    page = page_of(edition_of(edition, REFUSED), words, "refused")
    html = printed("submission.html.jinja", page, words)
    assert "&lt;5" in html
    assert "<5" not in html


def test_five_thousand_problems_make_a_small_page(edition, words):
    columns = [f"falls_{n}" for n in range(12)]
    many = [
        cell(problems.NOT_A_COUNT, "refused", f"G{row}", columns[row % 12], "x" * 300)
        for row in range(2, 5002)
    ]
    made = replace(edition_of(edition, REFUSED), problems=problems_frame(many))
    page = page_of(made, words, "refused", SHEET)
    assert len(printed("submission.html.jinja", page, words).encode()) < 400_000


def test_the_index_can_be_printed(edition, words):
    returns = (due(OCTOBER, "missing"), due(date(2026, 11, 1), "waiting"))
    page = steward_index(Records.of(edition_of(edition, *ALL, returns=returns), "7A4"), words)
    html = printed("steward_index.html.jinja", page, words)
    # Once among the files to mend, once among all files.
    assert html.count("submission-refused.html") == 2


@pytest.fixture
def words(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "en")
