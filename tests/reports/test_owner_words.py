"""An owner is a role in words, in the reader's language."""

from dataclasses import replace

import pytest

from reports.edition import Edition
from reports.pages.owner_words import owner_text
from reports.words import LANGUAGES, Words


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", {"Falls lead", "Sepsis lead", "Pressure ulcers lead", "Deterioration lead"}),
        (
            "cy",
            {
                "Arweinydd cwympiadau",
                "Arweinydd sepsis",
                "Arweinydd briwiau pwyso",
                "Arweinydd dirywiad",
            },
        ),
    ],
)
def test_every_owner_has_words(edition: Edition, language: str, told: set[str]) -> None:
    words = Words.load(edition.translations_folder, language)
    measures = [measure for contract in edition.contracts for measure in contract.measures]
    assert {owner_text(measure, words) for measure in measures} == told


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_owner_without_a_translation_is_its_own_words(edition: Edition, language: str) -> None:
    words = Words.load(edition.translations_folder, language)
    measure = replace(edition.contracts[0].measures[0], owner="ward-safety_lead")
    assert owner_text(measure, words) == "Ward safety lead"
    assert owner_text(replace(measure, owner=""), words) == ""
