"""What a file changes against what its sender had accepted before, as its page says it.

Belongs here: what a comparison is, the sentence, the sums and the first rows of it, and the list of
all of them. Does not belong here: comparing (assets/steps/compare.py). Nothing of a file that was
locked away is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

import polars as pl

from data_contracts.problems import masked
from reports.deadlines import in_wales
from reports.pages.file_names import file_name
from reports.pages.months_used import months_ahead, months_shown
from reports.pages.problem_words import organisation_name
from reports.pages.safe_csv import csv_bytes
from reports.pages.submission_case import Case, Row
from reports.pages.submission_history import page_name, shown_of, spoken_months, spoken_spans
from reports.pages.visible_text import Parts, plain_value, quoted, sentence_parts, value_parts
from reports.words import Words

LONGEST_CHANGES = 20


class Change(StrEnum):
    """How a row or a figure differs: the values are keys of words."""

    GONE = "gone"
    NEW = "new"
    CHANGED = "changed"


# One row for each row that is in one file only, and for each cell that differs in both. `row` is
# that of the file the page is about; `more` are the other columns of the key.
CHANGE_SCHEMA = pl.Schema(
    {
        "kind": pl.String(),
        "row": pl.Int64(),
        "organisation": pl.String(),
        "period": pl.String(),
        "site": pl.String(),
        "ward": pl.String(),
        "ward_name": pl.String(),
        "more": pl.String(),
        "column": pl.String(),
        "before": pl.String(),
        "now": pl.String(),
    }
)
# Sums of the figures that differ, over all months that both files have.
SUM_SCHEMA = pl.Schema({"column": pl.String(), "before": pl.Int64(), "now": pl.Int64()})
ORDER = {Change.GONE.value: 0, Change.CHANGED.value: 1, Change.NEW.value: 2}
LIST_COLUMNS = ("kind", "row", "organisation", "period", "site", "ward", "ward_name", "more",
                "column", "before", "now")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A file against what was in force before, in the organisations' months of both.

    Without `with_files` nothing was accepted before. `others` are rows of other months or
    organisations; of `untold` rows nobody can tell the month, or an organisation of the sender's.
    """

    with_files: tuple[str, ...] = ()
    months: tuple[date, ...] = ()
    others: int = 0
    untold: int = 0
    changes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CHANGE_SCHEMA))
    sums: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SUM_SCHEMA))


class Comparing(Protocol):
    """Whoever can compare the files of a lake."""

    def of(self, submission: str) -> Compared | None:
        """What a file changes; None where nothing of it can be compared."""

    def read_by(self, submission: str) -> str:
        """What `of` reads besides the file itself, as text for the key of its page."""


class NothingCompared:
    """For pages that are made without the files of a lake."""

    def of(self, submission: str) -> None:
        """Nothing."""

    def read_by(self, submission: str) -> str:
        """Nothing."""
        return ""


NOTHING_COMPARED: Comparing = NothingCompared()


