"""What could not be delivered, kept for `attain status` until the next delivery of its kind.

Belongs here: that file of attain's own folder. Does not belong here: why somebody gets nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from pipelines.delivery.access.problem import Problem
from pipelines.workspace.workspace import Workspace

_FILE = "delivery.json"


def keep(
    workspace: Workspace, what: str, day: dt.date, problems: Iterable[Problem], mark: str = ""
) -> None:
    """Keep what was told of a delivery (`folders`, `mail`) in place of what was kept before."""
    kept = {name: told for name, told in kept_problems(workspace).items() if name != what}
    told = [asdict(problem) for problem in problems]
    kept[what] = {"day": day.isoformat(), "mark": mark, "problems": told}
    path = workspace.state / _FILE
    waiting = path.with_suffix(".partial")
    waiting.write_text(json.dumps(kept, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    waiting.replace(path)


def kept_problems(workspace: Workspace) -> dict[str, Any]:
    """By kind of delivery: its day, and a sentence for each who was left out."""
    path = workspace.state / _FILE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def kept_mark(workspace: Workspace, what: str) -> str | None:
    """The mark that was kept with a delivery."""
    found = kept_problems(workspace).get(what)
    return str(found["mark"]) if found else None
