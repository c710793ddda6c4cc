"""`safecare check`: what it prints as text and as JSON, and with which code it ends."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pipelines.check_command import check, checked

sys.path.append(str(Path(__file__).parent))

from board_files import NAME, TODAY, put, rows, workbook

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(check)


def run(*arguments: str | Path) -> tuple[int, str]:
    runner = CliRunner(env={"COLUMNS": "400"})
    found = runner.invoke(app, [*map(str, arguments), "--today", TODAY.isoformat()])
    assert found.exception is None or isinstance(found.exception, SystemExit)
    return found.exit_code, found.stdout


def run_json(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    code, text = run(*arguments, "--json")
    document: dict[str, Any] = json.loads(text)
    assert document["exit_code"] == code
    return code, document


def test_a_good_file_is_accepted(tmp_path: Path) -> None:
    code, text = run(put(tmp_path, rows()))
    assert (code, text.splitlines()) == (0, [f"{NAME}.csv: Accepted"])


def test_each_kind_of_problem_is_told_once_with_its_places(tmp_path: Path) -> None:
    code, text = run(put(tmp_path, rows(falls_total="six", ward_name="")))
    assert code == 1
    assert "C02  falls_total: not a whole number: I3" in text
    assert "type the number in digits only" in text


@pytest.mark.parametrize(
    ("language", "named", "lost"),
    [
        (
            "en",
            "I1 says falls_totals: change it to falls_total",
            "occupied_bed_days is not in the file",
        ),
        (
            "cy",
            "Mae I1 yn dweud falls_totals: newidiwch ef i falls_total",
            "Nid yw occupied_bed_days yn y ffeil",
        ),
    ],
)
def test_a_missing_column_is_told_as_on_the_page(
    tmp_path: Path, language: str, named: str, lost: str
) -> None:
    sent = put(tmp_path, rows())
    text = sent.read_text("utf-8")
    sent.write_text(text.replace("falls_total", "falls_totals", 1), "utf-8")
    page = tmp_path / "page.html"
    code, said = run(sent, "--html", page, "--language", language)
    assert code == 1
    assert f": {named}\n" in said
    shown = re.sub(r"<[^>]+>", "", page.read_text("utf-8"))
    assert named in html.unescape(shown)
    (one,) = [
        found
        for found in run_json(sent, "--language", language)[1]["files"][0]["problems"]
        if found["code"] == "H01"
    ]
    assert (one["said"], one["cell"]) == (named, "I1")
    sent.write_text(text.replace("occupied_bed_days", "x", 1), "utf-8")
    assert f": {lost}\n" in run(sent, "--language", language)[1]


def test_findings_are_data(tmp_path: Path) -> None:
    path = put(tmp_path, rows(falls_total="six"))
    (one,) = checked([path], today=TODAY)
    assert (one.outcome, one.table) == ("partly_accepted", "falls.monthly")
    assert (one.rows_read, one.rows_accepted, one.rows_set_aside) == (2, 1, 1)
    (found,) = [found for found in one.problems if found.code == "C02"]
    assert (found.row, found.column, found.cell, found.value) == (3, "falls_total", "I3", "six")
    assert found.title == "falls_total: not a whole number"
    assert found.expected == "A whole number written in digits, such as 12."
    assert one.exit_code == 1


def test_the_same_as_one_document(tmp_path: Path) -> None:
    bad = put(tmp_path, rows(falls_total="six"))
    broken = tmp_path / "7A4_falls_202402_v01.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken off")
    code, document = run_json(bad, broken)
    first, second = document["files"]
    assert code == 2
    assert (first["file"], first["outcome"]) == (f"{NAME}.csv", "partly_accepted")
    assert {"code", "title", "sheet", "row", "column", "cell", "value", "expected", "mend"} <= set(
        first["problems"][0]
    )
    assert (second["outcome"], second["problems"][0]["code"]) == ("quarantined", "F02")


def test_values_that_could_name_a_person_are_in_no_output(tmp_path: Path) -> None:
    path = put(tmp_path, rows(ward_name="999 000 0018"))
    for arguments in ((path,), (path, "--json")):
        code, text = run(*arguments)
        assert code == 1
        assert "0018" not in text
        assert "S01" in text


def test_the_sender_may_be_another_than_the_name_says(tmp_path: Path) -> None:
    _, document = run_json(put(tmp_path, rows()), "--sender", "7A1")
    assert {"R03"} <= {found["code"] for found in document["files"][0]["problems"]}


def test_a_name_without_a_sender_is_told_so(tmp_path: Path) -> None:
    path = put(tmp_path, rows(), "March final.csv")
    code, text = run(path)
    assert code == 1
    assert "F07" in text
    code, text = run(path, "--sender", "7A4")
    assert (code, "F07" in text) == (0, False)


def test_findings_are_told_in_welsh(tmp_path: Path) -> None:
    path = put(tmp_path, rows(falls_total="six"))
    (welsh,) = checked([path], today=TODAY, language="cy")
    (english,) = checked([path], today=TODAY)
    assert welsh.problems[0].code == english.problems[0].code
    assert welsh.problems[0].title != english.problems[0].title


def test_a_file_that_no_night_takes_is_not_checked(tmp_path: Path) -> None:
    code, document = run_json(put(tmp_path, rows(), f"{NAME}.csv.part"))
    assert code == 2
    assert document["files"][0]["outcome"] == "not_checked"


def test_only_reading_says_what_was_read(tmp_path: Path) -> None:
    text, book = put(tmp_path, rows(5)), workbook(tmp_path / f"{NAME}.xlsx", rows(3))
    code, document = run_json(text, book, "--read-only")
    first, second = document["files"]
    assert code == 0
    assert (first["outcome"], first["type"], first["rows"]) == ("read", ".csv", 5)
    assert (second["outcome"], second["type"], second["rows"]) == ("read", ".xlsx", 3)
    assert second["sheets"] == [
        {
            "name": "Falls", "visible": True, "header_row": 1, "agreed_names": 19, "rows": 3,
            "notes": 0, "hidden_rows": [], "stated": {},
        }
    ]  # fmt: skip


def test_only_reading_says_how_many_figures_are_words(tmp_path: Path) -> None:
    """Only counts are asked: ward c is a ward."""
    words = {
        "falls_no_harm": "<5",
        "falls_low_harm": "*",
        "post_fall_check_done": "No report received",
    }
    _, document = run_json(put(tmp_path, rows(**words, ward_code="c")), "--read-only")
    stated = document["files"][0]["sheets"][0]["stated"]
    assert stated == {"suppressed": 2, "no_return": 1}


def test_only_reading_needs_no_agreed_header(tmp_path: Path) -> None:
    path = tmp_path / "anything.csv"
    path.write_text("a;b\n1;2\n\n3;4\n")
    _, document = run_json(path, "--read-only")
    assert document["files"][0]["rows"] == 3


@pytest.mark.parametrize(
    ("name", "content", "code", "cause", "looks_like"),
    [
        ("a.csv", b"", "F01", "empty", None),
        ("a.csv", b"a,b\n1,\0\n", "F02", "control_characters", None),
        ("a.csv", b'a,b\n1,x"y\n2,"z"\n', "F02", "broken_lines", None),
        ("a.csv", b"a,b\n\xff,1\n", "F04", "undecodable", None),
        ("a.csv", b"%PDF-1.7", "F03", "unsupported_type", ".pdf"),
        ("a.ods", b"a,b\n", "F03", "unsupported_type", ".ods"),
        ("a.xlsx", b"a,b\n", "F02", "content_differs", None),
    ],
)
def test_only_reading_names_the_cause(
    tmp_path: Path, name: str, content: bytes, code: str, cause: str, looks_like: str | None
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    ended, document = run_json(path, "--read-only")
    (one,) = document["files"]
    assert ended == 2
    assert one["outcome"] == "refused"
    assert (one["code"], one["cause"], one["looks_like"]) == (code, cause, looks_like)
    _, text = run(path, "--read-only")
    assert text.startswith(f"{name}: refused, {code} {cause.replace('_', ' ')}")
    assert ("Save it as .xlsx or .csv." in text) == (looks_like is not None)


def test_only_reading_loads_neither_the_check_nor_a_lake(tmp_path: Path) -> None:
    """In a process of its own: what is loaded here has been loaded by other tests."""
    ask = (
        "import sys; from pathlib import Path; from pipelines.check_command import glanced;"
        "print([one.rows for one in glanced([Path(sys.argv[1])])],"
        "sorted({'dagster', 'great_expectations', 'pandas', 'duckdb', 'scipy', 'babel'}"
        " & set(sys.modules)))"
    )
    path = put(tmp_path, rows(100))
    told = subprocess.run(
        [sys.executable, "-c", ask, path], capture_output=True, text=True, check=True
    )
    assert told.stdout == "[100] []\n"


@pytest.mark.benchmark_run
@pytest.mark.parametrize(("count", "seconds"), [(100, 3.5), (20_000, 5.0)])
def test_only_reading_takes_little_time(tmp_path: Path, count: int, seconds: float) -> None:
    small = count == 100
    path = put(tmp_path, rows(count)) if small else workbook(tmp_path / f"{NAME}.xlsx", rows(count))
    ask = "import typer; from pipelines.check_command import check; typer.run(check)"
    begun = monotonic()
    subprocess.run(
        [sys.executable, "-c", ask, path, "--read-only", "--json"], capture_output=True, check=True
    )
    assert monotonic() - begun < seconds
