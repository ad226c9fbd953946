-- check:    cancellations_have_a_term
-- guards:   core.fct_credit
-- severity: warn
-- zh:       按未履行期限追回的已取消合同，其期限已知
-- en:       of a cancelled contract that is taken back by its unserved term, the term is known
-- effect_zh: 这些合同的提成被全额收回，可能收回过多。
-- effect_en: All commission of these contracts is taken back, which may be too much.
-- asks:     finance
-- why:      a contract without its own end beside the day it was cancelled is taken back whole: that may be
--           more than the plan means
select
  credit.contract_id,
  max(credit.event_date) as event_date,
  load.file,
  contract._line as line,
  concat(
    'contract ', credit.contract_id, ' was cancelled on ', cast(max(credit.event_date) as varchar),
    ' and its term is not known: all of its commission is taken back. State end_date (of the term) and',
    ' cancelled_date'
  ) as problem
from core.fct_credit as credit
inner join policy.commission_component as component
  on
    credit.plan_id = component.plan_id
    and credit.plan_version = component.plan_version
    and credit.component_id = component.component_id
inner join staging.contract as contract on credit.contract_id = contract.contract_id
left join mart.load as load on contract._load = load.load_id
where
  component.clawback_term = 'unserved'
  and credit.source_kind = 'cancellation'
  and (contract.cancelled_date is null or contract.end_date is null)
group by credit.contract_id, load.file, contract._line
