"""Problems as the file's own sheet names them: headers as they were typed, cells of a rule.

Belongs here: what only the sheet can tell about a finding (how a name was written, where the
columns of a rule stand), and which unknown column stands in for a missing one. Does not belong
here: finding problems (assets.steps), their words, the piece of sheet beside them (sheet_excerpt).
"""

from __future__ import annotations

import json
from dataclasses import replace
from difflib import SequenceMatcher

from data_contracts.problems import CATALOGUE, DUPLICATE_COLUMN, MISSING_COLUMN, UNKNOWN_COLUMN
from reports.pages.sheet_excerpt import Sheet, plain_name
from reports.pages.submission_case import Case, Row, Rows

# From this likeness on, one name may well be meant for the other.
LIKE_ENOUGH = 0.8
NAMING = frozenset({MISSING_COLUMN.code, UNKNOWN_COLUMN.code})


def as_sent(case: Case, sheet: Sheet | None) -> Case:
    """The case with names as typed and cells of rules, as far as the sheet is at hand."""
    problems = with_suggestions(case.problems)
    found = problems if sheet is None else tuple(_placed(row, sheet) for row in problems)
    return replace(case, problems=found)


def with_suggestions(problems: Rows) -> Rows:
    """Problems of one file, missing columns with the unknown one that may be meant for each."""
    nearest = _nearest(problems)
    return tuple(
        nearest.get(str(row["column"]), row) if _is_missing(row) else row for row in problems
    )


def suggestion_of(problem: Row) -> str:
    """The name in the file that was meant for a missing column, or nothing."""
    return str(json.loads(problem["facts"]).get("suggestion") or "")


def _is_missing(problem: Row) -> bool:
    return bool(problem["code"] == MISSING_COLUMN.code)


def _nearest(problems: Rows) -> dict[str, Row]:
    """Missing column -> its finding with the unknown column that is most like it, each once."""
    unknown = {str(row["column"]): row for row in problems if row["code"] == UNKNOWN_COLUMN.code}
    missing = [row for row in problems if _is_missing(row) and not suggestion_of(row)]
    found = {}
    for row in missing:
        name = str(row["column"])
        near = max(unknown, key=lambda other: _likeness(name, other), default=None)
        if near is not None and _likeness(name, near) >= LIKE_ENOUGH:
            found[name] = _instead(row, unknown.pop(near))
    return found


def _instead(missing: Row, unknown: Row) -> Row:
    facts = json.dumps({"suggestion": unknown["column"]}, ensure_ascii=False)
    return {**missing, "cell": unknown["cell"], "row": unknown["row"], "facts": facts}


def _likeness(name: str, other: str) -> float:
    """1 for the same words in any order, written in any way."""
    one, two = ("_".join(sorted(plain_name(text).split("_"))) for text in (name, other))
    return SequenceMatcher(None, one, two).ratio()


def _placed(problem: Row, sheet: Sheet) -> Row:
    if problem["code"] in NAMING and problem["cell"]:
        return _renamed(problem, sheet)
    if problem["code"] == DUPLICATE_COLUMN.code:
        return _located(problem, (str(problem["column"]),), sheet)
    if problem["code"] not in CATALOGUE and problem["cell"] is None:
        return _located(problem, tuple(json.loads(problem["facts"])), sheet)
    return problem


def _renamed(problem: Row, sheet: Sheet) -> Row:
    """The name in the header as it was typed, in place of the plain one."""
    typed = sheet.header_text(str(problem["cell"]))
    if not typed:
        return problem
    if not _is_missing(problem):
        return {**problem, "column": typed}
    return {**problem, "facts": json.dumps({"suggestion": typed}, ensure_ascii=False)}


def _located(problem: Row, columns: tuple[str, ...], sheet: Sheet) -> Row:
    """With the addresses of all cells of a row that a finding is about: `K4, L4`."""
    row = problem["row"]
    cells = [f"{letter}{row}" for name in columns for letter in sheet.letters_of(name)]
    if row is None or not cells:
        return problem
    return {**problem, "cell": ", ".join(sorted(cells, key=_place))}


def _place(cell: str) -> tuple[int, str]:
    return len(cell), cell
