"""The publications of a lake: their names, and what each told of every series.

Here: finding them again. Not here: making one and showing it to readers (publish.py), what a
report makes of the one before (reports/pages/findings.py).

What a publication told is kept with it, as `told.json`. It cannot be worked out later: figures of
its month may have come late or have been corrected since, and a signal that no report ever told
must not pass for an old one.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import polars as pl

from assets.steps.lake import Lake, read_json, write_json
from reports.edition import Edition
from reports.pages.findings import told_verdicts
from reports.spc.vocabulary import Verdict

TOLD = "told.json"
# The data month of a publication and its number in it.
NAME = re.compile(r"(\d{4}-\d{2})_r(\d+)")
VERDICTS = pl.Schema({"series": pl.String, "verdict": pl.String})


def numbers(lake: Lake) -> list[tuple[str, int]]:
    """Data month and number of every publication, also of one that only `latest` still names.

    Other folders, such as somebody's copy, are no publications.
    """
    names = [path.name for path in lake.site.iterdir()] + [lake.latest.resolve().name]
    return [number_of(name) for name in names if NAME.fullmatch(name)]


def number_of(name: str) -> tuple[str, int]:
    """The data month and the number in a publication's name; lowest for any other name."""
    found = NAME.fullmatch(name)
    return ("", 0) if found is None else (found[1], int(found[2]))


def write_told(folder: Path, edition: Edition) -> None:
    """Keep what a publication tells with it."""
    write_json(folder / TOLD, told_verdicts(edition))


def read_told(lake: Lake, month: date) -> pl.DataFrame | None:
    """series, verdict: as the last publication of a month told them; None where none is known."""
    last = max((one for one in numbers(lake) if one[0] == f"{month:%Y-%m}"), default=None)
    if last is None:
        return None
    try:
        told = read_json(lake.site / f"{last[0]}_r{last[1]}" / TOLD)
    except (OSError, json.JSONDecodeError, UnicodeDecodeError):
        return None
    if not isinstance(told, dict) or not all(map(_is_verdict, told.values())):
        return None
    return pl.DataFrame(list(told.items()), schema=VERDICTS, orient="row")


def _is_verdict(told: object) -> bool:
    return isinstance(told, str) and told in set(Verdict)
