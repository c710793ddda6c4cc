"""Kinds, findings and masking. The words of each kind are tested with the pages."""

import json
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import yaml

from data_contracts import problems
from data_contracts.contract import Rule, Scope
from data_contracts.problems import (
    CATALOGUE,
    Effect,
    Kind,
    Problem,
    masked,
    masked_texts,
    problems_frame,
)

TRANSLATIONS = Path(problems.__file__).parent / "translations"
# Facts that differ from cell to cell within one group of findings.
CELL_FACTS = {"value", "rows", "suggestion", "organisation", "owner", "period", "due_from", "site",
              "wards", "month", "duplicate_of", "answered", "of"}  # fmt: skip
AGREED_CODES = (
    [f"F{n:02}" for n in range(1, 13)]
    + [f"H0{n}" for n in range(1, 6)]
    + [f"C{n:02}" for n in range(1, 14)]
    + [f"R{n:02}" for n in range(1, 14)]
    + [f"S0{n}" for n in range(1, 9)]
    + [f"A0{n}" for n in range(1, 3)]
)


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        (TRANSLATIONS / language / "problems.yaml").read_text(encoding="utf-8")
    )
    return loaded


def test_the_catalogue_holds_the_agreed_codes():
    assert sorted(CATALOGUE) == sorted(AGREED_CODES)


@pytest.mark.parametrize(
    ("code", "scope", "effect"),
    [
        ("C02", "row", "set_aside"),
        ("C11", "row", "set_aside"),
        ("C12", "row", "set_aside"),
        ("C13", "information", "check"),
        ("A01", "information", "check"),
        ("A02", "information", "check"),
        ("R08", "information", "check"),
        ("H01", "submission", "refused"),
        ("F02", "submission", "quarantined"),
        ("S01", "submission", "quarantined"),
        ("F05", "information", "check"),
        ("F08", "information", "duplicate"),
    ],
)
def test_a_kind_says_how_far_it_reaches_and_what_it_does(code, scope, effect):
    assert (CATALOGUE[code].scope, CATALOGUE[code].effect) == (scope, effect)


def test_only_two_kinds_lock_a_file_away():
    locked = [code for code, kind in CATALOGUE.items() if kind.effect is Effect.QUARANTINED]
    assert sorted(locked) == ["F02", "S01"]


@pytest.mark.parametrize(
    ("scope", "effect"),
    [
        (Scope.ROW, Effect.SET_ASIDE),
        (Scope.SUBMISSION, Effect.REFUSED),
        (Scope.INFORMATION, Effect.CHECK),
    ],
)
def test_a_rule_of_a_contract_has_the_effect_of_its_scope(scope, effect):
    rule = Rule(code="FA01", scope=scope, expression="a = b", columns=("a", "b"))
    assert Kind.of_rule(rule) == Kind("FA01", scope, effect)


def test_a_finding_without_a_fact_its_sentences_need_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="C03 lacks minimum"):
        Problem(problems.BELOW_MINIMUM, "s1", column="falls_total", value="-1")


def test_an_unknown_reason_is_refused_where_it_is_made():
    with pytest.raises(ValueError, match="melted"):
        Problem(problems.UNREADABLE, "s1", facts={"reason": "melted"})


def test_a_finding_becomes_one_line_of_text_and_numbers():
    found = Problem(
        problems.BELOW_MINIMUM,
        "20261120-9f3c71ab",
        sheet="Falls Oct 26",
        row=14,
        column="falls_total",
        cell="G14",
        value="-1",
        facts={"minimum": 0},
    )
    assert problems_frame([found]).rows(named=True) == [
        {
            "submission": "20261120-9f3c71ab",
            "code": "C03",
            "scope": "row",
            "sheet": "Falls Oct 26",
            "row": 14,
            "column": "falls_total",
            "cell": "G14",
            "value": "-1",
            "facts": '{"minimum": 0}',
        }
    ]


def test_no_finding_is_still_a_table():
    empty = problems_frame([])
    assert empty.schema == problems.PROBLEM_SCHEMA
    assert empty.height == 0


