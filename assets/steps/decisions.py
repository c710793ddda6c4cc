"""What the programme has decided, read from decisions/*.yaml of the lake.

Belongs here: the kinds of decisions, reading them (beside the closures shipped in
codes/closures.yaml), writing one more, and what is gone in a month. Does not belong here: guessing
that something closed because it stopped being sent; that is a question to the board (in_force.py).

A decision file is a list. An entry says what it decides in `decision`, one of DECIDES, and who did
with which reason: role, team, reason, date, and `name` if wished. Names stay in the file: nothing
that is read here hands them on. Two older forms stay good, without `decision`, team and date: an
entry with `submission` dismisses that file, any other is a closure as in codes/closures.yaml.

A decision holds from the first night after it was written; files are added and never edited.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

import yaml
from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from assets.steps.lake import Lake, sync_folder
from assets.steps.night import Night
from data_contracts.contract import Table
from data_contracts.registers import Closure, Registers, spelling

Part = tuple[str, str | None]
# Others' names for people to ask: no decision, though it lies among them (quarantine.py reads it).
CONTACTS = "contacts.yaml"
STRICT = ConfigDict(extra="forbid")
Words: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class DecisionError(ValueError):
    """A decision cannot be used; the message says which one and why, without a name."""


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Decided:
    """Who decided, when and why; `name` is in no message and no list."""

    role: Words
    team: Words
    reason: Words
    date: date
    name: str | None = field(default=None, repr=False)


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Dismissed(Decided):
    """A submission that is not asked to be mended any more; it stays where it is, uncounted."""

    submission: str


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Withdrawn(Decided):
    """An accepted submission that counts no more: its months fall back to the version before."""

    submission: str


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class WarningAccepted(Decided):
    """Warnings of one kind in one file that are right as they are; `row` None means all of them."""

    submission: str
    code: str
    row: int | None = None
    column: str | None = None


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Released(Decided):
    """A quarantined file that names nobody after all: the next night reads it (release.py).

    `sha256` says which bytes were looked at; it has to be that of the submission.
    """

    submission: str
    sha256: str | None = None


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Deleted(Decided):
    """A quarantined file whose original goes; hash and receipt stay."""

    submission: str
    sha256: str | None = None


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Closed(Decided):
    """A site, or one ward of it, that sends nothing from a month on (registers.Closure)."""

    organisation: str
    site: str
    starts: date
    ends: date | None = None
    ward: str | None = None
    tables: tuple[str, ...] = ()

    @property
    def closure(self) -> Closure:
        return Closure(
            organisation=self.organisation, site=self.site, ward=self.ward, tables=self.tables,
            starts=self.starts, ends=self.ends, role=self.role, reason=self.reason,
        )  # fmt: skip


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Dismissal:
    """The older form of Dismissed."""

    submission: str
    role: str
    reason: str


OnFile: TypeAlias = Dismissed | Withdrawn | WarningAccepted | Released | Deleted
Decision: TypeAlias = OnFile | Closed | Dismissal | Closure
# What `decision` can say.
DECIDES: Mapping[str, type[OnFile | Closed]] = MappingProxyType(
    {
        "accept-warning": WarningAccepted,
        "close-ward": Closed,
        "delete": Deleted,
        "dismiss": Dismissed,
        "release-quarantine": Released,
        "withdraw": Withdrawn,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit list: what was decided on what, by whom. Never who by name."""

    decision: str
    subject: str
    role: str
    team: str
    reason: str
    date: date | None
    file: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions in effect.

    Whoever is `withdrawn` or `released` is also `dismissed`: nobody mends it. What is `deleted` is
    not released, whatever was decided before or after.
    """

    closures: tuple[Closure, ...]
    dismissed: frozenset[str]
    withdrawn: frozenset[str] = frozenset()
    warnings: tuple[WarningAccepted, ...] = ()
    released: Mapping[str, Released] = field(default_factory=dict)
    deleted: Mapping[str, Deleted] = field(default_factory=dict)

    def gone(
        self,
        organisation: str,
        table: Table,
        month: date,
        registers: Registers,
        parts: Iterable[Part],
    ) -> frozenset[Part]:
        """Those parts that an organisation need not send for a month (any more)."""
        return frozenset(
            part
            for part in parts
            if registers.organisation_of(part[0], month) != organisation
            or self._closures_of(organisation, table, month, part)
        )

    def paused(
        self, organisation: str, table: Table, month: date, gone: Iterable[Part]
    ) -> frozenset[Part]:
        """Those of the parts that are `gone` in a month which are due again after it.

        Each closure of theirs has an end. A site that went to another organisation has no closure.
        """
        found = {part: self._closures_of(organisation, table, month, part) for part in gone}
        return frozenset(
            part
            for part, closures in found.items()
            if closures and all(closure.ends is not None for closure in closures)
        )

    def _closures_of(
        self, organisation: str, table: Table, month: date, part: Part
    ) -> list[Closure]:
        return [
            closure
            for closure in self.closures
            if closure.organisation == organisation
            and closure.covers(month)
            and table.name in (closure.tables or (table.name,))
            and _concerns(closure, part)
        ]


def read_decisions(night: Night) -> Decisions:
    """The shipped closures and the lake's own decisions. Raises DecisionError naming the file."""
    own = [one for _, one in decisions_in(night.lake)]
    withdrawn = frozenset(d.submission for d in own if isinstance(d, Withdrawn))
    deleted = {d.submission: d for d in own if isinstance(d, Deleted)}
    released = {
        d.submission: d for d in own if isinstance(d, Released) and d.submission not in deleted
    }
    dismissed = (d.submission for d in own if isinstance(d, Dismissal | Dismissed))
    closures = (d.closure if isinstance(d, Closed) else d for d in own)
    return Decisions(
        closures=(*night.registers.closures, *(d for d in closures if isinstance(d, Closure))),
        dismissed=withdrawn.union(dismissed, released),
        withdrawn=withdrawn,
        warnings=tuple(d for d in own if isinstance(d, WarningAccepted)),
        released=released,
        deleted=deleted,
    )


