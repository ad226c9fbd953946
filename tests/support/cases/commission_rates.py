"""The worked commission cases about rates: tiers, rules by product, quotas, conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.books import Books

INVOICED = {"event": "invoiced", "to": "owner"}
CASH = {"event": "cash_received", "to": "owner"}


def tiers(*limits: object, mode: str = "marginal", **more: Any) -> dict[str, Any]:
    """Tiers from rate, limit, rate, limit, … rate, by amount."""
    rates, ends = limits[0::2], [*limits[1::2], None]
    starts = [0, *ends[:-1]]
    return {
        "mode": mode,
        "tiers": [
            {"from": start, "rate_pct": rate, **({} if end is None else {"to": end})}
            for start, end, rate in zip(starts, ends, rates, strict=True)
        ],
        **more,
    }


def sell(books: Books, who: str, amounts: Sequence[object], date: str = "2026-10-05") -> None:
    for number, amount in enumerate(amounts, 1):
        books.invoice(f"{who}-{number}", who, date, amount)


def step_rates(books: Books) -> None:
    books.plan(
        "ven01",
        {"credit": INVOICED, "rate": tiers(1, 1000, 2, 3000, 3, 8000, 5, per="transaction")},
    ).person("ven01", "ven01")
    sell(books, "ven01", [200, 300, 1500, 1200, 2000, 4500])
    for mode in ("whole", "marginal"):
        role = f"ven03_{mode}"
        books.plan(
            role,
            {
                "credit": INVOICED,
                "rate": tiers(1, 10000, 2, 50000, 3, 100000, 4, mode=mode, per="transaction"),
            },
        ).person(role, role)
        sell(books, role, [5000, 15000, 60000])
    books.plan("ven04", {"credit": INVOICED, "rate": tiers(1, 1000, 2, 5000, 3)})
    books.person("ven04", "ven04")
    sell(books, "ven04", [2500])
    books.plan("ven06", {"credit": INVOICED, "rate": tiers(4, 150000, 6, 250000, 8)})
    books.person("ven06", "ven06")
    books.invoice("ven06-1", "ven06", "2026-10-05", 145000)
    books.invoice("ven06-2", "ven06", "2026-10-06", 20000)
    books.plan(
        "oss13",
        {
            "credit": INVOICED,
            "rate": {
                "mode": "whole",
                "per": "transaction",
                "tiers": [
                    {"from": 0, "to": 15000, "rate_pct": 0, "boundary": "upper"},
                    {"from": 15000, "to": 16000, "rate_pct": 20, "boundary": "lower"},
                    {"from": 16000, "rate_pct": 0},
                ],
            },
        },
    ).person("oss13", "oss13")
    sell(books, "oss13", ["14999.99", 15000, 16000, "16000.01"])
    for role, rate, amount in [
        ("zh02", tiers(2, 1_000_000, 4), 1_200_000),
        ("zh02_whole", tiers(2, 1_000_000, 4, mode="whole"), 1_200_000),
        ("zh02_flat", {"flat_pct": 3}, 1_000_000),
    ]:
        books.plan(role, {"credit": INVOICED, "rate": rate}).person(role, role)
        sell(books, role, [amount])


def product_rules(books: Books) -> None:
    books.plan(
        "oss07",
        {
            "credit": {"event": "ordered", "to": "owner"},
            "rate": {
                "rules": [
                    {"amount": 10},
                    {"product_category": "bikes", "amount": 20},
                    {"product_name": "road bike", "rate_pct": 5},
                    {"product": "RB-RED", "rate_pct": 15},
                ]
            },
        },
    )
    books.person("oss07", "oss07")
    products = [
        ("X", "other", "parts"),
        ("CB", "city bike", "bikes"),
        ("RB-BLUE", "road bike", "bikes"),
        ("RB-RED", "road bike", "bikes"),
    ]
    for number, (product, name, category) in enumerate(products, 1):
        books.add("product", {"product_id": product, "name": name, "category": category})
        books.add(
            "sales_order",
            {
                "order_id": f"oss07-{number}",
                "customer_id": "K",
                "owner_id": "oss07",
                "order_date": "2026-10-10",
                "net_amount": 1000,
            },
        )
        books.add(
            "sales_order_line",
            {
                "order_id": f"oss07-{number}",
                "line_no": 1,
                "product_id": product,
                "quantity": 1,
                "net_amount": 1000,
            },
        )


HYBRID = [
    (80000, 60),
    (100000, 50),
    (110000, 60),
    (140000, 50),
    (175000, 60),
    (100010, 50),
    (250000, 50),
]


def quotas(books: Books) -> None:
    for number, (revenue, rate) in enumerate(HYBRID):
        role = f"oss21_{number}"
        books.plan(
            role,
            {
                "credit": INVOICED,
                "quota": {"measure": "m", "period": "month"},
                "rate": {
                    "by": "attainment",
                    "mode": "hybrid",
                    "boundary": "upper",
                    "base_rate_pct": rate,
                    "high_rates": True,
                    "tiers": [
                        {"from": 0, "to": 100, "multiplier": 1},
                        {"from": 100, "to": 125, "multiplier": "1.5"},
                        {"from": 125, "to": 150, "multiplier": 2},
                        {"from": 150, "multiplier": "2.5"},
                    ],
                },
            },
        )
        books.person(role, role).quota(role, "2026-10-01", "2026-10-31", 100000)
        sell(books, role, [revenue])
    prorated = {
        "credit": INVOICED,
        "quota": {"measure": "m", "period": "month"},
        "rate": tiers(1, 100, 2, by="attainment"),
    }
    books.plan("oss23", prorated).person("oss23", "oss23", since="2025-01-15")
    books.quota("oss23", "2025-01-01", "2025-01-31", 10000)
    sell(books, "oss23", [6000], "2025-01-20")
    yearly = {**prorated, "quota": {"measure": "m", "period": "year"}}
    books.plan("ven18", yearly).person("ven18", "ven18", since="2019-06-01")
    books.quota("ven18", "2019-01-01", "2019-12-31", 800000)
    sell(books, "ven18", [100000], "2019-08-01")
    books.add(
        "salary", {"employee_id": "ven18", "valid_from": "2019-06-01", "target_variable": 75000}
    )


def conditions(books: Books) -> None:
    rule_a = {
        "on": "overdue",
        "steps": [
            {"over": over, "cut_pct": cut}
            for over, cut in [(30, 20), (60, 40), (90, 50), (120, 80), (180, 100)]
        ],
    }
    rule_b = {
        "on": "overdue",
        "steps": [{"over": 90, "per_day_pct": "0.1"}, {"over": 182, "cut_pct": 100}],
    }
    for role, cut, due in [
        ("zh08a", rule_a, "2026-07-22"),
        ("zh08a_late", rule_a, "2026-04-07"),
        ("zh08b", rule_b, "2026-06-17"),
    ]:
        books.plan(role, {"credit": CASH, "rate": {"flat_pct": 1}, "cuts": [cut]}).person(
            role, role
        )
        books.invoice(f"{role}-1", role, "2026-04-01", 100000, due_date=due)
        books.cash(f"{role}-a", f"{role}-1", "2026-10-05", 100000)
