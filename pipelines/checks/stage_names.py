"""Stage names of the exports that no stage of the process claims, in one sentence.

The rows stand in quarantine (`unknown_value`), so nothing is computed from them; this says which
names are meant, how many deals wait for them and where to add them. Enough of them block by the
share in quarantine that `policy/quality.yaml` allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.checks.findings import Finding
from pipelines.sources.contract import Table
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import literal
from pipelines.workspace.yamlfile import nearest

_NAMED = 3  # names the sentence holds; the evidence holds all


def unknown_stages(
    warehouse: Warehouse, table: Table, process: str, known: Sequence[str]
) -> list[Finding]:
    """The finding on a table whose rows name stages; none for other tables.

    Args:
        process: the process file, as the reader finds it in the workspace.
        known: every name the process has for its stages.
    """
    columns = [c for c, allowed in table.allowed.items() if allowed == ("process.stages",)]
    if not columns:
        return []
    rules = ", ".join(literal(f"{column}.unknown_value") for column in columns)
    found = warehouse.rows(
        # the key of a change begins with that of its deal
        "select value as name, count(distinct split_part(row_key, ' | ', 1)) as deals, "
        "min(file) as file, arg_min(line, (file, line)) as line, sum(amount) as amount "
        f"from mart.quarantine where table_name = ? and resolved_at is null "
        f"and rule_id in ({rules}) group by value order by deals desc, name",
        [table.name],
    )
    if not found:
        zh, en = "导出中的阶段名称都属于流程", "every stage the export names is one of the process"
        return [_finding(table, "passed", zh, en)]
    near = {row["name"]: nearest(row["name"], known) for row in found}
    zh = "、".join(_zh(row["name"], row["deals"], near[row["name"]]) for row in found[:_NAMED])
    en = ", ".join(_en(row["name"], row["deals"], near[row["name"]]) for row in found[:_NAMED])
    more = len(found) - _NAMED
    return [
        _finding(
            table,
            "failed",
            f"{process} 中没有名为{zh}{f'等 {len(found)} 个名称' if more > 0 else ''}的阶段；"
            "这些行已隔离，不计入漏斗；请写入某一阶段的 from",
            f"{process}: no stage is called {en}{f' and {more} more names' if more > 0 else ''}; "
            "the rows are in quarantine and in no funnel until a stage names them below `from`",
            sum(row["deals"] for row in found),
            [{**row, "nearest": near[row["name"]]} for row in found],
            sum((row["amount"] for row in found if row["amount"] is not None), Decimal(0)) or None,
        )
    ]


def _zh(name: str, deals: int, near: str | None) -> str:
    return f"“{name}”（{deals:,} 个商机{f'，是否为 {near}？' if near else ''}）"


def _en(name: str, deals: int, near: str | None) -> str:
    count = "1 deal" if deals == 1 else f"{deals:,} deals"
    return f"{name!r} ({count}{f'; did you mean {near}?' if near else ''})"


def _finding(
    table: Table,
    status: str,
    zh: str,
    en: str,
    offenders: int = 0,
    evidence: list[dict[str, object]] | None = None,
    amount: Decimal | None = None,
) -> Finding:
    return Finding(
        check="stage_names_known",
        table=f"staging.{table.name}",
        severity="warn",
        status="failed" if status == "failed" else "passed",
        zh=zh,
        en=en,
        offenders=offenders,
        evidence=evidence or [],
        amount=amount,
    )
