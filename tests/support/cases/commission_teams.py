"""The worked commission cases about more than one person: overlays, managers, teams, pools."""

from __future__ import annotations

from typing import Any

from tests.support.books import Books
from tests.support.cases.commission_rates import CASH, INVOICED, tiers


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


def pools(books: Books) -> None:
    for number, (role, share, members, rate, net) in enumerate(
        [
            ("equal", "equal", {"pool_rep": 1}, 100, 10000),
            ("weighted", "weight", {"pool_quarter": 25, "pool_rest": 75}, 10, 1_200_000),
            ("zh02", "equal", {"pool_zh": 1}, 2, 5_000_000),
            # 5,000 shares: 5 of the one asked for, 999 of each of five others
            ("shares", "weight", {"pool_few": 5, "pool_many": 999}, 100, 10000),
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
            for place in range(2, 6) if role == "shares" else ():
                books.person(f"pool_many_{place}", "pool_many", unit=team)
            first = f"{next(iter(members))}_0"
            books.invoice(f"{team}-1", first, "2026-10-05", net)
        books.plan(f"pool_{role}", part, units=[team])
