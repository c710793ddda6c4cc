"""`safecare contracts`: the list, two versions compared, and a lake's last month under the new one.

Here: what is printed and the exit codes. Not here: each kind of difference
(tests/data_contracts/test_differences.py).
"""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from assets.steps.check import check
from assets.steps.night import Night
from assets.steps.receive import receive_files
from data_contracts.contract import HERE
from pipelines.contracts_command import contracts_app

HAND_HYGIENE = Path(__file__).parents[1] / "fixtures" / "hand_hygiene" / "hand_hygiene.odcs.yaml"
HEADER = (
    "organisation_code,site_code,ward_code,ward_name,setting,population,period,"
    "occupied_bed_days,opportunities,compliant,soap_litres"
)
# February, then March: ward A has taken as many moments as were watched, ward B fewer.
ROWS = {
    "7A4_hand-hygiene_202402_v01.csv": ["A,,acute_inpatient,adults,2024-02,100,50,50,5"],
    "7A4_hand-hygiene_202403_v01.csv": [
        "A,,acute_inpatient,adults,2024-03,100,50,50,5",
        "B,,acute_inpatient,adults,2024-03,100,50,30,5",
        "C,,community_hospital,adults,2024-03,90,40,40,7",
    ],
}
app = typer.Typer(pretty_exceptions_enable=False)
app.add_typer(contracts_app, name="contracts")
Edit = Callable[[dict[str, Any]], object]


@app.command()
def other() -> None:
    """A second command, as the real program has them."""


def run(*arguments: str | Path) -> tuple[int, str]:
    asked = ["contracts", *map(str, arguments)]
    found = CliRunner(env={"COLUMNS": "400", "SAFECARE_CONTRACTS": ""}).invoke(app, asked)
    return found.exit_code, found.output


def new_version(folder: Path, edit: Edit, version: str = "0.2.0") -> Path:
    document = yaml.safe_load(HAND_HYGIENE.read_text(encoding="utf-8")) | {"version": version}
    edit(document["schema"][0])
    place = folder / "new.odcs.yaml"
    place.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return place


def condition(code: str, expression: str) -> Edit:
    query = f"SELECT COUNT(*) FROM {{object}} WHERE NOT ({expression})"
    return lambda table: rule(table, code).update(query=query)


def rule(table: dict[str, Any], code: str) -> dict[str, Any]:
    return next(one for one in table["quality"] if one["id"] == code)


