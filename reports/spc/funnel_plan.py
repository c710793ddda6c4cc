"""How a funnel is to be drawn and judged, and the values that funnels alone speak in.

A plan is checked once, here. Nothing about single units belongs here.
"""

from dataclasses import dataclass
from enum import StrEnum

from .vocabulary import Direction


class FunnelKind(StrEnum):
    """What a unit's numerator and denominator are."""

    # Events over an exposure (falls over bed days): Poisson.
    RATE = "rate"
    # Cases with something over all cases: binomial.
    PROPORTION = "proportion"
    # Observed over expected events: Poisson.
    RATIO = "ratio"


class FunnelLimits(StrEnum):
    """How the lines are set; all but `exact` are there to compare with other software."""

    EXACT = "exact"
    # The normal distribution on a scale on which the variance does not depend on the target.
    APPROXIMATE = "approximate"
    # Chi-square, or beta, confidence limits of the expected count, read as control limits.
    CONFIDENCE = "confidence"


class Place(StrEnum):
    """Where a unit lies: the widest pair of lines that it lies outside of."""

    WITHIN = "within"
    BEYOND_95 = "beyond_95"
    BEYOND_998 = "beyond_998"


class FunnelNote(StrEnum):
    """What a reader of the funnel ought to be told."""

    # A unit of 0/0, or without a numerator or a denominator.
    UNITS_WITHOUT_PLACE = "units_without_place"
    # No unit has an event: no lines, nobody is judged special.
    ALL_ZERO = "all_zero"
    # Every case of every unit has it: the same.
    ALL_FULL = "all_full"
    # One unit has no spread between units: phi and tau2 are null.
    ONE_UNIT = "one_unit"
    # Units differ by more than chance, and the lines do not allow for it.
    NOT_ADJUSTED = "not_adjusted"
    # Adjusting was asked for, and units differ no more than by chance.
    NOTHING_TO_ADJUST = "nothing_to_adjust"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelPlan:
    """How units are compared. `kind`, `direction` and `limits` may be given as their values.

    multiplier: values, target and lines are multiplied by it (1000 for a rate per 1,000). target:
    multiplied, like the result; None: sum of numerators / sum of denominators, for ratios 1.
    adjust: widen the lines by the variation between units. winsorised: the share of z-scores at
    each end that is drawn in before that variation is measured. line_points: places at which the
    lines of each funnel are given; 0: none. Raises ValueError for options that make no sense.
    """

    kind: FunnelKind
    direction: Direction = Direction.NEUTRAL
    multiplier: float = 1.0
    target: float | None = None
    adjust: bool = False
    limits: FunnelLimits = FunnelLimits.EXACT
    winsorised: float = 0.1
    line_points: int = 100

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", FunnelKind(self.kind))
        object.__setattr__(self, "direction", Direction(self.direction))
        object.__setattr__(self, "limits", FunnelLimits(self.limits))
        if not 0 < self.multiplier < float("inf"):
            raise ValueError(f"the multiplier must be positive, not {self.multiplier}")
        if not 0 <= self.winsorised < 0.5:
            raise ValueError(f"less than half can be winsorised, not {self.winsorised}")
        if self.line_points < 0:
            raise ValueError(f"lines cannot have {self.line_points} points")
        if self.target is not None:
            _check_target(self.target, self.multiplier, self.kind)

    @property
    def given_target(self) -> float | None:
        """The target before it is multiplied; None where the units set it."""
        if self.target is not None:
            return self.target / self.multiplier
        return 1.0 if self.kind is FunnelKind.RATIO else None


def _check_target(target: float, multiplier: float, kind: FunnelKind) -> None:
    if not 0 < target < float("inf"):
        raise ValueError(f"the target must be positive, not {target}")
    if kind is FunnelKind.PROPORTION and target >= multiplier:
        raise ValueError(f"the target of a proportion must be under {multiplier:g}, not {target:g}")
