-- part: core
create or replace macro conv(amount, rate) as
  round(cast(amount as decimal(26, 4)) * cast(coalesce(rate, 1) as decimal(12, 8)), 2);
create table cal as
select
  cast(d as date) as day,
  cast(date_trunc('week', d) as date) as week,
  cast(date_trunc('month', d) as date) as month,
  cast(date_trunc('quarter', d) as date) as quarter,
  cast(date_trunc('year', d) as date) as year
from unnest(generate_series(timestamp '2023-01-01', timestamp '2026-11-15', interval 1 day)) as t(d);
create table member as
with a as (
  select a.employee_id, a.role, a.valid_from, u.unit_id, u.kind, u.parent_unit_id, p.kind as parent_kind,
    lead(a.valid_from) over (partition by a.employee_id order by a.valid_from) as next_from, a.valid_to,
    row_number() over (partition by a.employee_id order by a.valid_from) as n
  from assignment as a join org_unit as u on u.unit_id = a.unit_id
  left join org_unit as p on p.unit_id = u.parent_unit_id
  where a.valid_from <= date '2026-11-15'
)
select a.employee_id, cal.day, a.role,
  case when a.kind = 'team' then a.unit_id else '(none)' end as team,
  coalesce(case when a.kind = 'region' then a.unit_id when a.parent_kind = 'region' then a.parent_unit_id end, '(none)') as region,
  cal.day >= a.valid_from and cal.day <= coalesce(a.valid_to, date '9999-12-31') as active
from a join cal on cal.day >= case when a.n = 1 then date '0001-01-01' else a.valid_from end
  and cal.day < coalesce(a.next_from, date '9999-12-31');
create table period_day as
select 'week' as kind, week as start, day from cal
union all select 'month', month, day from cal
union all select 'quarter', quarter, day from cal
union all select 'year', year, day from cal;
create table fx as
select f.currency, cal.day, f.rate_to_base as rate
from (select *, coalesce(lead(rate_date) over (partition by currency order by rate_date), date '9999-12-31') as next_date from fx_rate) as f
join cal on cal.day >= f.rate_date and cal.day < f.next_date where f.currency <> 'CNY';
create table good_customer as
select distinct on (customer_id) customer_id from customer where name is not null;
create table deal as
select distinct on (opportunity_id)
  opportunity_id, owner_id, created_at, stage, amount, currency, customer_id, expected_close_date, next_step,
  budget_confirmed, decision_maker_identified, requirement_completeness,
  case when closed_at < timestamp '2026-11-16' then coalesce(outcome, 'open') else 'open' end as outcome,
  case when closed_at < timestamp '2026-11-16' then closed_at end as closed_at
from opportunity
where owner_id is not null and opportunity_id is not null and created_at < timestamp '2026-11-16'
  and (closed_at is null or closed_at >= created_at)
  and stage in ('lead', 'qualification', 'needs_analysis', 'proposal', 'negotiation', 'order', 'relationship')
order by opportunity_id, rowid;

-- part: kpi
create table day_kpi as
select owner_id as who, cast(created_at as date) as day, 'new_leads' as kpi, count(*)::decimal(38, 4) as num, null::decimal(38, 4) as den
from (select distinct on (lead_id) * from lead where score is null or score between 0 and 100 order by lead_id, rowid) as l group by all
union all
select owner_id, cast(created_at as date), 'lead_to_prospect_rate', sum(case when sql_at < timestamp '2026-11-16' then 1 else 0 end), count(*)
from (select distinct on (lead_id) * from lead where score is null or score between 0 and 100 order by lead_id, rowid) as l
where coalesce(disqualified_reason, '') not in ('invalid_contact', 'duplicate', 'spam', 'competitor') group by all
union all
select owner_id, cast(assigned_at as date), 'first_contact_on_time_rate',
  sum(case when first_contact_at <= assigned_at + interval 24 hour then 1 else 0 end), count(*)
