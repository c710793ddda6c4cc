"""Who and where: organisations, sites, dated boundaries and closures, as codes/*.yaml lists them.

Belongs here: reading and checking the lists, finding a code from what a file says, who ran a site
in a month, where a unit's figures begin anew. Does not belong here: wards (their register grows
from accepted submissions), deciding what an unknown code does to a row (assets/steps/check.py),
words beside names (translations/).

Text is looked up, never guessed: letter case, spaces, `&` and the shape of apostrophes do not
matter, anything else unlisted is unknown. Vectorised for tables: `with_organisation`, `with_site`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

HERE = Path(__file__).parent / "codes"
STRICT = ConfigDict(extra="forbid")
WELSH = "cy"

# Today's health boards took over on this day; the lists tell nothing older apart.
FIRST_DAY = date(2009, 10, 1)

# A suggestion is shown to a person, so it may be wrong, but not silly: `7A9` is as near to every
# board and gets none, `Cardif and Vale` does.
NEAR_ENOUGH = 0.8

# Format characters (zero-width spaces, byte order marks) and the apostrophes people type. They go
# before Unicode's own folding (NFKC), which would take an acute accent apart.
INVISIBLE = r"\p{Cf}"
APOSTROPHES = r"[\x{2018}\x{2019}\x{02BC}\x{2032}\x{00B4}`]"

AREA_LEVELS = frozenset({"organisation", "setting", "population"})
PLACE_LEVELS = frozenset({"site", "ward"})


class RegisterError(ValueError):
    """The lists in codes/ cannot be used; the message names every reason."""


class OrganisationKind(StrEnum):
    HEALTH_BOARD = "health_board"
    TRUST = "trust"


class SiteKind(StrEnum):
    """`minor_injury_units`: a board's small units, published under one code.

    `outside_wales`: a hospital that Welsh figures mention and nobody in Wales runs.
    """

    HOSPITAL = "hospital"
    MINOR_INJURY_UNITS = "minor_injury_units"
    OUTSIDE_WALES = "outside_wales"


class ServiceKind(StrEnum):
    MAJOR_EMERGENCY_DEPARTMENT = "major_emergency_department"
    MINOR_INJURY_UNIT = "minor_injury_unit"
    INPATIENT = "inpatient"


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Organisation:
    """A health board or trust by ODS code; `gss` is its area's code, None for a trust."""

    code: str
    kind: OrganisationKind
    name_en: str
    name_cy: str
    short_en: str
    short_cy: str
    abbreviation: str
    gss: str | None = None
    aliases: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Its full name in a reader's language."""
        return self.name_cy if language == WELSH else self.name_en

    def short(self, language: str) -> str:
        """Its short name in a reader's language."""
        return self.short_cy if language == WELSH else self.short_en

    @property
    def spellings(self) -> tuple[str, ...]:
        """All that a file may call it, codes included."""
        names = (self.name_en, self.name_cy, self.short_en, self.short_cy, self.abbreviation)
        codes = (self.code,) if self.gss is None else (self.code, self.gss)
        return (*codes, *names, *self.aliases)


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Span:
    """From a day to a day, both included; `ends` None: until now."""

    starts: date = FIRST_DAY
    ends: date | None = None

    def covers(self, day: date) -> bool:
        return self.starts <= day <= (self.ends or date.max)


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Belongs(Span):
    """Who runs a site, and when."""

    organisation: str


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Service(Span):
    """What a site offers, and when."""

    kind: ServiceKind


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Site:
    """A hospital by ODS code. Its owner is in `belongs`, never in its code."""

    code: str
    name_en: str
    name_cy: str
    belongs: tuple[Belongs, ...]
    kind: SiteKind = SiteKind.HOSPITAL
    aliases: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()

    def name(self, language: str) -> str:
        """Its name in a reader's language."""
        return self.name_cy if language == WELSH else self.name_en

    @property
    def spellings(self) -> tuple[str, ...]:
        """All that a file may call it, codes included."""
        return (self.code, self.name_en, self.name_cy, *self.aliases)

    def owner(self, day: date) -> str | None:
        """The organisation that ran it on a day, None where none did."""
        return next((b.organisation for b in self.belongs if b.covers(day)), None)


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Boundary:
    """A date from which figures do not compare with those before; `tables` empty: all tables.

    It cuts the charts of `organisations` (and their settings and populations) and those of `sites`
    (and their wards). `role` is who vouches for it, `legal_source` on what grounds.
    """

    id: str
    reason_en: str
    reason_cy: str
    legal_source: str
    role: str
    organisations: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    date: date

    @property
    def starts(self) -> dt.date:
        """The month from which figures begin anew, by its first day."""
        return self.date.replace(day=1)

    def reason(self, language: str) -> str:
        """Why, in a reader's language."""
        return self.reason_cy if language == WELSH else self.reason_en

    def cuts(self, level: str, unit: str, table: str) -> bool:
        """Whether a new phase starts here for a unit (`7A3`, `7A5:ambulatory_sdec`, `7A6AR:C1`)."""
        concerned = self.organisations if level in AREA_LEVELS else self.sites
        is_cut = level in AREA_LEVELS | PLACE_LEVELS and unit.partition(":")[0] in concerned
        return is_cut and (not self.tables or table in self.tables)


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Closure(Span):
    """A site, or one ward of it, that sends nothing from a month on; `tables` empty: all tables.

    `starts` must be told; `ends` None is for good. `role` vouches for it, `reason` says why.
    """

    starts: date
    organisation: str
    site: str
    reason: str
    role: str
    ward: str | None = None
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Registers:
    """All lists together. Checked once, here; trusted everywhere else. Raises RegisterError."""

    organisations: tuple[Organisation, ...]
    sites: tuple[Site, ...]
    boundaries: tuple[Boundary, ...] = ()
    closures: tuple[Closure, ...] = ()

    def __post_init__(self) -> None:
        faults = [fault for check in _CHECKS for fault in check(self)]
        if faults:
            raise RegisterError("; ".join(faults))

    def organisation(self, text: str) -> Organisation | None:
        """The organisation a code, name or alias stands for; None for anything unlisted."""
        code = self._organisation_codes.get(spelling(text))
        return next((one for one in self.organisations if one.code == code), None)

    def site(self, text: str, month: date | None = None) -> Site | None:
        """The site a code, name or alias stands for; with a month, only if someone ran it then."""
        code = self._site_codes.get(spelling(text))
        found = next((one for one in self.sites if one.code == code), None)
        return None if found and month and found.owner(month) is None else found

    def organisation_of(self, site: str, month: date) -> str | None:
        """The code of the organisation that ran a site in a month, None where none did."""
        found = self.site(site)
        return None if found is None else found.owner(month)

    def suggestion(self, text: str) -> str | None:
        """The organisation whose spelling is nearest, for a person to judge; None if unclear."""
        sought = spelling(text)
        likeness: dict[str, float] = {}
        for alias, code in self._organisation_codes.items():
            ratio = SequenceMatcher(None, alias, sought).ratio()
            likeness[code] = max(ratio, likeness.get(code, 0.0))
        best = max(likeness.values(), default=0.0)
        nearest = [code for code, ratio in likeness.items() if ratio == best]
        return nearest[0] if best >= NEAR_ENOUGH and len(nearest) == 1 else None

    def boundary_starts(self, level: str, unit: str, table: str) -> dict[date, str]:
        """First days of the months in which a new phase starts for a unit, in order -> why.

        `level` as in the table of points, `table` such as `deterioration.emergency_department`.
        """
        cut = sorted((b.starts, b.legal_source) for b in self.boundaries_of(level, unit, table))
        return dict(cut)

    def boundaries_of(self, level: str, unit: str, table: str) -> tuple[Boundary, ...]:
        """What cuts a unit's charts of a table, as `boundary_starts` has it, in order of time."""
        cut = (b for b in self.boundaries if b.cuts(level, unit, table))
        return tuple(sorted(cut, key=lambda boundary: boundary.date))

    def with_organisation(self, frame: pl.DataFrame, text_column: str) -> pl.DataFrame:
        """The frame and `organisation`: the code `text_column` stands for, null if unknown."""
        return frame.with_columns(
            organisation=_looked_up(text_column, self.organisation_aliases, "code")
        )

    def with_site(self, frame: pl.DataFrame, site_column: str, period_column: str) -> pl.DataFrame:
        """The frame, in its order, and `site` (null if unknown) and `owner`.

        `period_column` is a Date. `owner` is null for an unknown site, for a period without a date
        and where nobody in Wales ran the site: so a null owner means there is no such site then.
        """
        placed = frame.with_columns(site=_looked_up(site_column, self.site_aliases, "site"))
        owners = _owners(placed.select("site", period_column).unique(), self.belongs)
        return placed.drop("owner", strict=False).join(
            owners, on=["site", period_column], how="left", maintain_order="left"
        )

    @cached_property
    def organisation_aliases(self) -> pl.DataFrame:
        """`alias` (as `normalised` leaves it), `code`; one row per alias."""
        return _aliases(self.organisations, "code")

    @cached_property
    def site_aliases(self) -> pl.DataFrame:
        """`alias` (as `normalised` leaves it), `site`; one row per alias."""
        return _aliases(self.sites, "site")

    @cached_property
    def belongs(self) -> pl.DataFrame:
        """`site`, `organisation`, `starts`, `ends` (last day, null: until now)."""
        rows = [(s.code, b.organisation, b.starts, b.ends) for s in self.sites for b in s.belongs]
        schema = {"site": pl.String, "organisation": pl.String, "starts": pl.Date, "ends": pl.Date}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def _organisation_codes(self) -> dict[str, str]:
        return dict(self.organisation_aliases.iter_rows())

    @cached_property
    def _site_codes(self) -> dict[str, str]:
        return dict(self.site_aliases.iter_rows())


