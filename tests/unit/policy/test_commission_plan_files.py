"""A mistake in a commission plan is one sentence with file, line and key; nothing is paid then."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.policy.plan_tables import PLAN_TABLES
from pipelines.policy.plans import CommissionPlan
from tests.support.policy_files import PolicyFiles

PLAN = "commission/ours.yaml"
OWN = """\
id: ours
version: 1
label: {zh: 我们的, en: Ours}
role: director
valid_from: 2026-01-01
components:
  - id: cash
    label: {zh: 回款, en: Cash}
    credit: {event: cash_received, to: owner}
    quota: {measure: collections_net, period: quarter}
    rate:
      by: attainment
      mode: marginal
      tiers:
        - {from: 0, to: 60, rate_pct: 1}
        - {from: 60, rate_pct: 2}
"""
RATE = "components.0.rate"
TIERS = OWN.split("    rate:\n")[1]


def mistake(policies: PolicyFiles, *changes: tuple[str, str]) -> str:
    text = OWN
    for old, new in changes:
        assert old in text, f"no {old!r}"
        text = text.replace(old, new, 1)
    return policies.put(PLAN, text).mistake()


def test_a_plan_of_one_s_own_loads(policies: PolicyFiles) -> None:
    assert "ours" in {plan.id for plan in policies.put(PLAN, OWN).load().plans}


def test_leads_have_a_price_beside_documents_in_their_own_currency(policies: PolicyFiles) -> None:
    text = OWN.replace(TIERS, "      per_unit: 50\nsettlement: {currency: document}\n").replace(
        "event: cash_received,", "event: lead_accepted, base: units,"
    )
    assert "ours" in {plan.id for plan in policies.put(PLAN, text).load().plans}


MISTAKES = [
    ("{from: 60, rate_pct: 2}", "{from: 50, rate_pct: 2}", "from: 50",
     f"{RATE}.tiers.1.from: tiers overlap: 0–60 and 50–… share 50–60."),
    ("{from: 60, rate_pct: 2}", "{from: 70, rate_pct: 2}", "from: 70",
     f"{RATE}.tiers.1.from: tiers leave a gap: nothing between 60 and 70; write a tier with "
     "rate_pct: 0 if nothing is paid there."),
    ("rate_pct: 2}", "rate_pct: 150}", "from: 60",
     f"{RATE}.tiers.1.rate_pct: a rate of 150 % looks like percent × 100; rates are in percent "
     "(1.5 is 1.5 %). If it is meant, say `high_rates: true`."),
    ("      mode: marginal\n", "", "rate:",
     f"{RATE}: tiers need `mode`: marginal (each slice at its own rate), whole (the tier reached "
     "pays everything), whole_to_quota (whole below it, marginal above), interpolated or "
     "hybrid; the same tiers pay differently."),
    ("mode: marginal", "mode: whole_to_quota", "from: 60",
     f"{RATE}.tiers.1: mode whole_to_quota pays the whole up to the quota and slices above it: end "
     "this tier at 100 and begin another there."),
    ("by: attainment\n      mode: marginal", "mode: whole_to_quota", "rate:",
     f"{RATE}: mode whole_to_quota turns at the quota: it needs `by: attainment`."),
    ("    quota: {measure: collections_net, period: quarter}\n", "", "id: cash",
     "components.0: attainment needs `quota` with measure and period."),
    ("mode: marginal", "mode: hybrid", "rate:",
     f"{RATE}: multipliers and mode hybrid need `base_rate_pct`."),
    ("mode: marginal\n", "mode: hybrid\n      base_rate_pct: 2\n", "from: 0",
     f"{RATE}.tiers.0: mode hybrid pays base_rate_pct (2 %) up to the quota, and this tier below "
     "it says 1 %; leave it out, or choose marginal or whole."),
    (TIERS, "      rules:\n        - {product: A, rate_pct: 1}\n        - {rate_pct: 2}\n"
     "        - {product: A, rate_pct: 3}\n", "product: A, rate_pct: 3",
     f"{RATE}.rules.2: it names what rule 1 names; which of the two pays is not said."),
    ("event: cash_received,", "event: cash_received, unknown_cost: net,", "id: cash",
     "components.0: `unknown_cost` belongs to `base: margin`, or to rules by the margin of a "
     "line."),
    ("event: cash_received,", "event: cash_received, margin_floor: zero,", "credit:",
     "components.0.credit: `margin_floor` belongs to `base: margin`."),
    (TIERS, "      rules:\n        - {discount: {from: 0, to: 9}, rate_pct: 5}\n"
     "        - {discount: {from: 10}, rate_pct: 3}\n", "discount: {from: 0",
     f"{RATE}.rules.0: bands leave a gap: nothing between 9 and 10; write a rule with rate_pct: 0 "
     "if nothing is paid there."),
    (TIERS, "      rules:\n        - {margin: {to: 20}, rate_pct: 5}\n"
     "        - {margin: {from: 10}, rate_pct: 3}\n", "margin: {from: 10",
     f"{RATE}.rules.1: its band overlaps that of rule 1; which of the two pays is not said."),
    (TIERS, "      rules: [{margin: {}, rate_pct: 5}]\n", "margin: {}",
     f"{RATE}.rules.0.margin: a band says `from`, `to` or both."),
    ("rate_pct: 2}", "multiplier: 2, rate_pct: 2}", "from: 60",
     f"{RATE}.tiers.1: a tier has either `rate_pct` or `multiplier`."),
    ("      by: attainment\n", "      by: attainment\n      flat_pct: 3\n", "rate:",
     f"{RATE}: a rate is exactly one of flat_pct, per_unit, tiers, matrix and rules; found "
     "flat_pct, tiers."),
    ("to: owner}", "to: pool}", "id: cash",
     "components.0: `to: pool` and `pool` belong together."),
    ("event: cash_received,", "event: cash_recieved,", "cash_recieved",
     "components.0.credit.event: expected 'signed', 'ordered', 'delivered', 'invoiced', "
     "'cash_received' or 'lead_accepted' (did you mean cash_received?); found 'cash_recieved'."),
    ("event: cash_received,", "event: signed, base: margin,", "credit:",
     "components.0.credit: a contract has no cost; take the margin when it is ordered or later."),
    ("    rate:\n", "    release: {when: cash, hold_pct: 10}\n    rate:\n", "release:",
     "components.0.release: a hold-back needs both `hold_pct` and `hold_months`."),
    ("    rate:\n", "    cap: {carry_forward: true}\n    rate:\n", "cap:",
     "components.0.cap: a cap needs `per_deal` or `per_month`."),
    ("    rate:\n", "    cuts: [{on: overdue, cut_pct: 20}]\n    rate:\n", "cuts:",
     "components.0.cuts.0: `on: overdue` needs `steps` with `over` and `cut_pct`."),
    ("    rate:\n", "    gates: [{on: year_to_date, at_least: 100, of: accelerator}]\n    rate:\n",
     "id: cash",
     "components.0: `of: accelerator` needs tiers by attainment that begin at 100, in mode "
     "marginal, whole_to_quota or hybrid, for the period."),
    ("    rate:\n", "    gates: [{on: collection_rate, at_least: 9, catch_up: true}]\n    rate:\n",
     "gates:", "components.0.gates.0: `catch_up` belongs to `of: accelerator`."),
    ("    rate:\n", "    clawback: {term: unserved}\n    rate:\n", "id: cash",
     "components.0: `term: unserved` asks how much of a contract was left: it belongs to `event: "
     "signed` and `base: net`."),
    ("components:\n",
     "allowances: [{id: cash, label: {zh: 车补, en: Car}, monthly: 800}]\ncomponents:\n", None,
     "allowance 'cash' needs a name of its own."),
    ("components:\n", "leavers: {held: lost}\ncomponents:\n", "leavers:",
     "leavers.held: expected 'paid' or 'forfeited'; found 'lost'."),
    ("components:\n",
     "settlement: {every: quarter}\ndraw: {monthly: 9, for: everyone}\ncomponents:\n", None,
     "a draw lifts what a month pays, and a quarterly settlement pays nothing in two of three "
     "months; pay an allowance, or settle by the month."),
    (TIERS, "      per_unit: 50\nsettlement: {currency: document}\n", None,
     "cash pays a price per unit, which is in base currency: in the currency of a document it "
     "would change with each rate; pay a percent, or settle in base."),
    (TIERS, "      rules: [{product: A, amount: 5}, {rate_pct: 1}]\n"
     "settlement: {currency: document}\n", None,
     "cash pays a price per unit, which is in base currency: in the currency of a document it "
     "would change with each rate; pay a percent, or settle in base."),
    ("components:\n", "draw: {monthly: 0}\ncomponents:\n", "draw:",
     "draw.monthly: expected more than 0; found 0."),
    ("components:\n", "draw: {monthly: 9, target_pct: 60}\ncomponents:\n", "draw:",
     "draw: a draw is either an amount (`monthly`) or a `target_pct`."),
    ("valid_from: 2026-01-01", "valid_from: 2026-01-01\nvalid_to: 2025-12-31", None,
     "valid_to 2025-12-31 is before valid_from 2026-01-01."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "expected"), MISTAKES)
def test_a_mistake_is_one_sentence_with_file_line_and_key(
    policies: PolicyFiles, old: str, new: str, at: str | None, expected: str
) -> None:
    message = mistake(policies, (old, new))
    line = policies.line_of(PLAN, at) if at else 1
    separator = ", " if at else ": "
    assert message == f"policy/{PLAN} line {line}{separator}{expected}"


SCHEME = """\
id: directors
version: 1
label: {zh: 总监, en: Directors}
role: director
period: quarter
valid_from: 2026-01-01
indicators:
  - {id: attitude, label: {zh: 态度, en: Attitude}, manual: work_attitude, weight: 100}
