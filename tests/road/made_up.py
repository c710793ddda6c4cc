"""A small lake for tests of the whole road: two boards send the made-up hand hygiene. Not a test.

Every figure is plain, so that sums can be checked by hand: ward A has 40 of 50, ward B 30 of 50.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.steps.result import Verdict
from pipelines.nightly import run_night

PROJECT = Path(__file__).parents[2]
FIFTH = PROJECT / "tests" / "fixtures" / "hand_hygiene"
SHARED_WORDS = (
    "terms",
    "pages",
    "charts",
    "problems",
    "stewards",
    "catalogue",
    "contract_page",
    "workbook",
    "definitions",
    "quarterly",
    "queue",
    "desk",
)
COLUMNS = (
    "organisation_code", "site_code", "ward_code", "ward_name", "setting", "population", "period",
    "occupied_bed_days", "opportunities", "compliant", "soap_litres",
)  # fmt: skip
SITES = {"7A4": "7A4BV", "7A7": "7A7EJ"}
MARCH = date(2024, 4, 20)
MONTHS = ("2024-01", "2024-02", "2024-03")


def contracts_folder(folder: Path) -> Path:
    """Hand hygiene alone: its contract, its two translations and the words that all share."""
    folder.mkdir(parents=True)
    shutil.copy(FIFTH / "hand_hygiene.odcs.yaml", folder)
    for language in ("en", "cy"):
        words = folder / "translations" / language
        words.mkdir(parents=True)
        for name in SHARED_WORDS:
            known = PROJECT / "data_contracts" / "translations" / language / f"{name}.yaml"
            shutil.copy(known, words)
        shutil.copy(FIFTH / f"{language}.yaml", words / "hand_hygiene.yaml")
    return folder


def row(organisation: str, ward: str, period: str, **changed: Any) -> dict[str, Any]:
    """One good row; keyword arguments change cells."""
    values = ("acute_inpatient", "adults", period, 100, 50, 40 if ward == "A" else 30, 5)
    names = (organisation, SITES[organisation], ward, f"Ward {ward}")
    return dict(zip(COLUMNS, (*names, *values), strict=True)) | changed


def rows(organisation: str, *periods: str, wards: str = "AB") -> list[dict[str, Any]]:
    """Good rows: each ward in each month."""
    return [row(organisation, ward, period) for period in periods for ward in wards]


def csv_of(rows: list[dict[str, Any]]) -> bytes:
    """Rows as boards send them."""
    return pl.DataFrame(rows).write_csv().encode()


@dataclass(frozen=True, slots=True)
class Road:
    """A lake, the contracts it goes by, and what a test does with it."""

    lake: Path
    contracts: Path

    def put(self, name: str, content: bytes, arrived: datetime | None = None) -> Path:
        """A file in its sender's inbox; the sender is the first part of the name."""
        path = self.lake / "inbox" / name.partition("_")[0] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        moment = (arrived or datetime(2024, 4, 10, 9, tzinfo=UTC)).timestamp()
        os.utime(path, (moment, moment))
        return path

    def night(self, today: date = MARCH) -> Verdict:
        verdict = run_night(self.lake, self.contracts, today)
        if verdict is Verdict.NOTHING_PUBLISHED:
            print(*(path.read_text("utf-8") for path in self.lake.glob("alerts/*.json")))
        return verdict

    @property
    def latest(self) -> Path:
        return self.lake / "site" / "latest"

    @property
    def publication(self) -> str:
        return self.latest.resolve().name

    def page(self, path: str) -> str:
        return (self.latest / path).read_text(encoding="utf-8")

    def points(self) -> pl.DataFrame:
        return pl.read_parquet(self.lake / "work" / "hand_hygiene" / "points.parquet")

    def point(self, series: str, period: date) -> dict[str, Any]:
        """One point of a series, named without its workstream."""
        found = self.points().filter(
            pl.col("series") == f"hand_hygiene/{series}", pl.col("period") == period
        )
        return found.row(0, named=True)

    def receipts(self) -> dict[str, dict[str, Any]]:
        """File name -> what became of it; a file sent twice keeps its last."""
        paths = sorted((self.lake / "submissions").glob("*/receipt.json"))
        known = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return {receipt["file_name"]: receipt for receipt in known}

    def codes(self, file_name: str) -> list[str]:
        """The codes of the problems of a file, each once, in order."""
        folder = self.lake / "submissions" / self.receipts()[file_name]["submission"]
        return sorted(set(pl.read_parquet(folder / "problems.parquet")["code"]))

    def steward_page(self, file_name: str, language: str = "") -> str:
        """The page of a file's submission."""
        receipt = self.receipts()[file_name]
        folder, suffix = f"stewards/{receipt['submitter']}", f"{language}.html"
        return self.page(f"{folder}/submission-{receipt['submission']}{suffix}")

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.latest / "manifest.json").read_text("utf-8"))
        return found
