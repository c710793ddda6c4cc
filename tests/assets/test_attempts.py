"""Which of several attempts at one return waits to be mended: the newest one, by hand."""

from dataclasses import replace
from datetime import UTC, datetime

from assets.steps.returns import superseded, to_mend
from assets.steps.submissions import Receipt
from data_contracts.problems import Outcome

REFUSED, PARTLY, LOCKED = Outcome.REFUSED, Outcome.PARTLY_ACCEPTED, Outcome.QUARANTINED
WHOLE = Outcome.ACCEPTED
DAY = datetime(2024, 4, 10, 9, tzinfo=UTC)


def _sent(sequence: int, months: str, version: int, outcome: Outcome, **changed: object) -> Receipt:
    """A file of falls; its submission is named after its place and version."""
    facts: dict[str, object] = {
        "submission": f"{sequence}-v{version:02}",
        "submitter": "7A4",
        "file_name": f"7A4_falls_{months}_v{version:02}.csv",
        "workstream": "falls",
        "table": "monthly",
    }
    return Receipt(
        **facts | changed, sequence=sequence, sha256="", size=1, arrived=DAY, received=DAY,
        outcome=outcome, version=version,
    )  # type: ignore[arg-type]  # fmt: skip


def _waiting(*receipts: Receipt, dismissed: tuple[str, ...] = ()) -> list[str]:
    return [one.submission for one in to_mend(receipts, dismissed)]


def test_only_the_newest_attempt_waits() -> None:
    attempts = (
        _sent(1, "202403", 1, REFUSED),
        _sent(2, "202403", 2, PARTLY),
        _sent(3, "202403", 3, REFUSED),
    )
    assert _waiting(*attempts) == ["3-v03"]
    assert superseded(attempts) == {"1-v01": "3-v03", "2-v02": "3-v03"}


def test_the_newest_attempt_is_the_one_of_the_highest_version() -> None:
    assert _waiting(_sent(1, "202403", 3, REFUSED), _sent(2, "202403", 2, REFUSED)) == ["1-v03"]


def test_an_attempt_at_fewer_months_takes_no_other_s_place() -> None:
    attempts = (_sent(1, "202401-202403", 1, REFUSED), _sent(2, "202403", 2, REFUSED))
    assert _waiting(*attempts) == ["1-v01", "2-v02"]
    assert superseded(attempts) == {}


def test_another_sender_or_return_is_another_attempt() -> None:
    attempts = (
        _sent(1, "202403", 1, REFUSED),
        _sent(2, "202403", 2, REFUSED, submitter="7A7"),
        _sent(3, "202403", 2, REFUSED, table="events"),
        _sent(4, "202403", 2, REFUSED, trial=True),
    )
    assert _waiting(*attempts) == ["1-v01", "2-v02", "3-v02"]


def test_where_the_newest_is_dismissed_the_one_before_it_waits_again() -> None:
    attempts = (_sent(1, "202403", 1, REFUSED), _sent(2, "202403", 2, REFUSED))
    assert _waiting(*attempts, dismissed=("2-v02",)) == ["1-v01"]


def test_what_was_locked_away_still_waits_for_its_decision() -> None:
    attempts = (_sent(1, "202403", 1, LOCKED), _sent(2, "202403", 2, REFUSED))
    assert _waiting(*attempts) == ["1-v01", "2-v02"]
    later = (_sent(1, "202403", 1, REFUSED), _sent(2, "202403", 2, LOCKED))
    assert _waiting(*later) == ["2-v02"]


def test_files_of_which_no_return_or_month_is_known_each_wait() -> None:
    unknown = [
        _sent(n, "202403", n, REFUSED, workstream=None, table=None, file_name="x.csv")
        for n in (1, 2)
    ]
    assert _waiting(*unknown) == ["1-v01", "2-v02"]
    of_no_month = [_sent(n, "202403", n, REFUSED, file_name="falls.csv") for n in (1, 2)]
    assert _waiting(*of_no_month) == ["1-v01", "2-v02"]


def test_what_was_accepted_in_full_leaves_nothing_waiting() -> None:
    attempts = (
        _sent(1, "202403", 1, REFUSED),
        _sent(2, "202403", 2, REFUSED),
        _sent(3, "202403", 3, WHOLE),
    )
    assert _waiting(*attempts) == []
    assert superseded(attempts) == {}


def test_the_page_of_an_old_attempt_leads_to_one_that_waits() -> None:
    """A file without a number counts as the highest of those it is held against, so as another one
    for other months.
    """
    attempts = [
        _without_number(_sent(1, "202402", 1, REFUSED)),
        _sent(2, "202403", 3, REFUSED),
        _without_number(_sent(3, "202402-202403", 1, REFUSED)),
        _sent(4, "202402-202403", 1, PARTLY),
    ]
    (waits,) = _waiting(*attempts)
    assert set(superseded(attempts).values()) == {waits}
    assert len(superseded(attempts)) == 3


def _without_number(sent: Receipt) -> Receipt:
    return replace(sent, version=None, file_name=sent.file_name.replace("_v01", ""))
