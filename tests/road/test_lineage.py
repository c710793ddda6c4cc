"""The versions of a month: all are kept, one counts for each month, and each page shows them all.

What counts is worked out in test_versions.py; here is what is kept of the others and what is told.
"""

import re
from datetime import UTC, date, datetime

import pytest
from made_up import Road, csv_of, row

from assets.steps.result import Verdict

DAYS = [date(2024, 4, day) for day in (20, 21, 22)]
BOARD = "hand_hygiene_done/organisation/7A4"
FIRST = "7A4_hand-hygiene_202401-202403_v01.csv"


def _sent(compliant: int, *months: str) -> bytes:
    """Both wards of 7A4 with so many hands cleaned."""
    return csv_of([row("7A4", w, month, compliant=compliant) for month in months for w in "AB"])


def _put(road: Road, name: str, content: bytes, day: int) -> None:
    road.put(name, content, datetime(2024, 4, day, 9, tzinfo=UTC))


def _numerators(road: Road) -> list[int]:
    months = (date(2024, month, 1) for month in (1, 2, 3))
    return [road.point(BOARD, month)["numerator"] for month in months]


def _lineage(road: Road, name: str, language: str = "") -> list[tuple[str, str, str]]:
    """File, result and months in the report of each line of a page's history."""
    page = road.steward_page(name, language)
    body = page.partition('<section id="history">')[2].partition("</section>")[0]
    found = []
    for line in body.partition("<tbody>")[2].split("</tr>")[:-1]:
        cells = [re.sub(r"<[^>]*>", " ", cell) for cell in line.split("</td>")]
        file = re.search(r"7A4_\S+\.csv", cells[1])
        assert file is not None
        found.append((file[0], *(" ".join(cell.split()) for cell in cells[2:4])))
    return found


def test_an_older_version_that_comes_late_is_kept_and_not_used(published: Road) -> None:
    newest, late = (f"7A4_hand-hygiene_202403_v0{v}.csv" for v in (3, 2))
    _put(published, newest, _sent(45, "2024-03"), 11)
    assert published.night(DAYS[1]) is Verdict.GOOD
    _put(published, late, _sent(20, "2024-03"), 12)
    assert published.night(DAYS[2]) is Verdict.GOOD
    assert _numerators(published) == [70, 70, 90]
    receipt = published.receipts()[late]
    assert (receipt["outcome"], receipt["rows_accepted"]) == ("accepted", 2)
    kept = published.lake / "submissions" / receipt["submission"] / "original.csv"
    assert kept.read_bytes() == _sent(20, "2024-03")
    page = published.steward_page(late)
    assert "None of them is in the report." in page
    assert "7A4_hand-hygiene_202403_v03.csv of 11 April 2024 is in use for March 2024." in page


@pytest.mark.parametrize(
    ("name", "months", "numerators"),
    [
        ("202401-202402", ("2024-01", "2024-02"), [90, 90, 70]),
        ("202402-202403", ("2024-02", "2024-03"), [70, 90, 90]),
        # The name says three months, the rows are of two: the one between stays as it was.
        ("202401-202403", ("2024-01", "2024-03"), [90, 70, 90]),
    ],
)
def test_a_file_of_many_months_replaces_only_those_it_contains(
    published: Road, name: str, months: tuple[str, ...], numerators: list[int]
) -> None:
    _put(published, f"7A4_hand-hygiene_{name}_v02.csv", _sent(45, *months), 12)
    published.night(DAYS[1])
    assert _numerators(published) == numerators


@pytest.mark.parametrize(
    ("names", "numerator"),
    [
        # Both have a version: the higher counts, whichever came first.
        (("202403_v03", "202403_v02"), 90),
        # One has none: it is newer than what came before it, and older than what came after.
        (("202403_v03", "202403"), 60),
        (("202403", "202403_v02"), 60),
        # None has one: the last to come.
        (("202403", "202403 (1)"), 60),
    ],
)
def test_versions_decide_where_both_have_one_and_else_the_arrival(
    published: Road, names: tuple[str, str], numerator: int
) -> None:
    """The first has 45 of 50 in each ward, the second 30."""
    for day, (name, compliant) in enumerate(zip(names, (45, 30), strict=True), start=11):
        _put(published, f"7A4_hand-hygiene_{name}.csv", _sent(compliant, "2024-03"), day)
    published.night(DAYS[1])
    assert _numerators(published) == [70, 70, numerator]


def test_every_page_shows_all_versions_and_what_each_gives_to_the_report(published: Road) -> None:
    second, broken, third = (f"7A4_hand-hygiene_202403_v0{v}.csv" for v in (2, 3, 4))
    _put(published, second, _sent(45, "2024-03"), 11)
    _put(published, broken, b"no table\n1\n", 12)
    published.night(DAYS[1])
    _put(published, third, _sent(45, "2024-03"), 13)
    published.night(DAYS[2])
    expected = [
        (third, "Accepted", "Yes, for 1 month"),
        (broken, "Not accepted", "No"),
        (second, "Accepted", "No"),
        (FIRST, "Accepted", "Yes, for 2 months"),
    ]
    # Made anew for the older ones, since what they say of the newest has changed.
    for name in (third, broken, second, FIRST):
        assert _lineage(published, name) == expected
    assert [line[0] for line in _lineage(published, FIRST, ".cy")] == [line[0] for line in expected]


def test_a_copy_and_a_withdrawn_file_are_told_as_such(published: Road) -> None:
    second, copy = (f"7A4_hand-hygiene_202403_v0{v}.csv" for v in (2, 3))
    _put(published, second, _sent(45, "2024-03"), 11)
    _put(published, copy, _sent(45, "2024-03"), 12)
    published.night(DAYS[1])
    assert _lineage(published, second)[0] == (copy, "Sent before", "No")
    same = re.findall(r"fingerprint (\S+ \S+)<", published.steward_page(second))
    assert (len(same), same[0] == same[1], same[1] == same[2]) == (3, True, False)
    (published.lake / "decisions" / "own.yaml").write_text(
        f"- {{decision: withdraw, submission: {published.receipts()[second]['submission']},"
        " role: Lead, team: Safe Care, reason: Wrong month, date: 2024-04-21}",
        "utf-8",
    )
    published.night(DAYS[2])
    assert _lineage(published, second)[1] == (second, "Accepted; withdrawn", "No")
    assert _numerators(published) == [70, 70, 70]
