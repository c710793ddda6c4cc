"""The sheet as it was sent: the same rows and columns, with what was found marked and noted.

Belongs here: which cell is marked how, which notes there are and what they say. Does not belong
here: the words of a finding (findings.py) and reading the file (its text is passed in). Columns
that the contract does not know say `not shown` below their name: nobody agreed to them.

Every place where something was found is marked. A note costs a reader's Excel far more than a
marked cell does, so there are at most `MOST_NOTES`; the first of every cause come first, and the
Errors sheet has them all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl
from xlsxwriter.utility import xl_cell_to_rowcol

from reports.pages.sheet_excerpt import Sheet
from reports.words import Words
from reports.workbook.cell_text import column_as_sent, within_cell
from reports.workbook.findings import Finding, Place
from reports.workbook.looks import Looks
from reports.workbook.text_sheet import MOST_COLUMNS, MOST_ROWS, ROW, Block, Levels, TextSheet

MOST_NOTES = 5_000
MOST_IN_NOTE = 5
LONGEST_IN_NOTE = 200
_SIGN_CODE = re.compile(r"_(x[0-9A-Fa-f]{4}(?=_))")
# Above this many rows Excel would freeze more than a small screen shows.
MOST_FROZEN = 8
NARROWEST, WIDEST, MEASURED_ROWS = 9, 40, 200
PLAIN, ASK, MEND, QUIET = range(4)
NOTE_WIDTH, NOTE_LINE, LETTERS_IN_LINE = 330, 15, 50


@dataclass(frozen=True, slots=True)
class SentRows:
    """The text of a sheet as it may be shown; rows and columns beyond Excel's are left out."""

    rows: pl.DataFrame
    header_row: int
    hidden: frozenset[str]
    rows_left_out: int

    @property
    def letters(self) -> list[str]:
        return [name for name in self.rows.columns if name != ROW]


def sent_rows(sheet: Sheet, words: Words, marked: Sequence[Place]) -> SentRows:
    """The rows of a sheet as text that is fit to be shown, with a row for every marked place."""
    letters = sheet.letters[:MOST_COLUMNS]
    shown = pl.lit(words.text("stewards.excerpt.not_shown"))
    rows = sheet.rows.select(
        pl.col(ROW).cast(pl.Int64),
        *(column_as_sent(words, sheet.rows[letter].replace("", None)) for letter in letters),
    ).with_columns(
        pl.when((pl.col(ROW) != sheet.header_row) & pl.col(letter).is_not_null())
        .then(shown)
        .otherwise(pl.col(letter))
        .alias(letter)
        for letter in letters
        if letter in sheet.hidden
    )
    further = sorted({place.row for place in marked} - sheet.places.keys())
    if further:
        rows = pl.concat([rows, pl.DataFrame({ROW: further})], how="diagonal").sort(ROW)
    kept = rows.filter(pl.col(ROW).is_between(1, MOST_ROWS))
    return SentRows(kept, sheet.header_row, sheet.hidden, rows.height - kept.height)


def fill(
    page: TextSheet, sent: SentRows, found: Sequence[Finding], looks: Looks, words: Words
) -> int:
    """Fill a worksheet; returns how many places have no note because there are too many."""
    levels, row = _levels(sent, found), sent.rows[ROW]
    head = (looks.plain_head, looks.ask_head, looks.mend_head, looks.plain_head)
    below = (looks.plain, looks.ask, looks.mend, looks.quiet)
    # Rows above the header hold nothing, but something may have been found in one of them.
    parts = (
        (row < sent.header_row, below),
        (row == sent.header_row, head),
        (row > sent.header_row, below),
    )
    for chosen, formats in parts:
        page.put(Block(sent.rows.filter(chosen), levels[chosen.to_numpy()], formats))
    _arrange(page, sent, looks)
    return _write_notes(page, _notes(sent, found), words)


