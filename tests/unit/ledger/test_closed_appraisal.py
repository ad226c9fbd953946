"""An appraised period is closed, a late fact becomes an adjustment, the chain proves both."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipelines.closing import appraisal
from pipelines.closing.close import close_period, freeze
from pipelines.closing.prove import paper_seals, verify
from pipelines.errors import UserError
from pipelines.ledger.kinds import APPRAISAL, last_day
from pipelines.ledger.store import ClosedPeriod, Ledger, all_closed
from pipelines.reporting.reports import REPORTS
from pipelines.run.outcome import Outcome
from pipelines.run.session import Session
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.books import Books, rows
from tests.support.closed import AS_OF, STARTED, computed, written_at

NEEDED = ("mart.appraisal_result", "mart.appraisal_decision", "mart.appraisal_appeal",
          "mart.appraisal_adjustment",
          "mart.export_freshness")  # fmt: skip
MONTH, LATER = "2026-09", "2026-10"
SCHEME = {
    "id": "rep_monthly", "version": 1, "label": {"zh": "代表", "en": "Reps"}, "role": "rep",
    "period": "month", "valid_from": "2026-09-01", "pay_by_days": False,
    "indicators": [{"id": "attitude", "label": {"zh": "态度", "en": "Attitude"},
                    "manual": "attitude", "weight": 100}],
    "bands": [{"grade": "A", "from": 80, "coefficient": 1.2},
              {"grade": "B", "from": 0, "coefficient": 1}],
}  # fmt: skip


def company() -> Books:
    books = Books()
    books.settings |= {"history_start": "2026-07-01", "reports": ["appraisal"]}
    books.policies["appraisal/rep"] = SCHEME
    books.person("L", "team_lead").person("E1", "rep", manager="L").person("E2", "rep")
    for who in ("E1", "E2"):
        books.add("salary", {"employee_id": who, "valid_from": "2026-01-01", "base_salary": 1,
                             "floating_salary": 1000})  # fmt: skip
    return books


def scored(workspace: Workspace, **scores: int) -> Workspace:
    """The scores of September and October, as the export says them now."""
    lines = ["employee_id,period,indicator,score,rater_id,rated_at"]
    lines += [
        f"{who},{month},attitude,{score},L,2026-11-03"
        for who, score in scores.items() for month in (MONTH, LATER)
    ]  # fmt: skip
    path = workspace.root / "data" / "appraisal_input.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    written_at(workspace.root / "data", STARTED)
    return workspace


def closed_at(workspace: Workspace, period: str, moment: dt.datetime = STARTED) -> ClosedPeriod:
    with computed(workspace, moment, tables=NEEDED) as session:
        ledger = Ledger(workspace.ledger, APPRAISAL)
        assert appraisal.refusals(session, ledger.periods(), period, AS_OF) == []
        return freeze(session, ledger, period, moment, "HR")


def asked(
    workspace: Workspace, sql: str, tables: Collection[str] = NEEDED
) -> list[tuple[Any, ...]]:
    with computed(workspace, STARTED + dt.timedelta(hours=1), tables=tables) as session:
        return rows(session, sql)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = company().write(tmp_path_factory.mktemp("appraised"))
    closed_at(scored(workspace, E1=70, E2=90), MONTH)
    return workspace


@pytest.fixture
def here(closed: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(closed.root, tmp_path / "ws")
    return open_workspace(tmp_path / "ws")


def test_what_is_closed_is_sealed_and_known_elsewhere(here: Workspace) -> None:
    [period] = all_closed(here.ledger)
    assert (period.period, period.manifest["statements"], period.manifest["lines"]) == (
        "appraisal-2026-09", 2, 2,
    )  # fmt: skip
    assert period.manifest["totals"] == {
        "floating_pay": "2200.0000",
        "bonus": "0.0000",
        "adjustments": "0.0000",
    }
    assert f"seal: {period.seal}" in (here.root / "seals" / "appraisal-2026-09.txt").read_text(
        encoding="utf-8"
    )
    proof = verify(here, paper_seals([f"appraisal-2026-09={period.seal[:16]}"]))
    assert proof.holds
    assert proof.witnesses == ["the warehouse", "seals"]


def test_commission_that_follows_the_grade_is_settled_when_it_is_closed(tmp_path: Path) -> None:
    """E1 with a B has nine tenths of September's, E2 with an A a fifth on top."""
    books = company()
    books.plan("rep", {"credit": {"event": "cash_received", "to": "owner"},
                       "rate": {"flat_pct": 10}},
               appraisal={"period": "month", "grades": {"A": 120, "B": 90}})  # fmt: skip
    for who in ("E1", "E2"):
        for number, day in enumerate(("2026-09-10", "2026-10-10")):
            books.invoice(f"I{who}{number}", who, "2026-09-01", 1000)
            books.cash(f"R{who}{number}", f"I{who}{number}", day, 1000)
    workspace = scored(books.write(tmp_path / "ws"), E1=70, E2=90)
    lines = (
        "select payee_id, period, sum(amount) from mart.commission_line where ledger = 'payable' "
        "group by all order by all"
    )
    tables = ("mart.commission_line", *NEEDED)
    earned = [(who, month, 100) for who in ("E1", "E2") for month in (MONTH, LATER)]
    assert asked(workspace, lines, tables) == earned
    closed_at(workspace, MONTH)
    assert asked(workspace, lines, tables) == sorted(
        [*earned, ("E1", "2026-11", -10), ("E2", "2026-11", 20)]
    )


