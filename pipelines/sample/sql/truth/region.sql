-- grain: one row per region
-- why:   names and sizes of the four sales regions
with region (region_no, unit_id, name, cities) as (
  values
  (1, 'R-EAST', '华东', ['上海', '苏州', '杭州', '宁波', '无锡', '南京', '合肥', '常州']),
  (2, 'R-SOUTH', '华南', ['深圳', '广州', '东莞', '佛山', '中山', '厦门', '惠州', '珠海']),
  (3, 'R-NORTH', '华北', ['北京', '天津', '青岛', '济南', '石家庄', '大连', '沈阳', '唐山']),
  (4, 'R-WEST', '西部', ['成都', '重庆', '西安', '武汉', '长沙', '昆明', '贵阳', '兰州'])
)

select
  region_no,
  unit_id,
  name,
  cities
from region
