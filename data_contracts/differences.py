"""What differs between two versions of a contract, and what each difference does to those who send.

Here: comparing what was agreed (columns, key, rules, who sends what by when, measures) and saying
of each difference whether it would reject something that was accepted before. Nothing is tried out:
where two conditions differ, the new one is taken to reject more, because only records can tell. Not
here: holding a lake's records against the new version (pipelines/contracts_command.py), where
versions lie (versions.py), words for readers (reports/pages/contract_page.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from data_contracts.contract import (
    Column,
    ColumnType,
    Contract,
    Due,
    Measure,
    Rule,
    Scope,
    Table,
)
from data_contracts.history import History
from data_contracts.suite import dates_within_month, has_populations

# How far a broken rule reaches, from a question to the whole file.
REACH = (Scope.INFORMATION, Scope.ROW, Scope.SUBMISSION)


class Consequence(StrEnum):
    """What a difference does; where it does several of these, the one named first here.

    A file or row that was accepted before could now be rejected; figures, verdicts or what counts
    as complete or on time change; something is accepted that was rejected before; or only what is
    said changes.
    """

    REJECTS_MORE = "rejects_more"
    CHANGES_FIGURES = "changes_figures"
    ACCEPTS_MORE = "accepts_more"
    WORDS_ONLY = "words_only"


class Subject(StrEnum):
    """What a difference is about."""

    CONTRACT = "contract"
    TABLE = "table"
    COLUMN = "column"
    KEY = "key"
    RULE = "rule"
    SENDING = "sending"
    MEASURE = "measure"


class Change(StrEnum):
    """What happened to it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference. `table` is its full name, or a workstream; `name` is a column, a code, ...

    `part` names the property that changed (an attribute of the contract's nouns), None where the
    whole thing came or went; `before` and `after` are its values as text, empty for none.
    """

    table: str
    subject: Subject
    name: str
    change: Change
    consequence: Consequence
    part: str | None = None
    before: str = ""
    after: str = ""


def all_differences(old: Iterable[Contract], new: Iterable[Contract]) -> tuple[Difference, ...]:
    """Every difference between two sets of contracts, by workstream."""
    before = {contract.workstream: contract for contract in old}
    after = {contract.workstream: contract for contract in new}
    found: list[Difference] = []
    for workstream in dict.fromkeys((*before, *after)):
        was, now = before.get(workstream), after.get(workstream)
        if was is None or now is None:
            found.append(_whole(workstream, Subject.CONTRACT, workstream, now is not None))
        tables = (was.tables if was else (), now.tables if now else ())
        own = [d for pair in _paired(*tables, "id") for d in _tables(*pair)]
        if was and now:
            found += _contracts(was, now, own)
        found += own
    return tuple(found)


def differences(old: Contract, new: Contract) -> tuple[Difference, ...]:
    """Every difference between two versions of one contract."""
    return all_differences((old,), (new,))


def rejects_more(found: Iterable[Difference]) -> bool:
    """Whether anything that was accepted before could now be rejected."""
    return any(one.consequence is Consequence.REJECTS_MORE for one in found)


def _contracts(old: Contract, new: Contract, own: list[Difference]) -> Iterator[Difference]:
    """Version and status; where the file differs in nothing else, its texts do."""
    parts = [part for part in ("version", "status") if getattr(old, part) != getattr(new, part)]
    for part in parts:
        yield _changed(
            new.workstream, Subject.CONTRACT, new.workstream, part,
            (getattr(old, part), getattr(new, part)), Consequence.WORDS_ONLY,
        )  # fmt: skip
    if old.digest != new.digest and not parts and not own:
        yield _changed(
            new.workstream, Subject.CONTRACT, new.workstream, "texts", ("", ""),
            Consequence.WORDS_ONLY,
        )  # fmt: skip


def _tables(old: Table | None, new: Table | None) -> Iterator[Difference]:
    """A table that came or went says so, and names its measures; else all parts are compared."""
    if old is None or new is None:
        one = new or old
        assert one is not None
        yield _whole(one.name, Subject.TABLE, one.id, new is not None)
        for measure in (*one.measures, *one.days_between):
            yield _measure_whole(one.name, measure, new is not None)
        return
    yield from _settings(old, new)
    for pair in _paired(old.columns, new.columns, "name"):
        yield from _columns(new.name, *pair)
    yield from _keys(old, new)
    for rules in _paired(old.rules, new.rules, "code"):
        yield from _rules(new.name, *rules)
    yield from _sending(old, new)
    for measures in _paired(old.measures, new.measures, "id"):
        yield from _measures(new.name, *measures)
    for measures in _paired(old.days_between, new.days_between, "id"):
        yield from _measures(new.name, *measures)


SETTINGS: Mapping[str, Consequence] = MappingProxyType(
    {
        # A file under the old topic is of no return any more.
        "topic": Consequence.REJECTS_MORE,
        "deadline_working_days": Consequence.CHANGES_FIGURES,
        "closing_working_days": Consequence.CHANGES_FIGURES,
        "tolerated_share": Consequence.CHANGES_FIGURES,
    }
)


def _settings(old: Table, new: Table) -> Iterator[Difference]:
    for part, consequence in SETTINGS.items():
        values = (getattr(old, part), getattr(new, part))
        if values[0] != values[1]:
            yield _changed(new.name, Subject.TABLE, new.id, part, values, consequence)


def _columns(table: str, old: Column | None, new: Column | None) -> Iterator[Difference]:
    if old is None or new is None:
        one = new or old
        assert one is not None
        # Nobody has sent a new column yet; one that is left out is only asked about.
        is_needed = new is not None and new.required
        consequence = Consequence.REJECTS_MORE if is_needed else Consequence.ACCEPTS_MORE
        yield replace(
            _whole(table, Subject.COLUMN, one.name, new is not None), consequence=consequence
        )
        return
    for part, stricter in STRICTER.items():
        values = (getattr(old, part), getattr(new, part))
        if values[0] != values[1]:
            consequence = _tightened(stricter(*values))
            yield _changed(table, Subject.COLUMN, new.name, part, values, consequence)
    yield from _lists(table, old, new)


def _lists(table: str, old: Column, new: Column) -> Iterator[Difference]:
    """Values that came and values that went are two differences: they do opposite things."""
    if not old.values or not new.values:
        if old.values != new.values:
            consequence = _tightened(not old.values)
            values = (old.values, new.values)
            yield _changed(table, Subject.COLUMN, new.name, "values", values, consequence)
        return
    gone = tuple(value for value in old.values if value not in new.values)
    come = tuple(value for value in new.values if value not in old.values)
    if gone:
        yield _changed(
            table, Subject.COLUMN, new.name, "values", (gone, ()), Consequence.REJECTS_MORE
        )
    if come:
        yield _changed(
            table, Subject.COLUMN, new.name, "values", ((), come), Consequence.ACCEPTS_MORE
        )


# Whether a property of a column, before and after, lets through less than it did. Of two patterns,
# types or registers nobody can say, so the new one counts as stricter.
STRICTER: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "type": lambda old, new: new is not ColumnType.TEXT,
        "required": lambda old, new: bool(new),
        "minimum": lambda old, new: new is not None and (old is None or new > old),
        "maximum": lambda old, new: new is not None and (old is None or new < old),
        "pattern": lambda old, new: new is not None,
        "register": lambda old, new: new is not None,
    }
)


def _keys(old: Table, new: Table) -> Iterator[Difference]:
    """A longer key finds fewer rows to be the same, but brings checks of its own."""
    if set(old.key) == set(new.key):
        return
    brings = set(dates_within_month(new)) - set(dates_within_month(old))
    is_longer = set(old.key) < set(new.key)
    asks = bool(brings) or has_populations(new) > has_populations(old)
    consequence = _tightened(not is_longer or asks)
    yield _changed(new.name, Subject.KEY, new.id, "key", (old.key, new.key), consequence)


def _rules(table: str, old: Rule | None, new: Rule | None) -> Iterator[Difference]:
    if old is None or new is None:
        one = new or old
        assert one is not None
        consequence = Consequence.WORDS_ONLY
        if one.scope is not Scope.INFORMATION:
            consequence = _tightened(new is not None)
        yield replace(
            _whole(table, Subject.RULE, one.code, new is not None), consequence=consequence
        )
        return
    if old.scope is not new.scope:
        consequence = _tightened(REACH.index(new.scope) > REACH.index(old.scope))
        scopes = (old.scope, new.scope)
        yield _changed(table, Subject.RULE, new.code, "scope", scopes, consequence)
    yield from _history(table, old, new)
    if old.expression != new.expression:
        # A question rejects nothing, whatever it asks.
        is_question = new.scope is Scope.INFORMATION
        consequence = Consequence.WORDS_ONLY if is_question else Consequence.REJECTS_MORE
        values = (old.expression, new.expression)
        yield _changed(table, Subject.RULE, new.code, "expression", values, consequence)


def _history(table: str, old: Rule, new: Rule) -> Iterator[Difference]:
    """How a month is held against those before it. That only asks, so it rejects nothing."""
    # Numerator and denominator are the rule's expression.
    parts = {one.name for one in fields(History)} - {"numerator", "denominator"}
    for part in sorted(parts):
        values = (getattr(old.history, part, None), getattr(new.history, part, None))
        if values[0] != values[1]:
            yield _changed(table, Subject.RULE, new.code, part, values, Consequence.WORDS_ONLY)


def _sending(old: Table, new: Table) -> Iterator[Difference]:
    """Who must send which months, and who sends for whom."""
    for code in sorted({*old.due_organisations, *new.due_organisations}):
        was, now = _spans(old.due, code), _spans(new.due, code)
        if was != now:
            # Months that are no longer due are set aside; new ones are waited for.
            is_lost = bool(new.due) and not _covers(now, was)
            consequence = Consequence.REJECTS_MORE if is_lost else Consequence.CHANGES_FIGURES
            values = (_told(was), _told(now))
            yield _changed(new.name, Subject.SENDING, code, "due", values, consequence)
    if new.due and not old.due:
        yield _changed(
            new.name, Subject.SENDING, new.id, "only_due", ("", ""), Consequence.REJECTS_MORE
        )
    for code in sorted(_organisations(old) | _organisations(new)):
        senders = (old.submitter_of(code), new.submitter_of(code))
        if senders[0] != senders[1]:
            yield _changed(
                new.name, Subject.SENDING, code, "submits", senders, Consequence.REJECTS_MORE
            )


def _organisations(table: Table) -> set[str]:
    others = {code for codes in table.submits.values() for code in codes}
    return {*table.due_organisations, *others}


Span = tuple[date, date]


def _spans(due: Iterable[Due], code: str) -> tuple[Span, ...]:
    """The months for which an organisation must send, without overlaps, in order."""
    own = sorted((d.starts, d.ends or date.max) for d in due if code in d.organisations)
    merged: list[Span] = []
    for starts, ends in own:
        if merged and starts <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((starts, ends))
    return tuple(merged)


def _covers(wide: Iterable[Span], narrow: Iterable[Span]) -> bool:
    spans = tuple(wide)
    return all(any(a <= starts and ends <= b for a, b in spans) for starts, ends in narrow)


def _told(spans: Iterable[Span]) -> str:
    """2021-01 - 2023-12, 2024-06 - for one that does not end."""
    return ", ".join(f"{a:%Y-%m} - {'' if b == date.max else f'{b:%Y-%m}'}" for a, b in spans)


# What is only said of a measure; everything else decides what is counted, drawn or judged.
SAID_OF_MEASURES = frozenset({"type", "domains", "owner", "source"})


def _measures(table: str, old: Measure | None, new: Measure | None) -> Iterator[Difference]:
    if old is None or new is None:
        one = new or old
        assert one is not None
        yield _measure_whole(table, one, new is not None)
        return
    for one_field in fields(new):
        part = one_field.name
        values = (getattr(old, part), getattr(new, part))
        if values[0] != values[1] and part not in ("workstream", "table"):
            is_said = part in SAID_OF_MEASURES
            consequence = Consequence.WORDS_ONLY if is_said else Consequence.CHANGES_FIGURES
            yield _changed(table, Subject.MEASURE, new.id, part, values, consequence)


def _measure_whole(table: str, measure: Measure, is_new: bool) -> Difference:
    whole = _whole(table, Subject.MEASURE, measure.id, is_new)
    return replace(whole, consequence=Consequence.CHANGES_FIGURES)


def _whole(table: str, subject: Subject, name: str, is_new: bool) -> Difference:
    """Something came or went: files of a contract or table that went are of no return any more."""
    return Difference(
        table=table,
        subject=subject,
        name=name,
        change=Change.ADDED if is_new else Change.REMOVED,
        consequence=_tightened(not is_new),
    )


def _changed(
    table: str,
    subject: Subject,
    name: str,
    part: str,
    values: tuple[Any, Any],
    consequence: Consequence,
) -> Difference:
    before, after = map(_text, values)
    return Difference(
        table=table,
        subject=subject,
        name=name,
        change=Change.CHANGED,
        consequence=consequence,
        part=part,
        before=before,
        after=after,
    )


def _tightened(is_stricter: bool) -> Consequence:
    return Consequence.REJECTS_MORE if is_stricter else Consequence.ACCEPTS_MORE


def _text(value: Any) -> str:
    """A value as it is written in a contract."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if hasattr(value, "starts"):
        return f"{value.value:g}" + (f" ({value.starts:%Y-%m} -)" if value.starts else "")
    return str(value)


def _paired(old: Iterable[Any], new: Iterable[Any], by: str) -> Iterator[tuple[Any, Any]]:
    """Things of the same name, before and after; None where there is none. New order, then old."""
    before = {getattr(one, by): one for one in old}
    after = {getattr(one, by): one for one in new}
    for name in dict.fromkeys((*after, *before)):
        yield before.get(name), after.get(name)