def test_a_late_correction_is_an_adjustment_of_the_next_period_and_then_closed_with_it(
    here: Workspace,
) -> None:
    scored(here, E1=85, E2=90)
    results = ("select employee_id, period, score, grade, floating_pay, adjustments, is_closed "
               "from mart.appraisal_result order by period, employee_id")  # fmt: skip
    assert asked(here, results) == [
        ("E1", MONTH, 70, "B", 1000, 0, True), ("E2", MONTH, 90, "A", 1200, 0, True),
        ("E1", LATER, 85, "A", 1200, 200, False), ("E2", LATER, 90, "A", 1200, 0, False),
    ]  # fmt: skip
    second = closed_at(here, LATER, STARTED + dt.timedelta(hours=2))
    assert second.manifest["totals"]["adjustments"] == "200.0000"
    assert second.manifest["previous"] == Ledger(here.ledger, APPRAISAL).periods()[0].seal
    assert asked(here, results)[2] == ("E1", LATER, 85, "A", 1200, 200, True)
    assert asked(here, "select employee_id, posted_period, posted_amount, amount "
                       "from mart.appraisal_adjustment") == [("E1", "2026-11", 200, 0)]  # fmt: skip
    assert verify(here).holds


def test_pages_say_what_is_closed_what_is_computed_now_and_what_is_adjusted(
    here: Workspace,
) -> None:
    scored(here, E1=85, E2=90)
    with computed(here, STARTED + dt.timedelta(hours=1),
                  tables=(*NEEDED, *REPORTS["appraisal"].reads)) as session:  # fmt: skip
        pages = list(REPORTS["appraisal"].build(session.warehouse.con, AS_OF))
    text = {
        (page.reader.id, section.id): section.model_dump_json()
        for page in pages for section in page.sections
    }  # fmt: skip
    assert '"adjustments.headline"' in text["hr", "adjustments"]
    assert '"amount":"200.0000"' in text["hr", "adjustments"]
    assert '"form.open"' in text["E1", "person"]
    assert '"total.adjustment"' in text["E1", "total"]
    assert '"total.adjustment"' not in text["E2", "total"]
    book = pages[0].book
    assert book is not None
    rows_of = {sheet.id: list(sheet.rows()) for sheet in book.sheets}
    assert [(row[0], row[8], row[10], row[11].value) for row in rows_of["payroll"]] == [
        ("E1", 1200, 200, 1400), ("E2", 1200, 0, 1200),
    ]  # fmt: skip
    closed_at(here, LATER, STARTED + dt.timedelta(hours=2))
    scored(here, E1=60, E2=90)
    with computed(here, STARTED + dt.timedelta(hours=3),
                  tables=(*NEEDED, *REPORTS["appraisal"].reads)) as session:  # fmt: skip
        pages = list(REPORTS["appraisal"].build(session.warehouse.con, AS_OF))
    [form] = [page for page in pages if page.reader.id == "E1"]
    said = {section.id: section.model_dump_json() for section in form.sections}
    assert '"form.closed"' in said["person"]
    assert '"scorecard.closed"' in said["scorecard"]
    assert said["total"].index('"60.0000"') < said["total"].index('"total.closed"')
    assert said["total"].index('"total.closed"') < said["total"].index('"85.0000"')


