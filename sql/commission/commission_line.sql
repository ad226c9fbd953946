-- table: mart.commission_line
-- kind:  view
-- grain: one row per line of a commission ledger
-- key:   line_id
-- why:   what was earned by which source document at which rate, what of it may be paid, is held and
--        was paid: the closed months word for word, the open ones as computed today, and what corrects
--        the closed ones
select
  line_id,
  base_line_id,
  ledger,
  payee_id,
  period,
  posted_period,
  credit_date,
  plan_id,
  plan_version,
  plan_mark,
  component_id,
  credit_id,
  event_id,
  source_kind,
  source_id,
  invoice_id,
  credit_amount,
  source_amount,
  split_pct,
  cut_pct,
  tier_from,
  tier_to,
  rate,
  amount,
  cause,
  reverses_line_id,
  position_to,
  quota,
  release_date,
  true as is_closed,
  _load,
  _line
from core.closed_line
union all
select
  ledger.line_id,
  ledger.line_id as base_line_id,
  ledger.ledger,
  ledger.payee_id,
  ledger.period,
  ledger.period as posted_period,
  ledger.credit_date,
  ledger.plan_id,
  ledger.plan_version,
  ledger.plan_mark,
  ledger.component_id,
  ledger.credit_id,
  ledger.event_id,
  ledger.source_kind,
  ledger.source_id,
  ledger.invoice_id,
  ledger.credit_amount,
  ledger.source_amount,
  ledger.split_pct,
  ledger.cut_pct,
  ledger.tier_from,
  ledger.tier_to,
  ledger.rate,
  ledger.amount,
  ledger.cause,
  ledger.reverses_line_id,
  ledger.position_to,
  ledger.quota,
  ledger.release_date,
  false as is_closed,
  ledger._load,
  ledger._line
from core.commission_ledger as ledger
inner join core.open_period as books on ledger.period > books.last_period
union all
select correction.*
from core.commission_correction as correction
