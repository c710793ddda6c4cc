"""Organisations compared over the last whole quarter: whose figures count, and what is said."""

import re
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from synthetic import make_edition

from reports.comparisons import COMPARISON_SCHEMA
from reports.edition import Edition
from reports.pages.audience import organisation
from reports.pages.comparison import ComparisonRow, chance_note, comparison_rows
from reports.pages.organisation import organisation_page
from reports.pages.quarter_funnel import (
    QuarterFunnel,
    comparisons,
    quarter_funnels,
)
from reports.pages.workstream import workstream_page
from reports.pages.workstream_series import read_workstream
from reports.words import Words


def _compared(incomplete: str = "") -> Edition:
    """Every organisation has 60 falls in 10,000 bed days each month, Cardiff and Vale 100.

    Eight organisations, three months: (7 * 180 + 300) / 240,000 is 6.5 in 1,000.
    """
    made = make_edition()
    ours = (pl.col("measure") == "falls_rate") & (pl.col("level") == "organisation")
    falls = pl.when(pl.col("unit") == "7A4").then(100.0).otherwise(60.0)
    is_hollow = (pl.col("unit") == incomplete) & (pl.col("period") == date(2026, 8, 1))
    points = made.points.with_columns(
        numerator=pl.when(ours).then(falls).otherwise("numerator"),
        denominator=pl.when(ours).then(10_000.0).otherwise("denominator"),
        state=pl.when(ours & is_hollow)
        .then(pl.lit("incomplete"))
        .when(ours)
        .then(pl.lit("final"))
        .otherwise("state"),
    )
    return replace(made, points=points)


def _falls(edition: Edition, language: str = "en") -> QuarterFunnel:
    words = Words.load(edition.translations_folder, language)
    contract = next(c for c in edition.contracts if c.workstream == "falls")
    found = quarter_funnels(edition, read_workstream(edition, contract), words)
    return next(one for one in found if one.view.id == "funnel-falls-rate")


def test_organisations_are_summed_over_the_quarter_and_told_by_name() -> None:
    """P(X >= 300 | 195) is about 1e-12, P(X <= 180 | 195) about 0.15: one is outside."""
    told = _falls(_compared())
    assert told.view.headline == (
        "Falls per 1,000 bed days: 1 organisation beyond the 99.8% lines: Cardiff and Vale"
    )
    assert told.subtitle.startswith("Falls per 1,000 occupied bed days, July 2026 to September")
    assert "8 units: 6.5 overall." in told.view.alternative
    row = next(row for row in told.view.rows if row[0] == "Cardiff and Vale")
    assert row[1:5] == ("300", "30,000", "10.0", "195.0")
    assert told.left_out == ""
    assert b"Cardiff and Vale,300," in told.csv


@pytest.mark.parametrize(
    ("language", "across", "begins"),
    [
        ("en", "Occupied bed days in the quarter", "How far the units"),
        ("cy", "Diwrnodau gwely wedi&#x27;u defnyddio yn y chwarter", "Pa mor wahanol yw"),
    ],
)
def test_plain_words_come_first_and_technical_ones_in_the_details(
    language: str, across: str, begins: str
) -> None:
    """Of phi one decimal is shown, of tau2 two figures."""
    told = _falls(_compared(), language)
    assert across in told.view.svg
    assert "Exposure" not in told.view.svg
    assert told.view.method.startswith(begins)
    plain = (told.subtitle, told.view.headline, told.view.alternative, *told.view.facts)
    assert not any("phi" in said or "tau2" in said for said in plain)
    found = re.search(r"phi (\d+)[.,](\d+),.*; tau2 0[.,](0*[1-9]\d?),", told.view.method)
    assert found is not None, told.view.method


def test_every_key_measure_says_what_its_denominator_of_a_quarter_is() -> None:
    edition = make_edition()
    for language, quarter in (("en", "quarter"), ("cy", "chwarter")):
        words = Words.load(edition.translations_folder, language)
        for contract in edition.contracts:
            for measure in contract.measures:
                if measure.key and measure.denominator is not None:
                    key = f"{measure.workstream}.measures.{measure.id}.denominator_of_quarter"
                    assert quarter in words.text(key)


def test_a_contract_without_these_words_has_those_of_its_kind() -> None:
    words = Words.load(make_edition().translations_folder, "en")
    measures = dict(words.tree["falls"]["measures"])
    measures["falls_rate"] = {
        key: text for key, text in measures["falls_rate"].items() if key != "denominator_of_quarter"
    }
    without = replace(
        words, tree={**words.tree, "falls": {**words.tree["falls"], "measures": measures}}
    )
    edition = _compared()
    contract = next(c for c in edition.contracts if c.workstream == "falls")
    found = quarter_funnels(edition, read_workstream(edition, contract), without)
    assert "Days of care or other total of the quarter (the denominator)" in found[0].view.svg


def test_an_organisation_whose_quarter_is_not_whole_has_no_place() -> None:
    """(6 * 180 + 300) / 210,000 is 6.571 in 1,000."""
    told = _falls(_compared(incomplete="7A1"))
    assert "7 units: 6.6 overall." in told.view.alternative
    assert told.left_out.endswith(": Betsi Cadwaladr.")
    assert "Betsi Cadwaladr" not in {row[0] for row in told.view.rows}


def test_it_stands_on_the_page_in_both_languages() -> None:
    edition = _compared()
    for language, said in (("en", "beyond the 99.8% lines"), ("cy", "y tu hwnt")):
        page = workstream_page(edition, "falls", Words.load(edition.translations_folder, language))
        assert said in page.funnels[0].view.headline
        assert page.funnels[0].csv_href in page.files