@dataclass(frozen=True, slots=True)
class SumRow:
    """A figure whose sum differs."""

    name: str
    before: str
    now: str
    difference: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One difference, ready to print."""

    where: Parts
    place: str
    what: Parts
    before: Parts
    now: Parts


@dataclass(frozen=True, slots=True)
class Difference:
    """The section of the page; `files` lead to the pages of the files compared with."""

    title: str
    sentences: tuple[Parts, ...]
    files: tuple[tuple[Parts, str], ...] = ()
    sums: tuple[SumRow, ...] = ()
    rows: tuple[ChangeRow, ...] = ()
    shown: str = ""
    list_label: str = ""
    list_href: str = ""


def difference(case: Case, compared: Compared | None) -> Difference | None:
    """What the page says of the changes; None where nothing of the file may or can be compared."""
    words = case.words
    if compared is None:
        return None
    title = words.text("stewards.difference.title")
    if not compared.with_files:
        return Difference(title, (_said(words, "nothing_before"),))
    counts = dict(compared.changes.group_by("kind").len().iter_rows())
    facts = {kind.value: words.number(counts.get(kind.value, 0), 0) for kind in Change}
    sentences = [_said(words, key, months=months) for key, months in _effects(case, compared)]
    if compared.changes.is_empty():
        sentences.append(_said(words, "same"))
    else:
        sentences.append(_said(words, "counts", **facts))
        if compared.sums.is_empty():
            sentences.append(_said(words, "same_sums"))
    if compared.others:
        key = "others_of_several" if _is_of_several(case) else "others"
        sentences.append(_said(words, key, n=words.number(compared.others, 0)))
    if compared.untold:
        sentences.append(_said(words, "untold", n=words.number(compared.untold, 0)))
    return Difference(
        title=title,
        sentences=tuple(sentences),
        files=tuple(_files(case, compared)),
        sums=tuple(_sum(words, row) for row in compared.sums.to_dicts()),
        rows=tuple(_row(case, row) for row in _first(compared)),
        shown=shown_of(words, LONGEST_CHANGES, compared.changes.height),
        list_label=words.text("stewards.difference.list", n=compared.changes.height),
        list_href=list_name(case) if compared.changes.height else "",
    )


def list_name(case: Case) -> str:
    """The file name of the list of all differences."""
    return file_name(f"submission-{case.id}-changes", case.words.language, "csv")


def change_list(case: Case, compared: Compared | None) -> dict[str, bytes]:
    """Every difference as CSV, by its file name; nothing where there is none."""
    if compared is None or compared.changes.is_empty():
        return {}
    words = case.words
    header = [words.text(f"stewards.difference.column.{name}") for name in LIST_COLUMNS]
    rows = (tuple(_plain(words, row)) for row in _sorted(compared).iter_rows(named=True))
    return {list_name(case): csv_bytes(header, rows)}


def _plain(words: Words, row: Row) -> Iterator[object]:
    yield words.text(f"stewards.difference.kind.{row['kind']}")
    yield row["row"]
    for name in LIST_COLUMNS[2:]:
        yield None if row[name] is None else plain_value(words, masked(row[name]))


def _effects(case: Case, compared: Compared) -> Iterator[tuple[str, str]]:
    """Whether the differences are in the report, will be, or would be: each with its months."""
    did = set(months_shown(case.edition, case.this))
    will = set(months_ahead(case.edition, case.this))
    if not compared.months:
        # A list without months counts, as a whole, for those that its file is named after.
        key = "did" if did else "will" if will else "would"
        yield key, spoken_months(case.words, case.first_month, case.last_month)
        return
    every = set(compared.months)
    for key, months in (("did", did), ("will", will), ("would", every - did - will)):
        if found := sorted(months & every):
            yield key, spoken_spans(case.words, found)


def _is_of_several(case: Case) -> bool:
    """Whether the sender sends for others than itself, so that rows say whose they are."""
    submitter = case.this["submitter"]
    return case.table is not None and case.table.organisations_of(submitter) != (submitter,)


def _files(case: Case, compared: Compared) -> Iterator[tuple[Parts, str]]:
    for submission in compared.with_files:
        file = case.records.files.get(submission)
        if file is None:
            continue
        said = case.words.text(
            "stewards.difference.file",
            file=quoted(masked(file["file_name"])),
            date=case.words.date(in_wales(file["arrived"]).date()),
        )
        yield sentence_parts(case.words, said), page_name(submission, case.words.language)


def _sorted(compared: Compared) -> pl.DataFrame:
    order = pl.col("kind").replace_strict(ORDER, return_dtype=pl.Int64)
    by = ("organisation", "period", "site", "ward", "more", "row")
    return compared.changes.sort(order, *by, maintain_order=True, nulls_last=True)


def _first(compared: Compared) -> tuple[Row, ...]:
    return tuple(_sorted(compared).head(LONGEST_CHANGES).to_dicts())


def _sum(words: Words, row: Row) -> SumRow:
    change = row["now"] - row["before"]
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    number = words.number
    return SumRow(
        name=row["column"],
        before=number(row["before"], 0),
        now=number(row["now"], 0),
        difference=f"{sign}{number(abs(change), 0)}",
    )


def _row(case: Case, row: Row) -> ChangeRow:
    words = case.words
    month = words.month(date.fromisoformat(row["period"])) if row["period"] else ""
    names = [row["ward"] or row["site"], row["ward_name"] if row["ward"] else None, row["more"]]
    where = ", ".join(quoted(masked(name)) for name in names if name)
    if row["organisation"] and _is_of_several(case):
        organisation = organisation_name(words, case.edition.registers, row["organisation"])
        where = ", ".join(filter(None, (organisation, where)))
    if row["column"] is None:
        what = sentence_parts(words, words.text(f"stewards.difference.kind.{row['kind']}"))
        return ChangeRow(_parts(words, where, month), _place(words, row), what, (), ())
    return ChangeRow(
        _parts(words, where, month),
        _place(words, row),
        sentence_parts(words, quoted(row["column"])),
        *(_value(words, row[side]) for side in ("before", "now")),
    )


def _parts(words: Words, where: str, month: str) -> Parts:
    return sentence_parts(words, ", ".join(filter(None, (where, month))))


def _place(words: Words, row: Row) -> str:
    return "" if row["row"] is None else words.text("stewards.problems.row", row=row["row"])


def _value(words: Words, text: str | None) -> Parts:
    if text is None:
        return sentence_parts(words, words.text("stewards.problems.empty"))
    return value_parts(words, masked(text))


def _said(words: Words, key: str, **facts: str) -> Parts:
    return sentence_parts(words, words.text(f"stewards.difference.{key}", **facts))
