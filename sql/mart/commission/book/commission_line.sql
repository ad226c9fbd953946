-- table: mart.commission_line
-- kind:  view
-- grain: one row per line of a commission ledger
-- key:   line_id
-- why:   what was earned by which source document at which rate, what of it may be paid, is held and was
--        paid: the ledgers (commission.booked_line) with the origin of each line. The closed months word
--        for word, the open ones as computed today, and what corrects the closed ones
select
  line.line_id,
  line.base_line_id,
  line.ledger,
  line.payee_id,
  line.period,
  line.posted_period,
  line.credit_date,
  line.plan_id,
  line.plan_version,
  line.plan_mark,
  line.component_id,
  line.credit_id,
  coalesce(line.event_id, credit.event_id) as event_id,
  line.source_kind,
  coalesce(line.source_id, credit.source_id) as source_id,
  coalesce(line.invoice_id, credit.invoice_id) as invoice_id,
  line.credit_amount,
  coalesce(line.source_amount, credit.source_amount) as source_amount,
  coalesce(line.split_pct, credit.split_pct) as split_pct,
  cast(coalesce(line.cut_pct, credit.cut_pct) as decimal(9, 4)) as cut_pct,
  line.tier_from,
  line.tier_to,
  line.rate,
  line.amount,
  line.cause,
  line.reverses_line_id,
  line.position_to,
  line.quota,
  line.release_date,
  line.is_closed,
  coalesce(line._load, credit._load) as _load,
  coalesce(line._line, credit._line) as _line
from commission.booked_line as line
left join core.fct_credit as credit
  on case when line.is_computed then line.credit_id end = credit.credit_id
