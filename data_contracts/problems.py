"""The catalogue of everything that can be wrong with a submission, and the shape of one finding.

Belongs here: kinds (code, scope, effect, the facts their sentences need), `Problem`, the schema of
a table of problems, masking. Does not belong here: finding problems (assets.steps), words
(translations/<language>/problems.yaml, key = code) and the rules of a workstream (its contract
brings codes of its own; `Kind.of_rule` gives them the same shape).
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

import polars as pl

from data_contracts.contract import Rule, Scope

Fact: TypeAlias = str | int | float | tuple[str, ...] | tuple[int, ...]


class Effect(StrEnum):
    """What a problem does to the submission or to the row it was found in."""

    SET_ASIDE = "set_aside"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    CHECK = "check"


class Outcome(StrEnum):
    """What became of a submission."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    PARTLY_ACCEPTED = "partly_accepted"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"


# All rows of the file were accepted; some were; none was; somebody has to mend something.
IN_FULL = frozenset({Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WARNINGS})
TAKEN = IN_FULL | {Outcome.PARTLY_ACCEPTED}
NOT_TAKEN = frozenset({Outcome.REFUSED, Outcome.QUARANTINED})
TO_MEND = NOT_TAKEN | {Outcome.PARTLY_ACCEPTED}


class Unreadable(StrEnum):
    """Why a file could not be opened: the values of the fact `reason`."""

    DAMAGED = "damaged"
    PASSWORD = "password"
    NOT_A_FILE = "not_a_file"
    CONTENT_DIFFERS = "content_differs"
    TOO_BIG_INSIDE = "too_big_inside"
    TOOK_TOO_LONG = "took_too_long"
    STOPPED = "stopped"
    UNUSUAL_WORKBOOK = "unusual_workbook"
    MERGED_CELLS = "merged_cells"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    BROKEN_LINES = "broken_lines"
    CONTROL_CHARACTERS = "control_characters"
    LONE_QUOTES = "lone_quotes"
    ERROR_CELLS = "error_cells"
    UNSEEN_CELLS = "unseen_cells"
    DOCUMENT_TYPE = "document_type"
    CELL_TOO_LONG = "cell_too_long"


class IdentifierKind(StrEnum):
    """What kind of thing could point at a person: the values of the fact `kind`."""

    NHS_NUMBER = "nhs_number"
    POSTCODE = "postcode"
    DATE_OF_BIRTH = "date_of_birth"


# Facts that stand for a word: a page looks the word up, so an unknown value has to fail here,
# where the problem is made, and not at night on the page.
CODED_FACTS: Mapping[str, type[StrEnum]] = MappingProxyType(
    {"reason": Unreadable, "kind": IdentifierKind}
)

# Cases of a kind that have sentences of their own, as the optional fact `case` names them: code ->
# case -> the facts that its sentences use.
CASES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "F04": {"pdf": ()},
        # A row of names is there, but few of them are the agreed ones; or there is none, and it is
        # known which were agreed.
        "H04": {"other_names": ("found", "agreed"), "no_names": ("agreed",)},
        # A file on somebody's desk lies in no inbox: its name has to say who sends it.
        "F07": {"desk": ()},
    }
)