from (select distinct on (lead_id) * from lead where score is null or score between 0 and 100 order by lead_id, rowid) as l
where assigned_at + interval 24 hour <= timestamp '2026-11-16' group by all
union all
select owner_id, cast(created_at as date), 'new_opportunities', count(*), null from deal group by all
union all
select owner_id, cast(closed_at as date), 'win_rate_count', sum(case when outcome = 'won' then 1 else 0 end), count(*)
from deal where outcome in ('won', 'lost') group by all
union all
select d.owner_id, cast(d.closed_at as date), 'win_rate_value',
  sum(case when outcome = 'won' then conv(amount, fx.rate) else 0 end),
  sum(conv(amount, fx.rate))
from deal as d left join fx on fx.currency = d.currency and fx.day = cast(d.closed_at as date)
where outcome in ('won', 'lost') group by all
union all
select employee_id, cast(occurred_at as date), case type when 'call' then 'calls' else 'visits' end, count(*), null
from (select distinct on (activity_id) * from activity where employee_id is not null and type in ('call', 'visit')
  and (opportunity_id is null or opportunity_id in (select opportunity_id from deal)) order by activity_id, rowid) as a
where occurred_at < timestamp '2026-11-16' group by all
union all
select employee_id, cast(responded_at as date), 'csat', sum(score), count(*)
from (select distinct on (survey_id) * from survey where score between 0 and 10
  and (customer_id is null or customer_id in (select customer_id from good_customer)) order by survey_id, rowid) as s
where kind = 'csat' group by all;
create table signed as
select distinct on (contract_id) c.contract_id, c.opportunity_id, c.customer_id, c.owner_id, c.signed_at, cast(c.signed_at as date) as day,
  conv(c.net_amount, fx.rate) as net
from (select *, rowid as rid from contract where owner_id is not null) as c
left join fx on fx.currency = c.currency and fx.day = cast(c.signed_at as date)
where c.signed_at < timestamp '2026-11-16' and coalesce(c.status, 'active') <> 'cancelled' order by contract_id, c.rid;
insert into day_kpi
select owner_id, day, 'contract_amount', sum(net), null from signed group by all
union all select owner_id, day, 'avg_contract_value', sum(net), count(*) from signed group by all
union all
select owner_id, day, 'new_customers', count(*), null
from (select *, row_number() over (partition by customer_id order by signed_at, contract_id) as n from signed) as s
where n = 1 group by all
union all
select coalesce(span.owner_id, d.owner_id), cast(q.decided_at as date), 'discount_breach_rate',
  sum(case when (q.list_amount - q.net_amount) * 100 > q.list_amount * q.authority_discount_pct then 1 else 0 end), count(*)
from (select distinct on (quote_id) * from quote where status = 'accepted' and net_amount >= 0 and list_amount >= 0
  and (authority_discount_pct is null or authority_discount_pct between 0 and 100) and decided_at < timestamp '2026-11-16' order by quote_id, rowid) as q
join deal as d on d.opportunity_id = q.opportunity_id
left join (
  select opportunity_id, old_value as owner_id, timestamp '0001-01-01' as since, changed_at as until from (
    select *, row_number() over (partition by opportunity_id order by changed_at) as n from opportunity_event where field = 'owner_id') as e where n = 1
) as span on span.opportunity_id = q.opportunity_id and q.decided_at <= span.until
group by all;
create table doc as
select i.*, case when fx.rate is null then 1 else fx.rate end as rate,
  case when i.kind = 'credit_note' then -1 else 1 end as sign
from (
  select distinct on (invoice_id) * from invoice
  where customer_id in (select customer_id from good_customer) and net_amount is not null and gross_amount is not null
    and invoice_date <= date '2026-11-15' order by invoice_id, rowid
) as i left join fx on fx.currency = i.currency and fx.day = i.invoice_date
where coalesce(i.status, 'posted') = 'posted';
create table cash as
select a.receipt_id, a.invoice_id, a.allocated_date, coalesce(a.instalment_seq, 0) as seq, a.amount, r.bounced_date, r.received_date, d.owner_id, d.rate,
  d.contract_id, d.order_id, abs(d.net_amount) as net_amount, abs(d.gross_amount) as gross_amount, d.invoice_date
from (select distinct on (receipt_id, invoice_id, allocated_date, coalesce(instalment_seq, 0)) * from receipt_allocation
  order by receipt_id, invoice_id, allocated_date, coalesce(instalment_seq, 0), rowid) as a
