-- grain: one row per won deal, which becomes one contract
-- why:   what was signed, by whom, when, for how long
with signed as (
  select
    deal.deal_key,
    deal.deal_no,
    deal.customer_no,
    deal.owner_no,
    deal.is_renewal,
    deal.parent_deal_key,
    deal.category_no,
    deal.currency,
    deal.closed_at as signed_at,
    value.net_cents,
    row_number() over (
      partition by deal.customer_no order by deal.closed_at, deal.deal_key
    ) = 1 as is_first,
    row_number() over (order by deal.closed_at, deal.deal_key)::bigint as contract_no
  from deal
  inner join deal_value as value on deal.deal_key = value.deal_key
  where deal.outcome = 'won'
),

termed as (
  select
    *,
    signed_at - to_minutes(60 * 20 + roll('sent', deal_key, 60 * 24 * 6)) as sent_at,
    signed_at::date + case when is_renewal then 3 else roll('start', deal_key, 8) end::int
      as start_date
  from signed
)

select
  termed.contract_no,
  termed.deal_key,
  termed.deal_no,
  termed.customer_no,
  termed.owner_no,
  termed.currency,
  termed.category_no,
  case
    when termed.is_renewal then 'renewal'
    when termed.is_first then 'new'
    when chance('cross', termed.deal_key) < 0.4 then 'cross_sell'
    else 'upsell'
  end as type,
  termed.net_cents,
  case when termed.currency = 'CNY' then vat_of(termed.net_cents) else 0 end as tax_cents,
  date_trunc('minute', termed.sent_at) as sent_at,
  date_trunc('minute', termed.sent_at + to_days((4 + roll('term', termed.deal_key, 4))::int)) as due_at,
  termed.signed_at,
  termed.start_date,
  case when termed.category_no = 7 then termed.start_date + 364 end as end_date,
  parent.contract_no as renews_contract_no,
  chance('compliant', termed.deal_key) < 0.94 as is_compliant,
  case
    when chance('clauses', termed.deal_key) < 0.86 then 0
    else 1 + roll('how many clauses', termed.deal_key, 3)
  end as clauses,
  case
    when chance('ended early', termed.deal_key) < 0.008 then 'terminated'
    when termed.category_no = 7 and termed.start_date + 364 < getvariable('last_day')
      then 'expired'
    else 'active'
  end as status
from termed
left join signed as parent on termed.parent_deal_key = parent.deal_key
