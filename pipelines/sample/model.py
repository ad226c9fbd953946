"""The sample company in DuckDB: sizes, and the SQL files that build the truth one by one.

Belongs here: what is computed before anything is written. Writing is `export.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

import duckdb

Size = Literal["small", "medium", "large"]

LAST_DAY = date(2026, 11, 15)
"""The last day anything happened; only due dates, promises and plans lie beyond it."""


@dataclass(frozen=True)
class Scale:
    """How large the company is. Deals include about 2 % renewals on top of `new_deals`."""

    teams: int
    new_deals: int
    customers_per_seat: int
    cold_leads: int
    campaigns_per_month: int
    id_width: int
    employee_width: int
    team_width: int
    lost_invoices: int
    lost_receipts: int
    activity_pct: int
    memory_limit: str


SCALES: dict[Size, Scale] = {
    "small": Scale(8, 2_350, 12, 2_300, 2, 6, 3, 2, 3, 2, 100, "1GB"),
    "medium": Scale(40, 980_000, 600, 800_000, 8, 7, 4, 2, 60, 40, 150, "4GB"),
    "large": Scale(160, 9_800_000, 1_500, 8_000_000, 8, 8, 4, 3, 600, 400, 150, "8GB"),
}

TRUTH: tuple[str, ...] = (
    "calendar",
    "workday",
    "month",
    "team",
    "region",
    "seat",
    "employee",
    "seat_tenure",
    "assignment",
    "org_unit",
    "product",
    "fx_rate",
    "customer",
    "slot",
    "deal_seed",
    "deal_base",
    "renewal_seed",
    "deal_renewal",
    "deal",
    "stage_visit",
    "deal_milestone",
    "deal_line",
    "deal_value",
    "deal_change",
    "deal_split",
    "quote",
    "contract",
    "order_part",
    "order_line",
    "sales_order",
    "invoice",
    "invoice_instalment",
    "payment",
    "receipt",
    "receipt_allocation",
    "write_off",
    "lead",
    "opportunity",
    "campaign",
    "activity",
    "service_case",
    "survey",
    "expense",
    "expense_budget",
    "quota_actual",
    "quota_plan",
    "quota_rep",
    "quota",
    "commission_adjustment",
    "commission_dispute",
    "leave_absence",
    "salary",
    "training_result",
    "appraisal_score",
    "appraisal_change",
    "agreed_target",
    "appraisal_slip",
    "appraisal_appeal",
)
"""The tables of the truth, each `sql/truth/<name>.sql`, in the order they depend on each other."""

PAID = ("commission_month", "payroll_commission", "gl_balance")
"""The tables that follow from what the commission plans pay, once the other exports are written."""


def sql(*parts: str) -> str:
    """Text of an SQL file of this package, e.g. `sql("truth", "deal")`."""
    *folders, name = parts
    return files(__package__).joinpath("sql", *folders, f"{name}.sql").read_text(encoding="utf-8")


def set_parameters(con: duckdb.DuckDBPyConnection, size: Size, seed: int) -> None:
    """Put seed and sizes where the SQL files read them (`getvariable`)."""
    scale = SCALES[size]
    numbers = {
        "seed": seed,
        "teams": scale.teams,
        "new_deals": scale.new_deals,
        "customers_per_seat": scale.customers_per_seat,
        "cold_leads": scale.cold_leads,
        "campaigns_per_month": scale.campaigns_per_month,
        "id_width": scale.id_width,
        "employee_width": scale.employee_width,
        "team_width": scale.team_width,
        "lost_invoices": scale.lost_invoices,
        "lost_receipts": scale.lost_receipts,
        "activity_pct": scale.activity_pct,
    }
    con.execute("create table parameter (name varchar, value bigint)")
    con.executemany("insert into parameter values (?, ?)", list(numbers.items()))
    for name in numbers:
        con.execute(
            f"set variable {name} = (select value from parameter where name = ?)",
            [name],
        )
    con.execute("set variable last_day = (select ?::date)", [LAST_DAY])


def build(
    con: duckdb.DuckDBPyConnection,
    size: Size,
    seed: int,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Create every table of the truth in `con`, reporting each by name."""
    set_parameters(con, size, seed)
    con.execute(sql("macros"))
    for name in TRUTH:
        if name == "deal_base":
            # a macro over tables can only be made once its tables are there
            con.execute(sql("deal_plan"))
        build_table(con, name)
        if progress is not None:
            progress(name)


def build_table(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Create one table of the truth."""
    con.execute(f"create table {name} as\n{sql('truth', name)}")
