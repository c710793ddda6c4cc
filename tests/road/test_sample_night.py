"""The whole sample through the whole road: real figures arrive unchanged, the story is told.

One night for all tests here; the figures to compare with are those that were published.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.steps.result import Verdict
from pipelines.nightly import run_night
from pipelines.sample.mistakes import MISTAKES, Mistake
from pipelines.sample.write import TODAY, write_sample
from reports.pages.single_file import single_file

FIGURE = re.compile(rb'<figure class="fig".*?</figure>', re.S)
DRAWN = b'data-figure="'
# In bytes, beside what pages share in static/ and one CSV file for each chart. No page has sixty
# charts: for each, the size is told that it would have with sixty like its own.
LANDING, WORKSTREAM, SINGLE = 500_000, 750_000, 2_000_000
CHARTS = 60
MONTHS = 36
FIGURES = Path(__file__).parents[2] / "pipelines" / "sample" / "figures"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake after the sample's night."""
    lake = tmp_path_factory.mktemp("sample") / "lake"
    write_sample(lake)
    assert run_night(lake, today=TODAY) is Verdict.NEEDS_STEWARD
    return lake


def _points(lake: Path, workstream: str) -> pl.DataFrame:
    return pl.read_parquet(lake / "work" / workstream / "points.parquet")


def _series(lake: Path, series: str) -> pl.DataFrame:
    workstream = series.partition("/")[0]
    return _points(lake, workstream).filter(pl.col("series") == series).sort("period")


def _receipts(lake: Path) -> dict[str, dict[str, Any]]:
    paths = (lake / "submissions").glob("*/receipt.json")
    found = [json.loads(path.read_text("utf-8")) for path in paths]
    return {f"{r['submitter']}/{r['file_name']}": r for r in found}


def test_the_sample_is_as_large_as_it_should_be(sample: Path) -> None:
    receipts = _receipts(sample)
    assert len({r["submitter"] for r in receipts.values()}) == 9
    workstreams = {r["workstream"] for r in receipts.values()} - {None, "changes"}
    assert len(workstreams) == 4
    months = _series(sample, "falls/falls_rate/wales/wales").height
    assert months == 39


def test_red_calls_are_the_published_percentages(sample: Path) -> None:
    """252 board-months, each equal to 4 decimals."""
    published = pl.read_csv(FIGURES / "ambulance_red_calls.csv", try_parse_dates=True)
    counted = (
        _points(sample, "deterioration")
        .filter(pl.col("measure") == "red_within_8_minutes", pl.col("level") == "organisation")
        .join(published, left_on=["unit", "period"], right_on=["organisation_code", "month"])
    )
    assert counted.height == 252
    assert set(counted["provenance"]) == {"published"}
    difference = (counted["value"] - counted["published_percent"]).abs()
    assert difference.max() < 5e-5


def test_waits_in_emergency_departments_are_the_published_counts(sample: Path) -> None:
    published = pl.read_csv(FIGURES / "emergency_department_waits.csv", try_parse_dates=True)
    wales = published.group_by("month").agg(pl.col("attendances", "within_4_hours").sum())
    counted = _series(sample, "deterioration/ed_within_4_hours/wales/wales").join(
        wales, left_on="period", right_on="month"
    )
    assert counted.height == 72
    assert counted["denominator"].to_list() == counted["attendances"].to_list()
    assert counted["numerator"].to_list() == counted["within_4_hours"].to_list()


@pytest.mark.parametrize("board", ["7A3", "7A5"])
def test_the_boundary_change_of_2019_starts_a_phase(sample: Path, board: str) -> None:
    points = _series(sample, f"deterioration/ed_within_4_hours/organisation/{board}")
    phases = points.group_by("phase", maintain_order=True).agg(pl.col("period").min())
    assert phases["period"].to_list() == [date(2018, 4, 1), date(2019, 4, 1)]


def test_other_boards_have_one_phase(sample: Path) -> None:
    points = _series(sample, "deterioration/ed_within_4_hours/organisation/7A4")
    assert set(points["phase"]) == {1}


