-- from which open month on the workbook holds every line: whole months, the newest first, as many as
-- a spreadsheet opens without a wait, and the month of the page in any case
with month as (
  select
    posted_period,
    count(*) as lines
  from mart.commission_line
  where not is_closed
  group by posted_period
),

placed as (
  select
    posted_period,
    sum(lines) over (
      order by posted_period desc rows between unbounded preceding and current row
    ) as lines_to
  from month
)

select
  min(case when lines_to <= 50000 or posted_period >= $last_month then posted_period end) as first_month,
  min(posted_period) as oldest_month
from placed
