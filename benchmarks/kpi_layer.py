"""What the KPI layer costs: against hand-written SQL over the same facts, and for one more KPI.

    python -m benchmarks.kpi_layer WORKSPACE

WORKSPACE has been run. Times all models of the KPI layer, then the sums, ratios, shares,
percentiles and balances of `kpi_bound.sql` for every scope and period, in one pass per fact as an
analyst would write them, then the layer with one entry more on a fact that exists. The bound
compares nothing with earlier periods, has no targets, no rows for what did not happen and no
formulas over KPIs. Fails when the two disagree on a figure.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.kpi_bound import SQL, blocks, compute
from pipelines.models.catalog import all_models
from pipelines.models.generate import generated_models
from pipelines.policy.catalogue import Catalogue
from pipelines.policy.load import Policies, load_policies
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.model import Model
from pipelines.workspace.workspace import open_workspace

_TIMES = 5
_COMPARED = """
select
  count(*) as n,
  count(*) filter (where abs(coalesce(bound.value, 0) - ours.numerator) > 0.01) as off
from (
  select * from mart.kpi_value
  where kpi_id = ? and scope_kind in ('company', 'employee')
    and period_kind in ('week', 'month', 'quarter', 'year') and numerator is not null
) as ours
left join (
  select period_kind, period_start, scope_kind, scope_id, {column} as value from {table}
) as bound
  on bound.period_kind = ours.period_kind and bound.period_start = ours.period_start
  and bound.scope_kind = ours.scope_kind
  and (bound.scope_kind = 'company' or bound.scope_id = ours.scope_id)
"""


def main(root: Path) -> int:
    """Print what each takes; 1 when figures differ."""
    workspace = open_workspace(root)
    policies = load_policies(workspace)
    with _copy_of(workspace.warehouse) as warehouse:
        models = [model for model in all_models(policies) if model.group == "kpi"]
        layer = min(_seconds(warehouse, models) for _ in range(2))
        bound = min(_bound(warehouse) for _ in range(2))
        compared, differing = _differences(warehouse)
        added = _added_entry(warehouse, policies)
    print(f"KPI layer                       {layer:8.2f} s ({len(models)} models)")
    print(f"hand-written                    {bound:8.2f} s")
    print(f"KPI layer / hand-written        {layer / bound:8.2f}")
    print(f"one entry more on a fact        {added:8.3f} s, {added / layer:.1%} of the layer")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory                     {peak:8,} MB")
    print(f"figures compared {compared:,}, differing {len(differing)}")
    for line in differing[:20]:
        print(f"  {line}")
    return 1 if differing else 0


@contextmanager
def _copy_of(file: Path) -> Iterator[Warehouse]:
    """The workspace stays as it is."""
    with tempfile.TemporaryDirectory(prefix="attain-kpi-") as folder:
        copy = Path(folder) / "warehouse.duckdb"
        shutil.copyfile(file, copy)
        with open_warehouse(copy) as warehouse:
            yield warehouse


def _seconds(warehouse: Warehouse, models: Iterable[Model]) -> float:
    """Build models again, though nothing has changed."""
    started = time.perf_counter()
    for model in models:
        warehouse.replace(model.name, model.sql, "benchmark", model.is_view)
    return time.perf_counter() - started


# --- one more entry -----------------------------------------------------------------------------


def _added_entry(warehouse: Warehouse, policies: Policies) -> float:
    """How much longer what it touches takes with one KPI more, each at its best of some times."""
    before = _tables_of(policies, policies.catalogue)
    after = _tables_of(policies, _with_one_more(policies.catalogue))
    changed = [name for name in before if before[name].sql != after[name].sql]
    best = {id(models): float("inf") for models in (before, after)}
    for _ in range(_TIMES):
        for models in (after, before):
            seconds = _seconds(warehouse, [models[name] for name in changed])
            best[id(models)] = min(best[id(models)], seconds)
    return best[id(after)] - best[id(before)]


def _with_one_more(catalogue: Catalogue) -> Catalogue:
    """Won deals above a million, beside the won amount."""
    like = catalogue.kpis["won_amount"]
    entry = like.model_copy(update={"where": "is_won and amount_base >= 1000000"})
    return replace(catalogue, kpis={**catalogue.kpis, "large_wins": entry})


def _tables_of(policies: Policies, catalogue: Catalogue) -> dict[str, Model]:
    models = generated_models(catalogue, policies.process, policies.schemes)
    return {model.name: model for model in models if model.group == "kpi"}


# --- hand-written ---------------------------------------------------------------------------------


def _bound(warehouse: Warehouse) -> float:
    started = time.perf_counter()
    compute(warehouse.con, list(blocks(warehouse.con)))
    return time.perf_counter() - started


def _differences(warehouse: Warehouse) -> tuple[int, list[str]]:
    """Numerators of the company and of every person, held against `mart.kpi_value`."""
    known = {row["kpi_id"] for row in warehouse.rows("select distinct kpi_id from mart.kpi_value")}
    compared, differing = 0, []
    for block in blocks(warehouse.con):
        for column in block.sums:
            kpi_id = column.removeprefix("k_")
            if column.endswith("_den") or block.name == "order_product":
                continue
            if kpi_id not in known:
                raise SystemExit(f"{SQL.name}: no KPI named {kpi_id}")
            found = warehouse.rows(_COMPARED.format(column=column, table=block.table), [kpi_id])[0]
            compared += found["n"]
            if found["off"]:
                differing.append(f"{kpi_id}: {found['off']:,} of {found['n']:,} figures differ")
    return compared, differing


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
