-- One row: the meetmoment before, where something was delivered of it.
select meetmoment_code
from dim_meetmoment
where meetmoment_code = getvariable('previous')
