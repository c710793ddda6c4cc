"""Every series a workstream's page needs, read once: measure by measure, unit by unit.

Belongs here: reading and ordering them. Does not belong here: sentences, charts and tables, which
are made from these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.contract import Contract, Measure, MeasureType
from reports.edition import Edition
from reports.figures.series import Series, TargetAt, read_every_series
from reports.pages.levels import ORGANISATION, WALES
from reports.pages.series_key import SeriesKey
from reports.pages.units import due_organisations
from reports.standing import rank


@dataclass(frozen=True, slots=True)
class WorkstreamSeries:
    """The series of one workstream for Wales and for each organisation that is due."""

    contract: Contract
    found: Mapping[SeriesKey, Series]

    @property
    def main(self) -> Measure:
        """The measure the page opens with: the first key outcome, else the first there is."""
        outcomes = [m for m in self.contract.measures if m.type is MeasureType.OUTCOME]
        ranked = [m for m in outcomes if m.key] or outcomes or list(self.contract.measures)
        return ranked[0]

    @property
    def key_measures(self) -> tuple[Measure, ...]:
        """The measures that the programme watches most; at least the main one."""
        return tuple(m for m in self.contract.measures if m.key) or (self.main,)

    def key(self, measure: Measure, unit: str) -> SeriesKey:
        level = WALES if unit == WALES else ORGANISATION
        return SeriesKey(
            workstream=self.contract.workstream, measure=measure.id, level=level, unit=unit
        )

    def of(self, measure: Measure, unit: str) -> Series:
        return self.found[self.key(measure, unit)]

    def organisations(self, measure: Measure) -> tuple[str, ...]:
        """Organisations due for a measure: by signal, concerns first, then by code."""
        codes = due_organisations(self.contract, measure)
        return tuple(sorted(codes, key=lambda code: (rank(self.of(measure, code)), code)))


def read_workstream(edition: Edition, contract: Contract) -> WorkstreamSeries:
    """All series of a workstream at the levels of Wales and organisation."""
    ours = (pl.col("workstream") == contract.workstream) & pl.col("level").is_in(
        [WALES, ORGANISATION]
    )
    read = read_every_series(
        edition.points.filter(ours),
        edition.series.filter(ours),
        edition.data_month,
        targets_of(contract),
    )
    empty = WorkstreamSeries(contract, {})
    keys = [
        empty.key(measure, unit)
        for measure in contract.measures
        for unit in (WALES, *due_organisations(contract, measure))
    ]
    return WorkstreamSeries(
        contract, {key: read.get(str(key), Series(key=str(key), points=())) for key in keys}
    )


def targets_of(contract: Contract) -> Callable[[str], TargetAt]:
    """A series' key -> its measure's targets; most measures have none, which is quickly said."""
    known = {m.id: m.target_at if m.targets else _no_target for m in contract.measures}
    return lambda key: known[key.split("/")[1]]


def _no_target(month: date) -> float | None:
    return None
