-- table: commission.account_cell
-- kind:  view
-- grain: one row per account paid by a two-way table, and month with credit
-- key:   account_no, month_start
-- why:   the cell of the table that a month's credits are paid by, chosen by the attainment and the share
--        of what fell due that had come in (commission.gauge)
select
  account.account_no,
  gauge.month_start,
  matrix.attainment_from,
  matrix.attainment_below,
  matrix.rate_pct
from commission.account as account
inner join commission.gauge as gauge
  on
    account.payee_id = gauge.payee_id
    and account.plan_id = gauge.plan_id
    and account.plan_version = gauge.plan_version
    and account.component_id = gauge.component_id
inner join policy.commission_matrix as matrix
  on
    account.plan_id = matrix.plan_id
    and account.plan_version = matrix.plan_version
    and account.component_id = matrix.component_id
    and coalesce(gauge.attainment_pct, 0) >= matrix.attainment_from
    and coalesce(gauge.attainment_pct, 0) < coalesce(matrix.attainment_below, 99999)
    and gauge.collection_rate_pct >= matrix.collection_from
    and gauge.collection_rate_pct < coalesce(matrix.collection_below, 99999)
where account.rate_kind = 'matrix'
