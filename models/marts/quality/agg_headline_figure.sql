-- One row per meetmoment, measure and item: a headline figure in its published scope, with what it is made of.
with

figures as (

    select * from {{ ref('agg_headline_figure_by_scope') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

-- What has an execution is money. The projects of the EU facility are a scope of their own; no other has that figure.
final as (

    select figures.*
    from figures
    inner join meetmomenten using (meetmoment_code)
    where
        figures.execution in ('not_applicable', meetmomenten.headline_execution)
        and (
            figures.measure = 'rrf_project_count'
            or figures.scope_code = case
                when figures.execution = 'not_applicable' then meetmomenten.counts_scope_code
                else meetmomenten.money_scope_code
            end
        )

)

select * from final
