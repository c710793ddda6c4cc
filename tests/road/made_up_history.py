"""Thirteen months of a board, the last of which is unlike those before it. Not a test.

Each code about earlier months has an ordinary year (`usual`) and what is changed in March 2024
(`last`), so that it and no other is asked. Boards share a night: each code of a table is another
board's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
YEAR = (*(f"2023-{month:02}" for month in range(3, 13)), "2024-01", "2024-02")
LAST = "2024-03"
# Two sites of each board.
SITES: Mapping[str, tuple[str, str]] = {
    "7A1": ("7A1A4", "7A1AU"), "7A2": ("7A2AJ", "7A2AG"), "7A3": ("7A3C7", "7A3C4"),
    "7A5": ("7A5B1", "7A5B3"), "7A6": ("7A6AR", "7A6AV"), "7A7": ("7A7EH", "7A7BT"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A board's year and the month that is unlike it.

    `usual` and `last` are cells of all rows; `wards` and `sites` say whose rows there are. Cells in
    `counted` go up by one each month; in the last month they stay as they are in the one before
    where `is_copied`.
    """

    organisation: str
    usual: Row
    last: Row = field(default_factory=dict)
    wards: tuple[str | None, ...] = ("A1",)
    sites: int = 1
    counted: tuple[str, ...] = ()
    is_copied: bool = False
    months: tuple[str, ...] = YEAR

    def rows(self, good: Row) -> list[Row]:
        """All rows, from a good one of the table."""
        months = (*self.months, LAST)
        return [
            self._row(good, place, month, site, ward)
            for place, month in enumerate(months)
            for site in SITES[self.organisation][: self.sites]
            for ward in self.wards
        ]

    def _row(self, good: Row, place: int, month: str, site: str, ward: str | None) -> Row:
        is_last = month == LAST
        where = {"organisation_code": self.organisation, "site_code": site, "ward_code": ward}
        cells = good | {name: cell for name, cell in where.items() if name in good}
        cells |= {"period": month} | self.usual
        steps = place - 1 if is_last and self.is_copied else place
        cells |= {name: cells[name] + steps for name in self.counted}
        return cells | (self.last if is_last else {})


NO_SEPSIS = dict.fromkeys(
    (
        "screen_positive", "sepsis_six_within_1h", "oxygen_given", "cultures_taken",
        "antibiotics_given", "fluids_given", "lactate_measured", "urine_output_measured",
        "high_risk", "antibiotics_within_1h", "sepsis_cases", "sepsis_deaths_30d",
    ),
    0,
)  # fmt: skip
ALL_SIX = dict.fromkeys(
    (
        "sepsis_six_within_1h", "oxygen_given", "cultures_taken", "antibiotics_given",
        "fluids_given", "lactate_measured", "urine_output_measured",
    ),
    40,
)  # fmt: skip
SCREENED = NO_SEPSIS | {"screening_due": 100, "screened": 100}
CALLS = {"admissions": 1000, "discharges": 1000, "calls_2222": 10, "cardiac_arrests": 0}
OBSERVED = {"observations_due": 1000, "observations_complete": 900, "observations_on_time": 900}
SEEN = {"attendances": 1000, "within_4_hours": 800, "within_12_hours": 900}

