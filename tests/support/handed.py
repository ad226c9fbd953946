"""The sample's readers on a Monday: who they are, a copy of their workspace, and what is mailed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from starlette.testclient import TestClient

from pipelines.cli.main import cli
from tests.support.runs import HandedOut

MONDAY = ("--on", "2026-11-16")
POLICY = """
mail:
  server: 127.0.0.1
  port: {port}
  security: none
  sender: reports@haiyue.example
  sender_name: 海岳报告
  pages_at: https://reports.haiyue.example/
  unsubscribe: mailto:it@haiyue.example
  retry_seconds: [0]
  english: [E001]
"""


@dataclass(frozen=True)
class People:
    """Readers by id with their address, and a page that each has alone."""

    address: Mapping[str, str]
    own_page: Mapping[str, str]


def people_of(handed_out: HandedOut) -> People:
    """Everybody who has a folder and an address; more than sixty."""
    told = json.loads((handed_out.root / ".attain" / "readers.json").read_text(encoding="utf-8"))
    address = {who: of["email"] for who, of in told["readers"].items() if of["email"]}
    own_page = {}
    for who in address:
        pages = sorted(handed_out.of(who).glob(f"*/{who}/*.en.html"))
        if pages:
            own_page[who] = pages[0].relative_to(handed_out.of(who)).as_posix()
    assert len(own_page) >= 60
    return People(address, own_page)


def reads_their_own(
    browser: TestClient, who: str, enter: Callable[[TestClient, str], Any], people: People, of: str
) -> None:
    """Nobody is in before they sign in; then on their own pages, and not on those `of` another."""
    assert browser.get(f"/{people.own_page[who]}").status_code == 303, "not signed in yet"
    answer = enter(browser, who)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/"), who
    reads(browser, who, people, of)


def reads(browser: TestClient, who: str, people: People, of: str) -> None:
    """The landing page and a report of their own, and nothing `of` another."""
    assert browser.get("/").status_code == 200, who
    assert browser.get(f"/{people.own_page[who]}").status_code == 200, who
    assert browser.get(f"/{people.own_page[of]}").status_code == 404, (who, of)


def another_monday(handed_out: HandedOut, folder: Path) -> Path:
    """The workspace at another place, as if nobody had been mailed or had signed in yet."""
    root = folder / "ws"
    left_out = shutil.ignore_patterns("outbox", "portal", "portal.yaml", "delivery.yaml")
    shutil.copytree(handed_out.root, root, copy_function=os.link, symlinks=True, ignore=left_out)
    return root


def served_by(root: Path, port: int, more: str = "") -> Path:
    """A workspace whose mail goes to a port."""
    text = POLICY.format(port=port) + more
    (root / "policy" / "delivery.yaml").write_text(text, encoding="utf-8")
    return root


def send(root: Path, *more: str) -> dict[str, Any]:
    """The command in this process; a mistake of usage is raised."""
    done = CliRunner().invoke(cli, ["send", "-w", str(root), *MONDAY, "--json", *more])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "code": done.exit_code}
