-- One row per headline figure and scope, beside the previous meetmoment; a change only on the same projects.
with

figures as (

    select * from {{ ref('agg_headline_figure_by_scope') }}

),

members as (

    select * from {{ ref('bridge_scope_project') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

scopes as (

    select * from {{ ref('dim_scope') }}

),

amounts as (

    select * from {{ ref('fct_finance_by_execution') }}

),

sizes as (

    select
        meetmoment_code,
        scope_code,
        count(*) as project_count
    from members
    group by meetmoment_code, scope_code

),

in_both as (

    select
        now.meetmoment_code,
        now.scope_code,
        now.project_code,
        before.meetmoment_code as previous_meetmoment_code
    from members as now
    inner join meetmomenten using (meetmoment_code)
    inner join members as before
        on meetmomenten.previous_meetmoment_code = before.meetmoment_code
        and now.scope_code = before.scope_code
        and now.project_code = before.project_code

),

shared as (

    select
        meetmoment_code,
        scope_code,
        count(*) as in_both_count
    from in_both
    group by meetmoment_code, scope_code

),

told as (

    {% for meetmoment, sign in [('meetmoment_code', 1), ('previous_meetmoment_code', -1)] -%}
    {{ 'union all' if not loop.first }}
    select
        in_both.meetmoment_code,
        in_both.scope_code,
        in_both.project_code,
        amounts.execution,
        {{ sign }} as sign,
        amounts.committed_eur,
        amounts.paid_eur,
        amounts.encours_eur
    from in_both
    inner join amounts
        on in_both.{{ meetmoment }} = amounts.meetmoment_code
        and in_both.project_code = amounts.project_code
    {% endfor %}

),

told_by_project as (

    select
        meetmoment_code,
        scope_code,
        execution,
        {% for amount in ['committed', 'paid', 'encours'] -%}
        count({{ amount }}_eur) as {{ amount }}_count,
        sum(sign * {{ amount }}_eur) as {{ amount }}_change{{ ',' if not loop.last }}
        {% endfor %}
    from told
    group by meetmoment_code, scope_code, project_code, execution

),

-- Where a project told an amount at one of the two meetmomenten only, the sums of both are not about the same projects;
-- those that told it at both are compared.
told_at_both as (

    {% for amount, told_once in [
        ('committed', 'committed_count = 1'),
        ('paid', 'paid_count = 1'),
        ('encours', 'committed_count = 1 or paid_count = 1'),
    ] -%}
    {{ 'union all' if not loop.first }}
    select
        meetmoment_code,
        scope_code,
        execution,
        '{{ amount }}' as amount,
        bool_or({{ told_once }}) as is_told_once,
        count(*) filter (where {{ amount }}_count = 2) as project_count,
        sum({{ amount }}_change) filter (where {{ amount }}_count = 2) as change
    from told_by_project
    group by meetmoment_code, scope_code, execution
    {% endfor %}

),

compared as (

    select
        figures.*,
        coalesce(told_at_both.is_told_once, false) as is_told_once,
        case when figures.measure = told_at_both.amount then told_at_both.change end as change_told_at_both,
        case
            when figures.execution = 'not_applicable' then coalesce(shared.in_both_count, 0)
            else coalesce(told_at_both.project_count, 0)
        end as compared_count,
        meetmomenten.previous_meetmoment_code,
        scopes.member_of_meetmoment is not null as is_constant_scope,
        before.figure as previous_figure,
        before.numerator as previous_numerator,
        before.denominator as previous_denominator,
        -- Two changes that follow each other share the amounts of the meetmoment between them; these count once.
        figures.warning_count + before.warning_count - coalesce(between_changes.warning_count, 0)
            as warnings_of_both,
        sizes.project_count,
        previous_sizes.project_count as previous_project_count,
        sizes.project_count - coalesce(shared.in_both_count, 0) as entered_count,
        previous_sizes.project_count - coalesce(shared.in_both_count, 0) as left_count
    from figures
    inner join meetmomenten using (meetmoment_code)
    inner join scopes using (scope_code)
    inner join figures as before
        on meetmomenten.previous_meetmoment_code = before.meetmoment_code
        and figures.scope_code = before.scope_code
        and figures.execution = before.execution
        and figures.measure = before.measure
        and figures.item = before.item
    left join figures as between_changes
        on meetmomenten.previous_meetmoment_code = between_changes.meetmoment_code
        and figures.scope_code = between_changes.scope_code
        and figures.execution = between_changes.execution
        and figures.measure = between_changes.measure || '_change'
        and figures.item = between_changes.item
    inner join sizes
        on figures.meetmoment_code = sizes.meetmoment_code
        and figures.scope_code = sizes.scope_code
    inner join sizes as previous_sizes
        on meetmomenten.previous_meetmoment_code = previous_sizes.meetmoment_code
        and figures.scope_code = previous_sizes.scope_code
    left join shared
        on figures.meetmoment_code = shared.meetmoment_code
        and figures.scope_code = shared.scope_code
    left join told_at_both
        on figures.meetmoment_code = told_at_both.meetmoment_code
        and figures.scope_code = told_at_both.scope_code
        and figures.execution = told_at_both.execution
        and regexp_replace(figures.measure, '_(share|change)$', '') = told_at_both.amount

),

likened as (

    select
        *,
        entered_count = 0
        and left_count = 0
        and (not is_told_once or change_told_at_both is not null) as is_like_for_like
    from compared

),

final as (

    select
        meetmoment_code,
        previous_meetmoment_code,
        scope_code,
        execution,
        measure,
        item,
        unit,
        is_constant_scope,
        is_like_for_like,
        project_count,
        previous_project_count,
        entered_count,
        left_count,
        compared_count,
        figure,
        previous_figure,
        cast(
            case
                when is_like_for_like and is_told_once then change_told_at_both
                when is_like_for_like then figure - previous_figure
            end as decimal(32, 6)
        ) as change,
        numerator,
        denominator,
        previous_numerator,
        previous_denominator,
        cast(warnings_of_both as bigint) as warning_count
    from likened

)

select * from final
