"""Polars at work while another thread pickles frames, as when a second process makes pages.

A Python function inside a polars expression then waits for ever: polars holds what the pickling
needs, and the pickling holds the interpreter that the function needs.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CALLS_PYTHON = {"map_batches", "map_elements", "map_groups", "map_rows", "rolling_map", "cum_fold"}
# In a process of its own: what waits for ever holds the interpreter, and no time limit inside of it
# would end it.
AT_ONCE = """
import pickle, threading
import polars as pl
from data_contracts.registers import normalised

part = pl.DataFrame({name: [f"{name} {n}" for n in range(50)] for name in "abcdefgh"})
large = pl.concat([part] * 40, rechunk=False)
over = threading.Event()

def pickling():
    while not over.is_set():
        pickle.dumps(large)

thread = threading.Thread(target=pickling)
thread.start()
small = pl.DataFrame({name: [f"Ward  {name} & {n}" for n in range(3000)] for name in "abcdefgh"})
for _ in range(100):
    found = small.with_columns(normalised(pl.col(name)) for name in small.columns)
over.set()
thread.join()
print(found["a"].head(3).to_list())
"""


def test_spellings_are_compared_while_another_thread_pickles() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE], timeout=60, capture_output=True, text=True, cwd=ROOT
    )
    assert (done.stdout.strip(), done.stderr) == (
        "['ward a and 0', 'ward a and 1', 'ward a and 2']",
        "",
    )


def _calls(source: Path) -> list[str]:
    """Where a file calls one of polars' functions that call Python."""
    found = ast.walk(ast.parse(source.read_text("utf-8")))
    return [
        f"{source.relative_to(ROOT)}:{node.lineno}"
        for node in found
        if isinstance(node, ast.Attribute) and node.attr in CALLS_PYTHON
    ]


@pytest.mark.parametrize("package", ["assets", "data_contracts", "pipelines", "reports"])
def test_no_expression_calls_python(package: str) -> None:
    sources = list((ROOT / package).rglob("*.py"))
    assert len(sources) > 3
    assert [place for source in sources for place in _calls(source)] == []
