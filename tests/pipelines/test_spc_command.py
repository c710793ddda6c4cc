"""`safecare spc`: a file in, two tables and a page out. Expected numbers are worked by hand."""

import re
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import typer
from playwright.sync_api import Browser
from typer.testing import CliRunner

from data_contracts.contract import HERE
from pipelines.spc_command import spc
from reports.spc.profiles import profiles
from reports.spc.vocabulary import ChartReason, Note, RuleName
from reports.words import Words

app = typer.Typer()
app.command()(spc)

POINTS = (
    "series,period,phase,value,centre,lower,upper,lower_2sigma,upper_2sigma,excluded,outside,"
    "shift,trend,two_of_three,inner_third,four_of_five,alternating,mixture,zeros,signal,"
    "improvement,concern,verdict"
)
SERIES = (
    "series,phase,chart,chart_reason,n,n_useful,longest_run,longest_run_limit,crossings,"
    "crossings_limit,sigma_z,centre,variation,assurance,limits_status,notes"
)
# Mean 140 / 12; moving ranges 2 1 2 3 2 2 3 2 1 2 2, mean 2.
TWELVE = (10, 12, 11, 13, 10, 12, 14, 11, 13, 12, 10, 12)
MONTHS = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
CHARTS = [
    "run", "i", "mr", "ip", "xbar", "s", "p", "np", "c", "u", "pp", "up", "cp", "g", "t", "auto",
]  # fmt: skip


class Desk:
    """A folder with a file to judge, and the three places to write to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "falls.csv"
        self.points, self.series = folder / "points.csv", folder / "series.csv"
        self.page = folder / "page.html"

    def run(self, text: str | bytes, *options: str | Path) -> tuple[int, str]:
        sent = text.encode() if isinstance(text, str) else text
        self.file.write_bytes(sent)
        found = CliRunner(env={"COLUMNS": "300"}).invoke(app, [str(self.file), *map(str, options)])
        return found.exit_code, found.output

    def tables(self, text: str | bytes, *options: str | Path) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Both tables, all cells as text where they are text in the file."""
        code, said = self.run(text, *options, "--output", self.points, "--summary", self.series)
        assert code == 0, said
        kinds = {"series": pl.String, "period": pl.String, "notes": pl.String}
        return (
            pl.read_csv(self.points, schema_overrides=kinds, infer_schema_length=None),
            pl.read_csv(self.series, schema_overrides=kinds, infer_schema_length=None),
        )

    def refusal(self, text: str | bytes, *options: str | Path) -> str:
        """The one line that says why nothing was written."""
        outputs = ("--output", self.points, "--summary", self.series, "--html", self.page)
        code, said = self.run(text, *options, *outputs)
        assert code == 2
        assert [path.name for path in self.folder.iterdir()] == ["falls.csv"]
        (line,) = said.splitlines()
        return line


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def values(numbers: object, header: str = "series,period,value") -> str:
    """One series `A` of months from January 2023."""
    rows = [f"A,{month},{number}" for month, number in zip(MONTHS, numbers, strict=False)]  # type: ignore[call-overload]
    return "\n".join([header, *rows]) + "\n"


def counts(chart: str) -> str:
    """24 counts around 6, which every chart accepts; subgroups of two where it wants them."""
    rows = [f"A,{i + 1},{(5, 7, 6)[i % 3]},900" for i in range(24)]
    if chart in ("xbar", "s"):
        rows += [f"A,{i + 1},{(6, 9, 7)[i % 3]},900" for i in range(24)]
    return "\n".join(["series,period,numerator,denominator", *rows]) + "\n"


def test_the_two_tables_have_exactly_these_columns(desk: Desk) -> None:
    desk.tables(values(TWELVE), "--chart", "i")
    assert desk.points.read_text().splitlines()[0] == POINTS
    assert desk.series.read_text().splitlines()[0] == SERIES


