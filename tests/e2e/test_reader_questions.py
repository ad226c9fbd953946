"""Questions of assistants over the real protocol, held against `mart` by another way."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from pipelines.cli.main import cli
from pipelines.delivery.questions.receipt import read_receipt, write_receipt
from pipelines.policy.catalogue import Catalogue
from pipelines.policy.load import load_policies
from pipelines.workspace.workspace import open_workspace
from tests.support.laboratory import ROOT
from tests.support.questions import Asked, Assistants, Told, tell
from tests.support.runs import HandedOut, attain

DIRECTOR, LEAD, REP, OTHER_REP, FINANCE = "E001", "E006", "E023", "E024", "E079"
# one of each kind of KPI, unit and denominator; by company, unit, person and a cut of the company
ASKED = (
    "collections", "overdue_rate", "contract_amount", "avg_contract_value", "win_rate_count",
    "new_customers", "new_leads", "visits", "csat", "case_first_response_hours",
)  # fmt: skip
PERIODS = {
    "week": lambda day: f"{day.isocalendar().year}-W{day.isocalendar().week:02d}",
    "month": lambda day: f"{day:%Y-%m}",
    "quarter": lambda day: f"{day.year}-Q{(day.month + 2) // 3}",
    "year": lambda day: f"{day.year}",
    "mtd": lambda day: "MTD",
    "rolling_13w": lambda day: "13w" if day == dt.date(2026, 8, 17) else None,
}


@pytest.fixture(scope="module")
def assistants(handed_out: HandedOut) -> Iterator[Assistants]:
    of = Assistants(handed_out.root)
    yield of
    of.close()


@pytest.fixture(scope="module")
def catalogue(handed_out: HandedOut) -> Catalogue:
    return load_policies(open_workspace(handed_out.root)).catalogue


@pytest.fixture(scope="module")
def rows(handed_out: HandedOut) -> list[dict[str, Any]]:
    """Twenty rows of each KPI as anybody reads them from the database, drawn by lot."""
    lot, found = random.Random(21), []
    with duckdb.connect(str(handed_out.root / "mart" / "attain.duckdb"), read_only=True) as con:
        for kpi in ASKED:
            cursor = con.execute(
                f"select * from mart.kpi_value where kpi_id = '{kpi}' and scope_id <> '(none)'"
                "order by period_kind, period_start, scope_kind, scope_id"
            )
            names = [column[0] for column in cursor.description]
            every = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            known = [row for row in every if row["period_kind"] in PERIODS and _name(row)]
            told = [row for row in known if row["value"] is not None]
            found += lot.sample(told, 17) + lot.sample(known, 3)
    return found


def _name(row: dict[str, Any]) -> str | None:
    return PERIODS[row["period_kind"]](row["period_start"])


def questions(rows: list[dict[str, Any]], catalogue: Catalogue) -> list[Asked]:
    """In turn by id and by label, in Chinese and in English."""
    asked = []
    for row, way in zip(rows, cycle(("id", "zh", "en", "en")), strict=False):
        label = catalogue.kpis[row["kpi_id"]].label
        kpi = {"id": row["kpi_id"], "zh": label.zh, "en": label.en.upper()}[way]
        is_company = row["scope_kind"] == "company"
        scope = "company" if is_company else f"{row['scope_kind']}:{row['scope_id']}"
        words = {"kpi": kpi, "period": _name(row), "scope": scope}
        asked.append(("kpi_value", {**words, "language": "en" if way == "en" else "zh"}))
    return asked


def test_two_hundred_questions_are_answered_as_the_database_says(
    assistants: Assistants, rows: list[dict[str, Any]], catalogue: Catalogue
) -> None:
    asked = questions(rows, catalogue)
    told = assistants.ask(DIRECTOR, *asked)
    assert len(told) == 200
    assert {one[1]["language"] for one in asked} == {"zh", "en"}
    assert len({row["scope_kind"] for row in rows}) >= 4
    for row, (_, words), one in zip(rows, asked, told, strict=True):
        assert not one.refused, (words, one.refused)
        _is(one.answer, row, words["language"], catalogue)
        claim = read_receipt(one.answer["receipt"], assistants.key)
        assert claim is not None
        assert (claim.kpi_id, claim.value, claim.n) == (row["kpi_id"], row["value"], row["n"])
        assert claim.as_of == dt.date(2026, 11, 15)
    assert sum(one.answer["value"] is None for one in told) < 40


def _is(answer: dict[str, Any], row: dict[str, Any], language: str, catalogue: Catalogue) -> None:
    for told, column in (("value", "value"), ("numerator", "numerator"), ("n", "n"),
                         ("denominator", "denominator"), ("target", "target"),
                         ("previous", "previous_value")):  # fmt: skip
        said = answer[told]
        assert (None if said is None else Decimal(said)) == row[column], (row, told)
    assert (answer["scope"]["kind"], answer["scope"]["id"]) == (row["scope_kind"], row["scope_id"])
    assert answer["period"]["from"] == row["period_start"].isoformat()
    assert answer["as_of"] == "2026-11-15"
    kpi = catalogue.kpis[row["kpi_id"]]
    assert answer["definition"]["formula"] == getattr(kpi.formula, language)
    assert answer["quality"]["checks"] > 0
    assert (answer["no_data"] is None) == (row["value"] is not None)


def test_what_is_not_defined_is_refused_with_the_nearest(assistants: Assistants) -> None:
    told = assistants.ask(
        DIRECTOR,
        ("kpi_value", {"kpi": "overdue_ratio", "period": "2026-10", "language": "en"}),
        ("kpi_value", {"kpi": "回款金额", "period": "2026-10"}),
        ("define_kpi", {"kpi": "EBITDA 42", "language": "en"}),
        ("kpi_value", {"kpi": "collections", "period": "last Tuesday", "language": "en"}),
        ("kpi_value", {"kpi": "collections", "period": "2031-01", "language": "en"}),
    )  # fmt: skip
    assert all(one.refused for one in told)
    assert 'No KPI is called "overdue_ratio". The nearest are overdue_rate' in told[0].refused
    assert "没有名为“回款金额”的指标" in told[1].refused
    assert "collections" in told[1].refused
    assert "EBITDA 42" in told[2].refused
    assert "expected a week 2026-W46" in told[3].refused
    assert "nothing is computed for 2031-01" in told[4].refused


def test_a_reader_is_told_their_own_and_of_others_not_even_that_they_are_there(
    assistants: Assistants,
) -> None:
    month = {"kpi": "collections", "period": "2026-10", "language": "en"}
    foreign = ("company", f"rep:{OTHER_REP}", OTHER_REP, "region:R-EAST", "rep:E999")
    asked = [("kpi_value", {**month, "scope": scope}) for scope in (f"rep:{REP}", *foreign)]
    own, *others = assistants.ask(REP, *asked)
    assert own.answer["scope"]["id"] == REP
    assert "failed" not in own.answer["quality"]  # sentences of checks name others' rows
    sentences = {
        one.refused.replace(scope, "…") for scope, one in zip(foreign, others, strict=True)
    }
    assert len(sentences) == 1
    assert 'nothing called "…"' in sentences.pop()


def test_subjects_of_policy_hold_for_questions_too(assistants: Assistants) -> None:
    """A lead sees the team's deals, not its commission; finance sees commission, not appraisal."""
    of_team = {"period": "2026-10", "scope": f"rep:{REP}", "language": "en"}
    commission = {**of_team, "kpi": "commission_earned"}
    appraisal = {**of_team, "kpi": "appraisal_score", "period": "2026-Q3"}
    lead = assistants.ask(LEAD, ("kpi_value", commission), ("list_kpis", {}))
    finance = assistants.ask(FINANCE, ("kpi_value", commission), ("kpi_value", appraisal))
    assert lead[0].refused
    assert lead[1].answer["kpis"]
    assert finance[0].answer["value"] is not None
    assert finance[1].refused