EFFECT_OF_SCOPE: Mapping[Scope, Effect] = MappingProxyType(
    {
        Scope.ROW: Effect.SET_ASIDE,
        Scope.SUBMISSION: Effect.REFUSED,
        Scope.INFORMATION: Effect.CHECK,
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. `facts` are the names that its sentences use.

    A question that is `asked_anew` is about what one file does: an answer says nothing of later
    ones, though place and value be the same.
    """

    code: str
    scope: Scope
    effect: Effect
    facts: tuple[str, ...] = ()
    asked_anew: bool = False

    @classmethod
    def of_rule(cls, rule: Rule) -> "Kind":
        """The kind of a contract's own rule: its effect follows from its scope."""
        return cls(rule.code, rule.scope, EFFECT_OF_SCOPE[rule.scope])


def _row(code: str, *facts: str) -> Kind:
    return Kind(code, Scope.ROW, Effect.SET_ASIDE, facts)


def _refusal(code: str, *facts: str) -> Kind:
    return Kind(code, Scope.SUBMISSION, Effect.REFUSED, facts)


def _quarantine(code: str, *facts: str) -> Kind:
    return Kind(code, Scope.SUBMISSION, Effect.QUARANTINED, facts)


def _question(code: str, *facts: str) -> Kind:
    return Kind(code, Scope.INFORMATION, Effect.CHECK, facts)


EMPTY_FILE = _refusal("F01")
UNREADABLE = _quarantine("F02", "reason")
UNSUPPORTED_TYPE = _refusal("F03", "extension")
UNDECODABLE = _refusal("F04")
OLD_ENCODING = _question("F05")
UNKNOWN_RETURN = _refusal("F06", "topics")
UNKNOWN_SUBMITTER = _refusal("F07", "folder")
SAME_FILE = Kind("F08", Scope.INFORMATION, Effect.DUPLICATE, ("duplicate_of",))
TOO_LARGE = _refusal("F09", "limit_mb")
SEVERAL_SHEETS = _refusal("F10")
HIDDEN_ROWS = _question("F11", "hidden_rows")
HIDDEN_SHEETS = _question("F12", "sheets")

MISSING_COLUMN = _refusal("H01", "column", "suggestion")
UNKNOWN_COLUMN = _question("H02", "column")
DUPLICATE_COLUMN = _refusal("H03", "column")
NO_HEADER = _refusal("H04")
NO_ROWS = _refusal("H05")

BLANK = _row("C01", "column")
NOT_A_COUNT = _row("C02", "column", "value")
BELOW_MINIMUM = _row("C03", "column", "value", "minimum")
ABOVE_MAXIMUM = _row("C04", "column", "value", "maximum")
NOT_IN_LIST = _row("C05", "column", "value", "allowed")
NOT_A_MONTH = _row("C06", "column", "value")
NOT_A_DATE = _row("C07", "column", "value")
FUTURE_MONTH = _row("C08", "value", "latest")
WRONG_PATTERN = _row("C09", "column", "value", "pattern")
SUPPRESSED_COUNT = _row("C10", "column", "value")
# A figure that must be there is stated to be lacking: never a zero, and the row cannot be counted.
NOT_COLLECTED = _row("C11", "column", "value")
NO_RETURN = _row("C12", "column", "value")
# In a column that may be empty the same words are read as an empty cell, and told.
NO_FIGURE = _question("C13", "column", "value")

DUPLICATE_ROW = _row("R01", "rows")
UNKNOWN_ORGANISATION = _row("R02", "value", "suggestion")
ORGANISATION_NOT_ALLOWED = _row("R03", "value", "submitter")
UNKNOWN_SITE = _row("R04", "value")
SITE_OF_OTHER_ORGANISATION = _row("R05", "value", "organisation", "owner")
MONTH_NOT_DUE = _row("R06", "period", "due_from")
WARD_AND_SITE_ROWS = _row("R07", "site")
# Left out and said so, not held against the file: its figures are those of the other rows.
TOTAL_ROW = _question("R08", "value")
SURPLUS_CELLS = _row("R09")
MONTH_NOT_NAMED = _row("R10", "value", "named")
DATE_OUTSIDE_MONTH = _row("R11", "value", "period")
ALL_AND_PARTS = _row("R12", "value")
# Below the rows, such as "Source: Datix": left out and said so.
NOTE_ROW = _question("R13")

IDENTIFIER = _quarantine("S01", "column", "kind")
NOTHING_ACCEPTED = _refusal("S02")
WARDS_MISSING = _question("S03", "wards", "month")
NAME_DIFFERS = _question("S04", "named", "found")
# What the months before say of a month; the last two are about a ward in it.
CLOSED_MONTH_CHANGED = replace(_question("S05", "value", "closed_on"), asked_anew=True)
SAME_AS_MONTH_BEFORE = _question("S06", "value")
NEW_WARD = _question("S07", "value", "month", "renamed_from")
WARD_CODE_REUSED = _question("S08", "value", "ward", "named_before", "month")

# In a file of answers: a line that answers nothing that was asked, and one that answers what has to
# be mended. `of` is the submission that it speaks of.
ANSWERS_NOTHING = _question("A01", "answered", "of")
NOT_TO_BE_ANSWERED = _question("A02", "answered", "of")

FILE_KINDS = (
    EMPTY_FILE,
    UNREADABLE,
    UNSUPPORTED_TYPE,
    UNDECODABLE,
    OLD_ENCODING,
    UNKNOWN_RETURN,
    UNKNOWN_SUBMITTER,
    SAME_FILE,
    TOO_LARGE,
    SEVERAL_SHEETS,
    HIDDEN_ROWS,
    HIDDEN_SHEETS,
)
HEADER_KINDS = (MISSING_COLUMN, UNKNOWN_COLUMN, DUPLICATE_COLUMN, NO_HEADER, NO_ROWS)
CELL_KINDS = (
    BLANK,
    NOT_A_COUNT,
    BELOW_MINIMUM,
    ABOVE_MAXIMUM,
    NOT_IN_LIST,
    NOT_A_MONTH,
    NOT_A_DATE,
    FUTURE_MONTH,
    WRONG_PATTERN,
    SUPPRESSED_COUNT,
    NOT_COLLECTED,
    NO_RETURN,
    NO_FIGURE,
)
ROW_KINDS = (
    DUPLICATE_ROW,
    UNKNOWN_ORGANISATION,
    ORGANISATION_NOT_ALLOWED,
    UNKNOWN_SITE,
    SITE_OF_OTHER_ORGANISATION,
    MONTH_NOT_DUE,
    WARD_AND_SITE_ROWS,
    TOTAL_ROW,
    SURPLUS_CELLS,
    MONTH_NOT_NAMED,
    DATE_OUTSIDE_MONTH,
    ALL_AND_PARTS,
    NOTE_ROW,
)
SUBMISSION_KINDS = (
    IDENTIFIER,
    NOTHING_ACCEPTED,
    WARDS_MISSING,
    NAME_DIFFERS,
    CLOSED_MONTH_CHANGED,
    SAME_AS_MONTH_BEFORE,
    NEW_WARD,
    WARD_CODE_REUSED,
)
ANSWER_KINDS = (ANSWERS_NOTHING, NOT_TO_BE_ANSWERED)

CATALOGUE: Mapping[str, Kind] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            *FILE_KINDS,
            *HEADER_KINDS,
            *CELL_KINDS,
            *ROW_KINDS,
            *SUBMISSION_KINDS,
            *ANSWER_KINDS,
        )
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing found in one submission: a kind and its facts, never a sentence.

    `row` counts as Excel does (the header of an ordinary sheet is row 1), `cell` is an Excel
    address such as C14. The fact `case` names one of CASES. Raises ValueError where a fact that the
    sentences need is lacking.
    """

    kind: Kind
    submission: str
    _: KW_ONLY
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    value: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted = (*self.kind.facts, *self._facts_of_case())
        lacking = {name for name in wanted if not self._is_known(name)}
        if lacking:
            raise ValueError(f"problem {self.kind.code} lacks {', '.join(sorted(lacking))}")
        for name in self.kind.facts:
            if name in CODED_FACTS:
                CODED_FACTS[name](str(self.facts[name]))

    def _is_known(self, name: str) -> bool:
        """Plain steps: a night may have a million findings."""
        if name in self.facts:
            return True
        return (name == "column" and self.column is not None) or (
            name == "value" and self.value is not None
        )

    def _facts_of_case(self) -> tuple[str, ...]:
        """What the sentences of a case need; a contract's rule has none, whatever its columns."""
        case, cases = self.facts.get("case"), CASES.get(self.kind.code)
        if case is None or cases is None:
            return ()
        if str(case) not in cases:
            raise ValueError(f"problem {self.kind.code} has no case {case}")
        return cases[str(case)]


PROBLEM_SCHEMA = pl.Schema(
    {
        "submission": pl.String,
        "code": pl.String,
        "scope": pl.String,
        "sheet": pl.String,
        "row": pl.Int64,
        "column": pl.String,
        "cell": pl.String,
        "value": pl.String,
        "facts": pl.String,
    }
)


def problems_frame(problems: Iterable[Problem]) -> pl.DataFrame:
    """Problems as a table of PROBLEM_SCHEMA, in the order given; identifiers are masked.

    `facts` is JSON with sorted keys, so equal findings are equal bytes.
    """
    return pl.DataFrame(
        [_record(problem) for problem in problems], schema=PROBLEM_SCHEMA, orient="row"
    )


def _record(problem: Problem) -> tuple[str | int | None, ...]:
    kind = problem.kind
    located = (_safe(problem.sheet), problem.row, _safe(problem.column), problem.cell)
    return (
        problem.submission,
        kind.code,
        kind.scope.value,
        *located,
        None if kind is IDENTIFIER else _safe(problem.value),
        facts_json(problem.facts),
    )


def facts_json(facts: Mapping[str, Fact]) -> str:
    """Facts as JSON: keys sorted, letters as they are, identifiers masked."""
    if not facts:
        return "{}"
    safe = {name: _safe_fact(fact) for name, fact in facts.items()}
    return json.dumps(safe, ensure_ascii=False, sort_keys=True)


def _safe_fact(fact: Fact) -> Fact | list[str | int]:
    if isinstance(fact, str):
        return masked(fact)
    if isinstance(fact, tuple | list):
        return [masked(part) if isinstance(part, str) else part for part in fact]
    return fact


def _safe(text: str | None) -> str | None:
    return None if text is None else masked(text)


# Patterns that Python and polars (which has no look-around) read alike; identifiers.py uses the
# same ones. A number or a postcode has a neighbour on each side that is no part of it.
#
# Ten digits, also in the groups 3-3-4 in which NHS numbers are written. For masking the check digit
# is not looked at: a number with one digit mistyped still points at a person.
TEN_DIGITS = r"(?:^|\D)[0-9]{3}[ .\-]{0,2}[0-9]{3}[ .\-]{0,2}[0-9]{4}(?:\D|$)"
# A whole postcode, with or without its space. The areas are listed, because otherwise many a ward
# (D4 1ST) would be somebody's home.
_AREAS = (
    "AB|AL|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE"
    "|K[ATWY]|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?"
    "|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
POSTCODE = (
    rf"(?i)(?:^|[^A-Z0-9])(?:GIR ?0AA|(?:{_AREAS})[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{{2}})"
    r"(?:[^A-Z0-9]|$)"
)
# 9.994765914E+09 is what Excel makes of such a number when it saves a CSV.
_TEN_DIGITS_AS_FLOAT = r"(?i)(?:^|[^\d.])\d\.\d+E\+?0?9(?:\D|$)"
_PATTERNS = (TEN_DIGITS, POSTCODE, _TEN_DIGITS_AS_FLOAT)
_IDENTIFIER_LIKE = tuple(map(re.compile, _PATTERNS))
# The name of a submission is ours; its time and digest may well look like ten digits.
_OUR_OWN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{12}(-\d+)?")


@lru_cache(maxsize=100_000)
def masked(value: str) -> str:
    """The value, or dots for all its letters and digits where part of it could name a person."""
    plain = _plain(value)
    if not _OUR_OWN.fullmatch(plain) and any(pattern.search(plain) for pattern in _IDENTIFIER_LIKE):
        return re.sub(r"\w", "•", plain)
    return value


def masked_texts(texts: pl.Series) -> pl.Series:
    """The same of a column of texts, of which there may be a million."""
    may_be = [texts.str.contains(pattern) for pattern in (r"[^ -~]", *_PATTERNS)]
    looked_at = texts.filter(pl.select(pl.any_horizontal(may_be)).to_series()).unique()
    return texts.replace({text: masked(text) for text in looked_at if text is not None})


def _plain(value: str) -> str:
    """Full-width digits, no-break spaces and hidden characters must not carry digits past us."""
    if value.isascii() and value.isprintable():
        return value
    shown = (c for c in unicodedata.normalize("NFKC", value) if unicodedata.category(c) != "Cf")
    return "".join(" " if c.isspace() else c for c in shown)
