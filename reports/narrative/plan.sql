-- One row: the plan and its text on the cut-off day.
select
    plans.name_nl,
    plans.name_en,
    narrative.text_nl,
    narrative.text_en,
    narrative.source
from dim_plan as plans
left join dim_narrative as narrative
    on narrative.subject = 'plan'
    and narrative.subject_code = plans.plan_code
    and narrative.valid_from <= getvariable('cutoff_date')
    and coalesce(narrative.valid_to, getvariable('cutoff_date')) >= getvariable('cutoff_date')
