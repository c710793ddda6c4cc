"""A worksheet of which every cell is text (or a number of ours): nothing in it can run.

Belongs here: the XML of rows. Does not belong here: what stands in them. xlsxwriter writes all
else of the workbook. Its own way to write a cell is not used, for two reasons: it takes a text such
as `<r>...</r>` for XML of its own and copies it unescaped, and 300,000 cells would take it nearly
all of the time that a workbook may take. Overriding `_write_rows` leans on a private method of the
library, so tests read everything back with another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

ROW = "row"
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of cells. `rows` has `row` (as Excel counts, ascending), then the columns A, B, ...

    Columns are text or whole numbers; null is no cell. `levels` has a place in `formats` for each
    cell; a cell without text is there only if its level is not 0.
    """

    rows: pl.DataFrame
    levels: Levels
    formats: Sequence[Format]
    hidden: bool = False

    @classmethod
    def of_lines(
        cls, first_row: int, lines: Sequence[Sequence[str]], look: Format, *, hidden: bool = False
    ) -> Block:
        """Lines of one format, from a row on; an empty text is no cell."""
        width = max(map(len, lines))
        cells = [
            [*(text or None for text in line), *[None] * (width - len(line))] for line in lines
        ]
        schema = {xl_col_to_name(place): pl.String for place in range(width)}
        rows = pl.DataFrame(cells, schema=schema, orient="row").with_row_index(ROW, first_row)
        return cls(rows, np.zeros((len(lines), width), np.uint8), (look,), hidden)


class TextSheet(Worksheet):  # type: ignore[misc]
    """A worksheet that is filled with blocks, each below the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []

    def put(self, block: Block) -> None:
        """Add a block; raises ValueError where it does not start below the last."""
        if not block.rows.height:
            return
        first, last = block.rows[ROW][0], block.rows[ROW][-1]
        if self.blocks and first <= self.blocks[-1].rows[ROW][-1]:
            raise ValueError(f"row {first} is not below the rows that are there")
        self.blocks.append(block)
        # Tells the library how far the sheet reaches; the cells themselves are written below.
        self.write_blank(first - 1, 0, None, block.formats[0])
        self.write_blank(last - 1, block.rows.width - 2, None, block.formats[0])

    def _write_rows(self) -> None:
        for block in self.blocks:
            self.fh.write(_xml(block))


def escaped(text: pl.Expr) -> pl.Expr:
    """Text as the content of an XML element of type ST_Xstring."""
    plain = text
    # _x0041_ would be read as A, so an underscore before an x is itself written in that way: all
    # of them, because in _x0041_x0042_ one underscore belongs to both.
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("_x", "_x005F_x")):
        plain = plain.str.replace_all(sign, name, literal=True)
    return plain


def _xml(block: Block) -> str:
    """The rows of a block as XML."""
    indices = [str(one._get_xf_index()) for one in block.formats]
    letters = [name for name in block.rows.columns if name != ROW]
    styles = {
        f"style {letter}": pl.Series(block.levels[:, place]).replace_strict(
            dict(enumerate(indices)), return_dtype=pl.String
        )
        for place, letter in enumerate(letters)
    }
    framed = block.rows.with_columns(**styles)
    number = pl.col(ROW).cast(pl.String)
    hidden = ' hidden="1"' if block.hidden else ""
    cells = [
        _cell(letter, number, indices[0], framed.schema[letter].is_integer()) for letter in letters
    ]
    row = pl.concat_str(pl.lit('<row r="'), number, pl.lit(f'"{hidden}>'), *cells, pl.lit("</row>"))
    return "".join(framed.select(row).to_series())


def _cell(letter: str, number: pl.Expr, plain: str, is_number: bool) -> pl.Expr:
    """One cell's XML, or nothing."""
    value, style = pl.col(letter), pl.col(f"style {letter}")
    opening = (pl.lit(f'<c r="{letter}'), number, pl.lit('" s="'), style)
    if is_number:
        filled = (pl.lit('"><v>'), value.cast(pl.String), pl.lit("</v></c>"))
    else:
        before = pl.lit('" t="inlineStr"><is><t xml:space="preserve">')
        filled = (before, escaped(value), pl.lit("</t></is></c>"))
    return (
        pl.when(value.is_not_null())
        .then(pl.concat_str(*opening, *filled))
        .when(style != plain)
        .then(pl.concat_str(*opening, pl.lit('"/>')))
        .otherwise(pl.lit(""))
    )
