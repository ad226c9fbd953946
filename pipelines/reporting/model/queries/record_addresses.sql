-- where the system shows the records of each export, as its source file says
select
  load_id,
  record_url
from mart.load
where record_url is not null
order by load_id
