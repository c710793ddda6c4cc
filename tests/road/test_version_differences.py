"""What a file changes against what its sender had accepted before, as its page tells it.

Ward A has 40 of 50 and ward B 30 of 50 in each month that came before.
"""

import csv
import io
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest
from made_up import PROJECT, Road, csv_of, row, rows

from assets.steps.result import Verdict

DAY = date(2024, 4, 21)
SENT = "7A4_hand-hygiene_202403_v02.csv"
TITLE = "Compared with what you had accepted before"


def _send(road: Road, name: str, sent: list[dict[str, Any]], day: int = 12) -> None:
    road.put(name, csv_of(sent), datetime(2024, 4, day, 9, tzinfo=UTC))


def _section(road: Road, name: str, language: str = "") -> str:
    found = road.steward_page(name, language).partition('<section id="difference">')[2]
    return found.partition("</section>")[0]


def _list(road: Road, name: str) -> list[list[str]]:
    """All differences, without the header: kind, row, organisation, month, site, ward, ..."""
    submission = road.receipts()[name]["submission"]
    path = (
        road.latest / "stewards" / name.partition("_")[0] / f"submission-{submission}-changes.csv"
    )
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))[1:]


def test_changed_new_and_missing_rows_are_told(published: Road) -> None:
    sent = [row("7A4", "A", "2024-03", compliant=45), row("7A4", "C", "2024-03", compliant=20)]
    _send(published, SENT, sent)
    published.night(DAY)
    more = "acute_inpatient, adults"
    assert _list(published, SENT) == [
        ["the whole row: not in this file", "", "7A4", "2024-03-01", "7A4BV", "B", "Ward B", more,
         "", "", ""],
        ["a figure or name", "2", "7A4", "2024-03-01", "7A4BV", "A", "Ward A", more,
         "compliant", "40", "45"],
        ["the whole row: new", "3", "7A4", "2024-03-01", "7A4BV", "C", "Ward C", more,
         "", "", ""],
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
    assert [line[3:4] + line[-2:] for line in _list(published, both)] == [
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


def _words(road: Road, name: str) -> str:
    """What the section says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", _section(road, name)).split())


@pytest.fixture
def trust(empty_road: Road) -> Road:
    """RT4 sends for both boards and has sent January to March; both have 40 and 30 of 50 each."""
    contract = empty_road.contracts / "hand_hygiene.odcs.yaml"
    agreed = contract.read_text("utf-8")
    properties = agreed.index("      - property: due")
    sender = '      - {property: submits, value: {RT4: ["7A4", "7A7"]}}\n'
    contract.write_text(agreed[:properties] + sender + agreed[properties:], "utf-8")
    months = ("2024-01", "2024-02", "2024-03")
    _send(empty_road, FIRST_OF_TRUST, [*rows("7A4", *months), *rows("7A7", *months)], 8)
    assert empty_road.night() is Verdict.GOOD
    return empty_road


FIRST_OF_TRUST = "RT4_hand-hygiene_202401-202403_v01.csv"
OF_TRUST = "RT4_hand-hygiene_202403_v02.csv"


def test_only_the_organisations_of_a_file_are_compared(trust: Road) -> None:
    """RT4's new March is that of 7A7 alone: what it sent for 7A4 still counts."""
    _send(trust, OF_TRUST, [row("7A7", w, "2024-03", compliant=35) for w in "AB"])
    trust.night(DAY)
    changed = ["a figure or name", "2", "7A7", "2024-03-01", "7A7EJ"]
    assert [line[:5] + line[-3:] for line in _list(trust, OF_TRUST)] == [
        [*changed, "compliant", "40", "35"],
        [*changed[:1], "3", *changed[2:], "compliant", "30", "35"],
    ]
    told = _words(trust, OF_TRUST)
    assert "Rows that are not in this file any more: 0." in told
    # 40 and 30 before, twice 35 now: the sum is the same, and there is none of 7A4's.
    assert "No sum of a figure differs." in told


def test_a_sender_of_several_organisations_reads_whose_rows_differ(trust: Road) -> None:
    _send(trust, OF_TRUST, [row(o, "A", "2024-03", compliant=44) for o in ("7A7", "7A4")])
    trust.night(DAY)
    # The rows that are gone come first, then changes, each by organisation.
    assert [line[1:3] for line in _list(trust, OF_TRUST)] == [
        ["", "7A4"], ["", "7A7"], ["3", "7A4"], ["2", "7A7"],
    ]  # fmt: skip
    told = _section(trust, OF_TRUST)
    for name in ("Cardiff and Vale", "Powys"):
        assert told.count(name) == 2
    # A new organisation's month, of which nothing was accepted: it is no new row.
    later = "RT4_hand-hygiene_202403-202406_v03.csv"
    _send(trust, later, [row("7A7", "A", "2024-03"), row("7A4", "A", "2024-06")], 13)
    trust.night(DAY)
    assert "Rows of other organisations or months, which are not compared: 1." in _words(
        trust, later
    )


def test_a_sender_of_its_own_rows_is_not_told_who_it_is(published: Road) -> None:
    _send(published, SENT, [row("7A4", w, "2024-03", compliant=44) for w in "AB"])
    published.night(DAY)
    assert "Cardiff and Vale" not in _section(published, SENT)


def test_the_list_is_the_same_in_any_process(trust: Road) -> None:
    """Three files with a month each, held against one of all three: texts hash anew each time."""
    for month in (1, 2, 3):
        name = f"RT4_hand-hygiene_20240{month}_v02.csv"
        sent = [row(o, w, f"2024-0{month}") for o in ("7A4", "7A7") for w in "AB"]
        _send(trust, name, sent, 8 + month)
    name = "RT4_hand-hygiene_202401-202403_v03.csv"
    months = ("2024-03", "2024-01", "2024-02")
    every = [row(o, "A", m, compliant=33) for m in months for o in ("7A7", "7A4")]
    _send(trust, name, every, 12)
    trust.night(DAY)
    submission = trust.receipts()[name]["submission"]
    asked = (
        "from pathlib import Path; from datetime import date;"
        "from assets.steps.night import Night; from assets.steps.compare import Comparisons;"
        f"night = Night.open(Path({str(trust.lake)!r}), Path({str(trust.contracts)!r}),"
        " date(2024, 4, 21));"
        f"print(Comparisons(night).of({submission!r}).changes.rows())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "0123"
    }
    assert len(said) == 1
    # Ward A of both organisations in three months is changed, and ward B is gone.
    (only,) = said
    assert (only.count("'changed'"), only.count("'gone'")) == (6, 6)


def test_a_file_that_was_never_in_use_is_not_what_is_compared_with(published: Road) -> None:
    """v02 lacks ward B, so v01 stays in use; v03 says what v01 said."""
    _send(published, SENT, [row("7A4", "A", "2024-03", compliant=20)])
    published.night(DAY)
    again = "7A4_hand-hygiene_202403_v03.csv"
    # The same figures in other bytes: a copy of them would be no file of its own.
    _send(published, again, rows("7A4", "2024-03")[::-1], 13)
    published.night(date(2024, 4, 22))
    told = _words(published, again)
    assert "What this file changed in the report, for March 2024." in told
    assert "No row and no figure differs." in told
    assert "In use before: 7A4_hand-hygiene_202401-202403_v01.csv of 10 April 2024" in told


def test_an_incomplete_month_is_compared_where_there_was_no_other(published: Road) -> None:
    """April came without ward B, which is what the report has: v02 is held against that."""
    first, second = (f"7A4_hand-hygiene_202404_v0{v}.csv" for v in (1, 2))
    published.put(first, csv_of([row("7A4", "A", "2024-04")]), datetime(2024, 5, 2, tzinfo=UTC))
    published.night(date(2024, 5, 3))
    published.put(second, csv_of(rows("7A4", "2024-04")), datetime(2024, 5, 4, tzinfo=UTC))
    published.night(date(2024, 5, 5))
    assert [line[0] for line in _list(published, second)] == ["the whole row: new"]


def test_months_in_the_report_are_told_from_those_that_are_not(published: Road) -> None:
    """February lacks ward B and stays as it was; March is the file's."""
    both = "7A4_hand-hygiene_202402-202403_v02.csv"
    sent = [row("7A4", "A", "2024-02"), *rows("7A4", "2024-03")]
    _send(published, both, sent)
    published.night(DAY)
    told = _words(published, both)
    assert "What this file changed in the report, for March 2024." in told
    assert (
        "What this file would change if all of its rows were in the report, for February 2024."
        in told
    )


def _withdraw(road: Road, name: str) -> None:
    (road.lake / "decisions" / "own.yaml").write_text(
        f"- {{decision: withdraw, submission: {road.receipts()[name]['submission']}, role: Lead,"
        " team: Safe Care, reason: Wrong month, date: 2024-04-21}",
        "utf-8",
    )


@pytest.mark.parametrize(
    "without",
    [
        # Refused for want of a column: the receipt has no months.
        ("soap_litres",),
        # Taken; the name speaks of June, of which no row is, and one row is of February.
        (),
    ],
)
def test_a_page_follows_the_file_it_was_compared_with(
    empty_road: Road, without: tuple[str, ...]
) -> None:
    """Rows of February in a file that is named after June, whose other file is withdrawn."""
    before = "7A4_hand-hygiene_202402_v01.csv"
    _send(empty_road, before, rows("7A4", "2024-02"), 8)
    _send(empty_road, "7A7_hand-hygiene_202402_v01.csv", rows("7A7", "2024-02"), 8)
    named = "7A4_hand-hygiene_202406_v02.csv"
    sent = [row("7A4", w, "2024-02", compliant=25) for w in "AB"]
    _send(empty_road, named, [{n: c for n, c in o.items() if n not in without} for o in sent], 9)
    empty_road.night(DAY)
    assert before in _section(empty_road, named)
    _withdraw(empty_road, before)
    empty_road.night(date(2024, 4, 22))
    assert "Nothing of yours was accepted for these months before" in _section(empty_road, named)


def test_a_page_follows_which_of_several_files_was_in_use(published: Road) -> None:
    """v02 lacks ward B; once that is closed from March, v02 is what was in use before v03.

    v03 is refused, and named after June: nothing else on its page is about March.
    """
    _send(published, SENT, [row("7A4", "A", "2024-03", compliant=20)])
    third = "7A4_hand-hygiene_202406_v03.csv"
    sent = row("7A4", "A", "2024-03", compliant=21)
    _send(published, third, [{n: c for n, c in sent.items() if n != "soap_litres"}], 13)
    published.night(DAY)
    assert [line[-2:] for line in _list(published, third)] == [["", ""], ["40", "21"]]
    (published.lake / "decisions" / "own.yaml").write_text(
        "- {organisation: 7A4, site: 7A4BV, ward: B, starts: 2024-03-01, role: Ward manager,"
        " reason: Closed}",
        "utf-8",
    )
    published.night(date(2024, 4, 22))
    assert [line[-2:] for line in _list(published, third)] == [["20", "21"]]


@pytest.mark.parametrize(
    "changed",
    [{"period": "13/2024"}, {"organisation_code": "7X9"}],
)
def test_rows_whose_month_or_organisation_cannot_be_told_are_counted_apart(
    published: Road, changed: dict[str, str]
) -> None:
    sent = [*rows("7A4", "2024-03"), row("7A4", "C", "2024-03") | changed]
    _send(published, SENT, sent)
    published.night(DAY)
    told = _words(published, SENT)
    assert "Rows whose month or organisation cannot be told, which are not compared: 1." in told
    assert "Rows of other months" not in told
    welsh = _section(published, SENT, ".cy")
    assert "Rhesi na ellir dweud eu mis neu eu sefydliad, nas cymherir: 1." in welsh


def test_a_file_without_months_is_not_said_to_be_the_first(published: Road) -> None:
    sent = rows("7A4", "2024-03")
    _send(published, SENT, [{n: c for n, c in one.items() if n != "period"} for one in sent])
    published.night(DAY)
    assert TITLE not in published.steward_page(SENT)
