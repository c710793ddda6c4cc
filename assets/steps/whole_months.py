"""Step 3f. What is asked of a month as a whole, or of a ward in it, beside the months before it.

Here: closed months that a file changes, figures that are those of the month before, wards that
appear, and ward codes that were another ward's. Not here: rules that a contract declares
(history.py), wards that are missing (in_force.py), words. These are asked of every table whose rows
are a roll of places in months, without being declared.

A month's finding stands at its first row, a ward's at the ward's first row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from difflib import SequenceMatcher

import polars as pl

from assets.steps.earlier import COMPLETE, IS_NEW, MONTH, ORGANISATION, VERSION, View
from assets.steps.history import fact_column
from assets.steps.months import closing_of
from data_contracts import problems
from data_contracts.contract import ColumnType, Table
from data_contracts.expectations import ROW, SUBMISSION, holds, whole_month_checks
from data_contracts.registers import spelling

CLOSED, SAME, NEW, OTHER = (
    kind.code
    for kind in (
        problems.CLOSED_MONTH_CHANGED,
        problems.SAME_AS_MONTH_BEFORE,
        problems.NEW_WARD,
        problems.WARD_CODE_REUSED,
    )
)
# So many figures that are not 0 are never all the same again by chance.
ENOUGH_FIGURES = 20
# A ward can be new only where others were sent in so many of the twelve months before.
KNOWN_MONTHS, LOOKED_BACK = 3, 12
# From this likeness on two names or codes may be one ward's (1 is the same).
NEAR_ENOUGH = 0.8
PLACE = (ORGANISATION, "site_code", "ward_code")
MONTH_SENT = (SUBMISSION, ORGANISATION, MONTH)


def with_whole_months(
    frame: pl.DataFrame, table: Table, views: Iterable[View], arrived: Mapping[str, date]
) -> pl.DataFrame:
    """The frame with the truth of what is asked of whole months and wards, and its facts.

    `arrived` is the day on which each file of tonight came.
    """
    columns = whole_month_checks(table)
    if not columns:
        return frame
    found: dict[str, list[pl.DataFrame]] = {code: [] for code in columns}
    for view in views:
        for code, rows in _asked(view, table, columns, arrived).items():
            found[code].append(rows.filter(pl.col(SUBMISSION).is_in(list(view.asked))))
    for code, parts in found.items():
        told = pl.concat([_nothing(), *parts], how="diagonal_relaxed").rename(
            {fact: fact_column(code, fact) for fact in _FACT_COLUMNS}
        )
        told = told.with_columns(pl.lit(False).alias(holds(code, columns[code])))
        frame = frame.join(told, on=[SUBMISSION, ROW], how="left", maintain_order="left")
    return frame


_FACT_COLUMNS = ("closed_on", "renamed_from", "named_before")


def _nothing() -> pl.DataFrame:
    facts = dict.fromkeys(_FACT_COLUMNS, pl.String)
    return pl.DataFrame(schema={SUBMISSION: pl.String, ROW: pl.Int64, **facts})


def _asked(
    view: View, table: Table, columns: Collection[str], arrived: Mapping[str, date]
) -> dict[str, pl.DataFrame]:
    """The rows at which something is asked, by code."""
    sent = _months_sent(view.rows, table)
    speaking = sent.join(view.speaking_versions, on=list(MONTH_SENT), how="semi")
    found = {CLOSED: _closed(sent, table, arrived), SAME: _same(sent, speaking)}
    if NEW in columns:
        found[NEW] = _new_wards(view)
    if OTHER in columns:
        found[OTHER] = _renamed(view)
    return found


def _months_sent(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Each version of an organisation's month with digests of its figures, and its first row.

    `figures` says what was sent of whom; two versions with the same figures have the same digest.
    """
    counts = [c.name for c in table.columns if c.type is ColumnType.COUNT]
    whose = [name for name in table.key if name != "period"]
    # Sums of digests do not depend on the order of the rows; a fourth of each keeps them in range.
    digest = pl.struct(*whose, *counts).hash(seed=0) // 2**20
    return (
        rows.with_columns(digest=digest, filled=pl.sum_horizontal(pl.col(counts) > 0))
        .group_by(*MONTH_SENT)
        .agg(
            pl.col("digest").sum().alias("figures"),
            pl.col("filled").sum(),
            pl.col(ROW).min(),
            pl.col("period").first(),
            pl.col(COMPLETE, VERSION, IS_NEW).first(),
        )
    )


def _closed(sent: pl.DataFrame, table: Table, arrived: Mapping[str, date]) -> pl.DataFrame:
    """Versions that came after the closing of their month and say something else than before.

    The version before is the one in force before tonight or, of tonight's, the next lower one.
    """
    order = [IS_NEW, VERSION, SUBMISSION]
    before = pl.col("figures").shift(1).over(ORGANISATION, MONTH, order_by=order)
    changed = sent.with_columns(before=before).filter(
        pl.col(IS_NEW) & pl.col(COMPLETE) & (pl.col("figures") != pl.col("before"))
    )
    days = {month: closing_of(table, month) for month in changed["period"].unique()}
    late = [
        (submission, row, days[period].isoformat())
        for submission, row, period in changed.select(SUBMISSION, ROW, "period").iter_rows()
        if arrived[submission] > days[period]
    ]
    schema = {SUBMISSION: pl.String, ROW: pl.Int64, "closed_on": pl.String}
    return pl.DataFrame(late, schema=schema, orient="row")


