"""The company of the worked commission cases: for each case a role with a plan of its own."""

from __future__ import annotations

from tests.support.books import Books
from tests.support.cases.commission_rates import (
    INVOICED,
    conditions,
    product_rules,
    quotas,
    sell,
    step_rates,
    tiers,
)
from tests.support.cases.commission_teams import pools, teams


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
