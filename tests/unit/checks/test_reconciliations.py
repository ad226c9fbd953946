"""Every reconciliation finds its offender and passes a clean case; one that cannot run errs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from laboratory import AS_OF, Laboratory, Row

from pipelines.checks.reconciliations import (
    Reconciliation,
    all_reconciliations,
    parse_reconciliation,
)

CHECKS = {check.check: check for check in all_reconciliations()}
Given = Mapping[str, Sequence[Row]]
OCTOBER = dt.date(2026, 10, 1)
FOREVER = dt.date(9999, 12, 31)


def span(amount: object, **more: Any) -> Row:
    return {"item_kind": "invoice", "document_id": "I", "instalment_seq": 1, "open_amount": amount,
            "open_amount_base": amount, "valid_from": OCTOBER, "valid_before": FOREVER,
            **more}  # fmt: skip


def ageing(bucket: str, amount: object, day: dt.date = AS_OF) -> Row:
    return {"as_of_date": day, "scope_kind": "company", "scope_id": "C", "bucket": bucket,
            "open_amount_base": amount}  # fmt: skip


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
SALARIED = {"policy.commission_plan": [
    {"plan_id": "P", "plan_version": 1, "requires_salary": True},
    {"plan_id": "Q", "plan_version": 1, "requires_salary": False},
]}  # fmt: skip


def earned_by(plan: str, month: str = "2026-10", closed: bool = False) -> Row:
    return line("earned", 1, plan_id=plan, plan_version=1, posted_period=month, is_closed=closed)


def salary(first: str, last: str | None = None) -> Row:
    return {"employee_id": "E1", "valid_from": dt.date.fromisoformat(first),
            "valid_to": dt.date.fromisoformat(last) if last else None}  # fmt: skip


def funnel(entered: int, advanced: int, lost: int, regressed: int, still_open: int) -> Row:
    return {"mode": "entry", "stage_id": "proposal", "entered": entered, "advanced": advanced,
            "lost": lost, "regressed": regressed, "open": still_open}  # fmt: skip


def load(landed: object, accepted: object, refused: object, *money: object, current: bool = True,
         ) -> Row:  # fmt: skip
    amounts = money or (0, 0, 0)
    return {
        "load_id": 1 if current else 2, "file": "f.csv", "is_current": current,
        "rows_landed": landed, "rows_accepted": accepted, "rows_quarantined": refused,
        "amount_landed": amounts[0], "amount_accepted": amounts[1],
        "amount_quarantined": amounts[2],
    }  # fmt: skip


def document(amount: object, kind: str = "invoice") -> Row:
    return {"item_kind": kind, "document_id": "I", "instalment_seq": 1, "amount": amount}


def settlement(amount: object, known: bool = True, kind: str = "invoice") -> Row:
    return {"item_kind": kind, "document_id": "I", "amount": amount, "is_known": known}


def quota(unit: str, amount: object, measure: str = "m") -> Row:
    return {"scope_kind": "unit", "scope_id": unit, "measure": measure, "period_start": OCTOBER,
            "amount": amount}  # fmt: skip


def allocated(over: object) -> Row:
    return {"unit_id": "C", "measure": "m", "period_start": OCTOBER, "quota": 100, "parts": 2,
            "over_allocated": over}  # fmt: skip


def spanned(amount: object, first: str, last: str, **more: Any) -> Row:
    return {**quota("R1", amount), "period_start": dt.date.fromisoformat(first),
            "period_end": dt.date.fromisoformat(last), **more}  # fmt: skip


def sold(scope_kind: str, scope: str, amount: object) -> Row:
    return {"period_kind": "month", "period_start": OCTOBER, "scope_kind": scope_kind,
            "scope_id": scope, "contract_amount__num": amount}  # fmt: skip


def split(who: str, pct: object, kind: str = "split") -> Row:
    return {"opportunity_id": "O", "employee_id": who, "kind": kind, "pct": pct}


def metric(difference: object, scope_kind: str = "company") -> Row:
    return {"as_of_date": AS_OF, "scope_kind": scope_kind, "scope_id": "C", "outstanding": 100,
            "gl_balance": 90, "gl_difference": difference}  # fmt: skip


def document_of(number: str, status: str) -> Row:
    return {"invoice_id": number, "kind": "invoice", "status": status, "invoice_date": OCTOBER}


def note_of(number: str, original: str, **more: Any) -> Row:
    return {"invoice_id": number, "kind": "credit_note", "references_invoice_id": original,
            "invoice_date": OCTOBER, **more}  # fmt: skip


def taken(amount: object) -> Row:
    return {"receipt_id": "R", "invoice_id": "I", "allocated_date": OCTOBER, "amount": amount}


CLEAN: list[tuple[str, str, Given]] = [
    ("buckets_add_up", "to the cent", {
        "mart.receivable_ageing": [ageing("not_due", Decimal("60.01")), ageing("d1_30", 40),
                                   ageing("d1_30", 999, dt.date(2026, 11, 8))],
        "core.open_item_span": [span(Decimal("100.01")), span(5, valid_before=AS_OF)],
    }),
    ("buckets_add_up", "nothing open", {}),
    ("commission_lines_cover_credit", "in slices", {
        "core.fct_credit": [credit(100), credit(7, rate_kind="matrix")],
        "core.commission_earning": [paid_on(60), paid_on(40, kind="reached"),
                                    paid_on(7, kind="table")],
    }),
    ("credit_notes_refer_to_posted", "a posted one, and one nobody exported", {
        "staging.invoice": [document_of("I", "posted"), note_of("N", "I"), note_of("M", "gone")],
    }),
    ("receipts_cover_allocations", "to the cent, in two parts", {
        "staging.receipt": [{"receipt_id": "R", "amount": 100}],
        "staging.receipt_allocation": [taken(60), taken(40)],
    }),
    ("receivable_scopes_add_up", "each kind by itself", {
        "mart.receivable_ageing": [
            ageing("d1_30", 100),
            *({**ageing("d1_30", part), "scope_kind": "segment"} for part in (60, 40)),
            {**ageing("d1_30", 5), "scope_kind": "partner"},
        ],
    }),
    ("risk_flags_are_known", "in any spelling", {
        "policy.risk_flag": [{"risk_flag": "watch", "risk_rank": 1}],
        "core.dim_customer": [{"customer_id": "K", "risk_flag": " Watch"}, {"customer_id": "L"}],
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
        "core.commission_pool_share": [share(Decimal("33.34")), share(Decimal("33.33"), "E2"),
                                       share(Decimal("33.33"), "E3")],
    }),
    ("ledger_is_computation", "closed and the difference", {
        "mart.commission_line": [line("earned", 100, is_closed=True), line("earned", -5)],
        "core.commission_ledger": [{"payee_id": "E1", "ledger": "earned", "amount": 95}],
    }),
    ("no_source_is_paid_twice", "credited, bounced and credited again", {
        "mart.commission_line": [credited(100), credited(-100, "2026-11", "bounce"),
                                 credited(100, "2026-11")],
        "core.fct_invoice": [{"invoice_id": "I", "net_amount_base": 100}],
    }),
    ("no_source_is_paid_twice", "on another component", {
        "mart.commission_line": [credited(100), credited(100) | {"component_id": "d"}],
        "core.fct_invoice": [{"invoice_id": "I", "net_amount_base": 100}],
    }),
    ("adjustments_are_approved", "by a director, and one of a month to come", {
        **APPROVERS, "core.org_day": [approver("D")],
        "staging.commission_adjustment": [adjustment("D"), adjustment("E1", "2027-01")],
    }),
    ("payees_have_a_salary", "of the month, not asked for, or closed", {
        **SALARIED, "staging.salary": [salary("2026-10-31")],
        "mart.commission_line": [earned_by("P"), earned_by("Q", "2026-09"),
                                 earned_by("P", "2026-08", closed=True)],
    }),
    ("deals_have_a_stage", "one of the process", {
        "core.fct_opportunity": [{"opportunity_id": "O", "stage": "proposal"}],
    }),
    ("foreign_amounts_have_a_rate", "with a rate", {
        "core.fct_invoice": [{"invoice_id": "I", "currency": "USD", "rate_to_base": 7}],
    }),
    ("foreign_contracts_have_a_rate", "with a rate", {
        "core.fct_contract": [{"contract_id": "A", "currency": "USD", "net_amount": 1,
                               "net_amount_base": 7}],
    }),
    ("foreign_receipts_have_a_rate", "with a rate", {
        "core.fct_open_item": [{"item_kind": "receipt", "document_id": "R", "currency": "USD",
                                "rate_to_base": 7}],
    }),
    ("funnel_outcomes_add_up", "all four", {"mart.funnel_stage": [funnel(10, 4, 3, 2, 1)]}),
    ("landed_is_accounted", "rows and money", {
        "mart.load": [load(3, 2, 1, 100, 90, 10), load(9, None, None, current=False)],
    }),
    ("open_is_document_less_settled", "partly paid", {
        "core.fct_open_item": [document(60), {**document(40), "instalment_seq": 2},
                               document(-7, "receipt")],
        "core.fct_settlement": [settlement(30), settlement(70, known=False)],
        "core.open_item_span": [span(70), span(-7, item_kind="receipt"),
                                span(100, valid_before=AS_OF)],
    }),
    ("quota_parts_add_up", "parts", {
        "mart.quota_allocation": [allocated(0), allocated(None)],
    }),
    ("quota_periods_add_up", "a year and its quarters with months", {
        "staging.quota": [
            spanned(1200, "2026-01-01", "2026-12-31"), spanned(300, "2026-04-01", "2026-06-30"),
            spanned(100, "2026-05-01", "2026-05-31"), spanned(200, "2026-06-01", "2026-06-30"),
            spanned(900, "2026-07-01", "2026-12-31"), spanned(5, "2027-01-01", "2027-12-31"),
        ],
    }),
    ("quota_scope_is_known", "known", {
        "staging.org_unit": [{"unit_id": "R1"}], "staging.employee": [{"employee_id": "E1"}],
        "staging.quota": [quota("R1", 1), {**quota("E1", 1), "scope_kind": "employee"}],
    }),
    ("receivables_tie_to_ledger", "tied", {
        "mart.receivable_metric": [metric(0), metric(None), metric(5, "team")],
    }),
    ("regions_add_up_to_company", "with facts of no unit", {
        "kpi.contract": [sold("company", "C", 100), sold("region", "R1", 60),
                         sold("region", "(none)", 40), sold("team", "T", 7)],
    }),
    ("regions_add_up_to_company", "nothing sold", {"kpi.contract": [sold("company", "C", None)]}),
    ("splits_add_up", "overlays beside", {
        "staging.opportunity_split": [split("E1", Decimal("33.33")), split("E2", Decimal("66.67")),
                                      split("E3", 50, "overlay")],
    }),
]  # fmt: skip

BROKEN: list[tuple[str, str, Given, dict[str, Any]]] = [
    ("buckets_add_up", "a bucket misses an item", {
        "mart.receivable_ageing": [ageing("not_due", 60)], "core.open_item_span": [span(100)],
    }, {"ageing_amount": 60, "item_amount": 100}),
    ("commission_lines_cover_credit", "a slice nobody pays", {
        "core.fct_credit": [credit(100)], "core.commission_earning": [paid_on(60)],
    }, {"payee_id": "E1", "credited": 100, "paid_on": 60}),
    ("commission_lines_cover_credit", "no line at all", {
        "core.fct_credit": [credit(100)],
    }, {"payee_id": "E1", "paid_on": 0}),
    ("commission_lines_cover_credit", "a line without credit", {
        "core.commission_earning": [paid_on(60, "E2")],
    }, {"payee_id": "E2", "credited": 0, "paid_on": 60}),
    ("credit_notes_refer_to_posted", "a draft", {
        "mart.load": [{"load_id": 1, "file": "erp/invoice.csv"}],
        "staging.invoice": [document_of("I", "draft"), note_of("N", "I", _load=1, _line=9)],
    }, {"file": "erp/invoice.csv", "line": 9, "problem":
        "credit note N refers to invoice I, which is a draft: nothing is owed that it could "
        "credit"}),
    ("receipts_cover_allocations", "a cent too much", {
        "mart.load": [{"load_id": 1, "file": "erp/receipt.csv"}],
        "staging.receipt": [{"receipt_id": "R", "amount": 100, "_load": 1, "_line": 4}],
        "staging.receipt_allocation": [taken(60), taken(Decimal("40.01"))],
    }, {"file": "erp/receipt.csv", "line": 4, "problem":
        "receipt R of 100.00 is allocated for 100.01, 0.01 more than came in"}),
    ("receivable_scopes_add_up", "a segment is missing", {
        "mart.receivable_ageing": [
            ageing("d1_30", 100), {**ageing("d1_30", 60), "scope_kind": "segment"},
        ],
    }, {"scope_kind": "segment", "amount": 60, "company_amount": 100}),
    ("risk_flags_are_known", "a flag of the past", {
        "core.dim_customer": [{"customer_id": "K", "risk_flag": "amber", "_line": 3}],
    }, {"customer_id": "K", "risk_flag": "amber", "_line": 3}),
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
        "core.commission_pool_share": [share(50), share(Decimal("49.99"), "E2")],
    }, {"pool_id": "pool:team:T", "pool_amount": 100, "shared": Decimal("99.99")}),
    ("ledger_is_computation", "a difference posted twice", {
        "mart.commission_line": [line("earned", 100), line("earned", -5), line("earned", -5)],
        "core.commission_ledger": [{"payee_id": "E1", "ledger": "earned", "amount": 95}],
    }, {"payee_id": "E1", "ledger": "earned", "posted": 90, "computed": 95}),
    ("ledger_is_computation", "a payee nobody posts", {
        "core.commission_ledger": [{"payee_id": "E2", "ledger": "held", "amount": 5}],
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
    ("payees_have_a_salary", "it ended the month before", {
        **SALARIED, "staging.salary": [salary("2026-01-01", "2026-09-30")],
        "mart.commission_line": [earned_by("P")],
    }, {"payee_id": "E1", "period": "2026-10", "problem":
        "E1 is paid by plan P in 2026-10 and has no salary then"}),
    ("deals_have_a_stage", "a name no stage claims", {
        "core.fct_opportunity": [{"opportunity_id": "O", "_line": 7}],
        "staging.opportunity": [{"opportunity_id": "O", "stage": "sold"}],
    }, {"opportunity_id": "O", "exported_stage": "sold", "_line": 7}),
    ("foreign_amounts_have_a_rate", "no rate", {
        "mart.load": [{"load_id": 1, "file": "erp/invoice.csv"}],
        "staging.fx_rate": [{"currency": "USD", "rate_date": dt.date(2026, 11, 1)}],
        "core.fct_invoice": [{"invoice_id": "I", "currency": "USD", "invoice_date": OCTOBER,
                              "_load": 1, "_line": 7}],
    }, {"file": "erp/invoice.csv", "line": 7, "problem":
        "document I is in USD, which has no rate on 2026-10-01; its first rate is of 2026-11-01"}),
    ("foreign_contracts_have_a_rate", "no rate", {
        "core.fct_contract": [{"contract_id": "A", "currency": "USD", "net_amount": 1, "_line": 7}],
    }, {"contract_id": "A", "_line": 7}),
    ("foreign_receipts_have_a_rate", "no rate", {
        "core.fct_open_item": [{"item_kind": "receipt", "document_id": "R", "currency": "USD",
                                "_line": 7}],
    }, {"document_id": "R", "_line": 7}),
    ("funnel_outcomes_add_up", "a deal in no place", {
        "mart.funnel_stage": [funnel(10, 4, 3, 2, 0)],
    }, {"stage_id": "proposal", "entered": 10}),
    ("landed_is_accounted", "a row is lost", {
        "mart.load": [load(3, 1, 1)],
    }, {"file": "f.csv", "row_difference": 1}),
    ("landed_is_accounted", "a cent is lost", {
        "mart.load": [load(3, 2, 1, 100, Decimal("89.99"), 10)],
    }, {"amount_difference": Decimal("0.01")}),
    ("landed_is_accounted", "a load that was never accounted for", {
        "mart.load": [load(3, None, None, None, None, None)],
    }, {"file": "f.csv", "row_difference": 3}),
    ("open_is_document_less_settled", "a cent lost between instalments", {
        "core.fct_open_item": [document(100)], "core.fct_settlement": [settlement(30)],
        "core.open_item_span": [span(Decimal("69.99"))],
    }, {"document_id": "I", "amount": 100, "settled_amount": 30}),
    ("open_is_document_less_settled", "settled by another kind of document", {
        "core.fct_open_item": [document(100)],
        "core.fct_settlement": [settlement(100, kind="receipt")],
    }, {"document_id": "I", "settled_amount": 0}),
    ("quota_parts_add_up", "over-allocated", {
        "mart.quota_allocation": [allocated(10), allocated(0)],
    }, {"unit_id": "C", "over_allocated": 10,
        "problem":
        "the quotas below C (2) add up to 10.00 more than its m of 100.00 from 2026-10-01"}),
    ("quota_parts_add_up", "under-allocated", {
        "mart.quota_allocation": [allocated(Decimal("-0.01"))],
    }, {"problem":
        "the quotas below C (2) add up to 0.01 less than its m of 100.00 from 2026-10-01"}),
    ("quota_periods_add_up", "a month too much", {
        "mart.load": [{"load_id": 1, "file": "hr/quota.csv"}],
        "staging.quota": [
            spanned(300, "2026-10-01", "2026-12-31", _load=1, _line=7),
            spanned(100, "2026-11-01", "2026-11-30"), spanned(250, "2026-12-01", "2026-12-31"),
        ],
    }, {"file": "hr/quota.csv", "line": 7, "problem":
        "the m of R1 from 2026-10-01 is 300.00, the shorter quotas in it are 350.00"}),
    ("quota_scope_is_known", "a letter off", {
        "mart.load": [{"load_id": 1, "file": "hr/quota.csv"}],
        "staging.org_unit": [{"unit_id": "T01"}, {"unit_id": "T02"}, {"unit_id": "R-EAST"}],
        "staging.quota": [{**quota("R-EAS", 1), "_load": 1, "_line": 9}, quota("T01", 1)],
    }, {"file": "hr/quota.csv", "line": 9, "nearest": "R-EAST", "problem":
        "there is no unit R-EAS (did you mean R-EAST?); its quotas (1) count for nobody"}),
    ("quota_scope_is_known", "an unknown person", {
        "staging.employee": [{"employee_id": "E001"}],
        "staging.quota": [{**quota("somebody", 1), "scope_kind": "employee"}],
    }, {"nearest": None, "problem":
        "there is no employee somebody; its quotas (1) count for that number alone"}),
    ("receivables_tie_to_ledger", "a difference", {
        "mart.receivable_metric": [metric(10)],
    }, {"gl_difference": 10}),
    ("regions_add_up_to_company", "a fact in no region", {
        "kpi.contract": [sold("company", "C", 100), sold("region", "R1", 60)],
    }, {"company_amount": 100, "region_amount": 60}),
    ("regions_add_up_to_company", "no region at all", {
        "kpi.contract": [sold("company", "C", 100)],
    }, {"company_amount": 100}),
    ("splits_add_up", "99.99", {
        "staging.opportunity_split": [split("E1", Decimal("33.33")), split("E2", Decimal("66.66"))],
    }, {"opportunity_id": "O", "pct": Decimal("99.99")}),
]  # fmt: skip


def run(lab: Laboratory, check: Reconciliation, given: Given) -> Any:
    for table in check.inputs:
        if table != "core.parameter":
            lab.given(table, given.get(table, []))
    unread = set(given) - set(check.inputs)
    assert not unread, f"{check.check} does not read {unread}"
    return check.run(lab.warehouse)


@pytest.mark.parametrize(("name", "case", "given"), CLEAN, ids=[f"{n}: {c}" for n, c, _ in CLEAN])
def test_a_clean_case_passes(lab: Laboratory, name: str, case: str, given: Given) -> None:
    found = run(lab, CHECKS[name], given)
    assert (found.status, found.offenders, found.evidence) == ("passed", 0, [])
    assert not found.blocks


@pytest.mark.parametrize(
    ("name", "case", "given", "expected"), BROKEN, ids=[f"{n}: {c}" for n, c, *_ in BROKEN]
)
def test_the_offender_is_found(
    lab: Laboratory, name: str, case: str, given: Given, expected: dict[str, Any]
) -> None:
    found = run(lab, CHECKS[name], given)
    assert (found.status, found.offenders) == ("failed", 1)
    assert {key: found.evidence[0][key] for key in expected} == expected
    assert found.blocks == (CHECKS[name].severity == "block")


def test_no_check_without_an_offender_and_a_clean_case() -> None:
    assert {name for name, _, _ in CLEAN} == set(CHECKS) == {name for name, *_ in BROKEN}


def test_contracts_block_and_surprises_warn() -> None:
    warned = {name for name, check in CHECKS.items() if check.severity == "warn"}
    assert warned >= {"quota_parts_add_up", "receivables_tie_to_ledger", "splits_add_up"}
    assert {name for name in CHECKS if name.startswith("quota_")} <= warned


def test_at_most_ten_offenders_are_shown_and_all_are_counted(lab: Laboratory) -> None:
    rows = [{"invoice_id": f"I{n:02}", "currency": "USD"} for n in range(12)]
    found = run(lab, CHECKS["foreign_amounts_have_a_rate"], {"core.fct_invoice": rows})
    assert (found.offenders, len(found.evidence)) == (12, 10)
    assert found.evidence[0]["invoice_id"] == "I00"


def test_a_check_that_cannot_run_is_errored_not_failed_and_blocks(lab: Laboratory) -> None:
    check = replace(CHECKS["splits_add_up"], sql="select no_such_column from core.parameter",
                    severity="block")  # fmt: skip
    found = check.run(lab.warehouse)
    assert (found.status, found.offenders, found.blocks) == ("errored", 0, True)
    assert "no_such_column" in found.evidence[0]["error"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("-- check: c\n-- guards: t\n-- severity: block\n-- zh: 中\n-- en: e\n", "no why"),
        ("-- check: c\n-- guards: t\n-- severity: maybe\n-- zh: 中\n-- en: e\n-- why: w\n",
         "severity must be block or warn"),
    ],
)  # fmt: skip
def test_a_check_file_without_its_header_is_a_mistake_of_ours(header: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        parse_reconciliation(header + "select 1", "c.sql")
