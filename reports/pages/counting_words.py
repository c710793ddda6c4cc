"""Whether what a file is asked about was counted: a sentence behind each question of a rule.

Belongs here: which of them is true of a file. Does not belong here: questions of the catalogue,
which say themselves what was done (a column was not read, a file came twice), and what the file as
a whole means for the report (submission_outcome.py).
"""

from __future__ import annotations

from data_contracts.contract import Scope
from data_contracts.problems import CATALOGUE, NOT_TAKEN, Outcome
from reports.pages.submission_case import Case, Row


def counting_sentence(case: Case) -> str:
    """What became of figures that a rule asks about; one sentence for all of a file."""
    tense = "tried" if case.this.get("tried") else "sent"
    return case.words.text(f"stewards.counting.{tense}.{_counted(case)}")


def has_counting(problem: Row) -> bool:
    """Whether a finding is a contract's question about figures."""
    return problem["scope"] == Scope.INFORMATION and problem["code"] not in CATALOGUE


def _counted(case: Case) -> str:
    # On a desk a file is tried as if it were sent: what would become of it is what is told.
    is_trial = case.this.get("trial") and not case.this.get("tried")
    is_apart = is_trial or case.outcome in NOT_TAKEN
    if is_apart or not case.this["months_in_force"]:
        return "none"
    # A row that a rule asks about may have been set aside for something else in it.
    is_whole = case.outcome is not Outcome.PARTLY_ACCEPTED and case.this["counts_in_full"]
    return "all" if is_whole else "some"
