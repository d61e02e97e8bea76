select
    *,
    coalesce(label_nl, indicator_code) as indicator_label_nl,
    coalesce(label_en, label_nl, indicator_code) as indicator_label_en
from dim_indicator
order by indicator_code
