"""The `safecare` command: arguments in, one clear sentence or a short table out.

Belongs here: options, wording for the terminal, exit codes. Does not belong here: any work
(pipelines/nightly.py, pipelines/sample, assets/steps).

Exit codes of `run` and `publish`: 0 everything is good, 1 published but a steward is needed,
2 nothing published.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.check_command import check
from pipelines.contracts_command import contracts_app
from pipelines.days import DayNotComeError, come, day_of
from pipelines.decide_command import decide
from pipelines.funnel_command import funnel
from pipelines.own_files import Language, words_of
from pipelines.publish_command import Copies, CopyError
from pipelines.spc_command import spc

if TYPE_CHECKING:
    from assets.steps.example import Example
    from assets.steps.result import Verdict
    from data_contracts.contract import Table
    from pipelines.nightly import Told
    from reports.words import Words

DAY = "%Y-%m-%d"
MOST_LINES = 12
TROUBLE = 2
# Published, and somebody is needed: copies that were asked for are not there.
COPIES_MISSING = 1
# Returns that a night's record lists, by status, and how they are counted.
OWED = {
    "missing": "returns missing",
    "incomplete": "returns incomplete",
    "refused": "returns of which nothing was accepted",
}

app = typer.Typer(
    help="Safe Care: submissions checked, counted and published as control charts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out, err = Console(highlight=False), Console(stderr=True, highlight=False)


Lake = Annotated[Path, typer.Option("--lake", envvar="SAFECARE_LAKE", help="Folder of the lake.")]


def _come(today: datetime | None) -> datetime | None:
    """A day that has come: from a later one's publication readers could never be taken back."""
    try:
        if today is not None:
            come(today.date())
    except DayNotComeError as error:
        raise typer.BadParameter(str(error)) from error
    return today


Today = Annotated[
    datetime | None,
    typer.Option(
        "--today",
        envvar="SAFECARE_TODAY",
        formats=[DAY],
        callback=_come,
        help="Run as on this day, which has come; default: the clock's.",
    ),
]
Contracts = Annotated[
    Path | None,
    typer.Option(
        "--contracts",
        envvar="SAFECARE_CONTRACTS",
        exists=True,
        file_okay=False,
        help="Folder of contracts and translations; default: the project's own.",
    ),
]


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Folder to put the sample's inbox into.")],
    today: Today = None,
) -> None:
    """Write the sample submissions, as boards would have sent them by a day."""
    from pipelines.sample.write import TODAY, write_sample

    if folder.exists() and any(folder.iterdir()):
        raise typer.BadParameter(f"{folder} is not empty; the sample needs a folder of its own.")
    with _bar() as bar:
        task = bar.add_task("Writing the sample", total=None)
        summary = write_sample(
            folder,
            _day(today) or TODAY,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    out.print(f"{summary.files} files with {summary.rows:,} rows are in {summary.inbox}.")


@app.command()
def run(lake: Lake = Path("lake"), today: Today = None, contracts: Contracts = None) -> None:
    """Run a whole night: receive, check, count, detect, report and publish.

    Exit codes: 0 good, 1 published and a steward is needed, 2 nothing published.
    """
    from pipelines.nightly import run_night

    _to_its_end(lake, lambda told: run_night(lake, contracts, day_of(lake, today), told=told))


@app.command()
def publish(
    lake: Lake = Path("lake"),
    today: Today = None,
    contracts: Contracts = None,
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf",
            metavar="FOLDER",
            help="Also print the pages of the publication as PDF files into this folder.",
        ),
    ] = None,
    single_file: Annotated[
        Path | None,
        typer.Option(
            "--single-file",
            metavar="FOLDER",
            help="Also write its pages into this folder, each as one file that can be e-mailed.",
        ),
    ] = None,
) -> None:
    """Count and publish again from what was accepted, without looking into the inbox.

    Nothing is published where nothing has changed. Exit codes: as of run.
    """
    from pipelines.nightly import publish_again

    copies = Copies(pdf, single_file)
    try:
        copies.check(lake)
    except CopyError as error:
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(TROUBLE) from error
    _to_its_end(
        lake, lambda told: publish_again(lake, contracts, day_of(lake, today), told=told), copies
    )


