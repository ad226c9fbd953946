-- each owner's open deals, those that need a step first, the largest first
with ranked as (
  select
    *,
    count(*) over owned as deals,
    sum(amount_base) over owned as amount,
    sum(case when reasons > 0 then 1 else 0 end) over owned as flagged,
    row_number() over (
      partition by owner_id
      order by case when reasons > 0 then 0 else 1 end, amount_rank
    ) as place
  from mart.deal_attention
  window owned as (partition by owner_id)
)

select
  ranked.owner_id,
  ranked.opportunity_id,
  ranked.name,
  ranked.customer_name,
  ranked.stage_id,
  ranked.amount_base,
  ranked.was_due_date,
  ranked.first_due_date,
  ranked.expected_close_date,
  ranked.pushes,
  ranked.next_step,
  ranked.next_step_date,
  ranked.days_in_stage,
  ranked.stage_p75_days,
  ranked.expected_stage_days,
  ranked.is_never_moved,
  ranked.idle_days,
  ranked.discount_beyond_pct,
  ranked.is_slipped,
  ranked.is_past_due,
  ranked.is_ageing,
  ranked.is_idle,
  ranked.is_without_decision_maker,
  ranked.is_beyond_authority,
  ranked.reasons,
  ranked.deals,
  ranked.amount,
  ranked.flagged,
  load.record_url
from ranked
left join mart.load as load on ranked._load = load.load_id
where ranked.place <= $held_rows
order by ranked.owner_id, ranked.place
