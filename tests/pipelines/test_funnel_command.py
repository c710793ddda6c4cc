"""`safecare funnel`: what it prints, writes and refuses, and the page it makes."""

import re
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from data_contracts.contract import HERE
from pipelines.funnel_command import funnel
from reports.pages import funnel_view
from reports.spc.funnel_plan import FunnelKind, FunnelNote, Place
from reports.spc.vocabulary import Direction, Verdict
from reports.words import LANGUAGES, Words

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
    assert re.search(r"a +24 +1,000 +24 +99\.8% +high +concern", text)
    assert re.search(r"c +1 +1,000 +1 +99\.8% +low +improvement", text)
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
    assert "99.8%" not in text


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
    assert "a: 24.00 (24 of 1,000). Above the 99.8% lines." in titles
    dashed = [path for path in svg.iter("path") if path.get("stroke-dasharray")]
    assert len(dashed) == 2
    said = {text.text for text in svg.iter("text")}
    assert {"99.8%", "95%", "10.00 overall", "Exposure", "Rate per 1,000"} <= said
    assert {"a", "b", "c"} <= said


def test_of_many_units_only_those_outside_are_named(tmp_path):
    within = "".join(f"w{number},{number},{100 * number}\n" for number in range(20, 33))
    svg = svg_of(page_of(tmp_path, FALLS + within, "--direction", "down"))
    said = {text.text for text in svg.iter("text")}
    assert {"a", "c"} <= said
    assert not {"b", "w20", "w32"} & said


def test_the_page_says_the_drawing_in_words_and_as_a_table(tmp_path):
    page = page_of(tmp_path, FALLS + "e,0,0\nf,0,20\n", "--direction", "down")
    assert "2 units beyond the 99.8% lines" in page
    assert "Above the 99.8% line: a." in page
    assert "Below the 99.8% line: c." in page
    assert "Too small to tell: 1;" in page
    assert "Units of 0/0 or without a number have no place." in page
    assert page.count('<th scope="row">') == 6
    for words in ("Concern", "Improvement", "Not judged", "Too small to tell"):
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
    monkeypatch.setattr(funnel_view, "MOST_UNITS", 2)
    page = page_of(tmp_path)
    assert page.count('<th scope="row">') == 2
    assert "2 of 4 units are shown, those outside first." in page


def test_names_beyond_twenty_are_counted(tmp_path):
    rows = "".join(f"u{i:02},{90 if i < 22 else 1},1000\n" for i in range(60))
    page = page_of(tmp_path, "unit,numerator,denominator\n" + rows, "--target", "20")
    assert "u18, u19 and 2 more." in page
    assert "u20, " not in page


def test_older_files_stay_whole_when_the_input_is_bad(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("as it was", encoding="utf-8")
    code, _ = rate(put(tmp_path, FALLS + "e,x,1000\n"), "--html", page)
    assert (code, page.read_text(encoding="utf-8")) == (2, "as it was")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["falls.csv", "page.html"]


def told_by(page: str) -> str:
    """What a reader sees, and hears of names of parts, in one line; without the styles."""
    page = re.sub(r"<style.*?</style>", "", page, flags=re.S)
    labels = " ".join(re.findall(r'aria-label="([^"]*)"', page))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page) + " " + labels)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (("--direction", "down"), "Concern"),
        (("--direction", "up"), "Improvement"),
        (("--direction", "neutral"), "Change, high"),
    ],
)
def test_verdicts_have_the_words_that_charts_have(tmp_path, words, verdict):
    assert f"Above the 99.8% lines {verdict}" in told_by(page_of(tmp_path, FALLS, *words))


def test_the_page_can_be_in_welsh(tmp_path):
    page = page_of(tmp_path, FALLS, "--direction", "down", "--language", "cy")
    assert '<html lang="cy">' in page
    told = told_by(page)
    assert "2 uned y tu hwnt i'r llinellau 99.8%" in told.replace("&#39;", "'")
    assert "Cyfieithiad drafft." in told
    assert "Is sydd orau." in told
    assert "a: 24.00 (24 o 1,000)." in told
    assert "Pryder" in told
    assert "Cyfradd fesul 1,000" in told


