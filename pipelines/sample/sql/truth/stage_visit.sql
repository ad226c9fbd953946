-- grain: one row per deal and visit to a stage, up to the last day
-- why:   stage events, activities and quotes hang on visits
with step as (
  select
    deal_key,
    deal_no,
    outcome,
    last_workday,
    end_workday,
    closed_at,
    path,
    stays,
    created_workday,
    len(path) as steps,
    unnest(range(1, len(path) + 1))::int as visit_no
  from deal
),

entered as (
  select
    deal_key,
    deal_no,
    outcome,
    visit_no,
    steps,
    last_workday,
    end_workday,
    closed_at,
    path[visit_no] as stage_no,
    path[visit_no - 1] as from_stage_no,
    case
      when path[visit_no] = 6 then end_workday
      else created_workday + coalesce(list_sum(stays[:visit_no - 1]), 0)::int
    end as entered_workday,
    case
      when path[visit_no + 1] = 6 or visit_no = steps then end_workday
      else created_workday + list_sum(stays[:visit_no])::int
    end as left_workday
  from step
)

select
  entered.deal_key,
  entered.deal_no,
  entered.visit_no,
  entered.stage_no,
  entered.from_stage_no,
  entered.entered_workday,
  least(entered.left_workday, entered.last_workday) as left_workday,
  case
    when entered.stage_no = 6 then entered.closed_at
    else office_time(workday.day, 'stage', entered.deal_key * 10 + entered.visit_no)
  end as entered_at
from entered
inner join workday on entered.entered_workday = workday.workday_no
where
  entered.entered_workday <= entered.last_workday
  and (entered.stage_no < 6 or entered.outcome = 'won')
