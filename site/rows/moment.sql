select meetmoment_code, label_nl as moment_label_nl, label_en as moment_label_en, cutoff_date, meetmoment_number
from site_meetmoment
order by meetmoment_number
