"""How one measure is to be judged: the only options the engine has.

A plan is checked once, here, and trusted everywhere else. Nothing about single series or points
belongs here.
"""

from dataclasses import dataclass

from .profiles import Profile, named
from .vocabulary import Chart, Direction, GeometricLimits, Unexplained

# A run chart has no limits for the other rules, whatever the profile (Anhøj and Olesen 2014).
RULES_OF_RUN_CHARTS = "anhoej"

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggest:
    """When new limits are suggested (suggestions.py). The lengths are those of spc README.

    run: points in a row on one side after the baseline; points: from the run's first to the end;
    distance: of the means, in standard errors.
    """

    run: int = 8
    points: int = 12
    distance: float = 3.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one measure is judged. `chart` and `direction` may be given as their values.

    rules: a profile or its name. multiplier: values, centre and limits are multiplied by it (1000
    for a rate per 1,000). baseline: the first so many rows of each phase set its limits; None: all
    of them. screening: of moving ranges, where the chart has them. minimum_points: fewer give a
    run chart; trial_points: fewer give trial limits. run_rules: the profile of run charts.
    proportion: what `auto` takes numerator / denominator for; None: a proportion where the
    multiplier is 1 or 100 and no numerator exceeds its denominator. bounds: natural bounds of the
    measure (lowest, highest; multiplied) on i charts. sigma_z_floor: no Laney limits narrower than
    p or u. suggest: look for phases that ask for new limits; only where a baseline is frozen.
    unexplained: whether a new phase or a ghost without a reason is refused, or noted. Raises
    ValueError for options that make no sense.
    """

    chart: Chart
    rules: str | Profile = "ihi"
    direction: Direction = Direction.NEUTRAL
    multiplier: float = 1.0
    baseline: int | None = None
    screening: bool = True
    minimum_points: int = 12
    trial_points: int = 20
    run_rules: str | Profile = RULES_OF_RUN_CHARTS
    proportion: bool | None = None
    bounds: Bounds = (None, None)
    sigma_z_floor: bool = False
    g_limits: GeometricLimits = GeometricLimits.EXACT
    suggest: Suggest | None = None
    unexplained: Unexplained = Unexplained.REFUSED

    def __post_init__(self) -> None:
        object.__setattr__(self, "chart", Chart(self.chart))
        object.__setattr__(self, "direction", Direction(self.direction))
        object.__setattr__(self, "g_limits", GeometricLimits(self.g_limits))
        object.__setattr__(self, "unexplained", Unexplained(self.unexplained))
        named(self.rules)
        named(self.run_rules)
        if self.baseline is not None and self.baseline < 1:
            raise ValueError(f"a baseline needs at least 1 point, not {self.baseline}")
        if not self.multiplier > 0:
            raise ValueError(f"the multiplier must be positive, not {self.multiplier}")
        if self.minimum_points < 2:
            raise ValueError(f"limits need at least 2 points, not {self.minimum_points}")

    @property
    def profile(self) -> Profile:
        """The rule profile of charts with limits."""
        return named(self.rules)

    @property
    def run_profile(self) -> Profile:
        """The rule profile of run charts."""
        return named(self.run_rules)
