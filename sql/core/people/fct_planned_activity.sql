-- table: core.fct_planned_activity
-- kind:  view
-- grain: one row per call, visit and lead that became a prospect
-- key:   measure, source_id
-- why:   what quotas of activity count, under the names the quotas have
select
  case type when 'call' then 'calls' else 'visits' end as measure,
  activity_id as source_id,
  employee_id,
  occurred_date,
  _load,
  _line
from core.fct_activity
where type in ('call', 'visit')
union all
select
  'new_prospects' as measure,
  lead_id as source_id,
  owner_id as employee_id,
  sql_date as occurred_date,
  _load,
  _line
from core.fct_lead
where sql_date is not null
