"""One file for each common kind of mistake, and what has to become of it.

MISTAKES is the list that tests and documentation read. Every mistake is a second version of a month
whose first version is good (so the good one stays in force), or a first version in an unusual but
acceptable form. A board that is late or silent is no mistake in a file: that is in story.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

import polars as pl

from data_contracts.problems import Outcome
from pipelines.sample.deliveries import arrival
from pipelines.sample.edits import Edit, add_like, broken_off, emptied, exceed, put, rename
from pipelines.sample.parcels import Parcel, as_it_is
from pipelines.sample.story import Form

# From the range 999 kept for tests; the check digit (modulus 11) is right.
TEST_NHS_NUMBERS = ("9990000018", "9990000026")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A file that is not as agreed.

    `file` is its place in the inbox, `problems` are the codes it is given (of
    data_contracts.problems, or of the contract's rules), `in_force` is the version that counts for
    its month afterwards.
    """

    name: str
    file: str
    outcome: Outcome
    problems: tuple[str, ...]
    in_force: int = 1
    working_days: int = 12
    form: Form | None = None
    edits: tuple[Edit, ...] = ()
    spoil: Callable[[bytes], bytes] = as_it_is

    @property
    def of(self) -> tuple[str, str, str]:
        """Submitter, topic and month (YYYYMM) of the file."""
        submitter, topic, month, _ = Path(self.file).stem.split("_")
        return submitter, topic, month

    @property
    def version(self) -> int:
        """The version in the file's name."""
        return int(Path(self.file).stem[-2:])

    def made_from(self, first: Parcel) -> Parcel:
        """The file with the mistake, from the good first version of its month."""
        again = arrival(first.last, self.working_days, f"{first.name} {self.name}")
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
        file="7A2/7A2_deterioration-ward_202401_v02.xlsx",
        outcome=Outcome.QUARANTINED, problems=("F02",),
        spoil=broken_off,
    ),
    Mistake(
        name="empty file",
        file="7A6/7A6_pressure-ulcers_202402_v02.csv",
        outcome=Outcome.REFUSED, problems=("F01",),
        spoil=emptied,
    ),
    Mistake(
        name="misspelt headers: ward_nmae, catagory_2",
        file="7A4/7A4_pressure-ulcers_202401_v02.xlsx",
        outcome=Outcome.REFUSED, problems=("H01",),
        edits=(rename("ward_name", "ward_nmae"), rename("category_2", "catagory_2")),
    ),
    Mistake(
        name="unknown organisation code",
        file="7A2/7A2_sepsis_202311_v02.xlsx",
        outcome=Outcome.PARTLY_ACCEPTED, problems=("R02",),
        edits=(put(3, "organisation_code", "7A9"),),
    ),
    Mistake(
        name="impossible counts: a negative one, and more assessed than at risk",
        file="7A1/7A1_falls_202310_v02.csv",
        outcome=Outcome.PARTLY_ACCEPTED, problems=("C03", "FA04"),
        edits=(
            put(2, "enhanced_observation_days", -3),
            exceed(6, "risk_assessed_within_24h", "at_risk_admissions", 10),
        ),
    ),
    Mistake(
        name="one ward twice",
        file="7A5/7A5_falls_202309_v02.csv",
        outcome=Outcome.PARTLY_ACCEPTED, problems=("R01",),
        edits=(add_like(4, {}),),
    ),
    Mistake(
        name="a month that has not been yet",
        file="7A5/7A5_sepsis_202403_v02.csv",
        outcome=Outcome.PARTLY_ACCEPTED, problems=("C08",),
        edits=(add_like(0, {"period": "2024-09"}),),
    ),
    Mistake(
        name="suppressed counts: <5",
        file="7A6/7A6_falls_202312_v02.csv",
        outcome=Outcome.PARTLY_ACCEPTED, problems=("C10",),
        edits=(put(1, "falls_low_harm", "<5"), put(7, "falls_low_harm", "<5")),
    ),
    Mistake(
        name="NHS numbers in place of ward codes",
        file="7A3/7A3_pressure-ulcers_202401_v02.csv",
        outcome=Outcome.QUARANTINED, problems=("S01",),
        edits=tuple(put(row, "ward_code", n) for row, n in enumerate(TEST_NHS_NUMBERS, start=8)),
    ),
    Mistake(
        name="saved as CSV in the old encoding (cp1252), with Welsh letters",
        file="7A1/7A1_falls_202312_v01.csv",
        outcome=Outcome.ACCEPTED_WITH_WARNINGS, problems=("F05",),
        form=Form(encoding="cp1252", newline="\r\n"),
    ),
    Mistake(
        name="semicolons in place of commas",
        file="7A3/7A3_falls_202310_v01.csv",
        outcome=Outcome.ACCEPTED, problems=(),
        form=Form(separator=";"),
    ),
    Mistake(
        name="the same file sent again under the next version",
        file="7A7/7A7_falls_202401_v02.csv",
        outcome=Outcome.DUPLICATE, problems=("F08",),
    ),
    Mistake(
        name="a correction with one row that does not add up",
        file="7A4/7A4_falls_202402_v02.xlsx",
        outcome=Outcome.PARTLY_ACCEPTED, problems=("FA01",),
        edits=(exceed(10, "falls_total", "falls_total", 2),),
    ),
)  # fmt: skip


def with_mistakes(parcels: Iterable[Parcel]) -> list[Parcel]:
    """All parcels, with the mistaken ones added, or in place of the good one of the same name."""
    sent = {parcel.path: parcel for parcel in parcels}
    first = {
        (one.submitter, one.topic, f"{one.last:%Y%m}"): one
        for one in sent.values()
        if one.version == 1
    }
    for mistake in MISTAKES:
        sent[Path(mistake.file)] = mistake.made_from(first[mistake.of])
    return list(sent.values())


def _edited(frame: pl.DataFrame, edit: Edit) -> pl.DataFrame:
    return edit(frame)
