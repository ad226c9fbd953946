-- what was written about people in the last twelve months and no scorecard takes
select
  refused.kind,
  refused.employee_id,
  refused.period,
  refused.name,
  refused.given_at,
  refused.stated,
  refused.given_by,
  refused.refused_for,
  load.file,
  refused._line as line
from mart.appraisal_refused as refused
left join mart.load as load on refused._load = load.load_id
where
  -- nobody knows when what cannot be read was written; its period tells
  coalesce(strftime(refused.given_at, '%Y-%m'), concat(substr(refused.period, 1, 4), '-12'))
  >= strftime(cast($as_of as date) - interval 12 month, '%Y-%m')
order by
  refused.given_at desc, refused.employee_id asc, refused.kind asc, refused.name asc,
  refused.period asc, load.file asc, refused._line asc
