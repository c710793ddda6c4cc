"""A frame's digest follows its rows, not how polars happens to store them."""

from datetime import date, datetime

import polars as pl
import pytest

from reports.pages import content_key
from reports.pages.content_key import digest_of, rows_digest

FRAME = pl.DataFrame(
    {
        "key": ["a", "b", "c"],
        "number": [1.5, None, 0.0],
        "count": [1, 2, None],
        "is": [True, None, False],
        "day": [date(2026, 10, 1), None, date(2026, 9, 1)],
        "at": [datetime(2026, 10, 1, 2, 3), None, None],
        "list": [["x", "y"], [], None],
    }
)


@pytest.fixture(params=[200, 0], ids=["written", "hashed"])
def few_rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of taking in rows: written out, and column by column."""
    monkeypatch.setattr(content_key, "FEW_ROWS", request.param)


@pytest.mark.usefixtures("few_rows")
def test_order_of_rows_and_columns_chunks_and_leftovers_do_not_matter() -> None:
    known = rows_digest(FRAME, "key")
    assert rows_digest(FRAME.reverse(), "key") == known
    assert rows_digest(FRAME.select(sorted(FRAME.columns, reverse=True)), "key") == known
    pieces = pl.concat([FRAME[:1], FRAME[1:]], rechunk=False)
    assert rows_digest(pieces, "key") == known
    hidden = FRAME.with_columns(
        number=pl.when(pl.col("key") == "b").then(None).otherwise(pl.Series([1.5, 9.0, 0.0]))
    )
    assert rows_digest(hidden, "key") == known
    assert rows_digest(FRAME.with_columns(pl.col("key").cast(pl.Categorical)), "key") == known


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize(
    "changed",
    [
        FRAME.with_columns(number=pl.Series([1.5, 0.0, 0.0])),
        FRAME.with_columns(count=pl.Series([1, 2, 0])),
        FRAME.with_columns(key=pl.Series(["a", "b", "d"])),
        FRAME.with_columns(list=pl.Series([["x"], ["y"], None])),
        FRAME.with_columns(list=pl.Series([["x", "y"], None, []])),
        FRAME.with_columns(list=pl.Series([["xy"], [], None])),
        FRAME[:2],
        FRAME.rename({"count": "counts"}),
        FRAME.with_columns(more=pl.lit(1)),
    ],
)
def test_any_other_cell_changes_it(changed: pl.DataFrame) -> None:
    assert rows_digest(changed, "key") != rows_digest(FRAME, "key")


@pytest.mark.usefixtures("few_rows")
def test_without_a_key_the_order_counts() -> None:
    assert rows_digest(FRAME.reverse()) != rows_digest(FRAME)


@pytest.mark.usefixtures("few_rows")
def test_an_empty_frame_has_a_digest() -> None:
    assert rows_digest(FRAME.clear(), "key") == rows_digest(FRAME.clear(), "key")


def test_texts_do_not_run_together() -> None:
    assert digest_of(["ab", "c"]) != digest_of(["a", "bc"])
