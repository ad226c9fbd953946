"""An appraisal of five thousand people: twelve indicators, twelve months, beyond the KPI layer.

    python -m benchmarks.appraisal [--people 5000] [--forms 1000]

A made-up organisation of representatives in teams of ten is judged by one monthly scheme of ten
KPIs and two scores given by hand, with a gate and an advisory distribution. The KPIs are made up as
well: what is timed are the appraisal's own models, and writing forms in both languages. Prints
seconds of processor time, and by the clock, of each.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from pipelines.models.catalog import all_models, ancestors
from pipelines.models.shape import AS_OF, fill_empty
from pipelines.policy.load import load_policies
from pipelines.reporting.publish.build import write_pages
from pipelines.reporting.publish.render import Look
from pipelines.reporting.reports import REPORTS
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.model import Model
from pipelines.workspace.workspace import Label, Settings, Workspace

KPIS = (
    "contract_amount", "collections", "win_rate_count", "visits", "crm_timeliness",
    "csat", "first_contact_on_time_rate", "contract_compliance_rate", "new_customers",
    "overdue_rate",
)  # fmt: skip
MANUAL = ("work_attitude", "teamwork")
_CURVE = {"threshold": 0, "target": 0.5, "stretch": 1, "threshold_score": 40, "target_score": 80,
          "stretch_score": 110}  # fmt: skip
MONTHS = 12

_FILL = """
insert into staging.org_unit by name
  select 'C' as unit_id, 'C' as name, 'company' as kind;
insert into staging.org_unit by name
  select 'R' || i as unit_id, 'R' || i as name, 'region' as kind, 'C' as parent_unit_id
  from range(10) as t (i);
insert into staging.org_unit by name
  select 'T' || i as unit_id, 'T' || i as name, 'team' as kind, 'R' || (i % 10) as parent_unit_id
  from range({people} // 10) as t (i);
insert into staging.employee by name
  select 'E' || i as employee_id, 'E' || i as name, date '2020-01-01' + (i % 2000)::int as hire_date
  from range({people}) as t (i);
insert into staging.assignment by name
  select 'E' || i as employee_id, 'T' || (i % ({people} // 10)) as unit_id, 'rep' as role,
    'E' || (i % ({people} // 10)) as manager_id, date '2020-01-01' + (i % 2000)::int as valid_from
  from range({people}) as t (i);
insert into staging.salary by name
  select employee_id, date '2020-01-01' as valid_from, 9000 as base_salary,
    3000 as floating_salary
  from staging.employee;
insert into staging.appraisal_input by name
  select employee_id, strftime(month, '%Y-%m') as period, indicator,
    60 + hash(employee_id || indicator || month) % 40 as score, 'HR' as rater_id,
    month + interval 34 day as rated_at
  from staging.employee, {months} as m (month),
    (select unnest({manual}) as indicator);
"""
_VALUES = """
create table kpi.appraised as
  select kpi_id, 'month' as period_kind, month as period_start, 'employee' as scope_kind,
    employee_id as scope_id, (month + interval 1 month - interval 1 day)::date as period_end,
    (hash(employee_id || kpi_id || month) % 100)::decimal(38, 4) as numerator,
    100::decimal(38, 4) as denominator,
    ((hash(employee_id || kpi_id || month) % 100) / 100)::decimal(38, 8) as value,
    100::bigint as n, null::decimal(38, 8) as target, null::decimal(38, 8) as previous_value,
    null::decimal(38, 8) as prior_year_value, null::varchar as no_data_reason
  from staging.employee, {months} as m (month), (select unnest({kpis}) as kpi_id)
"""


def scheme() -> dict[str, Any]:
    indicators: list[dict[str, Any]] = [
        {"id": kpi, "label": {"zh": kpi, "en": kpi}, "kpi": kpi, "weight": 8, "curve": _CURVE}
        for kpi in KPIS
    ]
    indicators += [
        {"id": name, "label": {"zh": name, "en": name}, "manual": name, "weight": 10}
        for name in MANUAL
    ]
    return {
        "id": "rep_monthly", "version": 1, "label": {"zh": "月度", "en": "Monthly"}, "role": "rep",
        "period": "month", "valid_from": "2025-11-01", "indicators": indicators,
        "gates": [{"id": "cash", "label": {"zh": "回款", "en": "Cash"}, "kpi": "collections",
                   "limit": 0.1, "score_at_most": 79}],
        "bands": [
            {"grade": "S", "from": 95, "coefficient": 1.5},
            {"grade": "A", "from": 85, "coefficient": 1.2},
            {"grade": "B", "from": 70, "coefficient": 1},
            {"grade": "C", "from": 60, "coefficient": 0.7},
            {"grade": "D", "from": 0, "coefficient": 0},
        ],
        "distribution": {"mode": "advisory", "per": "company", "small_unit": 10,
                         "shares": {"S": 10, "A": 30, "B": 40, "C": 15, "D": 5}},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--forms", type=int, default=1_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "policy" / "appraisal").mkdir(parents=True)
        (root / "policy" / "appraisal" / "rep.yaml").write_text(
            yaml.safe_dump(scheme(), allow_unicode=True), encoding="utf-8"
        )
        workspace = Workspace(root, Settings(name=Label(zh="—", en="—"), memory_limit="2GB"))
        policies = load_policies(workspace)
        models = ancestors(all_models(policies), REPORTS["appraisal"].reads)
        with open_warehouse(root / "w.duckdb", "2GB") as warehouse:
            fill_empty(warehouse, workspace, policies, company_id="C")
            months = (
                f"(select unnest(generate_series(date '{AS_OF}' - interval {MONTHS} month, "
                f"date '{AS_OF}' - interval 1 month, interval 1 month))::date)"
            ).replace(f"date '{AS_OF}'", f"date_trunc('month', date '{AS_OF}')")
            said = {"people": asked.people, "months": months, "manual": list(MANUAL)}
            for statement in _FILL.format(**said).split(";"):
                warehouse.con.execute(statement)
            warehouse.con.execute("drop view kpi.appraised")
            warehouse.con.execute(_VALUES.format(months=months, kpis=list(KPIS)))
            _build(warehouse, [model for model in models if model.group == "core"])
            own = [m for m in models if m.group == "appraisal" and m.name != "kpi.appraised"]
            began, used = time.perf_counter(), _used()
            _build(warehouse, own)
            _say(f"{len(own)} models", began, used)
            scores = warehouse.scalar("select count(*) from mart.appraisal_score")
            print(f"  {scores:,} scores of {asked.people:,} people")
            began, used = time.perf_counter(), _used()
            pages = iter(REPORTS["appraisal"].build(warehouse.con, AS_OF))
            people = [
                page
                for page in itertools.islice(pages, asked.forms + 2)
                if page.reader.kind == "employee"
            ]
            _say(f"page models ({len(people):,} forms of {asked.people:,} people)", began, used)
            began, used = time.perf_counter(), _used()
            write_pages(root / "pages", people[: asked.forms], Look())
            _say(f"{min(len(people), asked.forms):,} forms in both languages", began, used)


def _build(warehouse: Warehouse, models: Sequence[Model]) -> None:
    for model in models:
        kind = "view" if model.is_view else "table"
        began = time.perf_counter()
        warehouse.con.execute(f"create or replace {kind} {model.name} as {model.sql}")
        if model.group == "appraisal" and time.perf_counter() - began > 0.5:
            print(f"  {time.perf_counter() - began:5.1f} s  {model.name}")


def _used() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def _say(what: str, began: float, used: float) -> None:
    print(f"{what}: {_used() - used:.1f} s of processor time, {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
