-- One row per key indicator of impact or context, with its last value up to the cut-off day and the one before.
select
    indicators.kernindicator_code,
    indicators.label_nl,
    indicators.label_en,
    indicators.level,
    word_nl('growth_pole', indicators.growth_pole) as growth_pole_nl,
    word_en('growth_pole', indicators.growth_pole) as growth_pole_en,
    indicators.definition_nl,
    indicators.definition_en,
    indicators.unit_label_nl as unit_nl,
    indicators.unit_label_en as unit_en,
    lower(word_nl('indicator_direction', indicators.direction)) as direction,
    indicators.baseline,
    arg_max(stated.value, stated.measured_on) as actual,
    max(stated.measured_on) as measured_on,
    arg_max(stated.value, stated.measured_on, 2)[2] as previous_actual,
    indicators.target,
    indicators.target_date,
    indicators.source,
    indicators.owner,
    indicators.is_invented
from dim_kernindicator as indicators
left join fct_kernindicator_value as stated
    on indicators.kernindicator_code = stated.kernindicator_code
    and stated.measured_on <= getvariable('cutoff_date')
group by all
order by indicators.level desc, indicators.kernindicator_code