def test_an_i_chart_by_hand(desk: Desk) -> None:
    points, series = desk.tables(values(TWELVE), "--chart", "i")
    last = points.row(-1, named=True)
    # 140 / 12 and 3 x 2 / 1.128 = 5.31915 around it; two thirds of that for 2 sigma.
    assert last["centre"] == pytest.approx(11.66667, abs=1e-5)
    assert last["lower"] == pytest.approx(6.34752, abs=1e-5)
    assert last["upper"] == pytest.approx(16.98582, abs=1e-5)
    assert last["lower_2sigma"] == pytest.approx(8.12057, abs=1e-5)
    assert last["upper_2sigma"] == pytest.approx(15.21277, abs=1e-5)
    assert (last["period"], last["value"], last["verdict"]) == ("2023-12", 12, "common_cause")
    one = series.row(0, named=True)
    assert (one["chart"], one["n"], one["limits_status"]) == ("i", 12, "trial")
    assert (one["variation"], one["assurance"]) == ("common_cause", "none")
    assert one["notes"] == "trial_limits"


def test_a_u_chart_per_thousand_by_hand(desk: Desk) -> None:
    # 75 events in 15,000 days: 5 per 1,000; at 4,000 days 3 x sqrt(0.005 / 4000) = 3.35410.
    events = [4, 6, 5, 5, 4, 6, 5, 5, 4, 6, 5, 20]
    days = [1000] * 11 + [4000]
    both = [f"{y},{n}" for y, n in zip(events, days, strict=True)]
    text = values(both, "series,period,numerator,denominator")
    points, _ = desk.tables(text, "--chart", "u", "--multiplier", "1000")
    assert points["centre"].to_list() == pytest.approx([5] * 12)
    assert points["upper"].to_list() == pytest.approx([11.70820] * 11 + [8.35410], abs=1e-5)
    assert points["lower"].to_list() == pytest.approx([0] * 11 + [1.64590], abs=1e-5)
    assert points["value"].to_list() == pytest.approx([4, 6, 5, 5, 4, 6, 5, 5, 4, 6, 5, 5])


def test_rows_of_one_period_are_one_subgroup(desk: Desk) -> None:
    # Means 10 and 12 in turn, every sd 1, sizes 3: A3 = 1.954 (Montgomery, appendix VI).
    rows = [
        f"A,{i},{centre + step}"
        for i, centre in enumerate([10, 12] * 6, start=1)
        for step in (-1, 0, 1)
    ]
    points, series = desk.tables("\n".join(["series,period,value", *rows]), "--chart", "xbar")
    assert points["value"].to_list() == [10, 12] * 6
    assert points["lower"][0] == pytest.approx(11 - 1.954, abs=1e-3)
    assert points["upper"][0] == pytest.approx(11 + 1.954, abs=1e-3)
    assert (len(points), series["n"][0]) == (12, 12)


def test_a_g_chart_takes_the_cases_since_the_last_event(desk: Desk) -> None:
    text = values([8, 12, 9, 11, 10, 10] * 2)
    points, _ = desk.tables(text, "--chart", "g")
    assert points["value"].to_list() == [8, 12, 9, 11, 10, 10] * 2
    # Mean 10, p = 1 / 11: ln(0.00135) / ln(10 / 11) = 69.328; 10 + 3 x sqrt(110) = 41.464.
    assert points["upper"][0] == pytest.approx(69.328, abs=1e-3)
    assert (points["centre"][0], points["lower"][0]) == (10, 0)
    wide, _ = desk.tables(text, "--chart", "g", "--g-limits", "three_sigma")
    assert wide["upper"][0] == pytest.approx(41.464, abs=1e-3)


def test_a_t_chart_takes_the_time_since_the_last_event(desk: Desk) -> None:
    # 2 and 3 to the power of 3.6 in turn: mean 2.5, moving range 1, sigma 0.88652.
    points, _ = desk.tables(values([12.125733, 52.196] * 6), "--chart", "t")
    assert points["centre"][0] == pytest.approx(27.076, rel=1e-4)
    assert points["upper"][0] == pytest.approx(367.63, rel=1e-4)
    assert points["lower"][0] == 0
    assert points["value"][0] == pytest.approx(12.125733)


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_is_accepted(desk: Desk, chart: str) -> None:
    _, series = desk.tables(counts(chart), "--chart", chart)
    # Six events at each point, none above its denominator, multiplier 1: a proportion.
    expected = "p" if chart == "auto" else chart
    assert series["chart"].to_list() == [expected]


