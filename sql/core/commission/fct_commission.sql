-- table: core.fct_commission
-- kind:  view
-- grain: one row per credit and step it is paid in
-- key:   line_id
-- why:   commission.priced_slice beside where the credit comes from and whose it is, for KPIs and for who
--        asks about one line; credits that go back at the original's rate are not among them
--        (commission.credit_earning)
select
  concat_ws('|', priced.credit_id, case when priced.step_kind = 'rerated' then 'r' end, priced.tier_no)
    as line_id,
  priced.credit_id,
  credit.event_id,
  credit.reverses_event_id,
  priced.family_id,
  account.payee_id,
  priced.source_kind,
  credit.source_id,
  credit.invoice_id,
  priced.credit_date,
  priced.period,
  account.plan_id,
  account.plan_version,
  account.component_id,
  account.quota_start,
  account.quota,
  credit.source_amount,
  credit.split_pct,
  credit.cut_pct,
  priced.tier_no,
  priced.tier_from,
  priced.tier_to,
  priced.rate_pct,
  cast(priced.rate_pct * cast(0.01 as decimal(3, 2)) as decimal(18, 10)) as rate,
  priced.step_kind,
  priced.credit_amount,
  priced.amount,
  priced.position_to,
  credit._load,
  credit._line
from commission.priced_slice as priced
inner join commission.account as account on priced.account_no = account.account_no
inner join core.fct_credit as credit on priced.credit_id = credit.credit_id
