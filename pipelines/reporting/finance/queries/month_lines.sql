-- every line posted in the month of the page, in all ledgers, closed or not
select *
from mart.commission_line
where posted_period = $last_month
order by payee_id, ledger, line_id
