-- slipped and attention-needing deals of each region, team and owner; any of them may be unknown
with deal as (
  select
    'region' as scope_kind,
    region_id as scope_id,
    *
  from mart.deal_attention
  union all
  select
    'team' as scope_kind,
    team_id as scope_id,
    *
  from mart.deal_attention
  union all
  select
    'employee' as scope_kind,
    owner_id as scope_id,
    *
  from mart.deal_attention
)

select
  scope_kind,
  scope_id,
  count(*) as deals,
  sum(amount_base) as amount,
  sum(case when reasons > 0 then 1 else 0 end) as flagged,
  sum(case when reasons > 0 then amount_base end) as flagged_amount,
  sum(case when is_slipped then 1 else 0 end) as slipped,
  sum(case when is_slipped then amount_base end) as slipped_amount,
  sum(case when is_slipped and was_due_date <= $as_of then 1 else 0 end) as missed,
  sum(case when is_slipped and was_due_date <= $as_of then amount_base end) as missed_amount
from deal
group by scope_kind, scope_id
order by scope_kind, scope_id
