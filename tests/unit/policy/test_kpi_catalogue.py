"""KPIs and facts are held against the SQL they stand on before anything is computed."""

from __future__ import annotations

import pytest

from pipelines.models.catalog import all_models
from tests.support.laboratory import ROOT, Laboratory
from tests.support.policy_files import PolicyFiles

MONEY = "kpis/money.yaml"
FACTS = "kpis/facts.yaml"
OWN = """\
big_deals:
  label: {zh: 大单数, en: Big deals}
  description: {zh: 大于一百万的商机数。, en: Deals over a million.}
  formula: {zh: 计数, en: count}
  fact: opportunity
  date: created_date
  where: amount_base > 1000000 and outcome = 'won'
  unit: count
  direction: up
  owner: sales_ops
"""


def test_a_kpi_of_one_s_own_is_an_entry_in_a_file(policies: PolicyFiles) -> None:
    assert "big_deals" in policies.put("kpis/own.yaml", OWN).load().catalogue.kpis


MISTAKES = [
    (MONEY, "numerator: amount_base", "numerator: amuont_base", "amuont_base",
     "collections.numerator: core.fct_collection has no column 'amuont_base' "
     "(did you mean amount_base?)."),
    (MONEY, "numerator: amount_base", "numerator: sum(amount_base)", "sum(amount_base)",
     "collections.numerator: a formula is about one row of the fact; attain itself takes the sum."),
    (MONEY, "numerator: amount_base", "numerator: amount_base +* 2", "+* 2",
     "collections.numerator: 'amount_base +* 2' is not an SQL expression."),
    (MONEY, "date: allocated_date", "date: allocted_date", "allocted_date",
     "collections.date: core.fct_collection has no column 'allocted_date' "
     "(did you mean allocated_date?)."),
    (MONEY, "fact: collection\n", "fact: collections\n", "fact: collections",
     "collections.fact: no fact named 'collections' (did you mean collection?)."),
    (MONEY, "scopes: [segment]", "scopes: [segmnt]", "segmnt",
     "collections.scopes: collection has no scope 'segmnt' (did you mean segment?)."),
    (MONEY, "unit: money", "unit: moeny", "moeny",
     "collections.unit: expected 'money', 'count', 'ratio', 'days', 'hours', 'score' or 'multiple' "
     "(did you mean money?); found 'moeny'."),
    (MONEY, "unit: money", "unti: money", "unti",
     "collections.unti: unknown key (did you mean unit?)."),
    (MONEY, "target: {measure: collections}", "target: {measure: a, value: 1}", "value: 1",
     "collections.target: a target has either `measure` or `value`."),
    (MONEY, "overdue_rate:\n", "rate_of_ours:\n", "kind: modelled",
     "rate_of_ours.kind: no SQL model computes it; use `sum`, `ratio` or `percentile`."),
    (MONEY, "numerator: expense_amount.num", "numerator: expense_amuont.num", "expense_amuont",
     "expense_ratio.numerator: no KPI named 'expense_amuont' (did you mean expense_amount?)."),
    (MONEY, "numerator: expense_amount.num", "numerator: expense_amount.den", "expense_amount.den",
     "expense_ratio.numerator: expense_amount has no denominator; use expense_amount.num."),
    (MONEY, "numerator: expense_amount.num", "numerator: expense_amount",
     "numerator: expense_amount",
     "expense_ratio.numerator: expense_amount is no part of a KPI; write for example "
     "complaints.num, .den or .n."),
    (MONEY, "  n: expense_amount.n\n", "", "expense_ratio:",
     "expense_ratio: a derived KPI is made of others, such as calls.num, and needs `n`."),
    (MONEY, "denominator: sales_amount.num\n  n: exp", "denominator: sales_amount.sum\n  n: exp",
     "sales_amount.sum",
     "expense_ratio.denominator: sales_amount.sum is no part of a KPI; write for example "
     "complaints.num, .den or .n."),
    (MONEY, "numerator: expense_amount.num", "numerator: expense_amount.num +* 2", "+* 2",
     "expense_ratio.numerator: 'expense_amount.num +* 2' is not an SQL expression."),
    (MONEY, "numerator: expense_amount.num", "numerator: cei.num", "numerator: cei.num",
     "expense_ratio.numerator: cei is derived itself; name the KPIs it is made of."),
    (MONEY, "fact: credit_breach", "fact: customer", "kind: balance",
     "credit_limit_breaches.kind: customer has no `span`; a balance needs one."),
    (MONEY, "needs: [expense_budget]", "needs: [expense_budgt]", "expense_budgt",
     "expense_budget_use.needs: 'expense_budgt' is not a canonical table "
     "(did you mean expense_budget?)."),
    (MONEY, "collections:\n", "Our-Collections:\n", "Our-Collections",
     "Our-Collections: a KPI's name is a word of small letters, digits and `_`."),
    (FACTS, "table: core.fct_lead", "table: core.fct_leed", "fct_leed",
     "lead.table: no table 'core.fct_leed' (did you mean core.fct_lead?)."),
    (FACTS, "owner: owner_id", "owner: ownr_id", "ownr_id",
     "lead.owner: core.fct_lead has no column 'ownr_id' (did you mean owner_id?)."),
    (FACTS, "scopes: {source: source,", "scopes: {source: sorce,", "sorce",
     "lead.scopes.source: core.fct_lead has no column 'sorce' (did you mean source?)."),
    (FACTS, "show: [source,", "show: [sorce,", "sorce",
     "lead.show: core.fct_lead has no column 'sorce' (did you mean source?)."),
    (FACTS, "needs: [lead]", "needs: [leads]", "leads",
     "lead.needs: 'leads' is not a canonical table (did you mean lead?)."),
    (FACTS, "owner: owner_id", "ower: owner_id", "ower:",
     "lead.ower: unknown key (did you mean owner?)."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "at", "expected"), MISTAKES)
