-- table: core.report_span
-- grain: one row per span of days of the report: its periods, and what they are compared with
-- key:   span_no
-- why:   what has too many members to be held for every week is held for these
with period as (
  select
    reference.span_no,
    reference.previous_span_no,
    reference.prior_year_span_no
  from core.period_reference as reference
  cross join core.parameter as parameter
  where reference.period_end >= parameter.as_of_date
)

select span_no from period
union
select previous_span_no as span_no from period
where previous_span_no is not null
union
select prior_year_span_no as span_no from period
where prior_year_span_no is not null
