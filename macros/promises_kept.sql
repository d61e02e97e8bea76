{# Asks what sound_rows and sound_mart ask, of all models of this run whose own test is not part of it: the night leaves
   those 158 tests out, since starting one costs dbt ten times what its query costs. References to marts that are not of
   the run are not asked, nor is a view: it would be made for the asking alone, and that of all cells has more rows than
   memory has room for. What it is made of is asked, and a test asks the views of the small plan. #}
{% macro promises_kept(results) -%}
    {%- set keys = {} -%}
    {%- for key, parent in referred_to().items() if 'model.veerkracht.' ~ parent.identifier in selected_resources -%}
        {%- do keys.update({key: parent}) -%}
    {%- endfor -%}
    {%- set broken = [] -%}
    {%- if execute and flags.WHICH == 'build' and results | rejectattr('status', 'in', ['success', 'pass']) | list == [] -%}
        {%- for test in graph.nodes.values() if (test.test_metadata or {}).name in ('sound_rows', 'sound_mart') -%}
            {%- set model = graph.nodes.get(test.attached_node, {}) -%}
            {%- if model.unique_id in selected_resources and test.unique_id not in selected_resources and model.config.materialized != 'view' -%}
                {%- set promised = test.test_metadata.kwargs -%}
                {%- set query -%}
                    {{ broken_promises(model.relation_name, promised.get('key', []), promised.get('filled', []), promised.get('values', {})) }}
                    {%- if test.test_metadata.name == 'sound_mart' -%}
                        {{ broken_references(model.relation_name, model.columns, promised.get('no_references', []), keys) }}
                    {%- endif -%}
                {%- endset -%}
                {%- for row in adapter.execute(query, fetch=true, limit=3)[1].rows -%}
                    {%- do broken.append(model.name ~ ': ' ~ row.dict()) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if broken -%}
        {{ exceptions.raise_compiler_error(broken | join('; ')) }}
    {%- endif -%}
{%- endmacro %}
