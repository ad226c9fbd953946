-- table: commission.computed_line
-- kind:  view
-- grain: one row per line of a ledger as computed anew from everything known now
-- key:   line_id
-- why:   earned, payable, held and paid in one table. Nothing here knows of closed months: what was
--        closed is compared with it, and only the difference is posted. Earned plus draws is payable
--        plus held, line by line. A line of a credit does not repeat where the credit comes from
with entry as (
  select
    entry.*,
    component.plan_mark,
    coalesce(component.release_when <> 'at_once' or component.hold_pct > 0, false) as is_timed
  from commission.earned as entry
  left join policy.commission_component as component
    on
      entry.plan_id = component.plan_id
      and entry.plan_version = component.plan_version
      and entry.component_id = component.component_id
),

release as (
  select
    release.release_id,
    release.payee_id,
    release.plan_id,
    release.plan_version,
    release.component_id,
    release.family_kind,
    release.family_id,
    release.release_date,
    release.amount,
    release.cause,
    release.release_date <= parameter.as_of_date as is_due,
    component.plan_mark
  from commission.release as release
  cross join core.parameter as parameter
  left join policy.commission_component as component
    on
      release.plan_id = component.plan_id
      and release.plan_version = component.plan_version
      and release.component_id = component.component_id
),

draw as (
  select
    draw.payee_id,
    draw.period,
    draw.plan_id,
    draw.plan_version,
    plan.plan_mark,
    cast(draw.month_start + interval 1 month - interval 1 day as date) as credit_date,
    draw.is_draw_recoverable,
    draw.drawn,
    draw.recovered
  from commission.draw as draw
  left join policy.commission_plan as plan
    on draw.plan_id = plan.plan_id and draw.plan_version = plan.plan_version
),

-- what is earned is payable at once, or held until it is released
side as (
  select
    'earned' as ledger,
    false as is_timed,
    false as is_echo
  union all
  select
    'earned' as ledger,
    true as is_timed,
    false as is_echo
  union all
  select
    'payable' as ledger,
    false as is_timed,
    true as is_echo
  union all
  select
    'held' as ledger,
    true as is_timed,
    true as is_echo
),

