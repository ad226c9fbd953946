-- how many lines of open months there are
select count(*) as lines
from commission.booked_line
where not is_closed
