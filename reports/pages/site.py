"""Every page of a publication, each with what it is made from: the only list there is.

Belongs here: which pages exist for whom, in which folder, and the digest of what each reads, so
that a page whose inputs are unchanged need not be made again. Does not belong here: making pages
(the modules beside this one), keeping and writing them (assets/steps/page_store.py). Digests leave
out the contracts, registers, words and code: those change for all pages at once, and the store of
pages adds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.contract import Contract
from reports.edition import Edition
from reports.notes import OWN_NOTE
from reports.pages import audience
from reports.pages.content_key import digest_of, rows_digest
from reports.pages.contract_names import contract_page_name
from reports.pages.contract_page import contract_inputs, contract_page
from reports.pages.definitions_page import definitions_inputs, definitions_page
from reports.pages.file_names import file_name, stem_of
from reports.pages.frame import INDEX, frame_of, with_measures
from reports.pages.landing import day_matters, landing_page
from reports.pages.levels import ORGANISATION, WALES, WALES_CUTS
from reports.pages.note import note_input
from reports.pages.organisation import has_page, organisation_page, read_all
from reports.pages.own_units import OwnSeries
from reports.pages.problem_catalogue import catalogue_name, problem_catalogue
from reports.pages.quality import TOLD_OF_UNMENDED, unmended
from reports.pages.quarter_funnel import comparisons
from reports.pages.quarterly import as_at_the_end, quarterly_pack
from reports.pages.queue_names import queue_name
from reports.pages.queue_page import queue_inputs, queue_page, queue_size, waiting_input
from reports.pages.reference_names import definitions_name
from reports.pages.render import STATIC, Page, render_page
from reports.pages.steward_index import steward_index
from reports.pages.submission import submission_page
from reports.pages.submission_case import Records, case_of
from reports.pages.submission_changes import NOTHING_COMPARED, Comparing
from reports.pages.submission_history import page_name as submission_name
from reports.pages.submission_inputs import SubmissionInputs
from reports.pages.workstream import page_name, workstream_page
from reports.quarters import latest_complete
from reports.words import SOURCE, Words

Made = tuple[bytes, Mapping[str, bytes]]
SheetRows = Callable[[str], pl.DataFrame | None]
COLLABORATIVE = "collaborative"
WAITING = "queue"
# The scopes of pages that show the publication's name or its day.
DATED = frozenset({(INDEX,), (WAITING,)})
# What tells one row from another in the edition's tables.
POINT = ("series", "period")
PHASE = ("series", "phase")
RETURN = ("workstream", "table", "organisation", "period")
CHANGE = ("workstream", "date", "organisation", "level", "kind", "measure", "text_en", "text_cy")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask:
    """One page: where it stands, what it is about, what it reads, how it is made.

    `folder` is below the publication, such as `collaborative`, `org/7A4` or `stewards/7A4`.
    `shown` is the edition as its readers see it. `scope` names what it depends on, such as
    `workstream:falls`. `inputs` are texts that differ whenever anything it reads does. `make` gives
    the page's bytes and the files it links to, by path relative to `folder`.
    """

    folder: str
    name: str
    shown: Edition
    scope: tuple[str, ...]
    inputs: tuple[str, ...]
    make: Callable[[], Made]

    def digest(self) -> str:
        """The page's content key, the same in every process for the same inputs."""
        return digest_of((self.folder, self.name, *self.inputs))


def page_tasks(
    edition: Edition,
    words_by_language: Mapping[str, Words],
    sheet_rows_of: SheetRows,
    comparing: Comparing = NOTHING_COMPARED,
) -> list[PageTask]:
    """Every page of an edition that is not yet cut for anyone, in every language.

    `sheet_rows_of` gives the cells of a submission as they were read, or None, and `comparing`
    what it changes; they are asked for that only when the submission's page is made.
    """
    readers = (
        audience.COLLABORATIVE,
        *(audience.organisation(code) for code in organisations(edition)),
        *(audience.steward(code) for code in submitters(edition)),
    )
    # A place among others has to be known before the others are cut away.
    compared = replace(edition, comparisons=comparisons(edition))
    every = (
        reader_tasks(compared.shown_to(reader), words_by_language, sheet_rows_of, comparing)
        for reader in readers
    )
    return list(chain.from_iterable(every))


