"""Names of assets: a table `schema.table` of the warehouse is the asset [schema, table]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines.checks.findings import Finding
from pipelines.errors import UserError
from pipelines.run.one_run import OneRun
from pipelines.run.session import Session


def asset_key(table: str) -> dg.AssetKey:
    """The asset of a warehouse table; names of two parts become keys of two parts."""
    return dg.AssetKey(table.split("."))


OWNER = "team:sales-operations"
"""Who is asked about a table; `attain.yaml` names no people."""


def tables_of(keys: Iterable[dg.AssetKey]) -> set[str]:
    """The warehouse tables that assets are."""
    return {".".join(key.path) for key in keys}


@contextmanager
def step_of(run: OneRun, name: str) -> Iterator[Session]:
    """One step of a run."""
    with told(), run.step(name) as session:
        yield session


@contextmanager
def told() -> Iterator[None]:
    """A mistake that a person can set right is the first line of the failed step on the page."""
    try:
        yield
    except UserError as error:
        raise dg.Failure(description=error.message, allow_retries=False) from None


def check_result(
    name: str, table: str, findings: list[Finding], severity: str
) -> dg.AssetCheckResult:
    """One Dagster check result for all findings of a severity."""
    bad = [f for f in findings if f.severity == severity and f.status != "passed"]
    return dg.AssetCheckResult(
        passed=not bad,
        asset_key=asset_key(table),
        check_name=name,
        severity=dg.AssetCheckSeverity.ERROR if severity == "block" else dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{f.en} ({f.status})" for f in bad[:5]) or None,
        metadata={
            "checks": len([f for f in findings if f.severity == severity]),
            "errored": len([f for f in bad if f.status == "errored"]),
            "offenders": sum(f.offenders for f in bad),
            "evidence": dg.MetadataValue.json(
                {f.check: [{k: str(v) for k, v in row.items()} for row in f.evidence] for f in bad}
            ),
        },
    )