def load_registers(folder: Path | None = None) -> Registers:
    """The lists of a folder, by default those shipped with the product. Raises RegisterError."""
    where = folder or HERE
    return Registers(
        organisations=_read(where / "organisations.yaml", Organisation),
        sites=_read(where / "sites.yaml", Site),
        boundaries=_read(where / "boundaries.yaml", Boundary),
        closures=_read(where / "closures.yaml", Closure),
    )


def normalised(text: pl.Expr) -> pl.Expr:
    """Text as aliases are compared: lower case, one space, `and` for `&`, straight apostrophes."""
    text = text.cast(pl.String)
    # Each text once: a column of a million codes has a few hundred different ones. Without a Python
    # function: polars waits for Python there, and for ever where another thread pickles a frame.
    distinct = text.unique(maintain_order=True)
    return text.replace_strict(distinct, _normalised(distinct), return_dtype=pl.String)


def _normalised(text: pl.Expr) -> pl.Expr:
    return (
        text.str.replace_all(INVISIBLE, "")
        .str.replace_all(APOSTROPHES, "'")
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all("&", " and ", literal=True)
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )


@lru_cache(maxsize=4096)
def spelling(text: str) -> str:
    """One text as `normalised` leaves it."""
    return str(pl.select(normalised(pl.lit(text))).item())