join (select distinct on (receipt_id) * from receipt where customer_id in (select customer_id from good_customer) order by receipt_id, rowid) as r on r.receipt_id = a.receipt_id
join doc as d on d.invoice_id = a.invoice_id;
create table settled as
select invoice_id, seq, greatest(allocated_date, received_date, invoice_date) as day, amount from cash
union all
select invoice_id, seq, greatest(bounced_date, allocated_date, received_date, invoice_date), -amount from cash where bounced_date <= date '2026-11-15'
union all
select w.invoice_id, 0, greatest(w.written_off_date, d.invoice_date), w.amount from write_off as w join doc as d on d.invoice_id = w.invoice_id;
create table note as
select note_id, invoice_id, day, amount from (
  select n.invoice_id as note_id, n.references_invoice_id as invoice_id, greatest(n.invoice_date, i.invoice_date) as day, abs(n.gross_amount) as amount,
    sum(abs(n.gross_amount)) over (partition by n.references_invoice_id order by n.invoice_date, n.invoice_id) as so_far,
    abs(i.gross_amount) - coalesce((select sum(s.amount) from settled as s where s.invoice_id = i.invoice_id and s.day <= greatest(n.invoice_date, i.invoice_date)), 0) as room
  from doc as n join doc as i on i.invoice_id = n.references_invoice_id and i.kind = 'invoice' and i.currency = n.currency where n.kind = 'credit_note'
) as n where so_far <= room;
create table settled_total as
select invoice_id, sum(amount) as amount from (
  select invoice_id, amount from settled where day <= date '2026-11-15' union all
  select invoice_id, amount from note union all
  select note_id, -amount from note
) as u group by all;
create table counted as
with let_off as (
  select invoice_id, day, amount from note union all
  select w.invoice_id, greatest(w.written_off_date, d.invoice_date), w.amount from write_off as w join doc as d on d.invoice_id = w.invoice_id
),
c as (select * from cash where allocated_date <= date '2026-11-15' and received_date <= date '2026-11-15' and (bounced_date is null or bounced_date > date '2026-11-15')),
owed as (
  select c.invoice_id, c.allocated_date, any_value(c.gross_amount) - coalesce(sum(l.amount), 0) as owed
  from (select distinct invoice_id, allocated_date, gross_amount from c) as c
  left join let_off as l on l.invoice_id = c.invoice_id and l.day <= c.allocated_date group by all
),
reached as (
  select c.*, least(sum(c.amount) over (partition by c.invoice_id order by c.allocated_date, c.receipt_id, c.seq rows between unbounded preceding and current row), greatest(o.owed, 0)) as upto
  from c join owed as o on o.invoice_id = c.invoice_id and o.allocated_date = c.allocated_date
)
select * exclude (amount), upto - coalesce(lag(upto) over (partition by invoice_id order by allocated_date, receipt_id, seq), 0) as amount from reached;
insert into day_kpi
select owner_id, invoice_date, 'sales_amount', sum(sign * conv(abs(net_amount), rate)), null from doc group by all
union all
select owner_id, allocated_date, 'collections', sum(conv(amount, rate)), null from counted group by all
union all
select o.owner_id, o.order_date, 'gross_margin_rate', sum(conv(l.net_amount, fx.rate) - conv(l.cost_amount, fx.rate)), sum(conv(l.net_amount, fx.rate))
from (select distinct on (order_id, line_no) * from sales_order_line where quantity >= 0 and product_id in (select product_id from product) order by order_id, line_no, rowid) as l
join (select distinct on (order_id) * from sales_order where customer_id in (select customer_id from good_customer) order by order_id, rowid) as o on o.order_id = l.order_id
left join fx on fx.currency = o.currency and fx.day = o.order_date
where coalesce(o.status, 'open') <> 'cancelled' and o.order_date <= date '2026-11-15' and l.cost_amount is not null group by all;
create table kpi as
select k.kpi, p.kind, p.start,
  case when grouping(k.who) = 0 then 'employee' when grouping(m.team) = 0 then 'team' when grouping(m.region) = 0 then 'region' else 'company' end as scope,
  coalesce(k.who, m.team, m.region, 'C') as id, sum(k.num) as num, sum(k.den) as den
