-- One block per fact: the row-level columns an analyst would write down before summing them up.
-- `day` and `who` say when and for whom, `s_*` are further scopes, `k_*` are summed.
-- Kinds of block: `fact` (summed over the days of a period), `own` (the fact says itself in which
-- period a row counts), `middle` (percentiles of `v`), `stand` (balances of rows between two days).

-- fact: activity
select occurred_date as day, employee_id as who,
  case when type = 'call' then 1 else 0 end as k_calls,
  case when type = 'visit' then 1 else 0 end as k_visits,
  case when is_effective then 1 else 0 end as k_effective_contacts,
  case when is_logged_on_time then 1 else 0 end as k_crm_timeliness, 1 as k_crm_timeliness_den,
  case when is_demo and outcome = 'success' then 1 else 0 end as k_demo_success_rate,
  case when is_demo then 1 else 0 end as k_demo_success_rate_den,
  case when is_demo then score end as k_demo_score_avg,
  case when is_demo and score is not null then 1 else 0 end as k_demo_score_avg_den
from core.fct_activity
-- fact: lead
select created_date as day, owner_id as who, source as s_source, campaign_id as s_campaign,
  1 as k_new_leads, case when is_valid and is_prospect then 1 else 0 end as k_lead_to_prospect_rate,
  case when is_valid then 1 else 0 end as k_lead_to_prospect_rate_den,
  case when is_valid then 1 else 0 end as k_lead_valid_rate, 1 as k_lead_valid_rate_den,
  score as k_lead_score_avg, case when score is not null then 1 else 0 end as k_lead_score_avg_den
from core.fct_lead
-- fact: lead_assigned
select assigned_date as day, owner_id as who, source as s_source,
  case when is_contact_due and is_contacted_on_time then 1 else 0 end as k_first_contact_on_time_rate,
  case when is_contact_due then 1 else 0 end as k_first_contact_on_time_rate_den
from core.fct_lead where assigned_date is not null
-- fact: lead_mql
select mql_date as day, owner_id as who, source as s_source,
  case when is_prospect then 1 else 0 end as k_mql_to_sql_rate, 1 as k_mql_to_sql_rate_den
from core.fct_lead where mql_date is not null
-- fact: lead_sql
select sql_date as day, owner_id as who, 1 as k_new_prospects,
  case when has_opportunity then 1 else 0 end as k_sql_to_opportunity_rate, 1 as k_sql_to_opportunity_rate_den
from core.fct_lead where sql_date is not null
-- fact: campaign
select start_date as day, '(none)' as who, campaign_id as s_campaign, channel as s_channel,
  spend_base as k_cost_per_lead, leads as k_cost_per_lead_den, spend_base as k_cost_per_valid_lead,
  valid_leads as k_cost_per_valid_lead_den, visits as k_site_visits, downloads as k_content_downloads,
  case when registrations is not null then coalesce(attendees, 0) end as k_event_attendance_rate,
  registrations as k_event_attendance_rate_den
from core.fct_campaign
-- fact: opportunity
select created_date as day, owner_id as who, segment as s_segment,
  1 as k_new_opportunities, amount_base as k_new_opportunity_amount
from core.fct_opportunity
-- fact: opportunity_closed
select closed_date as day, owner_id as who, segment as s_segment, partner_id as s_partner, loss_reason as s_loss_reason,
  case when is_decided and is_won then 1 else 0 end as k_win_rate_count,
  case when is_decided then 1 else 0 end as k_win_rate_count_den,
  case when is_decided and is_won then amount_base else 0 end as k_win_rate_value,
  case when is_decided then amount_base end as k_win_rate_value_den,
  1 as k_closed_opportunities, case when is_won then amount_base end as k_won_amount,
  case when is_decided and partner_id is not null and is_won then 1 else 0 end as k_channel_win_rate,
  case when is_decided and partner_id is not null then 1 else 0 end as k_channel_win_rate_den,
  case when is_lost then 1 else 0 end as k_loss_reason_share,
  case when is_lost then amount_base end as k_loss_reason_amount_share
