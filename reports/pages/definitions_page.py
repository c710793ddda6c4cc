"""The page of definitions: every measure, the rules, the kinds of chart, icons and words.

Belongs here: reading them out of the contracts and of the engine, whose profiles are data, so that
no length of a rule is told twice. Does not belong here: the sentences (definitions.yaml), the
agreed wording of measures (definitions.py) and markup (definitions_page.html.jinja).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

import polars as pl

from data_contracts.contract import Contract
from reports.edition import Edition
from reports.pages.audience import Reader
from reports.pages.content_key import digest_of
from reports.pages.contract_names import contract_page_name
from reports.pages.definitions import Definition, contract_definitions, wales_charts
from reports.pages.frame import with_measures
from reports.pages.levels import ORGANISATION, WALES
from reports.pages.reference_names import definitions_name
from reports.pages.return_statuses import SHOWN
from reports.spc.false_alarms import AT_THE_LAST_POINT, BASELINES, POINTS, SERIES
from reports.spc.plan import RULES_OF_RUN_CHARTS, Plan
from reports.spc.profiles import (
    ROUNDED_THREE_OVER_D2,
    Alternating,
    Beyond,
    FewCrossings,
    InnerThird,
    LongRun,
    Mixture,
    Outside,
    Profile,
    Rule,
    Shift,
    Trend,
    Zeros,
    profiles,
    rules_on,
)
from reports.spc.ranges import D2_OF_PAIRS, D4_OF_PAIRS
from reports.spc.rare_events import TAILS, TO_NORMAL
from reports.spc.run_statistics import CHANCE
from reports.spc.vocabulary import Assurance, Chart, Verdict
from reports.standing import SIGNALS
from reports.words import Words

RULE_WORDS: Mapping[type[Rule], str] = {
    Outside: "outside",
    Shift: "shift",
    Trend: "trend",
    Beyond: "beyond",
    InnerThird: "inner_third",
    Alternating: "alternating",
    Mixture: "mixture",
    LongRun: "long_run",
    FewCrossings: "few_crossings",
    Zeros: "zeros",
}
VERDICTS = (Verdict.IMPROVEMENT, Verdict.CONCERN, Verdict.CHANGE, Verdict.COMMON_CAUSE)
ASSURANCES = (Assurance.ACHIEVED, Assurance.HIT_OR_MISS, Assurance.MISSED)
# The words of a cell without a verdict, as matrix.py finds them.
STATES = (
    "missing", "refused", "incomplete", "late", "waiting", "no_data", "immature", "left_out",
    "too_few", "not_judged",
)  # fmt: skip
DRAWN = tuple(chart for chart in Chart if chart is not Chart.AUTO)
# The largest standard error of the simulated shares, in percentage points: that of a half.
WORST_ERROR = 100 * 0.5 / SERIES**0.5
NAMED = "charts.rules_profile.{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureGroup:
    """The measures of one workstream; `contract_href` is empty where readers have no such page."""

    anchor: str
    title: str
    sub: str
    definitions: tuple[Definition, ...]
    contract_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTold:
    """One set of rules: (name, sentence) in the order in which they give a verdict."""

    anchor: str
    title: str
    used: str
    rules: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTold:
    """How one kind of chart is made."""

    anchor: str
    name: str
    use: str
    centre: str
    sigma: str
    rules: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A word or icon of a table and what it means; `key` and `side` choose the icon."""

    key: str
    name: str
    text: str
    side: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceTable:
    """Shares of stable series with a signal at the last point, in per cent."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsPage:
    """All that definitions_page.html.jinja prints, in the reader's language."""

    name: str
    title: str
    groups: tuple[MeasureGroup, ...]
    profiles: tuple[ProfileTold, ...]
    zeros: tuple[str, str]
    profile_name: str
    kinds: tuple[KindTold, ...]
    kind_notes: tuple[str, ...]
    verdicts: tuple[Meaning, ...]
    assurances: tuple[Meaning, ...]
    marks: tuple[Meaning, ...]
    states: tuple[Meaning, ...]
    returns: tuple[Meaning, ...]
    chance: ChanceTable
    files: Mapping[str, bytes] = field(default_factory=dict)


