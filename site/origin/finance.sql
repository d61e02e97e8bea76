-- One row per project, meetmoment, execution and measure: the cell that stated the amount, and what it was before.
with cells as (
    select amount.submission_id, amount.sheet, amount.instance, amount.column_letter, measure.constant as measure
    from dim_source_column as amount
    left join dim_source_column as measure
        on amount.submission_id = measure.submission_id and amount.sheet = measure.sheet
        and amount.record = measure.record and amount.instance = measure.instance and measure.field = 'measure'
    where amount.record = 'finance' and amount.field = 'amount_eur'
),
restated as (
    select
        meetmoment_code,
        project_code,
        split_part(record_key, '|', 2) as measure,
        split_part(record_key, '|', 3) as execution,
        list({'old': old_value, 'known_on': cast(known_from as date), 'reason': reason} order by known_from) as earlier
    from what_changed
    where comparison = 'restatement' and record = 'finance' and field = 'amount_eur' and kind <> 'made_final'
    group by all
)
select
    fact.project_code,
    meetmoment.short_label,
    fact.execution,
    fact.measure,
    measure.label_nl as measure_nl,
    measure.label_en as measure_en,
    execution.label_nl as execution_label_nl,
    execution.label_en as execution_label_en,
    fact.amount_eur,
    fact.amount_state,
    fact.amount_reason,
    fact.explanation,
    source.file_name,
    source.received_at,
    fact.sheet,
    fact.row_number,
    source.is_on_its_side,
    cells.column_letter,
    restated.earlier,
    fact.warning_count,
    fact.trace_key
from fct_finance_as_returned as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_code as measure on fact.measure = measure.code and measure.code_list = 'finance_measure'
left join dim_code as execution on fact.execution = execution.code and execution.code_list = 'finance_execution'
left join site_source as source using (submission_id, sheet)
left join cells
    on fact.submission_id = cells.submission_id and fact.sheet = cells.sheet
    and coalesce(cells.measure, fact.measure) = fact.measure
left join restated
    on fact.meetmoment_code = restated.meetmoment_code and fact.project_code = restated.project_code
    and fact.measure = restated.measure and fact.execution = restated.execution
qualify row_number() over (partition by fact.trace_key order by cells.instance) = 1
order by fact.project_code, meetmoment.meetmoment_number, fact.execution desc, measure.sort_order, fact.measure
