-- table: commission.reversal
-- grain: one row per credit that takes back another that was priced
-- key:   credit_id
-- why:   what a credit that is taken back had earned, all steps together; what taking it back costs is a
--        line of commission.credit_earning. Few credits are ever taken back: only theirs is added up
with reversed as (
  select
    back.credit_id,
    original.credit_id as original_credit_id
  from core.fct_credit as back
  inner join core.fct_credit as original
    on
      back.reverses_event_id = original.event_id
      and back.payee_id = original.payee_id
      and back.plan_id = original.plan_id
      and back.component_id = original.component_id
      and coalesce(back.line_no, 0) = coalesce(original.line_no, 0)
  where back.reverses_event_id is not null
)

select
  reversed.credit_id,
  min(
    concat_ws('|', priced.credit_id, case when priced.step_kind = 'rerated' then 'r' end, priced.tier_no)
  ) as original_line_id,
  cast(sum(priced.amount) as decimal(18, 4)) as original_amount,
  cast(sum(priced.credit_amount) as decimal(18, 4)) as original_credit
from reversed
inner join commission.priced_slice as priced on reversed.original_credit_id = priced.credit_id
group by reversed.credit_id
