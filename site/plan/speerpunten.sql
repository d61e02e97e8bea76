select speerpunt_code, label_nl, label_en from dim_speerpunt order by try_cast(speerpunt_code as integer), speerpunt_code
