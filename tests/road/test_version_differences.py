"""What a file changes against what its sender had accepted before, as its page tells it.

Ward A has 40 of 50 and ward B 30 of 50 in each month that came before.
"""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from made_up import Road, csv_of, row, rows

DAY = date(2024, 4, 21)
SENT = "7A4_hand-hygiene_202403_v02.csv"
TITLE = "Compared with what you had accepted before"


def _send(road: Road, name: str, sent: list[dict[str, Any]], day: int = 12) -> None:
    road.put(name, csv_of(sent), datetime(2024, 4, day, 9, tzinfo=UTC))


def _section(road: Road, name: str, language: str = "") -> str:
    found = road.steward_page(name, language).partition('<section id="difference">')[2]
    return found.partition("</section>")[0]


def _list(road: Road, name: str) -> list[list[str]]:
    """All differences, without the header: kind, row, month, site, ward, name, more, ..."""
    submission = road.receipts()[name]["submission"]
    path = road.latest / "stewards" / "7A4" / f"submission-{submission}-changes.csv"
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))[1:]


def test_changed_new_and_missing_rows_are_told(published: Road) -> None:
    sent = [row("7A4", "A", "2024-03", compliant=45), row("7A4", "C", "2024-03", compliant=20)]
    _send(published, SENT, sent)
    published.night(DAY)
    more = "acute_inpatient, adults"
    assert _list(published, SENT) == [
        ["the whole row: not in this file", "", "2024-03-01", "7A4BV", "B", "Ward B", more,
         "", "", ""],
        ["a figure or name", "2", "2024-03-01", "7A4BV", "A", "Ward A", more,
         "compliant", "40", "45"],
        ["the whole row: new", "3", "2024-03-01", "7A4BV", "C", "Ward C", more, "", "", ""],
    ]  # fmt: skip
    told = _section(published, SENT)
    assert "Figures changed: 1. Rows that are not in this file any more: 1. New rows: 1." in told
    # 40 and 30 before, 45 and 20 now; the other sums are the same.
    assert told.count('data-l="Difference"') == 1
    for text in (">compliant<", ">70<", ">65<", ">\N{MINUS SIGN}5<"):
        assert text in told


@pytest.mark.parametrize(
    ("compliant", "sentence"),
    [
        # Ward B's row breaks HH01: March stays as it was, and the page says what it would be.
        (51, "What this file would change if all of its rows were in the report, for March 2024."),
        (31, "What this file changed in the report, for March 2024."),
    ],
)
def test_a_row_that_was_set_aside_is_compared_too(
    published: Road, compliant: int, sentence: str
) -> None:
    sent = [row("7A4", "A", "2024-03"), row("7A4", "B", "2024-03", compliant=compliant)]
    _send(published, SENT, sent)
    published.night(DAY)
    assert sentence in _section(published, SENT)
    (line,) = _list(published, SENT)
    assert line[1:2] + line[-3:] == ["3", "compliant", "30", str(compliant)]


def test_a_refused_file_is_compared_as_far_as_it_can_be_read(published: Road) -> None:
    sent = [row("7A4", w, "2024-03", compliant=25) for w in "AB"]
    _send(published, SENT, [{n: c for n, c in one.items() if n != "soap_litres"} for one in sent])
    published.night(DAY)
    assert published.codes(SENT) == ["H01"]
    changed = [line for line in _list(published, SENT) if line[-3] == "compliant"]
    assert [line[-2:] for line in changed] == [["40", "25"], ["30", "25"]]


def test_the_same_figures_in_another_order_are_no_difference(published: Road) -> None:
    sent = [one | {"ward_code": one["ward_code"].lower()} for one in rows("7A4", "2024-03")]
    _send(published, SENT, sent[::-1])
    published.night(DAY)
    assert "No row and no figure differs." in _section(published, SENT)


def test_the_first_file_says_that_there_is_nothing_before(published: Road) -> None:
    first = "7A4_hand-hygiene_202401-202403_v01.csv"
    assert "Nothing of yours was accepted for these months before" in _section(published, first)


def test_each_month_is_compared_with_the_last_file_accepted_for_it(published: Road) -> None:
    """March came again as v02; a file of February and March is held against v01 and v02."""
    _send(published, SENT, [row("7A4", w, "2024-03", compliant=44) for w in "AB"])
    both = "7A4_hand-hygiene_202402-202403_v03.csv"
    months = ("2024-02", "2024-03")
    _send(published, both, [row("7A4", w, m, compliant=44) for m in months for w in "AB"], 13)
    published.night(DAY)
    assert [line[2:3] + line[-2:] for line in _list(published, both)] == [
        ["2024-02-01", "40", "44"],
        ["2024-02-01", "30", "44"],
    ]
    told = _section(published, both)
    for name in ("7A4_hand-hygiene_202401-202403_v01.csv", SENT):
        assert published.receipts()[name]["submission"] in told


def test_a_withdrawn_file_is_compared_with_nothing(published: Road) -> None:
    _send(published, SENT, [row("7A4", w, "2024-03", compliant=44) for w in "AB"])
    published.night(DAY)
    withdrawn = published.receipts()[SENT]["submission"]
    (published.lake / "decisions" / "own.yaml").write_text(
        f"- {{decision: withdraw, submission: {withdrawn}, role: Lead, team: Safe Care,"
        " reason: Wrong month, date: 2024-04-21}",
        "utf-8",
    )
    _send(published, "7A4_hand-hygiene_202403_v03.csv", rows("7A4", "2024-03"), 13)
    published.night(date(2024, 4, 22))
    assert "No row and no figure differs." in _section(published, "7A4_hand-hygiene_202403_v03.csv")


def test_a_quarantined_file_is_not_compared(published: Road) -> None:
    # A number of the range 999, which is kept for tests and given to nobody.
    _send(published, SENT, [row("7A4", "A", "2024-03", ward_name="NHS 999 000 0018")])
    published.night(DAY)
    assert TITLE not in published.steward_page(SENT)


def test_the_welsh_page_says_the_same(published: Road) -> None:
    _send(published, SENT, [row("7A4", w, "2024-03", compliant=44) for w in "AB"])
    published.night(DAY)
    told = _section(published, SENT, ".cy")
    assert "Ffigurau a newidiwyd: 2. Rhesi nad ydynt yn y ffeil hon mwyach: 0." in told
    assert ">+18<" in told


def test_rows_of_months_that_had_nothing_before_are_told_apart(published: Road) -> None:
    sent = [*rows("7A4", "2024-03"), row("7A4", "A", "2024-06")]
    _send(published, SENT, sent)
    published.night(DAY)
    assert published.codes(SENT) == ["C08"]
    told = _section(published, SENT)
    assert "No row and no figure differs." in told
    assert "Rows of other months, which are not compared: 1." in told


def test_a_figure_that_cannot_be_read_is_shown_as_it_was_sent(published: Road) -> None:
    sent = [row("7A4", "A", "2024-03"), row("7A4", "B", "2024-03", compliant="no return")]
    _send(published, SENT, sent)
    published.night(DAY)
    (line,) = _list(published, SENT)
    assert line[-3:] == ["compliant", "30", "no return"]


def test_without_the_names_of_wards_nothing_is_compared(published: Road) -> None:
    sent = rows("7A4", "2024-03")
    _send(published, SENT, [{n: c for n, c in one.items() if n != "ward_code"} for one in sent])
    published.night(DAY)
    assert TITLE not in published.steward_page(SENT)