@pytest.mark.parametrize(
    ("rules", "empty"),
    [
        ("ihi", {"four_of_five", "alternating", "mixture", "zeros"}),
        ("mdc", {"inner_third", "four_of_five", "alternating", "mixture", "zeros"}),
        ("plotthedots", {"inner_third", "four_of_five", "alternating", "mixture", "zeros"}),
        (
            "anhoej",
            {"trend", "two_of_three", "inner_third", "four_of_five", "alternating"}
            | {"mixture", "zeros"},
        ),
        ("nelson", {"zeros"}),
        ("weco", {"trend", "inner_third", "alternating", "mixture", "zeros"}),
    ],
)
def test_a_rule_that_the_profile_lacks_is_empty(desk: Desk, rules: str, empty: set[str]) -> None:
    points, _ = desk.tables(values(TWELVE), "--chart", "i", "--rules", rules)
    flags = POINTS.split(",")[10:19]
    assert {flag for flag in flags if points[flag].null_count()} == empty
    assert all(points[flag].to_list() == [0] * 12 for flag in set(flags) - empty)


def test_run_chart_rules_are_applied_to_a_run_chart_on_request(desk: Desk) -> None:
    _, usual = desk.tables(values(TWELVE), "--chart", "run")
    _, asked = desk.tables(values(TWELVE), "--chart", "run", "--rules", "ihi_run_chart")
    assert usual["notes"].to_list() == [None]
    assert asked["notes"].to_list() == ["run_rules_often_signal"]


def test_a_signal_has_a_verdict_by_the_direction(desk: Desk) -> None:
    text = values([*TWELVE[:11], 30])
    for direction, verdict in (
        ("up", "improvement"), ("down", "concern"), ("neutral", "change_high"),
    ):  # fmt: skip
        points, series = desk.tables(text, "--chart", "i", "--direction", direction)
        last = points.row(-1, named=True)
        assert (last["verdict"], last["outside"], last["signal"]) == (verdict, 1, 1)
        assert last["improvement"] == (direction == "up")
        assert last["concern"] == (direction == "down")
        assert series["variation"][0] == verdict


def test_the_first_points_of_each_phase_set_its_limits(desk: Desk) -> None:
    rows = [
        f"{month},{value},{1 if place == 12 else ''}"
        for place, (month, value) in enumerate(zip(MONTHS, [*TWELVE, *TWELVE], strict=True))
    ]
    text = "\n".join(["period,value,phase_start", *rows])
    points, series = desk.tables(text, "--chart", "i", "--baseline", "6")
    assert points["phase"].to_list() == [1] * 12 + [2] * 12
    assert series["n"].to_list() == [6, 6]
    # Six points are too few for limits: their median, 11.5.
    assert series["centre"].to_list() == [11.5, 11.5]
    assert series["limits_status"].to_list() == ["none", "none"]


def decisions(reason: str) -> str:
    """Two phases of twelve months, each with a ghost far away; the second has a reason or not."""
    rows = []
    for place, (month, value) in enumerate(zip(MONTHS, [*TWELVE, *TWELVE], strict=True)):
        start, ghost = place == 12, place == 20
        sent = 99 if ghost else value
        why = reason if start or ghost else ""
        rows.append(
            f"{month};{sent};{int(start)};{int(ghost)};{why};{'Sister Rees' if why else ''}"
        )
    return "\n".join(["Period; VALUE ;phase_start;Exclude;reason;author", *rows]) + "\n"


def test_a_decision_without_a_reason_is_noted(desk: Desk) -> None:
    points, series = desk.tables(decisions(""), "--chart", "i")
    assert series["notes"].to_list() == ["trial_limits", "not_enough_points; no_reason"]
    assert points["excluded"].sum() == 1
    ghost = points.filter(pl.col("excluded") == 1).row(0, named=True)
    assert (ghost["value"], ghost["signal"], ghost["verdict"]) == (99, 0, "none")


def test_reasons_come_from_the_rows_or_from_the_command(desk: Desk) -> None:
    for text, options in (
        (decisions("New bundle"), []), (decisions(""), ["--reason", "New bundle"]),
    ):  # fmt: skip
        _, series = desk.tables(text, "--chart", "i", *options)
        assert series["notes"].to_list() == ["trial_limits", "not_enough_points"]


