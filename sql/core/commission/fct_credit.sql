-- table: core.fct_credit
-- grain: one row per credit event, payee, plan component and, where the plan asks, product
-- key:   credit_id
-- why:   who is credited with what: the owner or the deal team by their splits, overlays beside them,
--        managers for their people (never for overlays), a pool for its unit. Shares are rounded
--        cumulatively, so that a team's shares are the whole credit to the cent
with component as (
  select
    component.*,
    plan.valid_from,
    coalesce(plan.valid_to, date '9999-12-31') as valid_to
  from policy.commission_component as component
  inner join policy.commission_plan as plan
    on component.plan_id = plan.plan_id and component.plan_version = plan.plan_version
),

used as (
  select distinct
    credit_event,
    credit_to
  from component
),

-- splits that do not add up are none: the deal is its owner's until they do
split as (
  select
    opportunity_id,
    employee_id,
    pct,
    sum(pct) over (
      partition by opportunity_id order by employee_id
      rows between unbounded preceding and current row
    ) as pct_to,
    sum(pct) over (partition by opportunity_id) as pct_total
  from staging.opportunity_split
  where kind = 'split'
),

-- whose deal it was: the owner, or the deal team by its splits
team as (
  select
    event.*,
    coalesce(split.employee_id, event.owner_id) as member_id,
    coalesce(split.pct, 100) as pct,
    coalesce(split.pct_to, 100) as pct_to,
    split.employee_id is not null as is_shared
  from core.fct_credit_event as event
  left join split on event.opportunity_id = split.opportunity_id and split.pct_total = 100
),

candidate as (
  select
    event.*,
    event.owner_id as member_id,
    cast(100 as decimal(18, 4)) as pct,
    cast(100 as decimal(38, 4)) as pct_to,
    false as is_shared,
    event.owner_id as payee_id,
    1 as level,
    used.credit_to
  from core.fct_credit_event as event
  inner join used on event.credit_event = used.credit_event and used.credit_to = 'owner'
  union all
  select
    team.*,
    team.member_id as payee_id,
    1 as level,
    used.credit_to
  from team
  inner join used on team.credit_event = used.credit_event and used.credit_to = 'deal_team'
  union all
  select
    event.*,
    overlay.employee_id as member_id,
    overlay.pct,
    overlay.pct as pct_to,
    false as is_shared,
    overlay.employee_id as payee_id,
    1 as level,
    used.credit_to
  from core.fct_credit_event as event
  inner join used on event.credit_event = used.credit_event and used.credit_to = 'overlay'
  inner join staging.opportunity_split as overlay
    on event.opportunity_id = overlay.opportunity_id and overlay.kind = 'overlay'
  union all
  select
    team.*,
    manager.manager_id as payee_id,
    manager.level,
    used.credit_to
  from team
  inner join used on team.credit_event = used.credit_event and used.credit_to = 'managers'
  inner join core.manager_span as manager
    on
      team.member_id = manager.employee_id
      and team.quota_date >= manager.valid_from
      and team.quota_date <= manager.valid_to
),

-- the plan of the day on which the credit was first given
personal as (
  select
    candidate.*,
    component.role,
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.quota_scope_kind,
    component.quota_scope_id
  from candidate
  inner join commission.payee_component_span as component
    on
      candidate.payee_id = component.employee_id
      and candidate.credit_event = component.credit_event
      and candidate.credit_to = component.credit_to
      and candidate.level <= component.max_level
      and candidate.quota_date >= component.valid_from
      and candidate.quota_date <= component.valid_to
),

pooled as (
  select
    team.*,
    concat_ws(
      ':', 'pool', component.pool_unit,
      case when component.pool_unit = 'team' then org.team_id else org.region_id end
    ) as payee_id,
    1 as level,
    component.credit_to,
    'pool' as role,
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.pool_unit as quota_scope_kind,
    case when component.pool_unit = 'team' then org.team_id else org.region_id end as quota_scope_id
  from team
  inner join component
    on
      component.credit_to = 'pool'
      and team.credit_event = component.credit_event
      and team.quota_date >= component.valid_from
      and team.quota_date <= component.valid_to
  inner join core.org_day as org
    on team.member_id = org.employee_id and team.quota_date = org.calendar_date and org.is_active
  left join policy.commission_plan_unit as named
    on component.plan_id = named.plan_id and component.plan_version = named.plan_version
  where
    case when component.pool_unit = 'team' then org.team_id else org.region_id end is not null
    and (named.unit_id is null or named.unit_id in (org.team_id, org.region_id))
),

