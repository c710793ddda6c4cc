"""The page of definitions: measures from contracts, rules and formulas from the engine."""

from dataclasses import replace

import polars as pl
import pytest

from reports.edition import Edition
from reports.pages import audience
from reports.pages.definitions_page import (
    STATES,
    DefinitionsPage,
    definitions_inputs,
    definitions_page,
    rule_sentence,
)
from reports.spc.profiles import (
    Alternating,
    Beyond,
    FewCrossings,
    InnerThird,
    Mixture,
    Outside,
    Rule,
    Shift,
    Trend,
    Zeros,
)
from reports.spc.vocabulary import Chart, RuleName, Ties
from reports.words import Words


@pytest.fixture(scope="module")
def page(edition: Edition, english: Words) -> DefinitionsPage:
    return definitions_page(edition, english)


def test_every_measure_of_every_workstream_is_defined(
    page: DefinitionsPage, edition: Edition
) -> None:
    assert [group.title for group in page.groups] == [
        "Measures: Falls",
        "Measures: Pressure ulcers",
        "Measures: Sepsis",
        "Measures: Deterioration",
    ]
    known = [len(c.measures) + len(c.days_between) for c in edition.contracts if c.measures]
    # One each of falls, pressure ulcers and deterioration is about days between rare events.
    assert [len(group.definitions) for group in page.groups] == known == [8, 10, 12, 13]


def test_a_definition_tells_all_that_was_agreed(page: DefinitionsPage) -> None:
    found = next(
        d for d in page.groups[3].definitions if d.anchor == "definition-ed-within-4-hours"
    )
    facts = dict(found.facts)
    assert list(facts) == [
        "Definition", "Numerator", "Denominator", "Left out", "Multiplied by", "Chart", "Baseline",
        "Better", "Target", "Type", "Source", "Owner", "Contract",
    ]  # fmt: skip
    assert facts["Target"] == "95.0%"
    assert facts["Better"] == "Higher"
    assert facts["Multiplied by"] == "100"
    assert facts["Owner"] == "Deterioration lead"
    assert facts["Contract"] == "Deterioration, version 1.0.0"
    assert (found.chart, found.rules) == ("pp", "ihi")


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (Outside(), "A point above the upper or below the lower limit (3 sigma)."),
        (
            Shift(8),
            "8 points or more in a row on one side of the centre line. "
            "A point on the line neither counts nor ends the run.",
        ),
        (
            Shift(7, Ties.BREAK),
            "7 points or more in a row on one side of the centre line. "
            "A point on the line ends the run.",
        ),
        (
            Trend(6),
            "6 points or more in a row, each higher than the one before, or each lower. "
            "Equal neighbours count once.",
        ),
        (
            Beyond(2, 3, 2, RuleName.TWO_OF_THREE, up_to=3, same_side=True),
            "2 of 3 points in a row more than 2 sigma from the centre line, on one side. "
            "All 3 points lie on that side. "
            "Points more than 3 sigma away do not count here: another rule finds them.",
        ),
        (
            Beyond(4, 5, 1, RuleName.FOUR_OF_FIVE),
            "4 of 5 points in a row more than 1 sigma from the centre line, on one side.",
        ),
        (
            InnerThird(15),
            "15 points or more in a row within 1 sigma of the centre line: "
            "less spread than chance gives.",
        ),
        (Alternating(14), "14 points or more in a row that go up and down in turn."),
        (
            Mixture(8),
            "8 points in a row more than 1 sigma from the centre line, on both sides of it.",
        ),
        (
            FewCrossings(),
            "The line of the points crosses the centre line less often than it would by chance "
            "in 5% of cases.",
        ),
        (
            Zeros(),
            "So many zeros in a row that chance gives them in fewer than 0.27% of cases.",
        ),
    ],
    ids=lambda given: type(given).__name__ if not isinstance(given, str) else "",
)
def test_a_rule_is_told_with_the_lengths_of_its_profile(
    english: Words, rule: Rule, sentence: str
) -> None:
    assert rule_sentence(rule, english) == sentence


