"""What is asked of a month because of those before it: limits by hand, and what counts as before.

Here: each kind of limits at its edge, the records that months are held against, and the questions
that need no declaration. Not here: a file for each code (test_every_code.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from made_up import PROJECT
from made_up_history import LAST, YEAR

from assets.steps.check import check
from assets.steps.night import Night
from assets.steps.receive import receive_files
from assets.steps.submissions import PROBLEMS, all_receipts
from data_contracts.contract import Table, load_contracts
from reports.months import later
from reports.pages.history_words import rule_in_words
from reports.words import Words

Row = dict[str, Any]
TODAY = date(2024, 4, 20)
CONTRACTS = {contract.workstream: contract for contract in load_contracts()}
FALLS = CONTRACTS["falls"].table("monthly")
WAITS = CONTRACTS["deterioration"].table("emergency_department")


def falls(month: str, ward: str = "A1", **changed: Any) -> Row:
    """A row of a ward of 3,000 bed days with 10 falls."""
    figures = {
        "occupied_bed_days": 3000, "falls_total": 10, "falls_no_harm": 10, "falls_low_harm": 0,
        "falls_moderate_harm": 0, "falls_severe_harm": 0, "falls_death": 0,
        "falls_hip_fracture": 0, "at_risk_admissions": 10, "risk_assessed_within_24h": 10,
        "post_fall_check_done": 0, "enhanced_observation_days": 0,
    }  # fmt: skip
    place = {"organisation_code": "7A4", "site_code": "7A4BV", "ward_code": ward}
    kind = {"ward_name": f"Ward {ward}", "setting": "acute_inpatient", "population": "adults"}
    row = place | kind | {"period": month} | figures | changed
    return row | {"falls_no_harm": row["falls_total"]}


def waits(month: str, site: str = "7A4BV", **changed: Any) -> Row:
    """A row of a department with 1,000 attendances, 800 of them within 4 hours."""
    place = {"organisation_code": site[:3], "site_code": site, "period": month}
    kind = {"setting": "ed_assessment", "population": "all"}
    return (
        place
        | kind
        | {"attendances": 1000, "within_4_hours": 800, "within_12_hours": 900}
        | changed
    )


@dataclass(frozen=True, slots=True)
class Inbox:
    """A lake that files are put into, under the contracts that are shipped."""

    night: Night

    def put(
        self,
        table: Table,
        rows: Iterable[Row],
        version: int = 1,
        arrived: datetime = datetime(2024, 4, 10, 9, tzinfo=UTC),
        trial: bool = False,
    ) -> None:
        sent = list(rows)
        months = sorted({row["period"].replace("-", "") for row in sent})
        sender, span = (
            sent[0]["organisation_code"],
            "-".join(dict.fromkeys((months[0], months[-1]))),
        )
        folder = self.night.lake.inbox / sender / ("try" if trial else "")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{sender}_{table.topic}_{span}_v{version:02}.csv"
        path.write_bytes(pl.DataFrame(sent).write_csv().encode())
        os.utime(path, (arrived.timestamp(), arrived.timestamp()))

    def check(self) -> None:
        receive_files(self.night, settled=True)
        for contract in self.night.contracts:
            check(self.night, contract)

    def asked(self) -> dict[str, list[tuple[str, int, dict[str, Any]]]]:
        """Code, row and facts of what each file was asked, by its name."""
        found = {}
        for receipt in all_receipts(self.night.lake):
            told = pl.read_parquet(self.night.lake.submissions / receipt.submission / PROBLEMS)
            rows = told.select("code", "row", "facts").rows()
            name = f"{receipt.file_name}{' on trial' if receipt.trial else ''}"
            found[name] = sorted((code, row, json.loads(facts)) for code, row, facts in rows)
        return found

    def codes(self, table: Table, *files: Iterable[Row]) -> set[str]:
        """What the last of some files was asked, each a night after the one before."""
        for version, rows in enumerate(files, start=1):
            self.put(table, rows, version)
            self.check()
        return {code for code, _, _ in self.asked().popitem()[1]}


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(Night.open(tmp_path / "lake", today=TODAY))


def year(table: Table = FALLS, **changed: Any) -> list[Row]:
    """An ordinary year before March 2024."""
    make = falls if table is FALLS else waits
    return [make(month, **changed) for month in YEAR]


def facts_of(inbox: Inbox, code: str) -> dict[str, Any]:
    """The facts of the one question of a code."""
    (found,) = [f for asked in inbox.asked().values() for c, _, f in asked if c == code]
    return found


@pytest.mark.parametrize(("falls_total", "is_asked"), [(34, False), (35, True), (1, False)])
def test_a_rate_is_asked_about_beyond_five_standard_deviations(
    inbox: Inbox, falls_total: int, is_asked: bool
) -> None:
    """10 falls are expected; (sqrt 10 + 2.5 sqrt(1 + 1/12))^2 = 33.2, and 34 is no more than that
    rounded up."""
    rows = [*year(), falls(LAST, falls_total=falls_total)]
    assert ("FA31" in inbox.codes(FALLS, rows)) == is_asked


def test_what_was_expected_is_told(inbox: Inbox) -> None:
    inbox.codes(FALLS, [*year(), falls(LAST, falls_total=60)])
    assert facts_of(inbox, "FA31") == {
        "occupied_bed_days": "3000", "falls_total": "60", "compared": 60.0,
        "expected_lowest": 0.0, "expected_highest": 34.0, "usual_figure": 10.0,
        "earlier_months": 12.0,
    }  # fmt: skip


def test_limits_widen_where_the_months_before_scatter_more_than_by_chance(inbox: Inbox) -> None:
    """5 and 15 in turn: chi-square 12 x 5^2 / 10 = 30 over 11, so phi = 2.727 and the limit is
    (sqrt 10 + 2.5 sqrt(2.727 x 13/12))^2 = 55.6."""
    past = [falls(month, falls_total=5 + 10 * (n % 2)) for n, month in enumerate(YEAR)]
    inbox.codes(FALLS, [*past, falls(LAST, falls_total=60)])
    assert facts_of(inbox, "FA31")["expected_highest"] == 56


@pytest.mark.parametrize(("within", "is_asked"), [(715, False), (714, True)])
def test_a_share_has_limits_on_the_arcsine_scale(inbox: Inbox, within: int, is_asked: bool) -> None:
    """sin^2(asin(sqrt 0.8) - 3 sqrt(1/1000 + 1/12000)) = 0.7157."""
    rows = [*year(WAITS), waits(LAST, within_4_hours=within)]
    assert ("DE62" in inbox.codes(WAITS, rows)) == is_asked


def test_less_than_five_points_are_never_asked_about(inbox: Inbox) -> None:
    """All within 4 hours for a year: no chance leaves room for a single one less."""
    past = year(WAITS, within_4_hours=1000, within_12_hours=1000)
    rows = [*past, waits(LAST, within_4_hours=950, within_12_hours=1000)]
    assert inbox.codes(WAITS, rows) == set()


@pytest.mark.parametrize(
    ("bed_days", "codes"),
    [(300, set()), (299, {"FA33"}), (7500, set()), (7501, {"FA34"}), (0, set())],
)
def test_bed_days_are_held_against_the_median(inbox: Inbox, bed_days: int, codes: set[str]) -> None:
    """A tenth and two and a half times 3,000. Without bed days a ward was closed."""
    past = [falls(month, falls_total=1) for month in YEAR]
    last = falls(LAST, falls_total=min(1, bed_days), occupied_bed_days=bed_days)
    assert inbox.codes(FALLS, [*past, last]) == codes


@pytest.mark.parametrize(("lower", "is_asked"), [(2, True), (3, False)])
def test_no_falls_are_asked_about_where_three_of_four_months_had_five(
    inbox: Inbox, lower: int, is_asked: bool
) -> None:
    """The lower quartile of 4 4 5 ... is 5, that of 4 4 4 5 ... is 4.75."""
    past = [falls(m, falls_total=4 if n < lower else 5) for n, m in enumerate(YEAR)]
    assert ("FA32" in inbox.codes(FALLS, [*past, falls(LAST, falls_total=0)])) == is_asked


@pytest.mark.parametrize(
    ("copied", "wards", "alike"), [(3, 6, 3), (2, 3, None), (3, 7, None), (4, 4, 4)]
)
def test_bed_days_that_were_copied_are_asked_about_once(
    inbox: Inbox, copied: int, wards: int, alike: int | None
) -> None:
    """In three wards and half of all."""
    rows = [falls("2024-02", f"A{n}", occupied_bed_days=3000 + n) for n in range(wards)]
    rows += [
        falls(LAST, f"A{n}", occupied_bed_days=3000 + n + (n >= copied), falls_total=9)
        for n in range(wards)
    ]
    inbox.codes(FALLS, rows)
    told = [facts["alike"] for _, _, facts in inbox.asked().popitem()[1] if "alike" in facts]
    assert told == ([] if alike is None else [alike])


def test_eleven_months_are_too_few(inbox: Inbox) -> None:
    assert inbox.codes(FALLS, [*year()[1:], falls(LAST, falls_total=60)]) == set()


def test_months_in_force_are_earlier_months(inbox: Inbox) -> None:
    assert inbox.codes(FALLS, year(), [falls(LAST, falls_total=60)]) == {"FA31"}
    assert facts_of(inbox, "FA31")["expected_highest"] == 34


def test_rows_set_aside_are_no_earlier_months(inbox: Inbox) -> None:
    """A row with more checks than falls is set aside, and eleven months are left."""
    past = [*year()[1:], falls(YEAR[0], post_fall_check_done=11)]
    assert inbox.codes(FALLS, [*past, falls(LAST, falls_total=60)]) == {"FA05"}


@pytest.mark.parametrize("is_reversed", [False, True])
def test_the_order_of_a_night_makes_no_difference(inbox: Inbox, is_reversed: bool) -> None:
    """Each month in a file of its own, one of them corrected, newest or oldest first."""
    sent = [(month, 1, 10) for month in YEAR]
    sent += [(YEAR[-1], 2, 12), (LAST, 1, 60), (LAST, 2, 61)]
    for day, (month, version, total) in enumerate(reversed(sent) if is_reversed else sent, start=1):
        arrived = datetime(2024, 4, day, 9, tzinfo=UTC)
        inbox.put(FALLS, [falls(month, falls_total=total)], version, arrived)
    inbox.check()
    asked = {
        name: [(code, facts["usual_figure"]) for code, _, facts in told if code == "FA31"]
        for name, told in inbox.asked().items()
    }
    # 122 falls in 12 months; the second version of February speaks.
    assert {name: told for name, told in asked.items() if told} == {
        "7A4_falls_202403_v01.csv": [("FA31", 10.2)],
        "7A4_falls_202403_v02.csv": [("FA31", 10.2)],
    }


def test_a_trial_is_asked_like_a_file_but_is_nobody_s_past(inbox: Inbox) -> None:
    inbox.put(FALLS, year(), trial=True)
    inbox.put(FALLS, [falls(LAST, falls_total=60)])
    inbox.check()
    assert [told for told in inbox.asked().values() if told] == []
    inbox.put(FALLS, year(), version=2)
    inbox.put(FALLS, [falls(LAST, falls_total=61)], version=2, trial=True)
    inbox.check()
    asked = {name: {code for code, _, _ in told} for name, told in inbox.asked().items() if told}
    assert asked == {"7A4_falls_202403_v02.csv on trial": {"FA31"}}


@pytest.mark.parametrize(("site", "codes"), [("7A6AR", set()), ("7A6AV", {"DE61"})])
def test_no_month_is_held_against_those_before_a_boundary(
    inbox: Inbox, site: str, codes: set[str]
) -> None:
    """Royal Gwent's department became a minor injuries unit in January 2021."""
    months = [later(date(2020, 1, 1), n) for n in range(13)]
    rows = [waits(f"{month:%Y-%m}", site) for month in months[:-1]]
    counts = {"attendances": 99, "within_4_hours": 80, "within_12_hours": 90}
    assert inbox.codes(WAITS, [*rows, waits("2021-01", site, **counts)]) == codes


