"""Who reads a page, and which rows of a table they may see.

Belongs here: one function that cuts rows, before any view model reads them. Does not belong here:
folders and access lists (assets/steps/publish.py), protection of small numbers. Rows of wards and
sites stay inside their own organisation's folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from reports.pages.levels import SITE, WALES, WARD

OWN_ONLY = (SITE, WARD)


class Reader(StrEnum):
    """The kinds of readers; each has a folder of its own."""

    COLLABORATIVE = "collaborative"
    ORGANISATION = "organisation"
    STEWARD = "steward"
    PUBLIC = "public"


class AudienceRefusedError(ValueError):
    """Nothing may be shown to this audience; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A kind of reader; `code` is that of an organisation's own readers or stewards.

    Raises AudienceRefusedError for `public` and ValueError for a code too many or missing.
    """

    reader: Reader
    code: str | None = None

    def __post_init__(self) -> None:
        if self.reader is Reader.PUBLIC:
            raise AudienceRefusedError(
                "Nothing is published for the public until small numbers are protected."
            )
        if (self.code is None) != (self.reader is Reader.COLLABORATIVE):
            raise ValueError(f"audience {self.reader}: the code {self.code!r} does not fit")


COLLABORATIVE = Audience(Reader.COLLABORATIVE)


def organisation(code: str) -> Audience:
    """The readers of one organisation: its own wards and sites, and Wales."""
    return Audience(Reader.ORGANISATION, code)


def steward(code: str) -> Audience:
    """The data stewards of one submitter: its own figures without wards and sites, and Wales."""
    return Audience(Reader.STEWARD, code)


def named(name: str) -> Audience:
    """An audience by name: `collaborative`, `organisation:7A4`, `steward:RT4`.

    Raises ValueError for an unknown name, AudienceRefusedError for `public`.
    """
    kind, _, code = name.partition(":")
    return Audience(Reader(kind), code or None)


def visible(table: pl.DataFrame, audience: Audience) -> pl.DataFrame:
    """The rows an audience may see of a table with columns `level` and `organisation`, or one.

    Site and ward rows only for the organisation's own readers; other organisations' rows only for
    the collaborative. Rows for Wales (and rows of no organisation) stay.
    """
    allowed = pl.lit(True)
    if "level" in table.columns and audience.reader is not Reader.ORGANISATION:
        allowed &= pl.col("level").is_in(OWN_ONLY).not_().fill_null(True)
    if "organisation" in table.columns and audience.reader is not Reader.COLLABORATIVE:
        allowed &= pl.col("organisation").is_in([WALES, str(audience.code)]).fill_null(True)
    return table.filter(allowed)


def visible_changes(changes: pl.DataFrame, audience: Audience) -> pl.DataFrame:
    """What was told of work, as far as an audience may read it.

    Of work on one site or ward others see that there is some, whose, when and about what: to leave
    it out would say that nothing was tried. The place, the text and who sent it stay with the
    organisation's own readers.
    """
    if audience.reader is Reader.ORGANISATION:
        return visible(changes, audience)
    is_own_only = pl.col("level").is_in(OWN_ONLY)
    told = visible(changes.rename({"level": "of"}), audience).rename({"of": "level"})
    masked = told.with_columns(
        pl.when(~is_own_only).then(pl.col(name)).alias(name)
        for name in ("site_code", "ward_code", "text_en", "text_cy", "author_role")
    )
    # What is taken away would have told rows apart: their order must not depend on the file's.
    return masked.sort(masked.columns, nulls_last=True)
