"""What a step hands back, and how a night can end.

Belongs here: values for Dagster, the command line and logs. Does not belong here: the results
themselves (they lie in the lake's files).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

Fact: TypeAlias = int | float | str | Path


class Verdict(StrEnum):
    """How a night ended."""

    GOOD = "good"
    NEEDS_STEWARD = "needs_steward"
    NOTHING_PUBLISHED = "nothing_published"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """Counts and links for people. `rows` is what the step made in all."""

    rows: int
    rows_by_organisation: Mapping[str, int] = field(default_factory=dict)
    metadata: Mapping[str, Fact] = field(default_factory=dict)
