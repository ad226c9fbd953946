-- table: commission.priced_slice
-- grain: one row per credit and step it is paid in
-- key:   credit_id, step_kind, tier_no
-- why:   what each credit earns. Marginal tiers pay each slice at its own rate and take it back at it;
--        the other modes pay what the commission of the position reached exceeds that of the position
--        before. Amounts are rounded on the running total, so the lines of a payee add up to the
--        commission of the position they reached, to the cent. Where a credit comes from stands with
--        the credit, who is paid for it with the account: written once, read by whom it concerns
-- wide decimals cost an engine fifty times what numbers of one machine word cost: what is paid at a
-- position is added up in cents and in parts of them, and a percent of less than a hundred million is
-- taken in eighteen digits
with running as (
  select
    credit_id,
    account_no,
    place,
    event_date as credit_date,
    month_start,
    strftime(month_start, '%Y-%m') as period,
    source_kind,
    family_id,
    rate_kind,
    rate_mode,
    is_per_transaction,
    quota,
    credit_amount,
    cast(position_to - credit_amount as decimal(18, 4)) as position_from,
    position_to,
    case when credit_amount < 0 then -1 else 1 end as sign
  from commission.credit_position
),

-- money that goes back is a way back over the same slices
slice as (
  select
    way.credit_id,
    way.account_no,
    way.credit_date,
    way.period,
    way.source_kind,
    way.family_id,
    way.sign,
    step.tier_no,
    step.tier_from,
    step.tier_to,
    step.rate_pct,
    step.limit_from,
    step.limit_to,
    step.rate_units,
    step.cents_from,
    step.cents_to,
    step.intercept_cents,
    step.intercept_rest,
    greatest(least(way.position_to, way.position_from), step.limit_from) as slice_from,
    least(greatest(way.position_to, way.position_from), step.limit_to) as slice_to
  from running as way
  inner join commission.account_tier as step
    on
      way.account_no = step.account_no
      and greatest(way.position_to, way.position_from) > step.limit_from
      and least(way.position_to, way.position_from) < step.limit_to
  where way.rate_kind = 'tiers' and way.rate_mode = 'marginal' and way.credit_amount <> 0
),

-- both ends of a slice in whole units and ten-thousandths; below nothing it is the first rate
parted as (
  select
    slice.*,
    cast(floor(abs(slice.slice_from)) as bigint) as from_whole,
    cast((abs(slice.slice_from) - floor(abs(slice.slice_from))) * 10000 as bigint) as from_part,
    cast(floor(abs(slice.slice_to)) as bigint) as to_whole,
    cast((abs(slice.slice_to) - floor(abs(slice.slice_to))) * 10000 as bigint) as to_part
  from slice
),

priced as (
  select
    parted.*,
    case
      when parted.slice_from = parted.limit_from then parted.cents_from
      else
        case when parted.slice_from < 0 then -1 else 1 end * (
          parted.from_whole * parted.rate_units // 10000 + parted.intercept_cents
          + (
            parted.from_whole * parted.rate_units % 10000 * 10000
            + parted.from_part * parted.rate_units
            + parted.intercept_rest
            + 50000000
          ) // 100000000
        )
    end as cents_at_from,
    case
      when parted.slice_to = parted.limit_to then parted.cents_to
      else
        case when parted.slice_to < 0 then -1 else 1 end * (
          parted.to_whole * parted.rate_units // 10000 + parted.intercept_cents
          + (
            parted.to_whole * parted.rate_units % 10000 * 10000
            + parted.to_part * parted.rate_units
            + parted.intercept_rest
            + 50000000
          )
          // 100000000
        )
    end as cents_at_to
  from parted
),

marginal as (
  select
    credit_id,
    account_no,
    credit_date,
    period,
    source_kind,
    family_id,
    tier_no,
    tier_from,
    tier_to,
    rate_pct,
    'slice' as step_kind,
    cast(sign * (slice_to - slice_from) as decimal(18, 4)) as credit_amount,
    cast(
      cast(sign * (cents_at_to - cents_at_from) as decimal(16, 0)) * cast(0.01 as decimal(2, 2))
      as decimal(18, 4)
    ) as amount,
    case when sign < 0 then slice_from else slice_to end as position_to
  from priced
),

