"""The company of the worked commission cases: for each case a role with a plan of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from books import Books

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


def draws(books: Books) -> None:
    books.plan(
        "ven09",
        {"credit": INVOICED, "rate": {"flat_pct": 10}},
        since="2026-01-01",
        draw={"monthly": 1000, "for": "everyone", "recover_from_month": 4},
    )
    books.person("ven09", "ven09")
    for month, amount in enumerate([5000, 7000, 4000, 12000, 30000], 1):
        books.invoice(f"ven09-{month}", "ven09", f"2026-{month:02}-05", amount)
    books.plan(
        "oss24",
        {"credit": INVOICED, "rate": {"flat_pct": 10}},
        since="2026-01-01",
        draw={"monthly": 4000, "months": 1, "recoverable": False},
    )
    books.person("oss24", "oss24", since="2026-09-01")
    books.invoice("oss24-1", "oss24", "2026-09-05", 1000)


def releases(books: Books) -> None:
    released = {"credit": INVOICED, "rate": {"flat_pct": 20}, "release": {"when": "cash"}}
    books.plan("oss15", released).person("oss15", "oss15")
    books.invoice("oss15-1", "oss15", "2026-09-01", 20000)
    books.cash("oss15-a", "oss15-1", "2026-10-07", 10000)
    books.cash("oss15-b", "oss15-1", "2026-10-28", 10000)
    books.plan("ven12", released).person("ven12", "ven12")
    books.invoice("ven12-1", "ven12", "2026-10-01", 10000)
    books.cash("ven12-a", "ven12-1", "2026-10-20", 5000)
    in_full = {**released, "release": {"when": "paid_in_full"}}
    books.plan("oss01", in_full).person("oss01", "oss01")
    books.invoice("oss01-1", "oss01", "2026-10-01", 5).cash("oss01-a", "oss01-1", "2026-10-02", 5)
    note = {"kind": "credit_note", "references_invoice_id": "oss01-1"}
    books.invoice("oss01-2", "oss01", "2026-10-03", 3, **note)
    books.plan("oss02", in_full).person("oss02", "oss02")
    books.invoice("oss02-1", "oss02", "2026-10-01", 5)
    note = {"kind": "credit_note", "references_invoice_id": "oss02-1"}
    books.invoice("oss02-2", "oss02", "2026-10-02", 5, **note)
    signed = {
        "credit": {"event": "signed", "to": "owner"},
        "rate": {"flat_pct": 10},
        "release": {"when": "cash"},
    }
    books.plan("ven14", signed).person("ven14", "ven14")
    books.add(
        "contract",
        {
            "contract_id": "ven14",
            "customer_id": "K",
            "owner_id": "ven14",
            "type": "new",
            "net_amount": 10000,
            "signed_at": "2026-08-01 09:00:00",
            "end_date": "2026-10-15",
            "status": "cancelled",
        },
    )
    books.invoice("ven14-1", "ven14", "2026-08-05", 10000, contract_id="ven14")
    books.cash("ven14-a", "ven14-1", "2026-09-01", 5000)
    books.plan("oss11", {"credit": INVOICED, "rate": {"flat_pct": 10}}).person("oss11", "oss11")
    sell(books, "oss11", [100, 900])


def clawbacks(books: Books) -> None:
    keep = {"credit": INVOICED, "rate": tiers(5, 10000, 10), "clawback": {"by": "original_rate"}}
    books.plan("ven15", keep).person("ven15", "ven15")
    books.invoice("ven15-1", "ven15", "2026-06-10", 10000)
    books.invoice(
        "ven15-2", "ven15", "2026-08-01", 10000, kind="credit_note", references_invoice_id="ven15-1"
    )
    books.plan(
        "oss29",
        {
            "credit": INVOICED,
            "quota": {"measure": "m", "period": "quarter"},
            "rate": tiers(0, 50000, 3, 100000, 5, mode="whole", boundary="upper"),
        },
    )
    books.person("oss29", "oss29")
    books.invoice("oss29-1", "oss29", "2026-07-10", 60000)
    books.invoice("oss29-2", "oss29", "2026-08-10", 50000)
    books.invoice(
        "oss29-3", "oss29", "2026-10-02", 50000, kind="credit_note", references_invoice_id="oss29-2"
    )


def teams(books: Books) -> None:
    sale = {"event": "signed"}
    for who, manager in [("Steve", "Bob"), ("John", "M2"), ("Bill", "M3")]:
        books.person(who, "ven16_rep", manager=manager)
    books.plan(
        "ven16_rep",
        {"credit": {**sale, "to": "owner"}, "rate": {"flat_pct": 1}},
        {"credit": {**sale, "to": "overlay"}, "rate": {"flat_pct": 1}},
    )
    books.plan("ven16_lead", {"credit": {**sale, "to": "managers"}, "rate": {"flat_pct": 1}})
    for who in ("Bob", "M2", "M3"):
        books.person(who, "ven16_lead")
    books.add(
        "opportunity",
        {
            "opportunity_id": "ven16",
            "owner_id": "Steve",
            "outcome": "won",
            "created_at": "2026-09-01 09:00:00",
            "stage": "negotiation",
        },
    )
    books.add(
        "contract",
        {
            "contract_id": "ven16",
            "customer_id": "K",
            "owner_id": "Steve",
            "type": "new",
            "opportunity_id": "ven16",
            "net_amount": 100,
            "signed_at": "2026-10-01 09:00:00",
        },
    )
    books.add(
        "opportunity_split",
        *(
            {"opportunity_id": "ven16", "employee_id": who, "kind": "overlay", "pct": 100}
            for who in ("John", "Bill")
        ),
    )
    above = {"U0": "U1", "U1": "U2", "U2": "U3", "U3": ""}
    for who, manager in above.items():
        books.person(who, f"oss27_{who}", manager=manager)
    books.plan("oss27_U0", {"credit": {**sale, "to": "owner"}, "rate": {"flat_pct": 50}})
    for who, rate in [("U1", 2), ("U2", "1.5"), ("U3", 1)]:
        books.plan(
            f"oss27_{who}", {"credit": {**sale, "to": "managers"}, "rate": {"flat_pct": rate}}
        )
    books.add(
        "contract",
        {
            "contract_id": "oss27",
            "customer_id": "K",
            "owner_id": "U0",
            "type": "new",
            "net_amount": 100000,
            "signed_at": "2026-10-01 09:00:00",
        },
    )
    books.plan("oss18", {"credit": CASH, "rate": {"flat_pct": 5}}).person("oss18", "oss18")
    books.invoice("oss18-1", "oss18", "2026-10-01", 1000).cash(
        "oss18-a", "oss18-1", "2026-10-02", 1000
    )
    by_quantity = {
        "credit": {"event": "ordered", "base": "units", "to": "deal_team"},
        "quota": {"measure": "m", "period": "month"},
        "rate": tiers(1, 100, 2, by="attainment"),
    }
    books.plan("oss19", by_quantity)
    for who in ("oss19_a", "oss19_b"):
        books.person(who, "oss19").quota(who, "2026-10-01", "2026-10-31", 50)
    books.add(
        "opportunity",
        {
            "opportunity_id": "oss19",
            "owner_id": "oss19_a",
            "outcome": "won",
            "created_at": "2026-09-01 09:00:00",
            "stage": "negotiation",
        },
    )
    books.add(
        "opportunity_split",
        *(
            {"opportunity_id": "oss19", "employee_id": who, "kind": "split", "pct": 50}
            for who in ("oss19_a", "oss19_b")
        ),
    )
    books.add("product", {"product_id": "P", "name": "P", "category": "none"})
    books.add(
        "sales_order",
        {
            "order_id": "oss19",
            "opportunity_id": "oss19",
            "customer_id": "K",
            "owner_id": "oss19_a",
            "order_date": "2026-10-10",
            "net_amount": 200,
        },
    )
    books.add(
        "sales_order_line",
        {"order_id": "oss19", "line_no": 1, "product_id": "P", "quantity": 20, "net_amount": 200},
    )


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


def pools(books: Books) -> None:
    for number, (role, share, members, rate, net) in enumerate(
        [
            ("equal", "equal", {"pool_rep": 1}, 100, 10000),
            ("weighted", "weight", {"pool_quarter": 25, "pool_rest": 75}, 10, 1_200_000),
            ("zh02", "equal", {"pool_zh": 1}, 2, 5_000_000),
        ]
    ):
        team = f"POOL{number}"
        books.add(
            "org_unit", {"unit_id": team, "name": team, "kind": "team", "parent_unit_id": "R"}
        )
        pool: dict[str, Any] = {"share": share, "members": members}
        part: dict[str, Any] = {
            "credit": {"event": "invoiced", "to": "pool"},
            "pool": pool,
            "rate": {"flat_pct": rate, "high_rates": True},
        }
        if role == "equal":
            part["quota"] = {"measure": "m", "period": "month"}
            pool["min_attainment_pct"] = 50
            own = {
                "credit": INVOICED,
                "quota": {"measure": "m", "period": "month"},
                "rate": tiers(0, 100, 0, by="attainment"),
            }
            books.plan("pool_rep", own)
            for place in range(11):  # ten reach the gate, one does not
                who = f"pool_{place:02}"
                books.person(who, "pool_rep", unit=team)
                books.quota(who, "2026-10-01", "2026-10-31", 900)
                amount = 300 if place == 10 else 970
                books.invoice(f"{who}-1", who, "2026-10-05", amount)
        else:
            for place, (member, _) in enumerate(members.items()):
                books.person(f"{member}_{place}", member, unit=team)
            first = f"{next(iter(members))}_0"
            books.invoice(f"{team}-1", first, "2026-10-05", net)
        books.plan(f"pool_{role}", part, units=[team])


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


def company() -> Books:
    """All cases in one set of books."""
    books = Books()
    for part in (
        step_rates,
        draws,
        releases,
        clawbacks,
        teams,
        product_rules,
        quotas,
        pools,
        conditions,
    ):
        part(books)
    return books
