-- what was earned by the end of the month and becomes payable on a known later day
select
  portion.payee_id,
  portion.hold_date as release_date,
  coalesce(portion.family_id, portion.portion_id) as source_id,
  component.label_zh,
  component.label_en,
  portion.hold_amount as amount
from commission.portion as portion
cross join core.parameter as parameter
inner join policy.commission_component as component
  on
    portion.plan_id = component.plan_id
    and portion.plan_version = component.plan_version
    and portion.component_id = component.component_id
left join commission.forfeiting as forfeiting
  on
    portion.payee_id = forfeiting.payee_id
    and portion.plan_id = forfeiting.plan_id
    and portion.plan_version = forfeiting.plan_version
where
  portion.hold_amount <> 0
  and (forfeiting.leave_date is null or portion.hold_date <= forfeiting.leave_date)
  and strftime(portion.release_date, '%Y-%m') <= $statement_month
  -- on the day of the report, or at the end of a month that is over
  and portion.hold_date > least(
    parameter.as_of_date,
    cast(cast(concat($statement_month, '-01') as date) + interval 1 month - interval 1 day as date)
  )
order by portion.payee_id, portion.hold_date, portion.portion_id
