-- why: the life of a deal from one row of a seed (a new deal or a renewal), used for both:
--      size, source, fate, the stages it visits and how long it stays, expected close and its
--      pushes. Stages: 2 qualification, 3 needs analysis, 4 proposal, 5 negotiation, 6 order.
create or replace macro deal_plan(seed_name) as table (
  with seed as (
    select
      seed.*,
      seat.team_no,
      team.region_no_2026 as region_no,
      customer.currency,
      customer.segment,
      customer.partner_id,
      customer.size_factor,
      owner.skill,
      owner.care,
      owner.discount_habit,
      owner.pace,
      tenure.to_date,
      tenure.successor_no,
      last_day.workday_no as last_workday,
      chance('focus', seed.deal_key) as focus_draw,
      chance('source', seed.deal_key) as source_draw,
      chance('fate', seed.deal_key) as fate_draw,
      chance('path', seed.deal_key) as path_draw
    from query_table(seed_name) as seed
    inner join seat on seed.seat_no = seat.seat_no
    inner join team on seat.team_no = team.team_no
    inner join customer on seed.customer_no = customer.customer_no
    inner join employee as owner on seed.employee_no = owner.employee_no
    inner join seat_tenure as tenure
      on seed.seat_no = tenure.seat_no and seed.employee_no = tenure.employee_no
    cross join (
      select calendar.workday_no from calendar
      where calendar.day = getvariable('last_day')
    ) as last_day
  ),

  sized as (
    select
      *,
      case
        when is_renewal then 7
        when focus_draw < 0.20 then 1 when focus_draw < 0.40 then 2
        when focus_draw < 0.56 then 3 when focus_draw < 0.70 then 4
        when focus_draw < 0.78 then 5 when focus_draw < 0.86 then 6
        else 7
      end as category_no,
      case
        when is_renewal then 'renewal'
        when source_draw < 0.20 then 'website' when source_draw < 0.36 then 'event'
        when source_draw < 0.50 then 'referral' when source_draw < 0.66 then 'cold_call'
        when source_draw < 0.80 then 'partner' else 'existing'
      end as source
    from seed
  ),

  aimed as (
    select
      *,
      -- planned size in whole thousands of yuan, in cents
      case
        when is_renewal
          then share_of(parent_cents, 92 + roll('renewal size', deal_key, 26), 100)
        else 100000 * greatest(8, round(
          exp(4.62 + 0.72 * bell('size', deal_key))
          * [0, 1.15, 1.25, 0.95, 0.75, 3.4, 0.45, 0.6][category_no + 1] * size_factor
        )::bigint)
      end as target_cents,
      case
        when is_renewal then 0.74
        else
          0.308 + 0.055 * skill
          + [0, 0.0, 0.01, 0.0, 0.03, -0.05, 0.06, 0.04][category_no + 1]
          + case source
            when 'referral' then 0.10 when 'existing' then 0.07 when 'cold_call' then -0.10
            else 0.0
          end
      end as win_chance
    from sized
  ),

  fated as (
    select
      *,
      case
        when fate_draw < win_chance * 0.915 then 'won'
        when not is_renewal and fate_draw > 0.978 then 'stuck'
        when fate_draw > 0.88 then 'abandoned'
        else 'lost'
      end as fate,
      case
        when is_renewal then [2, 4, 5, 6]
        when path_draw < 0.010 then [2, 3, 4, 3, 4, 5, 6]
        when path_draw < 0.050 then [2, 3, 4, 5, 4, 5, 6]
        when path_draw < 0.090 then [2, 4, 5, 6]
        when path_draw < 0.125 then [2, 3, 5, 6]
        when path_draw < 0.135 then [2, 5, 6]
        when path_draw < 0.155 then [2, 3, 4, 5, 3, 4, 5, 6]
        when path_draw < 0.285 then [3, 4, 5, 6]
        else [2, 3, 4, 5, 6]
      end as full_path,
      not is_renewal and path_draw >= 0.135 and path_draw < 0.155 as is_reopened,
      pace * case
        when target_cents > 60000000 then 1.45 when target_cents > 20000000 then 1.12
        else 0.92
      end as slowness
    from aimed
  ),

  pathed as (
    select
      *,
      case
        when fate = 'won' then full_path
        when is_reopened then list_slice(full_path, 1, greatest(5, len(full_path) - 2))
        when chance('stop', deal_key) < 0.27 then list_slice(full_path, 1, 1)
        when chance('stop', deal_key) < 0.54
          then list_slice(full_path, 1, least(2, len(full_path) - 1))
        when chance('stop', deal_key) < 0.80
          then list_slice(full_path, 1, least(3, len(full_path) - 1))
        else list_slice(full_path, 1, len(full_path) - 1)
      end as path
    from fated
  ),

  stayed as (
    -- working days in each visit; 6 is never left
    select
      *,
      [
        case
          when i <= len(path) and path[i] < 6
            then 1 + floor(
              slowness * [0, 5.5, 8.5, 10.5, 9.0][path[i]]
              * case i
                when 1 then wait('stay 1', deal_key) when 2 then wait('stay 2', deal_key)
                when 3 then wait('stay 3', deal_key) when 4 then wait('stay 4', deal_key)
                when 5 then wait('stay 5', deal_key) when 6 then wait('stay 6', deal_key)
                else wait('stay 7', deal_key)
              end
            )::int
            -- a deal that comes back had been lost for a while
            + case when is_reopened and i = 4 then 25 + roll('away', deal_key, 30)::int else 0 end
          else 0
        end
        for i in [1, 2, 3, 4, 5, 6, 7]
      ] as stays
    from pathed
  ),

  ended as (
    select
      *,
      created_workday + list_sum(stays)::int
      + case fate
        when 'abandoned' then 25 + roll('idle', deal_key, 50)::int
        when 'stuck' then 2000
        else 0
      end as raw_end
    from stayed
  ),

  pulled as (
    -- the end of a month and still more of a quarter draws deals towards it
    select
      ended.*,
      -- never back, or the deal would close before it was negotiated
      greatest(0, case
        when
          ended.fate = 'won' and close_day.quarter_end_workday_no - ended.raw_end
          between 3 and 24 and chance('hockey', ended.deal_key) < 0.55
          then
            close_day.quarter_end_workday_no - ended.raw_end
            - least(5, floor(2.4 * wait('last days', ended.deal_key))::int)
        when
          ended.fate = 'won' and close_day.month_end_workday_no - ended.raw_end
          between 3 and 9 and chance('month end', ended.deal_key) < 0.35
          then
            close_day.month_end_workday_no - ended.raw_end
            - least(3, floor(1.6 * wait('last days', ended.deal_key))::int)
      end) as pulled_days
    from ended
    left join workday as close_day on ended.raw_end = close_day.workday_no
  ),

  slipped as (
    -- 2026-Q4 in 华东: the large deals due by now have slipped into December and January
    select
      *,
      fate = 'won' and region_no = 1 and target_cents >= 26000000
      and chance('slips', deal_key) < 0.65
      and raw_end + pulled_days between last_workday - 28 and last_workday as is_big_slip
    from pulled
  ),

  closing as (
    select
      *,
      raw_end + pulled_days
      + case when is_big_slip then 30 + roll('big slip', deal_key, 20)::int else 0 end
        as end_workday
    from slipped
  ),

  expected as (
    select
      *,
      -- a first guess, then pushes: a few days around the old date, by care for the CRM
      case
        when is_big_slip then greatest(created_workday + 4, raw_end + pulled_days)
        else
          created_workday
          + greatest(8, (slowness * (22 + 26 * chance('guess', deal_key)))::int)
      end as due_0,
      case when is_big_slip then end_workday - raw_end - pulled_days - 4 else 10 end
      + roll('push 1', deal_key, case when is_big_slip then 8 else 24 end)::int as push_1,
      12 + roll('push 2', deal_key, 26)::int as push_2,
      12 + roll('push 3', deal_key, 30)::int as push_3,
      is_big_slip or chance('pushes 1', deal_key) < 0.62 + 0.36 * care as pushes_1,
      chance('pushes 2', deal_key) < 0.55 + 0.4 * care as pushes_2,
      chance('pushes 3', deal_key) < 0.45 + 0.4 * care as pushes_3
    from closing
  ),

  pushed as (
    select
      *,
      case
        when is_big_slip then least(last_workday, due_0 + roll('when 1', deal_key, 4)::int)
        else due_0 - 3 + roll('when 1', deal_key, 8)::int
      end as push_day_1,
      due_0 + push_1 - 3 + roll('when 2', deal_key, 8)::int as push_day_2,
      due_0 + push_1 + push_2 - 3 + roll('when 3', deal_key, 8)::int as push_day_3
    from expected
  )

  select
    deal_key,
    seat_no,
    team_no,
    region_no,
    employee_no as first_owner_no,
    customer_no,
    is_renewal,
    parent_deal_key,
    currency,
    segment,
    partner_id,
    category_no,
    source,
    target_cents,
    care,
    discount_habit,
    path,
    stays,
    is_reopened,
    is_big_slip,
    created_workday,
    end_workday,
    to_date as tenure_end_date,
    successor_no,
    last_workday,
    case when end_workday > last_workday then 'open' when fate = 'stuck' then 'open' else fate end
      as outcome,
    due_0,
    push_1,
    push_2,
    push_3,
    push_day_1,
    push_day_2,
    push_day_3,
    -- a push is only entered while the deal is open
    pushes_1 and push_day_1 < least(end_workday, last_workday + 1) and push_day_1 > created_workday
      as is_pushed_1,
    pushes_1 and pushes_2 and push_day_1 > created_workday
    and push_day_2 < least(end_workday, last_workday + 1) as is_pushed_2,
    pushes_1 and pushes_2 and pushes_3 and push_day_1 > created_workday
    and push_day_3 < least(end_workday, last_workday + 1) as is_pushed_3
  from pushed
)
