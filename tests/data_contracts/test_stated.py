"""Words for "there is no figure", which reading and checking understand alike."""

from __future__ import annotations

import polars as pl
import pytest

from data_contracts.stated import STATED, Stated, says, stated

MEANINGS = {
    Stated.SUPPRESSED: ["<5", "≤ 5", "*", "**", "c", "[c]", "[low]", "fewer than 5", "llai na 5",
                        "wedi\u2019i  atal"],
    Stated.NOT_COLLECTED: ["[x]", "[z]", "n/a", "N/A", "not collected", "Ddim ar gael",
                           "heb ei gasglu", "not\u00a0collected", "ddim wedi\u2019i gasglu"],
    Stated.NO_RETURN: ["No report received", "NO Report received", "no return", "Not submitted",
                       "nil return", "dim adroddiad wedi dod i law", "heb ei dderbyn"],
    None: ["0", "5", "", "-", "nil", "NULL", "five", "[y]", "no falls"],
}  # fmt: skip
EACH = [(meaning, text) for meaning, texts in MEANINGS.items() for text in texts]


@pytest.mark.parametrize(("meaning", "text"), EACH)
def test_a_cell_without_a_figure_says_why(meaning: Stated | None, text: str) -> None:
    assert stated(text) is meaning


@pytest.mark.parametrize(("meaning", "text"), EACH)
def test_a_column_is_read_like_a_cell(meaning: Stated | None, text: str) -> None:
    cells = pl.DataFrame({"sent": [text]})
    by_re2 = [one for one in STATED if cells.select(says(pl.col("sent"), one)).item()]
    assert by_re2 == ([] if meaning is None else [meaning])


def test_several_meanings_may_be_asked_for_at_once() -> None:
    cells = pl.DataFrame({"sent": ["n/a", "no return", "<5", "7", None]})
    lacking = says(pl.col("sent"), Stated.NOT_COLLECTED, Stated.NO_RETURN)
    assert cells.select(lacking).to_series().to_list() == [True, True, False, False, None]
