"""The units that send counts: wards made from published bed days, and units without beds.

A ward's bed days are invented, their sum for a site and month is the published figure, to the day.
Names and sizes are data (wards.yaml); what happens on a ward is model.py's business.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import yaml

from pipelines.sample.chance import stream
from pipelines.sample.published import (
    Counts,
    Weights,
    emergency_department_waits,
    grouped_bed_days,
    split,
)

# How much wards of one group differ in size for good, and from month to month (shares).
SIZE_SPREAD, MONTHLY_SPREAD = 0.18, 0.03
DAYS_IN_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A ward, an emergency department or a nursing team."""

    organisation: str
    site: str
    ward: str
    name: str
    kind: str
    group: str
    setting: str
    population: str
    is_published: bool


class Units(NamedTuple):
    """Units (a row each) and their exposure, units x months: bed days, attendances or caseload."""

    frame: pl.DataFrame
    exposure: Counts
    months: tuple[date, ...]


@dataclass(frozen=True)
class Register:
    """wards.yaml at hand, with the months and the chance that sizes are drawn from."""

    plan: Mapping[str, Any]
    months: tuple[date, ...]
    rng: np.random.Generator

    def days(self) -> Counts:
        """The days of each month."""
        return np.array([monthrange(month.year, month.month)[1] for month in self.months])

    def weights(self, units: int) -> Weights:
        """How something falls on units: about alike, about steady; units x months."""
        sizes = 1 + self.rng.uniform(-SIZE_SPREAD, SIZE_SPREAD, (units, 1))
        monthly = self.rng.uniform(-MONTHLY_SPREAD, MONTHLY_SPREAD, (units, len(self.months)))
        return np.asarray(sizes * (1 + monthly))

    def ward(self, organisation: str, site: str, group: str, number: int) -> Unit:
        """Ward `number` of a group, with its code (B3) and its name."""
        about = self.plan["groups"][group]
        code = f"{about['letter']}{number}"
        by_site = "acute_inpatient" if site in self.plan["acute_sites"] else "community_hospital"
        return Unit(
            organisation=organisation,
            site=site,
            ward=code,
            name=self._own_name(site, code) or _numbered(about["names"], number),
            kind="ward",
            group=group,
            setting=about.get("setting", by_site),
            population=about["population"],
            is_published=True,
        )

    def _own_name(self, site: str, ward: str) -> str | None:
        own = {(one["site"], one["ward"]): one["name"] for one in self.plan["own_names"]}
        return own.get((site, ward))


Sized = tuple[Unit, Counts]


def build_units(months: tuple[date, ...], seed: int) -> Units:
    """All units of the sample, sorted by organisation, site and ward."""
    plan = yaml.safe_load(Path(__file__).with_name("wards.yaml").read_text(encoding="utf-8"))
    register = Register(plan, months, stream(seed, "units"))
    sized = [
        *_published_wards(register),
        *_simulated_wards(register),
        *_emergency_departments(register),
        *_community_teams(register),
    ]
    sized.sort(key=lambda one: (one[0].organisation, one[0].site, _in_order(one[0].ward)))
    frame = pl.DataFrame([unit for unit, _ in sized])
    return Units(frame, np.stack([exposure for _, exposure in sized]), months)


def _published_wards(register: Register) -> Iterator[Sized]:
    """The wards of each site and specialty group in the published figures."""
    groups = grouped_bed_days(register.plan["own_wards"]).group_by(
        "organisation_code", "site_code", "specialty_group", maintain_order=True
    )
    for (organisation, site, group), rows in groups:
        by_month = dict(rows.select("month", "occupied_bed_days").iter_rows())
        # A month the figures lack (St Cadoc's, September 2022) is sent as zero.
        totals = np.array([by_month.get(month, 0) for month in register.months], dtype=np.int64)
        wards = list(_wards(register, str(organisation), str(site), str(group), totals))
        yield from zip(wards, split(totals, register.weights(len(wards))), strict=True)


def _wards(
    register: Register, organisation: str, site: str, group: str, totals: Counts
) -> Iterator[Unit]:
    """As many wards of about 28 beds as the bed days of a site's group fill."""
    plan = register.plan
    beds = totals.mean() / DAYS_IN_A_MONTH / plan["occupancy"]
    wards = max(1, round(beds / plan["beds_in_a_ward"]))
    has_children = group == "medical_acute" and site in plan["children_at"]
    for number in range(1, wards + 1 - has_children):
        yield register.ward(organisation, site, group, number)
    if has_children:
        yield register.ward(organisation, site, "children", 1)


def _simulated_wards(register: Register) -> Iterator[Sized]:
    """Wards of sites that the published figures do not cover."""
    for one in register.plan["simulated_sites"]:
        totals = one["beds_in_use"] * register.days()
        names = register.plan["groups"][one["group"]]["names"]
        bed_days = split(totals, register.weights(len(names)))
        for number, exposure in enumerate(bed_days, start=1):
            ward = register.ward(one["organisation"], one["site"], one["group"], number)
            yield replace(ward, is_published=False), exposure


def _emergency_departments(register: Register) -> Iterator[Sized]:
    """Major departments; their exposure is the published attendances."""
    waits = emergency_department_waits().filter(pl.col("month").is_in(register.months))
    for site in register.plan["emergency_departments"]:
        rows = waits.filter(pl.col("site_code") == site).sort("month")
        department = Unit(
            organisation=rows["organisation_code"][0],
            site=site,
            ward="ED",
            name="Emergency department",
            kind="emergency_department",
            group="emergency_department",
            setting="ed_assessment",
            population="all",
            is_published=False,
        )
        yield department, rows["attendances"].to_numpy()


def _community_teams(register: Register) -> Iterator[Sized]:
    """District nursing teams; their exposure is the days on the caseload."""
    teams = register.plan["community_teams"]
    for team, weights in zip(teams, register.weights(len(teams)), strict=True):
        unit = Unit(
            organisation=team["organisation"],
            site=team["site"],
            ward=team["ward"],
            name=team["name"],
            kind="community_team",
            group="community_nursing",
            setting="community_nursing",
            population="all",
            is_published=False,
        )
        yield unit, np.rint(team["caseload"] * weights * register.days()).astype(np.int64)


def _numbered(names: list[str], number: int) -> str:
    """The name of ward `number`: once round the list, then the same names with 2."""
    turn, index = divmod(number - 1, len(names))
    return names[index] if turn == 0 else f"{names[index]} {turn + 1}"


def _in_order(ward: str) -> tuple[str, int]:
    """A sort key: A2 before A10."""
    return ward.rstrip("0123456789"), int(ward.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0)