def test_weighted_sums_have_no_funnel() -> None:
    made = _compared()
    halved = made.points.with_columns(numerator=pl.col("numerator") + 0.25)
    edition = replace(made, points=halved)
    words = Words.load(edition.translations_folder, "en")
    assert workstream_page(edition, "falls", words).funnels == ()


def test_an_organisation_knows_its_place_without_the_others_figures() -> None:
    """300 falls in 30,000 bed days are 10.00 in 1,000; all eight together have 6.50."""
    edition = _compared()
    whole = replace(edition, comparisons=comparisons(edition))
    own = whole.shown_to(organisation("7A4"))
    assert set(own.comparisons["organisation"]) == {"7A4"}
    words = Words.load(edition.translations_folder, "en")
    falls = organisation_page(own, words, "7A4").workstreams[0].places[0]
    assert (falls.measure, falls.quarter) == (
        "Falls per 1,000 bed days",
        "July 2026 to September 2026",
    )
    assert (falls.value, falls.overall, falls.place) == ("10.00", "6.50", "Above the 99.8% lines")
    assert falls.is_outside
    other = organisation_page(whole.shown_to(organisation("7A1")), words, "7A1")
    assert other.workstreams[0].places[0].place == "Within"


def test_an_organisation_whose_quarter_is_not_whole_is_told_no_place() -> None:
    edition = _compared(incomplete="7A1")
    found = comparisons(edition).filter(measure="falls_rate")
    assert found.height == 7
    assert "7A1" not in set(found["organisation"])


def _placed(**numbers: float | None) -> ComparisonRow:
    """The row of a share in per cent, of which a page shows a tenth at least."""
    row = {
        "workstream": "falls",
        "measure": "risk_assessed",
        "organisation": "7A4",
        "first": date(2026, 7, 1),
        "last": date(2026, 9, 1),
        "place": "beyond_998",
        "side": 1,
        "beyond_chance": True,
        **numbers,
    }
    edition = replace(make_edition(), comparisons=pl.DataFrame([row], schema=COMPARISON_SCHEMA))
    words = Words.load(edition.translations_folder, "en")
    contract = next(c for c in edition.contracts if c.workstream == "falls")
    (found,) = comparison_rows(edition, contract, words, "7A4")
    return found


def test_lines_that_differ_look_different_and_a_share_has_its_sign() -> None:
    """The figure and the line below it are both 85.2 in one decimal, and 85.17 in two."""
    found = _placed(
        value=85.171, target=85.04, lower_998=84.92, lower_95=84.961, upper_95=85.123,
        upper_998=85.167,
    )  # fmt: skip
    assert (found.value, found.overall) == ("85.171%", "85.040%")
    assert found.lines_95 == "84.961% to 85.123%"
    assert found.lines_998 == "84.920% to 85.167%"


def test_lines_that_differ_look_different_in_a_funnels_table() -> None:
    """Made up as a rate: a standard error of sqrt(0.85 / 6,000,000), 0.0376 in 100.

    1.960 and 3.090 of these from 85 are 84.926 and 84.884, in one decimal 84.9 both.
    """
    made = make_edition()
    ours = (pl.col("measure") == "risk_assessed") & (pl.col("level") == "organisation")
    points = made.points.with_columns(
        numerator=pl.when(ours).then(1_700_000.0).otherwise("numerator"),
        denominator=pl.when(ours).then(2_000_000.0).otherwise("denominator"),
        state=pl.when(ours).then(pl.lit("final")).otherwise("state"),
    )
    edition = replace(made, points=points)
    contract = next(c for c in edition.contracts if c.workstream == "falls")
    words = Words.load(edition.translations_folder, "en")
    found = quarter_funnels(edition, read_workstream(edition, contract), words)
    told = next(one for one in found if one.view.id == "funnel-risk-assessed")
    for row in told.view.rows:
        assert (row[3], row[5], row[6]) == ("85.00", "84.93 to 85.07", "84.88 to 85.12")


def test_lines_far_apart_have_the_decimals_of_the_measure() -> None:
    found = _placed(value=91.0, target=85.0, lower_998=81.0, lower_95=82.5, upper_95=87.5)
    assert (found.value, found.overall) == ("91.0%", "85.0%")
    assert (found.lines_95, found.lines_998) == ("82.5% to 87.5%", "from 81.0%")


def test_equal_lines_need_no_more_decimals() -> None:
    found = _placed(value=0.0, target=1.0, lower_998=0.0, lower_95=0.0, upper_95=4.0, upper_998=9.0)
    assert (found.lines_95, found.lines_998) == ("0.0% to 4.0%", "0.0% to 9.0%")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Falls per 1,000 bed days. Units differ by more than chance allows, and the lines"),
        ("cy", "Cwympiadau fesul 1,000 o ddiwrnodau gwely. Mae'r unedau'n amrywio mwy nag a geir"),
    ],
)
def test_an_organisation_is_told_that_all_differ_by_more_than_chance(
    language: str, said: str
) -> None:
    """As beside the funnel: of eight, seven with 180 of 195 expected and one with 300."""
    edition = _compared()
    words = Words.load(edition.translations_folder, language)
    own = replace(edition, comparisons=comparisons(edition)).shown_to(organisation("7A4"))
    page = organisation_page(own, words, "7A4").workstreams[0]
    assert page.places_note.startswith(said)
    note = page.places_note.split(". ", 1)[1]
    assert note in _falls(edition, language).view.facts


def test_nothing_is_said_where_chance_is_enough() -> None:
    words = Words.load(make_edition().translations_folder, "en")
    found = _placed(value=85.0, target=85.0)
    assert chance_note([replace(found, beyond_chance=False)], words) == ""
    assert chance_note([found], words).startswith("Falls risk assessed in 24 hours. Units differ")
