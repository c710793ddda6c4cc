"""`safecare check`: what the night would say about files on somebody's desk.

Belongs here: options, findings as data for whoever shows them (`checked`, `glanced`), the text and
the JSON of the terminal, exit codes. Does not belong here: reading and checking (assets/steps), the
sentences of problems (reports/pages/problem_words.py), the files made of them (check_files.py).

Exit codes: 0 nothing to mend, 1 something to mend, 2 a file could not be read.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from assets.steps.collector import without_collector
from data_contracts import problems
from pipelines.check_files import Outputs
from pipelines.own_files import InputError, say

if TYPE_CHECKING:
    from assets.steps.desk import Desk
    from assets.steps.read_header import Names
    from assets.steps.read_sheets import Looked

MOST_PLACES = 12
FINE, MEND, TROUBLE = range(3)
DAY = "%Y-%m-%d"
# Why a file was not read, as values that a program can rely on; F02 has its own reasons.
CAUSES: Mapping[str, str] = MappingProxyType(
    {
        problems.EMPTY_FILE.code: "empty",
        problems.UNSUPPORTED_TYPE.code: "unsupported_type",
        problems.UNDECODABLE.code: "undecodable",
        problems.TOO_LARGE.code: "too_large",
    }
)
NOT_CHECKED, READ, REFUSED = "not_checked", "read", "refused"
NO_OUTPUTS = Outputs()

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


class Language(StrEnum):
    """What the findings are told in."""

    EN = "en"
    CY = "cy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem with its sentences; row and cell count as Excel does, values are masked.

    `place` is the cell, or the row in words, as a person is told. `said` is a sentence about the
    place, where there is one.
    """

    code: str
    scope: str
    title: str
    expected: str | None
    cause: str
    mend: str
    sheet: str | None
    row: int | None
    column: str | None
    cell: str | None
    place: str | None
    value: str | None
    said: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file after its check. `outcome` is a value of problems.Outcome, or `not_checked` with the
    reason in `outcome_text`; `table` is a name such as falls.monthly, `written` the files made.
    """

    file: str
    outcome: str
    outcome_text: str
    table: str | None = None
    sheet: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_set_aside: int = 0
    problems: tuple[Finding, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        unread = {problems.UNREADABLE.code, *CAUSES}
        if self.outcome == NOT_CHECKED or unread & {found.code for found in self.problems}:
            return TROUBLE
        fine = (
            problems.Outcome.ACCEPTED,
            problems.Outcome.ACCEPTED_WITH_WARNINGS,
            problems.Outcome.DUPLICATE,
        )
        return FINE if self.outcome in fine else MEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Glanced:
    """A file that was only read: `rows` are without headers, of all sheets together; `cause` says
    why it was refused, and where in it.
    """

    file: str
    outcome: str
    type: str | None = None
    cause: str | None = None
    code: str | None = None
    looks_like: str | None = None
    sheet: str | None = None
    row: int | None = None
    cell: str | None = None
    rows: int | None = None
    sheets: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        return FINE if self.outcome == READ else TROUBLE


def check(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    sender: Annotated[
        str | None, typer.Option(help="Code of the sender; default: the start of the file's name.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the findings.")] = Language.EN,
    today: Annotated[
        datetime | None,
        typer.Option(
            envvar="SAFECARE_TODAY", formats=[DAY], help="Run as on this day; default: the clock's."
        ),
    ] = None,
    contracts: Annotated[
        Path | None,
        typer.Option(
            envvar="SAFECARE_CONTRACTS",
            exists=True,
            file_okay=False,
            help="Folder of contracts and translations; default: the project's own.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document as output.")] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Only say whether the files can be read.")
    ] = False,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            "--xlsx",
            metavar="OUT",
            help="Also write a workbook of the file with every place marked; of several files, "
            "into this folder.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="OUT",
            help="Also write a page that says what to mend and how, as one file; of several "
            "files, into this folder.",
        ),
    ] = None,
) -> None:
    """Say what the night would say about files, without a lake: nothing is sent and nothing counts.

    Months are held only against earlier ones of the same file: others are not known here.

    Exit codes: 0 nothing to mend, 1 something to mend, 2 a file could not be read.
    """
    for stream in (sys.stdout, sys.stderr):
        # Letters that a console lacks, such as those of Welsh, end no check.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    day = None if today is None else today.date()
    worst, told = FINE, []
    try:
        with without_collector():
            found: Iterable[Checked | Glanced]
            if read_only:
                _refuse_outputs(xlsx, html)
                found = glanced(files, contracts)
            else:
                outputs = Outputs.of(files, xlsx, html)
                found = checked(files, contracts, day, sender, language, outputs)
            for one in found:
                worst = max(worst, one.exit_code)
                if as_json:
                    told.append(asdict(one))
                else:
                    _tell(one)
    except InputError as error:
        say(err, str(error))
        raise typer.Exit(TROUBLE) from error
    if as_json:
        document = {"language": language.value, "exit_code": worst, "files": told}
        # Output that is not UTF-8 (a file of Windows') takes only what every encoding has.
        is_plain = sys.stdout.encoding.lower() != "utf-8"
        typer.echo(json.dumps(document, ensure_ascii=is_plain, indent=1))
    raise typer.Exit(worst)


def checked(
    files: Iterable[Path],
    contracts: Path | None = None,
    today: date | None = None,
    sender: str | None = None,
    language: str = "en",
    outputs: Outputs = NO_OUTPUTS,
) -> Iterator[Checked]:
    """Each file through the night's own check, with every problem in words.

    Raises InputError where one of `outputs` cannot be written.
    """
    from assets.steps.desk import UncheckedError, at_desk

    for place, path in enumerate(files):
        if place:
            gc.collect()
        try:
            with err.status(f"Checking {path.name}"):
                desk = at_desk(path, contracts, today, sender)
                written = outputs.write(place, desk, language) if outputs.are_wanted else ()
        except UncheckedError as error:
            yield Checked(file=path.name, outcome=NOT_CHECKED, outcome_text=str(error))
            continue
        yield replace(_in_words(path, desk, language), written=tuple(map(str, written)))


def _refuse_outputs(*outputs: Path | None) -> None:
    if any(outputs):
        raise InputError("--xlsx and --html need the whole check: leave out --read-only")


def _in_words(path: Path, desk: Desk, language: str) -> Checked:
    from reports.pages.as_sent import with_suggestions
    from reports.pages.problem_words import ProblemWords
    from reports.words import Words

    words = Words.load(desk.night.translations, language)
    said, receipt = ProblemWords(words, desk.night.registers), desk.receipt
    workstream, table = receipt.workstream, receipt.table
    found = with_suggestions(tuple(desk.problems.to_dicts()))
    return Checked(
        file=path.name,
        outcome=receipt.outcome.value,
        outcome_text=words.text(f"terms.outcomes.{receipt.outcome.value}"),
        table=f"{workstream}.{table}" if table else None,
        sheet=receipt.sheet or None,
        rows_read=receipt.rows_read,
        rows_accepted=receipt.rows_accepted,
        rows_set_aside=receipt.rows_set_aside,
        problems=tuple(_finding(row, said, workstream) for row in found),
    )


def _finding(row: Mapping[str, Any], said: Any, workstream: str | None) -> Finding:
    from reports.pages.as_sent import suggestion_of
    from reports.pages.problem_words import problem_facts
    from reports.pages.visible_text import plain_value, unquoted

    told = said.sentences(workstream, row["code"], problem_facts(row))

    def plain(text: str) -> str:
        return plain_value(said.words, unquoted(text))

    row_word = said.words.text("stewards.list.row").lower()
    in_words = None if row["row"] is None else f"{row_word} {row['row']}"

    is_missing = row["code"] == problems.MISSING_COLUMN.code
    return Finding(
        code=row["code"],
        scope=row["scope"],
        title=plain(told.title),
        expected=None if told.expected is None else plain(told.expected),
        cause=plain(told.cause),
        mend=plain(told.mend),
        sheet=row["sheet"],
        row=row["row"],
        column=row["column"] or json.loads(row["facts"]).get("column"),
        cell=row["cell"],
        place=row["cell"] or in_words,
        value=row["value"],
        said=plain(said.of_missing(row, suggestion_of(row))) if is_missing else None,
    )


def glanced(files: Iterable[Path], contracts: Path | None = None) -> Iterator[Glanced]:
    """Each file only read: no rule, no register, no lake."""
    from assets.steps.read_sheets import look
    from assets.steps.workbook import WorkbookReader

    with WorkbookReader() as books, ThreadPoolExecutor(1) as pool:
        # While a process of its own opens the first workbook.
        names = pool.submit(_agreed_names, contracts)
        for path in files:
            yield _at_a_glance(path.name, look(path, path.name, names.result, books))


def _agreed_names(contracts: Path | None) -> Names:
    from assets.steps.read_header import TRANSLATIONS, Names
    from data_contracts.contract import load_contracts, tables_by_topic

    tables = tables_by_topic(load_contracts(contracts)).values()
    translations = TRANSLATIONS if contracts is None else contracts / "translations"
    return Names.of_tables(tables, translations)


def _at_a_glance(name: str, looked: Looked) -> Glanced:
    refusal = looked.refusal
    if refusal is None:
        return Glanced(
            file=name,
            outcome=READ,
            type=looked.type,
            rows=looked.rows,
            sheets=tuple(asdict(sheet) for sheet in looked.sheets),
            warnings=tuple(problem.kind.code for problem in looked.problems),
        )
    code, facts = refusal.kind.code, refusal.facts
    return Glanced(
        file=name,
        outcome=REFUSED,
        cause=str(facts["reason"]) if "reason" in facts else CAUSES.get(code, code),
        code=code,
        looks_like=str(facts["extension"]) if "extension" in facts else None,
        sheet=None if refusal.sheet is None else problems.masked(refusal.sheet),
        row=refusal.row,
        cell=refusal.cell,
    )


def _tell(one: Checked | Glanced) -> None:
    if isinstance(one, Checked):
        _tell_checked(one)
    else:
        _tell_glanced(one)


def _tell_glanced(one: Glanced) -> None:
    if one.outcome == READ:
        _line(f"{one.file}: read, {one.rows:,} rows below the header")
        return
    place = one.cell or (None if one.row is None else f"row {one.row}")
    facts = [f"looks like {one.looks_like}" if one.looks_like else None, one.sheet, place]
    more = ", ".join(fact for fact in facts if fact)
    cause = (one.cause or "").replace("_", " ")
    _line(f"{one.file}: refused, {one.code} {cause}{f' ({more})' if more else ''}")
    if one.looks_like:
        _line("       Save it as .xlsx or .csv.")


def _tell_checked(one: Checked) -> None:
    """The outcome, then each kind of problem once with its places and what to do."""
    if one.outcome == NOT_CHECKED:
        err.print(one.outcome_text, markup=False)
        return
    out.print(f"{one.file}: {one.outcome_text}", style="bold", markup=False)
    places: dict[tuple[str, str, str], list[str]] = {}
    for found in one.problems:
        where = found.said or " ".join(part for part in (found.place, _column(found)) if part)
        key = (found.code, found.title, found.mend)
        places.setdefault(key, []).extend([where] if where else [])
    for (code, title, mend), cells in places.items():
        shown = ", ".join(cells[:MOST_PLACES]) + (" ..." if len(cells) > MOST_PLACES else "")
        _line(f"  {code}  {title}{': ' if shown else ''}{shown}")
        _line(f"       {mend}")
    for path in one.written:
        _line(f"  Wrote {path}")


def _column(found: Finding) -> str:
    """The column, where the title does not name it already."""
    column = found.column or ""
    return "" if column in found.title else column


def _line(text: str) -> None:
    """One line as it is: brackets in names are no markup."""
    out.print(text, soft_wrap=True, markup=False)
