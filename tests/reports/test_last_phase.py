"""Limits of an earlier phase are history: nothing is told of them as if they held now."""

from datetime import date
from typing import Any

import pytest

from data_contracts.contract import Measure
from reports.edition import Edition
from reports.figures import layers
from reports.figures.labels import LineLabel, line_labels
from reports.figures.series import Point, Series
from reports.figures.sizes import SPECS, Size
from reports.months import later, months
from reports.pages.chart import contract_of, model_of
from reports.pages.chart_labels import Options
from reports.pages.series_key import SeriesKey
from reports.sentences import Speaker
from reports.spc.vocabulary import Verdict
from reports.standing import Standing, kind_now, standing
from reports.words import Words

OCTOBER = date(2026, 10, 1)
KEY = SeriesKey(workstream="falls", measure="falls_rate", level="organisation", unit="7A4")
# Two years around 6.00 with limits, then months around 3.00 that have only a median.
OLD: dict[str, Any] = {
    "value": 6.0, "centre": 6.0, "lower": 4.0, "upper": 8.0, "lower_2sigma": 4.6,
    "upper_2sigma": 7.4, "phase": 1, "verdict": Verdict.COMMON_CAUSE,
}  # fmt: skip
NEW: dict[str, Any] = {"value": 3.2, "centre": 3.0, "phase": 2, "verdict": Verdict.COMMON_CAUSE}


def restarted(young: int, **of_the_young: Any) -> Series:
    """Two years and some months of a new phase, through October."""
    told = [OLD] * 24 + [NEW | of_the_young] * young
    span = months(later(OCTOBER, 1 - len(told)), OCTOBER)
    points = tuple(Point(period=p, **fields) for p, fields in zip(span, told, strict=True))
    return Series(key=str(KEY), points=points, chart="run")


@pytest.fixture
def measure(edition: Edition) -> Measure:
    return contract_of(edition, "falls").measure("falls_rate")


@pytest.mark.parametrize(
    ("young", "headline", "cymraeg"),
    [
        (1, "1 month since limits were recalculated", "1 mis ers ailgyfrifo'r terfynau"),
        (2, "2 months since limits were recalculated", "2 fis ers ailgyfrifo'r terfynau"),
        (11, "11 months since limits were recalculated", "11 mis ers ailgyfrifo'r terfynau"),
    ],
)
def test_new_limits_are_waited_for(
    measure: Measure, english: Words, welsh: Words, young: int, headline: str, cymraeg: str
) -> None:
    found = restarted(young)
    assert (standing(found), kind_now(found)) == (Standing.TOO_FEW, Verdict.NONE)
    assert Speaker(english, measure).headline(found, "Falls") == (
        f"Falls: {headline}, too few for new ones"
    )
    assert Speaker(welsh, measure).headline(found, "Falls") == (
        f"Falls: {cymraeg}, rhy ychydig i bennu rhai newydd"
    )
    assert Speaker(english, measure).alternative(found) == (
        "October 2026: 3.20; median 3.00; no limits yet; signal: none."
    )


def test_a_year_of_the_new_phase_is_judged(measure: Measure) -> None:
    assert standing(restarted(12)) is Standing.JUDGED


def test_a_signal_among_a_few_new_months_is_told(measure: Measure) -> None:
    found = restarted(8, verdict=Verdict.CONCERN, rule="shift", rule_side=1)
    assert kind_now(found) is Verdict.CONCERN


def test_a_signal_of_the_phase_before_is_not_told_as_one_of_now(
    measure: Measure, english: Words
) -> None:
    """A phase of two months that are not final yet: nothing of it was judged."""
    signal = OLD | {"verdict": Verdict.CONCERN, "rule": "shift", "rule_side": 1, "value": 6.5}
    told = [OLD] * 16 + [signal] * 8 + [NEW | {"state": "immature", "verdict": Verdict.NONE}] * 2
    span = months(later(OCTOBER, 1 - len(told)), OCTOBER)
    points = tuple(Point(period=p, **fields) for p, fields in zip(span, told, strict=True))
    found = Series(key=str(KEY), points=points, chart="run")
    speaker = Speaker(english, measure)
    assert (standing(found), kind_now(found)) == (Standing.TOO_FEW, Verdict.NONE)
    assert speaker.alternative(found) == (
        "October 2026: 3.20 (not final yet); median 3.00; no limits yet; signal: not yet judged."
    )
    # Where it is told of then, its centre is the mean that it was.
    assert speaker.reason(found, points[23]) == (
        "8 months in a row above the mean of 6.00, a signal since January 2026"
    )


def test_the_chart_has_the_lines_of_each_phase(measure: Measure, english: Words) -> None:
    """The old mean stays a whole line, the new median is dashed; at the right edge is the new."""
    found = restarted(4)
    solid, dashed = layers.centre(found, SPECS[Size.LARGE], 2)
    assert (set(solid["y"]), "dash" in solid["line"]) == ({6.0}, False)
    assert (set(dashed["y"]), dashed["line"]["dash"]) == ({3.0}, "dash")
    model = model_of(found, KEY, Speaker(english, measure), Size.LARGE, Options(unit_name="CAV"))
    assert '"text":"3.00 median"' in model.figure
    assert "upper limit" not in model.figure


def test_figures_older_than_a_picture_are_told_and_linked(
    measure: Measure, english: Words, welsh: Words
) -> None:
    """One figure, 40 months ago: a picture shows 36."""
    june, span = date(2023, 6, 1), list(months(date(2023, 6, 1), OCTOBER))
    points = (Point(period=p, value=5.6 if p == june else None) for p in span)
    found = Series(key=str(KEY), points=tuple(points))
    assert len(span) == 41
    for words, title, text in (
        (english, "No figures in the last 36 months",
         "The last one, 5.60 (June 2023), and those before are in the CSV file."),
        (welsh, "Dim ffigurau yn y 36 mis diwethaf",
         "Mae'r un diwethaf, 5.60 (Mehefin 2023), a'r rhai cynt yn y ffeil CSV."),
    ):  # fmt: skip
        model = model_of(found, KEY, Speaker(words, measure), Size.SMALL, Options(unit_name="CAV"))
        assert model.blank is not None
        assert (model.blank.title, model.blank.text) == (title, text)
        assert model.blank.has_file
        assert b"5.6" in model.csv


def test_what_people_wrote_is_no_markup_on_a_chart() -> None:
    """Plotly makes a link of an `a`, and it would lead out of the page."""
    line = LineLabel(position=2, text="New <a href='//x.test'>form</a>, wards <5 & 6", short="s")
    (label,) = line_labels([line], 24, 10, "<b>{}</b>".format, short=False)
    assert (
        label["text"] == "<b>New &lt;a href='//x.test'&gt;form&lt;/a&gt;, wards &lt;5 &amp; 6</b>"
    )
