"""Finds cells that could point at a person, so that their file can be locked away unread.

Belongs here: recognising NHS numbers, postcodes and dates of birth in a sheet of text cells.
Does not belong here: what then happens to the file (problem S01, assets.steps) and masking of
values on their way out (problems.masked).

Context decides, because a count can pass the check digit by chance (1 in 11):

* a column of counts is looked at only where its header speaks of NHS numbers;
* any other column, known or not, is always looked at for NHS numbers;
* postcodes and dates of birth are looked for in columns that the contract does not know and in its
  columns of free text, and dates of birth only where a header or the cell itself speaks of birth;
* in free text a date has to stand near such a word: it tells when changes were made, on wards whose
  own names speak of birth.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from data_contracts.contract import ColumnType
from data_contracts.problems import POSTCODE, TEN_DIGITS, IdentifierKind

ROW = "row"
LENGTH_OF_NUMBER = 10
LENGTH_OF_POSTCODE = 5
# A date of birth as Excel keeps it, such as 9876 (in 1927).
LENGTH_OF_SERIAL = 4

SCHEMA = pl.Schema({"row": pl.Int64, "column": pl.String, "kind": pl.String})

_NHS_HEADER = r"(?i)nhs|\bgig\b|rhif_gig|\bchi\b|patient_?(id|no|num)|rhif_claf"
_BIRTH = r"(?i)\bd\.?o\.?b\b|birth|born|\bgeni\b|ganed|ganwyd|_geni|^dob|_dob"
_PLACE_HEADER = r"(?i)site|hospital|ysbyty|safle|organisation|sefydliad|practice|meddygfa"

_DATE = (
    r"\b[0-9]{1,4}[/.\-][0-9]{1,2}[/.\-][0-9]{2,4}\b"
    r"|\b[0-9]{1,2}(?:st|nd|rd|th)? \p{L}{3,},? [0-9]{2,4}\b"
)
_SPEAKS_OF_BIRTH = (
    r"\bd\. ?o\. ?b\b|\bdob\b|\bborn\b|\bdate of birth\b"
    r"|\bganwyd\b|\bganed\b|\b(?:dyddiad|dyddiadau) geni\b"
)
_BIRTH_NEAR_DATE = (
    rf"(?i)(?:{_SPEAKS_OF_BIRTH}).{{0,25}}(?:{_DATE})|(?:{_DATE}).{{0,25}}(?:{_SPEAKS_OF_BIRTH})"
)
# `W2 1st floor` is no postcode; nobody writes one in letters of both sizes.
_ORDINAL = r"\b[0-9](?:st|nd|rd|th)\b"
_EXCEL_SERIAL = r"^[0-9]{4,5}(\.0+)?$"

# TEN_DIGITS where each separator stands twice, see `_nhs_numbers`: two spaces are four.
_TEN_DIGITS_DOUBLED = TEN_DIGITS.replace("{0,2}", "{0,4}")

# NHS number, digit 10: weights 10 to 2 on the first nine, 11 minus the remainder by 11
# (NHS Data Dictionary, attribute NHS NUMBER).
_WEIGHTS = range(10, 1, -1)


def identifier_cells(frame: pl.DataFrame, columns: Mapping[str, ColumnType]) -> pl.DataFrame:
    """Cells that could point at a person: row, column, kind; one line for each cell and kind.

    `frame` holds text cells under the sheet's headers and `row`, the row as Excel counts it;
    `columns` gives the type (text, code, count, month, date) of each column the contract knows.
    A number in a header itself is reported with row null. No value leaves this function.
    """
    headers = [name for name in frame.columns if name != ROW]
    found = [
        _in_headers(headers),
        *(_in_column(frame, name, columns) for name in headers),
    ]
    return pl.concat(found).sort("row", "column", "kind", nulls_last=False)


def _in_headers(headers: Sequence[str]) -> pl.DataFrame:
    cells = pl.DataFrame(
        {"row": [None] * len(headers), "column": headers, "text": headers},
        schema={"row": pl.Int64, "column": pl.String, "text": pl.String},
    ).with_columns(text=_plain(pl.col("text")))
    return _nhs_numbers(cells)


def _in_column(frame: pl.DataFrame, name: str, columns: Mapping[str, ColumnType]) -> pl.DataFrame:
    if _is_exempt(name, columns):
        return pl.DataFrame(schema=SCHEMA)
    if name not in columns:
        cells = _cells(frame, name, shortest=LENGTH_OF_SERIAL)
        return pl.concat([_nhs_numbers(cells), _postcodes_of_homes(cells), _births(cells)])
    if columns[name] is ColumnType.TEXT:
        cells = _cells(frame, name, shortest=LENGTH_OF_POSTCODE)
        return pl.concat([_nhs_numbers(cells), _postcodes(cells), _births_in_text(cells)])
    return _nhs_numbers(_cells(frame, name, shortest=LENGTH_OF_NUMBER))


def _cells(frame: pl.DataFrame, name: str, shortest: int) -> pl.DataFrame:
    """One column's cells as plain text; what is too short to be anything is left out early."""
    long_enough = frame.filter(pl.col(name).cast(pl.String).str.len_bytes() >= shortest)
    return long_enough.select(
        row=pl.col(ROW).cast(pl.Int64), column=pl.lit(name), text=_plain(pl.col(name))
    )


