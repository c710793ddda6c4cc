"""`safecare funnel`: what it prints, writes and refuses, and the page it makes."""

import re
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from pipelines.funnel_command import funnel
from reports.pages import funnel_page

# Falls over bed days: 10 per 1,000 together; a has 24 of 10 expected, c has 1.
FALLS = """unit,numerator,denominator
a,24,1000
b,10,1000
c,1,1000
d,5,1000
"""

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(funnel)


def put(folder: Path, text: str = FALLS) -> Path:
    file = folder / "falls.csv"
    file.write_text(text, encoding="utf-8")
    return file


def run(*arguments: str | Path) -> tuple[int, str]:
    found = CliRunner(env={"COLUMNS": "400"}).invoke(app, [str(one) for one in arguments])
    return found.exit_code, found.output


def rate(file: Path, *more: str | Path) -> tuple[int, str]:
    return run(file, "--kind", "rate", "--multiplier", "1000", *more)


def test_it_says_who_lies_outside_and_at_which_level(tmp_path):
    code, text = rate(put(tmp_path), "--direction", "down")
    assert code == 0
    assert re.search(r"a +24 +1,000 +24 +99\.8 % +high +concern", text)
    assert re.search(r"c +1 +1,000 +1 +99\.8 % +low +improvement", text)
    assert not re.search(r"\bb +10", text)
    assert "4 units, target 10, phi" in text
    assert "lines not widened" in text


def test_it_says_that_nobody_lies_outside(tmp_path):
    _, text = rate(put(tmp_path, "unit,numerator,denominator\na,5,1000\nb,6,1000\n"))
    assert "No unit lies outside the lines." in text


def test_adjusting_widens_the_lines(tmp_path):
    code, text = rate(put(tmp_path), "--adjust")
    assert code == 0
    assert "lines widened" in text
    assert "99.8 %" not in text


def test_a_target_is_given_in_the_unit_of_the_result(tmp_path):
    _, text = rate(put(tmp_path), "--target", "24")
    assert "target 24" in text
    assert not re.search(r"\ba +24", text)


def test_points_and_lines_are_written(tmp_path):
    points, lines = tmp_path / "points.csv", tmp_path / "lines.csv"
    code, text = rate(put(tmp_path), "--output", points, "--lines", lines)
    assert code == 0
    assert f"Wrote {points}." in text
    rows = pl.read_csv(points)
    assert rows["unit"].to_list() == ["a", "b", "c", "d"]
    assert rows["value"].to_list() == [24, 10, 1, 5]
    assert rows["place"].to_list() == ["beyond_998", "within", "beyond_998", "within"]
    assert rows["too_small"].to_list() == [0, 0, 0, 0]
    assert pl.read_csv(lines).columns[0] == "denominator"


def test_codes_keep_their_zeros_and_formulas_do_not_run(tmp_path):
    points = tmp_path / "points.csv"
    file = put(tmp_path, "unit,numerator,denominator\n030001,5,1000\n=1+1,6,1000\n")
    rate(file, "--output", points)
    units = pl.read_csv(points, infer_schema=False)["unit"].to_list()
    assert units == ["030001", "'=1+1"]


def test_groups_are_funnels_of_their_own(tmp_path):
    file = put(tmp_path, "group,unit,numerator,denominator\nx,a,24,1000\nx,b,4,1000\ny,a,9,900\n")
    code, text = rate(file, "--html", tmp_path / "page.html")
    assert code == 0
    assert "x: 2 units, target 14" in text
    assert "y: 1 unit, target 10." in text
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<svg ") == 2