from day_kpi as k join period_day as p on p.day = k.day
left join member as m on m.employee_id = k.who and m.day = k.day
group by grouping sets ((k.kpi, p.kind, p.start, k.who), (k.kpi, p.kind, p.start, m.team), (k.kpi, p.kind, p.start, m.region), (k.kpi, p.kind, p.start));

-- part: funnel
create table visit as
with stage_no(stage, n) as (values ('qualification', 2), ('needs_analysis', 3), ('proposal', 4), ('negotiation', 5), ('order', 6)),
change as (
  select distinct on (opportunity_id, changed_at) opportunity_id, changed_at, old_value, new_value
  from opportunity_event where field = 'stage' and changed_at < timestamp '2026-11-16' order by opportunity_id, changed_at, rowid
),
first_change as (select opportunity_id, arg_min(old_value, changed_at) as stage from change group by all),
entry as (
  select d.opportunity_id, d.created_at as at_time, coalesce(f.stage, d.stage) as stage, 0 as later
  from deal as d left join first_change as f on f.opportunity_id = d.opportunity_id
  union all
  select c.opportunity_id, c.changed_at, c.new_value, 1 from change as c join deal as d on d.opportunity_id = c.opportunity_id
)
select e.opportunity_id, e.stage, s.n, e.at_time as entered, lead(e.at_time) over w as left_at, lead(s.n) over w as next_n,
  coalesce(max(s.n) over (partition by e.opportunity_id order by e.later, e.at_time, s.n rows between unbounded preceding and 1 preceding), 0) as highest
from entry as e join stage_no as s on s.stage = e.stage
window w as (partition by e.opportunity_id order by e.later, e.at_time, s.n);
create table funnel as
with s(stage, n) as (values ('qualification', 2), ('needs_analysis', 3), ('proposal', 4), ('negotiation', 5), ('order', 6)),
latest as (select opportunity_id, n from visit where next_n is null)
select s.stage, p.kind, p.start, d.owner_id,
  count(*) as entered,
  sum(case when d.outcome = 'won' or latest.n > s.n then 1 else 0 end) as advanced,
  sum(case when d.outcome <> 'won' and latest.n < s.n then 1 else 0 end) as regressed,
  sum(case when d.outcome = 'open' and latest.n = s.n then 1 else 0 end) as still_open
from visit as v join s on s.n > v.highest and s.n <= v.n
join deal as d on d.opportunity_id = v.opportunity_id join latest on latest.opportunity_id = v.opportunity_id
join period_day as p on p.day = cast(v.entered as date)
group by all;
create table cycle as
select p.kind, p.start,
  case when grouping(d.owner_id) = 0 then 'employee' when grouping(m.team) = 0 then 'team' when grouping(m.region) = 0 then 'region' else 'company' end as scope,
  coalesce(d.owner_id, m.team, m.region, 'C') as id,
  quantile_cont(date_diff('second', d.created_at, d.closed_at) / 86400.0, [0.5, 0.9]) as days
from deal as d join period_day as p on p.day = cast(d.closed_at as date)
left join member as m on m.employee_id = d.owner_id and m.day = cast(d.closed_at as date)
where d.outcome = 'won'
group by grouping sets ((p.kind, p.start, d.owner_id), (p.kind, p.start, m.team), (p.kind, p.start, m.region), (p.kind, p.start));
create table stage_time as
select v.stage, p.kind, p.start,
  case when grouping(d.owner_id) = 0 then 'employee' when grouping(m.team) = 0 then 'team' when grouping(m.region) = 0 then 'region' else 'company' end as scope,
  coalesce(d.owner_id, m.team, m.region, 'C') as id,
  quantile_cont(date_diff('second', v.entered, coalesce(v.left_at, d.closed_at)) / 86400.0, [0.5, 0.9]) as days
from visit as v join deal as d on d.opportunity_id = v.opportunity_id
join period_day as p on p.day = cast(coalesce(v.left_at, d.closed_at) as date)
left join member as m on m.employee_id = d.owner_id and m.day = p.day
where v.stage <> 'order' and coalesce(v.left_at, d.closed_at) is not null
group by grouping sets ((v.stage, p.kind, p.start, d.owner_id), (v.stage, p.kind, p.start, m.team), (v.stage, p.kind, p.start, m.region), (v.stage, p.kind, p.start));

