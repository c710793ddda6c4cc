"""One contract -> the asset graph of its workstream, the same shape for every contract.

Belongs here: keys, lineage, owners, kinds, checks and how a step's result is told to Dagster. Does
not belong here: any work on data (assets.steps; each body is one call), how files stand
(assets.steps.result), the assets across workstreams (assets.programme), when anything runs
(pipelines). Results stay in the lake's files: nothing passes through an IO manager.

No asset is partitioned: a night is for all organisations at once, and a job with partitions asks
whoever launches it to choose some. What each organisation sent is a table beside the totals, and it
has a check of its own beside those of the rules.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import dagster as dg
import polars as pl

from assets.steps.check import check
from assets.steps.count import count
from assets.steps.detect import detect
from assets.steps.night import Night
from assets.steps.receive import receive
from assets.steps.report import report
from assets.steps.result import Fact, StepResult
from assets.steps.standing import (
    Standing,
    files_by_organisation,
    findings_by,
    settled,
    standing,
)
from assets.steps.submissions import all_receipts
from data_contracts.contract import Contract, Rule
from reports.words import Words

INBOX = dg.AssetKey(["inbox"])
# Answers for all that is no workstream's own, and for a contract without measures.
PROGRAMME_OWNER = "team:programme"
# The check that gathers what the catalogue of problems found, as opposed to a contract's own rules.
CATALOGUE_CHECK = "catalogue"
ROW_COUNT = "dagster/row_count"
# A fact in a title such as "{column}: not a whole number": a check is about every column.
FACT = re.compile(r"\{\w+\}")

Metadata: TypeAlias = Mapping[str, Fact | dg.TableMetadataValue]
# Dagster reads annotations as it runs and does not know MaterializeResult[None] as its own class.
if TYPE_CHECKING:
    Made: TypeAlias = dg.MaterializeResult[None]
else:
    Made = dg.MaterializeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One asset of every workstream: its name, the step that makes it and how it is described.

    `told` says in metadata what the step did; `is_checked` that the contract's checks are its own.
    """

    name: str
    step: Callable[[Night, Contract], StepResult]
    kinds: frozenset[str]
    sentence: str
    told: Callable[[Night, Contract, StepResult], Metadata]
    is_checked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: which findings it is about, and by what its table tells them apart."""

    name: str
    sentence: str
    own: pl.Expr
    by: tuple[str, ...]
    metadata: Mapping[str, object] = field(default_factory=dict)


def rows_told(_: Night, __: Contract, result: StepResult) -> Metadata:
    """For a stage whose rows are there on every night, whether it made any or not."""
    return {ROW_COUNT: result.rows, **result.metadata}


def pages_told(_: Night, __: Contract, result: StepResult) -> Metadata:
    """Pages are no rows: on a quiet night none is made, and all are still there."""
    return {"new_pages": result.rows}


def files_told(night: Night, contract: Contract, result: StepResult) -> Metadata:
    """All files that ever came for a workstream; the new ones wait for their check."""
    own = (one for one in all_receipts(night.lake) if one.workstream == contract.workstream)
    new = Counter(result.rows_by_organisation)
    return arrivals(new, Counter(receipt.submitter for receipt in own) + new)


def arrivals(new: Mapping[str, int], files: Mapping[str, int]) -> Metadata:
    """How many files each organisation sent, and how many of them are new."""
    rows = [(code, new.get(code, 0), files[code]) for code in sorted(files)]
    schema = {"organisation": pl.String, "new_files": pl.Int64, "files": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return {ROW_COUNT: sum(files.values()), **totals_and_table(frame)}


# In the order they are made; each stage reads what the one before it left in the lake.
STAGES = (
    Stage(
        name="submissions",
        step=receive,
        kinds=frozenset({"python", "polars", "file"}),
        sentence="Files received, byte for byte, each read as text and kept with its receipt.",
        told=files_told,
    ),
    Stage(
        name="records",
        step=check,
        kinds=frozenset({"greatexpectations", "polars", "parquet"}),
        sentence="Rows that hold against the contract; the others are set aside with a reason.",
        told=rows_told,
        is_checked=True,
    ),
    Stage(
        name="measures",
        step=count,
        kinds=frozenset({"duckdb", "sql", "parquet"}),
        sentence="Numerators and denominators for each measure, unit and month.",
        told=rows_told,
    ),
    Stage(
        name="signals",
        step=detect,
        kinds=frozenset({"polars", "scipy", "parquet"}),
        sentence="Statistical process control of every series: limits, rules and verdicts.",
        told=rows_told,
    ),
    Stage(
        name="report",
        step=report,
        kinds=frozenset({"plotly", "jinja", "html"}),
        sentence="The workstream's pages in English and Welsh, ready for the next publication.",
        told=pages_told,
    ),
)


def workstream_assets(contract: Contract, words: Words | None) -> list[dg.AssetsDefinition]:
    """The five assets of a workstream, from its files to its report.

    The checks are told in `words`; with None there are none.
    """
    upstream = [INBOX, *(asset_key(contract, stage) for stage in STAGES[:-1])]
    return [
        _checked_asset(stage, contract, before, words)
        if stage.is_checked and words is not None
        else _asset(stage, contract, before)
        for stage, before in zip(STAGES, upstream, strict=True)
    ]


def report_key(contract: Contract) -> dg.AssetKey:
    """The last asset of a workstream: what the programme's assets wait for."""
    return asset_key(contract, STAGES[-1])


