-- grain: one row per activity
-- why:   calls, visits, demonstrations around deals, first contacts of leads, visits to customers
with presales as (
  select
    employee_no,
    row_number() over (order by employee_no) - 1 as place,
    count(*) over () as places
  from employee
  where role = 'presales'
),

visit as (
  select
    stage_visit.deal_key * 16 + stage_visit.visit_no * 2 as visit_key,
    stage_visit.stage_no,
    stage_visit.entered_workday,
    greatest(0, stage_visit.left_workday - stage_visit.entered_workday) as stay,
    deal.deal_no,
    deal.first_owner_no,
    deal.successor_no,
    deal.is_handed_over,
    deal.tenure_end_workday,
    owner.care
  from stage_visit
  inner join deal on stage_visit.deal_key = deal.deal_key
  inner join employee as owner on deal.first_owner_no = owner.employee_no
  where stage_visit.stage_no < 6
),

many as (
  select
    *,
    unnest(range(0, least(6, floor(
      care * (0.5 + 0.9 * chance('how many', visit_key)) * (0.7 + stay / 12.0)
      * getvariable('activity_pct') / 100
    )::bigint))) as nth
  from visit
),

on_deal as (
  select
    8 * many.visit_key + many.nth as activity_key,
    case
      when many.stage_no in (3, 4) and chance('kind', 8 * many.visit_key + many.nth) < 0.10 then 'demo'
      when many.stage_no = 4 and chance('kind', 8 * many.visit_key + many.nth) < 0.14 then 'poc'
      when chance('kind', 8 * many.visit_key + many.nth) < 0.30 then 'visit'
      when chance('kind', 8 * many.visit_key + many.nth) < 0.40 then 'meeting'
      when chance('kind', 8 * many.visit_key + many.nth) < 0.55 then 'email'
      else 'call'
    end as type,
    office_time(workday.day, 'activity', 8 * many.visit_key + many.nth) as occurred_at,
    case
      -- pre-sales give every other demonstration
      when many.stage_no in (3, 4) and chance('kind', 8 * many.visit_key + many.nth) < 0.07
        then presales.employee_no
      when many.is_handed_over and workday.workday_no > many.tenure_end_workday
        then many.successor_no
      else many.first_owner_no
    end as employee_no,
    null::bigint as lead_no,
    many.deal_no,
    null::bigint as customer_no,
    many.care
  from many
  inner join workday
    on
      workday.workday_no
      = many.entered_workday + roll('day', 8 * many.visit_key + many.nth, many.stay + 1)::int
  inner join presales on presales.place = many.deal_no % presales.places
),

on_lead as (
  select
    -lead.lead_key as activity_key,
    case when chance('lead by mail', lead.lead_key) < 0.2 then 'email' else 'call' end as type,
    lead.first_contact_at as occurred_at,
    lead.owner_no as employee_no,
    lead.lead_no,
    null::bigint as deal_no,
    null::bigint as customer_no,
    lead.care
  from lead
  where lead.first_contact_at is not null and chance('contact entered', lead.lead_key) < 0.42
),

on_customer as (
  select
    -4 * getvariable('new_deals') - slot.workday_no * 10000 - slot.seat_no as activity_key,
    case
      when chance('just a call', slot.workday_no * 10000 + slot.seat_no) < 0.12 then 'call' else 'visit'
    end
      as type,
    office_time(slot.day, 'customer visit', slot.workday_no * 10000 + slot.seat_no) as occurred_at,
    slot.employee_no,
    null::bigint as lead_no,
    null::bigint as deal_no,
    slot.seat_no + getvariable(
      'teams') * 6 * roll(
      'visited', slot.workday_no * 10000 + slot.seat_no,
      (getvariable('customers_per_seat') * 0.4)::bigint
    ) as customer_no,
    owner.care
  from slot
  inner join employee as owner on slot.employee_no = owner.employee_no
  where chance('visits', slot.workday_no * 10000 + slot.seat_no) < 0.37 * owner.care
),

every_activity as (
  from on_deal
  union all
  from on_lead
  union all
  from on_customer
),

logged as (
  select
    *,
    occurred_at + to_minutes(case
      when
        chance('logged at once', activity_key) < 0.5 + 0.48 * care
        then 5 + roll('logging', activity_key, 1200)
      else 1500 + (wait('logging late', activity_key) * 4200)::bigint
    end) as logged_at,
    chance('effective', activity_key) as effect_draw
  from every_activity
)

select
  * exclude (effect_draw, care),
  row_number() over (order by occurred_at, activity_key)::bigint as activity_no,
  effect_draw < case type when 'call' then 0.55 when 'email' then 0.45 else 0.84 end as is_effective,
  case
    when type in ('demo', 'poc') then case when effect_draw < 0.72 then 'success' else 'failure' end
    when lead_no is not null then case when effect_draw < 0.62 then 'reached' else 'no_answer' end
  end as outcome,
  case
    when type in ('demo', 'poc') and chance('scored demo', activity_key) < 0.8
      then greatest(1, least(5, 4 + (bell('demo score', activity_key) * 0.8)::int))
  end as score
from logged
where logged_at < getvariable('last_day') + 1
