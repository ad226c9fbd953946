"""Great Expectations: suites from the contract, a canary, errors told from failures."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.checks.contract import ContractValidator, expectations
from pipelines.checks.findings import Finding
from pipelines.sources.contract import Table, canonical_tables
from pipelines.staging.rules import row_rules
from pipelines.workspace.yamlfile import read_yaml
from tests.support.laboratory import ROOT, Laboratory, Row, shipped

STAGES = shipped()[1].process.stage_ids
SHARES = shipped()[1].quality.quarantine
TABLES = canonical_tables()


@pytest.fixture
def validator(lab: Laboratory) -> Iterator[ContractValidator]:
    """A validator over its own database: GX reads through a second cursor, which sees no open
    transaction."""
    lab.con.execute("commit")
    yield ContractValidator(lab.con, STAGES, SHARES)
    for table in ("org_unit", "assignment", "employee", "opportunity"):
        lab.con.execute(f"delete from staging.{table}")
    lab.con.execute("begin")


def findings(
    lab: Laboratory, validator: ContractValidator, name: str, rows: list[Row], required: bool = True
) -> dict[str, Finding]:
    lab.given(f"staging.{name}", rows)
    return {f.check: f for f in validator.validate(TABLES[name], required)}


def unit(number: str, **more: Any) -> Row:
    return {"unit_id": number, "name": number, "kind": "team", **more}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_suite_holds_the_whole_contract_of_its_table(name: str) -> None:
    table = TABLES[name]
    suite = expectations(table, STAGES, required=True, shares=SHARES)
    kinds = [type(expectation).__name__ for expectation in suite]
    assert kinds.count("ExpectTableRowCountToBeBetween") == 1
    judged = 3 + len(table.references)  # keys, and the share in quarantine that warns and blocks
    assert kinds.count("UnexpectedRowsExpectation") == judged
    not_null = {e.column for e in suite if type(e).__name__ == "ExpectColumnValuesToNotBeNull"}
    assert not_null == {c.name for c in table.columns.values() if c.required}
    allowed = {e.column for e in suite if type(e).__name__ == "ExpectColumnValuesToBeInSet"}
    assert allowed == set(table.allowed)
    ranged = {e.column for e in suite if type(e).__name__ == "ExpectColumnValuesToBeBetween"}
    assert ranged == {limit.column for limit in table.ranges}


@pytest.mark.parametrize(
    ("name", "column"),
    [("appraisal_input", "rater_id"), ("appraisal_override", "approved_by"),
     ("appraisal_slip", "approved_by"), ("agreed_target", "agreed_by"),
     ("appraisal_appeal", "decided_by")],
)  # fmt: skip
def test_who_wrote_about_a_person_is_looked_for_and_what_they_wrote_is_kept(
    name: str, column: str
) -> None:
    """A rater who left before the first export of people is unknown; the scores still count."""
    [reference] = [found for found in TABLES[name].references if found.column == column]
    assert (reference.table, reference.rejects) == ("employee", False)


def test_a_reference_that_does_not_quarantine_only_warns() -> None:
    suite = expectations(TABLES["opportunity_split"], STAGES, required=True, shares=SHARES)
    blocking = {
        e.description: e.meta["severity"] for e in suite if hasattr(e, "unexpected_rows_query")
    }
    assert blocking["opportunity_id → opportunity"] == "block"
    suite = expectations(TABLES["org_unit"], STAGES, required=True, shares=SHARES)
    warning = {
        e.description: e.meta["severity"] for e in suite if hasattr(e, "unexpected_rows_query")
    }
    assert warning["leader_id → employee"] == "warn"
    assert warning["unique key"] == "block"


def test_a_clean_table_passes_every_expectation(
    lab: Laboratory, validator: ContractValidator
) -> None:
    found = findings(lab, validator, "org_unit", [unit("T1"), unit("T2", parent_unit_id="T1")])
    assert {finding.status for finding in found.values()} == {"passed"}
    assert len(found) == len(expectations(TABLES["org_unit"], STAGES, required=True, shares=SHARES))


@pytest.mark.parametrize(
    ("rows", "check", "offenders", "severity"),
    [
        ([unit("T1"), unit("T1")], "unexpected_rows:unique key", 1, "block"),
        ([unit("T1", name=None)], "column_values_to_not_be_null:name", 1, "block"),
        ([unit("T1", kind="squad")], "column_values_to_be_in_set:kind", 1, "block"),
        ([unit("T1", leader_id="E404")], "unexpected_rows:leader_id → employee", 1, "warn"),
        ([], "table_row_count_to_be_between:row count", 0, "block"),
    ],
)
def test_a_broken_contract_fails_its_expectation_and_only_that(
    lab: Laboratory,
    validator: ContractValidator,
    rows: list[Row],
    check: str,
    offenders: int,
    severity: str,
) -> None:
    found = findings(lab, validator, "org_unit", rows)
    failed = {name: f for name, f in found.items() if f.status != "passed"}
    assert list(failed) == [check]
    assert (failed[check].status, failed[check].severity) == ("failed", severity)
    assert failed[check].offenders == offenders
    assert failed[check].blocks == (severity == "block")


@pytest.mark.parametrize(
    ("rows", "en", "zh"),
    [
        (
            [unit("T1"), unit("T1")],
            "1 key stands more than once in org_unit (unit_id)",
            "org_unit 有 1 个 unit_id 重复",
        ),
        ([unit("T1", name=None)], "name is empty in 1 row", "1 行的 name 为空"),
        (
            [unit("T1", kind="squad"), unit("T2", kind="squad")],
            "kind holds what it may not in 2 rows (squad); allowed are company, region, team",
            "2 行的 kind 不是允许的值（squad）；允许：company, region, team",
        ),
        (
            [
                unit("T1", leader_id="E404"),
                unit("T2", leader_id="E404"),
                unit("T3", leader_id="E1"),
            ],
            "3 rows name in leader_id what no export of employee has: E404, E1",
            "3 行的 leader_id 指向任何导出都没有的 employee：E404, E1",
        ),
        (
            [],
            "org_unit has no rows, and its export is required",
            "org_unit 没有任何行，而其导出是必需的",
        ),
    ],
)
def test_a_broken_contract_is_a_sentence_for_whoever_can_mend_it(
    lab: Laboratory, validator: ContractValidator, rows: list[Row], en: str, zh: str
) -> None:
    found = findings(lab, validator, "org_unit", rows)
    [failed] = [f for f in found.values() if f.status != "passed"]
    assert (failed.en, failed.zh) == (en, zh)


def test_an_unknown_reference_is_named_with_its_file_and_line(
    lab: Laboratory, validator: ContractValidator
) -> None:
    lab.given("mart.load", [{"load_id": 7, "file": "raw/units.csv"}])
    rows = [unit("T1", leader_id="E404", _load=7, _line=12)]
    found = findings(lab, validator, "org_unit", rows)["unexpected_rows:leader_id → employee"]
    lab.con.execute("delete from mart.load")
    assert found.en.endswith("no export of employee has: E404 (raw/units.csv line 12)")
    assert found.evidence == [{"value": "E404", "file": "raw/units.csv", "line": 12, "rows": 1}]


def test_every_sentence_of_the_contract_is_there_in_both_languages() -> None:
    for said in read_yaml(ROOT / "pipelines" / "checks" / "contract.yaml").data.values():
        for text in (said["rule"], said["broken"]):
            assert set(text) == {"zh", "en"}
            assert text["zh"] != text["en"]


def test_a_table_that_need_not_be_there_may_be_empty(
    lab: Laboratory, validator: ContractValidator
) -> None:
    found = findings(lab, validator, "org_unit", [], required=False)
    assert {finding.status for finding in found.values()} == {"passed"}


def test_a_value_out_of_range_is_shown(lab: Laboratory, validator: ContractValidator) -> None:
    rows = [{"opportunity_id": "O", "owner_id": "E1", "stage": "proposal", "amount": -5,
             "created_at": "2026-01-01"}]  # fmt: skip
    found = findings(lab, validator, "opportunity", rows)["column_values_to_be_between:amount"]
    assert (found.status, found.evidence) == ("failed", [{"value": "-5.0000"}])


def errors(validator: ContractValidator) -> list[str]:
    """What the validator says of two tables when its engine is not to be trusted."""
    messages = []
    for name in ("org_unit", "employee"):
        found = validator.validate(TABLES[name], required=True)
        assert [(f.check, f.status, f.blocks) for f in found] == [
            ("engine_canary", "errored", True)
        ]
        messages.append(found[0].evidence[0]["error"])
    return messages


def test_an_engine_that_calls_bad_data_good_is_not_believed(
    validator: ContractValidator, monkeypatch: pytest.MonkeyPatch
) -> None:
    import great_expectations.expectations as gxe

    def blind(column: str) -> Any:
        return gxe.ExpectTableRowCountToBeBetween(min_value=0)

    monkeypatch.setattr(gxe, "ExpectColumnValuesToNotBeNull", blind)
    assert all("did not find the canary's fault" in message for message in errors(validator))


def test_an_engine_that_calls_good_data_bad_is_not_believed(
    validator: ContractValidator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As shipped, GX gives the connection back before it reads: everything fails on DuckDB."""
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine

    from pipelines.checks.engine import PersistedDuckDBEngine

    monkeypatch.setattr(
        PersistedDuckDBEngine, "get_connection", SqlAlchemyExecutionEngine.get_connection
    )
    assert all("canary" in message for message in errors(validator))


