"""Step 4. Records in force become numerators and denominators, one row per series and month.

Here: the SQL (from a contract's checked expressions) and what state each point is in. Sums only;
dividing is the engine's business. Not here: which records are in force (in_force.py), limits and
rules (detect.py).

The states are those of data_contracts.states. Wales is incomplete where an organisation that is due
is missing or incomplete. A month without records is a row without figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import duckdb
import polars as pl

from assets.steps.corrections import corrections
from assets.steps.fingerprints import is_made, remaking, workstream_print
from assets.steps.in_force import InForce, in_force
from assets.steps.lake import write_frame
from assets.steps.measure_points import MEASURE_SCHEMA, PROVENANCES
from assets.steps.months import data_month
from assets.steps.night import Night
from assets.steps.rare import days_between
from assets.steps.result import StepResult
from assets.steps.submissions import RECORDS, all_receipts
from data_contracts.contract import Column, ColumnType, Contract, Measure, Table
from data_contracts.problems import problems_frame
from data_contracts.states import PointState
from reports.months import later
from reports.months import months as months_between

WALES = "wales"
# Columns that part an organisation, and Wales, by the kind of care and by who is cared for.
CUTS = ("setting", "population")
# Levels of Wales as a whole and of one kind of it, summed over all organisations.
OF_WALES = (WALES, *(f"wales_{cut}" for cut in CUTS))
SQL_TYPES: Mapping[ColumnType, str] = MappingProxyType(
    {
        ColumnType.TEXT: "varchar",
        ColumnType.CODE: "varchar",
        ColumnType.COUNT: "bigint",
        ColumnType.MONTH: "date",
        ColumnType.DATE: "date",
    }
)
UNIT_KEYS = ("level", "unit")


def count(night: Night, contract: Contract) -> StepResult:
    """Count every measure of a contract. Rows: points, those without figures included.

    Writes measures.parquet, days.parquet (days between rare events), months.parquet (what is in
    force), questions.parquet and corrections.parquet into the workstream's folder; leaves them
    alone when nothing they are made from has changed.
    """
    folder = night.lake.work / contract.workstream
    made_from = workstream_print(night, contract)
    if not is_made(folder, "count", made_from):
        with remaking(folder, "count", made_from):
            _write(folder, night, contract)
    rows = pl.scan_parquet(folder / "measures.parquet").select(pl.len()).collect().item()
    return StepResult(rows=rows, metadata={"measures": len(contract.measures)})


def read_measures(night: Night, contract: Contract) -> pl.DataFrame:
    """What `count` wrote, as MEASURE_SCHEMA."""
    return pl.read_parquet(night.lake.work / contract.workstream / "measures.parquet")


def read_days(night: Night, contract: Contract) -> pl.DataFrame:
    """The days between rare events that `count` wrote, as MEASURE_SCHEMA."""
    return pl.read_parquet(night.lake.work / contract.workstream / "days.parquet")


def read_months(night: Night, contract: Contract) -> pl.DataFrame:
    """What is in force, as in_force.MONTHS_SCHEMA."""
    return pl.read_parquet(night.lake.work / contract.workstream / "months.parquet")


def read_questions(night: Night, contract: Contract) -> pl.DataFrame:
    """What must be asked because parts are missing, as problems.PROBLEM_SCHEMA."""
    return pl.read_parquet(night.lake.work / contract.workstream / "questions.parquet")


def read_corrections(night: Night, contract: Contract) -> pl.DataFrame:
    """Which figures a later version changed, as corrections.CORRECTION_SCHEMA."""
    return pl.read_parquet(night.lake.work / contract.workstream / "corrections.parquet")


def _write(folder: Path, night: Night, contract: Contract) -> None:
    receipts = all_receipts(night.lake)
    used = {table.id: in_force(night, contract, table, receipts) for table in contract.tables}
    write_frame(folder / "measures.parquet", _counted(night, contract, used))
    until = data_month(night.contracts, night.today)
    write_frame(folder / "days.parquet", days_between(night, contract, used, until))
    write_frame(folder / "months.parquet", pl.concat([u.months for u in used.values()]))
    questions = [problem for u in used.values() for problem in u.questions]
    write_frame(folder / "questions.parquet", problems_frame(questions))
    changed = corrections(night, contract, used, lambda table, months: _sums(night, table, months))
    write_frame(folder / "corrections.parquet", changed)


def _counted(night: Night, contract: Contract, used: dict[str, InForce]) -> pl.DataFrame:
    until = data_month(night.contracts, night.today)
    frames = [
        _table(night, table, used[table.id].months.filter(pl.col("period") <= until), until)
        for table in contract.tables
        if table.measures
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=MEASURE_SCHEMA)


def _table(night: Night, table: Table, months: pl.DataFrame, until: date) -> pl.DataFrame:
    """All points of one table's measures, sorted by series and period."""
    sums = _sums(night, table, months)
    units = _with_gaps(sums, months, until).join(
        sums, on=[*UNIT_KEYS, "period"], how="left", maintain_order="left"
    )
    # A month's return is that of the organisation that ran the unit then.
    is_of_wales = pl.col("level").is_in(OF_WALES)
    returned = pl.when(is_of_wales).then(pl.lit(WALES)).otherwise("organisation")
    units = units.with_columns(returned_by=pl.coalesce(returned, "place"))
    placed = units.join(
        _states(table, months, until),
        left_on=["level", "returned_by", "period"],
        right_on=["level", "place", "period"],
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("is_complete").fill_null(False))
    return pl.concat([_points(placed, measure, until) for measure in table.measures]).sort(
        "series", "period"
    )