@app.command()
def template(
    topic: Annotated[str, typer.Argument(help="Topic of the file; see `safecare contracts`.")],
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Default: template_<topic>.xlsx; with --example a name as it would be sent.",
        ),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the definitions.")] = Language.EN,
    contracts: Contracts = None,
    with_example: Annotated[
        bool, typer.Option("--example", help="With one row that passes `safecare check`.")
    ] = False,
    today: Today = None,
) -> None:
    """Write a workbook to fill in for one kind of file."""
    from data_contracts.contract import HERE, load_contracts, tables_by_topic
    from reports.template import template as made
    from reports.words import Words

    tables = tables_by_topic(load_contracts(contracts))
    # A table's own name will do: falls.monthly is what findings call it.
    table = {table.name: table for table in tables.values()}.get(topic) or tables.get(topic)
    if table is None:
        raise typer.BadParameter(f"There is no topic {topic}; there are {', '.join(tables)}.")
    words = Words.load((contracts or HERE) / "translations", language)
    example = _example(table, words, _day(today)) if with_example else None
    default = example.file_name if example else f"template_{table.topic}.xlsx"
    place = out_file or Path(default)
    if place.exists():
        raise typer.BadParameter(f"{place} exists already; give another name with --output.")
    place.write_bytes(made(table, words, example.cells if example else {}))
    out.print(f"Wrote {place}.")


def _example(table: Table, words: Words, day: date | None) -> Example:
    """A row of the last month that is over, which says in words that it is an example."""
    from assets.steps.example import NoExampleError, example
    from data_contracts.registers import load_registers
    from reports.months import later

    latest = later((day or date.today()).replace(day=1), -1)
    try:
        return example(table, load_registers(), latest, words.text("pages.template.example"))
    except NoExampleError as error:
        raise typer.BadParameter(str(error)) from error


app.command()(check)
app.add_typer(contracts_app, name="contracts")
app.add_typer(decide, name="decide")
app.command()(spc)
app.command()(funnel)


def _to_its_end(
    lake: Path, begin: Callable[[Told], Verdict], copies: Copies | None = None
) -> NoReturn:
    """A night with its progress, what it says at its end, copies of its pages, the exit code."""
    from pipelines.nightly import EXIT_CODES
    from pipelines.resources import NightError

    try:
        with _bar() as bar:
            verdict = begin(_teller(bar))
    except NightError as error:
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(TROUBLE) from error
    except Exception as error:
        # Not even an alert could be written, as on a full disk: the code must still say so.
        err.print(f"The night stopped: {error}", markup=False)
        raise typer.Exit(TROUBLE) from error
    _tell_end(lake)
    code = EXIT_CODES[verdict]
    if copies is not None and code != TROUBLE and not _copied(copies, lake):
        code = COPIES_MISSING
    raise typer.Exit(code)


def _copied(copies: Copies, lake: Path) -> bool:
    """Whether the copies could be made; says where they are, or why they are not."""
    try:
        with _bar() as bar:
            lines = list(copies.make(lake, _teller(bar)))
    except (CopyError, OSError) as error:
        err.print(f"The pages are published; copies of them failed: {error}", markup=False)
        return False
    for line in lines:
        _tell_line(line)
    return True


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _bar() -> Progress:
    """A progress bar on the error stream, so that the output can be piped; only on a screen."""
    return Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def _teller(bar: Progress) -> Told:
    task = bar.add_task("Starting", total=None)

    def told(step: str, done: int, total: int) -> None:
        bar.update(task, description=_plain(step), completed=done, total=total)

    return told


def _plain(step: str) -> str:
    """`pressure_ulcers/measures` -> `Pressure ulcers: measures`"""
    return step.replace("/", ": ").replace("_", " ").capitalize()