-- part: receivables
create table ageing as
with term as (
  select i.invoice_id, i.seq, i.due_date, i.amount from (select distinct on (invoice_id, seq) * from invoice_instalment order by invoice_id, seq, rowid) as i
  join doc as d on d.invoice_id = i.invoice_id and d.kind = 'invoice'
),
total as (select invoice_id, sum(amount) as amount from term group by all),
item as (
  select * from term
  union all
  select d.invoice_id, 0, d.due_date, abs(d.gross_amount) - coalesce(t.amount, 0) from doc as d left join total as t on t.invoice_id = d.invoice_id
  where d.kind = 'invoice' and abs(d.gross_amount) <> coalesce(t.amount, 0)
  union all
  select invoice_id, 1, null, -abs(gross_amount) from doc where kind = 'credit_note'
),
own as (select invoice_id, seq, sum(amount) as amount from settled where seq <> 0 and day <= date '2026-11-15' group by all),
named as (
  select i.*, d.rate, d.gross_amount, coalesce(s.amount, 0) as settled, case when i.amount <= 0 then 0 else least(coalesce(o.amount, 0), i.amount) end as own
  from item as i join doc as d on d.invoice_id = i.invoice_id
  left join settled_total as s on s.invoice_id = i.invoice_id left join own as o on o.invoice_id = i.invoice_id and o.seq = i.seq
),
placed as (
  select *, least(settled, abs(gross_amount)) - sum(own) over (partition by invoice_id) as shared,
    sum(amount - own) over (partition by invoice_id order by amount < 0, coalesce(due_date, date '9999-12-31'), seq rows between unbounded preceding and current row) as upto
  from named
),
opened as (
  select due_date, conv(case when due_date is null and amount < 0 then amount - settled else least(amount - own, greatest(upto - shared, 0)) end, rate) as open
  from placed
  union all
  select distinct on (invoice_id) null, -conv(settled - gross_amount, rate) from placed where gross_amount > 0 and settled > gross_amount
),
spare as (
  select r.receipt_id, r.amount - coalesce(sum(c.amount) filter (where greatest(c.allocated_date, r.received_date) <= date '2026-11-15'), 0) as amount, r.currency, r.received_date
  from (select distinct on (receipt_id) * from receipt where customer_id in (select customer_id from good_customer) order by receipt_id, rowid) as r
  left join cash as c on c.receipt_id = r.receipt_id
  where r.received_date <= date '2026-11-15' and (r.bounced_date is null or r.bounced_date > date '2026-11-15')
  group by r.receipt_id, r.amount, r.currency, r.received_date
)
select case when due_date is null or date '2026-11-15' <= due_date then 'not_due'
    when date '2026-11-15' - due_date <= 30 then 'd1_30' when date '2026-11-15' - due_date <= 60 then 'd31_60'
    when date '2026-11-15' - due_date <= 90 then 'd61_90' when date '2026-11-15' - due_date <= 180 then 'd91_180'
    when date '2026-11-15' - due_date <= 365 then 'd181_365' else 'd366_up' end as bucket, sum(open) as open
from opened where open <> 0 group by all
union all
select 'not_due', sum(-conv(s.amount, fx.rate)) from spare as s left join fx on fx.currency = s.currency and fx.day = s.received_date where s.amount <> 0;