def definitions_page(edition: Edition, words: Words) -> DefinitionsPage:
    """The page for an edition's readers."""
    contracts = with_measures(edition.contracts)
    charts = wales_charts(edition)
    used = Counter(m.rules for contract in contracts for m in contract.measures)
    # Those that most measures go by first, then those of run charts.
    ordered = sorted(profiles().values(), key=lambda p: (-used[p.name], not _runs(p)))
    main = Plan(chart=Chart.I, rules=ordered[0]).profile if used else Plan(chart=Chart.I).profile
    return DefinitionsPage(
        name=definitions_name(words.language),
        title=words.text("definitions.title"),
        groups=tuple(_group(edition, c, charts.get(c.workstream, {}), words) for c in contracts),
        profiles=tuple(_profile(profile, used[profile.name], words) for profile in ordered),
        zeros=(words.text(f"charts.rule.{Zeros().name}"), rule_sentence(Zeros(), words)),
        profile_name=profile_name(main, words),
        kinds=tuple(_kind(chart, main, words) for chart in DRAWN),
        kind_notes=_kind_notes(words),
        verdicts=_meanings("icons.verdict", "charts.verdict", VERDICTS, words),
        assurances=_meanings("icons.assurance", "charts.assurance", ASSURANCES, words),
        marks=tuple(_marks(words)),
        states=tuple(_states(words)),
        returns=_meanings("icons.return", "terms.return_statuses", SHOWN, words),
        chance=_chance(edition, words),
    )


def definitions_inputs(edition: Edition) -> tuple[str, ...]:
    """What the page reads of the figures: which charts the data chose."""
    known = (sorted(wales_charts(edition).items()), sorted(_drawn(edition)))
    return (digest_of(map(repr, known)),)


def rule_sentence(rule: Rule, words: Words) -> str:
    """One rule in plain words, with the lengths of its profile."""
    key = f"definitions.rule.{RULE_WORDS[type(rule)]}"
    facts = {name: fact for name, fact in asdict(rule).items() if name != "name"}
    if isinstance(rule, (Shift, Trend)):
        return words.text(f"{key}.{rule.ties}", **facts)
    if isinstance(rule, Beyond):
        more = [part for part in ("same_side", "up_to") if facts[part]]
        told = [words.text(f"definitions.rule.beyond_{part}", **facts) for part in more]
        return " ".join([words.text(key, **facts), *told])
    percents = {FewCrossings: CHANCE, Zeros: facts.get("chance")}
    percent = percents.get(type(rule))
    return words.text(key, **facts, percent=f"{100 * percent:g}" if percent else "")


def profile_name(profile: Profile, words: Words) -> str:
    """`IHI`, `Making Data Count`."""
    on_request = "definitions.rules.on_request"
    return words.text(on_request if profile.often_signals else NAMED.format(profile.name))


def _group(
    edition: Edition, contract: Contract, charts: Mapping[str, str | None], words: Words
) -> MeasureGroup:
    workstream = words.text(f"{contract.workstream}.workstream.name")
    has_contract = edition.audience.reader is Reader.COLLABORATIVE
    say = words.text
    return MeasureGroup(
        anchor=contract.workstream.replace("_", "-"),
        title=say("definitions.measures", workstream=workstream),
        sub=say("definitions.measures_sub", workstream=workstream, version=contract.version),
        definitions=contract_definitions(contract, charts, words),
        contract_href=contract_page_name(contract.workstream, words.language)
        if has_contract
        else "",
    )


def _runs(profile: Profile) -> bool:
    return profile.name == RULES_OF_RUN_CHARTS


def _profile(profile: Profile, used: int, words: Words) -> ProfileTold:
    name = profile_name(profile, words)
    return ProfileTold(
        anchor=f"rules-{profile.name.replace('_', '-')}",
        title=words.text("definitions.rules.name", rules=name),
        used=words.text("definitions.rules.used", n=used),
        rules=tuple(
            (words.text(f"charts.rule.{rule.name}"), rule_sentence(rule, words))
            for rule in profile.rules
        ),
        notes=tuple(_profile_notes(profile, words)),
    )


def _profile_notes(profile: Profile, words: Words) -> Iterator[str]:
    def say(key: str, **facts: object) -> str:
        return words.text(f"definitions.rules.{key}", **facts)

    if _runs(profile):
        yield say("run_charts")
    yield say("gaps_break" if profile.gaps_break else "gaps_pass")
    if profile.improvement_first:
        yield say("improvement_first")
    if profile.range_factor == ROUNDED_THREE_OVER_D2:
        yield say("range_factor", factor=f"{profile.range_factor:g}")
    if profile.often_signals:
        yield say("often_signals")


