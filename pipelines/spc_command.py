"""`safecare spc`: control charts of a file of one's own, without a lake or contracts.

Belongs here: the options and the tables that come out. Does not belong here: reading the file
(spc_file.py), limits and rules (reports/spc), the page (reports/pages/spc_page.py). The engine is
imported where it is needed: scipy would cost every other command half a second.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import click
import polars as pl
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pipelines.own_files import (
    TROUBLE,
    InputError,
    Language,
    check_places,
    err,
    one_sentence,
    out,
    refused,
    say,
    words_of,
    write_whole,
)
from pipelines.spc_file import Sent, finite, read, with_defaults

if TYPE_CHECKING:
    from reports.spc import Analysis, Plan
    from reports.words import Words

MOST_LINES = 200
# The engine's note of a new phase or a ghost without a reason; the pipeline refuses those.
NO_REASON = "no_reason"
POINT_COLUMNS = (
    "series", "period", "phase", "value", "centre", "lower", "upper", "lower_2sigma",
    "upper_2sigma", "excluded", "outside", "shift", "trend", "two_of_three", "inner_third",
    "four_of_five", "alternating", "mixture", "zeros", "signal", "improvement", "concern",
    "verdict",
)  # fmt: skip
SERIES_COLUMNS = (
    "series", "phase", "chart", "chart_reason", "n", "n_useful", "longest_run",
    "longest_run_limit", "crossings", "crossings_limit", "sigma_z", "centre", "variation",
    "assurance", "limits_status", "notes",
)  # fmt: skip

Told = Callable[[str, int | None, int | None], None]


class _Known(click.Choice[str]):
    """Names that the engine knows, asked for when they are needed: `--help` lists them."""

    def __init__(self, ask: Callable[[], Iterable[str]]) -> None:
        self.ask = ask
        self.case_sensitive = True

    @cached_property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(str(name) for name in self.ask())


def _vocabulary() -> ModuleType:
    from reports.spc import vocabulary

    return vocabulary


def _profiles() -> Iterable[str]:
    from reports.spc.profiles import profiles

    return profiles()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where files go; None: not asked for."""

    points: Path | None
    series: Path | None
    suggestions: Path | None
    page: Path | None

    @property
    def places(self) -> tuple[Path, ...]:
        every = (self.points, self.series, self.suggestions, self.page)
        return tuple(place for place in every if place is not None)


