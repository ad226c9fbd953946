-- what foreign documents collected in the year up to the day of the report gained or lost between their day
-- and that of the money, by currency; both sides are of the same allocations
select
  difference.currency,
  count(*) as allocations,
  sum(difference.amount) as amount,
  sum(difference.amount_base) as document_rate_base,
  sum(difference.received_base) as received_base,
  sum(difference.difference_base) as difference_base
from mart.realised_difference as difference
where
  difference.allocated_date <= $as_of
  and extract(year from difference.allocated_date) = extract(year from cast($as_of as date))
group by difference.currency
order by abs(sum(difference.difference_base)) desc, difference.currency asc
