-- grain: one row per deal
-- why:   dates, numbers in order of creation, and who owned it first and last
with planned as (
  from deal_base
  union all by name
  from deal_renewal
),

dated as (
  select
    planned.*,
    office_time(created.day, 'created', planned.deal_key) as created_at,
    case
      when planned.outcome <> 'open'
        then office_time(ended.day, 'ended', planned.deal_key)
    end as closed_at,
    leaving.workday_no as tenure_end_workday
  from planned
  inner join workday as created on planned.created_workday = created.workday_no
  left join workday as ended on planned.end_workday = ended.workday_no
  left join calendar as leaving on planned.tenure_end_date = leaving.day
)

select
  *,
  row_number() over (order by created_at, deal_key)::bigint as deal_no,
  -- open when its owner left: handed over that evening
  tenure_end_workday is not null and end_workday > tenure_end_workday as is_handed_over,
  case
    when tenure_end_workday is not null and end_workday > tenure_end_workday
      then successor_no
    else first_owner_no
  end as owner_no
from dated
