"""Canonical files in a workspace of their own, through the real pipeline to published tables."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from pipelines.models.catalog import all_models, ancestors
from pipelines.run import steps
from pipelines.run.session import open_session
from pipelines.workspace.workspace import open_workspace
from tests.support.laboratory import ROOT

STARTED = dt.datetime(2026, 11, 16)
Row = dict[str, Any]


class Published:
    """What a run made of the files."""

    def __init__(self, root: Path, wanted: Sequence[str]) -> None:
        self.root, self.wanted = root, wanted

    def policy(self, name: str, **changes: Any) -> Published:
        """The shipped policy file with some keys changed."""
        text = (ROOT / "policy" / name).read_text(encoding="utf-8")
        (self.root / "policy").mkdir(exist_ok=True)
        changed = yaml.safe_dump({**yaml.safe_load(text), **changes}, allow_unicode=True)
        (self.root / "policy" / name).write_text(changed, encoding="utf-8")
        return self

    def files(self, **tables: Sequence[Row]) -> Published:
        """Write one canonical CSV a table; fields left out of a row are empty."""
        for path in (self.root / "data").glob("*.csv"):
            path.unlink()
        for table, rows in tables.items():
            names = list(dict.fromkeys(name for row in rows for name in row))
            with (self.root / "data" / f"{table}.csv").open("w", encoding="utf-8") as file:
                writer = csv.DictWriter(file, names)
                writer.writeheader()
                writer.writerows(rows)
        return self

    def run(self, as_of: str, *queries: str) -> list[list[Row]]:
        """Land, stage and compute what the tables wanted need; the rows of each query."""
        day = dt.date.fromisoformat(as_of)
        with open_session(open_workspace(self.root), day, STARTED, "test") as session:
            steps.land(session)
            steps.stage(session)
            steps.policies(session)
            for model in ancestors(all_models(session.policies), self.wanted):
                steps.build(session, model)
            return [session.warehouse.rows(query) for query in queries]


def published(root: Path, *wanted: str) -> Published:
    """An empty workspace whose runs compute the tables wanted."""
    (root / "data").mkdir(parents=True)
    (root / "attain.yaml").write_text(
        "name: {zh: 甲, en: A}\ninputs: [{path: data, format: canonical}]\n", encoding="utf-8"
    )
    return Published(root, wanted)
