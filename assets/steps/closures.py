"""Wards, sites and services that were declared closed, so that nobody waits for them.

Belongs here: the declarations (those shipped in codes/closures.yaml; decisions/*.yaml in the lake,
the programme's own, in the same form) and what is gone in a month. Does not belong here: guessing
that something closed because it stopped being sent; that is a question to the board (in_force.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from assets.steps.night import Night
from data_contracts.contract import Table
from data_contracts.registers import Closure, Registers


class DecisionError(ValueError):
    """A decision file cannot be used; the message says which one and why."""


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
        """Those parts that an organisation need not send for a month (any more)."""
        known = [
            closure
            for closure in self.declared
            if closure.organisation == organisation
            and closure.covers(month)
            and table.name in (closure.tables or (table.name,))
        ]
        return frozenset(
            part
            for part in parts
            if registers.organisation_of(part[0], month) != organisation
            or any(_concerns(closure, part) for closure in known)
        )


def read_closures(night: Night) -> Closures:
    """The shipped declarations and those of the lake. Raises DecisionError naming the file."""
    decided = sorted(night.lake.decisions.glob("*.yaml"))
    own = (one for path in decided for one in _parsed(path, path.read_bytes()))
    return Closures((*night.registers.closures, *own))


def _concerns(closure: Closure, part: tuple[str, str | None]) -> bool:
    site, ward = part
    return closure.site == site and closure.ward in (None, ward)


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