def test_a_phase_start_on_the_first_point_needs_no_reason(desk: Desk) -> None:
    text = values(
        ["10,1", *(f"{value},0" for value in TWELVE[1:])], "series,period,value,phase_start"
    )
    _, series = desk.tables(text, "--chart", "i")
    assert series["notes"].to_list() == ["trial_limits"]


def test_a_target_of_a_row_comes_before_the_one_of_the_command(desk: Desk) -> None:
    rows = [f"A,{m},{v},5\nB,{m},{v}," for m, v in zip(MONTHS, TWELVE, strict=False)]
    text = "\n".join(["series,period,value,target", *rows])
    _, series = desk.tables(text, "--chart", "i", "--direction", "up", "--target", "20")
    # Limits are 6.3 to 17.0: a target of 5 is always reached, one of 20 never.
    assert series["assurance"].to_list() == ["achieved", "missed"]


def test_screening_can_be_switched_off(desk: Desk) -> None:
    # Ranges 2 1 2 3 2 2 3 2 1 2, then 30: (20 + 30) / 11 = 4.545 against 20 / 10 = 2.
    text = values([*TWELVE[:11], 40])
    screened, told = desk.tables(text, "--chart", "i")
    plain, untold = desk.tables(text, "--chart", "i", "--no-screening")
    width = (pl.col("upper") - pl.col("centre")).first()
    assert screened.select(width).item() == pytest.approx(3 * 2 / 1.128)
    assert plain.select(width).item() == pytest.approx(3 * 50 / 11 / 1.128)
    assert "ranges_screened" in told["notes"][0]
    assert "ranges_screened" not in untold["notes"][0]


def test_unsorted_rows_give_the_same_tables(desk: Desk) -> None:
    text = values([*TWELVE, *TWELVE]) + "".join(
        f"B,{m},{v}\n" for m, v in zip(MONTHS, TWELVE, strict=False)
    )
    header, *rows = text.splitlines()
    desk.tables(text, "--chart", "i")
    sorted_files = desk.points.read_bytes(), desk.series.read_bytes()
    desk.tables("\n".join([header, *rows[::-1]]), "--chart", "i")
    assert (desk.points.read_bytes(), desk.series.read_bytes()) == sorted_files


@pytest.mark.parametrize(
    "periods",
    [
        [f"2024-{month:02}" for month in range(1, 13)],
        [f"2024-01-{day:02}" for day in range(1, 13)],
        ["-1", "0", "1", "02", "3", "4", "5", "6", "7", "8", "9", "10"],
    ],
)
def test_periods_are_sorted_by_what_they_mean_and_kept_as_written(
    desk: Desk, periods: list[str]
) -> None:
    rows = [f"{period},{value}" for period, value in zip(periods, TWELVE, strict=True)]
    points, _ = desk.tables("\n".join(["period,value", *rows[::-1]]), "--chart", "i")
    assert points["period"].to_list() == periods
    assert points["value"].to_list() == list(TWELVE)


def test_a_file_of_one_series_is_named_after_itself(desk: Desk) -> None:
    points, series = desk.tables("period,value\n1,3\n2,4\n", "--chart", "run")
    assert (points["series"][0], series["series"][0]) == ("falls", "falls")


def test_byte_order_mark_semicolons_blank_lines_and_missing_values(desk: Desk) -> None:
    text = "\ufeff Series ;PERIOD; Value\nA;1;3\n\nA;2;\nA;3;NA\nA;4; 5 \n"
    points, _ = desk.tables(text, "--chart", "run")
    assert points["value"].to_list() == [3, None, None, 5]


def test_columns_that_are_not_used_are_named(desk: Desk) -> None:
    code, said = desk.run("period,value,denominater\n1,3,5\n", "--chart", "run")
    assert (code, "Columns that were not used: denominater." in said) == (0, True)


