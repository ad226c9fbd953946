-- grain: one row per payee and month
-- why:   payroll's own reckoning of the plan: marginal tiers by attainment of the quarter's quota.
--        Lines are differences of the rounded running commission, so a month is the difference
--        between its end and its beginning.
with credited as (
  select
    employee_no,
    date_trunc('quarter', allocated_date)::date as quarter_start,
    date_trunc('month', allocated_date)::date as month_start,
    sum(credit_cents)::bigint as credit_cents
  from commission_credit
  group by employee_no, date_trunc('quarter', allocated_date), date_trunc('month', allocated_date)
),

running as (
  select
    *,
    sum(credit_cents) over (
      partition by employee_no, quarter_start order by month_start rows unbounded preceding
    )::bigint as position_to
  from credited
),

quota as (
  select
    employee_no,
    date_trunc('quarter', first_day)::date as quarter_start,
    sum(amount_cents)::bigint as quota_cents
  from quota_rep
  where measure = 'collections_net'
  group by employee_no, date_trunc('quarter', first_day)
),

bound as (
  select
    running.*,
    coalesce(quota.quota_cents, 0) as quota_cents,
    unnest([position_to - credit_cents, position_to]) as position_cents,
    unnest([-1, 1]) as side
  from running
  left join quota
    on running.employee_no = quota.employee_no and running.quarter_start = quota.quarter_start
),

tiered as (
  select
    employee_no,
    quarter_start,
    month_start,
    side,
    -- positions in hundredths of a cent, rates in whole percent: ten-thousandths of a cent
    case
      when quota_cents = 0 then position_cents::hugeint * 100
      else
        least(position_cents::hugeint * 100, quota_cents::hugeint * 60) * 1
        + greatest(
          0,
          least(position_cents::hugeint * 100, quota_cents::hugeint * 100)
          - quota_cents::hugeint * 60
        )
        * 2
        + greatest(
          0,
          least(position_cents::hugeint * 100, quota_cents::hugeint * 130)
          - quota_cents::hugeint * 100
        )
        * 3
        + greatest(0, position_cents::hugeint * 100 - quota_cents::hugeint * 130) * 4
    end as commission_fine
  from bound
)

select
  employee_no,
  month_start,
  strftime(month_start, '%Y-%m') as period,
  sum(side * ((2 * commission_fine + 10000) // 20000))::bigint as commission_cents
from tiered
group by employee_no, month_start
