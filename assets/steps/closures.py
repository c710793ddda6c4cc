"""Wards, sites and services that were declared closed, so that nobody waits for them.

Belongs here: the declarations (codes/closures.yaml, shipped; decisions/*.yaml in the lake, the
programme's own) and what is gone in a month. Does not belong here: guessing that something closed
because it stopped being sent; that is a question to the board (in_force.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from assets.steps.night import Night
from data_contracts.contract import Table
from data_contracts.registers import HERE as CODES
from data_contracts.registers import Registers


class DecisionKind(StrEnum):
    """What a decision file may decide."""

    CLOSED = "closed"


class DecisionError(ValueError):
    """A decision file cannot be used; the message says which one and why."""


@checked_dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Closure:
    """A site, or one ward of it, that sends nothing from a month on.

    `tables` empty: for all tables. `role` vouches for it, `reason` says why.
    """

    organisation: str
    site: str
    starts: date
    reason: str
    role: str
    ward: str | None = None
    tables: tuple[str, ...] = ()
    kind: DecisionKind = DecisionKind.CLOSED

    def covers(self, table: Table, month: date) -> bool:
        return self.starts <= month and (not self.tables or table.name in self.tables)

    def concerns(self, part: tuple[str, str | None]) -> bool:
        site, ward = part
        return self.site == site and self.ward in (None, ward)


@dataclass(frozen=True, slots=True)
class Closures:
    """All declarations in effect."""

    declared: tuple[Closure, ...]

    def gone(
        self,
        organisation: str,
        table: Table,
        month: date,
        registers: Registers,
        parts: Iterable[tuple[str, str | None]],
    ) -> frozenset[tuple[str, str | None]]:
        """Those parts that an organisation need not send for a month any more."""
        known = [
            c for c in self.declared if c.organisation == organisation and c.covers(table, month)
        ]
        return frozenset(
            part
            for part in parts
            if registers.organisation_of(part[0], month) != organisation
            or any(closure.concerns(part) for closure in known)
        )


def read_closures(night: Night) -> Closures:
    """The shipped declarations and those of the lake. Raises DecisionError naming the file."""
    decided = sorted(night.lake.decisions.glob("*.yaml"))
    return Closures(tuple(one for path in (*_shipped(), *decided) for one in _read(path)))


def _shipped() -> tuple[Path, ...]:
    path = CODES / "closures.yaml"
    return (path,) if path.exists() else ()


def _read(path: Path) -> tuple[Closure, ...]:
    return _parsed(path, path.read_bytes())


@cache
def _parsed(path: Path, content: bytes) -> tuple[Closure, ...]:
    try:
        listed: Any = yaml.safe_load(content) or []
        return TypeAdapter(tuple[Closure, ...]).validate_python(listed)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DecisionError(f"decisions/{path.name}: {where}: {first['msg']}.") from error
    except yaml.YAMLError as error:
        raise DecisionError(f"decisions/{path.name} is not YAML.") from error