from core.fct_opportunity where closed_date is not null
-- fact: outcome
select created_date as day, owner_id as who, segment as s_segment,
  case when is_mature and has_contract then 1 else 0 end as k_contract_close_rate,
  case when is_mature then 1 else 0 end as k_contract_close_rate_den,
  case when is_early_loss then 1 else 0 end as k_early_loss_rate,
  case when is_early_loss is not null then 1 else 0 end as k_early_loss_rate_den
from core.fct_opportunity_outcome
-- fact: outcome_closed
select closed_date as day, owner_id as who, case when is_won then activities end as k_activity_per_win,
  case when is_won then 1 else 0 end as k_activity_per_win_den
from core.fct_opportunity_outcome where closed_date is not null
-- own: slipped
select period_kind, period_start, seen_date as day, owner_id as who, 1 as k_slipped_deals, amount_base as k_slipped_amount
from core.fct_slipped where variant = 'actual'
-- own: retention
select period_kind, period_start, seen_date as day, owner_id as who, segment as s_segment,
  case when is_lost then 1 else 0 end as k_churn_rate, 1 as k_churn_rate_den
from core.fct_retention where variant = 'actual'
-- fact: customer
select as_of_date as day, owner_id as who, segment as s_segment, health_score as k_customer_health,
  case when health_score is not null then 1 else 0 end as k_customer_health_den
from core.fct_customer
-- fact: open_opportunity
select as_of_date as day, owner_id as who, segment as s_segment, filled_fields as k_opportunity_completeness,
  required_fields as k_opportunity_completeness_den
from core.fct_open_opportunity
-- fact: stage_entry
select entered_date as day, owner_id as who, stage_id as s_stage, segment as s_segment,
  case when not is_won_stage and result = 'advanced' then 1 else 0 end as k_stage_conversion_rate,
  case when not is_won_stage then 1 else 0 end as k_stage_conversion_rate_den
from core.fct_stage_entry
-- fact: stage_passed
select passed_date as day, owner_id as who, segment as s_segment,
  case when milestone = 'needs_analysis' then requirement_completeness end as k_requirement_completeness,
  case when milestone = 'needs_analysis' and requirement_completeness is not null then 1 else 0 end as k_requirement_completeness_den,
  case when milestone = 'needs_analysis' and is_decision_maker_identified then 1 else 0 end as k_decision_maker_rate,
  case when milestone = 'needs_analysis' then 1 else 0 end as k_decision_maker_rate_den
from core.fct_stage_entry where passed_date is not null
-- fact: stage_exit
select left_date as day, owner_id as who, stage_id as s_stage, segment as s_segment,
  case when result = 'advanced' then 1 else 0 end as k_stage_exit_rate, 1 as k_stage_exit_rate_den,
  case when milestone = 'negotiation' and closing = 'won' then 1 else 0 end as k_negotiation_success_rate,
  case when milestone = 'negotiation' and closing is not null then 1 else 0 end as k_negotiation_success_rate_den
from core.fct_stage_exit
-- fact: quote_accepted
select accepted_date as day, owner_id as who, segment as s_segment,
  case when is_breach then 1 else 0 end as k_discount_breach_rate, 1 as k_discount_breach_rate_den,
  case when list_amount_base > 0 then list_amount_base - net_amount_base end as k_discount_rate,
  case when list_amount_base > 0 then list_amount_base end as k_discount_rate_den
from core.fct_quote where accepted_date is not null
-- fact: quote_due
select due_date as day, owner_id as who, segment as s_segment,
  case when is_on_time then 1 else 0 end as k_proposal_on_time_rate, 1 as k_proposal_on_time_rate_den
