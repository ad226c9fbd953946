-- grain: one row per answer
-- why:   satisfaction after delivery, willingness to recommend some time after signing
with answer as (
  select
    order_key * 2 as survey_key,
    customer_no,
    owner_no,
    contract_no,
    'csat' as kind,
    greatest(1, least(5, round(
      4.25 + 0.85 * bell('csat', order_key)
      - case when has_error then 1 when delivered_date > promised_date then 0.6 else 0 end
    )::int)) as score,
    office_time(delivered_date + 2 + roll('csat day', order_key, 18)::int, 'csat time', order_key)
      as responded_at
  from sales_order
  where delivered_date is not null and chance('csat sent', order_key) < 0.36
  union all
  select
    contract.deal_key * 4 + 1 as survey_key,
    contract.customer_no,
    contract.owner_no,
    contract.contract_no,
    'nps' as kind,
    greatest(0, least(10, round(8.1 + 1.9 * bell('nps', contract.deal_key))::int)) as score,
    office_time(
      contract.signed_at::date + 75 + roll('nps day', contract.deal_key, 40)::int,
      'nps time',
      contract.deal_key
    ) as responded_at
  from contract
  where chance('nps sent', contract.deal_key) < 0.34
)

select
  *,
  row_number() over (order by responded_at, survey_key)::bigint as survey_no
from answer
where responded_at < getvariable('last_day') + 1
