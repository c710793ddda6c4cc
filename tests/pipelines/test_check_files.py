"""`safecare check --xlsx --html`: which files it writes, what is in them, and what never is."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from pipelines.check_command import check

sys.path.append(str(Path(__file__).parent))

from board_files import NAME, TODAY, put, rows, workbook

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(check)

HOSTILE = (
    "=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x.test\")",
    "http://x.test", "<script>alert(1)</script>", "]]></script><b>",
)  # fmt: skip


def run(*arguments: str | Path) -> tuple[int, str, str]:
    runner = CliRunner(env={"COLUMNS": "400"})
    found = runner.invoke(app, [*map(str, arguments), "--today", TODAY.isoformat()])
    assert found.exception is None or isinstance(found.exception, SystemExit)
    return found.exit_code, found.stdout, found.stderr


def packed(page: str) -> dict[str, str]:
    """The files inside a page that was made one file."""
    block = re.search(r'id="packed-files">([^<]+)<', page)
    files: dict[str, str] = json.loads(gzip.decompress(base64.b64decode(block[1])))
    return files


def cells(book: Path) -> list[Any]:
    sheets = openpyxl.load_workbook(book).worksheets
    return [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]


def test_one_file_gets_the_workbook_and_the_page_that_were_named(tmp_path: Path) -> None:
    bad = put(tmp_path, rows(3, falls_total="six"))
    book, page = tmp_path / "found.xlsx", tmp_path / "found.html"
    code, text, _ = run(bad, "--xlsx", book, "--html", page)
    assert code == 1
    assert text.splitlines()[-2:] == [f"  Wrote {book}", f"  Wrote {page}"]
    made = openpyxl.load_workbook(book)
    assert made.sheetnames == ["Summary", "Errors", "Rows as sent"]
    assert made["Rows as sent"]["I4"].value == "six"
    assert "C02" in made["Rows as sent"]["I4"].comment.text
    shown = page.read_text("utf-8")
    assert "falls_total: not a whole number" in shown
    assert "The file was not sent, and nothing was kept." in shown
    assert [*packed(shown)] == [next(iter(packed(shown)))]
    assert "I4" in next(iter(packed(shown).values()))


@pytest.mark.parametrize("kind", ["xlsx", "html"])
def test_either_can_be_asked_for_alone(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run(put(tmp_path, rows()), f"--{kind}", out / f"a.{kind}")
    assert [path.name for path in out.iterdir()] == [f"a.{kind}"]


def test_the_page_needs_no_other_file(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    run(put(tmp_path, rows(falls_total="six")), "--html", page)
    shown = page.read_text("utf-8")
    assert "src=" not in shown
    assert {*re.findall(r'href="([^"#][^"]*)"', shown)} == {"data:,"}
    assert "url(" not in shown.replace("url(data:", "")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Accepted in part: 1 row set aside"), ("cy", "Derbyniwyd yn rhannol: 1 rhes")],
)
def test_both_are_in_the_language_that_was_asked_for(
    tmp_path: Path, language: str, said: str
) -> None:
    book, page = tmp_path / "a.xlsx", tmp_path / "a.html"
    bad = put(tmp_path, rows(falls_total="six"))
    run(bad, "--xlsx", book, "--html", page, "--language", language)
    shown = page.read_text("utf-8")
    assert f'<html lang="{language}">' in shown
    assert said in shown
    assert any(said in str(cell.value) for cell in cells(book))


@pytest.mark.parametrize(
    ("changed", "outcome", "deadline"),
    [
        ({}, "Sent as it is, its rows would be used.",
         "A file that arrives by 22 April 2024 is still in the final report."),
        ({"falls_total": "six"}, "the rows named below would be set aside",
         "A mended file that arrives by 22 April 2024 is still in the final report."),
        # 40 falls in 400 bed days: asked about, and counted.
        ({"occupied_bed_days": 400, "falls_total": 40, "falls_no_harm": 38},
         "Once it is sent, what is asked about is counted as it is.",
         "A file that arrives by 22 April 2024 is still in the final report."),
        ({"ward_name": "999 000 0018"}, "the file would be locked away", ""),
    ],
)  # fmt: skip
def test_the_page_says_what_would_become_of_the_file(
    tmp_path: Path, changed: dict[str, Any], outcome: str, deadline: str
) -> None:
    """March's deadline is the tenth working day of April 2024 (two bank holidays at Easter)."""
    page = tmp_path / "a.html"
    run(put(tmp_path, rows(**changed)), "--html", page)
    shown = page.read_text("utf-8")
    assert outcome in shown
    assert deadline in shown
    for untrue in ("arrived on time", "received ", "is in the report", "Your file is kept",
                   "What happened to your files", "was sent."):  # fmt: skip
        assert untrue not in shown


