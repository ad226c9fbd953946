-- grain: one row per renewal deal
-- why:   service contracts run a year; most come up for renewal shortly before they end
with service as (
  select
    deal.deal_key,
    deal.seat_no,
    deal.customer_no,
    deal.target_cents,
    signed.day + 365 - 20 - roll('renewal lead', deal.deal_key, 45)::int as opens_date
  from deal_base as deal
  inner join workday as signed on deal.end_workday = signed.workday_no
  where deal.outcome = 'won' and deal.category_no = 7 and chance('asks', deal.deal_key) < 0.88
)

select
  getvariable('new_deals') + service.deal_key as deal_key,
  service.seat_no,
  tenure.employee_no,
  calendar.workday_no as created_workday,
  service.customer_no,
  true as is_renewal,
  service.deal_key as parent_deal_key,
  service.target_cents as parent_cents
from service
inner join calendar on service.opens_date = calendar.day
inner join seat_tenure as tenure
  on
    service.seat_no = tenure.seat_no
    and service.opens_date >= tenure.from_date
    and service.opens_date < coalesce(tenure.to_date, date '9999-12-31')
where service.opens_date <= getvariable('last_day') - 2
