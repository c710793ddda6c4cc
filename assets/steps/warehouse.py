"""The figures of a night in one DuckDB file, for whoever wants to ask questions in SQL.

Belongs here: building it anew, proving it whole, putting it in place, and which publication it is
of (its table `publication`, one row). Does not belong here: any figure that is not in an edition
already.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import duckdb
import polars as pl

from assets.steps.lake import Lake
from reports.edition import Edition

# Name of the table -> the edition's frame it holds.
TABLES: Mapping[str, str] = MappingProxyType(
    {
        "measure": "points",
        "series": "series",
        "return": "returns",
        "submission": "submissions",
        "problem": "problems",
        "change": "changes",
        "correction": "corrections",
    }
)


class WarehouseError(RuntimeError):
    """The new warehouse does not hold what was put into it; the old one is still in place."""


def publication_in(lake: Lake) -> str | None:
    """The publication whose figures the warehouse has; None where none can be read."""
    if not lake.warehouse.exists():
        return None
    try:
        with duckdb.connect(str(lake.warehouse), read_only=True) as connection:
            row = connection.sql("select name from publication").fetchone()
    except duckdb.Error:
        return None
    return None if row is None else str(row[0])


def build_warehouse(lake: Lake, edition: Edition) -> None:
    """A new file, verified, then renamed over the old one. Raises WarehouseError."""
    making = lake.warehouse.with_name(f".making-{lake.warehouse.name}")
    # A log that a crash left beside it would be played into the new file.
    for left in (making, making.with_name(f"{making.name}.wal")):
        left.unlink(missing_ok=True)
    with duckdb.connect(str(making)) as connection:
        connection.execute("create table publication (name varchar, data_month date, as_of date)")
        connection.execute(
            "insert into publication values (?, ?, ?)",
            [edition.publication, edition.data_month, edition.today],
        )
        for table, field in TABLES.items():
            frame: pl.DataFrame = getattr(edition, field)
            connection.register("given", frame.to_arrow())
            connection.execute(f'create table "{table}" as select * from given')
            connection.unregister("given")
        _verify(connection, edition)
        connection.execute("checkpoint")
    making.replace(lake.warehouse)


def _verify(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    """Rows of each table, and the sum of all counts, as they were given."""
    for table, field in TABLES.items():
        frame: pl.DataFrame = getattr(edition, field)
        _expect(connection, f'select count(*) from "{table}"', frame.height)
    total = float(edition.points["numerator"].sum())
    _expect(connection, "select coalesce(sum(numerator), 0) from measure", total)


def _expect(connection: duckdb.DuckDBPyConnection, query: str, known: float) -> None:
    row = connection.sql(query).fetchone()
    found = None if row is None else row[0]
    if found is None or abs(found - known) > 1e-6 * max(1.0, abs(known)):
        raise WarehouseError(f"{query} gives {found}, expected {known}")