def test_princess_of_wales_counts_to_its_board_of_the_time(sample: Path) -> None:
    """Attendances of a board are those of its sites of that month, Princess of Wales included."""
    published = pl.read_csv(FIGURES / "emergency_department_waits.csv", try_parse_dates=True)
    sites = published.filter(pl.col("site_code") == "7A3B7")
    for board, month in (("7A3", date(2019, 3, 1)), ("7A5", date(2019, 4, 1))):
        points = _series(sample, f"deterioration/ed_within_4_hours/organisation/{board}")
        known = published.filter(pl.col("organisation_code") == board, pl.col("month") == month)
        assert "7A3B7" in known["site_code"]
        counted = points.filter(pl.col("period") == month)["denominator"].item()
        assert counted == known["attendances"].sum()
        assert sites.filter(pl.col("month") == month)["organisation_code"].item() == board


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_each_mistake_has_its_outcome(sample: Path, mistake: Mistake) -> None:
    receipt = _receipts(sample)[mistake.file]
    assert receipt["outcome"] == mistake.outcome
    folder = sample / "submissions" / receipt["submission"]
    codes = set(pl.read_parquet(folder / "problems.parquet")["code"])
    assert set(mistake.problems) <= codes


@pytest.mark.parametrize(
    "mistake", [m for m in MISTAKES if m.outcome != "duplicate"], ids=lambda mistake: mistake.name
)
def test_the_right_version_is_in_force(sample: Path, mistake: Mistake) -> None:
    submitter, topic, month = mistake.of
    tables = {t["file_name"]: t for t in _receipts(sample).values()}
    version = f"{submitter}_{topic}_{month}_v{mistake.in_force:02}"
    expected = next(r for name, r in tables.items() if name.startswith(version))
    in_force = pl.read_parquet(sample / "work" / expected["workstream"] / "months.parquet").filter(
        pl.col("table") == expected["table"],
        pl.col("organisation") == submitter,
        pl.col("period") == date(int(month[:4]), int(month[4:]), 1),
    )
    assert in_force["submission"].to_list() == [expected["submission"]]
    assert in_force["is_complete"].to_list() == [True]


def test_only_what_the_story_says_is_not_final(sample: Path) -> None:
    """7A7 did not send its falls of March 2024; nothing else is missing at the boards."""
    boards = pl.concat(
        [_points(sample, name) for name in ("falls", "pressure_ulcers", "sepsis", "deterioration")]
    ).filter(pl.col("level") == "organisation")
    gaps = boards.filter(pl.col("numerator").is_null(), pl.col("period") == date(2024, 3, 1))
    assert set(gaps.select("workstream", "organisation").iter_rows()) == {("falls", "7A7")}
    assert boards.filter(pl.col("state") == "incomplete").is_empty()
    wales = _series(sample, "falls/falls_rate/wales/wales").tail(1)
    assert wales.select("state", "parts_in", "parts_due").row(0) == ("incomplete", 7, 8)


@pytest.mark.parametrize(
    ("series", "verdict"),
    [
        ("falls/falls_rate/organisation/7A5", "improvement"),
        ("falls/falls_rate/organisation/7A2", "concern"),
        ("falls/falls_rate/ward/7A4BV:A2", "common_cause"),
        ("sepsis/sepsis_six/organisation/7A3", "concern"),
        ("falls/post_fall_check/organisation/7A4", "improvement"),
        ("falls/risk_assessed/organisation/7A4", "improvement"),
    ],
)
def test_the_story_is_told(sample: Path, series: str, verdict: str) -> None:
    judged = _series(sample, series).filter(pl.col("state") == "final")
    assert judged["verdict"].to_list()[-1] == verdict


def test_young_deaths_after_sepsis_are_not_judged(sample: Path) -> None:
    last = _series(sample, "sepsis/sepsis_mortality/wales/wales").tail(3)
    assert last["state"].to_list() == ["final", "immature", "immature"]
    assert last["verdict"].to_list()[-1] == "none"


def test_no_page_loads_anything_from_elsewhere(sample: Path) -> None:
    for page in (sample / "site" / "latest").resolve().rglob("*.html"):
        text = page.read_text("utf-8")
        assert 'src="http' not in text
        assert 'href="http' not in text