# What each kind of page can say: lines of both levels, groups, notes, units of every place.
MANY = "".join(f"w{i:02},{8 + 17 * i % 5},1000\n" for i in range(20))
SAID = FALLS + MANY + "e,0,0\nf,0,20\ng,17,1000\n"
GROUPS = "group,unit,numerator,denominator\nx,a,24,1000\nx,b,4,1000\ny,a,0,9\nz,a,0,0\n"


@pytest.mark.parametrize("text", [SAID, GROUPS])
@pytest.mark.parametrize("options", [(), ("--adjust",), ("--target", "10")])
def test_no_english_is_left_on_the_welsh_page(tmp_path, text, options):
    english = Words.load(HERE / "translations", "en").tree["funnel_page"]
    told = told_by(page_of(tmp_path, text, *options, "--language", "cy"))
    told = told.replace("&#39;", "'")
    assert [text for text in fragments(english) if text in told] == []
    assert not re.search(r"(?i)\b(units?|the|lines?|beyond|above|below|no|of|to|and)\b", told)


def fragments(node: object) -> list[str]:
    """The words between facts of every sentence, where there are enough of them to be one's own."""
    if isinstance(node, str):
        parts = (part.strip(" .,:;()") for part in re.split(r"\{[^}]*\}", node))
        return [part for part in parts if len(re.findall("[A-Za-z]", part)) > 3]
    assert isinstance(node, dict)
    return [part for child in node.values() for part in fragments(child)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_a_funnel_can_say_has_words(language):
    words = Words.load(HERE / "translations", language)
    keys = [
        *(f"funnel_page.note.{note.value}" for note in FunnelNote),
        *(f"funnel_page.{axis}.{kind.value}" for axis in ("across", "up") for kind in FunnelKind),
        *(f"funnel_page.place.{place.value}" for place in Place),
        *(f"funnel_page.table.head.{head}" for head in funnel_view.HEADS),
        *(f"terms.directions.{direction.value}" for direction in Direction),
        *(f"charts.verdict.{verdict.value}" for verdict in Verdict),
    ]
    assert [key for key in keys if not words.has(key)] == []


@pytest.mark.parametrize(
    ("kind", "multiplier", "said"),
    [
        ("rate", "1", "Rate"),
        ("rate", "0.5", "Rate per 0.5"),
        ("proportion", "1", "Proportion"),
        ("proportion", "100", "Proportion (%)"),
        ("proportion", "1000", "Proportion per 1,000"),
        ("ratio", "1", "Observed over expected"),
        ("ratio", "100", "Observed over expected, times 100"),
    ],
)
def test_the_axis_says_what_values_are(tmp_path, kind, multiplier, said):
    options = ("--kind", kind, "--multiplier", multiplier, "--html", tmp_path / "page.html")
    assert run(put(tmp_path), *options)[0] == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert said in {text.text for text in svg_of(page).iter("text")}


def test_large_counts_are_written_in_full(tmp_path):
    page = page_of(tmp_path, "unit,numerator,denominator\na,1234567,2345678.5\nb,5,1000\n")
    assert "(1,234,567 of 2,345,678.5)" in page
    assert "<td>1,234,567</td><td>2,345,678.5</td>" in page


def test_a_line_that_is_not_there_is_said_in_words(tmp_path):
    told = told_by(page_of(tmp_path, FALLS + "f,0,20\n"))
    # No count is low enough for a unit of 20 days: it has upper lines alone.
    assert re.search(r" f 0 20 0\.00 0\.2 up to \S+ up to \S+ Too small to tell", told)
    told = told_by(page_of(tmp_path, "unit,numerator,denominator\na,0,10\nb,0,20\n"))
    assert "none none Too small to tell" in told
