-- table: mart.appraisal_grade
-- grain: one row per employee and period
-- key:   employee_id, period
-- why:   how a score becomes a grade, each step beside the one before: the band it falls into, the best
--        grade that a missed gate leaves, and the grade of its rank where a distribution is
--        enforced. Units too small for one keep the grades of their scores
with scored as (
  select
    total.employee_id,
    total.period,
    total.scheme_id,
    total.version,
    total.unit_id,
    case scheme.distribution_per
      when 'team' then coalesce(total.team_id, '(none)')
      when 'region' then coalesce(total.region_id, '(none)')
      else 'company'
    end as group_id,
    scheme.distribution,
    scheme.small_unit,
    coalesce(moved.score, total.score) as score
  from mart.appraisal_total as total
  inner join policy.appraisal_scheme as scheme
    on total.scheme_id = scheme.scheme_id and total.version = scheme.version
  left join mart.appraisal_score_decision as moved
    on total.employee_id = moved.employee_id and total.period = moved.period and moved.is_applied
),

gated as (
  select
    gate.employee_id,
    gate.period,
    max(band.place) as best_place
  from mart.appraisal_gate as gate
  inner join core.appraisal_stretch as stretch
    on
      gate.employee_id = stretch.employee_id
      and gate.period = stretch.period
      and gate.scheme_id = stretch.scheme_id
  inner join policy.grade_band as band
    on
      gate.scheme_id = band.scheme_id
      and stretch.version = band.version
      and gate.grade_at_best = band.grade
  where gate.is_missed
  group by gate.employee_id, gate.period
),

banded as (
  select
    scored.*,
    band.place as band_place,
    -- without a band there is no grade to bound: `greatest` would take the bound for one
    case when band.place is not null then greatest(band.place, coalesce(gated.best_place, 0)) end
      as gated_place
  from scored
  left join policy.grade_band as band
    on
      scored.scheme_id = band.scheme_id
      and scored.version = band.version
      and scored.score >= band.score_from
      and scored.score < coalesce(band.score_below, 99999)
  left join gated on scored.employee_id = gated.employee_id and scored.period = gated.period
),

-- the better grade first, then the better score: who is level has the better of the places
ranked as (
  select
    employee_id,
    period,
    scheme_id,
    version,
    gated_place,
    rank() over (
      partition by scheme_id, version, period, group_id order by gated_place asc, score desc
    ) as place_in_group,
    count(*) over (partition by scheme_id, version, period, group_id) as people,
    small_unit
  from banded
  where score is not null and distribution = 'enforced'
),

-- of n people the best k grades go to the first (sum of their shares) × n, half a person up
share as (
  select
    scheme_id,
    version,
    place,
    sum(guide_share) over (
      partition by scheme_id, version order by place rows between unbounded preceding and current row
    ) as share_to
  from policy.grade_band
),

distributed as (
  select
    ranked.employee_id,
    ranked.period,
    min(share.place) as place
  from ranked
  inner join share
    on
      ranked.scheme_id = share.scheme_id
      and ranked.version = share.version
      and ranked.place_in_group
      <= (2 * cast(share.share_to * 10000 as bigint) * ranked.people + 1000000) // 2000000
  where ranked.people >= ranked.small_unit
  group by ranked.employee_id, ranked.period
)

select
  banded.employee_id,
  banded.period,
  banded.scheme_id,
  banded.version,
  banded.group_id,
  banded.score,
  by_score.grade as band_grade,
  by_gate.grade as gated_grade,
  by_rank.grade as distribution_grade,
  coalesce(by_rank.grade, by_gate.grade) as grade
from banded
left join gated on banded.employee_id = gated.employee_id and banded.period = gated.period
left join distributed
  on banded.employee_id = distributed.employee_id and banded.period = distributed.period
left join policy.grade_band as by_score
  on
    banded.scheme_id = by_score.scheme_id
    and banded.version = by_score.version
    and banded.band_place = by_score.place
left join policy.grade_band as by_gate
  on
    banded.scheme_id = by_gate.scheme_id
    and banded.version = by_gate.version
    and banded.gated_place = by_gate.place
left join policy.grade_band as by_rank
  on
    banded.scheme_id = by_rank.scheme_id
    and banded.version = by_rank.version
    -- a distribution lifts nobody over a gate that was missed
    and case
      when distributed.place is not null
        then greatest(distributed.place, coalesce(gated.best_place, 0))
    end = by_rank.place
