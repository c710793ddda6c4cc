"""What a page is made from, as a digest: the same rows give the same text, in any process.

Belongs here: bytes of a frame's rows that do not depend on how polars stores them. Does not belong
here: which rows a page reads (site.py). Arrow buffers will not do: null places hold leftovers,
and chunks and dictionaries differ from run to run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import polars as pl

SEPARATOR = "\x1f"
# Up to so many rows, writing them out is quicker than hashing column by column.
FEW_ROWS = 200


def digest_of(parts: Iterable[str]) -> str:
    """SHA-256 of texts in their order; no two lists of texts run together to the same bytes."""
    found = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8")
        found.update(len(encoded).to_bytes(8, "little") + encoded)
    return found.hexdigest()


def rows_digest(frame: pl.DataFrame, *keys: str) -> str:
    """SHA-256 of a frame's rows sorted by keys that tell rows apart, columns by name.

    Without keys the order of the rows counts too.
    """
    ordered = frame.select(sorted(frame.columns))
    ordered = ordered.sort(*keys, nulls_last=True) if keys and len(ordered) > 1 else ordered
    if len(ordered) <= FEW_ROWS:
        return digest_of([repr(ordered.columns), *map(repr, ordered.rows())])
    found = hashlib.sha256()
    for column in ordered.iter_columns():
        found.update(f"{column.name}{SEPARATOR}{len(column)}{SEPARATOR}".encode())
        for piece in _pieces(column):
            found.update(piece)
    return found.hexdigest()


def _pieces(column: pl.Series) -> Iterable[bytes]:
    """Which cells are null, then the cells."""
    yield np.packbits(column.is_null().to_numpy()).tobytes()
    if isinstance(column.dtype, pl.List):
        yield from _pieces(column.list.len())
        yield from _pieces(column.explode(empty_as_null=False, keep_nulls=False))
    elif column.dtype in (pl.String, pl.Categorical, pl.Enum):
        yield from _texts(column.cast(pl.String))
    elif column.dtype == pl.Null:
        yield b""
    else:
        yield _numbers(column)


def _texts(column: pl.Series) -> Iterable[bytes]:
    """The distinct texts once, then the place of each cell's text among them."""
    distinct = column.drop_nulls().unique().sort()
    places = column.cast(pl.Enum(distinct)).to_physical().cast(pl.UInt32).fill_null(0)
    texts = distinct.to_list()
    yield "".join(f"{len(text)}{SEPARATOR}{text}" for text in texts).encode("utf-8")
    yield places.to_numpy().tobytes()


def _numbers(column: pl.Series) -> bytes:
    physical = column.to_physical()
    if physical.dtype == pl.Boolean:
        physical = physical.cast(pl.UInt8)
    # Adding zero makes one zero of two: -0.0 is written as 0.0 on every page.
    numbers = physical.fill_null(0).to_numpy()
    return (numbers + 0.0).tobytes() if numbers.dtype.kind == "f" else numbers.tobytes()
