"""A company of a lead, two of their people and one without a lead, judged and paid by month."""

from __future__ import annotations

from tests.support.books import COMMISSION, Books

AS_OF, MONTH = "2026-11-15", "2026-10"
APPRAISAL = ("mart.appraisal_result", "mart.appraisal_decision", "mart.appraisal_refused",
             "mart.appraisal_score", "mart.appraisal_appeal", "core.appraisal_asked",
             "core.fct_rating")  # fmt: skip
BOOKS = (*COMMISSION, "mart.commission_dispute", "mart.commission_difference",
         "mart.commission_approval")  # fmt: skip
SCHEME = {
    "id": "rep_monthly", "version": 1, "label": {"zh": "代表", "en": "Reps"}, "role": "rep",
    "period": "month", "valid_from": "2026-01-01",
    "indicators": [
        {"id": "attitude", "label": {"zh": "态度", "en": "Attitude"}, "manual": "attitude",
         "weight": 60},
        {"id": "teamwork", "label": {"zh": "协作", "en": "Teamwork"}, "manual": "teamwork",
         "weight": 40},
    ],
    "bands": [{"grade": "A", "from": 80, "coefficient": 1.2},
               {"grade": "B", "from": 0, "coefficient": 1}],
}  # fmt: skip


def company() -> Books:
    found = Books()
    found.policies["appraisal/rep"] = SCHEME
    found.person("L", "team_lead").person("HR", "hr").person("F", "finance")
    found.person("E1", "rep", manager="L").person("E2", "rep", manager="L").person("E3", "rep")
    found.plan("rep", {"credit": {"event": "cash_received", "to": "owner"},
                       "rate": {"flat_pct": 10}})  # fmt: skip
    found.invoice("I1", "E1", "2026-10-05", 1000).cash("R1", "I1", "2026-10-20", 500)
    found.add("payroll_commission", {"employee_id": "E1", "period": MONTH, "paid_amount": 40,
                                     "paid_date": "2026-11-10"})  # fmt: skip
    return found