-- part: commission
create or replace macro share(part, net, gross) as cast((
  cast(round(part * 100) as hugeint) * cast(round(net * 100) as hugeint) * 2 + cast(round(gross * 100) as hugeint)
) // (2 * cast(round(gross * 100) as hugeint)) as decimal(26, 4)) * 0.01;
create or replace macro f(x, quota) as case
  when quota is null then cast(x as decimal(26, 4)) * 0.01
  else cast(least(x, quota * 0.6) as decimal(24, 6)) * 0.01
    + cast(greatest(least(x, quota) - quota * 0.6, 0) as decimal(24, 6)) * 0.02
    + cast(greatest(least(x, quota * 1.3) - quota, 0) as decimal(24, 6)) * 0.03
    + cast(greatest(x - quota * 1.3, 0) as decimal(24, 6)) * 0.04 end;
create table credit as
with c as (
  select *, sum(amount) over (partition by invoice_id order by allocated_date, receipt_id, seq rows between unbounded preceding and current row) as upto
  from counted where gross_amount > 0
),
net as (
  select c.*, conv(share(upto, net_amount, gross_amount), rate) as net_to,
    conv(share(upto - amount, net_amount, gross_amount), rate) as net_from
  from c
),
share as (
  select opportunity_id, employee_id, pct, sum(pct) over (partition by opportunity_id order by employee_id) as upto, sum(pct) over (partition by opportunity_id) as total
  from (select distinct on (opportunity_id, employee_id, kind) * from opportunity_split where kind = 'split' and pct <= 100 and opportunity_id in (select opportunity_id from deal) order by opportunity_id, employee_id, kind, rowid) as s
)
select n.receipt_id, n.invoice_id, n.allocated_date, coalesce(s.employee_id, n.owner_id) as payee,
  case when s.employee_id is null then n.net_to - n.net_from else
    conv(n.net_to, s.upto * 0.01) - conv(n.net_from, s.upto * 0.01)
    - (conv(n.net_to, (s.upto - s.pct) * 0.01) - conv(n.net_from, (s.upto - s.pct) * 0.01)) end as amount
from net as n
left join (select distinct on (contract_id) contract_id, opportunity_id from contract where owner_id is not null order by contract_id, rowid) as c on c.contract_id = n.contract_id
left join (select distinct on (order_id) order_id, opportunity_id from sales_order order by order_id, rowid) as o on o.order_id = n.order_id
left join share as s on s.opportunity_id = coalesce(c.opportunity_id, o.opportunity_id) and s.total = 100;
create table earned as
with c as (
  select credit.*, cast(date_trunc('quarter', allocated_date) as date) as q,
    sum(credit.amount) over (partition by payee, date_trunc('quarter', allocated_date) order by allocated_date, receipt_id, invoice_id rows between unbounded preceding and current row) as upto
  from credit join member as m on m.employee_id = credit.payee and m.day = credit.allocated_date and m.role = 'rep' and m.active
),
q as (
  select scope_id, cast(date_trunc('quarter', period_start) as date) as q, sum(amount) as quota
  from (select distinct on (scope_kind, scope_id, measure, period_start) * from quota where amount >= 0 order by scope_kind, scope_id, measure, period_start, rowid) as u
  where scope_kind = 'employee' and measure = 'collections_net' group by all
)
select c.payee, strftime(c.allocated_date, '%Y-%m') as period,
  sum(round(f(c.upto, q.quota), 2) - round(f(c.upto - c.amount, q.quota), 2)) as amount
from c left join q on q.scope_id = c.payee and q.q = c.q group by all;

-- part: figures
create table figure as
select concat('kpi:', kpi, ':', kind, ':', start, ':num') as name, num::decimal(38, 4) as value from kpi where scope = 'company' and kind in ('quarter', 'year')
union all
select concat('kpi:', kpi, ':', kind, ':', start, ':den'), den::decimal(38, 4) from kpi where scope = 'company' and kind in ('quarter', 'year') and den is not null
union all
select concat('funnel:', stage, ':', start, ':', what), n::decimal(38, 4) from (
  select stage, start, sum(entered) as entered, sum(advanced) as advanced, sum(regressed) as regressed, sum(still_open) as still_open
  from funnel where kind = 'quarter' group by stage, start
) unpivot (n for what in (entered, advanced, regressed, still_open))
union all
select concat('cycle:', start), round(days[1], 4)::decimal(38, 4) from cycle where kind = 'quarter' and scope = 'company'
union all
select concat('ageing:', bucket), sum(open)::decimal(38, 4) from ageing group by bucket
union all
select concat('credit:', strftime(credit.allocated_date, '%Y-%m')), sum(credit.amount)::decimal(38, 4)
from credit join member as m on m.employee_id = credit.payee and m.day = credit.allocated_date and m.role = 'rep' and m.active
group by all;
