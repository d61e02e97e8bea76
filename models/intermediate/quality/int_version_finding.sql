-- One row per finding of gate 1 on a row beside others that only flags it.
{{ findings_of('gate_version') }}
