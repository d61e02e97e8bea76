select code, label_nl, label_en, colour, valid_from_meetmoment, valid_to_meetmoment, group_code
from dim_code
where code_list = 'project_status'
order by sort_order, code
