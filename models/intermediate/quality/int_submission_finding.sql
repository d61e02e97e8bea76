-- One row per finding on what was received as it stands, from the intake or from gate 1.
{{ findings_of('gate_submission', refusals='stg_refusal') }}
