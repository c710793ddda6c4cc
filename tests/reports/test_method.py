"""The line under a chart that lets somebody draw it elsewhere: rules, baseline, screening."""

from dataclasses import replace

import pytest

from data_contracts.contract import Measure, load_contracts
from reports.figures.series import Series
from reports.figures.sizes import Size
from reports.pages.method import engine_notes, method
from reports.spc.vocabulary import Note
from reports.words import LANGUAGES, Words

SERIES = Series(key="a", points=(), chart="u", limits_status="full")


@pytest.fixture(scope="module")
def english(edition) -> Words:
    return Words.load(edition.translations_folder, "en")


def measure() -> Measure:
    known = next(one for contract in load_contracts() for one in contract.measures)
    return replace(known, baseline=24, rules="ihi", screening=True)


@pytest.mark.parametrize(
    ("series", "changed", "said"),
    [
        ({}, {}, "Rules: IHI. Limits from the first 24 points of each phase."),
        ({}, {"baseline": None}, "Rules: IHI. Limits from all points of each phase."),
        (
            {"chart": "up"},
            {},
            "Rules: IHI. Limits from the first 24 points of each phase."
            " Moving ranges screened, none left out.",
        ),
        (
            {"chart": "i", "notes": ("ranges_screened",)},
            {"rules": "mdc"},
            "Rules: Making Data Count. Limits from the first 24 points of each phase."
            " Moving ranges screened, large ones left out.",
        ),
        (
            {"chart": "i"},
            {"screening": False, "baseline": 20},
            "Rules: IHI. Limits from the first 20 points of each phase."
            " Moving ranges not screened.",
        ),
        ({"chart": "run", "limits_status": "none"}, {}, "Rules: Anhøj."),
        ({"chart": None, "limits_status": "none"}, {}, ""),
    ],
)
def test_what_is_printed_with_a_chart(english, series, changed, said) -> None:
    given = replace(measure(), **changed)
    assert method(replace(SERIES, **series), given, english, Size.LARGE) == said


def test_small_charts_say_it_shortly(english) -> None:
    said = method(replace(SERIES, chart="i"), measure(), english, Size.SMALL)
    assert said == "IHI. Limits: first 24 points. Screened."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("note", list(Note))
def test_every_note_of_the_engine_has_words(edition, language, note) -> None:
    words = Words.load(edition.translations_folder, language)
    assert words.text(f"charts.note.{note}").endswith(".")


def test_what_is_said_elsewhere_is_not_said_twice(english) -> None:
    noted = replace(SERIES, notes=("trial_limits", "few_events", "ranges_screened"))
    assert engine_notes(noted, english) == ("Few events at each point: signals are less sure.",)