def test_a_workbook_is_read_like_a_csv(desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["period", "value"])
    for month, value in zip(MONTHS, TWELVE, strict=False):
        # A day in a cell is a date with a midnight, whatever it looks like in Excel.
        sheet.append([date.fromisoformat(f"{month}-01"), value])
    book.save(tmp_path / "falls.xlsx")
    arguments = [tmp_path / "falls.xlsx", "--chart", "i", "--output", desk.points]
    found = CliRunner().invoke(app, [str(one) for one in arguments])
    assert found.exit_code == 0, found.output
    points = pl.read_csv(desk.points, infer_schema=False)
    assert points["period"].to_list()[:2] == ["2023-01-01", "2023-02-01"]
    assert float(points["centre"][0]) == pytest.approx(11.66667, abs=1e-5)


def test_a_broken_workbook_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "falls.xlsx"
    file.write_bytes(b"PK\x03\x04 broken off")
    found = CliRunner(env={"COLUMNS": "300"}).invoke(app, [str(file)])
    (line,) = found.output.splitlines()
    assert found.exit_code == 2
    assert line.startswith("falls.xlsx: it could not be read as a workbook: ")


@pytest.mark.parametrize(
    ("text", "options", "line"),
    [
        (
            "series,period,value\nA,2024-01,3\nA,2024-01,4\n", ["--chart", "i"],
            "falls.csv: series 'A', period 2024-01 is there more than once; each period may have "
            "one row",
        ),
        (
            "series,period,numerator,denominator\nA,2024-01,3,9\nA,2024-02,4,3\n",
            ["--chart", "p"],
            "falls.csv: series 'A', period 2024-02 has a numerator above its denominator",
        ),
        (
            "series,period,numerator,denominator\nA,7,3,0\n", ["--chart", "u"],
            "falls.csv: series 'A', period 7 has a numerator over a denominator of 0",
        ),
        (
            "series,period,value\nA,2024-01,3\nB,2024-02,\"3,5\"\n", [],
            "falls.csv: line 3, series 'B', period 2024-02: value '3,5' is not a number",
        ),
        (
            "period,value\n2024-01,inf\n", [],
            "falls.csv: line 2, series 'falls', period 2024-01: value 'inf' is not a number",
        ),
        (
            "period,value\n2024-01,3\n5,4\n", [],
            "falls.csv: line 3, series 'falls', period 5: periods are months from the first row "
            "on, but this one is of numbers",
        ),
        (
            "period,value\n2024-13,3\n", [],
            "falls.csv: line 2, series 'falls', period 2024-13: a period is a date (2025-01-31), "
            "a month (2025-01) or a whole number",
        ),
        (
            "period,value,exclude\n1,3,perhaps\n", [],
            "falls.csv: line 2, series 'falls', period 1: exclude 'perhaps' is neither 1 nor 0",
        ),
        ("series,period,value\n,1,3\n", [], "falls.csv: line 2, period 1: there is no series"),
        (
            "series,period,value\nA,,3\n", [],
            "falls.csv: line 2, series 'A': there is no period",
        ),
        (
            "period,numerator,value\n1,3,4\n", [],
            "falls.csv: line 2, series 'falls', period 1: give a numerator or a value, not both",
        ),
        ("series,value\nA,3\n", [], "falls.csv: there is no column period"),
        (
            "series,period\nA,3\n", [],
            "falls.csv: there is neither a column numerator nor a column value",
        ),
        (
            "period,numerator\n1,3\n", ["--chart", "p"],
            "falls.csv: chart p needs a column denominator",
        ),
        ("period,value, Value\n1,3,4\n", [], "falls.csv: the column value is there twice"),
        ("period,value,value\n1,3,4\n", [], "falls.csv: the column value is there twice"),
        ("period,value\n", [], "falls.csv: there are no points in it"),
        ("period,value\n1,3\n2,4,5\n", [], "falls.csv: line 3 has more cells than the header"),
        (b"period,value\n1,\xff\n", [], "falls.csv: it is not text in UTF-8"),
        (
            "period,value\n1,3\n", ["--multiplier", "0"],
            "falls.csv: the multiplier must be positive, not 0.0",
        ),
        (
            "period,value\n1,3\n", ["--target", "nan"],
            "falls.csv: the target must be a number, not nan",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_writes_nothing(
    desk: Desk, text: str | bytes, options: list[str], line: str
) -> None:
    assert desk.refusal(text, *options) == line


def test_a_file_that_is_not_there_is_one_line(desk: Desk) -> None:
    found = CliRunner(env={"COLUMNS": "300"}).invoke(app, [str(desk.folder / "no.csv")])
    assert found.exit_code == 2
    assert found.output.splitlines() == [f"{desk.folder / 'no.csv'}: No such file or directory"]


@pytest.mark.parametrize("option", [["--rules", "six_sigma"], ["--chart", "pareto"]])
def test_an_unknown_name_is_refused(desk: Desk, option: list[str]) -> None:
    code, said = desk.run(values(TWELVE), *option)
    assert code == 2
    assert option[1] in said


def test_help_lists_the_names_that_the_engine_knows() -> None:
    said = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["--help"]).output
    plain = re.sub(r"\s+", "", said)
    assert "[ihi|mdc|plotthedots|anhoej|nelson|weco|ihi_run_chart]" in plain
    assert "[run|i|mr|ip|xbar|s|p|np|c|u|pp|up|cp|g|t|auto]" in plain


def test_an_output_neither_replaces_the_input_nor_another(desk: Desk) -> None:
    text = values(TWELVE)
    code, said = desk.run(text, "--output", desk.file)
    assert (code, "would overwrite the input" in said) == (2, True)
    assert desk.file.read_text() == text
    code, said = desk.run(text, "--output", desk.points, "--summary", desk.points)
    assert (code, "is named for two outputs" in said) == (2, True)
    code, said = desk.run(text, "--output", desk.folder / "no" / "points.csv")
    assert (code, "there is no folder" in said) == (2, True)


def test_older_files_stay_whole_when_the_input_is_bad(desk: Desk) -> None:
    desk.points.write_text("older")
    code, _ = desk.run("period,value\n1,x\n", "--output", desk.points)
    assert (code, desk.points.read_text()) == (2, "older")


def test_what_was_written_is_told_with_counts(desk: Desk) -> None:
    outputs = ("--output", desk.points, "--summary", desk.series)
    _, said = desk.run(values([*TWELVE[:11], 30]), "--chart", "i", *outputs)
    assert said.splitlines() == [
        f"{desk.points}: 12 points of 1 series, 1 of them signals.",
        f"{desk.series}: 1 phases of 1 series.",
    ]


def test_without_outputs_a_table_is_printed(desk: Desk) -> None:
    text = values([*TWELVE[:11], 30]).replace("A,", "Ward [7],")
    code, said = desk.run(text, "--chart", "i", "--direction", "down")
    cells = [re.split(r"\s{2,}", line.strip()) for line in said.splitlines()]
    assert (code, cells[0]) == (0, ["Series", "Chart", "Limits", "Last point", "Signals"])
    assert cells[1] == ["Ward [7]", "I chart (XmR)", "7.848 to 18.49", "Concern", "1"]
    _, welsh = desk.run(text, "--chart", "i", "--direction", "down", "--language", "cy")
    assert "Pryder" in welsh


def page_of(desk: Desk, text: str, *options: str) -> str:
    code, said = desk.run(text, *options, "--html", desk.page)
    assert code == 0, said
    return desk.page.read_text(encoding="utf-8")


def without_scripts(page: str) -> str:
    return re.sub(r"<script.*?</script>", "", page, flags=re.S)


def told_by(page: str) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without_scripts(page)))


