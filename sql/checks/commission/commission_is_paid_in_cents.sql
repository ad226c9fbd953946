-- check:    commission_is_paid_in_cents
-- guards:   mart.commission_statement
-- severity: block
-- zh:       提成以本位币的百分位（分）计算，本位币须有此单位
-- en:       the base currency has the cents in which commission is rounded
-- effect_zh: 提成未计算，因此没有任何应发数。
-- effect_en: No commission is computed, so none is stated.
-- asks:     finance
-- why:      shares, rates and releases are rounded in hundredths of the base currency: nobody can be paid
--           half a yen, and of dinars the last of three decimals would be lost. Rather nothing is paid
select
  parameter.base_currency,
  currency.minor_units,
  concat(
    'the base currency ', parameter.base_currency,
    case
      when currency.minor_units = 1 then ' has no smaller unit'
      else concat(' has ', cast(currency.minor_units as varchar), ' smallest units')
    end,
    ', and commission is rounded in hundredths: keep the books of commission in a currency with cents'
  ) as problem
from core.parameter as parameter
inner join policy.currency as currency on parameter.base_currency = currency.currency
where
  currency.minor_units <> 100
  and exists (select 1 from policy.commission_plan)