def asset_key(contract: Contract, stage: Stage) -> dg.AssetKey:
    """Such as `falls/records`."""
    return dg.AssetKey([contract.workstream, stage.name])


def owners_of(contract: Contract) -> list[str]:
    """Who answers for the contract's measures, as Dagster teams; without any, the programme."""
    owners = sorted({measure.owner for measure in contract.measures})
    return [f"team:{owner}" for owner in owners] or [PROGRAMME_OWNER]


def description_of(contract: Contract, stage: Stage) -> str:
    """The stage's sentence and, from the contract, the kinds of file it is about."""
    topics = ", ".join(f"`{table.topic}`" for table in contract.tables)
    return f"{stage.sentence}\n\nContract {contract.workstream} {contract.version}: {topics}."


def checks_of(contract: Contract, words: Words) -> tuple[Check, ...]:
    """One check for each rule, one for the catalogue of problems, one for each organisation.

    The same findings are told twice: by rule for those who look after the contract, by
    organisation for those who speak with its steward.
    """
    rules = [rule for table in contract.tables for rule in table.rules]
    return (
        *(_rule_check(contract, rule, words) for rule in rules),
        catalogue_check(~pl.col("rule").is_in([rule.code for rule in rules])),
        *(_organisation_check(code) for code in organisations_of(contract)),
    )


def catalogue_check(own: pl.Expr) -> Check:
    """What is no contract's rule."""
    return Check(
        name=CATALOGUE_CHECK,
        sentence="What can be wrong with a file of any workstream, such as a missing column.",
        own=own,
        by=("organisation", "rule", "title"),
    )


def _rule_check(contract: Contract, rule: Rule, words: Words) -> Check:
    return Check(
        name=rule.code,
        sentence=f"{title_of(rule.code, words, contract.workstream)}.\n\n`{rule.expression}`",
        own=pl.col("rule") == rule.code,
        by=("organisation",),
        metadata={"scope": rule.scope.value, "columns": list(rule.columns)},
    )


def _organisation_check(code: str) -> Check:
    return Check(
        name=f"organisation_{code}",
        sentence=f"Files of {code} that have to be mended, or count although something is asked.",
        own=pl.col("organisation") == code,
        by=("rule", "title"),
    )


def organisations_of(contract: Contract) -> list[str]:
    """Who has to send files of a workstream, for itself or for others."""
    codes = {
        table.submitter_of(organisation)
        for table in contract.tables
        for organisation in table.due_organisations
    }
    return sorted(codes)


def title_of(code: str, words: Words, workstream: str = "") -> str:
    """What a rule or a problem of the catalogue is called; its code where it has no title."""
    rules = words.tree.get(workstream, {}).get("rules", {})
    known = {**words.tree.get("problems", {}), **rules}
    return FACT.sub("…", known[code]["title"]) if code in known else code


