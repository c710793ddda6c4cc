"""`safecare template`: a workbook for each table, and one with a row that passes the check."""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner

from assets.steps.example import NoExampleError, example
from data_contracts.contract import Table, load_contracts, tables_by_topic
from data_contracts.registers import load_registers
from pipelines.cli import app

sys.path.append(str(Path(__file__).parent))

from board_files import TODAY

TABLES = tables_by_topic(load_contracts())
MARCH = TODAY.replace(month=3, day=1)


def run(*arguments: str | Path) -> tuple[int, str]:
    runner = CliRunner(env={"COLUMNS": "400"})
    found = runner.invoke(app, [*map(str, arguments), "--today", TODAY.isoformat()])
    assert found.exception is None or isinstance(found.exception, SystemExit)
    return found.exit_code, found.stdout


@pytest.mark.parametrize("topic", TABLES)
def test_a_workbook_with_an_example_passes_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, topic: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("template", topic, "--example")[0] == 0
    (made,) = tmp_path.iterdir()
    code, text = run("check", made)
    assert (code, text) == (0, f"{made.name}: Accepted\n")


def test_the_name_is_as_it_would_be_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ambulance calls are sent by the ambulance trust, whoever they are about."""
    monkeypatch.chdir(tmp_path)
    for topic in ("ambulance", "falls", "changes"):
        run("template", topic, "--example")
    names = ["7A1_changes_v01.xlsx", "7A1_falls_202403_v01.xlsx", "RT4_ambulance_202403_v01.xlsx"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_the_name_of_a_table_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("template", "falls.monthly")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["template_falls.xlsx"]


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("topic", TABLES)
def test_each_column_has_a_hint_and_coded_ones_a_list(
    tmp_path: Path, topic: str, language: str
) -> None:
    out, table = tmp_path / "a.xlsx", TABLES[topic]
    run("template", topic, "--output", out, "--language", language)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [column.name for column in table.columns]
    assert sheet.max_row == 1
    assert sheet.freeze_panes == "A2"
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    for cell, column in zip(sheet[1], table.columns, strict=True):
        rule = rules[f"{cell.column_letter}2"]
        assert 0 < len(rule.promptTitle) <= 32
        assert 0 < len(rule.prompt) <= 255
        assert cell.font.bold == column.required
        if column.values:
            assert rule.formula1 == f'"{",".join(column.values)}"'


def test_counts_of_an_example_add_nothing() -> None:
    """The lowest values that the contract allows: falls has no minimum above 0."""
    made = example(TABLES["falls"], load_registers(), MARCH, "x")
    counts = {made.cells[name] for name in TABLES["falls"].column_names if name.startswith("falls")}
    assert counts == {"0"}


def test_a_table_that_accepts_no_row_has_no_example() -> None:
    """A condition that is false of every row."""
    falls = TABLES["falls"]
    (first, *others) = falls.rules
    never = type(first)(
        code=first.code, scope=first.scope, expression="falls_total < 0", columns=("falls_total",)
    )
    parts = {name: getattr(falls, name) for name in Table.__dataclass_fields__}
    broken = Table(**(parts | {"rules": (never, *others)}))
    with pytest.raises(NoExampleError, match=r"accepted|accepts"):
        example(broken, load_registers(), MARCH, "x")


def test_a_row_below_the_example_is_read_like_the_first(tmp_path: Path) -> None:
    out = tmp_path / "7A1_falls_202403_v01.xlsx"
    run("template", "falls", "--example", "--output", out)
    book = openpyxl.load_workbook(out)
    sheet = book.worksheets[0]
    for cell in sheet[2]:
        sheet.cell(3, cell.column, "A2" if cell.value == "A1" else cell.value)
    book.save(out)
    code, text = run("check", out)
    assert (code, text) == (0, f"{out.name}: Accepted\n")
    assert pl.read_excel(out, sheet_id=1).height == 2


def test_before_a_table_begins_there_is_no_example_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The return of falls begins with January 2021."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner(env={"COLUMNS": "400"})
    found = runner.invoke(app, ["template", "falls", "--example", "--today", "2020-06-01"])
    assert found.exit_code == 2
    assert "falls.monthly begins with 2021-01, which is not over yet" in found.output
    assert list(tmp_path.iterdir()) == []
