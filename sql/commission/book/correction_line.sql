-- table: commission.correction_line
-- grain: one row per line of a closed month that would be computed differently today
-- key:   line_id
-- why:   what sets a closed line right in the open month: the difference of commission.computed_line from
--        what was closed, its cause and the line it corrects. Months that were closed stand as they were
--        closed
with books as (
  select
    last_period,
    open_period
  from commission.open_period
),

-- where the credits of the closed months come from
origin as (
  select credit.*
  from core.fct_credit as credit
  inner join books on credit.month_start <= cast(concat(books.last_period, '-01') as date)
),

-- the closed months as they would be computed today
fresh as (
  select
    ledger.line_id,
    ledger.ledger,
    ledger.payee_id,
    ledger.period,
    ledger.plan_id,
    ledger.plan_version,
    ledger.plan_mark,
    ledger.component_id,
    ledger.credit_id,
    coalesce(ledger.event_id, credit.event_id) as event_id,
    ledger.source_kind,
    coalesce(ledger.source_id, credit.source_id) as source_id,
    coalesce(ledger.invoice_id, credit.invoice_id) as invoice_id,
    ledger.credit_amount,
    coalesce(ledger.source_amount, credit.source_amount) as source_amount,
    coalesce(ledger.split_pct, credit.split_pct) as split_pct,
    cast(coalesce(ledger.cut_pct, credit.cut_pct) as decimal(9, 4)) as cut_pct,
    ledger.tier_from,
    ledger.tier_to,
    ledger.rate,
    ledger.amount,
    ledger.position_to,
    ledger.quota,
    ledger.release_date,
    coalesce(ledger._load, credit._load) as _load,
    coalesce(ledger._line, credit._line) as _line
  from commission.computed_line as ledger
  inner join books on ledger.period <= books.last_period
  left join origin as credit on ledger.credit_id = credit.credit_id
),

-- what the ledger says of each line in all, and as it was said last
known as (
  select
    base_line_id,
    sum(amount) over whole as amount,
    sum(credit_amount) over whole as credit_amount,
    ledger,
    payee_id,
    period,
    plan_id,
    plan_version,
    plan_mark,
    component_id,
    credit_id,
    event_id,
    source_kind,
    source_id,
    invoice_id,
    source_amount,
    split_pct,
    cut_pct,
    tier_from,
    tier_to,
    rate,
    quota,
    release_date,
    _load,
    _line
  from core.closed_line
  window whole as (partition by base_line_id)
  qualify row_number() over (partition by base_line_id order by posted_period desc, line_id desc) = 1
),

first_line as (
  select
    base_line_id,
    min(line_id) as line_id
  from core.closed_line
  where base_line_id = line_id
  group by base_line_id
),

compared as (
  select
    coalesce(fresh.line_id, known.base_line_id) as base_line_id,
    coalesce(fresh.ledger, known.ledger) as ledger,
    coalesce(fresh.payee_id, known.payee_id) as payee_id,
    coalesce(known.period, fresh.period) as period,
    coalesce(fresh.plan_id, known.plan_id) as plan_id,
    coalesce(fresh.plan_version, known.plan_version) as plan_version,
    coalesce(fresh.plan_mark, known.plan_mark) as plan_mark,
    coalesce(fresh.component_id, known.component_id) as component_id,
    coalesce(fresh.credit_id, known.credit_id) as credit_id,
    coalesce(fresh.event_id, known.event_id) as event_id,
    coalesce(fresh.source_kind, known.source_kind) as source_kind,
    coalesce(fresh.source_id, known.source_id) as source_id,
    coalesce(fresh.invoice_id, known.invoice_id) as invoice_id,
    coalesce(fresh.source_amount, known.source_amount) as source_amount,
    coalesce(fresh.split_pct, known.split_pct) as split_pct,
    coalesce(fresh.cut_pct, known.cut_pct) as cut_pct,
    coalesce(fresh.tier_from, known.tier_from) as tier_from,
    coalesce(fresh.tier_to, known.tier_to) as tier_to,
    coalesce(fresh.rate, known.rate) as rate,
    fresh.position_to,
    coalesce(fresh.quota, known.quota) as quota,
    coalesce(fresh.release_date, known.release_date) as release_date,
    coalesce(fresh._load, known._load) as _load,
    coalesce(fresh._line, known._line) as _line,
    coalesce(fresh.amount, 0) - coalesce(known.amount, 0) as amount,
    coalesce(fresh.credit_amount, 0) - coalesce(known.credit_amount, 0) as credit_amount
  from known
  full outer join fresh on known.base_line_id = fresh.line_id
  where
    coalesce(fresh.amount, 0) <> coalesce(known.amount, 0)
    or coalesce(fresh.credit_amount, 0) <> coalesce(known.credit_amount, 0)
),

