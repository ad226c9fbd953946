-- what waits for an approval up to a month: differences that nobody has explained, and whatever was
-- asked for
with waiting as (
  select
    concat(kind, '-', period, '-', key) as approval_id,
    'difference' as kind,
    period,
    key,
    expected,
    actual,
    difference as amount,
    cast(null as varchar) as reason
  from mart.commission_difference
  where is_unexplained and period <= $1
  union all
  select
    approval_id,
    kind,
    period,
    key,
    cast(null as decimal(18, 4)) as expected,
    cast(null as decimal(18, 4)) as actual,
    amount,
    reason
  from mart.commission_approval
  where status = 'asked' and period <= $1
)

select * from waiting
order by period, kind, key, approval_id