def test_facts_are_in_one_order_and_keep_their_letters():
    assert problems.facts_json({"month": "2026-10", "found": "Tŷ Dewi"}) == (
        '{"found": "Tŷ Dewi", "month": "2026-10"}'
    )


@pytest.mark.parametrize(
    "value",
    [
        "9994765914",
        "999 476 5914",
        "999-476-5914",
        "999.476.5914",
        "999\N{NO-BREAK SPACE}476\N{NO-BREAK SPACE}5914",
        "99947\N{ZERO WIDTH SPACE}65914",
        "\uff19\uff19\uff19\uff14\uff17\uff16\uff15\uff19\uff11\uff14",  # full-width digits
        "9994765914.0",
        "9.994765914E+09",
        "9994765913",  # check digit wrong: one digit mistyped still points at a person
        "patient 9994765914, bed 4",
        "CF14 4XW",
        "CF144XW",
        "7A4_falls_cf144xw",
    ],
)
def test_no_letter_or_digit_of_an_identifier_is_left(value):
    assert not any(character.isalnum() for character in masked(value))
    assert masked_texts(pl.Series([None, "812", value, value]))[2:].to_list() == [masked(value)] * 2


@pytest.mark.parametrize(
    "value",
    [
        "",
        "812",
        "-1",
        "<5",
        "1,234",
        "2026-10",
        "7A4BV",
        "Tŷ Dewi",
        "12345678901",
        "A12AB",
        "7A4_falls_202401-202403_v01",
        "20240410-093000-1234a5678901",
        "20240410-093000-1234567890ab-2",
    ],
)
def test_ordinary_values_are_shown_as_they_were_sent(value):
    assert masked(value) == value
    assert masked_texts(pl.Series([value, None])).to_list() == [value, None]


def test_an_identifier_is_masked_wherever_a_finding_carries_it():
    number = "999 476 5914"
    kind = Kind("XX01", Scope.ROW, Effect.SET_ASIDE)
    found = Problem(
        kind, "s1", sheet=number, column=number, value=number, facts={"a": number, "b": (number,)}
    )
    (row,) = problems_frame([found]).rows(named=True)
    shown = [row["sheet"], row["column"], row["value"], *json.loads(row["facts"]).values()]
    assert shown == ["••• ••• ••••"] * 4 + [["••• ••• ••••"]]


def test_the_value_of_an_identifier_never_leaves_whatever_it_looks_like():
    found = Problem(
        problems.IDENTIFIER, "s1", column="notes", value="17.3.51", facts={"kind": "date_of_birth"}
    )
    assert problems_frame([found])["value"].to_list() == [None]


def test_the_frame_is_text_and_whole_numbers_only():
    assert set(problems.PROBLEM_SCHEMA.dtypes()) == {pl.String(), pl.Int64()}


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("code", AGREED_CODES)
def test_every_kind_has_its_four_sentences(language, code):
    sentences = words(language)[code]
    assert sorted(sentences) == ["cause", "expected", "mend", "title"]


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("code", AGREED_CODES)
def test_sentences_use_only_facts_that_are_one_for_the_whole_group(language, code):
    used = {name for text in words(language)[code].values() for name in _names(text)}
    # What to do about a reason follows from it.
    follows = {"advice"} if "reason" in CATALOGUE[code].facts else set()
    assert used <= set(CATALOGUE[code].facts) - CELL_FACTS | {"column"} | follows


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("code", AGREED_CODES)
def test_both_languages_use_the_same_facts(language, code):
    for part, text in words(language)[code].items():
        assert _names(text) == _names(words("en")[code][part]), part


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_coded_fact_has_a_word(language):
    loaded = words(language)
    assert set(loaded["reasons"]) == {reason.value for reason in problems.Unreadable}
    assert set(loaded["advice"]) == set(loaded["reasons"])
    assert set(loaded["identifier_kinds"]) == {kind.value for kind in problems.IdentifierKind}


def _names(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}
