-- One row per full delivery and moment at which a later one of its series began to count: which one that is.
with

deliveries as (

    select * from {{ ref('int_full_delivery') }}

),

final as (

    select
        deliveries.submission_id,
        deliveries.sheet,
        later.counts_from,
        later.submission_id as later_submission_id
    from deliveries
    inner join deliveries as later
        on deliveries.series = later.series
        and deliveries.series_position < later.series_position
    -- More than one that counts from the same moment: what the first of them lacks was gone by it.
    qualify row_number() over (
        partition by deliveries.submission_id, deliveries.sheet, later.counts_from
        order by later.series_position, later.sheet
    ) = 1

)

select * from final
