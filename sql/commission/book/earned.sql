-- table: commission.earned
-- kind:  view
-- grain: one row per earned line of a payee
-- key:   line_id
-- why:   everything that is earned in one shape: credits, what limits take from them, shares of pools,
--        manual adjustments. A pool's own lines are the working of its members' shares. What a line of
--        a credit comes from (event, document, split) stands in core.fct_credit and is not said here:
--        most readers add up, and a million lines are not joined with their documents for that
select
  line_id,
  payee_id,
  period,
  credit_date,
  plan_id,
  plan_version,
  component_id,
  credit_id,
  cast(null as varchar) as event_id,
  family_id,
  source_kind,
  cast(null as varchar) as source_id,
  cast(null as varchar) as invoice_id,
  credit_amount,
  cast(null as decimal(18, 4)) as source_amount,
  cast(null as decimal(9, 4)) as split_pct,
  cast(null as decimal(9, 4)) as cut_pct,
  tier_from,
  tier_to,
  rate,
  amount,
  case
    when reverses_line_id is not null then 'clawback'
    when step_kind = 'rerated' then 'tier_reached'
    else source_kind
  end as cause,
  reverses_line_id,
  position_to,
  quota,
  cast(null as bigint) as _load,
  cast(null as bigint) as _line
from commission.credit_earning
where payee_id not like 'pool:%'
union all
select
  taken.limit_id as line_id,
  taken.payee_id,
  taken.period,
  taken.credit_date,
  taken.plan_id,
  taken.plan_version,
  taken.component_id,
  taken.limit_id as credit_id,
  taken.event_id,
  event.family_id,
  taken.source_kind,
  taken.source_id,
  taken.invoice_id,
  cast(0 as decimal(18, 4)) as credit_amount,
  event.net_amount_base as source_amount,
  cast(null as decimal(9, 4)) as split_pct,
  cast(null as decimal(9, 4)) as cut_pct,
  cast(null as decimal(18, 4)) as tier_from,
  cast(null as decimal(18, 4)) as tier_to,
  cast(null as decimal(18, 10)) as rate,
  taken.amount,
  taken.cause,
  cast(null as varchar) as reverses_line_id,
  cast(null as decimal(18, 4)) as position_to,
  cast(null as decimal(18, 4)) as quota,
  taken._load,
  taken._line
from commission.limit_taken as taken
left join core.fct_credit_event as event on taken.event_id = event.event_id
where taken.payee_id not like 'pool:%'
union all
select
  concat_ws('|', pool_id, plan_id, component_id, period, employee_id) as line_id,
  employee_id as payee_id,
  period,
  cast(cast(concat(period, '-01') as date) + interval 1 month - interval 1 day as date) as credit_date,
  plan_id,
  plan_version,
  component_id,
  concat_ws('|', pool_id, plan_id, component_id, period) as credit_id,
  cast(null as varchar) as event_id,
  cast(null as varchar) as family_id,
  'pool' as source_kind,
  concat_ws(':', pool_id, period) as source_id,
  cast(null as varchar) as invoice_id,
  pool_amount as credit_amount,
  cast(null as decimal(18, 4)) as source_amount,
  cast(null as decimal(9, 4)) as split_pct,
  cast(null as decimal(9, 4)) as cut_pct,
  cast(null as decimal(18, 4)) as tier_from,
  cast(null as decimal(18, 4)) as tier_to,
  cast(null as decimal(18, 10)) as rate,
  amount,
  'pool' as cause,
  cast(null as varchar) as reverses_line_id,
  cast(null as decimal(18, 4)) as position_to,
  cast(null as decimal(18, 4)) as quota,
  cast(null as bigint) as _load,
  cast(null as bigint) as _line
from commission.pool_share
union all
select
  concat('adjustment:', adjustment.adjustment_id) as line_id,
  adjustment.employee_id as payee_id,
  adjustment.period,
  cast(cast(concat(adjustment.period, '-01') as date) + interval 1 month - interval 1 day as date)
    as credit_date,
  cast(null as varchar) as plan_id,
  cast(null as integer) as plan_version,
  'adjustment' as component_id,
  concat('adjustment:', adjustment.adjustment_id) as credit_id,
  cast(null as varchar) as event_id,
  cast(null as varchar) as family_id,
  'adjustment' as source_kind,
  adjustment.adjustment_id as source_id,
  cast(null as varchar) as invoice_id,
  cast(0 as decimal(18, 4)) as credit_amount,
  cast(null as decimal(18, 4)) as source_amount,
  cast(null as decimal(9, 4)) as split_pct,
  cast(null as decimal(9, 4)) as cut_pct,
  cast(null as decimal(18, 4)) as tier_from,
  cast(null as decimal(18, 4)) as tier_to,
  cast(null as decimal(18, 10)) as rate,
  adjustment.amount,
  coalesce(adjustment.kind, 'correction') as cause,
  cast(null as varchar) as reverses_line_id,
  cast(null as decimal(18, 4)) as position_to,
  cast(null as decimal(18, 4)) as quota,
  adjustment._load,
  adjustment._line
from staging.commission_adjustment as adjustment
cross join core.parameter as parameter
where
  coalesce(adjustment.kind, 'correction') <> 'draw'
  and adjustment.period <= strftime(parameter.as_of_date, '%Y-%m')
