-- table: commission.credit_earning
-- kind:  view
-- grain: one row per earned line of a credit, before gates and caps
-- key:   line_id
-- why:   credits paid by their position, and those taken back at the rate of the original, each linked
--        to the line it takes back. Which document it comes from stands in core.fct_credit
with at_original_rate as (
  select
    credit.*,
    reversal.original_line_id,
    cast(round(reversal.original_amount * 100, 0) as hugeint) as original_cents,
    cast(round(reversal.original_credit * 100, 0) as hugeint) as original_credit
  from core.fct_credit as credit
  inner join commission.reversal as reversal on credit.credit_id = reversal.credit_id
  where credit.is_at_original_rate and reversal.original_credit > 0
)

select
  concat_ws('|', priced.credit_id, case when priced.step_kind = 'rerated' then 'r' end, priced.tier_no)
    as line_id,
  priced.credit_id,
  priced.family_id,
  account.payee_id,
  priced.source_kind,
  priced.credit_date,
  priced.period,
  account.plan_id,
  account.plan_version,
  account.component_id,
  account.quota_start,
  account.quota,
  priced.tier_no,
  priced.tier_from,
  priced.tier_to,
  cast(priced.rate_pct * cast(0.01 as decimal(3, 2)) as decimal(18, 10)) as rate,
  priced.step_kind,
  priced.credit_amount,
  priced.amount,
  priced.position_to,
  reversal.original_line_id as reverses_line_id
from commission.priced_slice as priced
inner join commission.account as account on priced.account_no = account.account_no
left join commission.reversal as reversal on priced.credit_id = reversal.credit_id
union all
select
  concat_ws('|', back.credit_id, 'back') as line_id,
  back.credit_id,
  back.family_id,
  back.payee_id,
  back.source_kind,
  back.event_date as credit_date,
  strftime(back.month_start, '%Y-%m') as period,
  back.plan_id,
  back.plan_version,
  back.component_id,
  back.quota_start,
  cast(null as decimal(18, 4)) as quota,
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
  back.original_line_id as reverses_line_id
from at_original_rate as back