-- what is known of the sources and credits of the lines that differ
closed_event as (
  select
    event_id,
    max(source_amount) as source_amount,
    min(plan_mark) as plan_mark
  from core.closed_line
  where event_id is not null
  group by event_id
),

closed_credit as (
  select
    credit_id,
    payee_id,
    max(plan_mark) as plan_mark,
    max(split_pct) as split_pct,
    max(cut_pct) as cut_pct,
    max(quota) as quota
  from core.closed_line
  group by credit_id, payee_id
),

fresh_credit as (
  select
    credit_id,
    payee_id,
    max(plan_mark) as plan_mark,
    max(split_pct) as split_pct,
    max(cut_pct) as cut_pct,
    max(quota) as quota
  from fresh
  group by credit_id, payee_id
),

-- a document changed if its amount did, or if it was known on another day
fresh_event as (
  select
    event.event_id,
    event.net_amount_base as source_amount
  from core.fct_credit_event as event
  inner join (
    select distinct event_id from compared
  ) as asked on event.event_id = asked.event_id
),

explained as (
  select
    compared.*,
    case
      when compared.source_kind = 'payroll' then 'payroll_changed'
      when compared.source_kind = 'adjustment' then 'adjustment_changed'
      when compared.source_kind = 'draw' then 'draw_recomputed'
      when compared.source_kind = 'release' then 'release_recomputed'
      when compared.source_kind in ('gate', 'cap') then 'limit_recomputed'
      when compared.source_kind in ('allowance', 'appraisal', 'forfeit')
        then concat(compared.source_kind, '_recomputed')
      when compared.source_kind = 'pool' then 'pool_recomputed'
      -- the credit was known before and is known now, by another text of the plan
      when
        coalesce(cast(closed_credit.plan_mark as varchar), '')
        <> coalesce(cast(fresh_credit.plan_mark as varchar), '')
        and closed_credit.credit_id is not null
        and fresh_credit.credit_id is not null
        then 'plan_changed'
      when fresh_event.event_id is null then concat(compared.source_kind, '_removed')
      when closed_event.event_id is null then concat(compared.source_kind, '_late')
      when
        coalesce(cast(closed_event.source_amount as varchar), '')
        <> coalesce(cast(fresh_event.source_amount as varchar), '')
        then concat(compared.source_kind, '_changed')
      when closed_credit.credit_id is null or fresh_credit.credit_id is null then 'split_changed'
      when
        coalesce(cast(closed_credit.split_pct as varchar), '')
        <> coalesce(cast(fresh_credit.split_pct as varchar), '')
        then 'split_changed'
      when
        coalesce(cast(closed_credit.cut_pct as varchar), '')
        <> coalesce(cast(fresh_credit.cut_pct as varchar), '')
        then 'condition_changed'
      when
        coalesce(cast(closed_credit.quota as varchar), '')
        <> coalesce(cast(fresh_credit.quota as varchar), '')
        then 'quota_changed'
      else 'position_moved'
    end as cause
  from compared
  left join closed_event on compared.event_id = closed_event.event_id
  left join fresh_event on compared.event_id = fresh_event.event_id
  left join closed_credit
    on compared.credit_id = closed_credit.credit_id and compared.payee_id = closed_credit.payee_id
  left join fresh_credit
    on compared.credit_id = fresh_credit.credit_id and compared.payee_id = fresh_credit.payee_id
)

select
  concat(explained.base_line_id, '#', books.open_period) as line_id,
  explained.base_line_id,
  explained.ledger,
  explained.payee_id,
  explained.period,
  books.open_period as posted_period,
  cast(concat(books.open_period, '-01') as date) as credit_date,
  explained.plan_id,
  explained.plan_version,
  explained.plan_mark,
  explained.component_id,
  explained.credit_id,
  explained.event_id,
  explained.source_kind,
  explained.source_id,
  explained.invoice_id,
  cast(explained.credit_amount as decimal(18, 4)) as credit_amount,
  explained.source_amount,
  explained.split_pct,
  explained.cut_pct,
  explained.tier_from,
  explained.tier_to,
  explained.rate,
  cast(explained.amount as decimal(18, 4)) as amount,
  explained.cause,
  first_line.line_id as reverses_line_id,
  explained.position_to,
  explained.quota,
  explained.release_date,
  false as is_closed,
  explained._load,
  explained._line
from explained
cross join books
left join first_line on explained.base_line_id = first_line.base_line_id
