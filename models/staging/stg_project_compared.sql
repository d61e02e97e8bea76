-- One row per project row received with an initial budget, beside the budget the project had at the meetmoment before.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

waivers as (

    select * from {{ ref('reg_waiver') }} where rule_id = 'DQ13E'

),

received as (

    select
        projects.row_id,
        projects.meetmoment_code,
        projects.meetmoment_number,
        projects.record_key,
        projects.project_code,
        projects.budget_initial_eur,
        submissions.received_on,
        submissions.precedence,
        submissions.withdrawn_at
    from {{ ref('stg_project') }} as projects
    inner join submissions using (submission_id)
    where projects.budget_initial_eur <> 0

),

-- Whoever may reject a return compares with what was received, not with what was accepted: the verdict of one return
-- hangs on no other verdict (docs/adr/0005). Of a meetmoment the latest row speaks.
latest as (

    select *
    from received
    where withdrawn_at is null
    qualify row_number() over (
        partition by meetmoment_code, record_key
        order by precedence desc, row_id desc
    ) = 1

),

waived as (

    select distinct latest.row_id
    from latest
    inner join waivers
        on {{ is_covered('waivers', 'latest', 'latest.received_on') }}

),

-- The order of magnitude of a budget: that of the first one told, or of the last one that a waiver let through.
ordered as (

    select
        latest.*,
        coalesce(
            last_value(case when waived.row_id is not null then latest.budget_initial_eur end ignore nulls)
                over so_far,
            first_value(latest.budget_initial_eur) over so_far
        ) as budget_of_that_order_eur
    from latest
    left join waived using (row_id)
    window
        so_far as (
            partition by latest.record_key
            order by latest.meetmoment_number
            rows between unbounded preceding and current row
        )

),

-- A budget of another order does not become the measure of the next one: two returns in millions do not vouch for each
-- other.
known as (

    select
        record_key,
        meetmoment_number,
        last_value(
            case
                when {{ magnitude_shift('(cast(budget_initial_eur as double) / budget_of_that_order_eur)') }} = 'none'
                    then budget_initial_eur
            end
            ignore nulls
        ) over (
            partition by record_key
            order by meetmoment_number
            rows between unbounded preceding and current row
        ) as budget_eur
    from ordered

),

beside as (

    select
        received.row_id,
        received.meetmoment_code,
        received.project_code,
        received.budget_initial_eur,
        max_by(known.budget_eur, known.meetmoment_number) as previous_budget_initial_eur
    from received
    left join known
        on received.record_key = known.record_key
        and received.meetmoment_number > known.meetmoment_number
    group by received.row_id, received.meetmoment_code, received.project_code, received.budget_initial_eur

),

final as (

    select
        *,
        {{ magnitude_shift('(cast(budget_initial_eur as double) / previous_budget_initial_eur)') }} as magnitude_shift
    from beside

)

select * from final
