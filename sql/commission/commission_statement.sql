-- table: mart.commission_statement
-- grain: one row per payee and month
-- key:   payee_id, period
-- why:   what a payee earned, may be paid and was paid, with manual adjustments beside it
with ledger as (
  select
    payee_id,
    period,
    sum(case when ledger = 'earned' then amount else 0 end) as earned,
    sum(case when ledger = 'payable' then amount else 0 end) as payable,
    sum(case when ledger = 'paid' then amount else 0 end) as paid,
    sum(case when ledger = 'earned' then credit_amount else 0 end) as credit,
    md5(string_agg(concat(line_id, '=', cast(amount as varchar)), ';' order by line_id)) as checksum
  from mart.commission_line
  group by payee_id, period
),

adjustment as (
  select
    employee_id as payee_id,
    period,
    sum(amount) as adjustments
  from staging.commission_adjustment
  group by employee_id, period
),

known as (
  select
    payee_id,
    period
  from ledger
  union
  select
    adjustment.payee_id,
    adjustment.period
  from adjustment
  cross join core.parameter as parameter
  where adjustment.period <= strftime(parameter.as_of_date, '%Y-%m')
)

select
  known.payee_id,
  known.period,
  coalesce(ledger.credit, 0) as credit,
  coalesce(ledger.earned, 0) as earned,
  coalesce(ledger.payable, 0) as payable,
  coalesce(ledger.paid, 0) as paid,
  coalesce(ledger.earned, 0) - coalesce(ledger.payable, 0) as held,
  coalesce(adjustment.adjustments, 0) as adjustments,
  cast(0 as decimal(18, 4)) as draw_balance,
  false as is_closed,
  coalesce(ledger.checksum, md5('')) as checksum
from known
left join ledger on known.payee_id = ledger.payee_id and known.period = ledger.period
left join adjustment on known.payee_id = adjustment.payee_id and known.period = adjustment.period
