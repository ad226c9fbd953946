-- grain: one row per deal that is not a renewal
-- why:   how many deals begin on which slot, and with which customer of the territory
with dealt as (
  select
    seat_no,
    employee_no,
    day,
    workday_no,
    unnest(range(
      ((weight_to - weight) * getvariable('new_deals') // weight_all)::bigint,
      (weight_to * getvariable('new_deals') // weight_all)::bigint
    )) + 1 as deal_key
  from slot
),

placed as (
  select
    *,
    getvariable('customers_per_seat') as places,
    -- share of the territory's customers known by that day
    0.45 + 0.55 * ((day - date '2024-11-01') / 745.0) as known
  from dealt
)

select
  deal_key,
  seat_no,
  employee_no,
  workday_no as created_workday,
  seat_no + getvariable('teams') * 6 * greatest(0, least(
    floor(places * known)::bigint - 1,
    case
      -- a third of the deals are with the newest customers
      when chance('newest', deal_key) < 0.40
        then floor(places * (known - 0.07 * chance('which new', deal_key)))::bigint - 1
      else floor(places * known * pow(chance('which', deal_key), 1.5))::bigint
    end
  )) as customer_no,
  false as is_renewal,
  null::bigint as parent_deal_key,
  null::bigint as parent_cents
from placed