def test_no_value_that_could_name_a_person_is_in_a_file(tmp_path: Path) -> None:
    book, page = tmp_path / "a.xlsx", tmp_path / "a.html"
    code, _, _ = run(put(tmp_path, rows(ward_name="999 000 0018")), "--xlsx", book, "--html", page)
    shown = page.read_text("utf-8")
    assert code == 1
    assert "S01" in shown
    for text in (shown, *packed(shown).values(), *(str(cell.value) for cell in cells(book))):
        assert "0018" not in text


def test_nothing_that_was_sent_can_run(tmp_path: Path) -> None:
    """As values and as names of columns: each is text in the workbook, the page and its list."""
    frame = rows(len(HOSTILE)).with_columns(
        pl.Series("falls_total", HOSTILE), pl.lit("=2+2").alias("=cmd|'/C calc'!A1")
    )
    book, page = tmp_path / "a.xlsx", tmp_path / "a.html"
    run(put(tmp_path, frame), "--xlsx", book, "--html", page)
    assert not [cell.coordinate for cell in cells(book) if cell.data_type == "f"]
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name, part in parts.items() if re.search(r"<f[ >]", part)]
    assert not [name for name in parts if "externalLink" in name or "vba" in name.lower()]
    assert "x.test" not in "".join(part for name, part in parts.items() if name.endswith(".rels"))
    shown = page.read_text("utf-8")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    (listed,) = packed(shown).values()
    quoted = re.findall(r'(?:^|,|\r\n)"?([=+@\t-][^,]*)', listed.removeprefix("\ufeff"))
    assert quoted == []


def test_a_workbook_of_excel_and_one_of_text_end_in_the_same(tmp_path: Path) -> None:
    frame = rows(3, falls_total="six")
    text, sent = put(tmp_path, frame), tmp_path / f"{NAME}.xlsx"
    workbook(sent, frame)
    out = tmp_path / "out"
    code, _, _ = run(text, sent, "--xlsx", out)
    assert code == 1
    first, second = (out / f"{NAME}_checked{n}.xlsx" for n in ("", "_2"))
    assert openpyxl.load_workbook(first).sheetnames[-1] == "Rows as sent"
    assert openpyxl.load_workbook(second).sheetnames[-1] == "Falls"


# --- Where files go -------------------------------------------------------------------------------


def test_several_files_go_into_a_folder_which_is_made(tmp_path: Path) -> None:
    names = (f"{NAME}.csv", "7A4_falls_202403_V01.csv", "7A4_falls_202403_v02.csv")
    files = []
    for number, name in enumerate(names):
        (tmp_path / f"{number}").mkdir()
        files.append(put(tmp_path / f"{number}", rows(), name))
    out = tmp_path / "a" / "out"
    code, _, _ = run(*files, "--xlsx", out, "--html", out)
    assert code == 0
    stems = ("7A4_falls_202403_V01_checked_2", "7A4_falls_202403_v01_checked",
             "7A4_falls_202403_v02_checked")  # fmt: skip
    assert sorted(path.name for path in out.iterdir()) == sorted(
        f"{stem}.{kind}" for stem in stems for kind in ("xlsx", "html")
    )


