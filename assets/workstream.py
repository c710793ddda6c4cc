"""One contract -> the asset graph of its workstream, the same shape for every contract.

Belongs here: keys, lineage, owners, kinds, partitions and how a step's result is told to Dagster.
Does not belong here: any work on data (assets.steps; each body is one call), the assets across
workstreams (assets.programme), when anything runs (pipelines). Results stay in the lake's files:
nothing passes through an IO manager.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import dagster as dg

from assets.steps.check import check
from assets.steps.count import count
from assets.steps.detect import detect
from assets.steps.night import Night
from assets.steps.receive import receive
from assets.steps.report import report
from assets.steps.result import CheckResult, StepResult
from data_contracts.contract import Contract, Rule

INBOX = dg.AssetKey(["inbox"])
# The check that gathers what the catalogue of problems found, as opposed to a contract's own rules.
CATALOGUE_CHECK = "catalogue"

Organisations: TypeAlias = dg.StaticPartitionsDefinition
# Dagster reads annotations as it runs and does not know MaterializeResult[None] as its own class.
if TYPE_CHECKING:
    Made: TypeAlias = dg.MaterializeResult[None]
else:
    Made = dg.MaterializeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One asset of every workstream: its name, the step that makes it and how it is described."""

    name: str
    step: Callable[[Night, Contract], StepResult]
    kinds: frozenset[str]
    sentence: str
    by_organisation: bool = False
    checks: Callable[[Contract], tuple[Rule, ...]] | None = None


def no_rules(_: Contract) -> tuple[Rule, ...]:
    """For a stage that only finds what the catalogue of problems knows."""
    return ()


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """Every rule of every table of a contract."""
    return tuple(rule for table in contract.tables for rule in table.rules)


# In the order they are made; each stage reads what the one before it left in the lake.
STAGES = (
    Stage(
        name="submissions",
        step=receive,
        kinds=frozenset({"python", "polars", "file"}),
        sentence="Files received, byte for byte, each read as text and kept with its receipt.",
        by_organisation=True,
        checks=no_rules,
    ),
    Stage(
        name="records",
        step=check,
        kinds=frozenset({"greatexpectations", "polars", "parquet"}),
        sentence="Rows that hold against the contract; the others are set aside with a reason.",
        by_organisation=True,
        checks=rules_of,
    ),
    Stage(
        name="measures",
        step=count,
        kinds=frozenset({"duckdb", "sql", "parquet"}),
        sentence="Numerators and denominators for each measure, unit and month.",
    ),
    Stage(
        name="signals",
        step=detect,
        kinds=frozenset({"polars", "scipy", "parquet"}),
        sentence="Statistical process control of every series: limits, rules and verdicts.",
    ),
    Stage(
        name="report",
        step=report,
        kinds=frozenset({"plotly", "jinja", "html"}),
        sentence="The workstream's pages in English and Welsh, ready for the next publication.",
    ),
)


def workstream_assets(
    contract: Contract, organisations: Organisations | None, *, with_checks: bool = True
) -> list[dg.AssetsDefinition]:
    """The five assets of a workstream, from its files to its report.

    With `organisations` submissions and records are recorded for each organisation, and one run
    covers any range of them; with None they are recorded as a whole.
    """
    upstream = [INBOX, *(asset_key(contract, stage) for stage in STAGES[:-1])]
    return [
        _asset(
            stage,
            contract,
            before,
            check_specs_of(contract, stage) if with_checks else [],
            organisations if stage.by_organisation else None,
        )
        for stage, before in zip(STAGES, upstream, strict=True)
    ]


def report_key(contract: Contract) -> dg.AssetKey:
    """The last asset of a workstream: what the programme's assets wait for."""
    return asset_key(contract, STAGES[-1])


def asset_key(contract: Contract, stage: Stage) -> dg.AssetKey:
    """Such as `falls/records`."""
    return dg.AssetKey([contract.workstream, stage.name])


def owners_of(contract: Contract) -> list[str]:
    """Who answers for the contract's measures, as Dagster teams."""
    return [f"team:{owner}" for owner in sorted({m.owner for m in contract.measures})]


def description_of(contract: Contract, stage: Stage) -> str:
    """The stage's sentence and, from the contract, the kinds of file it is about."""
    topics = ", ".join(f"`{table.topic}`" for table in contract.tables)
    return f"{stage.sentence}\n\nContract {contract.workstream} {contract.version}: {topics}."


