-- open deals in which something is to be set right in the CRM, each owner's the largest first
select
  deal.owner_id,
  deal.opportunity_id,
  deal.name,
  deal.customer_id,
  deal.customer_name,
  deal.stage_id,
  deal.amount_base,
  deal.expected_close_date,
  deal.days_in_stage,
  deal.idle_days,
  deal.is_idle,
  deal.is_past_due,
  open_deal.required_fields - open_deal.filled_fields as missing_fields,
  deal._load as load_id
from mart.deal_attention as deal
inner join core.fct_open_opportunity as open_deal on deal.opportunity_id = open_deal.opportunity_id
where deal.is_idle or deal.is_past_due or open_deal.filled_fields < open_deal.required_fields
order by deal.owner_id, deal.amount_rank