@pytest.mark.parametrize(
    ("month", "changed", "codes"),
    [
        ("2024-01", {"at_risk_admissions": 11}, {"S05"}),
        ("2024-01", {"ward_name": "Ward A 1"}, set()),
        # Closes on 22 April.
        ("2024-03", {"at_risk_admissions": 11}, set()),
    ],
)
def test_a_closed_month_is_changed_only_by_other_figures(
    inbox: Inbox, month: str, changed: Row, codes: set[str]
) -> None:
    sent = [falls(month, ward) for ward in ("A1", "B1")]
    again = [sent[1] | changed, sent[0]]
    assert inbox.codes(FALLS, sent, again) == codes


def test_a_faulty_version_of_the_same_night_is_not_what_a_month_said_before(inbox: Inbox) -> None:
    """v03 has what v01, which counts, has; in between came v02, which lost a row."""
    sent = [falls("2024-01", ward) for ward in ("A1", "B1")]
    inbox.put(FALLS, sent)
    inbox.check()
    inbox.put(FALLS, [sent[0], sent[1] | {"at_risk_admissions": "ten"}], version=2)
    inbox.put(FALLS, [sent[1], sent[0]], version=3)
    inbox.check()
    asked = {name: [code for code, _, _ in told] for name, told in inbox.asked().items()}
    assert asked["7A4_falls_202401_v03.csv"] == []


