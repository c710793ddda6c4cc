"""How long the annotated workbook takes, and how large it is beside the file it is about."""

import io
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from data_contracts import problems
from data_contracts.problems import Problem, problems_frame
from reports.pages.submission_case import Case, Records, case_of
from reports.words import Words
from reports.workbook.annotated import annotated_workbook

sys.path.append(str(Path(__file__).parents[1] / "reports"))

ROWS, FINDINGS = 20_000, 5_000
SECONDS = 3
COUNTS = [f"falls_{number}" for number in range(10)]
NAMES = ["organisation_code", "site_code", "ward_code", "ward_name", "period", *COUNTS]


def sent() -> pl.DataFrame:
    """15 columns: codes, a name, a month and ten counts; every fourth row has a hidden number."""
    n = pl.int_range(ROWS)
    counts = [
        pl.when((n % 4 == 0) & (place == 3))
        .then(pl.lit("<5"))
        .otherwise(((n * (place + 3)) % 41).cast(pl.String))
        for place in range(len(COUNTS))
    ]
    columns = [
        pl.lit("7A4"),
        pl.format("7A4B{}", n % 9),
        pl.format("W{}", n),
        pl.format("Ward {} North", n),
        pl.format("20{}-0{}", 20 + n % 5, 1 + n % 9),
        *counts,
    ]
    letters = "ABCDEFGHIJKLMNO"
    body = pl.select(**dict(zip(letters, columns, strict=True)))
    head = pl.DataFrame([NAMES], schema=list(letters), orient="row")
    return pl.concat([head, body]).with_row_index("row", offset=1)


def found(rows: pl.DataFrame) -> Case:
    from steward_files import REFUSED, edition_of
    from synthetic import make_edition

    bad = rows.filter(pl.col("I") == "<5")["row"]
    told = [
        Problem(problems.SUPPRESSED_COUNT, "refused", sheet="Falls Oct 26", row=row,
                column="falls_3", cell=f"I{row}", value="<5")
        for row in bad
    ]  # fmt: skip
    assert len(told) == FINDINGS
    made = make_edition()
    words = Words.load(made.translations_folder, "en")
    edition = replace(edition_of(made, REFUSED), problems=problems_frame(told))
    return case_of(Records.of(edition, "7A4"), words, "refused")


def as_a_board_sends_it(rows: pl.DataFrame) -> int:
    """The size of the same cells as an ordinary workbook."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows.drop("row").iter_rows()):
            page.write_row(number, 0, [int(cell) if cell.isdigit() else cell for cell in row])
    return len(made.getvalue())


@pytest.mark.benchmark_run
def test_seconds_and_size_of_a_large_workbook():
    rows = sent()
    case = found(rows)
    taken: list[float] = []
    # Seconds of the processor, of all threads together: on a machine that does nothing else a
    # clock shows less, and on one that does it measures the others. Best of up to five.
    while len(taken) < 5 and min(taken, default=9.0) > SECONDS:
        start = time.process_time()
        made = annotated_workbook(case, rows)
        taken.append(time.process_time() - start)
    original = as_a_board_sends_it(rows)
    print(f"\n{min(taken):.2f} s, {len(made) / 1e6:.2f} MB beside {original / 1e6:.2f} MB as sent")
    assert min(taken) <= SECONDS
    assert len(made) <= 3 * original
