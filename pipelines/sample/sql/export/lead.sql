-- grain: one row per lead, as the CRM prints it
-- why:   crm/线索.csv
select
  numbered('LD-', lead.lead_no) as 线索编号,
  minute_text(lead.created_at) as 创建时间,
  employee_id(lead.owner_no) as 负责人工号,
  case lead.source
    when 'website' then '官网' when 'event' then '展会活动' when 'referral' then '客户推荐'
    when 'cold_call' then '电话开发' else '渠道伙伴'
  end as 线索来源,
  numbered('CMP-', lead.campaign_no) as 活动编号,
  coalesce(
    customer.name, pick('lead city', lead.lead_key, ['苏州', '东莞', '天津', '成都', '宁波', '佛山', '青岛', '重庆'])
    || pick('lead brand', lead.lead_key, ['恒远', '瑞科', '鼎力', '信达', '诚通', '联创', '佳维', '盛源', '泰邦', '锐捷驰'])
    || pick('lead trade', lead.lead_key, ['机械', '电子', '包装', '食品', '化工', '物流', '智能装备'])
  ) as 公司名称,
  pick('contact surname', lead.lead_key, ['王', '李', '张', '刘', '陈', '杨', '黄', '赵', '吴', '周'])
  || pick('contact title', lead.lead_key, ['工', '经理', '总', '主任', '女士', '先生']) as 联系人,
  '1380000' || lpad(roll('phone', lead.lead_key, 10000)::varchar, 4, '0') as 电话,
  'u' || (10000 + roll('mail', lead.lead_key, 89999))::varchar || '@mail.example' as 邮箱,
  case lead.status
    when 'new' then '新建' when 'working' then '跟进中' when 'nurturing' then '培育中'
    when 'converted' then '已转化' else '无效'
  end as 状态,
  case when lead.status = 'disqualified' then pick('disqualified', lead.lead_key, [
    '信息无效', '重复线索', '无需求', '无预算', '竞争对手', '无需求'
  ]) end as 无效原因,
  case when chance('scored lead', lead.lead_key) < 0.9 then greatest(3, least(
    100,
    48 + (17 * bell('lead score', lead.lead_key))::int
    + case lead.status when 'converted' then 22 when 'disqualified' then -18 else 0 end
  ))::varchar end as 评分,
  minute_text(lead.assigned_at) as 分配时间,
  minute_text(lead.first_contact_at) as 首次联系时间,
  minute_text(lead.mql_at) as 市场认可时间,
  minute_text(lead.sql_at) as 销售认可时间,
  minute_text(lead.converted_at) as 转化时间,
  numbered('OPP-', lead.deal_no) as 商机编号,
  numbered('CUST-', lead.customer_no) as 客户编号,
  numbered('CUST-', lead.referrer_no) as 推荐客户编号,
  lead.lead_no as _key,
  lead.lead_no as _order,
  lead.created_at::date as _date,
  null::bigint as _cents
from lead
left join customer on lead.customer_no = customer.customer_no
