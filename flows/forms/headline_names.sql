-- What each headline figure is called, put together here alone: one row per meetmoment, scope, execution, measure and item.
create or replace temp macro within_a_name(words) as
    if(regexp_matches(words, '^\p{Lu}[\p{Lu}\d]'), words, lower(words[1]) || words[2:]);
create or replace temp view headline_name as
with keys as (
    select meetmoment_code, scope_code, execution, measure, item from agg_headline_figure_by_scope
    union
    select meetmoment_code, scope_code, execution, measure, item from fct_published_figure_check
),
-- A plan with a scale of its own counts projects by statuses that no list of headline items has.
statuses as (
    select code, min(label_nl) as label_nl, min(label_en) as label_en
    from dim_code
    where code_list = 'project_status'
    group by code
)
select
    keys.*,
    concat_ws(
        ', ', coalesce(measures.label_nl, keys.measure),
        if(keys.item = 'total', null, within_a_name(coalesce(items.label_nl, statuses.label_nl, keys.item))),
        within_a_name(coalesce(scopes.label_nl, keys.scope_code)), within_a_name(executions.label_nl), meetmomenten.label_nl
    ) as label_nl,
    concat_ws(
        ', ', coalesce(measures.label_en, keys.measure),
        if(keys.item = 'total', null, within_a_name(coalesce(items.label_en, statuses.label_en, keys.item))),
        within_a_name(coalesce(scopes.label_en, keys.scope_code)), within_a_name(executions.label_en), meetmomenten.label_en
    ) as label_en
from keys
inner join dim_meetmoment as meetmomenten using (meetmoment_code)
left join dim_scope as scopes using (scope_code)
left join dim_code as measures on measures.code_list = 'headline_measure' and keys.measure = measures.code
left join dim_code as items on items.code_list = 'headline_item' and keys.item = items.code
left join statuses on keys.item = statuses.code
left join dim_code as executions
    on executions.code_list = 'finance_execution' and keys.execution = executions.code
    and keys.execution <> 'not_applicable'