@pytest.mark.parametrize("kind", ["rate", "proportion", "ratio"])
def test_every_kind_makes_a_page(tmp_path, kind):
    code, text = run(put(tmp_path), "--kind", kind, "--html", tmp_path / "page.html")
    assert code == 0, text


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("unit,numerator\na,1\n", "rate", "falls.csv: there is no column denominator"),
        ("", "rate", "falls.csv: it could not be read as a table"),
        ("unit,numerator,denominator\na,1,2,3\n", "rate", "could not be read as a table"),
        (FALLS + "a,1,1000\n", "rate", "falls.csv: unit 'a' is there more than once"),
        (FALLS + "e,x,1000\n", "rate", "unit 'e' has a numerator that is not a number"),
        (FALLS + "e,5,4\n", "proportion", "unit 'e' has a numerator above its denominator"),
        (FALLS + "e,5,0\n", "rate", "unit 'e' has a numerator over a denominator of 0"),
    ],
)
def test_a_bad_file_is_one_sentence_and_code_2(tmp_path, text, kind, words):
    output = tmp_path / "points.csv"
    code, said = run(put(tmp_path, text), "--kind", kind, "--output", output)
    assert code == 2
    assert words in said
    assert said.count("\n") == 1
    assert not output.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--multiplier", "0"), "the multiplier must be positive"),
        (("--target", "-1"), "the target must be positive"),
        (("--output", "{folder}/falls.csv"), "falls.csv would overwrite the input"),
        (("--output", "{folder}/x", "--lines", "{folder}/x"), "x is named for two outputs"),
        (("--html", "{folder}/no/x.html"), "there is no folder"),
    ],
)
def test_bad_options_are_one_sentence_and_code_2(tmp_path, options, words):
    code, said = rate(put(tmp_path), *(option.format(folder=tmp_path) for option in options))
    assert code == 2
    assert words in said
    assert said.count("\n") == 1


def test_a_file_that_is_not_there(tmp_path):
    code, said = rate(tmp_path / "no.csv")
    assert (code, "no.csv" in said, said.count("\n")) == (2, True, 1)


def page_of(folder: Path, text: str = FALLS, *more: str) -> str:
    code, said = rate(put(folder, text), "--html", folder / "page.html", *more)
    assert code == 0, said
    return (folder / "page.html").read_text(encoding="utf-8")


def svg_of(page: str) -> ElementTree.Element:
    # Raises where the drawing is no well-formed XML.
    return ElementTree.fromstring(page[page.index("<svg ") : page.index("</svg>") + 6])


def test_the_page_needs_no_network_and_has_no_scripts(tmp_path):
    page = page_of(tmp_path)
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", page)
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_the_page_has_a_mark_for_each_unit_and_a_line_for_each_level(tmp_path):
    page = page_of(tmp_path, FALLS, "--direction", "down")
    svg = svg_of(page)
    titles = [title.text for title in svg.iter("title")]
    assert len(titles) == 4
    assert "a: 24.00 (24 of 1,000), above the 99.8 % lines" in titles
    dashed = [path for path in svg.iter("path") if path.get("stroke-dasharray")]
    assert len(dashed) == 2
    said = {text.text for text in svg.iter("text")}
    assert {"99.8 %", "95 %", "target 10.00", "a", "c", "Exposure", "Rate per 1,000"} <= said
    assert "b" not in said


def test_the_page_says_the_drawing_in_words_and_as_a_table(tmp_path):
    page = page_of(tmp_path, FALLS + "e,0,0\nf,0,20\n", "--direction", "down")
    assert "2 units beyond the 99.8 % lines" in page
    assert "Above the 99.8 % line: a." in page
    assert "Below the 99.8 % line: c." in page
    assert "Too small to tell: 1;" in page
    assert "Units of 0/0 or without a number have no place." in page
    assert page.count('<th scope="row">') == 6
    for words in ("concern", "improvement", "not judged", "too small to tell"):
        assert f">{words}</td>" in page


def test_names_of_units_cannot_break_the_page(tmp_path):
    page = page_of(tmp_path, 'unit,numerator,denominator\n"<b>&""",24,1000\nb,1,1000\n')
    assert "<b>" not in page
    assert any(text.text == '<b>&"' for text in svg_of(page).iter("text"))


def test_a_funnel_without_a_place_has_words_and_no_drawing(tmp_path):
    page = page_of(tmp_path, "unit,numerator,denominator\na,0,0\n")
    assert "<svg " not in page
    assert "No unit has a place." in page


def test_a_funnel_without_lines_is_drawn(tmp_path):
    page = page_of(tmp_path, "unit,numerator,denominator\na,0,10\nb,0,20\n")
    assert "No unit has an event, so there are no lines." in page
    assert len(list(svg_of(page).iter("title"))) == 2


def test_a_long_table_shows_those_outside_first_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(funnel_page, "MOST_UNITS", 2)
    page = page_of(tmp_path)
    assert page.count('<th scope="row">') == 2
    assert "2 of 4 units are shown, those outside first." in page
