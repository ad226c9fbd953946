-- table: commission.credit_rule
-- kind:  view
-- grain: one row per credit that is paid by a rule of its plan
-- key:   credit_id
-- why:   which rule pays a credit; tiers and two-way tables look at where the payee stands, a rule looks
--        at what was sold and to whom. Of several that fit the one of highest priority pays
select
  credit.credit_id,
  rule.rule_no,
  rule.rate_pct,
  rule.amount
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
qualify row_number() over (
  partition by credit.credit_id order by rule.priority desc, rule.rule_no asc
) = 1
