"""What a return says in words where there is no figure: told as such, never counted as a zero."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from made_up import Road, csv_of, row

from assets.steps.result import Verdict

MARCH = date(2024, 3, 1)
SENT = "7A4_hand-hygiene_202403_v02.csv"
DONE = "hand_hygiene_done/organisation/7A4"
# No March of 7A4 was there before, so that what is left of it is drawn.
FIRST = "7A4_hand-hygiene_202401-202402_v01.csv"
COUNTS = ("occupied_bed_days", "opportunities", "compliant", "soap_litres")


def _night(road: Road, **ward_b: Any) -> Verdict:
    """January and February in good order, March with a ward B as given."""
    months = ("2024-01", "2024-02")
    road.put(FIRST, csv_of([row("7A4", ward, month) for month in months for ward in "AB"]))
    road.put(SENT, csv_of([row("7A4", "A", "2024-03"), row("7A4", "B", "2024-03", **ward_b)]))
    return road.night()


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"compliant": "<5"}, "C10"),
        ({"compliant": "not collected"}, "C11"),
        ({"compliant": "Heb ei gasglu"}, "C11"),
        ({"compliant": "[x]"}, "C11"),
        (dict.fromkeys(COUNTS, "NO Report received"), "C12"),
        (dict.fromkeys(COUNTS) | {"soap_litres": "Dim adroddiad wedi dod i law"}, "C12"),
    ],
)
def test_a_stated_outcome_is_no_zero(empty_road: Road, cells: dict[str, Any], code: str) -> None:
    """Ward A has 40 of 50; with a zero for ward B the denominator would be more than 50."""
    assert _night(empty_road, **cells) is Verdict.NEEDS_STEWARD
    assert empty_road.codes(SENT) == [code]
    receipt = empty_road.receipts()[SENT]
    assert (receipt["outcome"], receipt["rows_accepted"], receipt["rows_set_aside"]) == (
        "partly_accepted", 1, 1,
    )  # fmt: skip
    # One row is told one thing, however many of its cells say it.
    assert len(_problems(empty_road)) == 1
    march = empty_road.point(DONE, MARCH)
    assert (march["numerator"], march["denominator"]) == (40, 50)
    assert (march["state"], march["parts_in"], march["parts_due"]) == ("incomplete", 1, 2)


def test_a_row_with_one_stated_cell_is_told_of_its_other_mistakes(empty_road: Road) -> None:
    _night(empty_road, soap_litres="no return", compliant="many", setting=None)
    assert [(p["code"], p["column"], p["cell"]) for p in _problems(empty_road)] == [
        ("C01", "setting", "E3"),
        ("C02", "compliant", "J3"),
        ("C12", "soap_litres", "K3"),
    ]


def test_words_in_a_column_that_may_be_empty_leave_the_row_in(empty_road: Road) -> None:
    contract = empty_road.contracts / "hand_hygiene.odcs.yaml"
    text = contract.read_text("utf-8")
    soap = "{name: soap_litres, logicalType: integer, required: true, "
    assert soap in text
    contract.write_text(text.replace(soap, soap.replace("required: true, ", "")), "utf-8")
    _night(empty_road, soap_litres="n/a")
    assert empty_road.codes(SENT) == ["C13"]
    receipt = empty_road.receipts()[SENT]
    assert (receipt["outcome"], receipt["rows_accepted"]) == ("accepted_with_warnings", 2)
    march = empty_road.point(DONE, MARCH)
    # 40 and 30 of 50 each.
    assert (march["numerator"], march["denominator"], march["state"]) == (70, 100, "final")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("", "The words say that no return came from the ward. That is not the same as 0"),
        (".cy", "Mae&#39;r geiriau&#39;n dweud na ddaeth ffurflen gan y ward."),
    ],
)
def test_the_page_says_what_the_words_mean(empty_road: Road, language: str, said: str) -> None:
    _night(empty_road, compliant="No report received")
    assert said in empty_road.steward_page(SENT, language)


def _problems(road: Road) -> list[dict[str, Any]]:
    folder = road.lake / "submissions" / road.receipts()[SENT]["submission"]
    return pl.read_parquet(folder / "problems.parquet").sort("code").to_dicts()
