"""One file for each common kind of mistake, and what has to become of it.

MISTAKES is the list that tests and documentation read. Every mistake is a second version of a month
whose first version is good (so the good one stays in force), or a first version in an unusual but
acceptable form. A board that is late or silent is no mistake in a file: that is in story.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Literal

import polars as pl

from pipelines.sample.deliveries import arrival
from pipelines.sample.edits import Edit, add_like, broken_off, emptied, exceed, put, rename
from pipelines.sample.parcels import Parcel, as_it_is
from pipelines.sample.story import Form

Outcome = Literal[
    "accepted", "accepted_with_warnings", "partly_accepted", "refused", "quarantined", "duplicate"
]

# From the range 999 kept for tests; the check digit (modulus 11) is right.
TEST_NHS_NUMBERS = ("9990000018", "9990000026")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A file that is not as agreed.

    `problems` are the codes it is given at least (data_contracts.problems, or the contract's rules),
    `in_force` is the version that counts for its month afterwards.
    """

    name: str
    submitter: str
    topic: str
    month: date
    version: int = 2
    outcome: Outcome
    problems: tuple[str, ...]
    in_force: int = 1
    working_days: int = 12
    form: Form | None = None
    edits: tuple[Edit, ...] = ()
    spoil: Callable[[bytes], bytes] = as_it_is

    def made_from(self, first: Parcel) -> Parcel:
        """The file with the mistake, from the good first version of its month."""
        again = arrival(self.month, self.working_days, f"{first.name} {self.name}")
        return replace(
            first,
            version=self.version,
            arrived=first.arrived if self.version == first.version else again,
            form=self.form or first.form,
            frame=reduce(_edited, self.edits, first.frame),
            spoil=self.spoil,
        )


MISTAKES = (
    Mistake(
        name="unreadable workbook: the upload broke off",
        submitter="7A2", topic="deterioration-ward", month=date(2024, 1, 1),
        outcome="quarantined", problems=("F02",),
        spoil=broken_off,
    ),
    Mistake(
        name="empty file",
        submitter="7A6", topic="pressure-ulcers", month=date(2024, 2, 1),
        outcome="refused", problems=("F01",),
        spoil=emptied,
    ),
    Mistake(
        name="misspelt header: ward_nmae",
        submitter="7A4", topic="pressure-ulcers", month=date(2024, 1, 1),
        outcome="refused", problems=("H01", "H02"),
        edits=(rename("ward_name", "ward_nmae"), rename("category_2", "catagory_2")),
    ),
    Mistake(
        name="unknown organisation code",
        submitter="7A2", topic="sepsis", month=date(2023, 11, 1),
        outcome="partly_accepted", problems=("R02",),
        edits=(put(3, "organisation_code", "7A9"),),
    ),
    Mistake(
        name="impossible counts: a negative one, and more assessed than at risk",
        submitter="7A1", topic="falls", month=date(2023, 10, 1),
        outcome="partly_accepted", problems=("C03", "FA04"),
        edits=(
            put(2, "enhanced_observation_days", -3),
            exceed(6, "risk_assessed_within_24h", "at_risk_admissions", 10),
        ),
    ),
    Mistake(
        name="one ward twice",
        submitter="7A5", topic="falls", month=date(2023, 9, 1),
        outcome="partly_accepted", problems=("R01",),
        edits=(add_like(4, {}),),
    ),
    Mistake(
        name="a month that has not been yet",
        submitter="7A5", topic="sepsis", month=date(2024, 3, 1),
        outcome="partly_accepted", problems=("C08",),
        edits=(add_like(0, {"period": "2024-09"}),),
    ),
    Mistake(
        name="suppressed counts: <5",
        submitter="7A6", topic="falls", month=date(2023, 12, 1),
        outcome="partly_accepted", problems=("C10",),
        edits=(put(1, "falls_low_harm", "<5"), put(7, "falls_low_harm", "<5")),
    ),
    Mistake(
        name="NHS numbers in place of ward codes",
        submitter="7A3", topic="pressure-ulcers", month=date(2024, 1, 1),
        outcome="quarantined", problems=("S01",),
        edits=tuple(put(row, "ward_code", n) for row, n in enumerate(TEST_NHS_NUMBERS, start=8)),
    ),
    Mistake(
        name="saved as CSV in the old encoding (cp1252), with Welsh letters",
        submitter="7A1", topic="falls", month=date(2023, 12, 1), version=1,
        outcome="accepted_with_warnings", problems=("F05",),
        form=Form(encoding="cp1252", newline="\r\n"),
    ),
    Mistake(
        name="semicolons in place of commas",
        submitter="7A3", topic="falls", month=date(2023, 10, 1), version=1,
        outcome="accepted", problems=(),
        form=Form(separator=";"),
    ),
    Mistake(
        name="the same file sent again under the next version",
        submitter="7A7", topic="falls", month=date(2024, 1, 1),
        outcome="duplicate", problems=("F08",),
    ),
    Mistake(
        name="a correction with one row that does not add up",
        submitter="7A4", topic="falls", month=date(2024, 2, 1),
        outcome="partly_accepted", problems=("FA01",),
        edits=(exceed(10, "falls_total", "falls_total", 2),),
    ),
)  # fmt: skip


def with_mistakes(parcels: Iterable[Parcel]) -> list[Parcel]:
    """All parcels, with the mistaken ones added, or in place of the good one of the same name."""
    sent = {parcel.path: parcel for parcel in parcels}
    first = {(one.submitter, one.topic, one.last): one for one in sent.values() if one.version == 1}
    for mistake in MISTAKES:
        made = mistake.made_from(first[mistake.submitter, mistake.topic, mistake.month])
        sent[made.path] = made
    return list(sent.values())


def _edited(frame: pl.DataFrame, edit: Edit) -> pl.DataFrame:
    return edit(frame)
