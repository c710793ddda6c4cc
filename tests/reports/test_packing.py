"""Figures written small: nothing is lost, and what is common to a page is told once."""

import json
from dataclasses import replace
from datetime import date

import pytest

from reports.edition import Edition
from reports.figures.draw import figure
from reports.figures.packing import packed, packed_json, shared_json, unpacked
from reports.figures.scales import scale_over
from reports.figures.series import Series
from reports.figures.sizes import Size
from reports.pages.chart import measure_of, series_of
from reports.pages.chart_labels import Options, figure_texts
from reports.pages.series_key import SeriesKey
from reports.sentences import Speaker
from reports.words import Words

every_size = pytest.mark.parametrize("size", list(Size))


def drawn(edition: Edition, words: Words, unit: str, size: Size, change=lambda series: series):
    """A figure with a line to compare with, a flag and a scale that is not its own."""
    level = "wales" if unit == "wales" else "organisation"
    key = SeriesKey(workstream="falls", measure="falls_rate", level=level, unit=unit)
    wales = replace(key, level="wales", unit="wales")
    series = change(series_of(edition, key))
    options = Options(
        unit_name=unit,
        flags={date(2026, 3, 1): "1"},
        reference=series_of(edition, wales),
    )
    texts = figure_texts(series, Speaker(words, measure_of(edition, key)), size, options)
    return figure(series, texts, size, scale=scale_over(0, 20))


def in_two_phases(series: Series) -> Series:
    points = tuple(replace(p, phase=1 + (i >= 10)) for i, p in enumerate(series.points))
    return replace(series, points=points)


def without_limits(series: Series) -> Series:
    bare = {"lower": None, "upper": None, "lower_2sigma": None, "upper_2sigma": None}
    return replace(series, points=tuple(replace(p, **bare) for p in series.points))


@every_size
@pytest.mark.parametrize("unit", ["wales", "7A2", "7A4", "7A7", "RQF"])
@pytest.mark.parametrize("change", [lambda s: s, in_two_phases, without_limits])
def test_a_packed_figure_is_unpacked_as_it_was(
    edition: Edition, english: Words, unit: str, size: Size, change
) -> None:
    whole = drawn(edition, english, unit, size, change)
    small = json.loads(packed_json(whole, size))
    assert unpacked(small, size) == json.loads(json.dumps(whole))


def test_lists_are_told_by_their_runs(edition: Edition, english: Words) -> None:
    """24 months; Hywel Dda's last eight are concerns, the last mark of all is larger."""
    small = packed(drawn(edition, english, "7A2", Size.SMALL), Size.SMALL)
    points = small["data"][-1]
    assert points["x"] == [[0, 24, 1]]
    assert len(points["y"]) == 24
    assert points["marker"]["size"] == [[3.4, 16], [6.5, 7], 9.0]
    assert points["marker"]["symbol"] == [["circle", 16], ["square", 8]]
    line = next(trace for trace in small["data"] if trace["name"] == "line")
    assert line == {"name": "line"}


@every_size
def test_what_all_figures_share_is_in_none(edition: Edition, english: Words, size: Size) -> None:
    text = packed_json(drawn(edition, english, "7A2", size), size)
    assert "hoverlabel" not in text
    assert "hoverlabel" in shared_json()
    assert "<" not in text + shared_json()
