-- the last whole month before the as-of date, while it is not closed
select
  statement.period as key,
  cast(null as varchar) as person,
  statement.period,
  cast(last_day(strptime(concat(statement.period, '-01'), '%Y-%m-%d')) as date) as day
from mart.commission_statement as statement
cross join core.parameter as parameter
where
  statement.period
  = strftime(date_trunc('month', parameter.as_of_date + interval 1 day) - interval 1 day, '%Y-%m')
group by statement.period
having not bool_or(statement.is_closed)
