-- table: mart.realised_difference
-- grain: one row per foreign document, receipt, day of allocation and line
-- key:   receipt_id, document_id, allocated_date, line_no
-- why:   what a foreign document was worth when it was written and when its money counted: the difference
--        is gained or lost, beside the receivable, which stands at the document's rate
select
  collection.receipt_id,
  collection.document_id,
  collection.invoice_id,
  collection.allocated_date,
  collection.line_no,
  collection.customer_id,
  collection.owner_id,
  collection.currency,
  collection.amount,
  collection.amount_base,
  collection.received_base,
  cast(collection.received_base - collection.amount_base as decimal(18, 4)) as difference_base
from core.fct_collection as collection
cross join core.parameter as parameter
where collection.currency <> parameter.base_currency and collection.received_base is not null
