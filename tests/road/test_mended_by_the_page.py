"""A refused file is mended by its page alone: what the page says is done, and the file passes.

Here: a steward who knows nothing but the page, their own sheet and, for a figure that is not in
the file, their own system. The steward reads places, names and suggestions from the page and does
what the advice says by rote. Not here: what a page looks like (tests/reports/test_submission.py).
"""

from __future__ import annotations

import difflib
import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from made_up import COLUMNS, Road, rows
from page_reading import Node, parsed

from assets.steps.result import Verdict

Grid = list[list[Any]]
GOOD = rows("7A4", "2024-03")
HEADING = list(COLUMNS)
LINES = [list(one.values()) for one in GOOD]
# What the steward's own system holds, by ward and column.
# The order of the steward's columns, whatever is written above them.
OWN_SYSTEM = {(one["ward_code"], name): one[name] for one in GOOD for name in COLUMNS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file on the steward's desk: its cells, or the bytes of one that is no table of cells.

    `others` are further sheets, `errors` cells with an error of Excel, `merged` areas over rows.
    """

    grid: Grid
    ending: str = ".csv"
    others: tuple[Grid, ...] = ()
    errors: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int, int], ...] = ()
    letters: str = "utf-8"
    quotes: bool = True

    def name(self, version: int) -> str:
        return f"7A4_hand-hygiene_202403_v{version:03}{self.ending}"

    @property
    def content(self) -> bytes:
        return self._book() if self.ending == ".xlsx" else self._text()

    def _text(self) -> bytes:
        lines = (",".join("" if c is None else str(c) for c in line) for line in self.grid)
        return "".join(f"{line}\n" for line in lines).encode(self.letters, "surrogateescape")

    def _book(self) -> bytes:
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            for grid in (self.grid, *self.others):
                sheet = book.add_worksheet()
                for place, line in enumerate(grid):
                    sheet.write_row(place, 0, line)
            first = book.worksheets()[0]
            for row, column in self.errors:
                first.write_formula(row, column, "=A1/0", None, "#DIV/0!")
            for top, bottom, column in self.merged:
                first.merge_range(top, column, bottom, column, self.grid[top][column])
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Advice:
    """What the page says about one cause."""

    code: str
    found: tuple[str, ...]
    expected: str
    cause: str
    mend: str

    @property
    def cells(self) -> tuple[tuple[int, int], ...]:
        """The places that are named, as row and column counted from 0."""
        named = re.findall(
            r"\b([A-Z])(\d+)\b", " ".join(line.partition(":")[0] for line in self.found)
        )
        return tuple((int(row) - 1, ord(letter) - ord("A")) for letter, row in named)


def advice_of(page: Node) -> Iterator[Advice]:
    """All that the page says has to be mended, from first to last."""
    for article in page.first("section", id="problems").every("article"):
        terms = [node.text for node in article.first("dl").walk() if node.tag == "dt"]
        details = [node for node in article.first("dl").walk() if node.tag == "dd"]
        said = dict(zip(terms, details, strict=True))
        places = said.get("Found") or said.get("Columns")
        yield Advice(
            code=said["Code"].text,
            found=tuple(item.text for item in places.every("li")) if places else (),
            expected=said["Expected"].text,
            cause=said["Why it matters"].text,
            mend=said["How to mend it"].text,
        )


def _cell(sheet: Sheet, place: tuple[int, int]) -> Any:
    return sheet.grid[place[0]][place[1]]


def _with(sheet: Sheet, changes: Mapping[tuple[int, int], Any]) -> Sheet:
    grid = [list(line) for line in sheet.grid]
    for (row, column), value in changes.items():
        grid[row][column] = value
    return replace(sheet, grid=grid)


def _from_own_system(sheet: Sheet, place: tuple[int, int]) -> Any:
    """The figure that belongs at a place, looked up by ward and by the name above the cell."""
    ward = sheet.grid[place[0]][HEADING.index("ward_code")]
    return OWN_SYSTEM[ward, sheet.grid[0][place[1]]]


def _columns(sheet: Sheet, advice: Advice) -> Sheet:
    """Type the agreed name into the first cell, or add the column with its figures."""
    for line in advice.found:
        near = re.fullmatch(r"([A-Z]+)(\d+) says (\S+): change it to (\S+)", line)
        if near is not None:
            letter, row, _, name = near.groups()
            sheet = _with(sheet, {(int(row) - 1, ord(letter) - ord("A")): name})
            continue
        absent = re.fullmatch(r"(\S+) is not in the file", line)
        assert absent is not None, line
        # Of two columns with one name the other advice speaks: "give it its own name".
        if len(sheet.grid[0]) < len(COLUMNS):
            name = absent[1]
            head, *body = sheet.grid
            ward = head.index("ward_code")
            filled = [[*row, OWN_SYSTEM[row[ward], name]] for row in body]
            sheet = replace(sheet, grid=[[*head, name], *filled])
    return sheet


def _named_twice(sheet: Sheet, advice: Advice) -> Sheet:
    """Give the column that should not be there its own name: the one that is lacking."""
    second = advice.cells[-1] if advice.cells else (0, 0)
    (lacking,) = set(COLUMNS) - set(sheet.grid[0])
    return _with(sheet, {second: lacking})


def _heading(sheet: Sheet, advice: Advice) -> Sheet:
    """Type the name of each column, which the page lists, over other names or above the figures."""
    listed = advice.expected.partition(": ")[2].rstrip(".").split(", ")
    names = [name for name in HEADING if name in listed]
    has_names = "names found are" in advice.cause
    return replace(sheet, grid=[names, *sheet.grid[has_names:]])


def _agreed_value(sheet: Sheet, advice: Advice) -> Sheet:
    """Type one of the agreed values: the one that looks like what was meant."""
    listed = advice.expected.partition(": ")[2].rstrip(".").split(", ")
    near = {p: difflib.get_close_matches(_cell(sheet, p), listed, n=1)[0] for p in advice.cells}
    return _with(sheet, near)


def _suggested(sheet: Sheet, advice: Advice) -> Sheet:
    """Type what the page asks: did you mean 7A4?"""
    meant = [line.rpartition("Did you mean: ")[2] for line in advice.found]
    return _with(sheet, dict(zip(advice.cells, meant, strict=True)))


def _month(sheet: Sheet, advice: Advice) -> Sheet:
    """Type year, hyphen and month."""
    typed = {p: "-".join(_cell(sheet, p).split("/")[:0:-1]) for p in advice.cells}
    return _with(sheet, typed)


def _looked_up(sheet: Sheet, advice: Advice) -> Sheet:
    """Type the value into the cell."""
    return _with(sheet, {p: _from_own_system(sheet, p) for p in advice.cells})


def _one_sheet(sheet: Sheet, advice: Advice) -> Sheet:
    """Copy all rows onto one sheet under one row of column names."""
    below = [line for grid in sheet.others for line in grid[1:]]
    return replace(sheet, grid=[*sheet.grid, *below], others=())


def _other_letters(sheet: Sheet, advice: Advice) -> Sheet:
    """Save as CSV UTF-8: what Excel showed as one letter is one letter."""
    grid = [
        [cell.replace("\udce9", "é") if isinstance(cell, str) else cell for cell in line]
        for line in sheet.grid
    ]
    return replace(sheet, grid=grid)


def _without_column(sheet: Sheet, advice: Advice) -> Sheet:
    """Delete the whole column, which the return does not have."""
    ((_, column),) = advice.cells
    assert sheet.grid[0][column] not in COLUMNS
    return replace(sheet, grid=[line[:column] + line[column + 1 :] for line in sheet.grid])


def _opened(sheet: Sheet, advice: Advice) -> Sheet:
    """What is done about a file that could not be opened stands in the advice of its reason."""
    if "Unmerge Cells" in advice.mend:
        ((row, column),) = advice.cells
        below = [place for top, bottom, c in sheet.merged if (top, c) == (row, column)
                 for place in range(top, bottom + 1)]  # fmt: skip
        return replace(sheet, merged=(), grid=[
            [*line[:column], _ward_of(place), *line[column + 1 :]] if place in below else line
            for place, line in enumerate(sheet.grid)
        ])  # fmt: skip
    if "type the figure into it" in advice.mend:
        assert set(advice.cells) == set(sheet.errors)
        return replace(_looked_up(sheet, advice), errors=())
    assert "Delete the quotation mark" in advice.mend
    grid = [[str(cell).replace('"', "") for cell in line] for line in sheet.grid]
    return replace(sheet, grid=grid)


def _ward_of(row: int) -> str:
    return str(GOOD[row - 1]["ward_code"])


def _nothing_of_its_own(sheet: Sheet, advice: Advice) -> Sheet:
    """Mend the other problems."""
    return sheet


BY_ROTE: Mapping[str, Callable[[Sheet, Advice], Sheet]] = {
    "H01": _columns,
    "H03": _named_twice,
    "H04": _heading,
    "F02": _opened,
    "F04": _other_letters,
    "F10": _one_sheet,
    "C01": _looked_up,
    "C05": _agreed_value,
    "C06": _month,
    "R02": _suggested,
    "S01": _without_column,
    "S02": _nothing_of_its_own,
}


def _changed(column: str, value: Any) -> Sheet:
    place = HEADING.index(column)
    return Sheet(grid=[HEADING, *([*line[:place], value, *line[place + 1 :]] for line in LINES)])


def _headed(old: str, new: str) -> Sheet:
    return Sheet(grid=[[new if name == old else name for name in HEADING], *LINES])


def _book(*lines: list[Any], **more: Any) -> Sheet:
    return Sheet(grid=[HEADING, *lines], ending=".xlsx", **more)


@dataclass(frozen=True, slots=True)
class Mended:
    """What a file was told, and what became of it when it was sent again."""

    told: frozenset[str]
    rows_before: int
    told_again: frozenset[str]
    receipt: Mapping[str, Any]


# Each file, and the codes that it is refused with.
REFUSED: Mapping[str, tuple[Sheet, set[str]]] = {
    "a misspelt name": (_headed("opportunities", "oportunities"), {"H01"}),
    "a column left out": (
        Sheet(grid=[[*line[:9], *line[10:]] for line in (HEADING, *LINES)]), {"H01"},
    ),
    "a name twice": (_headed("soap_litres", "compliant"), {"H01", "H03"}),
    "no names": (Sheet(grid=LINES), {"H04"}),
    "names of one's own": (
        Sheet(grid=[["org", "place", "wd", "called", "sort", "who", "mon", "beds", "chances",
                     "done", "soap"], *LINES]),
        {"H04"},
    ),
    "letters of two kinds": (
        Sheet(grid=[HEADING, [*LINES[0][:3], "Ward \udce9", *LINES[0][4:]],
                    [*LINES[1][:3], "Ward ŵ", *LINES[1][4:]]]),
        {"F04"},
    ),
    "rows on two sheets": (_book(LINES[0], others=([HEADING, LINES[1]],)), {"F10"}),
    "an error of Excel": (_book(*LINES, errors=((2, 9),)), {"F02"}),
    "merged cells": (_book(*LINES, merged=((1, 2, 2),)), {"F02"}),
    "a mark without its partner": (_changed("ward_name", '"Ward'), {"F02"}),
    "a setting in other words": (_changed("setting", "acute inpatient"), {"C05", "S02"}),
    "a misspelt organisation": (_changed("organisation_code", "Cardif and Vale"), {"R02", "S02"}),
    "a month as a day": (_changed("period", "31/03/2024"), {"C06", "S02"}),
    "an empty column": (_changed("soap_litres", None), {"C01", "S02"}),
    "a patient's number": (
        Sheet(grid=[[*HEADING, "reference"], [*LINES[0], "999 000 0018"], [*LINES[1], None]]),
        {"S01"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def mended(first_night: Road, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mended]:
    """All files sent on one day, each mended by its page alone, and all sent again the next."""
    folder = tmp_path_factory.mktemp("mended")
    shutil.copytree(first_night.lake, folder / "lake", symlinks=True)
    road = Road(folder / "lake", first_night.contracts)
    refused = {
        case: _of_its_own(sheet, number)
        for number, (case, (sheet, _)) in enumerate(REFUSED.items())
    }
    before = _sent(road, refused, 2, date(2024, 4, 20))
    assert road.night(date(2024, 4, 21)) is Verdict.NEEDS_STEWARD
    pages = {case: parsed(road.steward_page(name)) for case, name in before.items()}
    by_rote = {case: _by_rote(refused[case], page) for case, page in pages.items()}
    after = _sent(road, by_rote, 102, date(2024, 4, 21))
    assert road.night(date(2024, 4, 22)) is Verdict.GOOD
    receipts = road.receipts()
    return {
        case: Mended(
            frozenset(road.codes(before[case])),
            receipts[before[case]]["rows_accepted"],
            frozenset(road.codes(after[case])),
            receipts[after[case]],
        )
        for case in REFUSED
    }


def _of_its_own(sheet: Sheet, number: int) -> Sheet:
    """A file with bed days of its own, so that no two mended ones are the same."""
    days = {100: 101 + number}
    grid = [[days.get(cell, cell) for cell in line] for line in sheet.grid]
    others = tuple([[days.get(cell, cell) for cell in line] for line in g] for g in sheet.others)
    return replace(sheet, grid=grid, others=others)


def _sent(road: Road, sheets: Mapping[str, Sheet], first: int, day: date) -> dict[str, str]:
    """The names under which some files were sent on a day."""
    arrived = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    names = {}
    for number, (case, sheet) in enumerate(sheets.items()):
        names[case] = sheet.name(first + number)
        road.put(names[case], sheet.content, arrived + timedelta(minutes=number))
    return names


def _by_rote(sheet: Sheet, page: Node) -> Sheet:
    for advice in advice_of(page):
        sheet = BY_ROTE[advice.code](sheet, advice)
    return sheet


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_page_says_mends_the_file(case: str, mended: Mapping[str, Mended]) -> None:
    of = mended[case]
    assert (of.told, of.rows_before) == (REFUSED[case][1], 0)
    assert (of.receipt["outcome"], of.receipt["rows_accepted"]) == ("accepted", 2)
    assert of.told_again == frozenset()
