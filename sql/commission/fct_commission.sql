-- table: core.fct_commission
-- grain: one row per credit and step it is paid in
-- key:   line_id
-- why:   what each credit earns. Marginal tiers pay each slice at its own rate and take it back at it;
--        the other modes pay what the commission of the position reached exceeds that of the position
--        before. Amounts are rounded on the running total, so the lines of a payee add up to the
--        commission of the position they reached, to the cent
-- wide decimals cost an engine fifty times what whole numbers of one machine word cost: what is paid
-- at a position is added up in cents and in parts of them
with running as (
  select
    running.credit_id,
    running.payee_id,
    running.plan_id,
    running.plan_version,
    running.component_id,
    running.quota_start,
    running.month_start,
    running.rate_kind,
    coalesce(component.rate_mode, 'marginal') as rate_mode,
    running.quota,
    running.credit_amount,
    cast(running.position_to - running.credit_amount as decimal(18, 4)) as position_from,
    running.position_to,
    case when running.credit_amount < 0 then -1 else 1 end as sign
  from core.commission_running as running
  left join policy.commission_component as component
    on
      running.plan_id = component.plan_id
      and running.plan_version = component.plan_version
      and running.component_id = component.component_id
),

-- money that goes back is a way back over the same slices
slice as (
  select
    way.credit_id,
    way.quota,
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
  inner join core.commission_step as step
    on
      way.payee_id = step.payee_id
      and way.plan_id = step.plan_id
      and way.plan_version = step.plan_version
      and way.component_id = step.component_id
      and way.quota_start = step.quota_start
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
    quota,
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

-- both ends of the way of a credit that is paid by the position reached
reached as (
  select
    running.credit_id,
    running.credit_amount,
    running.position_from,
    running.position_to,
    running.rate_mode,
    running.quota,
    place.side,
    case when place.side = 1 then running.position_to else running.position_from end as position,
    step.tier_no,
    step.tier_from,
    step.tier_to,
    step.base_rate_pct,
    step.rate_pct,
    step.next_rate_pct,
    step.amount_from,
    step.amount_to
  from running
  cross join (
    select cast(1 as integer) as side
    union all
    select cast(0 as integer) as side
  ) as place
  inner join core.commission_step as step
    on
      running.payee_id = step.payee_id
      and running.plan_id = step.plan_id
      and running.plan_version = step.plan_version
      and running.component_id = step.component_id
      and running.quota_start = step.quota_start
      and case when place.side = 1 then running.position_to else running.position_from end
      > step.reaches_from
      and case when place.side = 1 then running.position_to else running.position_from end
      <= step.reaches_to
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
              * cast(round(greatest(reached.position - reached.amount_from, 0) * 10000, 0) as hugeint)
              // cast(round((reached.amount_to - reached.amount_from) * 10000, 0) as hugeint)
              as decimal(20, 0)
            ) * cast(0.00000001 as decimal(9, 8)) as decimal(18, 8)
          )
      else cast(reached.rate_pct as decimal(18, 8))
    end as reached_rate_pct
  from reached
),

total as (
  select
    rated.*,
    case
      when rated.rate_mode = 'hybrid' and rated.tier_no > 0
        then
          round(
            cast(least(rated.position, rated.quota) as decimal(22, 4)) * rated.base_rate_pct
            * cast(0.01 as decimal(3, 2))
            + cast(greatest(rated.position - rated.quota, 0) as decimal(22, 4))
            * cast(rated.reached_rate_pct as decimal(12, 4)) * cast(0.01 as decimal(3, 2)), 2
          )
      else
        round(
          cast(rated.position as decimal(20, 4)) * cast(rated.reached_rate_pct as decimal(14, 8))
          * cast(0.01 as decimal(3, 2)), 2
        )
    end as commission
  from rated
),

jump as (
  select
    after.credit_id,
    after.quota,
    after.tier_no,
    after.tier_from,
    after.tier_to,
    after.reached_rate_pct as rate_pct,
    after.rate_mode,
    after.credit_amount,
    cast(after.commission - before.commission as decimal(18, 4)) as amount,
    cast(round(
      cast(after.credit_amount as decimal(20, 4)) * cast(after.reached_rate_pct as decimal(14, 8))
      * cast(0.01 as decimal(3, 2)), 2
    ) as decimal(18, 4)) as own_amount,
    after.position_to
  from total as after
  inner join total as before on after.credit_id = before.credit_id and before.side = 0
  where after.side = 1
),

-- what reaching (or losing) a tier changes for the credit before stands in a line of its own
jumped as (
  select
    credit_id,
    quota,
    tier_no,
    tier_from,
    tier_to,
    rate_pct,
    'reached' as step_kind,
    credit_amount,
    case when rate_mode = 'whole' then own_amount else amount end as amount,
    position_to
  from jump
  union all
  select
    credit_id,
    quota,
    tier_no,
    tier_from,
    tier_to,
    rate_pct,
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
    running.quota,
    0 as tier_no,
    matrix.attainment_from as tier_from,
    matrix.attainment_below as tier_to,
    matrix.rate_pct,
    'table' as step_kind,
    running.credit_amount,
    cast(round(
      cast(running.credit_amount as decimal(22, 4)) * matrix.rate_pct * cast(0.01 as decimal(3, 2)), 2
    ) as decimal(18, 4)) as amount,
    running.position_to
  from running
  inner join core.commission_gauge as gauge
    on
      running.payee_id = gauge.payee_id
      and running.plan_id = gauge.plan_id
      and running.plan_version = gauge.plan_version
      and running.component_id = gauge.component_id
      and running.month_start = gauge.month_start
  inner join policy.commission_matrix as matrix
    on
      running.plan_id = matrix.plan_id
      and running.plan_version = matrix.plan_version
      and running.component_id = matrix.component_id
      and coalesce(gauge.attainment_pct, 0) >= matrix.attainment_from
      and coalesce(gauge.attainment_pct, 0) < coalesce(matrix.attainment_below, 99999)
      and gauge.collection_rate_pct >= matrix.collection_from
      and gauge.collection_rate_pct < coalesce(matrix.collection_below, 99999)
  where running.rate_kind = 'matrix'
),

ruled as (
  select
    running.credit_id,
    running.quota,
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
      running.plan_id = rule.plan_id
      and running.plan_version = rule.plan_version
      and running.component_id = rule.component_id
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
  concat_ws('|', credit.credit_id, case when paid.step_kind = 'rerated' then 'r' end, paid.tier_no)
    as line_id,
  credit.credit_id,
  credit.event_id,
  credit.reverses_event_id,
  credit.family_id,
  credit.payee_id,
  credit.source_kind,
  credit.source_id,
  credit.invoice_id,
  credit.event_date as credit_date,
  strftime(credit.month_start, '%Y-%m') as period,
  credit.plan_id,
  credit.plan_version,
  credit.component_id,
  credit.quota_start,
  paid.quota,
  credit.source_amount,
  credit.split_pct,
  credit.cut_pct,
  cast(paid.tier_no as integer) as tier_no,
  cast(paid.tier_from as decimal(18, 4)) as tier_from,
  cast(paid.tier_to as decimal(18, 4)) as tier_to,
  cast(paid.rate_pct as decimal(18, 8)) as rate_pct,
  cast(paid.rate_pct * cast(0.01 as decimal(3, 2)) as decimal(18, 10)) as rate,
  paid.step_kind,
  paid.credit_amount,
  paid.amount,
  paid.position_to,
  credit._load,
  credit._line
from core.fct_credit as credit
inner join paid on credit.credit_id = paid.credit_id
