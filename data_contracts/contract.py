"""What was agreed: one Open Data Contract Standard YAML file -> one frozen Contract.

Here: the nouns (Contract, Table, Column, Rule, Measure) and how they are read and checked, once.
Not here: validating data (expectations.py), counting (assets/steps/count.py), words
(translations/). A contract that loads can be trusted everywhere else: names are plain, every SQL
expression was parsed and allowed, and every measure uses columns its table has.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import polars as pl
import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from data_contracts import expressions
from data_contracts.history import FACTS as HISTORY_FACTS
from data_contracts.history import History, read_history

HERE = Path(__file__).parent
ODCS_SCHEMA = HERE / "odcs-3.1.0.schema.json"
STRICT = ConfigDict(extra="forbid", strict=False)
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
PLAIN_TOPIC = re.compile(r"[a-z][a-z0-9-]{0,59}")
# What pages replace by a hyphen where they name a chart or its file after a measure.
NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9]+")
# Columns that the check adds beside those of a table.
RESERVED = frozenset(
    {"row", "submission", "submitter", "organisation", "site", "owner", "when", "column"}
    | {"aside", "is_lost"}
    | set(HISTORY_FACTS)
)


class ContractError(ValueError):
    """A contract file cannot be used; the message says which file and why."""


class ColumnType(StrEnum):
    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    MONTH = "month"
    DATE = "date"


class Register(StrEnum):
    """A list in codes/ that a column's values come from."""

    ORGANISATIONS = "organisations"
    SITES = "sites"


class Scope(StrEnum):
    """How far a broken rule reaches."""

    ROW = "row"
    SUBMISSION = "submission"
    INFORMATION = "information"


class MeasureType(StrEnum):
    OUTCOME = "outcome"
    PROCESS = "process"
    BALANCING = "balancing"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Column:
    """One column of a table. `values` is a closed list; `register` names a list in codes/."""

    name: str
    type: ColumnType
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    register: Register | None = None


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Rule:
    """A condition every row must meet; `expression` is SQL that is true for a good row.

    Where there is a `history`, `expression` is the figure that is held against earlier months, and
    breaking the rule is never more than a question.
    """

    code: str
    scope: Scope
    expression: str
    columns: tuple[str, ...]
    history: History | None = None


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Target:
    """A published target in the measure's unit, in force from a month."""

    value: float
    starts: date | None = None


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Measure:
    """How one figure is counted and judged. `numerator`, `denominator`, `filter` are SQL.

    No other measure of any contract has its `id`, which must differ in letters or digits.
    `multiplier` scales the quotient (100 for per cent); `baseline` counts the points that set the
    limits of each phase; figures younger than `final_after_months` are not final.
    """

    id: str
    numerator: str
    denominator: str | None = None
    filter: str | None = None
    multiplier: float = 1.0
    unit: str
    chart: str
    direction: Direction
    type: MeasureType
    domains: tuple[str, ...]
    owner: str
    source: str
    targets: tuple[Target, ...] = ()
    baseline: int | None = 24
    rules: str = "ihi"
    screening: bool = True
    final_after_months: int = 0
    key: bool = False
    workstream: str = ""
    table: str = ""

    def target_at(self, month: date) -> float | None:
        """The target in force in a month, or None where none had been published."""
        known = [t for t in self.targets if t.starts is None or t.starts <= month]
        return max(known, key=lambda t: t.starts or date.min).value if known else None


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Due:
    """Organisations that must send a table, from a month to a month (both included)."""

    organisations: tuple[str, ...]
    starts: date
    ends: date | None = None


