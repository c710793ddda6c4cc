"""What a reader comes for, each within three clicks of the landing page.

The sample's story is told in STORY.md: Hywel Dda (7A2) has a concern about falls since July 2023,
Cwm Taf Morgannwg (7A5) an improvement with a test of change, Powys (7A7) sent no March 2024.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

pytestmark = pytest.mark.browser

MOST_CLICKS = 3


@dataclass
class Reader:
    """Somebody on the landing page who counts the clicks."""

    page: Page
    clicks: int = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        assert self.clicks <= MOST_CLICKS
        what.click()
        self.page.wait_for_load_state()

    def rows(self) -> list[str]:
        """The organisations of the matrix that are shown, below All Wales, which stays."""
        below = "table.mx tbody tr:visible:not(.wales) th"
        return self.page.locator(below).all_inner_texts()

    def cell(self, organisation: str, column: str = "falls-rate") -> Locator:
        row = self.page.locator(f'table.mx tbody tr[data-search*="{organisation}"]')
        return row.locator(f'[data-column="{column}"]')


@pytest.fixture
def reader(open_falls) -> Reader:
    return Reader(open_falls("collaborative/index.html").page)


def test_which_boards_have_a_concern_about_falls_and_is_any_new(reader: Reader) -> None:
    reader.click(reader.page.get_by_role("button", name="Concern"))
    assert reader.rows() == ["Hywel Dda"]
    reader.click(reader.page.get_by_role("button", name="New"))
    assert reader.rows() == []
    assert "no new signals" in reader.page.locator("h1").inner_text()


def test_since_when_and_by_which_rule(reader: Reader) -> None:
    reader.click(reader.cell("hywel dda").locator("a"))
    chart = reader.page.locator("[id='7A2-falls-rate']")
    expect(chart).to_be_in_viewport()
    assert "above the upper limit of 7.87" in chart.inner_text()
    assert "a signal since July 2023 (run on one side)" in chart.inner_text()


def test_is_the_change_linked_to_a_test_of_change(reader: Reader) -> None:
    reader.click(reader.cell("cwm taf").locator("a"))
    reader.click(reader.page.get_by_role("link", name="Tests of change"))
    row = reader.page.locator("#changes tr", has_text="Bay nursing: one nurse")
    expect(row).to_be_in_viewport()
    said = row.inner_text()
    assert "3 October 2022" in said
    assert "Cwm Taf Morgannwg" in said
    assert "Test of change" in said


def test_download_its_data(reader: Reader) -> None:
    reader.click(reader.cell("hywel dda").locator("a"))
    chart = reader.page.locator("[id='7A2-falls-rate']")
    with reader.page.expect_download() as waiting:
        reader.click(chart.locator("a[download]"))
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["Month"], rows[-1]["Month"], len(rows)) == ("2021-01", "2024-03", 39)
    assert {row["Unit"] for row in rows} == {"Hywel Dda"}
    assert rows[-1]["Signal"] == "Concern, high"
    assert float(rows[-1]["Value"]) == 8.18


def test_why_is_a_cell_blank_for_powys(reader: Reader) -> None:
    cell = reader.cell("powys")
    assert "Missing" in cell.inner_text()
    assert "Feb 2024" in cell.inner_text()
    reader.click(cell.locator("a"))
    chart = reader.page.locator("[id='7A7-falls-rate']")
    expect(chart).to_be_in_viewport()
    assert "No figure for March 2024" in chart.inner_text()


def test_is_the_target_for_all_wales_being_met(reader: Reader) -> None:
    """Falls have no target, and All Wales cannot be judged without Powys: both are said."""
    assert "No target can be judged for all Wales yet." in reader.page.locator(".lede").inner_text()
    reader.click(reader.page.locator("table.mx tr.wales [data-column='falls-rate'] a"))
    reader.click(reader.page.get_by_role("link", name="Latest figures"))
    row = reader.page.locator("#figures tr.wales").first
    expect(row).to_be_in_viewport()
    assert "No target" in row.inner_text()


def test_is_a_target_that_there_is_being_met_for_all_wales(open_sample) -> None:
    """Of 100 people 95 are to leave within 4 hours; in March 2024 it was 67.5 (StatsWales)."""
    reader = Reader(open_sample("collaborative/index.html").page)
    cell = reader.page.locator("table.mx tr.wales [data-column='ed-within-4-hours']")
    assert "67.5%" in cell.inner_text()
    reader.click(cell.locator("a"))
    chart = reader.page.locator("[id='wales-ed-within-4-hours']")
    expect(chart).to_be_in_viewport()
    assert "target of 95.0% is out of reach" in chart.inner_text()
    assert "the target will not be met unless the work changes" in chart.inner_text()
    reader.click(reader.page.get_by_role("link", name="Latest figures"))
    said = [row.inner_text() for row in reader.page.locator("#figures tr.wales").all()]
    within = next(row for row in said if "67.5%" in row)
    assert "95.0%" in within
    assert "Target missed" in within
    # Beside it, a measure without a target.
    assert "No target" in next(row for row in said if "2.32" in row)


def test_print_the_pack_for_the_board_meeting(reader: Reader, tmp_path: Path) -> None:
    """Two sheets for falls, with the chart and every organisation, and no navigation."""
    reader.click(reader.page.get_by_role("link", name="Quarterly pack"))
    reader.page.locator(".plot.is-drawn").first.wait_for()
    place = tmp_path / "pack.pdf"
    reader.page.pdf(path=place, prefer_css_page_size=True, tagged=True)
    sheets = [page.extract_text() for page in PdfReader(place).pages]
    assert len(sheets) == 2
    assert "6.64 Mar 2024" in sheets[0]
    for name in ("All Wales", "Hywel Dda", "Powys", "Velindre"):
        assert name in sheets[1]
    assert "Overview" not in "".join(sheets)


def test_mend_a_failed_file_with_its_page_alone(open_falls) -> None:
    """From the sender's list: which column is wrong, what it must be, and the sheet marked."""
    reader = Reader(open_falls("stewards/7A3/index.html").page)
    reader.click(reader.page.locator("#mend").get_by_text("7A3_falls_202401_v03.csv"))
    said = reader.page.locator("main").inner_text()
    assert "Not accepted" in reader.page.locator("h1").inner_text()
    assert "falls_total" in reader.page.locator("#problems").inner_text()
    assert "falls_altogether" in said
    assert re.search(r"Save it as\s+7A3_falls_202401_v0\d\.csv", said)
    with reader.page.expect_download() as waiting:
        reader.click(reader.page.get_by_role("link", name="with every place marked (Excel)"))
    assert Path(waiting.value.path()).read_bytes()[:2] == b"PK"


def test_the_same_in_welsh(reader: Reader) -> None:
    reader.click(reader.page.get_by_role("button", name="Concern"))
    reader.click(reader.page.get_by_role("link", name="Cymraeg"))
    expect(reader.page).to_have_url(re.compile(r"index\.cy\.html#filter=con$"))
    assert reader.rows() == ["Hywel Dda"]
    assert "Pryder" in reader.cell("hywel dda").inner_text()
    reader.click(reader.cell("hywel dda").locator("a"))
    said = reader.page.locator("[id='7A2-falls-rate']").inner_text()
    assert "Gorffennaf 2023" in said
