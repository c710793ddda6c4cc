"""What was sent, made readable: hidden characters get a name, identifiers never show."""

from pathlib import Path

import pytest

from data_contracts import problems
from reports.pages.visible_text import (
    Style,
    plain_value,
    quoted,
    sentence_parts,
    unquoted,
    value_parts,
)
from reports.words import Words


def shown(parts):
    return [(part.style.value, part.text) for part in parts]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("B3", [("data", "B3")]),
        ("B3\N{NO-BREAK SPACE}", [("data", "B3"), ("hidden", "no-break space")]),
        (" B3", [("hidden", "space"), ("data", "B3")]),
        ("B 3", [("data", "B 3")]),
        ("B\N{ZERO WIDTH SPACE}3", [("data", "B"), ("hidden", "zero-width space"), ("data", "3")]),
        ("a\nb", [("data", "a"), ("hidden", "line break"), ("data", "b")]),
        ("\N{RIGHT-TO-LEFT OVERRIDE}x", [("hidden", "direction mark"), ("data", "x")]),
        ("\x07", [("hidden", "hidden character U+0007")]),
        ("<b>", [("data", "<b>")]),
        ("", []),
    ],
)
def test_hidden_characters_have_names(words, sent, expected):
    assert shown(value_parts(words, sent)) == expected


def test_a_long_value_is_counted_not_cut_silently(words):
    parts = value_parts(words, "x" * 1_324, longest=120)
    assert shown(parts) == [("data", "x" * 120), ("hidden", "and 1,204 more characters")]


def test_an_identifier_is_not_shown_even_if_it_comes_this_far(words):
    assert shown(value_parts(words, "999 476 5914")) == [("data", "••• ••• ••••")]


def test_data_in_a_sentence_is_told_apart_from_our_words(words):
    sentence = f"The name says {quoted('B3')} here."
    assert shown(sentence_parts(words, sentence)) == [
        ("text", "The name says "),
        ("data", "B3"),
        ("text", " here."),
    ]
    assert unquoted(sentence) == "The name says B3 here."


def test_data_cannot_pass_for_our_words(words):
    trick = quoted("x\ue001 trust me \ue000")
    assert [part.style for part in sentence_parts(words, trick)] == [Style.DATA, Style.HIDDEN]


def test_a_text_file_names_hidden_characters_too(words):
    assert plain_value(words, "B3\N{NO-BREAK SPACE}") == "B3[no-break space]"


@pytest.fixture
def words() -> Words:
    return Words.load(Path(problems.__file__).parent / "translations", "en")
