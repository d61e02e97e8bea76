-- One row per submission: whether it came outside its window, is empty or changes nothing; empty where all is well.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

-- What was refused of a return may be the very thing that changed.
partly_refused as (

    select distinct refusals.submission_id
    from {{ ref('stg_refusal') }} as refusals
    inner join {{ ref('rule') }} as rules using (rule_id)
    where rules.severity = 'critical'

),

-- What a version leaves out is a change, though every row of it says what was received before.
lacking as (

    select distinct submission_id
    from {{ ref('stg_delivery_check') }}
    where coalesce(told_lacking_count, held_lacking_count) > 0

),

-- Where nothing else was received for a meetmoment there is nothing to compare with.
accompanied as (

    select
        *,
        count(*) over (partition by meetmoment_code) as submission_count
    from submissions

),

-- What each row says of which key; a value that cannot be read is compared as text.
record_rows as (

    select
        said.row_id,
        said.sheet,
        said.row_number,
        said.record,
        said.stated_key,
        said.content,
        submissions.submission_id,
        submissions.meetmoment_code,
        submissions.precedence,
        submissions.received_at,
        submissions.withdrawn_at
    from {{ ref('stg_record_row') }} as said
    inner join accompanied as submissions using (submission_id)
    where submissions.submission_count > 1

),

-- What held for the key when the submission came in: of the earlier ones, withdrawn ones apart, the one that counted.
compared as (

    select
        record_rows.submission_id,
        record_rows.row_id,
        record_rows.content,
        max_by(earlier.content, (earlier.precedence, earlier.row_id))
            as earlier_content
    from record_rows
    left join record_rows as earlier
        on record_rows.meetmoment_code = earlier.meetmoment_code
        and record_rows.record = earlier.record
        and record_rows.stated_key = earlier.stated_key
        and (earlier.received_at, earlier.precedence) < (record_rows.received_at, record_rows.precedence)
        and {{ or_never('earlier.withdrawn_at') }} > record_rows.received_at
    group by record_rows.submission_id, record_rows.row_id, record_rows.content

),

-- What the delivery that is replaced did not have is brought back, though an earlier one said it.
brought_back as (

    select distinct record_rows.row_id
    from {{ ref('stg_delivery_check') }} as replaced
    inner join {{ ref('stg_sheet') }} using (submission_id, layout_code)
    inner join record_rows using (submission_id, sheet)
    left join record_rows as before
        on replaced.earlier_submission_id = before.submission_id
        and record_rows.record = before.record
        and record_rows.stated_key = before.stated_key
    where before.row_id is null

),

filled as (

    select distinct submission_id from {{ ref('stg_record_row') }}

),

changes as (

    select
        submission_id,
        count(*) filter (
            where content is distinct from earlier_content or brought_back.row_id is not null
        ) as changed_count
    from compared
    left join brought_back using (row_id)
    group by submission_id

),

-- A row of a sheet may feed several records; it is one row to whoever sent it.
sent_rows as (

    select distinct
        record_rows.submission_id,
        record_rows.sheet,
        record_rows.row_number
    from record_rows
    inner join changes using (submission_id)
    where changes.changed_count = 0

),

sent as (

    select
        submission_id,
        count(*) as row_count
    from sent_rows
    group by submission_id

),

final as (

    select
        submissions.submission_id,
        meetmomenten.deadline_on,
        meetmomenten.opens_on,
        case when submissions.is_late then submissions.received_on end as received_after_deadline,
        case when submissions.received_on < meetmomenten.opens_on then submissions.received_on end
            as received_before_opening,
        case
            when filled.submission_id is null and partly_refused.submission_id is null then submissions.file_name
        end as nothing_in_it,
        case
            when changes.changed_count = 0 and partly_refused.submission_id is null and lacking.submission_id is null
                then sent.row_count
        end as unchanged_row_count
    from submissions
    inner join meetmomenten using (meetmoment_code)
    left join filled using (submission_id)
    left join changes using (submission_id)
    left join sent using (submission_id)
    left join partly_refused using (submission_id)
    left join lacking using (submission_id)

)

select * from final
