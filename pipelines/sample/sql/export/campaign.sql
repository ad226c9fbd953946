-- grain: one row per campaign, as the CRM prints it
-- why:   crm/市场活动.csv
select
  numbered('CMP-', campaign_no) as 活动编号,
  strftime(start_date, '%Y年%-m月') || channel as 活动名称,
  channel as 渠道,
  slash_date(start_date) as 开始日期,
  slash_date(end_date) as 结束日期,
  yuan_grouped(spend_cents) as 实际花费,
  visits::varchar as 访问量,
  downloads::varchar as 下载量,
  registrations::varchar as 报名人数,
  attendees::varchar as 到场人数,
  campaign_no::bigint as _key,
  campaign_no::bigint as _order,
  null::date as _date,
  spend_cents as _cents
from campaign
