-- grain: one row per case
-- why:   complaints, questions and service calls after delivery
with agent as (
  select
    employee_no,
    row_number() over (order by employee_no) - 1 as place,
    count(*) over () as places
  from employee
  where role = 'service'
),

opened as (
  select
    sales_order.order_key,
    sales_order.customer_no,
    office_time(
      sales_order.delivered_date + roll('case day', sales_order.order_key, 70)::int,
      'case', sales_order.order_key
    ) as opened_at,
    case
      when chance('case kind', sales_order.order_key) < 0.34 then 'complaint'
      when chance('case kind', sales_order.order_key) < 0.62 then 'question'
      else 'service'
    end as category,
    pick('severity', sales_order.order_key, ['low', 'low', 'medium', 'medium', 'medium', 'high'])
      as severity
  from sales_order
  where
    sales_order.delivered_date is not null
    and chance('case', sales_order.order_key)
    < case when sales_order.has_error then 0.6 else 0.24 end
),

answered as (
  select
    opened.*,
    agent.employee_no,
    opened_at + to_minutes(
      (20 + wait('response', order_key) * case severity when 'high' then 120 else 420 end)::bigint
    ) as responded_at
  from opened
  inner join agent on agent.place = opened.order_key % agent.places
  where opened_at < getvariable('last_day') + 1
)

select
  row_number() over (order by opened_at, order_key)::bigint as case_no,
  order_key,
  customer_no,
  employee_no,
  category,
  severity,
  opened_at,
  case when responded_at < getvariable('last_day') + 1 then date_trunc('minute', responded_at) end
    as first_response_at,
  case
    when
      responded_at + to_minutes((wait('solving', order_key) * 60 * 46)::bigint)
      < getvariable('last_day') + 1
      then
        date_trunc(
          'minute', responded_at + to_minutes((wait('solving', order_key) * 60 * 46)::bigint)
        )
  end as closed_at
from answered
