"""What the programme has decided: closed wards and sites, and files that nobody will mend.

Belongs here: reading decisions/*.yaml of the lake (beside the closures shipped in
codes/closures.yaml), and what is gone in a month. Does not belong here: guessing that something
closed because it stopped being sent; that is a question to the board (in_force.py).

A decision file is a list. An entry with `submission` dismisses that file; any other is a closure in
the form of codes/closures.yaml. Both need a role and a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from assets.steps.night import Night
from data_contracts.contract import Table
from data_contracts.registers import Closure, Registers, spelling

Part = tuple[str, str | None]


class DecisionError(ValueError):
    """A decision file cannot be used; the message says which one and why."""


@checked_dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Dismissal:
    """A submission that is not asked to be mended any more; it stays where it is, uncounted."""

    submission: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions in effect."""

    closures: tuple[Closure, ...]
    dismissed: frozenset[str]

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
    paths = sorted(night.lake.decisions.glob("*.yaml"))
    own = [one for path in paths for one in _parsed(path, path.read_bytes())]
    return Decisions(
        closures=(*night.registers.closures, *(d for d in own if isinstance(d, Closure))),
        dismissed=frozenset(d.submission for d in own if isinstance(d, Dismissal)),
    )


def _concerns(closure: Closure, part: Part) -> bool:
    site, ward = part
    if closure.site != site or closure.ward is None:
        return closure.site == site
    # People write a ward's code as they like; records have one spelling of it (prepare.py).
    return ward is not None and spelling(closure.ward) == spelling(ward)


@cache
def _parsed(path: Path, content: bytes) -> tuple[Closure | Dismissal, ...]:
    try:
        listed: Any = yaml.safe_load(content) or []
        return tuple(
            _decision(entry) for entry in TypeAdapter(list[dict[str, Any]]).validate_python(listed)
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DecisionError(f"decisions/{path.name}: {where}: {first['msg']}.") from error
    except yaml.YAMLError as error:
        raise DecisionError(f"decisions/{path.name} is not YAML.") from error


def _decision(entry: dict[str, Any]) -> Closure | Dismissal:
    if "submission" in entry:
        return TypeAdapter(Dismissal).validate_python(entry)
    return TypeAdapter(Closure).validate_python(entry)
