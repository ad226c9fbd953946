-- how many lines of open months there are
select count(*) as lines
from mart.commission_line
where not is_closed
