-- table: mart.appraisal_total
-- grain: one row per employee and period
-- key:   employee_id, period
-- why:   the scorecard added up, before anybody decides: held, with no score and no grade, where less
--        weight could be judged than the scheme asks for
with total as (
  select
    score.employee_id,
    score.period,
    score.scheme_id,
    max(score.period_start) as period_start,
    max(score.period_end) as period_end,
    max(score.active_days) as active_days,
    sum(score.weighted_score) as weighted_score,
    sum(case when score.is_counted then score.weight else 0 end) as judged_weight,
    sum(case when score.is_counted then 0 else 1 end) as uncounted
  from mart.appraisal_score as score
  group by score.employee_id, score.period, score.scheme_id
),

held as (
  select
    total.*,
    scheme.rounding,
    total.judged_weight = 0 or total.judged_weight < scheme.minimum_judged_weight as is_held
  from total
  inner join policy.appraisal_scheme as scheme on total.scheme_id = scheme.scheme_id
),

rounded as (
  select
    held.*,
    -- each branch is cast: decimals of different scale in one case lose their fractions
    case
      when held.is_held then null
      when held.rounding = 0 then cast(round(held.weighted_score, 0) as decimal(9, 4))
      when held.rounding = 1 then cast(round(held.weighted_score, 1) as decimal(9, 4))
      when held.rounding = 2 then cast(round(held.weighted_score, 2) as decimal(9, 4))
      when held.rounding = 3 then cast(round(held.weighted_score, 3) as decimal(9, 4))
      else cast(held.weighted_score as decimal(9, 4))
    end as score
  from held
)

select
  rounded.employee_id,
  rounded.period,
  rounded.scheme_id,
  rounded.period_start,
  rounded.period_end,
  rounded.active_days,
  cast(rounded.judged_weight as decimal(9, 4)) as judged_weight,
  cast(rounded.uncounted as bigint) as uncounted,
  rounded.is_held,
  rounded.score,
  band.grade
from rounded
left join policy.grade_band as band
  on
    rounded.scheme_id = band.scheme_id
    and rounded.score >= band.score_from
    and rounded.score < coalesce(band.score_below, 99999)