def _arrange(page: TextSheet, sent: SentRows, looks: Looks) -> None:
    """Widths, the frozen header and the filter. No row gets a height: the position of each note
    would then be worked out from the heights of all rows above it.
    """
    head, last = sent.header_row - 1, max(sent.rows[ROW][-1] - 1, sent.header_row)
    if sent.header_row <= MOST_FROZEN:
        page.freeze_panes(head + 1, 0)
    right = len(sent.letters) - 1
    page.autofilter(head, 0, last, right)
    # Figures are text here on purpose; Excel would put a green corner on each.
    page.ignore_errors({"number_stored_as_text": f"A1:{sent.letters[-1]}{last + 1}"})
    top = sent.rows.head(MEASURED_ROWS)
    for place, letter in enumerate(sent.letters):
        longest = top[letter].str.len_chars().max()
        width = min(max(int(str(longest or 0)) + 2, NARROWEST), WIDEST)
        page.set_column(place, place, width, looks.plain)


def _levels(sent: SentRows, found: Sequence[Finding]) -> Levels:
    """For each cell whether it must be mended, is asked about, or neither."""
    levels = np.zeros((sent.rows.height, len(sent.letters)), np.uint8)
    columns = {letter: place for place, letter in enumerate(sent.letters)}
    for letter in sent.hidden & columns.keys():
        levels[:, columns[letter]] = QUIET
    at = {int(row): place for place, row in enumerate(sent.rows[ROW])}
    # Questions first: where a cell has both, what must be mended is what is seen.
    for finding in sorted(found, key=lambda one: one.must_mend):
        level = MEND if finding.must_mend else ASK
        for place in finding.places:
            if place.row not in at:
                continue
            if not place.letter:
                levels[at[place.row], :] = level
            elif place.letter in columns:
                levels[at[place.row], columns[place.letter]] = level
    return levels


def _notes(sent: SentRows, found: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    """Address -> what was found there, those first that are the first of their cause."""
    letters, rows = frozenset(sent.letters), frozenset(sent.rows[ROW])
    counts: Counter[tuple[str, str]] = Counter()
    ranks: dict[str, int] = {}
    notes: dict[str, list[Finding]] = {}
    for finding in found:
        counts[finding.cause] += 1
        for place in finding.places:
            if place.row in rows and (not place.letter or place.letter in letters):
                ranks.setdefault(place.address, counts[finding.cause])
                notes.setdefault(place.address, []).append(finding)
    return {address: notes[address] for address in sorted(notes, key=ranks.__getitem__)}


def _write_notes(page: TextSheet, notes: Mapping[str, list[Finding]], words: Words) -> int:
    noting = Noting.of(words)
    for address, about in islice(notes.items(), MOST_NOTES):
        text = noting.text(about)
        lines = sum(1 + len(line) // LETTERS_IN_LINE for line in text.split("\n"))
        size = {"width": NOTE_WIDTH, "height": NOTE_LINE * (lines + 1)}
        page.write_comment(*xl_cell_to_rowcol(address), text, size)
    return max(0, len(notes) - MOST_NOTES)


@dataclass(frozen=True, slots=True)
class Noting:
    """Writes notes in one language; `labels` stand before what was found, expected and so on."""

    words: Words
    labels: Mapping[str, str]

    @classmethod
    def of(cls, words: Words) -> Noting:
        names = ("value", "expected", "mend", "note")
        return cls(words, {name: words.text(f"stewards.list.{name}") for name in names})

    def text(self, about: Sequence[Finding]) -> str:
        """What a note says: severity and code, title, what was expected, what to do."""
        said = [self._one(finding) for finding in about[:MOST_IN_NOTE]]
        if len(about) > MOST_IN_NOTE:
            said.append(self.words.text("workbook.note.more", n=len(about) - MOST_IN_NOTE))
        # Excel would read _x0041_ as A, and the library's own defence misses the second of two that
        # share an underscore. The Errors sheet has such a text to the letter.
        return _SIGN_CODE.sub(r"_ \1", within_cell(self.words, "\n\n".join(said)))

    def _one(self, finding: Finding) -> str:
        first = self.words.text(
            "workbook.note.first",
            severity=finding.severity,
            code=finding.code,
            number=self.words.number(finding.number, 0),
        )
        labelled = {
            "value": _short(finding.value),
            "expected": finding.told.expected,
            "mend": finding.told.mend,
            "note": finding.more,
        }
        lines = [f"{self.labels[name]}: {text}" for name, text in labelled.items() if text]
        return "\n".join([first, finding.told.title, *lines])


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_IN_NOTE else f"{value[:LONGEST_IN_NOTE]} ..."
