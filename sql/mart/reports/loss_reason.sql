-- table: mart.loss_reason
-- grain: one row per reason for which deals were lost in the last 26 weeks
-- key:   loss_reason
-- why:   why deals were lost in the last 13 weeks, beside the 13 weeks before
with lost as (
  select
    coalesce(opportunity.loss_reason, '(none)') as loss_reason,
    opportunity.amount_base,
    opportunity.closed_date > parameter.as_of_date - interval 91 day as is_recent
  from core.fct_opportunity as opportunity
  cross join core.parameter as parameter
  where
    opportunity.is_lost
    and opportunity.closed_date > parameter.as_of_date - interval 182 day
    and opportunity.closed_date <= parameter.as_of_date
)

select
  loss_reason,
  cast(sum(case when is_recent then 1 else 0 end) as bigint) as deals,
  cast(sum(case when is_recent then amount_base else 0 end) as decimal(18, 4)) as amount,
  cast(sum(case when is_recent then 0 else 1 end) as bigint) as deals_before,
  cast(sum(case when is_recent then 0 else amount_base end) as decimal(18, 4)) as amount_before
from lost
group by loss_reason
