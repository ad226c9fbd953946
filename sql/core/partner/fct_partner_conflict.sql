-- table: core.fct_partner_conflict
-- grain: one row per deal created while another channel already worked on its customer
-- key:   opportunity_id
-- why:   two partners, or a partner and a direct seller, claim one customer: the later deal is the conflict.
--        A channel's deals with a customer are joined to claims first, so that a customer with thousands of
--        deals is not held against itself deal by deal
with deal as (
  select
    opportunity_id,
    customer_id,
    coalesce(partner_id, '(direct)') as channel_id,
    partner_id,
    created_owner_id,
    segment,
    created_date,
    coalesce(closed_date, date '9999-12-31') as open_before,
    _load,
    _line
  from core.fct_opportunity
  where customer_id is not null and (is_open or closed_date is not null)
),

contested as (
  select customer_id
  from deal
  group by customer_id
  having min(channel_id) <> max(channel_id)
),

reaching as (
  select
    deal.customer_id,
    deal.channel_id,
    deal.created_date,
    deal.open_before,
    max(deal.open_before) over (
      partition by deal.customer_id, deal.channel_id
      order by deal.created_date, deal.open_before
      rows between unbounded preceding and 1 preceding
    ) as reached_before
  from deal
  inner join contested on deal.customer_id = contested.customer_id
),

numbered as (
  select
    customer_id,
    channel_id,
    created_date,
    open_before,
    sum(case when reached_before >= created_date then 0 else 1 end) over (
      partition by customer_id, channel_id
      order by created_date, open_before
      rows between unbounded preceding and current row
    ) as claim_no
  from reaching
),

claim as (
  select
    customer_id,
    channel_id,
    min(created_date) as claimed_from,
    max(open_before) as claimed_before
  from numbered
  group by customer_id, channel_id, claim_no
),

claimed as (
  select
    deal.opportunity_id,
    min(claim.channel_id) as other_channel_id
  from deal
  inner join claim
    on
      deal.customer_id = claim.customer_id
      and deal.channel_id <> claim.channel_id
      and deal.created_date >= claim.claimed_from
      and deal.created_date < claim.claimed_before
  -- of two channels that began on one day the later in the alphabet came second
  where claim.claimed_from < deal.created_date or claim.channel_id < deal.channel_id
  group by deal.opportunity_id
)

select
  deal.opportunity_id,
  deal.customer_id,
  deal.partner_id,
  claimed.other_channel_id,
  deal.created_owner_id,
  deal.segment,
  deal.created_date,
  deal._load,
  deal._line
from deal
inner join claimed on deal.opportunity_id = claimed.opportunity_id
