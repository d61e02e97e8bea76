-- One row per meetmoment of the calendar, numbered in the order of the cut-off days.
select
    meetmomenten.* replace (
        coalesce(meetmomenten.money_scope, meetmomenten.monitored_scope) as money_scope,
        coalesce(meetmomenten.headline_execution, 'provisional') as headline_execution
    ),
    cast(row_number() over (order by meetmomenten.cutoff_date, meetmomenten.meetmoment_code) as integer)
        as meetmoment_number
from ({{ rows_of_this_plan('meetmoment') }}) as meetmomenten
