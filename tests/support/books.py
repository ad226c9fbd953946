"""A company in canonical files and plan files, computed by the real pipeline, asked for its tables.

`Books` gathers rows and plans and writes them as exports and policy files; `computed` lands, stages
and builds every model that the tables asked for stand on, and opens the warehouse.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from pipelines.models.catalog import all_models, ancestors
from pipelines.run import steps
from pipelines.run.session import Session, open_session
from pipelines.sources.contract import canonical_tables
from pipelines.workspace.workspace import Workspace, open_workspace

STARTED = dt.datetime(2026, 11, 16)
COMMISSION = (
    "mart.commission_line",
    "mart.commission_statement",
    "commission.pool_share",
    "commission.draw",
    "mart.commission_target",
)


class Books:
    """Rows by canonical table and commission plans by name; everybody works in team T."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.plans: dict[str, dict[str, Any]] = {}
        self.settings: dict[str, Any] = {}
        self.policies: dict[str, dict[str, Any]] = {"quotas": {"measures": ["m"]}}
        self.add("org_unit", {"unit_id": "C", "name": "C", "kind": "company"})
        self.add("org_unit", {"unit_id": "R", "name": "R", "kind": "region", "parent_unit_id": "C"})
        self.add("org_unit", {"unit_id": "T", "name": "T", "kind": "team", "parent_unit_id": "R"})
        self.add("customer", {"customer_id": "K", "name": "K", "created_at": "2015-01-01 00:00:00"})

    def add(self, table: str, *rows: Mapping[str, Any]) -> Books:
        """Put rows into a canonical table."""
        self.tables.setdefault(table, []).extend(dict(row) for row in rows)
        return self

    def person(
        self,
        who: str,
        role: str,
        since: str = "2015-01-01",
        unit: str = "T",
        manager: str = "",
        **more: Any,
    ) -> Books:
        self.add("employee", {"employee_id": who, "name": who, "hire_date": since, **more})
        self.add(
            "assignment",
            {
                "employee_id": who,
                "unit_id": unit,
                "role": role,
                "manager_id": manager,
                "valid_from": since,
            },
        )
        return self

    def plan(
        self, role: str, *components: Mapping[str, Any], since: str = "2015-01-01", **more: Any
    ) -> Books:
        """A plan for a role, under its name."""
        parts = [
            {"id": f"c{n}", "label": {"zh": "提成", "en": "commission"}, **part}
            for n, part in enumerate(components, 1)
        ]
        self.plans[role] = {
            "id": role,
            "version": 1,
            "label": {"zh": role, "en": role},
            "role": role,
            "valid_from": since,
            "components": parts,
            **more,
        }
        return self

    def invoice(
        self, number: str, owner: str, date: str, net: object, kind: str = "invoice", **more: Any
    ) -> Books:
        """An invoice without VAT; `gross_amount` may say otherwise."""
        return self.add(
            "invoice",
            {
                "invoice_id": number,
                "kind": kind,
                "customer_id": "K",
                "owner_id": owner,
                "invoice_date": date,
                "due_date": date,
                "net_amount": net,
                "gross_amount": net,
                "status": "posted",
                **more,
            },
        )

    def cash(self, number: str, invoice: str, date: str, amount: object, **more: Any) -> Books:
        """A receipt allocated to an invoice on the day it came."""
        self.add(
            "receipt",
            {
                "receipt_id": number,
                "customer_id": "K",
                "received_date": date,
                "cleared_date": date,
                "amount": amount,
                **more,
            },
        )
        return self.add(
            "receipt_allocation",
            {"receipt_id": number, "invoice_id": invoice, "allocated_date": date, "amount": amount},
        )

    def quota(
        self,
        who: str,
        start: str,
        end: str,
        amount: object,
        measure: str = "m",
        kind: str = "employee",
    ) -> Books:
        return self.add(
            "quota",
            {
                "scope_kind": kind,
                "scope_id": who,
                "measure": measure,
                "period_start": start,
                "period_end": end,
                "amount": amount,
            },
        )

    def write(self, root: Path) -> Workspace:
        """The workspace's folder: settings, policies, canonical CSV files."""
        data, plans = root / "data", root / "policy" / "commission"
        data.mkdir(parents=True, exist_ok=True)
        plans.mkdir(parents=True, exist_ok=True)
        settings = {
            "name": {"zh": "公司", "en": "company"},
            "history_start": "2015-01-01",
            "inputs": [{"path": "data", "format": "canonical"}],
            **self.settings,
        }
        _yaml(root / "attain.yaml", settings)
        for name, plan in self.plans.items():
            _yaml(plans / f"{name}.yaml", plan)
        for name, policy in self.policies.items():
            (root / "policy" / name).parent.mkdir(parents=True, exist_ok=True)
            _yaml(root / "policy" / f"{name}.yaml", policy)
        for table, rows in self.tables.items():
            _csv(data / f"{table}.csv", list(canonical_tables()[table].columns), rows)
        return open_workspace(root)


def _yaml(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(data), allow_unicode=True), encoding="utf-8")


def _csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns)
        writer.writeheader()
        writer.writerows(rows)


@contextmanager
def computed(root: Path, as_of: str, tables: Iterable[str] = COMMISSION) -> Iterator[Session]:
    """Land, stage and compute the tables named; the session is open until the block ends."""
    with open_session(
        open_workspace(root), dt.date.fromisoformat(as_of), STARTED, "test"
    ) as session:
        steps.land(session)
        steps.stage(session)
        steps.policies(session)
        for model in ancestors(all_models(session.policies), tables):
            steps.build(session, model)
        yield session


def rows(session: Session, sql: str) -> list[tuple[Any, ...]]:
    return session.warehouse.con.execute(sql).fetchall()
