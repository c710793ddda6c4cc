"""Notes beside a page's narrative: Markdown that can do no harm, and how a page introduces it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from synthetic import OCTOBER
from test_site import changed_by, english, full_edition

from reports.edition import Edition
from reports.notes import Note, html_of, read_text
from reports.pages import audience
from reports.pages.note import NoteView, note_view
from reports.pages.render import render_page
from reports.pages.workstream import workstream_page
from reports.words import Words

AFTER = date(2026, 11, 20)


def a_note(page: str = "ws-falls", language: str = "en", day: date = AFTER, text: str = "") -> Note:
    text = text or "Two *wards* moved."
    return Note(
        page=page, language=language, role="Programme lead", team="Safe Care", date=day, text=text
    )


def noted(edition: Edition, *notes: Note) -> Edition:
    return replace(edition, notes=notes)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Two *wards* moved.", "<p>Two <em>wards</em> moved.</p>\n"),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<!-- hidden -->", "<p>&lt;!-- hidden --&gt;</p>\n"),
        ("See [the plan](https://x.test/a?b&c).", "<p>See the plan (https://x.test/a?b&amp;c).</p>\n"),
        ("<https://x.test>", "<p>https://x.test</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a]\n\n[a]: //x.test", "<p>a (//x.test)</p>\n"),
        ("[](https://x.test)", "<p> (https://x.test)</p>\n"),
        ('![a "chart"](https://x.test/a.png)', "<p>a &quot;chart&quot;</p>\n"),
        ("[![chart](a.png)](b.html)", "<p>chart (b.html)</p>\n"),
        ("a  \nb", "<p>a<br>\nb</p>\n"),
        ("&#57;9", "<p>99</p>\n"),
        ("```js onload=x\n1 < 2\n```", '<pre><code class="language-js">1 &lt; 2\n</code></pre>\n'),
    ],
)  # fmt: skip
def test_markdown_becomes_html_that_does_no_harm(text: str, html: str) -> None:
    assert html_of(text) == html


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ("1", "3"),
        ("1 2 3", "3 4 5"),
        ("3 1 6", "3 3 4"),
        ("1 3 2 3", "3 4 4 5"),
        ("1 2 3 4 5 6", "3 4 5 6 6 6"),
        ("2 2 1 2", "3 3 3 4"),
    ],
)
def test_headings_go_below_the_note_s_own_and_skip_no_level(levels: str, shown: str) -> None:
    text = "\n\n".join(f"{'#' * int(level)} A" for level in levels.split())
    assert html_of(text) == "".join(f"<h{level}>A</h{level}>\n" for level in shown.split())


def test_a_heading_without_words_is_none() -> None:
    assert html_of("#\n\nA\n\n## ![](a.png)") == "<p>A</p>\n"


def test_what_a_reader_reads_has_no_marks_in_it() -> None:
    assert read_text("# A **b**\n\n1**2**3\n4 [c](d)\n\n```\ne\n```") == (
        "A b",
        "123 4 c (d)",
        "e\n",
    )
    assert read_text("![](a.png)\n\n---") == ()


def view(edition: Edition, notes: Iterable[Note], words: Words) -> NoteView | None:
    return note_view(noted(edition, *notes), "ws-falls", words)


def test_each_language_has_its_own_note(edition: Edition, english: Words, welsh: Words) -> None:
    both = (a_note(), a_note(language="cy", text="Symudodd dwy ward."))
    for words, html in ((english, "Two <em>wards</em> moved."), (welsh, "Symudodd dwy ward.")):
        found = view(edition, both, words)
        assert found == NoteView(
            author="Programme lead, Safe Care", date=words.date(AFTER), language=words.language,
            html=f"<p>{html}</p>\n", remarks=(),
        )  # fmt: skip


def test_a_note_in_one_language_says_so_on_the_other_page(edition: Edition, welsh: Words) -> None:
    found = view(edition, [a_note()], welsh)
    assert found is not None
    assert (found.language, found.html) == ("en", "<p>Two <em>wards</em> moved.</p>\n")
    assert found.remarks == (
        "Fe'i dangosir yn Saesneg, fel y'i hysgrifennwyd; nid yw wedi'i gyfieithu i'r Gymraeg eto.",
    )


@pytest.mark.parametrize(
    ("day", "remarks"),
    [
        (date(2026, 10, 31), ("Written before the figures of October 2026.",)),
        (date(2026, 11, 1), ()),
    ],
)
def test_a_note_older_than_the_figures_says_so(
    edition: Edition, english: Words, day: date, remarks: tuple[str, ...]
) -> None:
    found = view(edition, [a_note(day=day)], english)
    assert edition.data_month == OCTOBER
    assert found is not None
    assert found.remarks == remarks


def test_a_page_prints_its_note_in_the_note_s_language(edition: Edition, welsh: Words) -> None:
    made = noted(edition, a_note())
    page = workstream_page(made, "falls", welsh)
    html = render_page("workstream.html.jinja", made, welsh, page).decode()
    assert '<div class="note-text" lang="en"><p>Two <em>wards</em> moved.</p>' in html
    other = workstream_page(made, "sepsis", welsh)
    html = render_page("workstream.html.jinja", made, welsh, other).decode()
    assert 'class="note"' not in html


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("index", "collaborative/index.html"),
        ("ws-falls", "collaborative/ws-falls.html"),
        ("org-7A4", "org/7A4/index.html"),
        ("q-2026-27-q2", "collaborative/q-2026-27-q2.html"),
    ],
)
def test_a_note_changes_its_own_page_only(page: str, file: str) -> None:
    """In both languages: the other one shows it as it was written."""
    assert english(changed_by(noted(full_edition(), a_note(page)))) == {file}


def test_an_older_pack_s_note_changes_nothing() -> None:
    assert changed_by(noted(full_edition(), a_note("q-2025-26-q4"))) == set()


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        (audience.COLLABORATIVE, ["index", "ws-falls"]),
        (audience.organisation("7A4"), ["org-7A4"]),
        (audience.organisation("7A3"), []),
        (audience.steward("7A4"), []),
    ],
)
def test_a_board_s_note_is_for_its_own_readers(
    edition: Edition, reader: audience.Audience, seen: list[str]
) -> None:
    made = noted(edition, *map(a_note, ("index", "ws-falls", "org-7A4")))
    assert [note.page for note in made.shown_to(reader).notes] == seen