def _tell_end(lake: Path) -> None:
    """What the night's record says, for a person."""
    records = sorted((lake / "nights").glob("*.json"), key=lambda path: path.stat().st_mtime)
    alerts = sorted((lake / "alerts").glob("*.json"), key=lambda path: path.stat().st_mtime)
    newest = max([*records[-1:], *alerts[-1:]], key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        return
    facts: dict[str, Any] = json.loads(newest.read_text(encoding="utf-8"))
    if "sentence" in facts:
        err.print(facts["sentence"], markup=False, soft_wrap=True)
    elif "publication" in facts:
        _tell_publication(facts)
    else:
        err.print(f"Nothing was published: {facts['reason']}")


def _tell_publication(facts: dict[str, Any]) -> None:
    name = facts["publication"]
    news = "nothing new to publish"
    if facts["is_new"]:
        news = f"{facts['pages']} pages, {facts['made']} of them new or changed"
    out.print(f"Publication {name}: {news}.")
    _tell_line(f"Open {facts['index']}")
    _tell_left(Path(facts["index"]).parents[3] / "inbox")
    if "repaired" in facts:
        _tell_line(f"{facts['repaired']} was changed or lost files; a whole one took its place.")
    mend, owed = facts["mend"], {status: facts[status] for status in OWED}
    _tell_notes(facts["notes"])
    if misplaced := facts["misplaced"]:
        _tell_line(
            f"Needs a steward. Files that no night takes: {len(misplaced)}. "
            "Put each into the folder of its sender's code: inbox/7A4/."
        )
    if not mend and not any(owed.values()):
        if not misplaced:
            out.print("No file needs a steward." if facts["notes"] else "Nothing needs a steward.")
        return
    counts = [f"{name}: {len(owed[status])}" for status, name in OWED.items() if owed[status]]
    out.print(f"\nNeeds a steward. {'; '.join([f'Files to mend: {len(mend)}', *counts])}.")
    site, words = Path(facts["index"]).parents[1], words_of(Language.EN)
    for one in reversed(mend[-MOST_LINES:]):
        outcome = words.text(f"terms.outcomes.{one['outcome']}")
        _tell_line(f"{outcome}: {one['file']} ({one['sender']})")
        page = Path("stewards", one["submitter"], f"submission-{one['submission']}.html")
        _tell_line(
            f"     {site / page}" if (site / page).exists() else "     no page: unknown sender"
        )
    _tell_rest(len(mend))
    for status in OWED:
        name, lines = words.text(f"terms.return_statuses.{status}"), facts["in_words"][status]
        for line in lines[-MOST_LINES:]:
            _tell_line(f"{name}: {line}")
        _tell_rest(len(lines))


def _tell_notes(notes: list[dict[str, str]]) -> None:
    """Notes that are not shown, each with why and what to do."""
    words = words_of(Language.EN)
    for one in notes[:MOST_LINES]:
        _tell_line(words.text(f"pages.note.problem.{one['fault']}", **one))
    _tell_rest(len(notes))


def _tell_left(inbox: Path) -> None:
    """Files that no night takes, without what in their names could name a person."""
    from assets.steps.take import left_in

    why = "unfinished, no ordinary file, or not in a sender's own folder"
    left = left_in(inbox)
    for name in left[:MOST_LINES]:
        _tell_line(f"Left in the inbox ({why}): {name}")
    if len(left) > MOST_LINES:
        _tell_line(f"... and {len(left) - MOST_LINES} more in {inbox}.")


def _tell_line(line: str) -> None:
    """One line as it is: paths must be whole to be copied, brackets in names are no markup."""
    out.print(line, soft_wrap=True, markup=False)


def _tell_rest(count: int) -> None:
    if count > MOST_LINES:
        out.print(f"... and {count - MOST_LINES} more.")


def main() -> None:
    """The entry point; errors of contracts and decisions are one sentence, exit code 2."""
    from assets.steps.decisions import DecisionError
    from data_contracts.contract import ContractError
    from data_contracts.registers import RegisterError

    try:
        app()
    except (ContractError, DecisionError, RegisterError) as error:
        err.print(str(error))
        sys.exit(TROUBLE)


if __name__ == "__main__":
    main()
