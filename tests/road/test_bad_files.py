"""Each kind of bad file through the whole road: its outcome, its page, and that nothing changes."""

import re
from datetime import UTC, date, datetime

import pytest
from made_up import Road, csv_of, row, rows

from assets.steps.result import Verdict

MARCH = date(2024, 3, 1)
NAME = "7A4_hand-hygiene_202403_v02"
GOOD = rows("7A4", "2024-03")


def _nhs_number() -> str:
    digits = [9, 9, 9, 0, 0, 0, 0, 0, 1]
    total = sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=True))
    return "".join(map(str, digits)) + str((11 - total % 11) % 11)


BAD = {
    "empty": (".csv", b"", "refused", ["F01"]),
    "unreadable": (".xlsx", b"PK\x03\x04 broken off", "quarantined", ["F02"]),
    "misspelt header": (
        ".csv",
        csv_of(GOOD).replace(b"compliant", b"complaint"),
        "refused",
        ["H01"],
    ),
    "unknown organisation": (
        ".csv",
        csv_of([*GOOD, row("7A4", "C", "2024-03", organisation_code="7A9")]),
        "partly_accepted",
        ["R02"],
    ),
    "impossible counts": (
        ".csv",
        csv_of([GOOD[0], row("7A4", "B", "2024-03", compliant=51)]),
        "partly_accepted",
        ["HH01"],
    ),
    "negative count": (
        ".csv",
        csv_of([GOOD[0], row("7A4", "B", "2024-03", soap_litres=-1)]),
        "partly_accepted",
        ["C03"],
    ),
    "a ward twice": (".csv", csv_of([*GOOD, GOOD[0]]), "partly_accepted", ["R01"]),
    "future month": (
        ".csv",
        csv_of([*GOOD, row("7A4", "A", "2024-06")]),
        "partly_accepted",
        ["C08"],
    ),
    "a patient's number": (
        ".csv",
        csv_of([GOOD[0], row("7A4", "B", "2024-03", ward_code=_nhs_number())]),
        "quarantined",
        ["S01"],
    ),
}
# What a steward reads above each problem, in English.
TITLES = {
    "F01": "The file is empty",
    "F02": "The file could not be opened safely",
    "H01": "Columns are missing",
    "R02": "An organisation that we do not know",
    "HH01": "More moments were taken than watched",
    "C03": "soap_litres: less than 0",
    "R01": "The same ward and month is there more than once",
    "C08": "period: a month that is not over yet",
    "S01": "ward_code: may name a person",
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_has_its_outcome_and_changes_no_figure(published: Road, case: str) -> None:
    extension, content, outcome, codes = BAD[case]
    before = published.points()
    workstream = published.page("collaborative/ws-hand-hygiene.html")
    published.put(NAME + extension, content, datetime(2024, 4, 12, 9, tzinfo=UTC))
    assert published.night(date(2024, 4, 21)) is Verdict.NEEDS_STEWARD
    name = NAME + extension
    assert published.receipts()[name]["outcome"] == outcome
    assert set(codes) <= set(published.codes(name))
    assert published.points().equals(before)
    # It is named among those that wait to be mended, and nothing else is told otherwise.
    now = published.page("collaborative/ws-hand-hygiene.html")
    listed = re.search(r'<h3 class="grid-title" id="unmended">.*?</ul>', now, re.DOTALL)
    assert listed is not None
    assert listed[0].count("<li>Cardiff and Vale: Hand hygiene by ward and month, Mar") == 1
    assert now.replace(listed[0], "").split() == workstream.split()
    title = TITLES[codes[0]]
    assert title in published.steward_page(name)
    assert title not in published.steward_page(name, ".cy")
    assert name in published.steward_page(name, ".cy")


def test_a_number_of_a_person_is_nowhere(published: Road) -> None:
    _, content, _, _ = BAD["a patient's number"]
    published.put(f"{NAME}.csv", content, datetime(2024, 4, 12, 9, tzinfo=UTC))
    published.night(date(2024, 4, 21))
    number = _nhs_number().encode()
    submission = published.receipts()[f"{NAME}.csv"]["submission"]
    folder = published.lake / "quarantine" / submission
    for private in (folder.parent, folder, published.lake / "submissions" / submission):
        assert private.stat().st_mode & 0o777 == 0o700
    holders = [
        path
        for path in published.lake.rglob("*")
        if path.is_file() and not path.is_symlink() and number in path.read_bytes()
    ]
    assert holders == [folder / "original.csv"]


def test_a_mended_file_is_counted_and_no_longer_asked_for(published: Road) -> None:
    wrong = [GOOD[0], row("7A4", "B", "2024-03", compliant=51)]
    published.put(f"{NAME}.csv", csv_of(wrong), datetime(2024, 4, 12, 9, tzinfo=UTC))
    assert published.night(date(2024, 4, 21)) is Verdict.NEEDS_STEWARD
    mended = [GOOD[0], row("7A4", "B", "2024-03", compliant=45)]
    arrived = datetime(2024, 4, 21, 9, tzinfo=UTC)
    published.put("7A4_hand-hygiene_202403_v03.csv", csv_of(mended), arrived)
    assert published.night(date(2024, 4, 22)) is Verdict.GOOD
    assert published.point("hand_hygiene_done/organisation/7A4", MARCH)["numerator"] == 85


def test_a_first_file_with_a_bad_row_is_counted_hollow(empty_road: Road) -> None:
    wrong = [*rows("7A4", "2024-01"), row("7A4", "C", "2024-01", compliant=99)]
    empty_road.put("7A4_hand-hygiene_202401_v01.csv", csv_of(wrong))
    empty_road.put("7A7_hand-hygiene_202401_v01.csv", csv_of(rows("7A7", "2024-01")))
    empty_road.night(date(2024, 2, 20))
    point = empty_road.point("hand_hygiene_done/organisation/7A4", date(2024, 1, 1))
    assert (point["numerator"], point["state"], point["verdict"]) == (70, "incomplete", "none")
    assert (point["parts_in"], point["parts_due"]) == (2, 3)
    wales = empty_road.point("hand_hygiene_done/wales/wales", date(2024, 1, 1))
    assert (wales["state"], wales["parts_in"], wales["parts_due"]) == ("incomplete", 1, 2)
