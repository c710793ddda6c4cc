"""`safecare decide`: what the programme decides, written down once and never edited.

Belongs here: the options of each decision, what must be known in the lake before it is written, the
audit list. Does not belong here: the form of a decision and what it does (assets/steps/decisions).

Every decision names a role, a team and a reason. `--name` stays in the decision's file. Nothing is
counted here: a decision holds from the next night on (`safecare run` or `safecare publish`). Only
what names a person does not wait for a night: `delete` deletes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeAlias

import typer
from rich.console import Console

from pipelines.days import day_of

if TYPE_CHECKING:
    from assets.steps.lake import Lake
    from assets.steps.submissions import Receipt

DAY = "%Y-%m-%d"
TROUBLE = 2

out, err = Console(highlight=False), Console(stderr=True, highlight=False)

decide = typer.Typer(
    help="Write down what the programme decides; it holds from the next night on.",
    no_args_is_help=True,
)

LakeFolder = Annotated[
    Path, typer.Option("--lake", envvar="SAFECARE_LAKE", help="Folder of the lake.")
]
Role = Annotated[str, typer.Option(help="Role of the one who decides, such as `Programme lead`.")]
Team = Annotated[str, typer.Option(help="Team that answers for it.")]
Reason = Annotated[str, typer.Option(help="Why, in a sentence that may be shown.")]
Name = Annotated[
    str | None, typer.Option(help="Name of the person; stays in the file, is shown nowhere.")
]
Today = Annotated[
    datetime | None,
    typer.Option(
        "--today", envvar="SAFECARE_TODAY", formats=[DAY], help="Day of the decision; default: now."
    ),
]
Submission = Annotated[
    str, typer.Argument(help="The submission, such as 20240412-090000-1c4c39e3b894.")
]
Locked = Annotated[str, typer.Argument(help="The submission in quarantine, or its sha256.")]


@decide.command("accept-warning")
def accept_warning(
    submission: Submission,
    code: Annotated[str, typer.Argument(help="Code of the warning, such as S04.")],
    role: Role,
    team: Team,
    reason: Reason,
    row: Annotated[int | None, typer.Option(help="Only in this row of the sheet.")] = None,
    column: Annotated[str | None, typer.Option(help="Only in this column.")] = None,
    name: Name = None,
    lake: LakeFolder = Path("lake"),
    today: Today = None,
) -> None:
    """A warning is right as it is: nobody is asked about it any more."""
    by = {"role": role, "team": team, "reason": reason, "name": name}
    facts = {"submission": submission, "code": code, "row": row, "column": column}
    with _refused():
        _need_warning(_lake(lake), submission, code, row, column)
        _write(lake, "accept-warning", facts | by, today)


@decide.command()
def withdraw(
    submission: Submission,
    role: Role,
    team: Team,
    reason: Reason,
    name: Name = None,
    lake: LakeFolder = Path("lake"),
    today: Today = None,
) -> None:
    """An accepted file counts no more: its months fall back to the version before."""
    from data_contracts.problems import TAKEN

    by = {"role": role, "team": team, "reason": reason, "name": name}
    with _refused():
        receipt = _receipt(_lake(lake), submission)
        if receipt.outcome not in TAKEN or receipt.trial:
            _no(f"{submission} is not counted, so there is nothing to withdraw.")
        _write(lake, "withdraw", {"submission": submission} | by, today)


@decide.command()
def dismiss(
    submission: Submission,
    role: Role,
    team: Team,
    reason: Reason,
    name: Name = None,
    lake: LakeFolder = Path("lake"),
    today: Today = None,
) -> None:
    """Nobody will mend this file: it is not asked about any more."""
    from data_contracts.problems import TO_MEND

    by = {"role": role, "team": team, "reason": reason, "name": name}
    with _refused():
        if _receipt(_lake(lake), submission).outcome not in TO_MEND:
            _no(f"{submission} needs no mending; `withdraw` takes an accepted file back.")
        _write(lake, "dismiss", {"submission": submission} | by, today)


@decide.command("close-ward")
def close_ward(
    organisation: Annotated[str, typer.Argument(help="Code of the organisation.")],
    site: Annotated[str, typer.Argument(help="Code of the site.")],
    starts: Annotated[datetime, typer.Option(formats=[DAY], help="First day without figures.")],
    role: Role,
    team: Team,
    reason: Reason,
    ward: Annotated[str | None, typer.Option(help="Code of the ward; default: the site.")] = None,
    ends: Annotated[
        datetime | None, typer.Option(formats=[DAY], help="Last day without; default: for good.")
    ] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="Only for this table (falls.monthly); may be repeated.")
    ] = None,
    name: Name = None,
    lake: LakeFolder = Path("lake"),
    today: Today = None,
) -> None:
    """A ward or site sends nothing from a day on: nobody waits for it."""
    by = {"role": role, "team": team, "reason": reason, "name": name}
    facts: dict[str, Any] = {
        "organisation": organisation,
        "site": site,
        "ward": ward,
        "starts": starts.date(),
        "ends": None if ends is None else ends.date(),
        "tables": tuple(table or ()),
    }
    with _refused():
        _need_place(organisation, site, starts.date())
        _write(lake, "close-ward", {k: _plain(v) for k, v in facts.items()} | by, today)


@decide.command("release-quarantine")
def release_quarantine(
    submission: Locked,
    role: Role,
    team: Team,
    reason: Reason,
    name: Name = None,
    lake: LakeFolder = Path("lake"),
    today: Today = None,
) -> None:
    """A quarantined file names nobody after all: the next night reads it and counts it."""
    by = {"role": role, "team": team, "reason": reason, "name": name}
    with _refused():
        receipt = _locked_away(_lake(lake), submission)
        _write(lake, "release-quarantine", _file(receipt) | by, today, then=_to_be_read)


@decide.command()
def delete(
    submission: Locked,
    role: Role,
    team: Team,
    reason: Reason,
    name: Name = None,
    lake: LakeFolder = Path("lake"),
    today: Today = None,
) -> None:
    """A quarantined file names a person: its original is deleted; hash and receipt stay."""
    by = {"role": role, "team": team, "reason": reason, "name": name}
    with _refused():
        receipt = _locked_away(_lake(lake), submission)
        facts = _file(receipt) | by
        _write(lake, "delete", facts, today, then=partial(_delete, receipt, facts))


@decide.command("list")
def list_decisions(lake: LakeFolder = Path("lake")) -> None:
    """Every decision of the lake, oldest first, without names; then what was deleted."""
    from assets.steps.decisions import audit_list
    from assets.steps.quarantine import deletions

    with _refused():
        entries, gone = audit_list(_lake(lake)), deletions(_lake(lake))
    if not entries and not gone:
        out.print("Nothing has been decided yet.")
    for entry in entries:
        day = "no date   " if entry.date is None else f"{entry.date}"
        _say(f"{day}  {entry.decision}  {entry.subject}")
        who = ", ".join(filter(None, (entry.role, entry.team)))
        _say(f"            {who}: {entry.reason}")
    for line in gone:
        _say(f"{line['deleted'][:10]}  deleted  {line['submission']}")
        _say(f"            {line['reason']}; sha256 {line['sha256']}")


def _file(receipt: Receipt) -> dict[str, Any]:
    """The file that is decided on: its submission, and the bytes that were looked at."""
    return {"submission": receipt.submission, "sha256": receipt.sha256}


def _locked_away(lake: Lake, named: str) -> Receipt:
    """The file in quarantine of this submission or sha256, whose original is still there."""
    from assets.steps.quarantine import locked_original
    from data_contracts.problems import Outcome

    receipt = _receipt(lake, _submission_of(lake, named))
    if receipt.outcome is not Outcome.QUARANTINED:
        _no(f"{named} is not in quarantine.")
    if any(one.released == receipt.submission for one in _receipts(lake)):
        _no(f"{named} was released before; `withdraw` takes it out of the figures.")
    if locked_original(lake, receipt.submission) is None:
        _no(f"The original of {named} is not in quarantine: it was deleted, or only not readable.")
    return receipt


def _submission_of(lake: Lake, named: str) -> str:
    """A submission as it was named, or the one in quarantine whose sha256 was given."""
    from data_contracts.problems import Outcome

    alike = [
        receipt.submission
        for receipt in _receipts(lake)
        if receipt.outcome is Outcome.QUARANTINED and receipt.sha256 == named.lower()
    ]
    if len(alike) > 1:
        _no(f"{len(alike)} files have these bytes; name one of them: {', '.join(alike)}.")
    return alike[0] if alike else named


def _delete(receipt: Receipt, facts: dict[str, Any], lake: Lake, day: date, now: datetime) -> None:
    from assets.steps.decisions import Deleted
    from assets.steps.quarantine import delete_now

    moment = datetime.combine(day, now.timetz())
    if delete_now(lake, receipt, Deleted(**facts, date=day), moment):
        _say("The original is deleted; its sha256 and its receipt stay.")


def _to_be_read(lake: Lake, day: date, now: datetime) -> None:
    _say("The next night reads the file and counts it: `safecare run`.")


Then: TypeAlias = Callable[["Lake", date, datetime], None]


def _write(
    lake: Path,
    decision: str,
    facts: dict[str, Any],
    today: datetime | None,
    then: Then | None = None,
) -> None:
    """One decision, while no night reads them, and what follows from it at once."""
    from assets.steps.decisions import write_decision
    from pipelines.resources import WAIT_SECONDS, NightError, locked

    day, now = _day(lake, today), datetime.now(UTC)
    entry = {"decision": decision} | facts | {"date": day}
    try:
        with locked(lake, WAIT_SECONDS):
            _need_news(_lake(lake), entry)
            place = write_decision(_lake(lake), entry, now)
            _say(f"Wrote decisions/{place.name}.")
            if then is not None:
                then(_lake(lake), day, now)
                return
    except NightError as error:
        _no(str(error))
    _say("It holds from the next night on: `safecare run`, or `safecare publish` at once.")


def _need_news(lake: Lake, entry: dict[str, Any]) -> None:
    """Nothing is decided twice; but what is to be deleted and is still there is deleted now."""
    from assets.steps.decisions import decided_already

    before = None if entry["decision"] == "delete" else decided_already(lake, entry)
    if before is not None:
        day = "" if before.date is None else f" on {before.date}"
        _no(
            f"Already decided{day} by {before.role} (decisions/{before.file}): "
            f"{before.decision} {before.subject}; nothing was written."
        )


def _day(lake: Path, today: datetime | None) -> date:
    # Decisions on the sample are of the sample's own day.
    return day_of(lake, today) or datetime.now(UTC).date()


def _lake(folder: Path) -> Lake:
    from assets.steps.lake import Lake

    if not folder.is_dir():
        _no(f"There is no lake at {folder}.")
    return Lake(folder)


def _receipts(lake: Lake) -> tuple[Receipt, ...]:
    from assets.steps.submissions import all_receipts

    return all_receipts(lake) if lake.submissions.is_dir() else ()


def _receipt(lake: Lake, submission: str) -> Receipt:
    known = {receipt.submission: receipt for receipt in _receipts(lake)}
    if submission not in known:
        _no(f"There is no submission {submission} in this lake.")
    return known[submission]


def _need_warning(
    lake: Lake, submission: str, code: str, row: int | None, column: str | None
) -> None:
    """The warning must be there; what has to be mended cannot be accepted."""
    from assets.steps.answers import problems_of
    from data_contracts.contract import Scope

    _receipt(lake, submission)
    found = [
        one
        for one in problems_of(lake, submission).iter_rows(named=True)
        if one["code"] == code
        and (row is None or one["row"] == row)
        and (column is None or one["column"] == column)
    ]
    if not found:
        _no(f"{submission} has no warning {code} there.")
    if any(one["scope"] != Scope.INFORMATION for one in found):
        _no(f"{code} has to be mended; it cannot be accepted.")


def _need_place(organisation: str, site: str, day: date) -> None:
    from data_contracts.registers import load_registers

    owner = load_registers().organisation_of(site, day)
    if owner != organisation:
        _no(f"{site} is not a site of {organisation} on {day}.")


def _plain(fact: Any) -> Any:
    """YAML knows lists; nothing given is no fact."""
    return list(fact) or None if isinstance(fact, tuple) else fact


def _say(line: str) -> None:
    """One line as it is: submissions must be whole to be copied, brackets are no markup."""
    out.print(line, soft_wrap=True, markup=False)


class _RefusalError(Exception):
    """What was asked cannot be decided; the message is one sentence."""


def _no(sentence: str) -> NoReturn:
    raise _RefusalError(sentence)


@contextmanager
def _refused() -> Iterator[None]:
    """Whatever cannot be done is one sentence and exit code 2; nothing is written."""
    from assets.steps.decisions import DecisionError

    try:
        yield
    except (_RefusalError, DecisionError) as error:
        err.print(str(error), soft_wrap=True, markup=False)
        raise typer.Exit(TROUBLE) from error