def _asset(stage: Stage, contract: Contract, before: dg.AssetKey) -> dg.AssetsDefinition:
    @_described(stage, contract, before)
    def made(night: dg.ResourceParam[Night]) -> Made:
        told = stage.told(night, contract, stage.step(night, contract))
        return dg.MaterializeResult(metadata=told)

    return made


def _checked_asset(
    stage: Stage, contract: Contract, before: dg.AssetKey, words: Words
) -> dg.AssetsDefinition:
    checks = checks_of(contract, words)

    @_described(stage, contract, before, checks)
    def made(night: dg.ResourceParam[Night]) -> Made:
        known = settled(night)
        stage.step(night, contract)
        found = standing(night, contract, known)
        findings = with_titles(found.findings, words, contract.workstream)
        return dg.MaterializeResult(
            metadata=standing_told(found),
            check_results=[check_result(check, findings) for check in checks],
        )

    return made


def _described(
    stage: Stage, contract: Contract, before: dg.AssetKey, checks: tuple[Check, ...] = ()
) -> Callable[[Callable[[Night], Made]], dg.AssetsDefinition]:
    """Turns a function into an asset with all that Dagster knows of it before it is made."""
    key = asset_key(contract, stage)
    return dg.asset(
        key=key,
        deps=[before],
        group_name=contract.workstream,
        owners=owners_of(contract),
        kinds=set(stage.kinds),
        description=description_of(contract, stage),
        metadata={"contract": contract.version, "digest": contract.digest},
        check_specs=check_specs(key, checks),
    )


def standing_told(found: Standing) -> Metadata:
    """The files and rows in force, what is new and what is to be mended, by organisation."""
    told = totals_and_table(files_by_organisation(found.files))
    return {ROW_COUNT: told["rows_in_force"], **told}


def totals_and_table(frame: pl.DataFrame) -> Metadata:
    """The sum of each column, and the table by organisation that it is the sum of."""
    sums = {name: int(frame[name].sum()) for name in frame.columns if name != "organisation"}
    return {**sums, "by_organisation": table_of(frame)}


def with_titles(findings: pl.DataFrame, words: Words, workstream: str = "") -> pl.DataFrame:
    """The findings, and beside each code what it is called."""
    titles = {code: title_of(code, words, workstream) for code in findings["rule"].unique()}
    return findings.with_columns(
        title=pl.col("rule").replace_strict(titles, return_dtype=pl.String, default=None)
    )


def check_specs(key: dg.AssetKey, checks: Iterable[Check]) -> list[dg.AssetCheckSpec]:
    """What Dagster knows of an asset's checks before they have run."""
    return [
        dg.AssetCheckSpec(
            check.name, asset=key, description=check.sentence, metadata=check.metadata
        )
        for check in checks
    ]


def check_result(check: Check, findings: pl.DataFrame) -> dg.AssetCheckResult:
    """Failed as long as a file that broke the rule is to be mended or in force.

    It is found out anew on every night: one on which nothing came must not turn a check green.
    WARN and never blocking: what is wrong was set aside in the data, and one bad file must not stop
    every other organisation.
    """
    own = findings.filter(check.own)
    return dg.AssetCheckResult(
        check_name=check.name,
        passed=own.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "problems": int(own["problems"].sum()),
            "files_to_mend": own.filter("to_mend")["submission"].n_unique(),
            "files_in_force": own.filter(~pl.col("to_mend"))["submission"].n_unique(),
            f"by_{check.by[0]}": table_of(findings_by(own, *check.by)),
        },
    )


def table_of(frame: pl.DataFrame) -> dg.TableMetadataValue:
    """A small frame as a table that the web interface shows."""
    columns = [
        dg.TableColumn(name, "int" if kind.is_integer() else "string")
        for name, kind in frame.schema.items()
    ]
    return dg.MetadataValue.table(
        [dg.TableRecord(row) for row in frame.iter_rows(named=True)],
        schema=dg.TableSchema(columns),
    )
