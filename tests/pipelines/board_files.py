"""Files as a board would check them at its desk: good rows of falls, with changes in the last."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

GOOD: dict[str, Any] = {
    "organisation_code": "7A4", "site_code": "7A4BV", "ward_code": "A1", "ward_name": "Ward A1",
    "setting": "acute_inpatient", "population": "adults", "period": "2024-03",
    "occupied_bed_days": 800, "falls_total": 6, "falls_no_harm": 4, "falls_low_harm": 2,
    "falls_moderate_harm": 0, "falls_severe_harm": 0, "falls_death": 0, "falls_hip_fracture": 0,
    "at_risk_admissions": 40, "risk_assessed_within_24h": 30, "post_fall_check_done": 5,
    "enhanced_observation_days": 12,
}  # fmt: skip
NAME = "7A4_falls_202403_v01"
TODAY = date(2024, 4, 20)


def rows(count: int = 2, **changed: Any) -> pl.DataFrame:
    """Good rows of wards A1, A2, ...; keyword arguments change the last."""
    wards = [GOOD | {"ward_code": f"A{n}", "ward_name": f"Ward A{n}"} for n in range(1, count + 1)]
    wards[-1] |= changed
    return pl.DataFrame([{name: str(cell) for name, cell in ward.items()} for ward in wards])


def put(folder: Path, frame: pl.DataFrame, name: str = f"{NAME}.csv") -> Path:
    path = folder / name
    frame.write_csv(path)
    return path


def workbook(path: Path, frame: pl.DataFrame) -> Path:
    """The same cells as a workbook with one sheet, Falls."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Falls")
        for place, cells in enumerate([frame.columns, *frame.rows()]):
            sheet.write_row(place, 0, cells)
    return path