from core.fct_quote where due_date is not null
-- fact: quote_submitted
select submitted_date as day, owner_id as who, segment as s_segment,
  fit_score as k_proposal_fit_score, case when fit_score is not null then 1 else 0 end as k_proposal_fit_score_den,
  feedback_score as k_customer_feedback_score,
  case when feedback_score is not null then 1 else 0 end as k_customer_feedback_score_den
from core.fct_quote where submitted_date is not null
-- fact: proposal
select submitted_date as day, owner_id as who, segment as s_segment,
  case when is_mature and is_accepted then 1 else 0 end as k_proposal_acceptance_rate,
  case when is_mature then 1 else 0 end as k_proposal_acceptance_rate_den
from core.fct_proposal
-- fact: contract
select signed_date as day, owner_id as who, segment as s_segment, partner_id as s_partner,
  net_amount_base as k_contract_amount, net_amount_base as k_avg_contract_value, 1 as k_avg_contract_value_den,
  case when is_compliant then 1 else 0 end as k_contract_compliance_rate, 1 as k_contract_compliance_rate_den,
  case when is_first_of_customer then 1 else 0 end as k_new_customers,
  case when type in ('upsell', 'cross_sell') then net_amount_base end as k_expansion_revenue,
  case when partner_id is not null then net_amount_base end as k_channel_amount
from core.fct_contract
-- fact: contract_due
select due_date as day, owner_id as who, case when is_signed_on_time then 1 else 0 end as k_contract_sign_on_time_rate,
  1 as k_contract_sign_on_time_rate_den
from core.fct_contract_due
-- fact: contract_end
select end_date as day, owner_id as who, segment as s_segment,
  case when is_renewed then 1 else 0 end as k_renewal_rate, 1 as k_renewal_rate_den,
  case when is_renewed then net_amount_base else 0 end as k_renewal_rate_value, net_amount_base as k_renewal_rate_value_den
from core.fct_contract_end
-- fact: contract_collection
select signed_date as day, owner_id as who, segment as s_segment,
  collected_amount_base as k_contract_collection_rate, gross_amount_base as k_contract_collection_rate_den
from core.fct_contract_collection
-- fact: order_entered
select entered_date as day, owner_id as who,
  case when has_error then 0 else 1 end as k_order_accuracy_rate, 1 as k_order_accuracy_rate_den,
  case when processing_hours is not null and is_entered_on_time then 1 else 0 end as k_order_on_time_rate,
  case when processing_hours is not null then 1 else 0 end as k_order_on_time_rate_den
from core.fct_order where entered_date is not null
-- fact: order_promised
select promised_date as day, owner_id as who,
  case when is_delivered_on_time then 1 else 0 end as k_on_time_delivery_rate, 1 as k_on_time_delivery_rate_den
from core.fct_order where promised_date is not null
-- fact: order_product
select promised_date as day, '(none)' as who, product_id as s_product,
  case when is_delivered_on_time then 1 else 0 end as k_on_time_delivery_rate, 1 as k_on_time_delivery_rate_den
from core.fct_order_product where promised_date is not null
-- fact: first_order
select first_date as day, owner_id as who, segment as s_segment,
  case when is_mature and is_repeated then 1 else 0 end as k_repeat_purchase_rate,
  case when is_mature then 1 else 0 end as k_repeat_purchase_rate_den
from core.fct_first_order
-- fact: order_line
select order_date as day, owner_id as who, product_id as s_product, product_category as s_product_category, segment as s_segment,
  case when cost_amount_base is not null then net_amount_base - cost_amount_base end as k_gross_margin_rate,
  case when cost_amount_base is not null then net_amount_base end as k_gross_margin_rate_den,
  case when is_key_product then quantity end as k_key_product_qty,
  case when is_key_product then net_amount_base end as k_key_product_amount,
  case when cost_amount_base is not null then net_amount_base - cost_amount_base end as k_gross_margin_amount