def paid(workspace: Workspace, hours: int) -> list[tuple[Any, ...]]:
    """Employee, period, adjustment and what is to be paid, as the workbook for payroll lists it."""
    with computed(workspace, STARTED + dt.timedelta(hours=hours),
                  tables=(*NEEDED, *REPORTS["appraisal"].reads)) as session:  # fmt: skip
        book = next(iter(REPORTS["appraisal"].build(session.warehouse.con, AS_OF))).book
        assert book is not None
        [payroll] = [sheet for sheet in book.sheets if sheet.id == "payroll"]
        return [(row[0], row[4], row[10], row[11] and row[11].value) for row in payroll.rows()]


def test_payroll_lists_what_is_owed_to_who_left_and_to_who_is_held(here: Workspace) -> None:
    """E1 left after September, E2 has no score of October: one had 200 too little, one too much."""
    path = scored(here, E1=85, E2=70).root / "data" / "appraisal_input.csv"
    given = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in given if f"E2,{LATER}" not in line) + "\n",
                    encoding="utf-8")  # fmt: skip
    people = here.root / "data" / "employee.csv"
    with people.open(encoding="utf-8", newline="") as handle:
        found = list(csv.DictReader(handle))
    with people.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, found[0])
        writer.writeheader()
        writer.writerows(
            {**row, "leave_date": f"{MONTH}-30"} if row["employee_id"] == "E1" else row
            for row in found
        )
    written_at(here.root / "data", STARTED)
    owed = [("E2", LATER, -200, -200), ("E1", LATER, 200, 200)]
    assert paid(here, 1) == owed
    closed_at(here, LATER, STARTED + dt.timedelta(hours=2))
    assert paid(here, 3) == owed


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda root: (root / "appraisal-2026-09" / "lines.parquet").write_bytes(b"x"),
         "lines.parquet is not the file that was closed"),
        (lambda root: shutil.rmtree(root / "appraisal-2026-09"),
         "the ledger does not have the month any more"),
        (lambda root: (root / "appraisal-2026-09").rename(root / "appraisal-2026-10"),
         "the folder holds appraisal-2026-09: it was renamed"),
        (lambda root: (root / "appraisal-2026-09" / "documents.parquet").touch(),
         "documents.parquet was not closed with it"),
    ],
)  # fmt: skip
def test_a_changed_appraisal_is_found_by_verify_and_stops_the_next_run(
    here: Workspace, harm: Any, said: str
) -> None:
    harm(here.ledger)
    assert any(said in fault.what for fault in verify(here).faults)
    with pytest.raises(UserError, match="is not the ledger that is known: appraisal-2026"), \
            computed(here, tables=NEEDED):  # fmt: skip
        pass


def test_a_manifest_of_another_kind_is_no_appraisal(here: Workspace) -> None:
    path = here.ledger / "appraisal-2026-09" / "manifest.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**facts, "period": "2026-09"}, indent=2, ensure_ascii=False),
                    encoding="utf-8")  # fmt: skip
    assert any("files" in fault.what for fault in verify(here).faults)


