"""Files do not grow with the number of runs: what is replaced makes room for what comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.run import steps
from pipelines.sources.contract import contact_columns
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.model import Model
from pipelines.warehouse.published import PublishedCopy

TABLES = 60
WEEKS = 3


def week_of(number: int) -> list[Model]:
    """Every table is another one in another week."""
    return [
        Model(
            name=f"mart.t{table:02}", sql=f"select range as a, hash(range + {number}) as b "
            "from range(60000)", grain="", key=(), why="", path="", group="mart",
        )
        for table in range(TABLES)
    ]  # fmt: skip


def sizes(folder: Path, publish: Callable[[Warehouse], None]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"warehouse.duckdb": [], "published.duckdb": []}
    for number in range(WEEKS):
        with open_warehouse(folder / "warehouse.duckdb") as warehouse:
            session = SimpleNamespace(
                warehouse=warehouse,
                engine=warehouse,
                built=[],
                progress=lambda *_: None,
                spent=lambda *_: None,
            )
            for model in week_of(number):
                steps.build(session, model)  # type: ignore[arg-type]
            publish(warehouse)
        for name, at in found.items():
            at.append((folder / name).stat().st_size)
    return found


@pytest.mark.parametrize("name", ["warehouse.duckdb", "published.duckdb"])
def test_a_file_is_not_much_larger_after_weeks_than_after_the_first(
    tmp_path: Path, name: str
) -> None:
    def publish(warehouse: Warehouse) -> None:
        copy = PublishedCopy(warehouse, tmp_path / "published.duckdb", contact_columns())
        copy.finish(tmp_path / "attain.duckdb")
        copy.close()

    first, *later = sizes(tmp_path, publish)[name]
    assert max(later) <= 1.5 * first
