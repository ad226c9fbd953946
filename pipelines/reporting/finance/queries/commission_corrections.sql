-- what is known late of closed months, posted in the open month: by cause
select
  posted_period,
  cause,
  count(*) as lines,
  count(distinct payee_id) as payees,
  min(period) as first_period,
  max(period) as last_period,
  sum(case when ledger = 'earned' then amount else 0 end) as earned,
  sum(case when ledger = 'payable' then amount else 0 end) as payable,
  sum(case when ledger = 'paid' then amount else 0 end) as paid
from mart.commission_line
where period <> posted_period and not is_closed
group by posted_period, cause
order by posted_period desc, abs(sum(case when ledger = 'earned' then amount else 0 end)) desc, cause asc