def refused(session: Session, workspace: Workspace, period: str) -> list[str]:
    closed = Ledger(workspace.ledger, APPRAISAL).periods()
    return appraisal.refusals(session, closed, period, AS_OF)


def test_every_reason_against_closing_is_told(here: Workspace) -> None:
    path = scored(here, E1=70, E2=90).root / "data" / "appraisal_input.csv"
    path.write_text(path.read_text(encoding="utf-8")
                    + f"E2,{LATER},teamwork,often,L,2026-11-03\n", encoding="utf-8")  # fmt: skip
    (here.root / "data" / "appraisal_override.csv").write_text(
        "employee_id,period,field,before,after,reason,approved_by,decided_at\n"
        f"E1,{LATER},grade,A,B,slow,L,2026-11-04\n", encoding="utf-8",
    )  # fmt: skip
    (here.root / "data" / "appraisal_appeal.csv").write_text(
        "appeal_id,employee_id,period,status,reason,opened_at,decided_at,decided_by\n"
        f"A1,E2,{LATER},open,too low,2026-11-04,,\n"
        f"A2,E1,{LATER},rejected,too low as well,2026-11-04,2026-11-06,L\n", encoding="utf-8",
    )  # fmt: skip
    for period in (LATER, "2025-01"):
        with xlsxwriter.Workbook(str(path.with_name(f"attain-scores-{period}-L.xlsx"))) as book:
            book.add_worksheet("Sheet1").write_row(0, 0, ["Employee no.", "Score"])
    with computed(here, tables=NEEDED) as session:
        told = refused(session, here, LATER)
        assert told[0] == (
            "a decision about the grade of E1 (A → B) is not applied: stale, computed is B"
        )
        assert told[1] == "appeal A1 of E2 is open, to be answered by 2026-11-14: too low"
        assert told[2] == (
            "in quarantine, set it right first: data/appraisal_input.csv line 6: 'often' score is "
            "not a number · E2"
        )
        assert told[3].startswith(f"data/attain-scores-{LATER}-L.xlsx cannot be read: has no sheet")
        assert len(told) == 4
        assert refused(session, here, "2026-Q9") == [
            "nobody was appraised in 2026-Q9 as of 2026-11-15; the newest periods are "
            "2026-10, 2026-09"
        ]


def test_rows_of_another_period_stop_no_closing(here: Workspace) -> None:
    """Whenever they were written; a row whose own period cannot be read may be of any."""
    path = scored(here, E1=70, E2=90).root / "data" / "appraisal_input.csv"
    of_before = f"E2,2026-08,mood,often,L,{LATER}-02\n"
    path.write_text(path.read_text(encoding="utf-8") + of_before, encoding="utf-8")
    slips = "employee_id,slip_date,kind,points,reason,approved_by\n"
    late = slips + f"E1,2026-08-31,fault,2,{LATER},\n"
    (here.root / "data" / "appraisal_slip.csv").write_text(late, encoding="utf-8")
    with computed(here, tables=NEEDED) as session:
        assert refused(session, here, LATER) == []
    nobody_s = f"E2,,mood,70,L,{LATER}-02\n"
    path.write_text(path.read_text(encoding="utf-8") + nobody_s, encoding="utf-8")
    (here.root / "data" / "appraisal_slip.csv").write_text(
        late + f"E1,{LATER}-05,fault,2,rude,\n", encoding="utf-8"
    )
    with computed(here, tables=NEEDED) as session:
        told = refused(session, here, LATER)
        assert [one.removeprefix("in quarantine, set it right first: ") for one in told] == [
            "data/appraisal_input.csv line 7: period is missing · E2",
            "data/appraisal_slip.csv line 3: approved_by is missing · E1",
        ]


