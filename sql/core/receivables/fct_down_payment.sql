-- table: core.fct_down_payment
-- grain: one row per contract whose first instalment fell due up to the day of the report
-- key:   contract_id
-- why:   who pays the first instalment in time pays the others; cash counts as in collection_rate. A span
--        of receivables.due_span that begins on the due date has what had come in by then
with first_due as (
  select
    invoice.contract_id,
    due.invoice_id,
    due.due_date,
    due.due_amount_base,
    due.collected_amount_base
  from receivables.due_span as due
  inner join core.fct_invoice as invoice on due.invoice_id = invoice.invoice_id
  where invoice.contract_id is not null and due.valid_from = due.due_date
  qualify row_number() over (
    partition by invoice.contract_id order by due.due_date, due.invoice_id, due.instalment_seq
  ) = 1
)

select
  contract.contract_id,
  contract.customer_id,
  contract.owner_id,
  contract.segment,
  first_due.invoice_id,
  first_due.due_date,
  first_due.due_amount_base,
  first_due.collected_amount_base,
  first_due.collected_amount_base >= first_due.due_amount_base as is_paid_in_time,
  contract._load,
  contract._line
from first_due
inner join core.fct_contract as contract on first_due.contract_id = contract.contract_id
