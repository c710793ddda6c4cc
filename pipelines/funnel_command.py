"""`safecare funnel`: units of a file of one's own compared with each other, without a lake.

Belongs here: the options, reading the file, the tables that come out. Does not belong here: lines
and verdicts (reports/spc/funnel.py), the page (reports/pages/funnel_page.py). The engine is
imported where it is needed: scipy would cost every other command half a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer
from rich.table import Table
from rich.text import Text

from pipelines.own_files import (
    MISSING,
    TROUBLE,
    InputError,
    Language,
    check_places,
    err,
    first_line,
    one_sentence,
    out,
    refused,
    say,
    words_of,
    write_whole,
)

if TYPE_CHECKING:
    from reports.spc.funnel import Funnel
    from reports.spc.funnel_plan import FunnelPlan

MOST_LINES = 40
_NEEDED = ("unit", "numerator", "denominator")


class Kind(StrEnum):
    """What the numbers are; the engine's FunnelKind, known before the engine is."""

    RATE = "rate"
    PROPORTION = "proportion"
    RATIO = "ratio"


class Better(StrEnum):
    """Which way is better; the engine's Direction."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where files go; None: not asked for."""

    points: Path | None
    lines: Path | None
    page: Path | None

    @property
    def places(self) -> tuple[Path, ...]:
        every = (self.points, self.lines, self.page)
        return tuple(place for place in every if place is not None)


def funnel(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT.csv",
            help="CSV with unit, numerator and denominator; optional: group, one funnel for each.",
        ),
    ],
    kind: Annotated[
        Kind,
        typer.Option(help="Events over exposure, cases over all cases, or observed over expected."),
    ],
    multiplier: Annotated[
        float, typer.Option(help="1000 for a rate per 1,000, 100 for per cent.")
    ] = 1.0,
    direction: Annotated[Better, typer.Option(help="Which way is better.")] = Better.NEUTRAL,
    target: Annotated[
        float | None,
        typer.Option(help="In the unit of the result; default: all units together, of ratios 1."),
    ] = None,
    adjust: Annotated[
        bool, typer.Option("--adjust", help="Widen the lines for over-dispersion.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="POINTS.csv", help="One row for each unit.")
    ] = None,
    lines: Annotated[
        Path | None, typer.Option(metavar="LINES.csv", help="The lines along denominators.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="PAGE.html", help="One page with the drawing; works offline."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Of the page.")] = Language.EN,
) -> None:
    """Compare units with each other in a funnel plot.

    Exit codes: 0 done, 2 the file or the options cannot be used (nothing is written).
    """
    from reports.spc.funnel import funnel as judged
    from reports.spc.funnel_plan import FunnelPlan

    outputs = Outputs(points=output, lines=lines, page=html)
    try:
        with one_sentence(file):
            check_places(file, outputs.places)
            with refused():
                plan = FunnelPlan(
                    kind=kind,  # type: ignore[arg-type]
                    direction=direction,  # type: ignore[arg-type]
                    multiplier=multiplier,
                    target=target,
                    adjust=adjust,
                )
                found = judged(read(file), plan)
            _write(file.stem, outputs, found, plan, language)
    except InputError as error:
        say(err, str(error))
        raise typer.Exit(TROUBLE) from error
    _tell(found, outputs)


def read(file: Path) -> pl.DataFrame:
    """The file's units, all cells as text: a code like 030001 keeps its zeros.

    Raises InputError where it is no table, or lacks a column.
    """
    try:
        table = pl.read_csv(file, infer_schema=False, null_values=list(MISSING))
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise InputError(f"it could not be read as a table: {first_line(error)}") from error
    table.columns = [name.strip().lower() for name in table.columns]
    absent = [name for name in _NEEDED if name not in table.columns]
    if absent:
        raise InputError(f"there is no column {absent[0]}")
    wanted = [name for name in ("group", *_NEEDED) if name in table.columns]
    cells = table.select(pl.col(wanted).str.strip_chars())
    return cells.filter(~pl.all_horizontal(pl.all().is_null()))


