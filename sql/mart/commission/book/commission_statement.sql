-- table: mart.commission_statement
-- grain: one row per payee and month
-- key:   payee_id, period
-- why:   what a payee earned, may be paid, was paid and is owed later, as posted in the month; a closed
--        month is read from the ledger, word for word
with books as (
  select last_period from commission.open_period
),

line as (
  select
    line.payee_id,
    line.posted_period as period,
    line.ledger,
    line.amount,
    line.credit_amount,
    line.source_kind,
    line.component_id,
    line.period <> line.posted_period as is_correction,
    -- twelve signs of each: an engine sorts them without a look at the whole text
    case
      when not line.is_echo then substr(md5(concat(line.line_id, '=', cast(line.amount as varchar))), 1, 12)
    end as mark
  from commission.booked_line as line
),

posted as (
  select
    payee_id,
    period,
    sum(case when ledger = 'earned' then credit_amount else 0 end) as credit,
    sum(case when ledger = 'earned' then amount else 0 end) as earned,
    sum(case when ledger = 'payable' then amount else 0 end) as payable,
    sum(case when ledger = 'paid' then amount else 0 end) as paid,
    sum(case when ledger = 'held' then amount else 0 end) as held_change,
    sum(
      case
        when ledger = 'earned' and (source_kind = 'adjustment' or is_correction) then amount
        else 0
      end
    ) as adjustments,
    sum(case when ledger = 'payable' and component_id = 'draw' then amount else 0 end) as draw_change,
    md5(array_to_string(list_sort(array_agg(mark) filter (where mark is not null)), '')) as checksum
  from line
  group by payee_id, period
),

balanced as (
  select
    posted.*,
    sum(posted.held_change) over so_far as held,
    sum(posted.draw_change) over so_far as draw_balance
  from posted
  window so_far as (
    partition by payee_id order by period rows between unbounded preceding and current row
  )
)

select
  balanced.payee_id,
  balanced.period,
  cast(balanced.credit as decimal(18, 4)) as credit,
  cast(balanced.earned as decimal(18, 4)) as earned,
  cast(balanced.payable as decimal(18, 4)) as payable,
  cast(balanced.paid as decimal(18, 4)) as paid,
  cast(balanced.held as decimal(18, 4)) as held,
  cast(balanced.adjustments as decimal(18, 4)) as adjustments,
  cast(balanced.draw_balance as decimal(18, 4)) as draw_balance,
  false as is_closed,
  balanced.checksum
from balanced
cross join books
where balanced.period > books.last_period
union all
select
  closed.payee_id,
  closed.period,
  closed.credit,
  closed.earned,
  closed.payable,
  closed.paid,
  closed.held,
  closed.adjustments,
  closed.draw_balance,
  true as is_closed,
  closed.checksum
from core.closed_statement as closed