def _same(sent: pl.DataFrame, speaking: pl.DataFrame) -> pl.DataFrame:
    """Months whose figures are all those of the month before."""
    before = speaking.select(ORGANISATION, "figures", pl.col(MONTH) + 1)
    repeated = sent.filter(pl.col(IS_NEW) & (pl.col("filled") >= ENOUGH_FIGURES))
    return repeated.join(before, on=[ORGANISATION, MONTH, "figures"], how="semi").select(
        SUBMISSION, ROW
    )


def _wards(view: View) -> pl.DataFrame:
    """Each ward of each version of a month: its first row and its name."""
    rows = view.rows
    if "ward_name" not in rows:
        rows = rows.with_columns(ward_name=pl.lit(None, pl.String))
    return (
        rows.filter(pl.col("ward_code").is_not_null())
        .sort(ROW)
        .group_by(SUBMISSION, *PLACE, MONTH)
        .agg(pl.col(ROW).first(), pl.col("ward_name").drop_nulls().first(), pl.col(IS_NEW).first())
    )


def _new_wards(view: View) -> pl.DataFrame:
    """Wards that no earlier month had, where the organisation had sent others for some months."""
    wards = _wards(view)
    first = wards.group_by(PLACE).agg(pl.col(MONTH).min())
    known = view.rows.select(ORGANISATION, MONTH).unique()
    asked = wards.filter(IS_NEW).join(first, on=[*PLACE, MONTH], how="semi")
    earlier = (
        asked.select(ORGANISATION, MONTH)
        .unique()
        .join(known, on=ORGANISATION, suffix=" known")
        .filter(pl.col(f"{MONTH} known").is_between(pl.col(MONTH) - LOOKED_BACK, pl.col(MONTH) - 1))
        .group_by(ORGANISATION, MONTH)
        .agg(pl.len().alias("months"), pl.col(f"{MONTH} known").max().alias("last"))
        .filter(pl.col("months") >= KNOWN_MONTHS)
    )
    new = asked.join(earlier, on=[ORGANISATION, MONTH], how="inner").sort(SUBMISSION, ROW)
    near = [_nearest(ward, wards) for ward in new.iter_rows(named=True)]
    return new.select(SUBMISSION, ROW).with_columns(renamed_from=pl.Series(near, dtype=pl.String))


def _nearest(ward: Mapping[str, object], wards: pl.DataFrame) -> str:
    """A ward of the month before that is not in this file's month and may be the same one."""
    of = pl.col(ORGANISATION) == ward[ORGANISATION]
    here = wards.filter(
        of & (pl.col(MONTH) == ward[MONTH]) & (pl.col(SUBMISSION) == ward[SUBMISSION])
    )
    gone = wards.filter(of & (pl.col(MONTH) == ward["last"])).join(here, on=PLACE, how="anti")
    likeness = {
        f"{site} {code}": max(
            _likeness(code, ward["ward_code"]), _likeness(name, ward["ward_name"])
        )
        for site, code, name in gone.select("site_code", "ward_code", "ward_name")
        .unique()
        .sort("site_code", "ward_code", "ward_name")
        .iter_rows()
    }
    best = max(likeness, key=lambda name: likeness[name], default="")
    return best if best and likeness[best] >= NEAR_ENOUGH else ""


def _likeness(one: object, other: object) -> float:
    """How alike two codes or names are, from 0 to 1; leading zeros are easily lost."""
    if not one or not other:
        return 0.0
    first, second = (spelling(str(text)).lstrip("0") for text in (one, other))
    return SequenceMatcher(None, first, second).ratio()


def _renamed(view: View) -> pl.DataFrame:
    """Wards whose code had quite another name in the last month before that had it."""
    wards = _wards(view).filter(pl.col("ward_name").is_not_null())
    speaking = wards.join(view.speaking_versions, on=list(MONTH_SENT), how="semi")
    names = speaking.select(*PLACE, MONTH, "ward_name").sort(MONTH)
    asked = wards.filter(IS_NEW).sort(MONTH)
    before = asked.join_asof(
        names.rename({"ward_name": "named_before"}),
        on=MONTH,
        by=list(PLACE),
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    ).filter(pl.col("ward_name") != pl.col("named_before"))
    is_other = [
        _likeness(now, then) < NEAR_ENOUGH
        for now, then in before.select("ward_name", "named_before").iter_rows()
    ]
    return before.filter(pl.Series(is_other, dtype=pl.Boolean)).select(
        SUBMISSION, ROW, "named_before"
    )