def column(table: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in table["properties"] if one["name"] == name)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake that has accepted February and March of one board."""
    folder = tmp_path_factory.mktemp("lake")
    contracts = folder / "contracts"
    contracts.mkdir()
    (contracts / HAND_HYGIENE.name).write_bytes(HAND_HYGIENE.read_bytes())
    night = Night.open(folder / "lake", contracts, date(2024, 4, 20))
    inbox = night.lake.inbox / "7A4"
    inbox.mkdir()
    moment = datetime(2024, 4, 10, 9, tzinfo=UTC).timestamp()
    for name, rows in ROWS.items():
        lines = [HEADER, *(f"7A4,7A4BV,{row}" for row in rows)]
        (inbox / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.utime(inbox / name, (moment, moment))
    receive_files(night, settled=True)
    check(night, night.contracts[0])
    return folder / "lake"


def test_alone_it_lists_the_contracts() -> None:
    code, told = run()
    assert code == 0
    lines = [line.split() for line in told.splitlines()]
    assert lines[0] == ["workstream", "version", "file", "topics", "measures"]
    assert lines[1][:2] == ["falls", "1.0.0"]
    # A long list of topics goes on in lines of its own.
    named = [line[0] for line in lines[1:] if len(line) > 1 and line[1][:1].isdigit()]
    assert named == ["falls", "pressure_ulcers", "sepsis", "deterioration", "changes"]


def test_it_lists_another_folder(tmp_path: Path) -> None:
    (tmp_path / HAND_HYGIENE.name).write_bytes(HAND_HYGIENE.read_bytes())
    code, told = run("--contracts", tmp_path)
    assert code == 0
    assert told.splitlines()[1].split() == ["hand_hygiene", "0.1.0", "hand-hygiene", "3"]


def test_the_same_contracts_do_not_differ() -> None:
    assert run("diff", HERE, HERE) == (0, "Nothing differs.\n")


def test_a_stricter_version_ends_with_1(tmp_path: Path) -> None:
    new = new_version(tmp_path, condition("HH01", "compliant < opportunities"))
    code, told = run("diff", HAND_HYGIENE, new)
    assert code == 1
    assert told.splitlines() == [
        "hand_hygiene: 0.1.0 -> 0.2.0",
        "",
        "Would or could reject what was accepted:",
        "  hand_hygiene.monthly  rule HH01, expression: "
        "compliant <= opportunities -> compliant < opportunities",
        "",
        "Changes only what is said or asked:",
        "  hand_hygiene  contract hand_hygiene, version: 0.1.0 -> 0.2.0",
    ]


def test_a_laxer_version_ends_with_0(tmp_path: Path) -> None:
    new = new_version(tmp_path, lambda table: column(table, "soap_litres").update(required=False))
    code, told = run("diff", HAND_HYGIENE, new)
    assert code == 0
    assert "soap_litres, required: true -> false" in told
    assert told.endswith("Nothing that was accepted would be rejected.\n")


def test_a_version_that_was_not_raised_is_pointed_out(tmp_path: Path) -> None:
    edit: Edit = lambda table: column(table, "soap_litres").update(required=False)  # noqa: E731
    _, told = run("diff", HAND_HYGIENE, new_version(tmp_path, edit, version="0.1.0"))
    assert told.splitlines()[:2] == [
        "hand_hygiene: 0.1.0 -> 0.1.0",
        "  It differs, but its version is the same: give it one of its own.",
    ]


@pytest.mark.parametrize("name", ["none.yaml", "odd.odcs.yaml"])
def test_what_is_no_contract_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "odd.odcs.yaml").write_text("kind: DataContract", encoding="utf-8")
    code, told = run("diff", HAND_HYGIENE, tmp_path / name)
    assert code == 2
    assert name in told
    assert len(told.splitlines()) == 1


def test_the_last_month_of_a_lake_is_held_against_the_new_version(
    tmp_path: Path, lake: Path
) -> None:
    before = sorted(path for path in lake.rglob("*"))
    new = new_version(tmp_path, condition("HH01", "compliant < opportunities"))
    code, told = run("diff", HAND_HYGIENE, new, "--lake", lake)
    assert code == 1
    # Wards A and C of March; that ward A of February would go as well is not asked.
    assert told.splitlines()[-3:] == [
        f"Accepted rows of the last month in {lake}, under the new version:",
        "  hand_hygiene.monthly, 2024-03: rejected rows: 2 of 3; files: 1 of 1",
        "    HH01: rows: 2; files: 1",
    ]
    assert sorted(path for path in lake.rglob("*")) == before


def test_a_column_that_nobody_sent_rejects_the_whole_file(tmp_path: Path, lake: Path) -> None:
    gel = {"name": "gel_litres", "logicalType": "integer", "required": True}
    new = new_version(tmp_path, lambda table: table["properties"].append(gel))
    code, told = run("diff", HAND_HYGIENE, new, "--lake", lake)
    assert code == 1
    assert told.splitlines()[-2:] == [
        "  hand_hygiene.monthly, 2024-03: rejected rows: 3 of 3; files: 1 of 1",
        "    H01: rows: 3; files: 1",
    ]


def test_a_lake_that_loses_nothing_says_so(tmp_path: Path, lake: Path) -> None:
    # Stricter on paper, though no file of the last month is met by it.
    new = new_version(tmp_path, condition("HH01", "compliant <= opportunities + 1"))
    code, told = run("diff", HAND_HYGIENE, new, "--lake", lake)
    assert code == 1
    assert told.splitlines()[-1] == (
        "  hand_hygiene.monthly, 2024-03: rejected rows: 0 of 3; files: 0 of 1"
    )


def test_a_lake_without_files_says_so(tmp_path: Path) -> None:
    (tmp_path / "lake" / "submissions").mkdir(parents=True)
    code, told = run("diff", HERE, HERE, "--lake", tmp_path / "lake")
    assert code == 0
    assert told.splitlines()[-1] == "  There are none."
