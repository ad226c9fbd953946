"""An empty warehouse with every table in its real shape, for tests of single SQL models.

`given` puts rows into tables, `result` runs a model's SQL over them. Columns left out are null.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.models import shape
from pipelines.models.catalog import all_models
from pipelines.models.shape import fill_empty
from pipelines.onboarding.scaffold import copy_examples
from pipelines.policy.load import Policies, load_policies
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.model import Model
from pipelines.workspace.workspace import Workspace, open_workspace

AS_OF = shape.AS_OF
ROOT = Path(__file__).parents[2]
Row = Mapping[str, Any]


@cache
def shipped() -> tuple[Workspace, Policies]:
    """The sample company's workspace and its policies."""
    workspace = open_workspace(ROOT)
    return workspace, load_policies(workspace)


@cache
def models() -> dict[str, Model]:
    """Every SQL model by name, in the order in which they are built."""
    return {model.name: model for model in all_models(shipped()[1])}


def make_workspace(root: Path, raw: Path) -> Workspace:
    """The sample company's workspace at another place, over the exports in `raw`."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "sources", root / "sources")
    copy_examples(root / "policy")
    settings = (ROOT / "attain.yaml").read_text(encoding="utf-8")
    (root / "attain.yaml").write_text(
        settings.replace("path: data/raw", f"path: {raw}"), encoding="utf-8"
    )
    return open_workspace(root)


class Laboratory:
    """A warehouse in memory; each test gets it empty but for policies, calendar and periods."""

    KEPT = ("core.calendar", "core.period", "core.period_variant", "core.period_day")

    def __init__(self) -> None:
        self.con = duckdb.connect(config={"threads": 1})  # five rows: a second thread only waits
        self._shapes: dict[str, dict[str, str]] = {}
        self.warehouse = Warehouse(self.con, Path(":memory:"))
        fill_empty(self.warehouse, *shipped(), company_id="C")

    def given(self, table: str, rows: Sequence[Row]) -> Laboratory:
        """Replace the rows of a table."""
        columns = self._columns(table.replace('"', ""))
        schema, name = table.replace('"', "").split(".")
        self._empty(f'{schema}."{name}"', columns)
        for row in rows:
            unknown = set(row) - set(columns)
            assert not unknown, f"{table} has no column {sorted(unknown)}"
            names = ", ".join(f'"{key}"' for key in row)
            marks = ", ".join(f"cast(? as {columns[key]})" for key in row)
            self.con.execute(
                f'insert into {schema}."{name}" ({names}) values ({marks})',
                [str(v) if isinstance(v, Decimal) else v for v in row.values()],
            )
        return self

    def _columns(self, table: str) -> dict[str, str]:
        """Types by column; a table keeps its shape, and asking takes longer than most tests."""
        if table not in self._shapes:
            found = self.con.execute(
                "select column_name, data_type from information_schema.columns "
                "where table_schema = ? and table_name = ?",
                table.split("."),
            )
            self._shapes[table] = dict(found.fetchall())
        return self._shapes[table]

    def _is_view(self, table: str) -> bool:
        found = self.con.execute(
            "select table_type from information_schema.tables "
            "where table_schema = ? and table_name = ?",
            table.split("."),
        ).fetchone()
        return found == ("VIEW",)

    def _empty(self, table: str, columns: Mapping[str, str]) -> None:
        """A view is replaced by a table of its shape, so that rows can be put into it."""
        body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        plain = table.replace('"', "")
        if plain in models() and models()[plain].is_view and self._is_view(plain):
            self.con.execute(f"drop view {table}")
            self.con.execute(f"create table {table} ({body})")
        self.con.execute(f"delete from {table}")

    def as_of(self, day: dt.date) -> Laboratory:
        """Move the day of the report, and the periods with it."""
        self.con.execute(
            "update core.parameter set as_of_date = ?, as_of_end = ?",
            [day, dt.datetime.combine(day + dt.timedelta(days=1), dt.time())],
        )
        for name in ("core.period", "core.period_variant", "core.period_day", "core.period_part",
                     "core.period_reference", "receivables.balance_calendar"):  # fmt: skip
            self.build(name)
        return self

    def build(self, *names: str) -> Laboratory:
        """Build models from the rows given, in the order named."""
        for name in names:
            kind = "view" if models()[name].is_view else "table"
            self.con.execute(f"create or replace {kind} {name} as {models()[name].sql}")
        return self

    def result(self, name: str, order: str = "all") -> list[dict[str, Any]]:
        """The rows a model gives from what its inputs hold now."""
        return self.query(f"select * from ({models()[name].sql}) order by {order}")

    def query(self, sql: str) -> list[dict[str, Any]]:
        cursor = self.con.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def pick(rows: Sequence[Row], *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of some rows, as tuples that compare with what a test expects."""
    return [tuple(row[column] for column in columns) for row in rows]
