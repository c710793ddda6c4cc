"""The columns of a file against those that were agreed: what is missing, unknown or there twice.

Belongs here: the table of differences. Does not belong here: finding them (they are problems of
the catalogue) and what each costs the file (its outcome).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data_contracts.problems import DUPLICATE_COLUMN, MISSING_COLUMN, UNKNOWN_COLUMN
from reports.pages.as_sent import suggestion_of
from reports.pages.submission_case import Case, Row, Rows
from reports.pages.visible_text import Parts, quoted, sentence_parts
from reports.words import Words

LONGEST_TABLE = 40


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One difference: the name agreed, the name found, where, and what to do."""

    expected: Parts
    found: Parts
    where: str
    action: Parts


def column_differences(problems: Rows) -> Rows:
    """Those problems that are differences of columns, in the order found."""
    return tuple(problem for problem in problems if problem["code"] in _ROWS)


def column_rows(differences: Rows, words: Words) -> tuple[ColumnRow, ...]:
    """The first differences as rows to print."""
    shown = differences[:LONGEST_TABLE]
    return tuple(_ROWS[problem["code"]](problem, words) for problem in shown)


def column_sentences(case: Case, differences: Rows) -> tuple[Parts, ...]:
    """What is said above the table: the sheet that was read, and whether columns differ."""
    if case.table is None or not case.this["rows_read"]:
        return ()
    said = []
    if case.this["sheet"]:
        said.append(case.words.text("stewards.columns.sheet", sheet=quoted(case.this["sheet"])))
    if differences:
        said.append(case.words.text("stewards.columns.differ"))
    else:
        said.append(case.words.text("stewards.columns.all_found", n=len(case.table.columns)))
    return tuple(sentence_parts(case.words, sentence) for sentence in said)


def _missing(problem: Row, words: Words) -> ColumnRow:
    column = quoted(problem["column"] or "")
    suggestion = suggestion_of(problem)
    if suggestion:
        found = words.text("stewards.columns.similar", suggestion=quoted(suggestion))
        action = words.text("stewards.columns.rename", column=column)
    else:
        found = words.text("stewards.columns.not_found")
        action = words.text("stewards.columns.add", column=column)
    return _row(words, problem, column, found, action)


def _unknown(problem: Row, words: Words) -> ColumnRow:
    expected = words.text("stewards.columns.no_such")
    action = words.text("stewards.columns.remove")
    return _row(words, problem, expected, quoted(problem["column"] or ""), action)


def _twice(problem: Row, words: Words) -> ColumnRow:
    column = quoted(problem["column"] or "")
    return _row(words, problem, column, column, words.text("stewards.columns.keep_one"))


def _row(words: Words, problem: Row, expected: str, found: str, action: str) -> ColumnRow:
    return ColumnRow(
        sentence_parts(words, expected),
        sentence_parts(words, found),
        problem["cell"] or "",
        sentence_parts(words, action),
    )


_ROWS: Mapping[str, Callable[[Row, Words], ColumnRow]] = {
    MISSING_COLUMN.code: _missing,
    UNKNOWN_COLUMN.code: _unknown,
    DUPLICATE_COLUMN.code: _twice,
}