def test_rows_changes_and_reports_are_the_reader_s(
    handed_out: HandedOut, assistants: Assistants
) -> None:
    rows, changed, reports, others = assistants.ask(
        REP,
        ("explain_value", {"kpi": "collections", "period": "2026-Q3", "scope": REP, "limit": 3}),
        ("what_changed", {"period": "2026-Q3", "scope": "本人", "most": 5}),
        ("list_reports", {"earlier": True}),
        ("list_reports", {"report": "director_weekly"}),
    )  # fmt: skip
    assert rows.answer["rows_add_up"] is True
    assert rows.answer["row_count"] >= len(rows.answer["rows"]) == 3
    assert all(row["owner"] == REP and row["line"] > 1 for row in rows.answer["rows"])
    assert {one["scope"]["id"] for one in changed.answer["changed"]} == {REP}
    moved = [abs(Decimal(one["change"]) / Decimal(one["previous"]))
             for one in changed.answer["changed"]]  # fmt: skip
    assert moved == sorted(moved, reverse=True)
    assert len(moved) > 1
    pages = [one["page"] for one in reports.answer["reports"]]
    assert pages
    assert all((handed_out.of(REP) / page).is_file() for page in pages)
    assert others.answer == {"reports": [], "in_all": 0}


def test_a_process_answers_and_its_receipt_is_proven(handed_out: HandedOut) -> None:
    words = ["-m", "pipelines.cli.main", "mcp", "--reader", FINANCE, "-w", str(handed_out.root),
             "--on", "2026-11-16"]  # fmt: skip
    process = StdioServerParameters(command=sys.executable, args=words, cwd=ROOT)
    asked: Asked = ("kpi_value", {"kpi": "逾期率", "period": "2026-10"})

    async def session() -> tuple[set[str], Told]:
        async with Client(process) as client:
            tools = (await client.list_tools()).tools
            assert all(one.annotations and one.annotations.read_only_hint for one in tools)
            return {one.name for one in tools}, (await tell(client, [asked]))[0]

    tools, told = asyncio.run(session())
    assert tools == {"list_kpis", "define_kpi", "kpi_value", "explain_value", "list_reports",
                     "what_changed", "verify_receipt"}  # fmt: skip
    assert told.answer["kpi"] == "overdue_rate", told
    receipt = told.answer["receipt"]
    done = attain("verify-receipt", receipt, "-w", str(handed_out.root), "--json")
    assert done.returncode == 0, done.stderr
    proof = json.loads(done.stdout)
    assert proof["is_true"] is True
    assert proof["says"]["value"] == told.answer["value"]
    assert proof["rows_add_up"] is True


