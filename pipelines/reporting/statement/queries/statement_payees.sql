-- statements of one month, by payee
select
  statement.payee_id,
  statement.period,
  statement.credit,
  statement.earned,
  statement.payable,
  statement.paid,
  statement.held,
  statement.adjustments,
  statement.draw_balance,
  year.earned as year_earned,
  year.payable as year_payable,
  year.paid as year_paid
from mart.commission_statement as statement
inner join (
  select
    payee_id,
    sum(earned) as earned,
    sum(payable) as payable,
    sum(paid) as paid
  from mart.commission_statement
  where period <= $statement_month and left(period, 4) = left($statement_month, 4)
  group by payee_id
) as year on statement.payee_id = year.payee_id
where statement.period = $statement_month and statement.payee_id not like 'pool:%'
order by statement.payee_id