def test_what_is_dated_later_or_names_no_period_is_not_closed_over(here: Workspace) -> None:
    """A year mistyped, or a closing as of a day before the scores came: each would be left out."""
    path = scored(here, E1=70, E2=90).root / "data" / "appraisal_input.csv"
    path.write_text(path.read_text(encoding="utf-8")
                    + f"E2,{LATER},mood,70,L,2027-11-03\nE2,2026-12,mood,70,L,2027-01-03\n"
                    + "E1,2026年10月,mood,70,L,2026-11-03\n", encoding="utf-8")  # fmt: skip
    (here.root / "data" / "appraisal_override.csv").write_text(
        "employee_id,period,field,before,after,reason,approved_by,decided_at\n"
        f"E1,{LATER},grade,B,A,late,L,2026-11-16\nE2,2026-q4,grade,A,B,slow,L,2026-11-04\n",
        encoding="utf-8",
    )  # fmt: skip
    (here.root / "data" / "appraisal_appeal.csv").write_text(
        "appeal_id,employee_id,period,status,reason,opened_at\n"
        f"A1,E2,{LATER},open,too low,2026-11-20\n", encoding="utf-8",
    )  # fmt: skip
    (here.root / "data" / "agreed_target.csv").write_text(
        "employee_id,period,indicator,target,agreed_at,agreed_by\n"
        f"E1,{LATER},visits,9,2026-12-01,L\n", encoding="utf-8",
    )  # fmt: skip
    with computed(here, tables=(*NEEDED, "staging.agreed_target")) as session:
        told = refused(session, here, LATER)
        assert [one.partition(":")[0] for one in told] == [
            f"{what} for {LATER} is dated {day}, after the day of the run 2026-11-15"
            for what, day in [
                ("the decision on the grade of E1", "2026-11-16"),
                ("appeal A1 of E2", "2026-11-20"),
                ("the target visits of E1", "2026-12-01"), ("the score mood of E2", "2027-11-03"),
            ]
        ] + [
            "the score mood of E1 names the period '2026年10月', and there is none",
            "the decision on the grade of E2 names the period '2026-q4', and there is none",
        ]  # fmt: skip


def test_of_many_rows_that_cannot_be_read_it_is_told_how_many(here: Workspace) -> None:
    path = scored(here, E1=70, E2=90).root / "data" / "appraisal_input.csv"
    unread = [f"E2,{LATER},mood{n},often,L,2026-11-03\n" for n in range(7)]
    path.write_text(path.read_text(encoding="utf-8") + "".join(unread), encoding="utf-8")
    with computed(here, tables=NEEDED) as session:
        told = refused(session, here, LATER)
        assert sum(one.startswith("in quarantine") for one in told) == 5
        assert told[-1] == "2 more such rows; attain quarantine lists them all"


@pytest.mark.parametrize(
    ("period", "day"),
    [("2026-02", (2, 28)), ("2026-12", (12, 31)), ("2026-Q1", (3, 31)), ("2026-Q4", (12, 31)),
     ("2026-H1", (6, 30)), ("2026-H2", (12, 31)), ("2026", (12, 31))],
)  # fmt: skip
def test_a_period_ends_on_its_last_day(period: str, day: tuple[int, int]) -> None:
    assert last_day(period) == dt.date(2026, *day)


def test_a_period_is_closed_once(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.orchestration.execute.run",
                        lambda *_, **__: Outcome("run", AS_OF, changed=True))  # fmt: skip
    with pytest.raises(UserError, match="2026-09 is closed already"):
        close_period(here, MONTH, AS_OF, STARTED, "HR", kind=APPRAISAL)
    with pytest.raises(UserError, match="'September' is no period of an appraisal"):
        close_period(here, "September", AS_OF, STARTED, "HR", kind=APPRAISAL)
    said: list[str] = []
    close_period(here, LATER, AS_OF, STARTED, "HR", kind=APPRAISAL,
                 frozen=lambda one: said.append(one.period))  # fmt: skip
    assert said == ["appraisal-2026-10"]
