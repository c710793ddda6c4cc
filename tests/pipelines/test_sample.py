"""The sample inbox: the same every time, real where it says so, and wrong only where it says so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl
import pytest

from data_contracts.contract import Scope, load_contracts, tables_by_topic
from pipelines.days import SAMPLE_DAY, day_of
from pipelines.sample import MISTAKES, SampleSummary, write_sample
from pipelines.sample.parcels import Parcel
from pipelines.sample.published import bed_days, red_calls, split
from pipelines.sample.story import Effect
from pipelines.sample.write import all_parcels

# Each topic with the rows of all files that are right.
Sent: TypeAlias = dict[str, pl.DataFrame]

FILE_NAME = re.compile(r"[A-Z0-9]{3}_[a-z-]+_\d{6}(-\d{6})?_v\d\d\.(csv|xlsx)")


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def inbox(summary: SampleSummary) -> Path:
    return summary.inbox


@pytest.fixture(scope="module")
def parcels() -> list[Parcel]:
    return all_parcels()


@pytest.fixture(scope="module")
def sent(parcels: list[Parcel]) -> Sent:
    """Each topic's rows as they should be counted: the newest version that is no mistake."""
    spoilt = {mistake.file for mistake in MISTAKES if mistake.version > 1}
    good = {
        (p.submitter, p.topic, p.last): p.frame for p in parcels if p.path.as_posix() not in spoilt
    }
    return {
        topic: pl.concat([f for (_, t, _), f in good.items() if t == topic], how="diagonal")
        for topic in sorted({topic for _, topic, _ in good})
    }


def test_two_runs_write_the_same_bytes_and_arrivals(inbox: Path, tmp_path: Path) -> None:
    again = write_sample(tmp_path).inbox
    assert _fingerprint(again) == _fingerprint(inbox)


def test_the_sample_says_as_of_which_day_it_is_to_be_read(inbox: Path) -> None:
    assert (inbox.parent / "sample-day").read_text(encoding="utf-8") == "2024-04-20\n"


def test_the_inbox_holds_one_folder_for_each_submitter_and_only_finished_files(inbox: Path) -> None:
    assert sorted(folder.name for folder in inbox.iterdir()) == [
        "7A1", "7A2", "7A3", "7A4", "7A5", "7A6", "7A7", "RQF", "RT4",
    ]  # fmt: skip
    names = [path.name for path in _files(inbox)]
    assert [name for name in names if not FILE_NAME.fullmatch(name)] == []


def test_the_summary_counts_what_was_written(summary: SampleSummary, inbox: Path) -> None:
    files = list(_files(inbox))
    assert (summary.files, summary.size) == (len(files), sum(f.stat().st_size for f in files))
    assert len(summary.mistakes) == len(MISTAKES) == 13


