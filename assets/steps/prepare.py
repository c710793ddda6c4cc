"""Step 3a. Rows of text become the frame that a suite can be held against.

Here: casting, codes of the registers, one spelling of each ward's code, and the truth of conditions
that no ready-made expectation expresses (contract rules in DuckDB, patterns on RE2). Not here: the
verdict on a row (check.py). A value that cannot be read becomes null, and null makes every other
rule about it "unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import duckdb
import polars as pl

from data_contracts import problems
from data_contracts.contract import Column, ColumnType, Table
from data_contracts.registers import Registers, normalised
from data_contracts.stated import Stated, says
from data_contracts.suite import (
    SUBMISSION,
    dates_within_month,
    has_populations,
    has_wards_by_month,
    holds,
    sent,
)

SUBMITTER, OWNER, WHEN = "submitter", "owner", "when"
# No column of a contract can have such a name.
PLACE = "place in frame"
# The population of a row that holds all others.
EVERYBODY = "all"
# A figure followed by .0 is what Excel makes of a count when it saves text.
COUNT_PATTERN = r"^-?\d{1,12}(\.0+)?$"
MONTH_PATTERN = r"^\d{4}-\d{2}(-\d{2}([ T]00:00(:00(\.0+)?)?)?)?$"
DATE_PATTERN = r"^\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?)?$"
# Words that mark the row of a sum, in either language: in any column that names a place, and those
# that stand for Wales as a whole in the organisation's.
TOTALS = ("total", "totals", "grand total", "subtotal", "sub-total", "cyfanswm", "is-gyfanswm")
WALES = ("w", "599", "w92000004", "wales", "cymru", "all wales", "cymru gyfan")
WARD_BY_MONTH = ("organisation_code", "site_code", "ward_code", "period")
PLACES = ("organisation_code", "site_code", "ward_code", "ward_name")


def total_of(rows: pl.DataFrame) -> pl.Expr:
    """The first of the columns that name a place in which a row says that it is a sum, else null.

    Such a row is left out; it is no mistake and takes nothing from its month.
    """
    says = [
        pl.when(normalised(pl.col(name)).is_in(_words_of_sums(name))).then(pl.lit(name))
        for name in PLACES
        if name in rows
    ]
    return pl.coalesce(*says, pl.lit(None, pl.String))


def _words_of_sums(column: str) -> tuple[str, ...]:
    return (*TOTALS, *WALES) if column == "organisation_code" else TOTALS


def prepared(rows: pl.DataFrame, table: Table, registers: Registers) -> pl.DataFrame:
    """The frame to be validated, one line per row.

    `rows`: submission, row, submitter, the truth of R09 and a text column per contract column that
    was found. Comes back with, for each contract column, the text as sent, the value, and for key
    columns a text key; then `owner` and the columns of truth values.
    """
    frame = rows.with_columns(
        pl.lit(None, pl.String).alias(name) for name in table.column_names if name not in rows
    )
    frame = frame.with_columns(
        **{sent(column.name): _stripped(column.name) for column in table.columns},
    ).with_columns(**{column.name: _value(column) for column in table.columns})
    frame = _with_registers(frame, table, registers).pipe(_with_ward_codes, table)
    frame = frame.with_columns(**_truths(table, _words_for_none(frame, table)))
    frame = frame.pipe(_with_populations, table)
    return frame.pipe(_with_due, table).pipe(_with_rules, table).pipe(_with_keys, table)


def _with_keys(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """A text key for each key column; codes that differ only in case or spaces are one.

    Where a ward is spelt in two ways in one month, all of its rows get the same key: nobody can
    tell whether one ward or two were meant.
    """
    texts = (ColumnType.CODE, ColumnType.TEXT)
    keys = {
        name: normalised(pl.col(name)) if table.column(name).type in texts else pl.col(name)
        for name in table.key
    }
    frame = frame.with_columns(
        key.cast(pl.String).fill_null("").alias(f"{name}:key") for name, key in keys.items()
    )
    if not has_wards_by_month(table) or not set(WARD_BY_MONTH) <= set(table.key):
        return frame
    ward = [SUBMISSION, *(f"{name}:key" for name in WARD_BY_MONTH)]
    spellings = frame.select("ward_code:key", sent("ward_code")).unique()
    spelt_twice = spellings.filter(pl.col("ward_code:key").is_duplicated())["ward_code:key"]
    is_spelt_in_two_ways = among(
        frame,
        pl.col("ward_code:key").is_in(spelt_twice.unique().implode()),
        pl.col(sent("ward_code")).n_unique().over(ward) > 1,
    )
    others = [f"{name}:key" for name in table.key if name not in WARD_BY_MONTH]
    return frame.with_columns(
        pl.when(is_spelt_in_two_ways).then(pl.lit("")).otherwise(pl.col(name)).alias(name)
        for name in others
    )


def among(frame: pl.DataFrame, few: pl.Expr, condition: pl.Expr) -> pl.Series:
    """Of which rows a condition is true; it can be only among a `few`, which are looked at alone.

    Groups of a million rows by many keys take seconds. The few are whole groups, where the
    condition is on a row and its group.
    """
    found = frame.with_row_index(PLACE).filter(few).filter(condition)[PLACE]
    return pl.select(pl.int_range(frame.height, dtype=pl.UInt32).is_in(found.implode())).to_series()


def _stripped(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text == "").then(None).otherwise(text)


def _count(text: pl.Expr) -> pl.Expr:
    # Twelve digits are exact in a float, which takes ".0" as it is: half the time of a cut.
    whole = pl.when(text.str.contains(COUNT_PATTERN)).then(text)
    return whole.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)


def _month(text: pl.Expr) -> pl.Expr:
    first = pl.when(text.str.contains(MONTH_PATTERN)).then(text.str.slice(0, 7) + "-01")
    return first.str.to_date("%Y-%m-%d", strict=False)


def _date(text: pl.Expr) -> pl.Expr:
    day = pl.when(text.str.contains(DATE_PATTERN)).then(text.str.slice(0, 10))
    return day.str.to_date("%Y-%m-%d", strict=False)


def _text(text: pl.Expr) -> pl.Expr:
    return text


VALUE_OF: Mapping[ColumnType, Callable[[pl.Expr], pl.Expr]] = MappingProxyType(
    {
        ColumnType.COUNT: _count,
        ColumnType.MONTH: _month,
        ColumnType.DATE: _date,
        ColumnType.CODE: _text,
        ColumnType.TEXT: _text,
    }
)


def _value(column: Column) -> pl.Expr:
    return VALUE_OF[column.type](pl.col(sent(column.name)))


def _with_registers(frame: pl.DataFrame, table: Table, registers: Registers) -> pl.DataFrame:
    """Codes for the names and aliases that were sent; what is not in a register stays as sent."""
    frame = registers.with_organisation(frame, sent("organisation_code")).with_columns(
        organisation_code=pl.coalesce("organisation", "organisation_code")
    )
    allowed = pl.DataFrame(
        [
            (submitter, code)
            for submitter in frame[SUBMITTER].unique().to_list()
            for code in table.organisations_of(submitter)
        ],
        schema={SUBMITTER: pl.String, "organisation": pl.String},
        orient="row",
    ).with_columns(is_allowed=pl.lit(True))
    frame = frame.join(allowed, on=[SUBMITTER, "organisation"], how="left", maintain_order="left")
    known = pl.col("organisation").is_not_null()
    may = pl.when(known).then(pl.col("is_allowed").fill_null(False))
    frame = frame.with_columns(may.alias(holds("R03", "organisation_code")))
    return _with_sites(frame, table, registers)


def _with_sites(frame: pl.DataFrame, table: Table, registers: Registers) -> pl.DataFrame:
    """The site's code and who ran it then. A site that nobody ran in that month is unknown."""
    if not table.has("site_code"):
        return frame.with_columns(owner=pl.lit(None, pl.String), site=pl.lit(None, pl.String))
    placed = registers.with_site(
        frame.with_columns(_when(table).alias(WHEN)), sent("site_code"), WHEN
    )
    is_run = pl.col(OWNER).is_not_null() | pl.col(WHEN).is_null()
    was_sent = pl.col(sent("site_code")).is_not_null()
    is_known = pl.when(was_sent).then(pl.col("site").is_not_null() & is_run)
    return placed.with_columns(
        is_known.alias(holds("R04", "site_code")),
        site_code=pl.coalesce("site", "site_code"),
    ).drop(WHEN)


