select
    *,
    speerpunt_code as group_code,
    coalesce(label_nl, speerpunt_code) as group_label_nl,
    coalesce(label_en, label_nl, speerpunt_code) as group_label_en
from dim_speerpunt
order by try_cast(speerpunt_code as integer), speerpunt_code
