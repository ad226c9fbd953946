-- table: commission.account_month
-- grain: one row per account and month with credit
-- key:   account_no, month_start
-- why:   where an account stands at the end of a month; commission.credit_position says it for each
--        credit, commission.standing for the page of a payee. Gates, two-way tables and pools look at the
--        credit of the month and of the quota period so far, and at the position, which is what the
--        months of the quota period have moved it by, or the last credit where a rate begins anew with
--        each. The credit so far and the position are those of all accounts that are one position
with credited as (
  select
    account.account_no,
    account.position_no,
    account.is_per_transaction,
    credit.month_start,
    sum(credit.full_amount) as full_amount,
    sum(credit.credit_amount) as moved_by,
    max(concat(cast(credit.event_date as varchar), credit.credit_id)) as last_credit,
    arg_max(
      case when account.is_per_transaction then credit.credit_amount end,
      case
        when account.is_per_transaction then concat(cast(credit.event_date as varchar), credit.credit_id)
      end
    ) as last_amount
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
  group by account.account_no, account.position_no, account.is_per_transaction, credit.month_start
)

select
  account_no,
  month_start,
  last_credit,
  cast(full_amount as decimal(18, 4)) as full_amount,
  cast(sum(full_amount) over so_far as decimal(18, 4)) as full_amount_so_far,
  cast(
    case when is_per_transaction then last_amount else sum(moved_by) over so_far end as decimal(18, 4)
  ) as position_to
from credited
window so_far as (
  partition by position_no order by month_start range between unbounded preceding and current row
)
