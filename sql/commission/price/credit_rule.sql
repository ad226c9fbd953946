-- table: commission.credit_rule
-- kind:  view
-- grain: one row per credit that is paid by a rule of its plan
-- key:   credit_id
-- why:   which rule pays a credit; tiers and two-way tables look at where the payee stands, a rule looks
--        at what was sold and to whom, and at the discount or margin of its own order line. Of several
--        that fit the one of highest priority pays
select
  credit.credit_id,
  rule.rule_no,
  rule.rate_pct,
  rule.amount,
  -- the band that chose the rule, for the line that says why
  case
    when rule.margin_from is null and rule.margin_below is null then rule.discount_from
    else rule.margin_from
  end as band_from,
  coalesce(rule.margin_below, case when rule.margin_from is null then rule.discount_below end) as band_below,
  coalesce(rule.margin_from, rule.margin_below, rule.discount_from, rule.discount_below) is not null
    as is_banded
from core.fct_credit as credit
inner join policy.commission_rule as rule
  on
    credit.plan_id = rule.plan_id
    and credit.plan_version = rule.plan_version
    and credit.component_id = rule.component_id
where
  credit.rate_kind = 'rules'
  and (rule.product_id is null or rule.product_id = credit.product_id)
  and (rule.product_name is null or rule.product_name = credit.product_name)
  and (rule.product_category is null or rule.product_category = credit.product_category)
  and (rule.is_key_product is null or rule.is_key_product = credit.is_key_product)
  and (rule.is_new_customer is null or rule.is_new_customer = credit.is_new_customer)
  and (rule.contract_type is null or rule.contract_type = credit.contract_type)
  and (rule.segment is null or rule.segment = credit.segment)
  and (rule.discount_from is null or rule.discount_from <= credit.discount_pct)
  and (rule.discount_below is null or rule.discount_below > credit.discount_pct)
  and (rule.margin_from is null or rule.margin_from <= credit.margin_pct)
  and (rule.margin_below is null or rule.margin_below > credit.margin_pct)
qualify row_number() over (
  partition by credit.credit_id order by rule.priority desc, rule.rule_no asc
) = 1
