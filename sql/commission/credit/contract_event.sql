-- table: commission.contract_event
-- kind:  view
-- grain: one row per signed contract, and one more per contract that was cancelled
-- key:   event_id
-- why:   what a signature is credited for. core.fct_contract leaves out contracts that were cancelled; for
--        commission they were signed once, and are taken back on the day they were cancelled, which is the
--        day they ended where an export has no other. How much of the term was not served is known where
--        it has both days
with cancellation as (
  select
    contract.*,
    cast(contract.signed_at as date) as signed_date,
    coalesce(contract.cancelled_date, contract.end_date) as gone_date,
    coalesce(contract.start_date, cast(contract.signed_at as date)) as served_from
  from staging.contract as contract
  where contract.status = 'cancelled' and coalesce(contract.cancelled_date, contract.end_date) is not null
),

cancelled as (
  select
    'contract' as source_kind,
    contract_id,
    signed_date as event_date,
    signed_date,
    gone_date,
    cast(null as integer) as term_days,
    cast(null as integer) as unserved_days,
    owner_id,
    customer_id,
    opportunity_id,
    net_amount,
    currency,
    _load,
    _line
  from cancellation
  union all
  select
    'cancellation' as source_kind,
    contract_id,
    gone_date as event_date,
    signed_date,
    gone_date,
    case
      when cancelled_date is not null and end_date >= served_from
        then cast(date_diff('day', served_from, end_date) + 1 as integer)
    end as term_days,
    case
      when cancelled_date is not null and end_date >= served_from
        then
          cast(greatest(least(
            date_diff('day', cancelled_date, end_date), date_diff('day', served_from, end_date) + 1
          ), 0) as integer)
    end as unserved_days,
    owner_id,
    customer_id,
    opportunity_id,
    -net_amount as net_amount,
    currency,
    _load,
    _line
  from cancellation
)

select
  concat_ws(':', 'contract', contract.contract_id) as event_id,
  'contract' as source_kind,
  contract.contract_id as source_id,
  contract.signed_date as event_date,
  contract.signed_date as quota_date,
  cast(null as varchar) as reverses_event_id,
  contract.owner_id,
  contract.customer_id,
  contract.segment,
  contract.opportunity_id,
  contract.contract_id,
  contract.net_amount_base,
  cast(null as integer) as term_days,
  cast(null as integer) as unserved_days,
  contract._load,
  contract._line
from core.fct_contract as contract
union all
select
  concat_ws(':', cancelled.source_kind, cancelled.contract_id) as event_id,
  cancelled.source_kind,
  cancelled.contract_id as source_id,
  cancelled.event_date,
  cancelled.signed_date as quota_date,
  case
    when cancelled.source_kind = 'cancellation' then concat_ws(':', 'contract', cancelled.contract_id)
  end as reverses_event_id,
  cancelled.owner_id,
  cancelled.customer_id,
  coalesce(customer.segment, '(none)') as segment,
  cancelled.opportunity_id,
  cancelled.contract_id,
  cast(round(
    cast(cancelled.net_amount as decimal(24, 4)) * cast(
      case
        when coalesce(cancelled.currency, parameter.base_currency) = parameter.base_currency then 1
        else fx.rate_to_base
      end as decimal(14, 8)
    ), 2
  ) as decimal(18, 4)) as net_amount_base,
  cancelled.term_days,
  cancelled.unserved_days,
  cancelled._load,
  cancelled._line
from cancelled
cross join core.parameter as parameter
left join core.dim_customer as customer on cancelled.customer_id = customer.customer_id
left join core.fx_day as fx
  on cancelled.currency = fx.currency and cancelled.signed_date = fx.calendar_date
where cancelled.signed_date <= cancelled.gone_date and cancelled.event_date <= parameter.as_of_date
