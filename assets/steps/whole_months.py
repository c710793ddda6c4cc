"""Step 3f. What is asked of a month as a whole, or of a ward in it, beside the months before it.

Here: closed months that a file changes, figures that are those of the month before, wards that
appear, and ward codes that were another ward's. Not here: rules that a contract declares
(history.py), wards that are missing (in_force.py), words. These are asked of every table whose rows
are a roll of places in months, without being declared.

A month's finding stands at its first row, a ward's at the ward's first row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import TypeAlias

import polars as pl

from assets.steps.earlier import COMPLETE, IS_NEW, MONTH, ORGANISATION, VERSION, View
from assets.steps.history import fact_column
from assets.steps.months import closing_of
from data_contracts import problems
from data_contracts.contract import ColumnType, Table
from data_contracts.problems import masked
from data_contracts.registers import normalised
from data_contracts.suite import ROW, SUBMISSION, holds, whole_month_checks

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
        wards = _wards(view)
        found[NEW] = _new_wards(wards)
        if OTHER in columns:
            found[OTHER] = _renamed(view, wards)
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

    The version before is the one in force before tonight or, of tonight's, the next lower complete
    one: a file that lacks rows does not come into force beside one that has them all.
    """
    order = [IS_NEW, VERSION, SUBMISSION]
    whole = pl.when(COMPLETE).then("figures").forward_fill().shift(1)
    before = pl.coalesce(whole, pl.col("figures").shift(1)).over(
        ORGANISATION, MONTH, order_by=order
    )
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
    """Each ward of each version of a month: its first row, its name, and both as they are compared.

    Leading zeros of a code are easily lost.
    """
    rows = view.rows.filter(pl.col("ward_code").is_not_null())
    if "ward_name" not in rows:
        rows = rows.with_columns(ward_name=pl.lit(None, pl.String))
    wards = (
        rows.sort(ROW)
        .group_by(SUBMISSION, *PLACE, MONTH)
        .agg(pl.col(ROW).first(), pl.col("ward_name").drop_nulls().first(), pl.col(IS_NEW).first())
    )
    return wards.with_columns(
        code=normalised(pl.col("ward_code")).str.strip_chars_start("0"),
        name=normalised(pl.col("ward_name")),
    )


def _new_wards(wards: pl.DataFrame) -> pl.DataFrame:
    """Wards that no earlier month had, where the organisation had sent others for some months."""
    first = wards.group_by(PLACE).agg(pl.col(MONTH).min())
    known = wards.select(ORGANISATION, MONTH).unique()
    asked = wards.filter(IS_NEW).join(first, on=[*PLACE, MONTH], how="semi")
    before = pl.col(f"{MONTH} known")
    earlier = (
        asked.select(ORGANISATION, MONTH)
        .unique()
        .join(known, on=ORGANISATION, suffix=" known")
        .filter(before.is_between(pl.col(MONTH) - LOOKED_BACK, pl.col(MONTH) - 1))
        .group_by(ORGANISATION, MONTH)
        .agg(pl.len().alias("months"), before.max().alias("last"))
        .filter(pl.col("months") >= KNOWN_MONTHS)
    )
    new = asked.join(earlier, on=[ORGANISATION, MONTH], how="inner").sort(SUBMISSION, ROW)
    near: list[tuple[str, int, str]] = []
    for (submission, organisation, month, last), own in new.partition_by(
        *MONTH_SENT, "last", as_dict=True, maintain_order=True
    ).items():
        gone = _gone(wards, str(submission), str(organisation), month, last)
        for row, *one in own.select(ROW, "code", "name").iter_rows():
            near.append((str(submission), row, _nearest(one, gone)))
    schema = {SUBMISSION: pl.String, ROW: pl.Int64, "renamed_from": pl.String}
    return pl.DataFrame(near, schema=schema, orient="row")


# A code and a name as they are compared.
Named: TypeAlias = Sequence[str | None]


def _gone(
    wards: pl.DataFrame, submission: str, organisation: str, month: object, last: object
) -> dict[str, Named]:
    """The wards of an organisation's month before that are not in a file's month."""
    own = wards.filter(pl.col(ORGANISATION) == organisation)
    here = own.filter((pl.col(MONTH) == month) & (pl.col(SUBMISSION) == submission))
    gone = own.filter(pl.col(MONTH) == last).join(here, on=PLACE, how="anti")
    return {
        f"{site} {ward}": (code, name)
        for site, ward, code, name in gone.select("site_code", "ward_code", "code", "name")
        .sort(pl.all())
        .iter_rows()
    }


def _nearest(ward: Named, others: Mapping[str, Named]) -> str:
    """The one that may be the same ward, for a person to judge; empty where none is near enough."""
    likeness = {
        told: max(_likeness(one, other) for one, other in zip(ward, named, strict=True))
        for told, named in others.items()
    }
    best = max(likeness, key=lambda told: likeness[told], default="")
    return best if likeness.get(best, 0) >= NEAR_ENOUGH else ""


def _likeness(one: str | None, other: str | None) -> float:
    """How alike two codes or names are, from 0 to 1."""
    if not one or not other:
        return 0.0
    return SequenceMatcher(None, one, other).ratio()


def _renamed(view: View, wards: pl.DataFrame) -> pl.DataFrame:
    """Wards whose code had quite another name in the last month before that had it.

    A name that could point at a person is shown to nobody, so nobody is asked about it.
    """
    named = wards.filter(pl.col("name").is_not_null()).sort(MONTH)
    spoken = named.join(view.speaking_versions, on=list(MONTH_SENT), how="semi")
    before = (
        named.filter(IS_NEW)
        .join_asof(
            spoken.select(*PLACE, MONTH, before="name", named_before="ward_name").sort(MONTH),
            on=MONTH,
            by=list(PLACE),
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .filter(pl.col("name") != pl.col("before"))
    )
    is_other = [
        _likeness(now, then) < NEAR_ENOUGH and masked(now) == now and masked(then) == then
        for now, then in before.select("name", "before").iter_rows()
    ]
    return before.filter(pl.Series(is_other, dtype=pl.Boolean)).select(
        SUBMISSION, ROW, "named_before"
    )
