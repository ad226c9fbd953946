"""An assistant's session over the real protocol, and what it is told."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp import Client

from pipelines.delivery.portal.audit import FILE, Audit
from pipelines.delivery.questions.desk import Desk
from pipelines.delivery.questions.receipt import KEY
from pipelines.delivery.questions.server import server
from pipelines.workspace.secret import secret
from pipelines.workspace.workspace import open_workspace

DAY = dt.date(2026, 11, 16)
NOW = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Told:
    """An answer, or the sentence that was said in its place."""

    answer: dict[str, Any]
    refused: str = ""


Asked = tuple[str, dict[str, Any]]


async def tell(client: Client, asked: Iterable[Asked]) -> list[Told]:
    """Ask one question after the other."""
    told = []
    for tool, words in asked:
        found = await client.call_tool(tool, words)
        if found.is_error:
            told.append(Told({}, found.content[0].text))
        else:
            told.append(Told(found.structured_content))
    return told


class Assistants:
    """Readers' assistants, each at a desk in this process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._desks: dict[str, Desk] = {}

    @property
    def key(self) -> bytes:
        return secret(self.root / KEY)

    def ask(self, who: str, *asked: Asked) -> list[Told]:
        """What a reader's assistant is told, question by question."""
        if who not in self._desks:
            self._desks[who] = Desk(open_workspace(self.root), who, lambda: DAY)
        made = server(self._desks[who], self.key, Audit(self.root / FILE, lambda: NOW))

        async def session() -> list[Told]:
            async with Client(made) as client:
                return await tell(client, asked)

        return asyncio.run(session())

    def close(self) -> None:
        for desk in self._desks.values():
            desk.close()
