-- table: mart.export_freshness
-- grain: one row per exported table that carries business dates
-- key:   table_name
-- why:   how new an export is shows in its latest business date, never in the time of its file
with dated as (
  select
    'lead' as table_name,
    cast(created_at as date) as business_date
  from staging.lead
  union all
  select
    'opportunity' as table_name,
    cast(created_at as date) as business_date
  from staging.opportunity
  union all
  select
    'opportunity_event' as table_name,
    cast(changed_at as date) as business_date
  from staging.opportunity_event
  union all
  select
    'activity' as table_name,
    cast(occurred_at as date) as business_date
  from staging.activity
  union all
  select
    'quote' as table_name,
    cast(submitted_at as date) as business_date
  from staging.quote
  union all
  select
    'contract' as table_name,
    cast(signed_at as date) as business_date
  from staging.contract
  union all
  select
    'sales_order' as table_name,
    order_date as business_date
  from staging.sales_order
  union all
  select
    'invoice' as table_name,
    invoice_date as business_date
  from staging.invoice
  union all
  select
    'receipt' as table_name,
    received_date as business_date
  from staging.receipt
  union all
  select
    'receipt_allocation' as table_name,
    allocated_date as business_date
  from staging.receipt_allocation
  union all
  select
    'expense' as table_name,
    expense_date as business_date
  from staging.expense
  union all
  select
    'case' as table_name,
    cast(opened_at as date) as business_date
  from staging."case"
  union all
  select
    'survey' as table_name,
    cast(responded_at as date) as business_date
  from staging.survey
  union all
  select
    'appraisal_input' as table_name,
    cast(rated_at as date) as business_date
  from staging.appraisal_input
  union all
  select
    'payroll_commission' as table_name,
    paid_date as business_date
  from staging.payroll_commission
  union all
  select
    'training_result' as table_name,
    taken_date as business_date
  from staging.training_result
  union all
  select
    'leave' as table_name,
    start_date as business_date
  from staging.leave
),

latest as (
  select
    dated.table_name,
    max(dated.business_date) as latest_date
  from dated
  cross join core.parameter as parameter
  where dated.business_date <= parameter.as_of_date
  group by dated.table_name
),

judged as (
  select
    latest.table_name,
    latest.latest_date,
    export.expected_days,
    -- these are written every working day; the others may well have nothing to say for weeks
    latest.table_name in ('lead', 'opportunity', 'activity', 'invoice', 'receipt') as is_daily
  from latest
  left join meta.export_state as export on latest.table_name = export.table_name
),

missed as (
  select
    judged.table_name,
    count(calendar.calendar_date) as working_days
  from judged
  cross join core.parameter as parameter
  inner join core.calendar as calendar
    on
      judged.latest_date < calendar.calendar_date
      and parameter.as_of_date >= calendar.calendar_date
  where calendar.is_working_day
  group by judged.table_name
)

select
  judged.table_name,
  judged.latest_date,
  judged.is_daily,
  judged.expected_days,
  -- a source says itself how often it comes; else one working day may be missing on a Monday
  -- morning, and two mean that an export did not come
  case
    when judged.expected_days is not null
      then date_diff('day', judged.latest_date, parameter.as_of_date) > judged.expected_days
    when judged.is_daily then coalesce(missed.working_days, 0) > 1
    else false
  end as is_late
from judged
cross join core.parameter as parameter
left join missed on judged.table_name = missed.table_name
