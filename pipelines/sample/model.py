"""Counts out of rates and shares: model.yaml, the story and chance, for all units and months.

Every count is drawn from what it is a part of, so sums agree and a part never exceeds its whole.
The numbers are in model.yaml; who sends what in which columns is tables.py's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import yaml

from pipelines.sample.chance import stream
from pipelines.sample.published import Counts
from pipelines.sample.story import Story
from pipelines.sample.units import Units

MODEL = Path(__file__).with_name("model.yaml")

Level = npt.NDArray[np.float64]
Columns = dict[str, Counts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How one column (of a split: several) is drawn; the words are those of model.yaml."""

    name: str
    kind: str
    of: tuple[str, ...]
    per_1000: float | None = None
    share: float | None = None
    at_least: str | None = None
    by_group: Mapping[str, float] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)
    marked: str = ""
    sample: str = ""
    ward: float = 0.0
    organisation: float = 0.0
    noise: float = 0.0

    @property
    def base(self) -> float:
        """The rate for one of the whole; of a share, its odds."""
        if self.share is not None:
            return self.share / (1 - self.share)
        return (self.per_1000 or 0.0) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All of model.yaml."""

    draws: tuple[Draw, ...]
    exposure: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Any]]
    events: Mapping[str, Mapping[str, Any]]


def load_model() -> Model:
    """Read model.yaml. Raises TypeError for a word it does not know."""
    told = yaml.safe_load(MODEL.read_text(encoding="utf-8"))
    spread = told["spread"]
    draws = (Draw(**(spread | draw | {"of": tuple(draw["of"])})) for draw in told["draws"])
    return Model(
        draws=tuple(draws),
        exposure=told["exposure"],
        tables=told["tables"],
        events=told["events"],
    )


def simulate(units: Units, model: Model, story: Story) -> Columns:
    """Every column of the model, each units x months.

    Raises ValueError for an effect on a column that is not drawn, KeyError for an unknown kind.
    """
    _refuse_idle_effects(model, story)
    columns: Columns = {"exposure": units.exposure}
    for draw in model.draws:
        rng = stream(story.seed, draw.name)
        columns |= KINDS[draw.kind](draw, columns, _level(draw, units, story, rng), rng)
    return columns


def _refuse_idle_effects(model: Model, story: Story) -> None:
    """An effect without a column to act on would leave a story untold without a word."""
    idle = {effect.column for effect in story.effects} - {draw.name for draw in model.draws}
    if idle:
        raise ValueError(f"effects on columns that are not drawn: {', '.join(sorted(idle))}")


def _level(draw: Draw, units: Units, story: Story, rng: np.random.Generator) -> Level:
    """The rate, or the odds, of each unit and month."""
    groups = units.frame["group"].to_list()
    level = np.full(units.exposure.shape, draw.base)
    level *= np.array([draw.by_group.get(group, 1.0) for group in groups])[:, None]
    level *= np.exp(_spread(draw, units.frame["organisation"], len(units.months), rng))
    for effect in story.effects:
        if effect.column == draw.name:
            level *= effect.factors(units.frame, units.months)
    return level


def _spread(draw: Draw, organisations: pl.Series, months: int, rng: np.random.Generator) -> Level:
    """Lasting differences of wards and organisations and an organisation's noise, on the log."""
    organisation = organisations.rank("dense").to_numpy() - 1
    here = organisation.max() + 1
    return np.asarray(
        rng.normal(0, draw.ward, (len(organisations), 1))
        + rng.normal(0, draw.organisation, (here, 1))[organisation]
        + rng.normal(0, draw.noise, (here, months))[organisation]
    )


def _whole(draw: Draw, columns: Columns) -> tuple[Counts, Counts]:
    """What a column is a part of, and what of it is certain already."""
    whole = np.sum([columns[name] for name in draw.of], axis=0)
    return whole, columns[draw.at_least] if draw.at_least else np.zeros_like(whole)


def _rate(draw: Draw, columns: Columns, level: Level, rng: np.random.Generator) -> Columns:
    whole, certain = _whole(draw, columns)
    return {draw.name: certain + rng.poisson(whole * level)}


def _share(draw: Draw, columns: Columns, level: Level, rng: np.random.Generator) -> Columns:
    whole, certain = _whole(draw, columns)
    return {draw.name: certain + rng.binomial(whole - certain, level / (1 + level))}


def _split(draw: Draw, columns: Columns, level: Level, rng: np.random.Generator) -> Columns:
    whole, _ = _whole(draw, columns)
    parts = rng.multinomial(whole, list(draw.parts.values()))
    return dict(zip(draw.parts, np.moveaxis(parts, -1, 0), strict=True))


def _overlap(draw: Draw, columns: Columns, level: Level, rng: np.random.Generator) -> Columns:
    whole, _ = _whole(draw, columns)
    marked, sample = columns[draw.marked], columns[draw.sample]
    return {draw.name: rng.hypergeometric(marked, whole - marked, sample)}


KINDS: Mapping[str, Callable[[Draw, Columns, Level, np.random.Generator], Columns]] = {
    "rate": _rate,
    "share": _share,
    "split": _split,
    "overlap": _overlap,
}