_LISTS = ("organisations", "sites", "tables")
_Listed = TypeVar("_Listed", Organisation, Site, Boundary, Closure)


def _read(path: Path, noun: type[_Listed]) -> tuple[_Listed, ...]:
    try:
        content: Any = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        return TypeAdapter(tuple[noun, ...]).validate_python(content or ())  # type: ignore[valid-type]
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise RegisterError(f"{path.name}: {error}") from error


def _aliases(listed: Iterable[Organisation | Site], code_name: str) -> pl.DataFrame:
    rows = [(text, one.code) for one in listed for text in one.spellings]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("alias", code_name), pl.String), orient="row")
    return frame.with_columns(normalised(pl.col("alias"))).unique(maintain_order=True)


def _looked_up(column: str, aliases: pl.DataFrame, code_name: str) -> pl.Expr:
    known, codes = aliases["alias"], aliases[code_name]
    return normalised(pl.col(column)).replace_strict(
        known, codes, default=None, return_dtype=pl.String
    )


def _owners(places: pl.DataFrame, belongs: pl.DataFrame) -> pl.DataFrame:
    """`site` and a date -> `owner`, only where there was one."""
    when = places.columns[1]
    last_day = pl.col("ends").fill_null(date.max)
    return (
        places.join(belongs, on="site")
        .filter(pl.col(when).is_between("starts", last_day))
        .select("site", when, owner="organisation")
    )


