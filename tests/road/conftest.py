"""A lake in which both boards have sent January to March 2024 in good order."""

from pathlib import Path

import pytest
from made_up import MONTHS, Road, contracts_folder, csv_of, rows


@pytest.fixture
def empty_road(tmp_path: Path) -> Road:
    lake = tmp_path / "lake"
    lake.mkdir()
    return Road(lake, contracts_folder(tmp_path / "contracts"))


@pytest.fixture
def road(empty_road: Road) -> Road:
    for organisation in ("7A4", "7A7"):
        name = f"{organisation}_hand-hygiene_202401-202403_v01.csv"
        empty_road.put(name, csv_of(rows(organisation, *MONTHS)))
    return empty_road
