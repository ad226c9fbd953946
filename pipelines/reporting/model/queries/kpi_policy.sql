-- what each KPI is called, how it is computed and which way is better
select
  kpi_id,
  label_zh,
  label_en,
  description_zh,
  description_en,
  formula_zh,
  formula_en,
  unit,
  decimals,
  direction,
  min_n,
  target_value,
  theme,
  reports
from policy.kpi