from core.fct_order_line
-- fact: invoice
select invoice_date as day, owner_id as who, segment as s_segment, net_amount_base as k_sales_amount,
  gross_amount_base as k_credit_sales
from core.fct_invoice
-- fact: collection
select allocated_date as day, owner_id as who, segment as s_segment, amount_base as k_collections from core.fct_collection
-- own: due_item
select period_kind, period_start, due_date as day, owner_id as who, customer_id as s_customer,
  collected_amount_base as k_collection_rate, due_amount_base as k_collection_rate_den
from core.fct_due_item where variant = 'actual'
-- fact: expense
select expense_date as day, employee_id as who, team_id as o_team, region_id as o_region,
  case when kind = 'expense' then amount_base end as k_expense_amount, amount_base as k_expense_budget_use,
  budget_base as k_expense_budget_use_den
from core.fct_expense
-- fact: commission
select credit_date as day, payee_id as who, amount as k_commission_earned from mart.commission_line where ledger = 'earned'
-- fact: survey
select responded_date as day, employee_id as who, customer_id as s_customer,
  case when kind = 'csat' then score end as k_csat, case when kind = 'csat' then 1 else 0 end as k_csat_den,
  case when kind = 'nps' then case when score >= 9 then 100 when score <= 6 then -100 else 0 end end as k_nps,
  case when kind = 'nps' then 1 else 0 end as k_nps_den
from core.fct_survey
-- fact: case
select opened_date as day, employee_id as who, customer_id as s_customer,
  case when category = 'complaint' then 1 else 0 end as k_complaints
from core.fct_case
-- fact: training
select taken_date as day, employee_id as who, case when passed then 1 else 0 end as k_training_pass_rate,
  1 as k_training_pass_rate_den
from core.fct_training
-- middle: opportunity_closed 0.5 0.9
select closed_date as day, owner_id as who, cycle_days as v from core.fct_opportunity where is_won and closed_date is not null
-- middle: case_response 0.5 0.9
select opened_date as day, employee_id as who, response_hours as v from core.fct_case where response_hours is not null
-- middle: case_resolution 0.5 0.9
select opened_date as day, employee_id as who, resolution_hours as v from core.fct_case where resolution_hours is not null
-- middle: nurture 0.5 0.9
select mql_date as day, owner_id as who, source as s_source, nurture_days as v from core.fct_lead where nurture_days is not null
-- middle: processing 0.5 0.9
select entered_date as day, owner_id as who, processing_hours as v from core.fct_order where processing_hours is not null
-- middle: stage_days 0.5 0.9
select left_date as day, owner_id as who, days as v from core.fct_stage_exit where days is not null
-- middle: negotiation_days 0.5 0.9
select left_date as day, owner_id as who, days as v from core.fct_stage_exit where days is not null and milestone = 'negotiation'
-- stand: pipeline
select valid_from, valid_before, owner_id as who, amount_base as k_pipeline_amount from core.pipeline_span
-- stand: open_deal
select valid_from, valid_before, owner_id as who,
  case when state = 'stale' then 1 else 0 end as k_stale_opportunity_rate,
  case when state = 'open' then 1 else 0 end as k_stale_opportunity_rate_den,
  case when state = 'open' then 1 else 0 end as k_open_opportunities,
  case when state = 'long_open' then 1 else 0 end as k_long_open_opportunities
from core.fct_open_deal
-- stand: receivable
select valid_from, valid_before, owner_id as who,
  open_amount_base as k_receivables_open,
  case when bucket <> 'not_due' then open_amount_base else 0 end as k_overdue_amount
from core.open_item_bucket_span
-- stand: credit_breach
select valid_from, valid_before, owner_id as who, segment as s_segment, 1 as k_credit_limit_breaches from core.credit_breach_span
-- stand: active_customer
select valid_from, valid_before, owner_id as who, segment as s_segment, 1 as k_active_customers from core.customer_active_span
