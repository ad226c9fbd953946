"""A run over a tiny workspace in which two required exports cannot be used, and what is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import Said, in_shell, write

Attain = Callable[..., Said]


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """One person's visits; the customers' export is missing, the receipts' is empty."""
    from pipelines.onboarding.scaffold import create_workspace

    root = tmp_path_factory.mktemp("blocked") / "ws"
    create_workspace(root, "甲")
    write(root / "sources/customer.yaml", "source: crm_customer", "system: crm", "table: customer",
          "files: [客户.csv]", "columns: {customer_id: 编号, name: 名称}")  # fmt: skip
    write(root / "sources/receipt.yaml", "source: erp_receipt", "system: erp", "table: receipt",
          "files: [收款.csv]", "columns: {receipt_id: 单号, customer_id: 客户, amount: 金额,"
          " received_date: 日期}")  # fmt: skip
    (root / "data/raw/收款.csv").write_bytes(b"")
    canonical = root / "data/canonical"
    write(canonical / "org_unit.csv", "unit_id,name,kind,parent_unit_id", "C,甲,company,",
          "R,东,region,C", "T,一,team,R")  # fmt: skip
    write(canonical / "employee.csv", "employee_id,name", "E1,张三")
    write(
        canonical / "assignment.csv", "employee_id,unit_id,role,valid_from", "E1,T,rep,2026-01-01"
    )
    write(canonical / "activity.csv", "activity_id,type,occurred_at,employee_id",
          "A1,visit,2026-10-05,E1", "A2,visit,2026-10-06,E1", "A3,visit,someday,E1")  # fmt: skip
    return root, in_shell("run", "-w", root, "--as-of", "2026-11-15")


def test_it_ends_with_one_and_says_what_blocked_on_the_last_lines(
    blocked: tuple[Path, Said],
) -> None:
    _, said = blocked
    assert said.code == 1
    lines = [line for line in said.out.splitlines() if line.startswith("blocked: ")]
    assert said.out.strip().endswith("\n".join(lines))
    assert sorted(lines) == [
        "blocked: staging.customer: 客户.csv: no such export (sources/crm_customer.yaml, "
        "table customer)",
        "blocked: staging.receipt: data/raw/收款.csv: the file is empty (sources/erp_receipt.yaml)",
    ]


def test_what_has_no_earlier_pages_is_not_said_to_keep_them(blocked: tuple[Path, Said]) -> None:
    root, said = blocked
    assert "no page: finance was blocked and has no earlier pages" in said.out
    assert "kept: " not in said.out
    assert not (root / "reports/latest").exists()
    assert "index.html" not in said.out  # nor is there anything to open


def test_the_summary_counts_rows_and_quarantine(blocked: tuple[Path, Said]) -> None:
    _, said = blocked
    assert "8 in · 7 accepted · 1 in quarantine" in said.out


def test_status_tells_what_the_run_left(blocked: tuple[Path, Said], attain: Attain) -> None:
    root, _ = blocked
    said = attain("status", "-w", root)
    assert (said.code, said.err) == (0, "")
    assert "quarantine activity occurred_at.not_a_date: 1" in said.out
    assert "checks failed (block): 2" in said.out
    found = json.loads(attain("status", "-w", root, "--json").out)
    assert {row["table_name"]: row["accepted"] for row in found["loads"]} == {
        "activity": 2, "assignment": 1, "employee": 1, "org_unit": 3,
    }  # fmt: skip


def test_the_same_inputs_are_blocked_again(blocked: tuple[Path, Said], attain: Attain) -> None:
    """A blocked run is not remembered as a good one."""
    root, _ = blocked
    assert not (root / ".attain" / "last_run.json").exists()


def test_explain_says_that_nothing_was_computed(blocked: tuple[Path, Said], attain: Attain) -> None:
    root, _ = blocked
    said = attain("explain", "visits", "-w", root, "--period", "2026-10")
    assert said.code == 1
    assert said.last.startswith("no KPI has been computed: the last run was blocked.")
