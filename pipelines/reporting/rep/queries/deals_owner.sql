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
  * exclude (_load, _line),
  _load as load_id
from ranked
where place <= $held_rows
order by owner_id, place
