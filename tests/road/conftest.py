"""A lake in which both boards have sent January to March 2024 in good order."""

import shutil
from pathlib import Path

import pytest
from made_up import MONTHS, Road, contracts_folder, csv_of, rows

from assets.steps.result import Verdict


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


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """The night after both boards sent in good order; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("first")
    road = Road(folder / "lake", contracts_folder(folder / "contracts"))
    road.lake.mkdir()
    for organisation in ("7A4", "7A7"):
        name = f"{organisation}_hand-hygiene_202401-202403_v01.csv"
        road.put(name, csv_of(rows(organisation, *MONTHS)))
    assert road.night() is Verdict.GOOD
    return road


@pytest.fixture
def published(first_night: Road, tmp_path: Path) -> Road:
    """A lake of its own as the first night left it."""
    shutil.copytree(first_night.lake, tmp_path / "lake", symlinks=True)
    shutil.copytree(first_night.contracts, tmp_path / "contracts")
    return Road(tmp_path / "lake", tmp_path / "contracts")
