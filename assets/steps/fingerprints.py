"""What a result was made from, so that what has not changed is not made again.

Belongs here: digests of the inputs of a step, and the marks beside its results. Does not belong
here: the digests of pages (publish.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assets.steps.lake import digest_of, digest_of_folder, read_json, sync_folder, write_json
from assets.steps.months import data_month, last_closed, last_due
from assets.steps.night import Night
from assets.steps.notes import notes_print
from assets.steps.submissions import all_receipts
from data_contracts.contract import Contract


def workstream_print(night: Night, contract: Contract) -> str:
    """A digest of all that the counts of a workstream follow from."""
    tables = {(contract.workstream, table.id) for table in contract.tables}
    receipts = all_receipts(night.lake)
    sent = [r.submission for r in receipts if (r.workstream, r.table) in tables]
    return digest_of(
        sent, contract.digest, decisions_print(night), night.code, str(_data_month(night))
    )


def night_print(night: Night) -> str:
    """A digest of all that a publication follows from."""
    contracts = [(c.workstream, c.digest) for c in night.contracts]
    sent = [receipt.submission for receipt in all_receipts(night.lake)]
    return digest_of(
        sent,
        contracts,
        decisions_print(night),
        notes_print(night),
        night.code,
        night.words,
        moments(night),
    )


def moments(night: Night) -> tuple[str, list[tuple[str, str, str]]]:
    """What pages know of the day: its month, and each table's last months due and closed.

    The month that is not over is due next. Tables that nobody has to send have deadlines as well.
    Not here: the day itself and the days since something; pages tell those as of the publication.
    """
    tables = [table for contract in night.contracts for table in contract.tables]
    lasts = [(t.name, last_due(t, night.today), last_closed(t, night.today)) for t in tables]
    return (
        f"{night.today:%Y-%m}",
        [(name, f"{due:%Y-%m}", f"{closed:%Y-%m}") for name, due, closed in lasts],
    )


def decisions_print(night: Night) -> str:
    """A digest of what the programme has decided."""
    return digest_of_folder(night.lake.decisions, ("*.yaml",))


def is_made(folder: Path, step: str, made_from: str) -> bool:
    """Whether a step's results in a folder were made from exactly these inputs."""
    mark = _mark(folder, step)
    return mark.exists() and bool(read_json(mark)["made_from"] == made_from)


@contextmanager
def remaking(folder: Path, step: str, made_from: str) -> Iterator[None]:
    """A step's results are made in here: they have no mark until all of them are there.

    A crash in between leaves results of two nights side by side. With the mark of the older night
    they would pass for its results on the day that its inputs come back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _mark(folder, step).unlink(missing_ok=True)
    sync_folder(folder)
    yield
    sync_folder(folder)
    mark_made(folder, step, made_from)


def mark_made(folder: Path, step: str, made_from: str) -> None:
    """Say what a step's results were made from; written after them."""
    write_json(_mark(folder, step), {"made_from": made_from})


def _mark(folder: Path, step: str) -> Path:
    return folder / f"{step}.json"


def _data_month(night: Night) -> object:
    return data_month(night.contracts, night.today)
