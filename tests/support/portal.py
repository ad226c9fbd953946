"""A portal over folders of a few files, with a clock that a test moves."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from pipelines.delivery.portal.app import application
from pipelines.delivery.portal.open import portal_parts
from pipelines.delivery.portal.passwords import FILE
from pipelines.workspace.workspace import Workspace, open_workspace

PASSWORD = "correct horse battery"
NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Served:
    """A workspace whose portal is asked without a network."""

    root: Path
    clock: Clock = field(default_factory=Clock)
    now: dt.datetime = NOW

    @property
    def workspace(self) -> Workspace:
        return open_workspace(self.root)

    def client(self, address: str = "10.0.0.9", root_path: str = "", **headers: str) -> TestClient:
        """A browser somewhere; it keeps its own cookies."""
        app = application(portal_parts(self.workspace, lambda: self.now, self.clock))
        return self.another(app, address, root_path, **headers)

    @staticmethod
    def another(app: Any, address: str, root_path: str = "", **headers: str) -> TestClient:
        return TestClient(
            app, base_url="https://portal.example", client=(address, 5000), root_path=root_path,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            follow_redirects=False,
        )  # fmt: skip

    def audit(self) -> list[dict[str, Any]]:
        text = (self.root / "portal" / "audit.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def serve(root: Path, readers: dict[str, dict[str, str]], policy: str = "{}") -> Served:
    """A workspace with the folder of each reader: files by path."""
    (root / "policy").mkdir(parents=True)
    (root / "attain.yaml").write_text("name: {zh: 甲公司, en: Alpha}\n", encoding="utf-8")
    (root / "policy" / "portal.yaml").write_text(policy, encoding="utf-8")
    give_folders(root, readers)
    (root / FILE).parent.mkdir()
    give_passwords(root, readers)
    return Served(root)


def give_passwords(root: Path, readers: Iterable[str]) -> None:
    """One password for all, whose hash is quick to try."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    (root / FILE).write_text("".join(f"{who}:{quick}\n" for who in readers), encoding="utf-8")


def give_folders(root: Path, readers: dict[str, dict[str, str]], **days: dict[str, str]) -> None:
    """The folder of each reader, as if `attain readers` had written them; days by reader."""
    told: dict[str, Any] = {"set": "one", "readers": {}}
    for who, files in readers.items():
        folder = root / "reports" / "readers" / "published" / "one" / who
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        told["readers"][who] = {"folder": who, "name": f"{who} name", "email": f"{who}@a.example"}
        told["readers"][who] |= days.get(who, {})
    (root / ".attain").mkdir(exist_ok=True)
    (root / ".attain" / "readers.json").write_text(json.dumps(told), encoding="utf-8")


def sign_in(client: TestClient, who: str, password: str = PASSWORD, to: str = "") -> Any:
    """Fill the form as a browser does; the answer to what was sent."""
    form = client.get("/sign-in", params={"to": to} if to else None)
    found = dict(re.findall(r'name="(token|to)" value="([^"]*)"', form.text))
    return client.post("/sign-in", data={**found, "reader": who, "password": password})


def ask_for_link(client: TestClient, name: str, **headers: str) -> Any:
    """Ask for a link by mail as a browser does; the answer to what was sent."""
    token = _token(client.get("/sign-in").text)
    return client.post("/sign-in-link", data={"token": token, "reader": name}, headers=headers)


def use_link(client: TestClient, link: str) -> Any:
    """Open a link and press its button."""
    page = client.get(link)
    assert page.status_code == 200
    return client.post(link, data={"token": _token(page.text)})


def links_in(texts: Iterable[str]) -> list[str]:
    """The links that mails hold, as their readers see them."""
    return [re.findall(r"https://portal\.example(/link/\S+)", text)[0] for text in texts]


def _token(form: str) -> str:
    return re.findall(r'name="token" value="([^"]*)"', form)[0]


def statuses(
    app: Any, address: str, headers: dict[str, str], paths: Iterable[str]
) -> dict[str, int]:
    """What an application answers to each path, asked directly: thousands in a moment."""

    async def ask(path: str) -> int:
        told: list[int] = []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                told.append(message["status"])

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http", "method": "HEAD", "path": path, "raw_path": path.encode(),
            "query_string": b"", "root_path": "", "scheme": "https", "http_version": "1.1",
            "client": (address, 5000), "server": ("portal.example", 443),
            "asgi": {"version": "3.0"},
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        await app(scope, receive, send)
        return told[0]

    async def all_of_them() -> dict[str, int]:
        return {path: await ask(path) for path in paths}

    return asyncio.run(all_of_them())
