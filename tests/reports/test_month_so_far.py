"""A month of which hardly anything is in: nothing reads as an all-clear, and nothing as ended."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from reports.edition import Edition
from reports.pages import audience
from reports.pages.landing import LandingPage, landing_page
from reports.pages.organisation import OrganisationPage, organisation_page
from reports.pages.render import render_page
from reports.words import Words

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
CARDIFF, DDA = "falls/falls_rate/organisation/7A4", "falls/falls_rate/organisation/7A2"
WALES = "falls/falls_rate/wales/wales"


@pytest.fixture(scope="module")
def thin(edition: Edition) -> Edition:
    """November, of which only Cardiff and Vale has sent its falls, which are quiet now."""
    quiet = edition.points.filter(
        pl.col("series") == "falls/falls_rate/organisation/7A1", pl.col("period") == OCTOBER
    )
    names = edition.points.filter(pl.col("series") == CARDIFF).select(quiet.columns[:6]).head(1)
    sent = names.hstack(quiet.drop(names.columns)).with_columns(period=pl.lit(NOVEMBER))
    is_in = (
        (pl.col("organisation") == "7A4")
        & (pl.col("workstream") == "falls")
        & (pl.col("table") == "monthly")
    )
    due = edition.returns.filter(pl.col("period") == OCTOBER).with_columns(
        period=pl.lit(NOVEMBER),
        status=pl.when(is_in).then(pl.lit("on_time")).otherwise(pl.lit("missing")),
    )
    before = pl.DataFrame(
        {"series": [CARDIFF, DDA, WALES], "verdict": ["concern", "concern", "improvement"]}
    )
    return replace(
        edition,
        data_month=NOVEMBER,
        points=pl.concat([edition.points, sent.select(edition.points.columns)]),
        returns=pl.concat([edition.returns, due]),
        before=before,
    )


@pytest.fixture(scope="module")
def page(thin: Edition, english: Words) -> LandingPage:
    return landing_page(thin, english)


def own(edition: Edition, words: Words, code: str) -> OrganisationPage:
    return organisation_page(edition.shown_to(audience.organisation(code)), words, code)


def lists(page: LandingPage) -> dict[str, list[tuple[str, str]]]:
    return {one.heading: [(item.unit, item.text) for item in one.items] for one in page.changed}


def test_the_heading_says_how_much_is_in_and_nothing_of_signals(page: LandingPage) -> None:
    assert page.title == "November 2026: 1 of 70 returns is in, too little to judge"
    assert (page.bullets[0].strong, page.bullets[0].rest) == (
        "The last month with most returns in was October 2026 (67 of 70).",
        "Its report had 2 concerns among key measures.",
    )
    assert len(page.bullets) == 5


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "November 2026: all returns are in, most key measures could not be judged"),
        ("cy", "Tachwedd 2026: daeth pob ffurflen i law; ni ellid barnu'r rhan fwyaf o'r mesurau "
               "allweddol"),
    ],
)  # fmt: skip
def test_returns_that_are_all_in_are_not_told_as_too_few(
    thin: Edition, english: Words, welsh: Words, language: str, title: str
) -> None:
    """All sent in time, with hardly a figure: the month before is no better known."""
    sent = thin.returns.with_columns(status=pl.lit("on_time"))
    words = {"en": english, "cy": welsh}[language]
    page = landing_page(replace(thin, returns=sent), words)
    assert page.title == title
    assert "October" not in page.bullets[0].strong


def test_no_all_clear_for_what_was_not_judged(page: LandingPage) -> None:
    """One cell has a figure; a quiet one has no icon of common cause beside so few."""
    concern, improvement = page.bullets[1:3]
    assert concern.strong == "No new concern among the 1 of 80 key measures that could be judged."
    assert (concern.icon, improvement.icon) == ("none", "none")


def test_only_what_was_judged_has_ended(page: LandingPage) -> None:
    told = lists(page)
    assert [unit for unit, _ in told["Signals that ended"]] == ["Cardiff and Vale"]
    assert told["Not judged this month"] == [
        (
            "All Wales",
            "Falls per 1,000 bed days: Improvement, low in October 2026. "
            "No figure for November 2026.",
        ),
        (
            "Hywel Dda",
            "Falls per 1,000 bed days: Concern, high in October 2026. No figure for November 2026.",
        ),
    ]


def test_an_organisation_that_sent_nothing_has_no_all_clear(thin: Edition, english: Words) -> None:
    dda = own(thin, english, "7A2")
    assert dda.title == (
        "Hywel Dda University Health Board: no key measure can be judged for November 2026; "
        "0 of 9 returns are in"
    )
    assert [bullet.strong for bullet in dda.bullets] == [
        "1 signal of the report before could not be judged now.",
        "Data gaps: 9 returns for November 2026.",
    ]
    assert dda.bullets[0].rest == ("Falls per 1,000 bed days: Concern, high in October 2026.")


def test_an_organisation_that_sent_a_little_is_told_how_much_was_judged(
    thin: Edition, english: Words
) -> None:
    assert own(thin, english, "7A4").title == (
        "Cardiff and Vale University Health Board: no signal of concern among the 1 of 9 key "
        "measures that could be judged, November 2026"
    )


def test_an_incomplete_month_ends_no_signal(edition: Edition, english: Words) -> None:
    chosen = (pl.col("series") == WALES) & (pl.col("period") == OCTOBER)
    changed = {
        "state": pl.lit("incomplete"), "verdict": pl.lit("none"), "excluded": pl.lit(True),
        "rule": pl.lit(None, pl.String), "parts_in": pl.lit(7, pl.Int64),
    }  # fmt: skip
    columns = {name: pl.when(chosen).then(new).otherwise(name) for name, new in changed.items()}
    before = pl.DataFrame({"series": [WALES], "verdict": ["improvement"]})
    made = replace(edition, points=edition.points.with_columns(**columns), before=before)
    told = lists(landing_page(made, english))
    assert told["Signals that ended"] == []
    assert told["Not judged this month"] == [
        (
            "All Wales",
            "Falls per 1,000 bed days: Improvement, low in September 2026. "
            "October 2026: 5.64 (incomplete: 7 of 8 sent).",
        )
    ]


def test_a_whole_month_is_told_without_counts(edition: Edition, english: Words) -> None:
    """Betsi Cadwaladr has sent all of its returns, and every one of its measures is judged."""
    assert own(edition, english, "7A1").title == (
        "Betsi Cadwaladr University Health Board: no signal of concern in October 2026"
    )


def test_lines_are_printed_with_their_marks(page: LandingPage, edition: Edition,
                                            english: Words) -> None:  # fmt: skip
    whole = landing_page(edition, english)
    html = render_page("landing.html.jinja", edition, english, whole).decode()
    line = html[html.index('<div role="listitem"><a href="ws-falls.html#7A2-falls-rate">') :]
    assert '<span class="tag new">New</span> <span class="tag">simulated</span></div>' in line
