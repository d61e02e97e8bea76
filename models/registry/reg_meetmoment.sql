-- One row per meetmoment of the calendar.
{{ rows_of_this_plan('meetmoment') }}