@checked_dataclass(frozen=True, kw_only=True, config=STRICT)
class Table:
    """One kind of file: its columns, key, rules, measures, who sends it and by when.

    `submits` maps a submitter to the organisations it may send rows for; an organisation that is
    not listed there sends for itself. `tolerated_share` of rows set aside leaves a month complete.
    `days_between` are charts of days between events of one kind, of a table that has a row for each
    event; they are no `measures`, which have a figure each month.
    """

    id: str
    workstream: str
    topic: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    measures: tuple[Measure, ...] = ()
    days_between: tuple[Measure, ...] = ()
    due: tuple[Due, ...] = ()
    submits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deadline_working_days: int = 10
    closing_working_days: int = 5
    tolerated_share: float = 0.0

    @property
    def row_rules(self) -> tuple[Rule, ...]:
        """The rules that a row keeps or breaks by itself."""
        return tuple(rule for rule in self.rules if rule.history is None)

    @property
    def history_rules(self) -> tuple[tuple[Rule, History], ...]:
        """The rules that hold a month against earlier ones, and how."""
        return tuple((rule, rule.history) for rule in self.rules if rule.history is not None)

    @property
    def name(self) -> str:
        """The table's name across all contracts, such as `falls.monthly`."""
        return f"{self.workstream}.{self.id}"

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def has(self, name: str) -> bool:
        return name in self.column_names

    def is_due(self, organisation: str, month: date) -> bool:
        """Whether an organisation must send this table for a month."""
        return any(
            organisation in due.organisations
            and due.starts <= month
            and (due.ends is None or month <= due.ends)
            for due in self.due
        )

    @property
    def due_organisations(self) -> tuple[str, ...]:
        return tuple(sorted({code for due in self.due for code in due.organisations}))

    def organisations_of(self, submitter: str) -> tuple[str, ...]:
        """The organisations whose rows a submitter may send."""
        if submitter in self.submits:
            return self.submits[submitter]
        sent_by_others = {code for codes in self.submits.values() for code in codes}
        return () if submitter in sent_by_others else (submitter,)

    def submitter_of(self, organisation: str) -> str:
        """Who sends the rows of an organisation."""
        return next(
            (s for s, codes in self.submits.items() if organisation in codes),
            organisation,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """All tables of one workstream; `digest` is the SHA-256 of the file it was read from."""

    workstream: str
    version: str
    status: str
    tables: tuple[Table, ...]
    digest: str

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(measure for table in self.tables for measure in table.measures)

    @property
    def days_between(self) -> tuple[Measure, ...]:
        return tuple(measure for table in self.tables for measure in table.days_between)

    def table(self, table_id: str) -> Table:
        return next(table for table in self.tables if table.id == table_id)

    def measure(self, measure_id: str) -> Measure:
        every = (*self.measures, *self.days_between)
        return next(measure for measure in every if measure.id == measure_id)


def load_contracts(folder: Path | None = None) -> tuple[Contract, ...]:
    """Every `*.odcs.yaml` in a folder, in the order that readers see (`position`), then by name.

    Raises ContractError naming the file for anything that is not a usable contract, and naming the
    contracts for two that cannot be used together: a workstream, a file topic or a measure's id is
    that of one alone.
    """
    paths = sorted((folder or HERE).glob("*.odcs.yaml"))
    if not paths:
        raise ContractError(f"There is no contract (*.odcs.yaml) in {folder or HERE}.")
    ranked = sorted((_read(path) for path in paths), key=lambda pair: (pair[0], pair[1].workstream))
    contracts = tuple(contract for _, contract in ranked)
    _refuse_shared_names(contracts)
    _refuse_shared_measures(contracts)
    return contracts


def tables_by_topic(contracts: tuple[Contract, ...]) -> dict[str, Table]:
    """The middle part of a file name -> the table it announces."""
    return {table.topic: table for contract in contracts for table in contract.tables}


def _read(path: Path) -> tuple[int, Contract]:
    return _read_content(path.name, path.read_bytes())


@cache
def _read_content(name: str, content: bytes) -> tuple[int, Contract]:
    """Cached: the program's definitions and each night of one process read the same files."""
    try:
        document = yaml.load(content, Loader=yaml.CSafeLoader)
        _odcs_schema().validate(_json_like(document))
        position = int(_custom(document).get("position", 1000))
        return position, _contract(document, hashlib.sha256(content).hexdigest())
    except jsonschema_rs.ValidationError as error:
        where = "/".join(str(part) for part in error.instance_path)
        raise ContractError(f"{name}: {where}: {_why(error)[:300]}") from error
    except (ValidationError, ValueError, KeyError, yaml.YAMLError) as error:
        raise ContractError(f"{name}: {error}") from error


@cache
def _odcs_schema() -> jsonschema_rs.Draft201909Validator:
    return jsonschema_rs.Draft201909Validator(json.loads(ODCS_SCHEMA.read_text(encoding="utf-8")))


def _why(error: jsonschema_rs.ValidationError) -> str:
    """Its message; of a value that is none of those allowed, with all of these."""
    allowed = getattr(error.kind, "options", None)
    if not allowed:
        return error.message
    return f"{error.instance!r} is not one of {', '.join(map(str, allowed))}"


def _json_like(document: Any) -> Any:
    """YAML dates as the text that JSON Schema expects."""
    return json.loads(json.dumps(document, default=str))


def _custom(block: Mapping[str, Any]) -> dict[str, Any]:
    """The customProperties of an ODCS block as a dictionary."""
    return {item["property"]: item["value"] for item in block.get("customProperties", [])}


def _contract(document: Mapping[str, Any], digest: str) -> Contract:
    workstream = document["id"]
    tables = tuple(_table(block, workstream) for block in document["schema"])
    return Contract(
        workstream=workstream,
        version=document["version"],
        status=document["status"],
        tables=tables,
        digest=digest,
    )


def _table(block: Mapping[str, Any], workstream: str) -> Table:
    custom = _custom(block)
    properties = block["properties"]
    keys = [p for p in properties if p.get("primaryKey")]
    keys.sort(key=lambda p: p["primaryKeyPosition"])
    key = [p["name"] for p in keys]
    columns = tuple(_column(p) for p in properties)
    names = [column.name for column in columns]
    _refuse_names(block["name"], custom["topic"], names)
    return TypeAdapter(Table).validate_python(
        {
            "id": block["name"],
            "workstream": workstream,
            "topic": custom["topic"],
            "columns": columns,
            "key": tuple(key),
            "rules": tuple(_rule(q, names, key) for q in block.get("quality", [])),
            "measures": tuple(
                _measure(m, workstream, block["name"], names) for m in custom.get("measures", [])
            ),
            "days_between": tuple(
                _days_between(m, workstream, block["name"], columns, key)
                for m in custom.get("daysBetween", [])
            ),
            "due": custom.get("due", []),
            "submits": custom.get("submits", {}),
            **{
                key: custom[name]
                for key, name in (
                    ("deadline_working_days", "deadlineWorkingDays"),
                    ("closing_working_days", "closingWorkingDays"),
                    ("tolerated_share", "toleratedShare"),
                )
                if name in custom
            },
        }
    )


def _refuse_names(table: str, topic: str, columns: list[str]) -> None:
    """Names that are not plain, that are used twice, or that the check needs for itself."""
    odd = [name for name in (table, *columns) if not PLAIN_NAME.fullmatch(name)]
    odd += [] if PLAIN_TOPIC.fullmatch(topic) else [topic]
    if odd:
        raise ContractError(f"table {table}: {', '.join(odd)} is not a plain name")
    taken = sorted({name for name in columns if name in RESERVED or columns.count(name) > 1})
    if taken:
        raise ContractError(f"table {table}: the column name {', '.join(taken)} is taken")
    if "organisation_code" not in columns:
        raise ContractError(f"table {table}: there is no column organisation_code")


def _column(block: Mapping[str, Any]) -> Column:
    options = block.get("logicalTypeOptions", {})
    return TypeAdapter(Column).validate_python(
        {
            "name": block["name"],
            "type": _column_type(block),
            "required": block.get("required", False),
            "minimum": options.get("minimum"),
            "maximum": options.get("maximum"),
            "pattern": _usable(options.get("pattern")),
            "values": tuple(
                value
                for quality in block.get("quality", [])
                for value in quality.get("arguments", {}).get("validValues", [])
            ),
            "register": _custom(block).get("register"),
        }
    )


def _usable(pattern: str | None) -> str | None:
    """A pattern that polars can run: its engine has none of the parts that can take for ever."""
    if pattern is not None:
        try:
            pl.Series([""]).str.contains(pattern)
        except pl.exceptions.ComputeError as error:
            raise ContractError(f"the pattern {pattern} cannot be used: {error}") from error
    return pattern


def _column_type(block: Mapping[str, Any]) -> ColumnType:
    logical = block["logicalType"]
    if logical == "integer":
        return ColumnType.COUNT
    if logical == "date":
        form = block.get("logicalTypeOptions", {}).get("format")
        return ColumnType.MONTH if form == "yyyy-MM" else ColumnType.DATE
    if logical == "string":
        return ColumnType.TEXT if _custom(block).get("freeText") else ColumnType.CODE
    raise ContractError(f"column {block['name']}: logicalType {logical} is not used here")


def _rule(block: Mapping[str, Any], names: list[str], keys: list[str]) -> Rule:
    custom = _custom(block)
    if "history" in custom:
        history = read_history(custom["history"], names, keys)
        return _history_rule(block["id"], custom["scope"], history)
    condition = expressions.checked(expressions.condition_of(block["query"]), names)
    return TypeAdapter(Rule).validate_python(
        {
            "code": block["id"],
            "scope": custom["scope"],
            "expression": condition,
            "columns": expressions.columns_of(condition),
        }
    )


def _history_rule(code: str, scope: str, history: History) -> Rule:
    """A rule about earlier months. It may only ask: what is merely unusual cannot be mended."""
    if Scope(scope) is not Scope.INFORMATION:
        raise ContractError(f"rule {code}: a rule about earlier months has the scope information")
    figure = expressions.checked(history.figure, expressions.columns_of(history.figure))
    return Rule(
        code=code,
        scope=Scope.INFORMATION,
        expression=figure,
        columns=expressions.columns_of(figure),
        history=history,
    )


def _measure(block: Mapping[str, Any], workstream: str, table: str, columns: list[str]) -> Measure:
    checked = {
        part: expressions.checked(text, columns)
        for part in ("numerator", "denominator", "filter")
        if (text := block.get(part)) is not None
    }
    placed = {"workstream": workstream, "table": table}
    return TypeAdapter(Measure).validate_python({**block, **checked, **placed})


def _days_between(
    block: Mapping[str, Any],
    workstream: str,
    table: str,
    columns: tuple[Column, ...],
    key: list[str],
) -> Measure:
    """A measure of the days between events of one kind, which `filter` tells from the others."""
    dates = [column.name for column in columns if column.type is ColumnType.DATE]
    if len(set(dates) & set(key)) != 1:
        raise ContractError(f"table {table}: days between events need one date among the key")
    drawn = {"numerator": "1", "unit": "days", "chart": "t"}
    return _measure({**block, **drawn}, workstream, table, [column.name for column in columns])


def _refuse_shared_names(contracts: tuple[Contract, ...]) -> None:
    topics = [table.topic for contract in contracts for table in contract.tables]
    workstreams = [contract.workstream for contract in contracts]
    for kind, names in (("file topic", topics), ("workstream", workstreams)):
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ContractError(f"Two contracts use the {kind} {', '.join(repeated)}.")


def _refuse_shared_measures(contracts: tuple[Contract, ...]) -> None:
    """A page has charts of several workstreams, and names them and their files after measures."""
    alike: dict[str, list[Measure]] = {}
    for contract in contracts:
        for measure in (*contract.measures, *contract.days_between):
            alike.setdefault(NOT_IN_FILE_NAMES.sub("-", measure.id), []).append(measure)
    for measures in alike.values():
        if len(measures) > 1:
            places = " and ".join(f"{m.id} of the contract {m.workstream}" for m in measures)
            raise ContractError(f"The measures {places} need ids that differ in letters or digits.")