@pytest.mark.parametrize(
    "words",
    [
        "Chart I chart (XmR): as asked for",
        "IHI: outside the limits; run on one side; trend; 2 of 3 near a limit; close to the mean",
        "Screening Yes: extreme moving ranges do not count",
        "Baseline The first 12 points of a phase; 12 points set these limits",
        "Runs The longest is 2, chance gives up to 7; the centre is crossed",
        "Signals No signal",
        "Notes Trial limits: fewer than 20 points set them.",
        "December 2023: 12.0; mean 11.7; trial limits 6.3 to 17.0; signal: none.",
        "Data table",
    ],
)
def test_the_page_says_how_each_chart_was_made(desk: Desk, words: str) -> None:
    assert words in told_by(page_of(desk, values(TWELVE), "--chart", "i", "--baseline", "12"))


def test_decisions_stand_under_the_chart_with_their_reasons(desk: Desk) -> None:
    told = told_by(page_of(desk, decisions("New bundle"), "--chart", "i"))
    assert "Limits recalculated January 2024: New bundle (Sister Rees)" in told
    assert "Left out September 2024: New bundle (Sister Rees)" in told
    assert "Chart run chart: there are not enough points for limits" in told
    told = told_by(page_of(desk, decisions(""), "--chart", "i"))
    assert "Left out September 2024: no reason given" in told


