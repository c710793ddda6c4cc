"""English and Welsh: no word is missing, plurals are CLDR's, the state of translation is told."""

import copy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reports.edition import Edition
from reports.pages.definitions_page import definitions_page
from reports.pages.frame import frame_of
from reports.words import Difference, Words, differences

# Each text names its own category.
FORMS = {c: c + " {n}" for c in ("zero", "one", "two", "few", "many", "other")}


@pytest.mark.parametrize(
    ("n", "category"),
    [
        (0, "zero"), (1, "one"), (2, "two"), (3, "few"), (6, "many"),
        (4, "other"), (5, "other"), (7, "other"), (10, "other"), (11, "other"), (12, "other"),
        (13, "other"), (16, "other"), (20, "other"), (21, "other"), (36, "other"), (100, "other"),
        (101, "other"), (106, "other"),
    ],
)  # fmt: skip
def test_welsh_has_six_plural_forms(n: int, category: str) -> None:
    words = Words("cy", {"told": {"rows": FORMS}})
    assert words.text("told.rows", n=n) == f"{category} {n}"


def test_a_script_that_counts_has_all_forms_of_a_text() -> None:
    words = Words("cy", {"told": {"rows": FORMS, "plain": "{shown}: {n}"}})
    assert words.forms("told.rows", n="#") == {form: f"{form} #" for form in FORMS}
    assert words.forms("told.plain", n="#", shown="%") == {"other": "%: #"}
    with pytest.raises(KeyError, match=r"told\.nowhere"):
        words.forms("told.nowhere")


@pytest.mark.parametrize(
    ("n", "category"), [(0, "zero"), (1, "one"), (2, "other"), (3, "other"), (6, "other")]
)
def test_english_has_a_sentence_for_none_one_and_more(n: int, category: str) -> None:
    words = Words("en", {"told": {"rows": FORMS}})
    assert words.text("told.rows", n=n) == f"{category} {n}"


def test_a_form_that_a_language_leaves_out_is_the_general_one() -> None:
    words = Words("cy", {"told": {"rows": {"two": "{n} res", "other": "{n} rhes"}}})
    assert [words.text("told.rows", n=n) for n in (1, 2, 3, 6)] == [
        "1 rhes", "2 res", "3 rhes", "6 rhes"
    ]  # fmt: skip


@pytest.fixture
def folder(edition: Edition, tmp_path: Path) -> Path:
    """A copy of the translations, to be spoilt."""
    place = tmp_path / "translations"
    shutil.copytree(edition.translations_folder, place)
    return place


def spoil(folder: Path, language: str, key: str, text: str | None) -> None:
    """Replace one text of definitions.yaml, or take it out."""
    path = folder / language / "definitions.yaml"
    tree = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
    *names, last = key.split(".")
    node = tree
    for name in names:
        node = node[name]
    node.pop(last)
    node.update({} if text is None else {last: text})
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_missing_word_is_found_and_makes_no_page(
    folder: Path, edition: Edition, language: str
) -> None:
    spoil(folder, language, "rules.gaps_pass", None)
    assert differences(folder) == (Difference(language, "definitions.rules.gaps_pass"),)
    with pytest.raises(KeyError, match=rf"{language}: definitions\.rules\.gaps_pass"):
        definitions_page(edition, Words.load(folder, language))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_fact_that_a_sentence_leaves_out_is_found(folder: Path, language: str) -> None:
    spoil(folder, language, "rule.alternating", "Points in turn.")
    assert differences(folder) == (
        Difference(language, "definitions.rule.alternating", ("length",)),
    )


def test_a_fact_that_nobody_gives_makes_no_page(folder: Path, edition: Edition) -> None:
    spoil(folder, "cy", "rule.alternating", "{pwyntiau} bob yn ail")
    with pytest.raises(KeyError, match="pwyntiau"):
        definitions_page(edition, Words.load(folder, "cy"))


def signed(words: Words, *names: str, on: str = "2026-11-20") -> Words:
    """The same words, some of whose files a translator has signed off."""
    tree: dict[str, Any] = copy.deepcopy(dict(words.tree))
    for name in names:
        tree[name]["translation"] = {"status": "signed", "by": "Cyfieithydd", "on": on}
    return Words(words.language, tree)


def banners(edition: Edition, words: Words) -> list[tuple[str, str]]:
    notices = frame_of(edition, words, "index.cy.html").notices
    return [(notice.strong, notice.text) for notice in notices]


def test_a_draft_is_told(edition: Edition, welsh: Words) -> None:
    assert banners(edition, welsh)[1] == (
        "Cyfieithiad drafft.",
        "Nid oes cyfieithydd wedi llofnodi'r geiriau hyn eto.",
    )


def test_a_draft_with_signed_parts_says_how_many(edition: Edition, welsh: Words) -> None:
    strong, text = banners(edition, signed(welsh, "terms", "falls"))[1]
    assert strong == "Cyfieithiad drafft."
    assert text.endswith(f" Rhannau wedi'u llofnodi: 2 o {len(welsh.tree)}.")


def test_a_translation_that_is_signed_off_says_when(edition: Edition, welsh: Words) -> None:
    whole = signed(signed(welsh, *welsh.tree), "terms", on="2026-11-25")
    assert banners(edition, whole)[1] == (
        "Cyfieithiad wedi'i lofnodi.",
        "Pob rhan gan gyfieithydd, yr olaf ar 25 Tachwedd 2026.",
    )


def test_the_language_it_was_written_in_has_no_such_banner(
    edition: Edition, english: Words
) -> None:
    told = banners(edition, english)
    assert [strong for strong, _ in told] == [
        "Management information, not for publication.",
        "Some figures are simulated.",
    ]


def _sentences(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for below in node.values():
            yield from _sentences(below)
    elif isinstance(node, str):
        yield node


# "i Fawrth", "o Fai", "hyd at Dachwedd": after these words a month's first letter changes.
BEFORE_A_MONTH = re.compile(
    r"\b(o|i|am|ar|at|gan|dan|dros|drwy|heb|tan|trwy|wrth) \{(month|last|end)\}"
)


@pytest.mark.parametrize(
    ("sentence", "would_change"),
    [("{first} i {last}", True), ("hyd at {month}.", True), ("hyd at fis {month}.", False),
     ("{first}, {last}", False), ("terfynau {lower} i {upper}", False)],
)  # fmt: skip
def test_a_glued_month_is_recognised(sentence: str, would_change: bool) -> None:
    assert bool(BEFORE_A_MONTH.search(sentence)) == would_change


def test_no_welsh_sentence_glues_a_month_to_a_word_that_changes_its_first_letter(
    edition: Edition,
) -> None:
    every = [
        sentence
        for path in sorted((edition.translations_folder / "cy").glob("*.yaml"))
        for sentence in _sentences(yaml.load(path.read_text("utf-8"), yaml.BaseLoader))
    ]
    assert len(every) > 1_000
    assert [sentence for sentence in every if BEFORE_A_MONTH.search(sentence)] == []