def _unclear_spellings(registers: Registers) -> Iterator[str]:
    """A code or alias that stands for two entries would have to be guessed."""
    for aliases in (registers.organisation_aliases, registers.site_aliases):
        for alias in aliases.filter(pl.col("alias").is_duplicated())["alias"].unique().sort():
            yield f"`{alias}` stands for more than one entry"


def _repeated_codes(registers: Registers) -> Iterator[str]:
    listed: tuple[Organisation | Site, ...] = (*registers.organisations, *registers.sites)
    codes = Counter(one.code for one in listed)
    codes.update(boundary.id for boundary in registers.boundaries)
    yield from (f"{code} is listed twice" for code, times in codes.items() if times > 1)


def _wrong_gss(registers: Registers) -> Iterator[str]:
    """An area's code belongs to a board, which has an area, and not to a trust."""
    for one in registers.organisations:
        if (one.gss is None) != (one.kind is OrganisationKind.TRUST):
            yield f"{one.code}: a health board has a GSS code and a trust has none"


def _unknown_owners(registers: Registers) -> Iterator[str]:
    codes = {one.code for one in registers.organisations}
    for site in registers.sites:
        for owner in site.belongs:
            if owner.organisation not in codes:
                yield f"{site.code} belongs to {owner.organisation}, which is not listed"


def _overlapping_owners(registers: Registers) -> Iterator[str]:
    for site in registers.sites:
        spans = sorted((b.starts, b.ends or date.max) for b in site.belongs)
        if any(starts > ends for starts, ends in spans):
            yield f"{site.code} belongs to somebody until a day before it starts to"
        if any(later[0] <= earlier[1] for earlier, later in pairwise(spans)):
            yield f"{site.code} belongs to two organisations at the same time"


def _unknown_units(registers: Registers) -> Iterator[str]:
    organisations = {one.code for one in registers.organisations}
    sites = {one.code for one in registers.sites}
    for one in registers.boundaries:
        unknown = [*(set(one.organisations) - organisations), *(set(one.sites) - sites)]
        yield from (f"{one.id} names {unit}, which is not listed" for unit in sorted(unknown))
        if not one.organisations and not one.sites:
            yield f"{one.id} names no organisation and no site"


def _misplaced_closures(registers: Registers) -> Iterator[str]:
    """A closure has to name the organisation that ran the site when it closed."""
    for one in registers.closures:
        if registers.organisation_of(one.site, one.starts) != one.organisation:
            when = f"{one.starts:%Y-%m}"
            yield f"{one.site} is said to close in {when}, when {one.organisation} did not run it"


_CHECKS: tuple[Callable[[Registers], Iterator[str]], ...] = (
    _repeated_codes,
    _unclear_spellings,
    _wrong_gss,
    _unknown_owners,
    _overlapping_owners,
    _unknown_units,
    _misplaced_closures,
)
