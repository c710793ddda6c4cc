"""Step 6. A workstream's pages, made ready for the next publication.

Here: which of the pages are one workstream's own. Not here: what they show (reports/pages), the
pages across workstreams and what readers see at the end (publish.py).
"""

from __future__ import annotations

from assets.steps.editions import edition_of
from assets.steps.fingerprints import is_made, remaking, workstream_print
from assets.steps.lake import digest_of
from assets.steps.night import Night
from assets.steps.notes import notes_print
from assets.steps.page_store import keep, placed_workstream
from assets.steps.result import StepResult
from data_contracts.contract import Contract
from reports.pages.file_names import stem_of
from reports.pages.workstream import page_name
from reports.words import SOURCE


def report(night: Night, contract: Contract) -> StepResult:
    """Make the pages of one workstream that are not there yet. Rows: pages made."""
    folder = night.lake.work / contract.workstream
    note = notes_print(night, stem_of(page_name(contract.workstream, SOURCE)))
    made_from = digest_of(workstream_print(night, contract), note, night.words)
    if not contract.measures or is_made(folder, "report", made_from):
        return StepResult(rows=0, metadata={"made": 0})
    edition = edition_of(night, "", (contract,))
    own = placed_workstream(night, edition, contract)
    with remaking(folder, "report", made_from):
        made = keep(night, own)
    return StepResult(rows=made, metadata={"made": made, "pages": len(own)})
