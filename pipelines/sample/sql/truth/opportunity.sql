-- grain: one row per deal as it stands on the last day
-- why:   everything the CRM's deal page shows
with first_contract as (
  select
    customer_no,
    min(signed_at) as first_signed_at
  from contract
  group by customer_no
),

standing as (
  select
    deal.*,
    milestone.stage_no,
    milestone.furthest_stage_no,
    case
      when milestone.negotiation_at is not null then value.amount_2
      when milestone.proposal_at is not null then value.amount_1
      else value.amount_0
    end as amount_cents,
    deal.due_0
    + case when deal.is_pushed_1 then deal.push_1 else 0 end
    + case when deal.is_pushed_2 then deal.push_2 else 0 end
    + case when deal.is_pushed_3 then deal.push_3 else 0 end as due_workday,
    lead.lead_no,
    contract.type as contract_type,
    first_contract.first_signed_at
  from deal
  inner join deal_milestone as milestone on deal.deal_key = milestone.deal_key
  inner join deal_value as value on deal.deal_key = value.deal_key
  left join lead on deal.deal_key = lead.deal_key
  left join contract on deal.deal_key = contract.deal_key
  left join first_contract on deal.customer_no = first_contract.customer_no
)

select
  standing.deal_no,
  standing.deal_key,
  standing.customer_no,
  standing.owner_no,
  ['控制系统', '伺服系统', '变频改造', '传感检测', '机器人工作站', '备件供应', '维保服务'][standing.category_no]
  || case
    when standing.is_renewal then '续约' else
      pick('deal name', standing.deal_key, ['项目', '采购', '改造', '扩产', '年度框架'])
  end as name,
  case
    when standing.contract_type is not null then standing.contract_type
    when standing.is_renewal then 'renewal'
    when standing.first_signed_at is null or standing.created_at < standing.first_signed_at then 'new'
    when chance('cross', standing.deal_key) < 0.4 then 'cross_sell'
    else 'upsell'
  end as type,
  standing.created_at,
  standing.stage_no,
  standing.outcome,
  standing.amount_cents,
  standing.currency,
  case standing.outcome
    when 'won' then 100 when 'open' then [10, 25, 45, 70][standing.stage_no - 1] else 0
  end as probability,
  case
    when standing.outcome <> 'open' then 'closed'
    when standing.stage_no = 5 and chance('commits', standing.deal_key) < 0.6 then 'commit'
    when standing.stage_no >= 4 then 'best_case'
    when chance('omits', standing.deal_key) < 0.05 then 'omitted'
    else 'pipeline'
  end as forecast_category,
  due.day as expected_close_date,
  standing.closed_at,
  case standing.outcome
    when 'lost'
      then
        pick('loss reason', standing.deal_key, [
          '价格', '价格', '价格', '竞争对手', '竞争对手', '需求取消', '需求取消', '交期', '产品不匹配', '预算冻结', '无决策'
        ])
    when 'abandoned' then pick('abandon reason', standing.deal_key, ['预算冻结', '无决策', '长期无响应'])
  end as loss_reason,
  case
    when standing.furthest_stage_no >= 4 and chance('competes', standing.deal_key) < 0.55
      then pick('competitor', standing.deal_key, ['A公司', 'B公司', 'C公司', 'D公司'])
  end as competitor,
  standing.lead_no,
  standing.partner_id,
  standing.segment,
  chance('decides', standing.deal_key)
  < case
    when standing.furthest_stage_no >= 4 then 0.82 when standing.furthest_stage_no = 3 then 0.5 else 0.22
  end
    as has_decision_maker,
  case
    when standing.furthest_stage_no >= 3 or chance('early completeness', standing.deal_key) < 0.4
      then greatest(5, least(
        100, [0, 28, 58, 80, 88, 94][standing.furthest_stage_no]
        + (11 * bell('completeness', standing.deal_key))::int
      ))
  end as requirement_pct,
  chance('budget', standing.deal_key)
  < case
    when standing.furthest_stage_no >= 4 then 0.76 when standing.furthest_stage_no = 3 then 0.45 else 0.2
  end
    as has_budget,
  case
    when standing.outcome = 'open' and chance('next step', standing.deal_key) < 0.35 + 0.6 * standing.care
      then case standing.stage_no
        when 2 then '电话确认预算与决策链' when 3 then '现场调研并出需求清单'
        when 4 then '提交方案并约评审' else '合同条款沟通'
      end
  end as next_step,
  case
    when standing.outcome = 'open' and chance('next step', standing.deal_key) < 0.35 + 0.6 * standing.care
      then getvariable('last_day') - 9 + roll('next step day', standing.deal_key, 26)::int
  end as next_step_date
from standing
inner join workday as due on standing.due_workday = due.workday_no
