-- One row per meetmoment, project and measure delivered: provisional and final amount in euro.
with

amounts as (

    select * from {{ ref('int_finance') }}

),

delivered as (

    select distinct
        meetmoment_code,
        meetmoment_number,
        project_code,
        speerpunt_code,
        cluster_code,
        measure
    from amounts

),

beside as (

    select
        delivered.*,
        provisional.amount_eur as provisional_eur,
        provisional.amount_eur_state as provisional_state,
        closed.amount_eur as final_eur,
        closed.amount_eur_state as final_state,
        closed.amount_eur - provisional.amount_eur as restated_eur,
        -- What is now known: the final amount where it is there, else the provisional one.
        coalesce(closed.amount_eur, provisional.amount_eur) as known_eur,
        case
            when closed.amount_eur is not null then 'final'
            when provisional.amount_eur is not null then 'provisional'
        end as known_execution,
        coalesce(closed.amount_eur_state, provisional.amount_eur_state) as known_state,
        -- What was said of the provisional amount accounts for no final one.
        case
            when closed.amount_eur is not null then closed.explanation
            else coalesce(closed.explanation, provisional.explanation)
        end as explanation,
        case
            when closed.amount_eur is null and provisional.amount_eur is not null then provisional.submission_id
            else coalesce(closed.submission_id, provisional.submission_id)
        end as submission_id,
        case
            when closed.amount_eur is null and provisional.amount_eur is not null then provisional.sheet
            else coalesce(closed.sheet, provisional.sheet)
        end as sheet,
        case
            when closed.amount_eur is null and provisional.amount_eur is not null then provisional.row_number
            else coalesce(closed.row_number, provisional.row_number)
        end as row_number,
        provisional.row_id as provisional_row_id,
        closed.row_id as final_row_id
    from delivered
    left join amounts as provisional
        on delivered.meetmoment_code = provisional.meetmoment_code
        and delivered.project_code = provisional.project_code
        and delivered.measure = provisional.measure
        and provisional.execution = 'provisional'
    left join amounts as closed
        on delivered.meetmoment_code = closed.meetmoment_code
        and delivered.project_code = closed.project_code
        and delivered.measure = closed.measure
        and closed.execution = 'final'

),

final as (

    select
        *,
        explanation is not null as has_explanation
    from beside

)

select * from final
