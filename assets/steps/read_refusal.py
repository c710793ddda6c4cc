"""What stops the reading of a file: one kind of problem, where it is, and its facts.

Here: the exception that the steps of reading share. Not here: kinds and words (data_contracts).
"""

from __future__ import annotations

from data_contracts import problems
from data_contracts.problems import Fact, Kind, Problem, Unreadable


class RefusalError(Exception):
    """The file cannot be used at all; places count as Excel does."""

    def __init__(
        self,
        kind: Kind,
        *,
        sheet: str | None = None,
        row: int | None = None,
        cell: str | None = None,
        **facts: Fact,
    ) -> None:
        super().__init__(kind.code)
        self.kind, self.sheet, self.row, self.cell, self.facts = kind, sheet, row, cell, facts

    def problem(self, submission: str) -> Problem:
        """The refusal as a finding about a submission."""
        return Problem(
            self.kind,
            submission,
            sheet=self.sheet or None,
            row=self.row,
            cell=self.cell,
            facts=self.facts,
        )


def unreadable(
    reason: Unreadable, *, sheet: str | None = None, row: int | None = None, cell: str | None = None
) -> RefusalError:
    """A refusal because of what the file is, not of what it says."""
    return RefusalError(problems.UNREADABLE, sheet=sheet, row=row, cell=cell, reason=reason.value)