line as (
  select
    concat(side.ledger, ':', entry.line_id) as line_id,
    side.ledger,
    side.is_echo,
    entry.payee_id,
    entry.period,
    entry.credit_date,
    entry.plan_id,
    entry.plan_version,
    entry.plan_mark,
    entry.component_id,
    entry.credit_id,
    entry.event_id,
    entry.source_kind,
    entry.source_id,
    entry.invoice_id,
    case when side.ledger = 'held' then cast(0 as decimal(18, 4)) else entry.credit_amount end
      as credit_amount,
    entry.source_amount,
    entry.split_pct,
    entry.cut_pct,
    entry.tier_from,
    entry.tier_to,
    entry.rate,
    entry.amount,
    case side.ledger when 'earned' then entry.cause when 'payable' then 'released_at_once' else 'held' end
      as cause,
    concat(side.ledger, ':', entry.reverses_line_id) as reverses_line_id,
    entry.position_to,
    entry.quota,
    case when side.ledger = 'payable' then entry.credit_date end as release_date,
    entry._load,
    entry._line
  from entry
  inner join side on entry.is_timed = side.is_timed
  union all
  select
    concat(release_ledger.ledger, ':', release.release_id) as line_id,
    release_ledger.ledger,
    release_ledger.ledger = 'held' as is_echo,
    release.payee_id,
    strftime(release.release_date, '%Y-%m') as period,
    release.release_date as credit_date,
    release.plan_id,
    release.plan_version,
    release.plan_mark,
    release.component_id,
    release.release_id as credit_id,
    cast(null as varchar) as event_id,
    'release' as source_kind,
    release.family_id as source_id,
    case when release.family_kind = 'invoice' then release.family_id end as invoice_id,
    cast(0 as decimal(18, 4)) as credit_amount,
    cast(null as decimal(18, 4)) as source_amount,
    cast(null as decimal(9, 4)) as split_pct,
    cast(null as decimal(9, 4)) as cut_pct,
    cast(null as decimal(18, 4)) as tier_from,
    cast(null as decimal(18, 4)) as tier_to,
    cast(null as decimal(18, 10)) as rate,
    case when release_ledger.ledger = 'held' then -release.amount else release.amount end as amount,
    release.cause,
    cast(null as varchar) as reverses_line_id,
    cast(null as decimal(18, 4)) as position_to,
    cast(null as decimal(18, 4)) as quota,
    release.release_date,
    cast(null as bigint) as _load,
    cast(null as bigint) as _line
  from release
  cross join (
    select 'payable' as ledger
    union all
    select 'held' as ledger
  ) as release_ledger
  where release.is_due
  union all
  -- a guaranteed minimum is earned; an advance is only payable, and owed
  select
    concat(draw_ledger.ledger, ':', draw_ledger.movement, '|', draw.payee_id, '|', draw.period) as line_id,
    draw_ledger.ledger,
    false as is_echo,
    draw.payee_id,
    draw.period,
    draw.credit_date,
    draw.plan_id,
    draw.plan_version,
    draw.plan_mark,
    case when draw.is_draw_recoverable then 'draw' else 'guarantee' end as component_id,
    concat(draw_ledger.movement, '|', draw.payee_id, '|', draw.period) as credit_id,
    cast(null as varchar) as event_id,
    'draw' as source_kind,
    draw.period as source_id,
    cast(null as varchar) as invoice_id,
    cast(0 as decimal(18, 4)) as credit_amount,
    cast(null as decimal(18, 4)) as source_amount,
    cast(null as decimal(9, 4)) as split_pct,
    cast(null as decimal(9, 4)) as cut_pct,
    cast(null as decimal(18, 4)) as tier_from,
    cast(null as decimal(18, 4)) as tier_to,
    cast(null as decimal(18, 10)) as rate,
    case when draw_ledger.movement = 'recovered' then -draw.recovered else draw.drawn end as amount,
    case
      when draw_ledger.movement = 'recovered' then 'draw_recovered'
      when draw.is_draw_recoverable then 'draw'
      else 'guarantee'
    end as cause,
    cast(null as varchar) as reverses_line_id,
    cast(null as decimal(18, 4)) as position_to,
    cast(null as decimal(18, 4)) as quota,
    draw.credit_date as release_date,
    cast(null as bigint) as _load,
    cast(null as bigint) as _line
  from draw
  inner join (
    select
      'payable' as ledger,
      'drawn' as movement
    union all
    select
      'earned' as ledger,
      'drawn' as movement
    union all
    select
      'payable' as ledger,
      'recovered' as movement
  ) as draw_ledger
    on
      case when draw_ledger.movement = 'recovered' then draw.recovered else draw.drawn end <> 0
      and (draw_ledger.ledger = 'payable' or not draw.is_draw_recoverable)
  union all
  select
    concat('payable:adjustment:', adjustment.adjustment_id) as line_id,
    'payable' as ledger,
    false as is_echo,
    adjustment.employee_id as payee_id,
    adjustment.period,
    cast(cast(concat(adjustment.period, '-01') as date) + interval 1 month - interval 1 day as date)
      as credit_date,
    cast(null as varchar) as plan_id,
    cast(null as integer) as plan_version,
    cast(null as varchar) as plan_mark,
    'draw' as component_id,
    concat('adjustment:', adjustment.adjustment_id) as credit_id,
    cast(null as varchar) as event_id,
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
    'draw' as cause,
    cast(null as varchar) as reverses_line_id,
    cast(null as decimal(18, 4)) as position_to,
    cast(null as decimal(18, 4)) as quota,
    cast(null as date) as release_date,
    adjustment._load,
    adjustment._line
  from staging.commission_adjustment as adjustment
  cross join core.parameter as parameter
  where adjustment.kind = 'draw' and adjustment.period <= strftime(parameter.as_of_date, '%Y-%m')
  union all
  select
    concat('paid:', payroll.employee_id, ':', payroll.period) as line_id,
    'paid' as ledger,
    false as is_echo,
    payroll.employee_id as payee_id,
    payroll.period,
    payroll.paid_date as credit_date,
    cast(null as varchar) as plan_id,
    cast(null as integer) as plan_version,
    cast(null as varchar) as plan_mark,
    'payroll' as component_id,
    concat('payroll:', payroll.employee_id, ':', payroll.period) as credit_id,
    cast(null as varchar) as event_id,
    'payroll' as source_kind,
    coalesce(payroll.reference, payroll.period) as source_id,
    cast(null as varchar) as invoice_id,
    cast(null as decimal(18, 4)) as credit_amount,
    payroll.paid_amount as source_amount,
    cast(null as decimal(9, 4)) as split_pct,
    cast(null as decimal(9, 4)) as cut_pct,
    cast(null as decimal(18, 4)) as tier_from,
    cast(null as decimal(18, 4)) as tier_to,
    cast(null as decimal(18, 10)) as rate,
    payroll.paid_amount as amount,
    'payroll' as cause,
    cast(null as varchar) as reverses_line_id,
    cast(null as decimal(18, 4)) as position_to,
    cast(null as decimal(18, 4)) as quota,
    cast(null as date) as release_date,
    payroll._load,
    payroll._line
  from staging.payroll_commission as payroll
  cross join core.parameter as parameter
  where payroll.paid_date is null or payroll.paid_date <= parameter.as_of_date
)

select
  line_id,
  ledger,
  -- says again on its ledger what the line of another says: one digest covers both
  is_echo,
  payee_id,
  period,
  credit_date,
  plan_id,
  plan_version,
  plan_mark,
  component_id,
  credit_id,
  event_id,
  source_kind,
  source_id,
  invoice_id,
  cast(credit_amount as decimal(18, 4)) as credit_amount,
  cast(source_amount as decimal(18, 4)) as source_amount,
  cast(split_pct as decimal(9, 4)) as split_pct,
  cast(cut_pct as decimal(9, 4)) as cut_pct,
  cast(tier_from as decimal(18, 4)) as tier_from,
  cast(tier_to as decimal(18, 4)) as tier_to,
  cast(rate as decimal(18, 10)) as rate,
  cast(amount as decimal(18, 4)) as amount,
  cause,
  nullif(reverses_line_id, concat(ledger, ':')) as reverses_line_id,
  cast(position_to as decimal(18, 4)) as position_to,
  cast(quota as decimal(18, 4)) as quota,
  release_date,
  cast(_load as bigint) as _load,
  cast(_line as bigint) as _line
from line
