"""The key of a series: which measure for which unit, and its place on a page.

Belongs here: the key, its text and its anchor. Does not belong here: reading the series
(reports/figures/series.py).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_NOT_PLAIN_UNIT = re.compile(r"[^A-Za-z0-9_:]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesKey:
    """Which measure for which unit: `workstream/measure/level/unit`."""

    workstream: str
    measure: str
    level: str
    unit: str

    @classmethod
    def named(cls, text: str) -> SeriesKey:
        """The key that a series' text stands for; a ward's code may itself hold a slash."""
        workstream, measure, level, unit = text.split("/", 3)
        return cls(workstream=workstream, measure=measure, level=level, unit=unit)

    def __str__(self) -> str:
        return f"{self.workstream}/{self.measure}/{self.level}/{self.unit}"

    @property
    def anchor(self) -> str:
        """The chart's id on a page and its file's name; the same in every publication.

        Wards have spaces, slashes and ampersands in their codes: such a unit is told from its
        like by a few digits of its hash.
        """
        plain = _NOT_PLAIN.sub("-", f"{self.unit}-{self.measure}")
        if _NOT_PLAIN_UNIT.search(self.unit) is None:
            return plain
        return f"{plain}-{hashlib.sha256(self.unit.encode()).hexdigest()[:6]}"
