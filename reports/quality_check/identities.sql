-- One row: how many identities between figures were asked, and how many do not hold.
select
    count(*) as asked_count,
    count(*) filter (where difference <> 0) as broken_count
from fct_identity_check
