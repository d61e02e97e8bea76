{# Says in one sentence what a build needs, where there is nothing to build models from. #}
{% macro needs_raw() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set asked = namespace(for_models=false) -%}
        {%- for name in selected_resources if name.startswith('model.') -%}
            {%- set asked.for_models = true -%}
        {%- endfor -%}
        {%- if asked.for_models and not adapter.get_relation(target.database, 'raw', 'submission') -%}
            {{ exceptions.raise_compiler_error(
                target.path ~ ' holds no returns to build from: run `veerkracht nightly`, which loads the archive first,'
                ~ ' or let VEERKRACHT_WAREHOUSE name a warehouse that is loaded.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
