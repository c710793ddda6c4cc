"""The page of a data contract: what is sent, what has to hold, what is counted, what has changed.

Belongs here: reading the contract out, in reading order, so that no sentence about it has to be
kept in step by hand. Does not belong here: conditions in words (condition_words), which differences
between versions there are (data_contracts/differences.py), markup (contract_page.html.jinja).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from data_contracts.contract import Column, Contract, Due, Measure, Table
from data_contracts.differences import Difference, differences
from data_contracts.versions import VERSIONS, earlier_versions, versions_digest
from reports.edition import Edition
from reports.pages.column_words import column_label, pattern_label, value_label
from reports.pages.condition_words import in_words, quotient_in_words
from reports.pages.contract_names import contract_page_name
from reports.pages.history_words import rule_in_words
from reports.pages.problem_catalogue import anchor_of, catalogue_name
from reports.pages.units import unit_name
from reports.sentences import Speaker
from reports.spc.vocabulary import Chart
from reports.template import meaning
from reports.words import Words

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One column. `allowed` may name values one by one."""

    name: str
    label: str
    type: str
    needed: str
    is_key: bool
    allowed: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule, with the place in the catalogue that says how to mend what breaks it."""

    code: str
    href: str
    title: str
    holds: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure: how it is counted and judged."""

    name: str
    definition: str
    counted: tuple[str, ...]
    judged: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingRow:
    """Organisations that are due for the same months and sent by the same sender."""

    organisations: str
    sender: str
    months: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """One kind of file."""

    anchor: str
    name: str
    description: str
    facts: tuple[Fact, ...]
    fields: tuple[FieldRow, ...]
    rules: tuple[RuleRow, ...]
    measures: tuple[MeasureRow, ...]
    sending: tuple[SendingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One difference between two versions."""

    what: str
    where: str
    change: str
    before: str
    after: str
    consequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChanges:
    """What changed from one version to the next."""

    title: str
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractPage:
    """The view model of contract_page.html.jinja. `versions` is newest first."""

    name: str
    title: str
    workstream: str
    description: str
    version: str
    facts: tuple[Fact, ...]
    tables: tuple[TableView, ...]
    versions: tuple[VersionChanges, ...]
    problems_href: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def contract_page(edition: Edition, words: Words, workstream: str) -> ContractPage:
    """The page of the contract of a workstream. KeyError for anything without words."""
    contract = next(one for one in edition.contracts if one.workstream == workstream)
    name = words.text(f"{workstream}.workstream.name")
    return ContractPage(
        name=contract_page_name(workstream, words.language),
        title=words.text("contract_page.title", workstream=name),
        workstream=name,
        description=words.text(f"{workstream}.workstream.description"),
        version=words.text("contract_page.version", version=contract.version),
        facts=_facts(contract, words),
        tables=tuple(_table(edition, table, words) for table in contract.tables),
        versions=_versions(_versions_folder(edition), contract, words),
        problems_href=catalogue_name(words.language),
    )


def contract_inputs(edition: Edition, workstream: str) -> tuple[str, ...]:
    """What the page reads besides the contract in force and the words: earlier versions."""
    return (versions_digest(_versions_folder(edition), workstream),)


def _versions_folder(edition: Edition) -> Path:
    return edition.translations_folder.parent / VERSIONS


def _label(words: Words, name: str) -> str:
    return words.text(f"contract_page.fact.{name}")


def _facts(contract: Contract, words: Words) -> tuple[Fact, ...]:
    key = f"contract_page.status.{contract.status}"
    return (
        (_label(words, "version"), contract.version),
        (_label(words, "status"), words.text(key) if words.has(key) else contract.status),
        (_label(words, "returns"), words.number(len(contract.tables), 0)),
        (
            _label(words, "measures"),
            words.number(len(contract.measures) + len(contract.days_between), 0),
        ),
        (_label(words, "file"), f"{contract.workstream}.odcs.yaml"),
    )


def _table(edition: Edition, table: Table, words: Words) -> TableView:
    base = f"{table.workstream}.tables.{table.id}"
    return TableView(
        anchor=table.topic,
        name=words.text(f"{base}.name"),
        description=words.text(f"{base}.description"),
        facts=tuple(_table_facts(table, words)),
        fields=tuple(_field(table, column, words) for column in table.columns),
        rules=tuple(_rules(table, words)),
        measures=tuple(
            _measure(table, measure, words) for measure in (*table.measures, *table.days_between)
        ),
        sending=_sending(edition, table, words),
    )


def _table_facts(table: Table, words: Words) -> Iterator[Fact]:
    say = words.text
    months = "_202610" if table.has("period") else ""
    sender = min(table.due_organisations, default="7A4")
    example = f"{table.submitter_of(sender)}_{table.topic}{months}_v01.xlsx"
    yield _label(words, "topic"), say("contract_page.topic", example=example)
    labels = (column_label(table, table.column(name), words) for name in table.key)
    yield _label(words, "key"), ", ".join(labels)
    if not table.due:
        yield _label(words, "deadline"), say("contract_page.no_deadline")
        return
    days = table.deadline_working_days
    yield _label(words, "deadline"), say("contract_page.deadline", n=days)
    yield _label(words, "closing"), say("contract_page.closing", n=table.closing_working_days)
    share = f"{words.number(100 * table.tolerated_share, 0)}%"
    part = "tolerated" if table.tolerated_share else "tolerated_none"
    yield _label(words, "tolerated"), say(f"contract_page.{part}", share=share)


def _field(table: Table, column: Column, words: Words) -> FieldRow:
    label, definition = meaning(table, column, words)
    needed = "needed_yes" if column.required else "needed_no"
    return FieldRow(
        name=column.name,
        label=label,
        type=words.text(f"contract_page.type.{column.type}"),
        needed=words.text(f"contract_page.fields.{needed}"),
        is_key=column.name in table.key,
        allowed=tuple(_allowed(table, column, words)),
        meaning=definition,
    )


def _allowed(table: Table, column: Column, words: Words) -> Iterator[str]:
    def say(name: str, **facts: str) -> str:
        return words.text(f"contract_page.allowed.{name}", **facts)

    low, high = (
        None if bound is None else words.number(bound, 0)
        for bound in (column.minimum, column.maximum)
    )
    if low is not None and high is not None:
        yield say("between", minimum=low, maximum=high)
    elif low is not None:
        yield say("minimum", minimum=low)
    elif high is not None:
        yield say("maximum", maximum=high)
    if column.pattern is not None:
        yield pattern_label(column.pattern, words)
    if column.register is not None:
        yield say(f"register.{column.register}")
    for value in column.values:
        label = value_label(table, column.name, value, words)
        yield value if label == value else say("value", value=value, label=label)


def _rules(table: Table, words: Words) -> Iterator[RuleRow]:
    for rule in table.rules:
        yield RuleRow(
            code=rule.code,
            href=f"{catalogue_name(words.language)}#{anchor_of(rule.code)}",
            title=words.text(f"{table.workstream}.rules.{rule.code}.title"),
            holds=rule_in_words(rule, table, words),
            effect=words.text(f"terms.scopes.{rule.scope}"),
        )


def _measure(table: Table, measure: Measure, words: Words) -> MeasureRow:
    base = f"{measure.workstream}.measures.{measure.id}"
    return MeasureRow(
        name=words.text(f"{base}.name"),
        definition=words.text(f"{base}.definition"),
        counted=tuple(_counted(table, measure, words)),
        judged=tuple(_judged(measure, words)),
        source=words.text(f"{base}.source"),
    )


def _counted(table: Table, measure: Measure, words: Words) -> Iterator[str]:
    if measure in table.days_between:
        yield words.text("contract_page.measures.days")
    else:
        yield quotient_in_words(measure, table, words)
    if measure.filter is not None:
        condition = in_words(measure.filter, table, words)
        yield words.text("contract_page.measures.only", condition=condition)


def _judged(measure: Measure, words: Words) -> Iterator[str]:
    chart = words.text(
        "contract_page.measures.chart_auto"
        if measure.chart == Chart.AUTO
        else f"charts.chart_kind.{measure.chart}"
    )
    rules = words.text(f"charts.rules_profile.{measure.rules}")
    yield words.text("charts.page.drawn_text", chart=chart, rules=rules)
    better = words.text(f"charts.page.better_{measure.direction}")
    yield words.text("contract_page.measures.better", better=better)
    for target in measure.targets:
        amount = Speaker(words, measure).amounts.amount(target.value)
        if target.starts is not None:
            month = words.month(target.starts)
            amount = words.text("contract_page.measures.from_month", target=amount, month=month)
        yield words.text("contract_page.measures.target", target=amount)


def _sending(edition: Edition, table: Table, words: Words) -> tuple[SendingRow, ...]:
    """Who sends for whom and from when; organisations of which the same is true share a row."""
    together: dict[tuple[str, str], list[str]] = {}
    for due in table.due:
        for code in due.organisations:
            sender = table.submitter_of(code)
            told = words.text("contract_page.sending.itself")
            if sender != code:
                told = unit_name(edition, words, sender)
            together.setdefault((told, _months(due, words)), []).append(code)
    return tuple(
        SendingRow(
            organisations=", ".join(unit_name(edition, words, code) for code in sorted(codes)),
            sender=sender,
            months=months,
        )
        for (sender, months), codes in together.items()
    )


def _months(due: Due, words: Words) -> str:
    first = words.month(due.starts)
    if due.ends is None:
        return words.text("contract_page.sending.from", first=first)
    return words.text("contract_page.sending.span", first=first, last=words.month(due.ends))


def _versions(folder: Path, contract: Contract, words: Words) -> tuple[VersionChanges, ...]:
    workstream = contract.workstream
    earlier = _earlier(folder, workstream, versions_digest(folder, workstream))
    # The version in force may be kept among the others already.
    kept = [one for one in earlier if one.version != contract.version]
    return tuple(
        VersionChanges(
            title=words.text("contract_page.changes.between", old=old.version, new=new.version),
            rows=tuple(_change(one, words) for one in differences(old, new) if _is_shown(one)),
        )
        for old, new in reversed(list(pairwise((*kept, contract))))
    )


@lru_cache(maxsize=64)
def _earlier(folder: Path, workstream: str, digest: str) -> tuple[Contract, ...]:
    """Loaded once for all folders and languages; `digest` changes with the files."""
    return earlier_versions(folder, workstream)


def _is_shown(one: Difference) -> bool:
    """The heading names both versions already."""
    return one.part != "version"


def _change(one: Difference, words: Words) -> ChangeRow:
    def say(key: str, **facts: str) -> str:
        return words.text(f"contract_page.changes.{key}", **facts)

    workstream, _, table = one.table.partition(".")
    name = f"{workstream}.tables.{table}.name"
    change = say(f"kind.{one.change}") if one.part is None else say(f"part.{one.part}")
    return ChangeRow(
        what=say(f"subject.{one.subject}", name=one.name),
        where=words.text(name) if table and words.has(name) else "",
        change=change,
        before=_value(one.part, one.before, words),
        after=_value(one.part, one.after, words),
        consequence=say(f"consequence_of.{one.consequence}"),
    )


def _value(part: str | None, value: str, words: Words) -> str:
    """A value of a contract for readers; an empty text where nothing was or is there."""
    keys = {
        "required": f"contract_page.fields.needed_{'yes' if value == 'true' else 'no'}",
        "type": f"contract_page.type.{value}",
        "scope": f"terms.scopes.{value}",
    }
    if part in keys and value:
        return words.text(keys[part])
    return value or words.text("contract_page.changes.empty")