def test_only_files_that_have_arrived_by_the_day_are_written(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    early = write_sample(tmp_path, date(2023, 4, 30), lambda done, of: told.append((done, of)))
    # A range of months for eight organisations x seven returns of wards, seven boards' emergency
    # departments and the ambulance service's red calls.
    assert early.files == 8 * 7 + 7 + 1
    assert told[0] == (1, 64)
    assert told[-1] == (64, 64)


def test_a_file_arrives_when_its_modification_time_says(parcels: list[Parcel], inbox: Path) -> None:
    for parcel in parcels:
        modified = (inbox / parcel.path).stat().st_mtime
        assert datetime.fromtimestamp(modified, UTC) == parcel.arrived
        assert parcel.arrived.date() > parcel.last.replace(day=28)


def test_most_files_come_before_the_deadline_and_the_story_says_which_do_not(inbox: Path) -> None:
    march = _arrived(inbox / "7A3/7A3_falls_202403_v01.csv")
    late = _arrived(inbox / "7A2/7A2_falls_202402_v01.xlsx")
    # Ten working days after March 2024 end on 15 April (Easter Monday is 1 April), after
    # February on 14 March.
    assert date(2024, 4, 8) <= march <= date(2024, 4, 12)
    assert date(2024, 3, 14) < late < date(2024, 3, 21)
    assert not list(inbox.glob("7A7/7A7_falls*_202403_*"))


@pytest.mark.parametrize(
    ("site", "month", "published"),
    [
        ("7A1A1", "2021-01", 10779),
        ("7A4BV", "2024-03", 26204),
        ("7A3B7", "2022-02", 10754),
    ],
)
def test_ward_bed_days_add_up_to_the_published_figure(
    sent: Sent, site: str, month: str, published: int
) -> None:
    rows = sent["falls"].filter(pl.col("site_code") == site, pl.col("period") == month)
    assert rows["occupied_bed_days"].sum() == published
    assert rows["ward_code"].n_unique() == rows.height > 5


@pytest.mark.parametrize("topic", ["falls", "pressure-ulcers"])
def test_no_site_and_month_differs_from_the_published_bed_days(sent: Sent, topic: str) -> None:
    of_site = [pl.col("site_code"), pl.col("period")]
    published = bed_days().with_columns(period=pl.col("month").dt.to_string("%Y-%m"))
    published = published.group_by(of_site).agg(pl.sum("occupied_bed_days").alias("published"))
    wards = sent[topic].filter(pl.col("site_code") != "RQFH5").group_by(of_site)
    both = wards.agg(pl.sum("occupied_bed_days")).join(published, on=["site_code", "period"])
    # March 2024 is not sent for Ystradgynlais (7A7) in one of the two tables.
    assert both.height == published.height - (topic == "falls")
    assert both.filter(pl.col("occupied_bed_days") != pl.col("published")).is_empty()


def test_the_month_the_figures_lack_is_sent_as_zero(sent: Sent) -> None:
    rows = sent["falls"].filter(pl.col("site_code") == "7A6F7", pl.col("period") == "2022-09")
    assert rows["occupied_bed_days"].to_list() == [0, 0]
    assert rows["falls_total"].to_list() == [0, 0]
    assert set(rows["provenance"]) == {"simulated"}


def test_red_calls_equal_the_figures_and_the_published_percentage(
    sent: Sent,
) -> None:
    calls = sent["ambulance"].with_columns(month=pl.col("period").str.to_date("%Y-%m"))
    real = calls.filter(pl.col("provenance") == "published")
    both = real.join(red_calls(), on=["organisation_code", "month"], suffix="_published")
    assert both.height == red_calls().height == 7 * 36
    counts = ["red_responses", "red_responses_within_8_minutes"]
    assert both.select(counts).equals(
        both.select(pl.col(f"{c}_published").alias(c) for c in counts)
    )
    percent = 100 * pl.col(counts[1]) / pl.col(counts[0])
    assert both.select((percent - pl.col("published_percent")).abs().max()).item() < 0.00005


def test_red_calls_of_one_board_and_month_are_those_published(inbox: Path) -> None:
    rows = pl.read_csv(inbox / "RT4/RT4_ambulance_202312_v01.csv")
    powys = rows.filter(pl.col("organisation_code") == "7A7").row(0, named=True)
    assert (powys["red_responses"], powys["red_responses_within_8_minutes"]) == (172, 73)
    assert powys["provenance"] == "published"
    later = pl.read_csv(inbox / "RT4/RT4_ambulance_202401_v01.csv")
    assert set(later["provenance"]) == {"simulated"}


@pytest.mark.parametrize(
    ("month", "organisation", "attendances"), [("2019-03", "7A3", 4967), ("2019-04", "7A5", 4991)]
)
def test_princess_of_wales_is_sent_by_the_board_it_belonged_to(
    inbox: Path, month: str, organisation: str, attendances: int
) -> None:
    path = f"{organisation}/{organisation}_emergency-department_201804-202303_v01.csv"
    rows = pl.read_csv(inbox / path).filter(
        pl.col("site_code") == "7A3B7", pl.col("period") == month
    )
    assert rows["organisation_code"].to_list() == [organisation]
    assert rows["attendances"].to_list() == [attendances]


def test_hospitals_before_the_grange_keep_the_codes_of_the_figures(
    sent: Sent,
) -> None:
    gwent = sent["emergency-department"].filter(pl.col("organisation_code") == "7A6")
    months = gwent.group_by("site_code").agg(first=pl.min("period"), last=pl.max("period"))
    spans = {site: (first, last) for site, first, last in months.iter_rows()}
    assert spans["7A6ARX"] == ("2018-04", "2020-12")
    assert spans["7A6AR"] == ("2021-01", "2024-03")
    assert spans["7A6G9"] == ("2020-11", "2024-03")


def test_falls_by_harm_add_up_to_all_falls(sent: Sent) -> None:
    harms = ["no_harm", "low_harm", "moderate_harm", "severe_harm", "death"]
    total = pl.sum_horizontal(f"falls_{harm}" for harm in harms)
    assert sent["falls"].filter(pl.col("falls_total") != total).is_empty()


ELEMENTS = [
    "oxygen_given", "cultures_taken", "antibiotics_given", "fluids_given", "lactate_measured",
    "urine_output_measured",
]  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "part", "whole"),
    [
        ("falls", "falls_hip_fracture", "falls_severe_harm"),
        ("falls", "risk_assessed_within_24h", "at_risk_admissions"),
        ("falls", "post_fall_check_done", "falls_total"),
        ("falls", "enhanced_observation_days", "occupied_bed_days"),
        ("pressure-ulcers", "risk_assessed_within_6h", "admissions"),
        ("pressure-ulcers", "sskin_complete", "sskin_reviewed"),
        *(("sepsis", "sepsis_six_within_1h", element) for element in ELEMENTS),
        *(("sepsis", element, "screen_positive") for element in ELEMENTS),
        ("sepsis", "antibiotics_within_1h", "high_risk"),
        ("sepsis", "sepsis_deaths_30d", "sepsis_cases"),
        ("deterioration-ward", "cardiac_arrests", "calls_2222"),
        ("deterioration-ward", "observations_on_time", "observations_due"),
        ("emergency-department", "within_4_hours", "within_12_hours"),
        ("emergency-department", "within_12_hours", "attendances"),
    ],
)
def test_a_part_never_exceeds_its_whole(sent: Sent, topic: str, part: str, whole: str) -> None:
    assert sent[topic].filter(pl.col(part) > pl.col(whole)).is_empty()


