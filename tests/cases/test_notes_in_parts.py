"""Money and notes mean the same in however many parts: a team's shares, margins and lines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from pipelines.run.session import Session
from tests.support.books import Books, computed, rows

NETS = ("100.01", "200.02", "50.05")
GROSS = ("113.01", "113.02", "169.56")
NOTES = ("100.01", "100.02", "150.05")
BY_DISCOUNT = {"rules": [{"discount": {"from": 0, "to": 10}, "rate_pct": 5},
                         {"discount": {"from": 10}, "rate_pct": 3}]}  # fmt: skip
FLAT = {"flat_pct": 10}
RULE = {"rules": [{"rate_pct": "7.77"}]}
TABLE = {"matrix": [{"attainment": 0, "collection_rate": 0, "rate_pct": "3.33"}]}
CUT = [{"on": "records", "fewer_than": 1, "cut_pct": "33.33"}]
PLANS: dict[str, dict[str, Any]] = {
    "net": {"credit": {"event": "invoiced"}, "rate": FLAT},
    "cash": {"credit": {"event": "cash_received"}, "rate": FLAT},
    "margin": {"credit": {"event": "invoiced", "base": "margin"}, "rate": FLAT},
    "cash_margin": {"credit": {"event": "cash_received", "base": "margin"}, "rate": FLAT},
    "line": {"credit": {"event": "invoiced"}, "rate": BY_DISCOUNT},
    "original": {"credit": {"event": "invoiced"}, "rate": FLAT,
                 "clawback": {"by": "original_rate"}},
    "rule": {"credit": {"event": "invoiced"}, "rate": RULE},
    "cash_rule": {"credit": {"event": "cash_received"}, "rate": RULE},
    "cash_line": {"credit": {"event": "cash_received"}, "rate": BY_DISCOUNT},
    "margin_rule": {"credit": {"event": "invoiced", "base": "margin"}, "rate": RULE},
    "table": {"credit": {"event": "invoiced"}, "rate": TABLE,
              "quota": {"measure": "m", "period": "year"}},
    "cut": {"credit": {"event": "invoiced"}, "rate": FLAT, "cuts": CUT},
}  # fmt: skip


def team(books: Books, name: str, plan: dict[str, Any]) -> None:
    """An invoice in USD over three orders, two of them a team's; money and notes in three."""
    books.plan(name, {**plan, "credit": {**plan["credit"], "to": "deal_team"}})
    people = [f"{name}_{x}" for x in "abc"]
    for who in people:
        books.person(who, name)
    deal = {"opportunity_id": name, "owner_id": people[0], "customer_id": "K", "outcome": "won",
            "created_at": "2026-01-01 09:00:00", "stage": "negotiation"}  # fmt: skip
    books.add("opportunity", deal)
    for who, pct in zip(people, ("33.33", "33.33", "33.34"), strict=True):
        books.add("opportunity_split", {"opportunity_id": name, "employee_id": who,
                                        "kind": "split", "pct": pct})  # fmt: skip
    for n, net in enumerate(NETS):
        order = f"{name}-{n}"
        books.add("sales_order", {
            "order_id": order, "opportunity_id": name if n < 2 else "", "customer_id": "K",
            "owner_id": people[0], "order_date": "2026-09-01", "net_amount": net,
            "currency": "USD",
        })  # fmt: skip
        for line, (price, cost) in enumerate(((Decimal(net) - 10, net), (10, "1.11")), 1):
            books.add("sales_order_line", {
                "order_id": order, "line_no": line, "product_id": "P", "quantity": 1,
                "unit_price": price, "net_amount": price, "cost_amount": cost,
            })  # fmt: skip
        books.add("invoice_order", {"invoice_id": name, "order_id": order, "net_amount": net})
    foreign = {"currency": "USD"}
    books.invoice(name, "", "2026-10-01", "350.08", gross_amount="395.59", **foreign)
    for n, gross in enumerate(("100.03", "200.00", "95.56")):
        books.cash(f"{name}-r{n}", name, f"2026-10-0{5 + n}", gross, **foreign)
    for n, (net, gross) in enumerate(zip(NOTES, GROSS, strict=True)):
        books.invoice(f"{name}-n{n}", "", f"2026-11-0{3 + n}", net, kind="credit_note",
                      gross_amount=gross, references_invoice_id=name, **foreign)  # fmt: skip
        books.cash(f"{name}-b{n}", f"{name}-n{n}", f"2026-11-0{5 + n}", f"-{gross}", **foreign)


