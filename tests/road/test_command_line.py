"""The `safecare` command: what it prints and with which code it ends."""

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from made_up import Road, csv_of, row, rows
from typer.testing import CliRunner

from pipelines.cli import app


def _run(*arguments: str | Path) -> tuple[int, str]:
    # Wide enough for a sentence with a path of any machine in one line.
    found = CliRunner(env={"COLUMNS": "400"}).invoke(app, [str(one) for one in arguments])
    return found.exit_code, found.output


def _night(road: Road, today: str) -> tuple[int, str]:
    return _run("run", "--lake", road.lake, "--contracts", road.contracts, "--today", today)


def test_run_says_what_was_published_and_ends_with_0(road: Road) -> None:
    code, text = _night(road, "2024-04-20")
    assert code == 0
    assert "Publication 2024-03_r1: 38 pages, 38 of them new or changed." in text
    assert "Nothing needs a steward." in text


def test_run_says_who_has_to_mend_what_and_ends_with_1(road: Road) -> None:
    broken = [row("7A4", "A", "2024-03", compliant=99), row("7A4", "B", "2024-03")]
    road.put("7A4_hand-hygiene_202403_v02.csv", csv_of(broken))
    code, text = _night(road, "2024-05-20")
    assert code == 1
    assert "Needs a steward. Files to mend: 1; returns missing: 2." in text
    powys, cardiff = "Powys Teaching Health Board", "Cardiff and Vale University Health Board"
    assert f"Missing: {cardiff}, Hand hygiene by ward and month, April 2024" in text
    assert f"Missing: {powys}, Hand hygiene by ward and month, April 2024" in text
    assert f"Accepted in part: 7A4_hand-hygiene_202403_v02.csv ({cardiff})" in text
    assert "hand_hygiene" not in text


def test_run_on_a_folder_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    code, text = _run("run", "--lake", tmp_path / "no")
    assert code == 2
    assert "There is no lake at" in text


def test_an_empty_lake_publishes_nothing(empty_road: Road) -> None:
    code, text = _night(empty_road, "2024-04-20")
    assert code == 2
    assert "No file has arrived yet." in text


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({}, 0, "Accepted"),
        ({"compliant": 99}, 1, "More moments were taken than watched"),
        ({"soap_litres": "five"}, 1, "soap_litres: not a whole number"),
    ],
)
def test_check_at_the_desk(
    empty_road: Road, tmp_path: Path, changed: dict[str, object], code: int, words: str
) -> None:
    path = tmp_path / "7A4_hand-hygiene_202403_v01.csv"
    sent = [row("7A4", "A", "2024-03"), row("7A4", "B", "2024-03") | changed]
    path.write_bytes(csv_of([{name: str(cell) for name, cell in one.items()} for one in sent]))
    found, text = _run("check", path, "--contracts", empty_road.contracts, "--today", "2024-04-20")
    assert found == code
    assert words in text


def test_check_of_a_file_that_cannot_be_read_ends_with_2(empty_road: Road, tmp_path: Path) -> None:
    path = tmp_path / "7A4_hand-hygiene_202403_v01.xlsx"
    path.write_bytes(b"PK\x03\x04 broken off")
    code, text = _run("check", path, "--contracts", empty_road.contracts)
    assert code == 2
    assert "The file could not be opened safely" in text


def test_check_can_speak_welsh(empty_road: Road, tmp_path: Path) -> None:
    path = tmp_path / "7A4_hand-hygiene_202403_v01.csv"
    path.write_bytes(csv_of([row("7A4", "A", "2024-03", compliant=99)]))
    _, text = _run("check", path, "--contracts", empty_road.contracts, "--language", "cy")
    assert "Cymerwyd mwy o adegau nag a wyliwyd" in text


def test_a_filled_template_passes_the_check(empty_road: Road, tmp_path: Path) -> None:
    path = tmp_path / "7A4_hand-hygiene_202403_v01.xlsx"
    code, _ = _run(
        "template", "hand-hygiene", "--output", path, "--contracts", empty_road.contracts
    )
    assert code == 0
    book = openpyxl.load_workbook(path)
    sheet = book["hand-hygiene"]
    names = [cell.value for cell in sheet[1]]
    for place, values in enumerate(rows("7A4", "2024-03"), start=2):
        for column, name in enumerate(names, start=1):
            sheet.cell(place, column, values.get(name))
    book.save(path)
    found, text = _run("check", path, "--contracts", empty_road.contracts, "--today", "2024-04-20")
    assert (found, "Accepted" in text) == (0, True)


def test_contracts_lists_the_topics(empty_road: Road) -> None:
    code, text = _run("contracts", "--contracts", empty_road.contracts)
    assert code == 0
    assert "hand-hygiene" in text


def test_the_sample_needs_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    code, text = _run("sample", tmp_path)
    assert code == 2
    assert "is not empty" in text


def test_run_says_what_it_left_in_the_inbox(road: Road) -> None:
    (road.lake / "inbox" / "loose.csv").write_text("nobody's")
    (road.lake / "inbox" / "Thumbs.db").write_text("Windows's own")
    (road.lake / "inbox" / "7A4" / "big.csv.part").write_text("half")
    code, text = _night(road, "2024-04-20")
    assert code == 1
    assert "sender's own folder): loose.csv" in text
    assert "sender's own folder): 7A4/big.csv.part" in text
    assert "Needs a steward. Files that no night takes: 1." in text
    assert "Nothing needs" not in text
    (road.lake / "inbox" / "loose.csv").unlink()
    # An unfinished file is taken once it is there as a whole.
    code, text = _night(road, "2024-04-20")
    assert code == 0
    assert "Nothing needs a steward." in text


