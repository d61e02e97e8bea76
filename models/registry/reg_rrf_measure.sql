-- One row per measure of the EU facility.
{{ rows_of_this_plan('rrf_measure') }}