def _kind(chart: Chart, profile: Profile, words: Words) -> KindTold:
    facts = {
        "d2": f"{D2_OF_PAIRS:g}",
        "d4": f"{D4_OF_PAIRS:g}",
        "tail": f"{TAILS[-1]:g}",
        "power": f"{TO_NORMAL:g}",
    }

    def say(part: str) -> str:
        return words.text(f"definitions.chart.{chart}.{part}", **facts)

    return KindTold(
        anchor=f"chart-{chart}",
        name=words.text(f"charts.chart_kind.{chart}"),
        use=say("use"),
        centre=say("centre"),
        sigma=say("sigma"),
        rules=_rules_taken(chart, profile, words),
        source=say("source"),
    )


def _rules_taken(chart: Chart, profile: Profile, words: Words) -> str:
    taken = rules_on(chart, profile, profiles()[RULES_OF_RUN_CHARTS])
    if taken == profile.rules:
        return words.text("definitions.charts.all_rules")
    return ", ".join(words.text(f"charts.rule.{rule.name}") for rule in taken)


def _kind_notes(words: Words) -> tuple[str, ...]:
    plan = Plan(chart=Chart.I)
    facts = {
        "d4": f"{D4_OF_PAIRS:g}",
        "minimum": plan.minimum_points,
        "last_trial": plan.trial_points - 1,
    }
    keys = ("few_points", "screened", "recalculated")
    return tuple(words.text(f"definitions.charts.{key}", **facts) for key in keys)


def _meanings(texts: str, names: str, keys: tuple[str, ...], words: Words) -> tuple[Meaning, ...]:
    return tuple(
        Meaning(
            key=key,
            name=words.text(f"{names}.{key}"),
            text=words.text(f"definitions.{texts}.{key}"),
            side=int(key in SIGNALS),
        )
        for key in keys
    )


def _marks(words: Words) -> Iterator[Meaning]:
    for key in ("new", "simulated"):
        yield Meaning(
            key=key,
            name=words.text(f"pages.landing.matrix.{key}"),
            text=words.text(f"definitions.icons.{key}"),
        )
    yield Meaning(
        key="late",
        name=words.text("pages.landing.matrix.late"),
        text=words.text("definitions.icons.late_means"),
    )
    yield Meaning(
        key="hollow",
        name=words.text("definitions.icons.hollow"),
        text=words.text("definitions.icons.hollow_means"),
    )


def _states(words: Words) -> Iterator[Meaning]:
    minimum = Plan(chart=Chart.I).minimum_points
    for key in STATES:
        yield Meaning(
            key=key,
            name=words.text(f"pages.landing.matrix.state.{key}"),
            text=words.text(f"definitions.icons.state.{key}", minimum=minimum),
        )
    yield Meaning(
        key="not_expected",
        name=words.text("pages.landing.matrix.not_expected"),
        text=words.text("definitions.icons.not_expected_means"),
    )


def _chance(edition: Edition, words: Words) -> ChanceTable:
    """The kinds of chart that measures are drawn as, with their rules."""
    drawn = _drawn(edition)
    heads = (words.text("definitions.charts.kind"), *(_baseline_head(k, words) for k in BASELINES))
    return ChanceTable(
        heads=heads,
        rows=tuple(_chance_row(*known, words) for known in AT_THE_LAST_POINT if known in drawn),
        source=words.text(
            "definitions.chance.source",
            series=words.number(SERIES, 0),
            points=POINTS,
            error=words.number(WORST_ERROR, 1),
        ),
    )


def _drawn(edition: Edition) -> frozenset[tuple[str, str]]:
    """(kind of chart, profile) of every series of Wales and of organisations."""
    rules = {
        (contract.workstream, measure.id): measure.rules
        for contract in edition.contracts
        for measure in contract.measures
    }
    shown = edition.series.filter(pl.col("level").is_in([WALES, ORGANISATION]))
    kinds = shown.select("workstream", "measure", "chart").unique()
    return frozenset((chart, rules[w, m]) for w, m, chart in kinds.iter_rows() if chart)


def _baseline_head(baseline: int | None, words: Words) -> str:
    if baseline is None:
        return words.text("definitions.chance.all_points")
    return words.text("definitions.chance.first_points", n=baseline)


def _chance_row(chart: str, rules: str, words: Words) -> tuple[str, ...]:
    name = words.text(
        "definitions.chance.kind",
        chart=words.text(f"charts.chart_kind.{chart}"),
        rules=profile_name(profiles()[rules], words),
    )
    percents = AT_THE_LAST_POINT[chart, rules]
    return (name, *(f"{words.number(percent, 1)}%" for percent in percents))