def test_a_new_lake_says_where_files_belong(empty_road: Road) -> None:
    (empty_road.lake / "inbox").mkdir(exist_ok=True)
    (empty_road.lake / "inbox" / "loose.csv").write_text("nobody's")
    code, text = _night(empty_road, "2024-04-20")
    assert code == 2
    assert "No file has arrived in a sender's folder, and 1 elsewhere in the inbox." in text


@pytest.mark.parametrize("command", ["run", "publish"])
def test_no_night_is_run_as_on_a_day_that_has_not_come(road: Road, command: str) -> None:
    folders = ("--lake", road.lake, "--contracts", road.contracts)
    code, text = _run(command, *folders, "--today", "2999-05-20")
    assert code == 2
    assert "2999-05-20 has not come yet" in text
    assert not (road.lake / "site").exists()


def test_what_a_wrong_clock_published_can_be_taken_away(road: Road) -> None:
    """As the README says: that publication's folder and the link, and nothing else."""
    _night(road, "2024-04-20")
    road.night(date(2042, 5, 20))
    assert road.publication == "2042-04_r1"
    shutil.rmtree(road.lake / "site" / "2042-04_r1")
    road.latest.unlink()
    code, text = _night(road, "2024-04-21")
    assert code == 0, text
    assert road.publication.startswith("2024-03_r")


def test_an_earlier_day_does_not_take_readers_back(road: Road) -> None:
    _night(road, "2024-04-20")
    code, text = _night(road, "2024-03-20")
    assert code == 2
    assert "Readers have a publication of 2024-04-20" in text
    assert road.publication == "2024-03_r1"


def test_run_names_months_that_are_not_complete(empty_road: Road) -> None:
    """Nothing is to mend and nothing missing, but 7A4 left out one of its wards in March."""
    for organisation in ("7A4", "7A7"):
        name, wards = f"{organisation}_hand-hygiene", "A" if organisation == "7A4" else "AB"
        before = rows(organisation, "2024-01", "2024-02")
        empty_road.put(f"{name}_202401-202402_v01.csv", csv_of(before))
        march = rows(organisation, "2024-03", wards=wards)
        empty_road.put(f"{name}_202403_v01.csv", csv_of(march))
    code, text = _night(empty_road, "2024-04-20")
    assert code == 1
    assert "Needs a steward. Files to mend: 0; returns incomplete: 1." in text
    assert (
        "Incomplete: Cardiff and Vale University Health Board, Hand hygiene by ward and month, "
        "March 2024 (parts that came: 1 of 2)" in text
    )


def test_run_says_that_it_made_an_altered_publication_again(road: Road) -> None:
    _night(road, "2024-04-20")
    page = road.latest.resolve() / "collaborative" / "index.html"
    page.unlink()
    code, text = _night(road, "2024-04-21")
    assert code == 0
    # Four are new: those of two pages, in each language, that name the publication or its day.
    assert "Publication 2024-03_r2: 38 pages, 4 of them new or changed." in text
    assert "2024-03_r1 was changed or lost files; a whole one took its place." in text


def test_publish_that_fails_ends_with_2_and_one_sentence(road: Road) -> None:
    _night(road, "2024-04-20")
    road.lake.joinpath("warehouse.duckdb").unlink()
    road.lake.joinpath("warehouse.duckdb").mkdir()
    arguments = ("--lake", road.lake, "--contracts", road.contracts, "--today", "2024-04-21")
    code, text = _run("publish", *arguments)
    assert code == 2
    assert "The night stopped: IsADirectoryError: " in text
    assert "Readers keep the last publication" in text
    assert len(list(road.lake.glob("alerts/*.json"))) == 1


def test_a_night_that_cannot_even_write_an_alert_ends_with_2(road: Road) -> None:
    for name in ("nights", "alerts"):
        (road.lake / name).write_text("no folder")
    code, text = _night(road, "2024-04-20")
    assert code == 2
    assert "The night stopped: " in text


def test_publish_looks_at_no_new_file(road: Road) -> None:
    _night(road, "2024-04-20")
    road.put("7A4_hand-hygiene_202403_v02.csv", csv_of(rows("7A4", "2024-03")))
    arguments = ("--lake", road.lake, "--contracts", road.contracts, "--today", "2024-04-21")
    code, text = _run("publish", *arguments)
    assert (code, "nothing new to publish" in text) == (0, True)
    assert (road.lake / "inbox" / "7A4" / "7A4_hand-hygiene_202403_v02.csv").exists()


def test_a_template_does_not_overwrite(empty_road: Road, tmp_path: Path) -> None:
    filled = tmp_path / "mine.xlsx"
    filled.write_bytes(b"filled in")
    arguments = ("template", "hand-hygiene", "--output", filled)
    code, text = _run(*arguments, "--contracts", empty_road.contracts)
    assert code == 2
    assert "exists already" in text
    assert filled.read_bytes() == b"filled in"


def test_check_names_what_is_missing(empty_road: Road, tmp_path: Path) -> None:
    path = tmp_path / "7A4_hand-hygiene_202403_v01.csv"
    path.write_bytes(csv_of(rows("7A4", "2024-03")).replace(b"compliant", b"complaint"))
    code, text = _run("check", path, "--contracts", empty_road.contracts)
    assert code == 1
    assert "Columns are missing: J1 says complaint: change it to compliant" in text