entitled as (
  select personal.*
  from personal
  union all
  select pooled.*
  from pooled
),

-- order lines with a component that looks at products
product_line as (
  select
    line.order_id,
    line.product_id,
    line.product_category,
    line.is_key_product,
    product.name as product_name,
    sum(line.net_amount_base) as net_amount,
    sum(sum(line.net_amount_base)) over (
      partition by line.order_id order by line.product_id
      rows between unbounded preceding and current row
    ) as net_to,
    sum(sum(line.net_amount_base)) over (partition by line.order_id) as net_total
  from core.fct_order_line as line
  left join staging.product as product on line.product_id = product.product_id
  where
    exists (
      select 1 from component
      where component.of_products
    )
  group by line.order_id, line.product_id, line.product_category, line.is_key_product, product.name
),

based as (
  select
    entitled.*,
    component.quota_measure,
    component.quota_period,
    component.rate_kind,
    component.is_per_transaction,
    component.clawback_by,
    component.only_contract_types,
    component.only_segments,
    component.only_product_categories,
    component.only_products,
    case when component.of_products then line.product_id end as product_id,
    case when component.of_products then line.product_name end as product_name,
    case when component.of_products then line.product_category end as product_category,
    case when component.of_products then coalesce(line.is_key_product, false) end as is_key_product,
    case component.credit_base
      when 'margin' then entitled.margin_amount_base
      when 'units' then entitled.units
      else entitled.net_amount_base
    end as whole_amount,
    case when component.of_products then line.net_amount end as line_amount,
    case when component.of_products then line.net_to end as line_to,
    case when component.of_products then line.net_total end as line_total
  from entitled
  inner join component
    on
      entitled.plan_id = component.plan_id
      and entitled.plan_version = component.plan_version
      and entitled.component_id = component.component_id
  left join product_line as line
    on case when component.of_products then entitled.order_id end = line.order_id
  where
    (not component.only_new_customers or entitled.is_new_customer)
    and (not component.only_key_products or coalesce(line.is_key_product, false))
),

filtered as (
  select based.*
  from based
  left join policy.commission_only as of_contract
    on
      based.plan_id = of_contract.plan_id
      and based.plan_version = of_contract.plan_version
      and based.component_id = of_contract.component_id
      and of_contract.field = 'contract_type'
      and based.contract_type = of_contract.value
  left join policy.commission_only as of_segment
    on
      based.plan_id = of_segment.plan_id
      and based.plan_version = of_segment.plan_version
      and based.component_id = of_segment.component_id
      and of_segment.field = 'segment'
      and based.segment = of_segment.value
  left join policy.commission_only as of_category
    on
      based.plan_id = of_category.plan_id
      and based.plan_version = of_category.plan_version
      and based.component_id = of_category.component_id
      and of_category.field = 'product_category'
      and based.product_category = of_category.value
  left join policy.commission_only as of_product
    on
      based.plan_id = of_product.plan_id
      and based.plan_version = of_product.plan_version
      and based.component_id = of_product.component_id
      and of_product.field = 'product_id'
      and based.product_id = of_product.value
  where
    (not based.only_contract_types or of_contract.value is not null)
    and (not based.only_segments or of_segment.value is not null)
    and (not based.only_product_categories or of_category.value is not null)
    and (not based.only_products or of_product.value is not null)
),

-- a product's part of the document, in whole cents that add up
parted as (
  select
    filtered.*,
    case
      when filtered.line_total > 0
        then
          cast(
            cast(
              (
                cast(round(filtered.whole_amount * 100, 0) as hugeint)
                * cast(round(filtered.line_to * 100, 0) as hugeint)
              ) // cast(round(filtered.line_total * 100, 0) as hugeint)
              - (
                cast(round(filtered.whole_amount * 100, 0) as hugeint)
                * cast(round((filtered.line_to - filtered.line_amount) * 100, 0) as hugeint)
              ) // cast(round(filtered.line_total * 100, 0) as hugeint) as decimal(20, 0)
            ) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
          )
      else filtered.whole_amount
    end as base_amount
  from filtered
),