-- where a credit that is paid by the position reached has come to
reached as (
  select
    running.*,
    step.tier_no,
    step.tier_from,
    step.tier_to,
    step.base_rate_pct,
    step.rate_pct,
    step.next_rate_pct,
    step.amount_from,
    step.amount_to
  from running
  inner join commission.account_tier as step
    on
      running.account_no = step.account_no
      and running.position_to > step.reaches_from
      and running.position_to <= step.reaches_to
  where running.rate_kind = 'tiers' and running.rate_mode <> 'marginal'
),

-- the rate at a position; between two rates it runs on a straight line, to eight decimals of a percent;
-- below nothing it is the first rate
rated as (
  select
    reached.*,
    case
      when reached.rate_mode = 'interpolated' and reached.amount_to is not null
        then
          cast(reached.rate_pct as decimal(18, 8))
          + cast(
            cast(
              cast(round((reached.next_rate_pct - reached.rate_pct) * 10000, 0) as hugeint) * 10000
              * cast(round(greatest(reached.position_to - reached.amount_from, 0) * 10000, 0) as hugeint)
              // cast(round((reached.amount_to - reached.amount_from) * 10000, 0) as hugeint)
              as decimal(20, 0)
            ) * cast(0.00000001 as decimal(9, 8)) as decimal(18, 8)
          )
      else cast(reached.rate_pct as decimal(18, 8))
    end as reached_rate_pct,
    reached.rate_mode = 'whole' and reached.rate_pct < 100
    and abs(reached.position_to) < 100000000 and abs(reached.credit_amount) < 100000000 as is_narrow
  from reached
),

total as (
  select
    rated.*,
    case
      when rated.rate_mode = 'hybrid' and rated.tier_no > 0
        then
          round(
            cast(least(rated.position_to, rated.quota) as decimal(22, 4)) * rated.base_rate_pct
            * cast(0.01 as decimal(3, 2))
            + cast(greatest(rated.position_to - rated.quota, 0) as decimal(22, 4))
            * cast(rated.reached_rate_pct as decimal(12, 4)) * cast(0.01 as decimal(3, 2)), 2
          )
      when rated.is_narrow
        then
          round(cast(rated.position_to as decimal(12, 4)) * cast(rated.rate_pct as decimal(6, 4)), 0)
          * cast(0.01 as decimal(3, 2))
      else
        round(
          cast(rated.position_to as decimal(20, 4)) * cast(rated.reached_rate_pct as decimal(14, 8))
          * cast(0.01 as decimal(3, 2)), 2
        )
    end as commission
  from rated
),

-- nothing is paid at the position of nothing, where an account and a transaction begin
jump as (
  select
    total.*,
    cast(
      total.commission - case
        when total.is_per_transaction then 0
        else coalesce(lag(total.commission) over (partition by total.account_no order by total.place), 0)
      end as decimal(18, 4)
    ) as amount,
    cast(
      case
        when total.is_narrow
          then
            round(cast(total.credit_amount as decimal(12, 4)) * cast(total.rate_pct as decimal(6, 4)), 0)
            * cast(0.01 as decimal(3, 2))
        else
          round(
            cast(total.credit_amount as decimal(20, 4)) * cast(total.reached_rate_pct as decimal(14, 8))
            * cast(0.01 as decimal(3, 2)), 2
          )
      end as decimal(18, 4)
    ) as own_amount
  from total
),

-- what reaching (or losing) a tier changes for the credit before stands in a line of its own
jumped as (
  select
    credit_id,
    account_no,
    credit_date,
    period,
    source_kind,
    family_id,
    tier_no,
    tier_from,
    tier_to,
    reached_rate_pct as rate_pct,
    'reached' as step_kind,
    credit_amount,
    case when rate_mode = 'whole' then own_amount else amount end as amount,
    position_to
  from jump
  union all
  select
    credit_id,
    account_no,
    credit_date,
    period,
    source_kind,
    family_id,
    tier_no,
    tier_from,
    tier_to,
    reached_rate_pct as rate_pct,
    'rerated' as step_kind,
    cast(0 as decimal(18, 4)) as credit_amount,
    cast(amount - own_amount as decimal(18, 4)) as amount,
    position_to
  from jump
  where rate_mode = 'whole' and amount <> own_amount
),

