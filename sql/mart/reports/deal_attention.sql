-- table: mart.deal_attention
-- grain: one row per opportunity open on the day of the report
-- key:   opportunity_id
-- why:   which open deals need somebody: slipped, pushed again, longer in its stage than three in
--        four such deals (or, while too few have left it, than the process expects), idle, without
--        a decision maker, or priced beyond the seller's authority
with quarter as (
  select
    period_start as quarter_start,
    period_end as quarter_end
  from core.period
  where period_kind = 'quarter' and is_current
),

-- what the due date was when the quarter began; a deal created later has not slipped in it
due_then as (
  select
    span.opportunity_id,
    span.expected_close_date as was_due_date
  from core.pipeline_span as span
  cross join quarter
  where
    span.valid_from < quarter.quarter_start
    and span.valid_before >= quarter.quarter_start
    and span.expected_close_date between quarter.quarter_start and quarter.quarter_end
  qualify row_number() over (partition by span.opportunity_id order by span.valid_from desc) = 1
),

due_change as (
  select
    span.opportunity_id,
    span.valid_from,
    span.expected_close_date,
    lag(span.expected_close_date)
      over (partition by span.opportunity_id order by span.valid_from)
      as due_before
  from core.pipeline_span as span
  inner join core.fct_open_opportunity as deal on span.opportunity_id = deal.opportunity_id
),

pushed as (
  select
    opportunity_id,
    count(*) as pushes,
    min(due_before) as first_due_date
  from due_change
  where expected_close_date > due_before
  group by opportunity_id
),

settled as (
  select
    stage_id,
    segment,
    days
  from core.fct_stage_visit
  where left_at is not null and days is not null
),

segment_p75 as (
  select
    stage_id,
    segment,
    quantile_cont(days, 0.75) as p75_days
  from settled
  where segment is not null
  group by stage_id, segment
  having count(*) >= 20
),

stage_p75 as (
  select
    stage_id,
    quantile_cont(days, 0.75) as p75_days
  from settled
  group by stage_id
  having count(*) >= 20
),

visit as (
  select
    visit.opportunity_id,
    count(*) as visits,
    max(case when visit.is_latest then visit.entered_date end) as stage_entered_date
  from core.fct_stage_visit as visit
  inner join core.fct_open_opportunity as deal on visit.opportunity_id = deal.opportunity_id
  group by visit.opportunity_id
),

touch as (
  select
    activity.opportunity_id,
    activity.occurred_date as touched_date
  from core.fct_activity as activity
  inner join core.fct_open_opportunity as deal on activity.opportunity_id = deal.opportunity_id
  cross join core.parameter as parameter
  where activity.occurred_date <= parameter.as_of_date
  union all
  select
    event.opportunity_id,
    cast(event.changed_at as date) as touched_date
  from staging.opportunity_event as event
  inner join core.fct_open_opportunity as deal on event.opportunity_id = deal.opportunity_id
  cross join core.parameter as parameter
  where event.changed_at < parameter.as_of_end
),

last_touch as (
  select
    opportunity_id,
    max(touched_date) as touched_date
  from touch
  group by opportunity_id
),

last_quote as (
  select
    quote.opportunity_id,
    quote.list_amount,
    quote.net_amount,
    quote.authority_discount_pct
  from staging.quote as quote
  inner join core.fct_open_opportunity as deal on quote.opportunity_id = deal.opportunity_id
  cross join core.parameter as parameter
  where
    quote.submitted_at < parameter.as_of_end
    and coalesce(quote.status, 'submitted') <> 'rejected'
    and quote.list_amount > 0
    and quote.net_amount is not null
  qualify row_number() over (
    partition by quote.opportunity_id
    order by quote.version desc nulls last, quote.submitted_at desc, quote.quote_id asc
  ) = 1
),

