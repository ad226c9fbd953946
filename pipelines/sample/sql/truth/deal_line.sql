-- grain: one row per won deal and line of its configuration
-- why:   what was sold; quotes, contracts and orders are sums of these lines, to the cent
with won as (
  select
    deal_key,
    deal_no,
    currency,
    category_no,
    target_cents,
    -- discount in thousandths, by habit; renewals are hardly discounted
    case
      when is_renewal then roll('renewal discount', deal_key, 60)
      else greatest(0, least(
        320,
        round(44 + 58 * discount_habit + 27 * bell('discount', deal_key))::bigint
      ))
    end
      as discount_permille,
    case
      when is_renewal then 1
      when category_no = 7 then 1 + roll('lines', deal_key, 2)
      when category_no = 5 then 1 + roll('lines', deal_key, 4)
      else 1 + roll('lines', deal_key, 4) + (roll('more lines', deal_key, 5) = 0)::int * 2
    end::int as line_count
  from deal
  where outcome = 'won'
),

line as (
  select
    *,
    unnest(range(1, line_count + 1))::int as line_no
  from won
),

chosen as (
  select
    *,
    deal_key * 8 + line_no as line_key,
    case
      when line_no = 1 or category_no = 7 or chance('same kind', deal_key * 8 + line_no) < 0.55
        then category_no
      else [1, 2, 3, 4, 6][1 + roll('other kind', deal_key * 8 + line_no, 5)]
    end as line_category_no
  from line
),

priced as (
  select
    chosen.*,
    product.product_no,
    case currency when 'USD' then 716 when 'EUR' then 784 else 100 end as currency_divisor,
    product.list_cents as list_cny_cents,
    product.cost_cents as cost_cny_cents
  from chosen
  inner join product
    on
      product.product_no
      = [1, 10, 19, 27, 37, 43, 53][line_category_no]
      + roll('product', line_key, [9, 9, 8, 10, 6, 10, 8][line_category_no])
),

in_currency as (
  -- abroad, prices are whole hundreds, so that amounts times a rate are whole cents
  select
    *,
    case
      when currency = 'CNY' then list_cny_cents
      else 10000 * (1 + list_cny_cents * 100 // currency_divisor // 10000)
    end as list_cents,
    cost_cny_cents * 100 // currency_divisor as cost_cents,
    target_cents * 100 // currency_divisor
    * case when line_count = 1 then 100 when line_no = 1 then 55 else 45 // (line_count - 1) end
    // 100 as line_target_cents
  from priced
)

select
  deal_key,
  deal_no,
  line_no,
  product_no,
  greatest(1, share_of(line_target_cents, 1000, list_cents * (1000 - discount_permille)))
    as quantity,
  list_cents,
  case
    when currency = 'CNY'
      then greatest(50, share_of(list_cents, 1000 - discount_permille, 50000) * 50)
    else greatest(10000, share_of(list_cents, 1000 - discount_permille, 10000000) * 10000)
  end as unit_cents,
  cost_cents,
  discount_permille
from in_currency
