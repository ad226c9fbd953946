"""The state of a workspace as its last run left it."""

from __future__ import annotations

from typing import Any

from pipelines.warehouse.duck import open_warehouse
from pipelines.workspace.workspace import Workspace


def read_status(workspace: Workspace) -> dict[str, Any]:
    """Loads, quarantine, checks and the published reports of a workspace.

    Raises:
        UserError: nothing has been computed yet.
    """
    with open_warehouse(workspace.warehouse, read_only=True) as warehouse:
        loads = warehouse.rows(
            "select table_name, count(*)::integer as files, sum(rows_landed)::bigint as landed, "
            "sum(rows_accepted)::bigint as accepted, sum(rows_quarantined)::bigint as quarantined "
            "from mart.load where is_current group by table_name order by table_name"
        )
        quarantine = warehouse.rows(
            "select table_name, rule_id, count(*)::bigint as count from mart.quarantine "
            "where resolved_at is null group by table_name, rule_id order by table_name, rule_id"
        )
        checks = (
            warehouse.rows(
                "select status, severity, count(*)::bigint as count from mart.check_result "
                "group by status, severity order by status, severity"
            )
            if warehouse.exists("mart.check_result")
            else []
        )
        accepted = (
            warehouse.rows(
                "select table_name, rows_before, rows_now, accepted_at, accepted_by "
                "from meta.accepted_loss where ended_at is null order by accepted_at, table_name"
            )
            if warehouse.exists("meta.accepted_loss")
            else []
        )
        as_of = (
            warehouse.scalar("select as_of_date from core.parameter")
            if warehouse.exists("core.parameter")
            else None
        )
    latest = workspace.reports / "latest"
    return {
        "workspace": str(workspace.root),
        "as_of": as_of,
        "published": latest.resolve().name if latest.exists() else None,
        "reports": str(latest / "index.html") if latest.exists() else None,
        "loads": loads,
        "quarantine": quarantine,
        "checks": checks,
        "accepted": accepted,
    }
