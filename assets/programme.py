"""The assets across workstreams: what arrived before it is sorted, and what readers see at the end.

Belongs here: the inbox and the publication with its parts, and how the verdict on a night reaches
Dagster. Does not belong here: making pages or deciding on the verdict (assets.steps.publish), the
assets of one workstream (assets.workstream).
"""

from collections.abc import Iterator

import dagster as dg

from assets.steps.night import Night
from assets.steps.publish import publish
from assets.steps.receive import receive_files
from assets.steps.result import Fact, StepResult, Verdict
from assets.workstream import INBOX, Made, report_key
from data_contracts.contract import Contract

GROUP = "programme"
OWNERS = ["team:programme"]
PUBLICATION = dg.AssetKey(["programme", "publication"])
# What a publication consists of; the order is that of the graph from left to right.
PARTS = {
    "landing": "The first page: what changed, and every key measure of every organisation.",
    "organisations": "Each organisation's own folder: its sites, wards and days between events.",
    "stewards": "A page for each submission: what is wrong, why, and how to mend it.",
}


def programme_assets(contracts: tuple[Contract, ...]) -> list[dg.AssetsDefinition]:
    """The inbox, upstream of every workstream, and the publication, downstream of all of them."""
    return [inbox, _publication(contracts)]


@dg.asset(
    key=INBOX,
    group_name=GROUP,
    owners=OWNERS,
    kinds={"python", "file"},
    description="Every file that arrived, copied byte for byte before anything reads it.",
)
def inbox(night: dg.ResourceParam[Night]) -> Made:
    """All files of all workstreams: which one a file belongs to is read from it afterwards."""
    return _told(receive_files(night))


def _publication(contracts: tuple[Contract, ...]) -> dg.AssetsDefinition:
    @dg.multi_asset(specs=_specs(contracts), name="publication")
    def publication(night: dg.ResourceParam[Night]) -> Iterator[Made]:
        yield from _published(publish(night))

    return publication


def _specs(contracts: tuple[Contract, ...]) -> list[dg.AssetSpec]:
    reports = [report_key(contract) for contract in contracts]
    parts = [
        _spec(dg.AssetKey([GROUP, part]), reports, sentence) for part, sentence in PARTS.items()
    ]
    whole = "One complete edition for readers; the one before it stays until this one is whole."
    return [*parts, _spec(PUBLICATION, [part.key for part in parts], whole)]


def _spec(key: dg.AssetKey, deps: list[dg.AssetKey], sentence: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=deps,
        group_name=GROUP,
        owners=OWNERS,
        kinds={"plotly", "jinja", "html"},
        description=sentence,
    )


def _published(result: StepResult) -> Iterator[Made]:
    """Tells Dagster of a publication and its parts; a night without one is a failed run.

    A green run in which readers got nothing new would be seen by nobody.
    """
    if Verdict(str(result.metadata["verdict"])) is Verdict.NOTHING_PUBLISHED:
        raise dg.Failure(
            description=str(result.metadata["reason"]),
            metadata=dict(result.metadata),
            allow_retries=False,
        )
    for part in PARTS:
        yield dg.MaterializeResult(
            asset_key=dg.AssetKey([GROUP, part]), metadata=_part_of(result, part)
        )
    yield _told(result, PUBLICATION)


def _part_of(result: StepResult, part: str) -> dict[str, Fact]:
    """The metadata whose name begins with the part's name, such as `landing.pages`."""
    prefix = f"{part}."
    return {
        name.removeprefix(prefix): value
        for name, value in result.metadata.items()
        if name.startswith(prefix)
    }


def _told(result: StepResult, key: dg.AssetKey | None = None) -> Made:
    return dg.MaterializeResult(
        asset_key=key, metadata={"dagster/row_count": result.rows, **result.metadata}
    )