def test_a_receipt_of_another_value_says_what_differs(
    handed_out: HandedOut, assistants: Assistants
) -> None:
    asked: Asked = ("kpi_value", {"kpi": "collections", "period": "2026-10"})
    given = assistants.ask(FINANCE, asked)[0].answer
    key = assistants.key
    claim = read_receipt(given["receipt"], key)
    assert claim is not None and claim.value is not None
    earlier = _earlier(claim, claim.value - 1)
    receipt = write_receipt(earlier, key)
    done = CliRunner().invoke(cli, ["verify-receipt", receipt, "-w", str(handed_out.root)])
    assert done.exit_code == 1
    assert f"value: the receipt says {earlier.value:f}".rstrip("0") in done.stdout
    assert f"now {given['value']}" in done.stdout
    assert "as_of: the receipt says 2026-11-08, now 2026-11-15" in done.stdout
    told = assistants.ask(FINANCE, ("verify_receipt", {"receipt": receipt}))[0].answer
    assert told["is_true"] is False
    hidden = assistants.ask(REP, ("verify_receipt", {"receipt": receipt}))[0]
    assert hidden.refused and not hidden.answer


def _earlier(claim: Any, value: Decimal) -> Any:
    from dataclasses import replace

    return replace(claim, value=value, numerator=value, as_of=dt.date(2026, 11, 8))


def test_every_question_is_noted_with_its_reader(
    handed_out: HandedOut, assistants: Assistants
) -> None:
    known, unknown = ("define_kpi", {"kpi": "collections"}), ("define_kpi", {"kpi": "no such"})
    assistants.ask(REP, known, unknown)
    lines = (handed_out.root / Path("portal", "audit.jsonl")).read_text(encoding="utf-8")
    told = [json.loads(line) for line in lines.splitlines()][-2:]
    assert [(one["what"], one["reader"], one["path"]) for one in told] == [
        ("answered", REP, "define_kpi collections"),
        ("refused an answer", REP, "define_kpi no such"),
    ]
