-- One row per transition and its text on the cut-off day.
select
    transitions.transition_code,
    transitions.label_nl,
    transitions.label_en,
    narrative.text_nl,
    narrative.text_en,
    narrative.source
from dim_transition as transitions
left join dim_narrative as narrative
    on narrative.subject = 'transition'
    and transitions.transition_code = narrative.subject_code
    and narrative.valid_from <= getvariable('cutoff_date')
    and coalesce(narrative.valid_to, getvariable('cutoff_date')) >= getvariable('cutoff_date')
order by transitions.label_nl