def test_an_exception_inside_the_engine_is_an_error_of_the_check_not_of_the_data(
    lab: Laboratory, validator: ContractValidator
) -> None:
    lab.given("staging.org_unit", [unit("T1")])
    assert validator.validate(TABLES["employee"], required=False)  # the engine is open and sound
    keyed = TABLES["org_unit"].model_copy(update={"key": ("no_such",)})
    found = {f.check: f for f in validator.validate(keyed, required=True)}
    broken = found["unexpected_rows:unique key"]
    assert (broken.status, broken.blocks) == ("errored", True)
    assert "no_such" in broken.evidence[0]["error"]
    others = {f.status for name, f in found.items() if name != broken.check}
    assert others == {"passed"}


def test_the_canary_leaves_nothing_behind(lab: Laboratory, validator: ContractValidator) -> None:
    validator.validate(TABLES["employee"], required=False)
    assert not lab.warehouse.exists("meta.gx_canary")


def test_the_engine_leaves_nothing_in_temporary_folders(
    validator: ContractValidator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    validator.validate(TABLES["employee"], required=False)
    assert list(tmp_path.rglob("*")) == []


def test_suites_and_row_rules_come_from_one_definition() -> None:
    """What staging keeps out and what the suite looks for again are the same columns."""
    table: Table = TABLES["survey"]
    ruled = {rule.column for rule in row_rules(table, STAGES) if rule.rule == "unknown_value"}
    suite = expectations(table, STAGES, required=True, shares=SHARES)
    assert ruled == {e.column for e in suite if type(e).__name__ == "ExpectColumnValuesToBeInSet"}


@pytest.mark.parametrize(
    ("landed", "refused", "money", "status"),
    [
        (100, 4, 4, ("passed", "passed")),
        (100, 5, 0, ("failed", "passed")),
        (100, 25, 0, ("failed", "failed")),
        (100, 1, 30, ("failed", "failed")),
        (100, 4, None, ("passed", "passed")),  # a share of no money is none
        (19, 19, 0, ("passed", "passed")),  # too small to be judged by its share
    ],
)
def test_policy_says_from_which_share_in_quarantine_an_export_warns_or_blocks(
    lab: Laboratory,
    validator: ContractValidator,
    landed: int,
    refused: int,
    money: int | None,
    status: tuple[str, str],
) -> None:
    lab.given("mart.load", [{
        "load_id": 1, "table_name": "opportunity", "is_current": True, "rows_landed": landed,
        "rows_quarantined": refused, "amount_landed": 0 if money is None else 100,
        "amount_quarantined": money or 0,
    }])  # fmt: skip
    found = findings(lab, validator, "opportunity", [], required=False)
    lab.con.execute("delete from mart.load")
    shares = [found[f"unexpected_rows:share in quarantine ({v})"] for v in ("warn", "block")]
    assert tuple(finding.status for finding in shares) == status
    assert [finding.severity for finding in shares] == ["warn", "block"]
    for share in shares:
        if share.status == "failed":
            assert share.en == (
                "too large a share of the export is in quarantine: "
                f"{refused} of {landed} rows (policy/quality.yaml)"
            )