def _is_exempt(name: str, columns: Mapping[str, ColumnType]) -> bool:
    return columns.get(name) is ColumnType.COUNT and not _says(name, _NHS_HEADER)


def _says(header: str, pattern: str) -> bool:
    return bool(pl.Series([header]).str.contains(pattern).item())


def visible(text: pl.Expr) -> pl.Expr:
    """Text with hidden characters gone, full-width digits plain, any blank an ordinary space."""
    folded = text.cast(pl.String).str.normalize("NFKC").str.replace_all(r"\p{Cf}", "")
    return folded.str.replace_all(r"\s", " ")


def _plain(text: pl.Expr) -> pl.Expr:
    """Visible text, without blanks around it.

    A cell that is one whole number written as a decimal (9994765914.0, 9.994765914E+09) becomes
    its digits: that is how Excel writes a long number.
    """
    shown = visible(text).str.strip_chars()
    number = pl.when(shown.str.contains(r"^[0-9]+(\.[0-9]+)?([eE]\+?[0-9]+)?$")).then(shown)
    value = number.cast(pl.Float64, strict=False)
    is_whole = value.is_between(1e9, 1e10, closed="left") & (value == value.floor())
    return (
        pl.when(is_whole)
        .then(value.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(_without_decimals(shown))
    )


def _without_decimals(text: pl.Expr) -> pl.Expr:
    """A rate such as 6.3291139241 is no identifier, though ten digits follow the point."""
    return text.str.replace(r"^([0-9]+)\.[0-9]+$", "$1")


def _nhs_numbers(cells: pl.DataFrame) -> pl.DataFrame:
    # Separators are doubled, so that two numbers with one comma between them each still have a
    # neighbour of their own.
    candidates = (
        cells.with_columns(
            digits=pl.col("text")
            .str.replace_all(r"(\D)", "$1$1")
            .str.extract_all(_TEN_DIGITS_DOUBLED)
        )
        .explode("digits")
        .drop_nulls("digits")
        .with_columns(pl.col("digits").str.replace_all(r"\D", ""))
    )
    return _found(candidates.filter(passes_check(pl.col("digits"))), IdentifierKind.NHS_NUMBER)


def passes_check(digits: pl.Expr) -> pl.Expr:
    """Whether ten digits (text) satisfy modulus 11. One digit ten times is a placeholder: no."""
    digit = [digits.str.slice(place, 1).cast(pl.Int64, strict=False) for place in range(10)]
    total = pl.sum_horizontal(
        weight * value for weight, value in zip(_WEIGHTS, digit[:9], strict=True)
    )
    check = (11 - total % 11) % 11
    is_repeated = digits == pl.concat_str([digits.str.slice(0, 1)] * 10)
    return (check == digit[9]) & ~is_repeated


def _postcodes(cells: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("text").str.replace_all(_ORDINAL, "")
    return _found(cells.filter(text.str.contains(POSTCODE)), IdentifierKind.POSTCODE)


def _postcodes_of_homes(cells: pl.DataFrame) -> pl.DataFrame:
    """Postcodes, but not under a header that speaks of a hospital or another place."""
    return _postcodes(cells.filter(~pl.col("column").str.contains(_PLACE_HEADER)))


def _births(cells: pl.DataFrame) -> pl.DataFrame:
    is_date = pl.col("text").str.contains(_DATE)
    is_header_of_birth = pl.col("column").str.contains(_BIRTH)
    is_serial = pl.col("text").str.contains(_EXCEL_SERIAL)
    under_header = is_header_of_birth & (is_date | is_serial)
    says_so = is_date & pl.col("text").str.contains(_BIRTH)
    return _found(cells.filter(under_header | says_so), IdentifierKind.DATE_OF_BIRTH)


def _births_in_text(cells: pl.DataFrame) -> pl.DataFrame:
    is_near = pl.col("text").str.contains(_BIRTH_NEAR_DATE)
    return _found(cells.filter(is_near), IdentifierKind.DATE_OF_BIRTH)


def _found(cells: pl.DataFrame, kind: IdentifierKind) -> pl.DataFrame:
    named = cells.select("row", "column", kind=pl.lit(kind.value))
    return named.unique(maintain_order=True).cast(SCHEMA)