shared as (
  select
    parted.*,
    case
      when parted.pct = 100 and parted.pct_to = 100 then parted.base_amount
      else
        cast(
          round(
            cast(parted.base_amount as decimal(24, 4)) * cast(parted.pct_to as decimal(9, 4))
            * cast(0.01 as decimal(3, 2)),
            2
          )
          - round(
            cast(parted.base_amount as decimal(24, 4)) * cast(parted.pct_to - parted.pct as decimal(9, 4))
            * cast(0.01 as decimal(3, 2)), 2
          ) as decimal(18, 4)
        )
    end as share_amount
  from parted
),

-- two members of a deal team may have one manager, and one pool
same_payee as (
  select
    shared.*,
    sum(shared.pct) over of_payee as split_pct,
    sum(shared.share_amount) over of_payee as payee_amount,
    row_number() over (
      partition by
        shared.event_id, shared.payee_id, shared.plan_id, shared.plan_version, shared.component_id,
        shared.product_id
      order by shared.member_id
    ) as place
  from shared
  where shared.credit_to in ('managers', 'pool') and shared.is_shared
  window of_payee as (
    partition by
      shared.event_id, shared.payee_id, shared.plan_id, shared.plan_version, shared.component_id,
      shared.product_id
  )
),

gathered as (
  select
    shared.*,
    shared.pct as split_pct,
    shared.share_amount as payee_amount,
    1 as place
  from shared
  where shared.credit_to not in ('managers', 'pool') or not shared.is_shared
  union all
  select same_payee.*
  from same_payee
  where same_payee.place = 1
),

cut as (
  select
    event_id,
    plan_id,
    plan_version,
    component_id,
    cast(least(sum(cut_pct), 100) as decimal(9, 4)) as cut_pct
  from core.fct_credit_cut
  group by event_id, plan_id, plan_version, component_id
)

select
  concat_ws(
    '|', gathered.event_id, gathered.payee_id, gathered.plan_id, gathered.component_id, gathered.product_id
  ) as credit_id,
  gathered.event_id,
  gathered.source_kind,
  gathered.source_id,
  gathered.event_date,
  gathered.quota_date,
  gathered.family_id,
  gathered.reverses_event_id,
  gathered.payee_id,
  gathered.role,
  gathered.credit_to,
  gathered.plan_id,
  gathered.plan_version,
  gathered.component_id,
  gathered.customer_id,
  gathered.segment,
  gathered.opportunity_id,
  gathered.contract_id,
  gathered.order_id,
  gathered.invoice_id,
  gathered.contract_type,
  gathered.is_new_customer,
  gathered.product_id,
  gathered.product_name,
  gathered.product_category,
  gathered.is_key_product,
  cast(gathered.split_pct as decimal(9, 4)) as split_pct,
  gathered.net_amount_base as source_amount,
  gathered.base_amount,
  cast(gathered.payee_amount as decimal(18, 4)) as full_amount,
  coalesce(cut.cut_pct, 0) as cut_pct,
  case
    when cut.cut_pct is null then cast(gathered.payee_amount as decimal(18, 4))
    else
      cast(
        gathered.payee_amount
        - round(
          cast(gathered.payee_amount as decimal(24, 4)) * cut.cut_pct * cast(0.01 as decimal(3, 2)), 2
        ) as decimal(18, 4)
      )
  end as credit_amount,
  gathered.quota_measure,
  gathered.quota_scope_kind,
  gathered.quota_scope_id,
  gathered.quota_period,
  gathered.rate_kind,
  gathered.is_per_transaction,
  gathered.reverses_event_id is not null and gathered.clawback_by = 'original_rate' as is_at_original_rate,
  cast(
    case gathered.quota_period
      when 'month' then date_trunc('month', gathered.quota_date)
      when 'quarter' then date_trunc('quarter', gathered.quota_date)
      else date_trunc('year', gathered.quota_date)
    end as date
  ) as quota_start,
  cast(date_trunc('month', gathered.event_date) as date) as month_start,
  gathered._load,
  gathered._line
from gathered
left join cut
  on
    gathered.event_id = cut.event_id
    and gathered.plan_id = cut.plan_id
    and gathered.plan_version = cut.plan_version
    and gathered.component_id = cut.component_id
