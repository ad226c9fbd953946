-- table: core.commission_earning
-- kind:  view
-- grain: one row per earned line of a credit, before gates and caps
-- key:   line_id
-- why:   credits paid by their position, and those taken back at the rate of the original, each linked
--        to the line it takes back
with reversed as (
  select distinct reverses_event_id as event_id from core.fct_credit
  where reverses_event_id is not null
),

-- few lines are ever taken back: only those are added up
original as (
  select
    line.payee_id,
    line.plan_id,
    line.component_id,
    line.event_id,
    min(line.line_id) as line_id,
    sum(line.amount) as amount,
    sum(line.credit_amount) as credit_amount
  from core.fct_commission as line
  inner join reversed on line.event_id = reversed.event_id
  group by line.payee_id, line.plan_id, line.component_id, line.event_id
),

at_original_rate as (
  select
    credit.*,
    original.line_id as original_line_id,
    cast(round(original.amount * 100, 0) as hugeint) as original_cents,
    cast(round(original.credit_amount * 100, 0) as hugeint) as original_credit
  from core.fct_credit as credit
  inner join original
    on
      credit.payee_id = original.payee_id
      and credit.plan_id = original.plan_id
      and credit.component_id = original.component_id
      and credit.reverses_event_id = original.event_id
  where credit.is_at_original_rate and original.credit_amount > 0
)

select
  line.line_id,
  line.credit_id,
  line.event_id,
  line.family_id,
  line.payee_id,
  line.source_kind,
  line.source_id,
  line.invoice_id,
  line.credit_date,
  line.period,
  line.plan_id,
  line.plan_version,
  line.component_id,
  line.quota_start,
  line.quota,
  line.source_amount,
  line.split_pct,
  line.cut_pct,
  line.tier_no,
  line.tier_from,
  line.tier_to,
  line.rate,
  line.step_kind,
  line.credit_amount,
  line.amount,
  line.position_to,
  original.line_id as reverses_line_id,
  line._load,
  line._line
from core.fct_commission as line
left join original
  on
    line.reverses_event_id = original.event_id
    and line.payee_id = original.payee_id
    and line.plan_id = original.plan_id
    and line.component_id = original.component_id
union all
select
  concat_ws('|', back.credit_id, 'back') as line_id,
  back.credit_id,
  back.event_id,
  back.family_id,
  back.payee_id,
  back.source_kind,
  back.source_id,
  back.invoice_id,
  back.event_date as credit_date,
  strftime(back.month_start, '%Y-%m') as period,
  back.plan_id,
  back.plan_version,
  back.component_id,
  back.quota_start,
  cast(null as decimal(18, 4)) as quota,
  back.source_amount,
  back.split_pct,
  back.cut_pct,
  0 as tier_no,
  cast(null as decimal(18, 4)) as tier_from,
  cast(null as decimal(18, 4)) as tier_to,
  cast(
    cast(back.original_cents * 10000000000 // back.original_credit as decimal(26, 0))
    * cast(0.0000000001 as decimal(11, 10)) as decimal(18, 10)
  ) as rate,
  'original_rate' as step_kind,
  back.credit_amount,
  -cast(
    cast(
      (
        2 * cast(round(-back.credit_amount * 100, 0) as hugeint) * back.original_cents
        + back.original_credit
      ) // (2 * back.original_credit) as decimal(20, 0)
    ) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
  ) as amount,
  cast(null as decimal(18, 4)) as position_to,
  back.original_line_id as reverses_line_id,
  back._load,
  back._line
from at_original_rate as back
