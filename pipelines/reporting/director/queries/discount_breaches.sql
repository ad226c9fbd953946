-- accepted quotes beyond the seller's authority in the last thirteen weeks
select
  quote.quote_id,
  opportunity.name,
  quote.owner_id,
  quote.accepted_date,
  quote.list_amount,
  quote.net_amount,
  quote.authority_discount_pct
from core.fct_quote as quote
left join core.fct_opportunity as opportunity
  on quote.opportunity_id = opportunity.opportunity_id
where quote.is_breach and quote.accepted_date between $history_from and $as_of
order by quote.net_amount desc, quote.quote_id asc
