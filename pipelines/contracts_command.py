"""`safecare contracts`: what the contracts ask for, and what a new version of one would change.

Belongs here: options, what is printed, exit codes. Does not belong here: comparing contracts
(data_contracts/differences.py), holding files against them (contracts_recheck.py). Contracts are
imported where they are needed, so that `--help` stays quick.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pipelines.own_files import TROUBLE, err, out, say

if TYPE_CHECKING:
    from data_contracts.contract import Contract
    from data_contracts.differences import Consequence, Difference
    from pipelines.contracts_recheck import Rechecked

# The longest value that is printed whole: conditions can be long.
LONGEST = 160
HEADINGS = {
    "rejects_more": "Would or could reject what was accepted:",
    "changes_figures": "Changes figures, verdicts, or what counts as complete or on time:",
    "accepts_more": "Accepts what was rejected:",
    "words_only": "Changes only what is said or asked:",
}

contracts_app = typer.Typer(
    help="List what the contracts ask for and measure; compare two versions.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)


@contracts_app.callback()
def contracts(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--contracts",
            envvar="SAFECARE_CONTRACTS",
            exists=True,
            file_okay=False,
            help="Folder of contracts and translations; default: the project's own.",
        ),
    ] = None,
) -> None:
    """List what the contracts ask for and measure."""
    if context.invoked_subcommand is not None:
        return
    from data_contracts.contract import load_contracts

    table = Table("workstream", "version", "file topics", "measures", box=None)
    for contract in load_contracts(folder):
        topics = ", ".join(t.topic for t in contract.tables)
        table.add_row(contract.workstream, contract.version, topics, str(len(contract.measures)))
    out.print(table)


@contracts_app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A contract, or a folder of contracts.")],
    new: Annotated[Path, typer.Argument(help="The version to compare with it.")],
    lake: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Hold the last month's accepted files of this lake against the new version too.",
        ),
    ] = None,
) -> None:
    """Say what differs between two versions, and whether it rejects what was accepted.

    Exit codes: 0 nothing that was accepted would be rejected, 1 something would or could be, 2 a
    contract cannot be used.
    """
    from data_contracts.contract import ContractError
    from data_contracts.differences import all_differences, rejects_more
    from data_contracts.versions import read_contracts

    try:
        before, after = read_contracts(old), read_contracts(new)
    except ContractError as error:
        say(err, str(error))
        raise typer.Exit(TROUBLE) from error
    found = all_differences(before, after)
    _tell_versions(before, after, found)
    _tell(found)
    rechecked = _recheck(lake, (*before, *after), new) if lake is not None else ()
    is_worse = rejects_more(found) or any(one.rows_rejected for one in rechecked)
    raise typer.Exit(int(is_worse))


def _tell_versions(
    before: Iterable[Contract], after: Iterable[Contract], found: tuple[Difference, ...]
) -> None:
    """Each contract that differs, with both versions; one that kept its version is pointed out."""
    versions = {contract.workstream: contract.version for contract in before}
    differing = {one.table.partition(".")[0] for one in found}
    for contract in after:
        if contract.workstream not in differing:
            continue
        was = versions.get(contract.workstream, "none")
        say(out, f"{contract.workstream}: {was} -> {contract.version}")
        if was == contract.version:
            say(out, "  It differs, but its version is the same: give it one of its own.")


def _tell(found: tuple[Difference, ...]) -> None:
    from data_contracts.differences import Consequence

    if not found:
        out.print("Nothing differs.")
    for consequence in Consequence:
        own = [one for one in found if one.consequence is consequence]
        if own:
            say(out, f"\n{HEADINGS[consequence]}")
        for one in own:
            say(out, f"  {_line(one)}")
    if found and not any(_is_stricter(one.consequence) for one in found):
        say(out, "\nNothing that was accepted would be rejected.")


def _is_stricter(consequence: Consequence) -> bool:
    return consequence.value == "rejects_more"


def _line(one: Difference) -> str:
    """falls.monthly  column falls_total, maximum: 500 -> 300"""
    what = f"{one.table}  {one.subject.value} {one.name}"
    if one.part is None:
        return f"{what}: {one.change.value}"
    part = f"{what}, {one.part.replace('_', ' ')}"
    if not one.before and not one.after:
        return f"{part}: {one.change.value}"
    return f"{part}: {_short(one.before)} -> {_short(one.after)}"


def _short(value: str) -> str:
    shown = value if len(value) <= LONGEST else f"{value[:LONGEST]}..."
    return shown or "none"


def _recheck(lake: Path, contracts: Iterable[Contract], new: Path) -> tuple[Rechecked, ...]:
    """The last month of every table that either version has, and what the new one says of it."""
    from pipelines.contracts_recheck import recheck

    tables = dict.fromkeys(table.name for contract in contracts for table in contract.tables)
    with err.status("Holding the last month's files against the new version"):
        rechecked = recheck(lake, tables, new)
    say(out, f"\nAccepted rows of the last month in {lake}, under the new version:")
    if not rechecked:
        say(out, "  There are none.")
    for one in rechecked:
        _tell_rechecked(one)
    return rechecked


def _tell_rechecked(one: Rechecked) -> None:
    # A list without months has a month of its own, before all others.
    month = f", {one.month:%Y-%m}" if one.month.year > 1900 else ""
    rows = f"{one.rows_rejected:,} of {one.rows:,}"
    files = f"{one.files_rejected:,} of {one.files:,}"
    say(out, f"  {one.table}{month}: rejected rows: {rows}; files: {files}")
    for count in one.by_rule:
        say(out, f"    {count.code}: rows: {count.rows:,}; files: {count.files:,}")
