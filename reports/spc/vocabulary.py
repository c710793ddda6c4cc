"""The values the engine speaks in. Their words, in any language, live elsewhere.

Only enumerations and array types belong here. Nothing may decide by reading a label: these values
are what other code compares with.
"""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
FlagArray = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]


class Chart(StrEnum):
    """A kind of control chart; `auto` is a request, never an answer."""

    RUN = "run"
    I = "i"  # noqa: E741
    MR = "mr"
    I_PRIME = "ip"
    XBAR = "xbar"
    S = "s"
    P = "p"
    NP = "np"
    C = "c"
    U = "u"
    P_PRIME = "pp"
    U_PRIME = "up"
    C_PRIME = "cp"
    G = "g"
    T = "t"
    AUTO = "auto"

    @property
    def is_screened(self) -> bool:
        """Whether large moving ranges may be left out of its limits."""
        return self in _SCREENED


_SCREENED = frozenset(
    {Chart.I, Chart.I_PRIME, Chart.P_PRIME, Chart.U_PRIME, Chart.C_PRIME, Chart.T}
)


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


class Verdict(StrEnum):
    """What a point says. `none`: not judged (no value, left out, no centre line, or no rule)."""

    NONE = "none"
    COMMON_CAUSE = "common_cause"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    CHANGE_HIGH = "change_high"
    CHANGE_LOW = "change_low"
    CHANGE = "change"


class Assurance(StrEnum):
    """How the target lies to the limits."""

    NONE = "none"
    ACHIEVED = "achieved"
    MISSED = "missed"
    HIT_OR_MISS = "hit_or_miss"


class LimitsStatus(StrEnum):
    """Whether limits are drawn, and on how many points they rest."""

    NONE = "none"
    TRIAL = "trial"
    FULL = "full"


class ChartReason(StrEnum):
    """Why this chart was drawn."""

    AS_PLANNED = "as_planned"
    NOT_ENOUGH_POINTS = "not_enough_points"
    MOSTLY_ZERO = "mostly_zero"
    MOSTLY_FULL = "mostly_full"
    ENOUGH_EVENTS = "enough_events"
    FEW_EVENTS = "few_events"
    TOO_FEW_EVENTS = "too_few_events"
    OVERDISPERSED = "overdispersed"
    NO_DENOMINATOR = "no_denominator"


class Note(StrEnum):
    """What a reader of the chart ought to be told."""

    NOT_ENOUGH_POINTS = "not_enough_points"
    TRIAL_LIMITS = "trial_limits"
    ALL_EQUAL = "all_equal"
    MOSTLY_ZERO = "mostly_zero"
    MOSTLY_FULL = "mostly_full"
    USE_G_OR_T = "use_g_or_t"
    USE_COARSER_PERIOD = "use_coarser_period"
    FEW_EVENTS = "few_events"
    NO_RANGES = "no_ranges"
    RANGES_SCREENED = "ranges_screened"
    SIGMA_Z_BELOW_ONE = "sigma_z_below_one"
    ZERO_TIME = "zero_time"
    RUN_RULES_OFTEN_SIGNAL = "run_rules_often_signal"
    NO_REASON = "no_reason"


class RuleName(StrEnum):
    """A rule that can fire at a point; the value is its column in `Analysis.points`."""

    OUTSIDE = "outside"
    SHIFT = "shift"
    TREND = "trend"
    TWO_OF_THREE = "two_of_three"
    INNER_THIRD = "inner_third"
    FOUR_OF_FIVE = "four_of_five"
    ALTERNATING = "alternating"
    MIXTURE = "mixture"
    ZEROS = "zeros"
    CROSSINGS = "crossings"


class Ties(StrEnum):
    """What a tie (a point on the centre, or equal to the one before) does to a run."""

    PASS_OVER = "pass_over"
    BREAK = "break"


class Unexplained(StrEnum):
    """What becomes of a new phase or a ghost that was given without a reason."""

    REFUSED = "refused"
    NOTED = "noted"


class GeometricLimits(StrEnum):
    """How the upper limit of a g chart is set."""

    EXACT = "exact"
    THREE_SIGMA = "three_sigma"
