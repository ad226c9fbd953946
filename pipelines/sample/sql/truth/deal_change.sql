-- grain: one row per deal, field and moment of change
-- why:   the CRM's field history; amounts and dates as values of the change, typed later
with deal_now as (
  select
    deal.*,
    value.amount_0,
    value.amount_1,
    value.amount_2,
    milestone.proposal_at,
    milestone.negotiation_at
  from deal
  inner join deal_value as value on deal.deal_key = value.deal_key
  inner join deal_milestone as milestone on deal.deal_key = milestone.deal_key
),

stage_change as (
  select
    deal_no,
    1 as field_no,
    entered_at as changed_at,
    from_stage_no::bigint as old_number,
    stage_no::bigint as new_number
  from stage_visit
  where visit_no > 1
),

amount_step as (
  select
    deal_no,
    proposal_at + interval 25 minute as changed_at,
    amount_0 as old_number,
    amount_1 as new_number
  from deal_now
  where proposal_at is not null
  union all
  select
    deal_no,
    negotiation_at + interval 40 minute as changed_at,
    case
      when proposal_at is null or proposal_at > negotiation_at then amount_0 else amount_1
    end as old_number,
    amount_2 as new_number
  from deal_now
  where negotiation_at is not null
),

due_step as (
  select
    deal_no,
    deal_key,
    push_day_1 as workday_no,
    due_0 as old_due,
    due_0 + push_1 as new_due,
    1 as step
  from deal_now
  where is_pushed_1
  union all
  select
    deal_no,
    deal_key,
    push_day_2,
    due_0 + push_1 as old_due,
    due_0 + push_1 + push_2 as new_due,
    2 as step
  from deal_now
  where is_pushed_2
  union all
  select
    deal_no,
    deal_key,
    push_day_3,
    due_0 + push_1 + push_2 as old_due,
    due_0 + push_1 + push_2 + push_3 as new_due,
    3 as step
  from deal_now
  where is_pushed_3
),

due_change as (
  select
    due_step.deal_no,
    3 as field_no,
    office_time(workday.day, 'push', due_step.deal_key * 4 + due_step.step) as changed_at,
    due_step.old_due::bigint as old_number,
    due_step.new_due::bigint as new_number
  from due_step
  inner join workday on due_step.workday_no = workday.workday_no
),

owner_change as (
  select
    deal_no,
    4 as field_no,
    tenure_end_date::timestamp + interval 19 hour as changed_at,
    first_owner_no::bigint as old_number,
    successor_no::bigint as new_number
  from deal_now
  where is_handed_over
),

every_change as (
  from stage_change
  union all
  select
    deal_no,
    2 as field_no,
    changed_at,
    old_number,
    new_number
  from amount_step
  where old_number <> new_number
  union all
  from due_change
  union all
  from owner_change
)

select
  every_change.*,
  case
    when
      deal.is_handed_over
      and every_change.changed_at > deal.tenure_end_date::timestamp + interval 19 hour
      then deal.successor_no
    else deal.first_owner_no
  end as changed_by_no
from every_change
inner join deal on every_change.deal_no = deal.deal_no
