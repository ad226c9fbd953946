"""Cases of the checks on commission: credit, lines, pools, ledger, approval, splits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.support.laboratory import Row
from tests.support.reconciliations.rows import OCTOBER, Broken, Clean


def credit(amount: object, who: str = "E1", net: object = 100, **more: Any) -> Row:
    return {"event_id": "V", "plan_id": "P", "component_id": "c", "credit_to": "deal_team",
            "payee_id": who, "month_start": OCTOBER, "rate_kind": "tiers", "base_amount": net,
            "full_amount": amount, "credit_amount": amount, **more}  # fmt: skip


def paid_on(amount: object, who: str = "E1", kind: str = "slice") -> Row:
    return {"payee_id": who, "period": "2026-10", "credit_amount": amount, "step_kind": kind}


def line(ledger: str, amount: object, component: str = "c", **more: Any) -> Row:
    return {"payee_id": "E1", "ledger": ledger, "amount": amount, "component_id": component,
            "posted_period": "2026-10", **more}  # fmt: skip


def share(amount: object, who: str = "E1", pool: object = 100) -> Row:
    return {"pool_id": "pool:team:T", "plan_id": "P", "component_id": "c", "period": "2026-10",
            "employee_id": who, "pool_amount": pool, "amount": amount}  # fmt: skip


def credited(amount: object, month: str = "2026-10", kind: str = "receipt", **more: Any) -> Row:
    return line("earned", 1, invoice_id="I", source_kind=kind, credit_amount=amount,
                posted_period=month, **more)  # fmt: skip


def adjustment(approver: str, period: str = "2026-10") -> Row:
    return {"adjustment_id": "A1", "employee_id": "E1", "period": period, "amount": 5,
            "approved_by": approver}  # fmt: skip


def approver(who: str, role: str = "director", day: dt.date = dt.date(2026, 10, 31)) -> Row:
    return {"employee_id": who, "calendar_date": day, "role": role, "is_active": True}


APPROVERS = {"policy.approver_role": [{"role": "director"}]}
NAMING = {
    "policy.commission_plan": [{"plan_id": "P", "plan_version": 1, "role": "rep"}],
    "core.employee_assignment": [{"employee_id": "E1", "role": "sdr"}],
    "staging.org_unit": [{"unit_id": "T03"}], "core.dim_customer": [{"customer_id": "K"}],
    "staging.product": [{"product_id": "HY-1", "name": "valve", "category": "valves"}],
}  # fmt: skip


def named(table: str, **columns: object) -> dict[str, list[Row]]:
    return {f"policy.commission_{table}": [{"plan_id": "P", "plan_version": 1, **columns}]}


SALARIED = {"policy.commission_plan": [
    {"plan_id": "P", "plan_version": 1, "requires_salary": True},
    {"plan_id": "Q", "plan_version": 1, "requires_salary": False},
]}  # fmt: skip


def earned_by(
    plan: str, month: str = "2026-10", closed: bool = False, of: str | None = None
) -> Row:
    return line("earned", 1, plan_id=plan, plan_version=1, period=of or month, posted_period=month,
                is_closed=closed)  # fmt: skip


def salary(first: str, last: str | None = None) -> Row:
    return {"employee_id": "E1", "valid_from": dt.date.fromisoformat(first),
            "valid_to": dt.date.fromisoformat(last) if last else None}  # fmt: skip


PLANNED = {
    "policy.commission_plan": [{"role": "rep", "valid_from": dt.date(2026, 1, 1)}],
    "commission.payee_plan_span": [
        {"employee_id": "E1", "valid_from": dt.date(2026, 10, 5), "valid_to": dt.date(2026, 10, 5)}
    ],
    "commission.open_period": [{"last_period": "0001-01", "open_period": "0001-02"}],
}  # fmt: skip


def brought(number: str, who: str, on: str = "2026-10-05", **more: Any) -> Row:
    return {"event_id": number, "owner_id": who, "quota_date": dt.date.fromisoformat(on), **more}


def split(who: str, pct: object, kind: str = "split") -> Row:
    return {"opportunity_id": "O", "employee_id": who, "kind": kind, "pct": pct}


def uncosted(amount: object, who: str = "E1", **more: Any) -> Row:
    return credit(0, who, source_kind="invoice", source_id="I", event_date=dt.date(2026, 10, 5),
                  uncosted_amount=amount, **more)  # fmt: skip


def order_line(number: int, cost: object) -> Row:
    return {"order_id": "S", "line_no": number, "product_id": "A", "cost_amount_base": cost}


def owned(number: str, date: str, kind: str = "invoice") -> Row:
    return {"invoice_id": number, "kind": kind, "owner_id": "E1",
            "invoice_date": dt.date.fromisoformat(date)}  # fmt: skip


TAKEN_BACK: dict[str, list[Row]] = {
    "policy.commission_component": [
        {"plan_id": "P", "plan_version": 1, "component_id": "c", "clawback_term": "unserved"},
        {"plan_id": "Q", "plan_version": 1, "component_id": "c"},
    ],
}


def taken_back(contract: str, plan: str = "P") -> Row:
    return {"contract_id": contract, "plan_id": plan, "plan_version": 1, "component_id": "c",
            "source_kind": "cancellation", "event_date": dt.date(2026, 10, 5)}  # fmt: skip


BY_DISCOUNT: dict[str, list[Row]] = {
    "policy.commission_component": [
        {"plan_id": "P", "plan_version": 1, "component_id": "c", "by_discount": True},
        {"plan_id": "Q", "plan_version": 1, "component_id": "c", "by_discount": False},
    ],
}


def books_in(units: int, currency: str = "CNY") -> dict[str, list[Row]]:
    """Plans of a company whose books are in CNY, and how many smallest units a currency has."""
    return {"policy.commission_plan": [{"plan_id": "P"}],
            "policy.currency": [{"currency": currency, "minor_units": units}]}  # fmt: skip


def of_line(discount: object, plan: str = "P", **more: Any) -> Row:
    return {"plan_id": plan, "plan_version": 1, "component_id": "c", "order_id": "S", "line_no": 2,
            "product_id": "A", "source_kind": "invoice", "source_id": "I", "discount_pct": discount,
            "event_date": dt.date(2026, 10, 5), **more}  # fmt: skip


UNMEASURED: dict[str, list[Row]] = {
    "commission.open_period": [{"last_period": "2026-08", "open_period": "2026-09"}],
    "policy.commission_component": [
        {"plan_id": "P", "plan_version": 1, "component_id": "c1", "rate_by": "attainment",
         "quota_measure": "contract_amount", "quota_period": "quarter"},
        {"plan_id": "R", "plan_version": 1, "component_id": "c1", "rate_by": "attainment",
         "without_quota_rate_pct": 1},
    ],
}  # fmt: skip


def counted(payee: str, plan: str, month: int, quota: int | None) -> dict[str, list[Row]]:
    """A credit of a month of 2026 where it stands in its position."""
    credit = {"payee_id": payee, "plan_id": plan, "plan_version": 1, "component_id": "c1",
              "quota_start": dt.date(2026, 7, 1), "rate_kind": "tiers", "credit_amount": 1000,
              "month_start": dt.date(2026, month, 1), "quota": quota}  # fmt: skip
    return {"commission.credit_position": [credit]}


CLEAN: list[Clean] = [
    ("commission_is_paid_in_cents", "cents", books_in(1, "JPY")),
    ("commission_is_paid_in_cents", "no plan", {**books_in(1), "policy.commission_plan": []}),
    ("discounts_have_a_list_price", "known, or not asked for", {
        **BY_DISCOUNT, "core.fct_credit": [of_line(10), of_line(None, "Q")],
    }),
    ("cancellations_have_a_term", "both days, or all of it is taken back", {
        **TAKEN_BACK, "core.fct_credit": [taken_back("A"), taken_back("B", "Q")],
        "staging.contract": [
            {"contract_id": "A", "end_date": dt.date(2027, 1, 1),
             "cancelled_date": dt.date(2026, 10, 5)},
            {"contract_id": "B", "end_date": dt.date(2026, 10, 5)},
        ],
    }),
    ("margins_have_a_cost", "every line has one", {
        "core.fct_credit": [uncosted(0, order_id="S")], "core.fct_order_line": [order_line(1, 0)],
    }),
    ("commission_lines_cover_credit", "in slices", {
        "core.fct_credit": [credit(100), credit(7, rate_kind="matrix")],
        "commission.credit_earning": [paid_on(60), paid_on(40, kind="reached"),
                                    paid_on(7, kind="table")],
    }),
    ("credits_add_up", "shared", {"core.fct_credit": [credit(70), credit(30, "E2")]}),
    ("credits_add_up", "partly credited", {"core.fct_credit": [credit(70)]}),
    ("credits_add_up", "money going back", {
        "core.fct_credit": [credit(-70, net=-100), credit(-30, "E2", net=-100)],
    }),
    ("credits_add_up", "overlays and managers beside", {
        "core.fct_credit": [credit(100), credit(100, "E2", credit_to="overlay"),
                            credit(100, "E3", credit_to="managers")],
    }),
    ("commission_ledgers_balance", "partly released, with an advance", {
        "mart.commission_line": [
            line("earned", 100), line("held", 100), line("held", -60), line("payable", 60),
            line("payable", 20, "draw"), line("paid", 75),
        ],
    }),
    ("pools_are_paid_out", "thirds", {
        "commission.pool_share": [share(Decimal("33.34")), share(Decimal("33.33"), "E2"),
                                       share(Decimal("33.33"), "E3")],
    }),
    ("ledger_is_computation", "closed and the difference", {
        "mart.commission_line": [line("earned", 100, is_closed=True), line("earned", -5)],
        "commission.computed_line": [{"payee_id": "E1", "ledger": "earned", "amount": 95}],
    }),
    ("no_source_is_paid_twice", "credited, bounced and credited again", {
        "mart.commission_line": [credited(100), credited(-100, "2026-11", "bounce"),
                                 credited(100, "2026-11")],
        "core.fct_invoice": [{"invoice_id": "I", "net_amount_base": 100}],
    }),
    ("no_source_is_paid_twice", "a note without an invoice, of which a part was paid back", {
        "mart.commission_line": [credited(-60)],
        "core.fct_invoice": [{"invoice_id": "I", "net_amount_base": -100}],
    }),
    ("no_source_is_paid_twice", "on another component", {
        "mart.commission_line": [credited(100), credited(100) | {"component_id": "d"}],
        "core.fct_invoice": [{"invoice_id": "I", "net_amount_base": 100}],
    }),
    ("adjustments_are_approved", "by a director, and one of a month to come", {
        **APPROVERS, "core.org_day": [approver("D")],
        "staging.commission_adjustment": [adjustment("D"), adjustment("E1", "2027-01")],
    }),
    ("plan_names_are_known", "a unit", {**NAMING, **named("plan_unit", unit_id="T03")}),
    ("plan_names_are_known", "members of a pool by a plan, and by the organisation", {
        **NAMING, "policy.commission_pool_member": [{"plan_id": "P", "role": role}
                                                    for role in ("rep", "sdr")],
    }),
    ("plan_names_are_known", "customers without a segment, and a kind of contract", {
        **NAMING, "policy.commission_only": [
            {"plan_id": "P", "field": "segment", "value": "(none)"},
            {"plan_id": "P", "field": "contract_type", "value": "new"},
        ],
    }),
    ("plan_names_are_known", "a product by each of its names", {
        **NAMING, "policy.commission_rule": [
            {"plan_id": "P", "product_id": "HY-1"}, {"plan_id": "P", "product_name": "valve"},
            {"plan_id": "P", "product_category": "valves"},
        ],
    }),
    ("payees_have_a_salary", "of the month, not asked for, or closed", {
        **SALARIED, "staging.salary": [salary("2026-10-31")],
        "commission.booked_line": [earned_by("P"), earned_by("Q", "2026-09"),
                                 earned_by("P", "2026-08", closed=True)],
    }),
    ("payees_have_a_salary", "a draw that is known, and one of a closed month", {
        "commission.open_period": [{"last_period": "2026-09"}],
        "commission.draw": [
            {"payee_id": "E1", "period": "2026-10", "plan_id": "P", "minimum": 5000},
            {"payee_id": "E1", "period": "2026-09", "plan_id": "P"},
        ],
    }),
    ("payees_have_a_salary", "in the closed month that is corrected after they left", {
        **SALARIED, "staging.salary": [salary("2026-01-01", "2026-07-19")],
        "commission.booked_line": [earned_by("P", "2026-10", of="2026-04")],
    }),
    ("commission_follows_a_grade", "a grade that the plan names", {
        "commission.appraisal_share": [
            {"payee_id": "E1", "appraised_period": "2026-Q3", "plan_id": "P", "grade": "B",
             "pays_pct": 100, "payable": 200},
        ],
    }),
    ("payees_have_a_plan", "in force, unpaid on purpose, gone, not yet, or closed", {
        **PLANNED, "policy.unpaid_role": [{"role": "director"}],
        "core.fct_credit_event": [
            brought("A", "E1"), brought("B", "D"), brought("C", "E3"),
            brought("F", "E1", "2025-12-31"), brought("G", "E1", "2026-08-05"),
        ],
        "core.org_day": [
            approver("D", day=dt.date(2026, 10, 5)),
            {**approver("E3", "rep", dt.date(2026, 10, 5)), "is_active": False},
            approver("E1", "rep", dt.date(2025, 12, 31)),
            approver("E1", "rep", dt.date(2026, 8, 5)),
            approver("E1", "rep", dt.date(2026, 10, 5)),
        ],
        "commission.open_period": [{"last_period": "2026-08", "open_period": "2026-09"}],
    }),
    ("payees_have_a_plan", "before the month in which there is no plan at all", {
        "commission.open_period": [{"last_period": "0001-01", "open_period": "0001-02"}],
        "core.fct_invoice": [owned("I", "2026-09-30")],
        "core.org_day": [approver("E1", "rep", dt.date(2026, 9, 30))],
    }),
    ("payees_have_a_quota", "one that has it", {**UNMEASURED, **counted("E1", "P", 9, 500)}),
    ("payees_have_a_quota", "paid without", {**UNMEASURED, **counted("E1", "R", 9, None)}),
    ("payees_have_a_quota", "a closed month", {**UNMEASURED, **counted("E1", "P", 8, None)}),
    ("splits_add_up", "overlays beside", {
        "staging.opportunity_split": [split("E1", Decimal("33.33")), split("E2", Decimal("66.67")),
                                      split("E3", 50, "overlay")],
    }),
]  # fmt: skip

UNPLANNED: dict[str, list[Row]] = {
    "commission.open_period": [{"last_period": "0001-01", "open_period": "0001-02"}],
    "staging.employee": [{"employee_id": "E1"}],
    "core.org_day": [approver("E1", "rep", dt.date(2026, 10, 5))],
}
BROKEN: list[Broken] = [
    ("commission_is_paid_in_cents", "whole units", books_in(1), {
        "base_currency": "CNY", "problem":
        "the base currency CNY has no smaller unit, and commission is rounded in hundredths: keep "
        "the books of commission in a currency with cents"}),
    ("commission_is_paid_in_cents", "thousandths", books_in(1000), {
        "minor_units": 1000, "problem":
        "the base currency CNY has 1000 smallest units, and commission is rounded in hundredths: "
        "keep the books of commission in a currency with cents"}),
    ("payees_have_a_plan", "no plan at all", {
        **UNPLANNED,
        "core.fct_invoice": [owned("I", "2026-10-05"), owned("N", "2026-10-05", "credit_note")],
    }, {"employee_id": "E1", "role": "rep", "period": "2026-10", "documents": 1}),
    ("cancellations_have_a_term", "no day of its own", {
        **TAKEN_BACK, "core.fct_credit": [taken_back("A"), taken_back("A")],
        "staging.contract": [{"contract_id": "A", "end_date": dt.date(2026, 10, 5)}],
    }, {"contract_id": "A", "problem":
        "contract A was cancelled on 2026-10-05 and its term is not known: all of its commission "
        "is taken back. State end_date (of the term) and cancelled_date"}),
    ("discounts_have_a_list_price", "a line without", {
        **BY_DISCOUNT, "core.fct_credit": [of_line(None), of_line(None, payee_id="E2")],
    }, {"line_no": 2, "problem":
        "invoice I of 2026-10-05 has no list price (order S line 2, product A); commission "
        '"c" by discount waits for it'}),
    ("margins_have_a_cost", "a line without", {
        "core.fct_credit": [uncosted(40, order_id="S"), uncosted(40, "E2", order_id="S")],
        "core.fct_order_line": [order_line(1, 3), order_line(2, None)],
    }, {"source_id": "I", "order_id": "S", "line_no": 2, "amount": 40}),
    ("margins_have_a_cost", "no order", {
        "core.fct_credit": [uncosted(40)],
    }, {"source_id": "I", "order_id": None, "line_no": None, "amount": 40}),
    ("commission_lines_cover_credit", "a slice nobody pays", {
        "core.fct_credit": [credit(100)], "commission.credit_earning": [paid_on(60)],
    }, {"payee_id": "E1", "credited": 100, "paid_on": 60}),
    ("commission_lines_cover_credit", "no line at all", {
        "core.fct_credit": [credit(100)],
    }, {"payee_id": "E1", "paid_on": 0}),
    ("commission_lines_cover_credit", "a line without credit", {
        "commission.credit_earning": [paid_on(60, "E2")],
    }, {"payee_id": "E2", "credited": 0, "paid_on": 60}),
    ("credits_add_up", "credited twice", {
        "core.fct_credit": [credit(100), credit(Decimal("0.01"), "E2")],
    }, {"event_id": "V", "net_amount": 100, "credited": Decimal("100.01")}),
    ("commission_ledgers_balance", "payable for nothing", {
        "mart.commission_line": [line("earned", 100), line("payable", 60), line("held", 41)],
    }, {"payee_id": "E1", "earned": 100, "payable_or_held": 101}),
    ("commission_ledgers_balance", "a guarantee that is not earned", {
        "mart.commission_line": [line("payable", 20, "guarantee")],
    }, {"earned": 0, "payable_or_held": 20}),
    ("pools_are_paid_out", "a cent nobody gets", {
        "commission.pool_share": [share(50), share(Decimal("49.99"), "E2")],
    }, {"pool_id": "pool:team:T", "pool_amount": 100, "shared": Decimal("99.99")}),
    ("ledger_is_computation", "a difference posted twice", {
        "mart.commission_line": [line("earned", 100), line("earned", -5), line("earned", -5)],
        "commission.computed_line": [{"payee_id": "E1", "ledger": "earned", "amount": 95}],
    }, {"payee_id": "E1", "ledger": "earned", "posted": 90, "computed": 95}),
    ("ledger_is_computation", "a payee nobody posts", {
        "commission.computed_line": [{"payee_id": "E2", "ledger": "held", "amount": 5}],
    }, {"payee_id": "E2", "posted": 0, "computed": 5}),
    ("no_source_is_paid_twice", "a receipt entered under another number a month later", {
        "mart.commission_line": [credited(100), credited(100, "2026-11")],
        "core.fct_invoice": [{"invoice_id": "I", "net_amount_base": 100}],
    }, {"payee_id": "E1", "invoice_id": "I", "credited": 200}),
    ("adjustments_are_approved", "by the payee", {
        **APPROVERS, "core.org_day": [approver("E1")],
        "staging.commission_adjustment": [adjustment("E1")],
    }, {"adjustment_id": "A1", "problem":
        "adjustment A1 of 2026-10 names E1 as approver, who may not approve it"}),
    ("adjustments_are_approved", "by somebody whose role may not", {
        **APPROVERS, "core.org_day": [approver("D", "rep")],
        "staging.commission_adjustment": [adjustment("D")],
    }, {"approved_by": "D"}),
    ("plan_names_are_known", "a unit, a letter off", {
        **NAMING, **named("plan_unit", unit_id="T30"),
    }, {"kind": "unit", "problem":
        "plan P names the unit T30, which no export has (did you mean T03?); it pays nobody for it "
        "(policy/commission)"}),
    ("plan_names_are_known", "a role of nobody's in a pool", {
        **NAMING, **named("pool_member", role="rap"),
    }, {"kind": "role", "name": "rap", "nearest": "rep"}),
    ("plan_names_are_known", "a segment", {
        **NAMING, **named("only", field="segment", value="giants"),
    }, {"kind": "segment", "problem":
        "plan P names the segment giants, which no export has; it pays nobody for it "
        "(policy/commission)"}),
    ("plan_names_are_known", "a product of a rule", {
        **NAMING, **named("rule", product_category="pumps"),
    }, {"kind": "product_category", "name": "pumps"}),
    ("payees_have_a_salary", "it ended the month before", {
        **SALARIED, "staging.salary": [salary("2026-01-01", "2026-09-30")],
        "commission.booked_line": [earned_by("P")],
    }, {"payee_id": "E1", "period": "2026-10", "problem":
        "E1 is paid by plan P in 2026-10 and has no salary then"}),
    ("payees_have_a_salary", "a draw by a target pay that is not known", {
        "commission.open_period": [{"last_period": "2026-09"}],
        "commission.draw": [{"payee_id": "E1", "period": "2026-10", "plan_id": "P"}],
    }, {"payee_id": "E1", "period": "2026-10", "problem":
        "E1 has a draw by their target pay in plan P in 2026-10, and no salary states a "
        "target_variable then"}),
    ("payees_have_a_quota", "none for the quarter", {
        **UNMEASURED, **counted("E1", "P", 9, None),
    }, {"payee_id": "E1", "plan_id": "P", "credited": 1000, "problem":
        "E1 has no quota of contract_amount for the quarter from 2026-07-01, and plan P pays "
        "nothing without one (c1)"}),
    ("commission_follows_a_grade", "held in the closed period", {
        "commission.appraisal_share": [
            {"payee_id": "E1", "appraised_period": "2026-Q3", "plan_id": "P", "payable": 200},
        ],
    }, {"payee_id": "E1", "period": "2026-Q3", "problem":
        "E1 has no grade in 2026-Q3 that plan P names; 200.00 that became payable then wait for "
        "one"}),
    ("payees_have_a_plan", "a role that no plan names", {
        **PLANNED, "core.fct_credit_event": [brought("A", "E2"), brought("B", "E2")],
        "core.org_day": [approver("E2", "rpe", dt.date(2026, 10, 5))],
    }, {"employee_id": "E2", "period": "2026-10", "documents": 2, "problem":
        "E2 (role rpe) is named on 2 documents of 2026-10 that plans pay for, and no plan pays "
        "them then"}),
    ("payees_have_a_plan", "no plan, and no assignment that states a role", {
        "commission.open_period": [{"last_period": "0001-01", "open_period": "0001-02"}],
        "staging.employee": [{"employee_id": "E1"}, {"employee_id": "E2", "leave_date":
                                                    dt.date(2026, 10, 4)}],
        "core.fct_invoice": [owned("I", "2026-10-05"),
                             {**owned("J", "2026-10-05"), "owner_id": "E2"}],
    }, {"employee_id": "E1", "role": None, "documents": 1, "problem":
        "E1 (no assignment, so no role) is named on 1 document of 2026-10, and there is no "
        "commission plan"}),
    *(
        ("payees_have_a_plan", f"no plan for {table}", {
            **UNPLANNED, table: [{**row, "owner_id": "E1", day: dt.date(2026, 10, 5)}],
        }, {"employee_id": "E1", "documents": 1})
        for table, day, row in (
            ("core.fct_order", "order_date", {"order_id": "S"}),
            ("core.fct_contract", "signed_date", {"contract_id": "A"}),
            ("core.fct_opportunity", "closed_date", {"opportunity_id": "O", "outcome": "won"}),
        )
    ),
    ("payees_have_a_plan", "an overlay of a unit that no plan names", {
        **PLANNED,
        "core.fct_credit_event": [brought("A", "E1", opportunity_id="O")],
        "staging.opportunity_split": [split("E4", 100, "overlay")],
        "core.org_day": [approver(who, "rep", dt.date(2026, 10, 5)) for who in ("E1", "E4")],
    }, {"employee_id": "E4", "role": "rep", "documents": 1}),
    ("splits_add_up", "99.99", {
        "staging.opportunity_split": [split("E1", Decimal("33.33")), split("E2", Decimal("66.66"))],
    }, {"opportunity_id": "O", "pct": Decimal("99.99")}),
]  # fmt: skip
