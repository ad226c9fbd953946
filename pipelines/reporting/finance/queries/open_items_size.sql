-- how many items are open on the day of the report
select count(*) as items
from mart.receivable_item
where as_of_date = $as_of