@pytest.mark.parametrize(
    ("out", "several", "said"),
    [
        ("a.xlsx", True, "with several files --xlsx names a folder, which {tmp}/a.xlsx is not"),
        ("7A4_falls_202403_v01.csv", True, "which {tmp}/7A4_falls_202403_v01.csv is not"),
        ("a.csv", False, "{tmp}/a.csv must end in .xlsx, or be a folder that is there"),
        ("none/a.xlsx", False, "there is no folder {tmp}/none to write a.xlsx to"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path, out: str, several: bool, said: str
) -> None:
    files = [put(tmp_path, rows())]
    files += [put(tmp_path, rows(), "7A4_falls_202403_v02.csv")] if several else []
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code, text, told = run(*files, "--xlsx", tmp_path / out)
    assert (code, text) == (2, "")
    assert said.format(tmp=tmp_path) in told
    assert len(told.splitlines()) == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_that_is_checked_is_never_overwritten(tmp_path: Path) -> None:
    sent = workbook(tmp_path / f"{NAME}.xlsx", rows())
    content = sent.read_bytes()
    code, _, told = run(sent, "--xlsx", sent)
    assert (code, sent.read_bytes()) == (2, content)
    assert "would overwrite the input" in told


def test_both_cannot_go_to_one_file_or_without_the_check(tmp_path: Path) -> None:
    sent = put(tmp_path, rows())
    code, _, told = run(sent, "--read-only", "--xlsx", tmp_path / "a.xlsx")
    assert (code, [*tmp_path.iterdir()]) == (2, [sent])
    assert "leave out --read-only" in told


# --- Exit codes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("clean", 0),
        ("warned", 0),
        ("bad", 1),
        ("broken", 2),
        ("clean warned", 0),
        ("clean bad", 1),
        ("bad clean warned", 1),
        ("broken clean", 2),
        ("clean bad broken", 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst_file(tmp_path: Path, kinds: str, expected: int) -> None:
    made = {
        "clean": lambda: put(tmp_path, rows(), "7A4_falls_202403_v01.csv"),
        # The name says January too, of which there is no row.
        "warned": lambda: put(
            tmp_path,
            pl.concat([rows(), rows().with_columns(period=pl.lit("2024-02"))]),
            "7A4_falls_202401-202403_v02.csv",
        ),
        "bad": lambda: put(tmp_path, rows(falls_total="six"), "7A4_falls_202403_v03.csv"),
        "broken": lambda: _broken(tmp_path / "7A4_falls_202403_v04.xlsx"),
    }
    files = [made[kind]() for kind in kinds.split()]
    out = tmp_path / "out"
    out.mkdir()
    code, _, _ = run(*files, "--xlsx", out, "--html", out)
    assert code == expected
    assert len([*out.iterdir()]) == 2 * len(files)


def _broken(path: Path) -> Path:
    path.write_bytes(b"PK\x03\x04 broken off")
    return path


# --- In a process of its own ----------------------------------------------------------------------

# What a desk has no need of: it schedules nothing and draws nothing.
UNNEEDED = (
    "dagster", "plotly", "sqlalchemy", "altair", "scipy.stats", "jsonschema", "mistune", "filelock",
)  # fmt: skip
CHECK = """
import sys
{before}
from pipelines.cli import main
if __name__ == "__main__":
    try:
        main()
    finally:
        print(sorted(set({unneeded}) & set(sys.modules)), file=sys.stderr)
"""
# Windows has neither these modules nor these names, opens no folder, and has other encodings.
LIKE_WINDOWS = """
import multiprocessing, os, shutil
for name in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "killpg", "sync", "fork", "geteuid",
             "getuid"):
    delattr(os, name)
def files_only(path, *arguments, really=os.open, **named):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", path)
    return really(path, *arguments, **named)
os.open = files_only
shutil._use_fd_functions = False
multiprocessing.set_start_method("spawn")
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(encoding="cp1252", errors="strict")
"""


@pytest.mark.parametrize("before", ["", LIKE_WINDOWS], ids=["as it is", "like Windows"])
@pytest.mark.parametrize("kind", [".csv", ".xlsx"])
def test_a_check_needs_no_lake_and_leaves_nothing_elsewhere(
    tmp_path: Path, before: str, kind: str
) -> None:
    """The home, the working folder and the folder for temporary files are empty afterwards."""
    sent, home, work, temporary, out = (
        tmp_path / name for name in ("sent", "home", "work", "temporary", "out")
    )
    for folder in (sent, home, work, temporary, out):
        folder.mkdir()
    frame, path = rows(3, falls_total="six"), sent / f"{NAME}{kind}"
    put(sent, frame, path.name) if kind == ".csv" else workbook(path, frame)
    content = path.read_bytes()
    script = tmp_path / "script.py"
    script.write_text(CHECK.format(before=before, unneeded=UNNEEDED))
    told = subprocess.run(
        [sys.executable, "-B", script, "check", path, "--xlsx", out / "a.xlsx", "--html",
         out / "a.html", "--today", TODAY.isoformat()],
        capture_output=True, text=True, cwd=work,
        env={"HOME": str(home), "TMPDIR": str(temporary), "USERPROFILE": str(home),
             "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert told.stderr == "[]\n"
    assert told.returncode == 1
    assert "C02" in told.stdout
    assert sorted(place.name for place in out.iterdir()) == ["a.html", "a.xlsx"]
    assert [*home.iterdir(), *work.iterdir(), *temporary.iterdir()] == []
    assert [path.read_bytes(), *sent.iterdir()] == [content, path]


def test_letters_that_a_console_lacks_end_no_check(tmp_path: Path) -> None:
    """`y` with a circumflex is no letter of the old Windows encoding."""
    path = put(tmp_path, rows(ward_name="Tŷ Gwyn", falls_total="tŷ"))
    told = {}
    for more in ((), ("--json",)):
        found = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", "check", path, *more, "--language", "cy",
             "--today", TODAY.isoformat()],
            capture_output=True, env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        )  # fmt: skip
        assert (found.returncode, found.stderr) == (1, b"")
        told[more] = found.stdout
    assert b"C02" in told[()]
    (one,) = json.loads(told["--json",].decode("ascii"))["files"]
    assert {found["value"] for found in one["problems"] if found["code"] == "C02"} == {"tŷ"}