def check_specs_of(contract: Contract, stage: Stage) -> list[dg.AssetCheckSpec]:
    """One check for each rule of the stage, and one for the catalogue of problems."""
    if stage.checks is None:
        return []
    key = asset_key(contract, stage)
    catalogue = dg.AssetCheckSpec(
        CATALOGUE_CHECK, asset=key, description="What can be wrong with any submission."
    )
    rules = [
        dg.AssetCheckSpec(
            rule.code,
            asset=key,
            description=f"`{rule.expression}`",
            metadata={"scope": rule.scope.value, "columns": list(rule.columns)},
        )
        for rule in stage.checks(contract)
    ]
    return [*rules, catalogue]


def _asset(
    stage: Stage,
    contract: Contract,
    before: dg.AssetKey,
    specs: list[dg.AssetCheckSpec],
    organisations: Organisations | None,
) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(contract, stage),
        deps=[before],
        group_name=contract.workstream,
        owners=owners_of(contract),
        kinds=set(stage.kinds),
        description=description_of(contract, stage),
        metadata={"contract": contract.version, "digest": contract.digest},
        check_specs=specs,
        partitions_def=organisations,
        backfill_policy=dg.BackfillPolicy.single_run() if organisations else None,
    )
    def made(context: dg.AssetExecutionContext, night: dg.ResourceParam[Night]) -> Made:
        return _told(context, specs, stage.step(night, contract))

    return made


def _told(
    context: dg.AssetExecutionContext, specs: list[dg.AssetCheckSpec], result: StepResult
) -> Made:
    """Says to Dagster what a step did: rows and links, for each organisation and as a whole."""
    if context.assets_def.partitions_def is not None:
        for organisation in context.partition_keys:
            rows = result.rows_by_organisation.get(organisation, 0)
            context.add_asset_metadata({"organisation_rows": rows}, partition_key=organisation)
    grouped = findings_by_check(result.checks, [spec.name for spec in specs])
    for evaluation in organisation_evaluations(context.asset_key, grouped):
        context.log_event(evaluation)
    return dg.MaterializeResult(
        metadata={"dagster/row_count": result.rows, **result.metadata},
        check_results=[_overall(name, findings) for name, findings in grouped.items()],
    )


def findings_by_check(
    results: tuple[CheckResult, ...], names: list[str]
) -> dict[str, list[CheckResult]]:
    """What failed under each check's name; a finding without a check of its own is catalogue's.

    A rule without a finding has an empty list: every check of an asset must be answered.
    """
    grouped: dict[str, list[CheckResult]] = {name: [] for name in names}
    if not names:
        return grouped
    for finding in (result for result in results if not result.passed):
        grouped[finding.rule if finding.rule in grouped else CATALOGUE_CHECK].append(finding)
    return grouped


def organisation_evaluations(
    key: dg.AssetKey, grouped: dict[str, list[CheckResult]]
) -> Iterator[dg.AssetCheckEvaluation]:
    """One failed evaluation for each check and organisation with findings.

    Organisations without findings get none: Dagster shows the check as its newest evaluation was,
    so that a good board logged after a bad one would paint the whole check green.
    """
    for name, findings in grouped.items():
        for organisation in sorted({finding.organisation for finding in findings}):
            own = [finding for finding in findings if finding.organisation == organisation]
            yield dg.AssetCheckEvaluation(
                asset_key=key,
                check_name=name,
                passed=False,
                severity=dg.AssetCheckSeverity.WARN,
                partition=organisation,
                metadata={
                    "problems": dg.MetadataValue.int(sum(finding.problems for finding in own)),
                    "rules": dg.MetadataValue.json(sorted({finding.rule for finding in own})),
                    "submissions": dg.MetadataValue.json(submissions_of(own)),
                },
            )


def _overall(name: str, findings: list[CheckResult]) -> dg.AssetCheckResult:
    # WARN and never blocking: what is wrong was set aside in the data, and one bad file must not
    # stop every other organisation.
    return dg.AssetCheckResult(
        check_name=name,
        passed=not findings,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "problems": sum(finding.problems for finding in findings),
            "organisations": sorted({finding.organisation for finding in findings}),
            "submissions": submissions_of(findings),
        },
    )


def submissions_of(findings: list[CheckResult]) -> list[str]:
    """The submissions named by some findings, each once, in order."""
    return sorted({submission for finding in findings for submission in finding.submissions})