def reader_tasks(
    shown: Edition,
    words_by_language: Mapping[str, Words],
    sheet_rows_of: SheetRows,
    comparing: Comparing = NOTHING_COMPARED,
) -> Iterator[PageTask]:
    """The pages in the folder of the readers for whom an edition was cut."""
    languages = tuple(words_by_language.values())
    code = str(shown.audience.code)
    if shown.audience.reader is audience.Reader.COLLABORATIVE:
        return _collaborative(shown, languages)
    if shown.audience.reader is audience.Reader.ORGANISATION:
        return _own(shown, languages, code)
    return _stewards(shown, languages, code, Kept(sheet_rows_of, comparing))


def dated_tasks(edition: Edition, words_by_language: Mapping[str, Words]) -> list[PageTask]:
    """The landing page and what waits: only they show the publication's name or its day."""
    shown = edition.shown_to(audience.COLLABORATIVE)
    languages = tuple(words_by_language.values())
    return [*_landing(shown, languages), *_queue(shown, languages)]


def workstream_tasks(
    edition: Edition, words_by_language: Mapping[str, Words], contract: Contract
) -> list[PageTask]:
    """The pages of one workstream alone."""
    shown = edition.shown_to(audience.COLLABORATIVE)
    return list(_workstream(shown, tuple(words_by_language.values()), contract))


def static_files() -> Mapping[str, Path]:
    """What goes into the folder `static` beside every audience's pages: name -> source."""
    return {path.name: path for path in sorted(STATIC.iterdir()) if path.is_file()}


def organisations(edition: Edition) -> tuple[str, ...]:
    """Organisations with a page of their own: those that must send something."""
    codes = (one.code for one in edition.registers.organisations)
    return tuple(sorted(code for code in codes if has_page(edition, code)))


def submitters(edition: Edition) -> tuple[str, ...]:
    """Organisations of the register that must send something, for whomever, or that did."""
    tables = [table for contract in edition.contracts for table in contract.tables]
    due = {t.submitter_of(code) for t in tables for code in t.due_organisations}
    sent = set(edition.submissions["submitter"].unique().to_list())
    known = {one.code for one in edition.registers.organisations}
    return tuple(sorted((due | sent) & known))


def _collaborative(shown: Edition, languages: tuple[Words, ...]) -> Iterator[PageTask]:
    """The landing page and a page for each workstream."""
    yield from _landing(shown, languages)
    for contract in with_measures(shown.contracts):
        yield from _workstream(shown, languages, contract)
    yield from _quarterly(shown, languages)
    yield from _queue(shown, languages)
    yield from _definitions(shown, languages, COLLABORATIVE)
    yield from _agreed(shown, languages, COLLABORATIVE)


def _landing(shown: Edition, languages: tuple[Words, ...]) -> Iterator[PageTask]:
    inputs = (
        shown.publication,
        _day(shown),
        day_matters(shown),
        _points(shown, pl.col("level").is_in([WALES, ORGANISATION])),
        rows_digest(shown.returns, *RETURN),
        _before(shown),
        queue_size(shown),
        note_input(shown, INDEX),
    )
    for words in languages:
        place = _Place(shown, words, COLLABORATIVE)
        name = file_name(INDEX, words.language)
        view = partial(landing_page, shown, words)
        yield place.task("landing.html.jinja", name, INDEX, inputs, view)


def _day(shown: Edition) -> str:
    """An edition without a name is only compared with the last one: then the day is no news."""
    return f"{shown.today}" if shown.publication else ""