def spc(
    file: Annotated[
        Path,
        typer.Argument(metavar="INPUT"),
    ],
    chart: Annotated[
        str,
        typer.Option(
            click_type=_Known(lambda: _vocabulary().Chart), help="ip, pp, up, cp: i', p', u', c'."
        ),
    ] = "auto",
    rules: Annotated[str, typer.Option(click_type=_Known(_profiles), help="Rule profile.")] = "ihi",
    baseline: Annotated[
        int | None,
        typer.Option(min=1, help="The first N points of each phase set its limits; default: all."),
    ] = None,
    direction: Annotated[
        str,
        typer.Option(
            click_type=_Known(lambda: _vocabulary().Direction), help="Which way is better."
        ),
    ] = "neutral",
    multiplier: Annotated[
        float, typer.Option(help="1000 for a rate per 1,000, 100 for per cent.")
    ] = 1.0,
    screening: Annotated[
        bool, typer.Option(help="Drop extreme moving ranges once before limits are set.")
    ] = True,
    g_limits: Annotated[
        str,
        typer.Option(
            click_type=_Known(lambda: _vocabulary().GeometricLimits),
            help="Upper limit of a g chart.",
        ),
    ] = "exact",
    target: Annotated[
        float | None,
        typer.Option(help="Target of rows without one, in the unit of the result."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why phases begin and points are left out, for the file.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="POINTS.csv", help="One row for each point.")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="SERIES.csv", help="One row for each series and phase.")
    ] = None,
    suggest: Annotated[
        Path | None,
        typer.Option(
            metavar="SUGGESTIONS.csv",
            help="Phases in which new limits are suggested, with the evidence; needs --baseline.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="PAGE.html", help="One page with the charts; works offline."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Of the page and the table.")] = Language.EN,
) -> None:
    """Draw and judge control charts of the series in a file.

    INPUT is a CSV (or xlsx) file with the columns period, and numerator and denominator, or value.
    It may have series, target, phase_start (1 on the first point of a phase), exclude (1 on a point
    to leave out), reason and author. For xbar and s the rows of one period are one subgroup.

    Exit codes: 0 done, 2 the file or the options cannot be used (nothing is written).
    """
    from reports.spc import Plan, Suggest
    from reports.spc.vocabulary import Unexplained

    outputs = Outputs(points=output, series=summary, suggestions=suggest, page=html)
    try:
        with _progress() as told, one_sentence(file):
            check_places(file, outputs.places)
            if suggest is not None and baseline is None:
                raise InputError("new limits are suggested only with --baseline")
            with refused():
                plan = Plan(
                    chart=chart,  # type: ignore[arg-type]
                    rules=rules,
                    run_rules=_run_rules(rules),
                    baseline=baseline,
                    direction=direction,  # type: ignore[arg-type]
                    multiplier=finite(multiplier, "multiplier"),
                    screening=screening,
                    g_limits=g_limits,  # type: ignore[arg-type]
                    suggest=None if suggest is None else Suggest(),
                    unexplained=Unexplained.NOTED,
                )
            told(f"Reading {file.name}", None, None)
            sent = with_defaults(read(file, plan), target, reason)
            found = judged(sent, plan, told)
            _write(file.name, outputs, plan, sent, found, language, told)
    except InputError as error:
        say(err, str(error))
        raise typer.Exit(TROUBLE) from error
    _tell(outputs, sent, found, language)


def judged(sent: Sent, plan: Plan, told: Told) -> Analysis:
    """What the engine finds; a decision without a reason is a note there."""
    from reports.spc import analyse

    told(f"Judging {sent.rows['series'].n_unique():,} series", None, None)
    with refused():
        return analyse(sent.rows.drop("line", "written", "author"), plan)


def points_table(found: Analysis, sent: Sent) -> pl.DataFrame:
    """POINTS.csv: the engine's points with periods as they were written, flags as 0 and 1."""
    points = _as_written(found.points, sent).with_columns(pl.col("excluded").cast(pl.Int8))
    return points.select(POINT_COLUMNS)


def suggestions_table(found: Analysis, sent: Sent) -> pl.DataFrame:
    """SUGGESTIONS.csv: one row for each phase in which new limits are suggested."""
    return _as_written(found.suggestions, sent)


def _as_written(frame: pl.DataFrame, sent: Sent) -> pl.DataFrame:
    """The same rows with their periods as the file has them."""
    written = sent.rows.select("series", "period", "written").unique(
        ["series", "period"], keep="first", maintain_order=True
    )
    joined = frame.join(written, on=["series", "period"], how="left", maintain_order="left")
    return joined.with_columns(period="written").drop("written")


def series_table(found: Analysis) -> pl.DataFrame:
    """SERIES.csv: the engine's phases with their notes in one cell."""
    notes = pl.col("notes").list.join("; ")
    return found.series.with_columns(notes=pl.when(notes != "").then(notes)).select(SERIES_COLUMNS)


def _run_rules(rules: str) -> str:
    """A profile that asks nothing of limits was made for run charts; else they take their own."""
    from reports.spc.profiles import Outside, named

    for_runs = not any(isinstance(rule, Outside) for rule in named(rules).rules)
    return rules if for_runs else "anhoej"


