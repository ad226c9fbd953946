-- check:    commission_follows_a_grade
-- guards:   mart.commission_statement
-- severity: warn
-- zh:       提成随考核等级的收款人，在已结账的考核期都有方案列出的等级
-- en:       whoever is paid by the grade of a closed appraisal has one that the plan names
-- effect_zh: 这部分提成既不发也不扣，评级定下来之前一直等待。
-- effect_en: What depends on the grade is neither paid nor taken back until somebody decides it.
-- asks:     finance
-- why:      what follows a grade that is not known is neither paid nor taken: it waits until somebody decides
select
  payee_id,
  appraised_period as period,
  plan_id,
  concat(
    payee_id, ' has no grade in ', appraised_period, ' that plan ', plan_id, ' names; ',
    cast(cast(payable as decimal(18, 2)) as varchar), ' that became payable then wait for one'
  ) as problem
from commission.appraisal_share
where pays_pct is null