PAST: Mapping[str, Past] = {
    # 10 a month are expected, and no more than 34: (sqrt 10 + 2.5 sqrt(13/12))^2 = 33.2.
    "FA31": Past(
        organisation="7A1",
        usual={"occupied_bed_days": 3000},
        last={"falls_total": 60, "falls_no_harm": 60},
    ),
    "FA32": Past(
        organisation="7A2",
        usual={"occupied_bed_days": 3000},
        last={"falls_total": 0, "falls_no_harm": 0, "post_fall_check_done": 0},
    ),
    "FA33": Past(
        organisation="7A3",
        usual={"falls_total": 5, "falls_no_harm": 5, "post_fall_check_done": 5},
        last={"occupied_bed_days": 28},
    ),
    "FA34": Past(
        organisation="7A5",
        usual={"falls_total": 5, "falls_no_harm": 5, "post_fall_check_done": 5},
        last={"occupied_bed_days": 2400},
    ),
    # Falls change from month to month, or all figures would be those of the month before.
    "FA35": Past(
        organisation="7A6",
        usual={},
        last={"at_risk_admissions": 20},
        wards=("A1", "A2", "A3"),
        counted=("occupied_bed_days",),
        is_copied=True,
    ),
    # Rows of sites, since so many ulcers would be asked about on a ward.
    "PU31": Past(
        organisation="7A1",
        usual={"occupied_bed_days": 3000, "category_1": 10},
        last={"category_1": 60},
        wards=(None,),
    ),
    "PU32": Past(
        organisation="7A2",
        usual={"occupied_bed_days": 3000, "category_1": 10},
        last={"category_1": 0},
        wards=(None,),
    ),
    "PU33": Past(organisation="7A3", usual={"category_1": 5}, last={"occupied_bed_days": 28}),
    "PU34": Past(organisation="7A5", usual={"category_1": 5}, last={"occupied_bed_days": 2400}),
    "PU35": Past(
        organisation="7A6",
        usual={},
        last={"admissions": 20},
        wards=("A1", "A2", "A3"),
        counted=("occupied_bed_days",),
        is_copied=True,
    ),
    "PU36": Past(organisation="7A7", usual={"category_2": 3}),
    "SE31": Past(organisation="7A1", usual=SCREENED | {"screened": 80}, last={"screened": 20}),
    "SE32": Past(
        organisation="7A2",
        usual=SCREENED | {"screening_due": 10, "screened": 10},
        last={"screening_due": 0, "screened": 0},
    ),
    "SE33": Past(
        organisation="7A3",
        usual=SCREENED,
        last={"screening_due": 1100, "screened": 1100},
    ),
    "SE34": Past(
        organisation="7A5", usual=SCREENED | {"screen_positive": 10}, last={"screen_positive": 60}
    ),
    "SE35": Past(
        organisation="7A6",
        usual=SCREENED | ALL_SIX | {"screen_positive": 50},
        last={"sepsis_six_within_1h": 5},
    ),
    "DE51": Past(organisation="7A1", usual=CALLS, last={"calls_2222": 60}),
    "DE52": Past(organisation="7A2", usual=OBSERVED, last=dict.fromkeys(OBSERVED, 0)),
    "DE53": Past(
        organisation="7A3",
        usual=OBSERVED,
        last={"observations_complete": 100, "observations_on_time": 100},
    ),
    "DE54": Past(organisation="7A5", usual={"discharges": 100}, last={"discharges": 700}),
    "DE55": Past(organisation="7A6", usual=CALLS, last={"calls_2222": 0}),
    "DE61": Past(
        organisation="7A1", usual=SEEN, last={name: 4 * seen for name, seen in SEEN.items()}
    ),
    "DE62": Past(organisation="7A2", usual=SEEN, last={"within_4_hours": 100}),
    "DE63": Past(organisation="7A3", usual=SEEN, sites=2, counted=("attendances",), is_copied=True),
    "DE71": Past(
        organisation="7A1",
        usual={"red_responses": 100, "red_responses_within_8_minutes": 60},
        last={"red_responses": 600, "red_responses_within_8_minutes": 360},
    ),
    "DE72": Past(
        organisation="7A2",
        usual={"red_responses": 100, "red_responses_within_8_minutes": 60},
        last={"red_responses_within_8_minutes": 5},
    ),
    "HH11": Past(
        organisation="7A7",
        usual={"opportunities": 50, "compliant": 40},
        last={"opportunities": 600, "compliant": 480},
        months=("2024-01", "2024-02"),
    ),
}
