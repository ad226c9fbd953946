"""What a run finds of one canonical table before anything is computed from it.

Belongs here: which checks a table goes through, and what is said of its exports. Does not belong
here: the checks themselves (`checks/`), what a verdict stops (`steps.py`).
"""

from __future__ import annotations

import time

from pipelines.checks.accidents import TableAccidents
from pipelines.checks.date_accidents import DateAccidents
from pipelines.checks.file_accidents import FileAccidents
from pipelines.checks.findings import Finding
from pipelines.checks.lost import lost_finding, missed_finding
from pipelines.checks.made import made_finding
from pipelines.checks.reconciliations import all_reconciliations
from pipelines.checks.refused_values import RefusedValues
from pipelines.checks.stage_names import unknown_stages
from pipelines.run.rows_held import named_by, rows_missed
from pipelines.run.session import Session
from pipelines.run.steps import account
from pipelines.sources.contract import canonical_tables
from pipelines.staging.loads import lost_loads
from pipelines.staging.made import can_be_made


def check_contract(session: Session, name: str) -> list[Finding]:
    """Everything that must hold of one canonical table before anything is computed from it."""
    started = time.perf_counter()
    session.progress("check", name)
    findings = [*_export_findings(session, name), _account_finding(session, name)]
    findings += _missed(session, name)
    if account(session, name).landed:
        required = session.is_expected(name)
        findings.extend(
            session.validator().validate(canonical_tables()[name], required, session.unlisted)
        )
        findings.extend(_accidents(session, name))
        findings.extend(_stage_names(session, name))
    if name in session.unlisted and can_be_made(canonical_tables()[name]):
        findings.extend(made_finding(session.warehouse, canonical_tables()[name]))
    own = {check.check for check in all_reconciliations()}
    session.supersede(findings, lambda f: f.table != f"staging.{name}" or f.check in own)
    session.spent("check", time.perf_counter() - started)
    return findings


def _accidents(session: Session, name: str) -> list[Finding]:
    """What the files and rows of a table give away of how they were made."""
    warehouse, quality = session.warehouse, session.policies.quality
    table = canonical_tables()[name]
    exports = session.landed_of(name)
    latest = warehouse.scalar(
        "select max(coalesce(export_date, (loaded_at at time zone 'UTC') at time zone ?)) "
        "from mart.load where table_name = ? and is_current",
        [session.workspace.settings.time_zone, name],
    )
    landed = session.workspace.landed
    orders = frozenset(export.export.source.date_order for export in exports)
    return [
        *DateAccidents(warehouse, table, quality, exports).look(),
        *FileAccidents(warehouse, table, quality, exports, landed, session.confirmed).look(),
        *TableAccidents(warehouse, table, quality, latest, orders).look(),
        *RefusedValues(warehouse, table, quality).look(),
    ]


def _stage_names(session: Session, name: str) -> list[Finding]:
    process = f"policy/process/{session.workspace.settings.process}.yaml"
    return unknown_stages(session.warehouse, canonical_tables()[name], process, session.stages)


def _export_findings(session: Session, name: str) -> list[Finding]:
    table = f"staging.{name}"
    confirmed = session.confirmed
    found = [lost_finding(loss) for loss in session.landing.losses if loss.table == name]
    found += [
        Finding(
            check="export_present",
            table=table,
            severity="block",
            status="failed",
            zh=f"缺少导出文件 {'、'.join(source.files)}",
            en=f"{' or '.join(source.files)}: no such export ({source.written_in}, table {name})",
        )
        # a wide sheet is read once for each of its columns, and missing once
        for source in {s.described_in: s for s in session.missing_of(name)}.values()
    ]
    for landed in session.landed_of(name):
        if landed.problem is not None:
            export = landed.export
            sheet = f" sheet {export.sheet!r}" if export.sheet else ""
            found.append(
                Finding(
                    check=f"export_readable:{export.name}{sheet}",
                    table=table,
                    severity="block"
                    if export.source.required and export.source.source not in confirmed
                    else "warn",
                    status="failed",
                    zh=f"{export.name}{sheet}：{landed.problem}",
                    en=f"{export.name}{sheet}: {landed.problem} ({export.source.written_in})",
                )
            )
    sources = [*session.sources, *session.delta_sources]
    own = {source.source: source for source in sources if source.table == name}
    for file in lost_loads(session.warehouse, session.workspace.landed, own.values()):
        found.append(
            Finding(
                check=f"landed_is_kept:{file}",
                table=table,
                severity="block",
                status="failed",
                zh=f"{file}：文件与其落地副本均已丢失，其中的行无法再次采纳",
                en=f"{file}: neither the file nor its landed form is kept, so its rows are "
                "missing. Bring the file back, or take it out of the books: attain forget",
            )
        )
    return found or [
        Finding(
            check="export_present",
            table=table,
            severity="block",
            status="passed",
            zh="导出文件齐全",
            en="the export is there and can be read",
        )
    ]


def _missed(session: Session, name: str) -> list[Finding]:
    """Far fewer rows than before, here or in what these rows name: both make closed months less."""
    drop = session.policies.quality.drop.block
    for table in (name, *named_by(name)):
        before = rows_missed(session.warehouse, table, drop)
        if before is not None:
            now = session.warehouse.row_count(f"staging.{table}")
            return [missed_finding(name, table, before, now)]
    return []


def _account_finding(session: Session, name: str) -> Finding:
    staged = account(session, name)
    return Finding(
        check="landed_is_accounted",
        table=f"staging.{name}",
        severity="block",
        status="passed" if staged.balanced else "failed",
        zh="落地 = 采纳 + 隔离（行数与金额）",
        en=f"landed {staged.landed:,} = accepted {staged.accepted:,} + "
        f"quarantined {staged.quarantined:,}, in rows and in money",
        offenders=abs(staged.landed - staged.accepted - staged.quarantined),
    )