def decisions_in(lake: Lake) -> Iterator[tuple[Path, Decision]]:
    """Every decision of a lake with its file, in the order of the files' names."""
    for path in sorted(lake.decisions.glob("*.yaml")):
        if path.name != CONTACTS:
            yield from ((path, one) for one in _parsed(f"decisions/{path.name}", path.read_bytes()))


def audit_list(lake: Lake) -> list[Entry]:
    """Every decision of a lake, oldest first; those without a date come first."""
    entries = [_entry(path, decision) for path, decision in decisions_in(lake)]
    return sorted(entries, key=lambda entry: (entry.date or date.min, entry.file))


def decided_already(lake: Lake, facts: Mapping[str, Any]) -> Entry | None:
    """The first decision of a lake that says the same of the same thing, whoever decided and why.

    `facts` are the keys of an entry. Raises DecisionError for what no night could use.
    """
    (asked,) = _parsed(ASKED, yaml.safe_dump([_filled(facts)]).encode())
    same = (
        _entry(path, one) for path, one in decisions_in(lake) if _content(one) == _content(asked)
    )
    return next(same, None)


def _content(decision: Decision) -> tuple[object, ...]:
    """What a decision does to what: nothing of who, when and why. An older form is like a newer."""
    if isinstance(decision, Closed | Closure):
        ward = None if decision.ward is None else spelling(decision.ward)
        place = (decision.organisation, decision.site, ward)
        return (Closure, *place, decision.starts, decision.ends, tuple(sorted(decision.tables)))
    if isinstance(decision, WarningAccepted):
        place = (decision.submission, decision.code, f"{decision.row}")
        return (WarningAccepted, *place, decision.column)
    return (Dismissed if isinstance(decision, Dismissal) else type(decision), decision.submission)


def _filled(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if fact not in (None, ())}


def write_decision(lake: Lake, facts: Mapping[str, Any], now: datetime) -> Path:
    """One more decision in a file of its own, as safe on the disk as a submission.

    `facts` are the keys of an entry, `decision` among them. Raises DecisionError, in the words of
    the night, for what no night could use, and where that very decision was written this second.
    """
    entry = _filled(facts)
    content = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False).encode()
    digest = hashlib.sha256(content).hexdigest()[:8]
    place = lake.decisions / f"{now:%Y%m%d-%H%M%S}-{entry.get('decision')}-{digest}.yaml"
    _parsed(ASKED, content)
    lake.decisions.mkdir(parents=True, exist_ok=True)
    # Made beside its place: no night may read half a decision.
    making = place.with_name(f".making-{place.stem}")
    with making.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if place.exists():
        making.unlink()
        raise DecisionError(f"decisions/{place.name} is there already.")
    making.rename(place)
    sync_folder(lake.decisions)
    return place


def _entry(path: Path, decision: Decision) -> Entry:
    names = {kind: name for name, kind in DECIDES.items()}
    is_closure = isinstance(decision, Closed | Closure)
    older = "close-ward" if is_closure else "dismiss"
    return Entry(
        decision=names.get(type(decision), older),  # type: ignore[arg-type]
        subject=_subject(decision),
        role=decision.role,
        team=decision.team if isinstance(decision, Decided) else "",
        reason=decision.reason,
        date=decision.date if isinstance(decision, Decided) else None,
        file=path.name,
    )


def _subject(decision: Decision) -> str:
    """What was decided on: a submission, one of its warnings, or a place."""
    if isinstance(decision, Closed | Closure):
        return " ".join(filter(None, (decision.organisation, decision.site, decision.ward)))
    if not isinstance(decision, WarningAccepted):
        return decision.submission
    row = None if decision.row is None else f"row {decision.row}"
    return " ".join(filter(None, (decision.submission, decision.code, row, decision.column)))


def _concerns(closure: Closure, part: Part) -> bool:
    site, ward = part
    if closure.site != site or closure.ward is None:
        return closure.site == site
    # People write a ward's code as they like; records have one spelling of it (prepare.py).
    return ward is not None and spelling(closure.ward) == spelling(ward)


# What is about to be written has no file yet.
ASKED = "This decision"


@cache
def _parsed(where: str, content: bytes) -> tuple[Decision, ...]:
    try:
        listed: Any = yaml.safe_load(content) or []
        return tuple(
            _decision(entry) for entry in TypeAdapter(list[dict[str, Any]]).validate_python(listed)
        )
    except ValidationError as error:
        raise DecisionError(f"{where}: {_sentence(error)}") from error
    except KeyError as error:
        known = ", ".join(DECIDES)
        raise DecisionError(f"{where}: there is no decision {error}; there are {known}.") from None
    except yaml.YAMLError as error:
        raise DecisionError(f"{where} is not YAML.") from error


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the whole file"
    if first["type"] == "unexpected_keyword_argument":
        return f"{where}: there is no such key in a decision of this kind."
    return f"{where}: {first['msg']}."


def _decision(entry: dict[str, Any]) -> Decision:
    if "decision" in entry:
        kind = DECIDES[str(entry["decision"])]
        facts = {name: fact for name, fact in entry.items() if name != "decision"}
        decided: Decision = TypeAdapter(kind).validate_python(facts)
        return decided
    if "submission" in entry:
        return TypeAdapter(Dismissal).validate_python(entry)
    return TypeAdapter(Closure).validate_python(entry)
