"""The real page and daemon, as `attain ui` starts them: a schedule's tick and a dropped file each
lead to published reports; a broken policy and a half-written file stop nothing but their own run.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.daemon

DEALS = """opportunity_id,owner_id,name,created_at,stage,outcome,amount,currency,closed_at
O1,E1,A,2026-09-01,qualification,open,1000,CNY,
O2,E1,B,2026-09-02,proposal,open,2000,CNY,
O3,E1,C,2026-09-03,order,won,3000,CNY,2026-10-03
"""
PATIENCE_SECONDS = 420


class Page:
    """The orchestrator's page and what it is asked, as a browser asks it."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.url = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            self.url, body, {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = json.load(answer)
        assert "errors" not in found, found
        data: dict[str, Any] = found["data"]
        return data

    def is_up(self) -> bool:
        try:
            return bool(self.ask("{ version }"))
        except OSError:
            return False

    def location(self) -> dict[str, str]:
        nodes = self.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name "
                         "location { name } } } } }")["repositoriesOrError"]["nodes"]  # fmt: skip
        return {"repositoryName": nodes[0]["name"],
                "repositoryLocationName": nodes[0]["location"]["name"]}  # fmt: skip

    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(
            "{ runsOrError { ... on Runs { results "
            "{ runId jobName status tags { key value } } } } }"
        )["runsOrError"]["results"]
        return found

    def finished(self, job: str, count: int = 1) -> list[dict[str, Any]]:
        ended = ("SUCCESS", "FAILURE", "CANCELED")
        found = [r for r in self.runs() if r["jobName"] == job and r["status"] in ended]
        return found if len(found) >= count else []

    def wait(self, what: Callable[[], Any]) -> Any:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            found = what()
            if found:
                return found
            time.sleep(1)
        raise AssertionError(f"not within {PATIENCE_SECONDS} s; runs: {self.runs()}")

    def first_line(self, run_id: str) -> str:
        """What the page shows first of a run that failed."""
        events = self.ask(
            "query Q($id: ID!) { runOrError(runId: $id) { ... on Run { eventConnection { events { "
            "... on ExecutionStepFailureEvent { failureMetadata { description } "
            "error { message } } } } } } }", id=run_id,
        )["runOrError"]["eventConnection"]["events"]  # fmt: skip
        told = [event["failureMetadata"]["description"]
                for event in events if event.get("failureMetadata")]  # fmt: skip
        return str(told[0]) if told else ""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    root = tmp_path_factory.mktemp("company")
    raw = root / "data" / "canonical"
    raw.mkdir(parents=True)
    (raw / "opportunity.csv").write_text(DEALS, encoding="utf-8")
    (root / "attain.yaml").write_text(
        "name: {zh: 甲, en: A}\nreports: [director_weekly, sales_ops]\nas_of: 2026-11-15\n"
        "inputs: [{path: data/canonical, format: canonical}]\n"
        'run_at: {week: "* * * * *"}\n',  # a tick within the test
        encoding="utf-8",
    )
    port = free_port()
    with (root / "ui.log").open("w") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "ui", "-w", str(root), "--port", str(port)],
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            found = Page(root, port)
            found.wait(found.is_up)
            yield found
        finally:
            os.killpg(started.pid, signal.SIGINT)
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)


def start(page: Page, kind: str, name: str) -> None:
    """Switch a schedule or sensor on, as its toggle on the page does."""
    at = page.location()
    if kind == "schedule":
        page.ask(
            "mutation S($s: ScheduleSelector!) { startSchedule(scheduleSelector: $s) { __typename "
            "... on PythonError { message } } }", s={**at, "scheduleName": name},
        )  # fmt: skip
    else:
        page.ask(
            "mutation S($s: SensorSelector!) { startSensor(sensorSelector: $s) { __typename "
            "... on PythonError { message } } }", s={**at, "sensorName": name},
        )  # fmt: skip


def report(page: Page) -> str:
    found = sorted((page.root / "reports" / "latest" / "director_weekly").rglob("*.en.html"))
    return found[-1].read_text(encoding="utf-8") if found else ""


def test_a_dropped_file_leads_to_published_reports(page: Page) -> None:
    start(page, "sensor", "exports_arrived")
    (run,) = page.wait(lambda: page.finished("refresh"))
    assert run["status"] == "SUCCESS", page.first_line(run["runId"])
    assert report(page)
    before = (page.root / "reports" / "latest").resolve()
    dropped = page.root / "data" / "canonical" / "opportunity.csv"
    dropped.write_text(DEALS.replace("3000", "4000"), encoding="utf-8")
    page.wait(lambda: page.finished("refresh", 2))
    assert (page.root / "reports" / "latest").resolve() != before


def test_a_broken_policy_fails_its_run_in_one_line_and_the_next_works(page: Page) -> None:
    shown = report(page)
    policy = page.root / "policy" / "terms.yaml"
    policy.parent.mkdir()
    policy.write_text("no_such_term: 1\n", encoding="utf-8")
    done = len(page.finished("refresh"))
    dropped = page.root / "data" / "canonical" / "opportunity.csv"
    dropped.write_text(DEALS.replace("3000", "5000"), encoding="utf-8")
    failed = page.wait(lambda: page.finished("refresh", done + 1))[0]
    assert failed["status"] == "FAILURE"
    assert "policy/terms.yaml" in page.first_line(failed["runId"])
    assert report(page) == shown
    policy.unlink()
    dropped.write_text(DEALS.replace("3000", "6000"), encoding="utf-8")
    well = page.wait(lambda: page.finished("refresh", done + 2))[0]
    assert well["status"] == "SUCCESS", page.first_line(well["runId"])


def test_a_tick_of_the_schedule_writes_the_week_before(page: Page) -> None:
    start(page, "schedule", "monday_morning")
    run = page.wait(lambda: page.finished("weekly"))[0]
    assert run["status"] == "SUCCESS", page.first_line(run["runId"])
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    assert tags["dagster/partition"] == tags["attain/as_of"]
    catalogue = json.loads((page.root / "reports" / "latest" / "edition.json").read_text("utf-8"))
    assert catalogue["as_of"] == tags["attain/as_of"]
