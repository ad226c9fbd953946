-- grain: one row per lead
-- why:   leads that became deals lie before their deal; the others are drawn over the same season
with converted as (
  select
    deal.deal_key as lead_key,
    deal.deal_key,
    deal.deal_no,
    deal.customer_no,
    deal.first_owner_no as owner_no,
    deal.source,
    deal.seat_no,
    date_trunc(
      'minute', deal.created_at
      - to_minutes(60 * 30 + (wait('lead time', deal.deal_key) * 60 * 24 * 9)::bigint)
    ) as created_at,
    deal.created_at as converted_at
  from deal
  where
    deal.source in ('website', 'event', 'referral', 'cold_call', 'partner') and not deal.is_renewal
    and chance('from a lead', deal.deal_key) < 0.52
),

sdr as (
  select
    employee_no,
    row_number() over (order by employee_no) - 1 as place,
    count(*) over () as places
  from employee
  where role = 'sdr'
),

dealt as (
  select
    seat_no,
    employee_no,
    day,
    unnest(range(
      ((weight_to - weight) * getvariable('cold_leads') // weight_all)::bigint,
      (weight_to * getvariable('cold_leads') // weight_all)::bigint
    )) + 1 as cold_no
  from slot
),

cold as (
  select
    3 * getvariable('new_deals') + dealt.cold_no as lead_key,
    null::bigint as deal_key,
    null::bigint as deal_no,
    null::bigint as customer_no,
    case when chance('kept by sdr', dealt.cold_no) < 0.45 then sdr.employee_no else dealt.employee_no end
      as owner_no,
    case
      when chance('cold source', dealt.cold_no) < 0.34 then 'website'
      when chance('cold source', dealt.cold_no) < 0.62 then 'event'
      when chance('cold source', dealt.cold_no) < 0.69 then 'referral'
      when chance('cold source', dealt.cold_no) < 0.90 then 'cold_call'
      else 'partner'
    end as source,
    dealt.seat_no,
    office_time(dealt.day, 'cold lead', dealt.cold_no) as created_at,
    null::timestamp as converted_at
  from dealt
  inner join sdr on sdr.place = dealt.cold_no % sdr.places
),

every_lead as (
  from converted
  where created_at >= timestamp '2024-11-01'
  union all
  from cold
),

phased as (
  select
    every_lead.*,
    owner.care,
    created_at + to_minutes(15 + roll('assigned', lead_key, 300)) as assigned_at,
    coalesce(
      date_diff('minute', created_at, converted_at),
      (60 * 24 * 12 * (1 + wait('slow', lead_key)))::bigint
    ) as minutes,
    chance('lead fate', lead_key) as fate_draw
  from every_lead
  inner join employee as owner on every_lead.owner_no = owner.employee_no
  where owner.joined_date is null or every_lead.created_at >= owner.joined_date
),

touched as (
  select
    *,
    case
      when converted_at is null and chance('untouched', lead_key) < 0.07 then null
      when chance('in time', lead_key) < 0.55 + 0.4 * care
        then least(
          assigned_at + to_minutes(20 + roll('contact', lead_key, 1400)),
          coalesce(converted_at, timestamp '9999-01-01')
        )
      else least(
        assigned_at + to_minutes(1445 + (wait('late contact', lead_key) * 2200)::bigint),
        coalesce(converted_at, timestamp '9999-01-01')
      )
    end as would_contact_at,
    case
      when converted_at is not null or fate_draw < 0.34
        then created_at + to_minutes(minutes * 45 // 100)
    end as would_mql_at,
    case
      when converted_at is not null or fate_draw < 0.11
        then created_at + to_minutes(minutes * 80 // 100)
    end as would_sql_at
  from phased
),

known as (
  select
    * exclude (would_contact_at, would_mql_at, would_sql_at),
    case
      when would_contact_at < getvariable('last_day') + 1 then date_trunc('minute', would_contact_at)
    end
      as first_contact_at,
    case when would_mql_at < getvariable('last_day') + 1 then date_trunc('minute', would_mql_at) end
      as mql_at,
    case when would_sql_at < getvariable('last_day') + 1 then date_trunc('minute', would_sql_at) end
      as sql_at
  from touched
  where created_at < getvariable('last_day') + 1
)

select
  *,
  row_number() over (order by created_at, lead_key)::bigint as lead_no,
  case
    when converted_at is not null then 'converted'
    when
      fate_draw > 0.55 and created_at < getvariable('last_day')::timestamp - interval 6 day
      then 'disqualified'
    when first_contact_at is null then 'new'
    when sql_at is not null or mql_at is not null then 'working'
    else 'nurturing'
  end as status,
  case
    when source in ('website', 'event') and chance('campaign', lead_key) < 0.85
      then (
        (year(created_at) * 12 + month(created_at) - 24299) * getvariable('campaigns_per_month')
        + roll('which campaign', lead_key, getvariable('campaigns_per_month')) + 1
      )::int
  end as campaign_no,
  case
    when source = 'referral' and chance('referrer', lead_key) < 0.7
      then seat_no + getvariable(
        'teams') * 6 * roll(
        'referrer no', lead_key,
        (getvariable('customers_per_seat') * 0.4)::bigint
      )
  end as referrer_no
from known
