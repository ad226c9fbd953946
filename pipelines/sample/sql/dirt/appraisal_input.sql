-- grain: one row per dirty score
-- why:   words and scores off the scale, as extra rows for an indicator nobody asked for
select
  * replace ('manual_note' as indicator, '优' as score),
  'text_score' as _kind,
  'not_a_number' as _rule,
  'score' as _column,
  false as _replaces,
  1 as _sub
from export_appraisal_input
where spoils('score text', _key, 700)
union all
select
  * replace ('manual_note' as indicator, '120' as score),
  'score_over_100' as _kind,
  'out_of_range' as _rule,
  'score' as _column,
  false as _replaces,
  2 as _sub
from export_appraisal_input
where spoils('score range', _key, 700) and not spoils('score text', _key, 700)