bands:
  - {grade: A, from: 80, coefficient: 1}
  - {grade: C, from: 0, coefficient: 0}
"""


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("{period: month, grades: {A: 100}}",
         "appraisal.period: no scheme in policy/appraisal appraises role 'director' by the month."),
        ("{period: quarter, grades: {A: 120}}",
         "appraisal.grades: say what grade 'C' pays too: scheme 'directors' has A, C."),
        ("{period: quarter, grades: {A: 120, C: 50, S: 150}}",
         "appraisal.grades.S: no scheme has a grade 'S' (expected one of A, C)."),
        ("{period: quarter, grades: {A: -1, C: 50}}",
         "appraisal.grades.A: expected at least 0; found -1."),
        ("{period: quarter, grades: {}}",
         "appraisal.grades: expected at least 1 of them."),
    ],
)  # fmt: skip
def test_commission_follows_grades_that_a_scheme_gives(
    policies: PolicyFiles, says: str, expected: str
) -> None:
    policies.put("appraisal/directors.yaml", SCHEME)
    text = OWN.replace("components:\n", f"appraisal: {says}\ncomponents:\n", 1)
    message = policies.put(PLAN, text).mistake()
    assert message == f"policy/{PLAN} line 6, {expected}"


def test_a_table_with_a_field_missing_names_it(policies: PolicyFiles) -> None:
    cells = ", ".join(
        f"{{attainment: {a}, collection_rate: {c}, rate_pct: 1}}"
        for a, c in [(0, 0), (0, 60), (9, 0)]
    )
    message = mistake(policies, (TIERS, f"      matrix: [{cells}]\n"))
    assert message.endswith("the table has no field for attainment 9 and collection_rate 60.")


def test_a_component_is_named_once(policies: PolicyFiles) -> None:
    part = OWN.split("components:\n")[1]
    message = policies.put(PLAN, OWN + part).mistake()
    assert "component 'cash' is listed twice" in message


def test_two_plans_of_one_role_on_one_day_are_a_mistake(policies: PolicyFiles) -> None:
    policies.put("commission/zz_other.yaml", OWN.replace("id: ours", "id: other", 1))
    message = policies.put(PLAN, OWN).mistake()
    assert message.startswith("policy/commission/zz_other.yaml line 5, valid_from: ")
    assert (
        "ours.yaml is in force for role 'director' on the same days, and both would pay" in message
    )


def test_a_plan_that_says_none_of_the_later_keys_keeps_its_mark() -> None:
    """Closed months hold it: what is made of the plan's text may not change with the language."""
    component = {"id": "c", "label": {"zh": "提", "en": "c"}, "rate": {"rules": [{"rate_pct": 1}]},
                 "credit": {"event": "signed", "to": "owner"},
                 "gates": [{"on": "collection_rate", "at_least": 40}]}  # fmt: skip
    plan = CommissionPlan.model_validate({
        "id": "p", "version": 1, "label": {"zh": "提", "en": "p"}, "role": "rep",
        "valid_from": "2026-01-01", "components": [component], "draw": {"monthly": 9},
    })  # fmt: skip
    (part,) = plan.components
    assert plan.draw is not None
    dumps = (part.rate.rules[0], part.gates[0], part.clawback, plan.draw)
    assert [sorted(found.model_dump(mode="json")) for found in dumps] == [
        ["amount", "contract_type", "key_product", "new_customer", "product", "product_category",
         "product_name", "rate_pct", "segment"],
        ["at_least", "on", "pays_pct"],
        ["by", "limit"],
        ["monthly", "months", "recover_from_month", "recover_pct", "recoverable", "who"],
    ]  # fmt: skip
    says: list[dict[str, Any]] = [
        {},
        {"components": [component | {"clawback": {"term": "unserved"}}]},
        {"settlement": {"every": "half_month"}},
        {"leavers": {"held": "forfeited"}},
    ]
    (components,) = (t for t in PLAN_TABLES if t.name == "policy.commission_component")
    marks = {
        row.plan_mark  # type: ignore[attr-defined]
        for more in says
        for row in components.rows([CommissionPlan.model_validate(plan.model_dump() | more)])
    }
    assert len(marks) == len(says)
