-- grain: one row per product
-- why:   seven categories whose margins and ticket sizes differ
with category (category_no, name, lowest, spread, cost_pct, items) as (
  values
  (1, '控制器', 2600, 9000, 58, 9), (2, '伺服驱动', 4200, 16000, 63, 9),
  (3, '变频器', 1800, 12000, 66, 8), (4, '传感器', 180, 1500, 48, 10),
  (5, '机器人工作站', 128000, 260000, 72, 6), (6, '备件', 35, 900, 42, 10),
  (7, '服务', 3000, 24000, 35, 8)
),

item as (
  select
    category.*,
    item.no as item_no,
    row_number() over (order by category.category_no, item.no)::int as product_no
  from category
  inner join range(1, 20) as item (no) on category.items >= item.no
)

select
  product_no,
  'P-' || lpad(product_no::varchar, 3, '0') as product_id,
  category_no,
  item_no::int as item_no,
  case category_no
    when 1 then 'HY-C' when 2 then 'HY-S' when 3 then 'HY-V' when 4 then 'HY-T'
    when 5 then 'HY-R' when 6 then 'HY-P' else 'HY-F'
  end || (100 * item_no + roll('model', product_no, 9) * 10)::varchar || ' '
  || case category_no
    when
      1
      then
        ['紧凑型可编程控制器', '中型可编程控制器', '冗余控制器', '运动控制器', '边缘控制网关', '远程输入输出站', '安全控制器', '人机界面', '工业交换机'][
          item_no
        ]
    when
      2
      then
        ['单轴伺服驱动器', '双轴伺服驱动器', '大功率伺服驱动器', '直线电机驱动器', '低压伺服驱动器', '伺服电机', '一体化伺服', '总线型伺服', '高惯量伺服'][
          item_no
        ]
    when 3 then ['通用变频器', '重载变频器', '风机水泵变频器', '高压变频器', '四象限变频器', '防爆变频器', '书本型变频器', '起重变频器'][item_no]
    when
      4
      then ['光电传感器', '接近开关', '压力变送器', '温度变送器', '流量计', '激光测距', '视觉传感器', '编码器', '称重传感器', '液位计'][item_no]
    when 5 then ['焊接工作站', '码垛工作站', '上下料工作站', '喷涂工作站', '装配工作站', '检测工作站'][item_no]
    when 6 then ['继电器模块', '电源模块', '散热风扇', '通信线缆', '端子组件', '制动电阻', '滤波器', '电池组', '接插件', '熔断器'][item_no]
    else ['年度维保', '备件包年', '远程运维', '现场调试', '操作培训', '改造升级', '校准服务', '延保服务'][item_no]
  end as name,
  ['控制器', '伺服驱动', '变频器', '传感器', '机器人工作站', '备件', '服务'][category_no] as category,
  category_no in (1, 5) and item_no in (3, 4, 5, 7) as is_key_product,
  -- list prices end in 0.50 or a whole yuan
  (lowest * 100 + roll('list price', product_no, spread * 2) * 50)::bigint as list_cents,
  share_of(
    (lowest * 100 + roll('list price', product_no, spread * 2) * 50)::bigint,
    cost_pct + roll('cost', product_no, 13) - 6, 100
  ) as cost_cents
from item