def test_wards_are_only_in_their_own_folder(sample: Path) -> None:
    """The unit `7A4BV` with a ward is on no page of the collaborative nor of another board."""
    site = (sample / "site" / "latest").resolve()
    agreed = ("problems", "contract-")
    for page in [*(site / "collaborative").rglob("*.*"), *(site / "org" / "7A1").rglob("*.*")]:
        # What was agreed holds no figures, and names this site as an example of a code.
        if page.suffix in {".html", ".csv"} and not page.name.startswith(agreed):
            assert "7A4BV" not in page.read_text("utf-8-sig")
    assert "7A4BV" in (site / "org" / "7A4" / "index.html").read_text("utf-8")


def test_a_change_at_one_site_is_told_to_its_own_board_only(sample: Path) -> None:
    """7A2 tested a huddle at one hospital; a change of a whole board is told to everyone."""
    site = (sample / "site" / "latest").resolve()
    everyone = (site / "collaborative" / "ws-falls.html").read_text("utf-8")
    own = (site / "org" / "7A2" / "index.html").read_text("utf-8")
    other = (site / "org" / "7A1" / "index.html").read_text("utf-8")
    huddle = "Falls huddle at each handover tested on the medical wards"
    assert [huddle in page for page in (everyone, own, other)] == [False, True, False]


def test_hywel_dda_got_worse_since_july_2023(sample: Path) -> None:
    """What a programme lead asks first is said in words."""
    page = (sample / "site" / "latest" / "collaborative" / "ws-falls.html").read_text("utf-8")
    assert "above the upper limit of 7.87 since December 2023, a signal since July 2023" in page


def test_the_record_lists_what_the_story_says(sample: Path) -> None:
    """7A7's falls and events of March never came; of no month a ward or a row is lacking."""
    (record,) = (sample / "nights").glob("*.json")
    facts = json.loads(record.read_text("utf-8"))
    assert facts["missing"] == ["7A7 falls.events 2024-03", "7A7 falls.monthly 2024-03"]
    assert (facts["incomplete"], facts["refused"], len(facts["mend"])) == ([], [], 10)


def _latest(lake: Path) -> Path:
    return (lake / "site" / "latest").resolve()


def _charts(page: bytes) -> list[bytes]:
    return [figure for figure in FIGURE.findall(page) if DRAWN in figure]


def test_the_landing_page(sample: Path) -> None:
    for name in ("index.html", "index.cy.html"):
        assert len((_latest(sample) / "collaborative" / name).read_bytes()) <= LANDING


@pytest.mark.parametrize("language", ["", ".cy"])
@pytest.mark.parametrize("workstream", ["falls", "pressure-ulcers", "sepsis", "deterioration"])
def test_a_workstreams_page_with_sixty_charts(sample: Path, workstream: str, language: str) -> None:
    page = (_latest(sample) / "collaborative" / f"ws-{workstream}{language}.html").read_bytes()
    charts = _charts(page)
    assert len(charts) >= 30
    rest = len(page) - sum(map(len, charts))
    with_sixty = rest + CHARTS * sum(map(len, charts)) / len(charts)
    assert max(len(page), with_sixty) <= WORKSTREAM


def test_a_chart_has_36_months_at_most_and_says_where_the_others_are(sample: Path) -> None:
    """Falls began 39 months ago, so three months are in the file alone."""
    page = (_latest(sample) / "collaborative" / "ws-falls.html").read_bytes()
    for chart in _charts(page):
        assert chart.count(b'<tr><th scope="row">') <= MONTHS
    told = b"3 earlier months, from January 2021, are in the CSV file."
    (main,) = (chart for chart in _charts(page) if b'id="wales-falls-rate"' in chart)
    assert told in main
    file = (_latest(sample) / "collaborative" / "data" / "wales-falls-rate.csv").read_bytes()
    assert file.count(b"\r\n") == 1 + 39


def test_every_page_as_one_file(sample: Path) -> None:
    pages = [
        *_latest(sample).glob("collaborative/*.html"),
        *_latest(sample).glob("org/*/index*.html"),
    ]
    assert len(pages) > 40
    for path in pages:
        found = single_file(
            path.read_text("utf-8"), lambda name, folder=path.parent: (folder / name).read_bytes()
        )
        assert len(found.encode("utf-8")) <= SINGLE, path.name
