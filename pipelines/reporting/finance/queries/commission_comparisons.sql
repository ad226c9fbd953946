-- differences by what is compared and by reason, with what is unexplained and what was accepted
select
  kind,
  reason_code,
  count(*) as differences,
  sum(abs(difference)) as amount,
  sum(difference) as difference,
  sum(case when is_unexplained then 1 else 0 end) as unexplained,
  sum(case when is_unexplained then abs(difference) else 0 end) as unexplained_amount
from mart.commission_difference
group by kind, reason_code
order by kind asc, unexplained desc, amount desc, reason_code asc
