"""How each measure of a workstream is counted and judged, as labels and texts.

Belongs here: reading it out of the contract. Does not belong here: the agreed wording, which is in
the workstream's translation files, and what rules and charts are (definitions_page.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from data_contracts.contract import Contract, Measure
from reports.edition import Edition
from reports.pages.levels import WALES
from reports.pages.owner_words import owner_text
from reports.pages.workstream_series import WorkstreamSeries
from reports.sentences import Speaker
from reports.spc.vocabulary import Chart
from reports.words import Words

# The kind of chart of each measure's series for Wales, where there is one.
WalesCharts = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure: its name and (label, text) pairs in reading order.

    `chart` is the kind that is drawn, empty where the data have not chosen one yet.
    """

    name: str
    anchor: str
    facts: tuple[tuple[str, str], ...]
    chart: str = ""
    rules: str = ""


def definitions(series: WorkstreamSeries, words: Words) -> tuple[Definition, ...]:
    """One definition for each measure that has a figure each month."""
    contract = series.contract
    charts = {m.id: series.of(m, WALES).chart for m in contract.measures}
    return _definitions(contract, contract.measures, charts, words)


def contract_definitions(
    contract: Contract, charts: WalesCharts, words: Words
) -> tuple[Definition, ...]:
    """Of every measure, where only the charts drawn for Wales are known."""
    return _definitions(contract, (*contract.measures, *contract.days_between), charts, words)


def _definitions(
    contract: Contract, measures: Iterable[Measure], charts: WalesCharts, words: Words
) -> tuple[Definition, ...]:
    return tuple(
        Definition(
            name=words.text(f"{measure.workstream}.measures.{measure.id}.name"),
            anchor=f"definition-{measure.id.replace('_', '-')}",
            facts=tuple(
                (words.text(f"charts.page.{label}"), text)
                for label, text in _facts(contract, charts, measure, words)
                if text
            ),
            chart=drawn_kind(measure, charts) or "",
            rules=measure.rules,
        )
        for measure in measures
    )


def wales_charts(edition: Edition) -> dict[str, dict[str, str | None]]:
    """Workstream -> measure -> the kind of chart of the last phase of its series for Wales."""
    found: dict[str, dict[str, str | None]] = {}
    wales = edition.series.filter(level=WALES).sort("workstream", "measure", "phase")
    for workstream, measure, chart in wales.select("workstream", "measure", "chart").iter_rows():
        found.setdefault(workstream, {})[measure] = chart
    return found


def drawn_kind(measure: Measure, charts: WalesCharts) -> str | None:
    """The kind of chart; where the data choose it, what they chose for Wales, or None."""
    return charts.get(measure.id) if measure.chart == Chart.AUTO else measure.chart


def _facts(
    contract: Contract, charts: WalesCharts, measure: Measure, words: Words
) -> Iterator[tuple[str, str]]:
    def own(part: str) -> str:
        return words.text(f"{measure.workstream}.measures.{measure.id}.{part}")

    say = words.text
    yield "definition", own("definition")
    yield "numerator", own("numerator")
    has_total = measure.denominator is not None
    counts_alone = "" if measure in contract.days_between else say("charts.page.no_denominator")
    yield "denominator", own("denominator") if has_total else counts_alone
    yield "excluded", own("excluded")
    yield "multiplier", words.number(measure.multiplier, 0) if measure.multiplier != 1 else ""
    yield "drawn_as", _chart(charts, measure, words)
    yield "baseline", _baseline(measure, words)
    yield "better", say(f"charts.page.better_{measure.direction}")
    yield "target", _targets(measure, words)
    yield "final_after", _final(measure, words)
    yield "type", say(f"charts.page.type_of.{measure.type}")
    yield "source", own("source")
    yield "owner", owner_text(measure, words)
    yield "contract", _contract(contract, words)


def _chart(charts: WalesCharts, measure: Measure, words: Words) -> str:
    """The chart and rules; where the data choose the chart, what they chose for Wales."""
    kind = drawn_kind(measure, charts)
    rules = words.text(f"charts.rules_profile.{measure.rules}")
    if kind is None:
        return ""
    chart = words.text(f"charts.chart_kind.{kind}")
    if measure.chart == Chart.AUTO:
        chart = words.text("charts.page.chosen", chart=chart)
    return words.text("charts.page.drawn_text", chart=chart, rules=rules)


def _baseline(measure: Measure, words: Words) -> str:
    if measure.baseline is None:
        return words.text("charts.page.baseline_all")
    return words.text("charts.page.baseline_points", n=measure.baseline)


def _targets(measure: Measure, words: Words) -> str:
    if not measure.targets:
        return words.text("charts.page.no_target")
    amounts = Speaker(words, measure).amounts
    texts = [
        words.text(
            f"charts.page.{'target_from' if target.starts else 'target_always'}",
            target=amounts.amount(target.value),
            month=words.month(target.starts) if target.starts else "",
        )
        for target in measure.targets
    ]
    return "; ".join(texts)


def _final(measure: Measure, words: Words) -> str:
    months = measure.final_after_months
    return words.text("charts.page.final_after_months", n=months) if months else ""


def _contract(contract: Contract, words: Words) -> str:
    name = words.text(f"{contract.workstream}.workstream.name")
    return words.text("charts.page.contract_text", workstream=name, version=contract.version)