gathered as (
  select
    deal.opportunity_id,
    opportunity.name,
    deal.customer_id,
    customer.name as customer_name,
    deal.owner_id,
    employee.team_id,
    employee.region_id,
    deal.segment,
    deal.stage as stage_id,
    stage.stage_order,
    deal.amount_base,
    opportunity.created_date,
    deal.expected_close_date,
    due_then.was_due_date,
    coalesce(pushed.pushes, 0) as pushes,
    pushed.first_due_date,
    deal.next_step,
    deal.next_step_date,
    date_diff('day', coalesce(visit.stage_entered_date, opportunity.created_date), parameter.as_of_date)
      as days_in_stage,
    coalesce(visit.visits, 1) = 1 as is_never_moved,
    cast(round(coalesce(segment_p75.p75_days, stage_p75.p75_days), 1) as decimal(9, 1)) as stage_p75_days,
    date_diff('day', coalesce(last_touch.touched_date, opportunity.created_date), parameter.as_of_date)
      as idle_days,
    export.row_count > 0 as is_activity_known,
    parameter.stale_after_days,
    parameter.as_of_date,
    deal.expected_stage_days,
    stage.object = 'opportunity'
    and stage.stage_order > (
      select max(needs.stage_order)
      from policy.stage as needs
      where needs.milestone = 'needs_analysis'
    ) as is_past_needs,
    opportunity.decision_maker_identified,
    cast(round(
      cast(1 as decimal(9, 4)) * 100
      - cast(last_quote.net_amount * 100 as double) / cast(last_quote.list_amount as double)
      - last_quote.authority_discount_pct, 2
    ) as decimal(9, 2)) as discount_beyond_pct,
    deal._load,
    deal._line
  from core.fct_open_opportunity as deal
  inner join core.fct_opportunity as opportunity on deal.opportunity_id = opportunity.opportunity_id
  cross join core.parameter as parameter
  left join meta.export_state as export on export.table_name = 'activity'
  left join policy.stage as stage on deal.stage = stage.stage_id
  left join core.dim_customer as customer on deal.customer_id = customer.customer_id
  left join core.dim_employee as employee on deal.owner_id = employee.employee_id
  left join due_then on deal.opportunity_id = due_then.opportunity_id
  left join pushed on deal.opportunity_id = pushed.opportunity_id
  left join segment_p75
    on deal.stage = segment_p75.stage_id and deal.segment = segment_p75.segment
  left join stage_p75 on deal.stage = stage_p75.stage_id
  left join visit on deal.opportunity_id = visit.opportunity_id
  left join last_touch on deal.opportunity_id = last_touch.opportunity_id
  left join last_quote on deal.opportunity_id = last_quote.opportunity_id
),

judged as (
  select
    gathered.*,
    coalesce(
      gathered.was_due_date is not null
      and (
        gathered.expected_close_date > gathered.was_due_date
        or gathered.expected_close_date < gathered.as_of_date
      ),
      false
    ) as is_slipped,
    coalesce(gathered.expected_close_date < gathered.as_of_date, false) as is_past_due,
    coalesce(
      gathered.days_in_stage > coalesce(gathered.stage_p75_days, gathered.expected_stage_days), false
    ) as is_ageing,
    coalesce(gathered.is_activity_known and gathered.idle_days >= gathered.stale_after_days, false)
      as is_idle,
    coalesce(gathered.is_past_needs, false)
    and coalesce(not gathered.decision_maker_identified, false) as is_without_decision_maker,
    coalesce(gathered.discount_beyond_pct > 0, false) as is_beyond_authority
  from gathered
)

select
  opportunity_id,
  name,
  customer_id,
  customer_name,
  owner_id,
  team_id,
  region_id,
  segment,
  stage_id,
  stage_order,
  amount_base,
  created_date,
  expected_close_date,
  was_due_date,
  first_due_date,
  pushes,
  next_step,
  next_step_date,
  days_in_stage,
  stage_p75_days,
  expected_stage_days,
  is_never_moved,
  idle_days,
  discount_beyond_pct,
  is_slipped,
  is_past_due,
  is_ageing,
  is_idle,
  is_without_decision_maker,
  is_beyond_authority,
  case when is_slipped then 1 else 0 end
  + case when is_past_due then 1 else 0 end
  + case when is_ageing then 1 else 0 end
  + case when is_idle then 1 else 0 end
  + case when is_without_decision_maker then 1 else 0 end
  + case when is_beyond_authority then 1 else 0 end as reasons,
  row_number() over (order by amount_base desc nulls last, opportunity_id asc) as amount_rank,
  _load,
  _line
from judged