def shared(books: Books, name: str) -> None:
    """Two foreign invoices, one over two people's orders, credited by notes that name neither."""
    books.plan(name, {"credit": {"event": "invoiced", "to": "owner"}, "rate": RULE})
    foreign = {"currency": "USD", "customer_id": f"K{name}"}
    books.add("customer", {"customer_id": f"K{name}", "name": name})
    for who in "abc":
        books.person(f"{name}_{who}", name)
    for who, net in (("a", "60.01"), ("b", "40.02")):
        order = f"{name}-{who}"
        books.add("sales_order", {
            "order_id": order, "owner_id": f"{name}_{who}", "order_date": "2026-09-01",
            "net_amount": net, **foreign,
        })  # fmt: skip
        books.add("invoice_order", {"invoice_id": f"{name}-I", "order_id": order,
                                    "net_amount": net})  # fmt: skip
    books.invoice(f"{name}-I", "", "2026-10-01", "100.03", gross_amount="113.03", **foreign)
    books.invoice(f"{name}-J", f"{name}_c", "2026-10-02", "50.01", gross_amount="56.51", **foreign)
    for invoice, gross in (("I", "113.03"), ("J", "56.51")):
        number = f"{name}-{invoice}"
        for sign, day in (("", "2026-10-05"), ("-", "2026-11-06")):
            books.cash(f"{number}{sign}", number, day, f"{sign}{gross}", **foreign)
    for n, (net, gross) in enumerate((("100.02", "113.02"), ("50.02", "56.52"))):
        books.invoice(f"{name}-n{n}", "", f"2026-11-0{3 + n}", net, kind="credit_note",
                      gross_amount=gross, **foreign)  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    root, books = tmp_path_factory.mktemp("parts"), Books()
    books.add("product", {"product_id": "P", "name": "P", "category": "x", "list_price": 100})
    for date, rate in (("2026-01-01", "7.1234"), ("2026-11-01", "7.3")):
        books.add("fx_rate", {"currency": "USD", "rate_date": date, "rate_to_base": rate})
    for name, plan in PLANS.items():
        team(books, name, plan)
    shared(books, "shared")
    books.write(root)
    with computed(root, "2026-11-15", ("mart.commission_line", "core.fct_credit")) as opened:
        yield opened


@pytest.mark.parametrize("name", PLANS)
def test_what_is_taken_back_in_parts_leaves_nobody_a_cent_of_credit(
    session: Session, name: str
) -> None:
    left = rows(
        session,
        "select payee_id, order_id, line_no, sum(credit_amount), sum(abs(credit_amount)) > 0 "
        f"from core.fct_credit where plan_id = '{name}' group by all",
    )
    assert len(left) >= 7
    assert {(amount, moved) for *_, amount, moved in left} == {(Decimal(0), True)}


@pytest.mark.parametrize("name", PLANS)
def test_nor_a_cent_of_commission(session: Session, name: str) -> None:
    left = rows(
        session,
        "select payee_id, sum(amount), sum(abs(amount)) > 0 from mart.commission_line "
        f"where plan_id = '{name}' and ledger = 'earned' group by payee_id",
    )
    assert {(amount, moved) for _, amount, moved in left} == {(Decimal(0), True)}


def test_notes_over_several_foreign_invoices_take_back_each_person_s_part_at_its_own_rate(
    session: Session,
) -> None:
    """100.02 and 50.02 net take back 150.04 of three people, at 7.1234 and not the notes' 7.3."""
    credits = rows(
        session,
        "select payee_id, sum(case when credit_amount > 0 then credit_amount end), "
        "sum(credit_amount) from core.fct_credit where plan_id = 'shared' group by all order by 1",
    )
    assert credits == [
        ("shared_a", Decimal("427.47"), 0), ("shared_b", Decimal("285.08"), 0),
        ("shared_c", Decimal("356.24"), 0),
    ]  # fmt: skip
