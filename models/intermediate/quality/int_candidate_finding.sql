-- One row per finding of gate 1 on a row beside others that may set it apart.
{{ findings_of('gate_candidate') }}
