select speerpunt_code, cluster_code as code, label_nl, label_en, 'clusters' as place
from dim_cluster
order by try_cast(cluster_code as integer), cluster_code