def test_admissions_are_the_same_in_every_return(sent: Sent) -> None:
    key = ["site_code", "ward_code", "period"]
    wards = sent["pressure-ulcers"].join(sent["deterioration-ward"], on=key, suffix="_too")
    assert wards.height > 11_000
    assert wards.filter(pl.col("admissions") != pl.col("admissions_too")).is_empty()


@pytest.mark.parametrize(
    ("topic", "event", "table", "count"),
    [
        ("falls-events", "hip_fracture", "falls", "falls_hip_fracture"),
        ("falls-events", "fall_death", "falls", "falls_death"),
        ("pressure-ulcers-events", "category_3", "pressure-ulcers", "category_3"),
        ("deterioration-events", "cardiac_arrest", "deterioration-ward", "cardiac_arrests"),
    ],
)
def test_events_agree_with_the_monthly_counts(
    sent: Sent, topic: str, event: str, table: str, count: str
) -> None:
    key = ["site_code", "ward_code", "period"]
    events = sent[topic].group_by(key).agg((pl.col("event_type") == event).sum().alias("events"))
    both = sent[table].join(events, on=key)
    # Every ward and month has its row of events, if only to say that there were none.
    assert both.height == sent[table].height
    assert both.filter(pl.col("events") != pl.col(count)).is_empty()


def test_every_event_has_a_day_of_its_month_and_a_number(sent: Sent) -> None:
    events = pl.concat([rows for topic, rows in sent.items() if topic.endswith("-events")])
    is_none = pl.col("event_type") == "none"
    real = events.filter(~is_none)
    assert real.filter(pl.col("event_date").str.head(7) != pl.col("period")).is_empty()
    assert real["event_number"].min() == 1
    unset = pl.col("event_date").is_null() & pl.col("event_number").is_null()
    assert events.filter(is_none & ~unset).is_empty()


def test_the_wards_of_a_site_are_the_same_every_month(sent: Sent) -> None:
    months = sent["sepsis"].group_by("site_code", "ward_code").agg(pl.n_unique("period"))
    assert set(months["period"]) == {39}


def test_every_row_says_where_it_comes_from(sent: Sent) -> None:
    said = {topic: set(rows["provenance"]) for topic, rows in sent.items()}
    assert said["emergency-department"] == {"published"}
    assert said["ambulance"] == {"published", "simulated"}
    assert said["falls"] == {"simulated_on_published", "simulated"}
    assert said["sepsis"] == said["changes"] == {"simulated"}
    velindre = sent["falls"].filter(pl.col("organisation_code") == "RQF")
    assert set(velindre["provenance"]) == {"simulated"}


