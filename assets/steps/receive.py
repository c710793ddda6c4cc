"""Step 1. Files that were taken from the inbox are read as text; some reach their end here.

Here: reading each file once, and the outcome of those that are not checked: refused, of no table,
or sent before. Not here: how files leave the inbox (take.py), how a file is read (read.py), whether
its rows are right (check.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from assets.steps.answer_files import Labels, answer_file
from assets.steps.answers import settled_answers, write_lines
from assets.steps.decisions import read_decisions
from assets.steps.in_force import ranks
from assets.steps.lake import digest_of
from assets.steps.night import Night
from assets.steps.quarantine import contact_of, keep_quarantine, with_contact
from assets.steps.read import Reading, parsed_name, read
from assets.steps.release import cleared, take_released
from assets.steps.result import StepResult
from assets.steps.submissions import (
    Receipt,
    Received,
    Settled,
    all_receipts,
    forget_reading,
    original_in,
    outcome_of,
    placed,
    plain_receipt,
    problems_in,
    read_received,
    reading_facts,
    received_folders,
    settle_all,
    write_reading,
)
from assets.steps.take import left_in, take_all
from assets.steps.trial import clear_trials
from assets.steps.workbook import WorkbookReader
from data_contracts.contract import Contract
from data_contracts.problems import (
    CATALOGUE,
    IDENTIFIER,
    IN_FULL,
    SAME_FILE,
    TAKEN,
    UNKNOWN_SUBMITTER,
    Outcome,
    Problem,
    problems_frame,
)
from reports.months import months as months_between

# While the child opens one workbook the next file of text can be read.
AT_ONCE = 2

# What one sender has sent for one table, by submitter, workstream and table, as it was taken.
History: TypeAlias = dict[tuple[str, str | None, str | None], list[Receipt]]


def receive_files(
    night: Night, *, settled: bool = False, released: frozenset[str] = frozenset()
) -> StepResult:
    """Take every settled file from the inbox and read it as text. Rows: the files taken.

    A file that cannot be read, or of which no table can be told, gets its outcome here. `left` is
    how many files stay anywhere in the inbox: unfinished, no ordinary files, or not in a sender's
    own folder. `settled` says that nobody is writing into the inbox, so that young files need not
    be waited for. `released` are digests that another lake has released from quarantine. Raises
    InboxError where a file that was copied cannot be removed.
    """
    clear_trials(night)
    new = take_all(night, settled=settled) + take_released(night)
    folders = received_folders(night.lake)
    terms = Terms(_agreed(night), cleared(night) | released, Labels(night.translations))
    with WorkbookReader() as books, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda folder: _read(folder, night, terms, books), folders))
    settle_all(night.lake, _ended(folders, all_receipts(night.lake), night))
    keep_quarantine(night)
    left = len(left_in(night.lake.inbox))
    return StepResult(rows=new, metadata={"files": new, "left": left, "inbox": night.lake.inbox})


def receive(night: Night, contract: Contract) -> StepResult:
    """What waits to be checked for one contract. Rows: the waiting files."""
    submitters = Counter(read_received(folder).submitter for folder in waiting(night, contract))
    return StepResult(rows=submitters.total(), rows_by_organisation=submitters)


def waiting(night: Night, contract: Contract) -> list[Path]:
    """Folders that wait to be checked against the tables of a contract."""
    tables = {table.name for table in contract.tables}
    folders = received_folders(night.lake)
    return [folder for folder in folders if reading_facts(folder)["table"] in tables]


def _agreed(night: Night) -> str:
    """A digest of the contracts: a file read under others has to be read anew."""
    return digest_of([contract.digest for contract in night.contracts])


@dataclass(frozen=True, slots=True)
class Terms:
    """What all files of a night are read by: a digest of the contracts, what is cleared, labels."""

    agreed: str
    cleared: frozenset[str]
    labels: Labels


def _read(folder: Path, night: Night, terms: Terms, books: WorkbookReader) -> None:
    """Read a file once; again where a crash left half of it, or contracts have changed since."""
    if _is_read(folder, terms.agreed):
        return
    forget_reading(folder)
    received = read_received(folder)
    original, submission = original_in(folder), received.submission
    is_cleared = received.sha256 in terms.cleared
    reading = _of_nobody(received, night)
    file = (
        answer_file(original, submission, terms.labels, books, cleared=is_cleared)
        if reading is None
        else None
    )
    if file is not None:
        reading = Reading(problems=file.problems)
        if not file.problems:
            write_lines(folder, file)
    if reading is None:
        name, topics = received.file_name, night.topics
        reading = read(
            original, submission, name, topics, books, night.translations, cleared=is_cleared
        )
    write_reading(folder, reading, terms.agreed)


def _is_read(folder: Path, agreed: str) -> bool:
    try:
        return bool(reading_facts(folder)["agreed"] == agreed)
    except (OSError, ValueError, KeyError):
        return False


def _of_nobody(received: Received, night: Night) -> Reading | None:
    """The answer to a file that need not be opened, since nobody knows its sender."""
    if night.registers.organisation(received.submitter) is not None:
        return None
    facts = {"folder": received.submitter}
    problem = Problem(UNKNOWN_SUBMITTER, received.submission, facts=facts)
    table = night.topics.get(parsed_name(received.file_name).topic or "")
    return Reading(table=table, problems=(problem,))


def _ended(folders: Iterable[Path], receipts: Iterable[Receipt], night: Night) -> Iterator[Settled]:
    """The files whose way ends here, with their outcome: refused, of no table, or here already.

    Of a file of the same night it is not known yet whether rows will be set aside: it stands as
    accepted, since the same bytes would have the same fate.
    """
    history: History = defaultdict(list)
    senders: dict[str, str] = {}
    for receipt in receipts:
        senders[receipt.submission] = receipt.submitter
        if not receipt.trial:
            history[receipt.submitter, receipt.workstream, receipt.table].append(receipt)
    for folder in folders:
        answers = settled_answers(folder, night.lake, senders)
        if answers is not None:
            yield answers
            continue
        facts = reading_facts(folder)
        is_refused = facts["refused"] or facts["table"] is None
        outcome = Outcome.REFUSED if is_refused else Outcome.ACCEPTED
        sent = placed(plain_receipt(folder, outcome), facts["table"], facts["sheet"])
        before = history[sent.submitter, sent.workstream, sent.table]
        if is_refused:
            yield _refused(folder, facts, night)
        elif not sent.trial and (earlier := _copied(sent, before, night)) is not None:
            sent = replace(sent, outcome=Outcome.DUPLICATE, duplicate_of=earlier.submission)
            yield _duplicate(folder, sent, earlier.submission)
        if not sent.trial:
            before.append(sent)


def _copied(sent: Receipt, before: Collection[Receipt], night: Night) -> Receipt | None:
    """As `copied`, but for files that were withdrawn: a copy of one is a file of its own."""
    if copied(sent, before) is None:
        return None
    withdrawn = read_decisions(night).withdrawn
    return copied(sent, [one for one in before if one.submission not in withdrawn])


def copied(sent: Receipt, before: Collection[Receipt]) -> Receipt | None:
    """The earlier file of which this one is a copy, if nothing can change by leaving it out.

    `before` is what its sender has sent for the table. In each month the earlier file has to be the
    one that counts, by the order of versions (`in_force.ranks`), also beside files that were not
    taken: one of them is mended only by a file that is accepted after it. Where the name skips a
    version nobody has seen, that one may still be on its way and would count for more than the
    earlier file, but not for more than this one. Copies are no rivals; they give their rank.
    """
    if not any(_is_repeated(one, sent) for one in before):
        return None
    own = [one for one in before if _may_share_a_month(sent, one)]
    seen = {one.version for one in own}
    newest: Receipt | None = None
    for rivals in _rivals(sent, own):
        order = ranks([*rivals, *(one for one in own if one.outcome is Outcome.DUPLICATE)])
        newest = max(rivals, key=lambda one: order[one.submission])
        version, _ = order[newest.submission]
        skipped = range(version + 1, sent.version or 0)
        if not _is_repeated(newest, sent) or not seen.issuperset(skipped):
            return None
    return newest


def _rivals(sent: Receipt, own: Iterable[Receipt]) -> Iterator[list[Receipt]]:
    """For each month of a file those that may speak of it, and of these the ones that were taken.

    A file whose name states no months may speak of any; months that no name states are one more.
    """
    others = [one for one in own if one.outcome is not Outcome.DUPLICATE]
    months: set[date | None] = {*(_months(sent) or ())}
    if not months:
        months = {None}.union(*(_months(one) or () for one in others))
    for month in sorted(months, key=lambda month: month or date.min):
        speak = [one for one in others if (span := _months(one)) is None or month in span]
        yield from filter(None, (speak, [one for one in speak if one.outcome in TAKEN]))


def _may_share_a_month(one: Receipt, other: Receipt) -> bool:
    mine, others = _months(one), _months(other)
    return mine is None or others is None or not mine.isdisjoint(others)


def _is_repeated(earlier: Receipt, sent: Receipt) -> bool:
    """Whether a file is the earlier one once more, and that one needed nothing.

    Under a name that states other months the same bytes may have another outcome.
    """
    is_same = earlier.sha256 == sent.sha256 and _months(earlier) == _months(sent)
    return is_same and earlier.outcome in IN_FULL


def _months(receipt: Receipt) -> frozenset[date] | None:
    """The months that a file's name states; None where it states none."""
    name = parsed_name(receipt.file_name)
    if name.first is None or name.last is None:
        return None
    return frozenset(months_between(name.first, name.last))


def _refused(folder: Path, facts: Mapping[str, Any], night: Night) -> Settled:
    found = problems_in(facts)
    effects = Counter(CATALOGUE[code].effect for code in found["code"])
    receipt = plain_receipt(folder, outcome_of(effects, accepted=0))
    if IDENTIFIER.code in found["code"]:
        found = with_contact(found, contact_of(night.lake, receipt.submitter))
    receipt = placed(receipt, facts["table"], facts["sheet"])
    return Settled(folder=folder, receipt=receipt, problems=found)


def _duplicate(folder: Path, receipt: Receipt, earlier: str) -> Settled:
    problem = Problem(SAME_FILE, receipt.submission, facts={"duplicate_of": earlier})
    return Settled(folder=folder, receipt=receipt, problems=problems_frame([problem]))