table_rate as (
  select
    running.credit_id,
    running.account_no,
    running.credit_date,
    running.period,
    running.source_kind,
    running.family_id,
    0 as tier_no,
    matrix.attainment_from as tier_from,
    matrix.attainment_below as tier_to,
    matrix.rate_pct,
    'table' as step_kind,
    running.credit_amount,
    cast(
      case
        when abs(running.credit_amount) < 100000000 and matrix.rate_pct < 100
          then
            round(cast(running.credit_amount as decimal(12, 4)) * cast(matrix.rate_pct as decimal(6, 4)), 0)
        else round(cast(running.credit_amount as decimal(22, 4)) * matrix.rate_pct, 0)
      end * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
    ) as amount,
    running.position_to
  from running
  inner join commission.account as account on running.account_no = account.account_no
  inner join commission.gauge as gauge
    on
      account.payee_id = gauge.payee_id
      and account.plan_id = gauge.plan_id
      and account.plan_version = gauge.plan_version
      and account.component_id = gauge.component_id
      and running.month_start = gauge.month_start
  inner join policy.commission_matrix as matrix
    on
      account.plan_id = matrix.plan_id
      and account.plan_version = matrix.plan_version
      and account.component_id = matrix.component_id
      and coalesce(gauge.attainment_pct, 0) >= matrix.attainment_from
      and coalesce(gauge.attainment_pct, 0) < coalesce(matrix.attainment_below, 99999)
      and gauge.collection_rate_pct >= matrix.collection_from
      and gauge.collection_rate_pct < coalesce(matrix.collection_below, 99999)
  where running.rate_kind = 'matrix'
),

ruled as (
  select
    running.credit_id,
    running.account_no,
    running.credit_date,
    running.period,
    running.source_kind,
    running.family_id,
    rule.rule_no as tier_no,
    cast(0 as decimal(18, 4)) as tier_from,
    cast(null as decimal(18, 4)) as tier_to,
    rule.rate_pct,
    'rule' as step_kind,
    running.credit_amount,
    cast(
      case
        when rule.amount is not null and running.credit_amount <> 0 then running.sign * rule.amount
        else
          round(
            cast(running.credit_amount as decimal(22, 4)) * coalesce(rule.rate_pct, 0)
            * cast(0.01 as decimal(3, 2)), 2
          )
      end as decimal(18, 4)
    ) as amount,
    running.position_to
  from running
  inner join core.fct_credit as credit on running.credit_id = credit.credit_id
  inner join policy.commission_rule as rule
    on
      credit.plan_id = rule.plan_id
      and credit.plan_version = rule.plan_version
      and credit.component_id = rule.component_id
  where
    running.rate_kind = 'rules'
    and (rule.product_id is null or rule.product_id = credit.product_id)
    and (rule.product_name is null or rule.product_name = credit.product_name)
    and (rule.product_category is null or rule.product_category = credit.product_category)
    and (rule.is_key_product is null or rule.is_key_product = credit.is_key_product)
    and (rule.is_new_customer is null or rule.is_new_customer = credit.is_new_customer)
    and (rule.contract_type is null or rule.contract_type = credit.contract_type)
    and (rule.segment is null or rule.segment = credit.segment)
  qualify row_number() over (
    partition by running.credit_id order by rule.priority desc, rule.rule_no asc
  ) = 1
),

paid as (
  select marginal.* from marginal
  union all
  select jumped.* from jumped
  union all
  select table_rate.* from table_rate
  union all
  select ruled.* from ruled
)

select
  credit_id,
  account_no,
  credit_date,
  period,
  source_kind,
  family_id,
  cast(tier_no as integer) as tier_no,
  cast(tier_from as decimal(18, 4)) as tier_from,
  cast(tier_to as decimal(18, 4)) as tier_to,
  cast(rate_pct as decimal(18, 8)) as rate_pct,
  step_kind,
  credit_amount,
  amount,
  position_to
from paid