def test_a_mistake_is_one_sentence_with_file_line_and_key(
    policies: PolicyFiles, name: str, old: str, new: str, at: str, expected: str
) -> None:
    policies.change(name, old, new)
    assert policies.mistake() == f"policy/{name} line {policies.line_of(name, at)}, {expected}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("where: amount_base > 1000000", "where: amuont_base > 1000000",
         "big_deals.where: core.fct_opportunity has no column 'amuont_base'"),
        ("unit: count", "kind: ratio\n  unit: count", "big_deals: a ratio needs a denominator."),
        ("unit: count", "denominator: amount_base\n  unit: count",
         "big_deals: a KPI with a denominator is of kind `ratio`."),
        ("unit: count", "kind: percentile\n  unit: count",
         "big_deals: a percentile KPI needs `percentile`, such as 0.5."),
        ("unit: count",
         "kind: percentile\n  percentile: 0.5\n  numerator: amount_base\n  unit: count",
         "big_deals.date: the percentile KPIs of a fact share one date; "),
    ],
)  # fmt: skip
def test_a_mistake_in_one_s_own_kpi_is_one_sentence(
    policies: PolicyFiles, old: str, new: str, expected: str
) -> None:
    message = policies.put("kpis/own.yaml", OWN.replace(old, new)).mistake()
    assert message.startswith("policy/kpis/own.yaml line ")
    assert expected in message


def test_a_kpi_that_ships_already_is_a_mistake_of_one_s_own_file(policies: PolicyFiles) -> None:
    """Whatever the file is called: nobody is sent into the installation."""
    policies.put("kpis/a_own.yaml", OWN.replace("big_deals:", "collections:"))
    assert policies.mistake() == (
        "policy/kpis/a_own.yaml line 1, collections: this KPI is defined twice."
    )


def test_a_kpi_of_two_files_is_named(policies: PolicyFiles) -> None:
    policies.put("kpis/own.yaml", OWN).put("kpis/own_too.yaml", OWN)
    assert policies.mistake() == (
        "policy/kpis/own_too.yaml line 1, big_deals: this KPI is defined twice."
    )


def test_the_guide_s_own_kpi_is_computed_as_it_says(policies: PolicyFiles, lab: Laboratory) -> None:
    guide = (ROOT / "docs" / "guide-administrator.md").read_text(encoding="utf-8")
    entry = guide.split("## Adding a KPI")[1].split("```yaml\n")[1].split("```")[0]
    loaded = policies.put("kpis/own.yaml", entry).load()
    golden = loaded.catalogue.kpis["large_wins"].golden
    assert golden is not None
    lab.given("core.fct_opportunity", [dict(row) for row in golden.rows])
    sql = {model.name: model.sql for model in all_models(loaded)}["kpi.opportunity"]
    found = lab.query(
        f"select large_wins__num as num, large_wins__n as n from ({sql}) "
        "where period_kind = 'month' and period_start = date '2026-11-01' "
        "and scope_kind = 'company'"
    )
    assert [(row["num"], row["n"]) for row in found] == [(golden.numerator, golden.n)]
