"""The folder can be copied out and used alone: numpy, scipy and polars are all it needs."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "reports" / "spc"

USE = """
import sys
sys.path.insert(0, {place!r})
import polars as pl
from spc import Plan, analyse
points = pl.DataFrame({{"series": "A", "period": range(20), "value": [1.0, 3.0] * 10}})
print(analyse(points, Plan(chart="i")).points["centre"][0])
print(sorted(name for name in sys.modules if name.split(".")[0] == "reports"))
"""


def test_the_copied_folder_works(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "spc", ignore=shutil.ignore_patterns("__pycache__"))
    # -I: neither the current folder nor the environment adds to sys.path.
    command = [sys.executable, "-I", "-W", "error", "-c", USE.format(place=str(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == ["2.0", "[]"]


def imported(file: Path) -> set[str]:
    """Top names of absolute imports, wherever in the file they stand."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    whole = {
        str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level
    }
    return {name.split(".")[0] for name in plain | whole}


def test_nothing_else_is_imported():
    names = set().union(*(imported(file) for file in FOLDER.glob("*.py")))
    assert names - set(sys.stdlib_module_names) == {"numpy", "polars", "scipy"}


def test_the_use_in_the_readme_runs(capsys):
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    exec(readme.split("```python")[1].split("```")[0], {})
    assert "ward 7" in capsys.readouterr().out
