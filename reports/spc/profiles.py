"""Rule profiles: which rules apply, with which lengths, in which order.

Profiles are data. How a rule is evaluated is in `rules`; a new profile is a new entry here, and a
changed length is `dataclasses.replace`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .vocabulary import Chart, RuleName, Ties


@dataclass(frozen=True, slots=True)
class Outside:
    """A point beyond 3 sigma, strictly (Shewhart's criterion)."""

    name: RuleName = RuleName.OUTSIDE


@dataclass(frozen=True, slots=True)
class Shift:
    """`length` points or more in a row on one side of the centre."""

    length: int
    ties: Ties = Ties.PASS_OVER
    name: RuleName = RuleName.SHIFT


@dataclass(frozen=True, slots=True)
class Trend:
    """`length` points or more in a row, each further on than the one before."""

    length: int
    ties: Ties = Ties.PASS_OVER
    name: RuleName = RuleName.TREND


@dataclass(frozen=True, slots=True)
class Beyond:
    """`needed` of `window` points in a row beyond `sigma` on one side.

    `up_to`: points beyond that many sigma do not count (None: they do). `same_side`: all points
    of the window lie on that side of the centre.
    """

    needed: int
    window: int
    sigma: int
    name: RuleName
    up_to: int | None = None
    same_side: bool = False


@dataclass(frozen=True, slots=True)
class InnerThird:
    """`length` points or more in a row within 1 sigma."""

    length: int
    name: RuleName = RuleName.INNER_THIRD


@dataclass(frozen=True, slots=True)
class Alternating:
    """`length` points or more in a row that go up and down in turn."""

    length: int
    name: RuleName = RuleName.ALTERNATING


@dataclass(frozen=True, slots=True)
class Mixture:
    """`length` points in a row beyond 1 sigma, on both sides."""

    length: int
    name: RuleName = RuleName.MIXTURE


@dataclass(frozen=True, slots=True)
class LongRun:
    """The longest run of the phase is longer than chance gives (Anhøj); no side."""

    name: RuleName = RuleName.SHIFT


@dataclass(frozen=True, slots=True)
class FewCrossings:
    """The centre is crossed less often in the phase than chance gives (Anhøj); no side."""

    name: RuleName = RuleName.CROSSINGS


@dataclass(frozen=True, slots=True)
class Zeros:
    """Zeros in a row with a probability below `chance` at the baseline mean (Benneyan)."""

    chance: float = 0.0027
    name: RuleName = RuleName.ZEROS


Rule = (
    Outside
    | Shift
    | Trend
    | Beyond
    | InnerThird
    | Alternating
    | Mixture
    | LongRun
    | FewCrossings
    | Zeros
)

# Mean moving range to three sigma: d2 of pairs is 1.128 (Montgomery, Introduction to Statistical
# Quality Control, appendix VI); 2.66 is the rounded quotient printed by Wheeler.
THREE_OVER_D2 = 3 / 1.128
ROUNDED_THREE_OVER_D2 = 2.66


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named set of rules, in the order in which they give a point its verdict.

    `gaps_break`: a missing point breaks runs and windows. `improvement_first`: a point that is
    both improvement and concern shows improvement. `range_factor`: mean moving range to three
    sigma on i charts.
    """

    name: str
    rules: tuple[Rule, ...]
    gaps_break: bool = False
    improvement_first: bool = False
    range_factor: float = THREE_OVER_D2
    often_signals: bool = False


_TWO = RuleName.TWO_OF_THREE
_FOUR = RuleName.FOUR_OF_FIVE

_ALL = (
    Profile(
        name="ihi",
        rules=(Outside(), Shift(8), Trend(6), Beyond(2, 3, 2, _TWO), InnerThird(15)),
    ),
    Profile(
        name="mdc",
        rules=(
            Outside(),
            Shift(7, Ties.BREAK),
            Trend(7, Ties.BREAK),
            Beyond(2, 3, 2, _TWO, same_side=True),
        ),
        improvement_first=True,
    ),
    Profile(
        name="plotthedots",
        rules=(
            Outside(),
            Trend(7, Ties.BREAK),
            Beyond(2, 3, 2, _TWO, up_to=3, same_side=True),
            Shift(7, Ties.BREAK),
        ),
        gaps_break=True,
        range_factor=ROUNDED_THREE_OVER_D2,
    ),
    Profile(name="anhoej", rules=(Outside(), LongRun(), FewCrossings())),
    Profile(
        name="nelson",
        rules=(
            Outside(),
            Shift(9),
            Trend(6),
            Beyond(2, 3, 2, _TWO),
            Beyond(4, 5, 1, _FOUR),
            InnerThird(15),
            Alternating(14),
            Mixture(8),
        ),
    ),
    Profile(
        name="weco",
        rules=(Outside(), Shift(8), Beyond(2, 3, 2, _TWO), Beyond(4, 5, 1, _FOUR)),
    ),
    # IHI's rules for run charts: on request only, they signal in 36 % of stable 24-point series.
    Profile(name="ihi_run_chart", rules=(Shift(6), Trend(5)), often_signals=True),
)


def profiles() -> Mapping[str, Profile]:
    """All named profiles, by name; read-only."""
    return MappingProxyType({profile.name: profile for profile in _ALL})


def named(rules: str | Profile) -> Profile:
    """The profile of that name; a Profile is itself. Raises ValueError for an unknown name."""
    if isinstance(rules, Profile):
        return rules
    if rules not in profiles():
        known = ", ".join(profiles())
        raise ValueError(f"there is no rule profile {rules!r}; known are {known}")
    return profiles()[rules]


_ON_GAPS = (Outside, Shift, LongRun, FewCrossings)


def rules_on(chart: Chart, profile: Profile, run_profile: Profile) -> tuple[Rule, ...]:
    """The rules that make sense on one kind of chart.

    A run chart has no limits, so it takes `run_profile`. Neighbouring moving ranges share a point,
    so mr takes `outside` only. Days or cases between events are skewed, so g takes no rule of
    zones; g and t add the zeros test.
    """
    if chart is Chart.RUN:
        return tuple(rule for rule in run_profile.rules if not isinstance(rule, Outside))
    if chart is Chart.MR:
        return (Outside(),)
    if chart is Chart.G:
        return (*(rule for rule in profile.rules if isinstance(rule, _ON_GAPS)), Zeros())
    return (*profile.rules, Zeros()) if chart is Chart.T else profile.rules
