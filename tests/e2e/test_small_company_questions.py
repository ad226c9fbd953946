"""Questions of a small company: hostile ones, ones without data, and receipts over a later run."""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.questions import Assistants, Told
from tests.support.runs import attain, run

LONG = "x" * 1_000_000


@pytest.fixture(scope="module")
def assistants(
    small_company: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistants]:
    root = tmp_path_factory.mktemp("asked") / "ws"
    shutil.copytree(small_company, root, copy_function=os.link, symlinks=True)
    found = Assistants(root)
    yield found
    found.close()


def value(of: Assistants, **words: object) -> Told:
    asked = {"kpi": "collections", "period": "2026-10", "scope": "me", "language": "en", **words}
    return of.ask("E1", ("kpi_value", asked))[0]


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("kpi_value", {"kpi": LONG, "period": "2026-10"}),
        ("kpi_value", {"kpi": "collections", "period": LONG}),
        ("kpi_value", {"kpi": "collections", "period": "2026-10", "scope": LONG}),
        ("define_kpi", {"kpi": LONG}),
        ("list_kpis", {"about": LONG}),
        ("list_reports", {"report": LONG}),
        ("what_changed", {"period": "2026-10", "scope": LONG}),
        ("explain_value", {"kpi": LONG, "period": LONG, "scope": LONG}),
        ("verify_receipt", {"receipt": f"attain1.{LONG}.{LONG}"}),
    ],
)
def test_a_word_that_is_longer_than_any_is_refused_at_once_and_not_repeated(
    assistants: Assistants, tool: str, words: dict[str, object]
) -> None:
    """Likeness to each KPI is measured sign by sign: a million signs would hold everybody up."""
    began = time.monotonic()
    (told,) = assistants.ask("E1", (tool, words))
    assert time.monotonic() - began < 5
    assert "characters" in told.refused
    assert len(told.refused) < 2_000


@pytest.mark.parametrize(
    "period", ["9999", "9999-Q4", "9999-12", "9999-12-31", "9999-W52", "FY9999", "0001", "1999-W01"]
)
def test_a_period_without_data_is_a_sentence_and_never_0(
    assistants: Assistants, period: str
) -> None:
    said = value(assistants, period=period).refused
    assert f"nothing is computed for {period}" in said


def test_a_kpi_whose_export_is_missing_has_no_data_and_says_which(assistants: Assistants) -> None:
    told = value(assistants, kpi="nps").answer
    assert told["value"] is None
    assert "Missing export" in told["no_data"]


@pytest.mark.parametrize(
    "words",
    [
        {"kpi": "collections'; drop table mart.kpi_value; --"},
        {"kpi": "__class__"},
        {"kpi": "a\0b\u202e"},
        {"scope": "rep:E2' or 1=1 --"},
        {"scope": "me' or '1'='1"},
        {"scope": "rep:E2"},
        {"scope": "company"},
        {"scope": "rep:NOBODY"},
        {"period": "2026-10' or period_kind = 'year"},
    ],
)
def test_what_is_not_the_reader_s_or_is_none_changes_and_tells_nothing(
    assistants: Assistants, words: dict[str, object]
) -> None:
    before = value(assistants).answer
    assert before["value"] == "500"
    told = value(assistants, **words)
    assert told.answer == {}
    assert told.refused
    assert "500" not in told.refused
    assert value(assistants).answer == before


def test_a_receipt_is_true_until_a_run_finds_otherwise_and_with_any_sign_changed_is_none(
    small_company: Path, tmp_path: Path
) -> None:
    root = tmp_path / "ws"
    shutil.copytree(small_company, root, copy_function=shutil.copy2, symlinks=True)
    of = Assistants(root)
    october, november = (
        value(of, period=month).answer["receipt"] for month in ("2026-10", "2026-11")
    )
    of.close()

    def proof(receipt: str) -> tuple[int, dict[str, object]]:
        done = attain("verify-receipt", receipt, "-w", str(root), "--json")
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout else {"none": done.stderr}

    assert proof(october)[0] == proof(november)[0] == 0
    for place in (0, 8, 40, len(october) // 2, len(october) - 30, len(october) - 1):
        other = "A" if october[place] != "A" else "B"
        code, told = proof(october[:place] + other + october[place + 1 :])
        assert (code, list(told)) == (1, ["none"])
        assert "no receipt of this workspace" in str(told["none"])
    with (root / "data" / "receipt.csv").open("a", newline="", encoding="utf-8") as file:
        header = (root / "data" / "receipt.csv").read_text(encoding="utf-8").splitlines()[0]
        row = {"receipt_id": "LATE", "customer_id": "K", "received_date": "2026-10-20",
               "cleared_date": "2026-10-20", "amount": "40"}  # fmt: skip
        csv.DictWriter(file, header.split(",")).writerow(row)
    with (root / "data" / "receipt_allocation.csv").open("a", newline="", encoding="utf-8") as file:
        header = (
            (root / "data" / "receipt_allocation.csv").read_text(encoding="utf-8").splitlines()[0]
        )
        row = {"receipt_id": "LATE", "invoice_id": "IE1", "allocated_date": "2026-10-20",
               "amount": "40"}  # fmt: skip
        csv.DictWriter(file, header.split(",")).writerow(row)
    assert run(root, "--as-of", "2026-11-16")["exit_code"] == 0
    code, told = proof(october)
    assert (code, told["is_true"]) == (1, False)
    assert {"what": "value", "said": "500", "now": "540"} in told["differences"]  # type: ignore[operator]
    assert {"what": "as_of", "said": "2026-11-15", "now": "2026-11-16"} in told["differences"]  # type: ignore[operator]
    code, told = proof(november)  # nothing moved there but the day
    assert (code, told["is_true"], told["differences"]) == (0, True, [])
