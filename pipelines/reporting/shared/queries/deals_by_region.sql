-- slipped and attention-needing deals of each region; a region may be unknown
select
  region_id,
  count(*) as deals,
  sum(amount_base) as amount,
  sum(case when reasons > 0 then 1 else 0 end) as flagged,
  sum(case when reasons > 0 then amount_base end) as flagged_amount,
  sum(case when is_slipped then 1 else 0 end) as slipped,
  sum(case when is_slipped then amount_base end) as slipped_amount,
  sum(case when is_slipped and was_due_date <= $as_of then 1 else 0 end) as missed,
  sum(case when is_slipped and was_due_date <= $as_of then amount_base end) as missed_amount
from mart.deal_attention
group by region_id
order by region_id
