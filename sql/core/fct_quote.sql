-- table: core.fct_quote
-- grain: one row per quote accepted up to the day of the report
-- key:   quote_id
-- why:   what discount was given against what the seller may give
select
  quote.quote_id,
  quote.opportunity_id,
  coalesce(span.owner_id, opportunity.owner_id) as owner_id,
  opportunity.segment,
  cast(quote.decided_at as date) as accepted_date,
  quote.list_amount,
  quote.net_amount,
  quote.authority_discount_pct,
  -- beyond authority when net < list × (1 − authority): compared without a division
  quote.list_amount - quote.net_amount as discount_amount,
  coalesce(
    cast(quote.list_amount - quote.net_amount as decimal(26, 4)) * 100
    > cast(quote.list_amount as decimal(26, 4)) * quote.authority_discount_pct,
    false
  ) as is_breach,
  quote._load,
  quote._line
from staging.quote as quote
inner join core.fct_opportunity as opportunity on quote.opportunity_id = opportunity.opportunity_id
cross join core.parameter as parameter
left join core.opportunity_owner_span as span
  on
    quote.opportunity_id = span.opportunity_id
    and quote.decided_at > span.valid_from
    and quote.decided_at <= span.valid_before
where quote.status = 'accepted' and quote.decided_at < parameter.as_of_end