def _with_ward_codes(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """One spelling of each ward's code, in capitals: `ward  1` and `Ward 1` are one ward.

    It is the same that tells two rows of a ward apart (`_with_keys`), and what months and versions
    are compared and counted by.
    """
    if not table.has("ward_code"):
        return frame
    code = normalised(pl.col("ward_code")).str.replace_all(" and ", " & ", literal=True)
    return frame.with_columns(ward_code=code.str.to_uppercase())


def _when(table: Table) -> pl.Expr:
    """The month of a table's rows; where they have none, their day."""
    times = {
        column.type: pl.col(column.name) for column in table.columns if column.name in table.key
    }
    return times.get(ColumnType.MONTH, times.get(ColumnType.DATE, pl.lit(None, pl.Date)))


def _words_for_none(frame: pl.DataFrame, table: Table) -> dict[str, pl.Series]:
    """What stands in each column of counts and says that there is no figure, each text once.

    Patterns take long, and even where a whole column is wrong it is mostly in the same words.
    """
    return {
        column.name: frame.select(
            words=pl.col(sent(column.name)).filter(pl.col(column.name).is_null()).unique()
        ).filter(says(pl.col("words"), Stated.NOT_COLLECTED, Stated.NO_RETURN))["words"]
        for column in table.columns
        if column.type is ColumnType.COUNT
    }


def _truths(table: Table, none: Mapping[str, pl.Series]) -> dict[str, pl.Expr]:
    """Whether what was sent could be read, fits its pattern, and stands once for each ward.

    `none`: the texts in each column of counts that say that there is no figure.
    """
    truths: dict[str, pl.Expr] = {}
    for column in table.columns:
        text, value = pl.col(sent(column.name)), pl.col(column.name)
        if column.type is ColumnType.COUNT:
            lacks = text.is_in(none[column.name].implode())
            truths[holds("C02", column.name)] = _if_sent(text, value.is_not_null() | lacks)
            truths[holds("C13", column.name)] = _if_sent(text, ~lacks)
        if column.type is ColumnType.MONTH:
            truths[holds("C06", column.name)] = _if_sent(text, value.is_not_null())
        if column.type is ColumnType.DATE:
            truths[holds("C07", column.name)] = _if_sent(text, value.is_not_null())
        if column.pattern is not None:
            truths[holds("C09", column.name)] = text.str.contains(column.pattern)
    if has_wards_by_month(table):
        has_ward = pl.col("ward_code").is_not_null()
        mixed = (has_ward.any() & (~has_ward).any()).over(SUBMISSION, "site_code", "period")
        placed = pl.col("site_code").is_not_null() & pl.col("period").is_not_null()
        truths[holds("R07", "ward_code")] = pl.when(placed).then(~mixed)
    for name in dates_within_month(table):
        # Unknown, and so no failure, where either is lacking.
        in_month = pl.col(name).dt.month_start() == pl.col("period")
        truths[holds("R11", name)] = in_month
    return truths


def _with_populations(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Whether a ward or site has rows for all ages or for some of them, but not both.

    The rows of a site may be about several settings, which hold nothing of each other; a ward's
    are about the ward.
    """
    if not has_populations(table):
        return frame
    population = pl.col("population")
    parts = [value for value in table.column("population").values if value != EVERYBODY]
    places = [name for name in ("organisation_code", "site_code") if table.has(name)]
    within = [pl.col(SUBMISSION), *map(pl.col, places), pl.col("period")]
    setting = pl.col("setting") if table.has("setting") else pl.lit(None, pl.String)
    if table.has("ward_code"):
        ward = normalised(pl.col("ward_code"))
        within += [ward, pl.when(ward.is_null()).then(setting)]
    else:
        within.append(setting)

    def has_both(groups: list[pl.Expr]) -> pl.Expr:
        is_all, is_part = population == EVERYBODY, population.is_in(parts)
        return is_all.any().over(groups) & is_part.any().over(groups)

    mixed = among(frame, has_both([pl.col(SUBMISSION)]), has_both(within))
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in (*places, "period"))
    counts_once = pl.when(known & population.is_not_null()).then(~mixed)
    return frame.with_columns(counts_once.alias(holds(problems.ALL_AND_PARTS.code, "population")))


def _if_sent(text: pl.Expr, truth: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null()).then(truth)


def _with_due(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Whether a month may be sent at all: within the months for which the organisation is due."""
    name = holds("R06", "period")
    if not table.due or not table.has("period"):
        return frame.with_columns(pl.lit(None, pl.Boolean).alias(name))
    is_due = pl.lit(False)
    for due in table.due:
        within = pl.col("period") >= due.starts
        if due.ends is not None:
            within &= pl.col("period") <= due.ends
        is_due |= pl.col("organisation_code").is_in(due.organisations) & within
    readable = pl.col("period").is_not_null() & pl.col("organisation").is_not_null()
    return frame.with_columns(pl.when(readable).then(is_due).alias(name))


def _with_rules(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The truth of each rule about a row, by DuckDB: three-valued, as SQL has it."""
    if not table.row_rules:
        return frame
    parts = ", ".join(f'({rule.expression}) as "{holds(rule.code)}"' for rule in table.row_rules)
    read = {column for rule in table.row_rules for column in rule.columns}
    with duckdb.connect() as connection:
        connection.register("rows", frame.select(sorted(read)).with_row_index(PLACE).to_arrow())
        truths = connection.sql(f'select "{PLACE}", {parts} from rows').pl()
    return frame.hstack(truths.sort(PLACE).drop(PLACE))


def row_scope_codes(table: Table) -> frozenset[str]:
    """The codes of problems that set a row aside."""
    own = {problems.Kind.of_rule(rule) for rule in table.rules}
    kinds = {*problems.CATALOGUE.values(), *own}
    return frozenset(kind.code for kind in kinds if kind.effect is problems.Effect.SET_ASIDE)
