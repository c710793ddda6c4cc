"""Small changes to a file, for corrections and mistakes: of its cells, its rows, its bytes.

Rows count from 0 below the header, as polars counts; nothing here knows what a change means.
"""

from collections.abc import Callable, Mapping

import polars as pl

Edit = Callable[[pl.DataFrame], pl.DataFrame]


def put(row: int, column: str, value: str | int) -> Edit:
    """Write `value` into one cell; text makes the whole column text, as in a file."""

    def edit(frame: pl.DataFrame) -> pl.DataFrame:
        is_text = isinstance(value, str)
        cells = frame[column].cast(pl.String) if is_text else frame[column]
        values = cells.to_list()
        values[row] = value
        return frame.with_columns(pl.Series(column, values, dtype=cells.dtype))

    return edit


def exceed(row: int, part: str, whole: str, by: int) -> Edit:
    """Make a part larger than its whole by `by`."""
    return lambda frame: put(row, part, frame[whole][row] + by)(frame)


def rename(column: str, to: str) -> Edit:
    """Misspell a header."""
    return lambda frame: frame.rename({column: to})


def add_like(row: int, values: Mapping[str, str]) -> Edit:
    """Add a row at the end: a copy of `row` but for `values`."""

    def edit(frame: pl.DataFrame) -> pl.DataFrame:
        changed = [pl.lit(value).alias(column) for column, value in values.items()]
        return pl.concat([frame, frame.slice(row, 1).with_columns(changed)])

    return edit


def emptied(content: bytes) -> bytes:
    """Nothing: an upload that broke off at once."""
    return content[:0]


def broken_off(content: bytes) -> bytes:
    """The first two thirds: an upload that broke off."""
    return content[: len(content) * 2 // 3]
