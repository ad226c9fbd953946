"""A stage name that no stage of the process claims is said in one sentence, and counts nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checks.findings import Finding
from pipelines.checks.stage_names import unknown_stages
from pipelines.sources.contract import canonical_tables
from tests.support.exports import STAGES, Exports

DEAL = "opportunity_id,owner_id,created_at,stage"
CHANGE = "opportunity_id,field,changed_at,old_value,new_value"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def said(exports: Exports, table: str) -> list[Finding]:
    exports.stage(table)
    process = "policy/process/mine.yaml"
    return unknown_stages(exports.warehouse, canonical_tables()[table], process, STAGES)


def test_the_sentence_names_process_name_deals_and_the_nearest_stage(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", DEAL, "O1,E1,2026-01-01,proposal",
                "O2,E1,2026-01-01,propsal", "O3,E1,2026-01-01,立项",
                "O4,E1,2026-01-01,立项")  # fmt: skip
    (finding,) = said(exports, "opportunity")
    assert (finding.status, finding.severity, finding.offenders) == ("failed", "warn", 3)
    assert finding.en == (
        "policy/process/mine.yaml: no stage is called '立项' (2 deals), "
        "'propsal' (1 deal; did you mean proposal?); "
        "the rows are in quarantine and in no funnel until a stage names them below `from`"
    )
    assert finding.zh == (
        "policy/process/mine.yaml 中没有名为“立项”（2 个商机）、"
        "“propsal”（1 个商机，是否为 proposal？）的阶段；"
        "这些行已隔离，不计入漏斗；请写入某一阶段的 from"
    )
    assert finding.evidence[1] == {
        "name": "propsal", "deals": 1, "file": "canonical/opportunity.csv", "line": 3,
        "nearest": "proposal", "amount": None,
    }  # fmt: skip
    assert finding.amount is None
    assert exports.rows("opportunity", "opportunity_id") == [("O1",)]


def test_what_waits_for_a_stage_is_money_where_the_rows_state_some(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", f"{DEAL},amount", "O1,E1,2026-01-01,立项,1000.50",
                "O2,E1,2026-01-01,立项,", "O3,E1,2026-01-01,propsal,99.50")  # fmt: skip
    (finding,) = said(exports, "opportunity")
    assert finding.amount == 1100


def test_a_change_from_or_to_an_unknown_name_is_in_no_funnel(exports: Exports) -> None:
    """An amount or an owner that changed is no name of a stage."""
    exports.put("canonical/opportunity.csv", DEAL, "O1,E1,2026-01-01,proposal",
                "O2,E1,2026-01-01,proposal")  # fmt: skip
    exports.put("canonical/opportunity_event.csv", CHANGE,
                "O1,stage,2026-01-02,lead,proposal", "O1,stage,2026-01-03,proposal,sold",
                "O1,stage,2026-01-04,sold,order", "O2,stage,2026-01-05,,sold",
                "O2,owner_id,2026-01-06,E1,E2", "O2,amount,2026-01-07,1,2")  # fmt: skip
    (finding,) = said(exports, "opportunity_event")
    assert "no stage is called 'sold' (2 deals);" in finding.en
    assert exports.faults() == [
        (3, "new_stage.unknown_value", "sold"),
        (4, "old_stage.unknown_value", "sold"),
        (5, "new_stage.unknown_value", "sold"),
    ]
    assert exports.rows("opportunity_event", "field", "new_stage") == [
        ("stage", "proposal"), ("owner_id", None), ("amount", None),
    ]  # fmt: skip


def test_of_many_names_the_sentence_holds_three(exports: Exports) -> None:
    rows = [f"O{n},E1,2026-01-01,x{n}x" for n in range(5)]
    exports.put("canonical/opportunity.csv", DEAL, *rows)
    (finding,) = said(exports, "opportunity")
    assert "'x0x' (1 deal), 'x1x' (1 deal), 'x2x' (1 deal) and 2 more names;" in finding.en
    assert "等 5 个名称的阶段" in finding.zh
    assert len(finding.evidence) == 5


def test_names_the_process_knows_pass_and_other_tables_name_none(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", DEAL, "O1,E1,2026-01-01,proposal")
    assert [f.status for f in said(exports, "opportunity")] == ["passed"]
    assert said(exports, "customer") == []
