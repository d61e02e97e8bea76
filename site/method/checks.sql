-- One row per published figure that is not reproduced to its printed precision.
select printed.* exclude (note), printed.note as note_en, meetmoment.label_nl as moment_nl, meetmoment.label_en as moment_en
from fct_published_figure_check as printed
inner join dim_meetmoment as meetmoment using (meetmoment_code)
where printed.verdict <> 'reproduced'
order by meetmoment.meetmoment_number, printed.measure, printed.item