def test_signals_are_told_in_words(desk: Desk) -> None:
    text = values([*TWELVE[:11], 30])
    page = page_of(desk, text, "--chart", "i", "--direction", "down", "--no-screening")
    assert "December 2023: Concern, high (outside the limits)" in page
    assert "No: all moving ranges count" in page


def test_points_that_are_no_months_are_not_called_months(desk: Desk) -> None:
    numbered = "\n".join(
        ["period,value", *(f"{i},{v}" for i, v in enumerate([5, 6] * 8 + [8] * 10))]
    )
    page = without_scripts(page_of(desk, numbered, "--chart", "i", "--baseline", "16"))
    assert "11 points in a row above the mean of 5.50" in page
    assert "month" not in page.split("<main")[1]


def test_a_series_name_cannot_write_into_the_page(desk: Desk) -> None:
    text = values(TWELVE).replace("A,", "<script>alert(1)</script>,")
    page = page_of(desk, text, "--chart", "i")
    assert "alert(1)" in page
    assert "<script>alert(1)" not in page


def test_the_page_draws_200_series_and_says_that_there_are_more(desk: Desk) -> None:
    rows = [f"unit {unit:03},{i},{value}" for unit in range(201) for i, value in enumerate(TWELVE)]
    page = page_of(desk, "\n".join(["series,period,value", *rows]), "--chart", "i")
    assert page.count('class="plot"') == 200
    assert "The first 200 are drawn; the CSV files have all 201." in page


def test_a_long_series_shows_its_last_points(desk: Desk) -> None:
    rows = [f"{i},{TWELVE[i % 12]}" for i in range(600)]
    page = page_of(desk, "\n".join(["period,value", *rows]), "--chart", "i")
    assert "The page shows the last 500 points." in page
    assert page.count('<tr><th scope="row">') == 500


def test_the_page_asks_for_nothing_outside_itself(desk: Desk) -> None:
    page = without_scripts(page_of(desk, values(TWELVE), "--chart", "i"))
    assert not re.search(r"https?:", page)
    assert not re.search(r'(?:src|href)="(?!#|data:,)', page)
    assert "@import" not in page
    assert "url(" not in page


@pytest.mark.parametrize("language", ["en", "cy"])
def test_all_that_the_engine_can_say_has_words(language: str) -> None:
    words = Words.load(HERE / "translations", language)
    keys = [
        *(f"charts.note.{note.value}" for note in Note),
        *(f"spc_page.chart_reason.{reason.value}" for reason in ChartReason),
        *(f"charts.rule.{rule.value}" for rule in RuleName),
    ]
    assert [key for key in keys if not words.has(key)] == []
    named = {*words.tree["charts"]["rules_profile"], *words.tree["spc_page"]["rules_profile"]}
    assert named >= set(profiles())


def test_the_page_can_be_in_welsh(desk: Desk) -> None:
    page = page_of(desk, values(TWELVE), "--chart", "i", "--language", "cy")
    assert '<html lang="cy">' in page
    assert "Cyfieithiad drafft." in page
    assert "yn ôl y cais" in page


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_has_a_page(desk: Desk, chart: str) -> None:
    assert 'class="plot"' in page_of(desk, counts(chart), "--chart", chart)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_from_the_disk_and_draws(desk: Desk, chromium: Browser, width: int) -> None:
    page_of(desk, decisions("New bundle"), "--chart", "i")
    asked: list[str] = []
    said: list[str] = []
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(desk.page.as_uri())
    page.wait_for_selector(".plot.is-drawn .main-svg")
    wide = page.evaluate("document.documentElement.scrollWidth")
    buttons = page.locator(".modebar").count()
    page.close()
    assert asked == [desk.page.as_uri()]
    assert (said, wide, buttons) == ([], width, 0)
