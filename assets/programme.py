"""The assets across workstreams: what arrived before it is sorted, and what readers see at the end.

Belongs here: the inbox and the publication with its parts, and how the verdict on a night reaches
Dagster. Does not belong here: making pages or deciding on the verdict (assets.steps.publish), the
assets of one workstream (assets.workstream).
"""

from collections import Counter
from collections.abc import Iterator

import dagster as dg
import polars as pl

from assets.steps.lake import Lake, read_json
from assets.steps.night import Night
from assets.steps.publish import MANIFEST, PARTS, EarlierDayError, publish, refuse_earlier_day
from assets.steps.receive import receive_files
from assets.steps.result import StepResult, Verdict
from assets.steps.standing import standing_of_unplaced
from assets.steps.submissions import all_receipts, read_received, received_folders
from assets.workstream import (
    INBOX,
    PROGRAMME_OWNER,
    ROW_COUNT,
    Made,
    Metadata,
    arrivals,
    catalogue_check,
    check_result,
    check_specs,
    report_key,
    with_titles,
)
from data_contracts.contract import Contract
from reports.words import Words

# Groups of their own: with both ends of the road in one, its arrows would go both ways.
INTAKE, READERS = "intake", "publication"
PREFIX = "programme"
PUBLICATION = dg.AssetKey([PREFIX, "publication"])
# What is told of the publishing step; its counts of pages are about what this night has made.
TOLD = ("publication", "verdict", "is_new", "repaired", "notes_not_shown", "index")
# What a publication consists of; the order is that of the graph from left to right.
SENTENCES = {
    "landing": "The first page: what changed, and every key measure of every organisation.",
    "organisations": "Each organisation's own folder: its sites, wards and days between events.",
    "stewards": "A page for each submission: what is wrong, why, and how to mend it.",
}


def programme_assets(
    contracts: tuple[Contract, ...], words: Words | None
) -> list[dg.AssetsDefinition]:
    """The inbox, upstream of every workstream, and the publication, downstream of all of them.

    The check of the inbox is told in `words`; with None there is none.
    """
    return [_inbox(words), _publication(contracts)]


def _inbox(words: Words | None) -> dg.AssetsDefinition:
    # The files of all workstreams: which one a file belongs to is read from it afterwards.
    unplaced = catalogue_check(pl.lit(True))

    @dg.asset(
        key=INBOX,
        group_name=INTAKE,
        owners=[PROGRAMME_OWNER],
        kinds={"python", "file"},
        description=(
            "Every file that arrived, copied byte for byte before anything reads it. "
            "Its check is about files of which no workstream can be told."
        ),
        check_specs=[] if words is None else check_specs(INBOX, [unplaced]),
    )
    def inbox(night: dg.ResourceParam[Night]) -> Made:
        _stop_on_earlier_day(night)
        metadata = _received(night)
        if words is None:
            return dg.MaterializeResult(metadata=metadata)
        findings = with_titles(standing_of_unplaced(night).findings, words)
        return dg.MaterializeResult(
            metadata=metadata, check_results=[check_result(unplaced, findings)]
        )

    return inbox


def _stop_on_earlier_day(night: Night) -> None:
    """Before anything is received, or good files would be refused for ever."""
    try:
        refuse_earlier_day(night)
    except EarlierDayError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error


def _received(night: Night) -> Metadata:
    before = _files_by_sender(night.lake)
    result = receive_files(night)
    files = _files_by_sender(night.lake)
    return {
        **arrivals(files - before, files),
        "left_in_inbox": result.metadata["left"],
        "inbox": night.lake.inbox,
    }


def _files_by_sender(lake: Lake) -> Counter[str]:
    """How many files of each sender are kept, with and without their outcome."""
    waiting = (read_received(folder) for folder in received_folders(lake))
    return Counter(file.submitter for file in (*all_receipts(lake), *waiting))


def _publication(contracts: tuple[Contract, ...]) -> dg.AssetsDefinition:
    @dg.multi_asset(specs=_specs(contracts), name="publication")
    def publication(night: dg.ResourceParam[Night]) -> Iterator[Made]:
        yield from _published(publish(night), night.lake)

    return publication


def _specs(contracts: tuple[Contract, ...]) -> list[dg.AssetSpec]:
    reports = [report_key(contract) for contract in contracts]
    parts = [
        _spec(dg.AssetKey([PREFIX, part]), reports, sentence)
        for part, sentence in SENTENCES.items()
    ]
    whole = "One complete edition for readers; the one before it stays until this one is whole."
    return [*parts, _spec(PUBLICATION, [part.key for part in parts], whole)]


def _spec(key: dg.AssetKey, deps: list[dg.AssetKey], sentence: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=deps,
        group_name=READERS,
        owners=[PROGRAMME_OWNER],
        kinds={"plotly", "jinja", "html"},
        description=sentence,
    )


def _published(result: StepResult, lake: Lake) -> Iterator[Made]:
    """Tells Dagster of a publication and its parts; a night without one is a failed run.

    A green run in which readers got nothing new would be seen by nobody. Rows are the pages that
    readers can open, which a quiet night leaves as they were. Links are paths to be copied: a
    browser refuses to go from the web interface to a `file:` address.
    """
    if Verdict(str(result.metadata["verdict"])) is Verdict.NOTHING_PUBLISHED:
        raise dg.Failure(
            description=str(result.metadata["reason"]),
            metadata=dict(result.metadata),
            allow_retries=False,
        )
    pages = pages_for_readers(lake)
    for folder, part in PARTS.items():
        yield dg.MaterializeResult(
            asset_key=dg.AssetKey([PREFIX, part]),
            metadata={ROW_COUNT: pages[part], "folder": lake.latest / folder},
        )
    facts = {name: result.metadata[name] for name in TOLD if name in result.metadata}
    yield dg.MaterializeResult(
        asset_key=PUBLICATION,
        metadata={ROW_COUNT: pages.total(), "new_pages": result.metadata["made"], **facts},
    )


def pages_for_readers(lake: Lake) -> Counter[str]:
    """The pages of the publication that readers see, by the part that they are in."""
    manifest = lake.latest / MANIFEST
    names = read_json(manifest)["files"] if manifest.exists() else {}
    pages = (name for name in names if name.endswith(".html"))
    return Counter(PARTS[name.partition("/")[0]] for name in pages)
