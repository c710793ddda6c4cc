#!/usr/bin/env python3
"""Proves that reports/spc works alone: its tests, beside numpy, scipy and polars and nothing else.

A new environment gets those three and pytest at the versions and hashes of the lock file, and
a folder gets copies of the engine and its tests.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PLACE = PROJECT / "build" / "engine"
ENGINE = ("numpy", "scipy", "polars", "polars-runtime-32")
TESTS = (
    *("pytest", "iniconfig", "packaging", "pluggy", "pygments"),
    *("hypothesis", "sortedcontainers"),
)
FOLDERS = ("reports/spc", "tests/reports/spc", "tests/benchmarks")


def locked(names: tuple[str, ...]) -> str:
    """The lines of the lock file for some packages, hashes included."""
    lines = (PROJECT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    kept, wanted = [], False
    for line in lines:
        if not line.startswith(" "):
            wanted = line.partition("==")[0] in names
        if wanted:
            kept.append(line)
    missing = set(names) - {line.partition("==")[0] for line in kept}
    if missing:
        sys.exit(f"requirements.lock has no {', '.join(sorted(missing))}")
    return "\n".join(kept) + "\n"


def main() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)
    for folder in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / folder, PLACE / folder, ignore=ignored)
    needed = PLACE / "requirements.lock"
    needed.write_text(locked((*ENGINE, *TESTS)), encoding="utf-8")
    venv.create(PLACE / "env", with_pip=True)
    python = str(PLACE / "env" / "bin" / "python")
    install = ("-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes")
    subprocess.run([python, *install, "-r", str(needed)], check=True)
    # -c: no settings of the project; the copied folder is the only place to import from.
    tests = ("-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", ".", "-W", "error")
    done = subprocess.run([python, *tests, "tests/reports"], cwd=PLACE, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
