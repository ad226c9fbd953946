-- grain: one row per deal
-- why:   its amount when created, after the proposal and at the end, in cents of its currency
with configured as (
  select
    deal_key,
    sum(quantity * list_cents)::bigint as list_cents,
    sum(quantity * unit_cents)::bigint as net_cents,
    sum(quantity * cost_cents)::bigint as cost_cents
  from deal_line
  group by deal_key
),

rough as (
  select
    deal.deal_key,
    deal.outcome,
    deal.path,
    configured.list_cents,
    configured.net_cents,
    configured.cost_cents,
    deal.target_cents * 100
    // case deal.currency when 'USD' then 716 when 'EUR' then 784 else 100 end as goal_cents
  from deal
  left join configured on deal.deal_key = configured.deal_key
),

guessed as (
  select
    *,
    coalesce(net_cents, goal_cents) as aim_cents,
    100000 * greatest(1, share_of(
      coalesce(net_cents, goal_cents), 72 + roll('first guess', deal_key, 62), 10000000
    )) as amount_0
  from rough
),

revised as (
  select
    *,
    case
      when chance('revised', deal_key) < 0.35
        then 100000 * greatest(1, share_of(
          aim_cents, 88 + roll('second guess', deal_key, 26), 10000000
        ))
      else amount_0
    end as amount_1
  from guessed
)

select
  deal_key,
  amount_0,
  amount_1,
  case
    when outcome = 'won' then net_cents
    when chance('final change', deal_key) < 0.15
      then 100000 * greatest(1, share_of(
        amount_1, 84 + roll('third guess', deal_key, 15), 10000000
      ))
    else amount_1
  end as amount_2,
  coalesce(
    list_cents, share_of(aim_cents, 1000, 1000 - 40 - roll('asked discount', deal_key, 90))
  ) as list_cents,
  coalesce(net_cents, aim_cents) as net_cents,
  coalesce(cost_cents, share_of(aim_cents, 63, 100)) as cost_cents
from revised
