{# How a table and a view are made: in one statement. A run has a DuckDB file of its own and nobody reads it meanwhile, so
   nothing has to be built under another name, swapped in by renaming and dropped, as dbt-duckdb's own materializations
   do; that was a third of a night's computing. Hooks, grants, indexes and partitions are not heard here. #}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set made = this.incorporate(type='table') -%}
    {%- if model.language == 'python' and not var('made_in') -%}
        {#- dbt-duckdb writes it by a plain `create table`; in a build by hand one may be there. -#}
        {%- call statement('fresh', auto_begin=false) -%} drop table if exists {{ made }} {%- endcall -%}
        {%- call statement('main', language='python') -%}
            {{ py_write_table(false, made, compiled_code) }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- else -%}
        {%- set query = compiled_code if not var('made_in') else made_elsewhere(made) -%}
        {%- call statement('main', auto_begin=false) -%}
            {%- if config.get('contract').enforced -%}
                {{ table_under_contract(made, query) }}
            {%- else -%}
                create or replace table {{ made }} as (
                {{ query }}
                )
            {%- endif -%}
        {%- endcall -%}
    {%- endif -%}
    {{ return({'relations': [made]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set made = this.incorporate(type='view') -%}
    {%- call statement('main', auto_begin=false) -%}
        create or replace view {{ made }} as (
        {{ compiled_code }}
        )
    {%- endcall -%}
    {{ return({'relations': [made]}) }}
{% endmaterialization %}

{# The rows of a table that another engine made of the same model: a folder of Parquet per schema and table. They come under
   the same contract and promises as if they were made here. #}
{% macro made_elsewhere(relation) -%}
    from read_parquet('{{ var("made_in") | replace("'", "''") }}/{{ relation.schema }}/{{ relation.identifier }}/*.parquet')
{%- endmacro %}

{# A table with its columns in the order of its YAML; an error where its columns are not those declared, not of the types
   declared, or empty where they may not be. What the YAML does not know comes last, and so is found. dbt asks this in
   two queries more, each of which plans the model again. #}
{% macro table_under_contract(relation, sql) -%}
    {%- set declared = model.columns.values() | list -%}
    {%- set names = declared | map(attribute='name') | join(', ') -%}
    {%- set filled = [] -%}
    {%- for column in declared -%}
        {%- for constraint in column.constraints -%}
            {%- if constraint.type != 'not_null' -%}
                {%- do exceptions.raise_compiler_error('the constraint ' ~ constraint.type ~ ' is not heard here') -%}
            {%- endif -%}
            {%- do filled.append(column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    create or replace table {{ relation }} as (
    select {{ names }}, * exclude ({{ names }})
    from (
    {{ sql }}
    )
    );
    {%- if filled %}
    select error('{{ relation.identifier }} breaks its contract: empty are ' || concat_ws(', '
        {%- for name in filled %}, case when {{ name }} is null then '{{ name }}' end{% endfor -%}
    ))
    from {{ relation }}
    where {% for name in filled %}{{ name }} is null{{ ' or ' if not loop.last }}{% endfor %};
    {%- endif %}
    select error('{{ relation.identifier }} breaks its contract: ' || string_agg(
        name || ' is ' || coalesce(made.type, 'not there') || ', declared is ' || coalesce(declared.type, 'no such column'),
        '; '
    ))
    from (
        values {% for column in declared -%}
            ('{{ column.name }}', typeof(cast(null as {{ column.data_type }}))){{ ', ' if not loop.last }}
        {%- endfor %}
    ) as declared (name, type)
    full join (
        select column_name, data_type from duckdb_columns()
        where schema_name = '{{ relation.schema }}' and table_name = '{{ relation.identifier }}'
    ) as made (name, type) using (name)
    where made.type is distinct from declared.type
    having count(*) > 0
{%- endmacro %}
