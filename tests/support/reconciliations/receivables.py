"""Cases of the checks on receivables: buckets, documents, allocations, rates, the ledger."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.support.laboratory import AS_OF, Row
from tests.support.reconciliations.rows import OCTOBER, Broken, Clean

FOREVER = dt.date(9999, 12, 31)


def billed(of: str, amount: object, number: str = "A", **more: Any) -> Row:
    return {"invoice_id": of, "order_id": number, "line_no": 0, "net_amount": amount, **more}


def span(amount: object, **more: Any) -> Row:
    return {"item_kind": "invoice", "document_id": "I", "instalment_seq": 1, "open_amount": amount,
            "open_amount_base": amount, "valid_from": OCTOBER, "valid_before": FOREVER,
            **more}  # fmt: skip


def ageing(bucket: str, amount: object, day: dt.date = AS_OF) -> Row:
    return {"as_of_date": day, "scope_kind": "company", "scope_id": "C", "bucket": bucket,
            "open_amount_base": amount}  # fmt: skip


def document(amount: object, kind: str = "invoice") -> Row:
    return {"item_kind": kind, "document_id": "I", "instalment_seq": 1, "amount": amount}


def settlement(amount: object, known: bool = True, kind: str = "invoice") -> Row:
    return {"item_kind": kind, "document_id": "I", "amount": amount, "is_known": known}


def overdue(number: str, **more: Any) -> Row:
    return {"item_kind": "invoice", "invoice_id": number, "customer_id": "K", "owner_id": "E1",
            "open_amount": 100, "open_amount_base": 100, "is_overdue": True, **more}  # fmt: skip


def metric(difference: object, scope_kind: str = "company") -> Row:
    return {"as_of_date": AS_OF, "scope_kind": scope_kind, "scope_id": "C", "outstanding": 100,
            "gl_balance": 90, "gl_difference": difference}  # fmt: skip


def document_of(number: str, status: str) -> Row:
    return {"invoice_id": number, "kind": "invoice", "status": status, "invoice_date": OCTOBER}


def note_of(number: str, original: str, **more: Any) -> Row:
    return {"invoice_id": number, "kind": "credit_note", "references_invoice_id": original,
            "invoice_date": OCTOBER, **more}  # fmt: skip


def settling(kind: str, amount: object, day: dt.date = OCTOBER, **more: Any) -> Row:
    return {"item_kind": "invoice", "document_id": "I", "settled_date": day, "kind": kind,
            "amount": amount, "is_known": True, **more}  # fmt: skip


def posted(number: str, gross: object, kind: str = "invoice") -> Row:
    return {"invoice_id": number, "kind": kind, "gross_amount": gross}


def stated(number: str, balance: object, **more: Any) -> Row:
    return {"invoice_id": number, "open_amount": balance, **more}


def taken(amount: object) -> Row:
    return {"receipt_id": "R", "invoice_id": "I", "allocated_date": OCTOBER, "amount": amount}


def crossing(**more: Any) -> Row:
    """7,000 CNY of a receipt for an invoice in dollars."""
    return {"receipt_id": "R", "document_id": "I", "receipt_currency": "CNY",
            "stated_currency": "CNY", "currency": "USD", "settled_date": OCTOBER, "amount": 1000,
            "receipt_amount": 7000, **more}  # fmt: skip


CLEAN: list[Clean] = [
    ("foreign_allocations_have_a_rate", "with a rate, and one that counts tomorrow", {
        "core.fct_allocation": [
            crossing(), crossing(amount=None, settled_date=AS_OF + dt.timedelta(days=1)),
        ],
    }),
    ("invoices_take_what_they_are_owed", "to the cent, and a surplus that was paid back", {
        "core.fct_settlement": [
            settling("cash", 100), settling("surplus", 5, item_kind="overpayment"),
            settling("surplus", -5, item_kind="overpayment"),
            settling("surplus", 9, item_kind="overpayment", is_known=False),
        ],
    }),
    ("buckets_add_up", "to the cent", {
        "mart.receivable_ageing": [ageing("not_due", Decimal("60.01")), ageing("d1_30", 40),
                                   ageing("d1_30", 999, dt.date(2026, 11, 8))],
        "receivables.open_item_span": [span(Decimal("100.01")), span(5, valid_before=AS_OF)],
    }),
    ("buckets_add_up", "nothing open", {}),
    ("credit_notes_refer_to_posted", "a posted one, and one nobody exported", {
        "staging.invoice": [document_of("I", "posted"), note_of("N", "I"), note_of("M", "gone")],
    }),
    ("invoice_orders_fit_the_invoice", "to the cent, below nothing, and less than the invoice", {
        "core.fct_invoice": [
            {"invoice_id": "I", "net_amount": 100}, {"invoice_id": "N", "net_amount": -100},
            {"invoice_id": "L", "net_amount": 100},
        ],
        "staging.invoice_order": [billed("I", 60), billed("I", 40, "B"), billed("N", -100),
                                  billed("L", 1)],
    }),
    ("settlements_have_a_receipt", "cash, and what is stated of a later day", {
        "core.fct_settlement": [settling("cash", 60), settling("stated", 5, is_known=False)],
    }),
    ("stated_balances_agree", "to the cent, with a surplus, of a note, and nothing stated", {
        "core.fct_invoice": [posted("I", 100), posted("J", 100), posted("N", -50, "credit_note")],
        "staging.invoice": [stated("I", -5), stated("J", None), stated("N", 20)],
        "core.fct_settlement": [
            settling("cash", 105), settling("surplus", -5),
            settling("applied", -30, item_kind="credit_note", document_id="N"),
        ],
    }),
    ("receipts_cover_allocations", "to the cent, in two parts", {
        "staging.receipt": [{"receipt_id": "R", "amount": 100}],
        "staging.receipt_allocation": [taken(60), taken(40)],
    }),
    ("write_offs_fit_the_balance", "to the cent, and cash that came later", {
        "core.fct_invoice": [{"invoice_id": "I", "gross_amount": 100}],
        "core.fct_settlement": [
            settling("cash", 60), settling("bounce", -10), settling("write_off", 50),
            settling("cash", 50, AS_OF), settling("write_off", 99, AS_OF, is_known=False),
            settling("write_off", 99, item_kind="credit_note"),
        ],
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
    ("foreign_amounts_have_a_rate", "with a rate", {
        "core.fct_invoice": [{"invoice_id": "I", "currency": "USD", "rate_to_base": 7}],
    }),
    ("foreign_contracts_have_a_rate", "with a rate", {
        "core.fct_contract": [{"contract_id": "A", "currency": "USD", "net_amount": 1,
                               "net_amount_base": 7}],
    }),
    ("overdue_items_have_a_collector", "collected, not due, or the customer's own", {
        "mart.receivable_item": [overdue("A", collector_id="E1"), overdue("B", is_overdue=False),
                                 overdue("C", item_kind="receipt", open_amount=-1)],
    }),
    ("foreign_receipts_have_a_rate", "with a rate", {
        "core.fct_open_item": [{"item_kind": "receipt", "document_id": "R", "currency": "USD",
                                "rate_to_base": 7}],
    }),
    ("open_is_document_less_settled", "partly paid", {
        "core.fct_open_item": [document(60), {**document(40), "instalment_seq": 2},
                               document(-7, "receipt")],
        "core.fct_settlement": [settlement(30), settlement(70, known=False)],
        "receivables.open_item_span": [span(70), span(-7, item_kind="receipt"),
                                span(100, valid_before=AS_OF)],
    }),
    ("receivables_tie_to_ledger", "tied", {
        "mart.receivable_metric": [metric(0), metric(None), metric(5, "team")],
    }),
]  # fmt: skip

BROKEN: list[Broken] = [
    ("foreign_allocations_have_a_rate", "no rate on the day", {
        "mart.load": [{"load_id": 1, "file": "erp/receipt_allocation.csv"}],
        "core.fct_allocation": [crossing(amount=None, _load=1, _line=4)],
    }, {"file": "erp/receipt_allocation.csv", "line": 4, "problem":
        "receipt R in CNY is allocated to I in USD, with CNY stated; one of them has no rate on "
        "the day of the receipt"}),
    ("invoices_take_what_they_are_owed", "a cent too much", {
        "mart.load": [{"load_id": 1, "file": "erp/receipt_allocation.csv"}],
        "core.fct_settlement": [
            settling("surplus", Decimal("0.01"), item_kind="overpayment", source_id="R", _load=1,
                     _line=4),
        ],
    }, {"file": "erp/receipt_allocation.csv", "line": 4, "problem":
        "invoice I took 0.01 more than it was owed (R): the customer's credit until it is "
        "allocated"}),
    ("buckets_add_up", "a bucket misses an item", {
        "mart.receivable_ageing": [ageing("not_due", 60)],
        "receivables.open_item_span": [span(100)],
    }, {"ageing_amount": 60, "item_amount": 100}),
    ("credit_notes_refer_to_posted", "a draft", {
        "mart.load": [{"load_id": 1, "file": "erp/invoice.csv"}],
        "staging.invoice": [document_of("I", "draft"), note_of("N", "I", _load=1, _line=9)],
    }, {"file": "erp/invoice.csv", "line": 9, "problem":
        "credit note N refers to invoice I, which is a draft: nothing is owed that it could "
        "credit"}),
    ("invoice_orders_fit_the_invoice", "a cent too much", {
        "mart.load": [{"load_id": 1, "file": "erp/invoice_order.csv"}],
        "core.fct_invoice": [{"invoice_id": "I", "net_amount": 100}],
        "staging.invoice_order": [billed("I", 60, _load=1, _line=4),
                                  billed("I", Decimal("40.01"), "B", _load=1, _line=5)],
    }, {"file": "erp/invoice_order.csv", "line": 4, "problem":
        "invoice I bills 100.01 of its orders and is over 100.00 net: they share it in "
        "proportion"}),
    ("settlements_have_a_receipt", "a balance alone", {
        "mart.load": [{"load_id": 1, "file": "erp/invoice.csv"}],
        "core.fct_settlement": [settling("stated", 60, _load=1, _line=4)],
    }, {"file": "erp/invoice.csv", "line": 4, "problem":
        "invoice I states a balance by which 60.00 of it is settled, on no known day; it counts "
        "on 2026-10-01, and receipts would say when"}),
    ("stated_balances_agree", "a cent less", {
        "mart.load": [{"load_id": 1, "file": "erp/invoice.csv"}],
        "core.fct_invoice": [posted("I", 100)],
        "staging.invoice": [stated("I", Decimal("39.99"), _load=1, _line=4)],
        "core.fct_settlement": [settling("cash", 60)],
    }, {"file": "erp/invoice.csv", "line": 4, "problem":
        "invoice I states a balance of 39.99, and what settles it leaves 40.00"}),
    ("receipts_cover_allocations", "a cent too much", {
        "mart.load": [{"load_id": 1, "file": "erp/receipt.csv"}],
        "staging.receipt": [{"receipt_id": "R", "amount": 100, "_load": 1, "_line": 4}],
        "staging.receipt_allocation": [taken(60), taken(Decimal("40.01"))],
    }, {"file": "erp/receipt.csv", "line": 4, "problem":
        "receipt R of 100.00 is allocated for 100.01, 0.01 more than came in"}),
    ("write_offs_fit_the_balance", "a cent too much", {
        "mart.load": [{"load_id": 1, "file": "erp/write_off.csv"}],
        "core.fct_invoice": [{"invoice_id": "I", "gross_amount": 100}],
        "core.fct_settlement": [
            settling("cash", 60), settling("write_off", Decimal("40.01"), _load=1, _line=4),
        ],
    }, {"file": "erp/write_off.csv", "line": 4, "problem":
        "invoice I is written off for 40.01 on 2026-10-01, when 40.00 of it was open"}),
    ("receivable_scopes_add_up", "a segment is missing", {
        "mart.receivable_ageing": [
            ageing("d1_30", 100), {**ageing("d1_30", 60), "scope_kind": "segment"},
        ],
    }, {"scope_kind": "segment", "amount": 60, "company_amount": 100}),
    ("risk_flags_are_known", "a flag of the past", {
        "core.dim_customer": [{"customer_id": "K", "risk_flag": "amber", "_line": 3}],
    }, {"customer_id": "K", "risk_flag": "amber", "_line": 3}),
    ("foreign_amounts_have_a_rate", "no rate", {
        "mart.load": [{"load_id": 1, "file": "erp/invoice.csv"}],
        "staging.fx_rate": [{"currency": "USD", "rate_date": dt.date(2026, 11, 1)}],
        "core.fct_invoice": [{"invoice_id": "I", "currency": "USD", "invoice_date": OCTOBER,
                              "_load": 1, "_line": 7}],
    }, {"file": "erp/invoice.csv", "line": 7, "problem":
        "document I is in USD, which has no rate on 2026-10-01; its first rate is of 2026-11-01"}),
    ("foreign_contracts_have_a_rate", "no rate", {
        "mart.load": [{"load_id": 1, "file": "crm/contract.csv"}],
        "core.fct_contract": [{"contract_id": "A", "currency": "USD", "net_amount": 1,
                               "signed_date": OCTOBER, "_load": 1, "_line": 7}],
    }, {"file": "crm/contract.csv", "line": 7, "problem":
        "contract A is in USD, which has no rate on 2026-10-01"}),
    ("overdue_items_have_a_collector", "an owner who left and no leader", {
        "mart.load": [{"load_id": 1, "file": "erp/invoice.csv"}],
        "mart.receivable_item": [overdue("A", _load=1, _line=7)],
    }, {"file": "erp/invoice.csv", "line": 7, "amount": 100, "problem":
        "A of customer K is overdue and nobody in service collects it: its owner E1 is not. State "
        "an owner_id of the customer, or a leader_id of the unit"}),
    ("overdue_items_have_a_collector", "no owner at all", {
        "mart.receivable_item": [overdue("A", owner_id=None)],
    }, {"problem": "A of customer K is overdue and nobody in service collects it: it has no owner. "
                   "State an owner_id of the customer, or a leader_id of the unit"}),
    ("foreign_receipts_have_a_rate", "no rate", {
        "mart.load": [{"load_id": 1, "file": "erp/receipt.csv"}],
        "core.fct_open_item": [{"item_kind": "receipt", "document_id": "R", "currency": "USD",
                                "document_date": OCTOBER, "_load": 1, "_line": 7}],
    }, {"file": "erp/receipt.csv", "line": 7, "problem":
        "receipt R is in USD, which has no rate on 2026-10-01"}),
    ("open_is_document_less_settled", "a cent lost between instalments", {
        "core.fct_open_item": [document(100)], "core.fct_settlement": [settlement(30)],
        "receivables.open_item_span": [span(Decimal("69.99"))],
    }, {"document_id": "I", "amount": 100, "settled_amount": 30}),
    ("open_is_document_less_settled", "settled by another kind of document", {
        "core.fct_open_item": [document(100)],
        "core.fct_settlement": [settlement(100, kind="receipt")],
    }, {"document_id": "I", "settled_amount": 0}),
    ("receivables_tie_to_ledger", "a difference", {
        "mart.receivable_metric": [metric(10)],
    }, {"gl_difference": 10}),
]  # fmt: skip