def test_the_rules_in_use_come_first_and_in_their_order(page: DefinitionsPage) -> None:
    first, second = page.profiles[:2]
    assert (first.anchor, first.title) == ("rules-ihi", "IHI rules")
    assert first.used == "40 measures are judged by these rules."
    assert [name for name, _ in first.rules] == [
        "outside the limits", "run on one side", "trend", "2 of 3 near a limit", "close to the mean"
    ]  # fmt: skip
    assert second.anchor == "rules-anhoej"
    assert second.notes[0].startswith("Run charts are judged by these rules")
    assert len(page.profiles) == 7


def test_every_kind_of_chart_has_its_formula_with_the_engines_constants(
    page: DefinitionsPage,
) -> None:
    kinds = {kind.anchor: kind for kind in page.kinds}
    assert set(kinds) == {f"chart-{chart}" for chart in Chart if chart is not Chart.AUTO}
    assert kinds["chart-i"].sigma == "MR / 1.128"
    assert kinds["chart-mr"].sigma == "Upper limit 3.267 x MR, lower limit 0"
    assert kinds["chart-u"].sigma == "sqrt(u / n), lower limit not below 0"
    assert kinds["chart-g"].sigma == (
        "Upper limit ln(0.00135) / ln(1 - p), p = 1 / (1 + mean); lower limit 0"
    )
    assert kinds["chart-t"].centre == "That of an I chart of y^(1/3.6), turned back"
    assert kinds["chart-u"].rules == "All of them"
    assert kinds["chart-run"].rules == "run on one side, few crossings"
    assert kinds["chart-g"].rules == "outside the limits, run on one side, zeros in a row"


def test_limits_need_the_points_the_engine_asks_for(page: DefinitionsPage) -> None:
    assert page.kind_notes[0] == (
        "Fewer than 12 points: a run chart, without limits. 12 to 19 points: trial limits."
    )


def test_every_word_of_the_matrix_is_explained(page: DefinitionsPage, english: Words) -> None:
    """`not_expected` has a word of its own, beside the states."""
    assert set(STATES) == set(english.tree["pages"]["landing"]["matrix"]["state"])
    told = {meaning.name for meaning in page.states}
    assert {"No data", "Late", "Failed checks", "Incomplete", "Missing", "Not expected"} <= told
    assert {m.key for m in page.returns} == set(english.tree["terms"]["return_statuses"])


def test_chance_is_told_for_the_charts_that_are_drawn(page: DefinitionsPage) -> None:
    assert page.chance.heads == ("Chart", "All points", "First 24", "First 20", "First 12")
    assert ("u chart, IHI", "1.5%", "2.7%", "2.8%", "3.7%") in page.chance.rows
    assert page.chance.source.startswith("Simulated: 20,000 stable series of 36 independent points")


def test_only_the_collaborative_is_led_to_contracts(edition: Edition, english: Words) -> None:
    own = edition.shown_to(audience.organisation("7A4"))
    assert {g.contract_href for g in definitions_page(own, english).groups} == {""}
    ours = definitions_page(edition.shown_to(audience.COLLABORATIVE), english)
    assert ours.groups[0].contract_href == "contract-falls.html"


def test_a_chart_that_the_data_chose_changes_the_page(edition: Edition) -> None:
    chosen = pl.col("series") == "deterioration/cardiac_arrests_rate/wales/wales"
    other = pl.when(chosen).then(pl.lit("up")).otherwise(pl.col("chart"))
    made = replace(edition, series=edition.series.with_columns(chart=other))
    assert definitions_inputs(made) != definitions_inputs(edition)
    quiet = replace(edition, points=edition.points.with_columns(value=pl.lit(1.0)))
    assert definitions_inputs(quiet) == definitions_inputs(edition)


def test_welsh_has_the_same_places(edition: Edition, welsh: Words, page: DefinitionsPage) -> None:
    other = definitions_page(edition, welsh)
    assert [p.anchor for p in other.profiles] == [p.anchor for p in page.profiles]
    assert [k.anchor for k in other.kinds] == [k.anchor for k in page.kinds]
    assert other.title == "Diffiniadau"
    assert other.kinds[1].sigma == "MR / 1.128"