def _write(
    title: str,
    outputs: Outputs,
    plan: Plan,
    sent: Sent,
    found: Analysis,
    language: Language,
    told: Told,
) -> None:
    """All files, or none of them."""
    making: dict[Path, Callable[[Path], object]] = {}
    if outputs.page is not None:
        page = _page(title, plan, sent, found, language, told)
        making[outputs.page] = lambda path: path.write_bytes(page)
    if outputs.points is not None:
        points = points_table(found, sent)
        making[outputs.points] = lambda path: points.write_csv(path)
    if outputs.series is not None:
        series = series_table(found)
        making[outputs.series] = lambda path: series.write_csv(path)
    if outputs.suggestions is not None:
        suggestions = suggestions_table(found, sent)
        making[outputs.suggestions] = lambda path: suggestions.write_csv(path)
    told("Writing", None, None)
    write_whole(making)


def _page(
    title: str, plan: Plan, sent: Sent, found: Analysis, language: Language, told: Told
) -> bytes:
    from reports.pages.spc_page import Charted, spc_page
    from reports.pages.spc_told import Periods

    charted = Charted(
        title=title,
        plan=plan,
        points=found.points,
        series=found.series,
        rows=sent.rows,
        periods=Periods(sent.kind),
    )
    return spc_page(charted, words_of(language), lambda d, n: told("Drawing charts", d, n))


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar on the error stream, so that the output can be piped; only on a screen."""
    with Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task("Starting", total=None)
        yield lambda step, done, total: bar.update(
            task, description=step, completed=done, total=total
        )


def _tell(outputs: Outputs, sent: Sent, found: Analysis, language: Language) -> None:
    """What was made, and what the reader should know about the file."""
    if outputs.points is None and outputs.series is None:
        _tell_table(found, words_of(language))
    series, signals = found.series["series"].n_unique(), found.points["signal"].sum()
    of = f"of {series:,} series"
    made = (
        (outputs.points, f"{len(found.points):,} points {of}, {signals:,} of them signals"),
        (outputs.series, f"{len(found.series):,} phases {of}"),
        (outputs.suggestions, f"new limits suggested in {len(found.suggestions):,} phases {of}"),
        (outputs.page, f"charts {of}"),
    )
    for place, counts in made:
        if place is not None:
            say(out, f"{place}: {counts}.")
    if sent.unused:
        say(err, f"Columns that were not used: {', '.join(sent.unused)}.")
    if found.series["notes"].list.contains(NO_REASON).any():
        say(err, "Phases or left-out points without a reason: see the notes, or give --reason.")


def _tell_table(found: Analysis, words: Words) -> None:
    """The last phase of each series on the terminal."""
    word = words.text
    heads = ("series", "chart", "limits", "verdict", "signals")
    table = Table(*(word(f"spc_page.table.{head}") for head in heads), box=None)
    rows = _table_rows(found)
    for row in rows.head(MOST_LINES).iter_rows(named=True):
        verdict = "not_judged" if row["variation"] == "none" else row["variation"]
        table.add_row(
            # No markup: a series may have brackets in its name.
            Text(row["series"]),
            word(f"charts.chart_kind.{row['chart']}"),
            _limits(row["lower"], row["upper"], words),
            word(f"charts.verdict.{verdict}"),
            str(row["signals"]),
        )
    out.print(table)
    if len(rows) > MOST_LINES:
        say(out, word("spc_page.table.more", n=len(rows) - MOST_LINES))


def _table_rows(found: Analysis) -> pl.DataFrame:
    """One row for each series: its last phase with the last limits, its number of signals."""
    phase = pl.col("phase")
    drawn = pl.col("upper").is_not_null() & (phase == phase.max())
    of_points = found.points.group_by("series", maintain_order=True).agg(
        pl.col("lower", "upper").filter(drawn).last(), signals=pl.col("signal").sum()
    )
    last = found.series.unique("series", keep="last", maintain_order=True)
    return last.join(of_points, on="series", maintain_order="left")


def _limits(lower: float | None, upper: float | None, words: Words) -> str:
    if upper is None:
        return ""
    case = "up_to" if lower is None else "between"
    ends = {"lower": f"{lower or 0:.4g}", "upper": f"{upper:.4g}"}
    return words.text(f"spc_page.table.{case}", **ends)
