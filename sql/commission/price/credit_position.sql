-- table: commission.credit_position
-- kind:  view
-- grain: one row per credit that is paid by a position
-- key:   credit_id
-- why:   where each credit begins and ends in its position, before any rate: money that came back moves it
--        back in the period of what it takes back, after everything else of that period; a rate per
--        transaction begins anew with each credit. What it earns there stands in commission.priced_slice
with credit as (
  select
    credit.credit_id,
    account.account_no,
    account.position_no,
    account.is_per_transaction,
    credit.event_date,
    credit.month_start,
    credit.source_kind,
    credit.family_id,
    credit.full_amount,
    credit.credit_amount
  from core.fct_credit as credit
  inner join commission.account as account
    on
      credit.payee_id = account.payee_id
      and credit.plan_id = account.plan_id
      and credit.plan_version = account.plan_version
      and credit.component_id = account.component_id
      and credit.quota_start = account.quota_start
      and credit.counted_from = account.counted_from
  where not credit.is_at_original_rate
),

placed as (
  select
    credit.*,
    row_number() over so_far as place,
    cast(sum(credit.credit_amount) over so_far as decimal(18, 4)) as account_position
  from credit
  window so_far as (
    partition by position_no order by event_date, credit_id
    rows between unbounded preceding and current row
  )
)

select
  placed.credit_id,
  placed.account_no,
  placed.position_no,
  cast(placed.place as integer) as place,
  placed.event_date,
  placed.month_start,
  placed.source_kind,
  placed.family_id,
  account.payee_id,
  account.plan_id,
  account.plan_version,
  account.component_id,
  account.quota_start,
  account.rate_kind,
  account.rate_mode,
  account.is_per_transaction,
  account.quota,
  placed.full_amount,
  placed.credit_amount,
  case when placed.is_per_transaction then placed.credit_amount else placed.account_position end
    as position_to
from placed
inner join commission.account as account on placed.account_no = account.account_no
