"""Cases of the checks on loads, deals, funnel and quotas."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.support.laboratory import Row
from tests.support.reconciliations.rows import OCTOBER, Broken, Clean


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


def calendar(known_to: str | None, country: str | None = "cn") -> Row:
    return {"calendar_id": "cn", "country": country,
            "known_to": dt.date.fromisoformat(known_to) if known_to else None}  # fmt: skip


def year_of(date: str, fiscal: str = "2026-01-01") -> Row:
    day = dt.date.fromisoformat(date)
    return {"calendar_date": day, "year_start": day.replace(month=1, day=1),
            "fiscal_year_start": dt.date.fromisoformat(fiscal)}  # fmt: skip


def billed(invoice: str, gross: object, kind: str = "invoice") -> Row:
    return {"invoice_id": invoice, "kind": kind, "gross_amount": gross}


def part(invoice: str, amount: object, seq: int = 1) -> Row:
    return {"invoice_id": invoice, "seq": seq, "amount": amount, "_load": 1, "_line": 3 + seq}


YEAR = [year_of("2026-11-15"), year_of("2026-12-31"), year_of("2027-01-01", "2027-01-01")]

CLEAN: list[Clean] = [
    ("calendar_is_known", "to the end of the year", {
        "core.calendar": YEAR, "policy.calendar": [calendar("2026-12-31")],
    }),
    ("calendar_is_known", "rules for good", {
        "core.calendar": YEAR, "policy.calendar": [calendar(None)],
    }),
    ("deals_have_a_stage", "one of the process", {
        "core.fct_opportunity": [{"opportunity_id": "O", "stage": "proposal"}],
    }),
    ("funnel_outcomes_add_up", "all four", {"mart.funnel_stage": [funnel(10, 4, 3, 2, 1)]}),
    ("instalments_make_their_invoice", "to the cent, none, and those of a note", {
        "core.fct_invoice": [billed("I", "300.01"), billed("J", 5), billed("N", -5, "credit_note")],
        "staging.invoice_instalment": [part("I", "100.01"), part("I", 200, 2), part("N", 1)],
    }),
    ("landed_is_accounted", "rows and money", {
        "mart.load": [load(3, 2, 1, 100, 90, 10), load(9, None, None, current=False)],
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
    ("regions_add_up_to_company", "with facts of no unit", {
        "kpi.contract": [sold("company", "C", 100), sold("region", "R1", 60),
                         sold("region", "(none)", 40), sold("team", "T", 7)],
    }),
    ("regions_add_up_to_company", "nothing sold", {"kpi.contract": [sold("company", "C", None)]}),
]  # fmt: skip

BROKEN: list[Broken] = [
    ("calendar_is_known", "the notice is not out", {
        "core.calendar": YEAR,
        "policy.calendar": [calendar("2025-12-31")],
    }, {"calendar_id": "cn", "computed_to": dt.date(2026, 12, 31), "problem":
        "calendar cn knows the days off and the days worked instead to 2025-12-31, and periods "
        "reach 2026-12-31; bring the Python library holidays up to date, or write the days that "
        "follow into policy/calendar/cn.yaml, with country and known_to"}),
    ("calendar_is_known", "a file that ends", {
        "core.calendar": YEAR,
        "policy.calendar": [calendar("2026-11-30", None)],
    }, {"problem":
        "calendar cn knows the days off and the days worked instead to 2026-11-30, and periods "
        "reach 2026-12-31; add the days that follow to policy/calendar/cn.yaml"}),
    ("calendar_is_known", "a year of account that ends in March", {
        "core.calendar": [
            year_of("2026-11-15", "2026-04-01"), year_of("2027-03-31", "2026-04-01"),
            year_of("2027-04-01", "2027-04-01"),
        ],
        "policy.calendar": [calendar("2026-12-31")],
    }, {"computed_to": dt.date(2027, 3, 31)}),
    ("deals_have_a_stage", "a name no stage claims", {
        "core.fct_opportunity": [{"opportunity_id": "O", "_line": 7}],
        "staging.opportunity": [{"opportunity_id": "O", "stage": "sold"}],
    }, {"opportunity_id": "O", "exported_stage": "sold", "_line": 7}),
    ("funnel_outcomes_add_up", "a deal in no place", {
        "mart.funnel_stage": [funnel(10, 4, 3, 2, 0)],
    }, {"stage_id": "proposal", "entered": 10}),
    *(
        ("instalments_make_their_invoice", f"{second} too", {
            "mart.load": [{"load_id": 1, "file": "erp/terms.csv"}],
            "core.fct_invoice": [billed("I", 1000)],
            "staging.invoice_instalment": [part("I", 600), part("I", second, 2)],
        }, {"file": "erp/terms.csv", "line": 4, "problem": f"the 2 instalments of invoice I make "
            f"{made} and it is over 1000.00: {rest} is a part without terms"})
        for second, made, rest in ((300, "900.00", "100.00"), ("400.01", "1000.01", "-0.01"))
    ),
    ("landed_is_accounted", "a row is lost", {
        "mart.load": [load(3, 1, 1)],
    }, {"file": "f.csv", "row_difference": 1}),
    ("landed_is_accounted", "a cent is lost", {
        "mart.load": [load(3, 2, 1, 100, Decimal("89.99"), 10)],
    }, {"amount_difference": Decimal("0.01")}),
    ("landed_is_accounted", "a load that was never accounted for", {
        "mart.load": [load(3, None, None, None, None, None)],
    }, {"file": "f.csv", "row_difference": 3}),
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
    ("regions_add_up_to_company", "a fact in no region", {
        "kpi.contract": [sold("company", "C", 100), sold("region", "R1", 60)],
    }, {"company_amount": 100, "region_amount": 60}),
    ("regions_add_up_to_company", "no region at all", {
        "kpi.contract": [sold("company", "C", 100)],
    }, {"company_amount": 100}),
]  # fmt: skip
