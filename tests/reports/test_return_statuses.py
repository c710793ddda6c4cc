"""Groups and orders of statuses hold every status there is."""

from data_contracts.states import ReturnStatus
from reports.edition import Edition
from reports.pages.return_statuses import (
    ARRIVED,
    NOT_DUE,
    SHOWN,
    TO_DO,
    WORST_FIRST,
    gaps_of,
    returns_of_month,
)
from reports.words import LANGUAGES, Words


def test_every_status_has_its_place() -> None:
    assert set(SHOWN) == set(WORST_FIRST) == {*ReturnStatus, NOT_DUE}
    assert len(SHOWN) == len(WORST_FIRST) == 8
    assert {*ARRIVED, *TO_DO, ReturnStatus.WAITING} == set(ReturnStatus)


def test_every_status_has_words(edition: Edition) -> None:
    for language in LANGUAGES:
        words = Words.load(edition.translations_folder, language)
        for status in SHOWN:
            assert words.has(f"terms.return_statuses.{status}")
            assert words.has(f"charts.status.{status}")


def test_gaps_are_what_is_not_in_in_full(edition: Edition) -> None:
    gaps = gaps_of(returns_of_month(edition)).select("organisation", "status").rows()
    assert gaps == [("7A7", "missing"), ("7A6", "incomplete"), ("7A3", "refused")]
