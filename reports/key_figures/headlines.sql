-- One row per headline figure in its published scope, beside the meetmoment before on the same projects.
select
    word_nl('headline_measure', figures.measure) as "Soort cijfer",
    word_nl('headline_item', figures.item) as "Onderdeel",
    scopes.label_nl as "Afbakening",
    if(figures.execution = 'not_applicable', null, word_nl('finance_execution', figures.execution)) as "Cijfers",
    word_nl('figure_unit', figures.unit) as "Eenheid",
    figures.figure as "Waarde",
    figures.numerator as "Teller",
    figures.denominator as "Noemer",
    changes.previous_figure as "Vorige meting",
    changes.change as "Verschil",
    if(changes.is_like_for_like, 'ja', if(changes.is_like_for_like is null, null, 'nee')) as "Op dezelfde projecten",
    changes.compared_count as "Vergeleken projecten",
    figures.warning_count as "Waarschuwingen",
    figures.set_apart_count as "Rijen die niet meetellen",
    figures.trace_key
from agg_headline_figure_by_scope as figures
inner join dim_scope as scopes on figures.scope_code = scopes.scope_code
left join agg_headline_change as changes
    on figures.meetmoment_code = changes.meetmoment_code
    and figures.scope_code = changes.scope_code
    and figures.execution = changes.execution
    and figures.measure = changes.measure
    and figures.item = changes.item
where
    figures.meetmoment_code = getvariable('meetmoment')
    and figures.scope_code in (getvariable('scope'), getvariable('money_scope'), 'rrf')
order by scopes.label_nl, figures.measure, figures.item, figures.execution
