-- One row per indicator that is linked to the project and has no value of it at the meetmoment.
select
    links.project_code,
    indicators.label_nl,
    indicators.label_en,
    concat_ws(
        ', ',
        if(links.is_in_register, 'in het register', null),
        if(links.is_in_objective, 'in de doelstelling', null),
        if(earlier.project_code is not null, 'eerder gerapporteerd', null)
    ) as link_nl,
    concat_ws(
        ', ',
        if(links.is_in_register, 'in the register', null),
        if(links.is_in_objective, 'in the objective', null),
        if(earlier.project_code is not null, 'reported before', null)
    ) as link_en
from bridge_project_indicator as links
inner join dim_indicator as indicators using (indicator_code)
inner join dim_meetmoment as first on links.first_meetmoment_code = first.meetmoment_code
anti join (
    select
        project_code,
        indicator_code
    from fct_indicator_value
    where meetmoment_code = getvariable('meetmoment')
) as stated
    on links.project_code = stated.project_code
    and links.indicator_code = stated.indicator_code
left join (
    select distinct
        project_code,
        indicator_code
    from fct_indicator_value
    inner join dim_meetmoment using (meetmoment_code)
    where meetmoment_number < getvariable('meetmoment_number') and submission_id is not null
) as earlier
    on links.project_code = earlier.project_code
    and links.indicator_code = earlier.indicator_code
where first.meetmoment_number <= getvariable('meetmoment_number')
order by links.project_code, links.indicator_code