def points_csv(found: Funnel) -> bytes:
    """POINTS.csv: the engine's points, counts without a decimal point, flags as 0 and 1."""
    counts = pl.col("numerator").cast(pl.Int64)
    return _csv(found.points.with_columns(counts, pl.col("too_small").cast(pl.Int8)))


def _csv(frame: pl.DataFrame) -> bytes:
    """As CSV that a spreadsheet opens rightly; without a group where the file has none."""
    from reports.pages.safe_csv import csv_bytes

    frame = frame.drop("group") if frame["group"].null_count() == len(frame) else frame
    return csv_bytes(frame.columns, frame.iter_rows())


def _write(
    title: str, outputs: Outputs, found: Funnel, plan: FunnelPlan, language: Language
) -> None:
    """All files, or none of them."""
    making: dict[Path, Callable[[Path], object]] = {}
    if outputs.points is not None:
        points = points_csv(found)
        making[outputs.points] = lambda path: path.write_bytes(points)
    if outputs.lines is not None:
        lines = _csv(found.lines)
        making[outputs.lines] = lambda path: path.write_bytes(lines)
    if outputs.page is not None:
        page = _page(title, found, plan, language)
        making[outputs.page] = lambda path: path.write_bytes(page)
    write_whole(making)


def _page(title: str, found: Funnel, plan: FunnelPlan, language: Language) -> bytes:
    from reports.pages.funnel_page import funnel_page

    return funnel_page(title, found, plan, words_of(language))


def _tell(found: Funnel, outputs: Outputs) -> None:
    """Target and over-dispersion of each funnel, the units outside, and what was written."""
    for row in found.summary.head(MOST_LINES).iter_rows(named=True):
        say(out, _of_funnel(row))
    outside = found.points.filter(pl.col("place") != "within")
    if len(outside):
        out.print(_table(outside))
    else:
        say(out, "No unit lies outside the lines.")
    if len(outside) > MOST_LINES:
        say(out, f"... and {len(outside) - MOST_LINES:,} more units outside.")
    small = len(found.points.filter(pl.col("too_small"), pl.col("place") == "within"))
    if small:
        say(out, f"Too small to tell: {small:,} of {len(found.points):,} units.")
    for place in outputs.places:
        say(out, f"Wrote {place}.")


def _of_funnel(row: dict[str, object]) -> str:
    group = "" if row["group"] is None else f"{row['group']}: "
    if row["target"] is None:
        return f"{group}no unit has a place."
    spread = ""
    if row["phi"] is not None:
        used = "lines widened" if row["adjusted"] else "lines not widened"
        spread = f", phi {row['phi']:.3g}, tau2 {row['tau2']:.3g}, {used}"
    units = "1 unit" if row["units"] == 1 else f"{row['units']:,} units"
    return f"{group}{units}, target {row['target']:.4g}{spread}."


def _table(outside: pl.DataFrame) -> Table:
    """Units outside, those beyond 99.8 % first."""
    has_groups = outside["group"].null_count() < len(outside)
    heads = ("unit", "numerator", "denominator", "value", "beyond", "side", "verdict")
    table = Table(*((("group",) if has_groups else ()) + heads), box=None)
    rows = outside.sort(pl.col("place") != "beyond_998", maintain_order=True).head(MOST_LINES)
    for row in rows.iter_rows(named=True):
        cells = [row["unit"], f"{row['numerator']:,g}", f"{row['denominator']:,g}"]
        level = {"beyond_95": "95%", "beyond_998": "99.8%"}[row["place"]]
        side = "high" if row["side"] > 0 else "low"
        verdict = row["verdict_95"].replace("_", " ")
        cells += [f"{row['value']:.4g}", level, side, verdict]
        # No markup: a unit may have brackets in its name.
        table.add_row(*(Text(cell) for cell in ([row["group"]] if has_groups else []) + cells))
    return table
