"""Where figures come from, in words, also where several sources meet; and since when a signal."""

from datetime import date
from pathlib import Path

import pytest

from reports.figures.labels import EndLabel, LineLabel, line_labels, right_margin
from reports.figures.series import Point, Series
from reports.figures.sizes import Size
from reports.months import months
from reports.pages.sources import source_sentence
from reports.words import Words

FOLDER = Path(__file__).parents[2] / "data_contracts" / "translations"
JANUARY = date(2023, 1, 1)
REPORTED, PUBLISHED, SIMULATED, COUNTS = (
    "reported", "published", "simulated", "simulated_on_published",
)  # fmt: skip


def series(*sources: str | None) -> Series:
    """One month after the other from January 2023, each with its source."""
    number = JANUARY.year * 12 + len(sources) - 1
    span = months(JANUARY, date(number // 12, number % 12 + 1, 1))
    points = (Point(period=p, value=1.0, provenance=s) for p, s in zip(span, sources, strict=True))
    return Series(key="w/m/wales/wales", points=tuple(points))


@pytest.mark.parametrize(
    ("sources", "size", "expected"),
    [
        ([REPORTED] * 3, Size.LARGE, "The figures are those that organisations report."),
        ([REPORTED] * 3, Size.SMALL, "Reported figures."),
        ([COUNTS] * 3, Size.SMALL, "Simulated counts on published totals."),
        (
            [COUNTS] * 8 + [SIMULATED] + [COUNTS] * 5,
            Size.SMALL,
            "Simulated counts on published totals; September 2023 simulated throughout.",
        ),
        (
            [PUBLISHED] * 12 + [SIMULATED] * 3,
            Size.MEDIUM,
            "Published to December 2023, simulated from January 2024.",
        ),
        (
            [PUBLISHED] * 12 + [SIMULATED],
            Size.MEDIUM,
            "Published figures; January 2024 simulated throughout.",
        ),
        (
            [REPORTED] * 5 + [SIMULATED] * 2 + [REPORTED] * 4 + [PUBLISHED],
            Size.LARGE,
            "Reported figures; June 2023 to July 2023 simulated throughout; "
            "December 2023 published.",
        ),
        (
            [REPORTED, REPORTED, SIMULATED] * 4,
            Size.LARGE,
            "Reported figures; 4 months simulated throughout (see the data table).",
        ),
        ([None, None], Size.LARGE, ""),
    ],
)
def test_a_chart_says_where_its_figures_come_from(
    sources: list[str | None], size: Size, expected: str
) -> None:
    assert source_sentence(series(*sources), Words.load(FOLDER, "en"), size) == expected


def test_it_says_so_in_welsh() -> None:
    found = source_sentence(
        series(*[PUBLISHED] * 12, *[SIMULATED] * 3), Words.load(FOLDER, "cy"), Size.MEDIUM
    )
    assert found == "Cyhoeddedig hyd at fis Rhagfyr 2023, wedi'u hefelychu o fis Ionawr 2024."


def judged(*verdicts: str | None) -> Series:
    """Months from January 2023: a verdict, None for a gap, `hollow` for a point not judged."""
    points = [
        Point(
            period=date(2023, month, 1),
            value=None if verdict is None else 1.0,
            state="incomplete" if verdict == "hollow" else "final",
            verdict="none" if verdict in (None, "hollow") else str(verdict),
        )
        for month, verdict in enumerate(verdicts, start=1)
    ]
    return Series(key="w/m/wales/wales", points=tuple(points))


@pytest.mark.parametrize(
    ("verdicts", "month"),
    [
        (["common_cause", "concern", "concern", "concern"], 2),
        (["concern", "common_cause", "concern"], 3),
        (["improvement", "concern", "concern"], 2),
        (["common_cause", "concern", None, "hollow", "concern", "hollow"], 2),
        (["change_low", "change_high"], 2),
        (["concern"], 1),
    ],
)
def test_a_signal_lasts_since_the_first_of_its_unbroken_run(
    verdicts: list[str | None], month: int
) -> None:
    found = judged(*verdicts)
    assert found.judged is not None
    assert found.since(found.judged).period == date(2023, month, 1)


def test_a_sentence_left_of_its_line_points_to_the_right() -> None:
    lines = [LineLabel(position=at, text="from May", short="May") for at in (3, 30)]
    made = line_labels(lines, 40, 0, str, short=False)
    assert [(label["text"], label["xanchor"]) for label in made] == [
        ("May", "left"),
        ("from May →", "right"),
    ]


def test_the_margin_has_room_for_the_longest_label() -> None:
    """13 characters of 12 px need 85 px, and 8 px around them."""
    label = EndLabel(value=1, text="<b>9</b>", short="100.0% target", colour="")
    assert right_margin([label], 78, 12, narrow=True) == 93
    assert right_margin([label], 132, 13) == 132
