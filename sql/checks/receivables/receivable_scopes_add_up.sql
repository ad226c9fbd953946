-- check:    receivable_scopes_add_up
-- guards:   mart.receivable_ageing
-- severity: block
-- zh:       每个日期：员工、团队、大区、客群、币种、客户的应收各自加总 = 公司
-- en:       on every day, each kind of scope (people, units, segments, currencies, customers) adds up
-- effect_zh: 按人、部门、客户相加的应收与公司合计不符。
-- effect_en: Receivables by person, unit and customer do not add up to the company's.
-- asks:     finance
-- why:      finance signs one balance, whichever way it is read
with scoped as (
  select
    as_of_date,
    scope_kind,
    sum(open_amount_base) as amount
  from mart.receivable_ageing
  where scope_kind <> 'partner'
  group by as_of_date, scope_kind
)

select
  scoped.as_of_date,
  scoped.scope_kind,
  scoped.amount,
  company.amount as company_amount
from scoped
inner join scoped as company
  on scoped.as_of_date = company.as_of_date and company.scope_kind = 'company'
where scoped.amount <> company.amount