def _workstream(
    shown: Edition, languages: tuple[Words, ...], contract: Contract
) -> Iterator[PageTask]:
    workstream = contract.workstream
    ours = pl.col("workstream") == workstream
    inputs = (
        _points(shown, ours & pl.col("level").is_in([WALES, ORGANISATION, *WALES_CUTS])),
        rows_digest(shown.returns.filter(ours), *RETURN),
        rows_digest(shown.changes.filter(ours), *CHANGE),
        rows_digest(shown.submissions.filter(ours), "submission"),
        rows_digest(shown.corrections.filter(ours)),
        _before(replace(shown, series=shown.series.filter(ours))),
        rows_digest(unmended(shown, contract), *TOLD_OF_UNMENDED),
        note_input(shown, stem_of(page_name(workstream, SOURCE))),
    )
    for words in languages:
        place = _Place(shown, words, COLLABORATIVE)
        name = page_name(workstream, words.language)
        view = partial(workstream_page, shown, workstream, words)
        yield place.task("workstream.html.jinja", name, f"workstream:{workstream}", inputs, view)


def _quarterly(shown: Edition, languages: tuple[Words, ...]) -> Iterator[PageTask]:
    """The pack of the latest whole quarter: a later month changes limits at most."""
    quarter = latest_complete(shown.data_month)
    told = as_at_the_end(shown, quarter)
    inputs = (
        _points(told, pl.col("level").is_in([WALES, ORGANISATION])),
        rows_digest(told.returns, *RETURN),
        rows_digest(told.changes, *CHANGE),
        rows_digest(told.corrections.filter(pl.col("period") >= quarter.first)),
        note_input(told, quarter.stem),
    )
    for words in languages:
        name = file_name(quarter.stem, words.language)
        view = partial(quarterly_pack, told, words)
        task = _Place(told, words, COLLABORATIVE).task(
            "quarterly.html.jinja", name, "quarter", inputs, view
        )
        # Made with the folder's other pages, from what its readers are shown.
        yield replace(task, shown=shown)


def _queue(shown: Edition, languages: tuple[Words, ...]) -> Iterator[PageTask]:
    """What waits, for whoever keeps the whole programme's data in hand."""
    inputs = (_day(shown), *queue_inputs(shown))
    for words in languages:
        view = partial(queue_page, shown, words)
        yield _Place(shown, words, COLLABORATIVE).task(
            "queue_page.html.jinja", queue_name(words.language), WAITING, inputs, view
        )


def _definitions(shown: Edition, languages: tuple[Words, ...], folder: str) -> Iterator[PageTask]:
    inputs = definitions_inputs(shown)
    for words in languages:
        name = definitions_name(words.language)
        view = partial(definitions_page, shown, words)
        yield _Place(shown, words, folder).task(
            "definitions_page.html.jinja", name, "definitions", inputs, view
        )


def _own(shown: Edition, languages: tuple[Words, ...], code: str) -> Iterator[PageTask]:
    inputs = (
        _points(shown, pl.lit(True)),
        rows_digest(shown.returns.filter(pl.col("organisation") == code), *RETURN),
        rows_digest(shown.changes, *CHANGE),
        rows_digest(shown.submissions, "submission"),
        _before(shown),
        waiting_input(shown),
        rows_digest(shown.days_points, *POINT) + rows_digest(shown.days_series, *PHASE),
        rows_digest(shown.comparisons, "workstream", "measure"),
        note_input(shown, f"{OWN_NOTE}{code}"),
    )
    # Read when the first language's page is made, and once for all languages.
    read = cache(partial(read_all, shown, code))
    for words in languages:
        place = _Place(shown, words, f"org/{code}")
        name = file_name(INDEX, words.language)
        view = partial(_own_page, shown, words, code, read)
        yield place.task("organisation.html.jinja", name, f"organisation:{code}", inputs, view)
    yield from _definitions(shown, languages, f"org/{code}")


