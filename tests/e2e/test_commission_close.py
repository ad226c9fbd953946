"""Three months are closed; then a receipt, a credit note, a split and a plan change.

Closed months stay byte for byte what they were, the differences stand in the open month with their
cause, and all months together are what a fresh computation gives.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.small_as_csv import convert
from pipelines.checks.reconciliations import all_reconciliations
from pipelines.closing.close import freeze
from pipelines.closing.refusals import refusals
from pipelines.ledger.store import Ledger
from pipelines.models.catalog import all_models, ancestors
from pipelines.reporting.reports import REPORTS
from pipelines.run import steps
from pipelines.run.session import Session, open_session
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.laboratory import ROOT, make_workspace

AS_OF = dt.date(2026, 11, 15)
STARTED = dt.datetime(2026, 11, 16, 9, 0)
MONTHS = ("2026-08", "2026-09", "2026-10")
NEEDED = (
    "mart.commission_statement", "mart.commission_difference", "mart.commission_dispute",
    "commission.pool_share",
)  # fmt: skip
Row = dict[str, str]


@contextmanager
def computed(workspace: Workspace) -> Iterator[Session]:
    """The workspace computed as far as commission and its checks need it."""
    with open_session(workspace, AS_OF, STARTED, "test") as session:
        steps.land(session)
        steps.stage(session)
        steps.policies(session)
        built = ancestors(
            all_models(session.policies), {*NEEDED, *REPORTS["commission_statement"].reads}
        )
        for model in built:
            steps.build(session, model)
        names = {model.name for model in built}
        for check in all_reconciliations():
            if set(check.inputs) <= names | {f"staging.{n}" for n in session.staged}:
                steps.reconcile(session, check)
        session.write_findings()
        yield session


def rows(session: Session, sql: str) -> list[tuple[Any, ...]]:
    return session.warehouse.con.execute(sql).fetchall()


def edit(path: Path, change: Callable[[Row], Row]) -> int:
    """Rewrite a CSV export row by row; returns how many rows the change touched."""
    encoding = "utf-8-sig" if path.read_bytes()[:3] == b"\xef\xbb\xbf" else "utf-8"
    try:
        text = path.read_text(encoding=encoding)
    except UnicodeDecodeError:
        encoding = "gb18030"
        text = path.read_text(encoding=encoding)
    found = list(csv.DictReader(text.splitlines()))
    changed = [change(dict(row)) for row in found]
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.DictWriter(handle, list(found[0]))
        writer.writeheader()
        writer.writerows(changed)
    return sum(before != after for before, after in zip(found, changed, strict=True))


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def statements(session: Session) -> list[tuple[Any, ...]]:
    return rows(session, "select * from mart.commission_statement where is_closed order by all")


class Story:
    """What the module's tests look at: the books before and after the changes."""

    refused: str
    before: list[tuple[Any, ...]]
    files: dict[str, str]
    session: Session
    workspace: Workspace
    fresh: dict[tuple[str, str], Decimal]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root = tmp_path_factory.mktemp("books")
    raw = root / "raw"
    convert(ROOT / "data" / "raw", raw)
    workspace = make_workspace(root / "ws", raw)
    found = Story()
    found.workspace = workspace
    with computed(workspace) as session:
        reasons = refusals(session, [], MONTHS[0], AS_OF)
        found.refused = "\n".join(reasons)
        ((director, payee, amount),) = rows(
            session,
            "select (select employee_id from core.dim_employee where role = 'director'), key, "
            "difference from mart.commission_difference where is_unexplained",
        )
    with (raw / "hr" / "commission_approval.csv").open("w", encoding="utf-8") as handle:
        handle.write(
            "approval_id,kind,period,key,status,amount,reason,asked_by,asked_at,deadline_date,"
            f"approved_by,approved_at\nAPP-1,difference,2026-07,{payee},approved,{amount},"
            f"payroll pays the rest in November,,,,{director},2026-11-13 10:00:00\n"
        )
    for month in MONTHS:
        with computed(workspace) as session:
            ledger = Ledger(workspace.ledger)
            assert refusals(session, ledger.periods(), month, AS_OF) == []
            freeze(session, ledger, month, STARTED, "Li")
    with computed(workspace) as session:
        found.before = statements(session)
    found.files = fingerprints(workspace.ledger)
    change_the_first_month(raw, workspace)
    with computed(workspace) as session:
        found.session = session
        shutil.copytree(workspace.root / "policy", root / "fresh" / "policy")
        other = make_fresh(root / "fresh", workspace)
        with computed(other) as fresh:
            found.fresh = totals(fresh)
        yield found


