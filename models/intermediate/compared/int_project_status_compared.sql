-- One row per accepted project status that holds, beside what the rules of the status come to and the open commitments.
with

statuses as (

    select
        *,
        {{ previous('status') }} as previous_status,
        {{ is_newly_explained() }} as is_newly_explained
    from {{ ref('int_project_status_version') }}
    where is_current
    {{ earlier_window() }}

),

scale as (

    select * from {{ ref('int_status_scale') }}

),

-- The status that counts, where more than one gives one; the others are held against nothing.
foremost as (

    select * from {{ ref('int_project_status') }}

),

groups as (

    select * from {{ ref('code') }} where code_list = 'project_status_group'

),

rules_held as (

    select * from {{ ref('int_status_rule_held') }}

),

-- Of each rule that the reported status does not agree with, what it says: first the one that decides, as computed.
differences as (

    select
        foremost.row_id,
        count(*) as difference_count,
        string_agg(
            case when rules_held.is_differing then 'Berekend als ' || lower(groups.label_nl) || ': ' else '' end
            || rules_held.evidence_nl,
            '. ' order by rules_held.is_differing desc, rules_held.rule_order, rules_held.rule_code
        ) as evidence_nl,
        string_agg(
            case when rules_held.is_differing then 'Computed as ' || lower(groups.label_en) || ': ' else '' end
            || rules_held.evidence_en,
            '. ' order by rules_held.is_differing desc, rules_held.rule_order, rules_held.rule_code
        ) as evidence_en
    from foremost
    inner join rules_held using (meetmoment_code, project_code)
    left join groups on rules_held.status_group = groups.code
    where rules_held.is_contradicting or rules_held.is_differing
    group by foremost.row_id

),

executions as (

    select
        meetmoment_code,
        project_code,
        execution,
        max(case when measure = 'committed' then amount_eur end) as committed_eur,
        max(case when measure = 'paid' then amount_eur end) as paid_eur,
        bool_or(explanation is not null) as is_explained
    from {{ ref('int_finance_version') }}
    where is_current
    group by meetmoment_code, project_code, execution

),

-- Of two executions the final one, which restates the provisional.
money as (

    select
        meetmoment_code,
        project_code,
        max_by(committed_eur - paid_eur, execution = 'final') as encours_eur,
        bool_or(is_explained) as is_explained
    from executions
    group by meetmoment_code, project_code

),

final as (

    select
        statuses.row_id,
        statuses.meetmoment_code,
        statuses.project_code,
        statuses.status,
        scale.group_code as status_group,
        statuses.is_newly_explained,
        statuses.previous_status,
        case
            when earlier_scale.group_code = 'realised' and scale.group_code <> 'realised' then statuses.status
        end as undone_as,
        coalesce(differences.difference_count, 0) as difference_count,
        differences.evidence_nl,
        differences.evidence_en,
        cast(money.encours_eur * 100 as bigint) as encours_cents,
        money.encours_eur,
        coalesce(money.is_explained, false) as is_money_explained
    from statuses
    left join scale on statuses.status = scale.code
    left join scale as earlier_scale on statuses.previous_status = earlier_scale.code
    left join differences using (row_id)
    left join money using (meetmoment_code, project_code)

)

select * from final