def test_a_closed_month_that_was_never_sent_is_late_not_changed(inbox: Inbox) -> None:
    assert inbox.codes(FALLS, [falls("2024-02")], [falls("2024-01")]) == set()


def test_a_ward_that_lost_its_zero_is_recognised(inbox: Inbox) -> None:
    past = [falls(month, ward) for month in YEAR[-3:] for ward in ("07", "B1")]
    rows = [*past, falls(LAST, "7", ward_name="Ward 7"), falls(LAST, "B1")]
    assert inbox.codes(FALLS, rows) == {"S07"}
    assert facts_of(inbox, "S07") == {"month": "2024-03", "renamed_from": "7A4BV 07"}


def test_a_new_ward_is_asked_about_once(inbox: Inbox) -> None:
    past = [falls(month) for month in YEAR[-4:]]
    opened = [falls(month, "Z9") for month in (YEAR[-1], LAST)]
    rows = [*past, falls(LAST), *opened]
    assert inbox.codes(FALLS, rows) == {"S07"}
    assert facts_of(inbox, "S07") == {"month": "2024-02", "renamed_from": ""}


def test_small_letters_are_the_same_ward(inbox: Inbox) -> None:
    past = [falls(month) for month in YEAR[-3:]]
    written = {"organisation_code": "7a4", "site_code": "7a4bv", "ward_code": "a1"}
    assert inbox.codes(FALLS, [*past, falls(LAST) | written]) == set()


@pytest.mark.parametrize(
    ("name", "codes"), [("ALDER  ward", set()), ("Alder Wd", set()), ("Stroke unit", {"S08"})]
)
def test_a_name_that_is_only_respelt_is_the_same_ward(
    inbox: Inbox, name: str, codes: set[str]
) -> None:
    rows = [falls("2024-02", ward_name="Alder ward"), falls(LAST, ward_name=name)]
    assert inbox.codes(FALLS, rows) == codes


def test_a_rule_is_told_in_words() -> None:
    words = Words.load(PROJECT / "data_contracts" / "translations", "en")
    rules = {rule.code: rule_in_words(rule, FALLS, words) for rule in FALLS.rules}
    assert rules["FA34"] == (
        "Occupied bed days: no more than 2.5 times the median of the months before. "
        "Each row's own place is compared. Months looked at: 12; with figures: 12 or more. "
        "Only where usually at least: 200."
    )
