"""What a machine needs to know to read an Errors sheet back, whatever its language.

Belongs here: the columns and their ids, where they stand, and the key of a finding. Does not belong
here: words, looks and reading answers.

The sheet's first row is hidden and holds one id in each cell, such as `safecare:answer`; the second
has the same columns' names in the reader's language, and findings follow. A sheet is an Errors
sheet if its first row holds `safecare:key` and `safecare:answer`: its name and the order of its
columns may have been changed by the steward, and rows may have been sorted or deleted. A workbook
with more findings than a sheet has rows has several such sheets. Cells hold text as it is shown
(hidden characters in words, identifiers as dots), so an answer is joined to its finding by the
submission and the key, never by a value.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum

from data_contracts.problems import PROBLEM_SCHEMA
from reports.pages.submission_case import Row

ID_PREFIX = "safecare:"
# Rows as Excel counts them.
ID_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
KEY_LENGTH = 16


class ErrorColumn(StrEnum):
    """The columns of the Errors sheet, in their order; values never change with the language."""

    NUMBER = "number"
    SEVERITY = "severity"
    CODE = "code"
    PROBLEM = "problem"
    CELL = "cell"
    ROW = "row"
    COLUMN = "column"
    VALUE = "value"
    EXPECTED = "expected"
    MEND = "mend"
    ANSWER = "answer"
    MORE = "more"
    SHEET = "sheet"
    SUBMISSION = "submission"
    KEY = "key"

    @property
    def id(self) -> str:
        """What the hidden row says above the column."""
        return f"{ID_PREFIX}{self.value}"


ERROR_COLUMNS = tuple(ErrorColumn)


def finding_key(problem: Row) -> str:
    """The key of a row of the problems table as it was kept: equal for equal findings.

    It is made from the kept row, not from what a page shows of it, so that anyone who has
    `problems.parquet` can work it out again.
    """
    kept = json.dumps([problem[name] for name in PROBLEM_SCHEMA], ensure_ascii=False)
    return hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_LENGTH]
