select * from site_meetmoment order by meetmoment_number
