"""All that one publication shows, and nothing else: view models read only this.

Here: the frozen Edition and cutting it for an audience. Not here: how its tables are made
(assets/steps), the pages (reports/pages).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from data_contracts.contract import Contract
from data_contracts.problems import Outcome
from data_contracts.registers import Registers
from reports.comparisons import COMPARISON_SCHEMA
from reports.corrections import CORRECTION_SCHEMA
from reports.notes import OWN_NOTE, Note
from reports.pages.audience import COLLABORATIVE, Audience, Reader, visible, visible_changes
from reports.waiting import DECISION_SCHEMA, QUEUE_SCHEMA, TIMELINESS_SCHEMA, Waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One publication: what was counted through `data_month`, seen on the day `today`.

    points: one row for each series and period (workstream, measure, level, unit, organisation,
    series, period, numerator, denominator, state, parts_in, parts_due, provenance, and the columns
    of spc.Analysis.points). series: one row for each series and phase (the same keys and the
    columns of spc.Analysis.series). returns: organisation x workstream x table x period with
    status, submission, deadline, arrived, parts_in, parts_due. submissions, problems: the files
    sent (`counts_in_full`: no other file stands for one of its organisations in one of its months;
    `to_mend`: nothing newer has put it right; `superseded_by`: the newest attempt, where that
    is to be mended instead) and what was found in them. changes: dated facts about work.
    before: the verdict on each series (series, verdict) that the last report for the month before
    told; where none was published, what today's figures would have told (`is_before_recounted`);
    None where neither is known.
    corrections: figures that a later file changed (corrections.py). days_points, days_series: the
    same as points and series, of days between rare events; they have dates of events and are for
    an organisation's own readers only.
    queue, timeliness, decisions: what waits, how returns came in, what was decided (waiting.py).
    notes: what people wrote beside the pages' own narrative. comparisons: the place of each
    organisation among all, which has to be known before others are cut away (comparisons.py).
    """

    data_month: date
    today: date
    publication: str
    contracts: tuple[Contract, ...]
    registers: Registers
    translations_folder: Path
    points: pl.DataFrame
    series: pl.DataFrame
    returns: pl.DataFrame
    submissions: pl.DataFrame
    problems: pl.DataFrame
    changes: pl.DataFrame
    before: pl.DataFrame | None = None
    is_before_recounted: bool = False
    corrections: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=CORRECTION_SCHEMA)
    )
    queue: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=QUEUE_SCHEMA))
    timeliness: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TIMELINESS_SCHEMA))
    decisions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DECISION_SCHEMA))
    notes: tuple[Note, ...] = ()
    comparisons: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=COMPARISON_SCHEMA)
    )
    days_points: pl.DataFrame = field(default_factory=pl.DataFrame)
    days_series: pl.DataFrame = field(default_factory=pl.DataFrame)
    audience: Audience = COLLABORATIVE

    def shown_to(self, audience: Audience) -> Edition:
        """The same edition, cut to what an audience may see.

        Returns are not cut: who sent what and when is told to everyone. Files and what was found
        in them are for the one who sent them, except that everyone sees which files are in force.
        What waits is for whoever has to act, for the organisation that is waited for, and for the
        collaborative, which keeps all of it in hand; what was decided is for those who act and the
        collaborative. Only who sent a file sees its name where that may name a person.
        """
        submissions = self._submissions(audience)
        known = submissions.select("submission")
        is_own = audience.reader is Reader.STEWARD
        return replace(
            self,
            audience=audience,
            points=visible(self.points, audience),
            series=visible(self.series, audience),
            changes=visible_changes(self.changes, audience),
            comparisons=visible(self.comparisons, audience),
            corrections=visible(self.corrections, audience),
            days_points=_with_dates(self.days_points, audience),
            days_series=_with_dates(self.days_series, audience),
            submissions=submissions,
            queue=self._queue(audience),
            timeliness=visible(self.timeliness, audience),
            decisions=self._decisions(audience),
            notes=tuple(note for note in self.notes if _is_for(note, audience)),
            problems=self.problems.join(known, on="submission", how="semi")
            if is_own
            else self.problems.clear(),
        )

    def _queue(self, audience: Audience) -> pl.DataFrame:
        if audience.reader is Reader.COLLABORATIVE:
            return _without_locked_names(self.queue, pl.col("kind") == Waits.QUARANTINED)
        if audience.reader is Reader.STEWARD:
            return self.queue.filter(pl.col("submitter") == audience.code)
        concerned = pl.any_horizontal(pl.col("submitter", "organisation") == audience.code)
        is_locked = pl.col("kind") == Waits.QUARANTINED
        return _without_locked_names(self.queue.filter(concerned), is_locked)

    def _decisions(self, audience: Audience) -> pl.DataFrame:
        if audience.reader is Reader.COLLABORATIVE:
            locked = pl.col("outcome") == Outcome.QUARANTINED
            return _without_locked_names(self.decisions, locked)
        if audience.reader is Reader.STEWARD:
            # A file that nobody knows is nobody's: not `visible`, which keeps such rows.
            return self.decisions.filter(pl.col("organisation") == audience.code)
        return self.decisions.clear()

    def _submissions(self, audience: Audience) -> pl.DataFrame:
        if audience.reader is Reader.STEWARD:
            return self.submissions.filter(pl.col("submitter") == audience.code)
        in_force = pl.col("months_in_force").list.len() > 0
        if audience.reader is Reader.COLLABORATIVE:
            return self.submissions.filter(in_force)
        concerned = pl.col("organisations").list.contains(str(audience.code))
        return self.submissions.filter(in_force & concerned)


def _with_dates(rows: pl.DataFrame, audience: Audience) -> pl.DataFrame:
    """Rows with dates of events: an organisation's own readers see its own, nobody else any."""
    is_own = audience.reader is Reader.ORGANISATION
    return visible(rows, audience) if is_own else rows.clear()


def _is_for(note: Note, audience: Audience) -> bool:
    """Whether a note stands in a reader's folder: a board's own note may tell of its wards."""
    if audience.reader is Reader.COLLABORATIVE:
        return not note.page.startswith(OWN_NOTE)
    return audience.reader is Reader.ORGANISATION and note.page == f"{OWN_NOTE}{audience.code}"


def _without_locked_names(files: pl.DataFrame, is_locked: pl.Expr) -> pl.DataFrame:
    """Files without the names of those that are locked away: a name may say whom it is about."""
    return files.with_columns(
        file_name=pl.when(is_locked).then(None).otherwise(pl.col("file_name"))
    )
