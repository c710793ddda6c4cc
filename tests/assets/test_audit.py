"""The audit list: every form of decision as one table, without the names of persons."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml

from assets.steps.audit import decided
from assets.steps.editions import SUBMISSION_SCHEMA
from assets.steps.night import Night

PROJECT = Path(__file__).parents[2]
BY = {"role": "Data steward", "team": "Informatics", "reason": "Checked by phone"}
DAY = date(2024, 4, 20)
FILES = pl.DataFrame(
    [{"submission": "s1", "submitter": "7A4", "file_name": "7A4_falls.csv", "outcome": "accepted"}],
    schema=SUBMISSION_SCHEMA,
)
NAMES = ("organisation", "decision", "submission", "decided", "effective")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    (tmp_path / "decisions").mkdir()
    return Night.open(tmp_path, PROJECT / "data_contracts", DAY)


def _write(night: Night, *entries: dict[str, object]) -> pl.DataFrame:
    """What is told of some entries, without the closures that are shipped."""
    path = night.lake.decisions / "one.yaml"
    path.write_text(yaml.safe_dump(list(entries)), "utf-8")
    return decided(night, FILES).head(len(entries))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            {"decision": "withdraw", "submission": "s1", "date": DAY},
            ("7A4", "withdraw", "s1", DAY, DAY),
        ),
        # Of a file that nobody knows it cannot be told whom it concerns.
        (
            {"decision": "dismiss", "submission": "s2", "date": DAY},
            (None, "dismiss", "s2", DAY, DAY),
        ),
        (
            {"decision": "close-ward", "organisation": "7A7", "site": "7A7EJ", "ward": "W3",
             "starts": date(2024, 5, 1), "date": DAY},
            ("7A7", "close-ward", None, DAY, date(2024, 5, 1)),
        ),
    ],
)  # fmt: skip
def test_a_decision_is_told_with_its_organisation_and_from_when_it_holds(
    night: Night, entry: dict[str, object], told: tuple[object, ...]
) -> None:
    found = _write(night, BY | entry | {"name": "Angharad Prys"})
    assert found.select(NAMES).row(0) == told
    assert found.select("role", "team", "reason").row(0) == tuple(BY.values())
    assert "Angharad" not in repr(found.to_dicts())


def test_an_accepted_warning_says_which_one(night: Night) -> None:
    entry = {"decision": "accept-warning", "submission": "s1", "code": "S04", "row": 7,
             "column": "falls_total", "date": DAY}  # fmt: skip
    found = _write(night, BY | entry)
    about = found.select("file_name", "outcome", "code", "row", "column").row(0)
    assert about == ("7A4_falls.csv", "accepted", "S04", 7, "falls_total")


def test_older_forms_and_shipped_closures_come_after_those_with_a_date(night: Night) -> None:
    """Two closures are shipped; each says from which month on."""
    _write(
        night,
        BY | {"decision": "withdraw", "submission": "s1", "date": date(2024, 4, 1)},
        BY | {"decision": "dismiss", "submission": "s1", "date": DAY},
        {"submission": "s1", "role": "Data steward", "reason": "An old one"},
    )
    found = decided(night, FILES)
    assert found.select("organisation", "decision", "decided").rows() == [
        ("7A4", "dismiss", DAY),
        ("7A4", "withdraw", date(2024, 4, 1)),
        ("7A4", "close-ward", None),
        ("7A3", "close-ward", None),
        ("7A4", "dismiss", None),
    ]
    assert found["effective"].to_list()[2:] == [date(2020, 4, 1), date(2018, 12, 1), None]
    assert found["tables"].to_list()[3] == ["deterioration.emergency_department"]
    assert found["ends"].to_list()[2] == date(2020, 7, 31)


def test_nothing_is_decided_where_there_are_no_decisions(night: Night) -> None:
    found = decided(night, FILES.clear())
    assert found["decision"].to_list() == ["close-ward", "close-ward"]