def _own_page(
    shown: Edition, words: Words, code: str, read: Callable[[], tuple[OwnSeries, ...]]
) -> Page:
    return organisation_page(shown, words, code, read())


def _stewards(
    shown: Edition, languages: tuple[Words, ...], code: str, kept: Kept
) -> Iterator[PageTask]:
    """The list of a submitter's files and the page of each of them."""
    records = Records.of(shown, code)
    read = SubmissionInputs.of(records, kept.comparing)
    index = (*read.index(), *queue_inputs(records.edition))
    inputs = {submission: read.page(submission) for submission in records.files}
    for words in languages:
        place = _Place(records.edition, words, f"stewards/{code}")
        name = file_name(INDEX, words.language)
        view = partial(steward_index, records, words)
        yield place.task("steward_index.html.jinja", name, f"steward:{code}", index, view)
        around = place.frame(name)
        for submission in records.files:
            yield place.task(
                "submission.html.jinja",
                submission_name(submission, words.language),
                f"submission:{submission}",
                inputs[submission],
                partial(_submission, records, words, submission, kept),
                around,
            )
    yield from _agreed(records.edition, languages, f"stewards/{code}")


def _agreed(shown: Edition, languages: tuple[Words, ...], folder: str) -> Iterator[PageTask]:
    """What was agreed, for whoever sends or reads: each contract, and all that can be wrong."""
    for words in languages:
        place = _Place(shown, words, folder)
        name = catalogue_name(words.language)
        view: Callable[[], Page] = partial(problem_catalogue, shown, words)
        yield place.task("problem_catalogue.html.jinja", name, "problems", (), view)
        for contract in shown.contracts:
            workstream = contract.workstream
            name = contract_page_name(workstream, words.language)
            inputs = contract_inputs(shown, workstream)
            view = partial(contract_page, shown, words, workstream)
            yield place.task(
                "contract_page.html.jinja", name, f"contract:{workstream}", inputs, view
            )


@dataclass(frozen=True, slots=True)
class Kept:
    """What is asked of a submission when its page is made: its cells, and what it changes."""

    sheet_rows_of: SheetRows
    comparing: Comparing


def _submission(records: Records, words: Words, submission: str, kept: Kept) -> Page:
    case = case_of(records, words, submission)
    cells = kept.sheet_rows_of(submission) if case.shows_sheet else None
    return submission_page(case, cells, kept.comparing.of(submission))


@dataclass(frozen=True, slots=True)
class _Place:
    """One folder in one language, with what its readers see."""

    shown: Edition
    words: Words
    folder: str

    def task(
        self,
        template: str,
        name: str,
        scope: str,
        inputs: tuple[str, ...],
        view: Callable[[], Page],
        around: str | None = None,
    ) -> PageTask:
        """A page in its frame; `around` is the frame as text, where it is known already."""
        frame = self.frame(name) if around is None else around
        return PageTask(
            folder=self.folder,
            name=name,
            shown=self.shown,
            scope=(scope,),
            inputs=(f"{self.shown.data_month}", frame, *inputs),
            make=partial(_made, template, self.shown, self.words, view),
        )

    def frame(self, name: str) -> str:
        """Banners and links around a page: they depend on where the edition's figures come from."""
        return repr(frame_of(self.shown, self.words, name))


def _made(template: str, shown: Edition, words: Words, view: Callable[[], Page]) -> Made:
    page = view()
    return render_page(template, shown, words, page), page.files


def _points(shown: Edition, chosen: pl.Expr) -> str:
    points, phases = shown.points.filter(chosen), shown.series.filter(chosen)
    return rows_digest(points, *POINT) + rows_digest(phases, *PHASE)


def _before(shown: Edition) -> str:
    """Last month's verdicts on the series that the audience sees."""
    if shown.before is None:
        return "unknown"
    seen: Any = shown.series.select("series").unique()
    seen_before = rows_digest(shown.before.join(seen, on="series", how="semi"), "series")
    return f"{seen_before}{shown.is_before_recounted}"