def _sums(night: Night, table: Table, months: pl.DataFrame) -> pl.DataFrame:
    """One row for each level, unit and month with `n_<measure>` and `d_<measure>`."""
    submissions = months["submission"].unique().sort().to_list()
    paths = [str(night.lake.submissions / name / RECORDS) for name in submissions]
    with duckdb.connect() as connection:
        connection.register("month_in_force", months.to_arrow())
        return connection.sql(counting_sql(table, paths)).pl()


def counting_sql(table: Table, paths: Iterable[str]) -> str:
    """The SQL that counts a table: which records count, what each is a part of, sums.

    `month_in_force` (organisation, period, submission) must be there. Plain enough for SQLGlot to
    translate, but for reading the files.
    """
    files = ", ".join(f"'{path.replace(chr(39), chr(39) * 2)}'" for path in paths)
    sums = ",\n    ".join(_sum_columns(measure) for measure in table.measures)
    return (
        f"""
with agreed as (
  select {", ".join(_typed_null(column) for column in table.columns)} where false
),
sent as (
  select * from agreed
  union all by name
  select *, split_part(parse_dirpath(filename), '/', -1) as submission
  from read_parquet([{files}], union_by_name = true, filename = true)
),
counted as (
  select sent.* from sent
  join month_in_force on sent.submission = month_in_force.submission
    and sent.organisation_code = month_in_force.organisation
    and sent.period = month_in_force.period
),
part as (
  {" union all ".join(_unit_select(level, unit) for level, unit in levels_of(table))}
)
select level, unit, period, max(organisation_code) as organisation,
    max({_rank_of_provenance(table)}) as provenance_rank,
    {sums}
from part
group by level, unit, period
"""
        if files
        else f"""
select '' as level, '' as unit, date '1900-01-01' as period, '' as organisation,
    0 as provenance_rank,
    {", ".join(f"0.0::double as n_{m.id}, 0.0::double as d_{m.id}" for m in table.measures)}
where false
"""
    )


def _typed_null(column: Column) -> str:
    """A column that all records have, also those of an older contract without it."""
    return f"cast(null as {SQL_TYPES[column.type]}) as {column.name}"


def levels_of(table: Table) -> list[tuple[str, str]]:
    """The levels a table can be counted at, each with the SQL of its unit."""
    levels = [("wales", f"'{WALES}'"), ("organisation", "organisation_code")]
    if table.has("site_code"):
        levels.append(("site", "site_code"))
    if table.has("ward_code"):
        levels.append(("ward", "site_code || ':' || ward_code"))
    for cut in CUTS:
        if table.has(cut):
            levels += [(cut, f"organisation_code || ':' || {cut}"), (f"wales_{cut}", cut)]
    return levels


def _unit_select(level: str, unit: str) -> str:
    select = f"select '{level}' as level, {unit} as unit, * from counted"
    return f"{select} where ward_code is not null" if level == "ward" else select


def _sum_columns(measure: Measure) -> str:
    """Sums over the rows that have both figures; null where there is no such row."""
    parts = [part for part in (measure.numerator, measure.denominator) if part is not None]
    holds = " and ".join(
        [f"({part}) is not null" for part in parts]
        + ([f"({measure.filter})"] if measure.filter else [])
    )
    bottom = measure.denominator or "1"
    return (
        f"sum(case when {holds} then ({measure.numerator}) end)::double as n_{measure.id},\n"
        f"    sum(case when {holds} then ({bottom}) end)::double as d_{measure.id}"
    )


def _rank_of_provenance(table: Table) -> str:
    if not table.has("provenance"):
        return "0"
    ranks = " ".join(f"when '{name}' then {rank}" for rank, name in enumerate(PROVENANCES))
    return f"case provenance {ranks} else 0 end"