@pytest.mark.parametrize("topic", sorted(tables_by_topic(load_contracts())))
def test_files_hold_what_the_contract_asks_for(sent: Sent, topic: str) -> None:
    table = tables_by_topic(load_contracts())[topic]
    rows = sent[topic]
    required = {column.name for column in table.columns if column.required}
    assert set(rows.columns) <= set(table.column_names)
    assert required <= set(rows.columns)
    assert rows.select(sorted(required)).null_count().sum_horizontal().item() == 0
    key = [name for name in table.key if name in rows.columns]
    assert rows.select(key).is_duplicated().sum() == 0
    for column in table.columns:
        if column.values and column.name in rows.columns:
            assert set(rows[column.name].drop_nulls()) <= set(column.values)
    broken = [r.code for r in table.rules if r.scope is Scope.ROW and _breaks(rows, r.expression)]
    assert broken == []


@pytest.mark.parametrize(
    ("topic", "organisation", "since", "count", "change"),
    [
        ("falls", "7A5", "2022-10", "falls_total", 0.76),
        ("falls", "7A2", "2023-08", "falls_total", 1.30),
        ("pressure-ulcers", "7A1", "2023-05", "category_2", 0.68),
    ],
)
def test_the_story_shows_in_the_rates(
    sent: Sent, topic: str, organisation: str, since: str, count: str, change: float
) -> None:
    rows = sent[topic].filter(pl.col("organisation_code") == organisation)
    wards = rows.filter(pl.col("occupied_bed_days") > 0).group_by(
        is_after=pl.col("period") >= since
    )
    rates = wards.agg(rate=pl.sum(count) / pl.sum("occupied_bed_days")).sort("is_after")["rate"]
    assert rates[1] / rates[0] == pytest.approx(change, abs=0.08)


def test_changes_name_measures_that_there_are(sent: Sent) -> None:
    measures = {(m.workstream, m.id) for contract in load_contracts() for m in contract.measures}
    assert set(sent["changes"].select("workstream", "measure").iter_rows()) <= measures


def test_boards_write_about_their_changes_in_their_language(sent: Sent) -> None:
    told = sent["changes"]
    assert told.filter(pl.col("text_en").is_null() & pl.col("text_cy").is_null()).is_empty()
    north = told.filter(pl.col("organisation_code") == "7A1")
    assert north["text_en"].null_count() == north.height > 0
    bay_nursing = told.filter(pl.col("organisation_code") == "7A5")
    assert bay_nursing["date"].unique().to_list() == ["2022-10-03"]


def test_a_workbook_holds_counts_as_numbers_and_months_as_text_or_dates(
    inbox: Path,
) -> None:
    text = pl.read_excel(inbox / "7A4/7A4_falls_202403_v01.xlsx")
    dates = pl.read_excel(inbox / "7A2/7A2_falls_202403_v01.xlsx")
    assert text.columns[0] == "organisation_code"
    assert text["falls_total"].dtype == pl.Int64
    assert set(text["period"]) == {"2024-03"}
    assert dates["period"].dtype == pl.Date
    assert set(dates["period"]) == {date(2024, 3, 1)}


def test_bed_days_are_shared_out_to_the_last_day() -> None:
    wards = split(
        np.array([10, 7, 0]), np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    )
    # 10 = 2.5 + 2.5 + 5: ends of the wards at 2.5, 5 and 10, rounded up from the half.
    assert wards.tolist() == [[3, 2, 0], [2, 2, 0], [5, 3, 0]]


def test_an_effect_grows_over_its_months_and_stays_where_it_belongs() -> None:
    units = pl.DataFrame({"organisation": ["7A5", "7A2"]})
    months = [date(2022, month, 1) for month in (9, 10, 11, 12)]
    where = {"organisation": "7A5"}
    effect = Effect(column="c", first=months[1], factor=0.25, over=1, where=where)
    assert effect.factors(units, months).tolist() == [[1, 0.5, 0.25, 0.25], [1, 1, 1, 1]]


def _files(inbox: Path) -> Iterator[Path]:
    return (path for path in sorted(inbox.rglob("*")) if path.is_file())


def _fingerprint(inbox: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(inbox)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in _files(inbox)
    }


def _arrived(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def _breaks(rows: pl.DataFrame, expression: str) -> bool:
    return bool(rows.sql(f"SELECT COUNT(*) FROM self WHERE NOT ({expression})").item())


def test_every_command_reads_the_sample_as_on_its_own_day(tmp_path: Path) -> None:
    assert day_of(tmp_path, None) is None
    (tmp_path / SAMPLE_DAY).write_text("2024-04-20\n", encoding="utf-8")
    assert day_of(tmp_path, None) == date(2024, 4, 20)
    assert day_of(tmp_path, datetime(2024, 5, 20)) == date(2024, 5, 20)
