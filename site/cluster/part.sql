select
    *,
    cluster_code as group_code,
    coalesce(label_nl, cluster_code) as group_label_nl,
    coalesce(label_en, label_nl, cluster_code) as group_label_en
from dim_cluster
order by try_cast(cluster_code as integer), cluster_code