def change_the_first_month(raw: Path, workspace: Workspace) -> None:
    """A receipt and a credit note of August are smaller, a split is another, a rate is higher."""

    def less(row: Row, columns: tuple[str, ...], amount: Decimal) -> Row:
        return row | {name: f"{Decimal(row[name].replace(',', '')) - amount}" for name in columns}

    def receipt(row: Row) -> Row:
        if row["收款编号"] != "RCV-001052":
            return row
        return less(row, tuple({"收款金额", "核销金额"} & set(row)), Decimal(500))

    def note(row: Row) -> Row:
        if row["发票编号"] != "INV-000942":
            return row
        return less(row, ("不含税金额", "价税合计"), Decimal(1000))

    def split(row: Row) -> Row:
        shares = {"E052": "40", "E049": "30"}
        if row["商机编号"] != "OPP-001764" or row["员工工号"] not in shares:
            return row
        return row | {"比例(%)": shares[row["员工工号"]]}

    assert edit(raw / "erp" / "收款.csv", receipt) == 1
    assert edit(raw / "erp" / "收款核销.csv", receipt) == 1
    assert edit(raw / "erp" / "发票.csv", note) == 1
    assert edit(raw / "crm" / "商机分成.csv", split) == 2
    plans = workspace.root / "policy" / "commission"
    text = (ROOT / "policy" / "commission" / "rep_2026.yaml").read_text(encoding="utf-8")
    assert "rate: {flat_pct: 0.5}" in text  # of new customers
    changed = text.replace("rate: {flat_pct: 0.5}", "rate: {flat_pct: 0.6}")
    (plans / "rep_2026.yaml").write_text(changed, encoding="utf-8")


def make_fresh(root: Path, workspace: Workspace) -> Workspace:
    """The same exports and policies without any closed month."""
    shutil.copytree(workspace.root / "sources", root / "sources")
    shutil.copyfile(workspace.root / "attain.yaml", root / "attain.yaml")
    return open_workspace(root)


def totals(session: Session) -> dict[tuple[str, str], Decimal]:
    return {
        (payee, ledger): amount
        for payee, ledger, amount in rows(
            session,
            "select payee_id, ledger, sum(amount) from mart.commission_line group by all",
        )
    }


def test_an_unexplained_difference_keeps_a_month_open(story: Story) -> None:
    assert "1 differences are unexplained, 100.00 in all" in story.refused
    assert "commission_approval" in story.refused


def test_closed_statements_and_files_stay_as_they_were(story: Story) -> None:
    assert statements(story.session) == story.before
    assert fingerprints(story.workspace.ledger) == story.files
    assert len(story.files) == 5 * len(MONTHS)


def test_the_chain_still_holds(story: Story) -> None:
    assert Ledger(story.workspace.ledger).verify(story.session.warehouse.con) == []


def test_each_change_is_posted_in_the_open_month_with_its_cause(story: Story) -> None:
    posted = rows(
        story.session,
        "select distinct posted_period, cause from mart.commission_line "
        "where period <> posted_period and not is_closed and ledger = 'earned'",
    )
    assert {month for month, _ in posted} == {"2026-11"}
    assert {cause for _, cause in posted} >= {
        "receipt_changed", "credit_note_changed", "split_changed", "plan_changed", "position_moved",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "cause"),
    [("RCV-001052", "receipt_changed"), ("RCV-001101", "split_changed")],
)
def test_a_cause_stands_on_the_lines_of_the_document_that_changed(
    story: Story, source: str, cause: str
) -> None:
    found = rows(
        story.session,
        "select distinct cause from mart.commission_line where not is_closed "
        f"and period = '2026-08' and source_id = '{source}' and component_id = 'cash' "
        "and ledger = 'earned' and credit_amount <> 0",
    )
    assert (cause,) in found


def test_a_correction_names_the_line_it_corrects(story: Story) -> None:
    orphans = rows(
        story.session,
        "select line.line_id from mart.commission_line as line "
        "left join core.closed_line as closed on line.reverses_line_id = closed.line_id "
        "where line.period <> line.posted_period "
        "and not line.is_closed and line.cause like '%changed' and line.source_kind <> 'release' "
        "and line.amount < 0 and closed.line_id is null",
    )
    assert orphans == []


def test_all_months_together_are_what_a_fresh_computation_gives(story: Story) -> None:
    posted = {key: amount for key, amount in totals(story.session).items() if amount}
    assert posted == {key: amount for key, amount in story.fresh.items() if amount}


def test_a_closed_month_cannot_be_closed_again_and_none_is_skipped(story: Story) -> None:
    closed = Ledger(story.workspace.ledger).periods()
    again = refusals(story.session, closed, "2026-09", AS_OF)
    assert any("2026-10 is closed already" in reason for reason in again)
    later = refusals(story.session, closed, "2026-12", AS_OF)
    assert any("2026-11 comes first" in reason for reason in later)


def test_a_changed_byte_in_the_ledger_is_found(story: Story, tmp_path: Path) -> None:
    shutil.copytree(story.workspace.ledger, tmp_path / "ledger")
    target = tmp_path / "ledger" / "2026-09" / "lines.parquet"
    con = story.session.warehouse.con
    con.execute(
        f"copy (select * replace (case when line_no = 3 then amount + 1 else amount end as amount) "
        f"from read_parquet('{target}')) to '{tmp_path / 'other.parquet'}' (format parquet)"
    )
    shutil.copyfile(tmp_path / "other.parquet", target)
    faults = Ledger(tmp_path / "ledger").verify(con)
    assert [fault.period for fault in faults] == ["2026-09", "2026-09"]
    assert "is not as it was closed" in faults[1].what


def test_a_removed_month_breaks_the_chain(story: Story, tmp_path: Path) -> None:
    shutil.copytree(story.workspace.ledger, tmp_path / "ledger")
    shutil.rmtree(tmp_path / "ledger" / "2026-09")
    faults = Ledger(tmp_path / "ledger").verify(story.session.warehouse.con)
    assert {fault.period for fault in faults} == {"2026-10"}