def _with_gaps(sums: pl.DataFrame, months: pl.DataFrame, until: date) -> pl.DataFrame:
    """Every unit's months without a hole: level, unit, place (whose unit it is now), period.

    A unit that a later complete month of its organisation is without has come to its end; any other
    goes on through `until`.
    """
    complete = (
        months.filter("is_complete")
        .group_by("organisation")
        .agg(complete_until=pl.col("period").max())
    )
    spans = (
        sums.sort("period")
        .group_by("level", "unit", maintain_order=True)
        .agg(
            first=pl.col("period").min(),
            last=pl.col("period").max(),
            place=pl.col("organisation").last(),
        )
        .join(complete, left_on="place", right_on="organisation", how="left")
        .with_columns(
            ends=pl.col("level").is_in(["site", "ward", *CUTS])
            & (pl.col("complete_until") > pl.col("last")).fill_null(False)
        )
        .with_columns(until=pl.when("ends").then("last").otherwise(pl.lit(until)))
    )
    filled = spans.with_columns(
        period=pl.date_ranges("first", "until", interval="1mo"),
        place=pl.when(pl.col("level").is_in(OF_WALES)).then(pl.lit(WALES)).otherwise("place"),
    )
    return filled.select(*UNIT_KEYS, "place", "period").explode("period")


def _states(table: Table, months: pl.DataFrame, until: date) -> pl.DataFrame:
    """level, place, period -> is_complete, parts_in, parts_due."""
    organisations = months.select(
        place="organisation", period="period", is_complete="is_complete",
        parts_in="parts_in", parts_due="parts_due",
    )  # fmt: skip
    levels = [level for level, _ in levels_of(table)]
    own_levels = [level for level in levels if level not in OF_WALES]
    own = organisations.join(pl.DataFrame({"level": own_levels}), how="cross")
    only = pl.col("level") == "organisation"
    own = own.with_columns(
        parts_in=pl.when(only).then("parts_in"), parts_due=pl.when(only).then("parts_due")
    )
    wales = _wales(table, months, until).join(
        pl.DataFrame({"level": [level for level in levels if level in OF_WALES]}), how="cross"
    )
    columns = ["level", "place", "period", "is_complete", "parts_in", "parts_due"]
    return pl.concat([own.select(columns), wales.select(columns)])


def _wales(table: Table, months: pl.DataFrame, until: date) -> pl.DataFrame:
    """Wales is complete when every organisation that is due is."""
    first = min((due.starts for due in table.due), default=until)
    rows = []
    complete = set(months.filter("is_complete").select("organisation", "period").iter_rows())
    for period in months_between(first, until):
        due = [code for code in table.due_organisations if table.is_due(code, period)]
        there = sum((code, period) in complete for code in due)
        rows.append((WALES, period, there == len(due) > 0, there, len(due)))
    schema = {
        "place": pl.String, "period": pl.Date, "is_complete": pl.Boolean, "parts_in": pl.Int64,
        "parts_due": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _points(placed: pl.DataFrame, measure: Measure, until: date) -> pl.DataFrame:
    """The points of one measure, of the units that have any figure for it."""
    numerator, denominator = pl.col(f"n_{measure.id}"), pl.col(f"d_{measure.id}")
    series = pl.format(f"{measure.workstream}/{measure.id}/{{}}/{{}}", "level", "unit")
    young = pl.col("period") > later(until, -measure.final_after_months)
    state = (
        pl.when(numerator.is_null())
        .then(None)
        .when(~pl.col("is_complete"))
        .then(pl.lit(PointState.INCOMPLETE.value))
        .when(young)
        .then(pl.lit(PointState.IMMATURE.value))
        .otherwise(pl.lit(PointState.FINAL.value))
    )
    rank = pl.col("provenance_rank")
    points = placed.select(
        workstream=pl.lit(measure.workstream),
        measure=pl.lit(measure.id),
        level="level",
        unit="unit",
        organisation="place",
        series=series,
        period="period",
        numerator=numerator,
        denominator=denominator if measure.denominator else pl.lit(None, pl.Float64),
        state=state,
        parts_in="parts_in",
        parts_due="parts_due",
        provenance=pl.when(numerator.is_not_null()).then(
            rank.replace_strict(dict(enumerate(PROVENANCES)), default=None, return_dtype=pl.String)
        ),
    )
    return _without_empty_ends(points).match_to_schema(MEASURE_SCHEMA)


def _without_empty_ends(points: pl.DataFrame) -> pl.DataFrame:
    """A unit's points from its first figure of the measure on; none where it has no figure.

    Gaps after the last figure stay: they are months that nobody sent.
    """
    begun = pl.col("numerator").is_not_null().cum_max().over("series", order_by="period")
    return points.filter(begun)
