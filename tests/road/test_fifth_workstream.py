"""A workstream is one contract and two translation files: hand hygiene beside the four, no code."""

import shutil
from datetime import date
from pathlib import Path

from made_up import FIFTH, PROJECT, Road, csv_of, row, rows

from assets.steps.result import Verdict

MONTHS = tuple(f"2024-{month:02}" for month in (1, 2, 3))


def _beside_the_others(folder: Path) -> Path:
    """The project's own contracts and translations, and three more files."""
    folder.mkdir()
    for contract in (PROJECT / "data_contracts").glob("*.odcs.yaml"):
        shutil.copy(contract, folder)
    shutil.copytree(PROJECT / "data_contracts" / "translations", folder / "translations")
    shutil.copy(FIFTH / "hand_hygiene.odcs.yaml", folder)
    for language in ("en", "cy"):
        shutil.copy(
            FIFTH / f"{language}.yaml", folder / "translations" / language / "hand_hygiene.yaml"
        )
    return folder


def test_a_fifth_workstream_ends_at_a_welsh_page(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    road = Road(lake, _beside_the_others(tmp_path / "contracts"))
    for organisation in ("7A4", "7A7"):
        name = f"{organisation}_hand-hygiene_202401-202403_v01.csv"
        road.put(name, csv_of(rows(organisation, *MONTHS)))
    # Nobody sent anything for the other four, so stewards are needed.
    assert road.night() is Verdict.NEEDS_STEWARD
    page = road.page("collaborative/ws-hand-hygiene.cy.html")
    assert '<html lang="cy">' in page
    assert "Hylendid dwylo" in page
    assert "Caerdydd a" in page
    assert "70.0%" in page
    assert "Hand hygiene" not in page
    landing = road.page("collaborative/index.cy.html")
    assert 'href="ws-hand-hygiene.cy.html' in landing
    assert 'href="ws-falls.cy.html' in landing


def test_its_own_rule_is_told_in_welsh(road: Road) -> None:
    road.night()
    broken = [*rows("7A4", "2024-03", wards="A"), row("7A4", "B", "2024-03", compliant=99)]
    road.put("7A4_hand-hygiene_202403_v02.csv", csv_of(broken))
    road.night(date(2024, 4, 21))
    page = road.steward_page("7A4_hand-hygiene_202403_v02.csv", ".cy")
    assert "Cymerwyd mwy o adegau nag a wyliwyd" in page
    assert "Gwiriwch y ddau gyfrif yn erbyn taflen" in page
